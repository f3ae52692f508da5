"""Two columns of numbers: points of rows, or hexagons of all of them; and numbers by category as boxes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPen, QPolygonF

from aetheron_desktop.engine.datasets.profiles import pair_words as words
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.shades import shade
from aetheron_desktop.ui.widgets.charts.ticks import Tick

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.profiles.pairs import Axis, Boxes, Hexagons, Scatter
    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_DOT: Final = 4.0
_NEAR: Final = 8.0
_MARGIN: Final = 0.03
_BOX: Final = 0.3


class ScatterChart(Chart):
    """Points, each a row; marked rows are drawn over the others."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = self.can_mark_regions = True
        self._found: Scatter | None = None
        self._marked: frozenset[int] = frozenset()

    def show_points(self, found: Scatter) -> None:
        """Show the rows of a sample."""
        self._found = found
        self.set_home(_around(found.x, found.y))

    def show_marked(self, rows: Iterable[int]) -> None:
        """Draw these rows over the others."""
        self._marked = frozenset(rows)
        self.redraw()

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return _scales(self._found.x, self._found.y) if self._found is not None else ("number", "number")

    def draw(self, painter: QPainter, frame: Frame) -> None:
        found = self._found
        if found is None:
            return
        plain: list[QPointF] = []
        strong: list[QPointF] = []
        for place, x, y in zip(found.places, found.xs, found.ys, strict=True):
            point = QPointF(frame.x(x), frame.y(y))
            (strong if place in self._marked else plain).append(point)
        color = theme.series(0)
        color.setAlphaF(0.25 if strong else 0.5)
        for points, pen, size in ((plain, color, _DOT), (strong, theme.color("warning"), _DOT + 1.5)):
            painter.setPen(QPen(pen, size, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(QPolygonF(points))

    def tip(self, x: float, y: float, frame: Frame) -> str:
        found = self._found
        if found is None:
            return ""
        at = QPointF(frame.x(x), frame.y(y))
        near, best = -1, _NEAR
        for place, (across, up) in enumerate(zip(found.xs, found.ys, strict=True)):
            away = math.hypot(frame.x(across) - at.x(), frame.y(up) - at.y())
            if away < best:
                near, best = place, away
        if near < 0:
            return ""
        return f"Row {found.places[near] + 1:,}\n{_named(found.x, found.xs[near])}\n{_named(found.y, found.ys[near])}"

    def table(self) -> list[list[str]]:
        found = self._found
        if found is None:
            return []
        points = zip(found.places, found.xs, found.ys, strict=True)
        rows = [[str(place + 1), _written(x, found.x), _written(y, found.y)] for place, x, y in points]
        return [["row", found.x.column, found.y.column], *rows]


class HexagonChart(Chart):
    """Hexagons, the darker the more rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = self.can_mark_regions = True
        self._found: Hexagons | None = None
        self._most = 1

    def show_hexagons(self, found: Hexagons) -> None:
        """Show the counts of all rows."""
        self._found = found
        self._most = max(found.counts, default=1)
        self.set_home(_around(found.x, found.y))

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return _scales(self._found.x, self._found.y) if self._found is not None else ("number", "number")

    def draw(self, painter: QPainter, frame: Frame) -> None:
        found = self._found
        if found is None:
            return
        # A corner's way from the middle is the same for all.
        wide, tall = frame.x(found.width) - frame.x(0), frame.y(0) - frame.y(found.height)
        corners = QPolygonF(
            [
                QPointF(across * wide, up * tall)
                for across, up in ((0, -1), (1, -0.5), (1, 0.5), (0, 1), (-1, 0.5), (-1, -0.5))
            ]
        )
        painter.setPen(Qt.PenStyle.NoPen)
        for x, y, count in zip(found.xs, found.ys, found.counts, strict=True):
            painter.setBrush(shade(math.log1p(count) / math.log1p(self._most)))
            painter.drawPolygon(corners.translated(frame.x(x), frame.y(y)))

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del frame
        found = self._found
        if found is None:
            return ""
        for place, (across, up) in enumerate(zip(found.xs, found.ys, strict=True)):
            if _is_within(abs(x - across) / found.width, abs(y - up) / found.height):
                return words.hexagon(found, place)
        return ""

    def table(self) -> list[list[str]]:
        found = self._found
        if found is None:
            return []
        cells = zip(found.xs, found.ys, found.counts, strict=True)
        rows = [[_written(x, found.x), _written(y, found.y), str(count)] for x, y, count in cells]
        return [[found.x.column, found.y.column, "rows"], *rows]


class BoxesChart(Chart):
    """A box for each category, and behind it how the numbers are spread."""

    zooms = (True, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = self.can_mark_regions = True
        self._found: Boxes | None = None

    def show_boxes(self, found: Boxes) -> None:
        """Show numbers by category."""
        self._found = found
        room = (found.numbers.high - found.numbers.low) * _MARGIN
        count = max(1, len(found.boxes))
        self.set_home(Bounds(found.numbers.low - room, found.numbers.high + room, 0.5 - count, 0.5))

    def category_at(self, y: float) -> str | None:
        """Give the category at a place of the axis."""
        place = round(-y)
        inside = self._found is not None and 0 <= place < len(self._found.boxes)
        return self._found.boxes[place].label if self._found is not None and inside else None

    def categories_between(self, low: float, high: float) -> tuple[str, ...]:
        """Give the categories whose middle is within a part of the axis."""
        boxes = self._found.boxes if self._found is not None else ()
        return tuple(box.label for place, box in enumerate(boxes) if low <= -place <= high)

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return ("date" if self._found is not None and self._found.numbers.is_date else "number"), None

    def names(self, upright: bool) -> list[Tick]:
        boxes = self._found.boxes if self._found is not None else ()
        return [Tick(-place, box.label) for place, box in enumerate(boxes)] if upright else []

    def draw(self, painter: QPainter, frame: Frame) -> None:
        found = self._found
        if found is None:
            return
        for place, box in enumerate(found.boxes):
            color = theme.series(0)
            color.setAlphaF(0.22)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            most = max(box.density, default=0) or 1
            upper = [
                QPointF(frame.x(edge), frame.y(-place + 0.46 * count / most))
                for start, count in enumerate(box.density)
                for edge in found.edges[start : start + 2]
            ]
            lower = [QPointF(point.x(), 2 * frame.y(-place) - point.y()) for point in reversed(upper)]
            painter.drawPolygon(QPolygonF(upper + lower))
            painter.setPen(QPen(theme.color("text"), 1.2))
            middle = frame.y(-place)
            for start, end in ((box.low, box.first), (box.third, box.high)):
                painter.drawLine(QPointF(frame.x(start), middle), QPointF(frame.x(end), middle))
            top, bottom = frame.y(-place + _BOX / 2), frame.y(-place - _BOX / 2)
            painter.setBrush(theme.color("surface"))
            painter.drawRect(
                QRectF(frame.x(box.first), top, max(1.0, frame.x(box.third) - frame.x(box.first)), bottom - top)
            )
            painter.setPen(QPen(theme.series(1), 2.5))
            painter.drawLine(QPointF(frame.x(box.median), top), QPointF(frame.x(box.median), bottom))

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del x, frame
        place = round(-y)
        if self._found is None or not 0 <= place < len(self._found.boxes):
            return ""
        return words.box(self._found, self._found.boxes[place])

    def table(self) -> list[list[str]]:
        found = self._found
        if found is None:
            return []
        fields = ("rows", "low", "first", "median", "third", "high", "mean", "outliers")
        header = [found.words_column, "rows", "low", "25 %", "median", "75 %", "high", "mean", "outliers"]
        rows = [[box.label, *(repr(getattr(box, field)) for field in fields)] for box in found.boxes]
        return [header, *rows]


def _around(x: Axis, y: Axis) -> Bounds:
    ends: list[float] = []
    for axis in (x, y):
        room = (axis.high - axis.low) * _MARGIN or max(0.5, abs(axis.low) * 1e-9)
        ends += [axis.low - room, axis.high + room]
    return Bounds(*ends)


def _scales(x: Axis, y: Axis) -> tuple[Scale, Scale]:
    return ("date" if x.is_date else "number"), ("date" if y.is_date else "number")


def _named(axis: Axis, at: float) -> str:
    return f"{axis.column} {words.value(at, axis)}"


def _written(at: float, axis: Axis) -> str:
    return words.value(at, axis) if axis.is_date else repr(at)


def _is_within(across: float, up: float) -> bool:
    """Whether a point is in a hexagon, its way from the middle being counted in halves of width and height."""
    return across <= 1 and up <= 1 - across / 2
