"""The checkpoints of a run: what it goes on from when it was cut short."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INTERVAL_S: Final = 5.0
"""How long a run may lose at most, once its steps are shorter than that."""
_KEPT: Final = 2


class Checkpoints:
    """Numbered folders in ``folder``, each whole or not there; without a folder nothing is kept."""

    def __init__(self, folder: Path | None, interval_s: float | None = None) -> None:
        self.folder = folder
        self._interval_s = INTERVAL_S if interval_s is None else interval_s
        self._kept_at = time.monotonic()

    def below(self, folder: Path | None) -> Checkpoints:
        """Give such checkpoints, of a part of the run, in another folder."""
        return Checkpoints(folder, self._interval_s)

    def offer(self, write: Callable[[Path], None]) -> bool:
        """Have ``write`` fill a new folder when the interval is over; tell whether it was.

        Raises:
            StorageError: the disk refused; the checkpoint before is still there.
        """
        if self.folder is None or time.monotonic() - self._kept_at < self._interval_s:
            return False
        self._keep(self.folder, write)
        self._kept_at = time.monotonic()
        return True

    def newest(self) -> Path | None:
        """Give the folder of the last checkpoint, None when there is none."""
        known = self._known()
        return known[-1] if known else None

    def forget(self) -> None:
        """Remove all checkpoints: the run has ended well, or cannot go on from them."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _keep(self, folder: Path, write: Callable[[Path], None]) -> None:
        known = self._known()
        number = int(known[-1].name) + 1 if known else 1
        with storage_errors(folder):
            write_whole(folder / f"{number:06d}", write)
        for old in known[: 1 - _KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def _known(self) -> list[Path]:
        if self.folder is None or not self.folder.is_dir():
            return []
        return sorted(one for one in self.folder.iterdir() if one.name.isdecimal())


def write_whole(target: Path, write: Callable[[Path], None]) -> None:
    """Have ``write`` fill the folder ``target``, which is then whole and on the disk, or as it was before."""
    part = target.with_name(f".{target.name}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        write(part)
        for file in part.rglob("*"):
            _to_disk(file)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _to_disk(file: Path) -> None:
    """Wait until the disk has it: a rename that outlives the power may not name a file that did not."""
    if file.is_file():
        with open(file, "rb+") as written:
            os.fsync(written.fileno())
