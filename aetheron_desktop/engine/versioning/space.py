"""What things take on the disk, how long nobody has written there, and how they are removed."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from aetheron_desktop.engine.registry.leftovers import part_name, writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dulwich.objects import ObjectID

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository


def own_size(*paths: Path) -> int:
    """Give the bytes that go free when ``paths`` are removed: what is shared with another place counts nothing."""
    found: dict[tuple[int, int], list[os.stat_result]] = {}
    for status in _statuses(paths):
        found.setdefault((status.st_dev, status.st_ino), []).append(status)
    return sum(same[0].st_size for same in found.values() if len(same) >= same[0].st_nlink)


def age_s(path: Path) -> float:
    """Give for how long nothing was written below ``path``."""
    newest = max((status.st_mtime for status in _statuses([path])), default=0.0)
    with contextlib.suppress(OSError):
        newest = max(newest, path.lstat().st_mtime)
    return time.time() - newest


def _statuses(paths: Iterable[Path]) -> Iterator[os.stat_result]:
    """Give what is known of each file below ``paths``; what goes meanwhile is passed over."""
    for path in paths:
        files = [path]
        if path.is_dir() and not path.is_symlink():
            files = [Path(folder, name) for folder, _, names in os.walk(path) for name in names]
        for file in files:
            with contextlib.suppress(OSError):
                yield file.lstat()


def remove_tree(path: Path) -> None:
    """Remove a file or a folder; what is read-only goes too."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, onerror=writable)
    else:
        path.unlink(missing_ok=True)


def stored_size(repository: ModelRepository, objects: set[ObjectID]) -> int:
    """Give the bytes that these objects take, in files of their own or as parts of packs."""
    size = 0
    for id_ in objects:
        name = id_.decode()
        with contextlib.suppress(OSError):
            size += (repository.root / "objects" / name[:2] / name[2:]).stat().st_size
    for pack in repository.store.repo.object_store.packs:
        places = sorted((place, id_) for id_, place, _ in pack.index.iterentries())
        ends = [*(place for place, _ in places[1:]), os.path.getsize(pack.data.path) if places else 0]
        size += sum(end - place for (place, id_), end in zip(places, ends, strict=False) if _hex(id_) in objects)
    return size


def _hex(id_: bytes) -> ObjectID:
    from dulwich.objects import RawObjectID, sha_to_hex

    return sha_to_hex(RawObjectID(id_))


def remove_version_folder(folder: Path) -> None:
    """Remove the files of a version; out of sight first, since half of them must not be taken for the version."""
    part = folder.with_name(part_name())
    folder.replace(part)
    remove_tree(part)
