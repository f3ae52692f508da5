"""One job from its start record to its end, in the process where it is called."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
import traceback
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import psutil

from aetheron_desktop.engine.errors import AetheronError, storage_errors
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.events import (
    CoresAwaited,
    JobEnded,
    JobStarted,
    MessageLogged,
    ModelSaved,
    Outcome,
    Progressed,
    Work,
)
from aetheron_desktop.engine.jobs.chores import Chores
from aetheron_desktop.engine.jobs.cores import CoreClaim, claim_cores
from aetheron_desktop.engine.jobs.job import (
    AskJob,
    ChangeJob,
    ExportJob,
    ImportJob,
    MendJob,
    PredictJob,
    PrepareJob,
    TableJob,
    TrainJob,
    title,
)
from aetheron_desktop.engine.jobs.resuming import keep_plan
from aetheron_desktop.engine.jobs.run_life import RunLife
from aetheron_desktop.engine.store.event_log import EventLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.jobs.job import Job
    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.training.run import Run
    from aetheron_desktop.engine.training.trainer import Training
    from aetheron_desktop.engine.workspace import Workspace

    Tell = Callable[[Event, bytes], None]

# A fit asks whether to stop about ten times a second; one that is inside C code for longer is left behind.
GRACE_S: Final = 0.4
CHANGE_GRACE_S: Final = 15.0
"""How long a change of a model may take to come to an end, or to take back what it has begun."""
_LOOK_S: Final = 0.05
_CORES_S: Final = 0.25
"""Between two looks for a core that is free."""
_SURE_S: Final = 0.3
"""How long a stage has to go on before its rate says when it ends."""
_TELL_S: Final = 0.05
"""Between two words on how far a stage is."""


class Execution:
    """Does ``job`` in a thread, and ends it exactly once, even if its code does not come back.

    Each event is in the job's log before ``tell`` hears of it, as the event and as its line of JSON.
    """

    def __init__(self, workspace: Workspace, job: Job, tell: Tell) -> None:
        self._workspace = workspace
        self._job = job
        self._tell = tell
        self._work: Work = _WORK[type(job)]
        self._lock = threading.RLock()
        self._end: JobEnded | None = None
        self._kept: JobEnded | None = None
        self._stop = threading.Event()
        self._done = threading.Event()
        self._training: Training | None = None
        self._life: RunLife | None = None
        self._cores: CoreClaim | None = None
        self._log: EventLog | None = None
        self._stage = ""
        self._stage_began = 0.0
        self._told_at = 0.0
        self.abandoned = False
        """Whether a thread was left behind in C code; the process must then end without waiting for it."""

    def run(self, should_stop: Callable[[], bool]) -> JobEnded:
        """Do the job until it ends, or until ``should_stop`` says so, and give its last event."""
        if should_stop():
            self._stop.set()
        worker = threading.Thread(target=self._do, name=self._job.id, daemon=True)
        worker.start()
        while not self._done.wait(_LOOK_S):
            self._tell_pauses()
            if should_stop():
                self._stop.set()
                if not self._done.wait(CHANGE_GRACE_S if isinstance(self._job, ChangeJob) else GRACE_S):
                    self._conclude()
                break
        assert self._end is not None
        self.abandoned = worker.is_alive() and not self._done.wait(_LOOK_S)
        if self._log is not None:
            self._log.close()
        if self._life is not None:
            self._life.release()
        if self._cores is not None and not self.abandoned:
            self._cores.release()
        return self._end

    def _do(self) -> None:
        end: JobEnded | None = None
        try:
            self._start()
            end = self._dispatch()
        except AetheronError as error:
            end = self.ending("failed", title=error.title, detail=error.detail, hint=error.hint)
        except MemoryError:
            end = self.ending(
                "failed",
                title="The memory is not enough",
                detail="The job asked for more memory than the machine has free.",
                hint="Close other programs, use fewer columns or rows, or choose a smaller estimator.",
            )
        except Exception as error:  # noqa: BLE001 - the border of the job: whatever happens, it ends in words
            self._emit_quietly(MessageLogged(job=self._job.id, level="error", text=traceback.format_exc()))
            end = self.ending(
                "failed",
                title="An error in the program",
                detail=f"{type(error).__name__}: {error}",
                hint="The job's log has the details; please report them.",
            )
        finally:
            if end is not None:
                self._finish(end)
            self._done.set()

    def _dispatch(self) -> JobEnded:
        if isinstance(self._job, TrainJob):
            return self._train(self._job)
        return Chores(self._workspace, self._job, self, self._stop).do()

    # -- a training ---------------------------------------------------------------------------------------------------

    def _train(self, job: TrainJob) -> JobEnded:
        from aetheron_desktop.engine.registry.keys import checkpoint_key
        from aetheron_desktop.engine.registry.parts import (
            KeptPredictors,  # learning libraries; only this job needs them
        )
        from aetheron_desktop.engine.registry.revising import description_of
        from aetheron_desktop.engine.training.trainer import Training

        life = self._life
        assert life is not None
        if (made := life.model_before()) is not None:
            with self._workspace.shelf.opened(made.id) as repository:
                origin = description_of(repository, made.version).provenance
            rows = origin.test_rows if origin else ""
            saved = ModelSaved(job=job.id, model=made.id, name=made.name, metrics=made.metrics, test_rows=rows)
            return self._told_model(saved, "succeeded" if made.status == "trained" else "stopped")
        dataset = self._workspace.dataset(job.experiment.dataset)
        threads = self._take_cores(job, life)
        if threads is None:
            return self.ending("stopped", title="Stopped", detail="It was stopped while it waited for a core.")
        training = Training(
            job.experiment,
            dataset,
            self.emit,
            threads=threads,
            checkpoints=life.checkpoints,
            key=checkpoint_key(),
            interval_s=job.checkpoint_s,
            earlier=life.earlier,
            paused_s=life.paused_s,
            files=KeptPredictors(),
        )
        with self._lock:
            self._training = training
        return self._keep(training.run(self._stop.is_set))

    def _take_cores(self, job: TrainJob, life: RunLife) -> int | None:
        """Claim cores, waiting until one is free, and give how many; None when it is to stop."""
        # One that goes on does so on as many threads as before: sums are rounded in the order of their parts.
        self._cores = claim_cores(job.threads, whole=job.is_resumed)
        if self._cores is None:
            waiting = CoresAwaited(job=job.id)
            self.emit(waiting)
            while self._cores is None:
                if self._stop.wait(_CORES_S):
                    return None
                self._cores = claim_cores(job.threads, whole=job.is_resumed)
            self.emit(life.waited(waiting.at))
        threads = self._cores.threads
        if threads < job.threads and not job.is_resumed:
            keep_plan(self._workspace, msgspec.structs.replace(job, threads=threads))
            words = f"It trains on {threads} of {job.threads} cores: other programs train on the others."
            self.emit(MessageLogged(job=job.id, level="info", text=words))
        return threads if not job.is_resumed else job.threads

    def _keep(self, run: Run) -> JobEnded:
        """Write down what the run made, once; the files first, then the index, then the word."""
        with self._lock:
            if self._end is not None:
                return self._end
            # A fit that came back while its best so far was being kept has nothing to add.
            if self._kept is None:
                self._kept = self._keep_first(run)
            return self._kept

    def _keep_first(self, run: Run) -> JobEnded:
        from aetheron_desktop.engine.training.live_importance import weighed  # numpy; only this job needs it

        if run.model is None:
            return self.ending(run.outcome, title="Stopped", detail="It was stopped before a first model was there.")
        predictions = self._workspace.run_folder(run.experiment.run) / "predictions.parquet"
        with storage_errors(predictions):
            run.predictions.to_parquet(predictions)
        info = self._keep_model(run)
        saved = ModelSaved(
            job=self._job.id,
            model=info.id,
            name=info.name,
            metrics=run.metrics,
            steps=run.steps or 0,
            intervals=run.intervals,
            test_rows=run.provenance.test_rows if run.provenance else "",
        )
        if run.importance:
            self.emit(weighed(self._job.id, run.steps or 0, run.importance, is_test=True))
        return self._told_model(saved, run.outcome)

    def _told_model(self, saved: ModelSaved, outcome: Outcome) -> JobEnded:
        assert self._life is not None
        self._life.measured(saved)
        self.emit(saved)
        if outcome == "stopped":
            return self.ending(
                "stopped", result=saved.model, title="Stopped", detail="The best model so far was kept and evaluated."
            )
        return self.ending("succeeded", result=saved.model)

    def _keep_model(self, run: Run) -> ModelInfo:
        """Make a model of what the run made, with its first version."""
        from aetheron_desktop.engine.registry.artifact import save_model  # learning libraries

        assert self._life is not None
        id_ = self._life.model
        part = self._workspace.root / "tmp" / f"{self._job.id}-model"
        words = f"{catalog.card(run.experiment.estimator).name} trained on {run.dataset_name}"
        # A life that was cut short right here has left its files.
        shutil.rmtree(part, ignore_errors=True)
        try:
            save_model(run, part, id=id_, name=run.experiment.name)
            return self._workspace.shelf.create(part / id_, id_, run.experiment.name, words, "trained")
        finally:
            shutil.rmtree(part, ignore_errors=True)

    # -- telling ------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        process = psutil.Process()
        born = process.create_time()
        if isinstance(self._job, TrainJob):
            # Whoever does not get it may write nothing: the log and the record are another's.
            self._life = RunLife(self._workspace, self._job, process.pid, born)
        self._log = EventLog(self._workspace.job_log(self._job.id))
        self.emit(JobStarted(job=self._job.id, work=self._work, title=title(self._job), pid=process.pid, born=born))

    def progress(self, stage: str, done: float, total: float | None, unit: Literal["", "rows", "bytes"] = "") -> None:
        """Tell how far it is, twenty times a second at most, and how long the stage still takes, once known."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._stage_began = stage, now
        elif now - self._told_at < _TELL_S and done != total:
            return
        self._told_at = now
        spent = now - self._stage_began
        eta = spent * (total - done) / done if total and done and spent > _SURE_S else None
        self.emit(Progressed(job=self._job.id, stage=stage, done=done, total=total, unit=unit, eta_s=eta))

    def _tell_pauses(self) -> None:
        """Tell of the pauses that are over, for whoever reads the log later."""
        if self._life is None:
            return
        try:
            for pause in self._life.new_pauses():
                self.emit(pause)
        except AetheronError:  # a disk that refuses: the end of the job says so
            return

    def emit(self, event: Event) -> None:
        """Write an event down, and tell it; after the end nothing is told."""
        with self._lock:
            if self._end is None and self._log is not None:
                self._tell(event, self._log.append(event))

    def _emit_quietly(self, event: Event) -> None:
        try:
            self.emit(event)
        except AetheronError:  # the disk is full: the end of the job says so
            return

    def ending(
        self, outcome: Outcome, *, result: str | None = None, title: str = "", detail: str = "", hint: str = ""
    ) -> JobEnded:
        """Give the end of the job, to be told once."""
        return JobEnded(
            job=self._job.id,
            work=self._work,
            outcome=outcome,
            result=result,
            title=title,
            detail=detail,
            hint=hint,
        )

    def _finish(self, end: JobEnded) -> None:
        """Tell the end, once; a disk that refuses the record does not keep it from the listener."""
        with self._lock:
            if self._end is not None:
                return
            self._tell_pauses()
            line = None
            try:
                # The log first: cut short in between, the index hears of it from there (``process.settled``).
                if self._log is not None:
                    line = self._log.append(end)
            except AetheronError as error:
                end = self.ending("failed", title=error.title, detail=error.detail, hint=error.hint)
            if self._life is not None:
                # What the log has is what is told: an index that refuses it hears of it from there as well.
                with contextlib.suppress(AetheronError):
                    self._life.end(end)
            self._end = end
            self._tell(end, line or msgspec.json.encode(end) + b"\n")
            if not isinstance(self._job, TrainJob):
                shutil.rmtree(self._workspace.job_folder(self._job.id), ignore_errors=True)

    def _conclude(self) -> None:
        """End the job from outside of its thread: the best snapshot of a training is evaluated and kept."""
        # The lock is held to the end: a fit that comes back meanwhile finds the job ended.
        with self._lock:
            try:
                if self._training is not None:
                    end = self._keep(self._training.conclude())
                else:
                    detail = "It was stopped before it had begun."
                    if isinstance(self._job, ChangeJob):
                        detail = "It was stopped; what was whole until then is kept."
                    end = self.ending("stopped", title="Stopped", detail=detail)
            except AetheronError as error:
                end = self.ending("failed", title=error.title, detail=error.detail, hint=error.hint)
            self._finish(end)


_WORK: Final[dict[type, Work]] = {
    ImportJob: "import",
    PrepareJob: "prepare",
    MendJob: "import",
    AskJob: "ask",
    TrainJob: "train",
    PredictJob: "predict",
    ExportJob: "export",
    TableJob: "table",
    ChangeJob: "change",
}
