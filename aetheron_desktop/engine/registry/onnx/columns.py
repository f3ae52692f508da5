"""The inputs of the file: a tensor per column of the table, each (rows, 1), and what is done to it first.

========================  ======  ==================================================  ============
column                    type    values                                              missing
========================  ======  ==================================================  ============
number, integer           double  as they are                                         NaN
boolean                   double  1 is true, 0 is false                               NaN
date                      double  seconds since 1970-01-01 00:00 UTC                  NaN
category, identifier      string  the word; whole numbers without a point             empty string
text                      string  as it is                                            empty string
========================  ======  ==================================================  ============

Numbers are doubles, because a tree asks whether a value is above a threshold: rounded to single precision, a value can
end on the other side. Dates are seconds, because every language has them and no operator of ONNX reads a date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd
from onnx import helper
from sklearn.pipeline import Pipeline

from aetheron_desktop.engine.estimators.features import (
    CIRCLES,
    DATE_PARTS,
    MISSING_WORD,
    circle_names,
    circle_of,
    part,
    span,
    words,
)
from aetheron_desktop.engine.estimators.pipeline import Blend
from aetheron_desktop.engine.registry.onnx.graph import DOUBLE, INT64, ROWS, STRING, Graph
from aetheron_desktop.engine.registry.onnx.report import OnnxUnsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline

    Translate: TypeAlias = Callable[[int, NDArray[np.float64]], NDArray[np.float64]]
    """Gives what becomes of the codes of the category at a position."""

_WORDS: Final = frozenset({"category", "identifier", "text"})
_LARGEST: Final = 1e37
"""As :func:`features.numbers` has it."""
_BEGAN: Final = pd.Timestamp("1970-01-01")
_SECOND: Final = 1e6
_HOUR: Final = 3_600e6
_DAY: Final = 86_400e6
_EPOCH: Final = 946_684_800e6
"""2000-01-01 since 1970; moments are whole microseconds, as pandas counts them."""
_LAST_DATE: Final = 9.2e12
"""Seconds; pandas has no date beyond."""


def inputs(columns: Sequence[Column]) -> list[Any]:
    """Give the inputs of the file."""
    return [
        helper.make_tensor_value_info(column.name, STRING if column.type in _WORDS else DOUBLE, [ROWS, 1])
        for column in columns
    ]


def feeds(pipeline: FittedPipeline, table: pd.DataFrame) -> dict[str, NDArray[Any]]:
    """Give the columns of ``table`` as the inputs of the pipeline's file.

    Raises:
        ModelError: columns are not there; the words name them.
    """
    frame = pipeline.columns.frame(table)
    special = learned_empty_words(pipeline)
    made: dict[str, NDArray[Any]] = {}
    for column in pipeline.columns.columns:
        values = table[column.name]
        match column.type:
            case "text":
                given = frame[column.name].to_numpy(dtype=object)
            case "category" | "identifier":
                empty = MISSING_WORD if column.name in special else ""
                given = words(values).where(values.notna(), empty).to_numpy(dtype=object)
            case "date":
                given = _seconds(values)
            case _ if pd.api.types.is_numeric_dtype(values.dtype):
                given = values.to_numpy(dtype=np.float64, na_value=np.nan)
            case _:
                given = frame[column.name].to_numpy(dtype=np.float64)
        made[column.name] = given.reshape(-1, 1)
    return made


def learned_empty_words(pipeline: FittedPipeline) -> set[str]:
    """Give the names of the categories among whose learned values the empty word is.

    For the others it stands for a missing one; for these, that has a word of its own.
    """
    predictor = pipeline.predictor
    branches = predictor.branches if isinstance(predictor, Blend) else ()
    transformers = [branch.transformer for branch in branches] or [pipeline.transformer]
    found: set[str] = set()
    for _, fitted, columns in [one for transformer in transformers for one in transformer.transformers_]:
        encoder = fitted.steps[0][1] if isinstance(fitted, Pipeline) else fitted
        known = getattr(encoder, "categories_", ())
        found |= {name for name, levels in zip(columns, known, strict=False) if "" in levels.tolist()}
    return found


def _seconds(values: pd.Series) -> NDArray[np.float64]:
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = pd.to_datetime(values.astype(object), errors="coerce", format="ISO8601", utc=True)
    if values.dt.tz is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray((values - _BEGAN) / pd.Timedelta(seconds=1), dtype=np.float64)


# -- numbers ----------------------------------------------------------------------------------------------------------


class Numbers:
    """The numbers of the table as ``Columns.frame`` has them: tensors (rows, 1), missing ones NaN, each made once."""

    def __init__(self, graph: Graph, columns: Sequence[Column]) -> None:
        self._graph = graph
        self._types = {column.name: column.type for column in columns}
        self._made: dict[str, str] = {}

    def of(self, names: Sequence[str]) -> str:
        """Give those of ``names`` side by side."""
        parts = [self._one(name) for name in names]
        return self._graph.op("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]

    def _one(self, name: str) -> str:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> str:
        if self._types.get(name) in {"number", "integer", "boolean"}:
            return _finite(self._graph, name)
        for date in (column for column, type_ in self._types.items() if type_ == "date"):
            if name == part(date, name.removeprefix(part(date, ""))):
                return self._of_date(date, name)
        raise OnnxUnsupported(f"The model has a number that ONNX has not: {name}.", hint="Export another model.")

    def _of_date(self, date: str, name: str) -> str:
        graph = self._graph
        for other, type_ in self._types.items():
            if type_ == "date" and name == span(date, other):
                return graph.op("Sub", self._one(part(other, "days")), self._one(part(date, "days")))
        for one, (first, count) in CIRCLES.items():
            for circle, circling in zip(circle_names(one), circle_of(one), strict=True):
                if name == part(date, circle):
                    given = self._one(part(date, one))
                    place = graph.op(
                        "Where", graph.op("IsNaN", given), float(count), graph.op("Sub", given, float(first))
                    )
                    return graph.op("Gather", np.append(circling, np.nan), graph.op("Cast", place, to=INT64))
        made = zip(DATE_PARTS, _date_parts(graph, date), strict=True)
        self._made |= {part(date, one): tensor for one, tensor in made}
        return self._made[name]


def _finite(graph: Graph, values: str) -> str:
    bad = graph.op("Or", graph.op("IsNaN", values), graph.op("IsInf", values))
    return graph.op("Where", bad, np.nan, graph.op("Clip", values, -_LARGEST, _LARGEST))


def _date_parts(graph: Graph, given: str) -> list[str]:
    """Give days, month, day, weekday and hour; whole numbers below 2**53 are exact, and NaN stays NaN.

    Month and day are Howard Hinnant's ``civil_from_days`` (chrono-Compatible Low-Level Date Algorithms, 2013).
    """

    def whole(left: str, right: float) -> str:
        return graph.op("Floor", graph.op("Div", left, right))

    def rest(left: str, right: float) -> str:
        return graph.op("Sub", left, graph.op("Mul", whole(left, right), right))

    def less(left: str, *right: str) -> str:
        for one in right:
            left = graph.op("Sub", left, one)
        return left

    is_date = graph.op("LessOrEqual", graph.op("Abs", given), _LAST_DATE)
    moment = graph.op("Round", graph.op("Mul", graph.op("Where", is_date, given, np.nan), _SECOND))
    today = whole(moment, _DAY)
    shifted = graph.op("Add", today, 719_468.0)
    of_era = rest(shifted, 146_097.0)
    leaps = [whole(of_era, 1_460.0), whole(of_era, 146_096.0)]
    year = whole(graph.op("Add", less(of_era, *leaps), whole(of_era, 36_524.0)), 365.0)
    begun = graph.op("Sub", graph.op("Mul", year, 365.0), less(whole(year, 100.0), whole(year, 4.0)))
    of_year = graph.op("Sub", of_era, begun)
    # Months count from March: the leap day is the last of the year.
    march = whole(graph.op("Add", graph.op("Mul", of_year, 5.0), 2.0), 153.0)
    before = whole(graph.op("Add", graph.op("Mul", march, 153.0), 2.0), 5.0)
    day = graph.op("Add", graph.op("Sub", of_year, before), 1.0)
    month = graph.op("Add", rest(graph.op("Add", march, 2.0), 12.0), 1.0)
    days = graph.op("Div", graph.op("Sub", moment, _EPOCH), _DAY)
    weekday = rest(graph.op("Add", today, 3.0), 7.0)
    hour = whole(rest(moment, _DAY), _HOUR)
    return [days, month, day, weekday, hour]


# -- categories -------------------------------------------------------------------------------------------------------


def one_hot(graph: Graph, encoder: Any, columns: Sequence[str], empty: Collection[str]) -> str:
    """Give (rows, levels) of a ``OneHotEncoder`` that puts rare and new words into one column.

    ``empty`` are the columns in which the empty word is a value, and no missing one.
    """
    parts = []
    for position, name in enumerate(columns):
        frequent, infrequent = _levels(encoder, position)
        codes = {word: code for code, word in enumerate(frequent)}
        width = len(frequent) + (infrequent is not None)
        # New words go where the rare ones go; these need no entry, and do not leave with the file.
        other = len(frequent) if infrequent is not None else -1
        found = _code(graph, name, codes, other, empty)
        is_level = graph.op("Equal", found, np.arange(width, dtype=np.int64).reshape(1, -1))
        parts.append(graph.op("Cast", is_level, to=DOUBLE))
    return graph.op("Concat", *parts, axis=1)


def ordinal(
    graph: Graph, encoder: Any, columns: Sequence[str], empty: Collection[str], translate: Translate | None = None
) -> str:
    """Give (rows, columns) of an ``OrdinalEncoder``; ``translate`` says what becomes of a column's codes."""
    parts = []
    for position, name in enumerate(columns):
        frequent, infrequent = _levels(encoder, position)
        codes = {word: code for code, word in enumerate(frequent)}
        codes |= dict.fromkeys(infrequent or (), len(frequent))
        count = len(frequent) + (infrequent is not None)
        found = _code(graph, name, codes, count, empty)
        values = np.arange(count, dtype=np.float64)
        values = np.append(values if translate is None else translate(position, values), np.nan)
        parts.append(graph.op("Gather", values, found))
    return graph.op("Concat", *parts, axis=1)


