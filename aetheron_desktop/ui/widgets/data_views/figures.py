"""The figures of a column as a quiet table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem

from aetheron_desktop.engine.datasets import profile_words as words
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.profile import ColumnProfile

_ROW = 25
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Figures(QTableWidget):
    """Names, values, and how far off a sample may be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 2, parent)
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
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed.connect(self._recolor)

    def show_profile(self, profile: ColumnProfile) -> None:
        """Show the figures of a column."""
        lines = words.statistics(profile)
        self.setRowCount(len(lines))
        for row, line in enumerate(lines):
            shown = f"{line.value}   {line.error}" if line.error else line.value
            for place, text in ((0, line.label), (1, shown)):
                item = self.item(row, place) or QTableWidgetItem()
                item.setText(text)
                item.setToolTip(f"{line.label}: {line.value}" + (f"\n{line.error}" if line.error else ""))
                if place:
                    item.setTextAlignment(_RIGHT)
                if self.item(row, place) is None:
                    self.setItem(row, place, item)
        self._recolor()

    def _recolor(self) -> None:
        for row in range(self.rowCount()):
            if (label := self.item(row, 0)) is not None:
                label.setForeground(theme.color("muted"))
