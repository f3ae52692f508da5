"""Values with their intervals, one below the other, on one scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPen

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.ticks import Tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_DOT: Final = 3.5
_MANY: Final = 40
"""Of more lines so many are looked at, and the others by moving down."""


@dataclass(frozen=True, slots=True)
class Between:
    """A value with the ends of its interval; what is not known is None. ``note`` is told beside it."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""


class IntervalsChart(Chart):
    """A line for each value; a click, or the arrow keys, tell by ``line_chosen`` which."""

    line_chosen = Signal(int)
    zooms = (False, True)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = True
        self._lines: tuple[Between, ...] = ()
        self._title = ""
        self._chosen: int | None = None
        self.point_chosen.connect(self._on_point)

    @property
    def lines(self) -> tuple[Between, ...]:
        """What is drawn."""
        return self._lines

    def show_intervals(self, lines: Sequence[Between], title: str, span: tuple[float, float] = (0.0, 1.0)) -> None:
        """Show values between the ends of ``span``."""
        same = [line.name for line in lines] == [line.name for line in self._lines]
        self._lines, self._title = tuple(lines), title
        low, high = span
        room = (high - low) * 0.02
        self.set_home(Bounds(low - room, high + room, 0.5 - max(1, len(lines)), 0.5), keep_view=same)
        if len(lines) > _MANY and not same:
            self._view = Bounds(low - room, high + room, 0.5 - _MANY, 0.5)
            self.redraw()

    def choose(self, place: int | None) -> None:
        """Show which line is looked at."""
        if place != self._chosen:
            self._chosen = place
            self.redraw()

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", None

    def titles(self) -> tuple[str, str]:
        return self._title, ""

    def names(self, upright: bool) -> list[Tick]:
        if not upright:
            return []
        first, last = max(0, math.floor(-self._view.high)), min(len(self._lines), math.ceil(-self._view.low) + 1)
        return [Tick(-place, self._lines[place].name) for place in range(first, last)]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        for place, line in enumerate(self._lines):
            y = frame.y(-place)
            if not frame.area.top() - 20 <= y <= frame.area.bottom() + 20:
                continue
            if place == self._chosen:
                half = min(11.0, abs(frame.y(0.5) - frame.y(0.0)))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("selection"))
                painter.drawRect(QRectF(frame.area.left(), y - half, frame.area.width(), 2 * half))
            if line.value is None or not math.isfinite(line.value):
                continue
            if line.low is not None and line.high is not None:
                painter.setPen(QPen(theme.series(0), 1.4))
                painter.drawLine(QPointF(frame.x(line.low), y), QPointF(frame.x(line.high), y))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.series(0))
            painter.drawEllipse(QPointF(frame.x(line.value), y), _DOT, _DOT)

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del x, frame
        place = round(-y)
        if not 0 <= place < len(self._lines):
            return ""
        line = self._lines[place]
        told = f"{self._title}: {number(line.value)}"
        if line.low is not None and line.high is not None:
            told += f" ({number(line.low)} to {number(line.high)})"
        return "\n".join(part for part in (line.name, told, line.note) if part)

    def table(self) -> list[list[str]]:
        rows = [
            [line.name, *("" if end is None else repr(end) for end in (line.value, line.low, line.high))]
            for line in self._lines
        ]
        return [["name", self._title or "value", "low", "high"], *rows]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or not self._lines:
            super().keyPressEvent(event)
            return
        place = 0 if self._chosen is None else self._chosen + step
        self.line_chosen.emit(min(len(self._lines) - 1, max(0, place)))

    def _on_point(self, x: float, y: float) -> None:
        del x
        place = round(-y)
        if 0 <= place < len(self._lines):
            self.line_chosen.emit(place)
