"""The cores of this machine, shared by all programs of one user that train on it: no core has two threads.

Each training has a file in the user's own folder, locked by the operating system as long as its process lives: a crash
leaves no claim behind. What a claim is for stands in the name of its file, which can be read while another holds it.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psutil

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.registry.keys import config_folder
from aetheron_desktop.engine.store.locks import claim, exclusive

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "cores"
_ORDER: Final = "order.lock"
"""Held while claims are counted and made, for a moment."""
_SUFFIX: Final = ".claim"


@dataclass(frozen=True, slots=True)
class CoreClaim:
    """The ``threads`` that one training may have, until it is released or its process ends."""

    threads: int
    file: Path
    handle: int

    def release(self) -> None:
        """Let others have the cores."""
        os.close(self.handle)
        self.file.unlink(missing_ok=True)


def claim_cores(wanted: int, *, whole: bool = False, cores: int | None = None) -> CoreClaim | None:
    """Claim as many of the ``wanted`` cores as are free; None when there is not one.

    With ``whole`` all of them are claimed or none. A training that is paused needs no core meanwhile. ``cores`` is how
    many there are, by default those of the machine.

    Raises:
        StorageError: the disk refused.
    """
    cores = cores or os.cpu_count() or 1
    wanted = max(1, min(wanted, cores))
    folder = config_folder() / FOLDER
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / _ORDER), storage_errors(folder):
        threads = min(wanted, cores - _taken(folder))
        if threads < (wanted if whole else 1):
            return None
        file = folder / f"{os.getpid()}-{threads}-{secrets.token_hex(4)}{_SUFFIX}"
        handle = claim(file)
        assert handle is not None  # its name is new
        return CoreClaim(threads, file, handle)


def _taken(folder: Path) -> int:
    """Give how many cores are claimed by processes that work, and clear away what dead ones have left."""
    taken = 0
    for file in folder.glob(f"*{_SUFFIX}"):
        handle = claim(file)
        if handle is not None:
            os.close(handle)
            file.unlink(missing_ok=True)
            continue
        pid, threads, _ = file.name.split("-", 2)
        if not _rests(int(pid)):
            taken += int(threads)
    return taken


def _rests(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False
