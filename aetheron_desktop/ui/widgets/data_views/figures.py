"""The figures of a column as a quiet table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem

from aetheron_desktop.engine.datasets.profiles import profile_words as words
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile

_ROW = 25
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Figures(QTableWidget):
    """Names, values, and how far off a sample may be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        named(self, "profile_figures", "Figures of the column")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setShowGrid(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setWordWrap(False)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.verticalHeader().setMinimumSectionSize(_ROW)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self._has_errors = False
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed.connect(self._recolor)

    def show_profile(self, profile: ColumnProfile) -> None:
        """Show the figures of a column."""
        lines = words.statistics(profile)
        self.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for place, text in enumerate(line):
                item = self.item(row, place) or QTableWidgetItem()
                item.setText(text)
                item.setToolTip(f"{line.label}: {line.value}" + (f"\n{line.error}" if line.error else ""))
                if place:
                    item.setTextAlignment(_RIGHT)
                if self.item(row, place) is None:
                    self.setItem(row, place, item)
        self._has_errors = any(line.error for line in lines)
        self._make_room()
        self._recolor()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Where there is no room for the errors, they are in the tool tips alone."""
        needed = sum(self.sizeHintForColumn(place) for place in range(self.columnCount()))
        is_narrow = not self._has_errors or needed > self.viewport().width()
        modes = QHeaderView.ResizeMode
        self.setColumnHidden(2, is_narrow)
        self.horizontalHeader().setSectionResizeMode(1, modes.Stretch if is_narrow else modes.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(2, modes.ResizeToContents if is_narrow else modes.Stretch)

    def _recolor(self) -> None:
        for row in range(self.rowCount()):
            for place in (0, 2):
                if (quiet := self.item(row, place)) is not None:
                    quiet.setForeground(theme.color("muted"))
