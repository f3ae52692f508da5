from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QApplication

from aetheron_desktop.engine.events import JobEnded, ModelSaved
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.item_models.leaderboard import (
    AGAINST,
    ESTIMATOR,
    HEADERS,
    ROW_ROLE,
    RUN,
    SCORE,
    STATUS,
    TIME,
    LeaderboardModel,
    LeaderboardOrder,
)  # fmt: skip
from aetheron_desktop.ui.widgets.leaderboard import Leaderboard
from tests.ui.scripted_session import ScriptedSession

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot


@pytest.fixture
def session() -> ScriptedSession:
    return ScriptedSession()


@pytest.fixture
def model(session: ScriptedSession) -> LeaderboardModel:
    return LeaderboardModel(session)


@pytest.fixture
def board(qtbot: QtBot, session: ScriptedSession, model: LeaderboardModel) -> Leaderboard:
    theme.apply(QApplication.instance(), "light")
    widget = Leaderboard(model)
    qtbot.addWidget(widget)
    widget.resize(900, 300)
    widget.show()
    return widget


def names(order: QAbstractItemModel) -> list[str]:
    return [order.index(row, RUN).data() for row in range(order.rowCount())]


def test_that_the_item_model_keeps_qt_promises(
    session: ScriptedSession, model: LeaderboardModel, qtmodeltester: ModelTester
) -> None:
    for estimator in ("dummy", "logistic", "forest"):
        session.add_run(estimator)
    qtmodeltester.check(model)
    qtmodeltester.check(LeaderboardOrder(model))


def test_that_runs_under_way_come_first_then_the_best_score(session: ScriptedSession, model: LeaderboardModel) -> None:
    worse, best, failed, running = (session.add_run(name=name) for name in ("worse", "best", "failed", "running"))
    for run in (worse, best, failed, running):
        session.begin(run)
    session.succeed(worse, roc_auc=0.7)
    session.succeed(best, roc_auc=0.9)
    session.fail(failed)
    model.flush()
    order = LeaderboardOrder(model)
    assert names(order) == ["running", "best", "worse", "failed"]
    assert [model.row(run).is_best for run in (worse, best, failed, running)] == [False, True, False, False]


def test_that_the_lower_error_is_the_better_one_in_regression(
    session: ScriptedSession, model: LeaderboardModel
) -> None:
    high, low = (session.add_run("ridge", name=name, task="regression") for name in ("high", "low"))
    session.succeed(high, rmse=9.0, baseline_rmse=10.0)
    session.succeed(low, rmse=12.0, baseline_rmse=10.0)
    model.flush()
    assert names(LeaderboardOrder(model)) == ["high", "low"]
    assert model.row(high).is_best
    assert model.row(high).score_text == "9.000 ↓"
    assert model.row(high).against_text == "1.000 better"
    assert model.row(low).against_text == "2.000 worse"


def test_that_each_target_has_its_own_best_run(session: ScriptedSession, model: LeaderboardModel) -> None:
    first, second = session.add_run(target="a"), session.add_run(target="b")
    session.succeed(first, roc_auc=0.9)
    session.succeed(second, roc_auc=0.6)
    model.flush()
    assert model.row(first).is_best
    assert model.row(second).is_best


def test_that_only_changed_rows_are_repainted_and_not_more_often_than_ten_times_a_second(
    session: ScriptedSession, model: LeaderboardModel, qtbot: QtBot
) -> None:
    still, moving = session.add_run(name="still"), session.add_run(name="moving")
    session.begin(moving)
    model.flush()
    changed = []
    model.dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    for done in range(50):
        session.progress(moving, done)
    assert changed == []
    qtbot.waitUntil(lambda: changed == [(1, 1)])
    session.run_changed.emit(still)
    model.flush()
    assert (0, 0) not in changed


