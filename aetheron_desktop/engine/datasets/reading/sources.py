"""Sources that hold more than one thing: folders and patterns of files, archives, workbooks and databases."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from aetheron_desktop.engine.datasets.staging import one_file
from aetheron_desktop.engine.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_ENDINGS = (".parquet", ".pq", ".parq")


def is_pattern(source: Path) -> bool:
    """Say whether ``source`` is no file or folder itself, but stands for many."""
    return glob.has_magic(str(source)) and not source.exists()


def matching(source: Path) -> list[Path]:
    """Give the files that a folder or pattern stands for, in the order of their names.

    Raises:
        DatasetError: there is none.
    """
    if source.is_dir():
        pattern = str(Path(one_file(source)) / "**" / "*")
    elif is_pattern(source):
        pattern = str(source)
    else:
        return [source]
    files = [Path(name) for name in sorted(glob.glob(pattern, recursive=True))]
    found = [file for file in files if file.is_file() and file.suffix.lower() in _ENDINGS]
    if not found:
        raise DatasetError(
            f"{source.name} holds no Parquet files.", hint="Choose a file, or a folder whose files end with .parquet."
        )
    return found


def chosen(name: str, what: str, wanted: str | None, there: Sequence[str]) -> str:
    """Give the one of ``there`` that is ``wanted``, or the only one.

    Raises:
        UsageError: it is not there.
        DatasetError: there is none, or none of several is wanted.
    """
    listed = ", ".join(there[:20]) + (" and more" if len(there) > 20 else "")
    if wanted is not None:
        if wanted in there:
            return wanted
        raise UsageError(f"{name} has no {what} {wanted!r}.", hint=f"It has: {listed}." if there else "It has none.")
    if len(there) == 1:
        return there[0]
    if not there:
        raise DatasetError(f"{name} has no {what}.", hint="Choose a file that holds a table.")
    raise DatasetError(f"{name} has {len(there)} {what}s: {listed}.", hint=f"Choose one of them as the {what}.")
