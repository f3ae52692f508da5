"""Where notices go: to a toast, to the area that keeps them, and beside the clock when nobody looks at the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Signal

from aetheron_desktop.ui.messages import Notice, Notices

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.ui.widgets.header import Bell
    from aetheron_desktop.ui.widgets.notification_area import NotificationArea
    from aetheron_desktop.ui.widgets.toasts import Toasts
    from aetheron_desktop.ui.widgets.tray import Tray


class NoticeBoard(QObject):
    """``acted`` asks the window for what a notice offers."""

    acted = Signal(object)  # Notice

    def __init__(self, bell: Bell, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.notices = Notices(self)
        self.notices.changed.connect(lambda: bell.show_unread(self.notices.unread))
        self.area: NotificationArea | None = None
        self._toasts: Toasts | None = None
        self._bottom = 0
        self._tray: Tray | None = None

    @property
    def toasts(self) -> Toasts:
        """The toasts, made with the first notice: the first frame of the window has none."""
        if self._toasts is None:
            from aetheron_desktop.ui.widgets.toasts import Toasts

            self._toasts = Toasts(self._window)
            self._toasts.acted.connect(self.acted)
            self._toasts.place(self._bottom)
        return self._toasts

    def tell(self, notice: Notice) -> None:
        """Take in a notice and show it where it will be seen."""
        self.notices.add(notice)
        if self.area is None or not self.area.isVisible():
            self.toasts.show_notice(notice)
        if self._tray is not None and not self._window.isActiveWindow():
            self._tray.tell(notice)

    def toggle(self, room: QRect) -> None:
        """Open the area in ``room``, or close it."""
        if self.area is None:
            from aetheron_desktop.ui.widgets.notification_area import NotificationArea

            self.area = NotificationArea(self.notices, self._window)
            self.area.acted.connect(self.acted)
        self.toasts.close_all()
        self.area.toggle(room)

    def fit(self, room: QRect, bottom: int) -> None:
        """Follow the window's size: ``room`` is between header and status bar, which takes ``bottom`` points."""
        self._bottom = bottom
        if self._toasts is not None:
            self._toasts.place(bottom)
        if self.area is not None and self.area.isVisible():
            self.area.fit(room)

    def use_tray(self, tray: Tray) -> None:
        """Tell the desktop as well, from now on."""
        self._tray = tray
        tray.acted.connect(self.acted)
