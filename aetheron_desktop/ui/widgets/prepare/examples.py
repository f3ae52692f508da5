"""A few rows before and after a step: changed cells on a ground of their own, rows that go struck out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QStyledItemDelegate,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtCore import QModelIndex, QPersistentModelIndex
    from PySide6.QtGui import QPainter, QResizeEvent
    from PySide6.QtWidgets import QStyleOptionViewItem

    from aetheron_desktop.engine.datasets.preparing.answers import Cells, Examples

    Rows = Sequence[Cells]
    Looks = Mapping[tuple[int, int], str]

_ROW: Final = 28
_WIDEST: Final = 220
_MISSING: Final = "missing"
_LOOK: Final = Qt.ItemDataRole.UserRole


class ExampleRows(QWidget):
    """Shows the examples of one effect."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = [QLabel(self) for _ in range(2)]
        self._tables = [
            _Table(name, words, self) for name, words in (("example_before", "Before"), ("example_after", "After"))
        ]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.TIGHT)
        for title, table in zip(self._titles, self._tables, strict=True):
            theme.mark(title, role="overline")
            layout.addWidget(title)
            layout.addWidget(table)
        layout.addStretch(1)

    def show_examples(self, examples: Examples) -> None:
        """Show rows before and after."""
        match examples.kind:
            case "cells":
                before = dict(enumerate(examples.before))
                told = [
                    tuple(self._told(examples, before[row], place, cells[place]) for place in range(len(cells)))
                    for row, cells in enumerate(examples.after)
                ]
                looks = {(row, place): "changed" for row, places in enumerate(examples.changed) for place in places}
                self._show(1, "ROWS AFTER", examples.columns_after, told, looks)
                self._hide(0)
            case "rows":
                width = len(examples.columns_before)
                looks = {(row, place): "gone" for row in range(len(examples.before)) for place in range(width)}
                self._show(0, "ROWS THAT GO", examples.columns_before, examples.before, looks)
                self._show(1, "ROWS THAT STAY", examples.columns_after, examples.after, {})
            case "tables":
                self._show(0, "BEFORE", examples.columns_before, examples.before, {})
                self._show(1, "AFTER", examples.columns_after, examples.after, {})

    @staticmethod
    def _told(examples: Examples, before: Cells, place: int, cell: str | None) -> str | None:
        name = examples.columns_after[place]
        if name not in examples.columns_before:
            return cell
        old = before[examples.columns_before.index(name)]
        if old == cell:
            return cell
        return f"{_MISSING if old is None else old}  →  {_MISSING if cell is None else cell}"

    def _show(self, place: int, title: str, columns: tuple[str, ...], rows: Rows, looks: Looks) -> None:
        self._titles[place].setText(title if rows else f"{title}: NONE")
        self._titles[place].show()
        self._tables[place].setVisible(bool(rows))
        self._tables[place].show_rows(columns, rows, looks)

    def _hide(self, place: int) -> None:
        self._titles[place].hide()
        self._tables[place].hide()


class _Ground(QStyledItemDelegate):
    """Paints the ground of changed cells, which the style sheet leaves out."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if index.data(_LOOK) in {"changed", "gone"}:
            painter.fillRect(
                option.rect, theme.color("accent.soft" if index.data(_LOOK) == "changed" else "danger.soft")
            )
        super().paint(painter, option, index)


class _Table(QTableWidget):
    def __init__(self, name: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._first = 0
        named(self, name, words)
        theme.mark(self, role="framed")
        self.setItemDelegate(_Ground(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header.setMaximumSectionSize(_WIDEST)
        header.setHighlightSections(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, columns: tuple[str, ...], rows: Rows, looks: Looks) -> None:
        self.clear()
        self.setColumnCount(len(columns))
        self.setRowCount(len(rows))
        for place, name in enumerate(columns):
            heading = QTableWidgetItem(name)
            heading.setToolTip(name)
            self.setHorizontalHeaderItem(place, heading)
        for row, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                self.setItem(row, place, self._item(cell, looks.get((row, place), "")))
        self.horizontalHeader().resizeSections(QHeaderView.ResizeMode.ResizeToContents)
        self._first = min((place for _, place in looks), default=0)
        self._show_first()
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + _ROW * len(rows) + bar + 4)

    def _show_first(self) -> None:
        """Bring the first column that changes into sight."""
        if self._first and self.rowCount():
            self.scrollTo(self.model().index(0, self._first), QAbstractItemView.ScrollHint.PositionAtCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_first()

    def _item(self, cell: str | None, look: str) -> QTableWidgetItem:
        item = QTableWidgetItem(_MISSING if cell is None else cell)
        item.setData(_LOOK, look)
        item.setToolTip(item.text())
        if cell is None:
            item.setForeground(theme.color("faint"))
        if look == "gone":
            font = item.font()
            font.setStrikeOut(True)
            item.setFont(font)
        if look == "changed":
            item.setForeground(theme.color("accent"))
        return item
