"""Tables and models on their way in: files that are read, and tables that are made of others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from aetheron_desktop.engine.events import Progressed

if TYPE_CHECKING:
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.jobs.job import ImportJob, MendJob, PrepareJob
    from aetheron_desktop.ui.jobs import Jobs


@dataclass(frozen=True, slots=True)
class ImportState:
    """A file on its way in; ``total`` is None while it is not known."""

    job: str
    name: str
    stage: str = "Open the file"
    done: float = 0.0
    total: float | None = None
    unit: Literal["", "rows", "bytes"] = ""
    eta_s: float | None = None


class Arrivals(QObject):
    """What comes in now; ``changed`` tells how far the first of it is, and that nothing does any more."""

    changed = Signal(object)  # ImportState | None

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._states: dict[str, ImportState] = {}
        jobs.told.connect(self._hear)

    def begin(self, job: ImportJob | MendJob | PrepareJob, name: str, stage: str = "Open the file") -> str:
        """Have a worker do ``job``, which is called ``name``, and give its id."""
        self._states[job.id] = ImportState(job.id, name, stage)
        self.changed.emit(self._states[job.id])
        self._jobs.start(job, "import")
        return job.id

    def cancel(self) -> None:
        """Stop all; nothing of them is kept."""
        for job in self._states:
            self._jobs.stop(job)

    def end(self, job: str) -> str:
        """Note that a job has ended, and give what it was called."""
        name = self._states.pop(job).name
        self.changed.emit(next(iter(self._states.values()), None))
        return name

    def _hear(self, job: str, events: list[Event]) -> None:
        state = self._states.get(job)
        if state is None:
            return
        for event in events:
            if isinstance(event, Progressed):
                state = replace(
                    state, stage=event.stage, done=event.done, total=event.total, unit=event.unit, eta_s=event.eta_s
                )
        self._states[job] = state
        self.changed.emit(state)
