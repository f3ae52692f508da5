"""Weak segments: slices of one and two columns on which a model is worse, found and then tested on other rows.

The rows are parted. All parts but one are searched freely for the slices that are worst beside the rest, one after the
other, the rows of each put aside before the next is looked for; they are then tested on the part that did not choose
them (Cox 1975, A note on data-dependent hypothesis testing by splitting, Biometrika 62; so are the leaves of honest
trees: Athey and Imbens 2016). Then it is another part's turn. Holm's procedure over all tests of all turns keeps the
chance of any false segment at 5 %, and the effects are not larger for having been chosen. Of few rows three quarters
choose: where a segment ends is harder to find than that it is weak.

What is searched are the slices of Slice Finder (Chung et al. 2019) and SliceLine (Sagadeeva and Boehm 2021), here with
ranges and sets of words: of all pairs of columns at once, as products of small matrices of counts and of sums.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
import numpy as np

from aetheron_desktop.engine.evaluation.multiplicity import holm
from aetheron_desktop.engine.evaluation.segments.coding import slices_of
from aetheron_desktop.engine.evaluation.segments.contrast import contrast, mean_interval
from aetheron_desktop.engine.evaluation.segments.failure import Segment, WeakSegments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.segments.coding import Coded
    from aetheron_desktop.engine.evaluation.segments.losses import Losses

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

FEWEST: Final = 60
"""Of fewer test rows no part can choose, and none confirm."""
CHANCE: Final = 0.05
WORSE: Final = 1.1
"""A segment is told when its loss is so many times that of the rest: of very many rows anything is sure."""
_SMALLEST_SHARE: Final = 0.01
_SMALLEST: Final = 12
_CHOSEN: Final = 6
"""In each turn at most so many slices are tested."""
_SEARCHED: Final = 50_000
"""Rows that are searched at most; all of the part that tests are tested on."""
_MANY: Final = 4_000
"""So many rows are halved, fewer quartered."""
_PAIRED: Final = 40
"""Of more columns, those with the worst slices of their own are paired."""


class Slice(NamedTuple):
    """Rows that are in the parts ``parts`` of the columns at the places ``columns``."""

    columns: tuple[int, ...]
    parts: tuple[tuple[int, ...], ...]

    def inside(self, coded: Sequence[Coded]) -> NDArray[np.bool_]:
        """Say which rows are in it."""
        made = coded[self.columns[0]].inside(self.parts[0])
        for column, parts in zip(self.columns[1:], self.parts[1:], strict=True):
            made = made & coded[column].inside(parts)
        return made

    def condition(self, coded: Sequence[Coded]) -> str:
        """Say in the filter's language which rows are in it."""
        told = [coded[column].condition(parts) for column, parts in zip(self.columns, self.parts, strict=True)]
        return " and ".join(told)


class _Best(NamedTuple):
    score: float
    slice: Slice


class _Rows(NamedTuple):
    codes: list[Rows]
    loss: Floats
    whole: _Whole


def weak_segments(
    coded: Sequence[Coded],
    losses: Losses,
    *,
    seed: int = 0,
    progress: Callable[[float], None] = lambda _: None,
    ask: Callable[[], None] = lambda: None,
) -> WeakSegments:
    """Find the segments of the test rows in which the loss is surely higher than in the rest.

    ``progress`` hears the share that is done; ``ask`` is called meanwhile, and may raise to end it.
    """
    each = losses.each
    rows = len(each)
    mean = float(each.mean()) if rows else None
    low, high = mean_interval(each, is_share=losses.is_share) if rows > 1 else (None, None)
    made = WeakSegments(measure=losses.measure.name, rows=rows, loss=mean, low=low, high=high)
    note = _note(coded, each)
    if note:
        return msgspec.structs.replace(made, note=note)
    found: list[_Tested] = []
    looked = 0
    parts = parted(rows, 2 if rows >= _MANY else 4, seed)
    for turn, test in enumerate(parts):
        search = np.sort(np.concatenate([part for part in parts if part is not test]))
        searching = _Search(coded, each, search, ask, partial(_turn_done, progress, turn, len(parts)))
        chosen = searching.worst()
        looked += searching.looked
        found += _tested(coded, losses, chosen, test)
    return msgspec.structs.replace(made, looked=looked, tested=len(found), **_told(found))


def _turn_done(progress: Callable[[float], None], turn: int, turns: int, share: float) -> None:
    progress((turn + share) / turns)


