"""The last hour of the machine: processor and memory, of all and of this program.

It is painted here and not by the plot library, which would take a third of a second and 70 MB to load for four lines.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.monitor import gigabytes, size
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from aetheron_desktop.engine.jobs.monitor import Sample

_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 14, 22
_LEAST_SPAN_S = 60.0


class MonitorHistory(QFrame):
    """Two plots above the status bar, with a legend that carries the newest values."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "monitor_history", "History of the machine")
        theme.mark(self, role="floating")
        self.setFixedSize(480, 404)
        self.cpu = TimePlot("processor_plot", "Processor", self)
        self.memory = TimePlot("memory_plot", "Memory", self)
        title = QLabel("The last hour", self)
        theme.mark(title, role="heading")
        self._close = named(QToolButton(self), "close_history", "Close the history", "Close (Esc)")
        pictured(self._close, "close", "muted")
        self._close.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 12, 14)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self.cpu, 1)
        layout.addWidget(self.memory, 1)
        self.hide()

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """Draw these looks, oldest first."""
        at = [sample.at for sample in samples]
        self.cpu.show_lines(
            at,
            [
                ("Machine", [sample.machine_cpu for sample in samples], 0, False),
                ("This program", [sample.app_cpu for sample in samples], 1, True),
            ],
            100.0,
            "percent",
        )
        total = samples[-1].machine_memory_total if samples else 1
        self.memory.show_lines(
            at,
            [
                ("Machine", [float(sample.machine_memory) for sample in samples], 0, False),
                ("This program", [float(sample.app_memory) for sample in samples], 1, True),
            ],
            float(total),
            "bytes",
        )

    def open_above(self, corner: QPointF) -> None:
        """Show it with its lower right at ``corner``, in the parent's points."""
        self.move(int(corner.x()) - self.width(), int(corner.y()) - self.height())
        self.show()
        self.raise_()
        self._close.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)


class TimePlot(QWidget):
    """Lines over time, each named with its newest value; the second is dashed, so that no colour is needed."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, title)
        self.setMouseTracking(True)
        self.title = title
        self.at: list[float] = []
        self.lines: list[tuple[str, list[float], int, bool]] = []
        self._top = 1.0
        self._unit = "percent"
        self._pointer: float | None = None
        theme.changed.connect(self.update)

    def show_lines(
        self, at: list[float], lines: list[tuple[str, list[float], int, bool]], top: float, unit: str
    ) -> None:
        """Draw ``lines`` (name, values, series, dashed) over the times ``at``; the axis goes from 0 to ``top``."""
        self.at, self.lines, self._top, self._unit = at, lines, top, unit
        newest = ", ".join(f"{name} {self._words(values[-1])}" for name, values, _, _ in lines if values)
        self.setAccessibleName(f"{self.title}: {newest}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(440, 160)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position().x()
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._pointer = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heading = painter.fontMetrics().height() + 12
        room = QRectF(_LEFT, _TOP + heading, self.width() - _LEFT - _RIGHT, self.height() - _TOP - heading - _BOTTOM)
        shown = self._nearest(room)
        self._draw_legend(painter, room, shown)
        self._draw_grid(painter, room)
        if len(self.at) < 2:
            painter.setPen(theme.color("plot.text"))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, "The next look comes in a few seconds")
            return
        first, span = self._span()
        painter.setClipRect(room.adjusted(-1, -1, 1, 1))
        for _, values, number, dashed in self.lines:
            painter.setPen(_line_pen(number, dashed=dashed))
            painter.drawPolyline(
                QPolygonF(
                    [
                        QPointF(
                            room.left() + (at - first) / span * room.width(),
                            room.bottom() - min(value / self._top, 1.0) * room.height(),
                        )
                        for at, value in zip(self.at, values, strict=True)
                    ]
                )
            )
        if shown is not None:
            x = room.left() + (self.at[shown] - first) / span * room.width()
            painter.setPen(theme.pen("plot.axis"))
            painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))

    def _span(self) -> tuple[float, float]:
        span = max(self.at[-1] - self.at[0], _LEAST_SPAN_S)
        return self.at[-1] - span, span

    def _nearest(self, room: QRectF) -> int | None:
        if self._pointer is None or len(self.at) < 2:
            return None
        first, span = self._span()
        wanted = first + (self._pointer - room.left()) / room.width() * span
        return min(range(len(self.at)), key=lambda place: abs(self.at[place] - wanted))

    def _draw_legend(self, painter: QPainter, room: QRectF, shown: int | None) -> None:
        place = -1 if shown is None else shown
        bold = painter.font()
        bold.setBold(True)
        x = float(_LEFT)
        line = QRectF(0, _TOP - 6, self.width(), painter.fontMetrics().height() + 4)
        when = (
            f"{self.title}, {time.strftime('%H:%M:%S', time.localtime(self.at[place]))}"
            if shown is not None
            else self.title
        )
        painter.setPen(theme.color("text"))
        painter.setFont(bold)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, when)
        x = self.width() - _RIGHT
        painter.setFont(self.font())
        for name, values, number, dashed in reversed(self.lines):
            words = f"{name} {self._words(values[place])}" if values else name
            width = painter.fontMetrics().horizontalAdvance(words)
            painter.setPen(theme.color("plot.text"))
            painter.drawText(
                QRectF(x - width, line.top(), width + 1, line.height()), Qt.AlignmentFlag.AlignVCenter, words
            )
            painter.setPen(_line_pen(number, dashed=dashed))
            painter.drawLine(QPointF(x - width - 24, line.center().y()), QPointF(x - width - 6, line.center().y()))
            x -= width + 40

    def _draw_grid(self, painter: QPainter, room: QRectF) -> None:
        for share in (0.0, 0.5, 1.0):
            y = room.bottom() - share * room.height()
            painter.setPen(theme.pen("plot.grid"))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(theme.color("plot.text"))
            box = QRectF(0, y - 10, _LEFT - 8, 20)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._axis_words(share))
        if len(self.at) < 2:
            return
        _, span = self._span()
        line = QRectF(room.left(), room.bottom() + 4, room.width(), _BOTTOM)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, "now")
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, _before(span))

    def _axis_words(self, share: float) -> str:
        return f"{share * self._top:.0f} %" if self._unit == "percent" else f"{gigabytes(share * self._top)} GB"

    def _words(self, value: float) -> str:
        return f"{value:.0f} %" if self._unit == "percent" else size(value)


def _line_pen(number: int, *, dashed: bool) -> QPen:
    pen = theme.pen(number, dashed=dashed)
    pen.setWidthF(1.5)
    return pen


def _before(seconds: float) -> str:
    return f"{math.ceil(seconds / 60):.0f} min ago"
