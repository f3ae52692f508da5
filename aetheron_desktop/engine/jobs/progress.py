"""Where a run stands, folded from its events; what a row of the leaderboard shows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from aetheron_desktop.engine.evaluation.metrics import better, main_metric, metric
from aetheron_desktop.engine.events import (
    Answered,
    BestChosen,
    DatasetImported,
    JobEnded,
    JobStarted,
    MessageLogged,
    MetricLogged,
    ModelSaved,
    PredictionsSaved,
    Progressed,
    RunStarted,
    TableSaved,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.workspace import RunRecord

Status: TypeAlias = Literal[
    "queued", "starting", "running", "paused", "stopping", "succeeded", "stopped", "failed", "crashed"
]
GOING: tuple[Status, ...] = ("starting", "running", "paused", "stopping")


class RunState:
    """A run as it is shown; changed by :meth:`apply` alone, but for what the window asks of it."""

    def __init__(
        self, *, id: str, name: str, estimator: str, dataset: str, target: str, task: Task, group: str
    ) -> None:
        self.id = id
        self.name = name
        self.estimator = estimator
        self.dataset = dataset
        self.target = target
        self.task: Task = task
        self.group = group
        self.status: Status = "queued"
        self.stage = ""
        self.done = 0.0
        self.total: float | None = None
        self.eta_s: float | None = None
        self.started: float | None = None
        self.ended: float | None = None
        self.metrics: dict[str, float | None] = {}
        self.model: str | None = None
        self.title = self.detail = self.hint = ""
        self.log: list[MessageLogged] = []
        self.environment: dict[str, str] = {}
        self._paused_at: float | None = None
        self._paused_s = 0.0

    @classmethod
    def queued(cls, experiment: Experiment) -> RunState:
        """Give the state of a run that waits."""
        return cls(
            id=experiment.run,
            name=experiment.name,
            estimator=experiment.estimator,
            dataset=experiment.dataset,
            target=experiment.target,
            task=experiment.task,
            group=experiment.group,
        )

    @classmethod
    def of(cls, record: RunRecord) -> RunState:
        """Give the state of a run of an earlier session."""
        task: Task = record.task if record.task in {"binary", "multiclass", "regression"} else "regression"  # type: ignore[assignment]
        state = cls(
            id=record.id,
            name=record.name,
            estimator=record.estimator,
            dataset=record.dataset,
            target=record.target,
            task=task,
            group=record.group,
        )
        state.status = record.outcome or "running"
        state.started, state.ended = record.started, record.ended
        state.metrics, state.model = record.metrics, record.model
        state.title, state.detail, state.hint = record.title, record.detail, record.hint
        return state

    @property
    def is_going(self) -> bool:
        """Whether a process does it now."""
        return self.status in GOING

    @property
    def seconds(self) -> float:
        """How long it has run, pauses left out."""
        if self.started is None:
            return 0.0
        until = self.ended or self._paused_at or time.time()
        return max(0.0, until - self.started - self._paused_s)

    @property
    def score(self) -> float | None:
        """The main metric's value on the test part."""
        return self.metrics.get(main_metric(self.task).name)

    def score_text(self) -> str:
        """Give the main metric in words."""
        chosen = main_metric(self.task)
        return f"{chosen.label} {self.score:.4g}" if self.score is not None else f"{chosen.label} unknown"

    def replay(self, history: Iterable[Event]) -> None:
        """Apply what was told before."""
        for event in history:
            self.apply(event)

    def apply(self, event: Event) -> None:
        """Take in what the run tells."""
        match event:
            case JobStarted():
                self.started = event.at
                self.status = "running" if self.status != "stopping" else "stopping"
            case RunStarted():
                self.environment = event.environment
            case Progressed():
                self.stage, self.done, self.total, self.eta_s = event.stage, event.done, event.total, event.eta_s
            case MessageLogged():
                self.log.append(event)
            case ModelSaved():
                self.model, self.metrics = event.model, event.metrics
            case JobEnded():
                self._end(event)
            case MetricLogged() | DatasetImported() | Answered() | PredictionsSaved() | TableSaved() | BestChosen():
                return
            case _:
                assert_never(event)

    def pause(self) -> None:
        """Note that its process was suspended."""
        self.status, self._paused_at = "paused", time.time()

    def go_on(self) -> None:
        """Note that its process goes on."""
        if self._paused_at is not None:
            self._paused_s += time.time() - self._paused_at
        self.status, self._paused_at = "running", None

    def _end(self, end: JobEnded) -> None:
        self.status, self.ended = end.outcome, end.at
        self.title, self.detail, self.hint = end.title, end.detail, end.hint
        self.model = end.result or self.model
        self.eta_s = None

    @staticmethod
    def best(runs: Sequence[RunState]) -> RunState | None:
        """Give the run with the best main metric of those that kept a model; None when none did."""
        best: RunState | None = None
        for run in runs:
            if run.model is None or run.score is None:
                continue
            if best is None or best.score is None or better(metric(main_metric(run.task).name), run.score, best.score):
                best = run
        return best
