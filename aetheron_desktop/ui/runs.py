"""The runs that wait, that go and that have ended: their queue, and what is asked of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QObject, Signal

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.events import JobEnded
from aetheron_desktop.engine.jobs import process
from aetheron_desktop.engine.jobs.job import TrainJob
from aetheron_desktop.engine.jobs.past_runs import speeds
from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.engine.jobs.resuming import resumed_job
from aetheron_desktop.engine.jobs.run_queue import RunQueue, Share, keep_queue, kept_queue, share
from aetheron_desktop.ui.battery_rest import BatteryRest
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.jobs import Jobs
from aetheron_desktop.ui.messages import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.jobs.pausing import Pause
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

_TOGETHER: Final = 3
"""So many names are told in one sentence."""


class Runs(QObject):
    """The runs of a workspace as a window sees them; a :class:`Session` adds what they learn from.

    What waits is kept in the workspace: when the window goes without a word, the next one offers it again.
    """

    run_added = Signal(str)
    run_changed = Signal(str)
    runs_removed = Signal(list)  # run ids
    run_events = Signal(str, list)  # run id, list[Event]
    forecasts_changed = Signal()
    noticed = Signal(object)  # Notice

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.runs: dict[str, RunState] = {}
        self._jobs = Jobs(workspace, self)
        self._jobs.paused.connect(self._on_paused)
        self._queue = RunQueue()
        self._postponed: dict[str, TrainJob] = {}
        """What waited when an earlier window went, and was not asked for since."""
        self._handed: dict[str, TrainJob] = {}
        """What was given to a worker that has not begun with it."""
        self._kept: list[TrainJob] = []
        self._groups: dict[str, set[str]] = {}
        self._parallel_limit = default_parallel_limit()
        self._keeps_core = True
        self._rest = BatteryRest(self)
        self._speeds: dict[str, float] = {}
        """How many times as long as forecast the runs of the workspace took, by estimator."""
        self._shutting_down = False

    def is_shut_down(self) -> bool:
        """Whether the session was told to end."""
        return self._shutting_down

    # -- what there is when a window opens ----------------------------------------------------------------------------

    def _take_up_runs(self) -> None:
        """Show earlier runs, follow those that go on without a window, and offer what was cut short or waited."""
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
        self._take_up_queue()

    def _take_up_queue(self) -> None:
        try:
            kept = kept_queue(self.workspace)
        except AetheronError as error:
            self.tell(error)
            return
        for job in kept:
            # One that has begun meanwhile, or was to be resumed, is among the runs, and is offered as those are.
            if job.id not in self.runs:
                self._postponed[job.id] = job
                self.runs[job.id] = RunState.queued(job.experiment)
                self.runs[job.id].status = "postponed"
                self.run_added.emit(job.id)
        # Written anew when something is done with it: whoever draws a picture of the window leaves it as it is.
        self._kept = list(self._postponed.values())
        if not self._postponed:
            return
        names = [catalog.name_of(job.experiment.estimator) for job in self._postponed.values()]
        more = f" and {len(names) - _TOGETHER} more" if len(names) > _TOGETHER else ""
        title = "A run was still waiting" if len(names) == 1 else f"{len(names)} runs were still waiting"
        detail = f"{', '.join(names[:_TOGETHER])}{more}: not begun when the window closed."
        self.noticed.emit(Notice("info", title, detail, "", "resume-queue"))

    # -- what is asked ------------------------------------------------------------------------------------------------

    def _enqueue(self, experiments: Sequence[Experiment]) -> None:
        for experiment in experiments:
            self.runs[experiment.run] = RunState.queued(experiment)
            self._groups.setdefault(experiment.group, set()).add(experiment.run)
            self._queue.add(TrainJob(experiment=experiment))
            self.run_added.emit(experiment.run)
        self._start_next()

    def stop(self, run: str) -> None:
        """Stop a run and keep its best so far; one that waits is taken off the queue."""
        state = self.runs[run]
        if run in self._jobs:
            self._handed.pop(run, None)
            state.status = "stopping"
            self._jobs.stop(run)
            self.run_changed.emit(run)
        elif (waiting := self._queue.take(run) or self._postponed.pop(run, None)) is not None:
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
        """Let a suspended run go on, or queue one that was cut short or postponed."""
        if (postponed := self._postponed.pop(run, None)) is not None:
            self._groups.setdefault(postponed.experiment.group, set()).add(run)
            self._wait_again(postponed)
        elif self.runs[run].can_resume:
            self._tried(lambda: self._wait_again(resumed_job(self.workspace, self.workspace.run(run))))
        elif self._jobs.resume(run):
            self._rest.resumed(run)
            self.runs[run].go_on()
            self.run_changed.emit(run)

    def resume_postponed(self) -> None:
        """Queue all that an earlier window had in its queue."""
        for run in list(self._postponed):
            self.resume(run)

    def _wait_again(self, job: TrainJob) -> None:
        self._queue.add(job)
        self.runs[job.id].wait_again()
        self.run_changed.emit(job.id)
        self._start_next()

    def forget_runs(self, runs: Sequence[str]) -> None:
        """Show runs no more that were taken out of the workspace."""
        for run in runs:
            self.runs.pop(run, None)
        self.runs_removed.emit(list(runs))

    def recall_runs(self, records: Sequence[RunRecord]) -> None:
        """Show runs again that were taken back."""
        for record in records:
            self.runs[record.id] = RunState.of(record)
            self.run_added.emit(record.id)

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

    # -- the inside of the queue --------------------------------------------------------------------------------------

    def _start_next(self) -> None:
        shared = self._share()
        while len(self._going()) < shared.runs and not (self._shutting_down or self._rest.is_on):
            # One that has just crashed begins again when its thread has left.
            job = next((one for one in self._queue if one.id not in self._jobs), None)
            if job is None:
                break
            self._queue.take(job.id)
            self.runs[job.id].status = "starting"
            self._handed[job.id] = job
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
        self._keep_queue()

    def _keep_queue(self) -> None:
        """Keep what has not begun in the workspace, unless it is there."""
        waiting = [*self._handed.values(), *self._queue, *self._postponed.values()]
        if waiting != self._kept:
            self._kept = waiting
            self._tried(lambda: keep_queue(self.workspace, waiting))

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
        self._keep_queue()

    def _hear_run(self, state: RunState, events: list[Event]) -> None:
        for event in events:
            state.apply(event)
        self.run_events.emit(state.id, events)
        self.run_changed.emit(state.id)
        if self._handed.pop(state.id, None) is not None:
            self._keep_queue()

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

    def _end_run(self, end: JobEnded) -> None:
        state = self.runs[end.job]
        state.apply(end)
        if self._handed.pop(end.job, None) is not None:
            self._keep_queue()
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

    def _tried(self, change: Callable[[], object]) -> bool:
        try:
            change()
        except AetheronError as error:
            self.tell(error)
            return False
        return True

    def tell(self, error: AetheronError) -> None:
        """Tell that something could not be done, and why."""
        self.noticed.emit(Notice("error", error.title, error.detail, error.hint))


def default_parallel_limit() -> int:
    """Give how many runs go at the same time unless it is set: a quarter of the cores, at least one."""
    return max(1, (os.cpu_count() or 1) // 4)


def _never_started(run: str) -> JobEnded:
    return JobEnded(
        job=run, work="train", outcome="stopped", title="Stopped", detail="It was stopped before it started."
    )
