"""What stands in a model's ``model.json``, and which files a model has."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.errors import ModelError, UntrustedModel, storage_errors
from aetheron_desktop.engine.registry.audit import AGAIN
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.training.experiment import Experiment

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = 1
DESCRIPTION: Final = "model.json"
PIPELINE: Final = "pipeline.skops"
WEIGHTS: Final = "weights.safetensors"
SAMPLE: Final = "sample.parquet"
CARD: Final = "card.md"
FILES: Final = frozenset({DESCRIPTION, PIPELINE, WEIGHTS, SAMPLE, CARD})
MOST_BYTES: Final = {
    DESCRIPTION: 64 << 20,
    PIPELINE: 8 << 30,
    WEIGHTS: 8 << 30,
    SAMPLE: 256 << 20,
    CARD: 4 << 20,
}

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
}


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


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in ``model.json``; ``hashes`` are SHA-256 by file name, ``rows`` counts the parts."""

    format: int
    info: ModelInfo
    target: Column
    columns: tuple[Column, ...]
    classes: tuple[str, ...]
    experiment: Experiment
    environment: dict[str, str]
    rows: dict[str, int]
    seconds: float
    network: NetworkShape | None = None
    hashes: dict[str, str]


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
    try:
        version = msgspec.json.decode(data, type=dict[str, Any]).get("format")
        if isinstance(version, int) and version > FORMAT:
            raise ModelError(
                f"{folder.name} was written by a newer version of the program (format {version}).",
                hint="Update Aetheron Desktop.",
            )
        return msgspec.json.decode(data, type=Description)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UntrustedModel(f"{DESCRIPTION} in {folder.name} is damaged: {error}", hint=AGAIN) from error


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


def check_description(description: Description) -> None:
    """Refuse a description whose parts contradict each other."""
    task, classes = description.info.task, description.classes
    wanted = {"binary": len(classes) == 2, "multiclass": len(classes) > 2, "regression": not classes}
    if not wanted[task] or len(set(classes)) != len(classes) or description.info.classes != classes:
        raise UntrustedModel(f"The model's classes do not suit its task, {task}.", hint=AGAIN)
    names = [column.name for column in description.columns]
    if not names or len(set(names)) != len(names):
        raise UntrustedModel("The model's columns are not there, or there twice.", hint=AGAIN)
    if (description.network is not None) != (WEIGHTS in description.hashes):
        raise UntrustedModel("The model's weights do not suit its description.", hint=AGAIN)
