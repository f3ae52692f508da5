"""The names of a control: one for tests and styles, one that screen readers say, one that the pointer shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton

from aetheron_desktop.ui.icons import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton, QWidget

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
