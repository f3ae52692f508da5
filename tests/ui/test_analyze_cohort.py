"""A cohort chosen in Analyze: every score, plot and sentence is of its test rows alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, roc_curve

from aetheron_desktop.engine.datasets.viewing.cohorts import Cohort, keep_cohort
from aetheron_desktop.engine.evaluation.segments.failure import FairnessQuestion
from aetheron_desktop.engine.evaluation.selection import Cell
from aetheron_desktop.ui.tabs.analyze import AnalyzeTab
from aetheron_desktop.ui.widgets.analysis.decision_cards import ConfusionCard
from aetheron_desktop.ui.widgets.analysis.ranking_cards import RocCard
from tests.analyzed import DATASET, put_dataset, put_run, scored
from tests.ui.analyzed_tab import board_card, label, opened
from tests.ui.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aetheron_desktop.ui.session import Session

ROWS = 200


@pytest.fixture
def tab(session: Session, qtbot: QtBot, dressed: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnalyzeTab]:
    put_dataset(session.workspace)
    truth, score = scored(ROWS)
    run = put_run(session.workspace, truth, np.column_stack([1.0 - score, score]), classes=("no", "yes"))
    session._take_up_runs()
    InProcess(session, monkeypatch)
    made = AnalyzeTab(session)
    qtbot.addWidget(made)
    made.resize(1100, 800)
    opened(qtbot, made, run)
    yield made
    made.analysis.close()


@pytest.fixture
def red(session: Session) -> Cohort:
    return keep_cohort(session.workspace.dataset(DATASET), "the red ones", "colour = 'red'")


@pytest.fixture
def is_red(session: Session) -> np.ndarray:
    table = session.workspace.dataset(DATASET).table(["colour"])
    return (table["colour"] == "red").fillna(False).to_numpy(bool)[:ROWS]


def choose(qtbot: QtBot, tab: AnalyzeTab, cohort: Cohort | None) -> None:
    """Choose a cohort in the menu beside the title, and wait until all is drawn and measured."""
    button = tab.cohort_choice
    button._fill()
    name = "All test rows" if cohort is None else cohort.name
    action = next(one for one in button._menu.actions() if one.text() == name)
    with qtbot.waitSignal(tab.analysis.cohort_changed):
        action.trigger()
    qtbot.waitUntil(lambda: "balanced_accuracy" in tab.analysis.measured)


def test_that_everything_is_of_the_rows_of_the_chosen_cohort(
    qtbot: QtBot, tab: AnalyzeTab, red: Cohort, is_red: np.ndarray
) -> None:
    truth, score = scored(ROWS)
    choose(qtbot, tab, red)
    there, said = truth[is_red], score[is_red]
    fpr, tpr, _ = roc_curve(there, said, drop_intermediate=False)
    drawn = board_card(tab, RocCard).chart_.lines[0]
    assert drawn.xs == pytest.approx(fpr)
    assert drawn.ys == pytest.approx(tpr)
    assert np.array_equal(board_card(tab, ConfusionCard).chart_.counts, confusion_matrix(there, said > 0.5))
    measured = tab.analysis.measured["accuracy"]
    assert measured.value == pytest.approx(accuracy_score(there, said > 0.5))
    assert measured.rows == len(there)
    assert measured.low is not None
    assert measured.part == "test rows in “the red ones”"
    assert label(tab, "analysis_facts").startswith(f"{len(there)} rows of {ROWS} test rows")
    assert f"{(said > 0.5).sum()} of {len(there)} rows" in label(tab, "threshold_words")
    assert tab.cohort_choice.text() == "the red ones"
    choose(qtbot, tab, None)
    assert board_card(tab, ConfusionCard).chart_.counts.sum() == ROWS
    assert tab.analysis.measured["accuracy"].rows == ROWS


def test_that_the_selection_goes_with_its_rule_and_rows_stay_the_same_rows(
    qtbot: QtBot, tab: AnalyzeTab, red: Cohort, is_red: np.ndarray
) -> None:
    truth, score = scored(ROWS)
    with qtbot.waitSignal(tab.analysis.selected):
        tab.analysis.select(Cell(1, 0))
    choose(qtbot, tab, red)
    missed = np.flatnonzero((truth == 1) & (score <= 0.5))
    qtbot.waitUntil(lambda: tab.analysis.selection is not None)
    assert tab.analysis.selection is not None
    assert tab.analysis.evidence is not None
    rows = tab.analysis.evidence.predictions.rows
    assert rows[tab.analysis.selection.places].tolist() == [row for row in missed if is_red[row]]
    with qtbot.waitSignal(tab.analysis.selected):
        tab.analysis.select_by(lambda: np.array([0, 2]), "two rows")
    chosen = rows[[0, 2]].tolist()
    choose(qtbot, tab, None)
    qtbot.waitUntil(lambda: tab.analysis.selection is not None)
    assert tab.analysis.selection.places.tolist() == chosen  # of all rows, each stands at its number


def test_that_a_cohort_without_test_rows_is_said_and_not_shown(qtbot: QtBot, tab: AnalyzeTab, session: Session) -> None:
    none = keep_cohort(session.workspace.dataset(DATASET), "none", "count > 100")
    with qtbot.waitSignal(session.noticed) as told:
        tab.cohort_choice.choose(none)
    assert told.args is not None
    assert "None of the 200 test rows is in the cohort “none”" in told.args[0].detail
    assert tab.analysis.cohort is None
    assert tab.cohort_choice.text() == "All test rows"


def test_that_few_rows_are_said_and_no_curve_is_drawn_of_one_class(
    qtbot: QtBot, tab: AnalyzeTab, session: Session
) -> None:
    truth, _ = scored(ROWS)
    row = int(np.flatnonzero(truth == 1)[0])
    size = session.workspace.dataset(DATASET).table(["size"])["size"].to_numpy()
    one = keep_cohort(session.workspace.dataset(DATASET), "one", f"size = {float(size[row])!r}")
    choose(qtbot, tab, one)
    assert "Only 1 row is there" in label(tab, "analysis_notes")
    assert "All rows are of the positive class" in label(tab, "roc_card_why")


def test_that_what_is_looked_for_where_it_fails_is_of_the_cohort_too(
    qtbot: QtBot, tab: AnalyzeTab, red: Cohort, is_red: np.ndarray
) -> None:
    choose(qtbot, tab, red)
    assert tab.board is not None
    view = tab.board.failures
    view.group_column.setCurrentIndex(view.group_column.findData("fresh"))
    view.group_column.activated.emit(view.group_column.currentIndex())
    qtbot.waitUntil(lambda: view.group_table.rowCount() == 2)
    told = [view.group_table.item(row, 1) for row in range(2)]
    assert sum(int(one.text()) for one in told if one is not None) == is_red.sum()
    assert view._question(FairnessQuestion, column="fresh").within == red.condition
