"""Measures from inside the running window; loaded there by the benchmarks."""

from __future__ import annotations

import random
import time
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView


class Lateness(QObject):
    """How late a timer of 5 ms is, in milliseconds, each time."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._timer = QTimer(self, interval=5, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._last = time.perf_counter()
        self._timer.start()

    def _on_timeout(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, (now - self._last) * 1000 - 5.0))
        self._last = now

    def stop(self) -> list[float]:
        """End, and give what was measured."""
        self._timer.stop()
        return self.late


class Painted(QObject):
    """How long it takes from an event in the worker to the frame that shows it, in milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.took: list[float] = []
        self.first: float | None = None
        self._waiting: list[float] = []
        window = _window()
        self._plot = window.train_tab().curves.plots[0].viewport() if window.train_tab().curves.plots else None
        self._session = window.session
        self._session.run_events.connect(self._on_events)
        target = self._plot or window.train_tab()
        target.installEventFilter(self)
        self._target = target

    def _on_events(self, run: str, events: list[Any]) -> None:
        del run
        self._waiting += [event.at for event in events]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._waiting:
            waiting, self._waiting = self._waiting, []
            # After this event has been handled, the frame is on the screen.
            QTimer.singleShot(0, self, lambda: self._done(waiting))
        return False

    def _done(self, waiting: list[float]) -> None:
        now = time.time()
        self.first = self.first or now
        self.took += [(now - at) * 1000 for at in waiting]

    def stop(self) -> list[float]:
        """End, and give what was measured."""
        self._target.removeEventFilter(self)
        self._session.run_events.disconnect(self._on_events)
        return self.took


class Scrolled(QObject):
    """Scrolls the grid, three rows a frame and every half second to a place at random.

    Takes how long it is until the cells there can be seen, in milliseconds.
    """

    def __init__(self) -> None:
        super().__init__()
        self.took: list[float] = []
        self._grid = _window().findChild(QTableView, "grid")
        self._places = random.Random(0)
        self._thrown: float | None = None
        self._frame = 0
        self._timer = QTimer(self, interval=16, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_frame)
        self._timer.start()

    def _on_frame(self) -> None:
        grid = self._grid
        model = grid.pages()
        self._frame += 1
        if self._thrown is not None:
            if not all(model.is_loaded(model.base + grid.rowAt(y)) for y in (0, grid.viewport().height() - 30)):
                return
            self.took.append((time.perf_counter() - self._thrown) * 1000)
            self._thrown = None
        if self._frame % 30:
            bar = grid.verticalScrollBar()
            bar.setValue(bar.value() + 3)
        else:
            self._thrown = time.perf_counter()
            grid.show_at_top(self._places.randrange(model.rows - 100))

    def stop(self) -> list[float]:
        """End, and give what was measured."""
        self._timer.stop()
        return self.took


_RUNNING: dict[str, Any] = {}


def start(name: str) -> bool:
    """Begin to measure ``lateness``, ``painted`` or ``scrolled``."""
    _RUNNING[name] = {"lateness": Lateness, "painted": Painted, "scrolled": Scrolled}[name]()
    return True


def stop(name: str) -> list[float]:
    """End a measurement, and give it."""
    found: list[float] = _RUNNING.pop(name).stop()
    return found


def press_train(estimators: list[str], params: dict[str, Any]) -> bool:
    """Press Train as far as the session is concerned, and take the time until the first frame that shows an event."""
    start("painted")
    _RUNNING["pressed"] = time.time()
    _window().session.train(estimators, params)
    return True


def first_painted() -> float | None:
    """Give the milliseconds from :func:`press_train` to the first frame with an event; None until then."""
    probe = _RUNNING["painted"]
    return None if probe.first is None else (probe.first - _RUNNING["pressed"]) * 1000


def _window() -> Any:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow))
