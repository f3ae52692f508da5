"""What people are told: notices, and the list that keeps them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from PySide6.QtCore import QObject, Signal

Level: TypeAlias = Literal["info", "success", "warning", "error"]

TONES: dict[Level, str] = {"info": "info", "success": "success", "warning": "warning", "error": "danger"}
"""The theme's tone of each level."""

WORDS: dict[Level, str] = {"info": "Note", "success": "Done", "warning": "Warning", "error": "Problem"}
"""What each level is called, where colour and icon are not enough."""

ACTIONS: dict[str, str] = {
    "run": "Show the run",
    "resume-run": "Resume",
    "resume-queue": "Resume",
    "model": "Show the model",
    "file": "Show in folder",
    "dataset": "Open the dataset",
    "log": "Show the log",
    "undo-model": "Undo",
    "undo-dataset": "Undo",
}
"""What a notice offers to do next, by its ``action``; ``target`` is the id or path that it is done with."""

_KEPT = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: ``title`` is a line, ``detail`` what happened, ``hint`` the next step."""

    level: Level
    title: str
    detail: str = ""
    hint: str = ""
    action: str = ""
    target: str = ""
    at: float = field(default_factory=time.time, compare=False)

    def spoken(self) -> str:
        """Give all of it in one sentence after the other, for a screen reader."""
        return " ".join(part for part in (f"{WORDS[self.level]}: {self.title}.", self.detail, self.hint) if part)


class Notices(QObject):
    """The notices of this session, newest first, and how many of them were not looked at."""

    changed = Signal()
    added = Signal(object)  # Notice

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: list[Notice] = []
        self._unread = 0

    @property
    def unread(self) -> int:
        """How many came since the list was last looked at."""
        return self._unread

    def all(self) -> list[Notice]:
        """Give the notices, newest first."""
        return list(self._kept)

    def add(self, notice: Notice) -> None:
        """Keep a notice; of very many the oldest go."""
        self._kept.insert(0, notice)
        del self._kept[_KEPT:]
        self._unread = min(self._unread + 1, len(self._kept))
        self.added.emit(notice)
        self.changed.emit()

    def mark_read(self) -> None:
        """Somebody looks at the list."""
        if self._unread:
            self._unread = 0
            self.changed.emit()

    def clear(self) -> None:
        """Forget all notices."""
        self._kept.clear()
        self._unread = 0
        self.changed.emit()


def ago(seconds: float) -> str:
    """Give an age in words: ``just now``, ``5 min ago``, ``2 h ago``, ``3 days ago``."""
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 86_400:
        return f"{seconds // 3600:.0f} h ago"
    days = int(seconds // 86_400)
    return "yesterday" if days == 1 else f"{days} days ago"
