"""Many decision trees side by side: random forest, extremely randomized trees."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from aetheron_desktop.engine.estimators.arrays import read_arrays, write_arrays
from aetheron_desktop.engine.estimators.base import Estimator, Rows, SklearnPredictor
from aetheron_desktop.engine.estimators.grown import fill_forest, read_trees, write_trees

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Judged, Progress

_JUDGED_TRAIN: Final = 3_000
_JUDGED_VALID: Final = 10_000
_FOREST_BYTES: Final = 2 << 30
_VOTES: Final = "votes.npz"


class Forest(Estimator):
    """A random forest (Breiman 2001; ``sklearn.ensemble.RandomForest*``), a few trees a step."""

    kinds: ClassVar[tuple[Any, Any]] = (RandomForestClassifier, RandomForestRegressor)
    directed_style = "filled"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        total = int(self.recipe.number("n_estimators"))
        model = self._model(total, train, progress)
        seen = train.head(_JUDGED_TRAIN, self.recipe.seed), valid.head(_JUDGED_VALID, self.recipe.seed)
        sums = [self._zeros(rows) for rows in seen]
        step = _trees_per_step(train, self.recipe.threads)
        done = self._restore(model, train.X.shape[1], sums, progress)
        while done < total:
            model.n_estimators = min(done + step, total)
            model.fit(train.X, train.y, sample_weight=train.weight)
            grown = model.estimators_[done:]
            for tree in grown:
                tree.monotonic_cst = None  # said how it grows, and nothing of what it predicts
            done = model.n_estimators
            self._keep(model)
            judged: list[Judged] = []
            for rows, votes in zip(seen, sums, strict=True):
                self._vote(grown, rows, votes)
                judged.append((rows, votes / done))
            progress.step(done, total, judged[0], judged[1])
            progress.checkpoint(lambda folder: self._write(folder, model.estimators_, sums, progress))

    def _keep(self, model: Any) -> None:
        snapshot = copy.copy(model)
        snapshot.estimators_ = list(model.estimators_)
        # Several threads would add up the votes in the order in which they finish: not the same bits each time.
        snapshot.n_jobs = 1
        # They are of the rows that it learned from, and no part of what it learned.
        snapshot._sample_weight = None
        snapshot.monotonic_cst = None
        self.fitted = SklearnPredictor(snapshot)

    @staticmethod
    def _write(folder: Path, trees: list[Any], sums: list[NDArray[np.float64]], progress: Progress) -> None:
        write_trees(folder, progress.restored(), trees)
        write_arrays(folder / _VOTES, train=sums[0], valid=sums[1])

    def _restore(self, model: Any, features: int, sums: list[NDArray[np.float64]], progress: Progress) -> int:
        """Take up the trees of the last checkpoint, and give how many there are."""
        folder = progress.restored()
        if folder is None:
            return 0
        trees = read_trees(folder, model, features, self.recipe.classes)
        fill_forest(model, trees, features, self.recipe.classes)
        votes = read_arrays(folder / _VOTES)
        sums[:] = [votes["train"], votes["valid"]]
        self._keep(model)
        return len(trees)

    def _vote(self, trees: list[Any], rows: Rows, votes: NDArray[np.float64]) -> None:
        """Add to ``votes`` what new ``trees`` say of ``rows``; asking all trees each time would be quadratic."""
        X = np.ascontiguousarray(rows.X, dtype=np.float32)
        for tree in trees:
            votes += tree.predict(X) if self.recipe.task == "regression" else tree.predict_proba(X)

    def _zeros(self, rows: Rows) -> NDArray[np.float64]:
        return np.zeros(len(rows) if self.recipe.task == "regression" else (len(rows), self.recipe.classes))

    def _model(self, trees: int, train: Rows, progress: Progress) -> Any:
        params, rows = self.recipe.params, len(train)
        share = float(self.recipe.number("max_features"))
        is_regression = self.recipe.task == "regression"
        # A node holds a number per class; many classes and many trees would fill the memory.
        leaves = _FOREST_BYTES // (16 * trees * max(1, self.recipe.classes))
        most_leaves = None
        if leaves < rows:
            most_leaves = max(2, leaves)
            progress.say(f"Trees are limited to {most_leaves:,} leaves, so that they fit into the memory.")
        return self.kinds[is_regression](
            n_estimators=1,
            max_depth=params["max_depth"],
            min_samples_leaf=params["min_samples_leaf"] or _leaf(rows, is_regression=is_regression),
            max_features=share or (0.6 if is_regression else "sqrt"),
            max_leaf_nodes=most_leaves,
            monotonic_cst=self.recipe.directions(train.X.shape[1]),
            warm_start=True,
            n_jobs=self.recipe.threads,
            random_state=self.recipe.seed,
        )


class ExtraTrees(Forest):
    """Extremely randomized trees (Geurts, Ernst, Wehenkel 2006; ``sklearn.ensemble.ExtraTrees*``), a few a step."""

    kinds = (ExtraTreesClassifier, ExtraTreesRegressor)


def _leaf(rows: int, *, is_regression: bool) -> int:
    """Give the rows of a leaf when none is chosen: with many rows larger leaves are smaller files, and often better."""
    few, many = (10_000, 50_000) if is_regression else (5_000, 20_000)
    return 1 if rows < few else 2 if rows < many else 5


def _trees_per_step(train: Rows, threads: int) -> int:
    """Give the trees of one step: from the work alone, never from the clock."""
    work = len(train) * math.sqrt(train.X.shape[1]) * math.log2(len(train) + 1)
    return max(threads, min(10, int(8_000_000 / max(1.0, work))))
