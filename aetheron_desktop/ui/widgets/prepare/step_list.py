"""The steps in their order: what each does, and what it changes; dragged to another place, or moved by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROW: Final = 52
_ICON: Final = 18


class StepLine(NamedTuple):
    """A line of the list; ``tone`` is the colour of ``effect``."""

    picture: str
    sentence: str
    effect: str
    tone: str


class StepList(QListWidget):
    """``chosen`` tells the step that is looked at, ``edit_wanted``, ``remove_wanted`` and ``moved`` what is wanted."""

    chosen = Signal(int)
    edit_wanted = Signal(int)
    remove_wanted = Signal(int)
    moved = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "step_list", "Steps", "Enter edits, Del removes, Alt+Up and Alt+Down move a step")
        theme.mark(self, role="framed")
        self.setItemDelegate(_Painter(self))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.currentRowChanged.connect(self.chosen)
        self.itemActivated.connect(self._on_activated)
        self.model().rowsMoved.connect(self._on_moved)

    def show_steps(self, lines: Sequence[StepLine], current: int) -> None:
        """Show the steps, the one at ``current`` in front."""
        self.blockSignals(True)  # what is shown is no choice of anyone
        while self.count() > len(lines):
            self.takeItem(self.count() - 1)
        for place, line in enumerate(lines):
            if place == self.count():
                self.addItem(QListWidgetItem())
            item = self.item(place)
            item.setData(Qt.ItemDataRole.UserRole, line)
            item.setText(f"{place + 1}. {line.sentence}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"Step {place + 1}: {line.sentence}. {line.effect}")
            item.setToolTip(f"{line.sentence}\n{line.effect}" if line.effect else line.sentence)
        self.setCurrentRow(min(current, len(lines) - 1))
        self.blockSignals(False)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, by_alt = self.currentRow(), event.modifiers() == Qt.KeyboardModifier.AltModifier
        match event.key():
            case Qt.Key.Key_Delete if row >= 0:
                self.remove_wanted.emit(row)
            case Qt.Key.Key_Up if by_alt:
                self.moved.emit(row, row - 1)
            case Qt.Key.Key_Down if by_alt:
                self.moved.emit(row, row + 1)
            case _:
                super().keyPressEvent(event)

    def _on_activated(self, item: QListWidgetItem) -> None:
        self.edit_wanted.emit(self.row(item))

    def _on_moved(self, _: QModelIndex, start: int, end: int, parent: QModelIndex, row: int) -> None:
        del end, parent
        self.moved.emit(start, row - 1 if row > start else row)


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del option, index
        return QSize(120, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line = index.data(Qt.ItemDataRole.UserRole)
        ground = QStyleOptionViewItem(option)
        self.initStyleOption(ground, index)
        ground.text = ""
        ground.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, ground, painter, ground.widget)
        if line is None:
            return
        picture, sentence, effect, tone = line
        painter.save()
        rect = option.rect.adjusted(10, 6, -8, -6)
        middle = rect.top() + (rect.height() - _ICON) // 2
        icon(picture, "danger" if tone == "danger" else "muted").paint(
            painter, QRect(rect.left(), middle, _ICON, _ICON)
        )
        room = QRect(rect.left() + _ICON + 10, rect.top(), rect.width() - _ICON - 10, rect.height() // 2)
        font = QFont(option.font)
        self._write(painter, room, font, "text", f"{index.row() + 1}. {sentence}")
        font.setPixelSize(font.pixelSize() - 1)
        self._write(painter, room.translated(0, rect.height() // 2), font, tone, effect)
        painter.restore()

    @staticmethod
    def _write(painter: QPainter, room: QRect, font: QFont, colour: str, words: str) -> None:
        painter.setFont(font)
        painter.setPen(theme.color(colour))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
