"""What is predicted over the values of two columns, the darker the more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt

from aetheron_desktop.engine.explaining.words import number
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.shades import on, shade
from aetheron_desktop.ui.widgets.charts.ticks import Tick

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.explaining.results import Surface
    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_GAP: Final = 1.0
_LEAST_WIDTH: Final = 44.0
"""So wide a cell has its number written into it."""


class SurfaceChart(Chart):
    """A cell for each two values."""

    zooms = (False, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Surface | None = None

    @property
    def cells(self) -> list[list[float]]:
        """What is drawn: for each value across, what is predicted with each value of the other column."""
        found = self._found
        return [] if found is None else [[one[found.shown] for one in column] for column in found.partial]

    def show_surface(self, found: Surface) -> None:
        """Show what was found."""
        self._found = found
        self.set_home(Bounds(-0.5, len(found.across.words) - 0.5, -0.5, len(found.down.words) - 0.5))

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return None, None

    def names(self, upright: bool) -> list[Tick]:
        if self._found is None:
            return []
        grid = self._found.down if upright else self._found.across
        return [Tick(place, word) for place, word in enumerate(grid.words)]

    def titles(self) -> tuple[str, str]:
        return ("", "") if self._found is None else (self._found.across.column, self._found.down.column)

    def draw(self, painter: QPainter, frame: Frame) -> None:
        every = [one for column in self.cells for one in column]
        if not every:
            return
        low, spread = min(every), max(every) - min(every) or 1.0
        for across, column in enumerate(self.cells):
            for up, value in enumerate(column):
                left, right = frame.x(across - 0.5), frame.x(across + 0.5)
                top, bottom = frame.y(up + 0.5), frame.y(up - 0.5)
                area = QRectF(left, top, right - left - _GAP, bottom - top - _GAP)
                color = shade((value - low) / spread)
                painter.fillRect(area, color)
                if area.width() > _LEAST_WIDTH:
                    painter.setPen(on(color))
                    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, number(value))
        painter.setPen(theme.pen("plot.axis"))

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del frame
        found, across, up = self._found, round(x), round(y)
        if found is None or not (0 <= across < len(found.across.words) and 0 <= up < len(found.down.words)):
            return ""
        words = (
            f"{found.across.column} {found.across.words[across]}",
            f"{found.down.column} {found.down.words[up]}",
        )
        return "\n".join((*words, number(self.cells[across][up])))

    def table(self) -> list[list[str]]:
        found = self._found
        if found is None:
            return []
        rows = [
            [across, down, repr(value)]
            for across, column in zip(found.across.words, self.cells, strict=True)
            for down, value in zip(found.down.words, column, strict=True)
        ]
        return [[found.across.column, found.down.column, found.unit], *rows]
