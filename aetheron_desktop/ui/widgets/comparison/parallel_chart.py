"""Runs as lines over their parameters and scores, an axis each (Inselberg 1985); what is dragged over is chosen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.shades import from_to
from aetheron_desktop.ui.widgets.charts.ticks import Tick
from aetheron_desktop.ui.widgets.comparison.axis_ticks import ticks_of, tint_legend, title_of
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from PySide6.QtGui import QColor
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.comparing.axes import Axis, Sweep
    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

MOST_LINES: Final = 1_500
"""More runs are drawn by a part of them: on a dense band nobody sees more, and each line takes time."""
_FEW: Final = 300
"""So few lines are drawn with smooth strokes."""
_NOTHING: Final = -0.09
"""Where a line goes on an axis that its run has nothing on."""
_NEAR: Final = 7.0
_BAND: Final = 9.0
_CLOSE: Final = 0.9
"""Words may stand so near to each other, in heights of a line."""
_WRITTEN: Final = 0.46
"""The share of the room between two axes that words may take."""


class ParallelChart(Chart):
    """``chosen`` tells the runs that lie within all bands; a click near a line tells it by ``point_chosen``."""

    chosen = Signal(list)  # run ids
    zooms = (False, False)

    def __init__(self, words: Callable[[str, int], str], parent: QWidget | None = None) -> None:
        """``words`` gives what a run, by its place, has in a column."""
        super().__init__(parent)
        named(self, "parallel_chart", "Runs as lines over their parameters and scores")
        self.can_mark = True
        self._words = words
        self._told: Sweep | None = None
        self._at = np.empty((0, 0))
        self._marked: frozenset[str] = frozenset()
        self._bands: dict[str, tuple[float, float]] = {}
        self.region_chosen.connect(self._on_region)
        self.cleared.connect(self.clear_bands)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_sweep(self, told: Sweep) -> None:
        """Show runs; bands on axes that are shown still stay."""
        self._told = told
        self._at = np.array([axis.at for axis in told.axes]).reshape(len(told.axes), len(told.runs))
        keys = {axis.key for axis in told.axes}
        self._bands = {key: band for key, band in self._bands.items() if key in keys}
        self.set_home(Bounds(-0.5, max(1, len(told.axes)) - 0.5, -0.16, 1.08))

    def mark_runs(self, runs: Collection[str]) -> None:
        """Show which runs are chosen."""
        self._marked = frozenset(runs)
        self.redraw()

    @property
    def told(self) -> Sweep | None:
        """What is drawn."""
        return self._told

    @property
    def bands(self) -> dict[str, tuple[float, float]]:
        """The parts of axes that runs must lie in, by the keys of their columns."""
        return dict(self._bands)

    def clear_bands(self) -> None:
        """Let all runs in again."""
        if self._bands:
            self._bands.clear()
            self.redraw()
            self.chosen.emit([])

    def inside(self) -> np.ndarray:
        """Give which runs, (n,), lie in all bands."""
        told = self._told
        kept = np.ones(0 if told is None else len(told.runs), dtype=np.bool_)
        for axis, at in zip(() if told is None else told.axes, self._shown(), strict=True):
            if axis.key in self._bands:
                low, high = self._bands[axis.key]
                kept &= (at >= low) & (at <= high)
        return kept

    def _shown(self) -> np.ndarray:
        return np.where(np.isnan(self._at), _NOTHING, self._at)

    def _on_region(self, region: Bounds) -> None:
        """Put a band on each axis that was dragged over, or on the nearest one."""
        axes = () if self._told is None else self._told.axes
        if not axes:
            return
        over = [place for place in range(len(axes)) if region.left <= place <= region.right]
        middle = (region.left + region.right) / 2.0
        for place in over or [min(range(len(axes)), key=lambda one: abs(one - middle))]:
            self._bands[axes[place].key] = (region.low, region.high)
        self._tell()

    def band_at(self, x: float) -> str | None:
        """Give the key of the axis at a place across, if it has a band."""
        place = round(x)
        axes = () if self._told is None else self._told.axes
        if 0 <= place < len(axes) and abs(x - place) < 0.12 and axes[place].key in self._bands:
            return axes[place].key
        return None

    def drop_band(self, key: str) -> None:
        """Take the band of an axis off."""
        if self._bands.pop(key, None) is not None:
            self._tell()

    def _tell(self) -> None:
        self.redraw()
        told = self._told
        if told is not None:
            inside = self.inside() if self._bands else np.zeros(len(told.runs), dtype=np.bool_)
            self.chosen.emit([told.runs[place].id for place in np.flatnonzero(inside).tolist()])

    def run_at(self, x: float, y: float) -> str | None:
        """Give the run whose line passes a place; None where none is near."""
        place = self._line_at(x, y, self.frame())
        return None if place is None or self._told is None else self._told.runs[place].id

    def _line_at(self, x: float, y: float, frame: Frame) -> int | None:
        count = len(self._at)
        if count < 2 or not 0.0 <= x <= count - 1:
            return None
        shown, left = self._shown(), min(int(x), count - 2)
        heights = shown[left] + (shown[left + 1] - shown[left]) * (x - left)
        away = np.abs(heights - y) * frame.area.height() / (frame.view.high - frame.view.low)
        away[~self.inside()] = np.inf
        place = int(away.argmin()) if len(away) else 0
        return place if len(away) and away[place] < _NEAR else None

    # -- the chart ----------------------------------------------------------------------------------------------------

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return None, None

    def names(self, upright: bool) -> list[Tick]:
        axes = () if self._told is None or upright else self._told.axes
        return [Tick(float(place), title_of(axis)) for place, axis in enumerate(axes)]

    def legend(self) -> list[tuple[str, QColor]]:
        return [] if self._told is None else tint_legend(self._told.tint_axis)

    def draw(self, painter: QPainter, frame: Frame) -> None:
        told = self._told
        if told is None or not told.axes:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(told.runs) <= _FEW)
        self._draw_lines(painter, frame, told)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for place, axis in enumerate(told.axes):
            self._draw_axis(painter, frame, axis, frame.x(place))

    def _draw_lines(self, painter: QPainter, frame: Frame, told: Sweep) -> None:
        """Draw the lines, those that are meant last; where nothing is chosen, the better ones."""
        inside, across = self.inside(), [frame.x(place) for place in range(len(told.axes))]
        heights = frame.area.bottom() - (self._shown() - frame.view.low) / (frame.view.high - frame.view.low) * (
            frame.area.height()
        )
        order = np.argsort(np.where(np.isnan(told.tint), -1.0, told.tint), kind="stable")
        every = math.ceil(len(order) / MOST_LINES) or 1
        order = np.concatenate([order[~inside[order]][::every], order[inside[order]][::every]])
        # Within bands all are chosen; elsewhere those that are stand out.
        chosen = self._marked if not self._bands else frozenset()
        marked = [place for place, run in enumerate(told.runs) if run.id in chosen]
        faint = theme.color("plot.grid")
        for place in [*order.tolist(), *marked]:
            color = faint
            if inside[place]:
                color = from_to(float(told.tint[place])) if np.isfinite(told.tint[place]) else theme.color("plot.axis")
                color.setAlphaF(0.85 if len(told.runs) <= _FEW else 0.5)
            is_marked = told.runs[place].id in chosen
            painter.setPen(
                QPen(theme.color("text") if is_marked and inside[place] else color, 2.0 if is_marked else 1.0)
            )
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in zip(across, heights[:, place], strict=True)]))

    def _draw_axis(self, painter: QPainter, frame: Frame, axis: Axis, x: float) -> None:
        foot, head = frame.y(0.0), frame.y(1.0)
        painter.setPen(QPen(theme.color("plot.axis"), 1))
        painter.drawLine(QPointF(x, foot), QPointF(x, head))
        metrics = QFontMetricsF(painter.font())
        found = ticks_of(axis, max(2, int(abs(foot - head) / 44)))
        if np.isnan(axis.at).any():
            found.insert(0, Tick(_NOTHING, "none"))
        wide, last = frame.area.width() / max(1, len(self._at)) * _WRITTEN, math.inf
        for tick in found:
            y = frame.y(tick.at)
            if last - y >= metrics.height() * _CLOSE:  # words that would stand on each other are left out
                self._write(painter, metrics, tick.text, QPointF(x, y), wide)
                last = y
        if axis.key in self._bands:
            low, high = (min(1.06, max(_NOTHING - 0.04, end)) for end in self._bands[axis.key])
            color = theme.color("accent")
            painter.setPen(QPen(color, 1.5))
            color.setAlphaF(0.22)
            painter.setBrush(color)
            room = QRectF(x - _BAND, frame.y(high), 2 * _BAND, max(3.0, frame.y(low) - frame.y(high)))
            painter.drawRoundedRect(room, 4, 4)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    @staticmethod
    def _write(painter: QPainter, metrics: QFontMetricsF, text: str, at: QPointF, wide: float) -> None:
        """Write beside an axis, on a ground that lines do not shine through."""
        painter.setPen(QPen(theme.color("plot.axis"), 1))
        painter.drawLine(at - QPointF(3, 0), at + QPointF(3, 0))
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide)
        width = metrics.horizontalAdvance(text) + 6
        room = QRectF(at.x() + 6, at.y() - metrics.height() / 2, width, metrics.height())
        ground = theme.color("plot.background")
        ground.setAlphaF(0.78)
        painter.fillRect(room, ground)
        painter.setPen(QPen(theme.color("plot.text")))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def tip(self, x: float, y: float, frame: Frame) -> str:
        told, place = self._told, self._line_at(x, y, frame)
        if told is None or place is None:
            return ""
        lines = [f"{axis.title}: {self._words(axis.key, place)}" for axis in told.axes]
        return "\n".join([told.runs[place].name, *lines])

    def table(self) -> list[list[str]]:
        told = self._told
        if told is None:
            return []
        inside = self.inside()
        rows: Sequence[list[str]] = [
            [run.name, *(self._words(axis.key, place) for axis in told.axes), "yes" if inside[place] else "no"]
            for place, run in enumerate(told.runs)
        ]
        return [["run", *(axis.title for axis in told.axes), "within the marks"], *rows]
