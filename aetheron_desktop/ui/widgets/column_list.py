"""The columns of a table: found by name, sorted, taken in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QLineEdit, QTreeView, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.columns import NAME_ROLE, SORT_ROLE, ColumnsModel
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Collection

    from aetheron_desktop.engine.datasets.dataset import DatasetInfo


class ColumnList(QWidget):
    """``excluded_changed`` tells which columns models must not see, ``chosen`` which column was looked at."""

    excluded_changed = Signal(list)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = theme_label("", "overline", self)
        self._filter = named(QLineEdit(self), "column_filter", "Find a column")
        self._filter.setPlaceholderText("Find a column")
        self._filter.setClearButtonEnabled(True)
        theme.mark(self._filter, role="search")
        self._model = ColumnsModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._model)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setFilterRole(NAME_ROLE)
        self._sorted.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.view = self._make_view()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._count)
        layout.addWidget(self._filter)
        layout.addWidget(self.view, 1)
        self._filter.textChanged.connect(self._sorted.setFilterFixedString)
        self._model.excluded_changed.connect(self.excluded_changed)
        self.view.clicked.connect(self._on_clicked)
        self.view.activated.connect(self._on_clicked)

    def show_table(self, info: DatasetInfo) -> None:
        """Show the columns of a dataset."""
        self._filter.clear()
        self._sorted.sort(-1)
        self._model.show_columns(info.schema.columns, info.rows, info.proposal.excluded)

    def show_choice(self, target: str | None, excluded: Collection[str]) -> None:
        """Show the target and the columns that are left out."""
        self._model.show_choice(target, excluded)
        used = self._model.rowCount() - len(set(excluded) - {target}) - (target is not None)
        self._count.setText(f"{self._model.rowCount():,} columns, {used:,} to learn from")

    def _make_view(self) -> QTreeView:
        view = named(QTreeView(self), "columns", "Columns of the table", "Untick a column to keep it from the models.")
        view.setToolTip("")
        theme.mark(view, role="framed")
        view.setModel(self._sorted)
        view.setRootIsDecorated(False)
        view.setUniformRowHeights(True)
        view.setSortingEnabled(True)
        view.setIconSize(QSize(14, 14))
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = view.header()
        header.setSortIndicatorClearable(True)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place, width in ((1, 84), (2, 72), (3, 76)):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(place, width)
        header.setMinimumSectionSize(48)
        view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        return view

    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(index.siblingAtColumn(0).data(NAME_ROLE))


def theme_label(text: str, role: str, parent: QWidget) -> QLabel:
    """Give a label in one of the theme's roles."""
    label = QLabel(text, parent)
    theme.mark(label, role=role)
    return label
