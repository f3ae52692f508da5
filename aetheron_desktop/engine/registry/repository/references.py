"""References of a repository: files that name a commit, each swapped from what it was to what it shall be.

The rules are Git's: a reference is a file below ``refs`` or a line of ``packed-refs``, the file first; who changes one
holds the file ``<name>.lock`` beside it. Where dulwich takes a file that cannot be read for one that is not there, and
leaves its lock behind on a full disk, here it is an error, and the lock goes.
"""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Final

from dulwich.objects import valid_hexsha
from dulwich.refs import Ref, check_ref_format

from aetheron_desktop.engine.errors import ModelError, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STALE_S: Final = 2.0
"""A lock that did not change as long as this is of a program that was killed: it is held for milliseconds."""
_PACKED_STALE_S: Final = 10.0
"""The same of the lock on all packed references, in which Git writes them anew."""
_PACKED: Final = "packed-refs"
_LINK: Final = b"ref: "
_MOST_LINKS: Final = 5
_LONGEST: Final = 4096
_LONGEST_NAME: Final = 1024
_LONGEST_PART: Final = 250
"""Bytes; file systems take 255, and the lock's name is longer by five."""
_BRANCHES: Final = "refs/heads/"


class References:
    """The references of the bare repository at ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    # -- reading ------------------------------------------------------------------------------------------------------

    def below(self, base: str) -> dict[str, str]:
        """Give the references below ``refs/heads`` and the like, by name: what each names.

        Raises:
            ModelError: one is damaged.
            StorageError: the disk refused.
        """
        names = {name for name in self._packed() if name.startswith(f"{base}/")}
        with storage_errors(self._root):
            for folder, _, files in os.walk(self._root / base, onerror=_unless_missing):
                place = os.path.relpath(folder, self._root).replace(os.sep, "/")
                names |= {name for name in (f"{place}/{file}" for file in files) if is_reference(name)}
        found = {name: self.get(name) for name in sorted(names)}
        return {name.removeprefix(f"{base}/"): value for name, value in found.items() if value is not None}

    def get(self, name: str, _links: int = 0) -> str | None:
        """Give what a reference names, or None when there is none.

        Raises:
            ModelError: it is damaged.
            StorageError: the disk refused.
        """
        if not is_reference(name):
            return None
        data = self._read(name)
        if data is None:
            return self._packed().get(name)
        if data.startswith(_LINK):
            # Only Git itself makes such ones, below refs/remotes.
            return (
                self.get(data.removeprefix(_LINK).decode("utf-8", "replace"), _links + 1)
                if _links < _MOST_LINKS
                else None
            )
        if not valid_hexsha(data) or len(data) != 40:
            raise self._damaged(name)
        return data.decode()

    def head(self) -> str:
        """Give the name of the branch that HEAD says; empty when it says none.

        Raises:
            StorageError: the disk refused.
        """
        data = (self._read("HEAD") or b"").decode("utf-8", "replace")
        name = data.removeprefix(_LINK.decode())
        return (
            name.removeprefix(_BRANCHES) if name != data and name.startswith(_BRANCHES) and is_reference(name) else ""
        )

    def _read(self, name: str) -> bytes | None:
        with storage_errors(self._root / name):
            try:
                with (self._root / name).open("rb") as file:
                    return file.read(_LONGEST).split(b"\n")[0].strip()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None
            except PermissionError:
                if (self._root / name).is_dir():  # what Windows says of a folder
                    return None
                raise

    def _packed(self) -> dict[str, str]:
        with storage_errors(self._root / _PACKED):
            try:
                data = (self._root / _PACKED).read_bytes()
            except FileNotFoundError:
                return {}
        found = {}
        for line in data.splitlines():
            if not line.strip() or line.startswith((b"#", b"^")):
                continue
            id_, _, name = line.partition(b" ")
            if len(id_) != 40 or not valid_hexsha(id_) or not name:
                raise self._damaged(_PACKED)
            found[name.decode("utf-8", "replace")] = id_.decode()
        return found

    def _damaged(self, name: str) -> ModelError:
        return ModelError(
            f"{name} in {self._root.name} is damaged: it names no version.",
            hint="Get the model again from a remote or a copy; or remove that file, if you can do without the name.",
        )

    # -- changing -----------------------------------------------------------------------------------------------------

    def set_head(self, branch: str) -> None:
        """Let HEAD be at a branch.

        Raises:
            ModelError: Git has it in this moment.
            StorageError: the disk refused; it is as it was.
        """
        with self._locked("HEAD") as part:
            _replace(part, self._root / "HEAD", _LINK + _BRANCHES.encode() + branch.encode() + b"\n")

    def swap(self, name: str, before: str | None, after: str | None) -> bool:
        """Set a reference if it still is ``before`` (None: not there), remove it when ``after`` is None.

        Gives whether that was done.

        Raises:
            ModelError: Git has it in this moment, it is damaged, or the name is none.
            StorageError: the disk refused; it is as it was.
        """
        if not is_reference(name):
            raise ModelError(f"{name!r} cannot be a name in {self._root.name}.", hint="Use another name.")
        path = self._root / name
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked(name) as part:
            if self.get(name) != before:
                return False
            if after is not None:
                if after != before:
                    _replace(part, path, after.encode() + b"\n")
                return True
            # The packed one first: else it would be back if the program were killed in between.
            if name in self._packed():
                self._unpack(name)
            path.unlink(missing_ok=True)
        return True

    def _unpack(self, name: str) -> None:
        with self._locked(_PACKED) as part:
            kept, skipping = [], False
            for line in (self._root / _PACKED).read_bytes().splitlines(keepends=True):
                skipping = line.startswith(b"^") if skipping else False
                skipping = skipping or line.rstrip().partition(b" ")[2] == name.encode()
                if not skipping:
                    kept.append(line)
            _replace(part, self._root / _PACKED, b"".join(kept))

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[Path]:
        """Hold the lock of a reference, and give its file; what a program that was killed has left is swept."""
        lock = self._root / f"{name}.lock"
        with storage_errors(self._root):
            _wait_for(lock, _PACKED_STALE_S if name == _PACKED else _STALE_S)
            try:
                lock.open("xb").close()
            except FileExistsError as error:
                raise ModelError(
                    f"{self._root.name} is being changed by Git.", hint="Wait until that has ended, and try again."
                ) from error
            try:
                yield lock
            finally:
                lock.unlink(missing_ok=True)


def is_reference(name: str) -> bool:
    """Whether ``name`` can be that of a reference: below ``refs``, by Git's rules, and so inside the repository."""
    try:
        data = name.encode()
    except UnicodeEncodeError:
        return False
    fits = len(data) <= _LONGEST_NAME and all(len(part) <= _LONGEST_PART for part in data.split(b"/"))
    return fits and data.startswith(b"refs/") and check_ref_format(Ref(data.removeprefix(b"refs/")))


def _replace(part: Path, path: Path, data: bytes) -> None:
    with part.open("r+b") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def _wait_for(lock: Path, stale_s: float) -> None:
    """Wait until nobody holds ``lock``; sweep it once it was watched so many seconds, and nothing about it changed."""
    seen: tuple[int, ...] = ()
    since = 0.0
    while True:
        try:
            state = lock.stat()
        except OSError:
            return
        # Not by its age: the clock may be set, and one that Git holds for long is alive as long as it is written.
        now = (state.st_ino, state.st_mtime_ns, state.st_size)
        if now != seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since >= stale_s:
            lock.unlink(missing_ok=True)
            return
        time.sleep(0.01)


def _unless_missing(error: OSError) -> None:
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
        raise error
