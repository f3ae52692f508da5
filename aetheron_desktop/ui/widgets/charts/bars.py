"""Bars: a histogram, the commonest values, and the parts of a column against the target."""

from __future__ import annotations

import bisect
import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from aetheron_desktop.engine.datasets.profiles import profile_words as words
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.ticks import Tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.profiles.profile import (
        ColumnProfile,
        Estimate,
        Histogram,
        Kind,
        TargetProfile,
    )
    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_HEADROOM: Final = 1.06
_THICK: Final = 0.36
"""Half of a bar's thickness, of one step from bar to bar."""
_THICKEST: Final = 15.0
"""The same in pixels, at most."""


class HistogramChart(Chart):
    """Bars over a column's values; with several series they stand on each other."""

    zooms = (True, False)
    marks_across = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = self.can_mark_regions = True
        self._edges: tuple[float, ...] = ()
        self._series: tuple[tuple[str, tuple[int, ...]], ...] = ()
        self._marked: tuple[int, ...] = ()
        self._kind: Kind = "number"
        self._rows = 0
        self._histogram: Histogram | None = None
        self._is_log = False

    @property
    def edges(self) -> tuple[float, ...]:
        """The ends of the bars, in values."""
        return self._histogram.edges if self._histogram is not None else ()

    def show_histogram(
        self, found: Histogram, kind: Kind, rows: int, series: Sequence[tuple[str, tuple[int, ...]]] = ()
    ) -> None:
        """Show a histogram of a column; ``series`` are its parts by class."""
        same = self._histogram is not None and self._histogram.scope == found.scope and self._kind == kind
        self._histogram, self._kind, self._rows = found, kind, rows
        self._is_log = found.scope == "log"
        self._edges = tuple(math.log10(edge) for edge in found.edges) if self._is_log else found.edges
        self._series = tuple(series) or (("Rows", found.counts),)
        self._marked = ()
        totals = [sum(counts) for counts in zip(*(one for _, one in self._series), strict=True)]
        top = max(totals, default=0) * _HEADROOM or 1.0
        self.set_home(Bounds(self._edges[0], self._edges[-1], 0.0, top), keep_view=same)

    def show_marked(self, counts: tuple[int, ...]) -> None:
        """Show how many marked rows are in each bar."""
        self._marked = counts if len(counts) == len(self._edges) - 1 else ()
        self.redraw()

    def bar_at(self, x: float) -> int | None:
        """Give the bar at a place of the axis."""
        place = bisect.bisect_right(self._edges, x) - 1
        return place if 0 <= place < len(self._edges) - 1 else None

    def value_at(self, x: float) -> float:
        """Give the value at a place of the axis."""
        return 10.0 ** min(x, 308.0) if self._is_log else x

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return ("log" if self._is_log else "date" if self._kind == "date" else "number"), "number"

    def draw(self, painter: QPainter, frame: Frame) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        ends = list(zip(self._edges, self._edges[1:], strict=False))
        base = [0] * len(ends)
        for number, (_, counts) in enumerate(self._series):
            for place, count in enumerate(counts):
                _bar(painter, frame, ends[place], base[place], base[place] + count, theme.series(number))
                base[place] += count
        for place, count in enumerate(self._marked):
            _bar(painter, frame, ends[place], 0, count, theme.color("warning"))

    def legend(self) -> list[tuple[str, QColor]]:
        if len(self._series) < 2:
            return []
        return [(name, theme.series(number)) for number, (name, _) in enumerate(self._series)]

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del y, frame
        place = self.bar_at(x)
        if place is None or self._histogram is None:
            return ""
        lines = [words.bar(self._histogram, place, self._kind, self._rows)]
        if len(self._series) > 1:
            lines += [f"{name}: {counts[place]:,}" for name, counts in self._series if counts[place]]
        if self._marked:
            lines.append(f"{self._marked[place]:,} marked")
        return "\n".join(lines)

    def table(self) -> list[list[str]]:
        edges = self.edges
        rows = [["from", "to", *(name.lower() if name == "Rows" else name for name, _ in self._series)]]
        for place in range(len(edges) - 1):
            ends = [_end(edge, self._kind) for edge in edges[place : place + 2]]
            rows.append([*ends, *(str(counts[place]) for _, counts in self._series)])
        return rows


