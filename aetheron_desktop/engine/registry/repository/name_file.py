"""What people call a model: Git's own file for what a repository is called. Loads nothing of Git."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import storage_errors

if TYPE_CHECKING:
    from pathlib import Path

_FILE: Final = "description"


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
