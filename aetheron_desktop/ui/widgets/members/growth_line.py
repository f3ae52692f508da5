"""How an ensemble grew: its score after each member, and what each member is worth alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import score as score_words
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from aetheron_desktop.engine.jobs.progress import RunState

_HEIGHT: Final = 64
_WIDEST: Final = 480
_EDGE: Final = 5.0
_MOST_SAID: Final = 12


class GrowthLine(QWidget):
    """A line for the ensemble, a pale dot for each member; the better side is at the top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "ensemble_growth")
        self._whole: list[float] = []
        self._alone: list[float] = []
        self._sign = 1
        self._has_room = True
        self.setMaximumWidth(_WIDEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_run(self, run: RunState) -> None:
        """Draw the members of ``run``; with fewer than two there is no line to draw, and it is hidden."""
        grown = [one for one in run.members if one.ensemble is not None and one.score is not None]
        self._whole = [one.ensemble for one in grown if one.ensemble is not None]
        self._alone = [one.score for one in grown if one.score is not None]
        self._sign = -1 if grown and score_words.arrow(grown[0].metric) == "↓" else 1
        self.allow(self._has_room)
        said = ", ".join(number(value) for value in self._whole[-_MOST_SAID:])
        words = f"The ensemble after each of its {len(self._whole)} models: {said}. The dots are the models alone."
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def allow(self, has_room: bool) -> None:
        """Say whether there is room for it."""
        self._has_room = has_room
        self.setVisible(has_room and len(self._whole) > 1)

    def sizeHint(self) -> QSize:
        return QSize(280, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(90, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        if len(self._whole) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.font()
        font.setPixelSize(max(10, font.pixelSize() - 2))
        painter.setFont(font)
        best, worst = self._limits()
        words = [number(self._sign * value) for value in (best, worst)]
        wide = max(painter.fontMetrics().horizontalAdvance(word) for word in words) + 8
        low = painter.fontMetrics().height()
        plot = QRectF(self.rect()).adjusted(wide + _EDGE, _EDGE, -_EDGE, -low - 2)
        self._paint_axes(painter, plot, words, wide)

        def at(place: int, value: float) -> QPointF:
            across = place / (len(self._whole) - 1)
            up = (self._sign * value - worst) / (best - worst)
            return QPointF(plot.left() + across * plot.width(), plot.bottom() - min(max(up, 0.0), 1.0) * plot.height())

        for place, value in enumerate(self._alone):
            self._paint_alone(painter, at(place, value), is_far=self._sign * value < worst)
        painter.setPen(QPen(theme.color("accent"), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline([at(place, value) for place, value in enumerate(self._whole)])
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(at(len(self._whole) - 1, self._whole[-1]), 3, 3)
        painter.end()

    def _paint_alone(self, painter: QPainter, point: QPointF, *, is_far: bool) -> None:
        """Paint a member alone, as an arrow down where it is worse than what is drawn."""
        ink = theme.color("border.strong")
        if is_far:
            painter.setPen(QPen(ink, 1.2))
            painter.drawPolyline([point + QPointF(-3, -4), point + QPointF(0, -1), point + QPointF(3, -4)])
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(point, 2.2, 2.2)

    def _limits(self) -> tuple[float, float]:
        """Give the best and the worst that is drawn, larger is better; dots that are far below lie on the edge."""
        whole = [self._sign * value for value in self._whole]
        alone = [self._sign * value for value in self._alone]
        best = max(whole + alone)
        worst = max(min(whole + alone), best - 4 * max(best - min(whole), abs(best) / 50))
        return (best, worst) if best > worst else (best + (abs(best) / 50 or 1.0), best - (abs(best) / 50 or 1.0))

    def _paint_axes(self, painter: QPainter, plot: QRectF, words: list[str], wide: float) -> None:
        painter.fillRect(QRectF(plot.left(), plot.top(), plot.width(), 1), theme.color("plot.grid"))
        painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), 1), theme.color("plot.grid"))
        painter.setPen(theme.color("plot.text"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for y, word in zip((plot.top(), plot.bottom()), words, strict=True):
            painter.drawText(QRectF(0, y - 10, wide, 20), right, word)
        below = QRectF(plot.left(), plot.bottom() + 2, plot.width(), self.height() - plot.bottom() - 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "1 model")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{len(self._whole)} models")
