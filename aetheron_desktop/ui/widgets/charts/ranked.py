"""Bars from the left, one below the other, each with its name: a number with its interval, or parts of a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPen

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.ticks import Tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QColor, QKeyEvent, QPainter
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.widgets.charts.frame import Frame
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_HEADROOM: Final = 1.06
_THICK: Final = 0.36
_THICKEST: Final = 12.0
_LEGEND: Final = 8
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: how many rows, and whose (the place of a name in the legend)."""

    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of ``parts``; ``note`` is what is told of it beside the counts."""

    name: str
    parts: tuple[Part, ...]
    note: str = ""

    @property
    def count(self) -> int:
        """All rows of the bar."""
        return sum(part.count for part in self.parts)


class RankedChart(Chart):
    """Bars in their order; a click on a part, or the arrow keys, tell it by ``part_chosen``."""

    part_chosen = Signal(int, int)  # place of the bar, place of the part in it
    zooms = (False, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_mark = True
        self._bars: tuple[Bar, ...] = ()
        self._names: tuple[str, ...] = ()
        self._title = ""
        self._marked: tuple[int, ...] = ()
        self._chosen: tuple[int, int] | None = None
        self.point_chosen.connect(self._on_point)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is drawn."""
        return self._bars

    def show_bars(self, bars: Sequence[Bar], title: str, names: Sequence[str] = ()) -> None:
        """Show bars; ``names`` are those of their parts, where these have several owners."""
        self._bars, self._title, self._names = tuple(bars), title, tuple(names)
        self._marked, self._chosen = (), None
        most = max((bar.count for bar in bars), default=0)
        self.set_home(Bounds(0.0, most * _HEADROOM or 1.0, 0.5 - max(1, len(bars)), 0.5))

    def show_marked(self, counts: Sequence[int], chosen: tuple[int, int] | None = None) -> None:
        """Show how many marked rows each bar has, and which part is looked at."""
        self._marked, self._chosen = tuple(counts), chosen
        self.update()

    # -- the chart ----------------------------------------------------------------------------------------------------

    def scales(self) -> tuple[Scale | None, Scale | None]:
        return "number", None

    def titles(self) -> tuple[str, str]:
        return self._title, ""

    def names(self, upright: bool) -> list[Tick]:
        return [Tick(-place, bar.name) for place, bar in enumerate(self._bars)] if upright else []

    def draw(self, painter: QPainter, frame: Frame) -> None:
        metrics = QFontMetricsF(painter.font())
        for place, bar in enumerate(self._bars):
            for room, part in self._rooms(frame, place, bar):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._shade(part))
                painter.drawRect(room)
            text = f"{bar.count:,}"
            left = frame.x(bar.count) + 6
            if left + metrics.horizontalAdvance(text) < frame.area.right() and len(bar.parts) == 1:
                painter.setPen(theme.color("plot.text"))
                painter.drawText(QPointF(left, frame.y(-place) + metrics.ascent() / 2 - 1), text)

    def draw_over(self, painter: QPainter, frame: Frame) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("warning"))
        for place, count in enumerate(self._marked):
            if count:
                half = self._half(frame, place)
                width = max(2.0, frame.x(count) - frame.x(0))
                painter.drawRect(QRectF(frame.x(0), frame.y(-place) + half - 4, width, 4))
        if self._chosen is not None:
            place, chosen = self._chosen
            rooms = list(self._rooms(frame, place, self._bars[place]))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("text"), 2))
            if chosen < len(rooms):
                painter.drawRect(rooms[chosen][0])

    def legend(self) -> list[tuple[str, QColor]]:
        # More names than these would be cut to their first letters; the pointer tells them.
        named = self._names if len(self._names) <= _NAMED else ()
        return [(name, theme.series(place)) for place, name in enumerate(named)]

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del frame
        found = self.part_at(x, y)
        if found is None:
            return ""
        bar, part = self._bars[found[0]], self._bars[found[0]].parts[found[1]]
        lines = [bar.name]
        if self._names:
            lines.append(f"{self._names[part.of]}: {part.count:,} of {bar.count:,} rows")
        else:
            lines.append(f"{part.count:,} rows")
        lines += [bar.note] if bar.note else []
        if self._marked:
            lines.append(f"{self._marked[found[0]]:,} marked")
        return "\n".join(lines)

    def table(self) -> list[list[str]]:
        if not self._names:
            return [["name", "rows"], *([bar.name, str(bar.count)] for bar in self._bars)]
        rows = []
        for bar in self._bars:
            by = {part.of: part.count for part in bar.parts}
            rows.append([bar.name, *(str(by.get(place, 0)) for place in range(len(self._names)))])
        return [["", *self._names], *rows]

    def part_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Give the bar and the part at a place."""
        place = round(-y)
        if not 0 <= place < len(self._bars) or x < 0:
            return None
        start = 0
        for number, part in enumerate(self._bars[place].parts):
            start += part.count
            if x <= start:
                return place, number
        return (place, 0) if len(self._bars[place].parts) == 1 else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._bars:
            super().keyPressEvent(event)
            return
        place, part = self._chosen or (-step[0], -step[1])
        place = min(len(self._bars) - 1, max(0, place + step[0]))
        part = min(len(self._bars[place].parts) - 1, max(0, part + step[1]))
        self.part_chosen.emit(place, part)

    # -- parts --------------------------------------------------------------------------------------------------------

    def _on_point(self, x: float, y: float) -> None:
        if (found := self.part_at(x, y)) is not None:
            self.part_chosen.emit(*found)

    def _rooms(self, frame: Frame, place: int, bar: Bar) -> list[tuple[QRectF, Part]]:
        half, start, made = self._half(frame, place), 0, []
        for part in bar.parts:
            left, right = frame.x(start), frame.x(start + part.count)
            made.append((QRectF(left, frame.y(-place) - half, max(1.0, right - left), 2 * half), part))
            start += part.count
        return made

    def _half(self, frame: Frame, place: int) -> float:
        return min(_THICKEST, frame.y(-place) - frame.y(-place + _THICK))

    def _shade(self, part: Part) -> QColor:
        if self._names and part.of >= _LEGEND:
            return theme.color("plot.axis")
        return theme.series(part.of)
