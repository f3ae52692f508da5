"""Programs that train at the same time share the cores: each has its own, and the last one waits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import psutil
import pytest

from aetheron_desktop.engine.events import CoresAwaited, Event, JobEnded, MessageLogged, Paused, RunStarted
from aetheron_desktop.engine.jobs import cores, execution
from aetheron_desktop.engine.jobs.cores import claim_cores
from aetheron_desktop.engine.jobs.execution import Execution
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.engine.jobs.resuming import plan_of
from tests.engine.jobs.test_execution import experiment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.jobs.cores import CoreClaim
    from aetheron_desktop.engine.workspace import Workspace

HOLDER = """
import sys
from aetheron_desktop.engine.jobs.cores import claim_cores
made = claim_cores(int(sys.argv[1]), cores=4)
print(made.threads if made else 0, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AETHERON_CONFIG", str(tmp_path / "config"))


class Holder:
    """Another program that has claimed cores."""

    def __init__(self, wanted: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(wanted)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.threads = int(self.process.stdout.readline())

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def other() -> Iterator[Holder]:
    made = Holder(3)
    yield made
    made.end()


def of_four(wanted: int, *, whole: bool = False) -> CoreClaim | None:
    return claim_cores(wanted, whole=whole, cores=4)


def test_that_two_programs_have_no_core_together_and_a_killed_one_has_none(other: Holder) -> None:
    assert other.threads == 3
    assert of_four(4, whole=True) is None
    mine = of_four(4)
    assert mine is not None
    assert mine.threads == 1
    assert of_four(1) is None
    other.end()
    rest = of_four(4)
    assert rest is not None
    assert rest.threads == 3
    mine.release()
    rest.release()
    assert not list((cores.config_folder() / cores.FOLDER).glob("*.claim"))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_that_a_program_that_is_paused_needs_no_core(other: Holder) -> None:
    os.kill(other.process.pid, signal.SIGSTOP)
    while psutil.Process(other.process.pid).status() != psutil.STATUS_STOPPED:
        os.sched_yield()
    mine = of_four(4, whole=True)
    assert mine is not None
    mine.release()


def test_that_a_run_that_gets_fewer_cores_says_so_and_goes_on_with_as_many(
    workspace: Workspace, dataset: Dataset, other: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    job = TrainJob(experiment=experiment(workspace, dataset), threads=2)
    told: list[Event] = []
    assert Execution(workspace, job, lambda event, line: told.append(event)).run(lambda: False).outcome == "succeeded"
    assert "trains on 1 of 2 cores" in next(event.text for event in told if isinstance(event, MessageLogged))
    assert next(event for event in told if isinstance(event, RunStarted)).environment["threads"] == "1"
    assert plan_of(workspace, workspace.run(job.id)).threads == 1
    mine = of_four(1)
    assert mine is not None, "the run has given its core back"
    mine.release()


def test_that_a_run_waits_for_a_core_with_a_word_and_without_counting_the_time(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    monkeypatch.setattr(execution, "_CORES_S", 0.01)
    taken = claim_cores(1)
    assert taken is not None
    state = RunState.queued(experiment(workspace, dataset))
    seen: list[tuple[str, str]] = []

    def tell(event: Event, line: bytes) -> None:
        state.apply(event)
        seen.append((type(event).__name__, state.status))
        if isinstance(event, CoresAwaited):
            assert "another program" in state.stage.lower()
            threading.Timer(0.05, taken.release).start()

    job = TrainJob(experiment=experiment(workspace, dataset))
    end = Execution(workspace, job, tell).run(lambda: False)
    assert end.outcome == "succeeded"
    assert seen[1:4] == [("CoresAwaited", "queued"), ("Paused", "running"), ("RunStarted", "running")]
    pause = next(event for event in workspace.history(job.id) if isinstance(event, Paused))
    record = workspace.run(job.id)
    assert record.ended is not None
    assert record.seconds is not None
    assert record.seconds == pytest.approx(record.ended - record.started - pause.seconds, abs=0.05)
    assert state.seconds == pytest.approx(record.seconds, abs=0.1)


def test_that_a_run_that_waits_for_a_core_is_stopped_at_once(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    taken = claim_cores(1)
    assert taken is not None
    stop = threading.Event()

    def tell(event: Event, line: bytes) -> None:
        if isinstance(event, CoresAwaited):
            stop.set()

    end: JobEnded = Execution(workspace, TrainJob(experiment=experiment(workspace, dataset)), tell).run(stop.is_set)
    assert (end.outcome, end.result) == ("stopped", None)
    assert "waited for a core" in end.detail
    taken.release()


def test_that_a_pause_is_counted_once_though_window_and_process_tell_of_it(
    workspace: Workspace, dataset: Dataset
) -> None:
    from aetheron_desktop.engine.events import JobStarted

    state = RunState.queued(experiment(workspace, dataset))
    state.apply(JobStarted(job="run", at=100.0, work="train", title="", pid=1, born=0.0))
    state.pause(110.02)
    state._pauses[110.02] = 30.0
    state.apply(Paused(job="run", at=140.1, since=110.0, seconds=30.0))
    state.apply(JobEnded(job="run", at=150.0, work="train", outcome="succeeded"))
    assert state.seconds == pytest.approx(20.0)
