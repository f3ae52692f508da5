"""What is shown where there is nothing yet: what would stand here, and how it gets here."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon

_ICON = 32


class Empty(QFrame):
    """An icon, a line and a sentence, in the middle."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="empty")
        self._name = name
        self._icon = QLabel(self)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel(self)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = QLabel(self, wordWrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setMaximumWidth(420)
        theme.mark(self._title, role="heading")
        theme.mark(self._text, role="muted")
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self._text, 8)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme.GAP)
        layout.addStretch()
        layout.addWidget(self._icon)
        layout.addWidget(self._title)
        layout.addLayout(line)
        layout.addStretch()
        self._draw_icon()
        theme.changed.connect(self._draw_icon)

    def show_words(self, title: str, text: str) -> None:
        """Say what is missing and what to do."""
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(f"{title}. {text}")

    def _draw_icon(self) -> None:
        self._icon.setPixmap(icon(self._name, "faint").pixmap(QSize(_ICON, _ICON), self.devicePixelRatioF()))
