"""Pages, views and what is found, held against pandas and the query engine."""

from __future__ import annotations

import datetime
import string
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.datasets.viewing import finding, row_groups, view_making
from aetheron_desktop.engine.datasets.viewing.found import FindQuestion, FoundCells
from aetheron_desktop.engine.datasets.viewing.head_making import heads
from aetheron_desktop.engine.datasets.viewing.heads import ColumnHead, HeadsQuestion
from aetheron_desktop.engine.datasets.viewing.pages import Pages
from aetheron_desktop.engine.datasets.viewing.row_order import RowOrder, suffix
from aetheron_desktop.engine.datasets.viewing.view_making import make_view
from aetheron_desktop.engine.datasets.viewing.views import SortKey, ViewMade, ViewQuestion, forget_views
from aetheron_desktop.engine.errors import DatasetError, UsageError
from tests.tables import made_dataset, made_table

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset

ROWS = 2_345


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return cut(made_dataset(tmp_path / "datasets", made_table(ROWS)), 256)


def cut(dataset: Dataset, group: int) -> Dataset:
    """Write the snapshot again in short row groups, as a long table has many."""
    pq.write_table(pq.read_table(dataset.parquet), dataset.parquet, row_group_size=group)
    return dataset


def views(dataset: Dataset, root: Path, **wanted: Any) -> list[ViewMade]:
    told: list[ViewMade] = []
    question = ViewQuestion(dataset=dataset.info.id, **wanted)
    make_view(dataset, question, told.append, lambda *_: None, lambda: False, root)
    return told


def opened(dataset: Dataset, made: ViewMade, root: Path) -> Pages:
    return Pages(
        made.parquet_in(root, dataset.parquet),
        dataset.info.schema.names,
        made.order_in(root),
        laid_out=made.is_laid_out,
    )


def shown(dataset: Dataset, made: ViewMade, root: Path, page: int = 100) -> tuple[list[int], list[Any]]:
    """Give the numbers and the cells of all rows of a view, page by page."""
    pages = opened(dataset, made, root)
    try:
        assert pages.count == made.count
        starts = range(0, made.count, page)
        cells = [row for start in starts for row in pages.rows(start, page)]
        return [number for start in starts for number in pages.numbers(start, page)], cells
    finally:
        pages.close()


def test_that_any_page_has_the_cells_of_its_rows(dataset: Dataset) -> None:
    table = dataset.table()
    pages = Pages(dataset.parquet)
    for start, count in ((0, 1), (250, 10), (200, 700), (ROWS - 3, 50), (ROWS, 10)):
        expected = table.iloc[start : start + count]
        found = pages.rows(start, count)
        assert [row[1] for row in found] == [str(value) for value in expected["count"]]
        assert [float(row[6] or "nan") for row in found] == expected["price"].tolist()
        assert [row[2] for row in found] == [None if pd.isna(one) else one for one in expected["colour"]]
        assert [row[3] for row in found] == [str(one).lower() for one in expected["fresh"]]
        assert [row[4] for row in found] == [str(one) for one in expected["seen"]]
    assert pages.rows(3, 2, 1, 2) == [row[1:3] for row in pages.rows(3, 2)]
    pages.close()


def test_that_cells_read_as_the_query_engine_writes_them(tmp_path: Path) -> None:
    import duckdb

    cells = pa.table(
        {
            "number": [0.1, -0.0, 1e20, 1e-7, 123456789.125, float("inf"), 5e-324, None],
            "integer": pa.array([0, -5, 2**63 - 1, -(2**63), 7, None, 1, 2]),
            "flag": [True, False, None, True, True, False, False, True],
            "time": pa.array(
                [
                    datetime.datetime(2024, 2, 29, 1, 2, 3, 500_000),
                    datetime.datetime(1, 1, 1),
                    None,
                    datetime.datetime(9999, 12, 31, 23, 59, 59, 999_999),
                    *[datetime.datetime(2000, 1, 1, 0, 0, 10)] * 4,
                ],
                pa.timestamp("us"),
            ),
            "words": ["a", "", None, "é 😀", "\t", '"', "x\ny", "z"],
        }
    )
    pq.write_table(cells, tmp_path / "cells.parquet")
    pages = Pages(tmp_path / "cells.parquet")
    read = duckdb.sql("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM cells")
    assert pages.rows(0, 10) == read.fetchall()
    pages.close()


