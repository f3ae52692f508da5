"""The jobs of a session done in this process, each in a turn of the event loop of its own, or kept waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from aetheron_desktop.engine.events import JobEnded
from aetheron_desktop.engine.jobs.execution import Execution
from aetheron_desktop.engine.jobs.job import AskJob, ChangeJob

if TYPE_CHECKING:
    import pytest

    from aetheron_desktop.engine.events import Event, Work
    from aetheron_desktop.engine.jobs.job import Job
    from aetheron_desktop.engine.versioning.changes import Change
    from aetheron_desktop.ui.session import Session


class InProcess:
    """Takes the place of the workers; with ``holds`` jobs wait until :meth:`go_on`."""

    def __init__(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        self.session = session
        self.holds = False
        self.started: list[Job] = []
        self.stopped: list[str] = []
        self._waiting: list[Job] = []
        monkeypatch.setattr(session._jobs, "start", self._start)
        monkeypatch.setattr(session._jobs, "stop", self.stopped.append)

    @property
    def changes(self) -> list[Change]:
        """The changes that were begun."""
        return [job.change for job in self.started if isinstance(job, ChangeJob)]

    @property
    def questions(self) -> list[object]:
        """The questions that were asked."""
        return [job.question for job in self.started if isinstance(job, AskJob)]

    def go_on(self) -> None:
        """Do what waits, in the order in which it was asked for."""
        self.holds = False
        for job in self._waiting:
            QTimer.singleShot(0, self.session, lambda job=job: self._do(job))
        self._waiting.clear()

    def _start(self, job: Job, work: Work) -> None:
        self.started.append(job)
        self._waiting.append(job)
        if not self.holds:
            self.go_on()

    def _do(self, job: Job) -> None:
        if job.id in self.stopped or self.session.is_shut_down():
            return
        told: list[Event] = []
        end = Execution(self.session.workspace, job, lambda event, line: told.append(event)).run(lambda: False)
        self.session._jobs.told.emit(job.id, [event for event in told if not isinstance(event, JobEnded)])
        self.session._jobs.ended.emit(end)
