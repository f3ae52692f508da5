"""Messages beside the clock while the window is not in front; a press shows the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from aetheron_desktop.ui.icons import application_icon

if TYPE_CHECKING:
    from aetheron_desktop.ui.messages import Notice

_ICONS = {
    "info": QSystemTrayIcon.MessageIcon.Information,
    "success": QSystemTrayIcon.MessageIcon.Information,
    "warning": QSystemTrayIcon.MessageIcon.Warning,
    "error": QSystemTrayIcon.MessageIcon.Critical,
}


class Tray(QObject):
    """The icon, where the desktop has a place for one."""

    show_wanted = Signal()
    quit_wanted = Signal()
    acted = Signal(object)  # Notice

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._last: Notice | None = None
        self._menu = QMenu(window)
        self._menu.addAction("Show the window", self.show_wanted.emit)
        self._menu.addSeparator()
        self._menu.addAction("Quit", self.quit_wanted.emit)
        self._icon = QSystemTrayIcon(application_icon(), self)
        self._icon.setToolTip("Aetheron Desktop")
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(self._on_message)

    @staticmethod
    def is_available() -> bool:
        """Tell whether the desktop shows such icons."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def set_shown(self, shown: bool) -> None:
        """Show the icon, or take it away."""
        self._icon.setVisible(shown and self.is_available())

    def tell(self, notice: Notice) -> None:
        """Show a message of the desktop."""
        if self._icon.isVisible():
            self._last = notice
            words = " ".join(part for part in (notice.detail, notice.hint) if part)
            self._icon.showMessage(notice.title, words, _ICONS[notice.level])

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason != QSystemTrayIcon.ActivationReason.Context:
            self.show_wanted.emit()

    def _on_message(self) -> None:
        self.show_wanted.emit()
        if self._last is not None and self._last.action:
            self.acted.emit(self._last)
