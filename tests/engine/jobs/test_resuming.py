"""A run that was cut short goes on: the same model comes of it, and it has one history and one end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pandas as pd
import psutil
import pytest

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators import linear
from aetheron_desktop.engine.events import (
    JobEnded,
    JobStarted,
    MessageLogged,
    MetricLogged,
    ModelSaved,
    Paused,
    RunResumed,
    RunStarted,
)
from aetheron_desktop.engine.jobs import job as jobs
from aetheron_desktop.engine.jobs import resuming
from aetheron_desktop.engine.jobs.execution import Execution
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.jobs.process import crashed
from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.engine.jobs.resuming import resumed_job
from aetheron_desktop.engine.registry.shelf import Shelf
from aetheron_desktop.engine.training import machine, trainer
from aetheron_desktop.engine.training.fit_progress import FitProgress
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.jobs.counting import STEPS, Counting
from tests.engine.jobs.test_execution import experiment

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.events import Event

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")

MOMENTS = (
    ("training.trainer:environment", 1),  # before its start record
    ("training.fit_progress:FitProgress.step", 7),
    ("training.fit_progress:put_mark", 3),  # in a checkpoint that is half written
    ("registry.shelf:Shelf.enter", 1),  # the model is there, and nobody was told
)
"""Where it is killed, one life after the other."""


def counting_job(workspace: Workspace, dataset: Dataset) -> TrainJob:
    return TrainJob(experiment=experiment(workspace, dataset), checkpoint_s=0.0)


def live(workspace: Workspace, job: TrainJob, *die_at: str) -> int:
    """Have a worker do the job, and give its exit code."""
    command = [sys.executable, "-m", "tests.engine.jobs.counting", str(workspace.root), *die_at]
    done = subprocess.run(command, input=jobs.dumps(job), capture_output=True, check=False, env=dict(os.environ))
    return done.returncode


def done_here(workspace: Workspace, job: TrainJob) -> tuple[JobEnded, list[Event]]:
    told: list[Event] = []
    end = Execution(workspace, job, lambda event, line: told.append(event)).run(lambda: False)
    return end, told


def predictions(workspace: Workspace, run: str) -> pd.DataFrame:
    return pd.read_parquet(workspace.run_folder(run) / "predictions.parquet")


@needs_signals
@pytest.mark.timeout(300)
def test_that_a_run_that_is_killed_again_and_again_ends_as_one_that_was_not(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "Dummy", Counting)
    calm = counting_job(workspace, dataset)
    assert done_here(workspace, calm)[0].outcome == "succeeded"
    job = counting_job(workspace, dataset)
    todo = job
    for place, count in MOMENTS:
        assert live(workspace, todo, place, str(count)) == -signal.SIGKILL, place
        assert workspace.run(job.id).outcome is None
        todo = resumed_job(workspace, workspace.run(job.id))
    end, told = done_here(workspace, todo)
    assert (end.outcome, end.result) == ("succeeded", job.id.replace("run-", "model-"))
    assert predictions(workspace, job.id).equals(predictions(workspace, calm.id))
    assert [info.run for info in workspace.models()].count(job.id) == 1
    assert not any(isinstance(event, MetricLogged) for event in told), "its model was there already"
    history = workspace.history(job.id)
    assert sum(isinstance(event, JobEnded) for event in history) == 1
    assert sum(isinstance(event, JobStarted) for event in history) == len(MOMENTS) + 1
    assert sum(isinstance(event, RunStarted) for event in history) == 1, (
        "one start record, of the first that came so far"
    )
    resumed = [event.step for event in history if isinstance(event, RunResumed)]
    assert resumed == [0, 6, 8]
    run = workspace.run(job.id)
    assert (run.outcome, run.lives) == ("succeeded", len(MOMENTS) + 1)
    assert not (workspace.run_folder(job.id) / "checkpoints").exists()


@needs_signals
def test_that_a_run_that_is_killed_with_its_last_word_has_ended(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "Dummy", Counting)
    job = counting_job(workspace, dataset)
    assert live(workspace, job, "jobs.run_life:RunLife.end", "1") == -signal.SIGKILL
    assert workspace.run(job.id).outcome is None, "the index has not heard of it"
    with pytest.raises(UsageError, match="has ended: succeeded"):
        resumed_job(workspace, workspace.run(job.id))
    assert crashed(workspace, job.id, "train", "It is gone.").outcome == "succeeded", "as its owner hears it"
    run, history = workspace.run(job.id), workspace.history(job.id)
    saved = next(event for event in history if isinstance(event, ModelSaved))
    assert (run.outcome, run.model, run.metrics) == ("succeeded", saved.model, saved.metrics)
    assert [event.outcome for event in history if isinstance(event, JobEnded)] == ["succeeded"]


def cut_short(workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, at: int = 5) -> TrainJob:
    """Give a run that failed in this step, with its checkpoints kept."""
    monkeypatch.setattr(linear, "Dummy", Counting)
    job = counting_job(workspace, dataset)
    step = FitProgress.step

    def fail(self: FitProgress, number: int, *rest: Any) -> float:
        if number == at:
            raise MemoryError
        return step(self, number, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(FitProgress, "step", fail)
        assert done_here(workspace, job)[0].outcome == "failed"
    return job


def again(workspace: Workspace, job: TrainJob) -> TrainJob:
    return resumed_job(workspace, workspace.run(job.id))


def test_that_a_failed_run_goes_on_from_its_last_checkpoint(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = cut_short(workspace, dataset, monkeypatch)
    before = workspace.run(job.id)
    workspace.ask_to_stop(job.id)
    end, told = done_here(workspace, again(workspace, job))
    assert end.outcome == "succeeded", "an earlier wish to stop is over"
    assert {event.step for event in told if isinstance(event, MetricLogged)} == set(range(5, STEPS + 1))
    run = workspace.run(job.id)
    assert (run.outcome, run.title, run.lives, run.started) == ("succeeded", "", 2, before.started)
    assert run.seconds is not None
    assert before.seconds is not None
    state = RunState.of(before)
    state.replay(workspace.history(job.id))
    assert state.seconds == pytest.approx(run.seconds, abs=0.2)
    assert (state.status, state.lives) == ("succeeded", 2)


def test_that_a_model_that_was_cut_short_while_it_was_kept_is_kept_anew(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = cut_short(workspace, dataset, monkeypatch)
    kept: list[Path] = []

    def killed(self: Shelf, folder: Path, *rest: Any) -> None:
        # What a process that is killed here leaves, for it clears nothing away.
        shutil.copytree(folder.parent, workspace.root / "left")
        kept.append(folder.parent)
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "create", killed)
        assert done_here(workspace, again(workspace, job))[0].outcome == "failed"
    (workspace.root / "left").rename(kept[0])
    end, _ = done_here(workspace, again(workspace, job))
    assert (end.outcome, end.result) == ("succeeded", job.id.replace("run-", "model-"))
    assert not kept[0].exists()


def test_that_a_run_whose_model_was_kept_when_it_was_cut_short_knows_its_test_rows(
    workspace: Workspace, dataset: Dataset
) -> None:
    job = TrainJob(experiment=experiment(workspace, dataset))
    done_here(workspace, job)
    whole = workspace.run(job.id)
    workspace.put_run(msgspec.structs.replace(whole, outcome="crashed", metrics={}, test_rows=""))
    assert done_here(workspace, again(workspace, job))[0].outcome == "succeeded"
    found = workspace.run(job.id)
    assert found.test_rows
    assert (found.metrics, found.test_rows) == (whole.metrics, whole.test_rows)


def test_that_only_what_was_cut_short_goes_on(workspace: Workspace, dataset: Dataset) -> None:
    job = TrainJob(experiment=experiment(workspace, dataset))
    done_here(workspace, job)
    with pytest.raises(UsageError, match="has ended: succeeded"):
        again(workspace, job)
    record = workspace.run(job.id)
    me = psutil.Process()
    workspace.put_run(msgspec.structs.replace(record, outcome=None, pid=me.pid, born=me.create_time()))
    with pytest.raises(UsageError, match="goes on already"):
        again(workspace, job)


def test_that_a_run_is_done_by_one_process_at_a_time(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = cut_short(workspace, dataset, monkeypatch)
    told, record = workspace.history(job.id), workspace.run(job.id)
    held = resuming.claim_run(workspace, job.id)
    end, _ = done_here(workspace, again(workspace, job))
    os.close(held)
    assert (end.outcome, "another process" in end.detail) == ("failed", True)
    assert (workspace.history(job.id), workspace.run(job.id)) == (told, record), "nothing of it is touched"


def test_that_checkpoints_of_other_libraries_are_left(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = cut_short(workspace, dataset, monkeypatch)
    now = machine.environment
    monkeypatch.setattr(trainer, "environment", lambda *a, **b: now(*a, **b) | {"numpy": "99"})
    end, told = done_here(workspace, again(workspace, job))
    assert end.outcome == "succeeded"
    resumed = next(event for event in told if isinstance(event, RunResumed))
    assert (resumed.step, [line.endswith("99 now") for line in resumed.changed]) == (0, [True])
    assert any("begins anew" in event.text for event in told if isinstance(event, MessageLogged))


def test_that_a_run_of_an_earlier_version_goes_on_by_its_start_record(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = cut_short(workspace, dataset, monkeypatch)
    (workspace.run_folder(job.id) / "job.json").unlink()
    assert again(workspace, job).experiment == job.experiment
    workspace.job_log(job.id).unlink()
    with pytest.raises(UsageError, match="before it had begun"):
        again(workspace, job)


def test_that_the_index_of_a_resumed_run_is_made_anew_from_its_log(
    workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = cut_short(workspace, dataset, monkeypatch)
    done_here(workspace, again(workspace, job))
    known = workspace.run(job.id)
    workspace.store.remove("run", job.id)
    other = Workspace.open(workspace.root)
    found = other.run(job.id)
    other.close()
    assert (found.outcome, found.lives, found.model, found.title) == ("succeeded", 2, known.model, "")


def test_that_the_time_between_lives_is_no_work() -> None:
    state = RunState(id="run-1", name="", estimator="", dataset="", target="", task="binary", group="")
    day = 86_400.0
    start = JobStarted(job="run-1", at=0.0, work="train", title="", pid=1, born=0.0)
    crash = JobEnded(job="run-1", at=day, work="train", outcome="crashed", title="The run crashed")
    point = MetricLogged(job="run-1", at=10.0, step=1, part="valid", name="loss", value=1.0)
    state.replay([start, point, crash])
    assert (state.status, state.can_resume, state.told_s) == ("crashed", True, 10.0)
    state.apply(msgspec.structs.replace(start, at=2 * day))
    assert (state.status, state.title, state.can_resume) == ("running", "", False)
    state.apply(Paused(job="run-1", at=2 * day + 40, since=2 * day + 5, seconds=30.0))
    state.apply(JobEnded(job="run-1", at=2 * day + 50, work="train", outcome="succeeded"))
    assert state.seconds == 10 + 50 - 30
