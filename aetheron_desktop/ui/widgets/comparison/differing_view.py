"""What differs between the chosen runs, a column each; what is the same is hidden until it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.comparing.differing import RunDifference

_FIRST = 2
"""So many columns stand before those of the runs."""


class DifferingView(QWidget):
    """A line for each thing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "differing_view", "What differs")
        self._told: RunDifference | None = None
        self._names: Mapping[str, str] = {}
        self._words = named(QLabel(self, wordWrap=True), "differing_words")
        theme.mark(self._words, role="strong")
        self._all = named(QPushButton("Show all", self), "differing_all", "Show also what is the same")
        self._all.setCheckable(True)
        theme.mark(self._all, role="chip")
        self._all.toggled.connect(self._draw)
        self._table = named(QTableWidget(0, 0, self), "differing_table", "What differs, a column for each run")
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.setTabKeyNavigation(False)
        self._table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self._table.horizontalHeader().setStretchLastSection(True)
        self._table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        line = QHBoxLayout()
        line.addWidget(self._words, 1)
        line.addWidget(self._all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.GAP, theme.WIDE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addLayout(line)
        layout.addWidget(self._table, 1)
        layout.addStretch()
        self.show_nothing("Choose two to eight runs to see what differs between them.")

    def show_nothing(self, words: str) -> None:
        """Say why there is nothing to see."""
        self._told = None
        self._words.setText(words)
        self._all.hide()
        self._table.hide()

    def show_difference(self, told: RunDifference, names: Mapping[str, str]) -> None:
        """Show how runs differ; ``names`` has theirs by their ids."""
        self._told, self._names = told, names
        self._all.show()
        self._draw()

    def _draw(self) -> None:
        told = self._told
        if told is None:
            return
        changed = told.changed()
        lines = told.lines if self._all.isChecked() else changed
        count = len(changed)
        self._words.setText(f"{count:,} difference{'' if count == 1 else 's'}" if count else "Nothing differs.")
        table = self._table
        table.setVisible(bool(lines))
        table.clear()
        table.setRowCount(len(lines))
        table.setColumnCount(_FIRST + len(told.runs))
        table.setHorizontalHeaderLabels(["", "", *(self._names.get(run, run) for run in told.runs)])
        section = ""
        for row, line in enumerate(lines):
            cells = ("" if line.section == section else line.section, line.name, *line.values)
            section = line.section
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if column < _FIRST:
                    item.setForeground(theme.color("muted"))
                table.setItem(row, column, item)
        table.resizeColumnsToContents()
