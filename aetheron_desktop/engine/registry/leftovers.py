"""Folders that are being made or removed, and what is left of them when the process was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def part_name() -> str:
    """Give a name for what this process makes or removes; whoever finds it knows whether the process still runs."""
    return f".{os.getpid()}-{uuid.uuid4().hex}"


def sweep(folder: Path) -> None:
    """Remove what has such a name, if the process does not run any more and the disk lets us."""
    import psutil  # 10 ms, and hardly ever needed

    try:
        # A process that began after the folder was made only has the number of the one that is gone.
        runs = psutil.Process(int(folder.name[1:].partition("-")[0])).create_time() <= folder.stat().st_ctime + 1
    except (ValueError, OverflowError, OSError, psutil.NoSuchProcess):
        runs = False
    except psutil.Error:  # it is another person's, and runs
        runs = True
    if not runs:
        with contextlib.suppress(OSError):
            shutil.rmtree(folder, onerror=writable)


def writable(call: Callable[[str], object], path: str, error: object) -> None:
    """Let :func:`shutil.rmtree` remove what is read-only, as objects are; Windows does not by itself.

    Raises:
        OSError: it cannot be removed for another reason.
    """
    del error
    os.chmod(path, 0o600)
    call(path)
