"""Files that are on the disk, and not only on their way to it."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_AT_ONCE: Final = 8


def sync(files: Sequence[Path]) -> None:
    """Wait until the bytes of ``files`` are on the disk; of several at once, as a disk takes them for one price.

    Raises:
        OSError: the disk refused.
    """
    errors: list[OSError] = []

    def wait(some: Sequence[Path]) -> None:
        try:
            for file in some:
                _sync(file)
        except OSError as error:
            errors.append(error)

    shares = [files[first::_AT_ONCE] for first in range(min(_AT_ONCE, len(files)))]
    threads = [threading.Thread(target=wait, args=(share,)) for share in shares[1:]]
    for thread in threads:
        thread.start()
    for share in shares[:1]:
        wait(share)
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _sync(file: Path) -> None:
    # Windows syncs what was opened for writing alone.
    handle = os.open(file, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
