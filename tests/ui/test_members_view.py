"""The members of an ensemble, as a run makes it and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTableView, QWidget

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.members import MODEL, RANK, ROW_ROLE, SCORE, TIME, WEIGHT, MembersModel
from aetheron_desktop.ui.tabs.train import TrainTab
from tests.ui.scripted_session import ScriptedSession

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

AUTO = next(card.id for card in catalog.ALL if card.ensemble)


@pytest.fixture
def session() -> ScriptedSession:
    return ScriptedSession()


@pytest.fixture
def tab(qtbot: QtBot, session: ScriptedSession) -> TrainTab:
    theme.apply(QApplication.instance(), "light")
    widget = TrainTab(session)
    qtbot.addWidget(widget)
    widget.resize(1280, 800)
    session.open()
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def run(tab: TrainTab, session: ScriptedSession) -> str:
    tab.train()
    run = next(iter(session.runs))
    session.begin(run)
    return run


def show(tab: TrainTab) -> None:
    """Show now what would be shown a moment later."""
    tab._on_refresh()


def child(tab: TrainTab, name: str, kind: type[QWidget] = QLabel) -> Any:
    found = tab.findChild(kind, name)
    assert found is not None, name
    return found


def cells(tab: TrainTab, column: int, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> list[Any]:
    model = child(tab, "member_table", QTableView).model()
    return [model.index(row, column).data(role) for row in range(model.rowCount())]


def test_that_members_come_in_the_best_first_with_weight_and_interval(
    tab: TrainTab, session: ScriptedSession, run: str
) -> None:
    show(tab)
    assert tab.run.tabs.currentWidget() is tab.run.members
    session.progress(run, 0, None, stage="Gradient boosting, fold 2 of 5", eta_s=40)
    show(tab)
    assert "Gradient boosting, fold 2 of 5" in tab.run.members._empty.accessibleName()
    session.member(run, 1, "Boosting", 0.91, weights={1: 1.0})
    session.cannot(run, "Network", "the memory is not enough")
    session.member(run, 2, "Linear", 0.95, weights={1: 0.25, 2: 0.75}, ensemble=0.96)
    show(tab)
    assert cells(tab, RANK) == ["1", "2", ""]
    assert cells(tab, MODEL) == ["Linear", "Boosting", "Network"]
    assert cells(tab, SCORE) == ["0.9500", "0.9100", "failed"]
    assert cells(tab, WEIGHT) == ["75%", "25%", "–"]
    assert cells(tab, TIME) == ["2.0 s", "2.0 s", "–"]
    assert [row.is_newest for row in cells(tab, MODEL, ROW_ROLE)] == [True, False, False]
    header = child(tab, "member_table", QTableView).model().headerData(SCORE, Qt.Orientation.Horizontal)
    assert header == "ROC AUC ↑, out-of-fold"
    assert child(tab, "ensemble_score").text() == "0.9600"
    assert not child(tab, "ensemble_test_score").isVisible()
    assert child(tab, "ensemble_facts").text() == "Ensemble of 2 models, all of them count, 1 could not be fitted"
    assert child(tab, "ensemble_growth", QWidget).accessibleName().startswith("The ensemble after each of its 2 models")


def test_that_what_a_second_layer_takes_away_is_shown_below_zero(
    tab: TrainTab, session: ScriptedSession, run: str
) -> None:
    session.member(run, 1, "Boosting", 0.91, weights={1: 1.0})
    session.member(run, 2, "Linear", 0.81, weights={1: 0.8, 2: -0.2}, ensemble=0.92)
    show(tab)
    assert cells(tab, WEIGHT) == ["80%", "−20%"]
    assert "takes away what it says" in cells(tab, WEIGHT, Qt.ItemDataRole.ToolTipRole)[1]
    assert child(tab, "ensemble_facts").text() == "Ensemble of 2 models, all of them count"


def test_that_screen_readers_are_told_all_that_is_drawn(tab: TrainTab, session: ScriptedSession, run: str) -> None:
    session.member(run, 1, "Boosting", 0.91, weights={1: 1.0})
    session.cannot(run, "Network <b>", "the memory is not enough")
    show(tab)
    role = Qt.ItemDataRole.AccessibleTextRole
    assert cells(tab, SCORE, role)[0] == "ROC AUC ↑, out-of-fold: 0.9100, 95 % interval 0.9000 to 0.9200"
    assert cells(tab, WEIGHT, role)[0] == "Weight: 100%"
    assert cells(tab, MODEL, role)[1] == (
        "Model: Network <b>, could not be fitted: the memory is not enough, the newest"
    )
    assert "&lt;b&gt;" in cells(tab, MODEL, Qt.ItemDataRole.ToolTipRole)[1]


def test_that_the_test_score_stands_beside_once_it_has_ended(
    tab: TrainTab, session: ScriptedSession, run: str, qtbot: QtBot
) -> None:
    session.member(run, 1, "Boosting", 0.91, weights={1: 1.0}, fits=1)
    session.succeed(run, roc_auc=0.88, baseline_roc_auc=0.5)
    qtbot.waitUntil(lambda: child(tab, "ensemble_test_score").isVisible())
    assert child(tab, "ensemble_test_score").text() == "0.8800"
    assert child(tab, "ensemble_score").text() == "0.9100"
    assert tab.run.members.model.headerData(SCORE, Qt.Orientation.Horizontal) == "ROC AUC ↑, validation rows"
    assert not any(row.is_newest for row in cells(tab, MODEL, ROW_ROLE))


def test_that_smaller_is_better_where_the_metric_says_so(tab: TrainTab, session: ScriptedSession) -> None:
    session.open(task="regression")
    tab.train()
    run = list(session.runs)[-1]
    session.begin(run)
    session.member(run, 1, "Far", 40.0, metric="rmse", width=1.0)
    session.member(run, 2, "Near", 4.0, metric="rmse", width=1.0)
    session.member(run, 3, "Next", 5.0, metric="rmse", width=1.0)
    show(tab)
    assert cells(tab, MODEL) == ["Near", "Next", "Far"]
    scale = tab.run.members.model.scale
    assert scale.share(-3.0) == 1.0
    assert 0.5 < scale.share(-5.0) < scale.share(-4.0)
    assert scale.share(-40.0) < 0, "what is far worse leaves room for the others"


def test_that_an_earlier_run_shows_its_members_from_its_log(
    tab: TrainTab, session: ScriptedSession, run: str, qtbot: QtBot
) -> None:
    session.member(run, 1, "Boosting", 0.91, weights={1: 1.0})
    session.succeed(run, roc_auc=0.88)
    other = session.add_run("forest")
    tab.leaderboard.choose([other])
    session.runs[run].members = []
    assert not tab.run.tabs.isTabVisible(tab.run.tabs.indexOf(tab.run.members))
    tab.leaderboard.choose([run])
    qtbot.waitUntil(lambda: cells(tab, MODEL) == ["Boosting"])
    assert tab.run.tabs.currentWidget() is tab.run.members


def test_that_only_an_ensemble_has_members_and_its_menu_leads_to_them(
    tab: TrainTab, session: ScriptedSession, run: str
) -> None:
    session.member(run, 1, "Boosting", 0.91, weights={1: 1.0})
    forest = session.add_run("forest")
    for chosen, has_members in ((forest, False), (run, True)):
        tab.leaderboard.choose([chosen])
        assert tab.run.tabs.isTabVisible(tab.run.tabs.indexOf(tab.run.members)) is has_members
        menu = tab.leaderboard.make_menu()
        actions = [action for action in menu.actions() if action.text() == "Show members"]
        assert len(actions) == has_members
    tab.run.tabs.setCurrentWidget(tab.run.log)
    actions[0].trigger()
    assert tab.run.tabs.currentWidget() is tab.run.members


def test_that_what_a_person_looks_at_stays(tab: TrainTab, session: ScriptedSession, run: str) -> None:
    show(tab)
    tab.run.tabs.setCurrentWidget(tab.curves)
    session.member(run, 1, "Boosting", 0.91, weights={1: 1.0})
    show(tab)
    assert tab.run.tabs.currentWidget() is tab.curves
    table = child(tab, "member_table", QTableView)
    table.setCurrentIndex(table.model().index(0, 0))
    session.member(run, 2, "Linear", 0.95, weights={2: 1.0})
    show(tab)
    assert table.currentIndex().data(ROW_ROLE).title == "Boosting"


def test_that_stop_says_what_is_kept_of_an_ensemble(tab: TrainTab, session: ScriptedSession, run: str) -> None:
    show(tab)
    stop = child(tab, "stop_run", QPushButton)
    assert "the ensemble of the models that are complete" in stop.toolTip()
    assert stop.accessibleDescription() == stop.toolTip()
    session.runs[run].status = "stopping"
    session.run_changed.emit(run)
    show(tab)
    assert child(tab, "run_words").text() == "Stopping  ·  The ensemble so far is kept"
    forest = session.add_run("forest")
    session.begin(forest)
    tab.leaderboard.choose([forest])
    assert "its best so far" in stop.toolTip()


def test_that_a_run_of_which_all_failed_lists_the_reasons(
    tab: TrainTab, session: ScriptedSession, run: str, qtbot: QtBot
) -> None:
    session.cannot(run, "Boosting", "a column is empty")
    session.cannot(run, "Linear", "a column is empty")
    session.fail(run, "The training failed", "None of the estimators could be fitted.", "Look at the columns.")
    qtbot.waitUntil(lambda: child(tab, "run_words").text().startswith("The training failed"))
    assert cells(tab, SCORE) == ["failed", "failed"]
    assert not child(tab, "ensemble_score").isVisible()
    assert child(tab, "ensemble_facts").text() == "No model, 2 could not be fitted"
    assert not child(tab, "ensemble_growth", QWidget).isVisible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_that_it_is_painted_at_any_size_with_long_names(
    tab: TrainTab, session: ScriptedSession, run: str, scheme: theme.Preference
) -> None:
    theme.apply(QApplication.instance(), scheme)
    session.member(run, 1, "A title that somebody wrote who had a lot of time " * 4, 0.91, weights={1: 0.6, 2: 0.4})
    session.member(run, 2, "Nothing known", 0.5, width=0.0, ensemble=0.93, weights={1: 0.6, 2: 0.4})
    session.cannot(run, "Failed", "a reason that takes several lines if it has to " * 5)
    for number in range(3, 40):
        session.member(run, number, "", 0.9 + number / 1000, ensemble=0.94, weights={1: 0.6, 2: 0.4})
    show(tab)
    shown = []
    for width in (tab.minimumSizeHint().width(), 1280, 1920):
        tab.resize(width, 800)
        QApplication.processEvents()
        table = child(tab, "member_table", QTableView)
        assert not tab.run.members.grab().isNull()
        assert table.horizontalHeader().length() <= table.viewport().width()
        shown.append(sum(not table.isColumnHidden(column) for column in range(TIME + 1)))
    assert shown[-1] == TIME + 1
    theme.apply(QApplication.instance(), "light")


def test_that_the_item_model_keeps_qt_promises(session: ScriptedSession, qtmodeltester: ModelTester) -> None:
    session.open()
    run = session.add_run(AUTO)
    session.begin(run)
    model = MembersModel()
    qtmodeltester.check(model)
    for number in range(1, 4):
        session.member(run, number, "", 0.9, weights={number: 1.0})
        model.show_run(session.runs[run])
    qtmodeltester.check(model)
