"""What stands around a chart and over it: numbers or names at the axes, the legend, the words under the pointer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPen

from aetheron_desktop.ui import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor, QPainter

    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Tick

BOTTOM: Final = 26.0
"""The room below a chart, where names do not stand upright."""
GAP: Final = 8.0
_CLOSE: Final = 0.8
"""Names may stand so near to each other, in heights of a line."""


def paint_side(painter: QPainter, frame: Frame, ticks: Sequence[Tick], *, counts: bool) -> None:
    """Write at the left axis; with ``counts`` a line goes from each number, otherwise they are names."""
    metrics, area = QFontMetricsF(painter.font()), frame.area
    # Names that would stand on each other are left out; the pointer tells them.
    every = 1 if counts else math.ceil(len(ticks) * metrics.height() * _CLOSE / area.height()) or 1
    for tick in ticks[::every]:
        y = frame.y(tick.at)
        if not area.top() - 1 <= y <= area.bottom() + 1:
            continue
        if counts:
            painter.setPen(QPen(theme.color("plot.grid"), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(QPen(theme.color("plot.text")))
        room = QRectF(0, y - 10, area.left() - GAP, 20)
        text = metrics.elidedText(tick.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


def paint_foot(
    painter: QPainter, frame: Frame, ticks: Sequence[Tick], size: QSizeF, *, counts: bool, under: float = 0.0
) -> None:
    """Write below the chart on paper of ``size``, names upright where there is room for that.

    ``under`` is the room that a title below takes.
    """
    metrics, area = QFontMetricsF(painter.font()), frame.area
    painter.setPen(QPen(theme.color("plot.grid"), 1))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.setPen(QPen(theme.color("plot.text")))
    shown = [tick for tick in ticks if area.left() - 1 <= frame.x(tick.at) <= area.right() + 1]
    below = size.height() - area.bottom() - under
    if not counts and below > BOTTOM:
        _paint_upright(painter, frame, shown, below - GAP)
        return
    for tick in shown:
        width = metrics.horizontalAdvance(tick.text) + 4 if counts else max(20.0, area.width() / len(shown) - 4)
        left = min(max(frame.x(tick.at) - width / 2, 0.0), size.width() - width)
        room = QRectF(left, area.bottom() + 4, width, BOTTOM - 6)
        text = metrics.elidedText(tick.text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)


def paint_legend(painter: QPainter, frame: Frame, entries: Sequence[tuple[str, QColor]]) -> None:
    """Write the names of colours above the chart."""
    metrics, left = QFontMetricsF(painter.font()), frame.area.left()
    each = frame.area.width() / max(1, len(entries))
    for name, color in entries:
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(20.0, each - 26))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(left, 8, 9, 9), 2, 2)
        painter.setPen(QPen(theme.color("plot.text")))
        painter.drawText(QPointF(left + 14, 8 + metrics.ascent() * _CLOSE), text)
        left += min(each, metrics.horizontalAdvance(text) + 28)


def paint_titles(painter: QPainter, frame: Frame, titles: tuple[str, str], size: QSizeF) -> None:
    """Write what the axes count: below the foot at its right end, and above the left axis, under the legend."""
    metrics, area = QFontMetricsF(painter.font()), frame.area
    painter.setPen(QPen(theme.color("plot.text")))
    across, up = titles
    if up:
        room = QRectF(GAP, area.top() - metrics.height() - 4, size.width() - 2 * GAP, metrics.height())
        text = metrics.elidedText(up, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    if across:
        room = QRectF(GAP, size.height() - metrics.height() - 2, size.width() - 2 * GAP, metrics.height())
        text = metrics.elidedText(across, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, text)


def paint_tip(painter: QPainter, at: QPointF, text: str, size: QSizeF) -> None:
    """Write ``text`` in a box beside the pointer, within paper of ``size``; its first line is the strongest."""
    metrics = QFontMetricsF(painter.font())
    lines = [metrics.elidedText(line, Qt.TextElideMode.ElideRight, size.width() - 40) for line in text.split("\n")]
    width = max(metrics.horizontalAdvance(line) for line in lines) + 20
    height = metrics.height() * len(lines) + 12
    left = at.x() + 14
    left = left if left + width <= size.width() - 4 else max(4.0, at.x() - 14 - width)
    top = min(max(4.0, at.y() - height - 10), max(4.0, size.height() - height - 4))
    painter.setPen(QPen(theme.color("border"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(QRectF(left, top, width, height), 8, 8)
    for place, line in enumerate(lines):
        painter.setPen(theme.color("text" if place == 0 else "muted"))
        row = QRectF(left + 10, top + 6 + place * metrics.height(), width - 20, metrics.height())
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)


def _paint_upright(painter: QPainter, frame: Frame, names: Sequence[Tick], room: float) -> None:
    metrics = QFontMetricsF(painter.font())
    every = math.ceil(len(names) * metrics.height() * _CLOSE / frame.area.width()) or 1
    for tick in names[::every]:
        painter.save()
        painter.translate(frame.x(tick.at), frame.area.bottom() + 5)
        painter.rotate(-90)
        text = metrics.elidedText(tick.text, Qt.TextElideMode.ElideRight, room)
        box = QRectF(-room, -metrics.height() / 2, room, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()
