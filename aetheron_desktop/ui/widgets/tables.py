"""How a table of whole rows looks, and how cells that paint themselves begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from aetheron_desktop.ui import theme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect

_LEAST_COLUMN = 40
_PAD = 10


class PaintedCells(QStyledItemDelegate):
    """Lets the style draw ground and selection of a cell; what stands in it is painted by :meth:`paint_cell`."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view

    def ground(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """Give the colour behind a cell; empty for that of the table."""
        del index
        return ""

    def paint_cell(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint ``text``, or what it stands for, into ``area``, which is a little narrower than the cell."""
        raise NotImplementedError

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        if ground := self.ground(index):
            painter.fillRect(option.rect, theme.color(ground))
        self._view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, self._view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(option.font)
        self.paint_cell(painter, option.rect.adjusted(_PAD, 0, -_PAD, -1), text, option, index)
        painter.restore()


def set_up_table(
    table: QTableView,
    widths: Mapping[int, int],
    *,
    stretched: int | None,
    row: int = theme.ROW_HEIGHT,
    several: bool = False,
) -> None:
    """Give a table its look: rows of ``row`` pixels, ``widths`` by column, ``stretched`` is as wide as there is room.

    Without one it is the last that takes the room that is left. Whole rows are chosen, with ``several`` more than one.
    The columns must be there.
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
    if stretched is None:
        header.setStretchLastSection(True)
    else:
        header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    header.setHighlightSections(False)
    header.setMinimumSectionSize(_LEAST_COLUMN)
    header.setSortIndicatorClearable(False)
    for column, width in widths.items():
        table.setColumnWidth(column, width)
