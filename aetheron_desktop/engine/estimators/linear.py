"""The baseline, and weighted sums of the features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge

from aetheron_desktop.engine.estimators.arrays import read_arrays, write_arrays
from aetheron_desktop.engine.estimators.base import Estimator, SklearnPredictor

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy.optimize import OptimizeResult

    from aetheron_desktop.engine.estimators.base import Progress, Rows

_JUDGED_ROWS = 20_000
_TOLD_BYTES = 256 << 20
_STATE = "solver.npz"
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
        problem = Likelihood(train, self.recipe.classes, float(self.recipe.number("C")), self._has_intercept())
        seen = train.head(_JUDGED_ROWS // 4, self.recipe.seed), valid.head(_JUDGED_ROWS, self.recipe.seed)
        told = Told(problem)
        done = known = 0
        if (folder := progress.restored()) is not None:
            known = told.read(folder)
            self.fitted = SklearnPredictor(problem.model(told.last, known))

        def listen(intermediate_result: OptimizeResult) -> None:
            nonlocal done
            done += 1
            if done <= known:
                return
            told.last = intermediate_result.x.copy()
            self.fitted = fitted = SklearnPredictor(problem.model(told.last, done))
            judged = [(rows, fitted.predict(rows.X)) for rows in seen]
            progress.step(done, total, judged[0], judged[1])
            if told.is_small:
                progress.checkpoint(lambda folder: told.write(folder, done))

        found = minimize(
            told,
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


class Likelihood:
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
        self.restraint = 1.0 / (C * weight.sum())
        """What the half of the weights' squares is multiplied by."""
        self.size = self._rows * (self._width + has_intercept)

    def __call__(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Give the value at ``flat``, and the slope there."""
        coef, intercept = self._parts(flat)
        raw = self._X @ coef.T + intercept
        loss, slope = _binary(raw, self._y) if self._rows == 1 else _softmax(raw, self._y)
        slope *= self._share[:, None]
        gradient = np.empty((self._rows, self._width + self._has_intercept))
        gradient[:, : self._width] = slope.T @ self._X + self.restraint * coef
        if self._has_intercept:
            gradient[:, -1] = slope.sum(axis=0)
        return float(loss @ self._share + 0.5 * self.restraint * (coef**2).sum()), gradient.ravel()

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


class Smooth(Protocol):
    """What a solver makes small; ``size`` is of how many numbers."""

    size: int

    def __call__(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Give the value at ``flat``, and the slope there."""


class Told:
    """Keeps what the solver was told of each point, so that one that begins anew is told the same at once.

    The solver's memory is its own; told the same, it is where it was, to the bit.
    """

    def __init__(self, problem: Smooth) -> None:
        self._problem = problem
        self._values: list[float] = []
        self._slopes: list[NDArray[np.float64]] = []
        self._asked = 0
        self.last = np.zeros(problem.size)

    @property
    def is_small(self) -> bool:
        """Whether it is worth a file."""
        return bool(len(self._values) * self._problem.size * 8 <= _TOLD_BYTES)

    def __call__(self, flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Give the value at ``flat``, and the slope there."""
        if self._asked == len(self._values):
            value, slope = self._problem(flat)
            self._values.append(value)
            self._slopes.append(slope.copy())
        self._asked += 1
        return self._values[self._asked - 1], self._slopes[self._asked - 1].copy()

    def write(self, folder: Path, iterations: int) -> None:
        """Write all to ``folder``."""
        write_arrays(folder / _STATE, values=self._values, slopes=self._slopes, last=self.last, iterations=iterations)

    def read(self, folder: Path) -> int:
        """Take up what was written, and give after how many iterations it was."""
        state = read_arrays(folder / _STATE)
        self._values, self._slopes, self.last = state["values"].tolist(), list(state["slopes"]), state["last"]
        return int(state["iterations"])


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
