"""How the graph of a history is painted: one picture for each row, kept for rows that look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.history.lanes import lane_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.ui.widgets.history.lanes import LaneRow, Link

_PITCH: Final = 14.0
_EDGE: Final = 13.0
_ROOMY: Final = 12
"""So many lanes stand at their full distance; more share the room of these."""
_LINE: Final = 2.0
_DOT: Final = 4.25
_RING: Final = 5.0
_RING_LINE: Final = 2.5
_ROOM: Final = 1.25
_MOST_KEPT: Final = 256


class GraphPainter:
    """Paints the rows of one layout; ``current`` is the place of the current version."""

    def __init__(self) -> None:
        self._rows: Sequence[LaneRow] = ()
        self._current: int | None = None
        self._lanes = 0
        self._kept: dict[object, QPixmap] = {}
        self._colors: dict[int, QColor] = {}

    def show_rows(self, rows: Sequence[LaneRow], current: int | None) -> None:
        """Paint these rows from now on."""
        self._rows, self._current = rows, current
        self._lanes = lane_count(rows)
        self.forget()

    def forget(self) -> None:
        """Paint every row anew; needed when the colours have changed."""
        self._kept.clear()
        self._colors.clear()

    @property
    def width(self) -> int:
        """The points that the lanes need."""
        return round(2 * _EDGE + (max(1, min(self._lanes, _ROOMY)) - 1) * _PITCH)

    def lane_color(self, place: int) -> QColor:
        """Give the colour of the lane in which the version at ``place`` stands."""
        return self._color(self._rows[place].lane)

    def paint(self, painter: QPainter, left: int, top: int, height: int, place: int, *, alone: bool) -> None:
        """Paint the version at ``place`` into a row of ``height``, with its lines, or ``alone`` as a dot."""
        row = self._rows[place]
        above = () if alone or not place else self._rows[place - 1].links
        below = () if alone else row.links
        is_current = place == self._current
        ratio = painter.device().devicePixelRatioF()
        key = (row.lane, tuple(sorted(above)), tuple(sorted(below)), is_current, height, ratio)
        picture = self._kept.get(key)
        if picture is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            picture = self._kept[key] = self._draw(row.lane, above, below, height, ratio, is_current)
        painter.drawPixmap(left, top - _over(height, ratio), picture)

    def _color(self, lane: int) -> QColor:
        color = self._colors.get(lane)
        if color is None:
            color = self._colors[lane] = theme.series(lane)
        return color

    def _x(self, lane: int) -> float:
        return round(_EDGE + lane * self._pitch)

    def _draw(
        self, lane: int, above: Sequence[Link], below: Sequence[Link], height: int, ratio: float, is_current: bool
    ) -> QPixmap:
        over = _over(height, ratio)
        picture = QPixmap(round(self.width * ratio), round((height + 2 * over) * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, over)
        middle = height / 2
        through = {link.lane for link in above if link.start == link.end} & {
            link.lane for link in below if link.start == link.end
        }
        for lane_through in through:
            self._draw_straight(painter, lane_through, middle - height, 2 * height)
        halves = [(link, top) for links, top in ((above, middle - height), (below, middle)) for link in links]
        for link, top in halves:
            if link.start == link.end and link.lane not in through:
                self._draw_straight(painter, link.lane, top, height)
        for link, top in halves:  # what bends lies over what goes straight
            if link.start != link.end:
                self._draw_bent(painter, link, top, height)
        self._draw_dot(painter, QPointF(self._x(lane), middle), self._color(lane), is_current)
        painter.end()
        return picture

    @property
    def _pitch(self) -> float:
        return _PITCH if self._lanes <= _ROOMY else (_ROOMY - 1) * _PITCH / (self._lanes - 1)

    @property
    def _line(self) -> float:
        return _LINE if self._pitch >= 3 * _LINE else _LINE / 2

    def _draw_straight(self, painter: QPainter, lane: int, top: float, height: int) -> None:
        left = self._x(lane) - self._line / 2
        painter.fillRect(QRectF(left, top, self._line, height), self._color(lane))

    def _draw_bent(self, painter: QPainter, link: Link, top: float, height: int) -> None:
        start, end = self._x(link.start), self._x(link.end)
        path = QPainterPath(QPointF(start, top))
        path.cubicTo(QPointF(start, top + 0.6 * height), QPointF(end, top + 0.4 * height), QPointF(end, top + height))
        pen = QPen(self._color(link.lane), self._line)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.strokePath(path, pen)

    def _draw_dot(self, painter: QPainter, center: QPointF, color: QColor, is_current: bool) -> None:
        radius = _RING if is_current else _DOT
        painter.setPen(Qt.PenStyle.NoPen)
        if is_current or self._pitch < 2 * _DOT:
            # A ring is empty within, whatever the row's ground is; a dot among lines that stand close has room around.
            painter.setBrush(Qt.GlobalColor.black)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
            painter.drawEllipse(center, radius + _ROOM, radius + _ROOM)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        if is_current:
            painter.setPen(QPen(color, _RING_LINE))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(color)
        painter.drawEllipse(center, radius, radius)


def _over(height: int, ratio: float) -> int:
    """Give the points by which a picture is higher than its row on either side.

    There are some only where rows do not end on whole pixels, so that no seam is seen between two of them.
    """
    return 0 if float(height * ratio).is_integer() else 1
