"""Making a split of a dataset: at random, by class, by group, in order of time, or as a column says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from aetheron_desktop.engine.datasets.profiles.cells import Cells
from aetheron_desktop.engine.datasets.splitting.frozen_split import (
    OUT,
    FrozenSplit,
    SplitRequest,
    checked,
    keep,
    places,
)
from aetheron_desktop.engine.datasets.splitting.split import PART_OF_WORD, beginning, split_rows
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.profiles.cells import Values

_DAY_US: Final = 86_400_000_000


def part(dataset: Dataset, request: SplitRequest, should_stop: Callable[[], bool] = lambda: False) -> FrozenSplit:
    """Part the rows of a dataset as asked, and store it under its name.

    Raises:
        UsageError: it cannot be parted so.
        DatasetError: the snapshot cannot be read.
        StorageError: the disk refuses.
        Stopped: it was asked to stop.
    """
    request = checked(request)
    cells = Cells(dataset.parquet, should_stop)
    rows = cells.rows
    if rows < max(3, request.folds):
        raise UsageError(f"{dataset.info.name} has too few rows to be parted.", hint="Use a table with more rows.")
    for name in (request.column, request.target):
        if name is not None:
            dataset.info.schema.column(name)
    made: NDArray[np.int16]
    notes: tuple[str, ...] = ()
    column = dict(cells.columns([request.column]))[request.column] if request.column is not None else None
    match request.kind:
        case "random":
            made = at_random(rows, request, None)
        case "stratified":
            assert request.target is not None
            made = at_random(rows, request, _codes(dict(cells.columns([request.target]))[request.target]))
        case "group" | "prefix":
            assert column is not None
            made = by_group(_groups(column, request), request)
        case "time":
            assert column is not None
            made, notes = in_time(column, request)
        case "column":
            assert column is not None
            made, notes = _as_given(column, request)
    _check(made, request)
    return keep(dataset, request, made, notes)


def groups_of(dataset: Dataset, request: SplitRequest) -> NDArray[np.int64]:
    """Give for each row of a dataset the number of its group, as the ``request`` of a split by groups tells them.

    Raises:
        UsageError: the column is not there, or holds no words though it is asked for their beginnings.
        DatasetError: the snapshot cannot be read.
    """
    assert request.column is not None
    dataset.info.schema.column(request.column)
    column = dict(Cells(dataset.parquet, lambda: False).columns([request.column]))[request.column]
    return _groups(column, request)


def at_random(rows: int, request: SplitRequest, strata: NDArray[np.int64] | None) -> NDArray[np.int16]:
    """Deal out ``rows`` at random; with ``strata``, shape (rows,), each part or fold has its share of every class."""
    made = np.zeros(rows, dtype=np.int16)
    if request.folds:
        order = np.random.default_rng(request.seed).permutation(rows)
        if strata is not None:
            order = order[np.argsort(strata[order], kind="stable")]
        made[order] = np.arange(rows) % request.folds
        return made
    parts = split_rows(rows, valid=request.valid, test=request.test, seed=request.seed, strata=strata)
    made[parts.valid], made[parts.test] = 1, 2
    return made


def by_group(groups: NDArray[np.int64], request: SplitRequest) -> NDArray[np.int16]:
    """Deal out whole groups, ``groups`` counted from zero, shape (rows,): each to the part that lacks most rows.

    The greatest groups go first, in random order among equals, so that the shares come near to what was asked for.
    """
    sizes = np.bincount(groups)
    shares = _shares(request)
    wanted = np.array(shares) * len(groups)
    order = np.random.default_rng(request.seed).permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    place = np.zeros(len(sizes), dtype=np.int16)
    held = np.zeros(len(shares))
    for group in order:
        chosen = int(np.argmax((wanted - held) / wanted))
        place[group] = chosen
        held[chosen] += sizes[group]
    return place[groups]


def in_time(column: Values, request: SplitRequest) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """Give the earliest rows to the training, the last to the test; rows of one moment are never parted."""
    if column.numbers is None:
        raise UsageError(f"“{request.column}” is no date and no number.", hint="Choose a column that tells the time.")
    if request.gap and column.kind != "date":
        raise UsageError("A gap in days needs a date.", hint="Leave the gap out, or choose a date.")
    made = np.zeros(len(column), dtype=np.int16)
    known = np.flatnonzero(column.valid)
    times = column.numbers[known]
    ordered = np.sort(times)
    shares = _shares(request) if not request.folds else [1 / places(request)] * places(request)
    starts = [
        ordered[min(len(ordered) - 1, round(share * len(ordered)))] for share in np.cumsum(shares)[:-1].tolist()
    ] if len(ordered) else []  # fmt: skip
    part = np.zeros(len(known), dtype=np.int16)
    for number, start in enumerate(starts, 1):
        part[times >= start] = number
    if request.gap:
        width = round(request.gap * _DAY_US)
        for number, start in enumerate(starts, 1):
            part[(part == number - 1) & (times >= start - width)] = OUT
    made[known] = part
    notes = []
    if len(known) < len(column):
        notes.append(f"{len(column) - len(known):,} rows have no “{request.column}” and are for training.")
    if (made == OUT).any():
        notes.append(f"{int((made == OUT).sum()):,} rows lie within the gap and are left out.")
    return made, tuple(notes)


def _beginnings(column: Values, request: SplitRequest) -> Values:
    """Give the column with the beginnings of its words in place of these."""
    if column.codes is None:
        raise UsageError(f"“{request.column}” holds no words.", hint="Split by group instead.")
    words, places = np.unique([beginning(word) for word in column.words.to_pylist()], return_inverse=True)
    codes = np.append(places, OUT)[column.codes]
    return replace(column, codes=codes.astype(column.codes.dtype), words=pa.array(words.tolist(), pa.string()))


def _as_given(column: Values, request: SplitRequest) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    if column.codes is None:
        raise UsageError(
            f"“{request.column}” holds no words.", hint="Choose a column with words such as train and test."
        )
    words = column.words.to_pylist()
    parts = [PART_OF_WORD.get(word.strip().lower()) for word in words]
    unknown = [word for word, place in zip(words, parts, strict=True) if place is None]
    if unknown or 2 not in parts or 0 not in parts:
        known = "train, valid and test"
        what = f"holds “{unknown[0]}”" if unknown else "does not name both a train and a test part"
        raise UsageError(f"“{request.column}” {what}.", hint=f"Its words must be such as {known}.")
    place = np.array([*parts, OUT], dtype=np.int16)
    made = place[column.codes]  # -1, where it is missing, is the last
    notes = []
    if (made == OUT).any():
        notes.append(f"{int((made == OUT).sum()):,} rows have no “{request.column}” and are left out.")
    if not (made == 1).any():
        train = np.flatnonzero(made == 0)
        order = np.random.default_rng(request.seed).permutation(train)
        made[order[: max(1, round(request.valid * len(train)))]] = 1
        notes.append("No part is given for validation; it is taken from the training at random.")
    return made, tuple(notes)


def _check(made: NDArray[np.int16], request: SplitRequest) -> None:
    count = places(request)
    filled = np.bincount(made[made >= 0], minlength=count)[:count]
    if not filled.all():
        name = f"fold {int(np.argmin(filled))}" if request.folds else ("train", "valid", "test")[int(np.argmin(filled))]
        of = f" by “{request.column}”" if request.column else ""
        raise UsageError(f"Split{of}, no row is left for {name}.", hint="Choose another column, or other shares.")


def _shares(request: SplitRequest) -> list[float]:
    if request.folds:
        return [1 / request.folds] * request.folds
    return [1 - request.valid - request.test, request.valid, request.test]


def _codes(column: Values) -> NDArray[np.int64]:
    """Give the class of each row, one of its own where it is missing."""
    cells = column.codes if column.codes is not None else column.numbers
    assert cells is not None
    codes: NDArray[np.int64] = np.unique(cells, return_inverse=True)[1].astype(np.int64)
    codes[~column.valid] = int(codes.max(initial=0)) + 1
    return codes


def _groups(column: Values, request: SplitRequest) -> NDArray[np.int64]:
    """Give the group of each row, as ``request`` tells them; one that is missing is a group of its own."""
    column = _beginnings(column, request) if request.kind == "prefix" else column
    codes = _codes(column)
    gone = np.flatnonzero(~column.valid)
    codes[gone] = int(codes.max(initial=0)) + 1 + np.arange(len(gone))
    made: NDArray[np.int64] = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return made
