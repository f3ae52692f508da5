"""How the cells of the table of members are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.members import MODEL, ROW_ROLE, SCORE, WEIGHT, MemberRow, MembersModel
from aetheron_desktop.ui.widgets.tables import PaintedCells

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem, QTableView

_PAD: Final = 10
_DOT: Final = 3.5
_BAR: Final = 4.0
_NUMBER: Final = "−0.00000"
"""As wide as the number before a bar."""
_NEW: Final = "New"
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class MemberDelegate(PaintedCells):
    """The newest on a ground of its own, scores with their interval, weights as bars, what failed in grey."""

    def __init__(self, view: QTableView, model: MembersModel) -> None:
        super().__init__(view)
        self._model = model

    def ground(self, index: QModelIndex | QPersistentModelIndex) -> str:
        row: MemberRow | None = index.data(ROW_ROLE)
        return "accent.soft" if row is not None and row.is_newest else ""

    def paint_cell(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: MemberRow | None = index.data(ROW_ROLE)
        if row is None:
            return
        match index.column():
            case column if column == MODEL:
                self._paint_title(painter, area, row)
            case column if column == SCORE and not row.reason:
                self._paint_score(painter, area, row, text)
            case column if column == WEIGHT and not row.reason:
                self._paint_weight(painter, area, row, text)
            case column if column >= SCORE and row.reason:
                self._paint_reason(painter, option.rect, row)
            case _:
                painter.setPen(theme.color("muted"))
                painter.drawText(area, option.displayAlignment, text)

    def _paint_title(self, painter: QPainter, area: QRect, row: MemberRow) -> None:
        if row.reason:
            self._paint_failed(painter, area, row)
            return
        room = QRect(area)
        if row.is_newest:
            room.setRight(self._paint_new(painter, area, row.title))
        painter.setPen(theme.color("text"))
        painter.drawText(room, _MIDDLE, _short(painter, row.title, room.width()))

    def _paint_failed(self, painter: QPainter, area: QRect, row: MemberRow) -> None:
        icon("error", "faint").paint(painter, QRect(area.left(), area.center().y() - 7, 15, 15))
        room = area.adjusted(22, 0, 0, 0)
        painter.setPen(theme.color("faint"))
        painter.drawText(room, _MIDDLE, _short(painter, row.title, room.width()))

    def _paint_reason(self, painter: QPainter, cell: QRect, row: MemberRow) -> None:
        """Paint the part of the reason that lies in ``cell``: it goes through all columns that have nothing to say."""
        left = self._view.columnViewportPosition(SCORE) + _PAD
        room = QRect(left, cell.top(), self._view.horizontalHeader().length() - left - _PAD, cell.height() - 1)
        painter.setClipRect(cell, Qt.ClipOperation.IntersectClip)
        painter.setPen(theme.color("faint"))
        painter.drawText(room, _MIDDLE, _short(painter, row.reason, room.width()))

    def _paint_new(self, painter: QPainter, area: QRect, title: str) -> int:
        """Paint the mark of the newest behind its title; gives where the room for the title ends."""
        font = QFont(painter.font())
        font.setPixelSize(max(10, QFontMetrics(font).height() - 6))
        font.setWeight(QFont.Weight.DemiBold)
        width = QFontMetrics(font).horizontalAdvance(_NEW) + 16
        name = min(painter.fontMetrics().horizontalAdvance(title) + 2, area.width() - width - 8)
        badge = QRectF(area.left() + name + 8, area.center().y() - 9.5, width, 20)
        painter.save()
        painter.setFont(font)
        painter.setPen(QPen(theme.color("accent"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(badge.adjusted(0.5, 0.5, -0.5, -0.5), 9.5, 9.5)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, _NEW)
        painter.restore()
        return int(badge.left()) - 8

    def _paint_score(self, painter: QPainter, area: QRect, row: MemberRow, text: str) -> None:
        painter.setPen(theme.color("text"))
        painter.drawText(area, _MIDDLE, text)
        room = self._beside(painter, area)
        if row.score is None or room.width() < 24:
            return
        y = room.center().y()
        ground = theme.color("border.strong")
        ground.setAlphaF(0.35)
        painter.fillRect(QRectF(room.left(), y - 0.5, room.width(), 1), ground)
        self._paint_ensemble(painter, room, row.sign)
        tone = theme.color("accent" if row.weight else "border.strong")
        ends = [row.sign * end for end in (row.low, row.high) if end is not None]
        if ends:
            left, right = (self._x(room, end) for end in (min(ends), max(ends)))
            pale = QColor(tone)
            pale.setAlphaF(0.45)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(pale)
            painter.drawRoundedRect(QRectF(left, y - _BAR / 2, max(right - left, _BAR), _BAR), _BAR / 2, _BAR / 2)
        self._paint_point(painter, room, row, tone)

    def _paint_point(self, painter: QPainter, room: QRectF, row: MemberRow, tone: QColor) -> None:
        """Paint where the score is; an arrow at the left edge where it is off the scale."""
        assert row.score is not None
        y = room.center().y()
        if self._model.scale.share(row.sign * row.score) < 0:
            painter.setPen(QPen(tone, 1.6))
            left = room.left() + 1
            painter.drawPolyline([QPointF(left + 4, y - 4), QPointF(left, y), QPointF(left + 4, y + 4)])
            return
        painter.setPen(QPen(tone, 1.6))
        painter.setBrush(theme.color("surface"))
        painter.drawEllipse(QPointF(self._x(room, row.sign * row.score), y), _DOT, _DOT)

    def _paint_ensemble(self, painter: QPainter, room: QRectF, sign: int) -> None:
        """Paint where the ensemble is, a line through all rows."""
        ensemble = self._model.ensemble
        if ensemble is None or not 0 <= self._model.scale.share(sign * ensemble) <= 1:
            return
        x = round(self._x(room, sign * ensemble)) + 0.5
        painter.setPen(QPen(theme.color("success"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))

    def _paint_weight(self, painter: QPainter, area: QRect, row: MemberRow, text: str) -> None:
        number = painter.fontMetrics().horizontalAdvance("100 %") + 4
        painter.setPen(theme.color("text" if row.weight else "faint"))
        painter.drawText(QRect(area.left(), area.top(), number, area.height()), _MIDDLE, text)
        bar = QRectF(area.left() + number + 4, area.center().y() - 3, area.width() - number - 4, 6)
        if bar.width() < 12:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("pressed"))
        painter.drawRoundedRect(bar, 3, 3)
        if row.weight:
            # What is below zero is taken away from the others.
            painter.setBrush(theme.color("accent" if row.weight > 0 else "faint"))
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(6.0, bar.width() * abs(row.weight)), 6), 3, 3)

    def _beside(self, painter: QPainter, area: QRect) -> QRectF:
        """Give the room for a bar beside the number."""
        number = painter.fontMetrics().horizontalAdvance(_NUMBER)
        return QRectF(area).adjusted(number, 0, -_DOT, 1)

    def _x(self, room: QRectF, value: float) -> float:
        share = min(max(self._model.scale.share(value), 0.0), 1.0)
        return room.left() + _DOT + share * (room.width() - 2 * _DOT)


def _short(painter: QPainter, text: str, width: int) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(width, 0))