def test_that_waiting_runs_stand_in_their_order_and_can_be_moved(
    qtbot: QtBot, session: ScriptedSession, model: LeaderboardModel, board: Leaderboard
) -> None:
    runs = [session.add_run() for _ in range(3)]
    for run, place in zip(runs, (3, 1, 2), strict=True):
        session.runs[run].place = place
        session.run_changed.emit(run)
    model.flush()
    shown = [board.table.model().index(line, 0).data(ROW_ROLE) for line in range(3)]
    assert [row.id for row in shown] == [runs[1], runs[2], runs[0]]
    assert shown[0].status_text == "Waiting · place 1"
    board.choose([runs[0]])
    menu = board.make_menu()
    first, last = (action for action in menu.actions() if action.text() in {"Do first", "Do last"})
    with qtbot.waitSignal(board.place_wanted, check_params_cb=lambda chosen, is_first: is_first):
        first.trigger()
    with qtbot.waitSignal(board.place_wanted, check_params_cb=lambda chosen, is_first: chosen == [runs[0]]):
        last.trigger()
    menu.deleteLater()
    session.begin(runs[0])
    model.flush()
    menu = board.make_menu()
    assert not [action for action in menu.actions() if action.text() == "Do first"]
    menu.deleteLater()


def test_that_a_row_tells_status_in_a_word_with_the_time_that_is_left(
    session: ScriptedSession, model: LeaderboardModel
) -> None:
    run = session.add_run()
    assert model.row(run).status_text == "Waiting"
    session.begin(run)
    session.progress(run, 25, 100, eta_s=130)
    model.flush()
    row = model.row(run)
    assert row.status_text == "Training · at most 2 min 10 s left"
    assert row.share == 0.25
    session.fail(run)
    model.flush()
    assert model.row(run).status_text == "Failed"


def test_that_every_cell_has_words_for_screen_readers(session: ScriptedSession, model: LeaderboardModel) -> None:
    run = session.add_run()
    session.succeed(run, roc_auc=0.75, baseline_roc_auc=0.5)
    model.flush()
    role = Qt.ItemDataRole.AccessibleTextRole
    said = {column: model.index(0, column).data(role) for column in range(len(HEADERS))}
    assert said[RUN] == "Run: Logistic regression, best"
    assert said[STATUS] == "Status: Done"
    assert said[SCORE] == "Test score: 0.7500 ↑"
    assert said[AGAINST] == "Against baseline: 0.2500 better"
    assert "higher is better" in model.index(0, SCORE).data(Qt.ItemDataRole.ToolTipRole)


def test_that_a_click_on_a_header_sorts_by_it(
    board: Leaderboard, session: ScriptedSession, model: LeaderboardModel, qtbot: QtBot
) -> None:
    for name in ("b", "c", "a"):
        session.add_run(name=name)
    board.table.sortByColumn(RUN, Qt.SortOrder.AscendingOrder)
    assert names(board.table.model()) == ["a", "b", "c"]
    board.table.sortByColumn(TIME, Qt.SortOrder.AscendingOrder)
    board.table.sortByColumn(STATUS, Qt.SortOrder.DescendingOrder)
    assert board.table.model().rowCount() == 3


def test_that_the_runs_of_another_target_are_listed_when_asked_for(
    board: Leaderboard, session: ScriptedSession
) -> None:
    session.add_run(name="mine", target="churned")
    session.add_run(name="other", target="age")
    board.show_family(("0" * 16, "churned", "binary"))
    assert names(board.table.model()) == ["mine"]
    assert board._count.text() == "1 of 2"
    board._filter.setCurrentIndex(1)
    board._filter.activated.emit(1)
    assert names(board.table.model()) == ["mine", "other"]


def test_that_space_asks_for_a_pause_and_then_for_going_on(
    board: Leaderboard, session: ScriptedSession, model: LeaderboardModel, qtbot: QtBot
) -> None:
    run = session.add_run()
    session.begin(run)
    model.flush()
    board.choose([run])
    with qtbot.waitSignal(board.pause_wanted) as asked:
        qtbot.keyClick(board.table, Qt.Key.Key_Space)
    assert asked.args == [[run]]
    session.pause(run)
    model.flush()
    with qtbot.waitSignal(board.resume_wanted):
        qtbot.keyClick(board.table, Qt.Key.Key_Space)


