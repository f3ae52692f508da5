"""The names of a control: one for tests and styles, one that screen readers say, one that the pointer shows.

And its place in the order of the Tab key, where that is not the order in which things were made.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from aetheron_desktop.ui.icons import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton

_Widget = TypeVar("_Widget", bound="QWidget")
_Button = TypeVar("_Button", bound="QAbstractButton")


def named(widget: _Widget, name: str, words: str = "", tip: str = "") -> _Widget:
    """Give ``widget`` its object name, its accessible name ``words`` and its tool tip, which also describes it."""
    widget.setObjectName(name)
    if words:
        widget.setAccessibleName(words)
    if tip:
        widget.setToolTip(tip)
        widget.setAccessibleDescription(tip)
    return widget


def pictured(button: _Button, picture: str, color: str = "text", size: int = 16) -> _Button:
    """Give ``button`` an icon, a little apart from its words."""
    button.setIcon(icon(picture, color))
    # Qt puts words four points beside the icon; what is wider than high is drawn at the left of its room.
    apart = 4 if isinstance(button, QPushButton) and button.text() else 0
    button.setIconSize(QSize(size + apart, size))
    return button


def tabbed(first: QWidget, within: QWidget) -> QWidget:
    """Let the Tab key go on from ``first`` to all that takes the keyboard in ``within``; gives the last of these."""
    there = (one for one in within.findChildren(QWidget) if one.window() is first.window())  # no list of a combo box
    controls = [one for one in there if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    for before, after in pairwise((first, *controls)):
        QWidget.setTabOrder(before, after)
    return controls[-1] if controls else first
