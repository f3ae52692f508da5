"""Jobs in worker processes, as their owner sees them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.events import Event, JobEnded, JobStarted, MetricLogged
from aetheron_desktop.engine.jobs import process
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.jobs.process import AttachedRun, WorkerPool, WorkerProcess
from aetheron_desktop.engine.workspace import Workspace
from tests.e2e.program import wait_until
from tests.engine.jobs.test_execution import experiment


@pytest.fixture
def worker(workspace: Workspace) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(workspace)
    yield worker
    worker.kill()
    worker.dispose()


def heard(source: process.Source, until: Callable[[Event], bool], limit_s: float = 60.0) -> list[Event]:
    """Listen until an event is wanted, or nothing more can come."""
    events: list[Event] = []
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        new = source.read(0.1)
        if new is None:
            return events
        events += new
        if any(until(event) for event in new):
            return events
    raise AssertionError(f"not heard in {limit_s} s: {events[-3:]}")


def is_curve(event: Event) -> bool:
    return isinstance(event, MetricLogged) and event.part == "valid"


def is_end(event: Event) -> bool:
    return isinstance(event, JobEnded)


def long_job(workspace: Workspace, dataset: Dataset) -> TrainJob:
    many = {"max_iter": 10_000, "patience": 1000, "learning_rate": 0.001}
    return TrainJob(experiment=experiment(workspace, dataset, "boosting", **many))


def test_that_a_worker_that_has_waited_in_vain_ends_without_a_word(workspace: Workspace) -> None:
    waits = (
        "import sys; from aetheron_desktop.engine.jobs import worker; worker.IDLE_S = 0.05; worker.main(sys.argv[1])"
    )
    command = [sys.executable, "-c", waits, str(workspace.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stderr is not None
        assert (child.stderr.read(), child.wait(60)) == (b"", 0)


def test_that_one_worker_does_several_jobs(workspace: Workspace, dataset: Dataset, worker: WorkerProcess) -> None:
    for _ in range(2):
        job = TrainJob(experiment=experiment(workspace, dataset))
        assert worker.send(job)
        events = heard(worker, is_end)
        assert events == workspace.history(job.id)
        assert isinstance(events[-1], JobEnded)
        assert events[-1].outcome == "succeeded"


def test_that_a_stop_is_heard_by_whoever_does_the_run(
    workspace: Workspace, dataset: Dataset, worker: WorkerProcess
) -> None:
    job = long_job(workspace, dataset)
    worker.send(job)
    heard(worker, is_curve)
    asked = time.monotonic()
    workspace.ask_to_stop(job.id)
    end = heard(worker, is_end)[-1]
    assert isinstance(end, JobEnded)
    assert (end.outcome, workspace.model(end.result or "").status) == ("stopped", "stopped")
    assert time.monotonic() - asked < 10


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_that_a_worker_that_is_killed_is_a_crashed_run_in_words(
    workspace: Workspace, dataset: Dataset, worker: WorkerProcess
) -> None:
    job = long_job(workspace, dataset)
    worker.send(job)
    heard(worker, is_curve)
    os.kill(worker.pid, signal.SIGKILL)
    heard(worker, is_end)  # returns when the pipe is closed
    assert worker.read(1.0) is None
    end = process.crashed(workspace, job.id, "train", process.reason_of_exit(worker.exit_code(), worker.last_words()))
    assert "SIGKILL" in end.detail
    assert "memory" in end.detail
    assert workspace.history(job.id)[-1] == end
    assert workspace.run(job.id).outcome == "crashed"


def test_that_a_suspended_worker_uses_no_processor_and_goes_on(
    workspace: Workspace, dataset: Dataset, worker: WorkerProcess
) -> None:
    job = long_job(workspace, dataset)
    worker.send(job)
    started = next(event for event in heard(worker, is_curve) if isinstance(event, JobStarted))
    assert process.suspend(*process.process_of(started))
    suspended = psutil.Process(worker.pid)
    wait_until(lambda: suspended.status() == psutil.STATUS_STOPPED, "the system to suspend the process")
    assert process.resume(*process.process_of(started))
    heard(worker, is_curve)


def test_that_a_run_goes_on_when_nobody_listens_and_is_found_again(workspace: Workspace, dataset: Dataset) -> None:
    worker = WorkerProcess(workspace)
    job = long_job(workspace, dataset)
    worker.send(job)
    heard(worker, is_curve)
    worker.close()  # what the death of a window does to the pipe
    alive, dead = process.close_dead_runs(workspace)
    assert ([run.id for run in alive], dead) == ([job.id], [])
    attached = AttachedRun(workspace, alive[0])
    assert isinstance(heard(attached, is_curve)[0], JobStarted)
    workspace.ask_to_stop(job.id)
    end = heard(attached, is_end)[-1]
    assert isinstance(end, JobEnded)
    assert end.outcome == "stopped"
    assert worker.exit_code(20) == 0, "it ends by itself once it has no job left"
    worker.dispose()


def test_that_a_run_whose_process_is_gone_is_closed_in_words(workspace: Workspace, dataset: Dataset) -> None:
    worker = WorkerProcess(workspace)
    job = long_job(workspace, dataset)
    worker.send(job)
    heard(worker, is_curve)
    worker.kill()
    worker.dispose()
    alive, dead = process.close_dead_runs(workspace)
    assert (alive, [end.outcome for end in dead]) == ([], ["crashed"])
    assert workspace.run(job.id).outcome == "crashed"
    assert process.close_dead_runs(workspace) == ([], []), "it is said once"


def test_that_a_pool_gives_a_waiting_worker_again_and_leaves_none_behind(workspace: Workspace) -> None:
    pool = WorkerPool(workspace)
    first = pool.take()
    pool.give_back(first)
    assert pool.take() is first
    pool.give_back(first)
    pid = first.pid
    pool.close()
    assert not psutil.pid_exists(pid)


def test_that_a_question_does_not_wait_for_a_worker_that_learns_to_learn(workspace: Workspace) -> None:
    pool = WorkerPool(workspace)
    plain = pool.take()
    pool.give_back(plain)
    pool.warm_up()
    assert len(pool.pids()) == 2
    pool.warm_up()
    assert len(pool.pids()) == 2, "one is enough"
    assert pool.take() is plain
    other = pool.take()
    assert other is not plain
    learner = pool.take(to_learn=True)
    assert learner not in {plain, other}
    for worker in (plain, other, learner):
        pool.give_back(worker)
    assert set(pool.pids()) == {plain.pid, learner.pid}, "one of a kind is kept"
    assert pool.take(to_learn=True) is learner
    assert pool.take(to_learn=True) is plain, "any is better than a new one"
    learner.kill()
    learner.dispose()
    pool.give_back(plain)
    pool.close()
    assert not any(psutil.pid_exists(worker.pid) for worker in (plain, other, learner))


@pytest.mark.parametrize(
    ("code", "words"),
    [(-9, "SIGKILL"), (-11, "SIGSEGV"), (1, "exit code 1"), (None, "did not end"), (-77, "signal 77")],
)
def test_that_an_exit_is_explained(code: int | None, words: str) -> None:
    assert words in process.reason_of_exit(code, "bad alloc")
    assert "bad alloc" in process.reason_of_exit(code, "bad alloc")
