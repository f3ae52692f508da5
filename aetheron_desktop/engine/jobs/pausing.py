"""Suspending the process of a run, whoever asks for it, and how long it was suspended.

A line in the run's folder says that it was paused or goes on; it is there before the process is, so every window and
terminal sees the same, and the run itself knows afterwards how long it was away.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.jobs import process

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.workspace import Workspace


class _Line(msgspec.Struct, frozen=True):
    at: float
    is_paused: bool


class Pause(msgspec.Struct, frozen=True):
    """From ``since`` to ``until``, in seconds since the epoch; None while it lasts."""

    since: float
    until: float | None = None


class Pauses:
    """The pauses of one run; its file is read when it has grown."""

    def __init__(self, workspace: Workspace, run: str) -> None:
        self._file = _file(workspace, run)
        self._size = -1
        self._known: list[Pause] = []

    def all(self) -> list[Pause]:
        """Give the pauses in their order.

        Raises:
            StorageError: the disk refused.
        """
        with storage_errors(self._file):
            try:
                size = self._file.stat().st_size
                if size != self._size:
                    self._known, self._size = _read(self._file.read_bytes()), size
            except FileNotFoundError:
                return []
        return self._known

    def current(self) -> Pause | None:
        """Give the pause that lasts; None when the run is not paused."""
        known = self.all()
        return known[-1] if known and known[-1].until is None else None

    def seconds(self, since: float) -> float:
        """Give how long the run was paused after ``since``."""
        now = time.time()
        return sum(max(0.0, (one.until or now) - max(one.since, since)) for one in self.all())


def pause(workspace: Workspace, run: str, pid: int, born: float) -> bool:
    """Suspend the process of a run; False when it is gone.

    Raises:
        StorageError: the disk refused.
    """
    if not process.is_running(pid, born):
        return False
    if Pauses(workspace, run).current() is None:
        _write(workspace, run, is_paused=True)
    return process.suspend(pid, born)


def go_on(workspace: Workspace, run: str, pid: int, born: float) -> bool:
    """Let the suspended process of a run go on; False when it is gone.

    Raises:
        StorageError: the disk refused.
    """
    close(workspace, run)
    return process.resume(pid, born)


def close(workspace: Workspace, run: str) -> None:
    """Note that the run is not paused any more: it goes on, or another process does it from now on.

    Raises:
        StorageError: the disk refused.
    """
    if Pauses(workspace, run).current() is not None:
        _write(workspace, run, is_paused=False)


def _file(workspace: Workspace, run: str) -> Path:
    return workspace.run_folder(run) / "pauses.jsonl"


def _write(workspace: Workspace, run: str, *, is_paused: bool) -> None:
    file = _file(workspace, run)
    with storage_errors(file), file.open("ab") as out:
        out.write(msgspec.json.encode(_Line(time.time(), is_paused)) + b"\n")


def _read(data: bytes) -> list[Pause]:
    found: list[Pause] = []
    for line in data.splitlines():
        try:
            told = msgspec.json.decode(line, type=_Line)
        except msgspec.MsgspecError:  # cut short by a crash
            continue
        lasts = bool(found) and found[-1].until is None
        if told.is_paused and not lasts:
            found.append(Pause(told.at))
        elif not told.is_paused and lasts:
            found[-1] = Pause(found[-1].since, told.at)
    return found
