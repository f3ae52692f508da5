from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QTreeWidget

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.estimators.monotone import Monotone
from aetheron_desktop.engine.estimators.treatments import MadeFeature, Treatment
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.features import MOST, FeaturesDialog
from aetheron_desktop.ui.tabs.train import TrainTab
from aetheron_desktop.ui.widgets.feature_tree import FeatureTree
from tests.ui.scripted_session import ScriptedSession

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

COLUMNS = (
    Column("age", "number", 3, 70),
    Column("town", "category", 0, 4_000),
    Column("seen", "date", 0, 300),
    Column("remark", "text", 0, 90),
)


@pytest.fixture
def dialog(qtbot: QtBot) -> FeaturesDialog:
    theme.apply(QApplication.instance(), "light")
    made = FeaturesDialog(COLUMNS, (Treatment("seen", ("month", "hour")),))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def combo(dialog: FeaturesDialog, row: int) -> QComboBox:
    return dialog.choice(row)


def choose(qtbot: QtBot, box: QComboBox, words: str) -> None:
    box.setCurrentIndex(0)
    box.setFocus()
    for _ in range(box.count()):
        if box.currentText() == words:
            break
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == words
    box.activated.emit(box.currentIndex())


def test_that_each_column_has_a_choice_that_says_what_auto_does(dialog: FeaturesDialog) -> None:
    for row, column in enumerate(COLUMNS):
        assert combo(dialog, row).accessibleName() == f"What is made of {column.name}"
    said = combo(dialog, 0).accessibleDescription()
    assert "Weighted sums: scaled" in said
    assert "Trees: as it is" in said
    assert "mean of the target" in combo(dialog, 1).accessibleDescription()


def test_that_what_was_chosen_before_is_shown_even_where_it_is_not_offered(dialog: FeaturesDialog) -> None:
    assert combo(dialog, 2).currentText() == "Month, hour"
    assert dialog.treatments() == (Treatment("seen", ("month", "hour")),)


def test_that_a_choice_by_key_is_said_and_given(dialog: FeaturesDialog, qtbot: QtBot) -> None:
    choose(qtbot, combo(dialog, 0), "In bins")
    assert "ten bins" in combo(dialog, 0).accessibleDescription()
    choose(qtbot, combo(dialog, 3), "Left out")
    with qtbot.waitSignal(dialog.chosen) as told:
        qtbot.mouseClick(dialog.findChild(QPushButton, "features_go"), Qt.MouseButton.LeftButton)
    assert told.args == [
        (Treatment("age", ("binned",)), Treatment("seen", ("month", "hour")), Treatment("remark", ("left-out",)))
    ]


def test_that_all_become_automatic_again(dialog: FeaturesDialog, qtbot: QtBot) -> None:
    choose(qtbot, combo(dialog, 0), "Scaled")
    qtbot.mouseClick(dialog.findChild(QPushButton, "features_reset"), Qt.MouseButton.LeftButton)
    assert dialog.treatments() == ()
    assert combo(dialog, 0).currentText() == "Automatic"


def test_that_numbers_alone_have_a_direction_and_it_is_given(dialog: FeaturesDialog, qtbot: QtBot) -> None:
    age: Any = dialog.direction(0)
    assert age.accessibleName() == "Whether the prediction only rises or only falls with age"
    assert [dialog.direction(row) for row in (1, 2, 3)] == [None] * 3
    choose(qtbot, age, "Only falls")
    assert dialog.directions() == (Monotone("age", "-"),)
    choose(qtbot, combo(dialog, 0), "In bins")
    assert not age.isEnabled()
    assert "no order" in age.toolTip()
    assert dialog.directions() == ()
    choose(qtbot, combo(dialog, 0), "By rank")
    assert age.isEnabled()
    with qtbot.waitSignal(dialog.directed) as told:
        qtbot.mouseClick(dialog.findChild(QPushButton, "features_go"), Qt.MouseButton.LeftButton)
    assert told.args == [(Monotone("age", "-"),)]


def test_that_a_direction_is_shown_again_and_taken_back(qtbot: QtBot) -> None:
    made = FeaturesDialog(COLUMNS, (), (Monotone("age", "+"),))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    age: Any = made.direction(0)
    assert age.currentText() == "Only rises"
    choose(qtbot, age, "Only falls")
    made.findChild(QLineEdit, "features_find").setText("a")  # type: ignore[union-attr]
    assert made.direction(0).currentText() == "Only falls"  # type: ignore[union-attr]
    reset: Any = made.findChild(QPushButton, "features_reset")
    reset.click()
    assert made.directions() == ()


def test_that_columns_are_found_by_name_and_a_wide_table_shows_some(qtbot: QtBot) -> None:
    many = tuple(Column(f"c{number}", "number", 0, 9) for number in range(1_000))
    made = FeaturesDialog(many, ())
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    assert made.table.rowCount() == MOST
    find: Any = made.findChild(QLineEdit, "features_find")
    find.setText("c999")
    assert made.table.rowCount() == 1
    assert combo(made, 0).accessibleName() == "What is made of c999"


def test_that_the_choice_reaches_the_session_and_is_shown_beside_the_button(qtbot: QtBot) -> None:
    theme.apply(QApplication.instance(), "light")
    session = ScriptedSession()
    tab = TrainTab(session)  # type: ignore[arg-type]
    qtbot.addWidget(tab)
    shown: Any = tab.findChild(QLabel, "plan_features")
    button: Any = tab.findChild(QPushButton, "choose_features")
    assert not button.isEnabled()
    session.open()
    assert shown.text() == "automatic"
    button.click()
    opened = tab.findChild(FeaturesDialog)
    assert opened is not None
    choose(qtbot, combo(opened, 0), "By rank")
    choose(qtbot, opened.direction(0), "Only rises")  # type: ignore[arg-type]
    go: Any = opened.findChild(QPushButton, "features_go")
    go.click()
    assert session.treatments == (Treatment("age", ("quantile",)),)
    assert session.monotone == (Monotone("age", "+"),)
    assert shown.text() == "age: by rank, only rises with age"


def test_that_a_model_lists_what_was_made_of_each_column(qtbot: QtBot) -> None:
    theme.apply(QApplication.instance(), "light")
    made = FeatureTree()
    qtbot.addWidget(made)
    features = (
        MadeFeature("town = a", ("town",), "one-hot", "1 where town is a, else 0."),
        MadeFeature("town = b", ("town",), "one-hot", "1 where town is b, else 0."),
        MadeFeature("days from a to b", ("a", "b"), "span", "Days from a to b."),
    )
    made.show_features(features, 7, (Treatment("town", ("one-hot",)),))
    tree: Any = made.findChild(QTreeWidget, "model_features")
    lines = [tree.topLevelItem(row).text(0) for row in range(tree.topLevelItemCount())]
    assert lines == ["town: 2 features, one-hot", "a → b: 1 feature, span", "and 7 more features"]
    words: Any = made.findChild(QLabel, "model_feature_words")
    tree.setCurrentItem(tree.topLevelItem(0))
    assert "Chosen: one-hot." in words.text()
    tree.setCurrentItem(tree.topLevelItem(0).child(1))
    assert words.text() == "1 where town is b, else 0."