def test_that_long_words_are_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "_HEAVY", 10_000)
    words = [None if row % 5 == 0 else f"{row} " + "long " * (row % 700) for row in range(5_000)]
    pq.write_table(pa.table({"words": words, "row": range(5_000)}), tmp_path / "long.parquet", row_group_size=3_000)
    pages = Pages(tmp_path / "long.parquet")
    for start in (0, 1_000, 2_950, 4_990):
        expected = [(word and word[:2_000], str(start + at)) for at, word in enumerate(words[start : start + 100])]
        assert pages.rows(start, 100) == expected
    assert pages.copied(1, 1, ["words"], lambda: False) == words[1]
    pages.close()


def test_that_a_table_of_missing_cells_is_copied_as_empty_lines(tmp_path: Path) -> None:
    pq.write_table(pa.table({"none": pa.array([None, None, None], pa.string())}), tmp_path / "none.parquet")
    pages = Pages(tmp_path / "none.parquet")
    assert pages.copied(0, 3, ["none"], lambda: False) == "\n\n"
    assert pages.copied(0, 1, ["none"], lambda: False, named=True) == "none\n"
    pages.close()


def test_that_copied_cells_are_what_pandas_reads(dataset: Dataset) -> None:
    import io

    pages = Pages(dataset.parquet)
    text = pages.copied(10, 500, ["price", "remark", "colour"], lambda: False, named=True)
    pages.close()
    read = pd.read_csv(io.StringIO(text), sep="\t")
    expected = dataset.table(["price", "remark", "colour"]).iloc[10:510].reset_index(drop=True)
    pd.testing.assert_frame_equal(read, expected, check_dtype=False)


