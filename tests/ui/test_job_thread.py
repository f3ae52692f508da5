"""How long a worker may take to end after it was asked to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aetheron_desktop.engine.events import KEEPING, Event, JobEnded, Progressed
from aetheron_desktop.ui import job_thread
from aetheron_desktop.ui.job_thread import JobThread

if TYPE_CHECKING:
    from aetheron_desktop.engine.workspace import Workspace

RUN = "run-1"
END = JobEnded(job=RUN, work="train", outcome="stopped", result="model-1")


class Worker:
    """Tells what a test has written; a worker that was killed tells nothing more."""

    def __init__(self, *told: list[Event]) -> None:
        self.told = list(told)
        self.is_killed = False

    def read(self, timeout_s: float) -> list[Event] | None:
        return self.told.pop(0) if self.told and not self.is_killed else None

    def kill(self) -> None:
        self.is_killed = True


def stage(name: str) -> list[Event]:
    return [Progressed(job=RUN, stage=name, done=0)]


@pytest.fixture
def thread(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, qapp: object) -> JobThread:
    monkeypatch.setattr(job_thread, "STOP_LIMIT_S", 0.0)
    workspace.run_folder(RUN).mkdir(parents=True)
    return JobThread(workspace, RUN, "train")


def followed(thread: JobThread, worker: Any) -> JobEnded | None:
    return thread._follow(worker, worker)


def test_that_a_worker_that_keeps_its_best_is_waited_for(thread: JobThread) -> None:
    thread.stop()
    worker = Worker(stage(KEEPING), [], [], [END])
    assert followed(thread, worker) == END
    assert not worker.is_killed


def test_that_one_that_goes_on_is_ended_by_force(thread: JobThread) -> None:
    thread.stop()
    worker = Worker(stage("fit"), [], [END])
    end = followed(thread, worker)
    assert worker.is_killed
    assert end is not None
    assert (end.outcome, end.result) == ("stopped", None)


def test_that_a_worker_that_shall_be_killed_is_not_waited_for(thread: JobThread) -> None:
    thread.kill()
    worker = Worker(stage(KEEPING), [], [END])
    followed(thread, worker)
    assert worker.is_killed
