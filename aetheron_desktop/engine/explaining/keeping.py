"""Explanations on disk, beside the model: ``models/<id>/explanations/<commit>/<hash of the question>.jsonl``.

A commit is what was learned, and names the dataset and the split that it was learned from: the same question has the
same answer as long as there is the file. It goes where the model goes, is no part of a version, and may be removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.explaining.results import Explanation, FitCurve, Importance, ShapSummary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aetheron_desktop.engine.explaining.about import About
    from aetheron_desktop.engine.workspace import Workspace

_FORMAT: Final = 1
"""With another way of answering the number changes, and what was kept is worked out again."""
_decoder: Final = msgspec.json.Decoder(Explanation)


class Kept:
    """The answers to one question.

    Raises:
        UsageError: there is no such model or version.
    """

    def __init__(self, workspace: Workspace, question: About) -> None:
        info = workspace.model(question.model)
        commit = info.version
        if question.version not in {"", "current", info.version}:
            commit = workspace.shelf.find(info.id, question.version)
        asked = msgspec.structs.replace(question, model=info.id, version=commit)
        made = hashlib.sha256(msgspec.json.encode((_FORMAT, asked), order="deterministic")).hexdigest()
        self.file: Path = workspace.shelf.explanations(info.id) / commit / f"{made[:24]}.jsonl"

    def read(self) -> list[Explanation]:
        """Give what was answered; nothing where it was not, or was written by another program."""
        try:
            lines = self.file.read_bytes().splitlines()
            return [_decoder.decode(line) for line in lines]
        except (OSError, msgspec.MsgspecError):
            return []

    def write(self, told: Sequence[Explanation]) -> None:
        """Keep what was answered, whole or not at all; of what grew, the last."""
        part = self.file.with_name(f".{uuid.uuid4().hex[:8]}")
        with storage_errors(self.file):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            try:
                part.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in _last(told)))
                os.replace(part, self.file)
            finally:
                with contextlib.suppress(OSError):
                    part.unlink(missing_ok=True)


def stored(workspace: Workspace, question: About) -> list[Explanation]:
    """Give what is on disk in answer to ``question``; nothing where it was never asked. No learning library is loaded.

    Raises:
        UsageError: there is no such model or version.
    """
    return Kept(workspace, question).read()


def _last(told: Sequence[Explanation]) -> list[Explanation]:
    """Leave out what a later answer of the same kind says anew."""
    grown = [place for place, one in enumerate(told) if isinstance(one, Importance | ShapSummary | FitCurve)]
    gone = set(grown[:-1])
    return [one for place, one in enumerate(told) if place not in gone]
