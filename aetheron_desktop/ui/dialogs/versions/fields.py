"""Fields of the dialogs: what is asked above, the control, help, and in words below why it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.registry.labels import checked_label
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.param_field import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtGui import QFocusEvent, QKeyEvent

    from aetheron_desktop.engine.registry.labels import LabelKind

_RETURN: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_LINES: Final = 3
_NEW_LINE: Final = "Shift+Return begins a new line"
_TEXT_ROOM: Final = 26
"""What the style and the document put above and below the lines of a text."""


def plain_label(text: str, parent: QWidget, role: str = "", *, wraps: bool = True) -> QLabel:
    """Make a label that shows ``text`` as it is, also where it looks like HTML."""
    label = QLabel(text, parent, wordWrap=wraps)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        theme.mark(label, role=role)
    return label


class Field(QWidget):
    """``check`` gives in words what is wrong, nothing when all is right; ``submitted`` asks for the primary button."""

    submitted = Signal()

    def __init__(
        self, words: str, control: QWidget, parent: QWidget, *, hint: str = "", check: Callable[[], str] | None = None
    ) -> None:
        super().__init__(parent)
        self.control = control
        self.first = control
        """What gets the focus; Qt's proxy of the focus would catch the Tab key in the field."""
        self._check = check
        self._hint_words = hint
        control.setAccessibleName(words)
        control.setAccessibleDescription(hint)
        label = QLabel(words, self)
        label.setBuddy(control)
        self._hint = plain_label(hint, self, "caption")
        self._hint.setVisible(bool(hint))
        self._refusal = named(Refusal(self), f"{control.objectName()}_refusal")
        for part in self._refusal.findChildren(QLabel):
            part.setTextFormat(Qt.TextFormat.PlainText)
        self._aside = plain_label("", self, "caption", wraps=False)
        head = QHBoxLayout()
        head.addWidget(label)
        head.addStretch(1)
        head.addWidget(self._aside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.TIGHT)
        layout.addLayout(head)
        layout.addWidget(control, 1)
        layout.addWidget(self._refusal)
        layout.addWidget(self._hint)

    @property
    def is_refused(self) -> bool:
        """Whether something was said against what stands in it."""
        return not self._refusal.isHidden()

    def focus(self) -> None:
        """Let the keys go to it."""
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def is_right(self) -> bool:
        """Look at what stands in it, and say what is wrong."""
        self.refuse(self._check() if self._check is not None else "")
        return not self.is_refused

    def refuse(self, words: str) -> None:
        """Say in ``words`` what is wrong; nothing when they are empty."""
        self._refusal.show_words(words)
        theme.mark(self.control, invalid=bool(words))
        self.control.setAccessibleDescription(f"{words} {self._hint_words}".strip())

    def show_hint(self, hint: str) -> None:
        """Help otherwise."""
        self._hint_words = hint
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.control.setAccessibleDescription(hint)


class LineField(Field):
    """One line of text; what is wrong is said while it is typed."""

    def __init__(
        self,
        name: str,
        words: str,
        parent: QWidget,
        *,
        hint: str = "",
        placeholder: str = "",
        check: Callable[[], str] | None = None,
    ) -> None:
        self.edit = named(QLineEdit(parent), name)
        self.edit.setPlaceholderText(placeholder)
        super().__init__(words, self.edit, parent, hint=hint, check=check)
        self.edit.textChanged.connect(self._on_text)

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.edit.text().strip()

    def _on_text(self) -> None:
        # An empty field is not wrong before somebody has done with it.
        if self.text or self.is_refused:
            self.is_right()


class NameField(LineField):
    """The name of a variation, a mark, an alias or a remote, beside those that are ``known``."""

    def __init__(
        self,
        name: str,
        kind: LabelKind,
        known: Iterable[str],
        parent: QWidget,
        *,
        hint: str = "",
        placeholder: str = "",
    ) -> None:
        super().__init__(name, "Name", parent, hint=hint, placeholder=placeholder, check=self._wrong)
        self._kind: LabelKind = kind
        self.known = frozenset(known)

    @property
    def label(self) -> str:
        """The name as it will be written.

        Raises:
            UsageError: it cannot be one.
        """
        return checked_label(self._kind, self.text, self.known)

    def _wrong(self) -> str:
        if not self.text:
            return "Give it a name."
        try:
            made = self.label
        except AetheronError as error:
            return f"{error.detail} {error.hint}"
        self.show_hint(f"It will be written as {made}." if made != self.text else "")
        return ""


class TextArea(QPlainTextEdit):
    """Several lines; ``submitted`` by Ctrl+Return, of a sentence by Return too, which with Shift is a new line."""

    submitted = Signal()
    focused = Signal(bool)

    def __init__(self, parent: QWidget, *, lines: int = _LINES, is_sentence: bool = True) -> None:
        super().__init__(parent)
        self._is_sentence = is_sentence
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + _TEXT_ROOM)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _RETURN:
            super().keyPressEvent(event)
            return
        is_asked = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_line = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if is_asked or (self._is_sentence and not is_line):
            self.submitted.emit()
        else:
            self.insertPlainText("\n")
            self.ensureCursorVisible()


class MessageField(Field):
    """Why something is done, in the words that stay with it; with ``required`` something must be said."""

    def __init__(self, name: str, words: str, parent: QWidget, *, required: str = "", placeholder: str = "") -> None:
        self.edit = named(TextArea(parent), name)
        self.edit.setPlaceholderText(placeholder)
        self._required = required
        super().__init__(words, self.edit, parent, check=self._wrong)
        self._hint_words = _NEW_LINE
        self.edit.setAccessibleDescription(_NEW_LINE)
        self.edit.focused.connect(lambda is_in: self._aside.setText(_NEW_LINE if is_in else ""))
        self.edit.submitted.connect(self.submitted)
        self.edit.textChanged.connect(self._on_text)

    @property
    def text(self) -> str:
        """What was said."""
        return self.edit.toPlainText().strip()

    def _wrong(self) -> str:
        return "" if self.text else self._required

    def _on_text(self) -> None:
        if self.is_refused:
            self.is_right()
