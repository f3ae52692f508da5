"""Every choice of an import can be made, is kept, and is made again for the next file of its kind."""

import gzip
import sqlite3
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather

from aetheron_desktop.engine.datasets.dataset import DatasetInfo
from aetheron_desktop.engine.datasets.reading.look import HEAD, look
from aetheron_desktop.engine.datasets.reading.preview import differences
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.recipe import ROLES, ColumnRecipe, Recipe, dumps, load, loads
from aetheron_desktop.engine.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAIN = "id,size,sort\n" + "".join(f"{row},{row / 4},{'abc'[row % 3]}\n" for row in range(60))
MONTH = "report of May\nid;day;price;code\n1;03/04/2026;1,5;NA\n2;04/04/2026;-999;FR\n3;05/04/2026;x;NA\n"
CHOICES = Recipe(
    dates="day first",
    columns=(
        ColumnRecipe(name="price", type="number", missing=("-999",), rename="cost"),
        ColumnRecipe(name="id", type="ignore"),
    ),
)


def imported(source: Path, recipe: Recipe | None = None) -> tuple[DatasetInfo, Path]:
    folder = source.parent / "datasets"
    info = import_file(source, folder, recipe=recipe, progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    return info, folder / info.id


def rows(folder: Path) -> list[list[Any]]:
    return [list(row.values()) for row in pq.read_table(folder / "data.parquet").to_pylist()]


def aside(folder: Path) -> list[tuple[int, str, str]]:
    return [tuple(row.values()) for row in pq.read_table(folder / "quarantine.parquet").to_pylist()]  # type: ignore[misc]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


columns = st.builds(
    ColumnRecipe,
    name=st.text(min_size=1),
    rename=st.none() | st.text(),
    type=st.none() | st.sampled_from(ROLES),
    missing=st.none() | st.lists(st.text()).map(tuple),
    form=st.none() | st.text(),
)


@given(
    st.builds(
        Recipe,
        delimiter=st.none() | st.text(max_size=2),
        skip=st.none() | st.integers(0, 9),
        missing=st.none() | st.lists(st.text()).map(tuple),
        columns=st.lists(columns, max_size=3, unique_by=lambda column: column.name).map(tuple),
    )
)
def test_that_a_recipe_comes_back_from_its_file_as_it_was(recipe: Recipe) -> None:
    assert loads(dumps(recipe), "x.recipe.json") == recipe


@pytest.mark.parametrize("content", [b"", b"[]", b'{"skip": "two"}', b'{"format": 99}', b"\xff", b'{"columns": [{}]}'])
def test_that_a_file_that_is_no_recipe_is_refused_with_its_name(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"may\.recipe\.json"):
        loads(content, "may.recipe.json")


def test_that_what_was_chosen_is_done_and_each_line_of_the_file_is_accounted_for(tmp_path: Path) -> None:
    info, folder = imported(written(tmp_path, "may.csv", MONTH), CHOICES)
    assert [(column.name, column.type) for column in info.schema.columns] == [
        ("day", "date"),
        ("cost", "number"),
        ("code", "category"),
    ]
    assert [[str(row[0])[:10], *row[1:]] for row in rows(folder)] == [
        ["2026-04-03", 1.5, "NA"],
        ["2026-04-04", None, "FR"],
    ]
    assert aside(folder) == [
        (1, "report of May", "stands before the table"),
        (5, "3;05/04/2026;x;NA", "cost: “x” is no number"),
    ]
    lines, names = len(MONTH.splitlines()), 1
    assert lines - names == info.rows + info.quarantined


def test_that_the_recipe_of_an_import_reads_the_next_file_in_the_same_way(tmp_path: Path) -> None:
    _, folder = imported(written(tmp_path, "may.csv", MONTH), CHOICES)
    # Alone this one would have its dates with the month first, its code as numbers, its price as text.
    june = "report of June\nid;day;price;code\n9;12/06/2026;7,25;1\n8;01/06/2026;;2\n"
    info, folder = imported(written(tmp_path, "june.csv", june), load(folder / "recipe.json"))
    assert [[str(row[0])[:10], *row[1:]] for row in rows(folder)] == [
        ["2026-06-12", 7.25, "1"],
        ["2026-06-01", None, "2"],
    ]
    assert info.schema.names == ("day", "cost", "code")


@pytest.mark.parametrize(
    ("content", "recipe", "expected"),
    [
        ("a|b\n1|2\n", Recipe(delimiter=","), [["1|2"]]),
        ("a,b\n'x,y',2\n", Recipe(quote="'"), [["x,y", 2]]),
        ('a,b\n"x,2\n', Recipe(quote=""), [['"x', 2]]),
        ("1,2\n3,4\n", Recipe(header=1), [[3, 4]]),
        ("a,b\nc,d\n", Recipe(header=0), [["a", "b"], ["c", "d"]]),
        ("x,\na,b\n1,2\n", Recipe(header=2), [[1, 2]]),
        ("n\n1\na,b\n1,2\n", Recipe(skip=2), [[1, 2]]),
        ("a;b\n1.234,5;2\n", Recipe(decimal=",", thousands="."), [[1234.5, 2]]),
        ("a;b\n1'234.5;2\n", Recipe(thousands="'"), [[1234.5, 2]]),
        ("a,b\n!x\n1,2\n", Recipe(comment="!"), [[1, 2]]),
        ("a,b\n1,none\n2,x\n", Recipe(missing=("none",)), [[1, None], [2, "x"]]),
        ("a,b\n03/04/2026,1\n", Recipe(dates="day first"), [["2026-04-03 00:00:00", 1]]),
        ("a,b\n03/04/2026,1\n", Recipe(dates="month first"), [["2026-03-04 00:00:00", 1]]),
    ],
)
def test_that_each_choice_is_followed(tmp_path: Path, content: str, recipe: Recipe, expected: list[list[Any]]) -> None:
    _, folder = imported(written(tmp_path, "t.csv", content), recipe)
    assert [[str(c) if hasattr(c, "year") else c for c in row] for row in rows(folder)] == expected


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("integer", [[1], [7], [0]]),
        ("number", [[1.0], [7.0], [0.0]]),
        ("category", [["1"], ["007"], ["0"]]),
        ("boolean", [[True], [False]]),
    ],
)
def test_that_a_chosen_type_stands_and_rows_that_cannot_have_it_are_put_aside(
    tmp_path: Path, type_: Any, expected: list[list[Any]]
) -> None:
    recipe = Recipe(columns=(ColumnRecipe(name="a", type=type_),))
    info, folder = imported(written(tmp_path, "t.csv", "a\n1\n007\n0\n"), recipe)
    assert rows(folder) == expected
    assert info.rows + info.quarantined == 3
    assert info.schema.columns[0].type == type_


