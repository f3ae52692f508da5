"""A run that was cut short and goes on: what it knows of its earlier life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import storage_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MARK: Final = "mark.json"
_OF_THE_MACHINE: Final = frozenset(
    {"system", "machine", "processor", "processors", "memory", "threads", "blas", "device", "cuda", "accelerator"}
)
"""What may be otherwise without a checkpoint becoming unreadable."""


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """The life before: ``seconds`` of work, and its environment; None when it ended before that was known."""

    seconds: float
    environment: dict[str, str] | None = None


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """How far a fit was at a checkpoint: complete steps, and the seconds that it had taken for them."""

    step: int
    seconds: float


def put_mark(folder: Path, mark: Mark) -> None:
    """Put ``mark`` into the folder of a checkpoint."""
    (folder / _MARK).write_bytes(msgspec.json.encode(mark))


def mark_in(folder: Path | None) -> Mark | None:
    """Give the mark of a checkpoint; None where there is none.

    Raises:
        StorageError: the disk refused.
    """
    if folder is None:
        return None
    with storage_errors(folder):
        try:
            return msgspec.json.decode((folder / _MARK).read_bytes(), type=Mark)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None


def changed_libraries(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Name what is of another version now: a checkpoint of other libraries may not be read, or not mean the same."""
    names = (name for name in before if name not in _OF_THE_MACHINE and name in after)
    return [f"{name} {before[name]} then, {after[name]} now" for name in names if before[name] != after[name]]
