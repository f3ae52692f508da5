"""From which probability of the second class it is predicted, when errors of one kind weigh more than of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECIDED: Final = ("accuracy", "balanced_accuracy", "f1")
"""The metrics of two classes that depend on the threshold."""


def best_threshold(
    truth: NDArray[np.int64], probability: NDArray[np.float64], metric: str, weight: NDArray[np.float64] | None = None
) -> float:
    """Give the threshold at which ``metric``, one of :data:`DECIDED`, is best on these rows.

    ``truth`` is (n,) with 1 for the second class, ``probability`` (n,) that of the second class. Among equals the one
    next to 0.5 is taken; it lies half way between two probabilities that were predicted.
    """
    hits, alarms, positives, negatives, cuts = _counts(truth, probability, weight)
    match metric:
        case "accuracy":
            value = hits + negatives - alarms
        case "balanced_accuracy":
            value = hits / max(positives, _TINY) + (negatives - alarms) / max(negatives, _TINY)
        case "f1":
            value = 2 * hits / np.maximum(hits + alarms + positives, _TINY)
        case _:
            raise ValueError(f"The metric {metric!r} has no threshold.")
    return _best(value, cuts)


def cheapest_threshold(
    truth: NDArray[np.int64],
    probability: NDArray[np.float64],
    *,
    false_alarm: float,
    miss: float,
    weight: NDArray[np.float64] | None = None,
) -> float:
    """Give the threshold at which errors cost least on these rows.

    ``false_alarm`` is what it costs to predict the second class for a row of the first, ``miss`` the other way round;
    shapes as in :func:`best_threshold`. With probabilities that are right it is ``false_alarm / (false_alarm + miss)``
    (Elkan 2001, The Foundations of Cost-Sensitive Learning).
    """
    hits, alarms, positives, _, cuts = _counts(truth, probability, weight)
    return _best(-(false_alarm * alarms + miss * (positives - hits)), cuts)


_TINY: Final = 1e-300


def _counts(
    truth: NDArray[np.int64], probability: NDArray[np.float64], weight: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], float, float, NDArray[np.float64]]:
    """Give hits and false alarms at each cut from high to low, the weight of either class, and the cuts."""
    weight = np.ones(len(truth)) if weight is None else weight
    order = np.argsort(-probability, kind="stable")
    sorted_, is_second = probability[order], truth[order] == 1
    gained = np.cumsum(np.where(is_second, weight[order], 0.0))
    alarmed = np.cumsum(np.where(is_second, 0.0, weight[order]))
    # Rows of one probability are on one side of every threshold.
    ends = np.flatnonzero(np.append(np.diff(sorted_) != 0, True))
    above, below = sorted_[ends], np.append(sorted_[ends[:-1] + 1], 0.0)
    hits, alarms, cuts = gained[ends], alarmed[ends], (above + below) / 2.0
    if above[0] < 1.0:
        # Above all of them no row is predicted as the second class; nothing lies above a probability of 1.
        hits, alarms, cuts = np.append(0.0, hits), np.append(0.0, alarms), np.append((1.0 + above[0]) / 2.0, cuts)
    return hits, alarms, float(gained[-1]), float(alarmed[-1]), cuts


def _best(value: NDArray[np.float64], cuts: NDArray[np.float64]) -> float:
    equals = np.flatnonzero(value >= value.max() - 1e-12 * max(1.0, abs(float(value.max()))))
    return float(cuts[equals[np.argmin(np.abs(cuts[equals] - 0.5))]])
