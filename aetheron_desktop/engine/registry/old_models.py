"""Models from before models had versions: a folder with their files, of which a repository is made."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.registry.description import DESCRIPTION, FILES, read_description
from aetheron_desktop.engine.registry.leftovers import part_name, writable
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
from aetheron_desktop.engine.store.locks import exclusive

if TYPE_CHECKING:
    from pathlib import Path

_HEAD: Final = "HEAD"
_LOCK: Final = ".converting"


def is_old(folder: Path) -> bool:
    """Whether the model in ``folder`` has no versions yet, or was not wholly given them."""
    return (folder / DESCRIPTION).is_file()


def convert(folder: Path, name: str) -> None:
    """Make a repository of ``folder``, called ``name`` or else as the model calls itself, with its files as version.

    It is built beside them and moved in, HEAD last; only then the old files go, the description last. So a kill
    leaves either the old model or the new one, and the next start finishes what was begun.

    Raises:
        ModelError: it is no model.
        StorageError: the disk refused; nothing is lost.
    """
    with exclusive(folder.parent / _LOCK):  # of two programs that begin at once, one does it
        if not is_old(folder):
            return
        if not (folder / _HEAD).exists():
            called = read_description(folder).info.name
            _make_repository(folder, name or called)
        with storage_errors(folder):
            for file in sorted(FILES, key=lambda file: file == DESCRIPTION):
                (folder / file).unlink(missing_ok=True)


def _make_repository(folder: Path, name: str) -> None:
    part = folder.with_name(part_name())
    try:
        with ModelRepository.create(part, name) as repository:
            files = part / "taken"
            with storage_errors(folder):
                files.mkdir()
                for file in FILES & {file.name for file in folder.iterdir()}:
                    shutil.copyfile(folder / file, files / file)
            repository.commit(files, "Taken over from before models had versions", "trained")
        with storage_errors(folder):
            for child in sorted(part.iterdir(), key=lambda child: child.name == _HEAD):
                if (folder / child.name).is_dir():  # of a start that was cut short
                    shutil.rmtree(folder / child.name, onerror=writable)
                child.replace(folder / child.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
