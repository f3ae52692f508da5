"""Whether things may move: what the person chose, otherwise what the desktop asks for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, Signal

if TYPE_CHECKING:
    from aetheron_desktop.ui.settings import Motion

# What each desktop is asked, and the answer that means "less motion". Windows answers without a process.
_QUESTIONS: dict[str, tuple[str, list[str], str]] = {
    "linux": ("gsettings", ["get", "org.gnome.desktop.interface", "enable-animations"], "false"),
    "darwin": ("defaults", ["read", "com.apple.universalaccess", "reduceMotion"], "1"),
}
_SPI_GETCLIENTAREAANIMATION = 0x1042


class _State(QObject):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.preference: Motion = "system"
        self.system_reduced = False
        self.busy = False


_state = _State()
changed = _state.changed
"""Emitted when things may begin to move, or must stop."""


def is_allowed() -> bool:
    """Tell whether something may slide or fade."""
    reduced = _state.system_reduced if _state.preference == "system" else _state.preference == "reduced"
    return not reduced


def is_idle_motion_allowed() -> bool:
    """Tell whether something may move by itself: never while models train."""
    return is_allowed() and not _state.busy


def prefer(preference: Motion) -> None:
    """Follow the person's choice."""
    _state.preference = preference
    _state.changed.emit()


def set_busy(busy: bool) -> None:
    """Say whether the machine has something better to do."""
    if busy != _state.busy:
        _state.busy = busy
        _state.changed.emit()


def ask_desktop(parent: QObject) -> None:
    """Learn what the desktop wishes; the answer comes later, without waiting for it."""
    if sys.platform == "win32":
        _set_system(_windows_reduces())
        return
    if sys.platform not in _QUESTIONS:
        return
    program, arguments, reduced = _QUESTIONS[sys.platform]
    process = QProcess(parent)
    process.finished.connect(
        lambda: _set_system(bytes(process.readAllStandardOutput().data()).strip() == reduced.encode())
    )
    process.finished.connect(process.deleteLater)
    process.errorOccurred.connect(process.deleteLater)
    process.start(program, arguments)


def _set_system(reduced: bool) -> None:
    if reduced != _state.system_reduced:
        _state.system_reduced = reduced
        _state.changed.emit()


def _windows_reduces() -> bool:
    import ctypes  # the answer is needed once, on Windows alone

    enabled = ctypes.c_int(1)
    windll = getattr(ctypes, "windll", None)
    if windll is not None:
        windll.user32.SystemParametersInfoW(_SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(enabled), 0)
    return not enabled.value
