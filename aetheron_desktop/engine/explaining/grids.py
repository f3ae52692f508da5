"""Plausible values: what a column may be set to, and which values show how a model depends on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.estimators.features import numbers, words
from aetheron_desktop.engine.explaining.results import Grid, Plausible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column

    Floats = NDArray[np.float64]

_POINTS: Final = 20
_LEVELS: Final = 20
MOST_LEVELS: Final = 100
"""So many levels of a category are offered."""
_EDGE: Final = 0.01
"""So many of the rows at either end are not asked for: what is rare is not plausible."""
_STEPS: Final = 100
_SECOND: Final = pd.Timedelta(seconds=1)
_DAY_S: Final = 86_400.0


def axis_of(column: Column, values: pd.Series[Any]) -> Floats | None:
    """Give where each of ``values`` lies on an axis (n,), NaN where it is missing; None of what has no order.

    Dates lie at their seconds since 1970.
    """
    match column.type:
        case "number" | "integer":
            return numbers(values)
        case "date":
            return _seconds(values)
        case _:
            return None


def grid_of(column: Column, values: pd.Series[Any], points: int = _POINTS) -> tuple[Grid, list[Any]] | None:
    """Give the grid of a column by the ``values`` (n,) that it has in the training rows, and its cells.

    Numbers and dates have the quantiles between 1 % and 99 %, or all their values where they are few; categories their
    levels, the commonest first. A text, an identifier and a column of one value have none.
    """
    axis = axis_of(column, values)
    if axis is not None:
        return _of_axis(column, axis[~np.isnan(axis)], points)
    if column.type not in {"category", "boolean"}:
        return None
    counts = words(values[values.notna()]).value_counts()
    if len(counts) < 2:
        return None
    kept = counts.iloc[: min(points, _LEVELS)]
    levels = [str(level) for level in kept.index]
    places = tuple(float(place) for place in range(len(levels)))
    grid = Grid(
        column=column.name,
        kind="level",
        words=tuple(levels),
        places=places,
        counts=tuple(int(count) for count in kept),
    )
    return grid, list(levels)


def _of_axis(column: Column, known: Floats, points: int) -> tuple[Grid, list[Any]] | None:
    if not len(known):
        return None
    whole = column.type == "integer"
    few = np.unique(known)
    if len(few) > points:
        # The values themselves, not between them: a row with it may have been seen.
        few = np.unique(np.quantile(known, np.linspace(_EDGE, 1.0 - _EDGE, points), method="nearest"))
    if len(few) < 2:
        return None
    middles = (few[1:] + few[:-1]) / 2.0
    counts = np.bincount(np.searchsorted(middles, known), minlength=len(few))
    is_date = column.type == "date"
    cells = [at(column, place) for place in few]
    return (
        Grid(
            column=column.name,
            kind="date" if is_date else "number",
            words=tuple(_date_word(place, few) if is_date else _number_word(place, whole) for place in few),
            places=tuple(float(place) for place in few),
            counts=tuple(int(count) for count in counts),
        ),
        cells,
    )


def at(column: Column, place: float, step: float = 0.0) -> Any:
    """Give the cell of a column of numbers or dates at a place of its axis, or at the nearest multiple of ``step``."""
    if step:
        size = step * _DAY_S if column.type == "date" else step
        # Written in as many digits as the step has: a sum of steps is none.
        place = float(f"{round(place / size) * size:.12g}")
    if column.type == "date":
        return pd.Timestamp(place, unit="s")
    return float(round(place)) if column.type == "integer" else float(place)


def place_of(column: Column, value: Any) -> float:
    """Give where one cell lies on the axis of its column, NaN where it lies nowhere."""
    axis = None
    if column.type in {"number", "integer"} and isinstance(value, int | float):
        return float(value)
    if column.type == "date" and isinstance(value, pd.Timestamp) and value.tzinfo is None and value is not pd.NaT:
        return (value - pd.Timestamp(0)) / _SECOND
    if value is not None:
        axis = axis_of(column, pd.Series([value], dtype=object))
    return math.nan if axis is None else float(axis[0])


def plausible(column: Column, values: pd.Series[Any]) -> Plausible:
    """Give what a column may be set to, by the ``values`` (n,) that it has in the training rows."""
    missing = bool(values.isna().any())
    axis = axis_of(column, values)
    if axis is None:
        levels: tuple[str, ...] = ()
        if column.type in {"category", "boolean"}:
            levels = tuple(str(one) for one in words(values[values.notna()]).value_counts().index[:MOST_LEVELS])
        return Plausible(column=column.name, type=column.type, levels=levels, may_be_missing=missing)
    known = axis[~np.isnan(axis)]
    if not len(known) or np.ptp(known) == 0.0:
        return Plausible(column=column.name, type=column.type, may_be_missing=missing)
    low, high = (float(one) for one in np.quantile(known, [_EDGE, 1.0 - _EDGE], method="nearest"))
    if low == high:
        low, high = float(known.min()), float(known.max())
    if column.type == "date":
        return Plausible(
            column=column.name,
            type="date",
            low=at(column, low).isoformat(),
            high=at(column, high).isoformat(),
            step=1.0 if (high - low) / _DAY_S > 2 else 1.0 / 24.0,
            may_be_missing=missing,
        )
    is_whole = column.type == "integer" or bool(np.all(known == np.round(known)))
    step = 1.0 if is_whole else _round_step((high - low) / _STEPS)
    return Plausible(column=column.name, type=column.type, low=low, high=high, step=step, may_be_missing=missing)


def _round_step(step: float) -> float:
    """Give 1, 2 or 5 times a power of ten, not larger than ``step``."""
    power = 10.0 ** math.floor(math.log10(step))
    return float(next(one for one in (5.0, 2.0, 1.0) if one * power <= step * (1 + 1e-9)) * power)


def table_of(columns: tuple[Column, ...], changed: dict[str, list[Any]], like: pd.DataFrame) -> pd.DataFrame:
    """Give rows with the ``changed`` cells, and all others as in the first row of ``like``."""
    count = len(next(iter(changed.values()))) if changed else 1
    made = {}
    for column in columns:
        given = changed.get(column.name)
        made[column.name] = (
            like[column.name].iloc[[0] * count].reset_index(drop=True)
            if given is None
            else pd.Series(given, dtype=object)
        )
    return pd.DataFrame(made, copy=False)


def _seconds(values: pd.Series[Any]) -> Floats:
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = pd.to_datetime(values.astype(object), errors="coerce", format="ISO8601", utc=True)
    if values.dt.tz is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray(((values - pd.Timestamp(0)) / _SECOND).to_numpy(dtype=np.float64, na_value=np.nan))


def _date_word(place: float, among: Floats) -> str:
    is_time = bool(np.any(among % _DAY_S)) and float(np.ptp(among)) < 7 * _DAY_S
    return f"{pd.Timestamp(place, unit='s'):{'%Y-%m-%d %H:%M' if is_time else '%Y-%m-%d'}}"


def _number_word(place: float, whole: bool) -> str:
    return f"{place:.0f}" if whole and abs(place) < 1e15 else f"{place:.6g}"
