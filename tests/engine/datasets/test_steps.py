"""Steps: what each makes of a table, the same by the engine, by SQL and by pandas; what is refused, in words."""

from pathlib import Path
from typing import Any

import pytest

from aetheron_desktop.engine.datasets import steps as s
from aetheron_desktop.engine.datasets.steps import Step, StepRefused, sentence
from tests.engine.datasets.stepping import NOON, OLD, chain, three_ways

# ruff: noqa: E501 - one line a step

AGES = [30, None, 4, 30, 51, -2]


def key(left: str, right: str | None = None) -> tuple[s.KeyPair, ...]:
    return (s.KeyPair(left, right or left),)


def named(value: Any) -> str | None:
    return sentence(value)[:40] if isinstance(value, s.Step) else None


@pytest.mark.parametrize(
    ("step", "column", "cells"),
    [
        (s.Rename(column="age", to="a “b”"), "a “b”", AGES),
        (s.Retype(columns=("age",), to="number"), "age", [30.0, None, 4.0, 30.0, 51.0, -2.0]),
        (s.Retype(columns=("age",), to="category"), "age", ["30", None, "4", "30", "51", "-2"]),
        (s.Retype(columns=("price",), to="integer"), "price", [None, None, None, -3, 1000000, None]),
        (s.Retype(columns=("price",), to="text"), "price", ["0.5", "2.25", None, "-3", "1000000", "0.5"]),
        (s.Retype(columns=("sold",), to="integer"), "sold", [1, 0, None, 1, 0, 1]),
        (s.Retype(columns=("sold",), to="text"), "sold", ["true", "false", None, "true", "false", "true"]),
        (s.Retype(columns=("day",), to="text"), "day", ["2026-01-31 13:05:00", None, "1999-05-07"]),
        (s.Retype(columns=("code",), to="number"), "code", [1.0, 2.5, None, None, None, None]),
        (s.Retype(columns=("code",), to="integer"), "code", [1, None, None, None, None, None]),
        (s.Retype(columns=("code",), to="boolean"), "code", [True, None, None, None, None, None]),
        (s.Retype(columns=("code",), to="date", form="day.month.year"), "code", [None] * 3 + [NOON.replace(hour=0, minute=0)]),
        (s.Retype(columns=("code",), to="date"), "code", [None] * 4 + [NOON.replace(hour=4, minute=5), None]),
        (s.KeepRows(condition="age > 10"), "age", [30, 30, 51]),
        (s.DropRows(condition="age > 10"), "age", [None, 4, -2]),
        (s.DropColumns(columns=("city", "code", "day", "sold")), "price", [0.5, 2.25, None]),
        (s.Fill(columns=("age",), by="constant", value="7"), "age", [30, 7, 4, 30, 51, -2]),
        (s.Fill(columns=("age",), by="mean"), "age", [30.0, 22.6, 4.0, 30.0, 51.0, -2.0]),
        (s.Fill(columns=("age", "price"), by="median"), "age", [30.0, 30.0, 4.0, 30.0, 51.0, -2.0]),
        (s.Fill(columns=("city",), by="mode"), "city", ["Ulm", "Bonn", "Ulm", "Ulm", "a,b;c", " ulm"]),
        (s.Fill(columns=("day", "city"), by="previous"), "day", [NOON, NOON, OLD, NOON, OLD, OLD]),
        (s.Fill(columns=("code", "age"), by="next"), "age", [30, 4, 4, 30, 51, -2]),
        (s.Replace(columns=("age",), find="30", put="31"), "age", [31, None, 4, 31, 51, -2]),
        (s.Replace(columns=("city",), find="Ulm"), "city", [None, "Bonn", None, None, "a,b;c", " ulm"]),
        (s.Replace(columns=("city",), find="l", put="\\1", match="part"), "city", ["U\\1m", "Bonn", None]),
        (s.Replace(columns=("city",), find="[,;]", put="\\", match="pattern"), "city", ["Ulm", "Bonn", None, "Ulm", "a\\b\\c"]),
        (s.Clip(columns=("age",), low=0, high=40), "age", [30, None, 4, 30, 40, 0]),
        (s.Clip(columns=("age",), low=0.5), "age", [30.0, None, 4.0, 30.0, 51.0, 0.5]),
        (s.Clip(columns=("age",), low=0.25, high=0.75, by="quantiles"), "age", [30.0, None, 4.0, 30.0, 30.0, 4.0]),
        (s.Derive(name="sum", expression="age + price"), "sum", [30.5, None, None, 27.0, 1000051.0, -1.5]),
        (s.Derive(name="age", expression="upper(city)"), "age", ["ULM", "BONN", None, "ULM", "A,B;C", " ULM"]),
        (s.Derive(name="one", expression="1.5"), "one", [1.5] * 6),
        (s.SplitText(column="city", into=("x", "y"), sign=","), "y", [None] * 4 + ["b;c", None]),
        (s.SplitText(column="city", into=("x", "y"), sign="([(a)])([,])", by="pattern", keep=False), "y", [None] * 4 + [",", None]),
        (s.SplitDate(column="day", parts=("year", "weekday")), "day_weekday", [5, None, 4, 5, 4, 4]),
        (s.Join(dataset="other", keys=key("city")), "age_right", [2, 3, 1, None, 2, 3, None, None]),
        (s.Join(dataset="other", keys=key("city"), how="inner"), "size", [None, 3.5, 1.5, None, 3.5]),
        (s.Join(dataset="other", keys=key("city"), how="outer"), "city", ["Ulm", "Ulm", "Bonn", None, "Ulm", "Ulm", "a,b;c", " ulm", None, "Rom"]),
        (s.Join(dataset="other", keys=key("price", "age"), how="outer"), "price", [0.5, 2.25, None, -3.0, 1e6, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0]),
        (s.Join(dataset="other", keys=key("city"), how="with"), "age", [30, None, 30]),
        (s.Join(dataset="other", keys=key("city"), how="without"), "age", [4, 51, -2]),
        (s.Concatenate(dataset="other"), "size", [None] * 6 + [1.5, None, 3.5, 4.5, 5.5]),
        (s.Melt(columns=("age", "price"), name="what", value="much"), "much", [30.0, 0.5, None, 2.25, 4.0, None, 30.0, -3.0]),
        (s.Deduplicate(columns=("city",)), "age", [30, None, 4, 51, -2]),
        (s.Deduplicate(columns=("city", "sold"), keep="last"), "age", [None, 4, 30, 51, -2]),
        (s.Sort(keys=(s.SortKey("age", descending=True), s.SortKey("price"))), "age", [51, 30, 30, 4, -2, None]),
        (s.Sort(keys=(s.SortKey("city"),)), "age", [-2, None, 30, 30, 51, 4]),
        (s.Sample(rows=3, seed=1), "age", None),
        (s.Sample(share=0.5, seed=1), "age", None),
    ],
    ids=named,
)  # fmt: skip
def test_that_a_step_makes_the_same_of_a_table_in_three_ways(
    step: Step, column: str, cells: list[Any] | None, tmp_path: Path
) -> None:
    found = three_ways(chain([step], tmp_path))[column]
    if cells is None:
        assert 0 < len(found) < len(AGES)
    else:
        assert found[: len(cells)] == cells
        assert len(found) == len(cells) or set(found[len(cells) :]) - {None} or len(cells) < len(AGES)


