"""How a prediction depends on a column: the mean over rows, single rows, and accumulated effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPen, QPolygonF

from aetheron_desktop.engine.explaining.words import number
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.ticks import Tick

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.explaining.results import Dependence
    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_DOT: Final = 6.0
_ROOM: Final = 0.05
_FAINT: Final = 0.22
MEAN, STEPS, SINGLE = "Mean of all rows", "Accumulated effects", "Single rows"


class DependenceChart(Chart):
    """Lines over numbers and dates, dots over levels; each kind of line can be left out."""

    zooms = (True, True)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Dependence | None = None
        self._shown: frozenset[str] = frozenset({MEAN, STEPS, SINGLE})
        self._kept_of = ""

    @property
    def lines(self) -> dict[str, list[float]]:
        """What is drawn but for single rows: the height of each point."""
        found = self._found
        if found is None:
            return {}
        every = {
            MEAN: [point[found.shown] for point in found.partial],
            STEPS: [point[found.shown] for point in found.accumulated],
        }
        return {name: heights for name, heights in every.items() if name in self._shown}

    def show_dependence(self, found: Dependence | None) -> None:
        """Show what was found; None clears the paper."""
        self._found = found
        self._refit()

    def show_kinds(self, kinds: frozenset[str]) -> None:
        """Show these kinds of lines alone."""
        self._shown = kinds
        self._refit()

    def _refit(self) -> None:
        found = self._found
        if found is None:
            self.set_home(Bounds(0.0, 1.0, 0.0, 1.0))
            return
        heights = [one for line in self.lines.values() for one in line]
        if SINGLE in self._shown:
            heights += [one for row in found.single for one in row]
        low, high = (min(heights), max(heights)) if heights else (0.0, 1.0)
        room = (high - low or abs(high) or 1.0) * _ROOM
        left, right = found.grid.places[0], found.grid.places[-1]
        side = 0.5 if found.grid.kind == "level" else 0.0
        self.set_home(Bounds(left - side, right + side, low - room, high + room))

    def scales(self) -> tuple[Scale | None, Scale | None]:
        kind = self._found.grid.kind if self._found is not None else "number"
        across: Scale | None = None if kind == "level" else "date" if kind == "date" else "number"
        return across, "number"

    def names(self, upright: bool) -> list[Tick]:
        if upright or self._found is None:
            return []
        grid = self._found.grid
        return [Tick(place, word) for place, word in zip(grid.places, grid.words, strict=True)]

    def legend(self) -> list[tuple[str, QColor]]:
        colors = {MEAN: theme.series(0), STEPS: theme.series(1)}
        return [(name, colors[name]) for name in self.lines]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        found = self._found
        if found is None:
            return
        xs = [frame.x(place) for place in found.grid.places]
        if SINGLE in self._shown:
            color = theme.color("muted")
            color.setAlphaF(_FAINT)
            painter.setPen(QPen(color, 1))
            for row in found.single:
                painter.drawPolyline(_line(xs, row, frame))
        for name, color in ((MEAN, theme.series(0)), (STEPS, theme.series(1))):
            if name not in self.lines:
                continue
            points = _line(xs, self.lines[name], frame)
            style = Qt.PenStyle.SolidLine if name == MEAN else Qt.PenStyle.DashLine
            if found.grid.kind != "level":
                painter.setPen(QPen(color, 2, style))
                painter.drawPolyline(points)
                continue
            painter.setPen(
                QPen(color, _DOT if name == MEAN else _DOT + 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            )
            painter.drawPoints(points)

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del y, frame
        found = self._found
        if found is None:
            return ""
        places = found.grid.places
        at = min(range(len(places)), key=lambda place: abs(places[place] - x))
        lines = [f"{name}: {number(heights[at])}" for name, heights in self.lines.items()]
        return "\n".join(
            [f"{found.grid.column} {found.grid.words[at]}", *lines, f"{found.grid.counts[at]:,} training rows near it"]
        )

    def table(self) -> list[list[str]]:
        found = self._found
        if found is None:
            return []
        head = [found.grid.column, *(f"{kind} {name}" for kind in ("mean", "accumulated") for name in found.outputs)]
        rows = [
            [word, *(repr(one) for one in (*partial, *small))]
            for word, partial, small in zip(found.grid.words, found.partial, found.accumulated, strict=True)
        ]
        return [head, *rows]


def _line(xs: list[float], heights: list[float] | tuple[float, ...], frame: Frame) -> QPolygonF:
    return QPolygonF([QPointF(x, frame.y(height)) for x, height in zip(xs, heights, strict=True)])
