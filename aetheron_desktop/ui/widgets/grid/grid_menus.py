"""The menus of a cell and of the head of a column."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from aetheron_desktop.engine.datasets import expression
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.expression_parts import Kind
    from aetheron_desktop.ui.widgets.grid.view_choice import ViewChoice

    Change = Callable[[ViewChoice], None]

_SHOWN: Final = 28


def filters(column: str, value: str | None, kind: Kind) -> list[tuple[str, str]]:
    """Give what can be filtered by a cell: the words for it, and the condition."""
    name = expression.column(column)
    if value is None:
        return [
            ("Keep only rows where this is missing", f"{name} is missing"),
            ("Without rows where this is missing", f"{name} is not missing"),
        ]
    text = value if kind in {"integer", "number"} else "'" + value.replace("'", "''") + "'"
    if kind == "boolean":
        text = value
    shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    made = [
        (f"Keep only rows with “{shown}”", f"{name} = {text}"),
        (f"Without “{shown}”", f"({name} != {text} or {name} is missing)"),
    ]
    if kind in {"integer", "number", "date"}:
        made += [(f"At least {shown}", f"{name} >= {text}"), (f"At most {shown}", f"{name} <= {text}")]
    return made


def column_menu(parent: QWidget, column: str, choice: ViewChoice, change: Change) -> QMenu:
    """Make the menu of a column; ``change`` hears the choice that is wished for."""
    menu = named(QMenu(parent), "column_menu", f"Column {column}")
    add_column_rows(menu, column, choice, change)
    return menu


def add_row(menu: QMenu, name: str, words: str, act: Callable[[], None], keys: str = "", picture: str = "") -> None:
    """Put a row into ``menu``."""
    action = QAction(words, menu)
    action.setObjectName(name)
    action.setShortcut(QKeySequence(keys))
    if picture:
        action.setIcon(icon(picture, "muted"))
    action.triggered.connect(act)
    menu.addAction(action)


def add_column_rows(menu: QMenu, column: str, choice: ViewChoice, change: Change) -> None:
    """Put into ``menu`` what can be done with a column."""

    def row(name: str, words: str, after: ViewChoice, picture: str = "") -> None:
        add_row(menu, name, words, partial(change, after), picture=picture)

    row("sort_ascending", "Sort upwards", choice.sorted_by(column, descending=False), "chevron-up")
    row("sort_descending", "Sort downwards", choice.sorted_by(column, descending=True), "chevron-down")
    if choice.sort and all(key.column != column for key in choice.sort):
        row("sort_also", "Then sort by this as well", choice.clicked(column, added=True), "sort")
    menu.addSeparator()
    pinned = column in choice.pinned
    row("pin_column", "Let it scroll again" if pinned else "Keep at the left", choice.pin(column), "sidebar")
    row("hide_column", "Hide this column", choice.hide([column]), "minus")
