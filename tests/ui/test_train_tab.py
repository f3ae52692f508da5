from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableView,
    QWidget,
)

from aetheron_desktop.engine.datasets.checks.finding import Finding, Fix
from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.events import ColumnsWeighed, MessageLogged
from aetheron_desktop.engine.training.forecast import Forecast
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.tabs.train import TrainTab
from aetheron_desktop.ui.widgets.versions.importance_bars import ImportanceBars
from aetheron_desktop.ui.widgets.weight_picker import EACH_THE_SAME
from tests.ui.scripted_session import ScriptedSession

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def session() -> ScriptedSession:
    return ScriptedSession()


@pytest.fixture
def tab(qtbot: QtBot, session: ScriptedSession) -> TrainTab:
    theme.apply(QApplication.instance(), "light")
    widget = TrainTab(session)
    qtbot.addWidget(widget)
    widget.resize(1280, 800)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def child(tab: TrainTab, name: str, kind: type[QWidget] = QPushButton) -> Any:
    found = tab.findChild(kind, name)
    assert found is not None, name
    return found


def train_usual(qtbot: QtBot, tab: TrainTab) -> None:
    """Train what usually works, a run of each."""
    if not child(tab, "choose_own").isChecked():
        click(qtbot, child(tab, "choose_own"))
    click(qtbot, child(tab, "train"))


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_the_tab_is_imported_without_any_heavy_library() -> None:
    code = (
        "import sys, aetheron_desktop.ui.tabs.train;"
        "print(*sorted({'numpy', 'pyqtgraph', 'pandas', 'sklearn', 'torch', 'duckdb', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []


def test_that_without_a_dataset_the_button_says_why_it_cannot_be_pressed(tab: TrainTab) -> None:
    assert not child(tab, "train").isEnabled()
    assert "Open a dataset first" in child(tab, "training_reason", QLabel).text()
    assert "Open a dataset first" in child(tab, "train").accessibleDescription()


def test_that_without_a_target_the_button_says_where_to_choose_one(tab: TrainTab, session: ScriptedSession) -> None:
    session.open()
    session.target, session.task = None, None
    session.target_changed.emit()
    assert not child(tab, "train").isEnabled()
    assert "Choose the column to predict" in child(tab, "training_reason", QLabel).text()


def test_that_what_will_be_trained_is_told(tab: TrainTab, session: ScriptedSession) -> None:
    session.open()
    assert child(tab, "plan_dataset", QLabel).text() == "customers\n1,200 rows, 3 columns"
    assert child(tab, "plan_target", QLabel).text() == "churned"
    assert child(tab, "plan_task", QLabel).text() == "two classes"


def test_that_what_it_will_take_is_told_before_the_start(tab: TrainTab, session: ScriptedSession) -> None:
    label = child(tab, "training_forecast", QLabel)
    assert not label.isVisible()
    session.told = [
        ("Baseline", Forecast(estimator="dummy", seconds=2.0, bytes=5e7)),
        ("Gradient boosting", Forecast(estimator="boosting", seconds=40.0, bytes=3e8, is_most=True)),
        ("A new one", None),
    ]
    session.open()
    assert label.isVisible()
    assert label.text() == "At most 42 s, 300 MB, and A new one, of which it is not known"
    assert label.toolTip().splitlines() == [
        "Baseline: about 2 s, 50 MB",
        "Gradient boosting: at most 40 s, 300 MB",
        "A new one: not measured yet",
    ]
    session.told = [("Baseline", Forecast(estimator="dummy", seconds=9.0, bytes=5e7))]
    session.forecasts_changed.emit()
    assert label.text() == "About 9 s, 50 MB"


def test_that_one_press_trains_what_suits_the_task(tab: TrainTab, session: ScriptedSession, qtbot: QtBot) -> None:
    session.open()
    click(qtbot, child(tab, "train"))
    assert session.asked == [("train", ("auto",), {}, 60.0, "none", 0)]
    assert child(tab, "run_table", QTableView).model().rowCount() == 1
    click(qtbot, child(tab, "choose_own"))
    click(qtbot, child(tab, "train"))
    usual = tuple(card.id for card in catalog.defaults_for("binary"))
    assert session.asked[-1] == ("train", usual, {}, None, "none", 0)
    assert child(tab, "run_table", QTableView).model().rowCount() == 1 + len(usual)
    assert child(tab, "train").isEnabled()


def test_that_ctrl_return_trains_from_everywhere_in_the_tab(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    click(qtbot, child(tab, "choose_own"))
    tab.activateWindow()
    field = child(tab, "param_training_budget_s", QLineEdit)
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(session.asked) == 1
    qtbot.keyClick(child(tab, "run_table", QTableView), Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert len(session.asked) == 2


def test_that_chosen_estimators_train_with_the_values_of_their_form(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    click(qtbot, child(tab, "choose_own"))
    for entry in tab.setup.picker.entries:
        entry.box.setChecked(entry.card.id == "forest")
    forest = next(entry for entry in tab.setup.picker.entries if entry.card.id == "forest")
    forest.open_settings()
    trees = next(name for name, field in forest.form.fields.items() if field.parameter.label == "Trees")
    forest.form.fields[trees].set_value(50)
    child(tab, "param_training_budget_s", QLineEdit).setText("90")
    child(tab, "param_training_seed", QLineEdit).setText("7")
    balance = child(tab, "param_training_class_weight", QComboBox)
    balance.setCurrentIndex(balance.findData("balanced"))
    click(qtbot, child(tab, "train"))
    assert session.asked == [("train", ("forest",), {"forest": {trees: 50}}, 90, "balanced", 7)]


def test_that_a_wrong_value_disables_the_button_and_names_the_reason(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    click(qtbot, child(tab, "choose_own"))
    budget = child(tab, "param_training_budget_s", QLineEdit)
    budget.setText("soon")
    assert not child(tab, "train").isEnabled()
    assert child(tab, "training_reason", QLabel).text().startswith("Time limit for each run must be a number")
    budget.setText("")
    assert child(tab, "train").isEnabled()

    budget.setText("soon")
    click(qtbot, child(tab, "choose_automatic"))
    assert child(tab, "train").isEnabled(), "what is not seen stands against nothing"


def test_that_class_weights_are_offered_for_classes_only(tab: TrainTab, session: ScriptedSession, qtbot: QtBot) -> None:
    session.open(task="multiclass")
    balance = child(tab, "param_training_class_weight", QComboBox)
    assert balance.isVisible()
    balance.setCurrentIndex(balance.findData("balanced"))
    session.open(task="regression")
    assert not balance.isVisible()
    child(tab, "param_training_level", QLineEdit).setText("75")
    click(qtbot, child(tab, "train"))
    assert session.asked[-1][4] == "none"
    assert session.level == 0.75


def test_that_what_should_be_known_before_stands_beside_the_button_with_a_way_out(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    warning = child(tab, "training_warning", QWidget)
    assert warning.isHidden()
    fix = Fix(deed="exclude", label="Leave out “code”", columns=("code",))
    told: dict[str, Any] = {"check": "target leakage", "why": "Leave it out.", "evidence": (), "harm": 0.9, "fix": fix}
    session.trust.found = [
        Finding(id="leakage:code", headline="“code” alone gives away “sold”", **told),
        Finding(id="infinite:size", headline="“size” holds infinite values", **told),
    ]
    session.trust.changed.emit()
    assert not warning.isHidden()
    words = " ".join(label.text() for label in warning.findChildren(QLabel))
    assert "“code” alone gives away “sold”." in words
    assert "1 more after this one." in words
    assert child(tab, "training_warning_fix").text() == "Leave out “code”"
    click(qtbot, child(tab, "training_warning_fix"))
    click(qtbot, child(tab, "training_warning_ignore"))
    assert session.trust.done == [("fixed", "leakage:code"), ("kept before a training", "leakage:code")]
    session.trust.found = []
    session.trust.changed.emit()
    assert warning.isHidden()


def test_that_a_refused_plan_is_explained_in_place(tab: TrainTab, session: ScriptedSession, qtbot: QtBot) -> None:
    session.open()
    session.refusal = TrainingError("The target has one class only.", hint="Choose another target.")
    click(qtbot, child(tab, "train"))
    card = child(tab, "training_refused", QWidget)
    assert card.isVisible()
    assert card.accessibleName() == ("This cannot be trained The target has one class only. Choose another target.")
    session.refusal = None
    click(qtbot, child(tab, "train"))
    assert not card.isVisible()


def test_that_the_parallel_limit_is_set_at_once(tab: TrainTab, session: ScriptedSession) -> None:
    child(tab, "param_training_parallel", QLineEdit).setText("2")
    assert session.parallel_limit == 2
    child(tab, "param_training_parallel", QLineEdit).setText("many")
    assert session.parallel_limit == 2


def test_that_a_run_is_watched_from_its_first_step_to_its_model(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    tab.curves.load(now=True)
    train_usual(qtbot, tab)
    run = tab.current
    session.begin(run)
    session.progress(run, 30, 100, eta_s=42, stage="Round 30 of 100")
    session.points(run, 0, 30)
    session.points(run, 0, 30, part="train")
    qtbot.waitUntil(lambda: len(tab.curves.plots[0].points(run, "valid")[0]) == 30)
    words = child(tab, "run_words", QLabel)
    qtbot.waitUntil(lambda: "Round 30 of 100" in words.text())
    assert "about 42 s left" in words.text()
    assert child(tab, "run_progress", QProgressBar).value() == 300
    session.succeed(run, roc_auc=0.91, baseline_roc_auc=0.5)
    qtbot.waitUntil(lambda: words.text().startswith("Done"))
    assert "0.4100 better than the baseline" in words.text()
    with qtbot.waitSignal(tab.model_requested) as asked:
        click(qtbot, child(tab, "show_model"))
    assert asked.args == [f"model-{run}"]


def test_that_the_chosen_run_is_stopped_and_paused_with_buttons_and_keys(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    click(qtbot, child(tab, "train"))
    run = tab.current
    session.begin(run)
    pause = child(tab, "pause_run")
    qtbot.waitUntil(pause.isVisible)
    click(qtbot, pause)
    assert session.asked[-1] == ("pause", run)
    qtbot.waitUntil(lambda: pause.text() == "Resume")
    qtbot.keyClick(child(tab, "run_table", QTableView), Qt.Key.Key_Space)
    assert session.asked[-1] == ("resume", run)
    click(qtbot, child(tab, "stop_run"))
    assert session.asked[-1] == ("stop", run)
    qtbot.keyClick(child(tab, "run_table", QTableView), Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert session.asked[-2:] == [("stop", run)] * 2


def test_that_a_failed_run_says_what_happened_and_what_to_do(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    click(qtbot, child(tab, "train"))
    session.begin(tab.current)
    session.fail(tab.current)
    qtbot.waitUntil(lambda: child(tab, "run_words", QLabel).text().startswith("The training failed"))
    tab.run.tabs.setCurrentWidget(tab.run.result)
    card = child(tab, "run_outcome", QWidget)
    assert card.isVisible()
    assert card.accessibleName() == "The training failed It ran out of memory. Use fewer columns."


def test_that_the_log_is_shown_and_copied(tab: TrainTab, session: ScriptedSession, qtbot: QtBot) -> None:
    session.open()
    train_usual(qtbot, tab)
    run = tab.current
    session.begin(run)
    session.tell(run, MessageLogged(job=run, level="info", text="1,200 rows"))
    session.tell(run, MessageLogged(job=run, level="warning", text="A column is constant"))
    qtbot.waitUntil(lambda: tab.run.log.model.rowCount() == 2)
    tab.run.tabs.setCurrentWidget(tab.run.log)
    assert tab.run.log.model.index(1).data(Qt.ItemDataRole.AccessibleTextRole).startswith("Warning, ")
    click(qtbot, child(tab, "copy_log"))
    copied = QGuiApplication.clipboard().text().splitlines()
    assert [line.split(maxsplit=2)[1:] for line in copied] == [
        ["Info", "1,200 rows"],
        ["Warning", "A column is constant"],
    ]


def test_that_a_run_of_an_earlier_session_shows_its_curves_and_its_log(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    run = session.add_run("boosting" if any(c.id == "boosting" for c in catalog.ALL) else "logistic")
    session.begin(run)
    session.points(run, 0, 12)
    session.tell(run, MessageLogged(job=run, level="info", text="from before"))
    session.succeed(run, roc_auc=0.8)
    session.runs[run].log.clear()
    tab.curves.load(now=True)
    tab.leaderboard.choose([run])
    qtbot.waitUntil(lambda: len(tab.curves.plots[0].points(run, "valid")[0]) == 12)
    assert tab.run.log.model.index(0).data() == "from before"


def test_that_runs_started_together_are_shown_together_and_chosen_ones_alone(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    train_usual(qtbot, tab)
    train_usual(qtbot, tab)
    per = len(catalog.defaults_for("binary"))
    runs = list(session.runs)
    assert [run.id for run in tab.curves._runs] == runs[per:]
    tab.leaderboard.choose([runs[0], runs[-1]])
    assert {run.id for run in tab.curves._runs} == {runs[0], runs[-1]}
    assert len({run.series for run in tab.curves._runs}) == 2


def test_that_every_control_has_a_name_for_screen_readers(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    tab.curves.load(now=True)
    click(qtbot, child(tab, "choose_own"))
    for entry in tab.setup.picker.entries:
        entry.open_settings()
    click(qtbot, child(tab, "train"))
    session.begin(tab.current)
    controls = [
        widget
        for kind in (QAbstractButton, QLineEdit, QComboBox, QTableView)
        for widget in tab.findChildren(kind)
        if not widget.objectName().startswith("qt_") and not isinstance(widget.parent(), QComboBox | QTableView)
    ]
    nameless = [
        widget.objectName() or repr(widget)
        for widget in controls
        if not (widget.accessibleName() and widget.objectName())
    ]
    assert nameless == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("classes", ["binary", "multiclass", "regression"])
def test_that_the_tab_is_painted_at_its_smallest_size(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot, scheme: theme.Preference, classes: Any
) -> None:
    session.open(target="a target whose name was written by somebody with a lot of time " * 3, task=classes)
    theme.apply(QApplication.instance(), scheme)
    click(qtbot, child(tab, "train"))
    session.begin(tab.current)
    tab.resize(tab.minimumSizeHint())
    assert tab.width() <= 1024
    assert tab.height() <= 700
    assert not tab.grab().isNull()


def test_that_the_run_under_way_is_shown_in_turn_and_at_last_the_best(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    train_usual(qtbot, tab)
    first, second, *others = list(session.runs)
    assert tab.current == first
    session.begin(first)
    session.succeed(first, roc_auc=0.9)
    session.begin(second)
    qtbot.waitUntil(lambda: tab.current == second)
    session.succeed(second, roc_auc=0.8)
    for run in others:
        session.begin(run)
        session.succeed(run, roc_auc=0.7)
    qtbot.waitUntil(lambda: tab.current == first)


def test_that_a_run_chosen_by_a_person_stays_shown(tab: TrainTab, session: ScriptedSession, qtbot: QtBot) -> None:
    session.open()
    train_usual(qtbot, tab)
    first, second, third, *_ = list(session.runs)
    session.begin(first)
    table = child(tab, "run_table", QTableView)
    place = tab.leaderboard.table.model().row_of(third)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(place).center())
    assert tab.current == third
    session.succeed(first, roc_auc=0.9)
    session.begin(second)
    tab.model.flush()
    tab._on_refresh()
    assert tab.current == third


def test_that_a_run_begun_elsewhere_is_shown_without_a_click(
    tab: TrainTab, session: ScriptedSession, qtbot: QtBot
) -> None:
    session.open()
    assert tab.current is None
    first, *_ = session.train(["forest"])
    qtbot.waitUntil(lambda: tab.current == first)


def test_that_what_the_columns_count_is_shown_while_it_learns_and_at_the_end(
    tab: TrainTab, session: ScriptedSession
) -> None:
    session.open()
    run = session.add_run("boosting")
    session.begin(run)
    tab.leaderboard.choose([run])
    view = tab.run.columns
    tab.run.tabs.setCurrentWidget(view)
    assert any("Not measured yet" in label.text() for label in view.findChildren(QLabel))
    told = {"age": 0.2, "plan": 0.05}
    session.tell(run, ColumnsWeighed(job=run, step=30, part="valid", columns=told, count=3))
    tab._show_current()
    words = child(tab, "columns_words", QLabel)
    assert words.text() == "Measured on validation rows, after step 30, for 3 columns."
    assert [label.text() for label in view.findChildren(ImportanceBars)[-1].findChildren(QLabel)][:2] == [
        "age",
        "0.200",
    ]
    session.tell(run, ColumnsWeighed(job=run, step=90, part="test", columns={"plan": 0.3, "age": 0.1}, count=3))
    session.succeed(run, roc_auc=0.9)
    tab._show_current()
    assert words.text() == "Measured on test rows, when it had ended, for 3 columns."
    again = session.add_run("forest")
    session.tell(again, ColumnsWeighed(job=again, step=9, part="test", columns=told, count=3))
    session.succeed(again, roc_auc=0.8)
    session.runs[again].columns = None
    tab.leaderboard.choose([again])
    tab._on_history(again, session.history(again))
    assert session.runs[again].columns is not None, "an earlier run tells it from its log"


def test_that_what_cannot_be_trained_is_said_before_the_button_is_pressed(
    tab: TrainTab, session: ScriptedSession
) -> None:
    session.refusal = TrainingError("The target 'name' has 5,000 classes.", hint="Choose another target.")
    session.open()
    card = child(tab, "training_refused", QWidget)
    assert card.isVisible()
    assert "5,000 classes" in card.accessibleName()
    session.refusal = None
    session.target_changed.emit()
    assert not card.isVisible()


def test_that_a_column_may_say_what_each_row_counts(tab: TrainTab, session: ScriptedSession, qtbot: QtBot) -> None:
    session.open()
    picker = child(tab, "row_weights", QComboBox)
    assert picker.isVisible()
    assert [picker.itemText(place) for place in range(picker.count())] == [EACH_THE_SAME, "age", "plan", "months"]
    assert "3 columns" in child(tab, "plan_dataset", QLabel).text()
    picker.setFocus()
    qtbot.keyClick(picker, Qt.Key.Key_Down)
    assert session.sample_weight == "age"
    assert picker.currentText() == "age"
    assert "2 columns" in child(tab, "plan_dataset", QLabel).text(), "it is not one to learn from"
    qtbot.keyClick(picker, Qt.Key.Key_Up)
    assert session.sample_weight == ""
