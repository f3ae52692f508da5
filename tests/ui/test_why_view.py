"""Why a model says what it says, as a person looks at it: asked in this process, drawn, clicked, changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, Qt, QThreadPool
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSlider, QToolButton

from aetheron_desktop.engine.explaining.questions import (
    CounterfactualQuestion,
    DependenceQuestion,
    ImportanceQuestion,
    RowQuestion,
    ShapQuestion,
    WhatIfQuestion,
)
from aetheron_desktop.engine.explaining.results import Importance, Plausible
from aetheron_desktop.engine.workspace import Workspace
from aetheron_desktop.ui.session import Session
from aetheron_desktop.ui.widgets.explanations import why_view
from aetheron_desktop.ui.widgets.explanations.dependence_chart import SINGLE, STEPS
from aetheron_desktop.ui.widgets.explanations.what_if_fields import WhatIfFields
from aetheron_desktop.ui.widgets.explanations.why_view import WhyView
from tests.engine.versioning.doing import asked, put_dataset, trained
from tests.tables import made_table
from tests.ui.conftest import shut_down
from tests.ui.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from aetheron_desktop.engine.registry.model import ModelInfo


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, ModelInfo]]:
    workspace = Workspace.open(tmp_path_factory.mktemp("why") / "workspace")
    yield workspace, trained(workspace, put_dataset(workspace, made_table(300)), "lightgbm")
    workspace.close()


@pytest.fixture
def view(
    qtbot: QtBot, dressed: QApplication, shelf: tuple[Workspace, ModelInfo], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[WhyView, InProcess]]:
    workspace, info = shelf
    session = Session(workspace)
    work = InProcess(session, monkeypatch)
    made = WhyView(session)
    made.resize(1200, 1400)
    qtbot.addWidget(made)
    made.show()
    made.show_subject(info.id, info.version)
    yield made, work
    made.cancel()
    made.close()
    shut_down(session, qtbot)


def _is_idle(view: WhyView) -> bool:
    return not view._going


def test_that_a_model_is_explained_and_what_was_found_is_there_the_next_time(
    qtbot: QtBot, view: tuple[WhyView, InProcess], shelf: tuple[Workspace, ModelInfo]
) -> None:
    why, work = view
    explain = why.findChild(QPushButton, "explain")
    assert explain is not None
    explain.click()
    assert not explain.isVisible()
    qtbot.waitUntil(lambda: _is_idle(why) and bool(why.row_part.chart.falls), timeout=30_000)
    kinds = [type(question) for question in work.questions]
    assert kinds[:2] == [ImportanceQuestion, ShapQuestion]
    assert {DependenceQuestion, RowQuestion} <= set(kinds)
    workspace, info = shelf
    told = asked(workspace, ImportanceQuestion(model=info.id, version=info.version), Importance)
    bars = {bar.name: bar for bar in why.columns_part.bars.bars}
    assert bars["size"].value == told.weights[0].value
    assert (bars["size"].low, bars["size"].high) == (told.weights[0].low, told.weights[0].high)
    assert [row[0] for row in why.columns_part.bars.table()[1:]] == list(bars)
    swarm = dict(why.columns_part.swarm.columns)
    assert next(iter(swarm)) == "size"
    assert len(swarm["size"]) == len(why.columns_part.rows()) == 60
    assert why.dependence_part.column == "size"
    lines = why.dependence_part.chart.lines
    assert len(lines) == 2
    single = why.findChild(QToolButton, "dependence_accumulated")
    assert single is not None
    single.click()
    assert set(why.dependence_part.chart.lines) == set(lines) - {STEPS}
    assert SINGLE not in why.dependence_part.chart.lines
    other = why.findChild(QComboBox, "dependence_other")
    assert other is not None
    other.setCurrentIndex(other.findData("colour"))
    other.activated.emit(other.currentIndex())
    qtbot.waitUntil(lambda: _is_idle(why) and bool(why.dependence_part.surface.cells))
    assert why.dependence_part.card.chart is why.dependence_part.surface
    assert not single.isVisible()
    rows = why.dependence_part.surface.table()
    assert rows[0][:2] == ["size", "colour"]
    assert {row[1] for row in rows[1:]} == {"red", "green", "blue"}
    count = len(work.questions)
    why.show_subject("", "")
    why.show_subject(info.id, info.version)
    qtbot.waitUntil(lambda: bool(why.columns_part.bars.bars) and bool(why.columns_part.swarm.columns))
    qtbot.waitUntil(lambda: bool(why.dependence_part.chart.lines))
    assert len(work.questions) == count


def test_that_sliders_ask_what_would_be_and_a_change_is_tried(qtbot: QtBot, view: tuple[WhyView, InProcess]) -> None:
    why, work = view
    why.show_row(4)
    qtbot.waitUntil(lambda: _is_idle(why) and bool(why.row_part.chart.falls), timeout=30_000)
    falls = why.row_part.chart.falls
    assert falls[0].name == "usual"
    assert falls[-1].name == "this row"
    assert falls[-2].after == pytest.approx(falls[-1].after, abs=1e-6)
    slider = why.findChild(QSlider, "what_if_size")
    would = why.findChild(QLabel, "what_if_prediction")
    assert slider is not None
    assert would is not None
    before = would.text()
    slider.setValue(slider.maximum() if slider.value() < slider.maximum() / 2 else 0)
    qtbot.waitUntil(lambda: _is_idle(why) and would.text() != before)
    last = [one for one in work.questions if isinstance(one, WhatIfQuestion)][-1]
    assert last.row == 4
    assert set(last.cells) == {"size"}
    colour = why.findChild(QComboBox, "what_if_colour")
    assert colour is not None
    assert {colour.itemText(place) for place in range(colour.count())} == {"red", "green", "blue", "missing"}
    reset = why.findChild(QPushButton, "what_if_reset")
    assert reset is not None
    reset.click()
    qtbot.waitUntil(lambda: _is_idle(why) and would.text() == before)
    keep = why.findChild(QToolButton, "keep_colour")
    look = why.findChild(QPushButton, "counterfactual")
    assert keep is not None
    assert look is not None
    keep.click()
    look.click()
    qtbot.waitUntil(lambda: _is_idle(why) and why.findChild(QPushButton, "try_change") is not None)
    wish = [one for one in work.questions if isinstance(one, CounterfactualQuestion)][-1]
    assert wish.kept == ("colour",)
    attempt = why.findChild(QPushButton, "try_change")
    assert attempt is not None
    attempt.click()
    qtbot.waitUntil(lambda: _is_idle(why) and would.text() != before)
    assert would.text().split()[1] != before.split()[1]


@pytest.mark.parametrize(
    ("way", "top"),
    [
        (Plausible(column="pay", type="integer", low=0.0, high=1_000_050.0, step=1.0), 1_000_050.0),
        (Plausible(column="age", type="integer", low=18.0, high=90.0, step=1.0), 90.0),
        (
            Plausible(column="day", type="date", low="1900-01-01T00:00:00", high="2000-01-01T00:00:00", step=1.0),
            "2000-01-01T00:00:00",
        ),
    ],
    ids=lambda one: getattr(one, "column", ""),
)
def test_that_a_slider_reaches_every_plausible_value(
    qtbot: QtBot, dressed: QApplication, way: Plausible, top: float | str
) -> None:
    fields = WhatIfFields()
    qtbot.addWidget(fields)
    fields.show_ways([way], [way.low])
    slider = fields.findChild(QSlider)
    assert slider is not None
    assert slider.maximum() <= 10_001
    slider.setValue(slider.maximum())
    told = fields.cells()[way.column]
    if isinstance(top, str):
        assert abs(datetime.fromisoformat(str(told)) - datetime.fromisoformat(top)) < timedelta(days=4)
    else:
        assert told == top
        slider.setValue(slider.maximum() // 2)
        assert float(fields.cells()[way.column] or 0.0).is_integer()


def test_that_what_was_asked_of_a_row_is_not_told_of_the_next_one(
    qtbot: QtBot, view: tuple[WhyView, InProcess]
) -> None:
    why, work = view
    why.show_row(4)
    qtbot.waitUntil(lambda: _is_idle(why) and bool(why.row_part.chart.falls), timeout=30_000)
    slider, look = why.findChild(QSlider, "what_if_size"), why.findChild(QPushButton, "counterfactual")
    assert slider is not None
    assert look is not None
    work.holds = True
    slider.setValue(slider.maximum() if slider.value() < slider.maximum() / 2 else 0)
    qtbot.waitUntil(lambda: "what if" in why._going)
    look.click()
    assert {"what if", "change"} <= set(why._going)
    gone = {why._going["what if"], why._going["change"]}
    why.show_row(6)
    assert gone <= set(work.stopped)
    look.click()
    slider.setValue(slider.value() + 1)
    assert set(why._going) == {"row"}, "the cells are still those of the row before"
    assert not why._settle.isActive()
    work.go_on()
    qtbot.waitUntil(lambda: _is_idle(why) and why.row_part.row == 6, timeout=30_000)


def test_that_similar_rows_go_to_the_grid_and_a_click_on_a_point_explains_its_row(
    qtbot: QtBot, view: tuple[WhyView, InProcess], shelf: tuple[Workspace, ModelInfo]
) -> None:
    why, _ = view
    why.explain()
    qtbot.waitUntil(lambda: bool(why.columns_part.swarm.columns), timeout=30_000)
    why.show_row(6)
    qtbot.waitUntil(lambda: _is_idle(why) and bool(why.row_part.chart.falls), timeout=30_000)
    grid = why.findChild(QPushButton, "similar_to_grid")
    assert grid is not None
    with qtbot.waitSignal(why.rows_wanted) as heard:
        grid.click()
    dataset, rows = heard.args or ["", ()]
    assert dataset == shelf[1].dataset
    assert len(rows) == 5
    swarm = why.columns_part.swarm
    _, dots = swarm.columns[0]
    x, y = swarm._points[0][0]
    at = QPointF(swarm.frame().x(x), swarm.frame().y(y)).toPoint()
    qtbot.mouseClick(swarm, Qt.MouseButton.LeftButton, pos=at)
    near = swarm.dot_at(*swarm.frame().at(QPointF(at)))
    assert near is not None
    qtbot.waitUntil(lambda: _is_idle(why) and why.row == near[1].row)
    assert dots


def test_that_an_explanation_that_is_cancelled_leaves_the_view_as_it_was(
    qtbot: QtBot,
    view: tuple[WhyView, InProcess],
    shelf: tuple[Workspace, ModelInfo],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    why, work = view
    QThreadPool.globalInstance().waitForDone()
    qtbot.waitUntil(lambda: _is_idle(why), timeout=30_000)
    # As if nothing had been found out before.
    monkeypatch.setattr(why_view, "stored", lambda workspace, question: [])
    why.show_subject("")
    why.show_subject(shelf[1].id, shelf[1].version)
    work.holds = True
    explain, cancel = why.findChild(QPushButton, "explain"), why.findChild(QPushButton, "cancel_explaining")
    assert explain is not None
    assert cancel is not None
    explain.click()
    assert cancel.isVisible()
    cancel.click()
    assert explain.isVisible()
    assert not cancel.isVisible()
    (asked_for,) = [job for job in work.started if getattr(job, "question", None) == why._importance()]
    assert asked_for.id in work.stopped


def test_that_a_version_is_asked_about_rows_of_the_dataset_that_it_was_trained_on(
    view: tuple[WhyView, InProcess], shelf: tuple[Workspace, ModelInfo]
) -> None:
    why, _ = view
    explain = why.findChild(QPushButton, "explain")
    assert explain is not None
    assert explain.isEnabled()
    why.show_subject("")
    why.show_subject(shelf[1].id, shelf[1].version, "0" * 16)
    assert not explain.isEnabled(), "the model's dataset of today is not that of this version"
    why.show_subject("")
    why.show_subject(shelf[1].id, shelf[1].version, shelf[1].dataset)
    assert explain.isEnabled()
