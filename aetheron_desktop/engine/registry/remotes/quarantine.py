"""Where what a remote sends stands until it was looked through: beside the repository, which it can refer to.

As Git does it for what is pushed to it. What is refused, or cut off by a kill, has never been among the objects here.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import uuid
from typing import IO, TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import AetheronError, storage_errors
from aetheron_desktop.engine.registry.remotes.remote_errors import RefusedHistory
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PREFIX: Final = ".incoming-"
_OLD_S: Final = 24 * 3600


class Quarantine:
    """A repository beside ``repository`` that has all that is in it, and what was received on top of that."""

    def __init__(self, repository: ModelRepository, folder: Path) -> None:
        self._repository = repository
        self._folder = folder
        with storage_errors(folder):
            self.inside = ModelRepository.create(folder, repository.name)
            alternates = folder / "objects" / "info" / "alternates"
            alternates.parent.mkdir(exist_ok=True)
            alternates.write_bytes(os.fsencode(repository.root.resolve() / "objects") + b"\n")

    def receive(self, file: IO[bytes]) -> None:
        """Unpack what was received.

        Raises:
            RefusedHistory: it is damaged.
            StorageError: the disk refused.
        """
        try:
            with storage_errors(self._folder):
                self.inside.store.repo.object_store.add_thin_pack(file.read, file.read)
        except AetheronError:
            raise
        # Whatever a wrong pack makes the parser stumble over; nothing of it is run.
        except Exception as error:
            raise RefusedHistory(
                f"What the remote sent is damaged: {error}", hint="Try again. If it stays so, ask who runs it."
            ) from error

    def admit(self) -> None:
        """Put everything that was received among the objects of the repository.

        Raises:
            StorageError: the disk refused; what is there already is harmless.
        """
        self.inside.close()
        there = self._repository.root / "objects" / "pack"
        with storage_errors(there):
            there.mkdir(exist_ok=True)
            # A pack is seen by its index, so that goes last.
            for pack in sorted((self._folder / "objects" / "pack").glob("pack-*.pack")):
                index = pack.with_suffix(".idx")
                if (there / pack.name).exists() and (there / index.name).exists():
                    continue
                # A pack alone is of a program that was killed: it may hold the same in another order.
                for file in (pack, index):
                    with file.open("rb") as stream:
                        os.fsync(stream.fileno())
                    os.replace(file, there / file.name)

    def close(self) -> None:
        """Leave nothing of it behind."""
        self.inside.close()
        shutil.rmtree(self._folder, onerror=_writable)


@contextlib.contextmanager
def quarantine(repository: ModelRepository) -> Iterator[Quarantine]:
    """Give a place for what comes from elsewhere, for the block.

    Raises:
        StorageError: the disk refused.
    """
    for old in repository.root.glob(f"{_PREFIX}*"):  # of a program that was killed
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > _OLD_S:
                shutil.rmtree(old, onerror=_writable)
    made = Quarantine(repository, repository.root / f"{_PREFIX}{uuid.uuid4().hex[:12]}")
    try:
        yield made
    finally:
        made.close()


def _writable(remove: object, path: str, error: object) -> None:
    """Windows removes no read-only files, and Git's are."""
    del remove, error
    with contextlib.suppress(OSError):
        os.chmod(path, 0o600)
        os.unlink(path)