def test_that_the_menu_offers_what_can_be_done_with_the_chosen_runs(
    board: Leaderboard, session: ScriptedSession, model: LeaderboardModel
) -> None:
    run = session.add_run()
    session.begin(run)
    model.flush()
    board.choose([run])
    menu = board.make_menu()
    assert [(action.text(), action.isEnabled()) for action in menu.actions() if action.text()] == [
        ("Pause", True), ("Stop and keep the best so far", True), ("Analyze", False), ("Show model", False),
    ]  # fmt: skip
    session.succeed(run, roc_auc=0.8)
    model.flush()
    after = board.make_menu()
    asked: list[str] = []
    board.analysis_wanted.connect(asked.append)
    assert [action.isEnabled() for action in after.actions() if action.text()] == [False, False, True, True]
    after.actions()[-2].trigger()
    assert asked == [run]


def test_that_all_runs_are_stopped_or_paused_with_one_button(
    board: Leaderboard, session: ScriptedSession, model: LeaderboardModel, qtbot: QtBot
) -> None:
    runs = [session.add_run() for _ in range(3)]
    for run in runs[:2]:
        session.begin(run)
    model.flush()
    with qtbot.waitSignal(board.pause_wanted) as asked:
        qtbot.mouseClick(board.pause_all, Qt.MouseButton.LeftButton)
    assert asked.args == [runs[:2]]
    with qtbot.waitSignal(board.stop_wanted) as asked:
        qtbot.mouseClick(board.stop_all, Qt.MouseButton.LeftButton)
    assert asked.args == [runs]
    for run in runs:
        session.succeed(run)
    model.flush()
    assert not board.stop_all.isVisible()
    assert not board.pause_all.isVisible()


def test_that_the_choice_survives_when_runs_change_places(
    board: Leaderboard, session: ScriptedSession, model: LeaderboardModel
) -> None:
    first, second = session.add_run(name="first"), session.add_run(name="second")
    for run in (first, second):
        session.begin(run)
    session.succeed(first, roc_auc=0.6)
    model.flush()
    board.choose([first])
    session.succeed(second, roc_auc=0.9)
    model.flush()
    assert board.chosen == [first]
    assert board.table.selectionModel().selectedRows()[0].data(ROW_ROLE).id == first


def test_that_the_estimator_is_named_only_where_the_run_has_another_name(
    board: Leaderboard, session: ScriptedSession
) -> None:
    session.add_run("forest", name="Random forest on customers")
    assert board.table.isColumnHidden(ESTIMATOR)
    session.add_run("forest", name="my try")
    assert not board.table.isColumnHidden(ESTIMATOR)


def test_that_a_hundred_runs_are_painted(board: Leaderboard, session: ScriptedSession, model: LeaderboardModel) -> None:
    for place in range(100):
        run = session.add_run(name=f"A run with a name that goes on and on, number {place}, and then some more")
        session.begin(run)
        session.succeed(run, roc_auc=place / 100)
    model.flush()
    assert not board.grab().isNull()
    assert names(board.table.model())[0].startswith("A run with a name that goes on and on, number 99")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (0.04, "0.0 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (3720, "1 h 02 min")],
)
def test_that_durations_are_words(seconds: float | None, words: str) -> None:
    assert quantities.duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "–"), (0.93124, "0.9312"), (12.5, "12.50"), (-0.5, "−0.5000"), (12345.6, "12,346"), (1e-9, "1.000e−09"),
     (0.0, "0"), (float("nan"), "–")],
)  # fmt: skip
def test_that_numbers_have_four_digits(value: float | None, words: str) -> None:
    assert quantities.number(value) == words


