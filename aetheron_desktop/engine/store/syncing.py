"""Files that are on the disk, and not only on their way to it."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def sync(files: Sequence[Path]) -> None:
    """Wait until the bytes of ``files`` are on the disk; of several at once, as a disk takes them for one price.

    Raises:
        OSError: the disk refused.
    """
    errors: list[OSError] = []

    def wait(file: Path) -> None:
        try:
            _sync(file)
        except OSError as error:
            errors.append(error)

    threads = [threading.Thread(target=wait, args=(file,)) for file in files[1:]]
    for thread in threads:
        thread.start()
    for file in files[:1]:
        wait(file)
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
