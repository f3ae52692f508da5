"""Lines that do not move, with their bands, and what is carried along them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPen, QPolygonF

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_BAND: Final = 0.16
_BARS: Final = 0.22
"""The part of the height that counts at the foot take at most."""
_NEAR: Final = 48.0
_HOLD: Final = 9.0
_HANDLE: Final = 5.5
_DOT: Final = 3.5
_SPOT: Final = 4.5
_MARK: Final = 5.0
_ROOM: Final = 0.04


class Line(NamedTuple):
    """One line through points; where one has no number it is interrupted.

    ``low`` and ``high`` are the ends of its band, ``at`` what led to each point (see ``at_name`` of the chart).
    ``color`` is a series or a token. With ``has_dots`` the points are what counts, each with its whisker. One that
    ``is_quiet`` is there to compare with, and is not read out.
    """

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    color: int | str = 0
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    at: Sequence[float] = ()
    is_dashed: bool = False
    has_dots: bool = False
    is_quiet: bool = False

    @property
    def shade(self) -> QColor:
        """The colour in the scheme that is shown."""
        return theme.series(self.color) if isinstance(self.color, int) else theme.color(self.color)


class Spot(NamedTuple):
    """A place with a name."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """So many rows lie between two values across."""

    left: float
    right: float
    count: int


class LinesChart(Chart):
    """Lines over two axes that count.

    ``handle_moved`` tells where the handle was brought, a point or an upright line (then the height says nothing).
    """

    handle_moved = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self._titles = ("", "")
        self._at_name = ""
        self._handle: tuple[float, float | None] | None = None
        self._marked: tuple[tuple[float, float], ...] = ()
        self._spots: tuple[Spot, ...] = ()
        self._bars: tuple[Step, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is drawn."""
        return self._lines

    @property
    def handle(self) -> tuple[float, float | None] | None:
        """Where the handle is; without a height it is an upright line."""
        return self._handle

    @property
    def marked(self) -> tuple[tuple[float, float], ...]:
        """The places of the marked rows."""
        return self._marked

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The places with names."""
        return self._spots

    def show_lines(
        self,
        lines: Sequence[Line],
        titles: tuple[str, str],
        *,
        home: Bounds | None = None,
        at_name: str = "",
        bars: Sequence[Step] = (),
    ) -> None:
        """Show lines; ``titles`` say what the axes count, ``bars`` are drawn at the foot."""
        keep = [line.name for line in lines] == [line.name for line in self._lines]
        self._lines, self._titles, self._at_name, self._bars = tuple(lines), titles, at_name, tuple(bars)
        self.set_home(home or _around(self._lines), keep_view=keep)

    def show_handle(self, x: float | None, y: float | None = None) -> None:
        """Show the handle at a point, or without ``y`` as an upright line; without a place there is none."""
        handle = None if x is None or math.isnan(x) or (y is not None and math.isnan(y)) else (x, y)
        if handle != self._handle:
            self._handle = handle
            self.update()

    def show_marked(self, places: Sequence[tuple[float, float]]) -> None:
        """Show where the marked rows lie."""
        self._marked = tuple(places)
        self.update()

    def show_spots(self, spots: Sequence[Spot]) -> None:
        """Show places with names."""
        self._spots = tuple(spots)
        self.update()

    # -- the chart ----------------------------------------------------------------------------------------------------

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", "number"

    def titles(self) -> tuple[str, str]:
        return self._titles

    def legend(self) -> list[tuple[str, QColor]]:
        named = [line for line in self._lines if line.name]
        return [(line.name, line.shade) for line in named] if len(named) > 1 else []

    def draw(self, painter: QPainter, frame: Frame) -> None:
        self._draw_bars(painter, frame)
        for line in self._lines:
            if not line.has_dots:
                _draw_band(painter, frame, line)
        for line in self._lines:
            _draw_line(painter, frame, line)

    def draw_over(self, painter: QPainter, frame: Frame) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("warning"))
        for x, y in self._marked:
            painter.drawEllipse(QPointF(frame.x(x), frame.y(y)), _MARK / 2, _MARK / 2)
        for spot in self._spots:
            self._draw_spot(painter, frame, spot)
        self._draw_handle(painter, frame)
        if painter.device() is self and self._pointer is not None and (found := self._nearest(frame)) is not None:
            line, place = found
            painter.setPen(QPen(line.shade, 2))
            painter.setBrush(theme.color("surface"))
            painter.drawEllipse(QPointF(frame.x(line.xs[place]), frame.y(line.ys[place])), 4, 4)

    def tip(self, x: float, y: float, frame: Frame) -> str:
        at = QPointF(frame.x(x), frame.y(y))
        for spot in self._spots:
            if (QPointF(frame.x(spot.x), frame.y(spot.y)) - at).manhattanLength() < _HOLD:
                return f"{spot.name}\n{number(self.told(spot.x))}, {number(self.told(spot.y, upright=True))}"
        found = _nearest(self._lines, at, frame)
        if found is None:
            return ""
        line, place = found
        across, up = self._titles
        told = [line.name] if line.name else []
        if line.at and self._at_name:
            told.append(f"{self._at_name} {number(line.at[place])}")
        told.append(f"{across or 'x'}: {number(self.told(line.xs[place]))}")
        between = f" ({number(line.low[place])} to {number(line.high[place])})" if line.low else ""
        told.append(f"{up or 'y'}: {number(self.told(line.ys[place], upright=True))}{between}")
        for bar in self._bars:
            if bar.left <= line.xs[place] <= bar.right:
                told.append(f"{bar.count:,} rows")
                break
        return "\n".join(told)

    def table(self) -> list[list[str]]:
        across, up = self._titles
        shown = [line for line in self._lines if not line.is_quiet]
        has_bands, has_at = any(line.low for line in shown), any(line.at for line in shown)
        header = ["line", *([self._at_name or "at"] if has_at else []), across or "x", up or "y"]
        rows = [header + (["low", "high"] if has_bands else [])]
        for line in shown:
            for place, (x, y) in enumerate(zip(line.xs, line.ys, strict=True)):
                at = [_written(line.at[place]) if line.at else ""] if has_at else []
                ends = [_written(line.low[place]), _written(line.high[place])] if line.low else ["", ""]
                rows.append(
                    [
                        line.name or up,
                        *at,
                        _written(self.told(x)),
                        _written(self.told(y, upright=True)),
                        *(ends if has_bands else []),
                    ]
                )
        return rows

    def told(self, at: float, *, upright: bool = False) -> float:
        """Give the number that a place on an axis stands for: itself, where nothing else is said."""
        del upright
        return at

    # -- the handle ---------------------------------------------------------------------------------------------------

    def takes(self, at: QPointF, frame: Frame) -> bool:
        if self._handle is None or not frame.area.contains(at):
            return False
        x, y = self._handle
        if y is None:
            return abs(frame.x(x) - at.x()) < _HOLD
        return (QPointF(frame.x(x), frame.y(y)) - at).manhattanLength() < 2 * _HOLD

    def carry(self, x: float, y: float) -> None:
        self.handle_moved.emit(x, y)

    # -- parts --------------------------------------------------------------------------------------------------------

    def _nearest(self, frame: Frame) -> tuple[Line, int] | None:
        assert self._pointer is not None
        return _nearest(self._lines, self._pointer, frame) if frame.area.contains(self._pointer) else None

    def _draw_bars(self, painter: QPainter, frame: Frame) -> None:
        most = max((bar.count for bar in self._bars), default=0)
        painter.setPen(Qt.PenStyle.NoPen)
        color = theme.color("plot.axis")
        color.setAlphaF(0.3)
        painter.setBrush(color)
        for bar in self._bars:
            left, right = frame.x(bar.left), frame.x(bar.right)
            height = frame.area.height() * _BARS * bar.count / most
            painter.drawRect(QRectF(left, frame.area.bottom() - height, max(1.0, right - left - 1), height))

    def _draw_spot(self, painter: QPainter, frame: Frame, spot: Spot) -> None:
        at = QPointF(frame.x(spot.x), frame.y(spot.y))
        shape = [at + QPointF(*way) for way in ((0, -_SPOT), (_SPOT, 0), (0, _SPOT), (-_SPOT, 0))]
        painter.setPen(QPen(theme.color("surface"), 1))
        painter.setBrush(theme.color("success"))
        painter.drawPolygon(QPolygonF(shape))

    def _draw_handle(self, painter: QPainter, frame: Frame) -> None:
        if self._handle is None:
            return
        x, y = self._handle
        color = theme.color("accent")
        if y is None:
            across = frame.x(x)
            painter.setPen(QPen(color, 1.5))
            painter.drawLine(QPointF(across, frame.area.top()), QPointF(across, frame.area.bottom()))
            painter.setBrush(color)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(across - 4, frame.area.top(), 8, 12), 3, 3)
            return
        painter.setPen(QPen(theme.color("surface"), 2))
        painter.setBrush(color)
        painter.drawEllipse(QPointF(frame.x(x), frame.y(y)), _HANDLE, _HANDLE)


class NormalLinesChart(LinesChart):
    """Lines of shares, each drawn at its quantile of the normal distribution."""

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "share", "share"

    def told(self, at: float, *, upright: bool = False) -> float:
        return NormalDist().cdf(at)


def _draw_band(painter: QPainter, frame: Frame, line: Line) -> None:
    if not line.low:
        return
    color = line.shade
    color.setAlphaF(_BAND)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for first, last in _parts(line.low, line.high):
        upper = [QPointF(frame.x(line.xs[place]), frame.y(line.high[place])) for place in range(first, last)]
        lower = [QPointF(frame.x(line.xs[place]), frame.y(line.low[place])) for place in range(last - 1, first - 1, -1)]
        painter.drawPolygon(QPolygonF(upper + lower))


def _draw_line(painter: QPainter, frame: Frame, line: Line) -> None:
    style = Qt.PenStyle.DashLine if line.is_dashed else Qt.PenStyle.SolidLine
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(line.shade, 1.0 if line.is_quiet else 1.6, style))
    for first, last in _parts(line.ys):
        points = [QPointF(frame.x(line.xs[place]), frame.y(line.ys[place])) for place in range(first, last)]
        painter.drawPolyline(QPolygonF(points))
    if not line.has_dots:
        return
    for place, (x, y) in enumerate(zip(line.xs, line.ys, strict=True)):
        if not math.isfinite(y):
            continue
        at = QPointF(frame.x(x), frame.y(y))
        if line.low:
            painter.setPen(QPen(line.shade, 1.2))
            painter.drawLine(QPointF(at.x(), frame.y(line.low[place])), QPointF(at.x(), frame.y(line.high[place])))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(line.shade)
        painter.drawEllipse(at, _DOT, _DOT)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _parts(*values: Sequence[float]) -> list[tuple[int, int]]:
    """Give where all of the values are numbers, as first and one past the last."""
    known = [all(math.isfinite(value) for value in at) for at in zip(*values, strict=True)]
    parts, start = [], None
    for place, is_known in enumerate([*known, False]):
        if is_known and start is None:
            start = place
        elif not is_known and start is not None:
            parts.append((start, place))
            start = None
    return parts


def _nearest(lines: Sequence[Line], at: QPointF, frame: Frame) -> tuple[Line, int] | None:
    best, found = _NEAR**2, None
    for line in lines:
        if line.is_quiet:
            continue
        for place, (x, y) in enumerate(zip(line.xs, line.ys, strict=True)):
            away = (frame.x(x) - at.x()) ** 2 + (frame.y(y) - at.y()) ** 2
            if away < best:
                best, found = away, (line, place)
    return found


def _around(lines: Sequence[Line]) -> Bounds:
    xs = [x for line in lines for x in line.xs if math.isfinite(x)] or [0.0, 1.0]
    ys = [y for line in lines for ends in (line.ys, line.low, line.high) for y in ends if math.isfinite(y)] or [
        0.0,
        1.0,
    ]
    left, right, low, high = min(xs), max(xs), min(ys), max(ys)
    across, up = (right - left) or abs(left) or 1.0, (high - low) or abs(low) or 1.0
    return Bounds(left - across * _ROOM / 2, right + across * _ROOM / 2, low - up * _ROOM, high + up * _ROOM)


def _written(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else ""
