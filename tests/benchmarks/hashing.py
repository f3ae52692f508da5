"""The hash of a large file as the program takes it, against the same bytes through ``hashlib`` and ``sha256sum``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

from aetheron_desktop.engine.store.file_hashes import FileHashes
from aetheron_desktop.engine.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

GIGABYTES = float(os.environ.get("AETHERON_HASH_GB", "2"))
_BLOCK = 64 << 20


def measured(folder: Path) -> dict[str, float]:
    """Give the seconds of each way, in one run over one file of :data:`GIGABYTES`."""
    file = _file(folder)
    store = Store(folder / "index.db")
    hashes = FileHashes(store)
    took: dict[str, float] = {}
    ways = {"hashlib": lambda: _plain(file), "ours": lambda: hashes.of(file), "unchanged": lambda: hashes.of(file)}
    if shutil.which("sha256sum"):
        ways["sha256sum"] = lambda: subprocess.run(["sha256sum", str(file)], check=True, capture_output=True)
    for name, way in ways.items():
        began = time.perf_counter()
        way()
        took[name] = time.perf_counter() - began
    store.close()
    return took


def _plain(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _file(folder: Path) -> Path:
    file = folder / "large.bin"
    block = os.urandom(_BLOCK)
    left = int(GIGABYTES * 1e9)
    with file.open("wb") as stream:
        while left > 0:
            left -= stream.write(block[:left])
    # Older than the tick of its clock, so that it counts as settled.
    moment = file.stat().st_mtime - 60
    os.utime(file, (moment, moment))
    return file
