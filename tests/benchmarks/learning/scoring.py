"""Scores of predictions on the test rows, and what they are worth beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.metrics import roc_auc_score

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tests.benchmarks.learning.tables import Parts, Task

_LEAST: Final = 1e-15
HIGHER: Final = frozenset({"roc_auc"})
"""The metrics of which more is better."""


def score(task: Task, truth: NDArray[np.generic], predicted: NDArray[np.float64]) -> float:
    """Give ROC AUC of the second class, log loss, or RMSE.

    ``predicted`` is (n, classes) probabilities, which are brought to a sum of 1, or (n,) values.

    Raises:
        ValueError: the predictions are not of this form, or no numbers.
    """
    if not np.isfinite(predicted).all() or len(predicted) != len(truth):
        raise ValueError("the predictions are not a number for each row")
    if task == "regression":
        return float(np.sqrt(np.mean((predicted - truth) ** 2)))
    if task == "binary":
        return float(roc_auc_score(truth, predicted[:, 1]))
    clipped = np.clip(predicted, _LEAST, 1.0)
    true = clipped[np.arange(len(truth)), truth.astype(np.int64)] / clipped.sum(axis=1)
    return float(-np.log(true).mean())


def dummy_score(task: Task, parts: Parts) -> float:
    """Give the score of what knows the target of the training rows alone: their shares of classes, or their mean."""
    rows = len(parts.test_y)
    if task == "regression":
        return score(task, parts.test_y, np.full(rows, parts.train_y.mean()))
    shares = np.bincount(parts.train_y, minlength=len(parts.classes)) / len(parts.train_y)
    return score(task, parts.test_y, np.tile(shares, (rows, 1)))


def is_better(metric: str, one: float, other: float) -> bool:
    """Whether ``one`` is better than ``other``."""
    return one > other if metric in HIGHER else one < other


def ranks(metric: str, scores: Mapping[str, float | None]) -> dict[str, float]:
    """Give each system's rank, 1 the best; equals share the mean, and those without a score the last places."""
    sign = -1.0 if metric in HIGHER else 1.0
    values = {name: np.inf if value is None else sign * value for name, value in scores.items()}
    found = {}
    for name, value in values.items():
        below = sum(other < value for other in values.values())
        same = sum(other == value for other in values.values())
        found[name] = below + (same + 1) / 2
    return found


def normalised(scores: Mapping[str, float | None], dummy: float, metric: str) -> dict[str, float]:
    """Give each system's score, 0 for the dummy's and worse ones and for none at all, 1 for the best that was seen."""
    known = [value for value in scores.values() if value is not None]
    best = (max if metric in HIGHER else min)(known, default=dummy)
    if not is_better(metric, best, dummy):
        return dict.fromkeys(scores, 0.0)
    return {
        name: 0.0 if value is None else max(0.0, (value - dummy) / (best - dummy)) for name, value in scores.items()
    }
