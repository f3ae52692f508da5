"""The rows that are meant by a click in a plot: counted, shown in the grid, let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class SelectionBar(QFrame):
    """Hidden while no row is meant; ``grid_wanted`` asks for the rows, ``clear_wanted`` lets them go."""

    grid_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="card", tone="warning")
        self.setObjectName("selection_bar")
        self._words = named(ElidedLabel(self), "selection_words")
        theme.mark(self._words, role="strong")
        self._grid = pictured(
            named(QPushButton("Show in grid", self), "selection_grid", "Show these rows in the grid"), "table"
        )
        clear = named(QPushButton("Clear", self), "selection_clear", "Mean no rows any more", "Esc")
        theme.mark(clear, role="ghost")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 6, 4)
        row.setSpacing(theme.GAP)
        # At the right notices come up, and would lie over the buttons.
        row.addWidget(self._words)
        row.addWidget(self._grid)
        row.addWidget(clear)
        row.addStretch(1)
        self._grid.clicked.connect(self.grid_wanted)
        clear.clicked.connect(self.clear_wanted)
        self.hide()

    def show_selection(self, count: int, of: int, words: str, *, has_dataset: bool) -> None:
        """Say how many rows are meant, and which."""
        text = f"{count:,} row{'' if count == 1 else 's'} of {of:,}: {words}"
        self._words.setText(text)
        self._words.setToolTip(text)
        self._grid.setEnabled(has_dataset and count > 0)
        self._grid.setToolTip("" if has_dataset else "The dataset is not here any more.")
        self.show()
