"""Locks between processes, by the operating system: a crash cannot leave one behind."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import StorageError, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOOK_S: Final = 0.002


def claim(file: Path) -> int | None:
    """Claim ``file`` for this process, and give the handle that holds it; None when another has it.

    The claim ends when the handle is closed, or with the process.

    Raises:
        StorageError: the disk refused.
    """
    with storage_errors(file):
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle)
    except OSError:
        os.close(handle)
        return None
    return handle


@contextmanager
def exclusive(file: Path, *, wait_s: float = 60.0) -> Iterator[None]:
    """Hold ``file`` for the block, waiting at most ``wait_s`` seconds for whoever has it.

    Raises:
        StorageError: it was not to be had in that time, or the disk refused.
    """
    end = time.monotonic() + wait_s
    while (handle := claim(file)) is None:
        if time.monotonic() > end:
            raise StorageError(
                f"{file.parent} is in use by another program.", hint="Wait until that has ended, and try again."
            )
        # The systems' own way to wait has no time limit.
        time.sleep(_LOOK_S)
    try:
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
