"""The baseline, and weighted sums of the features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge

from aetheron_desktop.engine.estimators.base import Estimator, SklearnPredictor

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.optimize import OptimizeResult

    from aetheron_desktop.engine.estimators.base import Progress, Rows

_JUDGED_ROWS = 20_000
_SLOPE = 1e-4
"""The fit has converged when no weight's slope is steeper; scikit-learn's default."""


class Dummy(Estimator):
    """The most frequent class with the classes' shares, or the mean (``sklearn.dummy``)."""

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        model = DummyRegressor() if self.recipe.task == "regression" else DummyClassifier(strategy="prior")
        self.fitted = SklearnPredictor(model.fit(train.X, train.y, sample_weight=train.weight))
        progress.step(1, 1, (train, self.fitted.predict(train.X)), (valid, self.fitted.predict(valid.X)))


class RidgeRegression(Estimator):
    """Least squares with small weights (``sklearn.linear_model.Ridge``)."""

    style = "linear"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        params = self.recipe.params
        model = Ridge(alpha=params["alpha"], fit_intercept=params["fit_intercept"], random_state=self.recipe.seed)
        self.fitted = SklearnPredictor(model.fit(train.X, train.y, sample_weight=train.weight))
        progress.step(1, 1, (train, self.fitted.predict(train.X)), (valid, self.fitted.predict(valid.X)))


class Logistic(Estimator):
    """Logistic regression by L-BFGS, an iteration a step; the model is ``sklearn.linear_model.LogisticRegression``."""

    style = "linear"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        total = int(self.recipe.number("max_iter"))
        problem = _Likelihood(train, self.recipe.classes, float(self.recipe.number("C")), self._has_intercept())
        seen = train.head(_JUDGED_ROWS // 4, self.recipe.seed), valid.head(_JUDGED_ROWS, self.recipe.seed)
        done = 0

        def listen(intermediate_result: OptimizeResult) -> None:
            nonlocal done
            done += 1
            self.fitted = fitted = SklearnPredictor(problem.model(intermediate_result.x, done))
            judged = [(rows, fitted.predict(rows.X)) for rows in seen]
            progress.step(done, total, judged[0], judged[1])

        found = minimize(
            problem,
            np.zeros(problem.size),
            jac=True,
            method="L-BFGS-B",
            callback=listen,
            options={"maxiter": total, "maxls": 50, "gtol": _SLOPE, "ftol": 64 * np.finfo(float).eps},
        )
        self.fitted = SklearnPredictor(problem.model(found.x, done))
        if done >= total:
            progress.say(f"The solver was stopped after {total} iterations before it had converged.")

    def _has_intercept(self) -> bool:
        return bool(self.recipe.params["fit_intercept"])


class _Likelihood:
    """What L-BFGS makes small: the mean log loss and the weights' squares, as scikit-learn has it.

    With two classes there is one row of weights, else one for each class; the last column is the intercept.
    """

    def __init__(self, train: Rows, classes: int, C: float, has_intercept: bool) -> None:
        self._X, self._y, self._classes = train.X, train.y, classes
        self._rows = 1 if classes == 2 else classes
        self._width = train.X.shape[1]
        self._has_intercept = has_intercept
        weight = np.ones(len(train)) if train.weight is None else train.weight
        self._share = weight / weight.sum()
        self._restraint = 1.0 / (C * weight.sum())
        self.size = self._rows * (self._width + has_intercept)

    def __call__(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Give the value at ``flat``, and the slope there."""
        coef, intercept = self._parts(flat)
        raw = self._X @ coef.T + intercept
        loss, slope = _binary(raw, self._y) if self._rows == 1 else _softmax(raw, self._y)
        slope *= self._share[:, None]
        gradient = np.empty((self._rows, self._width + self._has_intercept))
        gradient[:, : self._width] = slope.T @ self._X + self._restraint * coef
        if self._has_intercept:
            gradient[:, -1] = slope.sum(axis=0)
        return float(loss @ self._share + 0.5 * self._restraint * (coef**2).sum()), gradient.ravel()

    def _parts(self, flat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        table = flat.reshape(self._rows, -1)
        return table[:, : self._width], table[:, -1] if self._has_intercept else np.zeros(self._rows)

    def model(self, flat: NDArray[np.float64], iterations: int) -> LogisticRegression:
        """Give the model with the weights of ``flat``."""
        coef, intercept = self._parts(flat)
        model = LogisticRegression(fit_intercept=self._has_intercept)
        model.coef_, model.intercept_ = coef.copy(), intercept.copy()
        model.classes_ = np.arange(self._classes)
        model.n_features_in_ = self._width
        model.n_iter_ = np.array([iterations], dtype=np.int32)
        return model


def _binary(raw: NDArray[np.float64], y: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give each row's loss, (n,), and its slope by the raw value, (n, 1)."""
    flat = raw[:, 0]
    return np.logaddexp(0.0, flat) - y * flat, (expit(flat) - y)[:, None]


def _softmax(raw: NDArray[np.float64], y: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give each row's loss, (n,), and its slope by the raw values, (n, classes)."""
    rows = np.arange(len(y))
    likely = log_softmax(raw, axis=1)
    loss = -likely[rows, y]
    slope = np.exp(likely)
    slope[rows, y] -= 1.0
    return loss, slope
