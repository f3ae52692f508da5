"""What stands in a model's ``model.json``, and which files a model has."""

from __future__ import annotations

import math
import re
import stat
import threading
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from aetheron_desktop.engine.datasets.schema import Column, ColumnRange
from aetheron_desktop.engine.errors import ModelError, UntrustedModel, storage_errors
from aetheron_desktop.engine.estimators.deciding import CostRule
from aetheron_desktop.engine.estimators.limits import MOST_EDGES, Limits
from aetheron_desktop.engine.estimators.treatments import MadeFeature
from aetheron_desktop.engine.evaluation.metrics import ALL as METRICS
from aetheron_desktop.engine.evaluation.metrics import BASELINE
from aetheron_desktop.engine.registry.foreign.info import FOREIGN_FILES, ForeignShape
from aetheron_desktop.engine.registry.foreign.info import MOST_BYTES as MOST_FOREIGN_BYTES
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.words import AGAIN
from aetheron_desktop.engine.training.auto_record import AutoRecord
from aetheron_desktop.engine.training.experiment import EndedBy, Experiment
from aetheron_desktop.engine.training.provenance import Provenance

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Task

FORMAT: Final = 2
"""2 added threshold, ranges, intervals, importance, provenance, signature, ONNX file; what 1 has means the same."""
DESCRIPTION: Final = "model.json"
PIPELINE: Final = "pipeline.skops"
WEIGHTS: Final = "weights.safetensors"
SAMPLE: Final = "sample.parquet"
CARD: Final = "card.md"
ONNX: Final = "model.onnx"
SIGNATURE: Final = "signature.json"
FILES: Final = frozenset({DESCRIPTION, PIPELINE, WEIGHTS, SAMPLE, CARD, ONNX, SIGNATURE}) | FOREIGN_FILES
UNHASHED: Final = frozenset({DESCRIPTION, SIGNATURE})
"""The files whose hash does not stand in the description: itself, and what is signed later."""
MOST_BRANCHES: Final = 2_000
MOST_WEIGHT: Final = 1_000.0
MOST_BYTES: Final = {
    DESCRIPTION: 64 << 20,
    PIPELINE: 8 << 30,
    WEIGHTS: 8 << 30,
    SAMPLE: 256 << 20,
    CARD: 4 << 20,
    ONNX: 8 << 30,
    SIGNATURE: 16 << 10,
    **dict.fromkeys(FOREIGN_FILES, MOST_FOREIGN_BYTES),
}
LATEST: Final = 253_402_300_799
"""The last second of the year 9999, since the epoch: dates end there."""
_RUN: Final = re.compile(r"run-[0-9a-z-]{1,60}")
_LONGEST_TEXT: Final = 100_000
_MOST_COLUMNS: Final = 200_000

SHAPE_LIMITS: Final = {
    "inputs": (1, 1_000_000),
    "outputs": (1, 100_000),
    "hidden_size": (1, 65_536),
    "layers": (0, 64),
    "dropout": (0.0, 1.0),
    "numbers_from": (0, 1_000_000),
    "numbers": (0, 100_000),
    "frequencies": (0, 1_024),
    "embedding": (0, 1_024),
    "bins": (0, 1_024),
    "members": (1, 1_024),
    "inner_size": (0, 131_072),
    "heads": (1, 1_024),
    "attention_dropout": (0.0, 1.0),
}
MOST_LEVELS: Final = 10_000_000
"""Levels of all categories together that a network has vectors for."""


class NetworkShape(msgspec.Struct, frozen=True, kw_only=True):
    """The network that the weights belong to; the limits refuse absurd shapes before memory is asked for."""

    inputs: int
    outputs: int
    hidden_size: int
    layers: int
    dropout: float
    shift: float
    scale: float
    numbers_from: int = 0
    numbers: int = 0
    frequencies: int = 0
    embedding: int = 0
    spread: float = 0.2
    kind: Literal["perceptron", "ensemble", "small_ensemble", "residual", "transformer"] = "perceptron"
    bins: int = 0
    members: int = 1
    inner_size: int = 0
    heads: int = 1
    attention_dropout: float = 0.0
    levels: tuple[int, ...] = ()


