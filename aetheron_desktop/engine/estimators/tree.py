"""One decision tree, small enough to read."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from aetheron_desktop.engine.estimators.arrays import read_arrays, write_arrays
from aetheron_desktop.engine.estimators.base import Estimator, Rows, SklearnPredictor

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.estimators.base import Progress

_JUDGED_ROWS: Final = 20_000
_MOST_SIZES: Final = 24
_PRIOR_ROWS: Final = 2.0
_STATE: Final = "tree.npz"


class DecisionTree(Estimator):
    """One tree (Breiman et al. 1984; ``sklearn.tree.DecisionTree*``), pruned to what helps on the validation rows.

    It is grown to its depth, and cut back by cost and complexity; each size on the way is a step, the smallest first,
    and the best is kept. A class's probability in a leaf counts two rows of the whole table's shares more (an
    m-estimate; Cestnik 1990), so that a leaf of few rows is never certain. Where predictions have directions, each leaf
    counts them as one of middle size would: by their own sizes, leaves could come into another order.
    """

    directed_style = "filled"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        seen = train.head(_JUDGED_ROWS // 4, self.recipe.seed), valid.head(_JUDGED_ROWS, self.recipe.seed)
        best, chosen, done = math.inf, 0, 0
        alphas = self._alphas(train)
        if (folder := progress.restored()) is not None:
            state = read_arrays(folder / _STATE)
            best, chosen, done = float(state["best"]), int(state["chosen"]), int(state["done"])
            self.fitted = SklearnPredictor(self._grown(train, alphas[chosen]))
        for number, alpha in enumerate(alphas[done:], start=done):
            predictor = SklearnPredictor(self._grown(train, alpha))
            if self.fitted is None:
                self.fitted = predictor
            judged = [(rows, predictor.predict(rows.X)) for rows in seen]
            loss = progress.step(number + 1, len(alphas), judged[0], judged[1])
            if loss < best:
                best, chosen, self.fitted = loss, number, predictor
            # The trees themselves are grown again: one takes less than writing down how.
            progress.checkpoint(partial(_write, best=best, chosen=chosen, done=number + 1))
        kept = self.fitted.model.get_n_leaves() if isinstance(self.fitted, SklearnPredictor) else 0
        progress.say(f"The tree has {kept} {'answer' if kept == 1 else 'answers'}.")

    def _alphas(self, train: Rows) -> list[float]:
        """Give the prices of a leaf to try, the dearest, which leaves the smallest tree, first."""
        if not self.recipe.params["prune"]:
            return [0.0]
        path = self._tree(0.0, train).cost_complexity_pruning_path(train.X, train.y, sample_weight=train.weight)
        prices = np.unique(np.maximum(path.ccp_alphas, 0.0))
        if len(prices) > _MOST_SIZES:
            prices = prices[np.unique(np.linspace(0, len(prices) - 1, _MOST_SIZES).round().astype(int))]
        # Between two prices: at one itself, the last bit of a sum would decide.
        tried = np.append(np.sqrt(prices[:-1] * prices[1:]), prices[-1] * (1.0 + 1e-9))
        return [float(one) for one in tried[::-1]]

    def _grown(self, train: Rows, alpha: float) -> Any:
        tree = self._tree(alpha, train).fit(train.X, train.y, sample_weight=train.weight)
        tree.monotonic_cst = None  # said how it grows, and nothing of what it predicts
        if self.recipe.classes:
            shares = tree.tree_.value[:, 0, :]
            rows = tree.tree_.weighted_n_node_samples[:, None]
            if self.recipe.monotone:
                rows = rows[0] / tree.get_n_leaves()
            shares[...] = (shares * rows + shares[0] * _PRIOR_ROWS) / (rows + _PRIOR_ROWS)
        return tree

    def _tree(self, alpha: float, train: Rows) -> Any:
        params = self.recipe.params
        return (DecisionTreeRegressor if self.recipe.task == "regression" else DecisionTreeClassifier)(
            max_depth=params["max_depth"],
            min_samples_leaf=params["min_samples_leaf"],
            ccp_alpha=alpha,
            monotonic_cst=self.recipe.directions(train.X.shape[1]),
            random_state=self.recipe.seed,
        )


def _write(folder: Path, **state: float) -> None:
    write_arrays(folder / _STATE, **state)
