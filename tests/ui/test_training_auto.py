"""Auto and the catalogue in the setup of a training, and what is remembered of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.training.experiment import Costs
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.auto_choice import TIMES
from aetheron_desktop.ui.widgets.estimator_picker import FAMILIES
from aetheron_desktop.ui.widgets.training_request import Plan, TrainChoice, TrainRequest
from aetheron_desktop.ui.widgets.training_setup import TrainingSetup

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aetheron_desktop.ui.main_window import MainWindow
    from aetheron_desktop.ui.settings import Settings

PLAN = Plan("customers", 1200, 12, "churned", "binary")
AUTO = next(card for card in catalog.ALL if card.ensemble)


@pytest.fixture
def setup(qtbot: QtBot) -> TrainingSetup:
    theme.apply(QApplication.instance(), "light")
    widget = TrainingSetup()
    qtbot.addWidget(widget)
    widget.resize(320, 800)
    widget.show_plan(PLAN)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def child(setup: QWidget, name: str, kind: type[QWidget] = QPushButton) -> Any:
    found = setup.findChild(kind, name)
    assert found is not None, name
    return found


def asked(setup: TrainingSetup, qtbot: QtBot) -> TrainRequest:
    with qtbot.waitSignal(setup.train_wanted) as told:
        qtbot.mouseClick(setup.button, Qt.MouseButton.LeftButton)
    request: TrainRequest = told.args[0]
    return request


def test_that_auto_is_chosen_first_and_asks_for_nothing_but_the_time(setup: TrainingSetup, qtbot: QtBot) -> None:
    assert child(setup, "choose_automatic").isChecked()
    assert not setup.picker.isVisible()
    assert not child(setup, "form_auto", QWidget).isVisible()
    assert not child(setup, "param_training_budget_s", QLineEdit).isVisible()
    assert asked(setup, qtbot) == TrainRequest(estimators=(AUTO.id,), budget_s=60.0)
    for seconds in TIMES:
        child(setup, f"auto_time_{seconds}").click()
        assert asked(setup, qtbot).budget_s == seconds


def test_that_an_own_time_is_in_minutes_and_may_have_no_limit(setup: TrainingSetup, qtbot: QtBot) -> None:
    own = child(setup, "param_auto_own", QLineEdit)
    assert not own.isVisible()
    child(setup, "auto_time_own").click()
    assert own.isVisible()
    own.setText("90")
    assert asked(setup, qtbot).budget_s == 5400
    own.setText("")
    assert asked(setup, qtbot).budget_s is None
    own.setText("long")
    assert not setup.button.isEnabled()
    assert "must be a number" in child(setup, "training_reason", QLabel).text()
    child(setup, "auto_time_15").click()
    assert asked(setup, qtbot).budget_s == 15


def test_that_a_number_has_a_level_of_its_limits_and_classes_have_none(setup: TrainingSetup, qtbot: QtBot) -> None:
    level = child(setup, "param_training_level", QLineEdit)
    assert not level.isVisible()
    assert asked(setup, qtbot).level == 0.9
    setup.show_plan(Plan("houses", 1200, 12, "price", "regression"))
    assert level.isVisible()
    assert not child(setup, "param_training_class_weight", QWidget).isVisible()
    level.setText("80")
    assert asked(setup, qtbot).level == 0.8
    child(setup, "choose_own").click()
    assert asked(setup, qtbot).level == 0.8
    level.setText("20")
    assert not setup.button.isEnabled()
    assert "between 50 and 99" in child(setup, "training_reason", QLabel).text()


def test_that_its_settings_are_folded_and_go_with_it(setup: TrainingSetup, qtbot: QtBot) -> None:
    fold = child(setup, "auto_settings")
    fold.click()
    assert child(setup, "form_auto", QWidget).isVisible()
    child(setup, f"param_{AUTO.id}_models", QLineEdit).setText("4")
    assert asked(setup, qtbot).params == {AUTO.id: {"models": 4}}
    fold.click()
    assert fold.text() == "Settings (1 changed)"


def test_that_quantiles_are_offered_of_numbers_alone(setup: TrainingSetup, qtbot: QtBot) -> None:
    child(setup, "auto_settings").click()
    predicts = child(setup, f"param_{AUTO.id}_predicts", QComboBox)
    assert not predicts.isVisible()
    setup.show_plan(Plan("houses", 1200, 12, "price", "regression"))
    assert predicts.isVisible()
    predicts.setCurrentIndex(predicts.findData("quantiles"))
    assert asked(setup, qtbot).params == {AUTO.id: {"predicts": "quantiles"}}
    setup.show_plan(Plan("customers", 1200, 12, "churned", "binary"))
    assert not predicts.isVisible()
    assert asked(setup, qtbot).params == {}, "what is not offered is not asked for"
    assert child(setup, "auto_settings").text() == "Settings"


def test_that_the_times_are_chosen_with_the_arrow_keys(setup: TrainingSetup, qtbot: QtBot) -> None:
    setup.activateWindow()
    chosen = child(setup, "auto_time_60")
    chosen.setFocus()
    qtbot.waitUntil(chosen.hasFocus)
    qtbot.keyClick(chosen, Qt.Key.Key_Right)
    assert setup.auto.seconds == 300
    qtbot.keyClick(child(setup, "auto_time_300"), Qt.Key.Key_Left)
    assert setup.auto.seconds == 60


def test_that_the_estimators_stand_by_family_and_an_ensemble_is_none_of_them(setup: TrainingSetup) -> None:
    child(setup, "choose_own").click()
    shown = [entry.card for entry in setup.picker.entries]
    assert {card.id for card in shown} == {card.id for card in catalog.for_task("binary") if not card.ensemble}
    families = [card.family for card in shown]
    assert families == sorted(families, key=list(FAMILIES).index)
    headings = [label.text() for label in setup.picker.findChildren(QLabel) if label.property("role") == "overline"]
    assert {FAMILIES[family] for family in families} <= set(headings)
    assert not any(entry.form for entry in setup.picker.entries), "settings are folded"


def test_that_every_family_of_the_catalog_has_a_name_for_people() -> None:
    assert {card.family for card in catalog.ALL if not card.ensemble} <= set(FAMILIES)


def test_that_an_estimator_is_found_by_what_it_is_good_for(setup: TrainingSetup) -> None:
    child(setup, "choose_own").click()
    chosen = setup.picker.estimators()
    forest = catalog.card("forest")
    child(setup, "estimator_search", QLineEdit).setText(forest.good_at.split(",")[0].upper())
    visible = [entry.card.id for entry in setup.picker.entries if entry.isVisible()]
    assert "forest" in visible
    assert len(visible) < len(setup.picker.entries)
    assert setup.picker.estimators() == chosen, "what is not shown stays ticked"
    child(setup, "estimator_search", QLineEdit).setText("no such words")
    assert child(setup, "estimator_nothing", QLabel).isVisible()
    child(setup, "estimator_search", QLineEdit).clear()
    assert all(entry.isVisible() for entry in setup.picker.entries)


def test_that_none_and_the_usual_ones_are_ticked_at_once(setup: TrainingSetup) -> None:
    child(setup, "choose_own").click()
    child(setup, "no_estimators").click()
    assert setup.picker.estimators() == []
    assert child(setup, "training_reason", QLabel).text() == "Choose at least one estimator."
    child(setup, "usual_estimators").click()
    assert set(setup.picker.estimators()) == {card.id for card in catalog.defaults_for("binary")}
    assert child(setup, "estimator_count", QLabel).text().startswith(f"{len(setup.picker.chosen)} of ")


def test_that_a_choice_is_told_and_can_be_put_back(setup: TrainingSetup, qtbot: QtBot) -> None:
    told: list[TrainChoice] = []
    setup.choice_changed.connect(told.append)
    child(setup, "auto_time_own").click()
    child(setup, "param_auto_own", QLineEdit).setText("7")
    child(setup, "choose_own").click()
    for entry in setup.picker.entries:
        entry.box.setChecked(entry.card.id in {"forest", "boosting"})
    choice = told[-1]
    assert (choice.mode, choice.seconds, sorted(choice.estimators)) == ("own", 420, ["boosting", "forest"])
    other = TrainingSetup()
    qtbot.addWidget(other)
    other.show_choice(choice)
    other.show_plan(PLAN)
    assert sorted(other.picker.estimators()) == ["boosting", "forest"]
    assert other.choice == choice
    other.show_choice(TrainChoice(estimators=("an estimator of another version",)))
    assert other.is_automatic
    assert set(other.picker.estimators()) == {card.id for card in catalog.defaults_for("binary")}


def test_that_the_window_remembers_the_choice(
    make_window: Callable[[], MainWindow], settings: Settings, qtbot: QtBot
) -> None:
    first = make_window()
    setup = first.train_tab().setup
    assert setup.is_automatic
    child(setup, "auto_time_900").click()
    child(setup, "choose_own").click()
    with qtbot.waitSignal(first.closed):
        first.shut_down("cancel")
    again = type(settings)(settings.path).values
    assert (again.train_mode, again.train_time_s) == ("own", 900)
    settings.values.train_estimators = ["forest"]
    setup = make_window().train_tab().setup
    assert not setup.is_automatic
    assert setup.auto.seconds == 900
    setup.show_plan(PLAN)
    assert setup.picker.estimators() == ["forest"]


def test_that_the_tab_key_goes_from_entry_to_entry_and_through_an_opened_form(
    setup: TrainingSetup, qtbot: QtBot
) -> None:
    child(setup, "choose_own").click()
    setup.activateWindow()
    first, second = setup.picker.entries[:2]
    second.open_settings()
    start = child(setup, "no_estimators")
    start.setFocus()
    qtbot.waitUntil(start.hasFocus)
    passed = []
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget().objectName())
    assert passed[:3] == [f"choose_{first.card.id}", f"choose_{second.card.id}", f"settings_{second.card.id}"]
    assert passed[3].startswith(f"param_{second.card.id}_")


def test_that_the_metric_and_the_costs_go_with_the_request(setup: TrainingSetup) -> None:
    setup.show_plan(Plan("customers", 1200, 3, "churned", "binary"))
    fields = setup.options.fields
    assert fields["metric_binary"].isVisible()
    assert not fields["metric_regression"].isVisible()
    assert "metric" in fields["metric_binary"].parameter.help
    assert (setup.request().metric, setup.request().costs) == ("", None)
    fields["metric_binary"].set_value("f1")
    fields["miss"].set_value(5.0)
    assert (setup.request().metric, setup.request().costs) == ("f1", Costs(false_alarm=1.0, miss=5.0))
    setup.show_plan(Plan("houses", 1200, 3, "price", "regression"))
    assert (setup.request().metric, setup.request().costs) == ("", None)
    assert "(2)" in setup.options.findChild(QPushButton, "more_training").text(), "the costs are for two classes"


def test_that_the_split_and_the_checks_are_a_click_away(setup: TrainingSetup, qtbot: QtBot) -> None:
    setup.show_plan(Plan("customers", 1200, 3, "churned", "binary"))
    button = setup.findChild(QPushButton, "go_to_trust")
    assert button is not None
    assert "by groups, by time" in button.toolTip()
    with qtbot.waitSignal(setup.trust_wanted):
        button.click()
