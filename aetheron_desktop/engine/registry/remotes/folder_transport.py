"""The way to a repository in a folder, and how such a folder is made."""

from __future__ import annotations

import contextlib
import os
import uuid
from typing import TYPE_CHECKING

from dulwich.client import LocalGitClient
from dulwich.errors import NotGitRepository
from dulwich.objects import ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.registry.remotes.packs import add_pack
from aetheron_desktop.engine.registry.remotes.remote_errors import RemoteError
from aetheron_desktop.engine.registry.remotes.transport import GitLine, Updates, changed, wanted
from aetheron_desktop.engine.registry.repository.git_store import GitStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dulwich.client import GitClient

    from aetheron_desktop.engine.registry.remotes.remote_address import FolderAddress
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository


class FolderLine(GitLine):
    """The way to a repository in a folder."""

    def __init__(self, repository: ModelRepository, address: FolderAddress, should_stop: Callable[[], bool]) -> None:
        super().__init__(repository, should_stop)
        self.where = str(address)
        self.gitdir = gitdir_of(address.path)

    def client(self) -> GitClient:
        """See :class:`GitLine`."""
        return LocalGitClient()

    def path(self) -> bytes:
        """See :class:`GitLine`."""
        return os.fsencode(self.gitdir)

    def error(self, error: Exception) -> Exception:
        """See :class:`GitLine`."""
        if isinstance(error, OSError):
            return RemoteError(
                f"{self.where} cannot be used: {error.strerror or error}.",
                hint="Check the rights of the folder, the room on its disk, and whether the share is there.",
            )
        return RemoteError(
            f"The history in {self.where} is damaged: {error}", hint="Look at it with: git fsck. Or use another remote."
        )

    def send(self, updates: Updates) -> dict[str, str]:
        """See :class:`Line`; each label is moved by itself, after all that it needs is there."""
        self._refuse_checked_out(updates)
        store = GitStore(self.gitdir)
        try:
            with self.translated():
                there = store.repo.get_refs()
                wanted(self.where, there, updates)
                want = {ObjectID(after.encode()) for _, after in updates.values() if after}
                add_pack(
                    lambda: store.repo.object_store.add_pack_data(
                        *self.packed(set(there.values()), want, ofs_delta=True)
                    )
                )
                for name, (before, after) in updates.items():
                    self.look()
                    if not store.swap(name, before, after):
                        raise changed(self.where)
        finally:
            store.close()
        return {}

    def _refuse_checked_out(self, updates: Updates) -> None:
        with self.translated(), contextlib.closing(Repo(str(self.gitdir))) as repo:
            head = repo.refs.read_ref(Ref(b"HEAD")) or b""
            bare = self.gitdir.name != ".git" or repo.get_config().get_boolean((b"core",), b"bare", False)
        name = head.removeprefix(b"ref: ").decode("utf-8", "replace").strip()
        if not bare and name in updates:
            raise RemoteError(
                f"{self.where} is a folder that somebody works in: its files would no longer be those of its history.",
                hint="Use a folder of its own as the remote; it is made when it is not there.",
            )


def gitdir_of(folder: Path) -> Path:
    """Give where the repository in ``folder`` has its objects.

    Raises:
        RemoteError: there is none.
    """
    if not folder.is_dir():
        raise RemoteError(
            f"There is no folder {folder}.", hint="Check the path, and whether the share or the disk is connected."
        )
    for place in (folder / ".git", folder):
        try:
            with contextlib.closing(Repo(str(place))) as repo:
                return place if repo.bare else place.resolve()
        except (NotGitRepository, OSError, ValueError):
            continue
    raise RemoteError(
        f"The folder {folder} holds no model.", hint="Check the path. An empty or new folder is made one."
    )


def create_folder(folder: Path, head: str, name: str) -> bool:
    """Make a repository of a folder that is not there or empty, whole or not at all; says whether that was done.

    Raises:
        RemoteError: the folder that it would be in is not there.
        StorageError: the disk refused.
    """
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

    with storage_errors(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            return False
        if not folder.parent.is_dir():
            raise RemoteError(
                f"There is no folder {folder.parent}.",
                hint="Check the path, and whether the share or disk is connected.",
            )
        part = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
        with ModelRepository.create(part, name) as made:
            made.store.set_head(head)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    return True
