"""How models are put together: weights for their predictions, and how sure the whole may be.

Both are chosen on predictions for rows that no model learned from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.optimize import minimize_scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task

_LEAST: Final = np.finfo(np.float64).eps
_ROUNDS: Final = 60
_ROWS: Final = 50_000
_GAIN: Final = 1e-5
"""A round that makes the loss smaller by less, as a share of it, is noise."""
_COLDEST, _HOTTEST = 0.2, 5.0


def blend_weights(
    task: Task,
    truth: NDArray[Any],
    predicted: Sequence[NDArray[np.float64]],
    weight: NDArray[np.float64] | None = None,
    *,
    rounds: int = _ROUNDS,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Give a weight for each of the models, 0 or more and 1 in all, by greedy selection with replacement.

    ``truth`` is (n,) class indices or values, each of ``predicted`` (n, classes) probabilities or (n,) values, and
    ``weight`` (n,). In each round the model joins that makes the loss of the mean smallest (log loss, or squared
    error); the best round is taken (Caruana, Niculescu-Mizil, Crew and Ksikes 2004, Ensemble Selection from Libraries
    of Models).
    """
    columns = np.stack([_told(task, truth, one) for one in predicted])
    target = None if task != "regression" else np.asarray(truth, dtype=np.float64)
    if columns.shape[1] > _ROWS:
        chosen = np.random.default_rng(seed).choice(columns.shape[1], _ROWS, replace=False)
        columns = columns[:, chosen]
        target = None if target is None else target[chosen]
        weight = None if weight is None else weight[chosen]
    counts = np.zeros(len(columns))
    total = np.zeros(columns.shape[1])
    best, kept = np.inf, counts.copy()
    for number in range(1, rounds + 1):
        losses = _losses((total + columns) / number, target, weight)
        join = int(np.argmin(losses))
        counts[join] += 1
        total += columns[join]
        if losses[join] < best * (1.0 - _GAIN) or number == 1:
            best, kept = losses[join], counts.copy()
    shares: NDArray[np.float64] = kept / kept.sum()
    return shares


def blended(predicted: Sequence[NDArray[np.float64]], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the weighted mean of predictions of one shape."""
    made = np.zeros_like(predicted[0], dtype=np.float64)
    for one, share in zip(predicted, weights, strict=True):
        if share:
            made += share * one
    return made


def temperature(
    truth: NDArray[Any], predicted: NDArray[np.float64], weight: NDArray[np.float64] | None = None
) -> float:
    """Give the temperature by which probabilities (n, classes) fit the ``truth`` (n,) best; above 1 less sure.

    One number (Guo et al. 2017, On Calibration of Modern Neural Networks), so that even few rows tell it; between 0.2
    and 5.
    """
    logs = np.log(np.clip(predicted, _LEAST, 1.0))
    rows = np.arange(len(truth))

    def loss(log_of: float) -> float:
        scaled = logs * np.exp(-log_of)
        top = scaled.max(axis=1)
        total = np.log(np.exp(scaled - top[:, None]).sum(axis=1)) + top
        return float(np.average(total - scaled[rows, truth], weights=weight))

    found = minimize_scalar(loss, bounds=(np.log(_COLDEST), np.log(_HOTTEST)), method="bounded")
    return float(np.exp(found.x)) if found.fun < loss(0.0) else 1.0


def _told(task: Task, truth: NDArray[Any], predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what the loss depends on: the value, or the probability of the true class."""
    return predicted if task == "regression" else predicted[np.arange(len(truth)), truth]


def _losses(
    means: NDArray[np.float64], target: NDArray[np.float64] | None, weight: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    each = -np.log(np.clip(means, _LEAST, None)) if target is None else (means - target) ** 2
    made: NDArray[np.float64] = np.average(each, axis=1, weights=weight)
    return made
