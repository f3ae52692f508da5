"""A point for each row and column: what the column adds to the row's prediction, coloured by the column's value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPen, QPolygonF

from aetheron_desktop.engine.explaining.words import cell_word, number
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.ticks import Tick
from aetheron_desktop.ui.widgets.explanations.rows_of_bars import ROW_HEIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.explaining.results import Cell
    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_DOT: Final = 4.0
_BINS: Final = 90
_HALF: Final = 0.42
_NEAR: Final = 7.0
_SHADES: Final = 8
_ROOM: Final = 0.04


class Dot(NamedTuple):
    """A row of the dataset: what is added, the cell, and where it lies among all values, None where it is missing."""

    row: int
    added: float
    cell: Cell
    place: float | None


class SwarmChart(Chart):
    """Points that lie side by side where many add the same; a click is told as the row's number by ``row_at``."""

    zooms = (True, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = True
        self._columns: tuple[tuple[str, tuple[Dot, ...]], ...] = ()
        self._points: list[list[tuple[float, float]]] = []
        self._unit = ""

    @property
    def columns(self) -> tuple[tuple[str, tuple[Dot, ...]], ...]:
        """What is drawn, from above."""
        return self._columns

    def show_columns(self, columns: Sequence[tuple[str, Sequence[Dot]]], unit: str) -> None:
        """Show columns, the strongest first; ``unit`` says what is added up."""
        keep = [name for name, _ in columns] == [name for name, _ in self._columns]
        self._columns, self._unit = tuple((name, tuple(dots)) for name, dots in columns), unit
        ends = [0.0, *(dot.added for _, dots in columns for dot in dots)]
        low, high = min(ends), max(ends)
        room = (high - low or 1.0) * _ROOM
        home = Bounds(low - room, high + room, 0.5 - max(1, len(columns)), 0.5)
        self._points = [_swarm(dots, place, home) for place, (_, dots) in enumerate(self._columns)]
        self.setMinimumHeight(max(110, ROW_HEIGHT * len(self._columns) + 60))
        self.set_home(home, keep_view=keep)

    def dot_at(self, x: float, y: float) -> tuple[str, Dot] | None:
        """Give the point nearest to a place, and its column, where it is near."""
        place = round(-y)
        if not 0 <= place < len(self._columns):
            return None
        frame = self.frame()
        at = QPointF(frame.x(x), frame.y(y))
        name, dots = self._columns[place]
        best, found = _NEAR, None
        for dot, (across, up) in zip(dots, self._points[place], strict=True):
            away = math.hypot(frame.x(across) - at.x(), frame.y(up) - at.y())
            if away < best:
                best, found = away, dot
        return None if found is None else (name, found)

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", None

    def names(self, upright: bool) -> list[Tick]:
        return [Tick(-place, name) for place, (name, _) in enumerate(self._columns)] if upright else []

    def legend(self) -> list[tuple[str, QColor]]:
        return [("low value", _shade(0.0)), ("high value", _shade(1.0)), ("no order", _shade(None))]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        painter.setPen(theme.pen("plot.axis"))
        painter.drawLine(QPointF(frame.x(0.0), frame.area.top()), QPointF(frame.x(0.0), frame.area.bottom()))
        shades: dict[int, list[QPointF]] = {}
        for (_, dots), points in zip(self._columns, self._points, strict=True):
            for dot, (x, y) in zip(dots, points, strict=True):
                shade = -1 if dot.place is None else min(_SHADES - 1, int(dot.place * _SHADES))
                shades.setdefault(shade, []).append(QPointF(frame.x(x), frame.y(y)))
        for shade, found in shades.items():
            color = _shade(None if shade < 0 else shade / (_SHADES - 1))
            color.setAlphaF(0.8)
            painter.setPen(QPen(color, _DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(QPolygonF(found))

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del frame
        found = self.dot_at(x, y)
        if found is None:
            return ""
        name, dot = found
        return f"Row {dot.row + 1:,}\n{name}: {cell_word(dot.cell)}\nadds {number(dot.added)} ({self._unit})"

    def table(self) -> list[list[str]]:
        rows = [
            [name, str(dot.row + 1), cell_word(dot.cell), repr(dot.added)]
            for name, dots in self._columns
            for dot in dots
        ]
        return [["column", "row", "value", f"added ({self._unit})"], *rows]


def _swarm(dots: Sequence[Dot], place: int, home: Bounds) -> list[tuple[float, float]]:
    """Give where each point lies: those of one bin above and below each other in turn."""
    width = (home.right - home.left) / _BINS
    bins = [int((dot.added - home.left) / width) for dot in dots]
    counts: dict[int, int] = {}
    turns = []
    for one in bins:
        counts[one] = counts.get(one, 0) + 1
        turns.append(counts[one])
    most = max(counts.values(), default=1)
    step = min(0.09, 2 * _HALF / max(1, most))
    return [
        (dot.added, -place + (turn // 2) * step * (1 if turn % 2 else -1))
        for dot, turn in zip(dots, turns, strict=True)
    ]


def _shade(place: float | None) -> QColor:
    if place is None:
        return theme.color("muted")
    low, high = theme.series(0), theme.series(1)
    return QColor.fromRgbF(
        low.redF() + (high.redF() - low.redF()) * place,
        low.greenF() + (high.greenF() - low.greenF()) * place,
        low.blueF() + (high.blueF() - low.blueF()) * place,
    )
