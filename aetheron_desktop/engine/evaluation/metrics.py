"""The names, directions and labels of metrics; their values are computed in :mod:`.scores`."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.schema import Task
from aetheron_desktop.engine.errors import UsageError

Direction: TypeAlias = Literal["higher", "lower", "level"]
"""``level`` is nearest to what was asked for: neither more nor less is better."""

MEAN_COST: Final = "mean_cost"
BASELINE: Final = "baseline_"
"""A run's metrics have under this prefix what the baseline reaches on the same rows."""


class Metric(msgspec.Struct, frozen=True):
    """``direction`` is the better one; ``best`` is the value of a perfect model.

    ``of_limits`` says that it measures the limits of a prediction, ``of_costs`` what errors cost: not every model has
    these.
    """

    name: str
    label: str
    direction: Direction
    tasks: tuple[Task, ...]
    help: str
    best: float = 0.0
    of_limits: bool = False
    of_costs: bool = False


_BINARY: Final[tuple[Task, ...]] = ("binary",)
_MULTI: Final[tuple[Task, ...]] = ("multiclass",)
_CLASSES: Final[tuple[Task, ...]] = ("binary", "multiclass")
_NUMBERS: Final[tuple[Task, ...]] = ("regression",)

ALL: Final[tuple[Metric, ...]] = (
    Metric(
        "roc_auc",
        "ROC AUC",
        "higher",
        _BINARY,
        "How often a positive row is ranked above a negative one; 0.5 is guessing.",
        1.0,
    ),
    Metric("accuracy", "Accuracy", "higher", _CLASSES, "The share of rows that are predicted right.", 1.0),
    Metric(
        "balanced_accuracy",
        "Balanced accuracy",
        "higher",
        _CLASSES,
        "The share of rows predicted right, each class counting the same.",
        1.0,
    ),
    Metric("f1", "F1", "higher", _BINARY, "The harmonic mean of precision and recall of the positive class.", 1.0),
    Metric("macro_f1", "Macro F1", "higher", _MULTI, "F1 of each class, averaged.", 1.0),
    Metric("log_loss", "Log loss", "lower", _CLASSES, "How surprised the model was by what is true."),
    Metric("brier", "Brier score", "lower", _BINARY, "The mean squared error of the probabilities."),
    Metric(
        "average_precision",
        "Average precision",
        "higher",
        _BINARY,
        "The area under precision over recall; for rare classes.",
        1.0,
    ),
    Metric("roc_auc_ovr", "ROC AUC (each class)", "higher", _MULTI, "ROC AUC of each class against the rest.", 1.0),
    Metric("rmse", "RMSE", "lower", _NUMBERS, "The root of the mean squared error, in the target's unit."),
    Metric("mae", "MAE", "lower", _NUMBERS, "The mean absolute error, in the target's unit."),
    Metric("r2", "R²", "higher", _NUMBERS, "The share of the target's variance that is explained.", 1.0),
    Metric(
        "median_absolute_error", "Median error", "lower", _NUMBERS, "Half of the rows have a smaller absolute error."
    ),
    Metric(
        "coverage",
        "Coverage",
        "level",
        _NUMBERS,
        "The share of rows that lie between the limits of their prediction; it should be the level, 90 % as a rule.",
        1.0,
        of_limits=True,
    ),
    Metric(
        "interval_width",
        "Mean width",
        "lower",
        _NUMBERS,
        "How far the limits of a prediction are apart on average, in the target's unit; narrower says more.",
        of_limits=True,
    ),
    Metric(
        "pinball_loss",
        "Pinball loss",
        "lower",
        _NUMBERS,
        "What both limits are off as quantiles, on average: width and misses in one number, in the target's unit.",
        of_limits=True,
    ),
    Metric(
        MEAN_COST,
        "Mean cost",
        "lower",
        _MULTI,
        "What a row costs on average, by the costs that were given to errors.",
        of_costs=True,
    ),
    Metric(
        "loss",
        "Loss",
        "lower",
        (*_CLASSES, *_NUMBERS),
        "What the fit makes small: log loss, pinball loss, or the RMSE.",
    ),
)
_BY_NAME: Final = {metric.name: metric for metric in ALL}
_MAIN: Final[dict[Task, str]] = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}


def metric(name: str) -> Metric:
    """Give the metric of this name; ``baseline_`` before it names the baseline's value of it.

    Raises:
        UsageError: there is none.
    """
    own = name.removeprefix(BASELINE)
    found = _BY_NAME.get(own)
    if found is None:
        raise UsageError(f"There is no metric {name!r}.", hint=f"There are: {', '.join(_BY_NAME)}.")
    if own != name:
        return msgspec.structs.replace(found, name=name, label=f"{found.label} of the baseline")
    return found


def metrics_for(task: Task) -> tuple[Metric, ...]:
    """Give the metrics that models of ``task`` are measured and chosen by, the main one first."""
    main = main_metric(task)
    apart = {main.name, "loss", *(m.name for m in ALL if m.of_limits or m.of_costs)}
    return (main, *(m for m in ALL if task in m.tasks and m.name not in apart))


def metrics_of_limits() -> tuple[Metric, ...]:
    """Give the metrics of the limits of predictions."""
    return tuple(m for m in ALL if m.of_limits)


def main_metric(task: Task) -> Metric:
    """Give the metric that models of ``task`` are ranked by."""
    return _BY_NAME[_MAIN[task]]


def place(metric: Metric, value: float | None) -> tuple[bool, float]:
    """Give what scores are sorted by, so that the best comes first and those that are not known last."""
    return value is None, (value or 0.0) * (-1.0 if metric.direction == "higher" else 1.0)


def better(metric: Metric, a: float | None, b: float | None) -> bool:
    """Whether ``a`` is better than ``b``; any value is better than none. Of what has a level, neither is."""
    if a is None or b is None:
        return a is not None
    if metric.direction == "level":
        return False
    return a > b if metric.direction == "higher" else a < b
