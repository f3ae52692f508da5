"""Every key of the window on one sheet, made from the commands themselves."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.actions import ACTIONS, MENUS, Action
from aetheron_desktop.ui.widgets.naming import named

# Keys of single parts, which are no commands of the window.
ELSEWHERE = (
    ("Next or last part", "Tab, Shift+Tab"),
    ("Close what lies over the window", "Esc"),
    ("Menus", "Alt"),
    ("Rename the chosen dataset or model", "F2"),
    ("Remove the chosen dataset or model", "Del"),
    ("Find in the rows, next, previous", "Ctrl+F, F3, Shift+F3"),
    ("Filter the rows", "Ctrl+L"),
    ("What is in the columns", "Ctrl+H"),
    ("Copy cells with their names", "Ctrl+Shift+C"),
    ("Train, inside the Train tab", "Ctrl+Return"),
)


class ShortcutsDialog(QDialog):
    """The sheet, in two columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "shortcuts", "Keyboard shortcuts")
        self.setWindowTitle("Keyboard shortcuts")
        title = QLabel("Keyboard shortcuts", self)
        theme.mark(title, role="title")
        sections: list[tuple[str, list[tuple[str, str]]]] = [
            (menu, [(one.words, shortcut_words(one)) for one in ACTIONS if one.menu == menu]) for menu in MENUS
        ]
        sections.append(("Everywhere", list(ELSEWHERE)))
        columns = QHBoxLayout()
        columns.setSpacing(48)
        for part in (sections[:2], sections[2:]):
            column = QVBoxLayout()
            column.setSpacing(theme.GAP)
            for name, rows in part:
                column.addLayout(self._section(name, rows))
                column.addSpacing(theme.GAP)
            column.addStretch(1)
            columns.addLayout(column)
        close = named(QPushButton("Close", self), "close_shortcuts", "Close the sheet")
        theme.mark(close, role="primary")
        close.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 20)
        layout.setSpacing(theme.WIDE)
        layout.addWidget(title)
        layout.addLayout(columns)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    def _section(self, name: str, rows: list[tuple[str, str]]) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        grid.setHorizontalSpacing(theme.LOOSE)
        grid.setColumnStretch(0, 1)
        head = QLabel(name, self)
        theme.mark(head, role="strong")
        grid.addWidget(head, 0, 0, 1, 2)
        for number, (words, keys) in enumerate(rows, start=1):
            label = QLabel(words, self)
            theme.mark(label, role="muted")
            key = QLabel(keys, self)
            theme.mark(key, role="key")
            key.setAccessibleName(f"{words}: {keys}")
            grid.addWidget(label, number, 0)
            grid.addWidget(key, number, 1, Qt.AlignmentFlag.AlignRight)
        return grid


def shortcut_words(action: Action) -> str:
    """Give the keys of a command as this system writes them."""
    keys = (action.shortcut, *action.more_shortcuts)
    return ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)
