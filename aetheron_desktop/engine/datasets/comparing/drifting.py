"""Measuring how the columns of two tables differ in their distributions."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.datasets.comparing.drift import ColumnDrift, Drifted, DriftQuestion
from aetheron_desktop.engine.datasets.profiles.cells import Cells, Values
from aetheron_desktop.engine.datasets.profiles.measure import spell
from aetheron_desktop.engine.datasets.splitting.frozen_split import parts_of, split_named, stored_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.staging import Progress

    Pair = tuple[Values, Values]

BINS: Final = 10
_WORDS: Final = 20
_FEW: Final = 30
"""Whole numbers of at most so many values are compared value by value."""
_ALL: Final = 2_000_000
"""Up to so many rows, all are looked at."""
_AT_ONCE: Final = 20
_TOLD: Final = 10
_MORE: Final = 0.5
"""Rows that each bin is thought to hold more, so that an empty one has a logarithm (Jeffreys' prior)."""
_QUANTILES: Final = 1_000
_STAGE: Final = "Compare the columns"


def drift(
    reference: Dataset,
    current: Dataset,
    question: DriftQuestion,
    emit: Callable[[ColumnDrift | Drifted], None],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Compare two datasets, or two parts of one; each column is told as soon as it is known.

    Raises:
        UsageError: there is no such split.
        DatasetError: a snapshot cannot be read.
        StorageError: the split cannot be read.
        Stopped: it was asked to stop.
    """
    sides = (_Side(reference, should_stop), _Side(current, should_stop))
    if question.split is not None:
        frozen = split_named(reference, question.split)
        parts = parts_of(stored_cells(reference, frozen), frozen)
        sides[0].keep(parts == 0)
        sides[1].keep(parts == 2)
    there = set(current.info.schema.names)
    common = [name for name in reference.info.schema.names if name in there]
    alike = [name for name in common if sides[0].kind(name) == sides[1].kind(name)]
    looked = tuple(side.looked for side in sides) if any(side.is_sample for side in sides) else None
    for start in range(0, len(alike), _AT_ONCE):
        block = alike[start : start + _AT_ONCE]
        progress(_STAGE, start, len(alike), "")
        first, second = (side.values(block) for side in sides)
        for name in block:
            emit(_column(name, first.pop(name), second.pop(name), looked))  # type: ignore[arg-type]
    progress(_STAGE, len(alike), len(alike), "")
    emit(
        Drifted(
            rows=(sides[0].rows, sides[1].rows),
            only_before=tuple(name for name in reference.info.schema.names if name not in there),
            only_after=tuple(name for name in current.info.schema.names if name not in set(common)),
            other_kind=tuple(name for name in common if name not in set(alike)),
        )
    )


def drift_of_parts(
    dataset: Dataset,
    names: Sequence[str],
    parts: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> Iterator[ColumnDrift]:
    """Hold the rows of the second of ``parts`` against those of the first, in each column of ``names``.

    A part says of each row of the table whether it is in it.

    Raises:
        DatasetError: the snapshot cannot be read.
        Stopped: it was asked to stop.
    """
    sides = (_Side(dataset, should_stop), _Side(dataset, should_stop))
    for side, part in zip(sides, parts, strict=True):
        side.keep(part)
    looked = (sides[0].looked, sides[1].looked) if sides[0].is_sample else None
    for start in range(0, len(names), _AT_ONCE):
        progress(_STAGE, start, len(names), "")
        block = names[start : start + _AT_ONCE]
        first, second = (side.values(block) for side in sides)
        for name in block:
            yield _column(name, first.pop(name), second.pop(name), looked)
    progress(_STAGE, len(names), len(names), "")


class _Side:
    """The rows of one table that are compared."""

    def __init__(self, dataset: Dataset, should_stop: Callable[[], bool]) -> None:
        self._cells = Cells(dataset.parquet, should_stop)
        self.is_sample = self._cells.rows > _ALL
        self._blocks = self._cells.drawn() if self.is_sample else None
        self._kept: NDArray[np.bool_] | None = None
        self.rows = self._cells.rows
        self.looked = len(self._cells.numbers(self._blocks)) if self._blocks is not None else self.rows

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Look at these rows of the table alone."""
        self.rows = int(chosen.sum())
        self._kept = chosen[self._cells.numbers(self._blocks)] if self._blocks is not None else chosen
        self.looked = int(self._kept.sum())

    def kind(self, name: str) -> str:
        kind = self._cells.kind(name)
        return "number" if kind == "integer" else kind

    def values(self, names: Sequence[str]) -> dict[str, Values]:
        if self._blocks is not None:
            found = dict(self._cells.sample(names, self._blocks).columns)
        else:
            found = dict(self._cells.columns(names))
        if self._kept is None:
            return found
        return {name: values.only(self._kept) for name, values in found.items()}


def _column(name: str, first: Values, second: Values, looked: tuple[int, int] | None) -> ColumnDrift:
    missing = tuple(1 - float(side.valid.mean()) if len(side) else 0.0 for side in (first, second))
    new: tuple[tuple[str, float], ...] = ()
    gone: tuple[tuple[str, float], ...] = ()
    wasserstein = None
    if first.numbers is not None and second.numbers is not None:
        labels, counts = _of_numbers(first, second)
        wasserstein = _moved(first, second)
    else:
        labels, counts, new, gone = _of_words(first, second)
    gaps = np.array([[int((~side.valid).sum())] for side in (first, second)])
    if gaps.any():
        labels, counts = (*labels, "missing"), np.hstack([counts, gaps])
    shares = _shares(counts)
    return ColumnDrift(
        column=name,
        labels=labels,
        shares=(tuple(float(one) for one in shares[0]), tuple(float(one) for one in shares[1])),
        psi=psi(counts),
        js=jensen_shannon(counts),
        wasserstein=wasserstein,
        missing=missing,  # type: ignore[arg-type]
        new=new,
        gone=gone,
        sampled=looked,
    )


def _shares(counts: NDArray[Any]) -> NDArray[np.float64]:
    made: NDArray[np.float64] = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    return made


def psi(counts: NDArray[Any]) -> float:
    """Give the population stability index of two rows of counts, shape (2, bins), each half a row more."""
    a, b = _shares(counts + _MORE)
    return float(((b - a) * np.log(b / a)).sum())


def jensen_shannon(counts: NDArray[Any]) -> float:
    """Give the Jensen-Shannon distance of two rows of counts, shape (2, bins): from 0 to 1."""
    a, b = _shares(counts)
    middle = (a + b) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        divergence = sum(np.where(one > 0, one * np.log2(one / middle), 0.0).sum() for one in (a, b)) / 2
    return float(np.sqrt(np.clip(divergence, 0.0, 1.0)))


def _known(side: Values) -> NDArray[Any]:
    assert side.numbers is not None
    numbers = side.numbers[side.valid]
    return numbers[np.isfinite(numbers)] if numbers.dtype.kind == "f" else numbers


def _moved(first: Values, second: Values) -> float | None:
    """Give the Wasserstein distance of first order, in standard deviations of the first, from a thousand quantiles."""
    a, b = _known(first).astype(np.float64), _known(second).astype(np.float64)
    if not len(a) or not len(b):
        return None
    levels = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    moved = float(np.abs(np.quantile(a, levels) - np.quantile(b, levels)).mean())
    spread = float(a.std())
    return moved / spread if spread > 0 else (0.0 if moved == 0 else None)


def _of_numbers(first: Values, second: Values) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Count both in bins that hold a tenth of the first each, or value by value where there are few."""
    a, b = _known(first), _known(second)
    whole = np.unique(a)
    if not len(a):
        return ("values",), np.array([[0], [len(b)]])
    if len(whole) <= _FEW:
        labels = [spell(value.item(), first.kind) for value in whole]
        found = np.searchsorted(whole, b)
        place = np.minimum(found, len(whole) - 1)
        is_known = whole[place] == b
        counts = np.array(
            [
                [*np.bincount(np.searchsorted(whole, a), minlength=len(whole)), 0],
                [*np.bincount(place[is_known], minlength=len(whole)), int((~is_known).sum())],
            ]
        )
        return _without_empty((*labels, "others"), counts)
    edges = np.unique(np.quantile(a, np.arange(1, BINS) / BINS))
    counts = np.array(
        [np.bincount(np.searchsorted(edges, side, side="right"), minlength=len(edges) + 1) for side in (a, b)]
    )
    ends = [spell(edge.item(), "date" if first.kind == "date" else "number") for edge in edges]
    labels = [f"< {ends[0]}", *(f"{low} – {high}" for low, high in itertools.pairwise(ends)), f"≥ {ends[-1]}"]
    return tuple(labels), counts


def _without_empty(labels: tuple[str, ...], counts: NDArray[Any]) -> tuple[tuple[str, ...], NDArray[Any]]:
    kept = counts.sum(axis=0) > 0
    return tuple(label for label, is_kept in zip(labels, kept, strict=True) if is_kept), counts[:, kept]


def _of_words(
    first: Values, second: Values
) -> tuple[tuple[str, ...], NDArray[Any], tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]:
    """Count the commonest words of both, the others together; and which are in one of both alone."""
    before, after = _counted(first), _counted(second)
    total = {word: before.get(word, 0) + after.get(word, 0) for word in before | after}
    most = sorted(total, key=lambda word: (-total[word], word))[:_WORDS]
    rows = [[side.get(word, 0) for word in most] for side in (before, after)]
    others = [sum(side.values()) - sum(row) for side, row in zip((before, after), rows, strict=True)]
    counts = np.array([[*row, rest] for row, rest in zip(rows, others, strict=True)])
    labels, counts = _without_empty((*most, "others"), counts)
    return labels, counts, _alone(after, before, len(second)), _alone(before, after, len(first))


def _alone(here: dict[str, int], there: dict[str, int], rows: int) -> tuple[tuple[str, float], ...]:
    found = sorted(
        ((word, count) for word, count in here.items() if word not in there), key=lambda one: (-one[1], one[0])
    )
    return tuple((word, count / max(1, rows)) for word, count in found[:_TOLD])


def _counted(side: Values) -> dict[str, int]:
    assert side.codes is not None
    counts = np.bincount(side.codes[side.valid], minlength=len(side.words))
    words = side.words.to_pylist()
    return {words[place]: int(counts[place]) for place in np.flatnonzero(counts)}
