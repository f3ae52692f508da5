"""What the palette offers: commands, datasets, models, columns and files, the best matches first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from aetheron_desktop.ui.item_models.matching import Match, match

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Kind: TypeAlias = Literal["command", "dataset", "run", "model", "column", "file"]
_Index: TypeAlias = QModelIndex | QPersistentModelIndex

KIND_WORDS: dict[Kind, str] = {
    "command": "Command",
    "dataset": "Dataset",
    "run": "Run",
    "model": "Model",
    "column": "Column",
    "file": "Recent file",
}
# Between matches that are equally good, what is meant more often comes first.
_KIND_WORTH: dict[Kind, float] = {"command": 2.0, "dataset": 1.5, "run": 0.8, "model": 1.0, "column": 0.5, "file": 0.0}
_MOST = 60

ENTRY_ROLE = Qt.ItemDataRole.UserRole
MATCH_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: ``detail`` is small and muted, ``shortcut`` the keys that do the same."""

    kind: Kind
    text: str
    icon: str
    run: Callable[[], object]
    detail: str = ""
    shortcut: str = ""


class PaletteEntries(QAbstractListModel):
    """The entries that fit what was typed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[Entry] = []
        self._fitting: list[tuple[Entry, Match]] = []

    def offer(self, entries: Sequence[Entry]) -> None:
        """Take what can be chosen from."""
        self._all = list(entries)
        self.narrow("")

    def narrow(self, query: str) -> None:
        """Show what fits ``query``; with nothing typed all in the order in which they were offered."""
        fitting = [(entry, found) for entry in self._all if (found := match(query, entry.text)) is not None]
        if query.strip():
            fitting.sort(key=lambda pair: -(pair[1].score + _KIND_WORTH[pair[0].kind]))
        self.beginResetModel()
        self._fitting = fitting[:_MOST] if query.strip() else fitting
        self.endResetModel()

    def entry(self, row: int) -> Entry | None:
        """Give the entry of a row."""
        return self._fitting[row][0] if 0 <= row < len(self._fitting) else None

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._fitting)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._fitting):
            return None
        entry, found = self._fitting[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(
                part for part in (entry.text, KIND_WORDS[entry.kind], entry.detail, entry.shortcut) if part
            )
        if role == ENTRY_ROLE:
            return entry
        return found.places if role == MATCH_ROLE else None
