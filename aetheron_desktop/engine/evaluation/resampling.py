"""Bootstrap samples of rows, and what is asked of them and of influences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.evaluation.distributions import student_quantile
from aetheron_desktop.engine.evaluation.statistic import is_summed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.statistic import Weighted

    Floats = NDArray[np.float64]

_CELLS: Final = 16_384
"""So many weights are held at once, or those of one sample: what is made of them stays in the processor's cache."""


def resample(statistics: Sequence[Weighted], rows: int, *, samples: int, seed: int) -> Floats:
    """Give the metrics on bootstrap samples, the same samples for all; shape (statistics, samples)."""
    rng = np.random.default_rng(seed)
    made = np.empty((len(statistics), samples))
    summed = [each for each in statistics if is_summed(each)]
    is_all_summed = len(summed) == len(statistics)
    at_once = max(1, min(samples, _CELLS // rows))
    for start in range(0, samples, at_once):
        stop = min(samples, start + at_once)
        drawn = rng.integers(0, rows, (stop - start, rows))
        if is_all_summed:
            for each, values in zip(summed, made, strict=True):
                values[start:stop] = each.of_drawn(drawn)
            continue
        drawn += np.arange(stop - start)[:, None] * rows
        weights = np.bincount(drawn.ravel(), minlength=drawn.size).reshape(drawn.shape).astype(np.float64)
        for statistic, values in zip(statistics, made, strict=True):
            values[start:stop] = statistic.resampled(weights)
    return made


def error_of(influence: Floats) -> float:
    """Give the standard error that the influences make."""
    return math.sqrt(float((influence**2).sum()))


def freedom(influence: Floats, labels: NDArray[Any]) -> float:
    """Give Satterthwaite's (1946) degrees of freedom of a variance that is added up from that of each label's rows."""
    _, label, counts = np.unique(labels, return_inverse=True, return_counts=True)
    parts = np.bincount(label, weights=influence**2)
    return float(parts.sum() ** 2 / (parts**2 / np.maximum(counts - 1, 1)).sum())


def student_width(influence: Floats, labels: NDArray[Any]) -> float:
    """Give the half of Student's interval of what varies among the rows of each label about their own mean."""
    counts = np.bincount(labels)[labels]
    own = influence * np.sqrt(counts / np.maximum(counts - 1, 1))
    return error_of(own) * student_quantile(freedom(own, labels))


def widened(rows: int) -> float:
    """Give the normal quantile at which percentiles of so few rows are as wide as Student's t (Hesterberg 2015)."""
    return student_quantile(rows - 1) * math.sqrt(rows / (rows - 1))
