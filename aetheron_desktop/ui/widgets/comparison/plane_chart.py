"""Runs as points over any two of their columns, coloured by a third; behind them the mean of it around each place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.shades import from_to
from aetheron_desktop.ui.widgets.comparison.axis_ticks import ticks_of, tint_legend, title_of
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from PySide6.QtGui import QColor
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.comparing.axes import Plane
    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale, Tick

_NEAR: Final = 10.0
_DOT: Final = 4.5
_SMALL: Final = 2.5
_MANY: Final = 600
_SHADES: Final = 40
"""So many colours there are from one end to the other."""
_VEIL: Final = 0.4


class PlaneChart(Chart):
    """A click near a point tells its place by ``point_chosen``, a drag a region by ``region_chosen``."""

    def __init__(self, words: Callable[[str, str], str], parent: QWidget | None = None) -> None:
        """``words`` gives what a run, by its id, has in a column."""
        super().__init__(parent)
        named(self, "plane_chart", "Runs by two of their columns")
        self.can_mark = self.can_mark_regions = True
        self._words = words
        self._told: Plane | None = None
        self._marked: frozenset[str] = frozenset()
        self.has_surface = True
        """Whether the mean around each place is drawn behind the points, where it is known."""

    def show_plane(self, told: Plane | None) -> None:
        """Show runs; nothing where there is no such column."""
        self._told = told
        self.set_home(Bounds(-0.05, 1.05, -0.06, 1.06))

    def mark_runs(self, runs: Collection[str]) -> None:
        """Show which runs are chosen."""
        self._marked = frozenset(runs)
        self.redraw()

    def run_at(self, x: float, y: float) -> str | None:
        """Give the run at a place; None where there is none near."""
        told, frame = self._told, self.frame()
        if told is None or not told.runs:
            return None
        view, area = frame.view, frame.area
        away = np.hypot(
            (told.across.at - x) / (view.right - view.left) * area.width(),
            (told.up.at - y) / (view.high - view.low) * area.height(),
        )
        place = int(away.argmin())
        return told.runs[place].id if away[place] < _NEAR else None

    def runs_in(self, region: Bounds) -> list[str]:
        """Give the runs in a part of the plane."""
        told = self._told
        if told is None:
            return []
        inside = (told.across.at >= region.left) & (told.across.at <= region.right)
        inside &= (told.up.at >= region.low) & (told.up.at <= region.high)
        return [told.runs[place].id for place in np.flatnonzero(inside).tolist()]

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return None, None

    def names(self, upright: bool) -> list[Tick]:
        if self._told is None:
            return []
        return ticks_of(self._told.up, 6) if upright else ticks_of(self._told.across, 8)

    def titles(self) -> tuple[str, str]:
        return ("", "") if self._told is None else (title_of(self._told.across), title_of(self._told.up))

    def legend(self) -> list[tuple[str, QColor]]:
        return [] if self._told is None else tint_legend(self._told.tint_axis)

    def draw(self, painter: QPainter, frame: Frame) -> None:
        told = self._told
        if told is None:
            return
        if self.has_surface and told.surface is not None:
            self._draw_surface(painter, frame, told.surface)
        places = zip(told.across.at.tolist(), told.up.at.tolist(), strict=True)
        points = [QPointF(frame.x(x), frame.y(y)) for x, y in places]
        size = _DOT if len(points) <= _MANY else _SMALL
        # Many points of a colour are drawn at once, the better ones over the others.
        shades = np.where(np.isnan(told.tint), -1, np.round(told.tint * _SHADES)).astype(np.int64)
        for shade in np.unique(shades).tolist():
            own = QPolygonF([points[place] for place in np.flatnonzero(shades == shade).tolist()])
            for color, wide in ((theme.color("surface"), 2 * size + 1.5), (_color(shade), 2 * size)):
                painter.setPen(QPen(color, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawPoints(own)
        painter.setPen(QPen(theme.color("text"), 2))
        for place, run in enumerate(told.runs):
            if run.id in self._marked:
                painter.setBrush(_color(int(shades[place])))
                painter.drawEllipse(points[place], size + 2, size + 2)

    @staticmethod
    def _draw_surface(painter: QPainter, frame: Frame, surface: np.ndarray) -> None:
        """Draw a picture of a point for each place of the grid, and let it flow from one to the next."""
        count = len(surface)
        picture = QImage(count, count, QImage.Format.Format_ARGB32)
        picture.fill(Qt.GlobalColor.transparent)
        for row, column in np.argwhere(np.isfinite(surface)).tolist():
            color = from_to(float(surface[row, column]))
            color.setAlphaF(_VEIL)
            picture.setPixelColor(column, count - 1 - row, color)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        corner, other = QPointF(frame.x(0.0), frame.y(1.0)), QPointF(frame.x(1.0), frame.y(0.0))
        painter.drawImage(QRectF(corner, other), picture)
        painter.restore()

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del frame
        run, told = self.run_at(x, y), self._told
        if run is None or told is None:
            return ""
        axes = [told.across, told.up, *([told.tint_axis] if told.tint_axis is not None else [])]
        lines = dict.fromkeys(f"{axis.title}: {self._words(run, axis.key)}" for axis in axes)
        return "\n".join([next(one.name for one in told.runs if one.id == run), *lines])

    def table(self) -> list[list[str]]:
        told = self._told
        if told is None:
            return []
        axes = [told.across, told.up, *([told.tint_axis] if told.tint_axis is not None else [])]
        rows = [[run.name, *(self._words(run.id, axis.key) for axis in axes)] for run in told.runs]
        return [["run", *(axis.title for axis in axes)], *rows]


def _color(shade: int) -> QColor:
    """Give one of the colours of runs; that of those without a value below 0."""
    return theme.color("faint") if shade < 0 else from_to(shade / _SHADES)
