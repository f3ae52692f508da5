"""How a table of whole rows looks: no grid, one column that takes the room that is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from aetheron_desktop.ui import theme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QTableView

_LEAST_COLUMN = 40


def set_up_table(
    table: QTableView, widths: Mapping[int, int], *, stretched: int, row: int = theme.ROW_HEIGHT, several: bool = False
) -> None:
    """Give a table its look: rows of ``row`` pixels, ``widths`` by column, ``stretched`` is as wide as there is room.

    Whole rows are chosen, with ``several`` more than one. The columns must be there.
    """
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    mode = QAbstractItemView.SelectionMode
    table.setSelectionMode(mode.ExtendedSelection if several else mode.SingleSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    # The key leaves the table, as it leaves each other control.
    table.setTabKeyNavigation(False)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(row)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    header.setHighlightSections(False)
    header.setMinimumSectionSize(_LEAST_COLUMN)
    header.setSortIndicatorClearable(False)
    for column, width in widths.items():
        table.setColumnWidth(column, width)
