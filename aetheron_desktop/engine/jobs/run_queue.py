"""Runs that wait for their turn, and how the processor is shared among those that go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import StorageError, storage_errors
from aetheron_desktop.engine.jobs.job import TrainJob

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aetheron_desktop.engine.workspace import Workspace

QUEUE: Final = "queue.json"
"""What waits in a window, in the workspace's folder."""


class RunQueue:
    """Jobs in the order in which they will be done."""

    def __init__(self) -> None:
        self._jobs: list[TrainJob] = []

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[TrainJob]:
        return iter(self._jobs)

    def add(self, job: TrainJob) -> None:
        """Put a job at the end."""
        self._jobs.append(job)

    def take(self, run: str | None = None) -> TrainJob | None:
        """Take out the job of ``run``, by default the first one; None when it does not wait."""
        for place, job in enumerate(self._jobs):
            if run is None or job.id == run:
                return self._jobs.pop(place)
        return None

    def place(self, run: str) -> int | None:
        """Give the place of a run, the first is 1; None when it does not wait."""
        return next((place for place, job in enumerate(self._jobs, 1) if job.id == run), None)

    def move(self, run: str, place: int) -> bool:
        """Put a run to ``place``, the first is 1, or as near as there are places; False when it does not wait."""
        job = self.take(run)
        if job is None:
            return False
        self._jobs.insert(max(0, place - 1), job)
        return True


def keep_queue(workspace: Workspace, waiting: Sequence[TrainJob]) -> None:
    """Write down what waits, as a whole or not at all; a window that is killed leaves it to the next.

    Raises:
        StorageError: the disk refused.
    """
    file = workspace.root / QUEUE
    with storage_errors(file):
        if not waiting:
            file.unlink(missing_ok=True)
            return
        part = file.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(list(waiting)))
        part.replace(file)


def kept_queue(workspace: Workspace) -> list[TrainJob]:
    """Give what :func:`keep_queue` wrote last; a file that cannot be read is set aside.

    Raises:
        StorageError: the disk refused, or the file is damaged.
    """
    file = workspace.root / QUEUE
    with storage_errors(file):
        if not file.is_file():
            return []
        data = file.read_bytes()
    try:
        return msgspec.json.decode(data, type=list[TrainJob])
    except msgspec.MsgspecError:
        aside = file.with_suffix(".unreadable")
        with storage_errors(file):
            file.replace(aside)
        raise StorageError(
            f"The list of the runs that were waiting is damaged; it was set aside as {aside.name}.",
            hint="Start those runs again.",
        ) from None


class Share(msgspec.Struct, frozen=True):
    """``runs`` go at the same time, each on ``threads`` cores."""

    runs: int
    threads: int


def share(cores: int, limit: int, *, keeps_core: bool) -> Share:
    """Say how ``cores`` are shared by at most ``limit`` runs, so that no core has two threads.

    With ``keeps_core`` one core stays with the window, as long as each run has one.
    """
    runs = max(1, min(limit, cores))
    free = 1 if keeps_core and cores > runs else 0
    return Share(runs, max(1, (cores - free) // runs))
