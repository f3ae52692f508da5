"""A session without a worker: what a run tells is written by the test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
from aetheron_desktop.engine.datasets.schema import Column, Proposal, Schema, Task
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.events import (
    Event,
    JobEnded,
    JobStarted,
    MemberScored,
    MetricLogged,
    ModelSaved,
    Part,
    Progressed,
)
from aetheron_desktop.engine.jobs.progress import RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aetheron_desktop.engine.datasets.checks.finding import Finding
    from aetheron_desktop.engine.errors import AetheronError
    from aetheron_desktop.engine.estimators.deciding import ErrorCost
    from aetheron_desktop.engine.estimators.monotone import Monotone
    from aetheron_desktop.engine.estimators.treatments import Treatment
    from aetheron_desktop.engine.params import Value
    from aetheron_desktop.engine.training.forecast import Forecast


class ScriptedTrust(QObject):
    """A report that was never made."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.split: str | None = None
        self.split_words = ""
        self.weigh_classes = False
        self.words = ""
        self.found: list[Finding] = []
        self.done: list[tuple[str, str]] = []

    def summary(self) -> str:
        return self.words

    def look(self) -> None:
        pass

    def warnings(self) -> list[Finding]:
        return self.found

    def fix(self, finding: Finding) -> None:
        self.done.append(("fixed", finding.id))

    def ignore(self, finding: Finding, reason: str) -> None:
        self.done.append((reason, finding.id))