def test_that_a_score_is_named_and_has_its_interval(
    board: Leaderboard, session: ScriptedSession, model: LeaderboardModel
) -> None:
    run = session.add_run("boosting", name="Gradient boosting on a table with a long name")
    session.begin(run)
    session.tell(
        run, ModelSaved(job=run, model="m", name="", metrics={"roc_auc": 0.9}, intervals={"roc_auc": (0.87, 0.93)})
    )
    session.tell(run, JobEnded(job=run, work="train", outcome="succeeded", result="m"))
    model.flush()
    cell = board._order.index(0, SCORE)
    assert "95 % interval is 0.8700 to 0.9300" in cell.data(Qt.ItemDataRole.ToolTipRole)
    assert "0.8700 to 0.9300" in cell.data(Qt.ItemDataRole.AccessibleTextRole)
    header = board.table.model().headerData(SCORE, Qt.Orientation.Horizontal)
    assert header == "Test score"
    board.show_family(("0" * 16, "churned", "binary"))
    assert board.table.model().headerData(SCORE, Qt.Orientation.Horizontal) == "ROC AUC, test"
    row = model.row(run)
    assert row is not None
    assert row.short_name == "Gradient boosting"
    board.grab()


def test_that_what_was_postponed_is_resumed_or_dropped(
    board: Leaderboard, session: ScriptedSession, model: LeaderboardModel, qtbot: QtBot
) -> None:
    run = session.add_run("forest")
    session.runs[run].status = "postponed"
    session.run_changed.emit(run)
    model.flush()
    board.choose([run])
    assert board._order.index(0, STATUS).data() == "Not begun"
    assert board.pause_all.text() == "Resume all"
    with qtbot.waitSignal(board.resume_wanted) as resumed:
        board.toggle_pause()
    assert resumed.args == [[run]]
    with qtbot.waitSignal(board.stop_wanted) as stopped:
        board.stop_chosen()
    assert stopped.args == [[run]]


def test_that_only_runs_on_the_same_test_rows_compete_for_the_best(
    session: ScriptedSession, model: LeaderboardModel
) -> None:
    runs = [session.add_run(name=name) for name in ("worse", "better", "easier rows", "unknown rows")]
    scores = zip(runs, (0.7, 0.8, 0.9, 0.95), ("a", "a", "b", ""), strict=True)
    for run, score, rows in scores:
        session.succeed(run, roc_auc=score, test_rows=rows)
    model.flush()
    assert [row.is_best for row in model.rows()] == [False, True, True, False]
    place = model.index(1, RUN)
    assert place.data(Qt.ItemDataRole.ToolTipRole) == "better (best of those on the same test rows)"


def test_that_a_baseline_is_the_best_of_others_and_not_of_itself(
    session: ScriptedSession, model: LeaderboardModel
) -> None:
    baseline = session.add_run("dummy")
    session.succeed(baseline, roc_auc=0.5, test_rows="a")
    model.flush()
    assert not model.row(baseline).is_best

    session.succeed(session.add_run("logistic"), roc_auc=0.4, test_rows="a")
    model.flush()
    assert model.row(baseline).is_best


def test_that_runs_are_ranked_by_the_metric_that_is_chosen(
    board: Leaderboard, session: ScriptedSession, model: LeaderboardModel
) -> None:
    for estimator, auc, f1 in (("forest", 0.9, 0.5), ("logistic", 0.8, 0.7)):
        run = session.add_run(estimator)
        session.succeed(run, roc_auc=auc, f1=f1)
    model.flush()
    board.show_family(("0" * 16, "churned", "binary"))
    assert names(board.table.model())[0] == "Random forest"
    board.judge_by("f1")
    assert names(board.table.model())[0] == "Logistic regression"
    assert board.table.model().headerData(SCORE, Qt.Orientation.Horizontal) == "F1, test"
    assert [row.is_best for row in model.rows()] == [False, True]
    board.judge_by("rmse")
    assert names(board.table.model())[0] == "Random forest", "no metric of the task"
