"""What is open and what is running, for every widget; the workspace on disk is the truth.

Nothing in here waits: what takes longer than a frame is a job, done by a worker (:class:`Jobs`).
"""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from aetheron_desktop.engine.comparing.removing import delete as delete_removed
from aetheron_desktop.engine.datasets.dataset import next_name, source_state
from aetheron_desktop.engine.datasets.recipe import Recipe, load
from aetheron_desktop.engine.datasets.schema import task_for
from aetheron_desktop.engine.datasets.viewing.views import forget_views
from aetheron_desktop.engine.errors import AetheronError, StorageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.events import JobEnded, ModelSaved, Progressed
from aetheron_desktop.engine.jobs.job import (
    ImportJob,
    MendJob,
    PrepareJob,
)
from aetheron_desktop.engine.jobs.monitor import Monitor, free_memory
from aetheron_desktop.engine.training.cross_validation import on_each, split_plans
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.forecast import refuse_too_large
from aetheron_desktop.engine.training.outlook import of_run
from aetheron_desktop.ui.arrivals import Arrivals
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.inquiries import Inquiries
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.model_changes import ModelChanges
from aetheron_desktop.ui.outputs import Outputs
from aetheron_desktop.ui.runs import Runs
from aetheron_desktop.ui.trust import Trust
from aetheron_desktop.ui.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo, SourceState
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.datasets.steps import Step
    from aetheron_desktop.engine.estimators.deciding import ErrorCost
    from aetheron_desktop.engine.estimators.monotone import Monotone
    from aetheron_desktop.engine.estimators.treatments import Treatment
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.jobs.asking import Question
    from aetheron_desktop.engine.params import Value
    from aetheron_desktop.engine.training.experiment import Costs, Experiment
    from aetheron_desktop.engine.training.forecast import Forecast
    from aetheron_desktop.engine.workspace import Workspace

_WARM_DELAY_MS: Final = 300
_FIRST_LOOK_MS: Final = 1000


