"""Carrying a model in one file: ``.aether``, a zip of the files of a version, with relative paths alone."""

from __future__ import annotations

import os
import shutil
import stat
import uuid
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.errors import UntrustedModel, storage_errors
from aetheron_desktop.engine.registry.artifact import check_folder, load_model
from aetheron_desktop.engine.registry.audit import check_directory
from aetheron_desktop.engine.registry.description import FILES, MOST_BYTES, Description, read_description
from aetheron_desktop.engine.registry.words import AGAIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDING: Final = ".aether"
_MOST_SWELLING: Final = 200
_MOST_DIRECTORY_BYTES: Final = 64 << 10
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""Of each part, so that one version gives one file."""


def pack_model(folder: Path, file: Path) -> None:
    """Pack the version in ``folder`` into the one ``file``.

    Raises:
        ModelError: the model is damaged.
        StorageError: the disk refused; nothing was left behind.
    """
    check_folder(folder, read_description(folder))
    part = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}.part")
    with storage_errors(file):
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                for member in sorted(folder.iterdir()):
                    _add(archive, member)
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)


def _add(archive: zipfile.ZipFile, member: Path) -> None:
    told = zipfile.ZipInfo(member.name, _MOMENT)
    told.compress_type = zipfile.ZIP_DEFLATED
    told.external_attr = (stat.S_IFREG | 0o644) << 16
    told.file_size = member.stat().st_size
    with member.open("rb") as source, archive.open(told, "w") as target:
        while block := source.read(1 << 20):
            target.write(block)


def unpack_model(file: Path, folder: Path) -> Description:
    """Unpack ``file`` into the new ``folder``, and give what it is, once it is known to be safe to open.

    Raises:
        UntrustedModel: it is not what :func:`pack_model` writes; nothing was kept.
        ModelError: it cannot be used by this version of the program; nothing was kept.
        StorageError: the disk refused, or ``folder`` is there already; nothing was left behind.
    """
    with storage_errors(file):
        folder.mkdir(parents=True)  # before the rest: a folder that was there before is somebody's, and stays
        try:
            _unpack(file, folder)
            return load_model(folder).description
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _unpack(file: Path, folder: Path) -> None:
    try:
        with file.open("rb") as stream:
            check_directory(stream, _MOST_DIRECTORY_BYTES)
        with zipfile.ZipFile(file) as archive:
            for member in _members(archive):
                with archive.open(member) as source, (folder / member.filename).open("xb") as target:
                    _copy(source, target, MOST_BYTES[member.filename])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise UntrustedModel(f"{file.name} is no model file: {error}", hint=AGAIN) from error


def _members(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    members = archive.infolist()
    if len({member.filename for member in members}) != len(members):
        raise UntrustedModel("The file holds a part twice.", hint=AGAIN)
    for member in members:
        # Nothing but the known names, so no path can lead out of the folder, and nothing is a link.
        kind = stat.S_IFMT(member.external_attr >> 16)
        if member.filename not in FILES or kind not in {0, stat.S_IFREG}:
            raise UntrustedModel(
                f"The file holds {member.filename!r}, which no model has.",
                hint=AGAIN,
            )
        if member.file_size > _MOST_SWELLING * (member.compress_size + 4096):
            raise UntrustedModel(f"{member.filename} swells to more than any model has.", hint=AGAIN)
        yield member


def _copy(source: Any, target: Any, most: int) -> None:
    # Counted while it is unpacked: what the archive says of its sizes may be a lie.
    written = 0
    while block := source.read(1 << 20):
        written += len(block)
        if written > most:
            raise UntrustedModel("The file unpacks to more than any model has.", hint=AGAIN)
        target.write(block)
