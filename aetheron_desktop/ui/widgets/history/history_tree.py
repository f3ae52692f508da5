"""The rows of a history: which of them are picked, by pointer and by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHoverEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.history.history_cells import HistoryCells
from aetheron_desktop.ui.widgets.history.wishes import DIFFERENCE, WISHES

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
    from PySide6.QtWidgets import QStyleOptionViewItem

    from aetheron_desktop.ui.item_models.history_table import HistoryTable
    from aetheron_desktop.ui.widgets.history.graph_painter import GraphPainter

Way: TypeAlias = Literal["alone", "toggle", "extend"]
"""How a row is picked: instead of the others; as one more, or no longer; as the second beside the first."""
_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


class HistoryTree(QTreeView):
    """Asks for rows, and leaves it to its owner what is chosen then."""

    picked = Signal(int, str)  # position, way
    confirmed = Signal(int)  # position; Enter or a double click
    wish_keyed = Signal(str)
    menu_wanted = Signal(QPoint)  # on the screen

    def __init__(self, table: HistoryTable, graph: GraphPainter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = HistoryCells(table, graph, self.font())
        self._pointer: QPoint | None = None
        self._hovered = -1
        self.setModel(table)
        self._wishes = {wish.keys: wish.id for wish in (*WISHES, DIFFERENCE) if wish.keys}
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.doubleClicked.connect(lambda index: self.confirmed.emit(index.row()))

    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        # Two at most can be chosen, which no mode of Qt knows; the owner selects what is chosen.
        return QItemSelectionModel.SelectionFlag.NoUpdate

    def selectAll(self) -> None:
        """Do nothing: two at most can be chosen."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(index.row(), _way(event.modifiers()))
        elif event.button() == Qt.MouseButton.RightButton and not self.selectionModel().isSelected(index):
            self.picked.emit(index.row(), "alone")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        wish = self._wishes.get(QKeySequence(event.keyCombination()).toString())
        if wish is not None:
            self.wish_keyed.emit(wish)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and current.isValid():
            self.confirmed.emit(current.row())
        elif event.key() == Qt.Key.Key_Space and current.isValid():
            self.picked.emit(current.row(), "toggle")
        else:
            super().keyPressEvent(event)
            self._follow(current, event.modifiers())

    def _follow(self, before: QModelIndex, modifiers: Qt.KeyboardModifier) -> None:
        after = self.currentIndex()
        if after.isValid() and after != before and not modifiers & _CONTROL:  # with Ctrl one goes on without choosing
            self.picked.emit(after.row(), _way(modifiers))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.visualRect(self.currentIndex().siblingAtColumn(1)).bottomLeft()
            self.menu_wanted.emit(self.viewport().mapToGlobal(place))
        else:
            self.menu_wanted.emit(event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHoverEvent):
            has_left = event.type() == QEvent.Type.HoverLeave
            self._pointer = None if has_left else event.position().toPoint()
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        header = self.header()
        self.cells.begin([(header.sectionViewportPosition(at), header.sectionSize(at)) for at in range(header.count())])
        self._hovered = -1 if self._pointer is None else self.indexAt(self._pointer).row()
        super().paintEvent(event)

    def drawRow(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        position, is_chosen = index.row(), self.selectionModel().isSelected(index)
        ground = "selection" if is_chosen else "hover" if position == self._hovered else ""
        painter.save()
        self.cells.paint(painter, option.rect, position, ground)
        if self.hasFocus() and position == self.currentIndex().row():
            painter.setPen(QPen(theme.color("focus"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = QRectF(0.5, option.rect.top() + 0.5, self.viewport().width() - 1, option.rect.height() - 1)
            painter.drawRoundedRect(frame, 6, 6)
        painter.restore()


def _way(modifiers: Qt.KeyboardModifier) -> Way:
    return "toggle" if modifiers & _CONTROL else "extend" if modifiers & _SHIFT else "alone"
