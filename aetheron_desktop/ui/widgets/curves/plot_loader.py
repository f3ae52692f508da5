"""Loading numpy and pyqtgraph without the window standing still.

Together they take a third of a second, far more than a click may take, and are not needed before there is something to
draw. Once asked, numpy is imported in a thread, Qt's classes (which pyqtgraph touches one and all) are touched in
slices between the window's events, and what is left of pyqtgraph follows when nobody has pressed anything for a moment.
"""

from __future__ import annotations

import importlib.util
import os
import threading
import time
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QEvent, QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

_SLICE_S = 0.004
_QUIET_S = 0.25
_PATIENCE_S = 2.0
_STANDARD = ("xml.etree.ElementTree", "multiprocessing", "cProfile", "pydoc", "decimal", "colorama")
_QT = ("PySide6.QtSvg", "PySide6.QtTest", "PySide6.QtOpenGLWidgets")
_INPUT = {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.MouseMove}


class PlotLoader(QObject):
    """Import what plots need in idle time, then emit ``ready`` once."""

    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=10)
        self._timer.timeout.connect(self._go_on)
        self._steps: Iterator[None] | None = None
        self._last_input = 0.0
        self.is_ready = False

    def start(self) -> None:
        """Begin, unless begun."""
        if self.is_ready or self._steps is not None:
            return
        self._steps = self._load()
        if (app := QtWidgets.QApplication.instance()) is not None:
            app.installEventFilter(self)
        self._timer.start()

    def finish(self) -> None:
        """Import the rest at once, for somebody who needs the plots now (a picture, a test)."""
        if not self.is_ready:
            self._import_all()
            self._tell()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self._last_input = time.monotonic()
        return False

    def _go_on(self) -> None:
        if self._steps is not None and next(self._steps, self) is self:
            self._import_all()
            # The plots themselves are made in the next slice.
            QTimer.singleShot(0, self, self._tell)

    def _load(self) -> Iterator[None]:
        numpy = threading.Thread(target=importlib.import_module, args=("numpy",), name="numpy import", daemon=True)
        numpy.start()
        for name in (*_STANDARD, *_QT):
            _import_if_there(name)
            yield
        while numpy.is_alive():
            yield
        yield from _touch_classes()
        asked = time.monotonic()
        while time.monotonic() - self._last_input < _QUIET_S and time.monotonic() - asked < _PATIENCE_S:
            yield

    def _import_all(self) -> None:
        self._timer.stop()
        if (app := QtWidgets.QApplication.instance()) is not None:
            app.removeEventFilter(self)
        # It looks for four Qt bindings in turn unless told which one.
        os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
        from aetheron_desktop.ui.widgets.curves import curve_plot, curve_store  # noqa: F401  # they import pyqtgraph and numpy

    def _tell(self) -> None:
        if not self.is_ready:
            self.is_ready = True
            self.ready.emit()


def _touch_classes() -> Iterator[None]:
    began = time.perf_counter()
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            if time.perf_counter() - began > _SLICE_S:
                yield
                began = time.perf_counter()


def _import_if_there(name: str) -> None:
    if importlib.util.find_spec(name) is not None:
        importlib.import_module(name)
