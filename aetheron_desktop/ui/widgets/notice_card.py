"""One notice as a card: what happened, what to do next, and the button that does it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import messages, theme
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from aetheron_desktop.ui.messages import Notice

LEVEL_ICONS = {"info": "info", "success": "success", "warning": "warning", "error": "error"}


class NoticeCard(QFrame):
    """``acted`` asks for the notice's action, ``closed`` says that it was read."""

    acted = Signal(object)  # Notice
    closed = Signal()

    def __init__(self, notice: Notice, *, with_age: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        named(self, "notice", notice.spoken())
        theme.mark(self, role="card" if with_age else "floating")
        icon = Picture(LEVEL_ICONS[notice.level], 18, messages.TONES[notice.level], self)
        icon.setAccessibleName(messages.WORDS[notice.level])
        words = QVBoxLayout()
        words.setSpacing(3)
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        head.addWidget(self._label(notice.title, "strong"), 1)
        if with_age:
            self._age = self._label("", "caption")
            self._age.setWordWrap(False)
            head.addWidget(self._age, 0, Qt.AlignmentFlag.AlignTop)
            self.show_age()
        words.addLayout(head)
        for text, role in ((notice.detail, ""), (notice.hint, "muted")):
            if text:
                words.addWidget(self._label(text, role))
        if notice.action in messages.ACTIONS:
            words.addWidget(self._button(messages.ACTIONS[notice.action]), 0, Qt.AlignmentFlag.AlignLeft)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 12, 10 if not with_age else 14, 12)
        layout.setSpacing(12)
        layout.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        if not with_age:
            layout.addWidget(self._close_button(), 0, Qt.AlignmentFlag.AlignTop)

    def show_age(self) -> None:
        """Say how long ago it was."""
        self._age.setText(messages.ago(time.time() - self.notice.at))

    def _label(self, text: str, role: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        # Text that can be selected is wrapped within long words as well, such as paths, and can be copied.
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if role:
            theme.mark(label, role=role)
        return label

    def _button(self, text: str) -> QPushButton:
        button = named(QPushButton(text, self), "notice_action", f"{text}: {self.notice.title}")
        theme.mark(button, role="link")
        button.clicked.connect(lambda: self.acted.emit(self.notice))
        return button

    def _close_button(self) -> QToolButton:
        button = named(QToolButton(self), "notice_close", f"Close: {self.notice.title}", "Close")
        pictured(button, "close", "muted", 14)
        button.clicked.connect(self.closed)
        return button
