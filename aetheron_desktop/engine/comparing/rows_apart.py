"""On which test rows two runs differ: where the one that is behind is the better one, and where they disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aetheron_desktop.engine.errors import AetheronError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.comparing.slices import Slice
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions
    from aetheron_desktop.engine.evaluation.verdict import Verdict
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

MOST_ROWS: Final = 5_000
"""So many rows on which two models disagree are told."""
_MOST_COLUMNS: Final = 60
_MOST_SLICES: Final = 5
_WITHOUT_SLICES: Final = frozenset({"text", "identifier"})
"""Kinds of columns whose values stand for single rows: a slice of them says nothing of the next row."""


class WeakSlice(msgspec.Struct, frozen=True, kw_only=True):
    """Test rows on which the run that is worse over all is the better one; ``rows`` are their numbers."""

    words: str
    count: int
    p_value: float
    rows: tuple[int, ...]


def disagreements(told: Sequence[TestPredictions]) -> NDArray[Any]:
    """Give the numbers of the rows on which two models predict differently, those that differ most first."""
    import numpy as np

    a, b = told
    if a.task == "regression":
        apart = np.abs(a.predicted - b.predicted)
        places = np.flatnonzero(apart > np.std(a.truth) / 2.0)
    else:
        apart = np.abs(a.predicted - b.predicted).max(axis=1)
        places = np.flatnonzero(a.decided() != b.decided())
    return a.rows[places[np.argsort(-apart[places], kind="stable")]]


def weak_slices(
    workspace: Workspace, run: RunRecord, told: Sequence[TestPredictions], verdict: Verdict
) -> tuple[tuple[WeakSlice, ...], int]:
    """Look for rows on which the model that is behind is the better one; nothing without the dataset."""
    from aetheron_desktop.engine.evaluation.comparing.slices import losses, sliced

    a, b = told
    try:
        columns = _columns(workspace, run.dataset, a.rows, without=run.target)
    except (AetheronError, OSError):
        return (), 0
    gained = losses(a.task, a.truth, a.predicted) - losses(b.task, b.truth, b.predicted)
    found = sliced(columns, gained)
    is_b_ahead = (verdict.difference or 0.0) >= 0.0
    chosen = (found.a_wins if is_b_ahead else found.b_wins)[:_MOST_SLICES]
    return tuple(_weak(one, a.rows) for one in chosen), found.looked_at


def _weak(one: Slice, rows: NDArray[Any]) -> WeakSlice:
    return WeakSlice(
        words=f"{one.column} {one.words}",
        count=len(one.places),
        p_value=one.p_value,
        rows=tuple(rows[one.places][:MOST_ROWS].tolist()),
    )


def _columns(workspace: Workspace, dataset: str, rows: NDArray[Any], *, without: str) -> dict[str, Any]:
    """Read the columns of the test rows but the target, which nobody knows beforehand, as arrays or lists."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = workspace.dataset(dataset)
    told = [
        column.name
        for column in found.info.schema.columns
        if column.type not in _WITHOUT_SLICES and column.name != without
    ]
    names = told[:_MOST_COLUMNS]
    with pq.ParquetFile(found.parquet) as file:
        table = file.read(columns=names).take(pa.array(rows))
    made: dict[str, Any] = {}
    for name in names:
        column = table[name]
        if pa.types.is_boolean(column.type) or not (
            pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        ):
            made[name] = column.cast(pa.string()).to_pylist()
        else:
            made[name] = column.cast(pa.float64()).to_numpy()
    return made
