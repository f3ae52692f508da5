"""The Analyze tab: what is drawn is what is so, one threshold moves all, one selection is seen everywhere."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shiboken6
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDoubleSpinBox, QLabel
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    det_curve,
    f1_score,
    log_loss,
    matthews_corrcoef,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from aetheron_desktop.engine.evaluation import number_words
from aetheron_desktop.engine.evaluation.curves import numbers
from aetheron_desktop.engine.evaluation.segments.failure import FairnessQuestion
from aetheron_desktop.engine.explaining.questions import DependenceQuestion
from aetheron_desktop.engine.explaining.results import Dependence, Grid, ShapColumn, ShapRows, ShapSummary
from aetheron_desktop.engine.versioning.changes import RollBack, SetThreshold
from aetheron_desktop.ui.item_models.palette_entries import ENTRY_ROLE
from aetheron_desktop.ui.tabs.analyze import AnalyzeTab
from aetheron_desktop.ui.widgets.analysis.certainty_cards import CalibrationCard, ScoresByClassCard
from aetheron_desktop.ui.widgets.analysis.class_cards import MostConfusedCard
from aetheron_desktop.ui.widgets.analysis.decision_cards import AgainstRestCard, ConfusionCard
from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard
from aetheron_desktop.ui.widgets.analysis.number_cards import CoverageCard, PredictedCard, ResidualCard
from aetheron_desktop.ui.widgets.analysis.ranking_cards import (
    DetectionErrorCard,
    PrecisionRecallCard,
    RocCard,
    SeparationCard,
)
from aetheron_desktop.ui.widgets.analysis.score_card import ScoreCard
from aetheron_desktop.ui.widgets.analysis.threshold_cards import CostCard, MetricByThresholdCard
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from tests.analyzed import put_dataset, put_run, scored
from tests.tables import made_table
from tests.ui.analyzed_tab import board_card, is_drawn, label, opened, press
from tests.ui.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aetheron_desktop.ui.session import Session

CLASSES = ("no", "yes")


@pytest.fixture
def tab(session: Session, qtbot: QtBot, dressed: QApplication) -> Iterator[AnalyzeTab]:
    made = AnalyzeTab(session)
    qtbot.addWidget(made)
    made.resize(1100, 800)
    yield made
    made.analysis.close()


@pytest.fixture
def binary(session: Session) -> str:
    put_dataset(session.workspace)
    truth, score = scored(200)
    run = put_run(session.workspace, truth, np.column_stack([1.0 - score, score]), classes=CLASSES)
    session._take_up_runs()
    return run


def test_that_the_best_run_of_the_open_dataset_is_analyzed_when_the_tab_is_looked_at(
    qtbot: QtBot, session: Session, tab: AnalyzeTab, binary: str
) -> None:
    truth, score = scored(200, seed=1)
    better = {"roc_auc": 0.99, "baseline_roc_auc": 0.5}
    put_run(session.workspace, truth, np.column_stack([1 - score, score]), classes=CLASSES, number=2, metrics=better)
    session.runs.clear()
    session._take_up_runs()
    session.open_dataset("0123456789abcdef")
    opened(qtbot, tab)
    assert tab.analysis.subject is not None
    assert tab.analysis.subject.run == "run-2"
    assert "200 test rows" in label(tab, "analysis_facts")


def test_that_drawn_curves_are_those_of_scikit_learn(qtbot: QtBot, tab: AnalyzeTab, binary: str) -> None:
    opened(qtbot, tab, binary)
    truth, score = scored(200)
    line = board_card(tab, RocCard).chart_.lines[0]
    fpr, tpr, _ = roc_curve(truth, score, drop_intermediate=False)
    assert line.xs == pytest.approx(fpr)
    assert line.ys == pytest.approx(tpr)
    line = board_card(tab, PrecisionRecallCard).chart_.lines[0]
    precision, recall, thresholds = precision_recall_curve(truth, score)
    assert line.ys[1:] == pytest.approx(precision[-2::-1])
    assert line.xs[1:] == pytest.approx(recall[-2::-1])
    assert line.at[1:] == pytest.approx(thresholds[::-1])


def test_that_the_threshold_moves_every_plot_at_once(qtbot: QtBot, tab: AnalyzeTab, binary: str) -> None:
    opened(qtbot, tab, binary)
    truth, score = scored(200)
    for wanted in (0.31, 0.0, 1.0, 0.774):
        with qtbot.waitSignal(tab.analysis.threshold_changed):
            tab.threshold_bar.moved.emit(wanted)
        drawn = board_card(tab, ConfusionCard).chart_.counts
        found = confusion_matrix(truth, score >= wanted)
        assert np.array_equal(drawn, found)
        (tn, fp), (fn, tp) = found
        assert board_card(tab, RocCard).chart_.handle == pytest.approx((fp / (fp + tn), tp / (fn + tp)))
        assert f"{fp + tp} of 200 rows are predicted yes" in label(tab, "threshold_words")


def test_that_a_point_of_the_curve_is_taken_hold_of_and_carried(qtbot: QtBot, tab: AnalyzeTab, binary: str) -> None:
    opened(qtbot, tab, binary)
    chart = board_card(tab, RocCard).chart_
    assert tab.board is not None
    frame = chart.frame()
    assert chart.handle is not None
    x, y = chart.handle
    start = QPointF(frame.x(x), frame.y(y or 0.0)).toPoint()
    end = QPointF(frame.x(0.9), frame.y(0.99)).toPoint()
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(chart, end)
        QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=end)
    assert chart.handle[0] > 0.7
    assert tab.analysis.threshold < 0.25
    assert chart.view.left == pytest.approx(-0.02)  # it was not the plane that moved


def test_that_the_rows_of_a_cell_are_meant_everywhere_and_go_to_the_grid(
    qtbot: QtBot, tab: AnalyzeTab, binary: str
) -> None:
    opened(qtbot, tab, binary)
    truth, score = scored(200)
    chart = board_card(tab, ConfusionCard).chart_
    spot = chart.frame()
    at = QPointF(spot.x(0), spot.y(-1)).toPoint()  # predicted no, actual yes
    with qtbot.waitSignal(tab.analysis.selected):
        QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=at)
    missed = np.flatnonzero((truth == 1) & (score <= 0.5))
    assert label(tab, "selection_words") == f"{len(missed)} rows of 200: actual yes, predicted no"
    roc = board_card(tab, RocCard)
    qtbot.waitUntil(lambda: bool(roc.chart_.marked))
    fpr, tpr, thresholds = roc_curve(truth, score, drop_intermediate=False)
    wanted = {(x, y) for x, y, at in zip(fpr, tpr, thresholds, strict=True) if at in set(score[missed])}
    assert np.array(sorted(roc.chart_.marked)) == pytest.approx(np.array(sorted(wanted)))
    with qtbot.waitSignal(tab.rows_wanted) as told:
        press(tab, "selection_grid")
    assert told.args == ["0123456789abcdef", missed.tolist()]

    with qtbot.waitSignal(tab.analysis.selected):  # the same cell has other rows at another threshold
        tab.analysis.move_to(0.8)
    missed = np.flatnonzero((truth == 1) & (score < 0.8))
    assert label(tab, "selection_words").startswith(f"{len(missed)} rows")
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert tab.analysis.selection is None
    assert tab.selection_bar.isHidden()
    assert not roc.chart_.marked


def test_that_the_best_threshold_for_a_goal_is_gone_to_and_reset(qtbot: QtBot, tab: AnalyzeTab, binary: str) -> None:
    opened(qtbot, tab, binary)
    truth, score = scored(200)
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        tab.threshold_bar.goal_wanted.emit("accuracy")
    reached = ((score >= tab.analysis.threshold) == truth).mean()
    assert reached == max(((score >= at) == truth).mean() for at in np.unique(score))
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        press(tab, "threshold_reset")
    assert tab.analysis.threshold == pytest.approx(0.5)


def test_that_a_threshold_is_stored_as_a_version_and_taken_back(
    qtbot: QtBot, session: Session, tab: AnalyzeTab, binary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = InProcess(session, monkeypatch)
    opened(qtbot, tab, binary)
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        tab.analysis.move_to(0.3)
    with qtbot.waitSignal(tab.analysis.changed):
        press(tab, "threshold_apply")
    assert [type(change) for change in jobs.changes] == [SetThreshold]
    assert jobs.changes[0].threshold == 0.3  # type: ignore[union-attr]
    history = session.workspace.shelf.history("model-1")
    assert [version.threshold for version in history.versions] == [0.3, None]
    assert "finds" in history.versions[0].message
    assert tab.analysis.subject is not None
    assert tab.analysis.subject.number == 2
    with qtbot.waitSignal(tab.analysis.changed):
        press(tab, "threshold_undo")
    assert isinstance(jobs.changes[-1], RollBack)
    assert session.workspace.shelf.history("model-1").versions[0].threshold is None
    assert tab.analysis.threshold == pytest.approx(0.5)


def test_that_an_earlier_version_is_analyzed_with_its_own_threshold_and_not_changed(
    qtbot: QtBot, session: Session, tab: AnalyzeTab, binary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    InProcess(session, monkeypatch)
    first = session.workspace.model("model-1").version
    with qtbot.waitSignal(session.versions.changed):
        session.versions.change(SetThreshold(model="model-1", threshold=0.8, message="Stricter"))
    opened(qtbot, tab, binary)
    assert tab.analysis.threshold == 0.8
    tab.choose()
    assert tab._palette is not None
    model = tab._palette.entries
    texts = [model.index(row).data() for row in range(model.rowCount())]
    assert texts == ["Forest 1 on made", "Forest 1, version 2", "Forest 1, version 1"]
    tab._palette.close_palette()
    model.index(2).data(ENTRY_ROLE).run()
    qtbot.waitUntil(
        lambda: is_drawn(tab) and tab.analysis.subject is not None and tab.analysis.subject.version == first
    )
    assert tab.analysis.threshold == pytest.approx(0.5)
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        tab.analysis.move_to(0.4)
    apply = tab.findChild(QAbstractButton, "threshold_apply")
    assert isinstance(apply, QAbstractButton)
    assert not apply.isEnabled()
    assert "earlier version" in apply.toolTip()


@pytest.mark.parametrize(
    ("lost", "words"),
    [("predictions", "gone"), ("model", "model is not here"), ("dataset", "dataset made is not here")],
)
def test_that_what_is_gone_is_said(
    qtbot: QtBot, session: Session, tab: AnalyzeTab, binary: str, lost: str, words: str
) -> None:
    workspace = session.workspace
    if lost == "predictions":
        (workspace.run_folder(binary) / "predictions.parquet").unlink()
        tab.show()
        tab.show_run(binary)
        qtbot.waitUntil(lambda: words in tab._empty.accessibleName())
        assert "Train" in tab._empty.accessibleName()
        return
    if lost == "model":
        workspace.bin_model("model-1")
    else:
        workspace.remove_dataset("0123456789abcdef")
    opened(qtbot, tab, binary)
    assert words in label(tab, "analysis_notes")
    if lost == "dataset":
        with qtbot.waitSignal(tab.analysis.selected):
            board_card(tab, ConfusionCard).chart_.point_chosen.emit(0.0, -1.0)
        grid = tab.findChild(QAbstractButton, "selection_grid")
        assert isinstance(grid, QAbstractButton)
        assert not grid.isEnabled()


def test_that_nothing_to_analyze_is_said_with_the_next_step(tab: AnalyzeTab) -> None:
    tab.show()
    assert "Train a model" in tab._empty.accessibleName()


def test_that_one_class_is_said_in_words_where_a_curve_needs_two(
    qtbot: QtBot, session: Session, tab: AnalyzeTab
) -> None:
    put_dataset(session.workspace)
    score = np.linspace(0.1, 0.9, 20)
    run = put_run(session.workspace, np.ones(20, dtype=np.int64), np.column_stack([1 - score, score]), classes=CLASSES)
    session._take_up_runs()
    opened(qtbot, tab, run)
    assert "positive class" in label(tab, "roc_card_why")
    assert np.array_equal(board_card(tab, ConfusionCard).chart_.counts, [[0, 0], [10, 10]])


def test_that_every_metric_is_drawn_as_scikit_learn_has_it_and_moves_with_the_threshold(
    qtbot: QtBot, tab: AnalyzeTab, binary: str
) -> None:
    opened(qtbot, tab, binary)
    chart = board_card(tab, ScoreCard).chart_
    truth, score = scored(200)
    qtbot.waitUntil(lambda: any(line.name == "log_loss" and line.low is not None for line in chart.lines))
    drawn = {line.name: line for line in chart.lines}
    assert drawn["roc_auc"].value == pytest.approx(roc_auc_score(truth, score))
    assert drawn["log_loss"].value == pytest.approx(log_loss(truth, score))
    assert drawn["brier"].value == pytest.approx(brier_score_loss(truth, score))
    assert drawn["average_precision"].value == pytest.approx(average_precision_score(truth, score))
    assert all(line.low is not None and line.low <= (line.value or 0.0) <= (line.high or 0.0) for line in chart.lines)
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        tab.analysis.move_to(0.7)
    drawn = {line.name: line for line in chart.lines}
    assert drawn["mcc"].value == pytest.approx(matthews_corrcoef(truth, score >= 0.7))
    assert drawn["f1"].value == pytest.approx(f1_score(truth, score >= 0.7))
    assert drawn["roc_auc"].value == pytest.approx(roc_auc_score(truth, score))
    chart.choose("mcc")
    assert "Matthews" in label(tab, "score_card_words")
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        press(tab, "threshold_reset")
    drawn = {line.name: line for line in chart.lines}
    assert drawn["mcc"].value == pytest.approx(matthews_corrcoef(truth, score > 0.5))


def test_that_the_cost_of_a_row_is_drawn_and_its_cheapest_threshold_gone_to(
    qtbot: QtBot, tab: AnalyzeTab, binary: str
) -> None:
    opened(qtbot, tab, binary)
    truth, score = scored(200)
    cost = board_card(tab, CostCard)
    field = tab.findChild(QDoubleSpinBox, "cost_card_miss")
    assert isinstance(field, QDoubleSpinBox)
    before = cost.figure
    field.setValue(5.0)
    qtbot.waitUntil(lambda: cost.figure is not before)
    line = cost.chart_.lines[0]
    for x, y in list(zip(line.xs, line.ys, strict=True))[::7]:
        said = score >= x
        paid = 1.0 * (said & (truth == 0)).sum() + 5.0 * (~said & (truth == 1)).sum()
        assert y == pytest.approx(paid / 200)
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        press(tab, "cost_card_best")
    assert cost.chart_.handle is not None
    place = int(np.argmin(line.ys))
    assert line.ys[place] == pytest.approx(cost.chart_.spots[0].y)
    press(tab, "cost_card_by_profit")
    assert cost.chart_.lines[0].ys == pytest.approx([-y for y in line.ys])


def test_that_scores_and_calibration_are_drawn_as_they_are_and_their_bars_mean_rows(
    qtbot: QtBot, tab: AnalyzeTab, binary: str
) -> None:
    opened(qtbot, tab, binary)
    truth, score = scored(200)
    scores = board_card(tab, ScoresByClassCard).chart_
    edges = np.linspace(0, 1, 51)
    assert scores.counts[0] == np.histogram(score[truth == 1], edges)[0].tolist()
    calibration = board_card(tab, CalibrationCard).chart_.lines[0]
    seen, said = calibration_curve(truth, score, n_bins=10)
    assert calibration.xs == pytest.approx(said)
    assert calibration.ys == pytest.approx(seen)
    with qtbot.waitSignal(tab.analysis.selected):
        board_card(tab, CalibrationCard).chart_.point_chosen.emit(said[3], seen[3])
    assert tab.analysis.selection is not None
    assert score[tab.analysis.selection.places].mean() == pytest.approx(said[3])
    with qtbot.waitSignal(tab.analysis.selected):
        scores.point_chosen.emit(0.91, 0.01)
    assert ((score >= 0.9) & (score < 0.92) & (truth == 1)).sum() == len(tab.analysis.selection)


def test_that_several_classes_are_held_against_the_rest_one_by_one(
    qtbot: QtBot, session: Session, tab: AnalyzeTab
) -> None:
    put_dataset(session.workspace)
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 150)
    predicted = rng.dirichlet(np.ones(3), 150) * 0.6 + np.eye(3)[truth] * 0.4
    run = put_run(session.workspace, truth, predicted, classes=("ant", "bee", "a wasp of a very long name indeed"))
    session._take_up_runs()
    opened(qtbot, tab, run)
    said = predicted.argmax(axis=1)
    found = confusion_matrix(truth, said)
    assert np.array_equal(board_card(tab, ConfusionCard).chart_.counts, found)
    pairs = board_card(tab, MostConfusedCard).chart_.bars
    assert [bar.count for bar in pairs] == sorted((found - np.diag(np.diag(found))).ravel(), reverse=True)[: len(pairs)]
    tab.focus_bar.chosen.emit(2)
    roc = board_card(tab, RocCard)
    qtbot.waitUntil(lambda: roc.analysis.focus == 2 and "wasp" in label(tab, "roc_card_words"))
    fpr, _, _ = roc_curve(truth == 2, predicted[:, 2], drop_intermediate=False)
    assert roc.chart_.lines[0].xs == pytest.approx(fpr)
    with qtbot.waitSignal(tab.analysis.selected):
        board_card(tab, MostConfusedCard).chart_.part_chosen.emit(0, 0)
    assert tab.analysis.selection is not None
    assert len(tab.analysis.selection) == pairs[0].count


def test_that_each_of_several_classes_is_told_from_the_rest_at_a_threshold(
    qtbot: QtBot, session: Session, tab: AnalyzeTab
) -> None:
    put_dataset(session.workspace)
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 150)
    predicted = rng.dirichlet(np.ones(3), 150) * 0.6 + np.eye(3)[truth] * 0.4
    run = put_run(session.workspace, truth, predicted, classes=("ant", "bee", "wasp"))
    session._take_up_runs()
    opened(qtbot, tab, run)
    assert not tab.threshold_bar.isHidden()
    button = tab.findChild(QAbstractButton, "threshold_apply")
    assert button is not None
    assert button.isHidden()  # the model itself predicts the most probable class
    focus, cut = 2, 0.35
    tab.focus_bar.chosen.emit(focus)
    rest = board_card(tab, AgainstRestCard)
    qtbot.waitUntil(lambda: rest.figure.classes == ("not wasp", "wasp"))
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        tab.threshold_bar.moved.emit(cut)
    is_wasp, told = truth == focus, predicted[:, focus] >= cut
    ((tn, fp), (fn, tp)) = found = confusion_matrix(is_wasp, told)
    assert np.array_equal(rest.chart_.counts, found)
    assert board_card(tab, RocCard).chart_.handle == pytest.approx((fp / (fp + tn), tp / (fn + tp)))
    assert label(tab, "threshold_words") == f"{fp + tp} of 150 rows would be told as wasp, {tp} of them right"
    assert np.array_equal(board_card(tab, ConfusionCard).chart_.counts, confusion_matrix(truth, predicted.argmax(1)))
    with qtbot.waitSignal(tab.analysis.selected):
        rest.chart_.point_chosen.emit(1.0, 0.0)
    assert tab.analysis.selection is not None
    assert tab.analysis.selection.places.tolist() == np.flatnonzero(~is_wasp & told).tolist()
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        tab.threshold_bar.goal_wanted.emit("f1")
    best = max(f1_score(is_wasp, predicted[:, focus] >= at) for at in predicted[:, focus])
    assert f1_score(is_wasp, predicted[:, focus] >= tab.analysis.threshold) == pytest.approx(best)
    tab.focus_bar.chosen.emit(0)
    assert tab.analysis.threshold == pytest.approx(0.5)


def test_that_reasons_and_groups_follow_the_class_that_is_looked_at(
    qtbot: QtBot, session: Session, tab: AnalyzeTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_dataset(session.workspace)
    truth = np.arange(60) % 3
    run = put_run(session.workspace, truth, np.eye(3)[truth] * 0.4 + 0.2, classes=("ant", "bee", "wasp"))
    session._take_up_runs()
    workers = InProcess(session, monkeypatch)
    workers.holds = True
    opened(qtbot, tab, run)
    assert tab.board is not None
    why, failures = tab.board.why, tab.board.failures
    why.columns_part.show_answer(
        ShapRows(
            model="model-1", version="", rows=(0, 1), cells=((3.5,), (4.5,)), places=((0.0,), (1.0,)),
            added=(((0.1, 0.2, 0.3),), ((0.4, 0.5, 0.6),)), sums=((0.1, 0.2, 0.3), (0.4, 0.5, 0.6)),
        )
    )  # fmt: skip
    why.columns_part.show_answer(
        ShapSummary(
            model="model-1", version="", names=("size",), outputs=("ant", "bee", "wasp"), unit="log-probability",
            base=(0.0, 0.0, 0.0), columns=(ShapColumn(column="size", strength=0.3, low=0.1, high=0.5),),
            method="trees", done=2, total=2, background=0, away=0.0,
        )
    )  # fmt: skip
    swarm = why.columns_part.swarm
    assert [dot.added for dot in dict(swarm.columns)["size"]] == [0.1, 0.4]
    grid = Grid(column="size", kind="number", words=("3", "5"), places=(3.0, 5.0), counts=(1, 1))
    line = ((0.1, 0.2, 0.7), (0.2, 0.2, 0.6))
    why.dependence_part.show_columns(("size", "count"))
    why.dependence_part.show_dependence(
        Dependence(
            model="model-1", version="", grid=grid, outputs=("ant", "bee", "wasp"), unit="probability", shown=0,
            rows=2, partial=line, single=(), accumulated=line,
        )
    )  # fmt: skip
    failures.group_column.setCurrentIndex(failures.group_column.findData("fresh"))
    tab.focus_bar.chosen.emit(2)
    assert [dot.added for dot in dict(swarm.columns)["size"]] == [0.3, 0.6]
    asked = {type(question): question for question in workers.questions}
    assert asked[DependenceQuestion] == DependenceQuestion(
        model="model-1", version=why._version, column="size", shown=2
    )
    groups = asked[FairnessQuestion]
    assert isinstance(groups, FairnessQuestion)
    assert groups.positive == "wasp"


def test_that_misses_and_false_alarms_are_drawn_as_scikit_learn_has_them(
    qtbot: QtBot, tab: AnalyzeTab, binary: str
) -> None:
    opened(qtbot, tab, binary)
    head, *rows = board_card(tab, DetectionErrorCard).chart_.table()
    assert head == ["line", "Threshold", "False alarms among the others", "Missed of the class"]
    drawn = np.array([[float(cell) for cell in row[1:]] for row in rows])
    truth, score = scored(200)
    fpr, fnr, thresholds = det_curve(truth, score)
    inside = (fpr > 0) & (fpr < 1) & (fnr > 0) & (fnr < 1)
    wanted = np.column_stack([thresholds, fpr, fnr])[inside]
    assert drawn[np.argsort(drawn[:, 0])] == pytest.approx(wanted[np.argsort(wanted[:, 0])])
    assert "about as frequent" in label(tab, "detection_error_card_words")


def test_that_a_part_of_the_probabilities_means_its_rows_in_every_plot_over_them(
    qtbot: QtBot, tab: AnalyzeTab, binary: str
) -> None:
    opened(qtbot, tab, binary)
    truth, score = scored(200)
    metrics, cost = board_card(tab, MetricByThresholdCard), board_card(tab, CostCard)
    with qtbot.waitSignal(tab.analysis.selected):
        metrics.chart_.region_chosen.emit(Bounds(0.4, 0.6, 0.0, 1.0))
    inside = (score >= 0.4) & (score < 0.6)
    assert tab.analysis.selection is not None
    assert tab.analysis.selection.places.tolist() == np.flatnonzero(inside).tolist()
    apart = board_card(tab, SeparationCard)
    qtbot.waitUntil(lambda: bool(apart.chart_.marked and metrics.chart_.marked and cost.chart_.marked))
    of_class, of_others = np.unique(score[inside & (truth == 1)]), np.unique(score[inside & (truth == 0)])
    assert [x for x, _ in apart.chart_.marked] == pytest.approx([*of_class, *of_others])
    below = [(score[truth == 1] < at).mean() for at in of_class] + [(score[truth == 0] < at).mean() for at in of_others]
    assert [y for _, y in apart.chart_.marked] == pytest.approx(below)
    assert [x for x, _ in cost.chart_.marked] == pytest.approx(np.unique(score[inside]))


def test_that_numbers_are_drawn_against_what_was_and_over_a_column(
    qtbot: QtBot, session: Session, tab: AnalyzeTab
) -> None:
    put_dataset(session.workspace)
    rng = np.random.default_rng(4)
    truth = rng.normal(100, 20, 120)
    predicted = truth + rng.normal(0, 5, 120)
    run = put_run(session.workspace, truth, predicted, limits=np.column_stack([predicted - 8, predicted + 8]))
    session._take_up_runs()
    opened(qtbot, tab, run)
    chart = board_card(tab, PredictedCard).chart_
    assert chart.points == (pytest.approx(truth.tolist()), pytest.approx(predicted.tolist()))
    residual = board_card(tab, ResidualCard)
    over = tab.findChild(QComboBox, "residual_card_over")
    assert isinstance(over, QComboBox)
    assert "size" in [over.itemText(place) for place in range(over.count())]
    before = residual.figure
    over.setCurrentText("count")
    over.activated.emit(over.currentIndex())
    qtbot.waitUntil(lambda: residual.figure is not before)
    count = made_table()["count"][:120].to_numpy(float)
    assert residual.chart_.points == (pytest.approx(count.tolist()), pytest.approx((predicted - truth).tolist()))
    table = made_table()[:120]
    over.setCurrentText("colour")
    over.activated.emit(over.currentIndex())
    qtbot.waitUntil(lambda: bool(residual.chart_.boxes))
    by_colour = pd.Series(predicted - truth).groupby(table["colour"].fillna("missing"))
    boxes = {box.name: box for box in residual.chart_.boxes}
    assert {name: box.count for name, box in boxes.items()} == by_colour.size().to_dict()
    assert residual.chart_.boxes[-1].name == "missing"
    for name, errors in by_colour:
        found = (boxes[name].lower, boxes[name].median, boxes[name].upper, boxes[name].mean)
        assert found == pytest.approx((*np.quantile(errors, (0.25, 0.5, 0.75)), errors.mean()))
    assert "colour" in label(tab, "residual_card_words")
    with qtbot.waitSignal(tab.analysis.selected):
        residual.chart_.region_chosen.emit(Bounds(-0.5, 0.5, -100.0, 100.0))
    assert tab.analysis.selection is not None
    first = residual.chart_.boxes[0].name
    assert tab.analysis.selection.places.tolist() == np.flatnonzero(table["colour"] == first).tolist()
    over.setCurrentText("seen")
    over.activated.emit(over.currentIndex())
    qtbot.waitUntil(lambda: not residual.chart_.boxes)
    assert residual.chart_.points[0] == pytest.approx(table["seen"].astype("datetime64[us]").astype("int64").to_list())
    with qtbot.waitSignal(tab.analysis.selected):
        chart.region_chosen.emit(Bounds(90.0, 110.0, 0.0, 500.0))
    inside = np.flatnonzero((truth >= 90) & (truth <= 110))
    assert tab.analysis.selection is not None
    assert tab.analysis.selection.places.tolist() == inside.tolist()
    qtbot.waitUntil(lambda: len(residual.chart_.marked) == len(inside))
    coverage = board_card(tab, CoverageCard).chart_.lines[0]
    held = np.abs(predicted - truth) <= 8
    order = np.argsort(predicted)
    assert coverage.ys == pytest.approx([part.mean() for part in np.split(held[order], 10)])


@pytest.mark.parametrize(("rows", "kind"), [(2, "binary"), (30, "constant"), (3, "regression")])
def test_that_few_rows_and_constant_scores_are_drawn_or_said(
    qtbot: QtBot, session: Session, tab: AnalyzeTab, rows: int, kind: str
) -> None:
    put_dataset(session.workspace)
    truth = np.arange(rows) % 2
    score = np.full(rows, 0.3) if kind == "constant" else np.linspace(0.2, 0.8, rows)
    if kind == "regression":
        run = put_run(session.workspace, truth.astype(float), np.full(rows, 0.5))
    else:
        run = put_run(session.workspace, truth, np.column_stack([1 - score, score]), classes=CLASSES)
    session._take_up_runs()
    opened(qtbot, tab, run)
    assert tab.board is not None
    tab.board.grab()
    for one in tab.board.cards:
        assert one.plot.isVisibleTo(tab) or one.findChild(QLabel, f"{one.objectName()}_why").text()  # type: ignore[union-attr]


def test_that_a_thousand_classes_are_drawn_as_a_picture(qtbot: QtBot, session: Session, tab: AnalyzeTab) -> None:
    put_dataset(session.workspace)
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 1000, 300)
    predicted = np.full((300, 1000), 0.0005)
    predicted[np.arange(300), np.where(rng.random(300) < 0.7, truth, (truth + 1) % 1000)] = 0.5
    names = [f"class {number} of a great many" for number in range(1000)]
    run = put_run(session.workspace, truth, predicted, classes=names)
    session._take_up_runs()
    opened(qtbot, tab, run)
    chart = board_card(tab, ConfusionCard).chart_
    assert chart.zooms == (True, True)
    chart.grab()
    assert chart._picture is not None
    colours = {chart._picture.pixelColor(place, place).name() for place in range(1000)}
    assert len(colours) >= 2
    said = predicted.argmax(axis=1)
    assert int(np.trace(np.asarray(chart.counts))) == int((said == truth).sum())


def test_that_what_a_person_chose_stays_when_its_table_is_opened_and_goes_with_another(
    qtbot: QtBot, session: Session, tab: AnalyzeTab, binary: str
) -> None:
    truth, score = scored(60, seed=1)
    better = {"roc_auc": 0.99}
    put_run(session.workspace, truth, np.column_stack([1 - score, score]), classes=CLASSES, number=2, metrics=better)
    session.runs.clear()
    session._take_up_runs()
    opened(qtbot, tab, binary)
    session.open_dataset("0123456789abcdef")
    tab.hide()
    tab.show()
    assert tab.analysis.subject is not None
    assert tab.analysis.subject.run == binary
    session.close_dataset()
    tab._on_dataset()
    qtbot.waitUntil(lambda: is_drawn(tab))
    assert tab.analysis.subject is not None
    assert tab.analysis.subject.run == "run-2"


def test_that_sentences_of_all_rows_are_made_with_the_figures(
    qtbot: QtBot, session: Session, tab: AnalyzeTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_dataset(session.workspace)
    truth, score = scored(60)
    threads: set[int] = set()
    for name in ("errors", "binned"):
        plain = getattr(numbers, name)

        def heard(*given: object, plain: Callable[..., object] = plain) -> object:
            threads.add(threading.get_ident())
            return plain(*given)

        monkeypatch.setattr(numbers, name, heard)
        if name == "errors":
            monkeypatch.setattr(number_words, name, heard)
    opened(qtbot, tab, put_run(session.workspace, truth, score))
    assert threads
    assert threading.get_ident() not in threads
    found = board_card(tab, ResidualCard)
    assert isinstance(found, ResidualCard)
    assert found.plot.accessibleDescription().startswith("Where predicted is")


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_that_figures_are_made_without_touching_a_widget(
    qtbot: QtBot, session: Session, tab: AnalyzeTab, task: str
) -> None:
    put_dataset(session.workspace)
    truth, score = scored(60)
    told = np.column_stack([1.0 - score, score]) if task == "binary" else score
    opened(qtbot, tab, put_run(session.workspace, truth, told, classes=CLASSES if task == "binary" else ()))
    board, evidence = tab.board, tab.analysis.evidence
    assert board is not None
    assert evidence is not None
    cards = [one for one in board.cards if type(one).ask is FigureCard.ask]
    assert len(cards) > 5
    focus, tab.board = tab.analysis.focus, None
    tab.analysis.close()
    shiboken6.delete(board)
    evidence._made.clear()
    # The thread that makes them may be at it when the widgets go: touching one there ends the program.
    for one in cards:
        assert one.make(evidence, focus) is not None


def test_that_a_bug_in_one_plot_does_not_keep_the_others_from_being_made(
    qtbot: QtBot, tab: AnalyzeTab, binary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    heard: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: heard.append(kind))
    monkeypatch.setattr(RocCard, "make", broken)
    tab.show()
    tab.show_run(binary)
    qtbot.waitUntil(lambda: tab.board is not None and tab.board.cards[-1].figure is not None)
    assert tab.board is not None
    assert [one.objectName() for one in tab.board.cards if one.figure is None] == ["roc_card"]
    assert heard == [ZeroDivisionError]
