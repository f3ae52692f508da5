"""What can be asked of a training beside the estimators, and what is asked: declarations and plain records."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from aetheron_desktop.engine.estimators.limits import LEVEL, LOWEST_LEVEL
from aetheron_desktop.engine.evaluation.metrics import metrics_for
from aetheron_desktop.engine.params import Choice, Float, Int
from aetheron_desktop.ui.widgets.auto_choice import USUAL_S

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.params import Parameter, Value
    from aetheron_desktop.engine.training.experiment import Costs

BUDGET = Int(
    name="budget_s",
    label="Time limit for each run",
    help="A run that reaches it stops and keeps its best so far.",
    unit="s",
    default=None,
    low=1,
    high=604_800,
    optional="no limit",
)
CLASS_WEIGHT = Choice(
    name="class_weight",
    label="Class weights",
    help="Balanced makes rare classes count as much as common ones.",
    default="none",
    options=("none", "balanced"),
    labels=("None", "Balanced"),
)
LEVEL_PERCENT = Int(
    name="level",
    label="Rows between the limits",
    help="Each prediction of a number gets a lower and an upper limit. So many of all rows lie between.",
    unit="%",
    default=round(100 * LEVEL),
    low=round(100 * LOWEST_LEVEL),
    high=99,
)
SEED = Int(
    name="seed",
    label="Seed",
    help="The same seed gives the same split and the same model.",
    default=0,
    low=0,
    high=2**31 - 1,
    advanced=True,
)
PARALLEL = Int(
    name="parallel",
    label="Runs at the same time",
    help="The others wait. More at once finish later each.",
    default=max(1, (os.cpu_count() or 1) // 4),
    low=1,
    high=max(2, os.cpu_count() or 1),
    advanced=True,
)


def _judged_by(task: Task) -> Choice:
    metrics = metrics_for(task)
    threshold = " Of two classes it also chooses the threshold, where it depends on one." if task == "binary" else ""
    return Choice(
        name=f"metric_{task}",
        label="Judged by",
        help=f"The best run, and the members of an ensemble, are chosen by this metric.{threshold}",
        default=metrics[0].name,
        options=tuple(one.name for one in metrics),
        labels=tuple(one.label for one in metrics),
    )


METRICS: Final[dict[Task, Choice]] = {
    "binary": _judged_by("binary"),
    "multiclass": _judged_by("multiclass"),
    "regression": _judged_by("regression"),
}
FALSE_ALARM = Float(
    name="false_alarm",
    label="Cost of a false alarm",
    help="In any unit. Where the two costs differ, the threshold is set where all errors cost least.",
    default=1.0,
    low=1e-6,
    high=1e9,
    advanced=True,
)
MISS = Float(
    name="miss",
    label="Cost of a miss",
    help="What it costs not to find a row of the class that the model is about: the last one by the alphabet.",
    default=1.0,
    low=1e-6,
    high=1e9,
    advanced=True,
)
OPTIONS: Final[tuple[Parameter, ...]] = (
    BUDGET,
    *METRICS.values(),
    CLASS_WEIGHT,
    LEVEL_PERCENT,
    FALSE_ALARM,
    MISS,
    SEED,
    PARALLEL,
)
OF_TASK: Final[dict[str, frozenset[Task]]] = {
    **{metric.name: frozenset({task}) for task, metric in METRICS.items()},
    CLASS_WEIGHT.name: frozenset({"binary", "multiclass"}),
    LEVEL_PERCENT.name: frozenset({"regression"}),
    FALSE_ALARM.name: frozenset({"binary"}),
    MISS.name: frozenset({"binary"}),
}
"""The options that are for some tasks alone."""


@dataclass(frozen=True, slots=True)
class TrainChoice:
    """What is remembered from one start to the next: the mode, the time for auto, and the estimators of one's own."""

    mode: Literal["auto", "own"] = "auto"
    seconds: int = USUAL_S
    estimators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What is asked for."""

    estimators: tuple[str, ...] = ()
    params: dict[str, dict[str, Value]] = field(default_factory=dict)
    budget_s: float | None = None
    class_weight: Literal["none", "balanced"] = "none"
    seed: int = 0
    level: float = LEVEL
    metric: str = ""
    costs: Costs | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to train on: names for people and sizes; empty strings and None while it is not chosen."""

    dataset: str = ""
    rows: int = 0
    features: int = 0
    target: str = ""
    task: Task | None = None
    split: str = ""
    findings: str = ""
    treatments: tuple[str, ...] = ()
    """What was chosen to be made of columns, in words, one for each."""
    costs: tuple[str, ...] = ()
    """What errors among several classes cost that do not cost 1, in words."""
    weights: tuple[str, ...] = ()
    """The columns that may say what each row counts."""
    weight: str = ""
    """The one that says it."""
    balanced: bool = False
    """Whether the trust report asks for balanced class weights."""
