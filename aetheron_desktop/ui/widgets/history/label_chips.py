"""The names of a version as chips before its message: aliases, variations and marks, each kind with its own look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen

from aetheron_desktop.engine.registry.versions import CHALLENGER, CHAMPION
from aetheron_desktop.ui import icons, theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.ui.item_models.history_rows import Label

_ALIAS_ICONS: Final = {CHAMPION: "trophy", CHALLENGER: "target"}
_ICON: Final = 12
_PAD: Final = 7
_AROUND: Final = _ICON + 4 + 2 * _PAD
_BARE: Final = _ICON + 10
_GAP: Final = 5
_LEAST_WORDS: Final = 26
_MOST_WORDS: Final = 130
_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class LabelChips:
    """Paints chips in a smaller letter than that of the rows."""

    def __init__(self, font: QFont) -> None:
        self._font = QFont(font)
        self._font.setPixelSize(max(10, font.pixelSize() - 2))
        self._font.setWeight(QFont.Weight.Medium)
        self._metrics = QFontMetrics(self._font)
        self._height = self._metrics.height() + 5

    def paint(self, painter: QPainter, area: QRectF, labels: Sequence[Label], lane: QColor) -> int:
        """Paint as many chips as fit from the left of ``area``, and how many do not; give the points that they took.

        Where room is scarce, the champion and the challenger show their icon alone, and names are elided in the middle.
        ``lane`` is the colour of the version's lane.
        """
        painter.setFont(self._font)
        left, right = int(area.left()), int(area.right())
        is_scarce = sum(self._full_width(label) + _GAP for label in labels) > right - left
        for number, label in enumerate(labels):
            rest = len(labels) - number - 1
            room = right - left - (self._rest_width(rest) if rest else 0)
            name = "" if is_scarce and label.name in _ALIAS_ICONS else label.name
            if room < (_BARE if not name else _AROUND + min(_LEAST_WORDS, self._metrics.horizontalAdvance(name))):
                left += self._paint_rest(painter, area, left, rest + 1)
                break
            name = self._metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, min(_MOST_WORDS, room - _AROUND))
            left += self._paint_chip(painter, area, left, name, label, lane) + _GAP
        return left - int(area.left())

    def _full_width(self, label: Label) -> int:
        return _AROUND + min(_MOST_WORDS, self._metrics.horizontalAdvance(label.name))

    def _paint_chip(self, painter: QPainter, area: QRectF, left: int, name: str, label: Label, lane: QColor) -> int:
        width = _AROUND + self._metrics.horizontalAdvance(name) if name else _BARE
        chip = QRectF(left + 0.5, round(area.center().y() - self._height / 2) + 0.5, width - 1, self._height - 1)
        picture = QRect(left + (_PAD - 1 if name else (_BARE - _ICON) // 2), 0, _ICON, _ICON)
        picture.moveTop(round(chip.center().y() - _ICON / 2))
        ink = "text"
        match label.kind:
            case "alias":
                ink = "accent"
                self._draw_ground(painter, chip, self._height / 2, theme.color("accent.soft"), theme.color("accent"))
                self._draw_icon(painter, _ALIAS_ICONS.get(label.name, "sparkles"), picture, ink)
            case "branch":
                ground = QColor(lane)
                ground.setAlphaF(0.22 if label.is_current else 0.0)
                self._draw_ground(painter, chip, 5, ground, lane)
                draw_branch(painter, QRectF(picture), theme.color("text"))
            case _:
                ink = "muted"
                self._draw_ground(painter, chip, 5, theme.color("sunken"), theme.color("border.strong"))
                self._draw_icon(painter, "category", picture, ink)
        painter.setPen(theme.color(ink))
        painter.drawText(chip.adjusted(_PAD + _ICON + 3, 0, 0, 0), _MIDDLE, name)
        return width

    def _draw_icon(self, painter: QPainter, name: str, place: QRect, ink: str) -> None:
        painter.drawPixmap(place.topLeft(), icons.pixmap(name, _ICON, ink, painter.device().devicePixelRatioF()))

    def _draw_ground(self, painter: QPainter, chip: QRectF, radius: float, ground: QColor, edge: QColor) -> None:
        line = QColor(edge)
        line.setAlphaF(0.65)
        painter.setPen(QPen(line, 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(chip, radius, radius)

    def _rest_width(self, count: int) -> int:
        return self._metrics.horizontalAdvance(f"+{count}") + 8

    def _paint_rest(self, painter: QPainter, area: QRectF, left: int, count: int) -> int:
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(left, area.top(), self._rest_width(count), area.height()), _MIDDLE, f"+{count}")
        return self._rest_width(count)


def draw_branch(painter: QPainter, area: QRectF, color: QColor, *, joins: bool = False) -> None:
    """Draw a line that parts from another, or with ``joins`` one that comes back to it, as an icon of the graph."""
    painter.save()
    painter.translate(area.topLeft())
    painter.scale(area.width() / 24, area.height() / 24)
    if joins:
        painter.translate(0, 24)
        painter.scale(1, -1)
    pen = QPen(color, 1.75 * 24 / area.width() / 1.2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath(QPointF(7, 8))
    path.lineTo(7, 16)
    path.moveTo(17, 10.5)
    path.cubicTo(QPointF(17, 14), QPointF(7, 11.5), QPointF(7, 16))
    painter.drawPath(path)
    for center in (QPointF(7, 5), QPointF(7, 19), QPointF(17, 7.5)):
        painter.drawEllipse(center, 3, 3)
    painter.restore()
