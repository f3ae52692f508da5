"""Runs as they lie in a workspace, without having been trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from aetheron_desktop.engine.events import JobEnded, MetricLogged, RunStarted
from aetheron_desktop.engine.jobs import job as jobs
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.store.event_log import EventLog
from aetheron_desktop.engine.training.experiment import Experiment
from aetheron_desktop.engine.workspace import RunRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.workspace import Workspace


def made_run(
    workspace: Workspace,
    id: str = "run-1",
    *,
    metrics: Mapping[str, float] | None = None,
    predictions: Mapping[str, Sequence[Any]] | None = None,
    started: float = 10.0,
    **plan: Any,
) -> RunRecord:
    """Write what a run leaves behind, and enter it; what is not named here is a part of its plan."""
    usual: dict[str, Any] = {
        "run": id, "name": f"Forest {id}", "dataset": "d1", "target": "left", "task": "binary", "features": ("a", "b"),
        "estimator": "forest", "params": {"trees": 300},
    }  # fmt: skip
    experiment = Experiment(**{**usual, **plan})
    folder = workspace.run_folder(id)
    folder.mkdir(parents=True)
    (folder / "job.json").write_bytes(jobs.dumps(TrainJob(experiment=experiment)))
    log = EventLog(folder / "events.jsonl")
    log.append(
        RunStarted(job=id, at=started, experiment=msgspec.to_builtins(experiment), environment={"python": "3.11.7"})
    )
    for step in range(1, 4):
        log.append(MetricLogged(job=id, at=started + step, step=step, part="valid", name="log_loss", value=1 / step))
    log.append(JobEnded(job=id, work="train", outcome="succeeded", at=started + 10.0))
    log.close()
    told = predictions or {"row": [5, 1, 9], "truth": ["x", "y", "x"], "prediction": ["x", "x", "x"]}
    pq.write_table(pa.table({name: list(values) for name, values in told.items()}), folder / "predictions.parquet")
    record = RunRecord(
        id=id, name=experiment.name, estimator=experiment.estimator, dataset=experiment.dataset, started=started,
        target=experiment.target, task=experiment.task, ended=started + 10.0, outcome="succeeded",
        metrics=dict(metrics or {"roc_auc": 0.9}),
    )  # fmt: skip
    workspace.put_run(record)
    return record
