"""Trainings that are killed at random moments and resumed: each must end with what an undisturbed one predicts."""

from __future__ import annotations

import os
import random
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.events import JobEnded, JobStarted, RunResumed
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.jobs.process import WorkerProcess
from aetheron_desktop.engine.jobs.resuming import resumed_job
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset

KILLS: Final = int(os.environ.get("AETHERON_KILLS", "50"))
ESTIMATORS: Final = tuple(os.environ.get("AETHERON_KILLED", "forest,extra_trees,logistic,boosting,network").split(","))
PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "forest": {"n_estimators": 200},
    "extra_trees": {"n_estimators": 300},
    "boosting": {"max_iter": 300, "patience": 300, "learning_rate": 0.02},
    "auto": {"models": 4, "folds": 2},
    "network": {"epochs": 12, "patience": 12},
}
CHECKPOINT_S: Final = 0.2
ROWS: Final = 6_000


@dataclass
class Outcome:
    """How often a resumed run ended ``equal``, of ``kills``; ``goes_on`` counts those that had a checkpoint."""

    kills: int = 0
    equal: int = 0
    goes_on: int = 0
    too_late: int = 0


def killed(folder: Path) -> dict[str, Outcome]:
    """Kill :data:`KILLS` trainings, in turn of each estimator, and give how they ended."""
    workspace = Workspace.open(folder / "workspace")
    dataset = _dataset(workspace, folder)
    dice = random.Random(KILLS)
    found: dict[str, Outcome] = {}
    calm: dict[str, tuple[str, float]] = {}
    for number in range(KILLS):
        estimator = ESTIMATORS[number % len(ESTIMATORS)]
        if estimator not in calm:
            began = time.monotonic()
            job = _job(workspace, dataset, estimator)
            _live(workspace, job, None)
            calm[estimator] = job.id, time.monotonic() - began
        undisturbed, seconds = calm[estimator]
        outcome = found.setdefault(estimator, Outcome())
        job = _job(workspace, dataset, estimator)
        # From its start record on, to a little after its end.
        _live(workspace, job, dice.uniform(0.0, seconds))
        record = workspace.run(job.id)
        outcome.kills += 1
        if record.outcome is None:
            _live(workspace, resumed_job(workspace, record), None)
            resumed = [event for event in workspace.history(job.id) if isinstance(event, RunResumed)]
            outcome.goes_on += any(event.step for event in resumed)
        else:
            outcome.too_late += 1
        ends = [event for event in workspace.history(job.id) if isinstance(event, JobEnded)]
        same = _predictions(workspace, job.id).equals(_predictions(workspace, undisturbed))
        outcome.equal += same and [end.outcome for end in ends] == ["succeeded"]
    workspace.close()
    return found


def _live(workspace: Workspace, job: TrainJob, kill_after_s: float | None) -> None:
    """Have a worker do ``job``; with a time it is killed so long after it has begun, unless it ended before."""
    worker = WorkerProcess(workspace)
    worker.send(job)
    timer: threading.Timer | None = None
    while (events := worker.read(0.1)) is not None:
        if kill_after_s is not None and timer is None and any(isinstance(event, JobStarted) for event in events):
            timer = threading.Timer(kill_after_s, worker.kill)
            timer.start()
        if any(isinstance(event, JobEnded) for event in events):
            break
    if timer is not None:
        timer.cancel()
        timer.join()
    worker.kill()
    worker.exit_code()
    worker.dispose()


def _job(workspace: Workspace, dataset: Dataset, estimator: str) -> TrainJob:
    params = {catalog.card(estimator).id: PARAMETERS.get(estimator, {})}
    made = plan(dataset.info, target="y", estimators=[estimator], params=params, new_id=lambda: workspace.new_id("run"))
    return TrainJob(experiment=made[-1], checkpoint_s=CHECKPOINT_S)


def _dataset(workspace: Workspace, folder: Path) -> Dataset:
    dice = np.random.default_rng(0)
    table = pd.DataFrame(dice.normal(size=(ROWS, 10)), columns=[f"x{number}" for number in range(10)])
    table["y"] = np.where(table.x0 + table.x1 * table.x2 + dice.normal(size=ROWS) > 0, "yes", "no")
    table.to_csv(folder / "table.csv", index=False)
    info = import_file(
        folder / "table.csv",
        workspace.root / "datasets",
        name="table",
        progress=lambda *told: None,
        should_stop=lambda: False,
    )
    assert info is not None
    workspace.add_dataset(info)
    return workspace.dataset(info.id)


def _predictions(workspace: Workspace, run: str) -> pd.DataFrame:
    return pd.read_parquet(workspace.run_folder(run) / "predictions.parquet")
