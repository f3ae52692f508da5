"""Quantiles as weighted sums of the features."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import QuantileRegressor

from aetheron_desktop.engine.estimators.base import Estimator, Rows, SklearnPredictor
from aetheron_desktop.engine.estimators.linear import Told
from aetheron_desktop.engine.estimators.quantiles import QuantilesPredictor, levels

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.optimize import OptimizeResult

    from aetheron_desktop.engine.estimators.base import Progress

    Floats = NDArray[np.float64]

_JUDGED_ROWS: Final = 20_000
_SLOPE: Final = 1e-5
_NARROWEST: Final = 0.05
"""Of the target's spread: over so much the corner of the loss is rounded at least."""


class QuantileRegression(Estimator):
    """Linear quantile regression (Koenker and Bassett 1978) by L-BFGS, an iteration of all three quantiles a step.

    The corner of the loss is rounded over a little of the target's spread, which shrinks with the rows (Fernandes,
    Guerre and Horta 2021; He et al. 2023), so that the time grows with the rows alone: the linear program of
    ``sklearn.linear_model.QuantileRegressor``, as which the model is kept, takes hours for a long table. The intercepts
    are then set to the exact quantiles of what is left.
    """

    style = "linear"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        total = int(self.recipe.number("max_iter"))
        problem = _Pinball(train, levels(self.recipe.level), float(self.recipe.number("alpha")))
        seen = train.head(_JUDGED_ROWS // 4, self.recipe.seed), valid.head(_JUDGED_ROWS, self.recipe.seed)
        told = Told(problem)
        done = known = 0
        if (folder := progress.restored()) is not None:
            known = told.read(folder)
            self.fitted = problem.predictor(told.last, known)

        def listen(intermediate_result: OptimizeResult) -> None:
            nonlocal done
            done += 1
            if done <= known:
                return
            told.last = intermediate_result.x.copy()
            self.fitted = fitted = problem.predictor(told.last, done)
            judged = [(rows, fitted.quantiles(rows.X)) for rows in seen]
            progress.step(done, total, judged[0], judged[1])
            if told.is_small:
                progress.checkpoint(lambda folder: told.write(folder, done))

        found = minimize(
            told,
            problem.start(),
            jac=True,
            method="L-BFGS-B",
            callback=listen,
            options={"maxiter": total, "maxls": 50, "gtol": _SLOPE, "ftol": 1e-10},
        )
        self.fitted = problem.predictor(found.x, done)
        if done >= total:
            progress.say(f"The solver was stopped after {total} iterations before it had converged.")


class _Pinball:
    """What L-BFGS makes small: the mean rounded pinball loss of each quantile, and the weights' squares.

    Each quantile has a row of weights, in the target's spread; the last one is the intercept.
    """

    def __init__(self, train: Rows, quantiles: tuple[float, ...], alpha: float) -> None:
        self._X = train.X
        self._quantiles = np.array(quantiles)
        self._alpha = alpha
        weight = np.ones(len(train)) if train.weight is None else train.weight
        self._share = weight / weight.sum()
        self._level = float(np.median(train.y))
        quarter, three = np.quantile(train.y, [0.25, 0.75])
        # Where most values are the same, their quartiles tell nothing.
        self._scale = float(three - quarter) / 1.349 or float(train.y.std()) or 1.0
        self._y = (train.y - self._level) / self._scale
        width = train.X.shape[1]
        self._half = max(_NARROWEST, ((width + math.log(len(train) + 1.0)) / (len(train) + 1.0)) ** 0.4)
        self._half = min(self._half, 1.0)
        self.size = len(quantiles) * (width + 1)

    def start(self) -> Floats:
        """Give the weights of a model that looks at no feature."""
        table = np.zeros((len(self._quantiles), self._X.shape[1] + 1))
        table[:, -1] = np.quantile(self._y, self._quantiles)
        return table.ravel()

    def __call__(self, flat: Floats) -> tuple[float, Floats]:
        """Give the value at ``flat``, and the slope there."""
        table = flat.reshape(len(self._quantiles), -1)
        coef = table[:, :-1]
        over = self._y[:, None] - (self._X @ coef.T + table[:, -1])
        # Within the half, the corner is a parabola that meets both sides with their slopes.
        near = np.clip(over / self._half, -1.0, 1.0)
        rounded = np.where(np.abs(near) < 1.0, self._half * (near**2 + 1.0) / 2.0, np.abs(over)) / 2.0
        loss = self._share @ (rounded + (self._quantiles - 0.5) * over)
        slope = -self._share[:, None] * (near / 2.0 + self._quantiles - 0.5)
        gradient = np.empty_like(table)
        gradient[:, :-1] = slope.T @ self._X + self._alpha * coef
        gradient[:, -1] = slope.sum(axis=0)
        return float(loss.sum() + 0.5 * self._alpha * (coef**2).sum()), gradient.ravel()

    def predictor(self, flat: Floats, iterations: int) -> QuantilesPredictor:
        """Give what predicts with the weights of ``flat``, the intercepts set to the quantiles of what is left."""
        table = flat.reshape(len(self._quantiles), -1)
        left = self._y[:, None] - self._X @ table[:, :-1].T
        parts = []
        for place, quantile in enumerate(self._quantiles):
            intercept = _quantile(left[:, place], float(quantile), self._share)
            # The penalty that it names is another one: that of the linear program.
            model = QuantileRegressor(quantile=float(quantile), alpha=self._alpha)
            model.coef_ = table[place, :-1] * self._scale
            model.intercept_ = np.float64(intercept * self._scale + self._level)
            model.n_features_in_, model.n_iter_ = self._X.shape[1], iterations
            parts.append(SklearnPredictor(model))
        return QuantilesPredictor(tuple(parts))


def _quantile(values: Floats, quantile: float, share: Floats) -> float:
    """Give the value below which a ``quantile`` of the rows lies, which have these shares of the whole."""
    order = np.argsort(values, kind="stable")
    place = int(np.searchsorted(np.cumsum(share[order]), quantile - 1e-12))
    return float(values[order[min(place, len(values) - 1)]])
