"""The second layer of an ensemble: a linear model of what its members say (Wolpert 1992, Stacked Generalization).

It learns from predictions for rows that no member learned from. The weights are pulled to those that the members had
without it (ridge), as far as is best for rows that it did not learn from itself; they may be below zero, where a weak
member shows in what a strong one errs (Breiman 1996, Stacked Regressions; Ting and Witten 1999 for probabilities).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from scipy.optimize import minimize

from aetheron_desktop.engine.estimators.pooling import LEAST_SAID, pooled
from aetheron_desktop.engine.evaluation.blending import wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task

_PULLS: Final = (1e-3, 1e-2, 0.05, 0.3, 2.0)
_FOLDS: Final = 5
_FEWEST_ROWS: Final = 100
_CELLS: Final = 250_000
"""Of more rows times members times classes so many rows are drawn as make that many."""
_IDLE: Final = 0.05
"""A member whose weight is a smaller share of the largest is left out: it costs more time than it is worth."""
_GAIN: Final = 0.003
"""The layer is worth it when the loss is smaller by more than this share."""
_STEPS: Final = 60


class Layer(NamedTuple):
    """A weight for each member, (members,), 0 for those left out; and an offset for each class, or one: (classes,)."""

    weights: NDArray[np.float64]
    offsets: NDArray[np.float64]

    def put_together(self, said: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Give (n, classes) or (n,) of what the members ``said``."""
        counting = np.flatnonzero(self.weights).tolist()
        return pooled([said[one] for one in counting], self.weights[counting].tolist(), self.offsets.tolist())


def second_layer(
    task: Task,
    truth: NDArray[Any],
    said: Sequence[NDArray[np.float64]],
    before: NDArray[np.float64],
    whole: NDArray[np.float64],
    weight: NDArray[np.float64] | None = None,
    *,
    seed: int = 0,
) -> tuple[Layer, NDArray[np.float64]] | None:
    """Give the layer, and what layers that did not learn from a row say of it; None where they are not better.

    ``truth`` is (n,) class indices or values, each of ``said`` (n, classes) probabilities or (n,) values, and
    ``weight`` (n,). ``before`` are the weights without the layer and ``whole`` what they predict.
    """
    if len(said) < 2 or len(truth) < _FEWEST_ROWS:
        return None
    rng = np.random.default_rng(seed)
    most = _CELLS // (len(said) * (said[0].shape[1] if said[0].ndim == 2 else 1))
    rows = np.arange(len(truth)) if len(truth) <= most else np.sort(rng.choice(len(truth), most, replace=False))
    problem = _Problem(task, truth[rows], [one[rows] for one in said], None if weight is None else weight[rows])
    fold = rng.permutation(len(truth)) % _FOLDS
    chosen = np.arange(len(said))
    _, pull = problem.best_pull(chosen, before, fold[rows])
    first = problem.fit(chosen, before, pull).weights
    chosen = np.flatnonzero(np.abs(first) >= _IDLE * np.abs(first).max())
    loss, pull = problem.best_pull(chosen, before, fold[rows])
    if not loss < (1.0 - _GAIN) * problem.loss(whole[rows]):
        return None
    told = np.empty_like(whole)
    for left_out in range(_FOLDS):
        layer = problem.fit(chosen, before, pull, np.flatnonzero(fold[rows] != left_out))
        out = fold == left_out
        told[out] = layer.put_together([one[out] for one in said])
    return problem.fit(chosen, before, pull), told


