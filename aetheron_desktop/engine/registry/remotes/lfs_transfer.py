"""Large files on their way to a remote and from it: whole or not at all, and only those that are not there yet.

A folder has them where ``git lfs`` looks, below ``lfs/objects`` of its repository. A server with HTTPS is asked by the
batch API of Git LFS. One with SSH is asked for such an API (``git-lfs-authenticate``); if it has none, a shell there
puts them below ``lfs/objects``, as in a folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.registry.remotes.folder_transport import FolderLine
from aetheron_desktop.engine.registry.remotes.https_transport import HttpsLine
from aetheron_desktop.engine.registry.remotes.large_store import LargeStore, file_blocks
from aetheron_desktop.engine.registry.remotes.lfs_https import WebStore, endpoint
from aetheron_desktop.engine.registry.remotes.lfs_ssh import ssh_store
from aetheron_desktop.engine.registry.remotes.remote_errors import LargeMissing, no_large_files
from aetheron_desktop.engine.registry.remotes.ssh_transport import SshLine
from aetheron_desktop.engine.registry.repository.large_files import LargeFiles, Pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.registry.remotes.transport import Line


def large_store(line: Line, should_stop: Callable[[], bool]) -> LargeStore:
    """Give the large files of the remote at the end of ``line``.

    Raises:
        RemoteError: it cannot keep any.
    """
    match line:
        case FolderLine():
            return FolderStore(line.gitdir, should_stop)
        case SshLine():
            return ssh_store(line, should_stop)
        case HttpsLine():
            return WebStore(line.web, endpoint(line.web), {}, should_stop)
        case _:
            raise no_large_files(line.where)


class FolderStore:
    """The large files of the repository in ``gitdir``."""

    def __init__(self, gitdir: Path, should_stop: Callable[[], bool]) -> None:
        self._gitdir = gitdir
        self._large = LargeFiles(gitdir)
        self._should_stop = should_stop

    def lacking(self, pointers: Sequence[Pointer]) -> list[Pointer]:
        """See :class:`LargeStore`."""
        return [pointer for pointer in pointers if not self._large.has(pointer)]

    def send(self, pointer: Pointer, file: Path, tell: Callable[[int], None]) -> None:
        """See :class:`LargeStore`."""
        # Never a hard link: what is changed on one side by hand must not change on the other.
        self._large.receive(pointer, file_blocks(file, self._should_stop, tell))

    def blocks(self, pointer: Pointer) -> Iterator[bytes]:
        """See :class:`LargeStore`."""
        if not self._large.has(pointer):
            raise LargeMissing(str(self._gitdir))
        return file_blocks(self._large.path(pointer.hash), self._should_stop, lambda _: None)
