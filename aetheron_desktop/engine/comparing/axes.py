"""Runs over their parameters and scores: columns as axes from 0 to 1, on which each run has a place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from aetheron_desktop.engine.comparing.columns import PARAM, SCORE, direction_of, main
from aetheron_desktop.engine.comparing.table import group_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.comparing.columns import Column
    from aetheron_desktop.engine.comparing.row import RunRow
    from aetheron_desktop.engine.comparing.table import RunTable

    Floats = NDArray[np.float64]

USUAL: Final = 9
"""So many axes are shown when none were chosen."""
_WIDE: Final = 100.0
"""Numbers above zero that span more than this factor stand on a logarithmic axis."""
_LOOSE: Final = 0.5
"""The runs of one category lie within this share of its room, so that their lines can be told apart."""
_FEWEST: Final = 8
"""Of fewer runs there is no surface."""
_GRID: Final = 28
_REACH: Final = 0.07
"""How far a run tells of its neighbourhood in a surface, in widths of an axis."""
_TRUST: Final = 0.25
"""Where the weights of all runs come to less than this, a surface says nothing."""


class Axis(NamedTuple):
    """A column, and where each run stands on it: ``at`` (n,), from 0 at the foot to 1 at the head, NaN without a value.

    Of categories ``names`` has the place and the word of each, in the order of the words. Numbers go from ``low`` to
    ``high``; these are exponents of ten where ``is_log``.
    """

    key: str
    title: str
    kind: str
    direction: str
    at: Floats
    low: float = 0.0
    high: float = 0.0
    is_log: bool = False
    names: tuple[tuple[float, str], ...] = ()


class Sweep(NamedTuple):
    """Runs that predict the same, by ``axes`` in which they differ; ``same`` are the titles of those in which not.

    ``tint`` (n,) is where each run stands by the colour's column, 1 being the better end, or the greater where neither
    is; NaN without a value. ``left_out`` runs predict something else. ``has_other_rows`` tells that not all were tested
    on the same rows.
    """

    runs: tuple[RunRow, ...]
    axes: tuple[Axis, ...]
    same: tuple[str, ...]
    tint: Floats
    tint_axis: Axis | None
    left_out: int
    has_other_rows: bool


class Plane(NamedTuple):
    """Runs that predict the same, by two axes; ``tint`` as in :class:`Sweep`.

    ``surface`` is the mean of ``tint`` around each place of a grid, see :func:`surface`; None over categories.
    """

    runs: tuple[RunRow, ...]
    across: Axis
    up: Axis
    tint: Floats
    tint_axis: Axis | None
    surface: Floats | None
    left_out: int
    has_other_rows: bool


def plane(table: RunTable, places: Sequence[int], x: str, y: str, tint: str = SCORE) -> Plane | None:
    """Give the runs at ``places`` that have a value in both columns; None where there is no such column."""
    kept = _alike(table, places)
    ends = [axis_of(table, kept, key) for key in (x, y)]
    if ends[0] is None or ends[1] is None:
        return None
    known = np.isfinite(ends[0].at) & np.isfinite(ends[1].at)
    across, up = (end._replace(at=end.at[known]) for end in ends if end is not None)
    rows = tuple(table.rows[place] for place, is_known in zip(kept, known.tolist(), strict=True) if is_known)
    tinted = axis_of(table, kept, tint)
    tints = _tint(tinted, len(kept))[known]
    has_surface = not (across.names or up.names or x == y) and len(rows) >= _FEWEST
    return Plane(
        rows,
        across,
        up,
        tints,
        tinted if tinted is not None and _differs(tinted) else None,
        surface(across, up, tints) if has_surface else None,
        len(places) - len(rows),
        len({row.card.test_rows for row in rows}) > 1,
    )


def sweep(table: RunTable, places: Sequence[int], keys: Sequence[str] = (), tint: str = SCORE) -> Sweep:
    """Give the runs at ``places`` by the columns ``keys``, or by the usual ones, coloured by ``tint``."""
    kept = _alike(table, places)
    rows = tuple(table.rows[place] for place in kept)
    wanted = list(keys) or usual_axes(table, kept)
    made = [axis for key in wanted if (axis := axis_of(table, kept, key)) is not None]
    differing = tuple(axis for axis in made if _differs(axis))
    tinted = axis_of(table, kept, tint)
    return Sweep(
        rows,
        differing,
        tuple(axis.title for axis in made if not _differs(axis)),
        _tint(tinted, len(rows)),
        tinted if tinted is not None and _differs(tinted) else None,
        len(places) - len(rows),
        len({row.card.test_rows for row in rows}) > 1,
    )


def usual_axes(table: RunTable, places: Sequence[int]) -> list[str]:
    """Give the estimator, the parameters in which most runs differ, and the score, at most :data:`USUAL`."""
    params = [column for column in table.columns() if column.key.startswith(PARAM)]
    made = (axis_of(table, places, column.key) for column in params)
    found = [(axis, int(np.isfinite(axis.at).sum())) for axis in made if axis is not None and _differs(axis)]
    found.sort(key=lambda one: -one[1])
    return ["estimator", *(axis.key for axis, _ in found[: USUAL - 2]), SCORE]


def axis_of(table: RunTable, places: Sequence[int], key: str) -> Axis | None:
    """Give a column as an axis of the runs at ``places``; None where there is no such column."""
    column = table.column(key)
    if column is None:
        return None
    shown = np.asarray(places, dtype=np.intp)
    values = table.values(key)[shown]
    direction = _direction(column, table, shown)
    if column.is_number:
        return _of_numbers(column, direction, np.asarray(values, dtype=np.float64))
    words = [None if value in (None, ()) else group_name(value) for value in values.tolist()]
    return _of_words(column, direction, words)


def surface(across: Axis, up: Axis, tint: Floats) -> Floats:
    """Give the mean of ``tint`` around the points of a grid over two axes, shape (:data:`_GRID`, :data:`_GRID`).

    Runs count the less the further they are away (Nadaraya 1964, Watson 1964); NaN where none is near. The first row is
    the foot.
    """
    known = np.isfinite(across.at) & np.isfinite(up.at) & np.isfinite(tint)
    grid = (np.arange(_GRID) + 0.5) / _GRID
    near_x = np.exp(-0.5 * ((grid[:, None] - across.at[known]) / _REACH) ** 2)
    near_y = np.exp(-0.5 * ((grid[:, None] - up.at[known]) / _REACH) ** 2)
    weights = near_y @ near_x.T
    sums = (near_y * tint[known]) @ near_x.T
    made: Floats = np.where(weights >= _TRUST, sums / np.maximum(weights, 1e-300), np.nan)
    return made


def _alike(table: RunTable, places: Sequence[int]) -> list[int]:
    """Give those of the runs whose scores mean the same: the commonest target, task and main metric."""
    kinds = [(row.target, row.task, main(row)) for row in (table.rows[place] for place in places)]
    counts: dict[tuple[str, str, str], int] = {}
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
    commonest = max(counts, key=lambda kind: counts[kind], default=None)
    return [place for place, kind in zip(places, kinds, strict=True) if kind == commonest]


def _direction(column: Column, table: RunTable, places: NDArray[np.intp]) -> str:
    if column.key == SCORE:
        return (direction_of(main(table.rows[int(places[0])])) or "") if len(places) else ""
    return column.direction or ""


def _of_numbers(column: Column, direction: str, values: Floats) -> Axis:
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    is_log = low > 0.0 and high / low > _WIDE and column.kind != "date"
    if is_log:
        values, low, high = np.log10(values), math.log10(low), math.log10(high)
    wide = high - low
    at = (values - low) / wide if wide > 0.0 else np.where(np.isfinite(values), 0.5, np.nan)
    return Axis(
        column.key, column.title, column.kind, direction, np.where(np.isfinite(at), at, np.nan), low, high, is_log
    )


def _of_words(column: Column, direction: str, words: Sequence[str | None]) -> Axis:
    names = sorted({word for word in words if word is not None}, key=str.casefold)
    room = 1.0 / max(1, len(names))
    places = {name: (place + 0.5) * room for place, name in enumerate(names)}
    own: dict[str, list[int]] = {name: [] for name in names}
    for place, word in enumerate(words):
        if word is not None:
            own[word].append(place)
    at = np.full(len(words), np.nan)
    for name, members in own.items():
        loose = np.arange(len(members)) - (len(members) - 1) / 2.0
        at[members] = places[name] + _LOOSE * room * loose / len(members)
    return Axis(
        column.key, column.title, column.kind, direction, at, names=tuple((places[name], name) for name in names)
    )


def _differs(axis: Axis) -> bool:
    """Whether runs differ in a column, be it that some have nothing in it."""
    return len(axis.names) > 1 or axis.high > axis.low or (
        bool(np.isnan(axis.at).any()) and not bool(np.isnan(axis.at).all())
    )  # fmt: skip


def _tint(axis: Axis | None, count: int) -> Floats:
    if axis is None:
        return np.full(count, np.nan)
    return 1.0 - axis.at if axis.direction == "lower" else axis.at
