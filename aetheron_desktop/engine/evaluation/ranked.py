"""Rows in the order of a score, sorted once, and the metrics of that order; see :mod:`.statistic`."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


class Ranked:
    """``order`` (n,) are the positions of the rows, the highest score first, and ``falling`` (n,) their scores.

    Rows of one score are a group; ``ends`` (g,) are the places in the order at which the groups end.
    """

    def __init__(self, order: Indices, falling: Floats) -> None:
        self.order, self.falling = order, falling
        self.ends: Indices = np.append(np.flatnonzero(falling[:-1] != falling[1:]), len(order) - 1)

    @classmethod
    def by(cls, score: Floats) -> Ranked:
        """Sort the rows by their ``score`` (n,), at least one."""
        order = np.argsort(-score, kind="stable")
        return cls(order, score[order])

    def __len__(self) -> int:
        return len(self.order)

    @cached_property
    def has_ties(self) -> bool:
        """Whether any two rows have one score."""
        return len(self.ends) < len(self.order)

    def each_of(self, groups: Floats) -> Floats:
        """Give what each group (g,) has to each place of the order (n,)."""
        return np.repeat(groups, np.diff(self.ends, prepend=-1)) if self.has_ties else groups

    def groups_of(self, places: Indices) -> Indices:
        """Give the groups in which these places of the order are."""
        return np.searchsorted(self.ends, places) if self.has_ties else places

    def in_rows(self, each: Floats) -> Floats:
        """Give what each place of the order has to the row there."""
        made = np.empty(len(each))
        made[self.order] = each
        return made


def merged(parts: Sequence[Ranked]) -> Ranked:
    """Rank the rows (n) of all ``parts`` (k) together; row i of part j is then at the position i · k + j.

    The parts are in order, and the sort merges them, in a fifth of the time that sorting all of them takes.
    """
    falling = np.concatenate([part.falling for part in parts])
    order = np.concatenate([part.order * len(parts) + number for number, part in enumerate(parts)])
    places = np.argsort(-falling, kind="stable")
    return Ranked(order[places], falling[places])


class RankArea:
    """ROC AUC by ranks, with DeLong's components in the time that sorting takes (Sun and Xu 2014)."""

    def __init__(self, positive: NDArray[np.bool_], score: Floats | Ranked) -> None:
        self.positive = positive
        self.positives, self.negatives = int(positive.sum()), int((~positive).sum())
        self.value, self._each = math.nan, np.zeros(len(positive))
        if self.positives and self.negatives:
            # Of a positive row: the share of negatives below it. Of a negative row: the share of positives above it.
            # Half of those that have its score count.
            ranked = ranked_by(score)
            ordered = positive[ranked.order]
            hits = np.cumsum(ordered, dtype=np.int64)[ranked.ends]
            misses = ranked.ends + 1 - hits
            above = self._halved(hits) / self.positives
            below = (self.negatives - self._halved(misses)) / self.negatives
            self._each = ranked.in_rows(np.where(ordered, ranked.each_of(below), ranked.each_of(above)))
            self.value = float(self._each[positive].mean())

    def influence(self) -> Floats:
        return self._influence

    @cached_property
    def _influence(self) -> Floats:
        # As DeLong divides: by one less than there are.
        found, others = (math.sqrt(rows * max(rows - 1.0, 1.0)) for rows in (self.positives, self.negatives))
        made: Floats = (self._each - self.value) / np.where(self.positive, found, others)
        return made

    @staticmethod
    def _halved(counts: Indices) -> Floats:
        """Count those before each group, and half of those in it."""
        made: Floats = counts - np.diff(counts, prepend=0) / 2.0
        return made


class RankAreas:
    """The mean of the ROC AUC of each class against the rest."""

    def __init__(self, areas: Sequence[RankArea]) -> None:
        self.areas = [area for area in areas if math.isfinite(area.value)]
        self.labels = np.sum([area.positive * number for number, area in enumerate(self.areas)], axis=0)
        self.value = float(np.mean([area.value for area in self.areas])) if self.areas else math.nan

    def influence(self) -> Floats:
        made: Floats = np.sum([area.influence() for area in self.areas], axis=0) / len(self.areas)
        return made


class AveragePrecision:
    """The area under precision over recall, as steps; rows of one score are told at once."""

    def __init__(self, positive: NDArray[np.bool_], score: Floats | Ranked) -> None:
        self.positive = positive
        self._ranked = ranked_by(score)
        order, ends = self._ranked.order, self._ranked.ends
        self._order = slice(None) if bool((order[:-1] < order[1:]).all()) else order
        ordered = positive[order]
        self._positive = ordered
        self.positives = int(positive.sum())
        # The positive rows in order, and to each the last row and the last positive row of its score.
        self._found = order[ordered]
        group = self._ranked.groups_of(np.flatnonzero(ordered))
        self._told_with = ends[group]
        is_alone = not self._ranked.has_ties
        self._found_with = np.arange(len(group)) if is_alone else np.searchsorted(group, group, side="right") - 1
        # With one class there is nothing that a sample could tell.
        defined = 0 < self.positives < len(positive)
        self.value = self._mean_precision() if defined else math.nan

    def influence(self) -> Floats:
        return self._influence

    @cached_property
    def _influence(self) -> Floats:
        ranked, ends = self._ranked, self._ranked.ends
        hits = np.cumsum(self._positive)[ends]
        told = ends + 1.0
        found, precision = np.diff(hits, prepend=0.0), hits / told
        # A row changes the precision at its own score and at each lower one.
        up = np.cumsum((found / told)[::-1])[::-1]
        down = np.cumsum((found * precision / told)[::-1])[::-1]
        own = self._positive * (ranked.each_of(precision + up) - self.value)
        return ranked.in_rows((own - ranked.each_of(down)) / hits[-1])

    def resampled(self, weights: Floats) -> Floats:
        told = np.cumsum(weights[:, self._order], axis=1)[:, self._told_with]
        found = weights[:, self._found]
        hits = np.cumsum(found, axis=1)
        total = hits[:, -1]
        area: Floats = np.einsum("ij,ij->i", found, hits[:, self._found_with] / np.maximum(told, 1.0))
        return area / np.where(total > 0.0, total, np.nan)

    def _mean_precision(self) -> float:
        """Give the metric of the rows as they are, each with the weight 1."""
        precision = (self._found_with + 1.0) / (self._told_with + 1.0)
        return float(np.einsum("i,i->", np.ones(len(precision)), precision)) / self.positives


def ranked_by(score: Floats | Ranked) -> Ranked:
    """Give the order of the rows by ``score``, which may be known already."""
    return score if isinstance(score, Ranked) else Ranked.by(score)
