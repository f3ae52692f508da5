"""The difference of two tables: what pandas would find, by a key or by whole rows."""

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.comparing.difference import (
    CellChange,
    ColumnChange,
    DifferenceQuestion,
    TableDifference,
)
from aetheron_desktop.engine.datasets.comparing.matching import difference
from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.schema import ColumnType
from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.errors import UsageError
from tests.tables import made_dataset

TYPES: dict[str, ColumnType] = {"id": "identifier", "age": "integer", "city": "category", "new": "category"}


def stored(folder: Path, table: pd.DataFrame, types: dict[str, ColumnType] | None = None) -> Dataset:
    return made_dataset(folder, table, {**TYPES, **(types or {})}, str(table.columns[-1]))


def compared(
    folder: Path, before: pd.DataFrame, after: pd.DataFrame, *key: str, rows: int = 500, **types: ColumnType
) -> TableDifference:
    first, second = stored(folder / "before", before), stored(folder / "after", after, types)
    question = DifferenceQuestion(before="a", after="b", key=key, rows=rows)
    return difference(first, second, question, folder / "tmp")


PEOPLE = pd.DataFrame({"id": ["a", "b", "c", "d"], "age": [31, 40, 52, 18], "city": ["Ulm", None, "Bonn", "Kiel"]})


def test_that_rows_that_came_went_and_changed_are_told(tmp_path: Path) -> None:
    after = pd.DataFrame({"id": ["d", "b", "e", "a"], "age": [18, 41, 7, 31], "city": ["Kiel", "Jena", None, "Ulm"]})
    found = compared(tmp_path, PEOPLE, after)
    assert (found.key, found.reason) == (("id",), "it has another value in each row of both")
    assert (found.added, found.removed, found.changed, found.same) == (1, 1, 1, 2)
    told = {row.key[0]: (row.kind, row.cells) for row in found.rows}
    assert told == {
        "b": ("changed", (CellChange("age", "40", "41"), CellChange("city", None, "Jena"))),
        "c": ("removed", ()),
        "e": ("added", ()),
    }
    assert [(one.name, one.changed) for one in found.columns] == [("id", 0), ("age", 1), ("city", 1)]
    assert not found.is_none


def test_that_the_same_table_in_another_order_is_no_difference(tmp_path: Path) -> None:
    found = compared(tmp_path, PEOPLE, PEOPLE.iloc[::-1])
    assert found.is_none
    assert found.same == 4
    assert not found.rows


def test_that_columns_that_came_went_or_changed_their_type_are_told(tmp_path: Path) -> None:
    after = PEOPLE.drop(columns="city").assign(age=PEOPLE["age"].astype(str), new="x")
    found = compared(tmp_path, PEOPLE, after, age="category")
    assert found.columns == (
        ColumnChange(name="id", before="identifier", after="identifier"),
        ColumnChange(name="age", before="integer", after="category"),
        ColumnChange(name="new", before=None, after="category"),
        ColumnChange(name="city", before="category", after=None),
    )
    assert (found.changed, found.same) == (0, 4), "the same text is the same cell"
    assert not found.is_none


def test_that_without_a_key_whole_rows_are_counted(tmp_path: Path) -> None:
    before = pd.DataFrame({"age": [1, 1, 1, 2, None], "city": ["x", "x", "x", None, None]}).astype({"age": "Int64"})
    after = pd.DataFrame({"age": [1, 2, 2, None], "city": ["x", None, None, None]}).astype({"age": "Int64"})
    found = compared(tmp_path, before, after)
    assert found.key == ()
    assert "whole rows" in found.reason
    assert (found.added, found.removed, found.changed, found.same) == (1, 2, 0, 3)
    assert {(row.kind, row.key, row.times) for row in found.rows} == {
        ("removed", ("1", "x"), 2), ("added", ("2", None), 1),
    }  # fmt: skip


def test_that_a_key_of_two_columns_is_taken_and_a_wrong_one_refused(tmp_path: Path) -> None:
    before = pd.DataFrame({"age": [1, 1, 2], "city": ["x", "y", "x"], "new": ["p", "q", "r"]})
    after = before.assign(new=["p", "q", "s"])
    found = compared(tmp_path, before, after, "age", "city")
    assert (found.changed, found.rows[0].key) == (1, ("2", "x"))
    with pytest.raises(UsageError, match="age does not tell the rows of made apart: 2 of them"):
        compared(tmp_path / "again", before, after, "age")
    with pytest.raises(UsageError, match="no column 'aeg'"):
        compared(tmp_path / "wrong", before, after, "aeg")


def test_that_only_so_many_rows_are_told(tmp_path: Path) -> None:
    before = pd.DataFrame({"id": [f"k{number:03}" for number in range(100)], "age": range(100)})
    found = compared(tmp_path, before, before.assign(age=range(1, 101)), rows=7)
    assert (found.changed, len(found.rows)) == (100, 7)
    assert [row.key[0] for row in found.rows] == [f"k{number:03}" for number in range(7)]


def test_that_odd_names_and_a_stop_are_taken(tmp_path: Path) -> None:
    name = "a \"b\" 'c' {0} ?"
    before = pd.DataFrame({"id": ["x", "y"], name: ["p", "q"]})
    after = pd.DataFrame({"id": ["x", "y"], name: ["p", "z"]})
    found = compared(tmp_path / "it's", before, after, **{name: "category"})
    assert found.rows[0].cells == (CellChange(name, "q", "z"),)
    first = stored(tmp_path / "s", before)
    with pytest.raises(Stopped):
        difference(first, first, DifferenceQuestion(before="a", after="b"), tmp_path / "tmp", lambda: True)


cell = st.one_of(st.none(), st.sampled_from(["x", "y", "", " x"]))
row = st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 3)), cell)


def table_of(rows: list[tuple[Any, ...]], *, unique: bool) -> pd.DataFrame:
    if unique:
        rows = list({one[0]: one for one in rows}.values())
    return pd.DataFrame(
        {
            "id": [f"k{one[0]:02}" for one in rows],
            "age": pd.array([one[1] for one in rows], "Int64"),
            "city": pd.array([one[2] for one in rows], "string"),
        }
    )


@given(before=st.lists(row, min_size=1, max_size=25), after=st.lists(row, min_size=1, max_size=25))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_that_it_is_what_dictionaries_find(
    before: list[tuple[Any, ...]], after: list[tuple[Any, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    first, second = table_of(before, unique=True), table_of(after, unique=True)
    found = compared(folder / "keyed", first, second, "id")
    old, new = ({one[0]: tuple(map(str, one[1:])) for one in t.itertuples(index=False)} for t in (first, second))
    assert found.added == len(new.keys() - old.keys())
    assert found.removed == len(old.keys() - new.keys())
    assert found.changed == sum(old[name] != new[name] for name in old.keys() & new.keys())
    assert found.added + found.changed + found.same == len(new)
    assert len(found.rows) == found.added + found.removed + found.changed
    first, second = table_of(before, unique=False), table_of(after, unique=False)
    # Each row twice, so that no column tells the rows apart and whole rows are compared.
    first, second = (pd.concat([one.assign(id="same")] * 2) for one in (first, second))
    found = compared(folder / "whole", first, second)
    a, b = (Counter(tuple(map(str, one)) for one in t.itertuples(index=False)) for t in (first, second))
    assert (found.removed, found.added) == ((a - b).total(), (b - a).total())
