"""The leaderboard of all runs: what is drawn, found, marked, deleted and remembered."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QSlider, QTableWidget, QTreeWidget

from aetheron_desktop.engine.comparing import card, views
from aetheron_desktop.engine.comparing.cohorts import CohortRows
from aetheron_desktop.engine.comparing.differing import differing
from aetheron_desktop.engine.comparing.foreign import foreign_rows
from aetheron_desktop.engine.comparing.importances import RunImportance, RunImportances
from aetheron_desktop.engine.comparing.questions import (
    CohortRowsQuestion,
    DifferingQuestion,
    ImportancesQuestion,
    TimingQuestion,
    VerdictQuestion,
)
from aetheron_desktop.engine.comparing.views import COLUMNS
from aetheron_desktop.engine.datasets.viewing.cohorts import keep_cohort
from aetheron_desktop.engine.events import JobEnded
from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.ui.dialogs.run_columns import RunColumnsDialog
from aetheron_desktop.ui.dialogs.tracking_server import TrackingServerDialog
from aetheron_desktop.ui.item_models.comparison import LINE_ROLE, NOTE_ROLE
from aetheron_desktop.ui.tabs.compare import CompareTab
from aetheron_desktop.ui.widgets.charts.confusion import ConfusionChart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.empty import Empty
from tests.runs import made_run
from tests.tables import made_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.modeltest import ModelTester
    from pytestqt.qtbot import QtBot

    from aetheron_desktop.engine.workspace import Workspace
    from aetheron_desktop.ui.session import Session


@pytest.fixture
def tab(dressed: object, workspace: Workspace, session: Session, qtbot: QtBot) -> CompareTab:
    """Four runs: two on the same rows, one on others, and a regression."""
    made_run(workspace, "run-1", metrics={"roc_auc": 0.90, "log_loss": 0.30}, started=1.0)
    made_run(workspace, "run-2", metrics={"roc_auc": 0.95, "log_loss": 0.20}, started=2.0, estimator="lightgbm",
             params={"rounds": 200})  # fmt: skip
    made_run(workspace, "run-3", metrics={"roc_auc": 0.99}, started=3.0, estimator="logistic", params={"C": 1.0},
             predictions={"row": [1, 2], "truth": ["x", "y"], "prediction": ["x", "x"]})  # fmt: skip
    made_run(workspace, "run-4", metrics={"rmse": 3.0}, started=4.0, task="regression", target="price", seed=5)
    card.fill(workspace, [f"run-{n}" for n in range(1, 5)])
    for record in reversed(workspace.runs()):
        session.runs[record.id] = RunState.of(record)
    made = CompareTab(session)
    qtbot.addWidget(made)
    made.resize(1200, 500)
    with qtbot.waitSignal(made.comparison.changed):
        made.show()
    return made


def shown(tab: CompareTab) -> list[str]:
    model = tab.board.model
    lines = [model.index(row, 0).data(LINE_ROLE) for row in range(model.rowCount())]
    return [line.group if line.run is None else line.run.id for line in lines]


def cell(tab: CompareTab, run: str, key: str, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    model = tab.board.model
    row = model.row_of(run)
    assert row is not None
    return model.index(row, [column.key for column in model.columns].index(key)).data(role)


def test_that_the_item_model_keeps_qt_promises(tab: CompareTab, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(tab.board.model)
    tab.comparison.look(views.View(group="estimator"))
    qtmodeltester.check(tab.board.model)


def test_that_the_best_stand_above_and_only_rivals_compete(tab: CompareTab) -> None:
    assert shown(tab) == ["run-3", "run-2", "run-1", "run-4"]
    assert [tab.board.model.line(row).is_best for row in range(4)] == [True, True, False, True]
    assert [cell(tab, f"run-{n}", "rows") for n in (1, 2, 3)] == ["A · 3", "A · 3", "B · 2"]
    assert cell(tab, "run-2", "score") == "0.9500"


def test_that_a_condition_narrows_the_runs_and_a_wrong_one_is_told(tab: CompareTab, qtbot: QtBot) -> None:
    field = tab.board.field
    qtbot.keyClicks(field, "roc_auc > 0.92 and rows = 3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert shown(tab) == ["run-2"]
    assert tab.findChild(QLabel, "board_count").text() == "1 of 4"
    field.clear()
    assert len(shown(tab)) == 4
    qtbot.keyClicks(field, "roc_acu > 1")
    problem = tab.findChild(QLabel, "condition_problem")
    assert problem.isVisible()
    assert problem.text() == "There is no column 'roc_acu', at character 1. Did you mean roc_auc?"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert len(shown(tab)) == 4


def test_that_columns_are_offered_while_a_condition_is_typed(tab: CompareTab, qtbot: QtBot) -> None:
    field = tab.board.field
    qtbot.keyClicks(field, "log_l")
    assert field._offers.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert field.text() == "log_loss "


def test_that_a_click_on_a_head_sorts_best_first_and_the_other_way_round(tab: CompareTab) -> None:
    tab.board.show_columns((*COLUMNS, "metric.log_loss"))
    header = tab.board.table.horizontalHeader()
    place = len(COLUMNS)
    header.sectionClicked.emit(place)
    assert shown(tab)[:2] == ["run-2", "run-1"]
    header.sectionClicked.emit(place)
    assert shown(tab)[:2] == ["run-1", "run-2"]
    assert set(shown(tab)[2:]) == {"run-3", "run-4"}


def test_that_a_pinned_run_stands_first_and_others_tell_how_they_differ(tab: CompareTab) -> None:
    tab.comparison.pin("run-1")
    assert shown(tab)[0] == "run-1"
    assert cell(tab, "run-2", "score", NOTE_ROLE) == ("0.0500 better", "success")
    assert cell(tab, "run-3", "score", NOTE_ROLE) == ("other rows", "muted")
    assert cell(tab, "run-1", "score", NOTE_ROLE) == ("", "")


def test_that_groups_tell_mean_and_deviation_and_can_be_closed(tab: CompareTab) -> None:
    tab.board._change(group="task")
    assert shown(tab) == ["binary", "run-3", "run-2", "run-1", "regression", "run-4"]
    model = tab.board.model
    assert model.index(0, 0).data() == "binary · 3 runs"
    assert model.index(0, 1).data() == "0.9467 ± 0.0451"
    model.toggle_group("binary")
    assert shown(tab) == ["binary", "regression", "run-4"]
    assert model.shown == 4


def test_that_what_was_chosen_stays_chosen_when_the_order_changes(tab: CompareTab, qtbot: QtBot) -> None:
    tab.board.choose(["run-1", "run-2"])
    tab.board._change(sort="started", ascending=True)
    assert tab.board.chosen == ["run-1", "run-2"]
    rows = {index.row() for index in tab.board.table.selectionModel().selectedRows()}
    assert rows == {tab.board.model.row_of("run-1"), tab.board.model.row_of("run-2")}


def test_that_runs_that_do_not_follow_each_other_are_chosen_together(tab: CompareTab) -> None:
    tab.board.choose(["run-4", "run-3", "run-1"])
    assert tab.board.chosen == ["run-4", "run-3", "run-1"]
    rows = tab.board.table.selectionModel().selectedRows()
    assert {tab.board.model.run_at(index.row()) for index in rows} == {"run-1", "run-3", "run-4"}


def test_that_marks_are_asked_kept_and_shown(tab: CompareTab, workspace: Workspace, qtbot: QtBot) -> None:
    tab.board.choose(["run-2"])
    qtbot.keyClick(tab.board.table, Qt.Key.Key_F2)
    dialog = tab.findChild(object, "run_marks_dialog")
    dialog.findChild(QLineEdit, "marks_tags").setText("keep, a'b")
    go = dialog.findChild(QPushButton, "run_marks_dialog_go")
    go.click()
    assert "cannot be used" in dialog.findChild(QLabel, "marks_error").text()
    dialog.findChild(QLineEdit, "marks_tags").setText("keep, best yet")
    with qtbot.waitSignal(tab.comparison.changed):
        go.click()
    assert cell(tab, "run-2", "tags") == "best yet · keep"
    assert card.card_of(workspace, "run-2").marks.tags == ("best yet", "keep")
    tab.board._change(where="tag = keep")
    assert shown(tab) == ["run-2"]


def test_that_columns_are_chosen_by_name_and_remembered(tab: CompareTab, workspace: Workspace, qtbot: QtBot) -> None:
    tab.findChild(QPushButton, "board_columns").click()
    dialog = tab.findChild(object, "run_columns_dialog")
    tree = dialog.findChild(QTreeWidget, "run_columns")
    found = tree.findItems("rounds", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    found[0].setCheckState(0, Qt.CheckState.Checked)
    dialog.findChild(QPushButton, "run_columns_dialog_go").click()
    assert cell(tab, "run-2", "param.rounds") == "200"
    qtbot.waitUntil(lambda: views.read(workspace).last.columns == (*COLUMNS, "param.rounds"))


def test_that_a_view_is_saved_by_name_and_comes_back(tab: CompareTab, workspace: Workspace, qtbot: QtBot) -> None:
    tab.board._change(where="roc_auc > 0.92", group="estimator")
    tab.board.save_wanted.emit()
    dialog = tab.findChild(object, "name_view_dialog")
    dialog.findChild(QLineEdit, "view_name").setText("good ones")
    dialog.findChild(QPushButton, "name_view_dialog_go").click()
    tab.board._change(where="", group="")
    assert len(shown(tab)) == 4
    tab.board._fill_views()
    tab.board._menu.actions()[0].trigger()
    assert shown(tab) == ["Logistic regression", "run-3", "LightGBM", "run-2"]
    assert tab.board.field.text() == "roc_auc > 0.92"
    qtbot.waitUntil(lambda: "good ones" in views.read(workspace).named)


def test_that_deleting_says_what_it_frees_and_can_be_undone(
    tab: CompareTab, workspace: Workspace, session: Session, qtbot: QtBot
) -> None:
    tab.board.choose(["run-1", "run-2"])
    qtbot.keyClick(tab.board.table, Qt.Key.Key_Delete)
    dialog = tab.findChild(object, "confirm_dialog")
    assert any("This frees" in label.text() for label in dialog.findChildren(QLabel))
    with qtbot.waitSignal(tab.comparison.removed_changed):
        dialog.findChild(QPushButton, "confirm_go").click()
    assert shown(tab) == ["run-3", "run-4"]
    assert "run-1" not in session.runs
    assert tab.removed.isVisible()
    assert "2 runs are deleted" in tab.findChild(QLabel, "removed_words").text()
    with qtbot.waitSignal(tab.comparison.changed):
        tab.findChild(QPushButton, "removed_undo").click()
    qtbot.waitUntil(lambda: len(shown(tab)) == 4)
    assert not tab.removed.isVisible()
    assert {run.id for run in workspace.runs()} == {"run-1", "run-2", "run-3", "run-4"}


def test_that_a_stored_condition_on_what_no_run_has_is_told_and_hides_nothing(
    tab: CompareTab, session: Session, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(session.noticed):
        tab.comparison.look(views.View(where="nonsense > 3"))
    assert len(shown(tab)) == 4


def test_that_the_chosen_runs_are_asked_about_once_and_shown(
    tab: CompareTab, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def ask(question: object, *_: object) -> str:
        asked.append(question)
        return ""

    monkeypatch.setattr(session, "ask", ask)
    tab.board.choose(["run-1", "run-2"])
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [VerdictQuestion(runs=("run-2", "run-1"))]
    tab.beside.bring("differing")
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert asked[1] == DifferingQuestion(runs=("run-2", "run-1"))
    tab.chosen._on_answer(differing(session.workspace, ["run-2", "run-1"]))
    table = tab.findChild(QTableWidget, "differing_table")
    assert [table.horizontalHeaderItem(place).text() for place in (2, 3)] == ["Forest run-2", "Forest run-1"]
    cells = {table.item(row, 1).text(): table.item(row, 2).text() for row in range(table.rowCount())}
    assert cells["Estimator"] == "LightGBM"
    assert "Target" not in cells
    tab.beside.bring("verdict")
    assert len(asked) == 2


def test_that_a_question_given_up_for_another_view_is_asked_again(
    tab: CompareTab, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    withdrawn: list[str] = []

    def ask(question: object, *_: object) -> str:
        asked.append(question)
        return f"ask-{len(asked)}"

    monkeypatch.setattr(session, "ask", ask)
    monkeypatch.setattr(session, "withdraw", withdrawn.append)
    tab.board.choose(["run-1", "run-2"])
    qtbot.waitUntil(lambda: len(asked) == 1)
    tab.beside.bring("differing")
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert withdrawn == ["ask-1"]
    tab.chosen._on_answer_end(JobEnded(job="ask-2", work="ask", outcome="failed", title="Gone", detail="away"))
    assert tab.verdict.card.isVisibleTo(tab.verdict), "the other view's question says nothing of this one"
    tab.beside.bring("verdict")
    qtbot.waitUntil(lambda: len(asked) == 3)
    assert asked[2] == asked[0] == VerdictQuestion(runs=("run-2", "run-1"))


def test_that_the_chosen_runs_are_compared_on_a_cohort_of_their_dataset(
    tab: CompareTab, workspace: Workspace, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(session, "ask", lambda question, *_: asked.append(question) or f"ask-{len(asked)}")
    monkeypatch.setattr(session, "withdraw", lambda _: None)
    dataset = made_dataset(workspace.dataset_folder("0123456789abcdef"))
    workspace.add_dataset(dataset.info)
    keep_cohort(dataset, "reds", "colour = 'red'")
    scores = [0.1, 0.8, 0.4, 0.7]
    predictions = {
        "row": [1, 2, 3, 4], "truth": ["x", "y", "x", "y"], "prediction": ["x", "y", "x", "y"],
        "probability_x": [1 - score for score in scores], "probability_y": scores,
    }  # fmt: skip
    for run in ("run-5", "run-6"):
        record = made_run(workspace, run, predictions=predictions, dataset=dataset.info.id)
        session.runs[run] = RunState.of(record)
    with qtbot.waitSignal(tab.comparison.changed):
        tab.comparison.read()
    box = tab.findChild(QComboBox, "beside_cohort")
    tab.board.choose(["run-5", "run-6"])
    qtbot.waitUntil(box.isVisible)
    assert [box.itemText(place) for place in range(box.count())] == ["All test rows", "Cohort “reds”"]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    qtbot.waitUntil(lambda: VerdictQuestion(runs=("run-6", "run-5"), cohort="reds") in asked)
    tab.beside.bring("plots")
    qtbot.waitUntil(lambda: CohortRowsQuestion(runs=("run-6", "run-5"), cohort="reds") in asked)
    tab.chosen._on_answer(CohortRows(cohort="reds", rows={dataset.info.id: (1, 2, 3)}))
    tab.findChild(QPushButton, "plots_kind_confusion").click()
    qtbot.waitUntil(lambda: [chart.counts.tolist() for chart in tab.beside.plots.charts] == [[[2, 0], [0, 1]]] * 2)
    tab.board.choose(["run-1", "run-2"])
    qtbot.waitUntil(lambda: not box.isVisible())
    assert tab.beside.cohort == ""


def test_that_runs_are_drawn_over_their_parameters_and_chosen_on_an_axis(
    tab: CompareTab, workspace: Workspace, session: Session, qtbot: QtBot
) -> None:
    for number, (rounds, auc) in enumerate(((100, 0.6), (200, 0.7), (400, 0.9)), 5):
        record = made_run(workspace, f"run-{number}", estimator="lightgbm", params={"rounds": rounds},
                          metrics={"roc_auc": auc}, started=float(number))  # fmt: skip
        session.runs[record.id] = RunState.of(record)
    card.fill(workspace, ["run-5", "run-6", "run-7"])
    with qtbot.waitSignal(tab.comparison.changed):
        tab.comparison.read()
    tab.beside.bring("sweep")
    sweep, chart = tab.beside.sweep, tab.beside.sweep.parallel
    tab.board._change(where="rounds >= 100")
    rows = chart.table()
    assert rows[0][0] == "run"
    assert {row[0]: row[rows[0].index("rounds")] for row in rows[1:]} == {
        "Forest run-2": "200", "Forest run-5": "100", "Forest run-6": "200", "Forest run-7": "400"}  # fmt: skip
    assert [axis.key for axis in chart.told.axes] == ["param.rounds", "score"]
    assert "the same for all: Estimator" in sweep.findChild(QLabel, "sweep_parallel_caption").toolTip()
    frame = chart.frame()
    begin = QPoint(round(frame.x(0.0)), round(frame.y(0.5)))
    end = QPoint(begin.x() + 4, round(frame.y(1.05)))
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(chart, end)
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=end)
    assert tab.board.chosen == ["run-7"]
    assert [row[0] for row in chart.table()[1:] if row[-1] == "yes"] == ["Forest run-7"]
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(round(frame.x(0.0)), round(frame.y(0.8))))
    assert (chart.bands, tab.board.chosen) == ({}, [])
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(round(frame.x(0.05)), round(frame.y(0.0))))
    assert tab.board.chosen == ["run-5"]


def test_that_the_axes_and_the_colour_are_remembered(tab: CompareTab, workspace: Workspace, qtbot: QtBot) -> None:
    tab.beside.bring("sweep")
    tab.board._change(where="task = binary")
    tab.findChild(QPushButton, "sweep_axes").click()
    dialog = tab.findChild(RunColumnsDialog)
    dialog._check(["started", "score"])
    dialog._accept()
    assert [axis.key for axis in tab.beside.sweep.parallel.told.axes] == ["score", "started"]
    box = tab.findChild(QComboBox, "sweep_tint")
    box.setCurrentIndex(box.findData("started"))
    box.activated.emit(box.currentIndex())
    assert tab.beside.sweep.parallel.told.tint_axis.key == "started"
    qtbot.waitUntil(lambda: tab.comparison._written is tab.comparison.views)
    kept = views.read(workspace).last
    assert (kept.axes, kept.tint) == (("score", "started"), "started")
    tab.board.show_tint("param.gone")
    assert (box.currentData(), tab.beside.sweep.parallel.told.tint_axis.key) == ("score", "score")


def test_that_runs_are_drawn_over_their_parameters_only_while_somebody_looks(tab: CompareTab) -> None:
    tab.beside.bring("sweep")
    tab.board._change(where="task = binary")
    shown_before = tab.beside.sweep.parallel.told
    tab.hide()
    tab.board._change(where="roc_auc < 0.97")
    assert tab.beside.sweep.parallel.told is shown_before
    tab.show()
    assert [run.id for run in tab.beside.sweep.parallel.told.runs] == ["run-2", "run-1"]


def test_that_runs_are_points_over_two_columns_and_a_region_chooses_them(tab: CompareTab, qtbot: QtBot) -> None:
    tab.beside.bring("sweep")
    tab.board._change(where="task = binary")
    tab.findChild(QPushButton, "sweep_kind_plane").click()
    for name, key in (("sweep_x", "started"), ("sweep_y", "score")):
        box = tab.findChild(QComboBox, name)
        box.setCurrentIndex(box.findData(key))
        box.activated.emit(box.currentIndex())
    plane = tab.beside.sweep.plane
    assert [row[0] for row in plane.table()[1:]] == [f"Forest run-{n}" for n in (3, 2, 1)]
    plane.region_chosen.emit(Bounds(-0.1, 0.6, -0.1, 1.1))
    assert set(tab.board.chosen) == {"run-1", "run-2"}


def test_that_what_the_chosen_models_lean_on_stands_beside_each_other_and_what_is_missing_is_said(
    tab: CompareTab, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(session, "ask", lambda question, *_: asked.append(question) or "")
    tab.beside.bring("sweep")
    tab.findChild(QPushButton, "sweep_kind_importance").click()
    assert any("Choose two to" in label.text() for label in tab.beside.sweep.findChildren(QLabel))
    tab.board.choose(["run-1", "run-2"])
    qtbot.waitUntil(lambda: asked == [ImportancesQuestion(runs=("run-2", "run-1"))])
    shares = RunImportance(run="run-2", shares=(1.0, None), worth=0.2)
    gone = RunImportance(run="run-1", missing="The run kept no model.")
    tab.chosen._on_answer(RunImportances(columns=("size", "colour"), columns_in_all=2, runs=(shares, gone)))
    assert tab.beside.sweep.importance.table() == [
        ["run", "size", "colour"], ["Forest run-2", "1.0", ""], ["Forest run-1", "", ""]]  # fmt: skip
    assert tab.findChild(QLabel, "sweep_importance_words").text() == "Forest run-1: The run kept no model."


def test_that_the_trade_off_has_the_runs_that_are_shown_and_a_click_chooses_one(tab: CompareTab) -> None:
    tab.board._change(where="task = binary")
    tab.beside.bring("trade")
    rows = tab.beside.trade.chart.table()
    assert [row[0] for row in rows[1:]] == ["Forest run-2", "Forest run-1"] or len(rows) == 3
    assert [row[3] for row in rows[1:]].count("yes") == 1
    told = tab.beside.trade.chart
    tab.beside.trade._on_point(*next((float(row[1]), float(row[2])) for row in rows[1:] if row[0] == "Forest run-2"))
    assert (
        told.run_at(*next((float(row[1]), float(row[2])) for row in rows[1:] if row[0] == "Forest run-2")) is not None
    )
    assert len(tab.board.chosen) == 1


def test_that_the_curves_of_the_chosen_runs_are_drawn_in_their_colours(tab: CompareTab, qtbot: QtBot) -> None:
    tab.board.choose(["run-1", "run-3"])
    tab.beside.bring("curves")
    tab.beside.curves.load(now=True)
    qtbot.waitUntil(lambda: bool(tab.beside.curves.plots) and len(tab.beside.curves.plots[0].lines) == 2)
    assert tab.board._series_of("run-1") != tab.board._series_of("run-3")
    assert tab.board._series_of("run-2") is None


def test_that_the_smoothing_of_curves_is_remembered(
    tab: CompareTab, workspace: Workspace, session: Session, qtbot: QtBot
) -> None:
    tab.beside.bring("curves")
    tab.beside.curves.findChild(QSlider, "curve_smoothing").setValue(60)
    qtbot.waitUntil(lambda: tab.comparison._written is tab.comparison.views)
    again = CompareTab(session)
    qtbot.addWidget(again)
    assert again.beside.curves.findChild(QSlider, "curve_smoothing").value() == 60
    assert views.read(workspace).smoothing == 0.6
    with qtbot.waitSignal(again.comparison.changed):
        pass


def test_that_runs_that_differ_in_seed_alone_are_drawn_as_their_mean_in_one_colour(
    tab: CompareTab, workspace: Workspace, session: Session, qtbot: QtBot
) -> None:
    session.runs["run-5"] = RunState.of(made_run(workspace, "run-5", started=5.0, seed=7))
    card.fill(workspace, ["run-5"])
    with qtbot.waitSignal(tab.comparison.changed):
        tab.comparison.read()
    tab.board.choose(["run-1", "run-3", "run-5"])
    tab.beside.bring("curves")
    curves = tab.beside.curves
    curves.load(now=True)
    qtbot.waitUntil(lambda: bool(curves.plots) and len(curves.plots[0].lines) == 3)
    tab.findChild(QPushButton, "curve_mean").click()
    assert {line.name for line in curves.plots[0].lines} == {"Random forest · mean of 2 runs", "Forest run-3"}
    assert tab.board._series_of("run-1") == tab.board._series_of("run-5") != tab.board._series_of("run-3")


def test_that_the_plots_of_the_chosen_runs_stand_beside_each_other_and_are_looked_at_together(
    tab: CompareTab, workspace: Workspace, session: Session, qtbot: QtBot
) -> None:
    for run, scores in (("run-5", [0.1, 0.8, 0.4, 0.7]), ("run-6", [0.6, 0.9, 0.4, 0.7])):
        predictions = {
            "row": [1, 2, 3, 4], "truth": ["x", "y", "x", "y"], "prediction": ["xy"[score >= 0.5] for score in scores],
            "probability_x": [1 - score for score in scores], "probability_y": scores,
        }  # fmt: skip
        session.runs[run] = RunState.of(made_run(workspace, run, predictions=predictions))
    with qtbot.waitSignal(tab.comparison.changed):
        tab.comparison.read()
    plots = tab.beside.plots
    tab.beside.bring("plots")
    assert "Choose two to" in tab.findChild(QLabel, "plots_words").text()
    tab.board.choose(["run-5", "run-6", "run-4"])
    qtbot.waitUntil(lambda: len(plots.charts) == 2)
    (why,) = [empty.accessibleName() for empty in plots.findChildren(Empty) if empty.isVisible()]
    assert why.startswith("Forest run-4. ")
    assert "cannot be read" in why
    first, second = plots.charts
    qtbot.keyClick(first, Qt.Key.Key_Plus)
    assert second.view == first.view
    assert second.view.right < 1.0
    qtbot.keyClick(second, Qt.Key.Key_Home)
    assert first.view.right > 1.0
    tab.findChild(QPushButton, "plots_kind_confusion").click()
    qtbot.waitUntil(lambda: all(isinstance(chart, ConfusionChart) for chart in plots.charts))
    found = {chart.accessibleName().split(".")[0]: chart.counts.tolist() for chart in plots.charts}
    assert found == {"Forest run-5": [[2, 0], [0, 2]], "Forest run-6": [[1, 1], [0, 2]]}
    assert tab.board._series_of("run-5") != tab.board._series_of("run-6")


def test_that_runs_of_a_table_come_in_go_out_and_are_forgotten(
    tab: CompareTab, workspace: Workspace, tmp_path: Path, qtbot: QtBot
) -> None:
    source = tmp_path / "theirs.csv"
    source.write_text("name,roc_auc,param.depth\ntheirs,0.97,4\n")
    with qtbot.waitSignal(tab.comparison.changed):
        tab.comparison.bring_in(str(source))
    tab.board._change(where="source contains CSV")
    (run,) = shown(tab)
    assert run.startswith("foreign-")
    assert cell(tab, run, "score") == "0.9700"
    assert cell(tab, run, "rows") == "–"
    tab.board.choose([run])
    assert "cannot be told" in next(
        label.text() for label in tab.beside.verdict.findChildren(QLabel) if "other programs" in label.text()
    )
    tab.export_to(str(tmp_path / "out.csv"))
    qtbot.waitUntil((tmp_path / "out.csv").exists)
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith(f"{run},theirs,0.97,")
    qtbot.keyClick(tab.board.table, Qt.Key.Key_Delete)
    dialog = tab.findChild(object, "confirm_dialog")
    told = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "forgotten" in told
    assert "undone" not in told
    with qtbot.waitSignal(tab.comparison.changed):
        dialog.findChild(QPushButton, "confirm_go").click()
    assert foreign_rows(workspace) == []
    assert shown(tab) == []
    tab.board._change(where="")
    assert len(shown(tab)) == 4


class Server(BaseHTTPRequestHandler):
    """Answers as a tracking server of MLflow, with one run."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        run = {"info": {"run_id": "r1", "run_name": "theirs", "experiment_id": "3", "status": "FINISHED"},
               "data": {"metrics": [{"key": "roc_auc", "value": 0.97}]}}  # fmt: skip
        is_run = self.path == "/api/2.0/mlflow/runs/search"
        told = {"runs": [run]} if is_run else {"experiments": [{"experiment_id": "3", "name": "churn"}]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_that_runs_of_a_tracking_server_are_brought_in_and_one_that_does_not_answer_is_told(
    tab: CompareTab, session: Session, qtbot: QtBot
) -> None:
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        tab.board.server_wanted.emit()
        dialog = tab.findChild(TrackingServerDialog)
        field, go = dialog.findChild(QLineEdit, "server_address"), dialog._go
        field.setText("127.0.0.1:5000")
        assert not go.isEnabled()
        field.setText(address)
        with qtbot.waitSignal(session.noticed) as told:
            go.click()
        assert told.args[0].title == "1 run was brought in"
        qtbot.waitUntil(lambda: len(shown(tab)) == 5)
        assert "theirs" in [row.name for row in tab.comparison.table.rows]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    with qtbot.waitSignal(session.noticed) as told:
        tab.comparison.bring_in(address)
    assert "does not answer as a tracking server" in told.args[0].detail


def test_that_predictions_of_the_chosen_runs_are_timed_by_a_worker(
    tab: CompareTab, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(session, "ask", lambda question, *_: asked.append(question) or "")
    tab.beside.bring("trade")
    button = tab.findChild(QPushButton, "time_predictions")
    button.click()
    assert asked == []  # none of these has kept a model
    row = tab.comparison.table.row("run-2")
    assert row is not None
    tab.comparison.table.put(msgspec.structs.replace(row, model="model-2"))
    button.click()
    assert asked == [TimingQuestion(runs=("run-2",))]
    assert not button.isEnabled()


def test_that_of_many_changes_of_the_view_the_last_one_is_kept(
    tab: CompareTab, workspace: Workspace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writes that may overtake each other leave an older view: so none begins before the one before has ended."""
    write, at_once, most, lock = views.write, 0, 0, threading.Lock()
    may_go = threading.Event()

    def slow(*arguments: object) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        assert may_go.wait(10)
        write(*arguments)
        with lock:
            at_once -= 1

    monkeypatch.setattr(views, "write", slow)
    for bound in range(5):
        tab.board._change(where=f"roc_auc > 0.{bound}")
    may_go.set()
    qtbot.waitUntil(lambda: tab.comparison._written is tab.comparison.views)
    assert views.read(workspace).last.where == "roc_auc > 0.4"
    assert most == 1
