"""What is open and what is running, for every widget; the workspace on disk is the truth.

Nothing in here waits: what takes longer than a frame is a job, done by a worker (:class:`Jobs`).
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from aetheron_desktop.engine.datasets.dataset import next_name, source_state
from aetheron_desktop.engine.datasets.recipe import Recipe, load
from aetheron_desktop.engine.datasets.schema import task_for
from aetheron_desktop.engine.datasets.viewing.views import forget_views
from aetheron_desktop.engine.errors import AetheronError, StorageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.events import Answered, JobEnded, ModelSaved, Progressed
from aetheron_desktop.engine.jobs import asking, process
from aetheron_desktop.engine.jobs.job import (
    AskJob,
    ExportJob,
    ImportJob,
    MendJob,
    PredictJob,
    PrepareJob,
    TableJob,
    TrainJob,
)
from aetheron_desktop.engine.jobs.monitor import Monitor, free_memory
from aetheron_desktop.engine.jobs.past_runs import speeds
from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.engine.jobs.resuming import resumed_job
from aetheron_desktop.engine.jobs.run_queue import RunQueue, Share, share
from aetheron_desktop.engine.training.experiment import plan, split_plan
from aetheron_desktop.engine.training.forecast import of_experiment, refuse_too_large
from aetheron_desktop.ui.battery_rest import BatteryRest
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.jobs import Jobs
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.trust import Trust
from aetheron_desktop.ui.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo, SourceState
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.datasets.steps import Step
    from aetheron_desktop.engine.estimators.treatments import Treatment
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.jobs.asking import Question
    from aetheron_desktop.engine.jobs.pausing import Pause
    from aetheron_desktop.engine.params import Value
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.forecast import Forecast
    from aetheron_desktop.engine.workspace import Workspace

_WARM_DELAY_MS: Final = 300
_FIRST_LOOK_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class ImportState:
    """A file on its way in; ``total`` is None while it is not known."""

    job: str
    name: str
    stage: str = "Open the file"
    done: float = 0.0
    total: float | None = None
    unit: Literal["", "rows", "bytes"] = ""
    eta_s: float | None = None


class Inquiry(QObject):
    """A question that goes on; a receiver that is deleted is disconnected by Qt."""

    answered = Signal(object)  # questions.Answer
    progressed = Signal(object)  # Progressed
    ended = Signal(object)  # JobEnded


class Session(QObject):
    """The one owner of what the window shows; widgets show it and ask for changes."""

    datasets_changed = Signal()
    models_changed = Signal()
    dataset_opened = Signal(object)  # Dataset | None
    target_changed = Signal()
    source_looked_at = Signal()
    column_chosen = Signal(str)
    marked_changed = Signal()
    run_added = Signal(str)
    run_changed = Signal(str)
    run_events = Signal(str, list)  # run id, list[Event]
    forecasts_changed = Signal()
    import_changed = Signal(object)  # ImportState | None
    noticed = Signal(object)  # Notice
    show_wanted = Signal(str, str)  # "model" | "run" | "dataset", its id
    resources_sampled = Signal(object)  # engine.jobs.monitor.Sample
    finished = Signal()  # after shut_down: nothing of ours runs that should not

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.dataset: Dataset | None = None
        self.target: str | None = None
        self.task: Task | None = None
        self.excluded: frozenset[str] = frozenset()
        self.treatments: tuple[Treatment, ...] = ()
        """What was chosen to be made of columns before models see them."""
        self.source: SourceState = "unknown"
        """How the file of the open dataset is, against when it was imported."""
        self.column: str | None = None
        """The column that is looked at."""
        self.marked: tuple[int, ...] = ()
        """The rows that were chosen in a plot, ascending, the first is 0."""
        self.runs: dict[str, RunState] = {}
        self._jobs = Jobs(workspace, self)
        self._jobs.told.connect(self._hear)
        self._jobs.paused.connect(self._on_paused)
        self._jobs.ended.connect(self._on_ended)
        self._jobs.left.connect(self._on_job_left)
        self._queue = RunQueue()
        self._imports: dict[str, ImportState] = {}
        self._inquiries: dict[str, Inquiry] = {}
        self._groups: dict[str, set[str]] = {}
        self._changes: list[Callable[[], object]] = []
        """What is being done to a model, and what waits for that."""
        self._parallel_limit = default_parallel_limit()
        self._keeps_core = True
        self._rest = BatteryRest(self)
        self._speeds: dict[str, float] = {}
        """How many times as long as forecast the runs of the workspace took, by estimator."""
        self._shutting_down = False
        self.trust = Trust(self, self)
        self.versions = Versions(workspace, self._jobs, self)
        self._monitor: Monitor | None = None
        self._monitor_timer = QTimer(self, interval=5000)
        self._monitor_timer.timeout.connect(self._sample)

    # -- the start and the end of a session ---------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look after the workspace: earlier runs, and the machine."""
        # What a window that was killed has left; beside the window's thread, for files of gigabytes take a while to go.
        threading.Thread(target=forget_views, args=(self.workspace.root,), name="forget views", daemon=True).start()
        alive, dead = process.close_dead_runs(self.workspace)
        for record in reversed(self.workspace.runs()):
            self.runs[record.id] = RunState.of(record)
            self.run_added.emit(record.id)
        for record in alive:
            self.runs[record.id].replay(self.workspace.history(record.id))
            self._jobs.attach(record)
            self.noticed.emit(Notice("info", f"{record.name} is still training", "It went on without the window."))
        for end in dead:
            title = f"{self.runs[end.job].name}: {end.title}"
            self.noticed.emit(Notice("error", title, end.detail, end.hint, "resume-run", end.job))
        self._monitor = Monitor()
        self._monitor_timer.start()
        # The processor's use is that since the look before; at once there would be nothing to look back on.
        QTimer.singleShot(_FIRST_LOOK_MS, self, self._sample)

    def is_busy(self) -> bool:
        """Whether a run is going or waiting, or a file is on its way in or out."""
        return bool(len(self._jobs) - len(self._jobs.of("ask")) or len(self._queue))

    def is_shut_down(self) -> bool:
        """Whether :meth:`shut_down` was called."""
        return self._shutting_down

    def shut_down(self, mode: Literal["keep", "stop", "cancel"]) -> None:
        """End the session: let running work go on without the window, stop it and keep the best, or cancel it.

        ``finished`` is told when nothing of this process runs any more.
        """
        self._shutting_down = True
        self._monitor_timer.stop()
        self._drop_queue()
        self.versions.close()
        self._jobs.close(mode)
        self._finish_if_quiet()

    # -- datasets -----------------------------------------------------------------------------------------------------

    def open_file(
        self, path: Path, recipe: Recipe | None = None, *, name: str | None = None, previous: str | None = None
    ) -> None:
        """Import the file and open it as a dataset; an ``.aether`` file is taken in as a model."""
        path = Path(path)
        if not path.exists():
            self.tell(StorageError(f"{path} is not there.", hint="It may have been moved; choose it again."))
            return
        job = ImportJob(
            id=self.workspace.new_id("import"),
            source=str(path),
            name=name or path.name.partition(".")[0],
            recipe=recipe or Recipe(),
            previous=previous,
        )
        self._imports[job.id] = ImportState(job.id, path.name)
        self.import_changed.emit(self._imports[job.id])
        self._jobs.start(job, "import")

    def mend(self, lines: dict[int, str]) -> None:
        """Merge edited lines of the quarantine of the open dataset into a new version of it."""
        if self.dataset is None:
            return
        job = MendJob(id=self.workspace.new_id("import"), dataset=self.dataset.info.id, lines=lines)
        self._imports[job.id] = ImportState(job.id, self.dataset.info.name)
        self.import_changed.emit(self._imports[job.id])
        self._jobs.start(job, "import")

    def look_at_source(self) -> None:
        """See, beside the window's thread, whether the file of the open dataset has changed."""
        if self.dataset is None or self._shutting_down:
            return
        info = self.dataset.info
        errand = Errand(lambda: (info.id, source_state(info)), self)
        errand.done.connect(self._on_source)
        errand.start()

    def _on_source(self, found: tuple[str, SourceState]) -> None:
        id_, state = found
        if self.dataset is not None and self.dataset.info.id == id_ and state != self.source:
            self.source = state
            self.source_looked_at.emit()

    def update_dataset(self) -> None:
        """Import the file of the open dataset anew, in the same way, as a new version of it."""
        if self.dataset is None or self.dataset.info.origin is None:
            return
        info = self.dataset.info
        try:
            recipe = load(self.dataset.recipe)
        except AetheronError as error:
            self.tell(error)
            return
        self.open_file(Path(self.dataset.info.origin.path), recipe, name=next_name(info.name), previous=info.id)

    def ask(
        self,
        question: Question,
        on_answer: Callable[[Any], None],
        on_end: Callable[[JobEnded], None],
        on_progress: Callable[[Progressed], None] | None = None,
    ) -> str:
        """Ask about a table: ``on_answer`` hears each part of the answer, then ``on_end`` how it went.

        These are methods of a QObject, and hear nothing more when it is gone or the question, known by the id that is
        given, is withdrawn; so is ``on_progress``, which hears how far it is.
        """
        job = AskJob(id=self.workspace.new_id("ask"), question=question)
        inquiry = Inquiry(self)
        inquiry.answered.connect(on_answer)
        inquiry.ended.connect(on_end)
        if on_progress is not None:
            inquiry.progressed.connect(on_progress)
        self._inquiries[job.id] = inquiry
        self._jobs.start(job, "ask")
        return job.id

    def withdraw(self, job: str) -> None:
        """Stop to answer a question, if that goes on."""
        if inquiry := self._inquiries.pop(job, None):
            inquiry.deleteLater()
            self._jobs.stop(job)

    def cancel_import(self) -> None:
        """Stop all imports; nothing of them is kept."""
        for job in self._imports:
            self._jobs.stop(job)

    def open_dataset(self, id: str) -> None:
        """Show a dataset of the workspace."""
        try:
            dataset = self.workspace.dataset(id)
        except AetheronError as error:
            self.tell(error)
            return
        proposal = dataset.info.proposal
        self.dataset, self.target, self.task = dataset, proposal.target, proposal.task
        self.excluded = frozenset(proposal.excluded)
        self.treatments = ()
        self.column, self.marked, self.source = None, (), "unknown"
        self.dataset_opened.emit(dataset)
        self.target_changed.emit()
        self.look_at_source()
        # A training should start at once; the learning libraries take seconds to import.
        QTimer.singleShot(_WARM_DELAY_MS, self, self._warm_up)
        self._look_at_past_runs()

    def close_dataset(self) -> None:
        """Show no dataset."""
        self.dataset, self.target, self.task, self.excluded = None, None, None, frozenset()
        self.column, self.marked = None, ()
        self.dataset_opened.emit(None)
        self.target_changed.emit()

    def set_target(self, name: str | None) -> None:
        """Choose the column to predict; the task follows from its type."""
        if self.dataset is None or name == self.target:
            return
        self.target = name
        self.task = task_for(self.dataset.info.schema.column(name)) if name else None
        self.target_changed.emit()

    def set_task(self, task: Task) -> None:
        """Choose what kind of prediction is wanted."""
        if task != self.task:
            self.task = task
            self.target_changed.emit()

    def set_excluded(self, names: Sequence[str]) -> None:
        """Choose the columns that no model may see."""
        if frozenset(names) != self.excluded:
            self.excluded = frozenset(names)
            self.target_changed.emit()

    def set_treatments(self, treatments: Sequence[Treatment]) -> None:
        """Choose what is made of columns before models see them; the others are prepared as suits each model."""
        self.treatments = tuple(treatments)
        self.target_changed.emit()

    def choose_column(self, name: str) -> None:
        """Look at a column, in whatever view."""
        self.column = name
        self.column_chosen.emit(name)

    def mark(self, rows: Iterable[int]) -> None:
        """Mark rows in every view; with none, the marks go."""
        marked = tuple(sorted(set(rows)))
        if marked != self.marked:
            self.marked = marked
            self.marked_changed.emit()

    def features(self) -> tuple[str, ...]:
        """Give the columns that models learn from, in the table's order."""
        if self.dataset is None:
            return ()
        hidden = self.excluded | {self.target}
        return tuple(name for name in self.dataset.info.schema.names if name not in hidden)

    def export_table(
        self, id: str, out: Path, where: str = "", columns: Sequence[str] = (), *, quarantine: bool = False
    ) -> str:
        """Write rows of a dataset, or its quarantine, to a file, and give the job's id; a notice tells the end."""
        job = TableJob(
            id=self.workspace.new_id("table"),
            dataset=id,
            out=str(out),
            where=where,
            columns=tuple(columns),
            quarantine=quarantine,
        )
        self._jobs.start(job, "table")
        return job.id

    def prepare(self, dataset: DatasetInfo, steps: tuple[Step, ...], name: str) -> str:
        """Make a new dataset by steps and open it; gives the job's id."""
        job = PrepareJob(id=self.workspace.new_id("prepare"), dataset=dataset.id, steps=steps, name=name)
        self._imports[job.id] = ImportState(job.id, name, "Do the steps")
        self.import_changed.emit(self._imports[job.id])
        self._jobs.start(job, "import")
        return job.id

    def rename_dataset(self, id: str, name: str) -> None:
        """Give a dataset another name."""
        if self._tried(lambda: self.workspace.rename_dataset(id, name)):
            self.datasets_changed.emit()

    def remove_dataset(self, id: str) -> None:
        """Put a dataset into the bin."""
        if self.dataset is not None and self.dataset.info.id == id:
            self.close_dataset()
        if self._tried(lambda: self.workspace.remove_dataset(id)):
            self.datasets_changed.emit()

    def restore_dataset(self, id: str) -> None:
        """Take a dataset out of the bin."""
        if self._tried(lambda: self.workspace.restore_dataset(id)):
            self.datasets_changed.emit()

    # -- runs ---------------------------------------------------------------------------------------------------------

    def plan(
        self,
        estimators: Sequence[str] = (),
        params: Mapping[str, Mapping[str, Value]] | None = None,
        *,
        budget_s: float | None = None,
        class_weight: Literal["none", "balanced"] = "none",
        seed: int = 0,
    ) -> tuple[Experiment, ...]:
        """Give the experiments that :meth:`train` would start.

        Raises:
            AetheronError: it cannot be trained so; the words say why.
        """
        if self.dataset is None:
            raise StorageError("No dataset is open.", hint="Drop a file on the window first.")
        return plan(
            self.dataset.info,
            target=self.target,
            task=self.task,
            estimators=estimators,
            params=params,
            seed=seed,
            budget_s=budget_s,
            class_weight=class_weight,
            features=self.features(),
            split=split_plan(self.dataset, self.trust.split),
            decisions=self.trust.decided(),
            treatments=[one for one in self.treatments if one.column in self.features()],
            new_id=lambda: self.workspace.new_id("run"),
        )

    def forecasts(
        self,
        estimators: Sequence[str] = (),
        params: Mapping[str, Mapping[str, Value]] | None = None,
        *,
        budget_s: float | None = None,
    ) -> list[tuple[str, Forecast | None]]:
        """Say what each run that :meth:`train` would start takes, by the estimator's name; None where it is not known.

        Raises:
            AetheronError: it cannot be trained so; the words say why.
        """
        experiments = self.plan(estimators, params, budget_s=budget_s)
        assert self.dataset is not None
        info, threads = self.dataset.info, self._share().threads
        return [
            (catalog.card(one.estimator).name, of_experiment(one, info, threads=threads, speeds=self._speeds))
            for one in experiments
        ]

    def train(
        self,
        estimators: Sequence[str] = (),
        params: Mapping[str, Mapping[str, Value]] | None = None,
        *,
        budget_s: float | None = None,
        class_weight: Literal["none", "balanced"] = "none",
        seed: int = 0,
    ) -> list[str]:
        """Queue a run of each estimator, by default of those that suit the task, and give their ids.

        Raises:
            AetheronError: it cannot be trained so; nothing was started.
        """
        experiments = self.plan(estimators, params, budget_s=budget_s, class_weight=class_weight, seed=seed)
        assert self.dataset is not None
        at_a_time = min(len(experiments), self._share().runs)
        refuse_too_large(experiments, self.dataset.info, free_memory(), at_a_time=at_a_time)
        for experiment in experiments:
            self.runs[experiment.run] = RunState.queued(experiment)
            self._groups.setdefault(experiment.group, set()).add(experiment.run)
            self._queue.add(TrainJob(experiment=experiment))
            self.run_added.emit(experiment.run)
        self._start_next()
        return [experiment.run for experiment in experiments]

    def stop(self, run: str) -> None:
        """Stop a run and keep its best so far; one that waits is taken off the queue."""
        state = self.runs[run]
        if run in self._jobs:
            state.status = "stopping"
            self._jobs.stop(run)
            self.run_changed.emit(run)
        elif (waiting := self._queue.take(run)) is not None:
            self._drop(waiting)
            self._show_places()

    def move(self, run: str, place: int) -> None:
        """Let a run that waits be the first (``place`` is 1) or a later one of those that wait."""
        if self._queue.move(run, place):
            self._show_places()

    def stop_all(self) -> None:
        """Stop every run and empty the queue."""
        self._drop_queue()
        for run in self._jobs.of("train"):
            self.stop(run)

    def pause(self, run: str) -> None:
        """Suspend a run: it uses no processor until it goes on."""
        if self._jobs.pause(run):
            self.runs[run].pause()
            self.run_changed.emit(run)
            self._start_next()

    def resume(self, run: str) -> None:
        """Let a suspended run go on, or queue one that was cut short to go on from its last checkpoint."""
        if self.runs[run].can_resume and run not in self._jobs:
            self._tried(lambda: self._queue_again(run))
        elif self._jobs.resume(run):
            self._rest.resumed(run)
            self.runs[run].go_on()
            self.run_changed.emit(run)

    def _queue_again(self, run: str) -> None:
        self._queue.add(resumed_job(self.workspace, self.workspace.run(run)))
        self.runs[run].wait_again()
        self.run_changed.emit(run)
        self._start_next()

    def history(self, run: str) -> list[Event]:
        """Give all that a run has told, from its log."""
        return self.workspace.history(run)

    @property
    def parallel_limit(self) -> int:
        """How many runs go at the same time."""
        return self._parallel_limit

    @parallel_limit.setter
    def parallel_limit(self, limit: int) -> None:
        self._parallel_limit = max(1, limit)
        self.forecasts_changed.emit()
        self._start_next()

    @property
    def keeps_core(self) -> bool:
        """Whether runs leave one core to the window."""
        return self._keeps_core

    @keeps_core.setter
    def keeps_core(self, keeps: bool) -> None:
        self._keeps_core = keeps
        self.forecasts_changed.emit()

    def rest_on_battery(self, *, is_wanted: bool) -> None:
        """Say whether runs rest while the machine runs on its battery."""
        self._rest.want(is_wanted=is_wanted)
        self._start_next()

    # -- models -------------------------------------------------------------------------------------------------------

    def predict(self, model: str, source: Path, out: Path, *, with_input: bool = False, version: str = "") -> str:
        """Predict the rows of a file with a version of a model and give the job's id; a notice tells the end."""
        job = PredictJob(
            id=self.workspace.new_id("predict"),
            model=model,
            source=str(source),
            out=str(out),
            with_input=with_input,
            version=version,
        )
        self._jobs.start(job, "predict")
        return job.id

    def export_model(self, id: str, out: Path, version: str = "") -> str:
        """Pack a version of a model into one file, and give the job's id; a notice tells the end."""
        job = ExportJob(id=self.workspace.new_id("export"), model=id, out=str(out), version=version)
        self._jobs.start(job, "export")
        return job.id

    def rename_model(self, id: str, name: str) -> None:
        """Give a model another name; ``models_changed`` tells that it has it."""
        self._change_models(lambda: self.workspace.rename_model(id, name))

    def bin_model(self, id: str) -> None:
        """Put a model into the bin; a notice offers to take it out again."""

        def bin_() -> Notice:
            name = self.workspace.model(id).name
            self.workspace.bin_model(id)
            return Notice("info", "Model deleted", f"{name} is in the bin.", "", "undo-model", id)

        self._change_models(bin_)

    def restore_model(self, id: str) -> None:
        """Take a model out of the bin."""
        self._change_models(lambda: self.workspace.restore_model(id))

    def delete_model(self, id: str) -> None:
        """Delete a model that is in the bin, for good."""
        self._change_models(lambda: self.workspace.delete_model(id))

    def _change_models(self, change: Callable[[], object]) -> None:
        """Do what waits for locks and moves whole repositories beside the window's thread, in the order of wishes."""
        self._changes.append(change)
        if len(self._changes) == 1:
            self._next_change()

    def _next_change(self) -> None:
        errand = Errand(self._changes[0], self)
        errand.done.connect(self._on_changed)
        errand.failed.connect(self._on_not_changed)
        errand.start()

    def _on_changed(self, made: object) -> None:
        self.models_changed.emit()
        if isinstance(made, Notice):
            self.noticed.emit(made)
        self._end_change()

    def _on_not_changed(self, error: AetheronError) -> None:
        self.tell(error)
        self._end_change()

    def _end_change(self) -> None:
        del self._changes[0]
        if self._changes:
            self._next_change()
        else:
            self._finish_if_quiet()

    # -- the machine --------------------------------------------------------------------------------------------------

    @property
    def monitor_interval_s(self) -> float:
        """How often the machine is looked at, in seconds."""
        return self._monitor_timer.interval() / 1000

    @monitor_interval_s.setter
    def monitor_interval_s(self, seconds: float) -> None:
        self._monitor_timer.setInterval(int(seconds * 1000))

    def _sample(self) -> None:
        self._rest.look()
        self._start_next()
        if self._monitor is None:
            return
        self.resources_sampled.emit(self._monitor.sample(self._jobs.pids()))

    # -- the inside ---------------------------------------------------------------------------------------------------

    def _warm_up(self) -> None:
        if not self._shutting_down:
            self._jobs.warm_up()

    def _start_next(self) -> None:
        shared = self._share()
        while len(self._queue) and len(self._going()) < shared.runs and not (self._shutting_down or self._rest.is_on):
            job = self._queue.take()
            assert job is not None
            self.runs[job.id].status = "starting"
            # One that goes on does so on as many threads as before: sums are rounded in the order of their parts.
            started = job if job.is_resumed else msgspec.structs.replace(job, threads=shared.threads)
            self._jobs.start(started, "train")
            self.run_changed.emit(job.id)
        self._show_places()

    def _show_places(self) -> None:
        """Let each run that waits know its place."""
        places = {job.id: place for place, job in enumerate(self._queue, 1)}
        for run, state in self.runs.items():
            if state.place != places.get(run):
                state.place = places.get(run)
                self.run_changed.emit(run)

    def _share(self) -> Share:
        return share(os.cpu_count() or 1, self._parallel_limit, keeps_core=self._keeps_core)

    def _look_at_past_runs(self) -> None:
        """Learn, beside the window's thread, how fast this machine is."""
        errand = Errand(lambda: speeds(self.workspace), self)
        errand.done.connect(self._on_speeds)
        errand.start()

    def _on_speeds(self, found: dict[str, float]) -> None:
        if found != self._speeds:
            self._speeds = found
            self.forecasts_changed.emit()

    def _going(self) -> list[str]:
        return [run for run in self._jobs.of("train") if self.runs[run].status != "paused"]

    def _drop_queue(self) -> None:
        while (job := self._queue.take()) is not None:
            self._drop(job)

    def _drop(self, job: TrainJob) -> None:
        """Let a run go that waited: it never was, or is as it was when it was cut short."""
        if not job.is_resumed:
            self._end_run(_never_started(job.id))
            return
        self.runs[job.id] = RunState.of(self.workspace.run(job.id))
        self.run_changed.emit(job.id)

    def _on_paused(self, run: str, pause: Pause | None) -> None:
        state = self.runs.get(run)
        if state is None or not state.is_going or (state.status == "paused") == (pause is not None):
            return
        if pause is not None:
            state.pause(pause.since)
        elif state.status == "paused":
            state.go_on()
        self.run_changed.emit(run)
        self._start_next()

    def _hear(self, job: str, events: list[Event]) -> None:
        if state := self.runs.get(job):
            for event in events:
                state.apply(event)
            self.run_events.emit(job, events)
            self.run_changed.emit(job)
            if any(isinstance(event, ModelSaved) for event in events):
                self.models_changed.emit()
        elif waiting := self._imports.get(job):
            for event in events:
                if isinstance(event, Progressed):
                    waiting = ImportState(
                        job, waiting.name, event.stage, event.done, event.total, event.unit, event.eta_s
                    )
            self._imports[job] = waiting
            self.import_changed.emit(waiting)
        else:
            for event in events:
                # Looked up each time: who hears an answer may withdraw the question.
                inquiry = self._inquiries.get(job)
                if isinstance(event, Answered) and inquiry is not None:
                    inquiry.answered.emit(asking.told(event.answer))
                elif isinstance(event, Progressed) and inquiry is not None:
                    inquiry.progressed.emit(event)

    def _on_ended(self, end: JobEnded) -> None:
        match end.work:
            case "train":
                self._end_run(end)
            case "import" | "prepare":
                self._end_import(end)
            case "ask":
                if inquiry := self._inquiries.pop(end.job, None):
                    inquiry.ended.emit(end)
                    inquiry.deleteLater()
            case "change":
                self.models_changed.emit()
            case "predict" | "export" | "table":
                self._end_file(end)

    def _on_job_left(self) -> None:
        self._start_next()
        self._finish_if_quiet()

    def _finish_if_quiet(self) -> None:
        if self._shutting_down and not len(self._jobs) and not self._changes:
            forget_views(self.workspace.root)
            # Not from within shut_down: whoever called it may still have to listen.
            QTimer.singleShot(0, self, self.finished.emit)

    def _end_run(self, end: JobEnded) -> None:
        state = self.runs[end.job]
        state.apply(end)
        self.run_changed.emit(end.job)
        if end.outcome == "succeeded" and not self._shutting_down:
            self._look_at_past_runs()
        if end.outcome in {"failed", "crashed"}:
            action = "resume-run" if end.outcome == "crashed" else "run"
            self.noticed.emit(Notice("error", f"{state.name}: {end.title}", end.detail, end.hint, action, end.job))
        self._end_group(state)

    def _end_group(self, state: RunState) -> None:
        """When the last of the runs that were started together ends, say which is the best."""
        waiting = self._groups.get(state.group)
        if waiting is None:
            return
        waiting.discard(state.id)
        if waiting:
            return
        del self._groups[state.group]
        if self._shutting_down:
            return
        together = [run for run in self.runs.values() if run.group == state.group]
        best = RunState.best(together)
        if best is None:
            self.noticed.emit(Notice("warning", "Training ended without a model", "No run kept one.", "See the log."))
            return
        words = f"Best: {catalog.card(best.estimator).name}, {best.score_text()}."
        self.noticed.emit(Notice("success", "Training finished", words, "", "model", best.model or ""))

    def _end_import(self, end: JobEnded) -> None:
        name = self._imports.pop(end.job).name
        self.import_changed.emit(next(iter(self._imports.values()), None))
        if end.outcome == "succeeded" and end.result and name.lower().endswith(".aether"):
            self.models_changed.emit()
            self.noticed.emit(
                Notice("success", f"{name} was taken in", "The model is in the list.", "", "model", end.result)
            )
        elif end.outcome == "succeeded" and end.result:
            self.datasets_changed.emit()
            if not self._shutting_down:
                self.open_dataset(end.result)
        elif end.outcome != "stopped":
            self.noticed.emit(Notice("error", end.title, end.detail or name, end.hint))

    def _end_file(self, end: JobEnded) -> None:
        if end.outcome == "succeeded" and end.result:
            name = Path(end.result).name
            if end.work == "predict":
                notice = Notice("success", "Predictions saved", name, "", "file", end.result)
            elif end.work == "table":
                notice = Notice("success", "Table saved", name, "", "file", end.result)
            else:
                inside = "Up to 20 rows of its test data are inside, to check it by."
                notice = Notice("success", "Model saved", name, inside, "file", end.result)
            self.noticed.emit(notice)
        elif end.outcome != "stopped":
            self.noticed.emit(Notice("error", end.title, end.detail, end.hint))

    def _tried(self, change: Callable[[], object]) -> bool:
        try:
            change()
        except AetheronError as error:
            self.tell(error)
            return False
        return True

    def tell(self, error: AetheronError) -> None:
        self.noticed.emit(Notice("error", error.title, error.detail, error.hint))


def default_parallel_limit() -> int:
    """Give how many runs go at the same time unless it is set: a quarter of the cores, at least one."""
    return max(1, (os.cpu_count() or 1) // 4)


def _never_started(run: str) -> JobEnded:
    return JobEnded(
        job=run, work="train", outcome="stopped", title="Stopped", detail="It was stopped before it started."
    )
