"""What can be freed, a row each, with a tick."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from aetheron_desktop.engine.versioning.cleaning import FOR_GOOD, Kind
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.phrases import shortened
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.history_rows import age
from aetheron_desktop.ui.item_models.quantities import NONE, size
from aetheron_desktop.ui.item_models.tips import plain_tip
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.tables import set_up_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from aetheron_desktop.engine.versioning.cleaning import CleanUpItem

_HEADS: Final = ("What", "Of", "Which", "Since", "Size")
_WIDTHS: Final = {0: 272, 1: 184, 3: 104, 4: 92}
_SINCE: Final = 3
_LEAST_WHICH: Final = 80
_LONGEST_NAME: Final = 24
_KIND_WORDS: Final[dict[Kind, str]] = {
    "files": "Files of versions",
    "explanations": "Explanations of versions",
    "versions": "Dropped variations",
    "checkpoints": "Checkpoints",
    "model": "Model in the bin",
    "dataset": "Dataset in the bin",
    "left": "Leftovers",
    "dated": "Cleaned up before",
}
_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class CleanUpTable(QTableWidget):
    """The largest first; what is gone for good is not ticked and says so. ``ticked_changed`` tells that a tick has."""

    ticked_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(0, len(_HEADS), parent)
        named(self, "clean_up_table", "What can be freed")
        theme.mark(self, role="framed")
        self._items: list[CleanUpItem] = []
        self.setHorizontalHeaderLabels(list(_HEADS))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        set_up_table(self, _WIDTHS, stretched=2)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        last = self.horizontalHeaderItem(len(_HEADS) - 1)
        assert last is not None
        last.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.itemChanged.connect(self._on_changed)

    def show_items(self, items: Sequence[CleanUpItem]) -> None:
        """Show these, the largest first."""
        self._items = sorted(items, key=lambda item: -item.size)
        now = time.time()
        with QSignalBlocker(self):
            self.setRowCount(len(self._items))
            for row, item in enumerate(self._items):
                self._show_row(row, item, now)
        if self._items:
            self.setCurrentCell(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setColumnHidden(_SINCE, self.viewport().width() < sum(_WIDTHS.values()) + _LEAST_WHICH)

    def ticked(self) -> list[CleanUpItem]:
        """Give what is ticked."""
        return [item for row, item in enumerate(self._items) if self._box(row).checkState() == _CHECKED]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Space ticks the row, in whichever cell of it one is.
        if event.key() == Qt.Key.Key_Space and 0 <= self.currentRow() < len(self._items):
            box = self._box(self.currentRow())
            box.setCheckState(_UNCHECKED if box.checkState() == _CHECKED else _CHECKED)
        else:
            super().keyPressEvent(event)

    def _box(self, row: int) -> QTableWidgetItem:
        box = self.item(row, 0)
        assert box is not None
        return box

    def _show_row(self, row: int, item: CleanUpItem, now: float) -> None:
        is_gone = item.kind in FOR_GOOD
        what = _KIND_WORDS[item.kind] + (", for good" if is_gone else "")
        since = age(item.since, now) if item.since else NONE
        for column, text in enumerate((what, item.name, item.detail, since, size(item.size))):
            cell = QTableWidgetItem(shortened(text, _LONGEST_NAME) if column == 1 else text)
            cell.setToolTip(plain_tip(text))
            self.setItem(row, column, cell)
            if column == len(_HEADS) - 1:
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        box = self._box(row)
        box.setFlags(box.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        box.setCheckState(_UNCHECKED if is_gone else _CHECKED)
        box.setData(Qt.ItemDataRole.AccessibleTextRole, f"{what}: {item.name}, {size(item.size)}")
        if is_gone:
            box.setIcon(icon("warning", "warning"))
            box.setToolTip("Nothing of it comes back.")

    def _on_changed(self, cell: QTableWidgetItem) -> None:
        if cell.column() == 0:
            self.ticked_changed.emit()
