"""What the large files of a remote can be asked for, wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.registry.remotes.remote_errors import TransferStopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.registry.repository.large_files import Pointer

BLOCK: Final = 1 << 20


class LargeStore(Protocol):
    """The large files of a remote.

    Every method raises RemoteError when the remote cannot be used, and TransferStopped when it was asked to stop.
    """

    def lacking(self, pointers: Sequence[Pointer]) -> list[Pointer]:
        """Give those that are not there."""

    def send(self, pointer: Pointer, file: Path, tell: Callable[[int], None]) -> None:
        """Put a file there, telling how many more bytes were sent."""

    def blocks(self, pointer: Pointer) -> Iterator[bytes]:
        """Give the bytes of a file that is there; they may be wrong, and are to be checked."""


def file_blocks(file: Path, should_stop: Callable[[], bool], tell: Callable[[int], None]) -> Iterator[bytes]:
    """Give the bytes of ``file`` in blocks, telling of each once it was taken.

    Raises:
        StorageError: the disk refused.
        TransferStopped: it was asked to stop.
    """
    with storage_errors(file), file.open("rb") as stream:
        while block := stream.read(BLOCK):
            if should_stop():
                raise TransferStopped
            yield block
            tell(len(block))