class BranchShape(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of a blend: made by ``estimator``, with the weight that it counts, for the ``member`` that it is of.

    ``transformer`` is the place of its transformer in the pipeline's file; without a ``network`` its predictor stands
    there too, under the branch's number.
    """

    estimator: str
    weight: float
    transformer: int
    network: NetworkShape | None = None
    member: int = 0


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in ``model.json``; ``hashes`` are SHA-256 by file name, ``rows`` counts the parts.

    ``threshold`` is the probability of a binary task's second class from which it is predicted; None is 0.5, the more
    probable class. ``ranges`` are those of the training rows, by column. ``intervals`` hold 95 % of what the metrics
    would be on other test rows. ``importance`` is what the main metric loses on test rows when a column is mixed up
    (the RMSE: what it grows by, in standard deviations of the target), of the columns that were tried.
    The fit did ``steps`` steps and was ended by ``ended_by``: a second training does as many. ``auto`` is what an
    ensemble had done, fit by fit.
    ``branches`` are those of an ensemble, at ``temperature`` or with the ``offsets`` of a second layer (see
    :class:`.estimators.pipeline.Blend`); a single estimator has none. ``experiment`` is None for a model that was
    trained elsewhere, ``foreign`` says how one that another program made is asked. ``features`` are what the model
    sees, and what each was made from, in order; ``more_features`` counts those that are not told. A model that was made
    before they were told has none. ``limits`` are put around the numbers that it predicts, ``costs`` choose among
    several classes.
    """

    format: int
    info: ModelInfo
    target: Column
    columns: tuple[Column, ...]
    classes: tuple[str, ...]
    experiment: Experiment | None
    environment: dict[str, str]
    rows: dict[str, int]
    seconds: float
    network: NetworkShape | None = None
    hashes: dict[str, str]
    threshold: float | None = None
    ranges: dict[str, ColumnRange] = {}
    intervals: dict[str, tuple[float, float]] = {}
    importance: dict[str, float] = {}
    provenance: Provenance | None = None
    foreign: ForeignShape | None = None
    steps: int | None = None
    ended_by: EndedBy = ""
    auto: AutoRecord | None = None
    branches: tuple[BranchShape, ...] = ()
    temperature: float = 1.0
    offsets: tuple[float, ...] = ()
    features: tuple[MadeFeature, ...] = ()
    more_features: int = 0
    limits: Limits | None = None
    costs: CostRule | None = None


def read_description(folder: Path) -> Description:
    """Read ``model.json``, and nothing else.

    Raises:
        ModelError: it is not there, or cannot be read.
        UntrustedModel: it is not what this program writes.
    """
    file = folder / DESCRIPTION
    check_file(file)
    with storage_errors(file):
        data = file.read_bytes()
    return parsed(data, folder.name)


_DECODING: Final = threading.Lock()
"""msgspec learns a type when it is first decoded; two threads that have it do so at once end the process."""


def parsed(data: bytes, where: str) -> Description:
    """Give the description that is in ``data``, of any format so far; ``where`` names the model in errors.

    Raises:
        ModelError: a newer program wrote it.
        UntrustedModel: it is not what this program writes.
    """
    with _DECODING:
        return _parsed(data, where)


def _parsed(data: bytes, where: str) -> Description:
    try:
        version = msgspec.json.decode(data, type=_Version).format
        if version < 1:
            raise UntrustedModel(f"{where} says that its format is {version}, which there never was.", hint=AGAIN)
        if version > FORMAT:
            raise ModelError(
                f"{where} was written by a newer version of the program (format {version}, this one reads up to "
                f"{FORMAT}).",
                hint="Update Aetheron Desktop.",
            )
        description = msgspec.json.decode(data, type=Description)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, OverflowError) as error:
        raise UntrustedModel(f"{DESCRIPTION} in {where} is damaged: {error}", hint=AGAIN) from error
    check_info(description.info)
    return description


def encoded(description: Description) -> bytes:
    """Give the text of ``model.json``, a line a value, so that Git shows what differs."""
    return msgspec.json.format(msgspec.json.encode(description), indent=1) + b"\n"


def hashes_in(data: bytes) -> dict[str, str]:
    """Give the hashes of the files that stand in a ``model.json``; none when it cannot be read."""
    try:
        return msgspec.json.decode(data, type=_Hashes).hashes
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}


class _Version(msgspec.Struct, frozen=True):
    """The part that tells whether the rest can be read."""

    format: int


class _Hashes(msgspec.Struct, frozen=True):
    """The part that a commit needs."""

    hashes: dict[str, str]


def check_file(file: Path) -> None:
    """Refuse what is no plain file, or is too large to be true."""
    try:
        status = file.lstat()
    except OSError as error:
        raise ModelError(
            f"{file.name} in {file.parent.name} cannot be read: {error.strerror}.", hint="Restore it, or train again."
        ) from error
    if not stat.S_ISREG(status.st_mode):
        raise UntrustedModel(f"{file.name} is no plain file.", hint=AGAIN)
    if status.st_size > MOST_BYTES[file.name]:
        raise UntrustedModel(
            f"{file.name} has {status.st_size:,} bytes, and no model has so many.",
            hint=AGAIN,
        )


