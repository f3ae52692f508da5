"""Export: what was written and read again is the same table, whatever the format; nothing half written stays."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.export import ENDINGS, export_table
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.recipe import ColumnRecipe, Recipe
from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.errors import StorageError, UsageError
from tests.tables import made_dataset

TABLE = pd.DataFrame(
    {
        "whole": pd.array([1, -2, None, 2**60], "Int64"),
        "half": [0.5, None, -1e-9, 1e15],
        "word": ["007", 'a "quoted", one', None, "two\nlines"],
        "formula": ["=1+1", "+2", "-x", "@me"],
        "day": pd.to_datetime(["2024-01-31", None, "1850-05-06", "2024-02-29"]),
        "moment": pd.to_datetime(["2024-01-31 12:30", "2024-01-31 12:30:01.5", None, "2024-02-29"], format="mixed"),
        "truth": pd.array([True, None, False, True], "boolean"),
    }
)
TYPES: dict[str, Any] = {
    "whole": "integer", "half": "number", "word": "text", "formula": "text", "day": "date", "moment": "date",
    "truth": "boolean",
}  # fmt: skip


def read_again(path: Path, folder: Path, types: dict[str, Any] = TYPES) -> pd.DataFrame:
    recipe = Recipe(columns=tuple(ColumnRecipe(name=name, type=role, missing=()) for name, role in types.items()))
    info = import_file(path, folder, recipe=recipe, progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    assert not info.quarantined, info.notes
    return Dataset(info, folder / info.id).table()


@pytest.mark.parametrize("ending", ENDINGS)
def test_that_what_was_written_is_read_again(tmp_path: Path, ending: str) -> None:
    dataset = made_dataset(tmp_path / "made", TABLE, TYPES, "truth")
    out = tmp_path / f"out{ending}"
    assert export_table(dataset, out, tmp_path / "tmp") == len(TABLE)
    again = read_again(out, tmp_path / "again")
    assert list(again.columns) == list(TABLE.columns)
    for name in TABLE.columns:
        wanted = TABLE[name].astype(object).where(TABLE[name].notna(), None)
        found = again[name].astype(object).where(again[name].notna(), None)
        assert list(found) == list(wanted), name
    assert [path.name for path in tmp_path.glob(".*")] == []


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx", ".jsonl"])
def test_that_rows_and_columns_are_chosen(tmp_path: Path, ending: str) -> None:
    dataset = made_dataset(tmp_path / "made")
    out = tmp_path / f"out{ending}"
    rows = export_table(
        dataset, out, tmp_path / "tmp", where="size > 50 and colour = 'red'", columns=("colour", "size")
    )
    table = dataset.table()
    kept = table[(table["size"] > 50) & (table["colour"] == "red")]
    assert rows == len(kept)
    again = read_again(out, tmp_path / "again", {"colour": "category", "size": "number"})
    assert list(again.columns) == ["colour", "size"]
    assert list(again["size"]) == pytest.approx(list(kept["size"]), rel=1e-12)


def test_that_no_row_at_all_is_a_table_with_names(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path / "made")
    for ending in (".csv", ".parquet", ".arrow"):
        out = tmp_path / f"out{ending}"
        assert export_table(dataset, out, tmp_path / "tmp", where="size > 1e9") == 0
        info = import_file(out, tmp_path / "again", progress=lambda *_: None, should_stop=lambda: False)
        assert info is not None
        assert (info.rows, info.schema.names) == (0, dataset.info.schema.names)


def _stop(dataset: Dataset, out: Path) -> None:
    with pytest.raises(Stopped):
        export_table(dataset, out, out.parent / "tmp", should_stop=lambda: True)


def _wrong(dataset: Dataset, out: Path) -> None:
    with pytest.raises(UsageError, match="no column"):
        export_table(dataset, out, out.parent / "tmp", where="sise > 3")


def _long(dataset: Dataset, out: Path) -> None:
    table = dataset.table()
    table.loc[3, "remark"] = "x" * 40_000
    table.to_parquet(dataset.parquet)
    with pytest.raises(UsageError, match="Row 4 has a text of 40,000 signs"):
        export_table(dataset, out.with_suffix(".xlsx"), out.parent / "tmp")


@pytest.mark.parametrize("fail", [_stop, _wrong, _long])
def test_that_what_fails_leaves_what_was_there(tmp_path: Path, fail: Callable[[Dataset, Path], None]) -> None:
    dataset = made_dataset(tmp_path / "made")
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "old.csv"
    out.write_text("precious\n")
    fail(dataset, out)
    assert out.read_text() == "precious\n"
    assert {path.name for path in out.parent.iterdir()} <= {"old.csv", "tmp"}


def test_that_the_source_is_never_written_to(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("a,b\n1,x\n2,y\n")
    info = import_file(source, tmp_path / "d", progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    dataset = Dataset(info, tmp_path / "d" / info.id)
    (tmp_path / "link.csv").symlink_to(source)
    for out in (source, tmp_path / "link.csv"):
        with pytest.raises(UsageError, match="came from"):
            export_table(dataset, out, tmp_path / "tmp")
    assert source.read_text() == "a,b\n1,x\n2,y\n"


def test_that_unknown_formats_places_and_too_many_rows_are_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = made_dataset(tmp_path / "made")
    with pytest.raises(UsageError, match=r"cannot be written as \.doc"):
        export_table(dataset, tmp_path / "a.doc", tmp_path / "tmp")
    with pytest.raises(StorageError):
        export_table(dataset, tmp_path / "nowhere" / "a.csv", tmp_path / "tmp")
    monkeypatch.setattr("aetheron_desktop.engine.datasets.export._SHEET_ROWS", 100)
    with pytest.raises(UsageError, match="A sheet of Excel holds 99 rows"):
        export_table(dataset, tmp_path / "a.xlsx", tmp_path / "tmp")


filled = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs", "Cf"]), min_size=1, max_size=6)
moments = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2200, 1, 1))
cells = st.tuples(
    st.one_of(st.none(), st.integers(-(2**62), 2**62)),
    st.one_of(st.none(), st.floats(-1e12, 1e12)),
    st.one_of(st.none(), filled),
    st.one_of(st.none(), moments.map(lambda day: day.replace(microsecond=0))),
)


@given(
    rows=st.lists(cells, min_size=1, max_size=12),
    ending=st.sampled_from([".csv", ".tsv", ".jsonl", ".json", ".parquet", ".arrow"]),
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_that_any_table_is_written_and_read_again(
    rows: list[tuple[Any, ...]], ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    types: dict[str, Any] = {"key": "integer", "a": "integer", "b": "number", "c": "text", "d": "date"}
    table = pd.DataFrame(
        {
            "key": np.arange(len(rows)),
            "a": pd.array([row[0] for row in rows], "Int64"),
            "b": pd.array([row[1] for row in rows], "Float64"),
            "c": pd.array([row[2] for row in rows], "string"),
            "d": pd.array([row[3] for row in rows], "datetime64[us]"),
        }
    )
    dataset = made_dataset(folder / "made", table, types, "key")
    export_table(dataset, folder / f"out{ending}", folder / "tmp")
    again = read_again(folder / f"out{ending}", folder / "again", types)
    for name in table.columns:
        wanted = [None if cell is pd.NA or cell is pd.NaT else cell for cell in table[name]]
        found = [None if pd.isna(cell) else cell for cell in again[name]]
        assert found == wanted, name
