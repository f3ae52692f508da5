"""What lies behind a line: its values as they were told, and how far runs are apart; imported late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.curves.curve_line import CurveItem, mixed

if TYPE_CHECKING:
    from aetheron_desktop.ui.widgets.curves.curve_buffer import Floats
    from aetheron_desktop.ui.widgets.curves.curve_line import Line

_FAINT: Final = 0.68
"""The share of the ground in a line that was smoothed."""
_VEIL: Final = 0.2
_BAND_Z: Final = -3000
_RAW_Z: Final = -2000


class Behind:
    """A faint line and a band in one plot, either of which may be empty."""

    def __init__(self, plot: pg.PlotWidget) -> None:
        self._plot = plot
        self.raw = CurveItem(connect="finite")
        self.raw.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.raw.setZValue(_RAW_Z)
        self.band = QGraphicsPathItem()
        self.band.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.band.setPen(QPen(Qt.PenStyle.NoPen))
        self.band.setZValue(_BAND_Z)
        plot.addItem(self.band)
        plot.addItem(self.raw)

    def remove(self) -> None:
        """Take both out of the plot."""
        for item in (self.raw, self.band):
            self._plot.removeItem(item)

    def set_visible(self, visible: bool) -> None:
        """Leave both out of the picture, or take them in again."""
        for item in (self.raw, self.band):
            item.setVisible(visible)

    def recolor(self, line: Line) -> None:
        """Take the colour of the line that they lie behind."""
        pen = QPen(mixed(line.color, theme.color("plot.background"), _FAINT), 1)
        pen.setCosmetic(True)
        self.raw.setPen(pen)
        veil = QColor(line.color)
        veil.setAlphaF(_VEIL)
        self.band.setBrush(veil)

    def draw_raw(self, x: Floats, y: Floats) -> None:
        """Draw the values as they were told."""
        self.raw.setData(x, y)

    def draw_band(self, x: Floats, low: Floats, high: Floats, floor: float) -> None:
        """Fill from ``low`` to ``high``; a lower end that no axis has goes down to ``floor``."""
        path = QPainterPath()
        known = np.isfinite(high)
        low = np.where(np.isfinite(low), low, floor)
        for places in np.split(np.arange(len(x)), np.flatnonzero(np.diff(known)) + 1):
            if len(places) > 1 and known[places[0]]:
                across = np.concatenate((x[places], x[places][::-1]))
                around = np.concatenate((high[places], low[places][::-1]))
                path.addPolygon(pg.functions.arrayToQPolygonF(across, around))
        self.band.setPath(path)
