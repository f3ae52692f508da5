"""Finds a text in the cells of a table, as they are shown, chunk by chunk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from aetheron_desktop.engine.datasets import expression
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.query import NUMBERED, Query
from aetheron_desktop.engine.datasets.staging import Stopped, blocks
from aetheron_desktop.engine.datasets.viewing.found import CHUNK, MOST, FoundCells
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.staging import Progress
    from aetheron_desktop.engine.datasets.viewing.found import FindQuestion

    Numbers = NDArray[np.int64]

_FILE: Final = NUMBERED.replace("?", "$1")
_COLUMNS: Final = 64
"""The columns that are looked through at once."""
_SORTED: Final = 1_000_000
"""A longer view that is sorted has to be laid out before it is looked through."""
_POSSIBLE: Final = {
    "integer": re.compile(r"[-+\d]+"),
    "number": re.compile(r"[-+.\deinfa]+", re.IGNORECASE),
    "date": re.compile(r"[-+:.\d ]+"),
    "boolean": re.compile(r"[truefals]+", re.IGNORECASE),
    "text": re.compile(r".*", re.DOTALL),
}
"""What a text has to look like to stand in a cell of this kind."""


def find(
    dataset: Dataset,
    question: FindQuestion,
    emit: Callable[[FoundCells], None],
    progress: Progress,
    should_stop: Callable[[], bool],
    root: Path,
) -> None:
    """Tell of each chunk in how many cells the text stands, and where; ``root`` is the workspace.

    Raises:
        Stopped: it was asked to stop.
        UsageError: there is no such column, or the view cannot be looked through.
        DatasetError: the snapshot cannot be read.
        StorageError: the disk refuses.
    """
    parquet = question.view.parquet_in(root, dataset.parquet) if question.view is not None else dataset.parquet
    kinds = expression.kinds(dataset.parquet)
    names = [dataset.info.schema.column(name).name for name in question.columns or dataset.info.schema.names]
    names = [name for name in names if _POSSIBLE[kinds[name]].fullmatch(question.text)]
    with Query(parquet, root / "tmp", should_stop) as query:
        places = _places(question, root, dataset.info.rows)
        chunks = _chunks(question, places.count)
        for number, (start, stop) in enumerate(chunks, start=1):
            if should_stop():
                raise Stopped
            emit(_found(query, places, names, question, start, stop))
            progress("Look for the text", number, len(chunks), "")


def _chunks(question: FindQuestion, count: int) -> list[tuple[int, int]]:
    end = count if question.only_to is None else min(count, question.only_to)
    starts = range(question.only_from // CHUNK * CHUNK, end, CHUNK)
    made = [(max(start, question.only_from), min(start + CHUNK, end)) for start in starts]
    first = next((place for place, (_, stop) in enumerate(made) if stop > question.origin), 0)
    return made[first:] + made[:first]


class _Places(Protocol):
    """Which rows of a Parquet file stand at which places of a view."""

    count: int

    def rows(self, start: int, stop: int) -> tuple[int, int]:
        """Give the first and the last row that can stand at these places."""

    def of(self, rows: Numbers, start: int, stop: int) -> Numbers:
        """Give the place of each of ``rows``, -1 for those that stand at none from ``start`` up to ``stop``."""


class _InOrder:
    """The rows of the file as they are."""

    def __init__(self, count: int) -> None:
        self.count = count

    def rows(self, start: int, stop: int) -> tuple[int, int]:
        return start, stop - 1

    def of(self, rows: Numbers, start: int, stop: int) -> Numbers:
        return np.where((rows >= start) & (rows < stop), rows, -1)


class _Numbered:
    """Rows by their numbers, which ascend or are few."""

    def __init__(self, numbers: NDArray[Any]) -> None:
        self.count = len(numbers)
        self._numbers = numbers

    def rows(self, start: int, stop: int) -> tuple[int, int]:
        part = self._numbers[start:stop]
        return int(part.min()), int(part.max())

    def of(self, rows: Numbers, start: int, stop: int) -> Numbers:
        part = self._numbers[start:stop].astype(np.int64)
        order = np.argsort(part)
        at = np.minimum(np.searchsorted(part, rows, sorter=order), len(part) - 1)
        return np.where(part[order[at]] == rows, start + order[at], -1)


def _places(question: FindQuestion, root: Path, rows: int) -> _Places:
    view = question.view
    if view is None or view.is_laid_out or not view.count:
        return _InOrder(rows if view is None else view.count)
    if view.is_sorted and rows > _SORTED:
        raise UsageError(
            "A sorted table of this length is looked through when its rows are laid out.",
            hint="Wait for it, or search in the unsorted table.",
        )
    return _Numbered(np.memmap(view.order_in(root), dtype=view.order[-2:], mode="r"))


def _found(
    query: Query, places: _Places, names: Sequence[str], question: FindQuestion, start: int, stop: int
) -> FoundCells:
    told = slice(-MOST, None) if question.from_end else slice(MOST)
    cells: list[tuple[int, int]] = []
    count = 0
    for first, part in _parts(names):
        at, columns = _hits(query, places, part, question.text, start, stop)
        count += len(at)
        order = np.lexsort((columns, at))[told]
        cells += [(int(at[one]), first + int(columns[one])) for one in order]
    return FoundCells(
        start=start,
        stop=stop,
        count=count,
        cells=tuple((place, names[column]) for place, column in sorted(cells)[told]),
    )


def _parts(names: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    for number, part in enumerate(blocks(names, _COLUMNS)):
        yield number * _COLUMNS, part


def _hits(
    query: Query, places: _Places, names: Sequence[str], text: str, start: int, stop: int
) -> tuple[Numbers, Numbers]:
    """Give the places and the columns of the cells that have the text."""
    first, last = places.rows(start, stop)
    asked = [f"coalesce(contains(lower(CAST({quoted(name)} AS VARCHAR)), lower($2)), false)" for name in names]
    flags = ", ".join(f"{one} AS f{place}" for place, one in enumerate(asked))
    any_ = " OR ".join(f"f{place}" for place in range(len(names)))
    sql = (
        f"SELECT * FROM (SELECT file_row_number AS r, {flags} FROM {_FILE} "  # noqa: S608 - names are quoted
        f"WHERE file_row_number BETWEEN {first:d} AND {last:d}) WHERE {any_}"
    )
    made = query.arrays(sql, [text])
    at = places.of(np.asarray(made["r"], dtype=np.int64), start, stop)
    flagged = np.column_stack([np.asarray(made[f"f{place}"], dtype=bool) for place in range(len(names))])
    flagged &= (at >= 0)[:, None]
    rows, columns = np.nonzero(flagged)
    return at[rows], columns.astype(np.int64)
