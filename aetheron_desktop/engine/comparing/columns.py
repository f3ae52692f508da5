"""The columns of a leaderboard: those that every run has, its metrics, its parameters and where it ran."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation import metrics as known
from aetheron_desktop.engine.evaluation.metrics import BASELINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aetheron_desktop.engine.comparing.row import RunRow
    from aetheron_desktop.engine.evaluation.metrics import Direction

Kind: TypeAlias = Literal["text", "tags", "number", "seconds", "milliseconds", "bytes", "date"]
Cell: TypeAlias = float | str | tuple[str, ...] | None
METRIC, PARAM, ENV = "metric.", "param.", "env."
SCORE: Final = "score"
_OF_ERRORS: Final = re.compile(r"loss|error|deviance|perplexity|(?<![a-z])(mae|mse|rmse|rmsle|mape|smape|nll)(?![a-z])")
"""In the names of other programs' metrics, such as ``val_loss``: the less of it the better."""
GROUPS: Final = ("Run", "Metrics", "Parameters", "Plan", "Size and speed", "Environment")


class Column(NamedTuple):
    """``key`` names it in conditions and settings; ``also`` are other words for it.

    ``direction`` is that of a metric; what is better comes first when the column is clicked for the first time.
    """

    key: str
    title: str
    kind: Kind
    value: Callable[[RunRow], Cell]
    group: str = "Run"
    help: str = ""
    direction: Direction | None = None
    also: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.kind not in {"text", "tags"}


def _latency(name: str) -> Callable[[RunRow], Cell]:
    return lambda row: None if row.card.latency is None else float(getattr(row.card.latency, name))


FIXED: Final[tuple[Column, ...]] = (
    Column("run", "Run", "text", lambda row: row.name, also=("name",)),
    Column("estimator", "Estimator", "text", lambda row: row.estimator, also=("model",)),
    Column("status", "Status", "text", lambda row: row.status),
    Column("dataset", "Dataset", "text", lambda row: row.dataset or None, also=("data",)),
    Column("target", "Target", "text", lambda row: row.target or None),
    Column("task", "Task", "text", lambda row: row.task or None),
    Column("tags", "Tags", "tags", lambda row: row.card.marks.tags, help="Your own words", also=("tag",)),
    Column("note", "Note", "text", lambda row: row.card.marks.note or None, also=("notes",)),
    Column("started", "Started", "date", lambda row: row.started, also=("date", "when")),
    Column("time", "Time", "seconds", lambda row: row.seconds, help="How long it worked", also=("seconds", "duration")),
    Column("source", "From", "text", lambda row: row.source or None, help="Where a run of another program is from"),
    Column("id", "Id", "text", lambda row: row.id),
    Column("rows", "Test rows", "number", lambda row: row.card.test_count or None, "Plan",
           "How many rows it was tested on; runs with the same letter were tested on the same", also=("test_rows",)),
    Column("split", "Split", "text", lambda row: row.card.split or None, "Plan"),
    Column("fold", "Fold", "number", lambda row: row.card.fold, "Plan"),
    Column("seed", "Seed", "number", lambda row: row.card.seed if row.card.form else None, "Plan"),
    Column("features", "Features", "number", lambda row: row.card.features or None, "Plan",
           "How many columns it learned from"),
    Column("budget", "Time budget", "seconds", lambda row: row.card.budget_s, "Plan"),
    Column("weights", "Class weights", "text", lambda row: row.card.class_weight or None, "Plan"),
    Column("sample_weight", "Row weights", "text", lambda row: row.card.sample_weight or None, "Plan"),
    Column("plan", "Plan", "text", lambda row: row.card.plan or None, "Plan",
           "The same for runs that differ in seed or fold alone"),
    Column("size", "Model size", "bytes", lambda row: row.card.model_bytes or None, "Size and speed",
           also=("model_size",)),
    Column("disk", "Run on disk", "bytes", lambda row: row.card.bytes or None, "Size and speed",
           "What its history, predictions and checkpoints take", also=("bytes",)),
    Column("latency", "One row, p50", "milliseconds", _latency("row_p50"), "Size and speed",
           "How long the prediction of one row takes; half of them take less", "lower", ("p50",)),
    Column("p95", "One row, p95", "milliseconds", _latency("row_p95"), "Size and speed",
           "Of a hundred predictions of one row, 95 take less", "lower"),
    Column("thousand", "1,000 rows", "milliseconds", _latency("thousand_p50"), "Size and speed",
           "How long the prediction of a thousand rows takes", "lower"),
)  # fmt: skip


