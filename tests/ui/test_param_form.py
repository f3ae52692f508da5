from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.params import Bool, Choice, Float, Int, Value
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.estimator_picker import EstimatorPicker
from aetheron_desktop.ui.widgets.param_form import ParamForm

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aetheron_desktop.engine.estimators.cards.card import Card

PARAMETERS = (
    Float(name="rate", label="Learning rate", help="Size of a step.", default=0.1, low=0.001, high=1.0, log=True),
    Int(name="depth", label="Depth", help="Questions in a row.", default=None, low=1, high=64, optional="no limit"),
    Int(name="trees", label="Trees", help="How many.", unit="trees", default=100, low=1, high=5000),
    Bool(name="warm", label="Warm start", help="Begin with what is there.", default=False),
    Choice(
        name="loss", label="Loss", help="What is made small.", default="a", options=("a", "b"), labels=("One", "Two"),
        advanced=True,
    ),
)  # fmt: skip


@pytest.fixture
def form(qtbot: QtBot) -> ParamForm:
    theme.apply(QApplication.instance(), "light")
    widget = ParamForm(PARAMETERS, "test")
    qtbot.addWidget(widget)
    widget.show()
    return widget


def editor(form: ParamForm, name: str, kind: type[QWidget] = QLineEdit) -> Any:
    return form.findChild(kind, f"param_test_{name}")


def write(qtbot: QtBot, edit: QLineEdit, text: str) -> None:
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text) if text else qtbot.keyClick(edit, Qt.Key.Key_Delete)


def test_that_the_form_starts_with_the_defaults(form: ParamForm) -> None:
    assert form.values() == {}
    assert form.error == ""
    assert editor(form, "rate").text() == "0.1"
    assert editor(form, "depth").text() == ""
    assert editor(form, "depth").placeholderText() == "no limit"
    assert not editor(form, "warm", QCheckBox).isChecked()
    assert editor(form, "loss", QComboBox).currentText() == "One"


def test_that_every_field_has_a_name_its_limits_and_its_help_for_screen_readers(form: ParamForm) -> None:
    trees = editor(form, "trees")
    assert trees.accessibleName() == "Trees, trees"
    assert trees.accessibleDescription() == "How many. 1 to 5,000."
    assert [label.buddy() for label in form.findChildren(QLabel) if label.text() == "Trees"] == [trees]


def test_that_values_that_differ_from_the_defaults_are_given(form: ParamForm, qtbot: QtBot) -> None:
    write(qtbot, editor(form, "rate"), "0.25")
    write(qtbot, editor(form, "depth"), "7")
    editor(form, "warm", QCheckBox).click()
    editor(form, "loss", QComboBox).setCurrentIndex(1)
    assert form.values() == {"rate": 0.25, "depth": 7, "warm": True, "loss": "b"}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("rate", "5", "Learning rate must lie between 0.001 and 1"),
        ("rate", "fast", "Learning rate must be a number"),
        ("rate", "0,5", "Learning rate must be a number"),
        ("rate", "", "Learning rate must be a number"),
        ("trees", "2.5", "Trees must be a whole number"),
        ("trees", "99999", "Trees must lie between 1 and 5000"),
        ("trees", "nan", "Trees must be a finite number"),
    ],
)
def test_that_a_wrong_value_stays_and_is_refused_in_words_under_its_field(
    form: ParamForm, qtbot: QtBot, name: str, text: str, words: str
) -> None:
    edit = editor(form, name)
    write(qtbot, edit, text)
    assert edit.text() == text
    assert edit.property("invalid") is True
    assert form.error.startswith(words)
    refusal = next(label for label in form.findChildren(QLabel) if label.text().startswith(words))
    assert refusal.isVisible()
    with pytest.raises(UsageError):
        form.fields[name].value  # noqa: B018
    write(qtbot, edit, "1")
    assert form.error == ""
    assert edit.property("invalid") is False
    assert not refusal.isVisible()


def test_that_an_optional_number_may_be_left_empty(form: ParamForm, qtbot: QtBot) -> None:
    write(qtbot, editor(form, "depth"), "3")
    assert form.values() == {"depth": 3}
    write(qtbot, editor(form, "depth"), "")
    assert form.values() == {}


def test_that_a_field_goes_back_to_its_default_with_its_button(form: ParamForm, qtbot: QtBot) -> None:
    reset = form.findChild(QToolButton, "reset_test_trees")
    assert not reset.isVisible()
    write(qtbot, editor(form, "trees"), "abc")
    assert reset.isVisible()
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert editor(form, "trees").text() == "100"
    assert form.error == ""
    assert not reset.isVisible()


def test_that_advanced_parameters_are_folded_away(form: ParamForm, qtbot: QtBot) -> None:
    loss = editor(form, "loss", QComboBox)
    assert not loss.isVisible()
    qtbot.mouseClick(form.findChild(QPushButton, "more_test"), Qt.MouseButton.LeftButton)
    assert loss.isVisible()


def test_that_tab_goes_through_the_fields_in_their_order(form: ParamForm, qtbot: QtBot) -> None:
    editor(form, "rate").setFocus()
    visited = []
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget() or form, Qt.Key.Key_Tab)
        visited.append(form.focusWidget().objectName())
    assert visited == ["param_test_depth", "param_test_trees", "param_test_warm"]


@pytest.mark.parametrize("card", catalog.ALL, ids=lambda card: card.id)
def test_that_every_card_has_a_form_that_gives_what_was_put_in(card: Card, qtbot: QtBot) -> None:
    form = ParamForm(card.parameters, card.id)
    qtbot.addWidget(form)
    assert form.error == ""
    highest = {p.name: p.high for p in card.parameters if isinstance(p, Int | Float)}
    form.set_values(highest)
    assert form.error == ""
    assert form.values() == {name: value for name, value in highest.items() if value != _default(card, name)}
    form.reset()
    assert form.values() == {}


def _default(card: Card, name: str) -> Value:
    return next(parameter.default for parameter in card.parameters if parameter.name == name)


def test_that_the_picker_offers_what_suits_the_task_and_remembers_what_was_set(qtbot: QtBot) -> None:
    picker = EstimatorPicker()
    qtbot.addWidget(picker)
    picker.show_task("binary")
    assert picker.entries == [], "none is made before somebody looks"
    picker.fill()
    offered = {entry.card.id for entry in picker.entries}
    assert offered == {card.id for card in catalog.ALL if "binary" in card.tasks and not card.ensemble}
    assert set(picker.estimators()) == {card.id for card in catalog.ALL if card.default and "binary" in card.tasks}
    forest = next(entry for entry in picker.entries if entry.card.id == "forest")
    forest.open_settings()
    number = next(p for p in forest.card.parameters if isinstance(p, Int))
    forest.form.fields[number.name].set_value(number.low + 1)
    assert picker.params() == {"forest": {number.name: number.low + 1}}
    picker.show_task("regression")
    picker.show_task("binary")
    assert picker.params() == {"forest": {number.name: number.low + 1}}


def test_that_a_wrong_value_matters_only_while_its_estimator_is_chosen(qtbot: QtBot) -> None:
    picker = EstimatorPicker()
    qtbot.addWidget(picker)
    picker.show_task("binary")
    picker.fill()
    forest = next(entry for entry in picker.entries if entry.card.id == "forest")
    forest.open_settings()
    next(iter(forest.form.fields.values())).set_value("many")
    assert picker.error.startswith("Random forest: ")
    forest.box.setChecked(False)
    assert picker.error == ""
    for entry in picker.entries:
        entry.box.setChecked(False)
    assert picker.error == "Choose at least one estimator."