def test_that_a_row_that_fails_is_named_by_its_line_where_cells_go_over_lines(tmp_path: Path) -> None:
    content = 'a,b\n"two\nlines",1\n\nx,2\n"three\n\nlines",oops\ny,4\n'
    recipe = Recipe(columns=(ColumnRecipe(name="b", type="integer"),))
    _, folder = imported(written(tmp_path, "t.csv", content), recipe)
    assert [(line, reason) for line, _, reason in aside(folder)] == [(6, "b: “oops” is no whole number")]


def test_that_na_is_a_category_unless_it_is_said_to_be_missing(tmp_path: Path) -> None:
    content = "code,size\n" + "".join(f"{code},{size}\n" for size, code in enumerate(["NA", "FR", "NA", "DE"] * 5))
    source = written(tmp_path, "t.csv", content)
    info, _ = imported(source)
    assert info.schema.columns[0].missing == 0
    info, _ = imported(source, Recipe(columns=(ColumnRecipe(name="code", missing=("NA",)),)))
    assert info.schema.columns[0].missing == 10


@pytest.mark.parametrize("late", ["1.5", "x", "NA", "007", " 7", "1_000", "0x1F", "", "99999999999999999999", "+7"])
def test_that_a_cell_far_down_is_read_as_one_at_the_top(tmp_path: Path, late: str) -> None:
    cells = [str(number) for number in range(3_000)]
    top = written(tmp_path, "top.csv", "\n".join(["a,b", f"{late},1", *(f"{cell},1" for cell in cells)]) + "\n")
    end = written(tmp_path, "end.csv", "\n".join(["a,b", *(f"{cell},1" for cell in cells), f"{late},1"]) + "\n")
    first, last = imported(top), imported(end)
    assert first[0].schema.columns[0].type == last[0].schema.columns[0].type
    assert first[0].notes == last[0].notes
    assert rows(first[1])[0] == rows(last[1])[-1]


