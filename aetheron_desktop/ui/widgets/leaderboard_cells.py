"""How the cells of the leaderboard are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.item_models.leaderboard import AGAINST, ROW_ROLE, SCORE, STATUS_ICONS, LeaderboardRow
from aetheron_desktop.ui.widgets.tables import PaintedCells

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QStyleOptionViewItem, QTableView

TONES = {
    "postponed": "warning",
    "queued": "faint",
    "starting": "accent",
    "running": "accent",
    "paused": "warning",
    "stopping": "warning",
    "succeeded": "success",
    "stopped": "warning",
    "failed": "danger",
    "crashed": "danger",
}
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class LeaderboardDelegate(PaintedCells):
    """Colour and best mark before the name, icon and bar with the status; the rest is text."""

    def __init__(self, view: QTableView, series_of: Callable[[str], int | None]) -> None:
        super().__init__(view)
        self._series_of = series_of
        self.is_short = False
        """Whether all runs are of one dataset, so that its name need not be in theirs."""

    def paint_cell(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: LeaderboardRow | None = index.data(ROW_ROLE)
        if row is None:
            return
        match index.column():
            case 0:
                self._paint_name(painter, area, row)
            case 2:
                self._paint_status(painter, area, row)
            case column if column == SCORE and row.interval is not None:
                self._paint_score(painter, area, row, text)
            case column:
                painter.setPen(theme.color(self._tone(row, column)))
                painter.drawText(area, option.displayAlignment, elided(painter, text, area.width()))

    def _tone(self, row: LeaderboardRow, column: int) -> str:
        if column == AGAINST and row.against_word:
            return {"better": "success", "worse": "danger"}.get(row.against_word, "muted")
        return "text" if column == SCORE and row.score is not None else "muted"

    def _paint_name(self, painter: QPainter, area: QRect, row: LeaderboardRow) -> None:
        series, title = self._series_of(row.id), row.short_name if self.is_short else row.name
        swatch = QRectF(area.left(), area.center().y() - 4.5, 10, 10)
        if series is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.series(series))
            painter.drawRoundedRect(swatch, 3, 3)
        rest = area.adjusted(20, 0, 0, 0)
        if row.is_best:
            paint_badge(painter, rest, title, "Best", "trophy")
        painter.setPen(theme.color("text"))
        painter.drawText(rest, _MIDDLE, elided(painter, title, rest.width()))

    def _paint_score(self, painter: QPainter, area: QRect, row: LeaderboardRow, text: str) -> None:
        """Paint the score, and its interval below."""
        assert row.interval is not None
        paint_noted(painter, area, text, "–".join(quantities.number(end) for end in row.interval), "faint")

    def _paint_status(self, painter: QPainter, area: QRect, row: LeaderboardRow) -> None:
        tone = TONES.get(row.status, "muted")
        under_way = row.status in {"running", "paused", "stopping"}
        line = QRect(area)
        if under_way:
            line.setBottom(area.bottom() - 8)
        icon(STATUS_ICONS.get(row.status, "info"), tone).paint(
            painter, QRect(area.left(), line.center().y() - 7, 15, 15)
        )
        words = line.adjusted(22, 0, 0, 0)
        painter.setPen(theme.color("text" if row.is_active else "muted"))
        painter.drawText(words, _MIDDLE, elided(painter, row.status_text, words.width()))
        if under_way:
            self._paint_bar(painter, QRectF(words.left(), area.bottom() - 9, words.width(), 3), row.share, tone)

    def _paint_bar(self, painter: QPainter, bar: QRectF, share: float | None, tone: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("pressed"))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        if share:
            painter.setBrush(theme.color(tone))
            painter.drawRoundedRect(
                QRectF(bar.topLeft(), bar.size()).adjusted(0, 0, -bar.width() * (1 - share), 0), 1.5, 1.5
            )


def paint_badge(painter: QPainter, rest: QRect, title: str, word: str, picture: str) -> None:
    """Paint a pill with an icon and a word behind ``title``, and leave what is left of ``rest`` for the title."""
    font = QFont(painter.font())
    font.setPixelSize(max(10, QFontMetrics(font).height() - 6))
    font.setWeight(QFont.Weight.DemiBold)
    width = QFontMetrics(font).horizontalAdvance(word) + 30
    name = min(painter.fontMetrics().horizontalAdvance(title) + 2, rest.width() - width - 8)
    badge = QRectF(rest.left() + name + 8, rest.center().y() - 9.5, width, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("accent.soft"))
    painter.drawRoundedRect(badge, 10, 10)
    icon(picture, "accent").paint(painter, QRect(int(badge.left()) + 8, int(badge.center().y()) - 6, 13, 13))
    painter.save()
    painter.setFont(font)
    painter.setPen(theme.color("accent"))
    painter.drawText(badge.adjusted(24, 0, 0, 0), _MIDDLE, word)
    painter.restore()
    rest.setRight(int(badge.left()) - 8)


def paint_noted(painter: QPainter, area: QRect, text: str, note: str, tone: str) -> None:
    """Paint a number at the right, and what there is to say of it below in small letters."""
    right = Qt.AlignmentFlag.AlignRight
    painter.setPen(theme.color("text"))
    painter.drawText(area.adjusted(0, 3, 0, 0), right | Qt.AlignmentFlag.AlignTop, text)
    font = QFont(painter.font())
    font.setPixelSize(max(10, QFontMetrics(font).height() - 6))
    painter.setFont(font)
    painter.setPen(theme.color(tone))
    painter.drawText(area.adjusted(0, 0, 0, -2), right | Qt.AlignmentFlag.AlignBottom, note)


def elided(painter: QPainter, text: str, width: int) -> str:
    """Give as much of the text as there is room for, without its middle."""
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, max(width, 0))
