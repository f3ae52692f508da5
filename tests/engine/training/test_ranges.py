"""What the columns held that a model learned from, of every type, and of whatever they may hold."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.schema import Column, ColumnRange, ColumnType
from aetheron_desktop.engine.training.ranges import ranges
from tests.tables import made_table

TYPES: tuple[ColumnType, ...] = ("number", "integer", "category", "boolean", "date", "identifier", "text")


def found(values: Any, type_: ColumnType) -> ColumnRange:
    """The range of one column, which must survive being written down."""
    made = ranges(pd.DataFrame({"it": values}), [Column("it", type_, 0, 0)])["it"]
    assert msgspec.json.decode(msgspec.json.encode(made), type=ColumnRange) == made
    return made


def test_that_every_type_has_its_range() -> None:
    table = made_table(300)
    types: dict[str, ColumnType] = {
        "size": "number", "count": "integer", "colour": "category", "fresh": "boolean", "seen": "date", "remark": "text"
    }  # fmt: skip
    made = ranges(table, [Column(name, type_, 0, 0) for name, type_ in types.items()])
    assert set(made) == set(types) - {"remark"}
    size = table["size"]
    assert (made["size"].low, made["size"].middle, made["size"].high) == (size.min(), size.median(), size.max())
    assert (made["count"].low, made["count"].high) == (0.0, 8.0)
    assert set(made["colour"].values) == {"red", "green", "blue"}
    assert made["colour"].values[0] == table["colour"].mode()[0]
    assert len(made["fresh"].values) == 2
    assert made["seen"].low == table["seen"].min().isoformat()
    assert made["seen"].high == table["seen"].max().isoformat()
    assert str(made["seen"].low) <= str(made["seen"].middle) <= str(made["seen"].high)


@example([8.988465674311579e307, 8.98846567431158e307])
@given(st.lists(st.one_of(st.none(), st.floats(width=64)), max_size=30))
def test_that_numbers_of_any_kind_have_a_finite_range_or_none(values: list[float | None]) -> None:
    made = found(pd.Series(values, dtype="float64"), "number")
    finite = [value for value in values if value is not None and math.isfinite(value)]
    if not finite:
        assert made == ColumnRange()
        return
    assert (made.low, made.high) == (min(finite), max(finite))
    assert isinstance(made.middle, float)
    assert math.isfinite(made.middle)


@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), max_size=30))
def test_that_whole_numbers_with_gaps_have_a_range(values: list[int | None]) -> None:
    made = found(pd.Series(values, dtype="Int64"), "integer")
    whole = [float(value) for value in values if value is not None]
    assert (made.low, made.high) == ((min(whole), max(whole)) if whole else (None, None))


@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=300)), max_size=30))
def test_that_categories_are_named_the_most_frequent_first(values: list[str | None]) -> None:
    made = found(pd.Series(values, dtype="object"), "category")
    words = [value for value in values if value is not None]
    assert set(made.values) <= set(words)
    assert len(made.values) + made.others == len(set(words))
    assert all(len(value) <= 200 for value in made.values)
    counts = [words.count(value) for value in made.values]
    assert counts == sorted(counts, reverse=True)


@given(st.lists(st.one_of(st.none(), st.datetimes()), min_size=1, max_size=20))
def test_that_dates_have_a_range(values: list[Any]) -> None:
    made = found(pd.Series(values, dtype="datetime64[us]"), "date")
    filled = [value for value in values if value is not None]
    if not filled:
        assert made == ColumnRange()
        return
    assert (made.low, made.high) == tuple(
        pd.Timestamp(one).as_unit("us").isoformat() for one in (min(filled), max(filled))
    )


@pytest.mark.parametrize("type_", [type_ for type_ in TYPES if type_ != "text"])
@pytest.mark.parametrize("values", [[], [None, None], [np.nan], [pd.NaT]], ids=str)
def test_that_an_empty_column_has_an_empty_range(type_: ColumnType, values: list[Any]) -> None:
    assert found(pd.Series(values, dtype="object"), type_) == ColumnRange()


def test_that_many_categories_are_counted_and_identifiers_not_named() -> None:
    many = [f"w{number:04}" for number in range(250)]
    made = found(many, "category")
    assert (len(made.values), made.others) == (100, 150)
    made = found(many, "identifier")
    assert (made.values, made.others) == ((), 250)


def test_that_what_is_not_as_its_type_says_is_counted_as_words() -> None:
    assert set(found(["1", "two", None], "number").values) == {"1", "two"}
    assert set(found(["yesterday"], "date").values) == {"yesterday"}


def test_that_text_has_no_range() -> None:
    assert ranges(pd.DataFrame({"it": ["a"]}), [Column("it", "text", 0, 0)]) == {}
