"""Whatever a table holds, it comes back equal, and no row of a file is lost without a word."""

import csv
import io
import json
import math
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
from aetheron_desktop.engine.datasets.reading import delimited
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.recipe import ColumnRecipe, Recipe
from aetheron_desktop.engine.datasets.staging import Staging, blocks
from aetheron_desktop.engine.datasets.viewing.pages import Pages

LETTERS = st.characters(codec="utf-8", categories=["L", "Nd", "P", "S", "Zs"], exclude_characters="\ufeff\u3000\u00a0")
WORDS = st.text(LETTERS | st.sampled_from("\n\t\"',;|\\"), max_size=12).map(lambda word: f"w{word}z")
COLUMNS = {
    "integer": st.integers(-(10**15), 10**15),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "words": WORDS,
}


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[Any]]:
    kinds = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=2, max_size=4))
    rows = draw(st.integers(2, 12))
    table: dict[str, list[Any]] = {}
    for place, kind in enumerate(kinds):
        values = draw(st.lists(COLUMNS[kind], min_size=rows, max_size=rows))
        holes = draw(st.sets(st.integers(1, rows - 1), max_size=rows // 3))
        table[f"{kind} {place}"] = [None if row in holes else value for row, value in enumerate(values)]
    # A row of blanks alone is no row in delimited text.
    table["kept"] = [f"row {row}" for row in range(rows)]
    return table


def imported(source: Path, folder: Path) -> DatasetInfo:
    info = import_file(source, folder, progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    return info


def as_csv(table: dict[str, list[Any]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(table)
    for row in zip(*table.values(), strict=True):
        writer.writerow(["" if cell is None else json.dumps(cell) if isinstance(cell, bool) else cell for cell in row])
    return out.getvalue()


def as_lines(table: dict[str, list[Any]]) -> str:
    rows = zip(*table.values(), strict=True)
    return "".join(json.dumps(dict(zip(table, row, strict=True))) + "\n" for row in rows)


def assert_same(frame: pd.DataFrame, table: dict[str, list[Any]]) -> None:
    assert list(frame.columns) == list(table)
    for name, values in table.items():
        for found, wanted in zip(frame[name].tolist(), values, strict=True):
            if wanted is None:
                assert pd.isna(found)
            elif isinstance(wanted, float):
                assert math.isclose(found, wanted, rel_tol=1e-12, abs_tol=0.0)
            else:
                assert found == wanted


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_that_any_table_comes_back_equal_from_each_format(table: dict[str, list[Any]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "t.csv").write_text(as_csv(table), encoding="utf-8")
        (folder / "t.jsonl").write_text(as_lines(table), encoding="utf-8")
        pq.write_table(pa.table(table), folder / "t.parquet")
        for file in ("t.csv", "t.jsonl", "t.parquet"):
            info = imported(folder / file, folder / "datasets")
            assert (info.rows, info.quarantined) == (len(table["kept"]), 0)
            assert_same(Dataset(info, folder / "datasets" / info.id).table(), table)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=8, max_size=40))
def test_that_each_row_of_a_file_is_kept_or_put_aside(rows: list[tuple[bool, int]]) -> None:
    lines = ["first,second,third,fourth"] + ["1,a,2.5,x"] * 40
    for good, width in rows:
        lines.append("2,b,3.5,y" if good else ",".join(["7"] * max(1, width)))
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        info = imported(folder / "t.csv", folder / "datasets")
        dataset = Dataset(info, folder / "datasets" / info.id)
        assert info.rows + info.quarantined == len(lines) - 1
        bad = [place + 1 for place, line in enumerate(lines) if place and line.count(",") != 3]
        aside = pq.read_table(dataset.quarantine).to_pylist() if dataset.quarantine.exists() else []
        assert [row["line"] for row in aside] == bad
        assert [row["text"] for row in aside] == [lines[line - 1] for line in bad]
        assert all(row["reason"] for row in aside)


def test_that_the_same_content_has_the_same_id_whatever_the_file(tmp_path: Path) -> None:
    table: dict[str, list[Any]] = {
        "a": list(range(500)),
        "b": [f"w{row % 7}" for row in range(500)],
        "c": [row / 8 for row in range(500)],
    }
    (tmp_path / "t.csv").write_text(as_csv(table), encoding="utf-8")
    (tmp_path / "t.tsv").write_text(as_csv(table, "\t"), encoding="utf-16")
    (tmp_path / "t.jsonl").write_text(as_lines(table), encoding="utf-8")
    pq.write_table(pa.table(table), tmp_path / "t.parquet", row_group_size=37)
    infos = [imported(tmp_path / f"t.{end}", tmp_path / "datasets") for end in ("csv", "tsv", "jsonl", "parquet")]
    assert len({info.id for info in infos}) == 1
    assert [path.name for path in (tmp_path / "datasets").iterdir()] == [infos[0].id]


def test_that_one_other_value_gives_another_id(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n2,y\n")
    (tmp_path / "b.csv").write_text("a,b\n1,x\n2,z\n")
    (tmp_path / "c.csv").write_text("a,b\n2,y\n1,x\n")
    assert len({imported(tmp_path / f"{name}.csv", tmp_path / "datasets").id for name in "abc"}) == 3


@pytest.mark.parametrize("block", [1, 2, 3])
def test_that_a_wide_parquet_file_is_read_block_by_block_as_at_once(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pa.table(
        {
            'a "quoted" name': pa.array([1, None, 3]),
            "a.b": pa.array([0.5, float("inf"), None]),
            "a": pa.array([{"x": 1, "y": "one"}, {"x": None, "y": "two"}, None]),
            "A": pa.array(["x", "?", None]),
            "p0": pa.array([True, False, None]),
            "c1": pa.array([datetime(2024, 1, 2, 3, 4, 5), None, datetime(1999, 12, 31)]),
            "list": pa.array([[1, 2], [], None]),
        }
    )
    pq.write_table(table, tmp_path / "wide.parquet")
    plain = imported(tmp_path / "wide.parquet", tmp_path / "plain")
    monkeypatch.setattr("aetheron_desktop.engine.datasets.reading.snapshot.BLOCK", block)
    monkeypatch.setattr(blocks, "__defaults__", (block,))
    asked: list[str] = []
    batches = Staging.batches
    monkeypatch.setattr(Staging, "batches", lambda self, sql, size: (asked.append(sql), batches(self, sql, size))[1])
    in_blocks = imported(tmp_path / "wide.parquet", tmp_path / "in_blocks")
    assert in_blocks.id == plain.id
    assert in_blocks.schema == plain.schema
    # Each asks for its own columns alone: what all of them name takes time by their square.
    assert len(asked) == -(-len(plain.schema.columns) // block)
    assert all(sql.count(" AS c") <= 2 * block for sql in asked)


@pytest.mark.parametrize("block", [1, 7, 50, 1_000])
def test_that_a_wide_table_is_the_same_however_its_columns_are_read(
    tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    width, rows = 100, 1_500
    head = ",".join(f"value {place}" for place in range(width))
    lines = (
        ",".join("" if (row + place) % 7 == 0 else str(row * place) for place in range(width)) for row in range(rows)
    )
    (tmp_path / "wide.csv").write_text("\n".join([head, *lines]) + "\n")
    plain = imported(tmp_path / "wide.csv", tmp_path / "plain")
    monkeypatch.setattr("aetheron_desktop.engine.datasets.reading.snapshot.BLOCK", block)
    monkeypatch.setattr("aetheron_desktop.engine.datasets.reading.delimited.BLOCK", block)
    monkeypatch.setattr("aetheron_desktop.engine.datasets.viewing.pages._COPY_COLUMNS", block)
    monkeypatch.setattr(blocks, "__defaults__", (block,))
    asked: list[str] = []
    batches = Staging.batches
    monkeypatch.setattr(Staging, "batches", lambda self, sql, size: (asked.append(sql), batches(self, sql, size))[1])
    in_blocks = imported(tmp_path / "wide.csv", tmp_path / "in_blocks")
    assert in_blocks.id == plain.id
    assert in_blocks.schema == plain.schema
    # The text is gone through once; from there on each block asks for its own file alone.
    assert len(asked) == (-(-width // block) if block < width else 0)
    assert all(sql.count("rows-") == 1 for sql in asked)
    pages = Pages(tmp_path / "in_blocks" / in_blocks.id / "data.parquet")
    try:
        assert pages.rows(rows - 1, 5) == [
            tuple(None if (rows - 1 + place) % 7 == 0 else str((rows - 1) * place) for place in range(width))
        ]
    finally:
        pages.close()


def test_that_pages_show_the_rows_in_the_files_order(tmp_path: Path) -> None:
    rows = 150_000
    (tmp_path / "long.csv").write_text("place,half\n" + "".join(f"{row},{row / 2}\n" for row in range(rows)))
    info = imported(tmp_path / "long.csv", tmp_path / "datasets")
    pages = Pages(tmp_path / "datasets" / info.id / "data.parquet")
    try:
        assert pages.count == rows
        assert pages.rows(123_456, 2) == [("123456", "61728.0"), ("123457", "61728.5")]
        assert pages.rows(rows - 1, 50) == [("149999", "74999.5")]
        assert pages.rows(rows, 50) == []
    finally:
        pages.close()


@pytest.mark.parametrize("truths", [("true", "false"), ("yes", "no"), ("T", "F"), ("on", "0"), None])
def test_that_rows_stay_in_order_whatever_the_columns_are(truths: tuple[str, str] | None, tmp_path: Path) -> None:
    # The query engine loses the order of long tables where it makes a join of an expression.
    rows, padding = 150_000, "x" * 60
    words = truths or ("true", "false")
    lines = (f"{row},{words[row % 2]},{row}.5,2026-01-{row % 28 + 1:02},{padding}" for row in range(rows))
    (tmp_path / "long.csv").write_text("place,truth,number,day,word\n" + "\n".join(lines) + "\n")
    recipe = Recipe() if truths is None else Recipe(columns=(ColumnRecipe(name="truth", type="boolean"),))
    info = import_file(
        tmp_path / "long.csv", tmp_path / "datasets", recipe=recipe, progress=lambda *_: None, should_stop=lambda: False
    )
    assert info is not None
    assert [column.type for column in info.schema.columns] == ["identifier", "boolean", "number", "date", "category"]
    places = pq.read_table(tmp_path / "datasets" / info.id / "data.parquet", columns=["place"])["place"]
    assert places.to_pylist() == list(range(rows))


@pytest.mark.parametrize("size", range(4, 12))
def test_that_a_blank_across_two_parts_of_the_scan_is_taken_away(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "_SCAN", size)
    monkeypatch.setattr(delimited, "_FIRST", 4)
    (tmp_path / "t.csv").write_text("a,b\nword,1\nother\u3000,2\n", encoding="utf-8")
    info = imported(tmp_path / "t.csv", tmp_path / "datasets")
    cells = pq.read_table(tmp_path / "datasets" / info.id / "data.parquet")["a"].to_pylist()
    assert cells == ["word", "other"]


def test_that_the_values_of_a_long_table_are_counted_to_the_last(tmp_path: Path) -> None:
    rows = 120_000
    lines = [f"{row * 3 + 1},{row * 2},w{row}x{row % 7},v{row},{row % 700}" for row in range(rows)]
    lines[77] = f"{77 * 3 + 1},152,w77x0,v76,"  # 152 is the value of the row before, v76 too
    lines[78] = ",156,w78x1,v78,"
    (tmp_path / "long.csv").write_text("rising,twice,words,again,few\n" + "\n".join(lines) + "\n")
    info = imported(tmp_path / "long.csv", tmp_path / "datasets")
    found = {column.name: (column.distinct, column.missing) for column in info.schema.columns}
    assert found == {
        "rising": (rows - 1, 1), "twice": (rows - 1, 0), "words": (rows, 0), "again": (rows - 1, 0), "few": (700, 2),
    }  # fmt: skip
    assert info.schema.column("words").type == "identifier"
    assert info.schema.column("again").type != "identifier"
