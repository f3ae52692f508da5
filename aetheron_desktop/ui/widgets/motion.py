"""Whether things may move: what the person chose, otherwise what the desktop asks for."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from aetheron_desktop.ui.settings import Motion

# What each desktop is asked, and the answer that means "less motion". Windows answers without a process.
_QUESTIONS: dict[str, tuple[str, list[str], str]] = {
    "linux": ("gsettings", ["get", "org.gnome.desktop.interface", "enable-animations"], "false"),
    "darwin": ("defaults", ["read", "com.apple.universalaccess", "reduceMotion"], "1"),
}
_PATIENCE_S = 5.0
_SPI_GETCLIENTAREAANIMATION = 0x1042


class _State(QObject):
    changed = Signal()
    answered = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        # From another thread, so it is told when the event loop comes to it.
        self.answered.connect(self.on_answer)
        self.preference: Motion = "system"
        self.system_reduced = False
        self.busy = False

    def on_answer(self, reduced: bool) -> None:
        _set_system(reduced)


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


def ask_desktop() -> None:
    """Learn what the desktop wishes; the answer comes later, without waiting for it."""
    if sys.platform == "win32":
        _set_system(_windows_reduces())
    elif sys.platform in _QUESTIONS:
        threading.Thread(target=_ask, args=_QUESTIONS[sys.platform], name="motion", daemon=True).start()


def _ask(program: str, arguments: list[str], reduced: str) -> None:
    import subprocess  # the first frame of the window does not wait for it

    try:
        answer = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):  # another desktop, or none
        return
    _state.answered.emit(answer.stdout.strip() == reduced)


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
