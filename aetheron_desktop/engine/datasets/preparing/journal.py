"""The steps that are being put together over a dataset, with all that can be undone, in a file beside its snapshot.

A change is one line, appended by one write. It says after how many changes it was made, and a line that comes too late
(another window was quicker) counts for nobody; so does one that a crash cut short. Nothing is ever written over.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

import msgspec

from aetheron_desktop.engine.datasets.steps import Step
from aetheron_desktop.engine.errors import UsageError, storage_errors

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from aetheron_desktop.engine.datasets.dataset import Dataset


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    after: int
    token: str
    do: Literal["set", "undo", "redo"]
    steps: tuple[Step, ...] = ()
    words: str = ""


class Journaled(msgspec.Struct, frozen=True, kw_only=True):
    """The steps as they stand after ``revision`` changes; ``undo`` and ``redo`` say what these would take back or do.

    They are None where there is nothing to undo or redo.
    """

    steps: tuple[Step, ...] = ()
    revision: int = 0
    undo: str | None = None
    redo: str | None = None


class Journal:
    """The journal of one dataset."""

    def __init__(self, dataset: Dataset) -> None:
        self.path: Path = dataset.folder / "steps.jsonl"

    def read(self) -> Journaled:
        """Give the steps as they stand; none when there is no journal.

        Raises:
            StorageError: the disk refuses.
        """
        return self._state()[0]

    def change(self, steps: tuple[Step, ...], words: str, revision: int) -> Journaled:
        """Put ``steps`` in the place of those of ``revision``; ``words`` say what was done.

        Raises:
            UsageError: another window was quicker; nothing is changed.
            StorageError: the disk refuses.
        """
        return self._append(_Line(after=revision, token=os.urandom(8).hex(), do="set", steps=steps, words=words))

    def undo(self, revision: int) -> Journaled:
        """Take back the last change; raises as :meth:`change`."""
        return self._append(_Line(after=revision, token=os.urandom(8).hex(), do="undo"))

    def redo(self, revision: int) -> Journaled:
        """Do again what was taken back last; raises as :meth:`change`."""
        return self._append(_Line(after=revision, token=os.urandom(8).hex(), do="redo"))

    def _append(self, line: _Line) -> Journaled:
        body = msgspec.json.encode(line) + b"\n"
        with storage_errors(self.path), self.path.open("a+b", buffering=0) as file:
            file.write(b"\n" + body if _is_cut(file) else body)
        found, tokens = self._state()
        if line.token not in tokens:
            raise UsageError(
                "The steps were changed in another window meanwhile.",
                hint="Look at them as they are now, and try again.",
            )
        return found

    def _state(self) -> tuple[Journaled, set[str]]:
        with storage_errors(self.path):
            try:
                data = self.path.read_bytes()
            except FileNotFoundError:
                return Journaled(), set()
        history: list[tuple[tuple[Step, ...], str]] = [((), "")]
        place = revision = 0
        tokens = set()
        for body in data.split(b"\n"):
            try:
                line = msgspec.json.decode(body, type=_Line)
            except (msgspec.MsgspecError, UnicodeDecodeError):  # cut short by a crash, or of a newer program
                continue
            moved = {"set": place + 1, "undo": place - 1, "redo": place + 1}[line.do]
            if line.after != revision or moved < 0 or (line.do == "redo" and moved >= len(history)):
                continue
            if line.do == "set":
                history[moved:] = [(line.steps, line.words)]
            place, revision = moved, revision + 1
            tokens.add(line.token)
        redo = history[place + 1][1] if place + 1 < len(history) else None
        undo = history[place][1] if place else None
        return Journaled(steps=history[place][0], revision=revision, undo=undo, redo=redo), tokens


def _is_cut(file: BinaryIO) -> bool:
    """Whether a crash left the file without the end of its last line."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 1))
    return size > 0 and file.read(1) != b"\n"
