"""What a process knows of the run that it does: that it alone does it, its record, its pauses, its checkpoints."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

from aetheron_desktop.engine.events import Paused
from aetheron_desktop.engine.jobs.pausing import Pauses
from aetheron_desktop.engine.jobs.resuming import claim_run, earlier_life, keep_plan
from aetheron_desktop.engine.workspace import RunRecord, ended_run, measured_run, next_life

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.events import JobEnded, ModelSaved
    from aetheron_desktop.engine.jobs.job import TrainJob
    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.training.lives import Earlier
    from aetheron_desktop.engine.workspace import Workspace


class RunLife:
    """One life of a run, from its claim on; a run that was cut short has several.

    Raises:
        UsageError: another process does the run.
        StorageError: the disk refused.
    """

    def __init__(self, workspace: Workspace, job: TrainJob, pid: int, born: float) -> None:
        self._workspace = workspace
        self._claim = claim_run(workspace, job.id)
        self._began = time.time()
        self._pauses = Pauses(workspace, job.id)
        self._told = 0
        self._waited_s = 0.0
        self.earlier: Earlier | None = None
        try:
            if job.is_resumed:
                self.earlier = earlier_life(workspace, job.id)
                self.record = next_life(workspace.run(job.id), pid, born)
            else:
                keep_plan(workspace, job)
                self.record = _new_record(job, pid, born)
            workspace.put_run(self.record)
        except BaseException:
            self.release()
            raise

    @property
    def checkpoints(self) -> Path:
        """Where the fit keeps what it can go on from."""
        return self._workspace.run_folder(self.record.id) / "checkpoints"

    @property
    def model(self) -> str:
        """The id of the model that comes of the run."""
        return self.record.id.replace("run-", "model-", 1)

    def paused_s(self) -> float:
        """Give for how many seconds of this life its process was suspended."""
        return self._pauses.seconds(self._began)

    def waited(self, since: float) -> Paused:
        """Leave out of its work that it waited for cores until now, from ``since``, and give that to be told."""
        seconds = max(0.0, time.time() - since)
        self._waited_s += seconds
        return Paused(job=self.record.id, since=since, seconds=seconds)

    def new_pauses(self) -> list[Paused]:
        """Give the pauses that are over and were not given before."""
        found = []
        for pause in self._pauses.all()[self._told :]:
            if pause.until is None:
                break
            self._told += 1
            if pause.since >= self._began:
                found.append(Paused(job=self.record.id, since=pause.since, seconds=pause.until - pause.since))
        return found

    def model_before(self) -> ModelInfo | None:
        """Give the model that an earlier life had kept when it was cut short; None when there is none."""
        if self.earlier is None:
            return None
        shelf = self._workspace.shelf
        if not shelf.folder(self.model).exists():
            return None
        # It may be there without the index knowing of it.
        made = shelf.enter(self.model)
        return made if made.run == self.record.id else None

    def measured(self, saved: ModelSaved) -> None:
        """Take in what came of it."""
        self.record = measured_run(self.record, saved)

    def end(self, end: JobEnded) -> None:
        """Write down how the run ended; what it could go on from goes with a good end.

        Raises:
            StorageError: the disk refused.
        """
        earlier_s = self.earlier.seconds if self.earlier else 0.0
        seconds = earlier_s + max(0.0, end.at - self._began - self._waited_s - self.paused_s())
        self._workspace.put_run(ended_run(self.record, end, seconds))
        if end.outcome in {"succeeded", "stopped"}:
            shutil.rmtree(self.checkpoints, ignore_errors=True)

    def release(self) -> None:
        """Let another process have the run."""
        os.close(self._claim)


def _new_record(job: TrainJob, pid: int, born: float) -> RunRecord:
    plan = job.experiment
    return RunRecord(
        id=plan.run,
        name=plan.name,
        estimator=plan.estimator,
        dataset=plan.dataset,
        target=plan.target,
        task=plan.task,
        group=plan.group,
        started=time.time(),
        pid=pid,
        born=born,
    )
