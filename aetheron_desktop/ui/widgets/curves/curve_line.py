"""One curve: what it shows, and how it is stroked; imported late, see ``plot_loader``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from aetheron_desktop.ui import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

    from aetheron_desktop.engine.events import Part
    from aetheron_desktop.ui.widgets.curves.curve_buffer import CurveBuffer

_DOT = 2.5


class Spread(NamedTuple):
    """Mean less and plus the standard deviation of several runs, and that deviation."""

    low: CurveBuffer
    high: CurveBuffer
    sd: CurveBuffer


@dataclass(frozen=True, slots=True)
class Line:
    """One curve of the plot: ``part`` of ``run``, called ``name``, in the colour of series ``series``.

    A ``strong`` one stands out of the others. A smoothed one has in ``raw`` what was told; the mean of several runs has
    their ``spread``.
    """

    run: str
    name: str
    part: Part
    series: int
    buffer: CurveBuffer
    strong: bool = False
    raw: CurveBuffer | None = None
    spread: Spread | None = None

    @property
    def is_reference(self) -> bool:
        """Whether it is a single value, such as a baseline's: drawn as a dashed line across the plot."""
        return len(self.buffer) == 1

    @property
    def reach(self) -> tuple[CurveBuffer, ...]:
        """All that is drawn of it: the line, and what lies behind."""
        raw = () if self.raw is None else (self.raw,)
        return (self.buffer, *raw, *(self.spread or ())[:2])

    @property
    def pen(self) -> QPen:
        """A cosmetic pen of one pixel; a pen of two is ten times as slow."""
        pen = QPen(self.color, 1, Qt.PenStyle.DashLine if self.is_reference else Qt.PenStyle.SolidLine)
        pen.setCosmetic(True)
        return pen

    @property
    def color(self) -> QColor:
        """The series' colour; for the training part mixed with the ground, so that it stands back."""
        color = theme.series(self.series)
        return color if self.part == "valid" else mixed(color, theme.color("plot.background"), 0.5)


def mixed(color: QColor, ground: QColor, share: float) -> QColor:
    """Give ``color`` with ``share`` of ``ground`` in it, opaque: paler, and as fast to draw as a pure one."""
    keep = 1 - share
    return QColor(
        round(color.red() * keep + ground.red() * share),
        round(color.green() * keep + ground.green() * share),
        round(color.blue() * keep + ground.blue() * share),
    )


class CurveItem(pg.PlotCurveItem):  # type: ignore[misc]  # pyqtgraph has no types
    """A stroke of one pixel; a strong one, or one on a fine screen, is drawn again beside itself.

    A pen of two pixels looks the same and takes ten times as long. Crowded curves are drawn once in any case.
    """

    strong = False
    has_dots = False

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget) -> None:
        super().paint(painter, option, widget)
        ratio = painter.device().devicePixelRatioF()
        beside = QTransform.fromTranslate(0.5 / ratio, 0.8 / ratio)
        painter.save()
        for _ in range((self.strong + (ratio >= 1.5)) if self.opts["antialias"] else 0):
            painter.setTransform(painter.transform() * beside)
            super().paint(painter, option, widget)
        painter.restore()
        if self.has_dots:
            self._paint_dots(painter)

    def _paint_dots(self, painter: QPainter) -> None:
        """Paint a dot at each point, of the same size at any scale."""
        x, y = self.getData()
        if x is None:
            return
        to_screen = painter.transform()
        painter.save()
        painter.setTransform(QTransform())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.opts["pen"].color())
        for place in zip(x.tolist(), y.tolist(), strict=True):
            if all(map(math.isfinite, place)):
                painter.drawEllipse(to_screen.map(QPointF(*place)), _DOT, _DOT)
        painter.restore()
