"""How scores, or errors, are spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.evaluation.curves.undefined import Undefined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

BINS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Bars between ``edges`` (b + 1,): ``counts`` (groups, b) of rows, ``bin`` (n,) the bar of each row."""

    edges: Floats
    counts: Indices
    bin: Indices

    def rows(self, place: int) -> Indices:
        """Give the positions of the rows in the bar at ``place``."""
        return np.flatnonzero(self.bin == place)

    @property
    def shares(self) -> Floats:
        """Of each group the share that is in each bar; 0 of a group without rows."""
        whole = np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        return np.asarray(self.counts / whole, dtype=np.float64)


def histogram(
    values: Floats,
    group: Indices | None = None,
    groups: int = 1,
    bins: int = BINS,
    span: tuple[float, float] | None = None,
) -> Histogram | Undefined:
    """Give the bars of ``values`` (n,), by ``group`` (n,) where there is one; ``span`` is all values by default."""
    if not len(values):
        return Undefined("There are no rows.")
    low, high = (float(values.min()), float(values.max())) if span is None else span
    if low == high:
        low, high = low - 0.5, high + 0.5
    width = (high / bins - low / bins) or 0.0
    if not np.isfinite(width * bins) or low + width == low:
        return Undefined("The values are too large, or too near to each other, to be put in bars.")
    edges = np.linspace(low, high, bins + 1)
    place = np.clip(((values - low) / (high - low) * bins).astype(np.int64), 0, bins - 1)
    labels = np.zeros(len(values), dtype=np.int64) if group is None else group
    counts = np.bincount(labels * bins + place, minlength=groups * bins).reshape(groups, bins)
    return Histogram(edges, counts, place)


def score_histogram(positive: NDArray[np.bool_], score: Floats, bins: int = BINS) -> Histogram | Undefined:
    """Give the bars of the scores of the other rows and of the positive ones, between 0 and 1 where all of them are."""
    inside = not len(score) or (score.min() >= 0.0 and score.max() <= 1.0)
    return histogram(score, positive.astype(np.int64), 2, bins, (0.0, 1.0) if inside else None)