def test_that_groups_come_in_the_order_of_their_first_rows(tmp_path: Path) -> None:
    made: list[s.Summary] = [
        "rows", "count", "missing", "distinct", "sum", "mean", "median", "minimum", "maximum", "deviation", "first", "last",
    ]  # fmt: skip
    of_ages = tuple(s.Aggregation("age", summary, summary) for summary in made)
    of_days = (s.Aggregation("day", "first", "first day"), s.Aggregation("city", "maximum", "last city"))
    found = three_ways(chain([s.Group(keys=("sold",), aggregations=(*of_ages, *of_days))], tmp_path))
    assert found["sold"] == [True, False, None]
    assert found["rows"] == [3, 2, 1]
    assert found["sum"] == [58, 51, 4]
    assert found["missing"] == [0, 1, 0]
    assert found["deviation"][1:] == [None, None]
    assert found["first day"] == [NOON, OLD, OLD]
    assert found["last city"] == ["Ulm", "a,b;c", None]


def test_that_a_pivot_makes_columns_of_values(tmp_path: Path) -> None:
    step = s.Pivot(keys=("sold",), column="city", value="age")
    found = three_ways(chain([step], tmp_path))
    assert list(found) == ["sold", " ulm".strip(), "Bonn", "city_Ulm", "a,b;c"]
    assert found["city_Ulm"] == [60, None, None]
    chosen = s.Pivot(keys=("sold", "age"), column="city", value="price", summary="count", values=("Ulm", "Rom"))
    assert three_ways(chain([chosen], tmp_path))["Ulm"] == [2, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (s.Rename(column="agee", to="x"), "There is no column “agee”."),
        (s.Rename(column="age", to="city"), "already"),
        (s.Rename(column="age", to="CITY"), "two columns named “city”"),
        (s.Rename(column="age", to=" "), "blank"),
        (s.Rename(column="age", to="a\nb"), "cannot be the name"),
        (s.Retype(columns=("day",), to="number"), "of which no number can be made"),
        (s.KeepRows(condition="age"), "no condition"),
        (s.KeepRows(condition="agee > 1"), "no column “agee”"),
        (s.DropColumns(columns=("age", "price", "city", "sold", "day", "code")), "No column would be left"),
        (s.DropColumns(columns=()), "No column is chosen"),
        (s.DropColumns(columns=("age", "age")), "chosen twice"),
        (s.Fill(columns=("age",), by="constant", value="7.5"), "“7.5” is none of whole numbers"),
        (s.Fill(columns=("city",), by="mean"), "holds text"),
        (s.Replace(columns=("age",), find="x", put="1"), "“x” is none"),
        (s.Replace(columns=("age",), find="x", put="1", match="part"), "holds whole numbers"),
        (s.Replace(columns=("city",), find="(", put="1", match="pattern"), "cannot be understood"),
        (s.Replace(columns=("city",), find="", put="1", match="part"), "is empty"),
        (s.Clip(columns=("age",)), "Neither"),
        (s.Clip(columns=("age",), low=2, high=1), "above"),
        (s.Clip(columns=("age",), low=2, by="quantiles"), "share from 0 to 1"),
        (s.Derive(name="x", expression="age +"), "cannot be understood"),
        (s.Derive(name="AGE", expression="age + 1"), "two columns named"),
        (s.SplitText(column="city", into=("age", "x"), sign=","), "a column “age” already"),
        (s.SplitText(column="city", into=("x",), sign=","), "two columns at least"),
        (s.SplitText(column="city", into=("x", "y"), sign="(a)", by="pattern"), "1 groups"),
        (s.SplitText(column="city", into=("x", "y"), sign=""), "delimiter is empty"),
        (s.SplitDate(column="day", parts=()), "No part"),
        (s.SplitDate(column="city", parts=("year",)), "holds text"),
        (s.Join(dataset="none", keys=key("city")), "no dataset named"),
        (s.Join(dataset="other", keys=key("city", "town")), "other: There is no column “town”"),
        (s.Join(dataset="other", keys=key("sold", "age")), "truth values and “age” whole numbers"),
        (s.Join(dataset="other", keys=()), "No column is chosen"),
        (s.Join(dataset="other", keys=key("city"), suffix=""), "a column “age” already"),
        (s.Group(keys=("city",), aggregations=()), "Nothing is summed up"),
        (s.Group(keys=("city",), aggregations=(s.Aggregation("city", "mean", "m"),)), "no mean"),
        (s.Group(keys=("city",), aggregations=(s.Aggregation("age", "mean", "city"),)), "two columns named"),
        (s.Pivot(keys=("city",), column="price", value="age"), "too many columns"),
        (s.Pivot(keys=("city",), column="city", value="age"), "key already"),
        (s.Pivot(keys=("age",), column="city", value="day", summary="sum"), "no sum"),
        (s.Pivot(keys=("age",), column="city", value="day", summary="rows"), "counts the values"),
        (s.Melt(columns=("age", "city")), "several kinds"),
        (s.Melt(columns=("age",), name="city"), "already"),
        (s.Sample(), "Either"),
        (s.Sample(rows=0), "At least one"),
        (s.Sample(share=1.5), "between 0 and 1"),
        (s.Sort(keys=()), "No column is chosen"),
    ],
    ids=named,
)  # fmt: skip
def test_that_a_step_that_does_not_fit_is_refused_with_its_place_and_reason(
    step: Step, words: str, tmp_path: Path
) -> None:
    first = s.KeepRows(condition="age > 0")
    with pytest.raises(StepRefused) as refused:
        chain([first, step], tmp_path)
    assert refused.value.step == 1
    assert refused.value.detail.startswith("Step 2 (")
    assert words in refused.value.detail
