"""Many decision trees: side by side (random forest), or each mending those before (gradient boosting)."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from aetheron_desktop.engine.estimators.base import Estimator, Rows, SklearnPredictor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Judged, Progress

_JUDGED_TRAIN: Final = 3_000
_JUDGED_VALID: Final = 10_000
_FOREST_BYTES: Final = 2 << 30
_MOST_TREES: Final = 30_000


class Forest(Estimator):
    """A random forest (Breiman 2001; ``sklearn.ensemble.RandomForest*``), a few trees a step."""

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        total = int(self.recipe.number("n_estimators"))
        model = self._model(total, len(train), progress)
        seen_train = train.head(_JUDGED_TRAIN, self.recipe.seed)
        seen_valid = valid.head(_JUDGED_VALID, self.recipe.seed)
        sums = [self._zeros(seen_train), self._zeros(seen_valid)]
        step = _trees_per_step(train, self.recipe.threads)
        done = 0
        while done < total:
            model.n_estimators = min(done + step, total)
            model.fit(train.X, train.y, sample_weight=train.weight)
            grown = model.estimators_[done:]
            done = model.n_estimators
            snapshot = copy.copy(model)
            snapshot.estimators_ = list(model.estimators_)
            self.fitted = SklearnPredictor(snapshot)
            judged: list[Judged] = []
            for rows, votes in zip((seen_train, seen_valid), sums, strict=True):
                self._vote(grown, rows, votes)
                judged.append((rows, votes / done))
            progress.step(done, total, judged[0], judged[1])

    def _vote(self, trees: list[Any], rows: Rows, votes: NDArray[np.float64]) -> None:
        """Add to ``votes`` what new ``trees`` say of ``rows``; asking all trees each time would be quadratic."""
        X = np.ascontiguousarray(rows.X, dtype=np.float32)
        for tree in trees:
            votes += tree.predict(X) if self.recipe.task == "regression" else tree.predict_proba(X)

    def _zeros(self, rows: Rows) -> NDArray[np.float64]:
        return np.zeros(len(rows) if self.recipe.task == "regression" else (len(rows), self.recipe.classes))

    def _model(self, trees: int, rows: int, progress: Progress) -> Any:
        params = self.recipe.params
        share = float(self.recipe.number("max_features"))
        is_regression = self.recipe.task == "regression"
        kind = RandomForestRegressor if is_regression else RandomForestClassifier
        # A node holds a number per class; many classes and many trees would fill the memory.
        leaves = _FOREST_BYTES // (16 * trees * max(1, self.recipe.classes))
        most_leaves = None
        if leaves < rows:
            most_leaves = max(2, leaves)
            progress.say(f"Trees are limited to {most_leaves:,} leaves, so that they fit into the memory.")
        return kind(
            n_estimators=1,
            max_depth=params["max_depth"],
            min_samples_leaf=params["min_samples_leaf"],
            max_features=share or (1 / 3 if is_regression else "sqrt"),
            max_leaf_nodes=most_leaves,
            warm_start=True,
            n_jobs=self.recipe.threads,
            random_state=self.recipe.seed,
        )


def _trees_per_step(train: Rows, threads: int) -> int:
    """Give the trees of one step: from the work alone, never from the clock."""
    work = len(train) * math.sqrt(train.X.shape[1]) * math.log2(len(train) + 1)
    return max(threads, min(10, int(8_000_000 / max(1.0, work))))


class _Enough(Exception):
    """The validation loss has not improved for the patience; raised through scikit-learn's fit."""


class Boosting(Estimator):
    """Histogram gradient boosting (``sklearn.ensemble.HistGradientBoosting*``), one round a step.

    scikit-learn asks its scorer after each round, first for training rows and then for the validation rows, with the
    predictions already at hand; the scorer is where the round is told, and where it is stopped.
    """

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        rounds = self._rounds(progress)
        listener = _Listener(self, valid, rounds, progress)
        model = self._model(rounds, listener)
        try:
            model.fit(
                train.X,
                train.y,
                sample_weight=train.weight,
                X_val=valid.X,
                y_val=valid.y,
                sample_weight_val=valid.weight,
            )
        except _Enough:
            return

    def _rounds(self, progress: Progress) -> int:
        rounds = int(self.recipe.number("max_iter"))
        most = max(10, _MOST_TREES // max(1, self.recipe.classes if self.recipe.task == "multiclass" else 1))
        if rounds > most:
            progress.say(f"{rounds} rounds of a tree per class would be too many; {most} are made at most.")
        return min(rounds, most)

    def _model(self, rounds: int, listener: _Listener) -> Any:
        params = self.recipe.params
        kind = HistGradientBoostingRegressor if self.recipe.task == "regression" else HistGradientBoostingClassifier
        return kind(
            max_iter=rounds,
            learning_rate=params["learning_rate"],
            max_leaf_nodes=params["max_leaf_nodes"],
            min_samples_leaf=params["min_samples_leaf"],
            l2_regularization=params["l2_regularization"],
            categorical_features=list(self.recipe.categorical) or None,
            early_stopping=True,
            n_iter_no_change=rounds + 1,
            scoring=listener,
            random_state=self.recipe.seed,
        )


class _Listener:
    """The scorer of one fit."""

    def __init__(self, owner: Boosting, valid: Rows, rounds: int, progress: Progress) -> None:
        self._owner = owner
        self._valid = valid
        self._rounds = rounds
        self._progress = progress
        self._patience = int(owner.recipe.number("patience"))
        self._best = math.inf
        self._best_round = 0
        self._train: tuple[NDArray[Any], NDArray[np.float64]] | None = None

    def __call__(self, model: Any, X: NDArray[Any], y: NDArray[Any], sample_weight: Any = None) -> float:
        del sample_weight
        is_regression = self._owner.recipe.task == "regression"
        predicted = model.predict(X) if is_regression else model.predict_proba(X)
        if self._train is None:
            self._train = (y, predicted)
            return 0.0
        (train_y, train_predicted), self._train = self._train, None
        round_ = len(model._predictors)
        if round_ == 0:
            return 0.0
        seen = Rows(np.empty((len(train_y), 0)), train_y)
        loss = self._progress.step(round_, self._rounds, (seen, train_predicted), (self._valid, predicted))
        if loss < self._best:
            self._best, self._best_round = loss, round_
            self._owner.fitted = SklearnPredictor(_snapshot(model))
        elif round_ - self._best_round >= self._patience:
            raise _Enough
        return -loss


def _snapshot(model: Any) -> Any:
    """Give what ``model`` is now, while its fit goes on."""
    taken = copy.copy(model)
    taken._predictors = list(model._predictors)
    taken._in_fit = False
    taken.scoring = "loss"
    taken.__dict__.pop("_scorer", None)
    return taken
