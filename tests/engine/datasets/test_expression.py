"""Expressions: SQL and pandas agree on every row, values never become code, what is wrong is said with its place."""

import datetime
import math
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.expression import Expression, column, condition, kinds, parse
from aetheron_desktop.engine.datasets.expression_parts import FUNCTIONS, Kind
from aetheron_desktop.engine.errors import UsageError

KINDS: dict[str, Kind] = {
    "age": "integer", "price": "number", "city": "text", "sold": "boolean", "day": "date", "my col": "number",
    "class": "text", "a`b": "integer",
}  # fmt: skip
NOON, OLD = datetime.datetime(2026, 1, 31, 13), datetime.datetime(1899, 5, 7)
TABLE = pa.table(
    {
        "age": pa.array([1, 2, None, -4, 50], pa.int64()),
        "price": pa.array([0.5, None, 2.0, -3.25, 0.0], pa.float64()),
        "city": pa.array(["Ulm", "Bonn", None, "ulm ", "O'Hara"], pa.string()),
        "sold": pa.array([True, False, None, True, False], pa.bool_()),
        "day": pa.array([NOON, None, OLD, OLD, OLD], pa.timestamp("us")),
        "my col": pa.array([1.0, 2.0, 3.0, 4.0, None], pa.float64()),
        "class": pa.array(["1", "x", " 2.5", None, "1e3"], pa.string()),
        "a`b": pa.array([1, 2, 3, 4, 5], pa.int64()),
    }
)  # fmt: skip


def by_sql(made: Expression, table: pa.Table, sql: str | None = None) -> list[Any]:
    connection = duckdb.connect()
    try:
        connection.register("t", table)
        asked = f"SELECT {made.sql if sql is None else sql} FROM t"  # noqa: S608 - what is tested
        return [row[0] for row in connection.execute(asked, list(made.values) if sql is None else []).fetchall()]
    finally:
        connection.close()


def by_pandas(made: Expression, table: pa.Table) -> list[Any]:
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    names: dict[str, Any] = {"pd": pd, "np": np, "pa": pa, "frame": frame}
    exec("\n".join(made.helpers), names)  # noqa: S102 - the code is ours
    values = eval(made.pandas, names)  # noqa: S307
    return [None if value is pd.NA or value is pd.NaT else value for value in values]


