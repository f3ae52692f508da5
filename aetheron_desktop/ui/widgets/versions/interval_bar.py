"""A difference with its interval, drawn against zero and against what makes none in practice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from aetheron_desktop.engine.evaluation.verdict import Verdict

_BAR: Final = 26
_LINE: Final = 5.0
_DOT: Final = 5.0
_EDGE: Final = 8.0
_ROOM: Final = 1.12
"""What is drawn ends this many times as far from zero as its farthest point lies."""


class IntervalBar(QWidget):
    """The better side is at the right, whatever the direction of the metric; zero is in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "verdict_interval")
        self._verdict: Verdict | None = None
        self._color = "text"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_verdict(self, verdict: Verdict, color: str) -> None:
        """Draw the interval of a verdict in this colour; where there is none it is hidden."""
        known = (verdict.difference, verdict.low, verdict.high)
        is_known = all(value is not None and math.isfinite(value) for value in known)
        self._verdict = verdict if is_known else None
        self._color = color
        words = self._words()
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setVisible(is_known)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _BAR + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def _words(self) -> str:
        verdict = self._verdict
        if verdict is None:
            return ""
        words = (
            f"A difference of {number(verdict.difference)}, above 0 where the later one is better; "
            f"its interval at 95 % is {number(verdict.low)} to {number(verdict.high)}."
        )
        return (
            f"{words} Less than {number(verdict.equivalence)} makes none in practice." if verdict.equivalence else words
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        verdict = self._verdict
        if verdict is None or verdict.difference is None or verdict.low is None or verdict.high is None:
            return
        region = verdict.equivalence or 0.0
        farthest = max(abs(verdict.low), abs(verdict.high), abs(verdict.difference), region) or 1.0
        middle, half = self.width() / 2, self.width() / 2 - _EDGE

        def x(value: float) -> float:
            return middle + half * value / (farthest * _ROOM)

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, x(region) - middle)
        y = _BAR / 2
        color = theme.color(self._color)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        left, right = x(verdict.low), x(verdict.high)
        painter.drawRoundedRect(
            QRectF(left - _LINE / 2, y - _LINE / 2, right - left + _LINE, _LINE), _LINE / 2, _LINE / 2
        )
        painter.setPen(QPen(color, 2))
        painter.setBrush(theme.color("surface"))
        painter.drawEllipse(QPointF(x(verdict.difference), y), _DOT, _DOT)
        painter.end()

    def _paint_ground(self, painter: QPainter, region: float) -> None:
        """Draw the axis, zero, the region within ``region`` points of it, and which side is which."""
        middle, axis = self.width() / 2, theme.color("border.strong")
        if region > 0:
            ground = theme.color("border.strong")
            ground.setAlphaF(0.22)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(middle - region, 1, 2 * region, _BAR - 2), 3, 3)
        axis.setAlphaF(0.6)
        painter.fillRect(QRectF(0, _BAR / 2 - 0.5, self.width(), 1), axis)
        painter.fillRect(QRectF(round(middle) - 0.5, 1, 1, _BAR - 2), theme.color("border.strong"))
        font = self.font()
        font.setPixelSize(max(10, font.pixelSize() - 2))
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        below = QRectF(0, _BAR, self.width(), self.height() - _BAR)
        middle_flag = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(below, middle_flag | Qt.AlignmentFlag.AlignLeft, "worse")
        painter.drawText(below, middle_flag | Qt.AlignmentFlag.AlignHCenter, "0")
        painter.drawText(below, middle_flag | Qt.AlignmentFlag.AlignRight, "better")
