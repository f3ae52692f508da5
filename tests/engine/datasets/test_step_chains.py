"""Chains of steps over tables of chance: the engine, the script of SQL and that of pandas make the same table."""

import datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets import steps as s
from aetheron_desktop.engine.datasets.expression import column as as_expression
from aetheron_desktop.engine.datasets.expression_parts import Kind
from aetheron_desktop.engine.datasets.preparing.table import Table
from aetheron_desktop.engine.datasets.steps import Step, StepRefused
from tests.engine.datasets.stepping import chain, sql_rows, three_ways

# ruff: noqa: E501 - one line a kind

CELLS: dict[Kind, st.SearchStrategy[Any]] = {
    "integer": st.integers(-9, 9),
    # Quarters: their sums are exact in any order, so that a mean is the same number to the last bit.
    "number": st.integers(-40, 40).map(lambda quarters: quarters / 4),
    "text": st.sampled_from(["a", "b", "a,b", "A b", "", " x", "12", "1.5", "2026-01-31", "ü'\"\\", "%s {0} ?", "true"]),
    "boolean": st.booleans(),
    "date": st.sampled_from([datetime.datetime(2026, 1, 31, 5, 6), datetime.datetime(1999, 12, 31), datetime.datetime(1960, 2, 29, 23)]),
}  # fmt: skip
ARROW = {
    "integer": pa.int64(), "number": pa.float64(), "text": pa.string(), "boolean": pa.bool_(), "date": pa.timestamp("us"),
}  # fmt: skip
NAMES: dict[str, Kind] = {
    "n": "integer", "x": "number", "__row": "integer", "t ? \" ` {a}": "text", "b": "boolean", "d": "date", "t2": "text",
}  # fmt: skip
BY_KIND: dict[Kind, list[str]] = {
    "integer": ["{0} > 1", "{0} in (1, 2, 3)", "not ({0} = 2)"],
    "number": ["{0} / 2 < 1.5", "{0} is missing or {0} >= 0"],
    "text": ["{0} <> 'a'", "contains({0}, 'b')", "length(trim({0})) > 1"],
    "boolean": ["{0}", "not {0}"],
    "date": ["{0} > '1999-12-31'", "year({0}) = 2026"],
}

FILLS: list[s.FillBy] = ["mean", "median", "mode", "previous", "next"]
MATCHES: list[s.Match] = ["part", "pattern"]
HOWS: list[s.How] = ["left", "inner", "outer", "with", "without"]
PIVOTED: list[s.Summary] = ["count", "distinct", "sum", "mean", "minimum", "last"]
SUMMARIES: list[s.Summary] = [*PIVOTED, "rows", "missing", "median", "maximum", "first"]


def tables(names: dict[str, Kind], most: int) -> st.SearchStrategy[pa.Table]:
    row = st.tuples(*(st.one_of(st.none(), CELLS[kind]) for kind in names.values()))
    return st.lists(row, max_size=most).map(
        lambda rows: pa.table(
            {name: pa.array([one[place] for one in rows], ARROW[kind]) for place, (name, kind) in enumerate(names.items())}
        )
    )  # fmt: skip


