"""What errors cost among several classes: filled in by hand, shown, and asked for in a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from aetheron_desktop.engine.datasets.classes import classes_of
from aetheron_desktop.engine.errors import DatasetError
from aetheron_desktop.engine.estimators.deciding import CostRule, ErrorCost
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.preparation import read_target
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.error_costs import ErrorCostsDialog
from aetheron_desktop.ui.tabs.train import TrainTab
from tests.tables import made_dataset
from tests.ui.scripted_session import ScriptedSession

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aetheron_desktop.engine.datasets.schema import ColumnType

CLASSES = ("cat", "cow", "<b>dog")


@pytest.fixture
def dialog(qtbot: QtBot) -> ErrorCostsDialog:
    theme.apply(QApplication.instance(), "light")
    made = ErrorCostsDialog(CLASSES, (ErrorCost("cat", "cow", 7.5),))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def cell(dialog: ErrorCostsDialog, row: int, column: int) -> Any:
    return dialog.table.item(row, column)


def test_that_it_shows_what_was_chosen_and_1_for_the_rest(dialog: ErrorCostsDialog) -> None:
    told = [[cell(dialog, row, column).text() for column in range(3)] for row in range(3)]
    assert told == [["0", "7.5", "1"], ["1", "0", "1"], ["1", "1", "0"]]
    assert not cell(dialog, 1, 1).flags() & Qt.ItemFlag.ItemIsEditable
    assert cell(dialog, 2, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "<b>dog taken for cat: 1"
    assert dialog.costs() == (ErrorCost("cat", "cow", 7.5),)


def test_that_a_cost_is_written_with_the_keys_and_given(dialog: ErrorCostsDialog, qtbot: QtBot) -> None:
    dialog.table.setCurrentCell(2, 0)
    dialog.table.setFocus()
    qtbot.keyClick(dialog.table, Qt.Key.Key_F2)
    editor: Any = dialog.table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "30")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: cell(dialog, 2, 0).text() == "30")
    assert cell(dialog, 2, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "<b>dog taken for cat: 30"
    assert dialog.isVisible(), "the key ends the cell, not the dialog"
    go: Any = dialog.findChild(QPushButton, "error_costs_go")
    with qtbot.waitSignal(dialog.chosen) as told:
        qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    assert told.args == [(ErrorCost("cat", "cow", 7.5), ErrorCost("<b>dog", "cat", 30.0))]


@pytest.mark.parametrize("wrong", ["much", "-1", "inf", "nan"])
def test_that_what_is_no_cost_is_refused_in_place(dialog: ErrorCostsDialog, wrong: str) -> None:
    go: Any = dialog.findChild(QPushButton, "error_costs_go")
    problem: Any = dialog.findChild(QLabel, "error_costs_problem")
    assert not problem.isVisible()
    cell(dialog, 1, 0).setText(wrong)
    assert not go.isEnabled()
    assert problem.isVisible()
    assert f"cow taken for cat: {wrong!r} is no cost" in problem.text()
    cell(dialog, 1, 0).setText("2,5")
    assert go.isEnabled()
    assert ErrorCost("cow", "cat", 2.5) in dialog.costs()


def test_that_all_are_1_again_and_not_all_may_be_0(dialog: ErrorCostsDialog) -> None:
    reset: Any = dialog.findChild(QPushButton, "error_costs_reset")
    reset.click()
    assert dialog.costs() == ()
    for row in range(3):
        for column in range(3):
            if row != column:
                cell(dialog, row, column).setText("0")
    assert not dialog.findChild(QPushButton, "error_costs_go").isEnabled()  # type: ignore[union-attr]


def test_that_the_costs_reach_the_session_and_are_shown_for_several_classes_alone(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme.apply(QApplication.instance(), "light")
    session = ScriptedSession()
    tab = TrainTab(session)  # type: ignore[arg-type]
    qtbot.addWidget(tab)
    with qtbot.waitExposed(tab):
        tab.show()
    button: Any = tab.findChild(QPushButton, "choose_costs")
    shown: Any = tab.findChild(QLabel, "plan_costs")
    session.open(task="binary")
    assert not button.isVisible()
    session.open(task="multiclass")
    assert button.isVisible()
    assert shown.text() == "each costs the same"
    monkeypatch.setattr("aetheron_desktop.ui.tabs.train.classes_of", lambda *asked: CLASSES)
    button.click()
    qtbot.waitUntil(lambda: tab.findChild(ErrorCostsDialog) is not None)
    opened: Any = tab.findChild(ErrorCostsDialog)
    cell(opened, 0, 2).setText("9")
    opened.findChild(QPushButton, "error_costs_go").click()
    assert session.error_costs == (ErrorCost("cat", "<b>dog", 9.0),)
    assert shown.text() == "cat taken for <b>dog: 9"
    assert tab.setup.judged_by == "mean_cost"


def test_that_too_many_classes_are_refused_in_place(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    theme.apply(QApplication.instance(), "light")
    session = ScriptedSession()
    tab = TrainTab(session)  # type: ignore[arg-type]
    qtbot.addWidget(tab)
    session.open(task="multiclass")

    def refuse(*asked: object) -> None:
        raise DatasetError("It has 900 classes.", hint="Name a file.")

    monkeypatch.setattr("aetheron_desktop.ui.tabs.train.classes_of", refuse)
    tab.findChild(QPushButton, "choose_costs").click()  # type: ignore[union-attr]
    card: Any = tab.findChild(QWidget, "training_refused")
    qtbot.waitUntil(lambda: "900 classes" in card.accessibleName())


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["b", "a", None, "ü"], "category"),
        ([10, 2, 33, 2], "integer"),
        ([1.0, 0.5, np.nan, 3.0], "number"),
        ([True, False, True, False], "boolean"),
        (["007", "7", "12", "x"], "category"),
    ],
)
def test_that_the_classes_are_those_of_a_training(values: list[Any], kind: ColumnType, tmp_path: Path) -> None:
    table = pd.DataFrame({"x": np.arange(16.0), "y": values * 4})
    dataset = made_dataset(tmp_path / "dataset", table, {"y": kind}, target="y")
    task: Any = "binary" if table["y"].nunique() == 2 else "multiclass"
    asked = plan(dataset.info, target="y", task=task, estimators=["dummy"], new_id=lambda: "run-1")[0]
    column = dataset.info.schema.column("y")
    known = read_target(asked, dataset.table(["y"])["y"], column, lambda text: None)[1]
    assert classes_of(dataset, "y", 10) == known
    with pytest.raises(DatasetError, match="too many"):
        classes_of(dataset, "y", 1)


def test_that_the_rule_says_the_dearest_errors_first() -> None:
    rule = CostRule(matrix=((0.0, 2.0, 1.0), (0.5, 0.0, 1.0), (9.0, 1.0, 0.0)))
    assert rule.words(("a", "b", "c")) == ["c taken for a: 9", "a taken for b: 2", "b taken for a: 0.5"]
