"""Rows of a snapshot in another order, or some of them: their numbers, one after the other in a file."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import storage_error

if TYPE_CHECKING:
    from pathlib import Path

SHORT: Final = ".u4"
LONG: Final = ".u8"
"""The ends of the names of files with numbers of four and of eight bytes."""


class RowOrder:
    """The numbers in the file ``path``; the first row of the snapshot is 0. Nothing is read before it is asked for.

    Raises:
        StorageError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._bytes: mmap.mmap | bytes = b""
        try:
            with path.open("rb") as file:
                if path.stat().st_size:
                    self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise storage_error(error, path) from error
        plain = memoryview(self._bytes)
        self._numbers = plain.cast("I") if path.suffix == SHORT else plain.cast("Q")

    def __len__(self) -> int:
        return len(self._numbers)

    def numbers(self, start: int, count: int) -> list[int]:
        """Give at most ``count`` numbers from the place ``start``."""
        found: list[int] = self._numbers[max(0, start) : max(0, start) + max(0, count)].tolist()
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._numbers.release()
        if isinstance(self._bytes, mmap.mmap):
            self._bytes.close()


def suffix(rows: int) -> str:
    """Give the end of the name of a file with row numbers below ``rows``."""
    return SHORT if rows <= 2**32 else LONG
