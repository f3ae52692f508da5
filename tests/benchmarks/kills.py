"""Trainings that are killed at random moments and resumed: each must end with what an undisturbed one predicts."""

from __future__ import annotations

import os
import random
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.events import JobEnded, RunResumed, RunStarted
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.jobs.process import WorkerPool, settled
from aetheron_desktop.engine.jobs.resuming import resumed_job
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset

KILLS: Final = int(os.environ.get("AETHERON_KILLS", "50"))
_KILLED: Final = "forest,extra_trees,logistic,boosting,lightgbm,xgboost,catboost,network"
ESTIMATORS: Final = tuple(os.environ.get("AETHERON_KILLED", _KILLED).split(","))
PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "forest": {"n_estimators": 200},
    "extra_trees": {"n_estimators": 300},
    "boosting": {"max_iter": 300, "patience": 300, "learning_rate": 0.02},
    "lightgbm": {"n_estimators": 1_000, "patience": 1_000, "learning_rate": 0.01},
    "xgboost": {"n_estimators": 1_000, "patience": 1_000, "learning_rate": 0.01},
    "catboost": {"iterations": 500, "patience": 500, "learning_rate": 0.02},
    "auto": {"models": 4, "folds": 2},
    "network": {"epochs": 12, "patience": 12},
}
CHECKPOINT_S: Final = 0.2
ROWS: Final = 6_000
_READ_S: Final = 0.05


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
    pool = WorkerPool(workspace)
    dataset = _dataset(workspace, folder)
    dice = random.Random(KILLS)
    found: dict[str, Outcome] = {}
    calm: dict[str, tuple[str, float]] = {}
    for number in range(KILLS):
        estimator = ESTIMATORS[number % len(ESTIMATORS)]
        if estimator not in calm:
            job = _job(workspace, dataset, estimator)
            _live(pool, job)
            calm[estimator] = job.id, _seconds(workspace, job.id)
        undisturbed, seconds = calm[estimator]
        outcome = found.setdefault(estimator, Outcome())
        job = _job(workspace, dataset, estimator)
        # From its start record on, to a little after its end.
        _cut_short(pool, job, dice.uniform(0.0, seconds))
        record = settled(workspace, workspace.run(job.id))
        outcome.kills += 1
        if record.outcome is None:
            _live(pool, resumed_job(workspace, record))
            resumed = [event for event in workspace.history(job.id) if isinstance(event, RunResumed)]
            outcome.goes_on += any(event.step for event in resumed)
        else:
            outcome.too_late += 1
        ends = [event for event in workspace.history(job.id) if isinstance(event, JobEnded)]
        same = _predictions(workspace, job.id).equals(_predictions(workspace, undisturbed))
        is_equal = same and [end.outcome for end in ends] == ["succeeded"]
        outcome.equal += is_equal
        if not is_equal:
            told = ", ".join(type(event).__name__ for event in workspace.history(job.id)[-12:])
            print(f"{estimator}, kill {number}: equal {same}, index {record.outcome}, told {told}", file=sys.stderr)
    pool.close()
    workspace.close()
    return found


def _seconds(workspace: Workspace, run: str) -> float:
    """Give the seconds from the start record of a run to its end: libraries are imported before."""
    history = workspace.history(run)
    began = next(event.at for event in history if isinstance(event, RunStarted))
    return next(event.at for event in history if isinstance(event, JobEnded)) - began


def _live(pool: WorkerPool, job: TrainJob) -> None:
    """Have a worker do ``job``, one that has done others where there is one."""
    worker = pool.take(to_learn=True)
    worker.send(job)
    while (events := worker.read(_READ_S)) is not None and not any(isinstance(event, JobEnded) for event in events):
        pass
    pool.give_back(worker)


def _cut_short(pool: WorkerPool, job: TrainJob, after_s: float) -> None:
    """Have a worker do ``job``, and kill it so long after its start record, unless it ended before."""
    worker = pool.take(to_learn=True)
    worker.send(job)
    timer: threading.Timer | None = None
    while (events := worker.read(_READ_S)) is not None:
        if timer is None and any(isinstance(event, RunStarted) for event in events):
            timer = threading.Timer(after_s, worker.kill)
            timer.start()
        if any(isinstance(event, JobEnded) for event in events):
            break
    if timer is not None:
        timer.cancel()
        timer.join()
    worker.kill()
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
