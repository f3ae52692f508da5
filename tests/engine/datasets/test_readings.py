"""Where cells can be read in two ways: what shows which one it is, and that the choice is told."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from aetheron_desktop.engine.datasets.dataset import DatasetInfo
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.errors import DatasetError


def imported(folder: Path, content: str | bytes, name: str = "a.csv") -> tuple[DatasetInfo, list[dict[str, Any]]]:
    source = folder / name
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    info = import_file(source, folder / "out", progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    return info, pq.read_table(folder / "out" / info.id / "data.parquet").to_pylist()


def test_that_one_point_among_decimal_commas_parts_no_thousands(tmp_path: Path) -> None:
    info, rows = imported(tmp_path, "name;size\na;2,5\nb;1.750\nc;7,25\nd;8\n")
    assert [row["size"] for row in rows] == ["2,5", "1.750", "7,25", "8"]
    assert info.schema.columns[1].note == "text, for its points and commas can be read in two ways"


@pytest.mark.parametrize("shown", ["1.750,5", "1.750.000"])
def test_that_a_cell_with_both_marks_shows_which_parts_thousands(tmp_path: Path, shown: str) -> None:
    # It stands far behind the rows from which the forms worth looking for are taken.
    cells = ["2,5"] * 2_000 + ["1.750", shown]
    info, rows = imported(tmp_path, "name;size\n" + "".join(f"a;{cell}\n" for cell in cells))
    assert rows[2_000]["size"] == 1750.0
    assert "size: the comma is the decimal sign, the point parts thousands." in info.notes


def test_that_a_comma_that_may_be_a_decimal_sign_is_told(tmp_path: Path) -> None:
    info, rows = imported(tmp_path, "name|size\na|1,500\nb|2,750\n")
    assert [row["size"] for row in rows] == [1500, 2750]
    assert "size: the comma parts thousands (no cell says whether it is a decimal sign)." in info.notes
    info, _ = imported(tmp_path, "name|size\na|1,500\nb|1,002,750\n", "b.csv")
    assert "size: the comma parts thousands." in info.notes


def test_that_an_escaped_line_end_is_a_word_and_the_null_of_databases_none(tmp_path: Path) -> None:
    _, rows = imported(tmp_path, "a,b\n1,\\n\n2,\\N\n3,x\n4,\\n\n")
    assert [row["b"] for row in rows] == ["\\n", "\\N", "x", "\\n"]
    info, rows = imported(tmp_path, "a,b\n1,5\n2,\\N\n3,6\n", "numbers.csv")
    assert [row["b"] for row in rows] == [5, None, 6]
    assert "b: 1 cell with a word for missing." in info.notes


def test_that_a_table_of_nothing_but_its_first_line_again_has_no_header(tmp_path: Path) -> None:
    info, rows = imported(tmp_path, "red,blue\nred,blue\n")
    assert [list(row.values()) for row in rows] == [["red", "blue"]] * 2
    assert "The file does not name its columns; they were numbered." in info.notes


def test_that_names_that_come_again_in_quotes_are_no_row(tmp_path: Path) -> None:
    info, rows = imported(tmp_path, 'city,note\ncity,"note"\nBern,"cold, wet"\nRome,"hot"\n')
    assert [row["city"] for row in rows] == ["Bern", "Rome"]
    assert info.quarantined == 1


def test_that_cells_that_hold_lists_do_not_part_the_line(tmp_path: Path) -> None:
    _, rows = imported(tmp_path, "tags,sizes\nred;new;big,1;2;3\nold;blue;wet,4;5;6\n")
    assert rows[0] == {"tags": "red;new;big", "sizes": "1;2;3"}


def test_that_a_wide_table_whose_names_are_numbers_keeps_them(tmp_path: Path) -> None:
    names = ["probe", *(str(1_000 + 37 * place) for place in range(40))]
    body = "".join(
        f"p{row}," + ",".join("TRUE" if (row + place) % 3 else "FALSE" for place in range(40)) + "\n"
        for row in range(5)
    )
    info, _ = imported(tmp_path, ",".join(names) + "\n" + body)
    assert list(info.schema.names) == names
    assert info.schema.columns[1].type == "boolean"


def test_that_blanks_between_cells_of_which_some_lack_quotes_are_never_one_column(tmp_path: Path) -> None:
    drinks = ["red wine" if row % 3 == 0 else "beer" for row in range(21)]
    lines = [f'{row} {drink} "from a shop {row}" "paid in cash" {row * 3}\n' for row, drink in enumerate(drinks)]
    info, rows = imported(tmp_path, "".join(lines))
    assert [list(row.values())[1:3] for row in rows] == [["beer", f"from a shop {row}"] for row in range(21) if row % 3]
    assert info.quarantined == 7


def test_that_one_column_is_told_as_such(tmp_path: Path) -> None:
    info, _ = imported(tmp_path, "word\nred wine\nsmall beer\n")
    assert "No sign parts the lines; each is one cell." in info.notes


def test_that_a_stray_quote_among_the_names_is_told_with_its_line(tmp_path: Path) -> None:
    info, _ = imported(tmp_path, 'a,b,"c\n1,2,"x"\n4,5,"y, z"\n7,8,"w"\n')
    assert list(info.schema.names) == ["a", "b", "c"]
    assert "Line 1 has a quote too many; the names were read without it." in info.notes


def test_that_a_name_over_several_lines_is_told(tmp_path: Path) -> None:
    info, _ = imported(tmp_path, 'a,"size\nin cm"\nx,2\ny,3\n')
    assert info.schema.names[1] == "size in cm"
    assert "Names that went over several lines were put into one: size in cm." in info.notes


def test_that_text_with_escapes_between_alphabets_is_read(tmp_path: Path) -> None:
    words = ["東京", "大阪", "京都"]
    _, rows = imported(tmp_path, ("町,数\n" + "".join(f"{word},{len(word)}\n" for word in words)).encode("iso2022_jp"))
    assert [row["町"] for row in rows] == words


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('[{"a": 1},\n {"ä": 2 "b"}]', "line 2, column 10"),
        ('[{"a": 1},\n {"a": ', "line 2, column 8"),
        ('[{"a": 1},\n {"a": 1e999}]', "line 2, column 8"),
        ('[{"a": 1}]\n]', "line 2, column 1"),
        ("[" * 50_000, "line 1, column"),
    ],
)
def test_that_json_that_is_none_is_refused_with_its_place(tmp_path: Path, body: str, where: str) -> None:
    with pytest.raises(DatasetError, match=where):
        imported(tmp_path, body, "a.json")
