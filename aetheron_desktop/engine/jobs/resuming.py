"""Going on with a run that was cut short: its plan, what it has done, and who may do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import UsageError, storage_errors
from aetheron_desktop.engine.events import RunResumed, RunStarted
from aetheron_desktop.engine.jobs import pausing, process
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.jobs.progress import RESUMABLE, RunState
from aetheron_desktop.engine.store.locks import claim
from aetheron_desktop.engine.training.experiment import Experiment
from aetheron_desktop.engine.training.lives import Earlier

if TYPE_CHECKING:
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

_PLAN: Final = "job.json"
_LOCK: Final = "run.lock"


def keep_plan(workspace: Workspace, job: TrainJob) -> None:
    """Write down what is to be done, before anything is.

    Raises:
        StorageError: the disk refused.
    """
    file = workspace.run_folder(job.id) / _PLAN
    with storage_errors(file):
        part = file.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(job))
        part.replace(file)


def claim_run(workspace: Workspace, run: str) -> int:
    """Claim a run for this process, and give the handle that holds it until it is closed.

    Raises:
        UsageError: another process does it.
        StorageError: the disk refused.
    """
    folder = workspace.run_folder(run)
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    handle = claim(folder / _LOCK)
    if handle is None:
        raise UsageError(f"{run} is being done by another process.", hint="Wait for its end, or stop it first.")
    return handle


def resumed_job(workspace: Workspace, run: RunRecord) -> TrainJob:
    """Give the job that goes on with a run that was cut short; whoever wanted it to stop or pause did so before.

    Raises:
        UsageError: the run goes on, has ended well, or is from before plans were kept.
        StorageError: the disk refused.
    """
    if run.outcome is None and process.is_running(run.pid, run.born):
        raise UsageError(f"{run.id} goes on already.", hint="Pause it, or stop it, by its id.")
    run = process.settled(workspace, run)
    if run.outcome is not None and run.outcome not in RESUMABLE:
        raise UsageError(
            f"{run.id} has ended: {run.outcome}.",
            hint="Train again, or see its model; only what was cut short goes on.",
        )
    job = plan_of(workspace, run)
    folder = workspace.run_folder(run.id)
    with storage_errors(folder):
        (folder / "stop").unlink(missing_ok=True)
    pausing.close(workspace, run.id)
    return msgspec.structs.replace(job, is_resumed=True)


def earlier_life(workspace: Workspace, run: str) -> Earlier:
    """Give what a run did before it was cut short, from what it told.

    Raises:
        StorageError: the disk refused.
    """
    history = workspace.history(run)
    state = RunState(id=run, name="", estimator="", dataset="", target="", task="regression", group="")
    state.replay(history)
    told = [event for event in history if isinstance(event, RunStarted | RunResumed)]
    return Earlier(seconds=state.told_s, environment=told[-1].environment if told else None)


def plan_of(workspace: Workspace, run: RunRecord) -> TrainJob:
    """Give what a run was to do.

    Raises:
        UsageError: it is from before plans were kept, and was cut short before it had begun.
        StorageError: the disk refused.
    """
    file = workspace.run_folder(run.id) / _PLAN
    with storage_errors(file):
        if file.is_file():
            return msgspec.json.decode(file.read_bytes(), type=TrainJob)
    for event in workspace.history(run.id):
        if isinstance(event, RunStarted):
            threads = event.environment.get("threads", "1")
            experiment = msgspec.convert(event.experiment, Experiment)
            return TrainJob(experiment=experiment, threads=int(threads) if threads.isdecimal() else 1)
    raise UsageError(f"{run.id} was cut short before it had begun.", hint="Train again.")