def test_that_a_file_that_has_gone_is_told(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        Pages(tmp_path / "nowhere.parquet")


def test_that_numbers_beyond_two_thousand_million_are_kept(tmp_path: Path) -> None:
    assert suffix(2**31) == ".u4"
    assert suffix(2**33) == ".u8"
    numbers = np.array([5, 2**32 + 7, 2**33], dtype="u8")
    numbers.tofile(tmp_path / "order.u8")
    order = RowOrder(tmp_path / "order.u8")
    assert order.numbers(0, 10) == numbers.tolist()
    assert order.numbers(1, 1) == [2**32 + 7]
    order.close()


# -- views --------------------------------------------------------------------------------------------------------


def test_that_a_filter_keeps_the_rows_pandas_keeps(dataset: Dataset, tmp_path: Path) -> None:
    (made,) = views(dataset, tmp_path, condition="price > 100 and colour = 'red'")
    table = dataset.table()
    expected = table[(table["price"] > 100) & (table["colour"] == "red")]
    numbers, cells = shown(dataset, made, tmp_path)
    assert numbers == expected.index.tolist()
    assert [row[1] for row in cells] == [str(one) for one in expected["count"]]


@pytest.mark.parametrize("laid_out", [False, True])
def test_that_rows_are_sorted_by_several_columns(
    dataset: Dataset, tmp_path: Path, laid_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_making, "_MOST_DECODED", 1 if laid_out else 10**9)
    told = views(dataset, tmp_path, sort=(SortKey("colour"), SortKey("size", descending=True)))
    assert [made.is_laid_out for made in told] == ([False, True] if laid_out else [False])
    table = dataset.table()
    order = table.sort_values("size", ascending=False, na_position="last", kind="stable")
    order = order.sort_values("colour", na_position="last", kind="stable")
    for made in told:
        numbers, cells = shown(dataset, made, tmp_path)
        assert numbers == order.index.tolist()
        assert [row[5] for row in cells] == order["remark"].tolist()


def test_that_a_view_of_numbered_rows_has_these(dataset: Dataset, tmp_path: Path) -> None:
    (made,) = views(dataset, tmp_path, rows=(5, 1_000, ROWS - 1), condition="count >= 0")
    assert shown(dataset, made, tmp_path)[0] == [5, 1_000, ROWS - 1]
    (none,) = views(dataset, tmp_path, rows=())
    assert shown(dataset, none, tmp_path) == ([], [])


def test_that_a_view_is_made_once_and_the_oldest_goes(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = views(dataset, tmp_path, condition="count > 0")
    born = first.order_in(tmp_path).stat().st_mtime_ns
    assert views(dataset, tmp_path, condition="count > 0") == [first]
    assert first.order_in(tmp_path).stat().st_mtime_ns == born
    monkeypatch.setattr(view_making, "MOST_VIEWS", 3)
    made = [views(dataset, tmp_path, condition=f"count > {least}")[0] for least in range(1, 6)]
    there = [one.order_in(tmp_path).exists() for one in (first, *made)]
    assert there == [False, False, False, True, True, True]
    forget_views(tmp_path)
    assert not (tmp_path / "tmp" / "views").exists()


def test_that_a_view_that_was_stopped_leaves_nothing(dataset: Dataset, tmp_path: Path) -> None:
    question = ViewQuestion(dataset=dataset.info.id, sort=(SortKey("price"),))
    with pytest.raises(Stopped):
        make_view(dataset, question, lambda _: None, lambda *_: None, lambda: True, tmp_path)
    assert list((tmp_path / "tmp" / "views").iterdir()) == []


def test_that_a_condition_that_cannot_be_understood_is_told(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="prise"):
        views(dataset, tmp_path, condition="prise > 3")
    with pytest.raises(UsageError, match="prise"):
        views(dataset, tmp_path, sort=(SortKey("prise"),))


WORD = st.one_of(st.none(), st.text(string.ascii_letters + " éß'\"`%_", max_size=4))
NUMBER = st.one_of(st.none(), st.floats(-5, 5, allow_nan=False).map(lambda value: round(value, 1) + 0.0))
TABLE = st.lists(st.tuples(WORD, NUMBER, st.integers(-3, 3)), min_size=1, max_size=60)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=TABLE,
    least=st.integers(-3, 3),
    sort=st.lists(st.tuples(st.sampled_from(["word", "number", "whole"]), st.booleans()), max_size=3),
    group=st.integers(1, 30),
    page=st.integers(1, 40),
    laid_out=st.booleans(),
)
def test_that_pages_of_any_view_are_those_of_pandas(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str | None, float | None, int]],
    least: int,
    sort: list[tuple[str, bool]],
    group: int,
    page: int,
    laid_out: bool,
) -> None:
    root = tmp_path_factory.mktemp("view")
    table = pd.DataFrame(rows, columns=["word", "number", "whole"])
    table["word"] = table["word"].astype("string[pyarrow]")
    dataset = cut(
        made_dataset(root / "d", table, {"word": "text", "number": "number", "whole": "integer"}, "whole"), group
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view_making, "_MOST_DECODED", 0 if laid_out else 10**9)
        keys = tuple(SortKey(name, descending) for name, descending in sort)
        told = views(dataset, root, condition=f"whole >= {least}", sort=keys)
    expected = table[table["whole"] >= least]
    for name, descending in reversed(sort):
        by_signs = expected[name].map(lambda word: None if pd.isna(word) else word.encode()) if name == "word" else None
        column = expected[name] if by_signs is None else by_signs
        order = column.reset_index(drop=True).sort_values(ascending=not descending, na_position="last", kind="stable")
        expected = expected.iloc[order.index]
    for made in told:
        numbers, cells = shown(dataset, made, root, page)
        assert numbers == expected.index.tolist()
        assert [row[0] for row in cells] == [None if pd.isna(one) else one for one in expected["word"]]
        assert [row[2] for row in cells] == [str(one) for one in expected["whole"]]


# -- what is found ------------------------------------------------------------------------------------------------


def found(dataset: Dataset, root: Path, **wanted: Any) -> list[FoundCells]:
    told: list[FoundCells] = []
    question = FindQuestion(dataset=dataset.info.id, **wanted)
    finding.find(dataset, question, told.append, lambda *_: None, lambda: False, root)
    return told


