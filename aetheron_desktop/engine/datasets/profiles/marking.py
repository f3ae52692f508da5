"""Rows that are chosen in a plot: which they are, and where they lie in another one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aetheron_desktop.engine.datasets.profiles.cells import Cells, values
from aetheron_desktop.engine.datasets.profiles.measure import spell
from aetheron_desktop.engine.datasets.profiles.pairs import FoundRows, MarkedCounts
from aetheron_desktop.engine.datasets.profiles.profile import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.profiles.cells import Values
    from aetheron_desktop.engine.datasets.profiles.pairs import Condition, MarkedQuestion, RowsQuestion

MOST: Final = 100_000
"""The rows that are marked at once."""


def found_rows(
    dataset: Dataset, question: RowsQuestion, emit: Callable[[FoundRows], None], should_stop: Callable[[], bool]
) -> None:
    """Tell the rows that meet all conditions; the first of them, when they are very many, and how many.

    Raises:
        Stopped: it was asked to stop.
        DatasetError: the snapshot cannot be read.
        UsageError: there is no such column.
    """
    names = [dataset.info.schema.column(one.column).name for one in question.conditions]
    cells = Cells(dataset.parquet, should_stop)
    found: list[NDArray[np.int64]] = []
    total = 0
    for first, table in cells.groups(list(dict.fromkeys(names))) if names else ():
        meets = np.ones(len(table), dtype=np.bool_)
        for one in question.conditions:
            meets &= _meets(values(table.column(one.column)), one)
        if total < MOST:
            found.append(first + np.flatnonzero(meets)[: MOST - total])
        total += int(meets.sum())
    emit(FoundRows(places=tuple(place for part in found for place in part.tolist()), total=total))


def marked_counts(
    dataset: Dataset, question: MarkedQuestion, emit: Callable[[MarkedCounts], None], should_stop: Callable[[], bool]
) -> None:
    """Tell how many of the marked rows are in each bar, or have each value.

    Raises:
        Stopped: it was asked to stop.
        DatasetError: the snapshot cannot be read.
        UsageError: there is no such column.
    """
    name = dataset.info.schema.column(question.column).name
    marked = np.asarray(question.places, dtype=np.int64)
    edges = np.asarray(question.edges)
    counts = np.zeros(len(edges) - 1 if len(edges) else len(question.values), dtype=np.int64)
    for first, table in Cells(dataset.parquet, should_stop).groups([name]):
        inside = marked[(marked >= first) & (marked < first + len(table))] - first
        if not len(inside):
            continue
        found = values(table.column(name).take(pa.array(inside)))
        if len(edges) and found.numbers is not None:
            counts += np.histogram(found.numbers[found.valid].astype(np.float64), bins=edges)[0]
        else:
            counts += [int(_is_one(found, (value,)).sum()) for value in question.values]
    emit(MarkedCounts(column=name, scope=question.scope, counts=tuple(counts.tolist())))


def _meets(found: Values, condition: Condition) -> NDArray[np.bool_]:
    if condition.is_missing:
        return ~found.valid
    if condition.values:
        return _is_one(found, condition.values)
    if found.numbers is None:
        return np.zeros(len(found), dtype=np.bool_)
    low = -math.inf if condition.low is None else condition.low
    high = math.inf if condition.high is None else condition.high
    below = found.numbers < high if condition.is_open else found.numbers <= high
    made: NDArray[np.bool_] = found.valid & (found.numbers >= low) & below
    return made


def _is_one(found: Values, wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which cells are shown as one of the texts."""
    if found.numbers is not None:
        different, places = np.unique(found.numbers, return_inverse=True)
        meets = np.array([spell(value, found.kind) in wanted for value in different.tolist()], dtype=np.bool_)
        made: NDArray[np.bool_] = found.valid & meets[places]
        return made
    assert found.codes is not None
    shown = pc.utf8_slice_codeunits(found.words, 0, LONGEST)
    meets = np.append(pc.is_in(shown, pa.array(wanted, pa.string())).to_numpy(zero_copy_only=False), False)
    chosen: NDArray[np.bool_] = meets[found.codes]
    return chosen
