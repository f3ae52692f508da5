"""Scores with their intervals, one below the other, each on a scale of its own; the better side is at the right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPen

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.quantities import NONE, number
from aetheron_desktop.ui.widgets.charts.chart import Chart
from aetheron_desktop.ui.widgets.charts.frame import Bounds, Frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
    from PySide6.QtWidgets import QWidget

_ROW: Final = 26.0
_HEAD: Final = 24.0
_PAD: Final = 12.0
_DOT: Final = 4.0
_ROOM: Final = 0.08
_LEAST_BAR: Final = 90.0


class ScoreLine(NamedTuple):
    """One score; what is not known is None. ``is_moving`` says that it depends on the threshold."""

    name: str
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    direction: str = "higher"
    help: str = ""
    is_moving: bool = False
    is_share: bool = False

    @property
    def arrow(self) -> str:
        """The direction that is better, as a sign."""
        return {"higher": "↑", "lower": "↓"}.get(self.direction, "")

    @property
    def between(self) -> str:
        """The interval in words."""
        return f"{number(self.low)} to {number(self.high)}" if self.low is not None and self.high is not None else NONE

    def words(self) -> str:
        """Say the whole line."""
        said = f"{self.label}: {number(self.value)}"
        said += f", 95 % interval {self.between}" if self.low is not None else ""
        return said + (f", baseline {number(self.baseline)}" if self.baseline is not None else "")


class ScoresChart(Chart):
    """A line for each score; a click, or the arrow keys, tell by ``line_chosen`` which is looked at."""

    line_chosen = Signal(object)  # ScoreLine
    zooms = (False, False)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[ScoreLine, ...] = ()
        self._chosen = ""

    @property
    def lines(self) -> tuple[ScoreLine, ...]:
        """What is shown."""
        return self._lines

    def show_scores(self, lines: Sequence[ScoreLine]) -> None:
        """Show scores in their order."""
        is_other = len(lines) != len(self._lines)
        self._lines = tuple(lines)
        self.setAccessibleDescription("; ".join(line.words() for line in lines))
        if is_other:
            self.setMinimumHeight(self.sizeHint().height())
            self.updateGeometry()
        self.redraw()

    def choose(self, name: str) -> None:
        """Show which score is looked at, and tell it."""
        line = next((one for one in self._lines if one.name == name), None)
        self._chosen = name if line is not None else ""
        self.redraw()
        if line is not None:
            self.line_chosen.emit(line)

    # -- the chart ----------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(560, math.ceil(_HEAD + _ROW * len(self._lines) + 8))

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """Draw lines; all of the chart is drawn in :meth:`paint_on`."""

    def paint_on(self, painter: QPainter, size: QSizeF) -> Frame:
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        columns = self._columns(size, QFontMetricsF(painter.font()))
        self._paint_head(painter, columns)
        for place, line in enumerate(self._lines):
            top = _HEAD + place * _ROW
            if line.name == self._chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("selection"))
                painter.drawRoundedRect(QRectF(4, top + 1, size.width() - 8, _ROW - 2), 6, 6)
            self._paint_line(painter, columns, top, line)
        return Frame(QRectF(0, 0, size.width(), size.height()), Bounds(0.0, 1.0, 0.0, 1.0))

    def frame(self) -> Frame:
        return Frame(QRectF(self.rect()), Bounds(0.0, 1.0, 0.0, 1.0))

    def _columns(self, size: QSizeF, metrics: QFontMetricsF) -> dict[str, tuple[float, float]]:
        """Give left end and width of each column; the interval in numbers is left out where there is no room."""
        wide = metrics.horizontalAdvance("0000.0000")
        names = max((metrics.horizontalAdvance(f"{one.label} ↑") for one in self._lines), default=100.0)
        name = min(names + 2, size.width() * 0.4)
        intervals = ("95 % interval", *(one.between for one in self._lines))
        between = max(metrics.horizontalAdvance(words) for words in intervals) + 2
        free = size.width() - name - 2 * wide - 5 * _PAD
        has_between = free - between - _PAD >= _LEAST_BAR
        left, made = _PAD, {}
        bar = max(20.0, free - (between + _PAD if has_between else 0.0))
        for key, width in (
            ("name", name),
            ("value", wide),
            ("between", between if has_between else 0.0),
            ("bar", bar),
            ("baseline", wide),
        ):
            made[key] = left, width
            left += width + (_PAD if width else 0.0)
        return made

    def _paint_head(self, painter: QPainter, columns: dict[str, tuple[float, float]]) -> None:
        painter.setFont(self.small_font())
        painter.setPen(theme.color("plot.text"))
        words = {
            "name": "Metric",
            "value": "Value",
            "between": "95 % interval",
            "bar": "Better →",
            "baseline": "Baseline",
        }
        for key, (left, width) in columns.items():
            side = Qt.AlignmentFlag.AlignLeft if key == "name" else Qt.AlignmentFlag.AlignRight
            if width:
                painter.drawText(QRectF(left, 0, width, _HEAD - 4), side | Qt.AlignmentFlag.AlignVCenter, words[key])
        painter.setFont(self.font())

    def _paint_line(
        self, painter: QPainter, columns: dict[str, tuple[float, float]], top: float, line: ScoreLine
    ) -> None:
        metrics = QFontMetricsF(painter.font())
        texts = (
            ("name", f"{line.label} {line.arrow}".strip(), "text"),
            ("value", number(line.value), "text"),
            ("between", line.between, "muted"),
            ("baseline", number(line.baseline), "muted"),
        )
        for key, text, color in texts:
            left, width = columns[key]
            if not width:
                continue
            painter.setPen(theme.color(color))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            side = Qt.AlignmentFlag.AlignLeft if key == "name" else Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(left, top, width, _ROW), side | Qt.AlignmentFlag.AlignVCenter, shown)
        left, width = columns["bar"]
        _paint_bar(painter, QRectF(left + 4, top, width - 8, _ROW), line)

    def tip(self, x: float, y: float, frame: Frame) -> str:
        del x
        line = self._line_at(frame.y(y))
        return f"{line.words()}\n{line.help}" if line is not None else ""

    def table(self) -> list[list[str]]:
        rows = [
            [
                one.label,
                *("" if value is None else repr(value) for value in (one.value, one.low, one.high, one.baseline)),
            ]
            for one in self._lines
        ]
        return [["metric", "value", "low", "high", "baseline"], *rows]

    # -- the hand -----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self._line_at(event.position().y())
        if line is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(line.name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = QPointF(event.position())
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or not self._lines:
            super().keyPressEvent(event)
            return
        names = [line.name for line in self._lines]
        place = names.index(self._chosen) + step if self._chosen in names else 0
        self.choose(names[min(len(names) - 1, max(0, place))])

    def _line_at(self, y: float) -> ScoreLine | None:
        place = math.floor((y - _HEAD) / _ROW)
        return self._lines[place] if 0 <= place < len(self._lines) else None


def _scale(line: ScoreLine, known: Sequence[float]) -> tuple[float, float]:
    """Give the ends of a line's scale; a share reaches to 1, or to 0 where less is better, and back to the baseline.

    Where the baseline is no worse than the value, the scale is the whole of 0 to 1.
    """
    low, high = min(known), max(known)
    if line.is_share and low >= 0.0:
        is_lower = line.direction == "lower"
        value, baseline = line.value or 0.0, line.baseline
        is_ahead = baseline is not None and (baseline > value if is_lower else baseline < value)
        low, high = (0.0, high if is_ahead else 1.0) if is_lower else (low if is_ahead else 0.0, 1.0)
    spread = (high - low) or abs(high) or 1.0
    return low - spread * _ROOM, high + spread * _ROOM


def _paint_bar(painter: QPainter, room: QRectF, line: ScoreLine) -> None:
    """Draw value, interval and baseline."""
    known = [end for end in (line.value, line.low, line.high, line.baseline) if end is not None and math.isfinite(end)]
    if line.value is None or not math.isfinite(line.value):
        return
    low, high = _scale(line, known)

    def x(value: float) -> float:
        share = (value - low) / (high - low)
        return room.left() + room.width() * (1.0 - share if line.direction == "lower" else share)

    middle = room.center().y()
    painter.setPen(QPen(theme.color("plot.grid"), 1))
    painter.drawLine(QPointF(room.left(), middle), QPointF(room.right(), middle))
    if line.baseline is not None and math.isfinite(line.baseline):
        painter.setPen(QPen(theme.color("plot.axis"), 2))
        painter.drawLine(QPointF(x(line.baseline), middle - 6), QPointF(x(line.baseline), middle + 6))
    color = theme.series(0)
    if line.low is not None and line.high is not None:
        band = QRectF(
            QPointF(min(x(line.low), x(line.high)), middle - 3), QPointF(max(x(line.low), x(line.high)), middle + 3)
        )
        painter.setPen(Qt.PenStyle.NoPen)
        soft = theme.series(0)
        soft.setAlphaF(0.4)
        painter.setBrush(soft)
        painter.drawRoundedRect(band, 3, 3)
    painter.setPen(QPen(theme.color("surface"), 1))
    painter.setBrush(color)
    painter.drawEllipse(QPointF(x(line.value), middle), _DOT, _DOT)
