"""Two classes, told apart by a score: how many rows are right and wrong at any threshold.

The rows are sorted once. After that the counts at a threshold take a binary search, whatever the number of rows, and
so does everything that is made of counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


class Counts(NamedTuple):
    """Right and wrong predictions at one threshold (numbers) or at many (arrays of one shape)."""

    tp: Floats
    fp: Floats
    tn: Floats
    fn: Floats


class Cutoffs:
    """``positive`` (n,) and ``score`` (n,), sorted: a row is predicted positive from its own score downwards.

    ``thresholds`` (k,) are the scores that occur, the highest first; ``tp`` and ``fp`` (k,) are the weights of the
    positive and of the other rows at or above each of them. ``positives`` and ``negatives`` are those of all rows.
    """

    def __init__(self, positive: NDArray[np.bool_], score: Floats, weight: Floats | None = None) -> None:
        self._order: Indices = np.argsort(-score, kind="stable")
        ordered, hit = score[self._order], positive[self._order]
        # Rows of one score are on one side of every threshold.
        self._ends: Indices = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)) if len(score) else _NONE
        self.thresholds: Floats = ordered[self._ends]
        if weight is None:
            found = np.cumsum(hit)[self._ends]
            self.tp, self.fp = found.astype(np.float64), (self._ends + 1 - found).astype(np.float64)
        else:
            given = weight[self._order]
            self.tp = np.cumsum(np.where(hit, given, 0.0))[self._ends]
            self.fp = np.cumsum(np.where(hit, 0.0, given))[self._ends]
        self._rising = self.thresholds[::-1]
        self.positives = float(self.tp[-1]) if len(self.tp) else 0.0
        self.negatives = float(self.fp[-1]) if len(self.fp) else 0.0
        self.is_weighted = weight is not None

    def __len__(self) -> int:
        return len(self._order)

    @property
    def has_both(self) -> bool:
        """Whether there are rows of either class."""
        return self.positives > 0.0 and self.negatives > 0.0

    def counts(self, threshold: float | Floats) -> Counts:
        """Give the counts at ``threshold``, a number or an array of any shape."""
        place = self._places(threshold)
        tp, fp = np.append(0.0, self.tp)[place], np.append(0.0, self.fp)[place]
        return Counts(tp, fp, self.negatives - fp, self.positives - tp)

    def at_each(self) -> Counts:
        """Give the counts above all scores, and at each of :attr:`thresholds`; shape (k + 1,)."""
        tp, fp = np.append(0.0, self.tp), np.append(0.0, self.fp)
        return Counts(tp, fp, self.negatives - fp, self.positives - tp)

    def told(self, threshold: float) -> Indices:
        """Give the positions of the rows that are predicted positive at ``threshold``, the highest score first."""
        return self._order[: self._told(threshold)]

    def between(self, low: float, high: float) -> Indices:
        """Give the positions of the rows whose score is at least ``low`` and below ``high``."""
        return self._order[self._told(high) : self._told(low)]

    def _told(self, threshold: float) -> int:
        place = int(self._places(threshold))
        return int(self._ends[place - 1]) + 1 if place else 0

    def _places(self, threshold: float | Floats) -> Indices:
        """Give how many of the scores that occur are at least ``threshold``."""
        return np.asarray(len(self.thresholds) - np.searchsorted(self._rising, threshold, side="left"))


_NONE: Indices = np.array([], dtype=np.int64)
