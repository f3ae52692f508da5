"""What is on the clipboard, as files that can be imported."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from aetheron_desktop.engine.errors import DatasetError, storage_errors

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData


def pasted(root: Path) -> list[Path]:
    """Give the files on the clipboard, or a new file, in the folder ``pasted`` of ``root``, with the cells on it.

    The file is kept: it is the source of the dataset that is made of it.

    Raises:
        DatasetError: there is no table on the clipboard.
        StorageError: the disk refuses.
    """
    # None on a screen that has nothing to copy from, whatever the stubs say.
    content: QMimeData | None = QGuiApplication.clipboard().mimeData()
    paths = [Path(url.toLocalFile()) for url in content.urls() if url.isLocalFile()] if content else []
    if paths:
        return paths
    text = content.text() if content else ""
    if not text.strip():
        raise DatasetError("There is no table on the clipboard.", hint="Copy cells, with their names, and paste again.")
    folder = root / "pasted"
    name = time.strftime("pasted %Y-%m-%d %H-%M-%S")
    with storage_errors(folder):
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.{'tsv' if chr(9) in text else 'csv'}"
        path.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
    return [path]
