"""One row: what is predicted for it, what each column adds to that, and what it would be with other cells."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators.features import words as words_of
from aetheron_desktop.engine.explaining import words
from aetheron_desktop.engine.explaining.dependence import column_of
from aetheron_desktop.engine.explaining.grids import MOST_LEVELS, axis_of, plausible
from aetheron_desktop.engine.explaining.results import Predicted, RowReasons
from aetheron_desktop.engine.explaining.shapley import sharer
from aetheron_desktop.engine.explaining.subject import cells_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.explaining.results import Cell, Plausible
    from aetheron_desktop.engine.explaining.subject import Subject

_BACKGROUND: Final = 100
"""So many background rows for one row: it is looked at closely."""


def row_of(subject: Subject, row: int | None, cells: Mapping[str, Cell]) -> tuple[pd.DataFrame, str | None]:
    """Give a row of the dataset with other ``cells`` here and there, and the truth where nothing was changed.

    Without a ``row``, what is not given is missing.

    Raises:
        UsageError: there is no such row or column, or a cell is none of its column.
    """
    if row is None:
        table = pd.DataFrame({name: pd.Series([None], dtype=object) for name in subject.names})
        truth = None
    else:
        table, truth = subject.find(row)
    if not cells:
        return table.reset_index(drop=True), truth
    made = {name: table[name].reset_index(drop=True) for name in table}
    for name, value in cells.items():
        made[name] = pd.Series([read_cell(column_of(subject, name), value)], dtype=object)
    return pd.DataFrame(made, copy=False), None


def read_cell(column: Column, value: Cell) -> Any:
    """Give a cell as the table has it.

    Raises:
        UsageError: it is none of the column.
    """
    if value is None or value == "":
        return None
    match column.type:
        case "number" | "integer":
            try:
                return float(value)
            except (TypeError, ValueError) as error:
                raise UsageError(
                    f"{value!r} is no number, as {column.name} has them.", hint="Write it like 12.5."
                ) from error
        case "date":
            try:
                moment = pd.Timestamp(str(value))
            except (ValueError, TypeError) as error:
                raise UsageError(
                    f"{value!r} is no date for {column.name}.", hint="Write it like 2024-05-31."
                ) from error
            return moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo is not None else moment
        case "boolean":
            return str(value).casefold()
        case _:
            return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def predicted(subject: Subject, row: int | None, cells: Mapping[str, Cell]) -> Predicted:
    """Give what is predicted for a row with other ``cells``; what-if.

    Raises:
        UsageError: see :func:`row_of`.
    """
    began = time.perf_counter()
    table, _ = row_of(subject, row, cells)
    return told(subject, table, began)


def told(subject: Subject, table: pd.DataFrame, began: float | None = None) -> Predicted:
    """Give what is predicted for the one row of ``table``."""
    began = time.perf_counter() if began is None else began
    pipeline = subject.pipeline
    raw = pipeline.told(table)
    named = {name: values.iloc[0] for name, values in pipeline.named(raw, table.index).items()}
    odd = tuple(
        column.name for column in subject.columns if is_odd(plausible_of(subject, column), column, table[column.name])
    )
    (given,) = cells_of(table, subject.names)
    return Predicted(
        model=subject.model,
        version=subject.version,
        cells=dict(zip(subject.names, given, strict=True)),
        prediction=str(named["prediction"]) if pipeline.classes else f"{float(named['prediction']):.6g}",
        value=None if pipeline.classes else float(named["prediction"]),
        lower=_number(named.get("lower")),
        upper=_number(named.get("upper")),
        likely={label: float(raw[0, place]) for place, label in enumerate(pipeline.classes)},
        odd=odd,
        milliseconds=1e3 * (time.perf_counter() - began),
    )


def _number(value: Any) -> float | None:
    return None if value is None or not math.isfinite(float(value)) else float(value)


def plausible_of(subject: Subject, column: Column) -> Plausible:
    """Give what a column may be set to; it is worked out once."""
    known = subject.ways.get(column.name)
    if known is None:
        known = subject.ways[column.name] = plausible(column, subject.learned.table[column.name])
    return known


def is_odd(way: Plausible, column: Column, values: pd.Series[Any]) -> bool:
    """Tell whether the cell lies outside of what is plausible."""
    if values.isna().iloc[0]:
        return not way.may_be_missing
    axis = axis_of(column, values)
    if axis is not None:
        if way.low is None or way.high is None:
            return False
        ends = axis_of(column, pd.Series([way.low, way.high], dtype=object))
        assert ends is not None
        return bool(np.isnan(axis[0]) or not ends[0] <= axis[0] <= ends[1])
    # Of a column with more levels than are told, none is odd.
    known = 0 < len(way.levels) < MOST_LEVELS
    return known and words_of(values).iloc[0].casefold() not in {one.casefold() for one in way.levels}


def reasons(
    subject: Subject, row: int | None, cells: Mapping[str, Cell], should_stop: Callable[[], bool]
) -> RowReasons:
    """Give what each column adds to the sum of one row.

    Raises:
        UsageError: see :func:`row_of`.
        ModelError: the table is too wide for this kind of model.
        Halted: it was asked to stop.
    """
    table, truth = row_of(subject, row, cells)
    asked = sharer(subject.pipeline, subject.learned.table, should_stop, rows=_BACKGROUND)
    shares = asked.shares(table)
    shown = shown_output(subject, table)
    added = shares.added[0]
    (given,) = cells_of(table, subject.names)
    made = RowReasons(
        model=subject.model,
        version=subject.version,
        row=row,
        truth=truth,
        names=subject.names,
        cells=given,
        outputs=subject.outputs,
        unit=subject.unit,
        base=tuple(shares.base.tolist()),
        sums=tuple(shares.sums[0].tolist()),
        added=tuple(tuple(one) for one in added.tolist()),
        order=tuple(int(place) for place in np.argsort(-np.abs(added[:, shown]), kind="stable")),
        shown=shown,
        method=asked.method,
        plausible=tuple(plausible_of(subject, column) for column in subject.columns),
    )
    return words.with_row_sentences(made)


def shown_output(subject: Subject, table: pd.DataFrame) -> int:
    """Give the output that is about what is predicted: of several classes the one that is chosen."""
    if len(subject.outputs) == 1:
        return 0
    return int(subject.pipeline.chosen(subject.pipeline.raw(table))[0])
