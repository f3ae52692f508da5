"""Runs as points in the plane of two of their numbers; steps join those that no other betters in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPen

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QColor, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.comparing.trading import Traded
    from aetheron_desktop.ui.widgets.charts.frame import Frame

_NEAR: Final = 12.0
_NAME: Final = 190.0
"""The most room for the name of a run on the front."""


class TradeChart(Chart):
    """A click on a point tells its place by ``point_chosen``; see :meth:`run_at`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "trade_chart", "Runs by two of their numbers")
        self.can_mark = True
        self._told: Traded | None = None
        self._names: Mapping[str, str] = {}
        self._titles = ("", "")
        self._chosen: frozenset[str] = frozenset()

    def show_traded(self, told: Traded, names: Mapping[str, str], titles: tuple[str, str]) -> None:
        """Show runs; ``names`` has theirs by their ids."""
        self._told, self._names, self._titles = told, names, titles
        self.set_home(_bounds(told))

    def choose(self, runs: frozenset[str]) -> None:
        """Show which runs are chosen."""
        self._chosen = runs
        self.redraw()

    def run_at(self, x: float, y: float) -> str | None:
        """Give the run at a place; None where there is none near."""
        if self._told is None:
            return None
        frame = self.frame()
        at = QPointF(frame.x(x), frame.y(y))
        best, nearest = None, _NEAR
        for run, across, up in zip(self._told.runs, self._told.x, self._told.y, strict=True):
            far = (QPointF(frame.x(across), frame.y(up)) - at).manhattanLength()
            if far < nearest:
                best, nearest = run, far
        return best

    def titles(self) -> tuple[str, str]:
        return self._titles

    def legend(self) -> list[tuple[str, QColor]]:
        if self._told is None or not any(self._told.on_front):
            return []
        return [("no other is better in both", theme.color("accent")), ("another is", theme.color("faint"))]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        told = self._told
        if told is None:
            return
        points = [QPointF(frame.x(x), frame.y(y)) for x, y in zip(told.x, told.y, strict=True)]
        painter.setPen(QPen(theme.color("accent"), 1.5, Qt.PenStyle.DashLine))
        painter.drawPolyline([QPointF(frame.x(x), frame.y(y)) for x, y in told.steps])
        has_front = any(told.on_front)
        for point, is_on, run in zip(points, told.on_front, told.runs, strict=True):
            painter.setPen(
                QPen(theme.color("text" if run in self._chosen else "surface"), 2 if run in self._chosen else 1)
            )
            painter.setBrush(theme.color("accent" if is_on or not has_front else "faint"))
            painter.drawEllipse(point, 6 if is_on else 5, 6 if is_on else 5)
        named_ = [(point, run) for point, run, is_on in zip(points, told.runs, told.on_front, strict=True) if is_on]
        self._write_names(painter, frame.area, sorted(named_, key=lambda one: one[0].x()))

    def _write_names(self, painter: QPainter, area: QRectF, points: Sequence[tuple[QPointF, str]]) -> None:
        """Write the names of runs beside their points, as far as there is room; the pointer tells the others."""
        metrics = QFontMetricsF(painter.font())
        taken = [QRectF(point.x() - 6, point.y() - 6, 12, 12) for point, _ in points]
        painter.setPen(theme.color("plot.text"))
        for point, run in points:
            text = metrics.elidedText(self._names.get(run, run), Qt.TextElideMode.ElideMiddle, _NAME)
            size = QSizeF(metrics.horizontalAdvance(text) + 2, metrics.height())
            right, left = point.x() + 10, point.x() - 10 - size.width()
            beside, below = point.y() - size.height() / 2, point.y() + 8
            above = point.y() - 8 - size.height()
            places = [(right, above), (left, above), (right, beside), (left, beside), (right, below), (left, below)]
            rooms = (QRectF(QPointF(*place), size) for place in places)
            free = (one for one in rooms if area.contains(one) and not any(one.intersects(other) for other in taken))
            if (room := next(free, None)) is not None:
                taken.append(room)
                painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del frame
        run, told = self.run_at(x, y), self._told
        if run is None or told is None:
            return ""
        place = told.runs.index(run)
        values = (told.x[place], told.y[place])
        lines = [f"{title}: {quantities.number(value)}" for title, value in zip(self._titles, values, strict=True)]
        return "\n".join([self._names.get(run, run), *lines])

    def table(self) -> list[list[str]]:
        told = self._told
        rows = [] if told is None else [
            [self._names.get(run, run), repr(x), repr(y), "yes" if is_on else "no"]
            for run, x, y, is_on in zip(told.runs, told.x, told.y, told.on_front, strict=True)
        ]  # fmt: skip
        return [["run", *self._titles, "on the front"], *rows]


def _bounds(told: Traded) -> Bounds:
    if not told.runs:
        return Bounds(0.0, 1.0, 0.0, 1.0)
    ends = []
    for values in (told.x, told.y):
        low, high = min(values), max(values)
        room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
        ends += [low - room, high + room]
    return Bounds(*ends)
