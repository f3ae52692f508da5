"""How models are put together: weights for their predictions, and how sure the whole may be.

Both are chosen on predictions for rows that no model learned from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import rankdata

from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.estimators.quantiles import levels
from aetheron_desktop.engine.estimators.temperature import LEAST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task

_ROUNDS: Final = 60
_RANK_ROUNDS: Final = 25
_ROWS: Final = 50_000
_RANK_ROWS: Final = 10_000
"""Of more rows so many are drawn; to rank them costs more than to look at each."""
_GAIN: Final = 1e-5
"""A round that makes the loss smaller by less, as a share of it, is noise."""
_COLDEST, _HOTTEST = 0.2, 5.0
_RANKED: Final = ("roc_auc", "average_precision")

Loss: TypeAlias = "Callable[[NDArray[np.float64]], NDArray[np.float64]]"
"""Gives the loss of each of (models, rows) predictions."""


def blend_weights(
    task: Task,
    truth: NDArray[Any],
    predicted: Sequence[NDArray[np.float64]],
    weight: NDArray[np.float64] | None = None,
    *,
    metric: str = "",
    seed: int = 0,
    level: float = LEVEL,
) -> NDArray[np.float64]:
    """Give a weight for each of the models, 0 or more and 1 in all, by greedy selection with replacement.

    ``truth`` is (n,) class indices or values, each of ``predicted`` (n, classes) probabilities or (n,) values, and
    ``weight`` (n,). In each round the model joins that makes the loss of the mean smallest; the best round is taken
    (Caruana, Niculescu-Mizil, Crew and Ksikes 2004, Ensemble Selection from Libraries of Models). The loss is what
    ``metric`` asks for: the ranks of two classes, the absolute or the squared error of values, else the log loss. Of
    (n, 3) quantiles of values at ``level`` it is the pinball loss.
    """
    is_ranked = task == "binary" and metric in _RANKED and len(np.unique(truth)) == 2
    most, rounds = (_RANK_ROWS, _RANK_ROUNDS) if is_ranked else (_ROWS, _ROUNDS)
    rows = slice(None) if len(truth) <= most else np.random.default_rng(seed).choice(len(truth), most, replace=False)
    truth, weight = truth[rows], None if weight is None else weight[rows]
    if is_ranked:
        # Class weights do not change how rows are ranked; those of rows would, and the area on the test rows has none.
        return _greedy(np.stack([one[rows, 1] for one in predicted]), _rank_loss(truth), rounds)
    if task == "regression" and predicted[0].ndim == 2:
        return _greedy(np.stack([one[rows].ravel() for one in predicted]), _pinball(truth, level, weight), rounds)
    if task == "regression":
        power = 1 if metric in {"mae", "median_absolute_error"} else 2
        return _greedy(np.stack([one[rows] for one in predicted]), _error(truth, power, weight), rounds)
    true = np.stack([one[rows][np.arange(len(truth)), truth] for one in predicted])
    return _greedy(true, _surprise(weight), rounds)


def _greedy(columns: NDArray[np.float64], losses_of: Loss, rounds: int) -> NDArray[np.float64]:
    counts = np.zeros(len(columns))
    total = np.zeros(columns.shape[1])
    best, kept = np.inf, counts.copy()
    for number in range(1, rounds + 1):
        losses = losses_of((total + columns) / number)
        join = int(np.argmin(losses))
        counts[join] += 1
        total += columns[join]
        if number == 1 or losses[join] < best - _GAIN * abs(best):
            best, kept = losses[join], counts.copy()
    shares: NDArray[np.float64] = kept / kept.sum()
    return shares


def _surprise(weight: NDArray[np.float64] | None) -> Loss:
    def losses(means: NDArray[np.float64]) -> NDArray[np.float64]:
        made: NDArray[np.float64] = np.average(-np.log(np.clip(means, LEAST, None)), axis=1, weights=weight)
        return made

    return losses


def _error(truth: NDArray[Any], power: int, weight: NDArray[np.float64] | None) -> Loss:
    def losses(means: NDArray[np.float64]) -> NDArray[np.float64]:
        made: NDArray[np.float64] = np.average(np.abs(means - truth) ** power, axis=1, weights=weight)
        return made

    return losses


def _pinball(truth: NDArray[Any], level: float, weight: NDArray[np.float64] | None) -> Loss:
    quantiles = np.array(levels(level))
    each, true = np.tile(quantiles, len(truth)), np.repeat(truth, len(quantiles))
    weights = None if weight is None else np.repeat(weight, len(quantiles))

    def losses(means: NDArray[np.float64]) -> NDArray[np.float64]:
        over = true - means
        made: NDArray[np.float64] = np.average(np.maximum(each * over, (each - 1.0) * over), axis=1, weights=weights)
        return made

    return losses


def _rank_loss(truth: NDArray[Any]) -> Loss:
    """Give the share of pairs of both classes in the wrong order: 1 less the area under the ROC curve."""
    positive = truth == 1
    count = int(positive.sum())
    pairs = count * (len(truth) - count)

    def losses(means: NDArray[np.float64]) -> NDArray[np.float64]:
        ranks = rankdata(means, axis=1)[:, positive].sum(axis=1)
        made: NDArray[np.float64] = 1.0 - (ranks - count * (count + 1) / 2.0) / pairs
        return made

    return losses


def blended(predicted: Sequence[NDArray[np.float64]], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the weighted mean of predictions of one shape."""
    made = np.zeros_like(predicted[0], dtype=np.float64)
    for one, share in zip(predicted, weights, strict=True):
        if share:
            made += share * one
    return made


def wanted(truth: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Give the probabilities that rows (n,) of these classes ask for, (n, classes): nearly 1 for their own.

    A row less than 1, by how few of its class there are: with few rows, all of which are told right, nothing says how
    sure one may be (Platt 1999, Probabilistic Outputs for Support Vector Machines; Laplace's rule).
    """
    counts = np.bincount(truth, minlength=classes)
    rest = 1.0 / (counts + classes)
    goals = np.tile(rest[:, None], classes) + np.diag(counts * rest)
    made: NDArray[np.float64] = goals[truth]
    return made


def temperature(
    truth: NDArray[Any], predicted: NDArray[np.float64], weight: NDArray[np.float64] | None = None
) -> float:
    """Give the temperature by which probabilities (n, classes) fit the ``truth`` (n,) best; above 1 less sure.

    One number (Guo et al. 2017, On Calibration of Modern Neural Networks), so that even few rows tell it; between 0.2
    and 5. No row is taken for certain (see :func:`wanted`).
    """
    logs = np.log(np.clip(predicted, LEAST, 1.0))
    goal = wanted(truth, predicted.shape[1])

    def loss(log_of: float) -> float:
        scaled = logs * np.exp(-log_of)
        top = scaled.max(axis=1)
        total = np.log(np.exp(scaled - top[:, None]).sum(axis=1)) + top
        return float(np.average(total - np.einsum("nk,nk->n", goal, scaled), weights=weight))

    found = minimize_scalar(loss, bounds=(np.log(_COLDEST), np.log(_HOTTEST)), method="bounded")
    return float(np.exp(found.x)) if found.fun < loss(0.0) else 1.0
