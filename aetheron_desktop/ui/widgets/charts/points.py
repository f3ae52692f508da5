"""Points of rows, or squares of how many there are, with a line to hold them against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPen, QPolygonF

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.shades import shade

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_DOT: Final = 4.0
_NEAR: Final = 8.0
_ROOM: Final = 0.03


@dataclass(frozen=True, slots=True)
class Square:
    """How many rows lie between two values across and two upwards."""

    left: float
    right: float
    low: float
    high: float
    count: int


class PointsChart(Chart):
    """Points (``xs``, ``ys``, one a row) or squares; a region that is dragged over, or a click, are told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = self.can_mark_regions = True
        self._xs: Sequence[float] = ()
        self._ys: Sequence[float] = ()
        self._labels: Sequence[int] = ()
        self._squares: tuple[Square, ...] = ()
        self._line: tuple[Sequence[float], Sequence[float]] = ((), ())
        self._band: tuple[Sequence[float], Sequence[float]] = ((), ())
        self._titles = ("", "")
        self._marked: tuple[tuple[float, float], ...] = ()

    @property
    def points(self) -> tuple[Sequence[float], Sequence[float]]:
        """The points that are drawn, across and up."""
        return self._xs, self._ys

    @property
    def squares(self) -> tuple[Square, ...]:
        """The squares that are drawn."""
        return self._squares

    @property
    def marked(self) -> tuple[tuple[float, float], ...]:
        """The places of the marked rows."""
        return self._marked

    def show_points(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        labels: Sequence[int],
        titles: tuple[str, str],
        *,
        line: tuple[Sequence[float], Sequence[float]] = ((), ()),
        band: tuple[Sequence[float], Sequence[float]] = ((), ()),
    ) -> None:
        """Show points, each with the number of its row; ``line`` is drawn below, ``band`` (low, high) around it."""
        self._xs, self._ys, self._labels, self._squares = xs, ys, labels, ()
        self._show(titles, line, band)

    def show_squares(
        self,
        squares: Sequence[Square],
        titles: tuple[str, str],
        *,
        line: tuple[Sequence[float], Sequence[float]] = ((), ()),
    ) -> None:
        """Show how many rows there are in squares, the darker the more."""
        self._xs, self._ys, self._labels, self._squares = (), (), (), tuple(squares)
        self._show(titles, line, ((), ()))

    def show_marked(self, places: Sequence[tuple[float, float]]) -> None:
        """Show where the marked rows lie."""
        self._marked = tuple(places)
        self.update()

    def _show(
        self,
        titles: tuple[str, str],
        line: tuple[Sequence[float], Sequence[float]],
        band: tuple[Sequence[float], Sequence[float]],
    ) -> None:
        same = titles == self._titles
        self._titles, self._line, self._band = titles, line, band
        xs = [*self._xs, *(end for square in self._squares for end in (square.left, square.right))]
        ys = [*self._ys, *(end for square in self._squares for end in (square.low, square.high))]
        self.set_home(Bounds(*_ends(xs), *_ends(ys)), keep_view=same)

    # -- the chart ----------------------------------------------------------------------------------------------------

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", "number"

    def titles(self) -> tuple[str, str]:
        return self._titles

    def draw(self, painter: QPainter, frame: Frame) -> None:
        self._draw_line(painter, frame)
        painter.setPen(Qt.PenStyle.NoPen)
        most = max((square.count for square in self._squares), default=1)
        for square in self._squares:
            left, right, top, foot = (
                frame.x(square.left),
                frame.x(square.right),
                frame.y(square.high),
                frame.y(square.low),
            )
            painter.setBrush(shade(math.log1p(square.count) / math.log1p(most)))
            painter.drawRect(QRectF(left, top, max(1.0, right - left), max(1.0, foot - top)))
        color = theme.series(0)
        color.setAlphaF(0.5 if len(self._xs) < 2000 else 0.3)
        painter.setPen(QPen(color, _DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(
            QPolygonF([QPointF(frame.x(x), frame.y(y)) for x, y in zip(self._xs, self._ys, strict=True)])
        )
        if self._squares:
            self._draw_line(painter, frame)

    def _draw_line(self, painter: QPainter, frame: Frame) -> None:
        xs, ys = self._line
        low, high = self._band
        if low:
            color = theme.color("plot.axis")
            color.setAlphaF(0.18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            upper = [QPointF(frame.x(x), frame.y(y)) for x, y in zip(xs, high, strict=True)]
            lower = [QPointF(frame.x(x), frame.y(y)) for x, y in zip(xs, low, strict=True)]
            painter.drawPolygon(QPolygonF(upper + lower[::-1]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("plot.axis"), 1, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF([QPointF(frame.x(x), frame.y(y)) for x, y in zip(xs, ys, strict=True)]))

    def draw_over(self, painter: QPainter, frame: Frame) -> None:
        painter.setPen(QPen(theme.color("warning"), _DOT + 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(QPolygonF([QPointF(frame.x(x), frame.y(y)) for x, y in self._marked]))

    def tip(self, x: float, y: float, frame: Frame) -> str:
        across, up = self._titles
        for square in self._squares:
            if square.left <= x <= square.right and square.low <= y <= square.high:
                return (
                    f"{square.count:,} row{'' if square.count == 1 else 's'}\n"
                    f"{across} {number(square.left)} to {number(square.right)}\n"
                    f"{up} {number(square.low)} to {number(square.high)}"
                )
        place = self.point_at(x, y, frame)
        if place is None:
            return ""
        return f"Row {self._labels[place] + 1:,}\n{across} {number(self._xs[place])}\n{up} {number(self._ys[place])}"

    def point_at(self, x: float, y: float, frame: Frame) -> int | None:
        """Give the point that is nearest to a place, if it is near."""
        best, found = _NEAR**2, None
        at_x, at_y = frame.x(x), frame.y(y)
        for place, (across, up) in enumerate(zip(self._xs, self._ys, strict=True)):
            away = (frame.x(across) - at_x) ** 2 + (frame.y(up) - at_y) ** 2
            if away < best:
                best, found = away, place
        return found

    def square_at(self, x: float, y: float) -> Square | None:
        """Give the square at a place."""
        return next((one for one in self._squares if one.left <= x <= one.right and one.low <= y <= one.high), None)

    def table(self) -> list[list[str]]:
        across, up = self._titles
        if self._squares:
            ends = [(one.left, one.right, one.low, one.high) for one in self._squares]
            rows = [[*map(repr, end), str(one.count)] for end, one in zip(ends, self._squares, strict=True)]
            return [[f"{across} from", f"{across} to", f"{up} from", f"{up} to", "rows"], *rows]
        points = zip(self._labels, self._xs, self._ys, strict=True)
        return [["row", across, up], *([str(label + 1), repr(x), repr(y)] for label, x, y in points)]


def _ends(values: Sequence[float]) -> tuple[float, float]:
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    room = (high - low) * _ROOM or max(0.5, abs(low) * 1e-9)
    return low - room, high + room
