"""Which of several classes the curves are about, against the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

_VISIBLE = 18


class FocusBar(QFrame):
    """``chosen`` tells the place of another class."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="card")
        self.setObjectName("focus_bar")
        title = QLabel("Class", self)
        theme.mark(title, role="strong")
        self._classes = named(
            QComboBox(self),
            "focus_class",
            "The class that is looked at",
            "Held against the rest in plots, reasons and groups",
        )
        self._classes.setMaxVisibleItems(_VISIBLE)
        self._classes.setMinimumContentsLength(16)
        self._classes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        title.setBuddy(self._classes)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(theme.GAP)
        row.addWidget(title)
        row.addWidget(self._classes)
        self._classes.currentIndexChanged.connect(self._on_chosen)

    def show_classes(self, classes: Sequence[str], focus: int) -> None:
        """Offer classes, one of them chosen."""
        with QSignalBlocker(self._classes):
            self._classes.clear()
            self._classes.addItems(list(classes))
            self._classes.setCurrentIndex(focus)

    def _on_chosen(self, place: int) -> None:
        if place >= 0:
            self.chosen.emit(place)
