"""A table of any length for a view: holds the pages that were looked at last, and asks for the others."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.datasets.viewing.pages import Row

PAGE: Final = 100
"""The rows of a page."""
BLOCK: Final = 32
"""The most columns of a page."""
WINDOW: Final = 1_000_000
"""The most rows that a view sees at once: Qt's headers take memory for each, and count its pixels up to 2^31."""
_PAGES: Final = 60
MISSING: Final = "missing"
"""What stands in an empty cell; in the muted colour and in italics, so that it is not taken for a value."""

_Index = QModelIndex | QPersistentModelIndex
_DISPLAY, _ALIGNMENT, _BACKGROUND, _FOREGROUND, _FONT, _TIP = (
    int(role)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.BackgroundRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.FontRole,
        Qt.ItemDataRole.ToolTipRole,
    )
)
_ANSWERED: Final = frozenset({_DISPLAY, _ALIGNMENT, _BACKGROUND, _FOREGROUND, _FONT, _TIP})
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_NUMBERS: Final = frozenset({"number", "integer"})


class TablePages(QAbstractTableModel):
    """``wanted`` asks for a page; :meth:`take` brings it. A page is known by its first row and its first column.

    Of a table longer than :data:`WINDOW` a view sees the rows from :attr:`base` on; everything but Qt's own methods
    counts the rows of the whole table.
    """

    wanted = Signal(object, int, int, int)  # first row, rows, first column, columns

    def __init__(self, columns: tuple[Column, ...], rows: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._rows = rows
        self._base = 0
        self._is_view = False
        self._pages: OrderedDict[tuple[int, int], list[Row]] = OrderedDict()
        self._numbers: dict[int, list[int]] = {}
        self._asked: set[tuple[int, int]] = set()
        self._target: str | None = None
        self._marked: frozenset[int] = frozenset()
        self._found: tuple[int, int] | None = None
        self._italic = QFont()
        self._italic.setItalic(True)

    def columns(self) -> tuple[Column, ...]:
        """Give the columns in their order."""
        return self._columns

    @property
    def rows(self) -> int:
        """How long the table is."""
        return self._rows

    @property
    def base(self) -> int:
        """The row of the table that is the view's first."""
        return self._base

    def move_window(self, base: int) -> None:
        """Let the view see the rows from ``base`` on, as far as there are enough."""
        self._base = max(0, min(base, self._rows - WINDOW))
        self._changed_all()

    def show_rows(self, rows: int, *, is_view: bool = False) -> None:
        """Show other rows of the same columns, ``rows`` many; all of it is asked for anew.

        The rows of a view have their numbers in the snapshot only once they are loaded.
        """
        self.beginResetModel()
        self._is_view = is_view
        self._rows, self._base, self._found = rows, 0, None
        self._pages.clear()
        self._numbers.clear()
        self._asked.clear()
        self.endResetModel()

    def set_target(self, name: str | None) -> None:
        """Mark the target's header."""
        self._target = name
        if self._columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def set_marked(self, rows: Iterable[int]) -> None:
        """Tint the rows that have these numbers in the snapshot."""
        self._marked = frozenset(rows)
        self._changed_all()

    def set_found(self, cell: tuple[int, int] | None) -> None:
        """Tint the cell, a row of the table and a column, in which a text was found."""
        self._found = cell
        self._changed_all()

    def take(self, start: int, first: int, rows: list[Row], numbers: list[int] | None = None) -> None:
        """Take in the page that begins with row ``start`` and column ``first``.

        ``numbers`` are those that its rows have in the snapshot; by default they are the same.
        """
        self._asked.discard((start, first))
        self._pages[start, first] = rows
        self._numbers[start] = numbers if numbers is not None else list(range(start, start + len(rows)))
        while len(self._pages) > _PAGES:
            gone, _ = self._pages.popitem(last=False)[0]
            if all(begin != gone for begin, _ in self._pages):
                del self._numbers[gone]
        top = max(start - self._base, 0)
        last = min(start + len(rows) - self._base, self.rowCount()) - 1
        if rows and rows[0] and top <= last:
            self.dataChanged.emit(self.index(top, first), self.index(last, first + len(rows[0]) - 1))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, top, last)

    def forget_wishes(self) -> None:
        """Ask again for what was asked for: the older wishes are dropped while someone scrolls fast."""
        self._asked.clear()

    def cell(self, row: int, column: int) -> str | None:
        """Give a cell's text; None when it is missing or not there yet."""
        page = self._page(row, column)
        place = row % PAGE
        return page[place][column % BLOCK] if page is not None and place < len(page) else None

    def number(self, row: int) -> int | None:
        """Give the number that a row of the table has in the snapshot, if it is known already."""
        if not self._is_view:
            return row
        numbers = self._numbers.get(row - row % PAGE, ())
        return numbers[row % PAGE] if row % PAGE < len(numbers) else None

    def is_loaded(self, row: int, column: int = 0) -> bool:
        """Whether the cell's page is here."""
        return _page_of(row, column) in self._pages

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else min(self._rows, WINDOW)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        # Asked eight times for each cell of each frame, so that the usual answers come first.
        if role not in _ANSWERED or not index.isValid():
            return None
        row, column = self._base + index.row(), index.column()
        if role == _ALIGNMENT:
            return _RIGHT if self._columns[column].type in _NUMBERS else None
        if role == _BACKGROUND:
            return self._tint(row, column) if self._marked or self._found else None
        value = self.cell(row, column)
        if role == _TIP:
            return value if value is not None and len(value) > 30 else None
        is_missing = value is None and self.is_loaded(row, column)
        if role == _DISPLAY:
            return MISSING if is_missing else value or ""
        if not is_missing:
            return None
        return self._italic if role == _FONT else theme.color("faint")

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return self._row_head(self._base + section) if role == Qt.ItemDataRole.DisplayRole else None
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
                return plain_tip(about(column) + ("\nThe target: what a model learns to predict." if is_target else ""))
            case Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _row_head(self, row: int) -> str:
        number = self.number(row)
        return f"{number + 1:,}" if number is not None else ""

    def _tint(self, row: int, column: int) -> Any:
        if self._found == (row, column):
            return theme.color("success.soft")
        return theme.color("warning.soft") if self._marked and self.number(row) in self._marked else None

    def _changed_all(self) -> None:
        if rows := self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, len(self._columns) - 1))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, rows - 1)

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
