"""What differs between two versions, as it is shown: a row for each thing, in words for the eye and for the ear."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from aetheron_desktop.engine.evaluation.metrics import ALL
from aetheron_desktop.engine.versioning.difference import SECTIONS
from aetheron_desktop.ui.item_models.history_rows import magnitude
from aetheron_desktop.ui.item_models.quantities import NONE
from aetheron_desktop.ui.widgets.versions.texts import tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.registry.versions import VersionInfo
    from aetheron_desktop.engine.versioning.difference import DifferenceLine, Section, VersionDifference

_Index = QModelIndex | QPersistentModelIndex
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
TITLES: Final[dict[Section, str]] = {
    "metrics": "Metrics",
    "model": "Model",
    "importance": "Most important columns",
    "parameters": "Parameters",
    "plan": "Plan",
    "data": "Data",
    "columns": "Columns",
    "environment": "Environment",
}
_METRICS: Final = {metric.label: metric.name for metric in ALL}


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One thing, before and after.

    Of a metric, ``low_high`` are the intervals of the two (empty where they are not known), ``change`` is how far the
    value went and which way, and ``is_better`` tells whether that is for the better.
    """

    name: str
    before: str
    after: str
    low_high: tuple[str, str] = ("", "")
    change: str = ""
    is_better: bool | None = None
    is_same: bool = False

    @property
    def text(self) -> str:
        """Give it in a line for the eye."""
        before, after = (f"{value} ({words})" if words else value for value, words in self._sides())
        if self.is_same:
            return f"{self.name}: {after}"
        return " ".join(part for part in (f"{self.name}: {before} → {after}", self.change) if part)

    @property
    def spoken(self) -> str:
        """Give it in a line for the ear: no arrows, and no dash where there is nothing."""
        before, after = (
            ("none" if value == NONE else f"{value}, interval {words}" if words else value)
            for value, words in self._sides()
        )
        if self.is_same:
            return f"{self.name}: {after}, the same"
        size = f" by {self.change.partition(' ')[2]}" if self.change else ""
        told = {True: f"; better{size}", False: f"; worse{size}", None: ""}[self.is_better]
        return f"{self.name}: before {before}; after {after}{told}"

    def _sides(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return (self.before, self.low_high[0]), (self.after, self.low_high[1])


def rows_of(
    difference: VersionDifference, before: VersionInfo, after: VersionInfo
) -> dict[Section, tuple[DifferenceRow, ...]]:
    """Give the rows of each section, in the order of the sections; the versions have the values without rounding."""
    found: dict[Section, list[DifferenceRow]] = {section: [] for section in SECTIONS}
    for line in difference.lines:
        found[line.section].append(_metric(line, before, after) if line.section == "metrics" else _plain(line))
    return {section: tuple(rows) for section, rows in found.items()}


def _plain(line: DifferenceLine) -> DifferenceRow:
    return DifferenceRow(line.name, line.before or NONE, line.after or NONE, is_same=line.is_same)


def _metric(line: DifferenceLine, before: VersionInfo, after: VersionInfo) -> DifferenceRow:
    (a, first), (b, second) = (_value_and_interval(words) for words in (line.before, line.after))
    name = _METRICS.get(line.name, "")
    change = _change(before.metrics.get(name), after.metrics.get(name))
    is_better = line.better if change else None  # a value against none is neither
    return DifferenceRow(line.name, a, b, (first, second), change, is_better, line.is_same)


def _value_and_interval(words: str) -> tuple[str, str]:
    value, _, interval = words.partition(" (")
    return value.replace("-", "−") or NONE, interval.removesuffix(")").replace("-", "−")


def _change(before: float | None, after: float | None) -> str:
    if before is None or after is None or not math.isfinite(before) or not math.isfinite(after) or before == after:
        return ""
    return f"{'↑' if after > before else '↓'} {magnitude(after - before, after)}"


class DifferenceTable(QAbstractListModel):
    """The rows of one section: all of them, or those that are not the same."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[DifferenceRow] = ()

    @property
    def rows(self) -> Sequence[DifferenceRow]:
        """The rows that are shown."""
        return self._rows

    def show_rows(self, rows: Sequence[DifferenceRow]) -> None:
        """Show these from now on."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.text
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case Qt.ItemDataRole.ToolTipRole:
                return tip(row.text if row.is_same else f"{row.name}\nbefore: {row.before}\nafter: {row.after}")
            case _ if role == ROW_ROLE:
                return row
        return None