def parted(rows: int, parts: int, seed: int) -> list[Rows]:
    """Give the rows of each part, ascending; drawn at random."""
    mixed = np.random.default_rng(seed).permutation(rows)
    return [np.sort(part) for part in np.array_split(mixed, parts)]


def _note(coded: Sequence[Coded], each: Floats) -> str:
    if len(each) < FEWEST:
        return f"There are only {len(each):,} test rows; weak segments are looked for from {FEWEST} rows on."
    if not np.isfinite(each).all():
        return "Some predictions are no numbers, so that no loss can be told of them."
    if not coded:
        return "All columns have one value only on the test rows: there is nothing to tell rows apart by."
    return "All test rows have the same loss." if np.ptp(each) == 0.0 else ""


# -- searching --------------------------------------------------------------------------------------------------------


class _Search:
    """Looks for the worst slices of the rows ``rows``, one after the other."""

    def __init__(
        self,
        coded: Sequence[Coded],
        each: Floats,
        rows: Rows,
        ask: Callable[[], None],
        progress: Callable[[float], None],
    ) -> None:
        self._coded = coded
        if len(rows) > _SEARCHED:
            rows = np.sort(np.random.default_rng(len(rows)).choice(rows, _SEARCHED, replace=False))
        self._rows = rows
        self._codes = [column.codes[rows] for column in coded]
        # Losses as how far they are from their mean: what is summed up keeps its digits.
        self._loss = each[rows] - each[rows].mean()
        self._smallest = max(_SMALLEST, math.ceil(_SMALLEST_SHARE * len(rows)))
        self._ask = ask
        self._progress = progress
        self.looked = 0

    def worst(self) -> list[Slice]:
        """Give the slices that are worst, the worst first; each among the rows that are in none before it."""
        found: list[Slice] = []
        left = np.ones(len(self._loss), dtype=np.bool_)
        while len(found) < _CHOSEN:
            best = self._best(left, len(found))
            if best is None or best.score <= 0.0:
                break
            found.append(best.slice)
            left &= ~best.slice.inside(self._coded)[self._rows]
            if left.sum() < 2 * self._smallest:
                break
        return found

    def _best(self, left: NDArray[np.bool_], number: int) -> _Best | None:
        loss = self._loss[left]
        codes = [column[left] for column in self._codes]
        spread = float(loss.std())
        if spread == 0.0:
            return None
        whole = _Whole(len(loss), float(loss.sum()), spread, self._smallest)
        singles, fine, coarse = [], [], []
        for column, places in zip(self._coded, codes, strict=True):
            counts = np.bincount(places, minlength=column.count).astype(np.float64)
            sums = np.bincount(places, weights=loss, minlength=column.count)
            badness = sums / np.maximum(counts, 1.0)
            fine.append(slices_of(column, badness).astype(np.float64))
            coarse.append(slices_of(column, badness, is_coarse=True).astype(np.float64))
            singles.append(whole.distances(fine[-1] @ counts, fine[-1] @ sums))
        best = self._best_single(singles, fine)
        order = np.argsort([-one.max(initial=-math.inf) for one in singles], kind="stable")[:_PAIRED]
        pairs = list(itertools.combinations(sorted(int(place) for place in order), 2))
        paired = self._best_pair(pairs, _Rows(codes, loss, whole), (coarse, fine), number)
        return max((one for one in (best, paired) if one is not None), key=lambda one: one.score, default=None)

    def _best_single(self, singles: Sequence[Floats], sets: Sequence[Floats]) -> _Best | None:
        looked = sum(len(one) for one in singles)
        self.looked += looked
        if not looked:
            return None
        place = int(np.argmax([one.max(initial=-math.inf) for one in singles]))
        number = int(np.argmax(singles[place]))
        parts = _parts(sets[place][number])
        return _Best(float(singles[place][number]) - _by_chance(looked), Slice((place,), (parts,)))

    def _best_pair(
        self, pairs: Sequence[tuple[int, int]], rows: _Rows, sets: tuple[list[Floats], list[Floats]], number: int
    ) -> _Best | None:
        coarse, fine = sets
        looked = 0
        best, chosen = -math.inf, None
        for at, pair in enumerate(pairs):
            self._ask()
            self._progress((number + at / len(pairs)) / _CHOSEN)
            far = self._far(pair, rows, coarse)
            looked += far.size
            if far.size and far.max() > best:
                best, chosen = float(far.max()), pair
        self.looked += looked
        if chosen is None:
            return None
        one, other = chosen
        far = self._far(chosen, rows, fine)
        first, second = divmod(int(far.argmax()), len(fine[other]))
        parts = _parts(fine[one][first]), _parts(fine[other][second])
        return _Best(float(far.max()) - _by_chance(looked), Slice(chosen, parts))

    def _far(self, pair: tuple[int, int], rows: _Rows, sets: Sequence[Floats]) -> Floats:
        """Give how far each slice of two columns is from the rest, shape (sets of one, sets of the other)."""
        one, other = pair
        shape = (self._coded[one].count, self._coded[other].count)
        joint = rows.codes[one] * shape[1] + rows.codes[other]
        size = shape[0] * shape[1]
        counts = np.bincount(joint, minlength=size).reshape(shape).astype(np.float64)
        sums = np.bincount(joint, weights=rows.loss, minlength=size).reshape(shape)
        left, right = sets[one], sets[other].T
        return rows.whole.distances(left @ counts @ right, left @ sums @ right)


