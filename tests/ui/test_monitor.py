"""The monitor: what it says, what it keeps, and what it draws."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import qBlue, qGreen, qRed
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from aetheron_desktop.engine.jobs.monitor import Sample
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.monitor import MonitorButton
from aetheron_desktop.ui.widgets.monitor_history import MonitorHistory


def sample(at: float, cpu: float = 12.0, app: float = 3.0) -> Sample:
    return Sample(
        at=at, machine_cpu=cpu, machine_memory=3_100_000_000, machine_memory_total=8_000_000_000, app_cpu=app,
        app_memory=57_000_000,
    )  # fmt: skip


@pytest.fixture
def monitor(dressed: QApplication, qtbot: QtBot) -> MonitorButton:
    made = MonitorButton()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def history(dressed: QApplication, qtbot: QtBot) -> Iterator[MonitorHistory]:
    host = QWidget()
    host.resize(900, 700)
    qtbot.addWidget(host)
    with qtbot.waitExposed(host):
        host.show()
    yield MonitorHistory(host)
    host.hide()


def test_that_the_monitor_says_all_of_it_to_a_screen_reader(monitor: MonitorButton) -> None:
    monitor.add(sample(1.0))
    assert monitor.accessibleName() == (
        "Processor 12 percent, memory 3.1 of 8.0 gigabytes. This program: processor 3 percent, memory 57 MB."
    )


def test_that_it_keeps_one_hour(monitor: MonitorButton) -> None:
    for second in range(0, 7200, 5):
        monitor.add(sample(float(second)))
    assert monitor.history[-1].at - monitor.history[0].at == 3600
    assert len(monitor.history) == 721


def test_that_a_look_every_second_for_an_hour_fits(monitor: MonitorButton) -> None:
    for second in range(4000):
        monitor.add(sample(float(second)))
    assert len(monitor.history) == 3601


def test_that_the_monitor_is_drawn_in_both_schemes(monitor: MonitorButton) -> None:
    for second in range(50):
        monitor.add(sample(float(second), cpu=second * 2.0))
    assert not monitor.grab().isNull()


def test_that_the_history_draws_four_curves_told_apart_without_colour(history: MonitorHistory) -> None:
    history.show_samples([sample(float(at), cpu=at / 40) for at in range(0, 3600, 5)])
    for plot in (history.cpu, history.memory):
        assert [name for name, *_ in plot.lines] == ["Machine", "This program"]
        assert [dashed for *_, dashed in plot.lines] == [False, True]
    assert history.cpu.accessibleName() == "Processor: Machine 90 %, This program 3 %"
    image = history.cpu.grab().toImage()
    colors = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    red, green, blue, _ = theme.series(1).getRgb()
    assert min(abs(qRed(c) - red) + abs(qGreen(c) - green) + abs(qBlue(c) - blue) for c in colors) < 60


def test_that_an_empty_history_says_when_there_will_be_one(history: MonitorHistory) -> None:
    history.show_samples([])
    assert not history.grab().isNull()
    history.show_samples([sample(1.0)])
    assert not history.grab().isNull()


def test_that_the_pointer_picks_the_nearest_look(history: MonitorHistory, qtbot: QtBot) -> None:
    history.show_samples([sample(float(at)) for at in range(0, 600, 5)])
    history.open_above(QPointF(880, 690))
    qtbot.mouseMove(history.cpu, QPoint(200, 80))
    assert not history.cpu.grab().isNull()


def test_that_escape_closes_the_history(history: MonitorHistory, qtbot: QtBot) -> None:
    history.show_samples([sample(1.0), sample(6.0)])
    history.open_above(QPointF(880, 690))
    assert history.isVisible()
    assert history.geometry().bottomRight() == QPoint(879, 689)
    qtbot.keyClick(history, Qt.Key.Key_Escape)
    assert not history.isVisible()
