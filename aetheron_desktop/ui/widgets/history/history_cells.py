"""How the rows of a history are painted: all cells of one at once, in a fraction of the time that delegates take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from aetheron_desktop.ui import icons, theme
from aetheron_desktop.ui.item_models.history_rows import change_text
from aetheron_desktop.ui.item_models.history_table import DEED, GRAPH, MESSAGE, METRIC, WHEN, WHO
from aetheron_desktop.ui.item_models.quantities import NONE, number
from aetheron_desktop.ui.widgets.history.label_chips import LabelChips, draw_branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QRect

    from aetheron_desktop.engine.registry.versions import Deed
    from aetheron_desktop.ui.item_models.history_rows import HistoryRow
    from aetheron_desktop.ui.item_models.history_table import HistoryTable
    from aetheron_desktop.ui.widgets.history.graph_painter import GraphPainter

DEED_ICONS: Final[dict[Deed, str]] = {
    "trained": "train",
    "imported": "import",
    "changed": "settings",
    "adopted": "",  # drawn as the graph is
    "reverted": "restore",
    "reproduced": "refresh",
}
PLOT_WIDTH: Final = 64
GAP: Final = 12
_PAD: Final = 10
_ICON: Final = 15
_CHIPS_SHARE: Final = 0.6
_LONGEST: Final = 400
_MOST_KEPT: Final = 4000
_INKS: Final = ("text", "muted", "faint", "success", "danger", "border", "accent", "surface", "selection", "hover")


class HistoryCells:
    """Paints rows of ``table`` in columns that are told by :meth:`begin` before each picture."""

    def __init__(self, table: HistoryTable, graph: GraphPainter, font: QFont) -> None:
        self._table = table
        self._graph = graph
        self._inks: dict[str, QColor] = {}
        self._shortened: dict[tuple[str, int, bool], str] = {}
        self._columns: Sequence[tuple[int, int]] = ()
        self._number_width = self._value_width = self._change_width = 0
        self.dress(font)

    def dress(self, font: QFont) -> None:
        """Take ``font`` for the rows."""
        self._font = QFont(font)
        self._strong = QFont(font)
        self._strong.setWeight(QFont.Weight.DemiBold)
        self._metrics, self._strong_metrics = QFontMetrics(self._font), QFontMetrics(self._strong)
        self._chips = LabelChips(font)
        self._shortened.clear()
        self.measure()

    def measure(self) -> None:
        """Find the room that numbers need; to be called when the history has changed."""
        rows = self._table.rows
        texts = rows.longest_texts if rows is not None else []
        self._number_width = self._wide(str(rows.greatest_number)) if rows is not None else 0
        self._value_width = max((self._wide(value) for value, _ in texts), default=0)
        self._change_width = max((self._wide(change) for _, change in texts), default=0)

    @property
    def metric_width(self) -> int:
        """The points that the value and its change need, without the plot."""
        return 2 * _PAD + self._value_width + (GAP + self._change_width if self._change_width else 0)

    def begin(self, columns: Sequence[tuple[int, int]]) -> None:
        """Take the left edge and the width of each column (0 of a hidden one), and the colours of this moment."""
        self._columns = columns
        self._inks = {name: theme.color(name) for name in _INKS}

    def paint(self, painter: QPainter, area: QRect, position: int, ground: str) -> None:
        """Paint a row into ``area``; ``ground`` is ``selection``, ``hover`` or empty."""
        row = self._table.row(position)
        top, height = area.top(), area.height()
        right = max(left + width for left, width in self._columns)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if ground:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._inks[ground])
            painter.drawRoundedRect(0, top, right, height, 6, 6)
        painter.setFont(self._font)
        base = top + (height + self._metrics.ascent() - self._metrics.descent()) // 2
        self._graph.paint(painter, self._columns[GRAPH][0], top, height, row.place, alone=self._table.is_filtered)
        self._paint_message(painter, top, height, base, row, is_chosen=ground == "selection")
        self._paint_metric(painter, top, height, base, row)
        painter.setPen(self._inks["muted"])
        for column, words in ((WHO, row.version.author), (WHEN, self._table.when(row))):
            left, width = self._columns[column]
            if width:
                painter.drawText(left + _PAD, base, self._short(self._metrics, words, width - 2 * _PAD))
        if self._columns[DEED][1]:
            self._paint_deed(painter, top, height, row)

    def _paint_message(
        self, painter: QPainter, top: int, height: int, base: int, row: HistoryRow, *, is_chosen: bool
    ) -> None:
        left, width = self._columns[MESSAGE]
        left, right = left + 2, left + width - _PAD
        painter.setPen(self._inks["muted" if is_chosen else "faint"])
        text = str(row.version.number)
        painter.drawText(left + self._number_width - self._wide(text), base, text)
        left += self._number_width + GAP
        if row.labels:
            lane = self._graph.lane_color(row.place)
            room = QRectF(left, top, _CHIPS_SHARE * (right - left), height)
            left += self._chips.paint(painter, room, row.labels, lane) + 3
            painter.setFont(self._font)
        metrics = self._metrics
        if row.is_current:
            painter.setFont(self._strong)
            metrics = self._strong_metrics
        painter.setPen(self._inks["text"])
        painter.drawText(left, base, self._short(metrics, row.version.title, right - left))
        if row.is_current:
            painter.setFont(self._font)

    def _paint_metric(self, painter: QPainter, top: int, height: int, base: int, row: HistoryRow) -> None:
        left, width = self._columns[METRIC]
        right = left + width - _PAD
        if text := change_text(row):
            painter.setPen(self._inks["muted" if row.is_better is None else "success" if row.is_better else "danger"])
            painter.drawText(right - self._wide(text), base, text)
        if self._change_width:
            right -= self._change_width + GAP
        text = NONE if row.value is None else number(row.value)
        painter.setPen(self._inks["faint" if row.value is None else "text"])
        painter.drawText(right - self._wide(text), base, text)
        room = QRectF(left + _PAD, top, right - self._value_width - GAP - left - _PAD, height)
        if room.width() >= PLOT_WIDTH // 2:
            self._paint_plot(painter, room, row)

    def _paint_plot(self, painter: QPainter, room: QRectF, row: HistoryRow) -> None:
        """Draw the value as a dot between the least and the greatest one, and the champion's as a line through all."""
        rows = self._table.rows
        if rows is None or rows.scale is None:
            return
        left, wide, middle = room.left() + 4, room.width() - 8, room.center().y()
        painter.fillRect(QRectF(room.left(), round(middle) - 0.5, room.width(), 1), self._inks["border"])
        if rows.champion_value is not None:
            color = QColor(self._inks["accent"])
            color.setAlphaF(0.45)
            painter.fillRect(
                QRectF(round(left + wide * rows.scale.share(rows.champion_value)), room.top(), 1, room.height()), color
            )
        if row.value is None:
            return
        is_beyond = not rows.scale.low <= row.value <= rows.scale.high
        lane = self._graph.lane_color(row.place)
        painter.setPen(QPen(lane, 1.5))
        painter.setBrush(self._inks["surface"] if is_beyond else lane)
        painter.drawEllipse(QPointF(left + wide * rows.scale.share(row.value), middle), 2.75, 2.75)

    def _paint_deed(self, painter: QPainter, top: int, height: int, row: HistoryRow) -> None:
        left, width = self._columns[DEED]
        left, top = left + (width - _ICON) // 2, top + (height - _ICON) // 2
        if name := DEED_ICONS[row.version.deed]:
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(left, top, icons.pixmap(name, _ICON, "muted", ratio))
        else:
            draw_branch(painter, QRectF(left, top, _ICON, _ICON), self._inks["muted"], joins=True)

    def _wide(self, text: str) -> int:
        return self._metrics.horizontalAdvance(text)

    def _short(self, metrics: QFontMetrics, text: str, width: int) -> str:
        key = (text, width, metrics is self._strong_metrics)
        short = self._shortened.get(key)
        if short is None:
            if len(self._shortened) >= _MOST_KEPT:
                self._shortened.clear()
            short = metrics.elidedText(text[:_LONGEST], Qt.TextElideMode.ElideRight, max(width, 0))
            self._shortened[key] = short
        return short
