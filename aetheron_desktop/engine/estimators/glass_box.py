"""Boosted trees that can be read: each asks about one feature, or about one of few pairs of them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.estimators.boosting import Boosting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress, Rows

_SAMPLE_ROWS: Final = 20_000
_MOST_FEATURES: Final = 60
_ROUNDS: Final = 200
_BINS: Final = 8
_NOISE: Final = 2.0
"""How many times what chance alone would explain a pair must explain."""


class GlassBox(Boosting):
    """A generalized additive model with few interactions, by boosting (GA2M; Lou, Caruana, Gehrke and Hooker 2013).

    The trees that ask about one feature add up to its shape function, those that ask about a pair to a table of both,
    and the model is the sum of these and nothing else. The pairs are those that explain most of what a first model
    without any leaves unexplained, on a grid of eight by eight. Trees are small and taken in small steps, so that
    features that say the same share what they say.
    """

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        self._pairs: list[list[int]] = []
        self._width = train.X.shape[1]
        if (most := int(self.recipe.number("pairs"))) and train.X.shape[1] > 1:
            rounds = int(self.recipe.number("max_iter"))
            progress.tick(0, rounds)
            self._pairs = self._chosen(train.head(_SAMPLE_ROWS, self.recipe.seed), most)
            progress.tick(0, rounds)
            progress.say(f"{len(self._pairs)} pairs of features are looked at together.")
        super().fit(train, valid, progress)

    def _model(self, rounds: int) -> Any:
        model = super()._model(rounds)
        if not self._pairs:
            return model.set_params(interaction_cst="no_interactions")
        return model.set_params(interaction_cst=[[place] for place in range(self._width)] + self._pairs)

    def _chosen(self, rows: Rows, most: int) -> list[list[int]]:
        """Give at most so many pairs of features, those first that explain most of what single ones leave."""
        model = super()._model(max(20, _ROUNDS // max(1, self.recipe.classes)))
        first = model.plain(**model.get_params()).set_params(
            interaction_cst="no_interactions", early_stopping=False, learning_rate=0.1
        )
        first.fit(rows.X, rows.y, sample_weight=rows.weight)
        left = self._left(first, rows)
        weight = np.ones(len(rows)) if rows.weight is None else rows.weight
        codes = {place: _codes(rows.X[:, place]) for place in _used(first, self._width)[:_MOST_FEATURES]}
        variance = float(np.average((left**2).sum(axis=1), weights=weight)) * float(weight.mean())
        found = []
        for one, other in combinations(sorted(codes), 2):
            both = codes[one] * (_BINS + 1) + codes[other]
            gain = _explained(both, left, weight) - sum(_explained(codes[at], left, weight) for at in (one, other))
            if gain > _NOISE * variance * len(np.unique(both)):
                found.append((-gain, [one, other]))
        return [pair for _, pair in sorted(found)[:most]]

    def _left(self, model: Any, rows: Rows) -> NDArray[np.float64]:
        """Give (n, outputs) what ``model`` leaves unexplained."""
        if self.recipe.task == "regression":
            return np.asarray(rows.y - model.predict(rows.X))[:, None]
        truth = np.zeros((len(rows), self.recipe.classes))
        truth[np.arange(len(rows)), rows.y] = 1.0
        told = np.zeros_like(truth)
        told[:, model.classes_] = model.predict_proba(rows.X)
        return (truth - told)[:, 1:]


def _used(model: Any, width: int) -> list[int]:
    """Give the features that the trees ask about, those first that explain most."""
    gains = np.zeros(width)
    for round_ in model._predictors:
        for tree in round_:
            nodes = tree.nodes[tree.nodes["is_leaf"] == 0]
            np.add.at(gains, nodes["feature_idx"], nodes["gain"])
    return [int(place) for place in np.argsort(-gains, kind="stable") if gains[place] > 0.0]


def _codes(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the bin (n,) of each value; those that are missing have one of their own."""
    known = values[~np.isnan(values)]
    edges = np.unique(np.quantile(known, np.linspace(0.0, 1.0, _BINS + 1)[1:-1])) if len(known) else np.empty(0)
    found = np.searchsorted(edges, values, side="right")
    return np.where(np.isnan(values), _BINS, found).astype(np.int64)


def _explained(codes: NDArray[np.int64], left: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Give by how much the sum of squares falls when each cell takes its mean."""
    total = np.bincount(codes, weight)
    sums = [np.bincount(codes, weight * column) for column in left.T]
    return float(sum((one**2 / (total + 1.0)).sum() for one in sums))