def means(graph: Graph, encoder: Any, columns: Sequence[str], empty: Collection[str]) -> str:
    """Give (rows, columns x outputs) of a ``TargetEncoder``; a new word gets the mean of all rows."""
    each = len(encoder.encodings_) // len(columns)
    parts = []
    for position, name in enumerate(columns):
        levels = encoder.categories_[position]
        learned = np.column_stack(encoder.encodings_[position * each : (position + 1) * each])
        table = np.vstack([learned, np.reshape(encoder.target_mean_, (1, -1))])
        codes = {str(word): code for code, word in enumerate(levels)}
        found = _code(graph, name, codes, len(levels), empty)
        parts.append(graph.op("Squeeze", graph.op("Gather", table, found), np.array([1], dtype=np.int64)))
    return graph.op("Concat", *parts, axis=1)


def _levels(encoder: Any, position: int) -> tuple[list[str], list[str] | None]:
    """Give the words with codes of their own, in order, and those that share the last code, None without such."""
    known = [str(word) for word in encoder.categories_[position]]
    rare = encoder.infrequent_categories_[position]
    if rare is None:
        return known, None
    rare_words = {str(word) for word in rare}
    return [word for word in known if word not in rare_words], sorted(rare_words)


def _code(graph: Graph, name: str, codes: dict[str, int], other: int, empty: Collection[str]) -> str:
    entries = codes if name in empty else codes | {"": codes.get(MISSING_WORD, other)}
    keys = list(entries)
    return graph.op(
        "LabelEncoder", name, keys_strings=keys, values_int64s=[entries[key] for key in keys], default_int64=other
    )
