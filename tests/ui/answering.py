"""A session whose questions are answered at once, in the same thread, or kept waiting."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from aetheron_desktop.engine.datasets import questions
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.events import JobEnded
from aetheron_desktop.engine.jobs import asking
from aetheron_desktop.ui.session import Session


class Answering:
    """Takes the place of :meth:`Session.ask`; with ``holds`` questions wait until :meth:`answer`."""

    def __init__(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        self.session = session
        self.holds = False
        self.asked: list[Any] = []
        self.waiting: dict[str, tuple[Any, Callable[[Any], None], Callable[[JobEnded], None]]] = {}
        monkeypatch.setattr(session, "ask", self.ask)
        monkeypatch.setattr(session, "withdraw", self.withdraw)

    def ask(self, question: Any, on_answer: Callable[[Any], None], on_end: Callable[[JobEnded], None]) -> str:
        self.asked.append(question)
        job = f"ask-{len(self.asked)}"
        self.waiting[job] = question, on_answer, on_end
        if not self.holds:
            self.answer()
        return job

    def withdraw(self, job: str) -> None:
        self.waiting.pop(job, None)

    def answer(self) -> None:
        """Answer all that waits, as a worker would."""
        while self.waiting:
            question, on_answer, on_end = self.waiting.pop(next(iter(self.waiting)))
            end = JobEnded(job="ask", work="ask", outcome="succeeded")

            def emit(found: Any, hear: Callable[[Any], None] = on_answer) -> None:
                hear(asking.told(msgspec.json.decode(msgspec.json.encode(found))))

            try:
                questions.answer(question, self.session.workspace, emit, lambda *_: None, lambda: False)
            except AetheronError as error:
                end = JobEnded(job="ask", work="ask", outcome="failed", title=error.title, detail=error.detail)
            on_end(end)
