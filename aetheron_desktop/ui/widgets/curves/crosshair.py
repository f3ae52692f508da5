"""A line at one x over a plot, with the values of all curves there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from aetheron_desktop.ui import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 8
_PAD = 10.0
_DOT = 3.0
_SWATCH = 14.0
_GAP = 16.0


@dataclass(frozen=True, slots=True)
class Point:
    """One curve's value as text; ``at`` is its place in the overlay, its y NaN where there is no value."""

    text: str
    color: QColor
    at: QPointF


@dataclass(frozen=True, slots=True)
class Reading:
    """One run's values at the crosshair; a part that it does not tell is None."""

    name: str
    valid: Point | None
    train: Point | None

    @property
    def points(self) -> list[Point]:
        """The values that are there."""
        return [point for point in (self.valid, self.train) if point is not None]


class Crosshair(QWidget):
    """A see-through layer; paints nothing while there is no reading."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("crosshair")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._title = ""
        self._x: float | None = None
        self._readings: list[Reading] = []
        self.hide()

    @property
    def readings(self) -> list[Reading]:
        """What is shown."""
        return list(self._readings)

    def show_readings(self, title: str, x: float | None, readings: Sequence[Reading]) -> None:
        """Show ``readings`` under ``title`` at ``x`` of this layer; nothing when ``x`` is None."""
        self._title, self._x, self._readings = title, x, list(readings)
        self.setVisible(x is not None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._x is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("plot.axis"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(self._x, 0), QPointF(self._x, self.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        for point in self._points():
            painter.setBrush(point.color)
            painter.drawEllipse(point.at, _DOT, _DOT)
        self._paint_box(painter)

    def _points(self) -> list[Point]:
        return [point for reading in self._readings for point in reading.points if math.isfinite(point.at.y())]

    def _paint_box(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(self.font())
        shown, more = self._readings[:_MOST], len(self._readings) - _MOST
        rows = [(reading.name, _text(reading.valid), _text(reading.train)) for reading in shown]
        rows.insert(0, (self._title, "Valid.", "Train."))
        if more > 0:
            rows.append((f"and {more} more", "", ""))
        first, second = (max(metrics.horizontalAdvance(row[place]) for row in rows) for place in (1, 2))
        longest = max(metrics.horizontalAdvance(row[0]) for row in rows)
        names = min(longest, max(self.width() - first - second - 2 * _GAP - _SWATCH - 2 * _PAD - 8, 40.0))
        line = metrics.height() + 3
        width, height = names + _SWATCH + 2 * _GAP + first + second + 2 * _PAD, line * len(rows) + 2 * _PAD - 3
        box = QRectF(self._box_left(width), self._box_top(height), width, height)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(box, 8, 8)
        for place, (name, valid, train) in enumerate(rows):
            row = QRectF(box.left() + _PAD, box.top() + _PAD + place * line, box.width() - 2 * _PAD, line)
            if 0 < place <= len(shown) and shown[place - 1].points:
                painter.setPen(QPen(shown[place - 1].points[0].color, 2))
                painter.drawLine(QPointF(row.left(), row.center().y()), QPointF(row.left() + 9, row.center().y()))
            painter.setPen(theme.color("muted"))
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, names + (0 if place else _SWATCH))
            painter.drawText(row.adjusted(_SWATCH if place else 0, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, elided)
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(row, right, train)
            if place:
                painter.setPen(theme.color("text"))
            painter.drawText(row.adjusted(0, 0, -second - _GAP, 0), right, valid)

    def _box_left(self, width: float) -> float:
        x = self._x or 0.0
        left = x + 12 if x + 12 + width <= self.width() else x - 12 - width
        return min(max(left, 2.0), max(self.width() - width - 2.0, 2.0))

    def _box_top(self, height: float) -> float:
        """Where it hides the fewest of the points that it tells of."""
        top, bottom = 4.0, max(self.height() - height - 4.0, 4.0)
        above = sum(point.at.y() < self.height() / 2 for point in self._points())
        return bottom if 2 * above > len(self._points()) else top


def _text(point: Point | None) -> str:
    return point.text if point else "–"
