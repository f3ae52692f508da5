"""The columns of a table as rows: name, type, missing share, distinct values, and whether models may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.table_pages import about
from aetheron_desktop.ui.item_models.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aetheron_desktop.engine.datasets.schema import Column

_Index = QModelIndex | QPersistentModelIndex
HEADERS: Final = ("Column", "Type", "Missing", "Distinct")
SORT_ROLE: Final = Qt.ItemDataRole.UserRole + 1
NAME_ROLE: Final = Qt.ItemDataRole.UserRole + 2


class ColumnsModel(QAbstractTableModel):
    """``excluded_changed`` tells the names that a person has taken out, or in again."""

    excluded_changed = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[Column, ...] = ()
        self._rows = 0
        self._target: str | None = None
        self._excluded: frozenset[str] = frozenset()
        self._reasons: Mapping[str, str] = {}

    def show_columns(self, columns: tuple[Column, ...], rows: int, reasons: Mapping[str, str]) -> None:
        """Show the columns of a table with ``rows``; ``reasons`` say why some were proposed to be left out."""
        self.beginResetModel()
        self._columns, self._rows, self._reasons = columns, rows, reasons
        self.endResetModel()

    def show_choice(self, target: str | None, excluded: Collection[str]) -> None:
        """Show which column is the target, and which ones models must not see."""
        if (target, frozenset(excluded)) == (self._target, self._excluded):
            return
        self._target, self._excluded = target, frozenset(excluded)
        if self._columns:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._columns) - 1, len(HEADERS) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._columns)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section]
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == 0 and self._columns[index.row()].name != self._target:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._columns):
            return None
        column = self._columns[index.row()]
        is_target = column.name == self._target
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(column, index.column())
            case Qt.ItemDataRole.DecorationRole if index.column() == 0:
                return icon("target" if is_target else column.type, "accent" if is_target else "muted")
            case Qt.ItemDataRole.CheckStateRole if index.column() == 0 and not is_target:
                return Qt.CheckState.Unchecked if column.name in self._excluded else Qt.CheckState.Checked
            case Qt.ItemDataRole.ForegroundRole:
                return self._color(column, index.column())
            case Qt.ItemDataRole.TextAlignmentRole if index.column() >= 2:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._tip(column))
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                return self._spoken(column)
            case _ if role == SORT_ROLE:
                return (column.name.casefold(), column.type, column.missing, column.distinct)[index.column()]
            case _ if role == NAME_ROLE:
                return column.name
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid() or index.column() != 0:
            return False
        name = self._columns[index.row()].name
        is_used = Qt.CheckState(value) == Qt.CheckState.Checked
        excluded = self._excluded - {name} if is_used else self._excluded | {name}
        self.show_choice(self._target, excluded)
        self.excluded_changed.emit(sorted(excluded))
        return True

    def _text(self, column: Column, place: int) -> str:
        match place:
            case 0:
                return column.name
            case 1:
                return "target" if column.name == self._target else column.type
            case 2:
                return share(column.missing, self._rows)
            case _:
                return f"{column.distinct:,}"

    def _color(self, column: Column, place: int) -> Any:
        if column.name == self._target and place < 2:
            return theme.color("accent")
        if column.name in self._excluded or place == 1:
            return theme.color("muted")
        return None

    def _tip(self, column: Column) -> str:
        words = about(column)
        if column.name == self._target:
            return f"{words}\nThe target: what a model learns to predict."
        if column.name in self._excluded:
            return f"{words}\nLeft out: {self._reasons.get(column.name, 'you have taken it out')}."
        return words

    def _spoken(self, column: Column) -> str:
        state = "the target" if column.name == self._target else "left out" if column.name in self._excluded else "used"
        return f"{column.name}, {column.type}, {state}"


def share(part: int, whole: int) -> str:
    """Give ``part`` of ``whole`` in percent; a little is never shown as nothing."""
    if not part:
        return "–"
    percent = 100 * part / max(1, whole)
    return "<0.1 %" if percent < 0.1 else f"{percent:.1f} %"
