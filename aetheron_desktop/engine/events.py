"""The whole language between a worker and whoever listens.

The same records travel through the worker's pipe, are stored in a run's log, are printed by ``--json`` and are
replayed into a window. One record is one line of JSON; ``kind`` names its type. Receivers ``match`` on
:data:`Event` and close with ``assert_never``, so that the type checker names the one that forgot a new event.

A number that JSON does not know (a diverged loss) is sent as ``null``.
"""

from __future__ import annotations

import math
import time
from typing import Any, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.params import Value

Outcome: TypeAlias = Literal["succeeded", "stopped", "failed", "crashed"]
Part: TypeAlias = Literal["train", "valid"]
Level: TypeAlias = Literal["info", "warning", "error"]
Work: TypeAlias = Literal["import", "prepare", "ask", "train", "predict", "export", "table", "change"]


KEEPING = "keep the best so far"
"""The stage of a training that was asked to stop, and does: what it has now is measured and written."""


class _Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """``job`` is the id of the job that tells; ``at`` is seconds since the epoch."""

    job: str
    at: float = msgspec.field(default_factory=time.time)


class JobStarted(_Record, frozen=True, kw_only=True, tag="job_started"):
    """A worker has taken the job; ``pid`` and ``born`` (psutil's create time) identify its process."""

    work: Work
    title: str
    pid: int
    born: float


class RunStarted(_Record, frozen=True, kw_only=True, tag="run_started"):
    """Everything known before the first step: the frozen experiment and where it runs."""

    experiment: dict[str, Any]
    environment: dict[str, str]


class RunResumed(_Record, frozen=True, kw_only=True, tag="run_resumed"):
    """A run that was cut short goes on after ``step`` of its fit, from 0 when it begins anew.

    It had worked ``seconds`` before. ``changed`` names the libraries that are of other versions than in the start
    record; with any, no checkpoint is used.
    """

    step: int
    seconds: float
    environment: dict[str, str]
    changed: tuple[str, ...] = ()


class Paused(_Record, frozen=True, kw_only=True, tag="paused"):
    """The job's process was suspended at ``since``, in seconds since the epoch, for ``seconds``; now it goes on."""

    since: float
    seconds: float


class CoresAwaited(_Record, frozen=True, kw_only=True, tag="cores_awaited"):
    """A training waits, from ``at`` on: other programs train on the cores. A :class:`Paused` since then ends that."""


class Progressed(_Record, frozen=True, kw_only=True, tag="progressed"):
    """``done`` of ``total`` in ``stage``, counted in ``unit``; ``total`` is None when it is not known.

    ``eta_s`` is how many seconds the stage still takes.
    """

    stage: str
    done: float
    total: float | None = None
    eta_s: float | None = None
    unit: Literal["", "rows", "bytes"] = ""


class MetricLogged(_Record, frozen=True, kw_only=True, tag="metric_logged"):
    """One point of a curve: metric ``name`` on ``part`` after ``step``; None when it diverged."""

    step: int
    part: Part
    name: str
    value: float | None


class MemberScored(_Record, frozen=True, kw_only=True, tag="member_scored"):
    """An estimator of an ensemble has been fitted on all folds, or could not be: then ``reason`` says why.

    ``score`` is the task's main metric on rows that it did not learn from, with its interval from ``low`` to ``high``;
    ``loss`` is what the ensemble is chosen by. ``ensemble`` is the ensemble's score after it joined, ``weights`` are
    those of all members so far, by ``member``: the share of each, below zero where a second layer takes away what it
    says. ``cut`` of its ``fits`` were ended by the clock. In the end the last member may be told once more, with
    ``is_stacked``: a second layer has put all together.
    """

    member: int
    title: str
    estimator: str
    params: dict[str, Value]
    metric: str
    score: float | None = None
    low: float | None = None
    high: float | None = None
    loss: float | None = None
    seconds: float = 0.0
    fits: int = 0
    cut: int = 0
    ensemble: float | None = None
    weights: dict[int, float] = {}
    reason: str = ""
    is_stacked: bool = False


class ColumnsWeighed(_Record, frozen=True, kw_only=True, tag="columns_weighed"):
    """How much the columns help the best so far, after ``step``: those that help most, of ``count`` in all.

    ``part`` are the rows that it was asked about, which it did not learn from. The numbers are those of permutation
    importance: what the main metric loses without the column.
    """

    step: int
    part: Literal["valid", "test"]
    columns: dict[str, float]
    count: int


class MessageLogged(_Record, frozen=True, kw_only=True, tag="message_logged"):
    """A line of the job's log."""

    level: Level
    text: str


class DatasetImported(_Record, frozen=True, kw_only=True, tag="dataset_imported"):
    """The snapshot is on disk: ``rows`` in it, ``quarantined`` beside it."""

    dataset: str
    name: str
    rows: int
    columns: int
    quarantined: int


class Answered(_Record, frozen=True, kw_only=True, tag="answered"):
    """A part of the answer to a question, or what a change did; ``jobs.asking.told`` makes it typed again."""

    answer: dict[str, Any]


class ModelSaved(_Record, frozen=True, kw_only=True, tag="model_saved"):
    """The model's files are on disk; ``metrics`` were measured on the test part, after ``steps`` steps of the fit.

    ``intervals`` hold 95 % of what the metrics would be on other rows, where that is known. ``test_rows`` is the hash
    of the rows and their dataset's id, empty where it is not known.
    """

    model: str
    name: str
    metrics: dict[str, float | None]
    steps: int = 0
    intervals: dict[str, tuple[float, float]] = {}
    test_rows: str = ""


class PredictionsSaved(_Record, frozen=True, kw_only=True, tag="predictions_saved"):
    """One row per input row, in order, is in the file ``path``."""

    path: str
    rows: int


class TableSaved(_Record, frozen=True, kw_only=True, tag="table_saved"):
    """Rows of a dataset are in the file ``path``."""

    path: str
    rows: int


class JobEnded(_Record, frozen=True, kw_only=True, tag="job_ended"):
    """The last record of a job, told exactly once.

    ``result`` is the id or path of what was made (dataset, model, file), None when nothing was.
    ``title``, ``detail`` and ``hint`` are words for people, filled unless the job simply succeeded.
    """

    work: Work
    outcome: Outcome
    result: str | None = None
    title: str = ""
    detail: str = ""
    hint: str = ""


class BestChosen(_Record, frozen=True, kw_only=True, tag="best_chosen"):
    """The last record of a training over several estimators: the best ``model``, None when no run kept one."""

    model: str | None
    name: str = ""
    metric: str = ""
    score: float | None = None


Event: TypeAlias = (
    JobStarted
    | RunStarted
    | RunResumed
    | Paused
    | CoresAwaited
    | Progressed
    | MetricLogged
    | MemberScored
    | ColumnsWeighed
    | MessageLogged
    | DatasetImported
    | Answered
    | ModelSaved
    | PredictionsSaved
    | TableSaved
    | JobEnded
    | BestChosen
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def dumps(event: Event) -> bytes:
    """Give ``event`` as one line of JSON, without the line's end."""
    return _encoder.encode(event)


def loads(line: bytes | str) -> Event:
    """Read one line that :func:`dumps` wrote.

    Raises:
        msgspec.ValidationError: the line is JSON, but not a known event.
        msgspec.DecodeError: the line is not JSON, as the last line of a log that a crash cut short.
    """
    return _decoder.decode(line)


def finite(value: float) -> float | None:
    """Give ``value``, or None where JSON has no number for it."""
    return float(value) if math.isfinite(value) else None