class ValuesChart(Chart):
    """The commonest values, one bar below the other."""

    zooms = (False, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = self.can_mark_regions = True
        self._profile: ColumnProfile | None = None
        self._marked: tuple[int, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The values, the commonest first."""
        return tuple(top.value for top in self._profile.top) if self._profile is not None else ()

    def show_profile(self, profile: ColumnProfile) -> None:
        """Show the commonest values of a column."""
        self._profile, self._marked = profile, ()
        most = max((top.count + top.error for top in profile.top), default=0)
        self.set_home(Bounds(0.0, most * _HEADROOM or 1.0, 0.5 - max(1, len(profile.top)), 0.5))

    def show_marked(self, counts: tuple[int, ...]) -> None:
        """Show how many marked rows have each value."""
        self._marked = counts if len(counts) == len(self.values) else ()
        self.redraw()

    def value_at(self, y: float) -> str | None:
        """Give the value at a place of the axis."""
        place = round(-y)
        return self.values[place] if 0 <= place < len(self.values) else None

    def values_between(self, low: float, high: float) -> tuple[str, ...]:
        """Give the values whose bars begin and end within a part of the axis."""
        return tuple(value for place, value in enumerate(self.values) if low <= -place <= high)

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", None

    def names(self, upright: bool) -> list[Tick]:
        return [Tick(-place, _shown(value)) for place, value in enumerate(self.values)] if upright else []

    def draw(self, painter: QPainter, frame: Frame) -> None:
        if self._profile is None:
            return
        for place, top in enumerate(self._profile.top):
            _row(painter, frame, place, 0, top.count, theme.series(0))
            if self._marked:
                _row(painter, frame, place, 0, self._marked[place], theme.color("warning"))
            if top.error:
                _whisker(painter, frame, place, max(0, top.count - top.error), top.count + top.error)

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del x, frame
        value = self.value_at(y)
        if value is None or self._profile is None:
            return ""
        place = round(-y)
        top = self._profile.top[place]
        around = f" ± {top.error:,}" if top.error else ""
        lines = [_shown(value), f"{top.count:,}{around} rows, {words.share(top.count, self._profile.rows)}"]
        return "\n".join([*lines, f"{self._marked[place]:,} marked"] if self._marked else lines)

    def table(self) -> list[list[str]]:
        tops = self._profile.top if self._profile is not None else ()
        return [["value", "rows", "error"], *([top.value, str(top.count), str(top.error)] for top in tops)]


class TargetChart(Chart):
    """The target within each part of a column: the shares of the classes, or the mean with its interval."""

    zooms = (False, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile: TargetProfile | None = None

    def show_profile(self, profile: TargetProfile) -> None:
        """Show how a column goes with the target."""
        self._profile = profile
        low, high = 0.0, 1.0
        if not profile.classes:
            ends = [end for part in profile.bins for one in part.estimates for end in _ends(one) if end is not None]
            low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
            low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
            low, high = low - (high - low) * 0.06, high + (high - low) * 0.06
        self.set_home(Bounds(low, high, 0.5 - max(1, len(profile.bins)), 0.5))

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", None

    def names(self, upright: bool) -> list[Tick]:
        if self._profile is None or not upright:
            return []
        return [Tick(-place, _shown(part.label)) for place, part in enumerate(self._profile.bins)]

    def draw(self, painter: QPainter, frame: Frame) -> None:
        if self._profile is None:
            return
        if not self._profile.classes and (mean := self._profile.overall[0].value) is not None:
            painter.setPen(QPen(theme.color("plot.axis"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(frame.x(mean), frame.area.top()), QPointF(frame.x(mean), frame.area.bottom()))
        for place, part in enumerate(self._profile.bins):
            start = 0.0
            for number, one in enumerate(part.estimates):
                if one.value is None:
                    continue
                if self._profile.classes:
                    _row(painter, frame, place, start, start + one.value, theme.series(number))
                    start += one.value
                    continue
                if one.low is not None and one.high is not None:
                    _whisker(painter, frame, place, one.low, one.high)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.series(0))
                painter.drawEllipse(QPointF(frame.x(one.value), frame.y(-place)), 4, 4)

    def legend(self) -> list[tuple[str, QColor]]:
        classes = self._profile.classes if self._profile is not None else ()
        return [(name, theme.series(number)) for number, name in enumerate(classes)]

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del x, frame
        place = round(-y)
        if self._profile is None or not 0 <= place < len(self._profile.bins):
            return ""
        part = self._profile.bins[place]
        is_share = bool(self._profile.classes)
        named = self._profile.classes or (f"mean of {self._profile.target}",)
        told = [
            f"{name}: {words.estimate(one, is_share=is_share)}" for name, one in zip(named, part.estimates, strict=True)
        ]
        return "\n".join([f"{part.label}: {part.rows:,} rows", *told])

    def table(self) -> list[list[str]]:
        if self._profile is None:
            return []
        named = self._profile.classes or ("mean",)
        header = [self._profile.column, "rows", *(f"{name}{end}" for name in named for end in ("", " low", " high"))]
        rows = [
            [
                part.label,
                str(part.rows),
                *("" if end is None else repr(end) for one in part.estimates for end in _ends(one)),
            ]
            for part in self._profile.bins
        ]
        return [header, *rows]


def _bar(painter: QPainter, frame: Frame, ends: tuple[float, float], low: float, high: float, color: QColor) -> None:
    if high <= low or ends[1] < frame.view.left or ends[0] > frame.view.right:
        return
    left, right = (frame.x(end) for end in ends)
    top, foot = frame.y(high), frame.y(low)
    gap = 1.0 if right - left > 4 else 0.0
    painter.setBrush(color)
    # A bar of a few rows is never shown as none.
    painter.drawRect(QRectF(left, min(top, foot - 1.0), max(0.8, right - left - gap), max(1.0, foot - top)))


def _row(painter: QPainter, frame: Frame, place: int, start: float, end: float, color: QColor) -> None:
    if end <= start:
        return
    half = min(_THICKEST, frame.y(-place) - frame.y(-place + _THICK))
    top, bottom = frame.y(-place) - half, frame.y(-place) + half
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRect(QRectF(frame.x(start), top, max(1.0, frame.x(end) - frame.x(start)), bottom - top))


def _whisker(painter: QPainter, frame: Frame, place: int, low: float, high: float) -> None:
    y = frame.y(-place)
    painter.setPen(QPen(theme.color("text"), 1.2))
    painter.drawLine(QPointF(frame.x(low), y), QPointF(frame.x(high), y))
    for end in (low, high):
        painter.drawLine(QPointF(frame.x(end), y - 3), QPointF(frame.x(end), y + 3))


def _ends(one: Estimate) -> tuple[float | None, float | None, float | None]:
    return one.value, one.low, one.high


def _shown(value: str) -> str:
    """A value that cannot be seen is named."""
    return value if value.strip() else "“”" if not value else f"“{value}”"


def _end(edge: float, kind: Kind) -> str:
    return words.text(edge, kind) if kind == "date" else repr(edge)
