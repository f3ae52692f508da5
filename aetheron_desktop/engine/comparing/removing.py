"""Runs that are removed: put aside first, so that they can be taken back, and then deleted for good.

A run's folder has its history, its test predictions and its checkpoints. Its model is not in it, and stays.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Final, NamedTuple

from aetheron_desktop.engine.comparing.card import KIND
from aetheron_desktop.engine.errors import UsageError, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.workspace import RunRecord, Workspace

_BIN: Final = "bin/runs"


class Removed(NamedTuple):
    """Runs that were put aside, and what their folders take."""

    records: tuple[RunRecord, ...]
    bytes: int


def size_of(workspace: Workspace, runs: Iterable[str]) -> int:
    """Give the bytes that go free when runs are deleted."""
    return sum(_size(workspace.run_folder(run)) for run in runs)


def put_aside(workspace: Workspace, runs: Sequence[str]) -> Removed:
    """Take runs out of the workspace; :func:`take_back` undoes that until they are deleted.

    Raises:
        UsageError: one of them goes on; nothing was removed.
        StorageError: the disk refused.
    """
    known = {record.id: record for record in workspace.runs()}
    records = [known[run] for run in runs if run in known]
    if going := [record.name for record in records if record.outcome is None]:
        raise UsageError(f"{going[0]} is still training.", hint="Stop it first.")
    size = 0
    for record in records:
        folder, aside = workspace.run_folder(record.id), workspace.root / _BIN / record.id
        size += _size(folder)
        with storage_errors(folder):
            aside.parent.mkdir(parents=True, exist_ok=True)
            if aside.exists():
                shutil.rmtree(aside)
            if folder.exists():
                folder.replace(aside)
        workspace.store.put_all([], without=[("run", record.id), (KIND, record.id)])
    return Removed(tuple(records), size)


def take_back(workspace: Workspace, removed: Removed) -> None:
    """Put runs back that were put aside.

    Raises:
        UsageError: they have been deleted meanwhile.
        StorageError: the disk refused.
    """
    for record in removed.records:
        aside, folder = workspace.root / _BIN / record.id, workspace.run_folder(record.id)
        if not aside.exists():
            raise UsageError(
                f"{record.name} has been deleted for good.", hint="Its model, if it had one, is in Models."
            )
        with storage_errors(folder):
            aside.replace(folder)
        workspace.put_run(record)


def delete(root: Path) -> int:
    """Delete all runs that were put aside in the workspace at ``root``; gives the bytes that went free.

    Raises:
        StorageError: the disk refused.
    """
    place = root / _BIN
    if not place.is_dir():
        return 0
    freed = 0
    for folder in place.iterdir():
        freed += _size(folder)
        with storage_errors(folder):
            shutil.rmtree(folder)
    return freed


def _size(folder: Path) -> int:
    total = 0
    for root, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(root, name)).st_size
            except OSError:  # gone meanwhile
                continue
    return total
