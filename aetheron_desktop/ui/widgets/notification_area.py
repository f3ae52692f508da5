"""The panel behind the bell: every notice of this session, with its age."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets import motion
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.notice_card import NoticeCard

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from aetheron_desktop.ui.messages import Notices

_WIDTH = 380
_SLIDE_MS = 160


class NotificationArea(QFrame):
    """Slides over the right side of the window; ``acted`` asks for the action of a notice."""

    acted = Signal(object)  # Notice

    def __init__(self, notices: Notices, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "notification_area", "Notices")
        theme.mark(self, role="side")
        self._notices = notices
        self._cards: list[NoticeCard] = []
        self._build()
        self._slide = QPropertyAnimation(self, b"geometry", self)
        self._slide.setDuration(_SLIDE_MS)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        notices.changed.connect(self._refresh)
        self.hide()

    def toggle(self, room: QRect) -> None:
        """Open in ``room`` (in the parent's points), or close."""
        if self.isVisible():
            self.close_area()
        else:
            self.open_area(room)

    def open_area(self, room: QRect) -> None:
        """Slide in, and take the notices for read."""
        self._refresh(even_hidden=True)
        end = self._place(room)
        self.setGeometry(end)
        self.show()
        self.raise_()
        if motion.is_allowed():
            self._slide.setStartValue(end.translated(end.width(), 0))
            self._slide.setEndValue(end)
            self._slide.start()
        self._close.setFocus()
        self._notices.mark_read()

    def close_area(self) -> None:
        """Go away."""
        self._slide.stop()
        self.hide()

    def fit(self, room: QRect) -> None:
        """Follow the window's size."""
        self._slide.stop()
        self.setGeometry(self._place(room))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_area()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        title = QLabel("Notices", self)
        theme.mark(title, role="heading")
        self._clear = named(QPushButton("Clear all", self), "clear_notices", "Clear all notices")
        theme.mark(self._clear, role="link")
        self._clear.clicked.connect(self._notices.clear)
        self._close = named(QToolButton(self), "close_notices", "Close the notices", "Close (Esc)")
        pictured(self._close, "close", "muted")
        self._close.clicked.connect(self.close_area)
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 10, 8)
        head.addWidget(title, 1)
        head.addWidget(self._clear)
        head.addWidget(self._close)
        self._empty = Empty("bell", self)
        self._empty.show_words("Nothing to tell", "What finishes or fails is kept here.")
        inside = QWidget(self)
        theme.mark(inside, role="scrolled")
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(16, 4, 16, 16)
        self._list.setSpacing(theme.GAP)
        self._list.addStretch(1)
        self._scroll = QScrollArea(self, widgetResizable=True)
        self._scroll.setWidget(inside)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self._scroll, 1)

    def _place(self, room: QRect) -> QRect:
        width = min(_WIDTH, room.width())
        return QRect(room.right() - width + 1, room.top(), width, room.height())

    def _refresh(self, *, even_hidden: bool = False) -> None:
        if not (self.isVisible() or even_hidden):
            return
        kept = self._notices.all()
        for card in [card for card in self._cards if card.notice not in kept]:
            self._cards.remove(card)
            card.hide()
            card.deleteLater()
        known = [id(card.notice) for card in self._cards]
        for place, notice in enumerate(kept):
            if id(notice) not in known:
                card = NoticeCard(notice, with_age=True, parent=self)
                card.acted.connect(self.acted)
                self._cards.append(card)
                self._list.insertWidget(place, card)
        for card in self._cards:
            card.show_age()
        self._empty.setVisible(not kept)
        self._scroll.setVisible(bool(kept))
        self._clear.setVisible(bool(kept))
        if self.isVisible():
            self._notices.mark_read()
