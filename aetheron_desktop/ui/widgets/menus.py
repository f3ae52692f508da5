"""The menus and the keys of a window, made from the commands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from aetheron_desktop.ui.actions import ACTIONS, MENUS
from aetheron_desktop.ui.icons import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

    from aetheron_desktop.ui.actions import Action, Shell


def fill(bar: QMenuBar, shell: Shell, window: QMainWindow) -> None:
    """Put every command into its menu; its keys work in the whole window."""
    for name in MENUS:
        menu = bar.addMenu(f"&{name}")
        menu.setObjectName(f"menu_{name.lower()}")
        rows = [(one, _row(one, shell, window)) for one in ACTIONS if one.menu == name]
        for one, row in rows:
            if one.starts_section:
                menu.addSeparator()
            menu.addAction(row)
        menu.aboutToShow.connect(partial(_grey_out, rows, shell))
        # A greyed row would swallow its keys, so all rows are ready again once nobody looks.
        menu.aboutToHide.connect(partial(_ready, rows))
        _keep_quiet(menu)


def _row(one: Action, shell: Shell, window: QMainWindow) -> QAction:
    row = QAction(one.text, window)
    row.setObjectName(one.id)
    row.setShortcuts([QKeySequence(keys) for keys in (one.shortcut, *one.more_shortcuts)])
    if one.icon:
        row.setIcon(icon(one.icon, "muted"))
    row.triggered.connect(lambda: one.run(shell) if one.when(shell) else None)
    window.addAction(row)
    return row


def _grey_out(rows: list[tuple[Action, QAction]], shell: Shell) -> None:
    for one, row in rows:
        row.setEnabled(one.when(shell))


def _ready(rows: list[tuple[Action, QAction]]) -> None:
    for _, row in rows:
        row.setEnabled(True)


def _keep_quiet(menu: QMenu) -> None:
    menu.setToolTipsVisible(False)
