"""The lines of a run's log, as an item model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.events import Level, MessageLogged

LEVEL_ROLE = int(Qt.ItemDataRole.UserRole)
TIME_ROLE = LEVEL_ROLE + 1
WORDS: dict[Level, str] = {"info": "Info", "warning": "Warning", "error": "Error"}
_ROOT = QModelIndex()


class RunLogModel(QAbstractListModel):
    """Lines are only ever added at the end, until another run is shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[MessageLogged] = []

    def show_lines(self, lines: Sequence[MessageLogged], *, same_run: bool) -> None:
        """Hold ``lines``; with ``same_run`` those that are here already stay and the rest is added."""
        if not same_run or len(lines) < len(self._lines):
            self.beginResetModel()
            self._lines = list(lines)
            self.endResetModel()
            return
        start = len(self._lines)
        if len(lines) > start:
            self.beginInsertRows(QModelIndex(), start, len(lines) - 1)
            self._lines.extend(lines[start:])
            self.endInsertRows()

    def text(self, rows: Sequence[int] | None = None) -> str:
        """Give the lines of ``rows`` (all without them) as text, one a line."""
        lines = self._lines if rows is None else [self._lines[row] for row in sorted(rows)]
        return "\n".join(f"{_clock(line.at)}  {WORDS[line.level]:<8} {line.text}" for line in lines)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.text
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{WORDS[line.level]}, {_clock(line.at)}: {line.text}"
            case _ if role == LEVEL_ROLE:
                return line.level
            case _ if role == TIME_ROLE:
                return _clock(line.at)
        return None


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))
