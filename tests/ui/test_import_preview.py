"""A file before it is imported: what was found is shown, a choice changes it, and what is shown is imported."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets.look import look
from aetheron_desktop.engine.datasets.preview import Preview, PreviewQuestion
from aetheron_desktop.engine.datasets.recipe import ColumnRecipe, Recipe
from aetheron_desktop.engine.errors import DatasetError
from aetheron_desktop.engine.events import JobEnded
from aetheron_desktop.ui.dialogs.import_preview import ImportDialog

MONTH = "id;price;code\n1;1,5;NA\n2;x;FR\n"


class Looking(QObject):
    """The part of a session that looks at files, here in the same thread."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.recipes: list[Recipe] = []
        self.withdrawn: list[str] = []

    def ask(
        self, question: PreviewQuestion, on_answer: Callable[[Preview], None], on_end: Callable[[JobEnded], None]
    ) -> str:
        self.recipes.append(question.recipe)
        self._asked = question, on_answer, on_end
        return f"ask-{len(self.recipes)}"

    def withdraw(self, job: str) -> None:
        self.withdrawn.append(job)

    def answer(self) -> None:
        question, on_answer, on_end = self._asked
        end = JobEnded(job="ask", work="ask", outcome="succeeded")
        try:
            on_answer(look(question.path, self.folder, question.recipe))
        except DatasetError as error:
            end = JobEnded(job="ask", work="ask", outcome="failed", detail=error.detail, hint=error.hint)
        on_end(end)


@pytest.fixture
def looking(tmp_path: Path) -> Looking:
    return Looking(tmp_path / "tmp")


@pytest.fixture
def dialog(qtbot: QtBot, looking: Looking, tmp_path: Path) -> ImportDialog:
    path = tmp_path / "may.csv"
    path.write_text(MONTH)
    made = ImportDialog(looking, path)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.show()
    looking.answer()
    return made


def child(dialog: ImportDialog, name: str) -> QComboBox:
    found = dialog.findChild(QComboBox, name)
    assert isinstance(found, QComboBox)
    return found


def shown(dialog: ImportDialog, name: str) -> list[list[str]]:
    table = dialog.findChild(QTableWidget, name)
    assert isinstance(table, QTableWidget)
    return [
        [item.text() if (item := table.item(row, place)) is not None else "" for place in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def choose(combo: QComboBox, value: object) -> None:
    combo.setCurrentIndex(combo.findData(value))
    combo.activated.emit(combo.currentIndex())


def test_that_what_was_found_out_is_shown_with_its_evidence(dialog: ImportDialog) -> None:
    assert child(dialog, "import_delimiter").currentText() == "Found: Semicolon"
    assert child(dialog, "import_header").currentText() == "Found: 1"
    assert not child(dialog, "import_sheet").isVisible()
    assert [row[0] for row in shown(dialog, "import_columns")] == ["id", "price", "code"]
    assert shown(dialog, "import_columns")[2][3] == "2 cells hold words; seen: NA (1)"
    assert shown(dialog, "import_rows") == [["1", "1,5", "NA"], ["2", "x", "FR"]]


def test_that_a_choice_is_followed_at_once_and_is_what_is_imported(
    qtbot: QtBot, dialog: ImportDialog, looking: Looking
) -> None:
    go = dialog.findChild(QPushButton, "import_go")
    assert isinstance(go, QPushButton)
    choose(child(dialog, "import_type_1"), "number")
    assert not go.isEnabled()
    qtbot.waitUntil(lambda: len(looking.recipes) == 2)
    looking.answer()
    assert go.isEnabled()
    assert shown(dialog, "import_columns")[1][5] == "1: x"
    assert shown(dialog, "import_rows")[0][1] == "1.5"
    with qtbot.waitSignal(dialog.import_wanted) as told:
        go.click()
    assert told.args == [Recipe(columns=(ColumnRecipe(name="price", type="number"),))]


def test_that_a_new_name_and_words_for_missing_are_taken(qtbot: QtBot, dialog: ImportDialog, looking: Looking) -> None:
    table = dialog.findChild(QTableWidget, "import_columns")
    assert isinstance(table, QTableWidget)
    for place, text in ((1, "country"), (4, "NA, -")):
        item = table.item(2, place)
        assert item is not None
        item.setText(text)
    qtbot.waitUntil(lambda: len(looking.recipes) == 2)
    assert looking.recipes[-1].columns == (ColumnRecipe(name="code", rename="country", missing=("NA", "-")),)
    looking.answer()
    assert shown(dialog, "import_rows")[0][2] == "∅"


def test_that_a_choice_that_leaves_no_table_says_so_and_can_be_taken_back(
    qtbot: QtBot, dialog: ImportDialog, looking: Looking
) -> None:
    choose(child(dialog, "import_skip"), 20)
    qtbot.waitUntil(lambda: len(looking.recipes) == 2)
    looking.answer()
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    go = dialog.findChild(QPushButton, "import_go")
    assert isinstance(go, QPushButton)
    assert not go.isEnabled()
    choose(child(dialog, "import_skip"), None)
    qtbot.waitUntil(lambda: len(looking.recipes) == 3)
    looking.answer()
    assert go.isEnabled()
