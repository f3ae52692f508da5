"""The rows of a table, of any length: what is not looked at is not loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QTableView, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.table_pages import TablePages
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.page_reader import PageReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtCore import QModelIndex, QPersistentModelIndex
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QStyleOptionViewItem

    from aetheron_desktop.engine.datasets.pages import Row
    from aetheron_desktop.engine.datasets.schema import Column

_ROW: Final = 28
_NARROWEST, _WIDEST, _HEADER_ROOM = 72, 280, 52
_SAMPLED: Final = 40
_WIDE_TABLE: Final = 300
"""The columns whose names are measured at once; the others are fitted when their cells are first looked at."""
_COPIED_CELLS: Final = 2_000_000


class _MarkedRows(QStyledItemDelegate):
    """Paints the ground of marked rows, which the style sheet leaves out."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        ground = index.data(Qt.ItemDataRole.BackgroundRole)
        if ground is not None:
            painter.fillRect(option.rect, ground)
        super().paint(painter, option, index)


class TableGrid(QTableView):
    """Shows the Parquet file that :meth:`show_table` names.

    ``failed`` tells an error of reading it, ``copied_in_part`` that not all of the chosen rows went to the clipboard,
    ``row_chosen`` the row of the current cell.
    """

    failed = Signal(object)  # AetheronError
    row_chosen = Signal(int)
    copied_in_part = Signal(int, int)  # rows copied, rows chosen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "grid", "Rows of the table")
        theme.mark(self, role="framed")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setCornerButtonEnabled(False)
        self.setShowGrid(False)  # the style draws a line under each row
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(_ROW)
        rows.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        columns = self.horizontalHeader()
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setHighlightSections(False)
        columns.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setIconSize(QSize(14, 14))
        self.setItemDelegate(_MarkedRows(self))
        self._reader: PageReader | None = None
        self._fitted: set[int] = set()
        # While someone scrolls, the wishes of rows that have gone by are dropped; what stays in view is asked again.
        self._again = QTimer(self, singleShot=True, interval=120)
        self._again.timeout.connect(self._ask_again)
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.valueChanged.connect(lambda _: self._again.start())

    def show_table(self, parquet: Path, columns: Sequence[Column], rows: int) -> None:
        """Show the rows of ``parquet``."""
        self.close_table()
        model = TablePages(tuple(columns), rows, self)
        reader = PageReader(parquet, [column.name for column in columns])
        model.wanted.connect(reader.ask)
        reader.page_read.connect(self._on_page)
        reader.copied.connect(self._on_copied)
        reader.failed.connect(self.failed)
        self.destroyed.connect(reader.forget)
        self._reader, self._fitted = reader, set()
        self.setModel(model)
        self._fit_headers(columns)
        reader.start()

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.row_chosen.emit(current.row())

    def close_table(self) -> None:
        """Show nothing, and end the thread that reads."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.page_read.disconnect(self._on_page)
            reader.close()
            reader.deleteLater()
        old = self.model()
        self.setModel(None)
        if old is not None:
            old.deleteLater()

    def pages(self) -> TablePages | None:
        """Give the item model, when a table is shown."""
        model = self.model()
        return model if isinstance(model, TablePages) else None

    def set_target(self, name: str | None) -> None:
        """Mark the target's column."""
        if model := self.pages():
            model.set_target(name)

    def set_marked(self, rows: Sequence[int]) -> None:
        """Mark rows, ascending, the first is 0, and bring the first of them into view."""
        if model := self.pages():
            model.set_marked(rows)
            if rows and rows[0] < model.rowCount():
                self.scrollTo(
                    model.index(rows[0], max(0, self.columnAt(0))), QAbstractItemView.ScrollHint.PositionAtCenter
                )

    def show_column(self, name: str) -> None:
        """Bring a column into view, and choose its first visible cell."""
        model = self.pages()
        if model is None:
            return
        for place, column in enumerate(model.columns()):
            if column.name == name:
                index = model.index(max(0, self.rowAt(0)), place)
                self.setCurrentIndex(index)
                self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def go_to_row(self, number: int) -> None:
        """Bring row ``number``, counted from one, into view."""
        if model := self.pages():
            index = model.index(min(max(number - 1, 0), model.rowCount() - 1), max(0, self.currentIndex().column()))
            self.setCurrentIndex(index)
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def copy(self) -> None:
        """Put the chosen cells on the clipboard as lines of tab-separated values, read from the file if need be."""
        if self._reader is None or not self.selectionModel().hasSelection():
            return
        area = self.selectionModel().selection().first()
        rows = min(area.height(), max(1, _COPIED_CELLS // area.width()))
        self._reader.copy(area.top(), rows, area.left(), area.width())
        if rows < area.height():
            self.copied_in_part.emit(rows, area.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        super().keyPressEvent(event)

    def _on_copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def _on_page(self, start: int, first: int, rows: list[Row]) -> None:
        model = self.pages()
        if model is None or self.sender() is not self._reader:  # a page of a table that is not shown any more
            return
        model.take(start, first, rows)
        if first not in self._fitted:
            self._fitted.add(first)
            self._fit_cells(first, rows[:_SAMPLED])

    def _ask_again(self) -> None:
        if model := self.pages():
            model.forget_wishes()
            self.viewport().update()

    def _fit_headers(self, columns: Sequence[Column]) -> None:
        metrics = self.horizontalHeader().fontMetrics()
        for place, column in enumerate(columns[:_WIDE_TABLE]):
            width = metrics.horizontalAdvance(column.name[:60]) + _HEADER_ROOM
            self.setColumnWidth(place, min(max(width, _NARROWEST), _WIDEST))

    def _fit_cells(self, first: int, rows: list[Row]) -> None:
        metrics = self.fontMetrics()
        for place in range(len(rows[0]) if rows else 0):
            widest = max(metrics.horizontalAdvance((row[place] or "missing")[:60]) for row in rows)
            self.setColumnWidth(first + place, min(max(widest + 40, self.columnWidth(first + place)), _WIDEST))
