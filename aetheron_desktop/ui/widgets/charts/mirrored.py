"""Two distributions back to back, one upwards and one downwards, and where they are parted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPen

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.ticks import Tick, ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_HEADROOM: Final = 1.08
_HOLD: Final = 8.0


class MirroredChart(Chart):
    """Bars of two groups of rows over the same values, each as a share of its group.

    ``handle_moved`` tells where the line that parts them was brought; a click tells the bar by ``point_chosen``.
    """

    handle_moved = Signal(float, float)
    zooms = (True, False)
    marks_across = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = self.can_mark_regions = True
        self._edges: Sequence[float] = ()
        self._names = ("", "")
        self._counts: tuple[Sequence[int], Sequence[int]] = ((), ())
        self._shares: tuple[Sequence[float], Sequence[float]] = ((), ())
        self._marked: tuple[Sequence[float], Sequence[float]] = ((), ())
        self._title = ""
        self._handle: float | None = None

    @property
    def counts(self) -> tuple[Sequence[int], Sequence[int]]:
        """The rows of each bar, of the group above and of that below."""
        return self._counts

    @property
    def handle(self) -> float | None:
        """Where the groups are parted."""
        return self._handle

    def show_groups(
        self,
        edges: Sequence[float],
        names: tuple[str, str],
        counts: tuple[Sequence[int], Sequence[int]],
        shares: tuple[Sequence[float], Sequence[float]],
        title: str,
    ) -> None:
        """Show bars between ``edges``: ``counts`` and ``shares`` (0 to 1) of the group above and of that below."""
        same = tuple(edges) == tuple(self._edges)
        self._edges, self._names, self._counts, self._shares = edges, names, counts, shares
        self._title, self._marked = title, ((), ())
        above, below = (max(side, default=0.0) * _HEADROOM for side in shares)
        low, high = (-below, above) if above or below else (-1.0, 1.0)
        self.set_home(Bounds(edges[0], edges[-1], low, high), keep_view=same)

    def show_handle(self, x: float | None) -> None:
        """Show where the groups are parted; with None nowhere."""
        if x != self._handle:
            self._handle = x
            self.update()

    def show_marked(self, shares: tuple[Sequence[float], Sequence[float]]) -> None:
        """Show the marked rows of each bar, as shares of the same groups."""
        self._marked = shares
        self.update()

    def bar_at(self, x: float) -> int | None:
        """Give the bar at a place of the axis."""
        edges = self._edges
        return next((place for place in range(len(edges) - 1) if edges[place] <= x <= edges[place + 1]), None)

    # -- the chart ----------------------------------------------------------------------------------------------------

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", None

    def titles(self) -> tuple[str, str]:
        return self._title, ""

    def names(self, upright: bool) -> list[Tick]:
        """Give the shares on both sides of the middle."""
        if not upright:
            return []
        found = ticks("number", self._home.low, self._home.high, 5)
        return [Tick(tick.at, f"{abs(tick.at):.0%}" if abs(tick.at) >= 0.01 or not tick.at else "") for tick in found]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        painter.setPen(QPen(theme.color("plot.grid"), 1))
        for tick in self.names(upright=True):
            painter.drawLine(
                QPointF(frame.area.left(), frame.y(tick.at)), QPointF(frame.area.right(), frame.y(tick.at))
            )
        self._draw_sides(painter, frame, self._shares, [theme.series(side) for side in range(2)])
        painter.setPen(QPen(theme.color("plot.axis"), 1))
        painter.drawLine(QPointF(frame.area.left(), frame.y(0)), QPointF(frame.area.right(), frame.y(0)))

    def draw_over(self, painter: QPainter, frame: Frame) -> None:
        if any(self._marked):
            self._draw_sides(painter, frame, self._marked, [theme.color("warning")] * 2)
        if self._handle is not None:
            across, color = frame.x(self._handle), theme.color("accent")
            painter.setPen(QPen(color, 1.5))
            painter.drawLine(QPointF(across, frame.area.top()), QPointF(across, frame.area.bottom()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(across - 4, frame.area.top(), 8, 12), 3, 3)

    def _draw_sides(
        self, painter: QPainter, frame: Frame, shares: tuple[Sequence[float], Sequence[float]], colors: list[QColor]
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        foot = frame.y(0)
        for side, color in enumerate(colors):
            painter.setBrush(color)
            for place, share in enumerate(shares[side]):
                if not share:
                    continue
                left, right = frame.x(self._edges[place]), frame.x(self._edges[place + 1])
                height = max(1.0, abs(frame.y(share) - foot))  # a bar of a few rows is never shown as none
                gap = 1.0 if right - left > 4 else 0.0
                top = foot - height if side == 0 else foot
                painter.drawRect(QRectF(left, top, max(0.8, right - left - gap), height))

    def legend(self) -> list[tuple[str, QColor]]:
        return [(name, theme.series(side)) for side, name in enumerate(self._names) if name]

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del y, frame
        place = self.bar_at(x)
        if place is None:
            return ""
        lines = [f"{number(self._edges[place])} to {number(self._edges[place + 1])}"]
        for name, counts, shares in zip(self._names, self._counts, self._shares, strict=True):
            lines.append(f"{name}: {counts[place]:,} rows, {shares[place]:.1%} of them")
        return "\n".join(lines)

    def table(self) -> list[list[str]]:
        rows = [["from", "to", *self._names]]
        for place in range(len(self._edges) - 1):
            ends = [repr(float(edge)) for edge in self._edges[place : place + 2]]
            rows.append([*ends, *(str(counts[place]) for counts in self._counts)])
        return rows

    def takes(self, at: QPointF, frame: Frame) -> bool:
        is_inside = self._handle is not None and frame.area.contains(at)
        return is_inside and abs(frame.x(self._handle or 0.0) - at.x()) < _HOLD

    def carry(self, x: float, y: float) -> None:
        self.handle_moved.emit(x, y)
