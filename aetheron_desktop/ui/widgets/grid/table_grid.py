"""The rows of a table, of any length: what is not looked at is not loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.table_pages import WINDOW, TablePages
from aetheron_desktop.ui.widgets.grid import cell_choice
from aetheron_desktop.ui.widgets.grid.cell_painter import CellPainter
from aetheron_desktop.ui.widgets.grid.column_header import ColumnHeader
from aetheron_desktop.ui.widgets.grid.column_layout import ColumnLayout
from aetheron_desktop.ui.widgets.grid.page_reader import PageReader, Source
from aetheron_desktop.ui.widgets.grid.pinned_columns import PinnedColumns
from aetheron_desktop.ui.widgets.grid.row_bar import RowBar
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.datasets.viewing.pages import Row

_ROW: Final = 28
_COPIED_CELLS: Final = 2_000_000
_EDGE: Final = WINDOW // 10
"""So near to the end of the window it is moved."""
_Index = QModelIndex | QPersistentModelIndex


class TableGrid(QTableView):
    """Shows the Parquet file that :meth:`show_table` names; rows are counted from zero, in the table that is shown.

    ``failed`` tells an error of reading it, ``copied_in_part`` that not all of the chosen rows went to the clipboard,
    ``row_chosen`` the row of the current cell.
    """

    failed = Signal(object)  # AetheronError
    row_chosen = Signal(object)
    copied_in_part = Signal(object, object)  # rows copied, rows chosen
    kinds_known = Signal(dict)  # what the columns are to an expression, after ask_for_kinds
    columns_seen = Signal()  # other columns may have come into view

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "grid", "Rows of the table")
        theme.mark(self, role="framed")
        self.header = ColumnHeader(self)
        self.setHorizontalHeader(self.header)
        self.header.sectionPressed.disconnect()  # a click sorts; the menu of the head chooses the column
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
        self.setItemDelegate(CellPainter(self))
        self._reader: PageReader | None = None
        self.columns: ColumnLayout | None = None
        self._moving = False
        self._bar = RowBar(self.verticalScrollBar(), self.pages)
        self._bar.moved.connect(self.show_at_top)
        self.pinned = PinnedColumns(self)
        # While someone scrolls, the wishes of rows that have gone by are dropped; what stays in view is asked again.
        self._again = QTimer(self, singleShot=True, interval=120)
        self._again.timeout.connect(self._ask_again)
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.valueChanged.connect(lambda _: self._again.start())
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_table(self, parquet: Path, columns: Sequence[Column], rows: int) -> None:
        """Show the rows of ``parquet``."""
        self.close_table()
        model = TablePages(tuple(columns), rows, self)
        names = tuple(column.name for column in columns)
        self.setModel(model)
        self._fit_numbers(rows)
        self.columns = ColumnLayout(self, names)
        self._read(Source(parquet, names))
        self._bar.follow()

    def show_rows(self, source: Source, rows: int) -> None:
        """Show other rows of the same table, or the same in another order; widths and choice of columns stay."""
        model = self.pages()
        if model is None:
            return
        sideways = self.horizontalScrollBar().value()
        column = self.currentIndex().column()
        self._stop_reading()
        model.show_rows(rows, is_view=source.order is not None)
        self._read(source)
        self._bar.follow()
        self.pinned.pin(self.pinned.places)
        self.scrollToTop()
        self.horizontalScrollBar().setValue(sideways)
        if rows and column >= 0:
            self.selectionModel().setCurrentIndex(model.index(0, column), QItemSelectionModel.SelectionFlag.NoUpdate)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and (model := self.pages()):
            self.row_chosen.emit(model.base + current.row())

    def close_table(self) -> None:
        """Show nothing, and end the thread that reads."""
        self._stop_reading()
        self.pinned.pin(())
        old = self.model()
        self.columns = None
        self.setModel(None)
        self._bar.hide()
        if old is not None:
            old.deleteLater()

    def pages(self) -> TablePages | None:
        """Give the item model, when a table is shown."""
        model = self.model()
        return model if isinstance(model, TablePages) else None

    def headers(self) -> tuple[ColumnHeader, ColumnHeader]:
        """Give the heads of the columns, and those of the pinned ones."""
        return self.header, self.pinned.header

    def set_target(self, name: str | None) -> None:
        """Mark the target's column."""
        if model := self.pages():
            model.set_target(name)

    def ask_for_kinds(self) -> None:
        """Ask what the columns are to an expression; ``kinds_known`` tells."""
        if self._reader is not None:
            self._reader.ask_for_kinds()

    # -- where it is --------------------------------------------------------------------------------------------------

    def show_column(self, name: str) -> None:
        """Bring a column into view, and choose its first visible cell."""
        model = self.pages()
        place = self.place_of(name)
        if model is None or place is None or not model.rowCount():
            return
        self._choose(model.index(max(0, self.rowAt(0)), place))

    def go_to_row(self, number: int) -> None:
        """Bring row ``number``, counted from one, into view."""
        self.go_to_cell(number - 1, max(0, self.currentIndex().column()))

    def go_to_cell(self, row: int, column: int) -> None:
        """Bring a cell into the middle of the view."""
        model = self.pages()
        if model is None or not model.rows:
            return
        row = min(max(row, 0), model.rows - 1)
        if not _EDGE <= row - model.base < WINDOW - _EDGE:
            self._move_window(row - WINDOW // 2)
        self._choose(model.index(row - model.base, column))

    def current_cell(self) -> tuple[int, int]:
        """Give the row and the column of the current cell, or of the first that is in view."""
        model, index = self.pages(), self.currentIndex()
        if model is None:
            return 0, 0
        return model.base + max(0, index.row() if index.isValid() else self.rowAt(0)), max(0, index.column())

    def show_at_top(self, row: int) -> None:
        """Bring a row to the top of the view."""
        model = self.pages()
        if model is None:
            return
        if not _EDGE <= row - model.base < WINDOW - _EDGE:
            self._move_window(row - WINDOW // 2)
        self.verticalScrollBar().setValue(row - model.base)

    def place_of(self, name: str) -> int | None:
        """Give the place of a column."""
        return self.columns.place_of(name) if self.columns is not None else None

    def seen(self) -> tuple[str, ...]:
        """Give the columns that are in view."""
        model = self.pages()
        if model is None:
            return ()
        left = max(0, self.header.visualIndexAt(0))
        right = self.header.visualIndexAt(self.viewport().width() - 1)
        last = right if right >= 0 else self.header.count() - 1
        places = {self.header.logicalIndex(visual) for visual in range(left, last + 1)} | set(self.pinned.places)
        return tuple(model.columns()[place].name for place in sorted(places) if not self.isColumnHidden(place))

    # -- columns ------------------------------------------------------------------------------------------------------

    def arrange(self, hidden: Collection[str], pinned: Sequence[str]) -> None:
        """Hide columns, and keep others at the left."""
        if self.columns is not None:
            self.pinned.pin(self.columns.arrange(hidden, pinned))
            self.columns_seen.emit()

    # -- the clipboard ------------------------------------------------------------------------------------------------

    def copy(self, *, named: bool = False) -> None:
        """Put the chosen cells on the clipboard as lines of tab-separated values, read from the file if need be."""
        model = self.pages()
        if self._reader is None or model is None or not self.selectionModel().hasSelection():
            return
        areas = cell_choice.chosen(self.selectionModel())
        top, bottom = min(area.top for area in areas), max(area.bottom for area in areas)
        chosen = {place for area in areas for place in range(area.left, area.right + 1)}
        places = sorted((place for place in chosen if not self.isColumnHidden(place)), key=self.header.visualIndex)
        if not places:
            return
        count = bottom - top + 1
        # All rows are chosen in a window; those beyond it are meant as well.
        whole = model.rows if count == model.rowCount() else count
        rows = min(whole, max(1, _COPIED_CELLS // len(places)))
        start = 0 if whole == model.rows else model.base + top
        names = tuple(model.columns()[place].name for place in places)
        self._reader.copy(start, rows, names, named=named)
        if rows < whole:
            self.copied_in_part.emit(rows, whole)

    # -- Qt's own -----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        with_names = QKeySequence(event.keyCombination()) == QKeySequence("Ctrl+Shift+C")
        if event.matches(QKeySequence.StandardKey.Copy) or with_names:
            self.copy(named=with_names)
            return
        super().keyPressEvent(event)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        model = self.pages()
        if model is not None and model.rows > model.rowCount() and modifiers & Qt.KeyboardModifier.ControlModifier:
            # The first and the last row of the window are not those of the table.
            if action == QAbstractItemView.CursorAction.MoveHome:
                self._move_window(0)
                return model.index(0, self.header.logicalIndex(0))
            if action == QAbstractItemView.CursorAction.MoveEnd:
                self._move_window(model.rows - WINDOW)
                return model.index(WINDOW - 1, self.header.logicalIndex(self.header.count() - 1))
        return super().moveCursor(action, modifiers)

    def scrollTo(
        self, index: _Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        super().scrollTo(index, hint)
        room = self.pinned.room()
        left = self.columnViewportPosition(index.column())
        if room and index.column() not in self.pinned.places and left < room:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - room + left)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pinned.fit()
        self._bar.follow()

    # -- the inside ---------------------------------------------------------------------------------------------------

    def _read(self, source: Source) -> None:
        model = self.pages()
        assert model is not None
        reader = PageReader(source)
        model.wanted.connect(reader.ask)
        reader.page_read.connect(self._on_page)
        reader.copied.connect(self._on_copied)
        reader.kinds_known.connect(self.kinds_known)
        reader.failed.connect(self.failed)
        self.destroyed.connect(reader.forget)
        self._reader = reader
        reader.start()

    def _stop_reading(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.page_read.disconnect(self._on_page)
            if model := self.pages():
                model.wanted.disconnect(reader.ask)
            reader.close()
            reader.deleteLater()

    def _choose(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _on_copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def _on_page(self, start: int, first: int, rows: list[Row], numbers: list[int]) -> None:
        model = self.pages()
        if model is None or self.sender() is not self._reader:  # a page of a table that is not shown any more
            return
        model.take(start, first, rows, numbers)
        if self.columns is not None:
            self.columns.fit(first, rows)

    def _ask_again(self) -> None:
        if model := self.pages():
            model.forget_wishes()
            self.viewport().update()
            self.columns_seen.emit()

    def _on_scrolled(self, value: int) -> None:
        """Move the window on when its end comes near, so that there is always more."""
        model = self.pages()
        if model is None or self._moving or model.rows <= model.rowCount():
            return
        last = model.rows - WINDOW
        if (value < _EDGE and model.base > 0) or (value > WINDOW - _EDGE and model.base < last):
            self._move_window(model.base + value - WINDOW // 2)

    def _move_window(self, base: int) -> None:
        """Let the view see other rows of a long table; what is in view and what is chosen stay where they are."""
        model = self.pages()
        if model is None or model.rows <= model.rowCount():
            return
        before, top = model.base, self.verticalScrollBar().value()
        model.move_window(base)
        self._moving = True
        cell_choice.move(self.selectionModel(), model, before - model.base)
        self.verticalScrollBar().setValue(top + before - model.base)
        self._moving = False
        self._bar.follow()

    def _fit_numbers(self, rows: int) -> None:
        numbers = self.verticalHeader()
        numbers.setFixedWidth(numbers.fontMetrics().horizontalAdvance(f"{max(1_000, rows):,}") + 20)
