"""Says what was deleted, while that can be undone."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.widgets.naming import named


class RemovedBar(QFrame):
    """``undo_wanted`` and ``free_wanted`` are about all that was deleted since the window opened."""

    undo_wanted = Signal()
    free_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "removed_bar", "Deleted runs")
        theme.mark(self, role="bar")
        self._words = named(QLabel(self), "removed_words")
        undo = named(QPushButton("Undo", self), "removed_undo", "Undo", "Take the runs back that were deleted last")
        free = named(QPushButton("Free now", self), "removed_free", "Free now", "Delete them for good")
        for button in (undo, free):
            theme.mark(button, role="ghost")
        undo.clicked.connect(self.undo_wanted)
        free.clicked.connect(self.free_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.TIGHT, theme.WIDE, theme.TIGHT)
        layout.addWidget(self._words, 1)
        layout.addWidget(undo)
        layout.addWidget(free)
        self.hide()

    def show_removed(self, runs: int, size: int) -> None:
        """Show how many runs were deleted and what they take; nothing without any."""
        which = "1 run is deleted" if runs == 1 else f"{runs:,} runs are deleted"
        self._words.setText(f"{which}: {quantities.size(size)} are freed when the window closes.")
        self.setVisible(runs > 0)