def same(left: list[Any], right: list[Any]) -> bool:
    return len(left) == len(right) and all(
        (one is None and other is None)
        or (
            one is not None
            and other is not None
            and (math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) if isinstance(one, float) else one == other)
        )
        for one, other in zip(left, right, strict=True)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age > 1", [False, True, None, False, True]),
        ("0 < age <= 2", [True, True, None, False, False]),
        ("age = 1 or price < 0", [True, None, None, True, False]),
        ("AGE is null", "There is no column “AGE”"),
        ("not (city = 'Ulm')", [False, True, None, True, True]),
        ('city = "O\'Hara"', [False, False, None, False, True]),
        ("city <> 'O''Hara'", [True, True, None, True, False]),
        ("city in ('Ulm', 'Bonn')", [True, True, None, False, False]),
        ("age not in (1)", [False, True, None, True, True]),
        ("city is missing", [False, False, True, False, False]),
        ("price IS NOT NULL", [True, False, True, True, True]),
        ("`my col` * 2 >= 6", [False, False, True, True, None]),
        ("class contains 'x'", "“contains 'x'”"),
        ("contains(class, 'x')", [False, True, False, None, False]),
        ("lower(trim(city)) = 'ulm'", [True, False, None, True, False]),
        ("starts_with(city, 'U') and length(city) = 3", [True, False, None, False, False]),
        ("matches(city, '^[A-Z]')", [True, True, None, False, True]),
        ("sold", [True, False, None, True, False]),
        ("sold = true and not sold = false", [True, False, None, True, False]),
        ("day > '2000-01-01'", [True, None, False, False, False]),
        ("year(day) = 1899", [False, None, True, True, True]),
        ("weekday(day) = 5 and hour(day) = 13", [True, None, False, False, False]),
        ("day - date('2026-01-31') = 0.5416666666666666", [True, None, False, False, False]),
        ("number(class) >= 1", [True, None, True, None, True]),
        ("sqrt(price) >= 0", [True, None, True, None, True]),
        ("1 / price > 0", [True, None, True, False, None]),
        ("age % 3 = 2 or age // 3 = 16", [False, True, None, True, True]),
        ("age ** 2 = 16", [False, False, None, True, False]),
        ("if_else(age > 1, 'old', 'new') = 'old'", [False, True, False, False, True]),
        ("fill(age, 0) = 0", [False, False, True, False, False]),
        ("minimum(age, price) < 1", [True, False, False, True, True]),
        ("round(price) = 0 or round(price, 1) = 2.0", [True, None, True, False, True]),
        ("abs(-age) = 4 and floor(price) = -4 and ceil(price) = -3", [False, False, False, True, False]),
        ("`a``b` + 1 = 3", [False, True, False, False, False]),
    ],
)
def test_that_a_condition_holds_of_the_same_rows_in_sql_and_pandas(text: str, expected: Any) -> None:
    if isinstance(expected, str):
        with pytest.raises(UsageError) as refused:
            condition(text, KINDS)
        assert expected in refused.value.detail
        return
    made = condition(text, KINDS)
    assert by_sql(made, TABLE) == expected
    assert by_sql(made, TABLE, made.inline_sql) == expected
    assert by_pandas(made, TABLE) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is no expression"),
        ("age >", "cannot be understood"),
        ("agee > 3", "There is no column “agee” (at sign 1)"),
        ("age > 3 and agge = 2", "(at sign 13)"),
        ("city > 3", "text is compared with a number; a text stands in quotes"),
        ("city = Ulm", "There is no column “Ulm”"),
        ("age", "is a number, and no condition"),
        ("1 = 1", "two constants are compared"),
        ("age and sold", "“age and sold” is a number, and no condition"),
        ("city = 'Ulm", "The quote is not closed (at sign 8)"),
        ("age; drop", "The sign “;” has no meaning here (at sign 4)"),
        ("__import__('os')", "is no function"),
        ("age.real > 1", "The sign “.” has no meaning here"),
        ("[age]", "The sign “[”"),
        ("lambda: 1", "The sign “:”"),
        ("age if sold else 3", "cannot be understood here"),
        ("lower(age) = 'x'", "lower takes text there, not a number"),
        ("matches(city, '(')", "the pattern cannot be understood"),
        ("matches(city, '(?=a)')", "looks around"),
        ("age = missing", "write: city is missing"),
        ("sqrt(2) > age", "sqrt works on a column"),
        ("day > 'yesterday'", "“yesterday” is no date"),
        ("age / 0 > 1 or 1 / 0 > age", "it cannot be calculated"),
        ("(" * 300 + "age" + ")" * 300 + " > 1", "nested too deeply"),
        ("not " * 200 + "sold", "nested too deeply"),
        ("age + " * 300 + "1 > 1", "nested too deeply"),
    ],
)
def test_that_what_is_wrong_is_said_with_its_place(text: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        condition(text, KINDS)
    assert words in refused.value.detail
    assert refused.value.hint


def test_that_near_columns_are_offered() -> None:
    with pytest.raises(UsageError) as refused:
        parse("my_col > 3", KINDS)
    assert refused.value.hint == "Did you mean `my col`?"


def test_that_a_value_never_becomes_sql() -> None:
    made = condition("city = 'x'') OR 1=1 --'", KINDS)
    assert made.sql == '("city" = ?)'
    assert made.values == ("x') OR 1=1 --",)
    assert by_sql(made, TABLE, made.inline_sql) == [False, False, None, False, False]


def test_that_the_kinds_of_a_snapshot_are_told(tmp_path: Path) -> None:
    pq.write_table(TABLE, tmp_path / "t.parquet")
    assert kinds(tmp_path / "t.parquet") == KINDS


def test_that_a_name_is_written_so_that_it_is_read_again() -> None:
    for name in ("age", "my col", "a`b", "größe", "and", "missing", "2x", "a\"b'c", "{0}"):
        assert parse(column(name), {name: "integer"}).columns == (name,)


def understood(text: str) -> Expression | str:
    """Give what was understood, or the words of the refusal, of which there are some."""
    try:
        return parse(text, KINDS)
    except UsageError as error:
        return error.detail + error.hint


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_that_any_text_is_understood_or_refused_in_words(text: str) -> None:
    made = understood(text)
    assert isinstance(made, str) or len(by_sql(made, TABLE)) == TABLE.num_rows


PIECES = st.sampled_from(
    ["age", "price", "city", "sold", "day", "`my col`", "(", ")", ",", "and", "or", "not", "in", "is", "missing", "=",
     "<", ">=", "+", "-", "*", "/", "%", "**", "//", "1", "2.5", "007", "1e400", "'Ulm'", "'2026-01-31'", "true",
     *(f"{name}(" for name in FUNCTIONS)]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14))
