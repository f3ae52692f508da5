"""Which class was taken for which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from aetheron_desktop.engine.evaluation.curves.bands import share_limits
from aetheron_desktop.engine.evaluation.curves.decisions import cells_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Confused:
    """Of the ``rows`` of the class ``actual`` so many were taken for ``said``; the share has Wilson's limits."""

    actual: int
    said: int
    count: int
    rows: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """``cells`` (classes, classes) count the rows by true class (row) and predicted class (column).

    ``members`` are the model's classes that stand in each place: one, but for the last place of what was folded.
    """

    classes: tuple[str, ...]
    cells: Indices
    members: tuple[Indices, ...]

    @property
    def merged(self) -> int:
        """How many of the rarest classes stand together in the last place; 0 where each stands by itself."""
        last = len(self.members[-1]) if self.members else 0
        return last if last > 1 else 0

    def rows(self, predictions: TestPredictions, actual: int, said: int, threshold: float | None = None) -> Indices:
        """Give the positions of the rows in the cell of these two places."""
        is_there = np.isin(predictions.truth, self.members[actual])
        return np.flatnonzero(is_there & np.isin(predictions.decided(threshold), self.members[said]))

    def shares(self, of: Literal["row", "column", "all"]) -> Floats:
        """Give the cells as shares of their row, of their column or of all; NaN where there is nothing to share."""
        whole = {
            "row": self.cells.sum(axis=1, keepdims=True),
            "column": self.cells.sum(axis=0, keepdims=True),
            "all": self.cells.sum(keepdims=True),
        }[of]
        cells = self.cells.astype(np.float64)
        made: Floats = np.divide(cells, whole, out=np.full(cells.shape, np.nan), where=whole > 0)
        return made

    def most_confused(self, most: int = 20) -> list[Confused]:
        """Give the pairs of different classes that were mistaken most often, the commonest first."""
        errors = self.cells * (1 - np.eye(len(self.cells), dtype=np.int64))
        order = np.argsort(-errors, axis=None, kind="stable")[: min(most, np.count_nonzero(errors))]
        rows = self.cells.sum(axis=1)
        made = []
        for actual, said in zip(*np.unravel_index(order, errors.shape), strict=True):
            count, whole = int(errors[actual, said]), int(rows[actual])
            low, high = share_limits(count, whole)
            made.append(Confused(int(actual), int(said), count, whole, count / whole, float(low), float(high)))
        return made

    def folded(self, most: int = 30) -> Confusion:
        """Give the same with the commonest ``most`` classes, and all the others as one."""
        count = len(self.classes)
        if count <= most + 1:
            return self
        sizes = self.cells.sum(axis=1) + self.cells.sum(axis=0)
        kept = np.sort(np.argsort(-sizes, kind="stable")[:most])
        place = np.full(count, most)
        place[kept] = np.arange(most)
        cells = np.zeros((most + 1, most + 1), dtype=np.int64)
        np.add.at(cells, (place[:, None], place[None, :]), self.cells)
        names = (*(self.classes[i] for i in kept), f"{count - most:,} others")
        others = np.setdiff1d(np.arange(count), kept)
        return Confusion(names, cells, (*(np.array([i]) for i in kept), others))


def confusion(predictions: TestPredictions, threshold: float | None = None) -> Confusion:
    """Count the pairs of true and predicted class; at ``threshold`` of two classes."""
    return _counted(predictions, predictions.decided(threshold))


def confusion_at(predictions: TestPredictions, cutoffs: Cutoffs, threshold: float) -> Confusion:
    """Count the pairs of two classes at ``threshold`` from their ``cutoffs``, without a look at the rows."""
    if len(predictions.classes) != 2:
        return confusion(predictions, threshold)
    return confusion_of(cutoffs, threshold, predictions.classes)


def confusion_of(cutoffs: Cutoffs, threshold: float, names: tuple[str, ...]) -> Confusion:
    """Count what two classes, the negative one first in ``names``, were taken for at ``threshold``."""
    return _of(names, cells_of(cutoffs.counts(threshold)).astype(np.int64))


def top_k(predictions: TestPredictions, most: int = 10) -> tuple[Floats, Floats, Floats]:
    """Give the shares of rows whose true class is among the k likeliest, for k from 1 on, and their limits; (k,).

    Of equally likely classes the later one stands before, as in scikit-learn.
    """
    classes = predictions.predicted.shape[1]
    true = predictions.predicted[np.arange(len(predictions)), predictions.truth][:, None]
    later = np.arange(classes)[None, :] > predictions.truth[:, None]
    before = ((predictions.predicted > true) | ((predictions.predicted == true) & later)).sum(axis=1)
    found = np.cumsum(np.bincount(before, minlength=classes))[: min(most, classes)]
    low, high = share_limits(found, np.full(len(found), len(predictions)))
    return found / max(1, len(predictions)), low, high


def _counted(predictions: TestPredictions, chosen: Indices) -> Confusion:
    count = len(predictions.classes)
    cells = np.bincount(predictions.truth * count + chosen, minlength=count * count)
    return _of(predictions.classes, cells.reshape(count, count))


def _of(classes: tuple[str, ...], cells: Indices) -> Confusion:
    return Confusion(classes, cells, tuple(np.array([i]) for i in range(len(classes))))
