"""Packs put into a repository beside others that may do the same, or were killed while they did."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from dulwich.file import FileLocked

from aetheron_desktop.engine.registry.remotes.remote_errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable

_STALE_S: Final = 2.0
"""A lock that has not changed for so long is of a program that was killed: the index of a pack is written in less."""
_LOOK_S: Final = 0.02
_TRIES: Final = 5


def add_pack(add: Callable[[], object]) -> None:
    """Call ``add``, which puts a pack into a repository, once more when the pack's index is locked.

    The age of a lock is what was seen of it here: the clock of a share may go otherwise than this computer's.

    Raises:
        RemoteError: others lock it again and again.
    """
    for _ in range(_TRIES):
        try:
            add()
        except FileLocked as error:
            _wait_for(os.fsdecode(error.lockfilename))
        else:
            return
    raise RemoteError("The repository is being changed all the time.", hint="Try again in a while.")


def _wait_for(lock: str) -> None:
    seen, since = None, time.monotonic()
    while True:
        try:
            status = os.stat(lock)
        except OSError:
            return
        now = (status.st_mtime_ns, status.st_size, status.st_ino)
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > _STALE_S:
            os.unlink(lock)
            return
        time.sleep(_LOOK_S)
