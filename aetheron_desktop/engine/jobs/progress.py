"""Where a run stands, folded from its events; what a row of the leaderboard shows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.cards.card import may_end_early
from aetheron_desktop.engine.evaluation.metrics import better, main_metric, metric
from aetheron_desktop.engine.events import (
    Answered,
    BestChosen,
    ColumnsWeighed,
    CoresAwaited,
    DatasetImported,
    JobEnded,
    JobStarted,
    MemberScored,
    MessageLogged,
    MetricLogged,
    ModelSaved,
    Paused,
    PredictionsSaved,
    Progressed,
    RunResumed,
    RunStarted,
    TableSaved,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.evaluation.metrics import Metric
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.workspace import RunRecord

Status: TypeAlias = Literal[
    "postponed", "queued", "starting", "running", "paused", "stopping", "succeeded", "stopped", "failed", "crashed"
]
"""Postponed is what waited when a window went, until somebody lets it go on."""
RESUMABLE: frozenset[Status] = frozenset({"failed", "crashed"})
"""The ends after which a run can go on from its last checkpoint, or begin anew."""
WAITS_FOR_CORES = "Another program trains; it waits for a core"
_SAME_PAUSE_S = 0.5
"""What the window and the process say of the begin of a pause differs by less."""
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
        self.metric = ""
        """The name of the metric that the best is chosen by, when it is not the task's main one."""
        self.status: Status = "queued"
        self.place: int | None = None
        """Its place among those that wait, the first is 1."""
        self.stage = ""
        self.done = 0.0
        self.total: float | None = None
        self.eta_s: float | None = None
        self.started: float | None = None
        self.ended: float | None = None
        self.metrics: dict[str, float | None] = {}
        self.intervals: dict[str, tuple[float, float]] = {}
        self.test_rows = ""
        """The hash of the rows that it was measured on; empty before that is known."""
        self.model: str | None = None
        self.title = self.detail = self.hint = ""
        self.log: list[MessageLogged] = []
        self.members: list[MemberScored] = []
        """The estimators of an ensemble, as they came; those that could not be fitted have a reason."""
        self.columns: ColumnsWeighed | None = None
        """What the columns count, as it was told last."""
        self.environment: dict[str, str] = {}
        self.lives = 0
        """How many processes have done it so far: more than one when it went on after it was cut short."""
        self._life: float | None = None
        self._told_at = 0.0
        self._earlier_s = 0.0
        self._pauses: dict[float, float | None] = {}
        """The pauses of this life: how long each took, by its begin; None while it lasts."""
        self._seconds: float | None = None

    @classmethod
    def queued(cls, experiment: Experiment) -> RunState:
        """Give the state of a run that waits."""
        made = cls(
            id=experiment.run,
            name=experiment.name,
            estimator=experiment.estimator,
            dataset=experiment.dataset,
            target=experiment.target,
            task=experiment.task,
            group=experiment.group,
        )
        made.metric = experiment.metric
        return made

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
        state.lives, state._life, state._seconds = record.lives, record.started, record.seconds
        state.metrics, state.intervals, state.model = record.metrics, record.intervals, record.model
        state.test_rows = record.test_rows
        state.title, state.detail, state.hint = record.title, record.detail, record.hint
        return state

    @property
    def is_going(self) -> bool:
        """Whether a process does it now."""
        return self.status in GOING

    @property
    def seconds(self) -> float:
        """How long it has worked, in all its lives, pauses left out."""
        if self._seconds is not None:
            return self._seconds
        return self._earlier_s + self._of_this_life(self.ended or time.time())

    @property
    def told_s(self) -> float:
        """How long it had worked when it told something the last time but its end."""
        return self._earlier_s + self._of_this_life(self._told_at)

    @property
    def score(self) -> float | None:
        """The main metric's value on the test part."""
        return self.metrics.get(main_metric(self.task).name)

    @property
    def may_end_early(self) -> bool:
        """Whether it may end before all of its steps are done; what is left of it is then the most that it takes."""
        known = next((card for card in catalog.ALL if card.id == self.estimator), None)
        return known is not None and may_end_early(known)

    @property
    def judged_by(self) -> Metric:
        """The metric that the best is chosen by."""
        return metric(self.metric) if self.metric else main_metric(self.task)

    def score_text(self) -> str:
        """Give the main metric in words."""
        chosen = main_metric(self.task)
        return f"{chosen.label} {self.score:.4g}" if self.score is not None else f"{chosen.label} unknown"

    @property
    def can_resume(self) -> bool:
        """Whether it was cut short, and can go on."""
        return self.status in RESUMABLE

    @property
    def weights(self) -> dict[int, float]:
        """What each member counts in the ensemble as it is now, by its number."""
        return next((member.weights for member in reversed(self.members) if member.weights), {})

    @property
    def ensemble(self) -> float | None:
        """The main metric of the ensemble as it is now, on rows that its members did not learn from."""
        return next((member.ensemble for member in reversed(self.members) if member.ensemble is not None), None)

    @property
    def share(self) -> float | None:
        """How far it is, from 0 to 1: of its steps, else of its time; None while that is not known."""
        if self.total:
            return min(self.done / self.total, 1.0)
        whole = self.seconds + (self.eta_s or 0.0)
        return None if self.eta_s is None or not whole else self.seconds / whole

    def recall(self, history: Iterable[Event]) -> None:
        """Take members and columns out of all that a run of an earlier session has told."""
        self.members = []
        for event in history:
            if isinstance(event, MemberScored | RunResumed):
                self._count_members(event)
            elif isinstance(event, ColumnsWeighed):
                self.columns = event

    def replay(self, history: Iterable[Event]) -> None:
        """Apply all that it has told."""
        self.lives, self._life, self._seconds, self._earlier_s = 0, None, None, 0.0
        self.log, self.members = [], []
        for event in history:
            self.apply(event)

    def apply(self, event: Event) -> None:
        """Take in what the run tells."""
        if isinstance(event, JobStarted):
            self._begin(event.at)
        if not isinstance(event, JobEnded):
            self._told_at = event.at
        match event:
            case RunStarted() | RunResumed():
                self.environment = event.environment
                self._count_members(event)
            case MemberScored():
                self._count_members(event)
                self.log.append(member_line(event))
            case ColumnsWeighed():
                self.columns = event
            case Paused() | CoresAwaited():
                self._count_pause(event)
            case Progressed():
                self.stage, self.done, self.total, self.eta_s = event.stage, event.done, event.total, event.eta_s
            case MessageLogged():
                self.log.append(event)
            case ModelSaved():
                self.model, self.metrics, self.intervals = event.model, event.metrics, event.intervals
                self.test_rows = event.test_rows
            case JobEnded():
                self._end(event)
            case (
                JobStarted()
                | MetricLogged()
                | DatasetImported()
                | Answered()
                | PredictionsSaved()
                | TableSaved()
                | BestChosen()
            ):
                return
            case _:
                assert_never(event)

    def _count_pause(self, event: Paused | CoresAwaited) -> None:
        """Take in a pause that is over, or that it waits; what the window noted of the same pause goes."""
        if isinstance(event, CoresAwaited):
            self.status, self.stage = "queued", WAITS_FOR_CORES
            self._pauses[event.at] = None
            return
        end = event.since + event.seconds + _SAME_PAUSE_S
        self._pauses = {
            since: seconds for since, seconds in self._pauses.items() if not event.since - _SAME_PAUSE_S <= since <= end
        } | {event.since: event.seconds}
        if self.status == "queued":
            self.status, self.stage = "running", ""

    def pause(self, since: float | None = None) -> None:
        """Note that its process was suspended, at ``since`` (seconds since the epoch) or now."""
        self.status = "paused"
        self._pauses[since or time.time()] = None

    def go_on(self) -> None:
        """Note that its process goes on."""
        self.status = "running"
        for since, seconds in self._pauses.items():
            if seconds is None:
                self._pauses[since] = time.time() - since

    def wait_again(self) -> None:
        """Note that it waits to be resumed."""
        self.status, self.stage, self.title, self.detail, self.hint = "queued", "", "", "", ""

    def _begin(self, at: float) -> None:
        """Begin a life; what an earlier one took is known by what it told last."""
        if self._life is not None:
            # The end of a run whose process died was noticed later, maybe by days.
            self._earlier_s = self._seconds if self._seconds is not None else self.told_s
        self.started = self.started or at
        self.lives += 1
        self._life, self._seconds, self._pauses, self.ended = at, None, {}, None
        self.title = self.detail = self.hint = ""
        self.status = "running" if self.status != "stopping" else "stopping"

    def _of_this_life(self, until: float) -> float:
        if self._life is None:
            return 0.0
        paused = sum(until - since if seconds is None else seconds for since, seconds in self._pauses.items())
        return max(0.0, until - self._life - paused)

    def _count_members(self, event: MemberScored | RunStarted | RunResumed) -> None:
        """Take in a member; a run that goes on has forgotten those after its checkpoint, and tells them again."""
        if isinstance(event, MemberScored):
            again = (event.estimator, event.params)
            self.members = [
                one
                for one in self.members
                if (one.member < event.member if one.member and event.member else (one.estimator, one.params) != again)
            ]
            self.members.append(event)
        else:
            step = event.step if isinstance(event, RunResumed) else 0
            self.members = [one for one in self.members if step and one.member <= step]

    def _end(self, end: JobEnded) -> None:
        self.status, self.ended = end.outcome, end.at
        self.title, self.detail, self.hint = end.title, end.detail, end.hint
        self.model = end.result or self.model
        self.eta_s = None

    @staticmethod
    def best(runs: Sequence[RunState]) -> RunState | None:
        """Give the best of the runs that kept a model, by the metric that they were started with."""
        best: RunState | None = None
        for run in runs:
            score = run.metrics.get(run.judged_by.name)
            if run.model is None or score is None:
                continue
            if best is None or better(run.judged_by, score, best.metrics.get(run.judged_by.name)):
                best = run
        return best


def member_line(event: MemberScored) -> MessageLogged:
    """Give the line of the log that tells of a member of an ensemble."""
    if event.reason:
        words = f"{event.title} could not be fitted: {event.reason}"
        return MessageLogged(job=event.job, at=event.at, level="warning", text=words)
    main = metric(event.metric)
    score = "unknown" if event.score is None else f"{event.score:.4g}"
    whole = "" if event.ensemble is None else f"; the ensemble now has {event.ensemble:.4g}"
    if event.is_stacked:
        words = f"A second layer puts the members together{whole}."
        return MessageLogged(job=event.job, at=event.at, level="info", text=words)
    cut = f", {event.cut} of its {event.fits} fits ended by the clock" if event.cut else ""
    words = f"{event.title}: {main.label} {score} in {event.seconds:.1f} s{cut}{whole}."
    return MessageLogged(job=event.job, at=event.at, level="info", text=words)


def log_lines(history: Iterable[Event]) -> list[MessageLogged]:
    """Give the lines of the log of all that a run has told."""
    lines = []
    for event in history:
        if isinstance(event, MessageLogged):
            lines.append(event)
        elif isinstance(event, MemberScored):
            lines.append(member_line(event))
    return lines
