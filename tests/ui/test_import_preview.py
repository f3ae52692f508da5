"""A file before it is imported: what was found is shown, a choice changes it, and what is shown is imported."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QInputDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTabWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.datasets.reading.look import look
from aetheron_desktop.engine.datasets.reading.preview import Preview, PreviewQuestion
from aetheron_desktop.engine.datasets.recipe import ColumnRecipe, Recipe
from aetheron_desktop.engine.errors import DatasetError
from aetheron_desktop.engine.events import JobEnded
from aetheron_desktop.ui.dialogs.import_preview import ImportDialog
from aetheron_desktop.ui.widgets.importing.recipe_button import RecipeButton

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
    assert shown(dialog, "import_columns")[2][3] == "2 cells hold words"
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
    assert shown(dialog, "import_columns")[1][5] == "1"
    table = dialog.findChild(QTableWidget, "import_columns")
    assert table is not None
    failing = table.item(1, 5)
    assert failing is not None
    assert failing.toolTip() == "Their rows would be put aside: x"
    assert shown(dialog, "import_rows")[0][1] == "1.5"
    with qtbot.waitSignal(dialog.import_wanted) as told:
        go.click()
    assert told.args == [Recipe(columns=(ColumnRecipe(name="price", type="number"),))]


def missing(dialog: ImportDialog, row: int) -> QToolButton:
    table = dialog.findChild(QTableWidget, "import_columns")
    assert isinstance(table, QTableWidget)
    button = table.cellWidget(row, 4)
    assert isinstance(button, QToolButton)
    return button


def words(dialog: ImportDialog, row: int) -> dict[str, QAction]:
    return {action.text().split("  ")[0]: action for action in missing(dialog, row).menu().actions()}


def test_that_a_new_name_is_taken(qtbot: QtBot, dialog: ImportDialog, looking: Looking) -> None:
    table = dialog.findChild(QTableWidget, "import_columns")
    assert isinstance(table, QTableWidget)
    item = table.item(2, 1)
    assert item is not None
    item.setText("country")
    qtbot.waitUntil(lambda: len(looking.recipes) == 2)
    assert looking.recipes[-1].columns == (ColumnRecipe(name="code", rename="country"),)


def test_that_a_word_that_was_seen_is_chosen_for_missing_and_given_back(
    qtbot: QtBot, dialog: ImportDialog, looking: Looking
) -> None:
    assert not words(dialog, 2)["NA"].isChecked(), "among words it may be a value"
    words(dialog, 2)["NA"].trigger()
    qtbot.waitUntil(lambda: len(looking.recipes) == 2)
    looking.answer()
    assert looking.recipes[-1].columns[0].missing == ("?", "NA")
    assert shown(dialog, "import_rows")[0][2] == "∅"
    assert missing(dialog, 2).text() == "NA · 1"
    words(dialog, 2)["NA"].trigger()
    qtbot.waitUntil(lambda: len(looking.recipes) == 3)
    looking.answer()
    assert shown(dialog, "import_rows")[0][2] == "NA"
    words(dialog, 2)["The usual words"].trigger()
    qtbot.waitUntil(lambda: len(looking.recipes) == 4)
    assert looking.recipes[-1] == Recipe()


def test_that_a_word_of_ones_own_stands_for_missing(qtbot: QtBot, dialog: ImportDialog, looking: Looking) -> None:
    words(dialog, 2)["Another word…"].trigger()
    asked = dialog.findChild(QInputDialog, "import_word")
    assert isinstance(asked, QInputDialog)
    asked.setTextValue("FR")
    asked.accept()
    qtbot.waitUntil(lambda: len(looking.recipes) == 2)
    looking.answer()
    assert [row[2] for row in shown(dialog, "import_rows")] == ["NA", "∅"]


def test_that_a_file_that_is_no_table_is_refused_in_words(qtbot: QtBot, looking: Looking, tmp_path: Path) -> None:
    path = tmp_path / "holiday.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    dialog = ImportDialog(looking, path)  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    dialog.show()
    looking.answer()
    waiting = dialog.findChild(QWidget, "import_waiting")
    assert isinstance(waiting, QWidget)
    assert waiting.isVisible()
    assert "holiday.csv is not a table: it is an image" in waiting.accessibleName()


def test_that_the_file_is_shown_as_it_is_written(dialog: ImportDialog) -> None:
    text = dialog.findChild(QPlainTextEdit, "import_text")
    assert isinstance(text, QPlainTextEdit)
    assert text.toPlainText().splitlines()[:2] == ["1  id;price;code", "2  1;1,5;NA"]
    looks = dialog.findChild(QTabWidget, "import_looks")
    assert isinstance(looks, QTabWidget)
    assert [looks.isTabVisible(place) for place in range(looks.count())] == [True, True, False]


def test_that_a_recipe_is_kept_and_another_file_is_held_against_it(
    qtbot: QtBot, dialog: ImportDialog, looking: Looking, tmp_path: Path
) -> None:
    button = dialog.findChild(RecipeButton)
    assert isinstance(button, RecipeButton)
    button.keep(tmp_path / "may.recipe.json")
    june = tmp_path / "june.csv"
    june.write_text("id;price;place\nx;1,5;NA\n2;x;FR\n")
    other = ImportDialog(looking, june)  # type: ignore[arg-type]
    qtbot.addWidget(other)
    looking.answer()
    again = other.findChild(RecipeButton)
    assert isinstance(again, RecipeButton)
    again.take(tmp_path / "may.recipe.json")
    qtbot.waitUntil(lambda: len(looking.recipes) == 3)
    looking.answer()
    told = other.findChild(QLabel, "import_differences")
    assert isinstance(told, QLabel)
    assert told.text().splitlines() == [
        "Compared with may.recipe.json:",
        "•  id 1 of 2 cells of the sample are no integer: “x”",
        "•  code is not in this file",
        "•  place is new, and was read as category",
    ]
    assert looking.recipes[-1].delimiter == ";"


def test_that_a_file_that_is_no_recipe_is_refused_in_words(qtbot: QtBot, dialog: ImportDialog, tmp_path: Path) -> None:
    path = tmp_path / "shopping.json"
    path.write_text("[1]")
    button = dialog.findChild(RecipeButton)
    assert isinstance(button, RecipeButton)
    button.take(path)
    problem = dialog.findChild(QLabel, "import_problem")
    assert isinstance(problem, QLabel)
    assert "shopping.json is no recipe" in problem.text()
    assert problem.isVisible()


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
