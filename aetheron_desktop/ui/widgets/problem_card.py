"""An expected failure where it happened: what, why, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon

if TYPE_CHECKING:
    from typing import Literal

_ICONS = {"danger": "error", "warning": "warning", "success": "success", "info": "info"}


class ProblemCard(QFrame):
    """Title, detail and hint on a ground of its tone; hidden until there is something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = "danger"
        theme.mark(self, role="card", tone=self._tone)
        self._icon = QLabel(self)
        self._icon.setFixedSize(18, 18)
        self._title, self._detail, self._hint = (QLabel(self, wordWrap=True) for _ in range(3))
        theme.mark(self._title, role="strong")
        theme.mark(self._hint, role="muted")
        for label in (self._title, self._detail, self._hint):
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        words = QVBoxLayout()
        words.setSpacing(theme.TIGHT)
        for label in (self._title, self._detail, self._hint):
            words.addWidget(label)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(10)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.hide()
        theme.changed.connect(self._draw_icon)

    def show_words(
        self, title: str, detail: str, hint: str, tone: Literal["danger", "warning", "success", "info"] = "danger"
    ) -> None:
        """Say it; empty parts take no room, and without any the card is hidden."""
        self._tone = tone
        theme.mark(self, role="card", tone=tone)
        for label, text in ((self._title, title), (self._detail, detail), (self._hint, hint)):
            label.setText(text)
            label.setVisible(bool(text))
        self.setAccessibleName(" ".join(text for text in (title, detail, hint) if text))
        self.setVisible(bool(title or detail or hint))
        self._draw_icon()

    def _draw_icon(self) -> None:
        picture = icon(_ICONS[self._tone], self._tone).pixmap(QSize(18, 18), self.devicePixelRatioF())
        self._icon.setPixmap(picture)
