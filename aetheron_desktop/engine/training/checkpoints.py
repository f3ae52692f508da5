"""The checkpoints of a run: what it goes on from when it was cut short.

A library follows what lies in one without looking at it, and a workspace may come from a stranger. So each is sealed by
a key of this user: one that was written or changed elsewhere is as if it were not there.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import time
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INTERVAL_S: Final = 5.0
"""How long a run may lose at most, once its steps are shorter than that."""
_KEPT: Final = 2
_SEAL: Final = "seal.json"
_BLOCK: Final = 1 << 20


class _Seal(msgspec.Struct, frozen=True):
    """The SHA-256 of each file of a checkpoint, and their HMAC with the key (RFC 2104)."""

    files: dict[str, str]
    mac: str


class Checkpoints:
    """Numbered folders in ``folder``, each whole or not there; without a folder nothing is kept.

    With a ``key`` only those that were sealed with it are known, and ``refused`` says whether there was another.
    """

    def __init__(self, folder: Path | None, interval_s: float | None = None, *, key: bytes | None = None) -> None:
        self.folder = folder
        self.refused = False
        self._key = key
        self._hashes: dict[tuple[int, int, int], str] = {}
        self._whole: Path | None = None
        self._interval_s = INTERVAL_S if interval_s is None else interval_s
        self._kept_at = time.monotonic()

    def below(self, folder: Path | None) -> Checkpoints:
        """Give such checkpoints, of a part of the run, in another folder."""
        return Checkpoints(folder, self._interval_s, key=self._key)

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
        for found in reversed(self._known()):
            if self._key is None or found == self._whole or self._is_sealed(found, self._key):
                self._whole = found
                return found
            self.refused = True
        return None

    def forget(self) -> None:
        """Remove all checkpoints: the run has ended well, or cannot go on from them."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _keep(self, folder: Path, write: Callable[[Path], None]) -> None:
        known = self._known()
        number = int(known[-1].name) + 1 if known else 1
        with storage_errors(folder):
            write_whole(folder / f"{number:06d}", lambda part: self._fill(part, write))
        self._whole = None
        for old in known[: 1 - _KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def _fill(self, folder: Path, write: Callable[[Path], None]) -> None:
        write(folder)
        if self._key is not None:
            files = self._hashed(folder)
            (folder / _SEAL).write_bytes(msgspec.json.encode(_Seal(files, _mac(files, self._key))))

    def _is_sealed(self, folder: Path, key: bytes) -> bool:
        """Tell whether the files of a checkpoint are those that were sealed, all of them and no other."""
        try:
            seal = msgspec.json.decode((folder / _SEAL).read_bytes(), type=_Seal)
            return hmac.compare_digest(seal.mac, _mac(seal.files, key)) and seal.files == self._hashed(folder)
        except (OSError, ValueError, msgspec.MsgspecError):
            return False

    def _hashed(self, folder: Path) -> dict[str, str]:
        """Give the hash of each file; one that is linked from the checkpoint before is not read again."""
        found = {}
        for file in sorted(folder.rglob("*")):
            if file.name == _SEAL or file.is_dir():
                continue
            if file.is_symlink():
                raise ValueError(f"{file.name} leads elsewhere")
            status = file.stat()
            mark = status.st_ino, status.st_size, status.st_mtime_ns
            # Of a file system that numbers no files, each is read.
            if not status.st_ino or mark not in self._hashes:
                self._hashes[mark] = _sha256(file)
            found[file.relative_to(folder).as_posix()] = self._hashes[mark]
        return found

    def _known(self) -> list[Path]:
        if self.folder is None or not self.folder.is_dir():
            return []
        return sorted(one for one in self.folder.iterdir() if one.name.isdecimal())


def _mac(files: dict[str, str], key: bytes) -> str:
    return hmac.new(key, msgspec.json.encode(sorted(files.items())), hashlib.sha256).hexdigest()


def _sha256(file: Path) -> str:
    made = hashlib.sha256()
    with open(file, "rb") as opened:
        while block := opened.read(_BLOCK):
            made.update(block)
    return made.hexdigest()


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