@dataclass(frozen=True)
class _Whole:
    rows: int
    sum: float
    spread: float
    smallest: int

    def distances(self, counts: Floats, sums: Floats) -> Floats:
        """Give by how many errors the mean of each slice is above that of the rest; -inf where one is too small."""
        others = self.rows - counts
        fits = (counts >= self.smallest) & (others >= self.smallest)
        counts, others = np.where(fits, counts, 1.0), np.where(fits, others, 1.0)
        error = self.spread * np.sqrt(1.0 / counts + 1.0 / others)
        made: Floats = np.where(fits, (sums / counts - (self.sum - sums) / others) / error, -math.inf)
        return made


def _by_chance(looked: int) -> float:
    """Give about how far the farthest of so many is by chance: what is looked at more has to be farther."""
    return math.sqrt(2.0 * math.log(max(2, looked)))


def _parts(row: Floats) -> tuple[int, ...]:
    return tuple(int(part) for part in np.flatnonzero(row))


# -- testing ----------------------------------------------------------------------------------------------------------


class _Tested(NamedTuple):
    slice: Slice
    inside: NDArray[np.bool_]
    """Which of all test rows are in it."""
    segment: Segment


def _tested(coded: Sequence[Coded], losses: Losses, chosen: Sequence[Slice], test: Rows) -> list[_Tested]:
    """Test each slice on rows that did not choose it, those of the slices before it left out."""
    each = losses.each[test]
    left = np.ones(len(test), dtype=np.bool_)
    made: list[_Tested] = []
    for one in chosen:
        inside = one.inside(coded)
        here = inside[test]
        beyond = contrast(each[left], here[left], is_share=losses.is_share)
        whole = contrast(each, here, is_share=losses.is_share)
        left = left & ~here
        if beyond is None or whole is None:
            continue
        rows = int(inside.sum())
        segment = Segment(
            condition=one.condition(coded),
            columns=tuple(coded[column].name for column in one.columns),
            rows=rows,
            measured=whole.rows,
            loss=whole.loss,
            rest=whole.rest,
            difference=whole.difference,
            low=whole.low,
            high=whole.high,
            p_value=max(beyond.p_value, whole.p_value),
            excess=whole.difference * rows,
        )
        made.append(_Tested(one, inside, segment))
    return made


def _told(found: Sequence[_Tested]) -> dict[str, tuple[Segment, ...]]:
    """Give the segments, most excess first; of two with many rows in common the clearer one."""
    corrected = [
        one._replace(segment=msgspec.structs.replace(one.segment, p_value=chance))
        for one, chance in zip(found, holm([one.segment.p_value for one in found]), strict=True)
    ]
    kept: list[_Tested] = []
    for one in sorted(corrected, key=lambda one: -_clearness(one.segment)):
        if one.segment.difference > 0.0 and all(_overlap(one.inside, other.inside) < 0.5 for other in kept):
            kept.append(one)
    told = sorted((one.segment for one in kept), key=lambda one: -one.excess)
    sure = tuple(one for one in told if _is_weak(one))
    return {"segments": sure, "unsure": tuple(one for one in told if one not in sure)}


def _is_weak(segment: Segment) -> bool:
    return segment.p_value <= CHANCE and segment.loss >= WORSE * segment.rest


def _clearness(segment: Segment) -> float:
    """Give the difference in halves of its interval: chances of very many rows are all 0."""
    half = segment.difference - segment.low
    return segment.difference / half if half > 0.0 else math.inf


def _overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Give the share of the rows of the smaller that are in both."""
    fewer = min(int(one.sum()), int(other.sum()))
    return int((one & other).sum()) / fewer if fewer else 1.0
