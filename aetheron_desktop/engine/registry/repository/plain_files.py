"""What of a repository is read and written without Git: what people call it, and the lock of those who change it."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import storage_errors
from aetheron_desktop.engine.store.locks import exclusive

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

_FILE: Final = "description"
"""Git's own file for what a repository is called."""
_LOCK: Final = "aetheron.lock"


def changing(root: Path) -> AbstractContextManager[None]:
    """Give what one writer at a time, of any process, enters."""
    return exclusive(root / _LOCK)


def read_name(root: Path) -> str:
    """Give what the model in ``root`` is called; its id where that does not stand there."""
    try:
        return (root / _FILE).read_text(encoding="utf-8").strip()[:200] or root.name
    except (OSError, UnicodeDecodeError):
        return root.name


def write_name(root: Path, name: str) -> None:
    """Call the model in ``root`` otherwise.

    Raises:
        StorageError: the disk refused; it is called as before.
    """
    part = root / f".{_FILE}.{uuid.uuid4().hex[:8]}"
    with storage_errors(root):
        try:
            part.write_text(name + "\n", encoding="utf-8")
            os.replace(part, root / _FILE)
        finally:
            part.unlink(missing_ok=True)
