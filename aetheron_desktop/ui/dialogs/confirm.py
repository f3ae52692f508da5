"""A question before something that cannot be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable


def confirm(parent: QWidget, title: str, text: str, verb: str, then: Callable[[], object]) -> QDialog:
    """Ask; ``then`` is called when the person says ``verb``. The dialog is open when this returns."""
    dialog = QDialog(parent)
    named(dialog, "confirm_dialog", title)
    dialog.setWindowTitle(title)
    dialog.setMinimumWidth(380)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    head = QLabel(title, dialog, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    theme.mark(head, role="heading")
    words = QLabel(text, dialog, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    theme.mark(words, role="muted")
    go = named(QPushButton(verb, dialog), "confirm_go", verb)
    theme.mark(go, role="danger")
    cancel = named(QPushButton("Cancel", dialog), "confirm_cancel")
    buttons = QDialogButtonBox(dialog)
    buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
    buttons.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    dialog.accepted.connect(then)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(theme.LOOSE, theme.LOOSE, theme.LOOSE, theme.WIDE)
    layout.setSpacing(theme.GAP + 4)
    for widget in (head, words, buttons):
        layout.addWidget(widget)
    cancel.setFocus()
    dialog.open()
    return dialog
