"""Bars below each other that begin at zero, with their intervals: what a model loses without a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPen

from aetheron_desktop.engine.explaining.words import number
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.ticks import Tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_HALF: Final = 0.34
_THICKEST: Final = 11.0
_ROOM: Final = 0.04
ROW_HEIGHT: Final = 24
"""So high is each row on a page that scrolls."""


class Bar(NamedTuple):
    """One bar with the ends of its interval; a group of columns has the second colour."""

    name: str
    value: float
    low: float
    high: float
    is_group: bool = False


class BarsChart(Chart):
    """Bars with whiskers; a click on one is told as a point whose height is minus its place."""

    zooms = (False, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = True
        self._bars: tuple[Bar, ...] = ()
        self._group_name = ""
        self._value_name = ""

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is drawn, from above."""
        return self._bars

    def show_bars(self, bars: Sequence[Bar], value_name: str, group_name: str = "") -> None:
        """Show bars; ``value_name`` says what their length is, ``group_name`` what the second colour means."""
        self._bars, self._value_name, self._group_name = tuple(bars), value_name, group_name
        ends = [0.0, *(end for bar in bars for end in (bar.low, bar.high, bar.value))]
        low, high = min(ends), max(ends)
        room = (high - low or 1.0) * _ROOM
        self.setMinimumHeight(max(110, ROW_HEIGHT * len(self._bars) + 60))
        self.set_home(Bounds(low - room * (low < 0), high + room, 0.5 - max(1, len(bars)), 0.5))

    def bar_at(self, y: float) -> Bar | None:
        """Give the bar at a place of the axis."""
        place = round(-y)
        return self._bars[place] if 0 <= place < len(self._bars) else None

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", None

    def names(self, upright: bool) -> list[Tick]:
        return [Tick(-place, bar.name) for place, bar in enumerate(self._bars)] if upright else []

    def legend(self) -> list[tuple[str, QColor]]:
        if not any(bar.is_group for bar in self._bars):
            return []
        return [("one column", theme.series(0)), (self._group_name, theme.series(1))]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        zero = frame.x(0.0)
        for place, bar in enumerate(self._bars):
            middle = frame.y(-place)
            half = min(_THICKEST, middle - frame.y(-place + _HALF))
            end = frame.x(bar.value)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.series(1 if bar.is_group else 0))
            painter.drawRect(QRectF(min(zero, end), middle - half, max(1.0, abs(end - zero)), 2 * half))
            painter.setPen(QPen(theme.color("text"), 1.2))
            low, high = frame.x(bar.low), frame.x(bar.high)
            painter.drawLine(QPointF(low, middle), QPointF(high, middle))
            for tip in (low, high):
                painter.drawLine(QPointF(tip, middle - 3), QPointF(tip, middle + 3))
        painter.setPen(theme.pen("plot.axis"))
        painter.drawLine(QPointF(zero, frame.area.top()), QPointF(zero, frame.area.bottom()))

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del x, frame
        bar = self.bar_at(y)
        if bar is None:
            return ""
        return f"{bar.name}\n{self._value_name}: {number(bar.value)} ({number(bar.low)} to {number(bar.high)})"

    def table(self) -> list[list[str]]:
        rows = [[bar.name, repr(bar.value), repr(bar.low), repr(bar.high)] for bar in self._bars]
        return [["column", self._value_name, "low", "high"], *rows]
