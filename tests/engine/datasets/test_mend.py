"""The quarantine: edited lines join the rows where they stood, the others stay with their reason, none is lost."""

from pathlib import Path

import pytest

from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
from aetheron_desktop.engine.datasets.reading.mend import aside, mend
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.recipe import ColumnRecipe, Recipe, load
from aetheron_desktop.engine.errors import UsageError

TEXT = "id,name,price\n1,a,1.5\n2,b,2,9\n3,c,3.5\n4,d\n5,e,5.5\n6,f,x;y,1\n"


def imported(path: Path, folder: Path, recipe: Recipe | None = None) -> Dataset:
    info = import_file(path, folder, recipe=recipe, progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    return Dataset(info, folder / info.id)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    (tmp_path / "t.csv").write_text(TEXT)
    return imported(tmp_path / "t.csv", tmp_path / "datasets")


def opened(info: DatasetInfo | None, folder: Path) -> Dataset:
    assert info is not None
    return Dataset(info, folder / info.id)


def test_that_edited_lines_join_the_rows_where_they_stood(dataset: Dataset, tmp_path: Path) -> None:
    assert [line for line, _, _ in aside(dataset)] == [3, 5, 7]
    mended = opened(mend(dataset, {3: "2,b,2.9", 7: '6,"f,x",6.5'}, tmp_path / "datasets"), tmp_path / "datasets")
    table = mended.table()
    assert list(table["id"]) == [1, 2, 3, 5, 6]
    assert list(table["name"]) == ["a", "b", "c", "e", "f,x"]
    assert list(table["price"]) == [1.5, 2.9, 3.5, 5.5, 6.5]
    assert [(line, text) for line, text, _ in aside(mended)] == [(5, "4,d")]
    old, new = dataset.info, mended.info
    assert new.rows + new.quarantined == old.rows + old.quarantined == 6
    assert (new.previous, new.name, new.source, new.origin) == (old.id, "t v2", "t.csv", old.origin)
    assert new.notes[-1] == "2 lines of the quarantine were edited and merged."
    assert load(mended.recipe) == load(dataset.recipe)
    assert [path.name for path in (tmp_path / "datasets").glob(".*")] == []


def test_that_the_whole_file_mended_is_the_file_without_fault(dataset: Dataset, tmp_path: Path) -> None:
    lines = {3: "2,b,2.9", 5: "4,d,4.5", 7: "6,f,6.5"}
    mended = mend(dataset, lines, tmp_path / "datasets")
    (tmp_path / "t.csv").write_text("id,name,price\n1,a,1.5\n2,b,2.9\n3,c,3.5\n4,d,4.5\n5,e,5.5\n6,f,6.5\n")
    whole = imported(tmp_path / "t.csv", tmp_path / "again", Recipe(columns=load(dataset.recipe).columns))
    assert mended is not None
    assert mended.id == whole.info.id
    assert not mended.quarantined


def test_that_a_line_that_still_does_not_fit_stays_with_its_reason(dataset: Dataset, tmp_path: Path) -> None:
    mended = opened(mend(dataset, {3: "2,b,2.9", 5: "4,d,much"}, tmp_path / "datasets"), tmp_path / "datasets")
    left = {line: (text, reason) for line, text, reason in aside(mended)}
    assert left[5][0] == "4,d,much"
    assert "is no number" in left[5][1]
    assert mended.info.rows + mended.info.quarantined == 6
    again = opened(mend(mended, {5: "4,d,4.5"}, tmp_path / "datasets"), tmp_path / "datasets")
    assert list(again.table()["id"]) == [1, 2, 3, 4, 5]
    assert (again.info.name, again.info.previous) == ("t v3", mended.info.id)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({}, "No line was edited"),
        ({4: "3,c,3.5"}, "Line 4 is not in quarantine"),
        ({3: "2,b,2,9"}, "None of the edited"),
    ],
)
def test_that_what_cannot_be_merged_is_refused_and_nothing_is_made(
    dataset: Dataset, tmp_path: Path, lines: dict[int, str], words: str
) -> None:
    before = sorted(path.name for path in (tmp_path / "datasets").iterdir())
    with pytest.raises(UsageError, match=words):
        mend(dataset, lines, tmp_path / "datasets")
    assert sorted(path.name for path in (tmp_path / "datasets").iterdir()) == before


def test_that_a_stop_leaves_nothing(dataset: Dataset, tmp_path: Path) -> None:
    before = sorted(path.name for path in (tmp_path / "datasets").iterdir())
    assert mend(dataset, {3: "2,b,2.9"}, tmp_path / "datasets", should_stop=lambda: True) is None
    assert sorted(path.name for path in (tmp_path / "datasets").iterdir()) == before


def test_that_lines_of_other_formats_are_mended(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"a": 1, "b": "x"}\n{"a": 2, "b": \n{"a": 3, "b": "z"}\n')
    dataset = imported(tmp_path / "t.jsonl", tmp_path / "d")
    assert [line for line, _, _ in aside(dataset)] == [2]
    mended = opened(mend(dataset, {2: '{"a": 2, "b": "y"}'}, tmp_path / "d"), tmp_path / "d")
    assert sorted(mended.table()["a"]) == [1, 2, 3]
    (tmp_path / "s.csv").write_text("when|who\nx|Ann Lee|\n2024-01-02|Bo\n2024-01-03|Cy\n")
    recipe = Recipe(delimiter="|", columns=(ColumnRecipe(name="who", rename="name", type="text"),))
    dataset = imported(tmp_path / "s.csv", tmp_path / "e", recipe)
    line = aside(dataset)[0][0]
    mended = opened(mend(dataset, {line: "2024-01-01|Ann Lee"}, tmp_path / "e"), tmp_path / "e")
    assert list(mended.table()["name"]) == ["Ann Lee", "Bo", "Cy"]