def check_info(info: ModelInfo) -> None:
    """Refuse what would lead out of the workspace, or could not be shown.

    Raises:
        UntrustedModel: the run cannot be one, the moment lies in no year up to 9999, or a metric is none.
    """
    if info.run and not _RUN.fullmatch(info.run):
        raise UntrustedModel("The model names a run that cannot be one.", hint=AGAIN)
    if not 0.0 <= info.created <= LATEST:
        raise UntrustedModel("The moment at which the model was made cannot be one.", hint=AGAIN)
    known = {metric.name for metric in METRICS}
    if any(name.removeprefix(BASELINE) not in known for name in (*info.metrics, *info.baseline)):
        raise UntrustedModel("The model was measured by a metric that is not known here.", hint=AGAIN)


def check_description(description: Description) -> None:
    """Refuse a description whose parts contradict each other."""
    task, classes = description.info.task, description.classes
    wanted = {"binary": len(classes) == 2, "multiclass": len(classes) > 2, "regression": not classes}
    if not wanted[task] or len(set(classes)) != len(classes) or description.info.classes != classes:
        raise UntrustedModel(f"The model's classes do not suit its task, {task}.", hint=AGAIN)
    names = [column.name for column in description.columns]
    if not names or len(set(names)) != len(names) or len(names) > _MOST_COLUMNS:
        raise UntrustedModel("The model's columns are not there, are there twice, or are too many.", hint=AGAIN)
    if any(len(name) > _LONGEST_TEXT for name in (*names, *classes)):
        raise UntrustedModel("A name in the model is too long to be true.", hint=AGAIN)
    threshold = description.threshold
    if threshold is not None and not (task == "binary" and 0.0 <= threshold <= 1.0):
        raise UntrustedModel("The model's threshold is none for its task.", hint=AGAIN)
    if description.limits is not None:
        _check_limits(description.limits, task)
    if description.costs is not None:
        _check_costs(description.costs, len(classes))
    _check_branches(description)
    has_network = description.network is not None or any(one.network is not None for one in description.branches)
    kinds = (has_network, description.foreign is not None)
    if kinds != (WEIGHTS in description.hashes, bool(FOREIGN_FILES & set(description.hashes))) or all(kinds):
        raise UntrustedModel("The model's weights do not suit its description.", hint=AGAIN)


def _check_limits(limits: Limits, task: Task) -> None:
    numbers = (*limits.below, *limits.above, *limits.edges)
    if (
        task != "regression"
        or not 0.0 < limits.level < 1.0
        or limits.rows < 1
        or len(limits.edges) > MOST_EDGES
        or not len(limits.below) == len(limits.above) == len(limits.edges) + 1
        or not all(math.isfinite(one) for one in numbers)
        or list(limits.edges) != sorted(set(limits.edges))
    ):
        raise UntrustedModel("The limits of the model's predictions do not make sense.", hint=AGAIN)


def _check_costs(costs: CostRule, classes: int) -> None:
    if (
        classes < 3
        or len(costs.matrix) != classes
        or not all(len(row) == classes for row in costs.matrix)
        or not all(math.isfinite(one) and one >= 0.0 for row in costs.matrix for one in row)
        or not 0.1 <= costs.temperature <= 10.0
    ):
        raise UntrustedModel("The costs of the model's errors do not suit its classes.", hint=AGAIN)


def _check_branches(description: Description) -> None:
    branches = description.branches
    if not branches:
        if description.offsets:
            raise UntrustedModel("The model has offsets, and no members that they are for.", hint=AGAIN)
        return
    weights = [branch.weight for branch in branches]
    if description.offsets:
        numbers = [*weights, *description.offsets]
        fits = (
            len(description.offsets) == (len(description.classes) or 1)
            and all(math.isfinite(one) for one in numbers)
            and all(abs(one) <= MOST_WEIGHT for one in weights)
        )
    else:
        fits = all(0.0 < one <= 1.0 for one in weights) and abs(sum(weights) - 1.0) < 1e-6
    if (
        not fits
        or len(branches) > MOST_BRANCHES
        or description.network is not None
        or description.foreign is not None
        or not all(0 <= one.transformer < len(branches) and 0 <= one.member <= MOST_BRANCHES for one in branches)
        or not 0.1 <= description.temperature <= 10.0
    ):
        raise UntrustedModel("The parts of the ensemble do not make a whole.", hint=AGAIN)
