"""How a line of the palette is drawn: icon, words with the typed letters bold, what it is, its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.palette_entries import ENTRY_ROLE, KIND_WORDS, MATCH_ROLE

if TYPE_CHECKING:
    from aetheron_desktop.ui.item_models.palette_entries import Entry

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_HEIGHT = 38


class PaletteRow(QStyledItemDelegate):
    """Draws an entry."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        room: QRect = option.rect.adjusted(2, 1, -2, -1)
        font: QFont = option.font
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selection"))
            painter.drawRoundedRect(room, 7, 7)
        side = 16
        icon(entry.icon, "muted").paint(painter, QRect(room.left() + 10, room.center().y() - side // 2, side, side))
        right = self._draw_right(painter, room, font, entry)
        words = QRect(room.left() + 38, room.top(), right - room.left() - 48, room.height())
        end = _draw_matched(painter, words, font, entry.text, index.data(MATCH_ROLE) or ())
        if entry.detail and end + 40 < words.right():
            painter.setFont(font)
            painter.setPen(theme.color("faint"))
            rest = QRect(end + 10, room.top(), words.right() - end - 10, room.height())
            shown = QFontMetrics(font).elidedText(entry.detail, Qt.TextElideMode.ElideMiddle, rest.width())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _draw_right(self, painter: QPainter, room: QRect, font: QFont, entry: Entry) -> int:
        small = QFont(font)
        small.setPixelSize(max(9, font.pixelSize() - 2))
        painter.setFont(small)
        words = entry.shortcut or KIND_WORDS[entry.kind]
        width = QFontMetrics(small).horizontalAdvance(words)
        box = QRect(room.right() - width - 22, room.center().y() - 10, width + 12, 20)
        if entry.shortcut:
            painter.setPen(theme.color("border"))
            painter.setBrush(theme.color("window"))
            painter.drawRoundedRect(box, 5, 5)
        painter.setPen(theme.color("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        return box.left()


def _draw_matched(painter: QPainter, room: QRect, font: QFont, text: str, places: tuple[int, ...]) -> int:
    """Draw ``text`` with the letters at ``places`` bold; gives where it ends."""
    bold = QFont(font)
    bold.setWeight(QFont.Weight.Bold)
    x = room.left()
    hits = set(places)
    painter.setPen(theme.color("text"))
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and (end in hits) == (start in hits):
            end += 1
        used = bold if start in hits else font
        part = text[start:end]
        width = QFontMetrics(used).horizontalAdvance(part)
        if x + width > room.right():
            part = QFontMetrics(used).elidedText(part, Qt.TextElideMode.ElideRight, max(0, room.right() - x))
        painter.setFont(used)
        painter.drawText(QRect(x, room.top(), width + 2, room.height()), Qt.AlignmentFlag.AlignVCenter, part)
        x += width
        if x > room.right():
            break
        start = end
    return min(x, room.right())
