"""The axes of the plots; imported late, see ``plot_loader``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFont, QPainter, QPen

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

    from aetheron_desktop.ui.widgets.curves.curve_buffer import Axis

_ROOM = 36
"""So many pixels are enough for the number of a step."""
_Levels = list[tuple[float, list[float]]]


class PlainAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Quiet numbers without ticks.

    pyqtgraph records an axis as a picture and plays it; with text that costs 4 ms a time, which is most of a frame.
    Here the places are kept and drawn directly.
    """

    def __init__(self, side: str, thickness: int) -> None:
        super().__init__(side)
        self.picture: Any = None
        self.setStyle(tickLength=0, tickTextOffset=6, autoReduceTextSpace=False)
        self.enableAutoSIPrefix(False)
        if side == "left":
            self.setWidth(thickness)
        else:
            self.setHeight(thickness)

    def recolor(self, font: QFont) -> None:
        """Take the colours of the theme as they are now."""
        self.setPen(QPen(theme.color("plot.grid"), 1))
        self.setTextPen(QPen(theme.color("plot.text")))
        self.setTickFont(font)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.picture is None:
            self.picture = self.generateDrawSpecs(painter) or ()
        if self.picture:
            self.drawPicture(painter, *self.picture)

    def tickValues(self, minVal: float, maxVal: float, size: int) -> _Levels:  # noqa: N803
        # The levels after the first are minor grid lines, which only add noise.
        levels: _Levels = super().tickValues(minVal, maxVal, size)[:1]
        return levels


class StepAxis(PlainAxis):
    """Whole steps, or time since the run's start in words."""

    def __init__(self) -> None:
        super().__init__("bottom", 24)
        self.axis: Axis = "step"

    def tickSpacing(self, minVal: float, maxVal: float, size: int) -> list[tuple[float, float]]:  # noqa: N803
        levels: list[tuple[float, float]] = super().tickSpacing(minVal, maxVal, size)
        if self.axis == "time":
            return [(_clock_spacing((maxVal - minVal) / max(size / 90, 2)), 0)]
        if 0 < maxVal - minVal <= size / _ROOM:
            return [(1.0, 0)]  # there is room for each step
        return [(max(spacing, 1.0), offset) for spacing, offset in levels]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self.axis == "time":
            return [quantities.duration(value).replace(".0 s", " s") if value > 0 else "0" for value in values]
        return [_short(value, spacing) for value in values]


class ValueAxis(PlainAxis):
    """Plain numbers; powers of ten when logarithmic."""

    def __init__(self) -> None:
        super().__init__("left", 52)

    def logTickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        return [f"{10**value:.3g}" for value in np.asarray(values, dtype=float)]


def _clock_spacing(wanted: float) -> float:
    for spacing in (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200):
        if spacing >= wanted:
            return spacing
    return 86400.0


def _short(value: float, spacing: float) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size and spacing >= size / 100:
            return f"{value / size:g}{letter}"
    return f"{value:,.0f}"
