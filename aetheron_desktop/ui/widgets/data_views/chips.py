"""A few choices side by side, one of them pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QBoxLayout, QWidget


class Chips(QButtonGroup):
    """``choices`` are key, words and tool tip of each; the first is pressed."""

    def __init__(self, name: str, choices: Sequence[tuple[str, str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        for key, words, tip in choices:
            button = named(QPushButton(words, parent), f"{name}_{key}", words, tip)
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.setProperty("key", key)
            theme.mark(button, role="chip")
            self.addButton(button)
        self.buttons()[0].setChecked(True)

    @property
    def key(self) -> str:
        """The key of the pressed one."""
        pressed = self.checkedButton()
        return str(pressed.property("key")) if pressed is not None else ""

    def add_to(self, layout: QBoxLayout) -> None:
        """Put the buttons into a layout."""
        for button in self.buttons():
            layout.addWidget(button)

    def show_all(self, shown: bool) -> None:
        """Show all of the buttons, or none."""
        for button in self.buttons():
            button.setVisible(shown)

    def offer(self, offered: Sequence[str], wanted: str) -> str:
        """Show those offered, if there is a choice; press the wanted one, or else the first, and give its key."""
        chosen = wanted if wanted in offered else offered[0] if offered else ""
        for button in self.buttons():
            key = str(button.property("key"))
            button.setVisible(key in offered and len(offered) > 1)
            button.setChecked(key == chosen)
        return chosen
