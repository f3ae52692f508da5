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
from aetheron_desktop.ui.widgets.charts.ticks import Tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_DOT: Final = 4.0
_NEAR: Final = 8.0
_ROOM: Final = 0.03
_HALF: Final = 0.4
"""Half of the width of a box, in places."""


@dataclass(frozen=True, slots=True)
class Square:
    """How many rows lie between two values across and two upwards."""

    left: float
    right: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Box:
    """A level with the quartiles and the mean of its rows."""

    name: str
    lower: float
    median: float
    upper: float
    mean: float
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
        self._boxes: tuple[Box, ...] = ()
        self._scale: Scale = "number"
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
        self._xs, self._ys, self._labels, self._squares, self._boxes = xs, ys, labels, (), ()
        self._show(titles, line, band)

    def show_squares(
        self,
        squares: Sequence[Square],
        titles: tuple[str, str],
        *,
        line: tuple[Sequence[float], Sequence[float]] = ((), ()),
    ) -> None:
        """Show how many rows there are in squares, the darker the more."""
        self._xs, self._ys, self._labels, self._squares, self._boxes = (), (), (), tuple(squares), ()
        self._show(titles, line, ((), ()))

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes that are drawn, one a level."""
        return self._boxes

    def show_boxes(
        self,
        boxes: Sequence[Box],
        points: tuple[Sequence[float], Sequence[float]],
        labels: Sequence[int],
        titles: tuple[str, str],
    ) -> None:
        """Show a box for each level at 0, 1 and so on, with the rows' points around these places."""
        (self._xs, self._ys), self._labels = points, labels
        self._boxes, self._squares = tuple(boxes), ()
        ends = (-0.5, len(boxes) - 0.5)
        self._show(titles, (ends, (0.0, 0.0)), ((), ()))

    def show_scale(self, scale: Scale) -> None:
        """Let the axis below count numbers or dates; called before points are shown."""
        self._scale = scale

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
        if self._boxes:
            xs = list(line[0])
            ys += [end for box in self._boxes for end in (box.lower, box.upper)]
        self.set_home(Bounds(*_ends(xs), *_ends(ys)), keep_view=same)

    # -- the chart ----------------------------------------------------------------------------------------------------

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return None if self._boxes else self._scale, "number"

    def names(self, upright: bool) -> list[Tick]:
        return [] if upright else [Tick(float(place), box.name) for place, box in enumerate(self._boxes)]

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
        self._draw_boxes(painter, frame)

    def _draw_boxes(self, painter: QPainter, frame: Frame) -> None:
        """Draw quartiles and median, and the mean as a diamond."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, box in enumerate(self._boxes):
            left, right = frame.x(place - _HALF), frame.x(place + _HALF)
            painter.setPen(QPen(theme.color("plot.text"), 1.2))
            painter.drawRect(QRectF(QPointF(left, frame.y(box.upper)), QPointF(right, frame.y(box.lower))))
            painter.drawLine(QPointF(left, frame.y(box.median)), QPointF(right, frame.y(box.median)))
            at = QPointF(frame.x(place), frame.y(box.mean))
            shape = [at + QPointF(*way) for way in ((0, -_DOT), (_DOT, 0), (0, _DOT), (-_DOT, 0))]
            painter.setBrush(theme.color("success"))
            painter.setPen(QPen(theme.color("surface"), 1))
            painter.drawPolygon(QPolygonF(shape))
            painter.setBrush(Qt.BrushStyle.NoBrush)

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
        if self._boxes:
            return self._level_tip(x, place)
        if place is None:
            return ""
        return f"Row {self._labels[place] + 1:,}\n{across} {number(self._xs[place])}\n{up} {number(self._ys[place])}"

    def _level_tip(self, x: float, point: int | None) -> str:
        level = round(x)
        if not 0 <= level < len(self._boxes):
            return ""
        box = self._boxes[level]
        told = [f"{box.name}: {box.count:,} row{'' if box.count == 1 else 's'}", f"mean {number(box.mean)}"]
        told.append(f"half of them {number(box.lower)} to {number(box.upper)}")
        if point is not None:
            told.append(f"Row {self._labels[point] + 1:,}: {number(self._ys[point])}")
        return "\n".join(told)

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
        if self._boxes:
            head = [across, "rows", "lower quartile", "median", "upper quartile", "mean"]
            told = [(box.name, box.count, box.lower, box.median, box.upper, box.mean) for box in self._boxes]
            return [head, *([name, *map(repr, values)] for name, *values in told)]
        points = zip(self._labels, self._xs, self._ys, strict=True)
        return [["row", across, up], *([str(label + 1), repr(x), repr(y)] for label, x, y in points)]


def _ends(values: Sequence[float]) -> tuple[float, float]:
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    room = (high - low) * _ROOM or max(0.5, abs(low) * 1e-9)
    return low - room, high + room
