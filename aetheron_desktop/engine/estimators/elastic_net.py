"""Weighted sums of few features: L1 and L2 penalties, the strength chosen on the validation rows."""

from __future__ import annotations

import math
import warnings
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet as SklearnElasticNet
from sklearn.linear_model import LogisticRegression, enet_path

from aetheron_desktop.engine.estimators.arrays import read_arrays, write_arrays
from aetheron_desktop.engine.estimators.base import Estimator, Rows, SklearnPredictor
from aetheron_desktop.engine.estimators.linear import Likelihood

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress

_JUDGED_ROWS: Final = 20_000
_FOLDED_WIDTH: Final = 1_000
"""Up to so many features the rows are folded into as many (a QR), and each strength costs the same for any table."""
_BLOCK_ROWS: Final = 16_384
_STATE: Final = "path.npz"


class ElasticNet(Estimator):
    """The elastic net (Zou and Hastie 2005) along a path of strengths, a strength a step, the strongest first.

    Each starts from the weights of the one before. Values by coordinate descent (Friedman, Hastie, Tibshirani 2010;
    ``sklearn.linear_model.enet_path``), classes by L-BFGS-B on the positive and negative parts of the weights.
    """

    style = "linear"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        seen = train.head(_JUDGED_ROWS // 4, self.recipe.seed), valid.head(_JUDGED_ROWS, self.recipe.seed)
        l1_ratio, patience = float(self.recipe.number("l1_ratio")), int(self.recipe.number("patience"))
        total = int(self.recipe.number("n_alphas"))
        problem: _Problem
        if self.recipe.task == "regression":
            problem = _Squares(train, l1_ratio, lambda: progress.tick(0, total))
        else:
            problem = _Classes(train, self.recipe.classes, l1_ratio)
        alphas = problem.strongest() * np.geomspace(1.0, float(self.recipe.number("eps")), total)
        weights, best, best_loss, chosen, done = problem.start(), problem.start(), math.inf, 0, 0
        if (folder := progress.restored()) is not None:
            state = read_arrays(folder / _STATE)
            weights, best, best_loss = state["weights"], state["best"], float(state["loss"])
            chosen, done = int(state["chosen"]), int(state["done"])
            self.fitted = SklearnPredictor(problem.model(best, alphas[chosen]))
        while done < total and not (done and done - 1 - chosen >= patience):
            number = done
            weights = problem.solve(float(alphas[number]), weights, lambda: progress.tick(number, total))  # noqa: B023
            done += 1
            predictor = SklearnPredictor(problem.model(weights, alphas[number]))
            if self.fitted is None:
                self.fitted = predictor
            judged = [(rows, predictor.predict(rows.X)) for rows in seen]
            loss = progress.step(done, total, judged[0], judged[1])
            if loss < best_loss:
                best, best_loss, chosen, self.fitted = weights, loss, number, predictor
            state = {"weights": weights, "best": best, "loss": best_loss, "chosen": chosen, "done": done}
            progress.checkpoint(lambda folder: _write(folder, state))  # noqa: B023 - it is called at once or never
        used, width = problem.used(best), train.X.shape[1]
        progress.say(f"{used:,} of {width:,} features have a weight; the regularization is {alphas[chosen]:.3g}.")


def _write(folder: Path, state: dict[str, Any]) -> None:
    write_arrays(folder / _STATE, **state)


class _Problem(ABC):
    """What is made small for each strength; weights are flat, (size,)."""

    def __init__(self, train: Rows, l1_ratio: float) -> None:
        self._width = train.X.shape[1]
        self._l1_ratio = l1_ratio

    @abstractmethod
    def start(self) -> NDArray[np.float64]:
        """Give the weights of a model that looks at no feature."""

    @abstractmethod
    def strongest(self) -> float:
        """Give the strength from which on no feature has a weight."""

    @abstractmethod
    def solve(self, alpha: float, weights: NDArray[np.float64], tick: Callable[[], None]) -> NDArray[np.float64]:
        """Give the weights for the strength ``alpha``, beginning with ``weights``."""

    @abstractmethod
    def model(self, weights: NDArray[np.float64], alpha: float) -> Any:
        """Give the model with ``weights``."""

    @abstractmethod
    def used(self, weights: NDArray[np.float64]) -> int:
        """Count the features that have a weight."""


class _Squares(_Problem):
    """Mean squared errors of centred rows, folded into few rows that have the same errors for any weights."""

    def __init__(self, train: Rows, l1_ratio: float, tick: Callable[[], None]) -> None:
        super().__init__(train, l1_ratio)
        weight = np.ones(len(train)) if train.weight is None else train.weight
        self._mean = np.average(train.X, axis=0, weights=weight)
        self._level = float(np.average(train.y, weights=weight))
        self._count = len(train)
        root = np.sqrt(weight * (len(train) / weight.sum()))[:, None]
        folded = np.empty((0, self._width + 1))
        kept = []
        for begin in range(0, len(train), _BLOCK_ROWS):
            part = slice(begin, begin + _BLOCK_ROWS)
            block = np.column_stack((train.X[part] - self._mean, train.y[part] - self._level)) * root[part]
            if self._width <= _FOLDED_WIDTH:
                folded = np.asarray(np.linalg.qr(np.concatenate((folded, block)), mode="r"))
            else:
                kept.append(block)
            tick()
        table = np.concatenate(kept) if kept else folded
        self._X, self._y = np.asfortranarray(table[:, :-1]), table[:, -1].copy()

    def start(self) -> NDArray[np.float64]:
        return np.zeros(self._width)

    def strongest(self) -> float:
        return max(float(np.abs(self._X.T @ self._y).max()) / (self._count * self._l1_ratio), 1e-12)

    def solve(self, alpha: float, weights: NDArray[np.float64], tick: Callable[[], None]) -> NDArray[np.float64]:
        tick()
        with warnings.catch_warnings():
            # The next strength goes on from where it ended.
            warnings.simplefilter("ignore", ConvergenceWarning)
            found = enet_path(
                self._X,
                self._y,
                l1_ratio=self._l1_ratio,
                # It takes the mean over the rows that it sees.
                alphas=np.array([alpha * self._count / len(self._y)]),
                coef_init=weights.copy(),
                precompute=False,
                tol=1e-6,
            )
        made: NDArray[np.float64] = found[1][:, 0]
        return made

    def model(self, weights: NDArray[np.float64], alpha: float) -> Any:
        model = SklearnElasticNet(alpha=float(alpha), l1_ratio=self._l1_ratio)
        model.coef_, model.intercept_ = weights.copy(), self._level - float(self._mean @ weights)
        model.n_features_in_ = self._width
        return model

    def used(self, weights: NDArray[np.float64]) -> int:
        return int(np.count_nonzero(weights))


class _Classes(_Problem):
    """Log loss; the weights of a class are what is positive less what is negative of them, and its intercept."""

    def __init__(self, train: Rows, classes: int, l1_ratio: float) -> None:
        super().__init__(train, l1_ratio)
        self._loss = Likelihood(train, classes, math.inf, has_intercept=True)
        self._rows = 1 if classes == 2 else classes
        weight = np.ones(len(train)) if train.weight is None else train.weight
        self._sum = float(weight.sum())
        shares = np.log(np.bincount(train.y, weight, minlength=classes) / self._sum)
        self._level = np.array([shares[1] - shares[0]]) if classes == 2 else shares - shares.mean()

    def start(self) -> NDArray[np.float64]:
        table = np.zeros((self._rows, self._width + 1))
        table[:, -1] = self._level
        return table.ravel()

    def strongest(self) -> float:
        slope = self._loss(self.start())[1].reshape(self._rows, -1)[:, :-1]
        return max(float(np.abs(slope).max()) / self._l1_ratio, 1e-12)

    def solve(self, alpha: float, weights: NDArray[np.float64], tick: Callable[[], None]) -> NDArray[np.float64]:
        self._loss.restraint = alpha * (1.0 - self._l1_ratio)
        price = alpha * self._l1_ratio
        table = weights.reshape(self._rows, -1)
        parts = np.maximum(table[:, :-1], 0.0), np.maximum(-table[:, :-1], 0.0), table[:, -1:]
        size = parts[0].size

        def value(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            loss, slope = self._loss(self._joined(flat))
            sides = slope.reshape(self._rows, -1)
            by = sides[:, :-1].ravel()
            made = np.concatenate((by + price, price - by, sides[:, -1]))
            return loss + price * float(flat[: 2 * size].sum()), made

        found = minimize(
            value,
            np.concatenate([part.ravel() for part in parts]),
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, None)] * (2 * size) + [(None, None)] * self._rows,
            callback=lambda _: tick(),
            options={"maxiter": 300, "maxls": 50, "gtol": 1e-5, "ftol": 1e-10},
        )
        return self._joined(found.x)

    def _joined(self, flat: NDArray[np.float64]) -> NDArray[np.float64]:
        size = self._rows * self._width
        table = np.empty((self._rows, self._width + 1))
        table[:, :-1] = (flat[:size] - flat[size : 2 * size]).reshape(self._rows, -1)
        table[:, -1] = flat[2 * size :]
        return table.ravel()

    def model(self, weights: NDArray[np.float64], alpha: float) -> Any:
        made = self._loss.model(weights, 0)
        told = LogisticRegression(C=1.0 / (float(alpha) * self._sum), l1_ratio=self._l1_ratio, solver="saga")
        for name in ("coef_", "intercept_", "classes_", "n_features_in_"):
            setattr(told, name, getattr(made, name))
        return told

    def used(self, weights: NDArray[np.float64]) -> int:
        return int(np.count_nonzero(weights.reshape(self._rows, -1)[:, :-1].any(axis=0)))