def test_that_one_content_has_one_hash_whatever_file_it_comes_from(tmp_path: Path) -> None:
    plain, folder = imported(written(tmp_path, "plain.csv", PLAIN))
    pq.write_table(pq.read_table(folder / "data.parquet"), tmp_path / "same.parquet", row_group_size=7)
    others: Mapping[str, str | bytes] = {
        "tabs.tsv": PLAIN.replace(",", "\t"),
        "quoted.csv": PLAIN.replace("a\n", '"a"\n'),
        "lines.csv": PLAIN.replace("\n", "\r\n"),
        "packed.csv.gz": gzip.compress(PLAIN.encode()),
        "wide.csv": PLAIN.encode("utf-16"),
        "bad.csv": PLAIN + "1,2\n",
    }
    for name, content in others.items():
        assert imported(written(tmp_path, name, content))[0].id == plain.id, name
    assert imported(tmp_path / "same.parquet")[0].id == plain.id


def test_that_identifiers_that_are_numbers_stay_so_by_their_recipe_while_they_are(tmp_path: Path) -> None:
    plain, folder = imported(written(tmp_path, "plain.csv", PLAIN))
    recipe = load(folder / "recipe.json")
    assert imported(written(tmp_path, "again.csv", PLAIN), recipe)[0].id == plain.id
    pq.write_table(pq.read_table(folder / "data.parquet"), tmp_path / "same.parquet")
    assert imported(tmp_path / "same.parquet", recipe)[0].id == plain.id
    words, folder = imported(written(tmp_path, "words.csv", PLAIN.replace("\n7,", "\nx7,")), recipe)
    assert (words.schema.columns[0].type, words.quarantined) == ("identifier", 0)
    assert [row[0] for row in rows(folder)][6:9] == ["6", "x7", "8"]


# -- more places for tables -------------------------------------------------------------------------------------------


