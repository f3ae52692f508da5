"""Where a model fails, in the window: what is told, what is marked in the plots, cohorts and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtWidgets import QInputDialog, QLabel, QPushButton, QWidget

from aetheron_desktop.engine.datasets.viewing.cohorts import cohorts, keep_cohort, rows_where
from aetheron_desktop.engine.evaluation.segments.failure import FailuresQuestion
from aetheron_desktop.ui.tabs.analyze import AnalyzeTab
from tests.analyzed import DATASET, put_dataset, put_run, scored
from tests.ui.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.failures.failures_view import FailuresView

ROWS = 200


@pytest.fixture
def tab(session: Session, qtbot: QtBot, dressed: QApplication) -> Iterator[AnalyzeTab]:
    made = AnalyzeTab(session)
    qtbot.addWidget(made)
    made.resize(1100, 800)
    yield made
    made.analysis.close()


@pytest.fixture
def view(session: Session, tab: AnalyzeTab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> FailuresView:
    """That of a model that is wrong where the colour is red."""
    put_dataset(session.workspace)
    truth, score = scored(ROWS)
    table = session.workspace.dataset(DATASET).table(["colour"])
    red = (table["colour"] == "red").to_numpy()[:ROWS]
    score = np.where(red, 1.0 - truth, truth) * 0.8 + 0.1
    run = put_run(session.workspace, truth, np.column_stack([1.0 - score, score]), classes=("no", "yes"))
    session._take_up_runs()
    InProcess(session, monkeypatch)
    tab.show()
    tab.show_run(run)
    qtbot.waitUntil(lambda: tab.board is not None)
    assert tab.board is not None
    return tab.board.failures


def button(within: QWidget, name: str) -> QPushButton:
    found = within.findChild(QPushButton, name)
    assert found is not None
    return found


def looked(view: FailuresView, qtbot: QtBot) -> None:
    button(view, "failures_find").click()
    qtbot.waitUntil(lambda: not button(view, "failures_find").isHidden() and not view._drift.isHidden())


def test_that_the_weak_segment_is_told_and_marks_its_rows_in_all_plots(
    view: FailuresView, tab: AnalyzeTab, session: Session, qtbot: QtBot
) -> None:
    looked(view, qtbot)
    assert view.segment_table.rowCount() >= 1
    first = view.segment_table.item(0, 0)
    assert first is not None
    assert "colour = 'red'" in first.text()
    view.segment_table.selectRow(0)
    qtbot.waitUntil(lambda: tab.analysis.selection is not None)
    dataset = session.workspace.dataset(DATASET)
    rows = rows_where(dataset, first.text(), session.workspace.root / "tmp")
    assert tab.analysis.selection is not None
    assert tab.analysis.selection.places.tolist() == rows[rows < ROWS].tolist()
    assert view.tree.topLevelItemCount() == 1
    root = view.tree.topLevelItem(0)
    assert root is not None
    assert root.childCount() == 2


def test_that_looking_can_be_cancelled(view: FailuresView, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = InProcess(session, monkeypatch)
    workers.holds = True
    button(view, "failures_find").click()
    assert not button(view, "failures_cancel").isHidden()
    button(view, "failures_cancel").click()
    assert workers.stopped == [workers.started[0].id]
    assert button(view, "failures_cancel").isHidden()
    assert isinstance(workers.questions[0], FailuresQuestion)


def test_that_what_a_version_failed_at_goes_when_another_threshold_is_stored(
    view: FailuresView, tab: AnalyzeTab, qtbot: QtBot
) -> None:
    looked(view, qtbot)
    with qtbot.waitSignal(tab.analysis.threshold_changed):
        tab.analysis.move_to(0.95)
    with qtbot.waitSignal(tab.analysis.changed):
        button(tab, "threshold_apply").click()
    assert view._segments.isHidden()
    assert view._drift.isHidden()


def test_that_nothing_is_looked_for_any_more_when_another_run_is_opened(
    view: FailuresView, tab: AnalyzeTab, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = InProcess(session, monkeypatch)
    workers.holds = True
    button(view, "failures_find").click()
    tab.show_run("run-1")
    assert workers.stopped == [workers.started[0].id]


def test_that_a_segment_becomes_a_cohort_that_can_be_chosen_and_forgotten(
    view: FailuresView, tab: AnalyzeTab, session: Session, qtbot: QtBot
) -> None:
    looked(view, qtbot)
    dataset = session.workspace.dataset(DATASET)
    view.segment_table.selectRow(0)
    button(view, "segment_keep").click()
    dialog = view.findChild(QInputDialog, "cohort_dialog")
    assert dialog is not None
    dialog.setTextValue("the red ones")
    dialog.accept()
    qtbot.waitUntil(lambda: view.cohorts.table.rowCount() == 1)
    (kept,) = cohorts(dataset)
    assert (kept.name, kept.condition) == ("the red ones", view.segment_table.condition())
    tab.analysis.select(None)
    view.cohorts.table.selectRow(0)
    qtbot.waitUntil(lambda: tab.analysis.selection is not None)
    button(view, "cohort_drop").click()
    qtbot.waitUntil(lambda: view.cohorts.table.rowCount() == 0)
    assert cohorts(dataset) == ()


def test_that_a_cohort_that_nothing_can_be_held_against_is_marked_all_the_same(
    view: FailuresView, tab: AnalyzeTab, session: Session, qtbot: QtBot
) -> None:
    sizes = session.workspace.dataset(DATASET).table(["size"])["size"].to_numpy()[:ROWS]
    view.choose(f"size >= {float(np.nanmax(sizes))!r}")
    qtbot.waitUntil(lambda: tab.analysis.selection is not None)
    assert tab.analysis.selection is not None
    assert tab.analysis.selection.places.tolist() == [int(np.nanargmax(sizes))]


def test_that_a_condition_that_is_none_is_said(view: FailuresView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.failed) as told:
        view.cohorts._keep("odd", "nowhere > 3")
    error: Any = told.args
    assert error is not None
    assert "nowhere" in error[0].detail


def test_that_groups_are_compared_when_a_column_is_chosen(view: FailuresView, qtbot: QtBot) -> None:
    place = view.group_column.findData("fresh")
    view.group_column.setCurrentIndex(place)
    view.group_column.activated.emit(place)
    qtbot.waitUntil(lambda: view.group_table.rowCount() == 2)
    names = {item.text() for row in range(2) if (item := view.group_table.item(row, 0)) is not None}
    assert names == {"false", "true"}
    words = view.findChild(QLabel, "groups_words")
    assert words is not None
    assert "fresh" in words.text()


def test_that_suspected_labels_go_to_the_grid(view: FailuresView, tab: AnalyzeTab, qtbot: QtBot) -> None:
    looked(view, qtbot)
    with qtbot.waitSignal(tab.rows_wanted) as told:
        button(view, "labels_to_grid").click()
    args: Any = told.args
    assert args[0] == DATASET
    assert args[1] == sorted(set(args[1]))


@pytest.mark.parametrize(("suffix", "begins"), [("html", b"<!doctype html>"), ("pdf", b"%PDF-"), ("md", b"# ")])
def test_that_a_report_is_written_as_its_name_says(
    view: FailuresView, tab: AnalyzeTab, session: Session, qtbot: QtBot, tmp_path: Path, suffix: str, begins: bytes
) -> None:
    assert not button(tab, "analysis_report").isHidden()
    assert tab.analysis.subject is not None
    out = tmp_path / f"it.{suffix}"
    with qtbot.waitSignal(session.noticed, timeout=20_000):
        tab._writer.write(tab.analysis.subject, str(out))
        assert not button(tab, "analysis_report").isEnabled()
    assert out.read_bytes().startswith(begins)
    qtbot.waitUntil(button(tab, "analysis_report").isEnabled)
    assert list((session.workspace.root / "tmp").glob("*.html")) == []


def test_that_cohorts_of_before_are_there_at_once(view: FailuresView, session: Session) -> None:
    dataset = session.workspace.dataset(DATASET)
    keep_cohort(dataset, "large", "size > 50")
    view.show_subject()
    assert view.cohorts.table.rowCount() == 1
