"""The versions of a model as rows: why each was made, what it measures against the one before, who made it and when."""

from __future__ import annotations

import time
from html import escape
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from aetheron_desktop.ui.item_models.history_rows import (
    DEED_WORDS,
    KIND_WORDS,
    HistoryRow,
    HistoryRows,
    age,
    change_text,
    change_words,
    spoken_age,
)
from aetheron_desktop.ui.item_models.quantities import local_time, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.evaluation.metrics import Metric
    from aetheron_desktop.engine.registry.versions import History

_Index = QModelIndex | QPersistentModelIndex
GRAPH, MESSAGE, METRIC, WHO, WHEN, DEED = range(6)
COLUMNS: Final = 6
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_LONGEST_TIP: Final = 2000
_ROOT: Final = QModelIndex()
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class HistoryTable(QAbstractTableModel):
    """All versions, newest first, or those that fit the words of a filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: HistoryRows | None = None
        self._now = time.time()
        self._filter: tuple[str, ...] = ()
        self._shown: Sequence[int] = ()
        self._positions: dict[int, int] = {}

    def show_history(self, history: History | None, main: Metric | None) -> None:
        """Show ``history`` with the values of ``main``, or nothing; the filter is kept."""
        self.beginResetModel()
        self._rows = None if history is None or main is None else HistoryRows(history, main)
        self._now = time.time()
        self._show_fitting()
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Show only versions in whose message, author, names, number or run all words of ``text`` occur."""
        words = tuple(text.casefold().split())
        if words == self._filter:
            return
        self.beginResetModel()
        self._filter = words
        self._show_fitting()
        self.endResetModel()

    def refresh_ages(self) -> None:
        """Count the ages of the versions from now."""
        self._now = time.time()
        if self._shown:
            self.dataChanged.emit(self.index(0, WHEN), self.index(len(self._shown) - 1, WHEN))

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is set."""
        return bool(self._filter)

    @property
    def rows(self) -> HistoryRows | None:
        """The versions that the filter chooses from; None while there is no history."""
        return self._rows

    def row(self, position: int) -> HistoryRow:
        """Give the row at ``position`` of those that are shown."""
        assert self._rows is not None
        return self._rows.row(self._shown[position])

    def position_of(self, commit: str) -> int | None:
        """Give the position of a version among those that are shown; None where it is not."""
        place = None if self._rows is None else self._rows.places.get(commit)
        return place if place is None or not self._filter else self._positions.get(place)

    def when(self, row: HistoryRow) -> str:
        """Give the age of a version in words, and its date once it is older than a month."""
        return age(row.version.at, self._now)

    def spoken(self, row: HistoryRow) -> str:
        """Give a row as a sentence."""
        version = row.version
        parts = [f"version {version.number}"]
        if row.is_current:
            parts.append("current")
        parts += [label.name for label in row.labels]
        if self._rows is not None:
            parts.append(f"{self._rows.main.label} {'not measured' if row.value is None else number(row.value)}")
        if words := change_words(row, "the one before"):
            parts.append(words)
        parts += [version.author, spoken_age(version.at, self._now)]
        return f"{', '.join(parts)}: {version.title}"

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < COLUMNS:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return ("", "Version", self._metric_header(), "By", "When", "")[section]
            case Qt.ItemDataRole.AccessibleTextRole:
                return ("Graph", "Version", self._metric_header(), "By", "When", "How it was made")[section]
            case Qt.ItemDataRole.ToolTipRole if section == METRIC and self._rows is not None:
                main = self._rows.main
                return (
                    f"{main.help} {main.direction.capitalize()} is better.\nBeside it: how far from the version before."
                )
            case Qt.ItemDataRole.TextAlignmentRole if section == METRIC:
                return _RIGHT
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        row, column = self.row(index.row()), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.spoken(row) if column in {GRAPH, MESSAGE} else self._text(row, column)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(row, column)
            case Qt.ItemDataRole.TextAlignmentRole if column == METRIC:
                return _RIGHT
            case _ if role == ROW_ROLE:
                return row
        return None

    def _text(self, row: HistoryRow, column: int) -> str:
        match column:
            case 0:
                return ""
            case 1:
                return row.version.title
            case 2:
                return f"{number(row.value)} {change_text(row)}".rstrip()
            case 3:
                return row.version.author
            case 4:
                return self.when(row)
            case _:
                return DEED_WORDS[row.version.deed]

    def _tip(self, row: HistoryRow, column: int) -> str:
        version = row.version
        match column:
            case 0 | 1:
                lines = [f"Version {version.number} · {version.commit[:10]}"]
                lines += ["The current version"] if row.is_current else []
                lines += [f"{KIND_WORDS[label.kind].capitalize()}: {label.name}" for label in row.labels]
                return _plain("\n".join([*lines, "", version.message[:_LONGEST_TIP]]))
            case 2:
                label = self._rows.main.label if self._rows is not None else ""
                words = change_words(row, f"version {row.before}")
                return f"{label}: {number(row.value)}" + (f"\n{words[:1].upper()}{words[1:]}" if words else "")
            case 3:
                return _plain(f"{version.author} <{version.email}>" if version.email else version.author)
            case 4:
                return local_time("%A, %Y-%m-%d %H:%M:%S", version.at)
            case _:
                words = DEED_WORDS[version.deed]
                return f"{words[:1].upper()}{words[1:]}"

    def _metric_header(self) -> str:
        if self._rows is None:
            return ""
        return f"{self._rows.main.label} {'↑' if self._rows.main.direction == 'higher' else '↓'}"

    def _show_fitting(self) -> None:
        self._shown, self._positions = range(len(self._rows) if self._rows is not None else 0), {}
        if self._filter and self._rows is not None:
            self._shown = self._rows.fitting(self._filter)
            self._positions = {place: position for position, place in enumerate(self._shown)}


def _plain(text: str) -> str:
    """Give a tool tip that shows ``text`` as it stands and breaks its lines; others' words are no markup."""
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>"
