"""Columns that stay at the left while the others are scrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTableView

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.grid.cell_painter import CellPainter
from aetheron_desktop.ui.widgets.grid.column_header import ColumnHeader
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QWheelEvent


class PinnedColumns(QTableView):
    """Lies over the left of the grid and shows some columns of the same item model, with the same choice of cells."""

    def __init__(self, grid: QTableView) -> None:
        super().__init__(grid)
        named(self, "pinned_columns", "Pinned columns")
        self._grid = grid
        self._places: tuple[int, ...] = ()
        self.header = ColumnHeader(self)
        self.setHorizontalHeader(self.header)
        self.header.sectionPressed.disconnect()
        theme.mark(self, role="pinned")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(grid.verticalHeader().defaultSectionSize())
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusProxy(grid)
        self.setShowGrid(False)
        self.setItemDelegate(CellPainter(self))
        self.setWordWrap(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        grid.horizontalHeader().sectionResized.connect(self._on_resized)
        grid.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(grid.verticalScrollBar().setValue)
        self.header.sectionResized.connect(self._on_own_resized)
        self.hide()

    @property
    def places(self) -> tuple[int, ...]:
        """The columns that are pinned, from left to right."""
        return self._places

    def room(self) -> int:
        """Give how much of the grid lies below, in pixels."""
        return sum(self.columnWidth(place) for place in self._places) if not self.isHidden() else 0

    def pin(self, places: Sequence[int]) -> None:
        """Show these columns and no others."""
        grid = self._grid
        self._places = tuple(places)
        if not places:
            self.hide()
            self.setModel(None)
            return
        if self.model() is not grid.model():
            self.setModel(grid.model())
            self.setSelectionModel(grid.selectionModel())
        for place in range(grid.model().columnCount()):
            self.setColumnHidden(place, place not in self._places)
        for number, place in enumerate(places):
            self.header.moveSection(self.header.visualIndex(place), number)
            self.setColumnWidth(place, grid.columnWidth(place))
        self.fit()
        self.show()
        self.raise_()
        self.verticalScrollBar().setValue(grid.verticalScrollBar().value())

    def fit(self) -> None:
        """Take the room that the columns need."""
        if not self._places:
            return
        grid = self._grid
        area = grid.viewport().geometry()
        head = grid.horizontalHeader().height()
        width = min(sum(self.columnWidth(place) for place in self._places), area.width())
        self.header.setFixedHeight(head)
        self.setGeometry(area.left(), area.top() - head, width, area.height() + head)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Sideways as well: it is the grid that is scrolled.
        QApplication.sendEvent(self._grid.viewport(), event)

    def _on_resized(self, place: int, _before: int, width: int) -> None:
        if place in self._places and self.columnWidth(place) != width and width:
            self.setColumnWidth(place, width)
            self.fit()

    def _on_own_resized(self, place: int, _before: int, width: int) -> None:
        if place in self._places and width and self._grid.columnWidth(place) != width:
            self._grid.setColumnWidth(place, width)
            self.fit()
