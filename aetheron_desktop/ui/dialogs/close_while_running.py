"""What is to become of the runs when the window closes."""

from __future__ import annotations

from typing import Literal, TypeAlias

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.picture import Picture

Mode: TypeAlias = Literal["keep", "stop", "cancel"]

_CHOICES: tuple[tuple[Mode, str, str, str], ...] = (
    ("keep", "play", "Keep training in the background", "The next start shows how far it is, and offers what waits."),
    ("stop", "save", "Stop and keep the best", "Each run ends now with its best model so far. Takes a moment."),
    ("cancel", "trash", "Cancel training", "Nothing of what is still running is kept."),
)


_EDGE = 26


class CloseWhileRunningDialog(QDialog):
    """``chosen`` tells the choice; closing the dialog keeps the window."""

    chosen = Signal(str)  # Mode

    def __init__(self, running: int, waiting: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "close_while_running", "Runs are still going")
        self.setWindowTitle("Runs are still going")
        self.setMinimumWidth(460)
        title = QLabel("Runs are still going", self)
        theme.mark(title, role="title")
        detail = QLabel(_count(running, waiting), self)
        theme.mark(detail, role="muted")
        detail.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_EDGE, 22, _EDGE, 20)
        layout.setSpacing(theme.GAP)
        layout.addWidget(title)
        layout.addWidget(detail)
        layout.addSpacing(theme.GAP)
        for mode, icon, words, effect in _CHOICES:
            layout.addWidget(self._choice(mode, icon, words, effect))
        stay = named(QPushButton("Don't close", self), "stay", "Don't close")
        stay.setDefault(True)
        stay.clicked.connect(self.reject)
        layout.addSpacing(theme.GAP)
        layout.addWidget(stay, 0, Qt.AlignmentFlag.AlignRight)
        stay.setFocus()

    def _choice(self, mode: Mode, icon: str, words: str, effect: str) -> QPushButton:
        button = Choice(icon, words, effect, self)
        button.setObjectName(f"close_{mode}")
        button.clicked.connect(lambda: self._answer(mode))
        return button

    def _answer(self, mode: Mode) -> None:
        self.accept()
        self.chosen.emit(mode)


class Choice(QPushButton):
    """A large button that says what it does."""

    def __init__(self, icon: str, words: str, effect: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="tile")
        self.setAutoDefault(False)
        self.setAccessibleName(words)
        self.setAccessibleDescription(effect)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        title, small = QLabel(words, self), QLabel(effect, self)
        theme.mark(title, role="strong")
        theme.mark(small, role="muted")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(title)
        texts.addWidget(small)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 10, 16, 10)
        self._row.setSpacing(14)
        self._row.addWidget(Picture(icon, 20, "accent", self))
        self._row.addLayout(texts, 1)
        for child in self.findChildren(QLabel):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return self._row.sizeHint()


def _count(running: int, waiting: int) -> str:
    words = "One run is training" if running == 1 else f"{running} runs are training"
    if not waiting:
        return f"{words}."
    return f"{words}, {waiting} {'waits' if waiting == 1 else 'wait'} in the queue."
