"""The baseline, and weighted sums of the features."""

from __future__ import annotations

import copy
import warnings
from typing import TYPE_CHECKING

from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from aetheron_desktop.engine.estimators.base import Estimator, SklearnPredictor

if TYPE_CHECKING:
    from aetheron_desktop.engine.estimators.base import Progress, Rows

_JUDGED_ROWS = 20_000


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
    """Logistic regression by L-BFGS (``sklearn.linear_model.LogisticRegression``), a few iterations a step."""

    style = "linear"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        params = self.recipe.params
        total = int(self.recipe.number("max_iter"))
        model = LogisticRegression(C=params["C"], fit_intercept=params["fit_intercept"], warm_start=True, tol=1e-5)
        seen_train = train.head(_JUDGED_ROWS // 4, self.recipe.seed)
        seen_valid = valid.head(_JUDGED_ROWS, self.recipe.seed)
        done = 0
        while done < total:
            model.max_iter = min(_chunk(len(train) * train.X.shape[1] * max(1, self.recipe.classes - 1)), total - done)
            with warnings.catch_warnings():
                # Each step ends before it has converged; that is its purpose.
                warnings.simplefilter("ignore", ConvergenceWarning)
                model.fit(train.X, train.y, sample_weight=train.weight)
            taken = int(model.n_iter_.max())
            done += taken
            fitted = SklearnPredictor(copy.deepcopy(model))
            self.fitted = fitted
            progress.step(
                done, total, (seen_train, fitted.predict(seen_train.X)), (seen_valid, fitted.predict(seen_valid.X))
            )
            if taken < model.max_iter:
                return
        progress.say(f"The solver was stopped after {total} iterations before it had converged.")


def _chunk(size: int) -> int:
    """Give the iterations of one step: from the work alone, never from the clock, so that a seed gives one model."""
    return max(2, min(20, 20_000_000 // max(1, size)))
