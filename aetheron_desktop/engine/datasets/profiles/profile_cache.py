"""Exact profiles, kept beside the snapshot that they are of, so that the second look is at once.

One profile is one line of ``profile.jsonl``, written when it is known. A line that a crash cut short, or that another
version of the program wrote, is passed over, and its profile is found anew; the last line of a column counts.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile, TargetProfile
from aetheron_desktop.engine.datasets.schema import Task

if TYPE_CHECKING:
    from pathlib import Path

_VERSION: Final = 1


class _Kept(msgspec.Struct, frozen=True):
    version: int
    profile: ColumnProfile | TargetProfile


_Key: TypeAlias = tuple[str, str | None, Task | None]
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Kept)


class ProfileCache:
    """The profiles of the dataset in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "profile.jsonl"
        self._places: dict[_Key, tuple[int, int]] = {}
        self._ends_in_a_line = True
        with contextlib.suppress(OSError):  # not there yet, or not to be read: all is found anew
            self._look()

    def column(self, name: str) -> ColumnProfile | None:
        """Give the profile of a column, if it is kept."""
        found = self._read((name, None, None))
        return found if isinstance(found, ColumnProfile) else None

    def target(self, name: str, target: str, task: Task) -> TargetProfile | None:
        """Give how a column goes with a target, if it is kept."""
        found = self._read((name, target, task))
        return found if isinstance(found, TargetProfile) else None

    def keep(self, profile: ColumnProfile | TargetProfile) -> None:
        """Keep an exact profile. Where the disk refuses, it is not kept."""
        line = _encoder.encode(_Kept(_VERSION, profile)) + b"\n"
        with contextlib.suppress(OSError), self._path.open("ab", buffering=0) as file:
            # One write each: lines of two workers do not mix.
            file.write(line if self._ends_in_a_line else b"\n" + line)
            self._ends_in_a_line = True

    def _look(self) -> None:
        with self._path.open("rb") as file:
            place = 0
            for line in file:
                self._ends_in_a_line = line.endswith(b"\n")
                if (kept := _decoded(line)) is not None:
                    self._places[_key(kept)] = (place, len(line))
                place += len(line)

    def _read(self, key: _Key) -> ColumnProfile | TargetProfile | None:
        place = self._places.get(key)
        if place is None:
            return None
        with contextlib.suppress(OSError), self._path.open("rb") as file:
            file.seek(place[0])
            return _decoded(file.read(place[1]))
        return None


def _decoded(line: bytes) -> ColumnProfile | TargetProfile | None:
    try:
        kept = _decoder.decode(line)
    except msgspec.MsgspecError:
        return None
    return kept.profile if kept.version == _VERSION else None


def _key(profile: ColumnProfile | TargetProfile) -> _Key:
    if isinstance(profile, ColumnProfile):
        return profile.column, None, None
    return profile.column, profile.target, profile.task