class Session(Runs):
    """The one owner of what the window shows; widgets show it and ask for changes."""

    datasets_changed = Signal()
    models_changed = Signal()
    dataset_opened = Signal(object)  # Dataset | None
    target_changed = Signal()
    source_looked_at = Signal()
    column_chosen = Signal(str)
    marked_changed = Signal()
    import_changed = Signal(object)  # ImportState | None
    show_wanted = Signal(str, str)  # "model" | "run" | "dataset", its id
    resources_sampled = Signal(object)  # engine.jobs.monitor.Sample
    finished = Signal()  # after shut_down: nothing of ours runs that should not

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(workspace, parent)
        self.dataset: Dataset | None = None
        self.target: str | None = None
        self.task: Task | None = None
        self.excluded: frozenset[str] = frozenset()
        self.sample_weight = ""
        """The column that says what each row counts; empty where each counts the same."""
        self.treatments: tuple[Treatment, ...] = ()
        self.monotone: tuple[Monotone, ...] = ()
        self.error_costs: tuple[ErrorCost, ...] = ()
        """What was chosen to be made of columns before models see them."""
        self.source: SourceState = "unknown"
        """How the file of the open dataset is, against when it was imported."""
        self.column: str | None = None
        """The column that is looked at."""
        self.marked: tuple[int, ...] = ()
        """The rows that were chosen in a plot, ascending, the first is 0."""
        self._jobs.told.connect(self._hear)
        self._jobs.ended.connect(self._on_ended)
        self._jobs.left.connect(self._on_job_left)
        self._arrivals = Arrivals(self._jobs, self)
        self._arrivals.changed.connect(self.import_changed)
        self.outputs = Outputs(workspace, self._jobs, self)
        self.outputs.noticed.connect(self.noticed)
        self._inquiries = Inquiries(workspace, self._jobs, self)
        self.trust = Trust(self, self)
        self.versions = Versions(workspace, self._jobs, self)
        self.models = ModelChanges(workspace, self)
        self.models.changed.connect(self.models_changed)
        self.models.noticed.connect(self.noticed)
        self.models.failed.connect(self.tell)
        self.models.ended.connect(self._finish_if_quiet)
        self._clearing: Errand | None = None
        self._monitor: Monitor | None = None
        self._monitor_timer = QTimer(self, interval=5000)
        self._monitor_timer.timeout.connect(self._sample)

    # -- the start and the end of a session ---------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look after the workspace: earlier runs, and the machine."""
        # What a window that was killed has left; beside the window's thread, for files of gigabytes take a while to go.
        threading.Thread(target=_forget, args=(self.workspace,), name="forget", daemon=True).start()
        self._take_up_runs()
        self._monitor = Monitor()
        self._monitor_timer.start()
        # The processor's use is that since the look before; at once there would be nothing to look back on.
        QTimer.singleShot(_FIRST_LOOK_MS, self, self._sample)

    def is_busy(self) -> bool:
        """Whether a run is going or waiting, or a file is on its way in or out."""
        return bool(len(self._jobs) - len(self._jobs.of("ask")) or len(self._queue))

    def shut_down(self, mode: Literal["keep", "stop", "cancel"]) -> None:
        """End the session: let running work go on without the window, stop it and keep the best, or cancel it.

        With ``keep`` what waits is offered by the next session. ``finished`` is told when nothing of this process runs
        any more.
        """
        self._shutting_down = True
        self._monitor_timer.stop()
        if mode != "keep":
            self._handed.clear()
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
        self._arrivals.begin(job, path.name)

    def mend(self, lines: dict[int, str]) -> None:
        """Merge edited lines of the quarantine of the open dataset into a new version of it."""
        if self.dataset is None:
            return
        job = MendJob(id=self.workspace.new_id("import"), dataset=self.dataset.info.id, lines=lines)
        self._arrivals.begin(job, self.dataset.info.name)

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
        return self._inquiries.ask(question, on_answer, on_end, on_progress)

    def withdraw(self, job: str) -> None:
        """Stop to answer a question, if that goes on."""
        self._inquiries.withdraw(job)

    def cancel_import(self) -> None:
        """Stop all imports; nothing of them is kept."""
        self._arrivals.cancel()

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
        self.treatments, self.monotone, self.error_costs, self.sample_weight = (), (), (), ""
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
        self.target, self.error_costs = name, ()
        if name == self.sample_weight:
            self.sample_weight = ""
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

    def set_monotone(self, monotone: Sequence[Monotone]) -> None:
        """Choose the columns with which a prediction shall only rise, or only fall."""
        self.monotone = tuple(monotone)
        self.target_changed.emit()

    def set_sample_weight(self, name: str) -> None:
        """Choose the column that says what each row counts while it is learned; none where ``name`` is empty."""
        if name != self.sample_weight:
            self.sample_weight = name
            self.target_changed.emit()

    def set_error_costs(self, costs: Sequence[ErrorCost]) -> None:
        """Say what errors among several classes cost; what is not named costs 1."""
        self.error_costs = tuple(costs)
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
        hidden = self.excluded | {self.target, self.sample_weight}
        return tuple(name for name in self.dataset.info.schema.names if name not in hidden)

    def prepare(self, dataset: DatasetInfo, steps: tuple[Step, ...], name: str) -> str:
        """Make a new dataset by steps and open it; gives the job's id."""
        job = PrepareJob(id=self.workspace.new_id("prepare"), dataset=dataset.id, steps=steps, name=name)
        return self._arrivals.begin(job, name, "Do the steps")

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
        level: float = LEVEL,
        metric: str = "",
        costs: Costs | None = None,
    ) -> tuple[Experiment, ...]:
        """Give the experiments that :meth:`train` would start.

        Raises:
            AetheronError: it cannot be trained so; the words say why.
        """
        if self.dataset is None:
            raise StorageError("No dataset is open.", hint="Drop a file on the window first.")
        planned = plan(
            self.dataset.info,
            target=self.target,
            task=self.task,
            estimators=estimators,
            params=params,
            seed=seed,
            budget_s=budget_s,
            class_weight=class_weight,
            level=level,
            metric=metric,
            costs=costs,
            features=self.features(),
            decisions=self.trust.decided(),
            treatments=[one for one in self.treatments if one.column in self.features()],
            sample_weight=self.sample_weight,
            error_costs=self.error_costs if self.task == "multiclass" else (),
            monotone=[one for one in self.monotone if one.column in self.features()],
            new_id=self._new_run,
        )
        return on_each(planned, split_plans(self.dataset, self.trust.split, self.trust.fold), self._new_run)

    def _new_run(self) -> str:
        return self.workspace.new_id("run")

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
        told: dict[str, Forecast | None] = {}
        for one in experiments:
            if one.estimator not in told:  # its other folds take the same, and fifty of them would take a frame
                told[one.estimator] = of_run(one, info, threads=threads, speeds=self._speeds)
        return [(catalog.card(one.estimator).name, told[one.estimator]) for one in experiments]

    def train(
        self,
        estimators: Sequence[str] = (),
        params: Mapping[str, Mapping[str, Value]] | None = None,
        *,
        budget_s: float | None = None,
        class_weight: Literal["none", "balanced"] = "none",
        seed: int = 0,
        level: float = LEVEL,
        metric: str = "",
        costs: Costs | None = None,
    ) -> list[str]:
        """Queue a run of each estimator, by default of those that suit the task, and give their ids.

        Raises:
            AetheronError: it cannot be trained so; nothing was started.
        """
        experiments = self.plan(
            estimators,
            params,
            budget_s=budget_s,
            class_weight=class_weight,
            seed=seed,
            level=level,
            metric=metric,
            costs=costs,
        )
        assert self.dataset is not None
        at_a_time = min(len(experiments), self._share().runs)
        refuse_too_large(experiments, self.dataset.info, free_memory(), at_a_time=at_a_time)
        self._enqueue(experiments)
        return [experiment.run for experiment in experiments]

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

    def _hear(self, job: str, events: list[Event]) -> None:
        if state := self.runs.get(job):
            self._hear_run(state, events)
            if any(isinstance(event, ModelSaved) for event in events):
                self.models_changed.emit()

    def _on_ended(self, end: JobEnded) -> None:
        match end.work:
            case "train":
                self._end_run(end)
            case "import" | "prepare":
                self._end_import(end)
            case "change":
                self.models_changed.emit()
            case "ask" | "predict" | "export" | "table":
                return  # heard by whoever began it

    def _on_job_left(self) -> None:
        self._start_next()
        self._finish_if_quiet()

    def _finish_if_quiet(self) -> None:
        if not self._shutting_down or self._clearing is not None or len(self._jobs) or len(self.models):
            return
        # Gigabytes take a while to go. What is still there when the process is killed goes with the next start.
        self._clearing = Errand(partial(_forget, self.workspace), self)
        for answer in (self._clearing.done, self._clearing.failed, self._clearing.broken):
            answer.connect(self._on_cleared)
        self._clearing.start()

    def _on_cleared(self, _: object) -> None:
        self.finished.emit()

    def _end_import(self, end: JobEnded) -> None:
        name = self._arrivals.end(end.job)
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


def _forget(workspace: Workspace) -> None:
    """Delete what was for one window alone: views, and runs that were deleted and not taken back."""
    forget_views(workspace.root)
    if not workspace.is_locked:  # the window that has claimed it may still take them back
        return
    try:
        delete_removed(workspace.root)
    except AetheronError:  # it is tried again when the workspace is opened the next time
        return
