"""An icon that stands by itself, beside words that say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QWidget

from aetheron_desktop.ui.icons import icon

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class Picture(QLabel):
    """Icon ``name`` of ``size`` points in the colours of the moment; screen readers pass it by."""

    def __init__(self, name: str, size: int = 18, color: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._icon = icon(name, color)
        self.setFixedSize(size, size)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_icon(self, name: str, color: str = "text") -> None:
        """Show another one."""
        self._icon = icon(name, color)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._icon.paint(painter, QRect(0, 0, self._size, self._size))
