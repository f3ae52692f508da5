"""The line with which a text is looked for in the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

_PAUSE_MS: Final = 250


class FindBar(QWidget):
    """``asked`` tells a text to look for, empty for none, and the column, empty for all; ``step_wanted`` on or back."""

    asked = Signal(str, str)
    step_wanted = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "find_bar", "Find a text")
        self._field = named(QLineEdit(self), "find_text", "Text to find", "Enter goes on, Shift+Enter back")
        self._field.setPlaceholderText("Find a text")
        theme.mark(self._field, role="search")
        self._where = named(QComboBox(self), "find_where", "Column to look in")
        self._where.setMaximumWidth(160)
        self._count = named(QLabel(self), "find_count", "Cells with this text")
        theme.mark(self._count, role="muted")
        self._back = self._tool("find_previous", "chevron-up", "Previous", "Previous (Shift+F3)")
        self._on = self._tool("find_next", "chevron-down", "Next", "Next (F3)")
        close = self._tool("close_find", "close", "Close", "Close (Esc)")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._field, 1)
        for widget in (self._where, self._count, self._back, self._on, close):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._asked = ("", "")
        self._field.textEdited.connect(lambda _: self._pause.start())
        self._where.activated.connect(lambda _: self._ask())
        self._back.clicked.connect(lambda: self._step(-1))
        self._on.clicked.connect(lambda: self._step(1))
        close.clicked.connect(self.close_bar)
        self.show_count("")
        self.hide()

    @property
    def text(self) -> str:
        """What is looked for."""
        return self._field.text()

    @property
    def column(self) -> str:
        """In which column; empty for all."""
        return str(self._where.currentData() or "")

    def show_columns(self, names: Sequence[str]) -> None:
        """Offer these columns to look in."""
        before = self.column
        self._where.clear()
        self._where.addItem("All columns", "")
        for name in names:
            self._where.addItem(name, name)
        self._where.setCurrentIndex(max(0, self._where.findData(before)))

    def open(self) -> None:
        """Come into view, with the text chosen."""
        self.show()
        self._field.selectAll()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.text:
            self._ask()

    def close_bar(self) -> None:
        """Go, and look for nothing more."""
        self.hide()
        self._asked = ("", "")
        self.asked.emit("", "")
        self.closed.emit()

    def show_count(self, words: str) -> None:
        """Show how many cells there are."""
        self._count.setText(words)
        for button in (self._back, self._on):
            button.setEnabled(bool(words) and words != "Not found")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        self._pause.stop()
        if (self.text, self.column) != self._asked:
            self._ask()
        else:
            self.step_wanted.emit(step)

    def _ask(self) -> None:
        self._asked = (self.text, self.column)
        self.asked.emit(*self._asked)

    def _tool(self, name: str, picture: str, words: str, tip: str) -> QToolButton:
        return pictured(named(QToolButton(self), name, words, tip), picture, "muted", 14)