def test_that_arrow_and_feather_files_are_read(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2, None], "b": pa.array(["x", "y", "x"]).dictionary_encode()})
    feather.write_feather(table, tmp_path / "t.feather")
    with pa.OSFile(str(tmp_path / "t.arrows"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    for name in ("t.feather", "t.arrows"):
        assert rows(imported(tmp_path / name)[1]) == [[1, "x"], [2, "y"], [None, "x"]]


def test_that_a_table_of_a_database_is_chosen_by_its_name(tmp_path: Path) -> None:
    lite = sqlite3.connect(tmp_path / "shop.sqlite")
    lite.executescript("CREATE TABLE a (x, y); INSERT INTO a VALUES (1, 'p'), (2.5, NULL); CREATE TABLE b (z);")
    lite.close()
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as duck:
        duck.execute("CREATE TABLE a AS SELECT * FROM (VALUES (1.0, 'p'), (2.5, NULL)) t(x, y); CREATE TABLE b (z INT)")
    for name in ("shop.sqlite", "shop.duckdb"):
        with pytest.raises(DatasetError, match="2 tables: a, b"):
            imported(tmp_path / name)
        assert rows(imported(tmp_path / name, Recipe(table="a"))[1]) == [[1.0, "p"], [2.5, None]]
        with pytest.raises(UsageError, match="no table 'c'"):
            imported(tmp_path / name, Recipe(table="c"))


def test_that_a_folder_of_parquet_is_one_table_and_its_folders_are_columns(tmp_path: Path) -> None:
    for year in (2025, 2026):
        folder = tmp_path / "sales" / f"year={year}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"a": [year % 100, 7]}), folder / "part.parquet")
    assert rows(imported(tmp_path / "sales")[1]) == [[25, 2025], [7, 2025], [26, 2026], [7, 2026]]
    assert imported(tmp_path / "sales" / "*" / "*.parquet")[0].rows == 4


def test_that_a_file_of_an_archive_and_a_path_within_json_are_chosen(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("may.csv", "a,b\n1,2\n")
        archive.writestr("june.csv", "a,b\n3,4\n")
    assert rows(imported(tmp_path / "two.zip", Recipe(member="june.csv"))[1]) == [[3, 4]]
    source = written(tmp_path, "deep.json", '{"a": {"rows": [{"x": 1}, {"x": 2}]}, "b": [{"y": 3}]}')
    assert rows(imported(source, Recipe(path="a.rows"))[1]) == [[1], [2]]
    with pytest.raises(UsageError, match=r"nothing at 'a\.no'"):
        imported(source, Recipe(path="a.no"))


# -- the look before --------------------------------------------------------------------------------------------------


def test_that_a_preview_tells_what_the_import_then_does(tmp_path: Path) -> None:
    source = written(tmp_path, "may.csv", MONTH)
    found = look(source, tmp_path / "tmp", CHOICES)
    assert [(column.source, column.name, column.type, column.failing, column.examples) for column in found.columns] == [
        ("id", "id", "ignore", 0, ()),
        ("day", "day", "date", 0, ()),
        ("price", "cost", "number", 1, ("x",)),
        ("code", "code", "category", 0, ()),
    ]
    assert found.columns[3].words == {"NA": 2}
    assert found.aside == ((1, "report of May", "stands before the table"),)
    assert found.is_whole
    assert found.lines[1] == "id;day;price;code"
    assert not list((tmp_path / "tmp").iterdir())
    used = load(imported(source, CHOICES)[1] / "recipe.json")
    assert (used.delimiter, used.skip, used.header) == (found.recipe.delimiter, found.recipe.skip, found.recipe.header)


def test_that_a_preview_of_a_large_file_reads_its_beginning_alone(tmp_path: Path) -> None:
    line = "1,2.5,word\n"
    source = written(tmp_path, "large.csv", "a,b,c\n" + line * (3 * HEAD // len(line)))
    found = look(source, tmp_path / "tmp")
    assert (found.sampled, found.is_whole, [column.type for column in found.columns]) == (
        1000,
        False,
        ["integer", "number", "category"],
    )


def test_that_a_file_is_held_against_what_a_recipe_was_made_for(tmp_path: Path) -> None:
    recipe = load(imported(written(tmp_path, "may.csv", MONTH), CHOICES)[1] / "recipe.json")
    june = "report\nday;price;code;shop\n03/06/2026;cheap;XX;7\n04/06/2026;2,5;NA;8\n"
    source = written(tmp_path, "june.csv", june)
    told = differences(recipe, look(source, tmp_path / "tmp", recipe))
    assert [(one.column, one.kind) for one in told] == [("price", "retyped"), ("code", "values"), ("shop", "new")]
    assert "“cheap”" in told[0].words
    assert told[1].words == "new values: XX"
    same = written(tmp_path, "same.csv", MONTH.replace("x", "9"))
    assert differences(recipe, look(same, tmp_path / "tmp", recipe)) == ()
    less = written(tmp_path, "less.csv", "report\nid;day;code\n1;03/06/2026;NA\n2;04/06/2026;FR\n")
    assert [(one.column, one.kind) for one in differences(recipe, look(less, tmp_path / "tmp", recipe))] == [
        ("price", "missing")
    ]


def test_that_a_row_is_put_aside_once_where_a_later_one_has_the_types_looked_at_again(tmp_path: Path) -> None:
    lines = [f"{row};0{row % 9 + 1}.05.2026" for row in range(1, 3001)]
    lines[6] = "7;2026-05-08"
    lines[2990] = "a;b;c"
    source = written(tmp_path, "sold.csv", "\n".join(["no;day", *lines, "Sum;"]))

    info, folder = imported(source, Recipe(columns=(ColumnRecipe(name="day", type="date"),)))

    assert info.schema.columns[0].type != "integer", "the last row is not seen by the first look"
    assert aside(folder) == [
        (8, "7;2026-05-08", "day: “2026-05-08” is no date"),
        (2992, "a;b;c", "2 cells expected, 3 found"),
    ]
    assert info.rows + info.quarantined == len(lines) + 1
