"""A table of any length for a view: holds the pages that were looked at last, and asks for the others."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon

if TYPE_CHECKING:
    from collections.abc import Collection

    from aetheron_desktop.engine.datasets.pages import Row
    from aetheron_desktop.engine.datasets.schema import Column

PAGE: Final = 200
"""The rows of a page."""
BLOCK: Final = 100
"""The most columns of a page."""
_PAGES: Final = 60
_MOST_ROWS: Final = 2**31 - 1
MISSING: Final = "missing"
"""What stands in an empty cell; in the muted colour and in italics, so that it is not taken for a value."""

_Index = QModelIndex | QPersistentModelIndex
_NUMBERS: Final = frozenset({"number", "integer"})


class TablePages(QAbstractTableModel):
    """``wanted`` asks for a page; :meth:`take` brings it. A page is known by its first row and its first column."""

    wanted = Signal(int, int, int, int)  # first row, rows, first column, columns

    def __init__(self, columns: tuple[Column, ...], rows: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._rows = min(rows, _MOST_ROWS)
        self._pages: OrderedDict[tuple[int, int], list[Row]] = OrderedDict()
        self._asked: set[tuple[int, int]] = set()
        self._target: str | None = None
        self._marked: frozenset[int] = frozenset()
        self._italic = QFont()
        self._italic.setItalic(True)

    def columns(self) -> tuple[Column, ...]:
        """Give the columns in their order."""
        return self._columns

    def set_target(self, name: str | None) -> None:
        """Mark the target's header."""
        self._target = name
        if self._columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def set_marked(self, rows: Collection[int]) -> None:
        """Give the rows that were chosen in a plot another ground."""
        self._marked = frozenset(rows)
        if self._rows and self._columns:
            self.dataChanged.emit(self.index(0, 0), self.index(self._rows - 1, len(self._columns) - 1))

    def take(self, start: int, first: int, rows: list[Row]) -> None:
        """Take in the page that begins with row ``start`` and column ``first``."""
        self._asked.discard((start, first))
        self._pages[start, first] = rows
        while len(self._pages) > _PAGES:
            self._pages.popitem(last=False)
        if rows and rows[0]:
            last = min(start + len(rows), self._rows) - 1
            self.dataChanged.emit(self.index(start, first), self.index(last, first + len(rows[0]) - 1))

    def forget_wishes(self) -> None:
        """Ask again for what was asked for: the older wishes are dropped while someone scrolls fast."""
        self._asked.clear()

    def cell(self, row: int, column: int) -> str | None:
        """Give a cell's text; None when it is missing or not there yet."""
        page = self._page(row, column)
        place = row % PAGE
        return page[place][column % BLOCK] if page is not None and place < len(page) else None

    def is_loaded(self, row: int, column: int = 0) -> bool:
        """Whether the cell's page is here."""
        return _page_of(row, column) in self._pages

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                value = self.cell(index.row(), index.column())
                return value if value is not None else MISSING if self._is_missing(index) else ""
            case Qt.ItemDataRole.TextAlignmentRole if self._columns[index.column()].type in _NUMBERS:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.ForegroundRole if self._is_missing(index):
                return theme.color("faint")
            case Qt.ItemDataRole.BackgroundRole if index.row() in self._marked:
                return theme.color("warning.soft")
            case Qt.ItemDataRole.FontRole if self._is_missing(index):
                return self._italic
            case Qt.ItemDataRole.ToolTipRole:
                value = self.cell(index.row(), index.column())
                return value if value is not None and len(value) > 30 else None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return f"{section + 1:,}" if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        is_target = column.name == self._target
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.name
            case Qt.ItemDataRole.DecorationRole:
                return icon("target" if is_target else column.type, "accent" if is_target else "muted")
            case Qt.ItemDataRole.ForegroundRole if is_target:
                return theme.color("accent")
            case Qt.ItemDataRole.ToolTipRole:
                return about(column) + ("\nThe target: what a model learns to predict." if is_target else "")
            case Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _is_missing(self, index: _Index) -> bool:
        row, column = index.row(), index.column()
        return self.is_loaded(row, column) and self.cell(row, column) is None

    def _page(self, row: int, column: int) -> list[Row] | None:
        place = start, first = _page_of(row, column)
        page = self._pages.get(place)
        if page is not None:
            self._pages.move_to_end(place)
        elif place not in self._asked:
            self._asked.add(place)
            self.wanted.emit(start, PAGE, first, min(BLOCK, len(self._columns) - first))
        return page


def _page_of(row: int, column: int) -> tuple[int, int]:
    return row - row % PAGE, column - column % BLOCK


def about(column: Column) -> str:
    """Give what is known of a column, in lines."""
    lines = [f"{column.name}: {column.type}", f"{column.distinct:,} different values, {column.missing:,} missing"]
    return "\n".join([*lines, column.note] if column.note else lines)