def columns_of(rows: Iterable[RunRow]) -> tuple[Column, ...]:
    """Give all columns that these runs have something in, the score after the name."""
    metrics: dict[str, object] = {}
    params: dict[str, bool] = {}
    environment: dict[str, object] = {}
    for row in rows:
        metrics.update(row.metrics)
        for name, value in row.card.params.items():
            if params.get(name, True):
                params[name] = value is None or _is_number(value)
        environment.update(row.card.environment)
    return (
        FIXED[0],
        Column(SCORE, "Score", "number", score, "Metrics", "The main metric of its task", "higher"),
        *FIXED[1:],
        *(_metric(name) for name in _ordered(metrics)),
        *(_param(name, is_number=params[name]) for name in sorted(params)),
        *(_env(name) for name in sorted(environment)),
    )


def score(row: RunRow) -> float | None:
    """Give the main metric of a run's task; None where it was not measured."""
    name = main(row)
    return row.metrics.get(name) if name else None


_MAIN: Final = {task: known.main_metric(task).name for task in ("binary", "multiclass", "regression")}


def main(row: RunRow) -> str:
    """Give the name of the main metric of a run's task; of a foreign run without a task its first one."""
    name = _MAIN.get(row.task, "")
    if name and (not row.source or row.metrics.get(name) is not None):
        return name
    usual = next((name for name in _MAIN.values() if row.metrics.get(name) is not None), "")
    return usual or next((name for name in row.metrics if not name.startswith(BASELINE)), "")


@cache
def direction_of(name: str) -> Direction | None:
    """Give the direction of a metric; of one that is not known here as its name says, or None."""
    try:
        return known.metric(name).direction
    except UsageError:
        return "lower" if _OF_ERRORS.search(name.lower()) else None


def is_better(name: str, a: float, b: float) -> bool | None:
    """Whether ``a`` is better than ``b`` by this metric; None where neither is, or where that cannot be told."""
    direction = direction_of(name)
    if direction in {None, "level"} or a == b:
        return None
    return (a > b) == (direction == "higher")


def label_of(name: str) -> str:
    """Give the name of a metric for people; the name itself of one that is not known here."""
    try:
        return known.metric(name).label
    except UsageError:
        return name


def _metric(name: str) -> Column:
    try:
        found = known.metric(name)
        title, words = found.label, found.help
    except UsageError:
        title, words = name, ""
    return Column(
        f"{METRIC}{name}", title, "number", lambda row: row.metrics.get(name), "Metrics", words, direction_of(name)
    )


def _param(name: str, *, is_number: bool) -> Column:
    if is_number:
        return Column(f"{PARAM}{name}", name, "number", lambda row: _float(row.card.params.get(name)), "Parameters")
    return Column(f"{PARAM}{name}", name, "text", lambda row: _text(row.card.params.get(name)), "Parameters")


def _env(name: str) -> Column:
    return Column(f"{ENV}{name}", name, "text", lambda row: row.card.environment.get(name), "Environment")


def _ordered(metrics: Iterable[str]) -> list[str]:
    """Put the metrics that are known here first, in their order, and what the baseline reaches last."""
    places = {metric.name: place for place, metric in enumerate(known.ALL)}

    def key(name: str) -> tuple[bool, int, str]:
        own = name.removeprefix(BASELINE)
        return own != name, places.get(own, len(places)), name

    return sorted(metrics, key=key)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
