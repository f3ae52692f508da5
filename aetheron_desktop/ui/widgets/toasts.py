"""Short messages at the lower right; the notification area keeps them when they have gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QObject, QPoint, QPropertyAnimation, QTimer, Signal

from aetheron_desktop.ui.widgets import motion
from aetheron_desktop.ui.widgets.notice_card import NoticeCard

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QEnterEvent
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.messages import Notice

_WIDTH = 360
_MARGIN = 16
_GAP = 10
_MOST = 4
_STAYS_MS = {"info": 6000, "success": 8000, "warning": 12_000, "error": 20_000}
_SLIDE_MS = 180


class Toast(NoticeCard):
    """A card that goes by itself, but not while the pointer or the focus is on it."""

    def __init__(self, notice: Notice, parent: QWidget) -> None:
        super().__init__(notice, with_age=False, parent=parent)
        self.setObjectName("toast")
        self.setFixedWidth(_WIDTH)
        self._timer = QTimer(self, singleShot=True, interval=_STAYS_MS[notice.level])
        self._timer.timeout.connect(self._go)
        self._timer.start()
        self.slide = QPropertyAnimation(self, b"pos", self)
        self.slide.setDuration(_SLIDE_MS)
        self.slide.setEasingCurve(QEasingCurve.Type.OutCubic)

    def fit(self) -> None:
        """Take the height that the words need; known when the style has given them their fonts, once it is shown."""
        self.setFixedHeight(self.heightForWidth(_WIDTH))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._timer.start()

    def _go(self) -> None:
        if self.isAncestorOf(self.window().focusWidget() or self.window()):
            self._timer.start()
        else:
            self.closed.emit()


class Toasts(QObject):
    """Stacks the toasts of one window; ``acted`` asks for the action of one."""

    acted = Signal(object)  # Notice

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._shown: list[Toast] = []
        self._bottom = 0

    @property
    def shown(self) -> list[Toast]:
        """The toasts on the window, oldest first."""
        return list(self._shown)

    def show_notice(self, notice: Notice) -> None:
        """Show a notice above the others; the oldest goes when there are too many."""
        if len(self._shown) == _MOST:
            self._close(self._shown[0])
        toast = Toast(notice, self._window)
        toast.closed.connect(lambda: self._close(toast))
        toast.acted.connect(lambda _: self._close(toast))
        toast.acted.connect(self.acted)
        self._shown.append(toast)
        toast.move(self._window.width() + _MARGIN, self._window.height() - self._bottom - toast.height() - _MARGIN)
        toast.show()
        toast.fit()
        toast.raise_()
        self.place()

    def close_all(self) -> None:
        """Take all toasts away."""
        for toast in self.shown:
            self._close(toast)

    def place(self, bottom: int | None = None) -> None:
        """Put each where it belongs; ``bottom`` is how many points the status bar takes."""
        self._bottom = self._bottom if bottom is None else bottom
        x = self._window.width() - _WIDTH - _MARGIN
        y = self._window.height() - self._bottom - _MARGIN
        for toast in self._shown:
            y -= toast.height()
            self._move(toast, QPoint(x, y))
            y -= _GAP

    def _move(self, toast: Toast, place: QPoint) -> None:
        toast.slide.stop()
        if motion.is_allowed() and toast.pos() != place:
            toast.slide.setStartValue(toast.pos())
            toast.slide.setEndValue(place)
            toast.slide.start()
        else:
            toast.move(place)

    def _close(self, toast: Toast) -> None:
        if toast in self._shown:
            self._shown.remove(toast)
            toast.hide()
            toast.deleteLater()
            self.place()
