"""From what is usual to what is said of one row, a step for each column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt

from aetheron_desktop.engine.explaining.words import cell_word, number
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.ticks import Tick
from aetheron_desktop.ui.widgets.explanations.rows_of_bars import ROW_HEIGHT

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.explaining.results import RowReasons
    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_STEPS: Final = 10
_HALF: Final = 0.34
_ROOM: Final = 0.08


class Fall(NamedTuple):
    """A step from one sum to the next; the first and the last lead nowhere."""

    name: str
    before: float
    after: float


class WaterfallChart(Chart):
    """The strongest columns as steps, what all others add as one, between what is usual and what is said."""

    zooms = (False, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._falls: tuple[Fall, ...] = ()
        self._unit = ""

    @property
    def falls(self) -> tuple[Fall, ...]:
        """What is drawn, from above."""
        return self._falls

    def show_reasons(self, told: RowReasons | None) -> None:
        """Show what each column adds; None clears the paper."""
        self._falls = () if told is None else _falls(told)
        self._unit = "" if told is None else told.unit
        ends = [end for fall in self._falls for end in (fall.before, fall.after)] or [0.0, 1.0]
        room = (max(ends) - min(ends) or 1.0) * _ROOM
        self.setMinimumHeight(max(110, ROW_HEIGHT * len(self._falls) + 50))
        self.set_home(Bounds(min(ends) - room, max(ends) + room, 0.5 - max(1, len(self._falls)), 0.5))

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", None

    def names(self, upright: bool) -> list[Tick]:
        return [Tick(-place, fall.name) for place, fall in enumerate(self._falls)] if upright else []

    def legend(self) -> list[tuple[str, QColor]]:
        return [("raises", theme.series(1)), ("lowers", theme.series(0))] if self._falls else []

    def draw(self, painter: QPainter, frame: Frame) -> None:
        for place, fall in enumerate(self._falls):
            middle = frame.y(-place)
            half = middle - frame.y(-place + _HALF)
            is_end = fall.before == fall.after and place in {0, len(self._falls) - 1}
            left, right = sorted((frame.x(fall.before), frame.x(fall.after)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("muted") if is_end else theme.series(1 if fall.after >= fall.before else 0))
            wide = 3.0 if is_end else max(1.0, right - left)
            painter.drawRect(QRectF(left - (1.5 if is_end else 0.0), middle - half, wide, 2 * half))
            if place + 1 < len(self._falls):
                painter.setPen(theme.pen("plot.axis"))
                at = frame.x(fall.after)
                painter.drawLine(QPointF(at, middle + half), QPointF(at, frame.y(-place - 1 + _HALF)))
            self._write(painter, frame, fall, middle, is_end=is_end)

    def _write(self, painter: QPainter, frame: Frame, fall: Fall, middle: float, *, is_end: bool) -> None:
        text = number(fall.after) if is_end else f"{fall.after - fall.before:+.3g}"
        painter.setPen(theme.color("text"))
        metrics = painter.fontMetrics()
        wide = metrics.horizontalAdvance(text)
        left, right = sorted((frame.x(fall.before), frame.x(fall.after)))
        at = right + 5 if right + 5 + wide < frame.area.right() else left - 5 - wide
        painter.drawText(QPointF(at, middle + metrics.ascent() / 2 - 1), text)

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del x, frame
        place = round(-y)
        if not 0 <= place < len(self._falls):
            return ""
        fall = self._falls[place]
        return f"{fall.name}\n{number(fall.before)} → {number(fall.after)} ({self._unit})"

    def table(self) -> list[list[str]]:
        return [
            ["step", "before", "after"],
            *([fall.name, repr(fall.before), repr(fall.after)] for fall in self._falls),
        ]


def _falls(told: RowReasons) -> tuple[Fall, ...]:
    reached = told.base[told.shown]
    made = [Fall("usual", reached, reached)]
    for place in told.order[:_STEPS]:
        after = reached + told.added[place][told.shown]
        made.append(Fall(f"{told.names[place]} = {cell_word(told.cells[place])}", reached, after))
        reached = after
    left = len(told.order) - _STEPS
    if left > 0:
        made.append(Fall(f"{left:,} other columns", reached, told.sums[told.shown]))
    made.append(Fall("this row", told.sums[told.shown], told.sums[told.shown]))
    return tuple(made)
