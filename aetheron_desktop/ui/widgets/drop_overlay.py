"""What covers the window while a file hovers over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class DropOverlay(QWidget):
    """A veil with a dashed frame and the words of what a drop does."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "drop_overlay", "Drop to open")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._title = QLabel("Drop to open", self)
        theme.mark(self._title, role="title")
        self._detail = QLabel(self)
        theme.mark(self._detail, role="muted")
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(Picture("drop", 48, "accent", self), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(theme.GAP)
        for label in (self._title, self._detail):
            layout.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        self.hide()

    def cover(self, names: list[str]) -> None:
        """Cover the parent, and name the files."""
        self._detail.setText(names[0] if len(names) == 1 else f"{len(names)} files")
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry(parent.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(theme.color("window"))
        veil.setAlphaF(0.92)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(theme.color("focus"), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(16, 16, -16, -16), 14, 14)