@settings(max_examples=400, deadline=None)
def test_that_any_row_of_words_is_understood_or_refused(pieces: list[str]) -> None:
    made = understood(" ".join(pieces))
    assert isinstance(made, str) or len(by_sql(made, TABLE)) == TABLE.num_rows


numbers = st.one_of(st.none(), st.floats(-1e6, 1e6).map(lambda value: round(value, 3)))
wholes = st.one_of(st.none(), st.integers(-(10**6), 10**6))
words = st.one_of(st.none(), st.text(st.sampled_from("aAbBüß '1.e-"), max_size=5))
moments = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1))
days = st.one_of(st.none(), moments.map(lambda day: day.replace(microsecond=0)))


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(1, 8))

    def some(of: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(of, min_size=rows, max_size=rows))

    return pa.table(
        {
            "age": pa.array(some(wholes), pa.int64()),
            "price": pa.array(some(numbers), pa.float64()),
            "my col": pa.array(some(numbers), pa.float64()),
            "city": pa.array(some(words), pa.string()),
            "class": pa.array(some(words), pa.string()),
            "sold": pa.array(some(st.one_of(st.none(), st.booleans())), pa.bool_()),
            "day": pa.array(some(days), pa.timestamp("us")),
            "a`b": pa.array(some(wholes), pa.int64()),
        }
    )


def _calculations(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sign = st.sampled_from("+-*/")
    one = st.sampled_from(["abs", "sqrt", "log", "floor", "ceil", "round"])
    return st.one_of(
        st.tuples(inner, sign, inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(one, st.sampled_from(["age", "price", "`my col`"])).map(lambda parts: f"{parts[0]}({parts[1]})"),
        inner.map(lambda part: f"(-{part})"),
    )


calculations = st.recursive(
    st.sampled_from(["age", "price", "`my col`", "`a``b`", "length(city)", "year(day)", "3", "0.5"]),
    _calculations,
    max_leaves=4,
)  # fmt: skip
measured = st.sampled_from(["age", "price", "length(city)", "month(day)", "number(class)"])
told = st.sampled_from(
    ["sold", "city is missing", "day is not missing", "city = class", "contains(city, 'a')", "city in ('a', 'b')",
     "day > '2000-01-01'", "age in (1, 2)", "upper(city) = 'A'", "city < 'b'", "if_else(sold, age, price) > 0"]
)  # fmt: skip
compared = st.tuples(measured, st.sampled_from(["<", "<=", "=", "<>", ">"]), calculations).map(" ".join)
conditions = st.recursive(
    st.one_of(compared, told),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(lambda parts: f"({''.join(parts)})"),
        inner.map(lambda part: f"(not {part})"),
    ),
    max_leaves=4,
)


@given(tables(), conditions)
@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_that_sql_and_pandas_agree_on_any_condition(table: pa.Table, text: str) -> None:
    made = condition(text, KINDS)
    assert by_sql(made, table) == by_pandas(made, table), text


@given(tables(), calculations)
@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_that_sql_and_pandas_agree_on_any_calculation(table: pa.Table, text: str) -> None:
    try:
        made = parse(text, KINDS)
    except UsageError:
        return
    if made.columns:
        assert same(by_sql(made, table), by_pandas(made, table)), text
