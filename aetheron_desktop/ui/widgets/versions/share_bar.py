"""A bar of which a share is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from aetheron_desktop.ui import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_HIGH: Final = 6
_LEAST: Final = 60


class ShareBar(QWidget):
    """Fills a share of its length, 0 to 1; one below zero is pale."""

    def __init__(self, share: float, parent: QWidget) -> None:
        super().__init__(parent)
        self._share = share
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(_LEAST, _HIGH)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for share, color in ((1.0, "pressed"), (abs(self._share), "accent" if self._share >= 0 else "faint")):
            painter.setBrush(theme.color(color))
            width = max(float(_HIGH), self.width() * share)
            painter.drawRoundedRect(QRectF(0, 0, width, self.height()), _HIGH / 2, _HIGH / 2)
        painter.end()
