"""The SHA-256 of large files, read once: a file that has not changed since is not read again."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import storage_errors

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.store.store import Store

_KIND: Final = "file-hash"
_BLOCK: Final = 4 << 20
_SURE_NS: Final = 2_000_000_000
"""A file that was changed later than this before it was read may change again within the same tick of its clock."""


class _Known(msgspec.Struct, frozen=True):
    """The hash of a file as it was: its size, its times of change of content and of entry, and its number."""

    hash: str
    size: int
    changed: int
    entered: int
    number: int


class FileHashes:
    """Hashes of files, kept in the index under the path of each."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(
        self,
        file: Path,
        progress: Callable[[float, float], None] = lambda done, total: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> str | None:
        """Give the SHA-256 of a file's bytes, in hex; None when asked to stop.

        ``progress`` hears how many bytes of how many are read.

        Raises:
            StorageError: the disk refused.
        """
        with storage_errors(file):
            status = file.stat()
            key = str(file.absolute())
            body = self._store.get(_KIND, key)
            if body is not None and _is_of(known := msgspec.json.decode(body, type=_Known), status):
                return known.hash
            found = _read(file, status.st_size, progress, should_stop)
            after = file.stat()
        if found is None:
            return None
        if _stamp(after) == _stamp(status) and after.st_mtime_ns + _SURE_NS < time.time_ns():
            self._store.put(_KIND, key, msgspec.json.encode(_Known(found, *_stamp(after))))
        return found


def _read(
    file: Path, size: int, progress: Callable[[float, float], None], should_stop: Callable[[], bool]
) -> str | None:
    found = hashlib.sha256()
    block = bytearray(_BLOCK)
    view = memoryview(block)
    done = 0
    # Unbuffered and into the same memory: nothing is copied but what the disk gives.
    with file.open("rb", buffering=0) as stream:
        while count := stream.readinto(block):
            if should_stop():
                return None
            found.update(view[:count])
            done += count
            progress(done, size)
    return found.hexdigest()


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _is_of(known: _Known, status: os.stat_result) -> bool:
    return (known.size, known.changed, known.entered, known.number) == _stamp(status)