@st.composite
def steps(draw: st.DrawFn, table: Table) -> Step:  # noqa: PLR0912 - one line a kind
    names = list(table.columns)
    one = draw(st.sampled_from(names))
    kind = table.columns[one]
    several = tuple(draw(st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=3)))
    alike = tuple(name for name in names if table.columns[name] == kind)[:2]
    condition = draw(st.sampled_from(BY_KIND[kind])).replace("{0}", as_expression(one))
    match draw(st.integers(0, 19)):
        case 0:
            return s.Rename(column=one, to=draw(st.sampled_from(["new", "a?b", "ü", "select"])))
        case 1:
            return s.Retype(columns=(one,), to=draw(st.sampled_from(["number", "integer", "text", "boolean", "date"])))
        case 2:
            return s.KeepRows(condition=condition)
        case 3:
            return s.DropRows(condition=condition)
        case 4:
            return s.DropColumns(columns=several)
        case 5:
            by = draw(st.sampled_from(FILLS))
            return s.Fill(columns=(one,) if by in {"mean", "median"} else several, by=by)
        case 6:
            return s.Fill(columns=(one,), by="constant", value=written(draw(CELLS[kind])))
        case 7:
            put = draw(st.one_of(st.none(), CELLS[kind].map(written)))
            return s.Replace(columns=alike, find=written(draw(CELLS[kind])), put=put)
        case 8:
            match = draw(st.sampled_from(MATCHES))
            return s.Replace(columns=alike, find=draw(st.sampled_from(["a", "[ab]", "x"])), put="\\1$", match=match)
        case 9:
            return s.Clip(columns=alike, low=draw(st.sampled_from([None, -1, 0.5])), high=2)
        case 10:
            return s.Clip(columns=alike, low=0.25, high=0.75, by="quantiles")
        case 11:
            expression = draw(
                st.sampled_from([condition, f"fill({as_expression(one)}, 1)", f"{as_expression(one)} * 2", "7"])
            )
            return s.Derive(name=draw(st.sampled_from([one, "made"])), expression=expression)
        case 12:
            pattern, keep = draw(st.booleans()), draw(st.booleans())
            return s.SplitText(
                column=one, into=("left", "right"), sign="(a)?[,b]([^a])?" if pattern else ",",
                by="pattern" if pattern else "delimiter", keep=keep,
            )  # fmt: skip
        case 13:
            return s.SplitDate(column=one, parts=("year", "month", "hour", "weekday"), keep=draw(st.booleans()))
        case 14:
            how = draw(st.sampled_from(HOWS))
            return s.Join(dataset="other", keys=(s.KeyPair(one, draw(st.sampled_from(["n", "t2", "x"]))),), how=how)
        case 15:
            return s.Concatenate(dataset="other")
        case 16:
            summary = draw(st.sampled_from(SUMMARIES))
            return s.Group(keys=several, aggregations=(s.Aggregation(one, summary, "summed"),))
        case 17:
            summary = draw(st.sampled_from(PIVOTED))
            return s.Pivot(keys=several, column=draw(st.sampled_from(names)), value=one, summary=summary)
        case 18:
            return s.Melt(columns=alike)
        case _:
            keys = tuple(s.SortKey(name, draw(st.booleans())) for name in several)
            share = draw(st.sampled_from([0.2, 0.5]))
            options: list[Step] = [
                s.Sort(keys=keys), s.Deduplicate(columns=several, keep="last"), s.Deduplicate(), s.Sample(rows=3, seed=5),
                s.Sample(share=share),
            ]  # fmt: skip
            return draw(st.sampled_from(options))


def written(cell: Any) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_that_any_chain_of_steps_makes_the_same_table_in_three_ways(data: st.DataObject, tmp_path: Path) -> None:
    table = data.draw(tables(NAMES, 12), label="table")
    other = data.draw(tables({"n": "integer", "t2": "text", "x": "number"}, 5), label="other")
    chosen: list[Step] = []
    made = chain(chosen, tmp_path, table, other)
    for _ in range(data.draw(st.integers(1, 5))):
        step = data.draw(steps(made.table), label="step")
        try:
            made = chain([*chosen, step], tmp_path, table, other)
        except StepRefused:
            continue
        chosen.append(step)
    three_ways(made)
    again = chain(list(msgspec.json.decode(s.dumps(tuple(chosen)), type=tuple[Step, ...])), tmp_path, table, other)
    assert again.query() == made.query()


@pytest.mark.parametrize("text", ["'; DROP TABLE t; --", '"; x', "\\'", "a\nb", "?", "{0}", "`", "é"])
def test_that_words_of_people_stay_words_in_every_script(text: str, tmp_path: Path) -> None:
    table = pa.table({"a": pa.array([text, "x", None])})
    made = chain(
        [s.Replace(columns=("a",), find=text, put=text + "'"), s.KeepRows(condition="a <> 'x'")], tmp_path, table
    )
    assert three_ways(made) == {"a": [text + "'"]}


def test_that_the_order_of_rows_is_that_of_the_steps_and_not_of_chance(tmp_path: Path) -> None:
    table = pa.table({"a": pa.array(range(200_000)), "b": pa.array([one % 7 for one in range(200_000)])})
    made = chain([s.Deduplicate(columns=("a",)), s.KeepRows(condition="b = 3")], tmp_path, table)
    found = sql_rows(made.query())[0]["a"]
    assert found == list(range(3, 200_000, 7))