class ScriptedSession(QObject):
    """The signals and methods of the real one, as far as the Train tab uses them."""

    dataset_opened = Signal(object)
    target_changed = Signal()
    run_added = Signal(str)
    run_changed = Signal(str)
    runs_removed = Signal(list)
    run_events = Signal(str, list)
    noticed = Signal(object)
    forecasts_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, Forecast | None]] = []
        self.trust = ScriptedTrust()
        self.dataset: Dataset | None = None
        self.target: str | None = None
        self.task: Task | None = None
        self.runs: dict[str, RunState] = {}
        self.logs: dict[str, list[Event]] = {}
        self.asked: list[tuple[object, ...]] = []
        self.parallel_limit = 1
        self.treatments: tuple[Treatment, ...] = ()
        self.monotone: tuple[Monotone, ...] = ()
        self.error_costs: tuple[ErrorCost, ...] = ()
        self.sample_weight = ""
        self.refusal: AetheronError | None = None

    def open(
        self, target: str = "churned", task: Task = "binary", columns: tuple[str, ...] = ("age", "plan", "months")
    ) -> None:
        schema = Schema(tuple(Column(name, "number", 0, 10) for name in (*columns, target)))
        proposal = Proposal(target, task, "", columns)
        info = DatasetInfo(
            id="0" * 16, name="customers", source="customers.csv", rows=1200, quarantined=0, schema=schema,
            bytes=1, created=0.0, proposal=proposal,
        )  # fmt: skip
        self.dataset, self.target, self.task = Dataset(info, Path()), target, task
        self.dataset_opened.emit(self.dataset)
        self.target_changed.emit()

    def features(self) -> tuple[str, ...]:
        hidden = {self.target, self.sample_weight}
        return tuple(name for name in self.dataset.info.schema.names if name not in hidden) if self.dataset else ()

    def forecasts(self, *asked: object, **named: object) -> list[tuple[str, Forecast | None]]:
        if self.refusal is not None:
            raise self.refusal
        return list(self.told)

    def set_treatments(self, treatments: Sequence[Treatment]) -> None:
        self.treatments = tuple(treatments)
        self.target_changed.emit()

    def set_monotone(self, monotone: Sequence[Monotone]) -> None:
        self.monotone = tuple(monotone)
        self.target_changed.emit()

    def set_sample_weight(self, name: str) -> None:
        self.sample_weight = name
        self.target_changed.emit()

    def set_error_costs(self, costs: Sequence[ErrorCost]) -> None:
        self.error_costs = tuple(costs)
        self.target_changed.emit()

    def add_run(
        self,
        estimator: str = "logistic",
        *,
        name: str | None = None,
        group: str = "",
        task: Task | None = None,
        dataset: str = "0" * 16,
        target: str = "churned",
    ) -> str:
        run = f"run-{len(self.runs):03d}"
        self.runs[run] = RunState(
            id=run, name=name or catalog.card(estimator).name, estimator=estimator, dataset=dataset, target=target,
            task=task or self.task or "binary", group=group,
        )  # fmt: skip
        self.logs[run] = []
        self.run_added.emit(run)
        return run

    def train(
        self,
        estimators: Sequence[str] = (),
        params: Mapping[str, Mapping[str, Value]] | None = None,
        *,
        budget_s: float | None = None,
        class_weight: str = "none",
        seed: int = 0,
        level: float = 0.9,
        metric: str = "",
        costs: object = None,
    ) -> list[str]:
        self.asked.append(("train", tuple(estimators), params, budget_s, class_weight, seed))
        self.level, self.judged = level, (metric, costs)
        if self.refusal:
            raise self.refusal
        cards = [catalog.card(name) for name in estimators] or catalog.defaults_for(self.task)
        group = f"group-{len(self.runs)}"
        return [self.add_run(card.id, group=group, target=self.target or "") for card in cards]

    def tell(self, run: str, *events: Event) -> None:
        for event in events:
            self.runs[run].apply(event)
        self.logs[run] += events
        self.run_events.emit(run, list(events))
        self.run_changed.emit(run)

    def begin(self, run: str, at: float = 1000.0) -> None:
        self.tell(run, JobStarted(job=run, at=at, work="train", title="", pid=1, born=0.0))

    def progress(
        self, run: str, done: float, total: float = 100.0, eta_s: float | None = None, stage: str = "Fit"
    ) -> None:
        self.tell(run, Progressed(job=run, stage=stage, done=done, total=total, eta_s=eta_s))

    def points(
        self,
        run: str,
        first: int,
        last: int,
        name: str = "loss",
        part: Part = "valid",
        value: Callable[[int], float] = lambda step: 1 / (1 + step),
    ) -> None:
        self.tell(
            run,
            *(
                MetricLogged(job=run, at=1000.0 + step, step=step, part=part, name=name, value=value(step))
                for step in range(first, last)
            ),
        )

    def member(
        self,
        run: str,
        number: int,
        title: str = "",
        score: float | None = None,
        *,
        weights: dict[int, float] | None = None,
        ensemble: float | None = None,
        metric: str = "roc_auc",
        width: float = 0.01,
        **more: Any,
    ) -> None:
        interval = (None, None) if score is None else (score - width, score + width)
        told = MemberScored(
            job=run,
            member=number,
            title=title or f"Estimator {number}",
            estimator="forest",
            params={"of": title or number},
            metric=metric,
            score=score,
            low=interval[0],
            high=interval[1],
            ensemble=ensemble if ensemble is not None else score,
            weights=weights or {},
            **{"seconds": 2.0, "fits": 5} | more,
        )
        self.tell(run, told)

    def cannot(self, run: str, title: str, reason: str) -> None:
        self.member(run, 0, title, reason=reason, fits=0, seconds=0.0)

    def succeed(self, run: str, at: float = 1010.0, *, test_rows: str | None = None, **metrics: float | None) -> None:
        # The test rows of a dataset are the same ones unless a test says otherwise.
        rows = f"rows of {self.runs[run].dataset}" if test_rows is None else test_rows
        self.tell(run, ModelSaved(job=run, model=f"model-{run}", name="", metrics=metrics, test_rows=rows))
        self.tell(run, JobEnded(job=run, at=at, work="train", outcome="succeeded", result=f"model-{run}"))

    def fail(
        self,
        run: str,
        title: str = "The training failed",
        detail: str = "It ran out of memory.",
        hint: str = "Use fewer columns.",
    ) -> None:
        self.tell(run, JobEnded(job=run, work="train", outcome="failed", title=title, detail=detail, hint=hint))

    def history(self, run: str) -> list[Event]:
        return list(self.logs[run])

    def stop(self, run: str) -> None:
        self.asked.append(("stop", run))

    def move(self, run: str, place: int) -> None:
        self.asked.append(("move", run, place))

    def pause(self, run: str) -> None:
        self.asked.append(("pause", run))
        self.runs[run].pause()
        self.run_changed.emit(run)

    def resume(self, run: str) -> None:
        self.asked.append(("resume", run))
        self.runs[run].go_on()
        self.run_changed.emit(run)