def test_that_a_text_is_found_in_every_cell_that_shows_it(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "CHUNK", 500)
    monkeypatch.setattr(finding, "MOST", 10**9)
    pages = Pages(dataset.parquet)
    names = dataset.info.schema.names
    for text in ("PEAR", "e", "12", "true", "2024-03", "no such text"):
        expected = [
            (row, name)
            for row, cells in enumerate(pages.rows(0, ROWS))
            for name, cell in zip(names, cells, strict=True)
            if cell is not None and text.lower() in cell.lower()
        ]
        told = found(dataset, tmp_path, text=text)
        assert sorted((row, names.index(name)) for part in told for row, name in part.cells) == sorted(
            (row, names.index(name)) for row, name in expected
        )
        assert sum(part.count for part in told) == len(expected)
        assert [part.start for part in told] == [0, 500, 1_000, 1_500, 2_000]
    pages.close()


def test_that_the_chunk_that_is_looked_at_comes_first(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "CHUNK", 500)
    told = found(dataset, tmp_path, text="e", columns=("remark",), origin=1_200)
    assert [part.start for part in told] == [1_000, 1_500, 2_000, 0, 500]
    assert all(len(part.cells) <= finding.MOST for part in told)
    assert all(name == "remark" for part in told for _, name in part.cells)
    (rest,) = found(dataset, tmp_path, text="e", columns=("remark",), only_from=1_300, only_to=1_320)
    assert (rest.start, rest.stop) == (1_300, 1_320)


@pytest.mark.parametrize("laid_out", [False, True])
@pytest.mark.parametrize("wanted", [{"condition": "count > 3"}, {"sort": (SortKey("price"),), "condition": "fresh"}])
def test_that_what_is_found_in_a_view_stands_at_its_place_there(
    dataset: Dataset, tmp_path: Path, wanted: dict[str, Any], laid_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_making, "_MOST_DECODED", 1 if laid_out else 10**9)
    monkeypatch.setattr(finding, "CHUNK", 300)
    monkeypatch.setattr(finding, "MOST", 10**9)
    made = views(dataset, tmp_path, **wanted)[-1]
    assert made.is_laid_out == laid_out
    _, cells = shown(dataset, made, tmp_path)
    expected = [(row, "remark") for row, line in enumerate(cells) if "pear" in (line[5] or "")]
    told = found(dataset, tmp_path, text="pear", columns=("remark",), view=made)
    assert [cell for part in told for cell in part.cells] == expected


# -- heads --------------------------------------------------------------------------------------------------------


def test_that_the_head_of_a_column_counts_its_rows(dataset: Dataset, tmp_path: Path) -> None:
    told: dict[str, ColumnHead] = {}
    names = dataset.info.schema.names
    question = HeadsQuestion(dataset=dataset.info.id, columns=names)
    heads(dataset, question, lambda head: told.update({head.column: head}), lambda: False)
    table = dataset.table()
    assert list(told) == list(names)
    for name, head in told.items():
        assert head.is_exact
        assert sum(head.bars) + head.others == table[name].notna().sum()
        assert len(head.bars) <= 25
    assert dict(zip(told["sold"].labels, told["sold"].bars, strict=True)) == table["sold"].value_counts().to_dict()


def test_that_the_head_of_a_long_table_is_that_of_a_sample(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aetheron_desktop.engine.datasets.viewing.head_making.EXACT", 100)
    monkeypatch.setattr("aetheron_desktop.engine.datasets.profiles.cells.BLOCKS", 3)
    told: list[ColumnHead] = []
    heads(dataset, HeadsQuestion(dataset=dataset.info.id, columns=("price",)), told.append, lambda: False)
    (head,) = told
    assert head.sampled < head.rows == ROWS
    assert not head.is_exact
    assert sum(head.bars) + head.others == pytest.approx(ROWS, rel=0.01)


def test_that_days_are_shown_without_midnight_and_times_never_lose_it(tmp_path: Path) -> None:
    days = [datetime.datetime(2026, 1, 1 + row % 28) for row in range(300)]
    table = pa.table(
        {
            "day": [*days, datetime.datetime(2026, 2, 1, 12)],
            "at": [datetime.datetime(2026, 1, 1, row % 2) for row in range(301)],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    pages = Pages(tmp_path / "t.parquet")
    try:
        assert pages.rows(0, 2) == [("2026-01-01", "2026-01-01 00:00:00"), ("2026-01-02", "2026-01-01 01:00:00")]
        assert pages.rows(300, 1) == [("2026-02-01 12:00:00", "2026-01-01 00:00:00")]
    finally:
        pages.close()