class _Problem:
    """Fits layers to some of the members and some of the rows; what is left out of either counts nothing."""

    def __init__(
        self, task: Task, truth: NDArray[Any], said: Sequence[NDArray[np.float64]], weight: NDArray[np.float64] | None
    ) -> None:
        self._is_number = task == "regression"
        self._truth = truth
        self._said = said
        self._weight = np.ones(len(truth)) if weight is None else weight
        # (n, members), or of the logarithms (n, members, classes)
        self._X = np.stack(said, axis=1)
        if not self._is_number:
            self._X = np.log(np.clip(self._X, LEAST_SAID, 1.0))

    def best_pull(
        self, chosen: NDArray[np.int64], before: NDArray[np.float64], fold: NDArray[np.int64]
    ) -> tuple[float, float]:
        """Give the least loss for rows left out, and how strong the pull is that has it."""
        found = []
        for pull in _PULLS:
            told = np.empty_like(self._said[0])
            for left_out in range(_FOLDS):
                rows = np.flatnonzero(fold != left_out)
                layer = self.fit(chosen, before, pull, rows)
                out = fold == left_out
                told[out] = layer.put_together([one[out] for one in self._said])
            found.append((self.loss(told), pull))
        return min(found)

    def loss(self, told: NDArray[np.float64]) -> float:
        """Give the log loss, or the mean squared error."""
        truth, weight = self._truth, self._weight
        if self._is_number:
            return float(np.average((told - truth) ** 2, weights=weight))
        likely = np.clip(told[np.arange(len(truth)), truth], np.finfo(np.float64).tiny, 1.0)
        return float(np.average(-np.log(likely), weights=weight))

    def fit(
        self,
        chosen: NDArray[np.int64],
        before: NDArray[np.float64],
        pull: float,
        rows: NDArray[np.int64] | None = None,
    ) -> Layer:
        """Fit the weights of the members ``chosen``."""
        rows = np.arange(len(self._truth)) if rows is None else rows
        start = before[chosen]
        # Where all that counted is left out, the pull is to the mean.
        start = start / start.sum() if start.sum() > 0 else np.full(len(chosen), 1.0 / len(chosen))
        share = self._weight[rows] / self._weight[rows].sum()
        X = self._X[np.ix_(rows, chosen)]
        made = (_values if self._is_number else _classes)(X, self._truth[rows], share, start, pull)
        weights = np.zeros(len(before))
        weights[chosen] = made.weights
        return Layer(weights, made.offsets)


def _values(
    X: NDArray[np.float64], y: NDArray[np.float64], share: NDArray[np.float64], start: NDArray[np.float64], pull: float
) -> Layer:
    """Minimise the squared error relative to the variance of ``y`` (n,), and the distance from ``start``; solved."""
    middle, mean = share @ X, float(share @ y)
    centred, rest = X - middle, y - mean
    variance = float(share @ rest**2) or 1.0
    weighted = centred * share[:, None]
    normal = weighted.T @ centred / variance + pull * np.eye(len(start))
    weights = np.asarray(np.linalg.solve(normal, weighted.T @ rest / variance + pull * start), dtype=np.float64)
    return Layer(weights, np.array([mean - float(middle @ weights)]))


def _classes(
    X: NDArray[np.float64], y: NDArray[np.int64], share: NDArray[np.float64], start: NDArray[np.float64], pull: float
) -> Layer:
    """Minimise the log loss of ``y`` (n,), and the distance from ``start``; ``X`` is (n, members, classes).

    As for a temperature, no row is taken for certain.
    """
    members, classes = X.shape[1:]
    goal = wanted(y, classes)

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, offsets = values[:members], values[members:]
        total = np.einsum("nmk,m->nk", X, weights) + offsets
        total -= total.max(axis=1, keepdims=True)
        likely = np.exp(total)
        sums = likely.sum(axis=1, keepdims=True)
        likely /= sums
        value = float(share @ (np.log(sums[:, 0]) - np.einsum("nk,nk->n", goal, total)))
        likely -= goal
        likely *= share[:, None]
        away = weights - start
        gradient = np.concatenate(
            [np.einsum("nmk,nk->m", X, likely) + pull * away, likely.sum(axis=0) + pull / 10 * offsets]
        )
        return value + pull / 2 * float(away @ away) + pull / 20 * float(offsets @ offsets), gradient

    begun = np.concatenate([start, np.zeros(classes)])
    found = minimize(loss, begun, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return Layer(found[:members], found[members:])
