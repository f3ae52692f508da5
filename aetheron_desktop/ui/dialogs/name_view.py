"""What a view of the leaderboard is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.dialog_buttons import dialog_buttons
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Collection


class NameViewDialog(QDialog):
    """``chosen`` gives the name; one that there is already is said to be replaced."""

    chosen = Signal(str)

    def __init__(self, taken: Collection[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "name_view_dialog", "Save the view")
        self.setWindowTitle("Save the view")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(380)
        self._taken = taken
        words = QLabel("Condition, columns, order and groups are kept under this name.", self, wordWrap=True)
        theme.mark(words, role="muted")
        self._name = named(QLineEdit(self), "view_name", "Name of the view")
        self._name.setMaxLength(60)
        self._notice = QLabel(self, wordWrap=True)
        theme.mark(self._notice, role="caption")
        buttons, self._save = dialog_buttons(self, "Save")
        buttons.accepted.connect(self._accept)
        self._name.textChanged.connect(self._show_state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.LOOSE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        for widget in (words, self._name, self._notice, buttons):
            layout.addWidget(widget)
        self._show_state("")
        self._name.setFocus()

    def _show_state(self, text: str) -> None:
        name = " ".join(text.split())
        self._save.setEnabled(bool(name))
        self._notice.setText("The view of this name is replaced." if name in self._taken else "")

    def _accept(self) -> None:
        self.chosen.emit(self._name.text())
        self.accept()
