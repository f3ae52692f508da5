"""The list of models: one line each, sorted and searched; where it is narrow, less is said of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.models_table import HEADERS, ID_ROLE, SORT_ROLE, TEXT_ROLE, ModelsTable
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QModelIndex
    from PySide6.QtGui import QResizeEvent

    from aetheron_desktop.engine.registry.model import ModelInfo

_WIDTHS: Final = (270, 136, 80, 126, 144, 122, 104, 142, 84)
_LEAST_NAME: Final = 200
_NAME, _MADE = 0, 7
_LEAST_NEEDED: Final = (5, 8, 6, 4, 2, 7, 3)
"""The columns that are left out where there is no room, one after the other."""


class ModelList(QTreeView):
    """``renamed`` tells the id and the new name that a person typed."""

    renamed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "models", "Models")
        theme.mark(self, role="framed")
        self._table = ModelsTable(self)
        self._table.renamed.connect(self.renamed)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._table)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setFilterRole(TEXT_ROLE)
        self._sorted.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self._sorted)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSortingEnabled(True)
        self.setIconSize(QSize(16, 16))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for place in range(len(HEADERS)):
            self.setColumnWidth(place, _WIDTHS[place])
        self.sortByColumn(_MADE, Qt.SortOrder.DescendingOrder)

    def show_models(self, models: Sequence[ModelInfo]) -> None:
        """Show these models."""
        self._table.show_models(models)

    def search(self, words: str) -> None:
        """Show those alone that have these words."""
        self._sorted.setFilterFixedString(words)

    def index_of(self, id_: str) -> QModelIndex | None:
        """Give the first cell of a model's line; None when it is not in the list."""
        row = self._table.row_of(id_)
        return None if row is None else self._sorted.mapFromSource(self._table.index(row, 0))

    def chosen(self) -> str:
        """Give the id of the model that is chosen; empty when there is none."""
        index = self.currentIndex()
        return str(index.data(ID_ROLE)) if index.isValid() else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() - _LEAST_NAME - sum(_WIDTHS[1:])
        for column in _LEAST_NEEDED:
            self.setColumnHidden(column, room < 0)
            room += _WIDTHS[column] * (room < 0)
