"""What is said when the file of a dataset has changed since it was imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import DatasetInfo, SourceState


class SourceBanner(QFrame):
    """``update_wanted`` asks for a new version, ``look_wanted`` to see first what has changed in its columns."""

    update_wanted = Signal()
    look_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "source_banner", "The file has changed")
        theme.mark(self, role="card", tone="info")
        self._dismissed: set[str] = set()
        self._id = ""
        self._icon = QLabel(self)
        self._words = named(QLabel(self, wordWrap=True), "source_words")
        update = named(QPushButton("Import as a new version", self), "source_update", "Import as a new version")
        look = named(QPushButton("Look first…", self), "source_look", "See what has changed in its columns")
        later = named(QPushButton("Not now", self), "source_later", "Do not say this again")
        update.clicked.connect(self.update_wanted)
        look.clicked.connect(self.look_wanted)
        later.clicked.connect(self._dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._icon)
        layout.addWidget(self._words, 1)
        for button in (update, look, later):
            theme.mark(button, role="ghost")
            layout.addWidget(button)
        self.hide()
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def show_source(self, info: DatasetInfo | None, state: SourceState) -> None:
        """Show how the file of a dataset is; nothing when it is as it was, or when that was heard and put off."""
        self._id = info.id if info is not None else ""
        if info is not None:
            self._words.setText(f"{info.source} has changed since it was imported. The rows below are those of then.")
        self.setVisible(state == "changed" and self._id not in self._dismissed)

    def _dismiss(self) -> None:
        self._dismissed.add(self._id)
        self.hide()

    def _draw_icon(self) -> None:
        self._icon.setPixmap(icon("refresh", "accent").pixmap(QSize(16, 16), self.devicePixelRatioF()))
