"""How the cells of the board are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.comparison import LINE_ROLE, NOTE_ROLE, ComparisonModel, Line
from aetheron_desktop.ui.item_models.leaderboard import STATUS_ICONS
from aetheron_desktop.ui.widgets.leaderboard_cells import TONES, elided, paint_badge, paint_noted
from aetheron_desktop.ui.widgets.tables import PaintedCells

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QStyleOptionViewItem, QTableView

_TAG: Final = 8
_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class BoardDelegate(PaintedCells):
    """A colour, the name and what it is before all; notes below numbers; tags as pills; heads of groups in strong."""

    def __init__(self, view: QTableView, series_of: Callable[[str], int | None]) -> None:
        super().__init__(view)
        self._series_of = series_of

    def ground(self, index: QModelIndex | QPersistentModelIndex) -> str:
        line: Line | None = index.data(LINE_ROLE)
        return "sunken" if line is not None and line.run is None else ""

    def paint_cell(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        line: Line | None = index.data(LINE_ROLE)
        model = index.model()
        if line is None or not isinstance(model, ComparisonModel):
            return
        key = model.columns[index.column()].key
        if line.run is None:
            self._paint_head(painter, area, line, text, option, is_first=index.column() == 0)
        elif key == "run":
            self._paint_name(painter, area, line)
        elif key == "status":
            self._paint_status(painter, area, line.run.status, text)
        elif key == "tags":
            self._paint_tags(painter, area, line.run.card.marks.tags)
        else:
            note, tone = index.data(NOTE_ROLE)
            if note:
                paint_noted(painter, area, text, note, tone)
            else:
                painter.setPen(theme.color("text" if key == "score" or key.startswith("metric.") else "muted"))
                painter.drawText(area, option.displayAlignment, elided(painter, text, area.width()))

    def _paint_head(
        self, painter: QPainter, area: QRect, line: Line, text: str, option: QStyleOptionViewItem, *, is_first: bool
    ) -> None:
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        if is_first:
            picture = "chevron-right" if line.is_closed else "chevron-down"
            icon(picture, "muted").paint(painter, QRect(area.left() - 3, area.center().y() - 7, 14, 14))
            area = area.adjusted(17, 0, 0, 0)
        painter.drawText(area, option.displayAlignment, elided(painter, text, area.width()))

    def _paint_name(self, painter: QPainter, area: QRect, line: Line) -> None:
        run = line.run
        assert run is not None
        chosen = self._series_of(run.id)
        series = run.card.marks.colour if chosen is None else chosen
        if series is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.series(series))
            painter.drawRoundedRect(QRectF(area.left(), area.center().y() - 4.5, 10, 10), 3, 3)
        rest = area.adjusted(20, 0, 0, 0)
        if line.is_baseline:
            paint_badge(painter, rest, line.name, "Baseline", "target")
        if line.is_best:
            paint_badge(painter, rest, line.name, "Best", "trophy")
        painter.setPen(theme.color("muted" if line.is_apart else "text"))
        painter.drawText(rest, _MIDDLE, elided(painter, line.name, rest.width()))

    def _paint_status(self, painter: QPainter, area: QRect, status: str, text: str) -> None:
        tone = TONES.get(status, "muted")
        picture = QRect(area.left(), area.center().y() - 7, 15, 15)
        icon(STATUS_ICONS.get(status, "info"), tone).paint(painter, picture)
        words = area.adjusted(22, 0, 0, 0)
        painter.setPen(theme.color("muted"))
        painter.drawText(words, _MIDDLE, elided(painter, text, words.width()))

    def _paint_tags(self, painter: QPainter, area: QRect, tags: tuple[str, ...]) -> None:
        metrics, left = painter.fontMetrics(), area.left()
        for place, tag in enumerate(tags):
            width = metrics.horizontalAdvance(tag) + 2 * _TAG
            more = f"+{len(tags) - place}"
            room = area.right() - left - (0 if place == len(tags) - 1 else metrics.horizontalAdvance(more) + 6)
            if width > room and place:
                painter.setPen(theme.color("muted"))
                painter.drawText(QRect(left, area.top(), area.right() - left, area.height()), _MIDDLE, more)
                return
            pill = QRectF(left, area.center().y() - 10, min(width, max(room, 24)), 21)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(pill, 10, 10)
            painter.setPen(theme.color("text"))
            inner = pill.adjusted(_TAG, 0, -_TAG, 0)
            painter.drawText(inner, _MIDDLE, elided(painter, tag, int(inner.width()) + 2))
            left += int(pill.width()) + 5
