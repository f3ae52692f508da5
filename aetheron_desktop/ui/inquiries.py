"""Questions that go on: each is answered by a worker, and heard by whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from aetheron_desktop.engine.events import Answered, Progressed
from aetheron_desktop.engine.jobs import asking
from aetheron_desktop.engine.jobs.job import AskJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.events import Event, JobEnded
    from aetheron_desktop.engine.jobs.asking import Question
    from aetheron_desktop.engine.workspace import Workspace
    from aetheron_desktop.ui.jobs import Jobs


class Inquiry(QObject):
    """A question that goes on; a receiver that is deleted is disconnected by Qt."""

    answered = Signal(object)  # questions.Answer
    progressed = Signal(object)  # Progressed
    ended = Signal(object)  # JobEnded


class Inquiries(QObject):
    """The questions that go on, by the ids of their jobs."""

    def __init__(self, workspace: Workspace, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._jobs = jobs
        self._asked: dict[str, Inquiry] = {}
        jobs.told.connect(self._hear)
        jobs.ended.connect(self._on_ended)

    def ask(
        self,
        question: Question,
        on_answer: Callable[[Any], None],
        on_end: Callable[[JobEnded], None],
        on_progress: Callable[[Progressed], None] | None = None,
    ) -> str:
        """Have a question answered, and give the id of the job; see :meth:`Session.ask`."""
        job = AskJob(id=self._workspace.new_id("ask"), question=question)
        inquiry = Inquiry(self)
        inquiry.answered.connect(on_answer)
        inquiry.ended.connect(on_end)
        if on_progress is not None:
            inquiry.progressed.connect(on_progress)
        self._asked[job.id] = inquiry
        self._jobs.start(job, "ask")
        return job.id

    def withdraw(self, job: str) -> None:
        """Stop to answer a question, if that goes on."""
        if inquiry := self._asked.pop(job, None):
            inquiry.deleteLater()
            self._jobs.stop(job)

    def _hear(self, job: str, events: list[Event]) -> None:
        for event in events:
            # Looked up each time: who hears an answer may withdraw the question.
            if (inquiry := self._asked.get(job)) is None:
                return
            if isinstance(event, Answered):
                inquiry.answered.emit(asking.told(event.answer))
            elif isinstance(event, Progressed):
                inquiry.progressed.emit(event)

    def _on_ended(self, end: JobEnded) -> None:
        if inquiry := self._asked.pop(end.job, None):
            inquiry.ended.emit(end)
            inquiry.deleteLater()
