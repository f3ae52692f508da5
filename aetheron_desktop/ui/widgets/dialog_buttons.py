"""The two buttons at the end of a dialog: what it does, and Cancel."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named


def dialog_buttons(dialog: QDialog, verb: str) -> tuple[QDialogButtonBox, QPushButton]:
    """Give the buttons of ``dialog``, which ``verb`` accepts by what it connects, and the first of them."""
    buttons = QDialogButtonBox(dialog)
    go = named(QPushButton(verb, dialog), f"{dialog.objectName()}_go", verb)
    theme.mark(go, role="primary")
    go.setDefault(True)
    cancel = named(QPushButton("Cancel", dialog), f"{dialog.objectName()}_cancel", "Cancel")
    buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
    buttons.addButton(go, QDialogButtonBox.ButtonRole.AcceptRole)
    buttons.rejected.connect(dialog.reject)
    return buttons, go
