"""Large files beside a repository, as Git LFS keeps them: in Git stands a pointer, the bytes lie under their SHA-256.

See the Git LFS specification, version 1. The bytes are in ``lfs/objects`` of the repository, where ``git lfs`` looks.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import ModelError, storage_errors
from aetheron_desktop.engine.store.syncing import sync

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LARGE_FROM: Final = 4 << 20
"""Bytes; by default files from this size on are kept beside Git, as packing them takes longer than it saves."""
LONGEST_POINTER: Final = 1024
_POINTER: Final = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\nsize (\d{1,15})\n"
)
_READ_ONLY: Final = 0o444


@dataclass(frozen=True, slots=True)
class Pointer:
    """What stands in Git for a large file: its SHA-256 in hex, and its size in bytes."""

    hash: str
    size: int

    def text(self) -> bytes:
        """Give it as it stands in Git."""
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.hash}\nsize {self.size}\n".encode()

    @classmethod
    def read(cls, data: bytes) -> Pointer | None:
        """Give the pointer that ``data`` is, or None."""
        found = _POINTER.fullmatch(data) if len(data) <= LONGEST_POINTER else None
        return cls(found[1].decode(), int(found[2])) if found else None


class LargeFiles:
    """The large files of the repository at ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root / "lfs"

    def path(self, hash_: str) -> Path:
        """Give where the file of this SHA-256 lies, or would lie."""
        return self._root / "objects" / hash_[:2] / hash_[2:4] / hash_

    def has(self, pointer: Pointer) -> bool:
        """Whether the file is there, at its whole size."""
        try:
            return self.path(pointer.hash).stat().st_size == pointer.size
        except OSError:
            return False

    def take(self, file: Path, hash_: str | None = None) -> Pointer:
        """Keep ``file``, whose SHA-256 is ``hash_`` when that is known already; it stays where it is, read-only.

        Raises:
            StorageError: the disk refused; nothing was left behind.
        """
        with storage_errors(self._root):
            pointer = Pointer(hash_ or hash_of(file), file.stat().st_size)
            if not self.has(pointer):
                self._place(file, pointer)
        return pointer

    def _place(self, file: Path, pointer: Pointer) -> None:
        target = self.path(pointer.hash)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{uuid.uuid4().hex}")
        try:
            link(file, part)
            part.chmod(0o600)
            sync([part])
            part.chmod(_READ_ONLY)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)

    def receive(self, pointer: Pointer, blocks: Iterable[bytes]) -> None:
        """Keep what comes from elsewhere, if it is what ``pointer`` says.

        Raises:
            ModelError: it is another file.
            StorageError: the disk refused; nothing was left behind.
        """
        target = self.path(pointer.hash)
        part = target.with_name(f".{uuid.uuid4().hex}")
        found, size = hashlib.sha256(), 0
        with storage_errors(self._root):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("xb") as file:
                    for block in blocks:
                        size += len(block)
                        if size > pointer.size:
                            break
                        found.update(block)
                        file.write(block)
                    file.flush()
                    os.fsync(file.fileno())
                if size != pointer.size or found.hexdigest() != pointer.hash:
                    raise ModelError(
                        f"A large file came damaged: {pointer.hash[:12]}… of {pointer.size:,} bytes.",
                        hint="Try again; if it stays so, the place that it comes from is damaged.",
                    )
                part.chmod(_READ_ONLY)
                os.replace(part, target)
            finally:
                part.unlink(missing_ok=True)

    def place(self, pointer: Pointer, file: Path) -> None:
        """Put the file to ``file`` as well, without a second copy where the disk can do so.

        Raises:
            ModelError: it is not here.
            StorageError: the disk refused.
        """
        if not self.has(pointer):
            raise ModelError(
                f"The large file {file.name} ({pointer.size:,} bytes, {pointer.hash[:12]}…) is not here.",
                hint="Fetch it from the remote: aetheron pull MODEL. Or restore the model's folder from a copy.",
            )
        with storage_errors(file):
            link(self.path(pointer.hash), file)

    def all(self) -> Iterator[Path]:
        """Give every file that is kept."""
        objects = self._root / "objects"
        if objects.is_dir():
            yield from (path for path in sorted(objects.glob("??/??/*")) if not path.name.startswith("."))


def link(source: Path, target: Path) -> None:
    """Make ``target`` the same file as ``source``; a copy, where the disk has no such links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def hash_of(file: Path) -> str:
    """Give the SHA-256 of a file's bytes, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def attributes(names: Iterable[str]) -> bytes:
    """Give the ``.gitattributes`` that tell ``git lfs`` which files are large."""
    lines = [f"{name} filter=lfs diff=lfs merge=lfs -text\n" for name in sorted(names)]
    return "".join(["* -text\n", *lines]).encode()
