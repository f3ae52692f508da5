"""Charts of cells: how columns go together, and rows by two categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPen

from aetheron_desktop.engine.datasets.profiles import pair_words as words
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.shades import on, shade, two_sided
from aetheron_desktop.ui.widgets.charts.ticks import Tick

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.profiles.pairs import Association, Associations, Heat
    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_ROOM: Final = 30.0
"""A cell that is narrower has no number in it."""


class Cells(Chart):
    """Cells under names; the first is at the left and above."""

    zooms = (False, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = True

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return None, None

    def cell_at(self, x: float, y: float) -> tuple[int, int]:
        """Give the cell at a place: how many from the left, and from above."""
        return round(x), round(-y)

    def _cell(self, frame: Frame, across: int, down: int) -> QRectF:
        left, right = frame.x(across - 0.5), frame.x(across + 0.5)
        top, bottom = frame.y(-down + 0.5), frame.y(-down - 0.5)
        return QRectF(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1)

    def _write(self, painter: QPainter, cell: QRectF, text: str) -> None:
        metrics = QFontMetricsF(painter.font())
        if cell.width() >= max(_ROOM, metrics.horizontalAdvance(text) + 4) and cell.height() >= metrics.height():
            painter.setPen(on(painter.brush().color()))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)

    def _home_of(self, across: int, down: int) -> None:
        self.set_home(Bounds(-0.5, max(1, across) - 0.5, 0.5 - max(1, down), 0.5))


class MatrixChart(Cells):
    """The associations of columns; a click, or the arrow keys and Return, tell the pair by ``point_chosen``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Associations | None = None
        self._pairs: dict[tuple[int, int], Association] = {}
        self._chosen: tuple[int, int] | None = None

    def show_associations(self, found: Associations) -> None:
        """Show how columns go together."""
        self._found, self._chosen = found, None
        self._pairs = {(one.first, one.second): one for one in found.cells}
        self._pairs |= {(one.second, one.first): one for one in found.cells}
        self._home_of(len(found.columns), len(found.columns))

    def choose(self, x: str, y: str) -> None:
        """Show which pair is looked at."""
        columns = self._found.columns if self._found is not None else ()
        self._chosen = (columns.index(x), columns.index(y)) if x in columns and y in columns else None
        self.redraw()

    def pair_at(self, x: float, y: float) -> tuple[str, str] | None:
        """Give the two columns of a cell."""
        place = self.cell_at(x, y)
        if self._found is None or place not in self._pairs:
            return None
        return self._found.columns[place[0]], self._found.columns[place[1]]

    def names(self, upright: bool) -> list[Tick]:
        columns = self._found.columns if self._found is not None else ()
        return [Tick(-place if upright else place, name) for place, name in enumerate(columns)]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        for (across, down), one in self._pairs.items():
            cell = self._cell(frame, across, down)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(two_sided(one.value) if one.value is not None else theme.color("sunken"))
            painter.drawRect(cell)
            self._write(painter, cell, words.number(one.value))
        if self._chosen is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawRect(self._cell(frame, *self._chosen))

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del frame
        one = self._pairs.get(self.cell_at(x, y))
        return words.cell(self._found, one) if one is not None and self._found is not None else ""

    def table(self) -> list[list[str]]:
        if self._found is None:
            return []
        names = self._found.columns
        rows = [
            [names[one.first], names[one.second], one.method, "" if one.value is None else repr(one.value)]
            for one in self._found.cells
        ]
        return [["first", "second", "method", "value"], *rows]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        step = steps.get(Qt.Key(event.key()))
        if self._found is None or step is None:
            super().keyPressEvent(event)
            return
        across, down = self._chosen or (0, 0)
        place = across + step[0], down + step[1]
        if place[0] == place[1]:  # a column by itself is no pair
            place = place[0] + step[0], place[1] + step[1]
        if place in self._pairs:
            self.point_chosen.emit(float(place[0]), float(-place[1]))


class HeatChart(Cells):
    """Rows by two categories; the colours are counts, or shares of the rows or columns of the map."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Heat | None = None
        self._by = "count"

    def show_heat(self, found: Heat, by: str) -> None:
        """Show a map; ``by`` is count, row or column."""
        self._found, self._by = found, by
        self._home_of(len(found.xs), len(found.ys))

    def values_at(self, x: float, y: float) -> tuple[str, str] | None:
        """Give the two values of a cell; none where one stands for all others."""
        across, down = self.cell_at(x, y)
        found = self._found
        if found is None or not (0 <= across < len(found.xs) and 0 <= down < len(found.ys)):
            return None
        if (found.x_others and across == len(found.xs) - 1) or (found.y_others and down == len(found.ys) - 1):
            return None
        return found.xs[across], found.ys[down]

    def names(self, upright: bool) -> list[Tick]:
        found = self._found
        if found is None:
            return []
        if upright:
            return [Tick(-place, name) for place, name in enumerate(found.ys)]
        return [Tick(place, name) for place, name in enumerate(found.xs)]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        found = self._found
        if found is None:
            return
        for down, (counts, shares) in enumerate(zip(found.counts, words.heat_shares(found, self._by), strict=True)):
            for across, (count, share) in enumerate(zip(counts, shares, strict=True)):
                cell = self._cell(frame, across, down)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(shade(share) if count else theme.color("sunken"))
                painter.drawRect(cell)
                self._write(painter, cell, words.heat_text(count, share, self._by))

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del frame
        across, down = self.cell_at(x, y)
        found = self._found
        if found is None or not (0 <= across < len(found.xs) and 0 <= down < len(found.ys)):
            return ""
        return words.heat(found, across, down)

    def table(self) -> list[list[str]]:
        found = self._found
        if found is None:
            return []
        rows = [[name, *map(str, counts)] for name, counts in zip(found.ys, found.counts, strict=True)]
        return [[f"{found.y} / {found.x}", *found.xs], *rows]
