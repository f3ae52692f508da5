"""The changes of models' versions, done by a worker for the widgets that wish them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aetheron_desktop.engine.events import Answered
from aetheron_desktop.engine.jobs import asking
from aetheron_desktop.engine.jobs.job import ChangeJob
from aetheron_desktop.engine.versioning.changes import Changed, CloneModel, ImportForeign, NotChanged

if TYPE_CHECKING:
    from aetheron_desktop.engine.events import Event, JobEnded
    from aetheron_desktop.engine.versioning.changes import Change
    from aetheron_desktop.engine.workspace import Workspace
    from aetheron_desktop.ui.jobs import Jobs


class Versions(QObject):
    """Has changes done by a worker, those of one model one after the other."""

    changed = Signal(str, object)  # job id; Changed, or NotChanged or JobEnded that say why not

    def __init__(self, workspace: Workspace, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._jobs = jobs
        self._going: dict[str, Changed | NotChanged | None] = {}
        self._lines: dict[str, deque[ChangeJob]] = {}
        """By model, or by job of what makes a new one: the change that is being done, and those that wait for it."""
        jobs.told.connect(self._hear)
        jobs.ended.connect(self._on_ended)

    def change(self, change: Change) -> str:
        """Do something with the versions of a model, and give the job's id; ``changed`` tells what came of it."""
        job = ChangeJob(id=self._workspace.new_id("change"), change=change)
        self._going[job.id] = None
        line = self._lines.setdefault(_model_of(change) or job.id, deque())
        line.append(job)
        if len(line) == 1:
            self._jobs.start(job, "change")
        return job.id

    def stop(self, job: str) -> None:
        """Ask a change to stop, if that goes on: a push or a pull."""
        if job in self._jobs:
            self._jobs.stop(job)

    def close(self) -> None:
        """Forget the changes that have not begun."""
        for line in self._lines.values():
            while len(line) > 1:
                del self._going[line.pop().id]

    def _hear(self, job: str, events: list[Event]) -> None:
        if job not in self._going:
            return
        for event in events:
            if isinstance(event, Answered):
                answer = asking.told(event.answer)
                if isinstance(answer, Changed | NotChanged):
                    self._going[job] = answer

    def _on_ended(self, end: JobEnded) -> None:
        if end.job not in self._going:
            return
        for model, line in list(self._lines.items()):
            if line[0].id == end.job:
                line.popleft()
                if line:
                    self._jobs.start(line[0], "change")
                else:
                    del self._lines[model]
        self.changed.emit(end.job, self._going.pop(end.job) or end)


def _model_of(change: Change) -> str:
    """Give the model that is changed; empty for what makes a new one, which waits for nothing."""
    return "" if isinstance(change, CloneModel | ImportForeign) else change.model
