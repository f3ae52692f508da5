"""The append-only history of one job: one event a line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine import events
from aetheron_desktop.engine.errors import storage_errors

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.events import Event

_CHUNK = 1 << 20


class EventLog:
    """Writes events to the end of ``path``; each is with the system before :meth:`append` returns.

    Raises:
        StorageError: the disk refused; the events before are safe.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: a killed process loses nothing that it has told.
            self._file = path.open("ab", buffering=0)
            if _is_cut(path):
                self._file.write(b"\n")

    def append(self, event: Event) -> bytes:
        """Write ``event`` and give the line that was written; a job's end is also forced to the disk."""
        line = events.dumps(event) + b"\n"
        with storage_errors(self.path):
            written = self._file.write(line)
            while written < len(line):  # a disk that fills takes a part, and refuses the next write
                written += self._file.write(line[written:])
            if isinstance(event, events.JobEnded):
                os.fsync(self._file.fileno())
        return line

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class LineSplitter:
    """Cuts a stream of bytes into the events that it carries, whatever the borders of the pieces.

    A line that is no event (cut short by a crash, or printed by a library) is passed over.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Event]:
        """Give the events whose last byte is in ``data``."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        found = []
        for line in lines:
            try:
                found.append(events.loads(line))
            except msgspec.MsgspecError:
                continue
        return found


class LogTail:
    """Reads a log while another process writes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._splitter = LineSplitter()

    def read(self) -> list[Event]:
        """Give the events that came since the last call; none while the log is not there."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(_CHUNK)
        except FileNotFoundError:
            return []
        self._offset += len(data)
        return self._splitter.feed(data)


def read_log(path: Path) -> list[Event]:
    """Give all events of the log at ``path``; none when it is not there.

    Raises:
        StorageError: the disk refused.
    """
    with storage_errors(path):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return []
    return LineSplitter().feed(data)


def _is_cut(path: Path) -> bool:
    """Whether a crash or a full disk left the log without the end of its last line."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        return size > 0 and file.read(1) != b"\n"
