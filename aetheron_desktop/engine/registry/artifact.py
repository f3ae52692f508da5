"""A model's files: written whole or not at all, and opened without running anything that stands in them.

::

    model.json            what it is: columns, classes, metrics, experiment, versions, and the hash of each other file
    pipeline.skops        scikit-learn's parts, as JSON and arrays; the types are audited before anything is built
    weights.safetensors   a network's weights, when it has any
    sample.parquet        some test rows and what was predicted for them, to check that it still does
    card.md               the model in words
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
import uuid
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
import safetensors
import safetensors.torch
import skops.io as skops_io

from aetheron_desktop.engine.datasets.schema import Column, Schema
from aetheron_desktop.engine.errors import ModelError, UntrustedModel, storage_errors
from aetheron_desktop.engine.estimators.base import SklearnPredictor
from aetheron_desktop.engine.estimators.features import Columns
from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
from aetheron_desktop.engine.registry.allowed import ALLOWED
from aetheron_desktop.engine.registry.card import card_text
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.training.experiment import Experiment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.training.run import Run

FORMAT: Final = 1
_DESCRIPTION: Final = "model.json"
_PIPELINE: Final = "pipeline.skops"
_WEIGHTS: Final = "weights.safetensors"
_SAMPLE: Final = "sample.parquet"
_CARD: Final = "card.md"
_FILES: Final = frozenset({_DESCRIPTION, _PIPELINE, _WEIGHTS, _SAMPLE, _CARD})
_MOST_BYTES: Final = {
    _DESCRIPTION: 64 << 20,
    _PIPELINE: 8 << 30,
    _WEIGHTS: 8 << 30,
    _SAMPLE: 256 << 20,
    _CARD: 4 << 20,
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


@dataclass(frozen=True, slots=True, eq=False)
class FittedModel:
    """A model that was opened: what is known of it, and its pipeline."""

    description: Description
    pipeline: FittedPipeline

    @property
    def info(self) -> ModelInfo:
        """What is known of it."""
        return self.description.info

    @property
    def schema(self) -> Schema:
        """The columns that it needs."""
        return Schema(self.description.columns)

    def predict_frame(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give a row per row of ``table``, in order: ``prediction``, and for classes ``probability_<class>`` each.

        Raises:
            ModelError: columns are not there; the words name them.
        """
        return self.pipeline.predict(table)


# -- writing ----------------------------------------------------------------------------------------------------------


def save_model(run: Run, folder: Path, *, id: str, name: str) -> ModelInfo:
    """Write the model of ``run`` to ``folder / id``, whole or not at all.

    Raises:
        ModelError: the run has no model.
        StorageError: the disk refused; nothing was left behind.
    """
    if run.model is None:
        raise ModelError(f"The run {run.experiment.run} kept no model.", hint="Train it again.")
    target = folder / id
    part = folder / f".{id}.{uuid.uuid4().hex[:8]}"
    with storage_errors(target):
        try:
            part.mkdir(parents=True)
            info = _write(run, run.model, part, id, name)
            os.replace(part, target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return info


def _write(run: Run, model: FittedPipeline, folder: Path, id_: str, name: str) -> ModelInfo:
    parts: dict[str, Any] = {"transformer": model.transformer}
    network = None
    if isinstance(model.predictor, SklearnPredictor):
        parts["predictor"] = model.predictor.model
    else:
        network = _write_network(model.predictor, folder)
    skops_io.dump(parts, folder / _PIPELINE)
    sample = run.sample.reset_index(drop=True)
    sample = sample.join(model.predict(sample).add_prefix("predicted "))
    sample.to_parquet(folder / _SAMPLE)
    info = _info(run, model, id_, name, sum(file.stat().st_size for file in folder.iterdir()))
    (folder / _CARD).write_text(card_text(info, run), encoding="utf-8")
    description = Description(
        format=FORMAT,
        info=info,
        target=model.target,
        columns=model.columns.columns,
        classes=model.classes,
        experiment=run.experiment,
        environment=run.environment,
        rows=run.rows,
        seconds=run.seconds,
        network=network,
        hashes={file.name: _hash(file) for file in sorted(folder.iterdir())},
    )
    (folder / _DESCRIPTION).write_bytes(msgspec.json.format(msgspec.json.encode(description), indent=1))
    return info


def _info(run: Run, model: FittedPipeline, id_: str, name: str, size: int) -> ModelInfo:
    plan = run.experiment
    return ModelInfo(
        id=id_,
        name=name,
        run=plan.run,
        dataset=plan.dataset,
        dataset_name=run.dataset_name,
        target=plan.target,
        task=plan.task,
        estimator=plan.estimator,
        status="stopped" if run.outcome == "stopped" else "trained",
        metrics=run.metrics,
        baseline=run.baseline,
        created=time.time(),
        bytes=size,
        classes=model.classes,
        features=tuple(column.name for column in model.columns.columns),
        params=plan.params,
    )


def _write_network(predictor: Predictor, folder: Path) -> NetworkShape:
    from aetheron_desktop.engine.estimators.network import NetworkPredictor

    assert isinstance(predictor, NetworkPredictor)
    safetensors.torch.save_file(predictor.weights, folder / _WEIGHTS)
    made = predictor.architecture
    return NetworkShape(**{name: getattr(made, name) for name in NetworkShape.__struct_fields__})


# -- reading ----------------------------------------------------------------------------------------------------------


def read_description(folder: Path) -> Description:
    """Read ``model.json``, and nothing else.

    Raises:
        ModelError: it is not there, or cannot be read.
        UntrustedModel: it is not what this program writes.
    """
    file = folder / _DESCRIPTION
    _check_file(file)
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
        raise UntrustedModel(
            f"{_DESCRIPTION} in {folder.name} is damaged: {error}", hint="Get the model again from where it came."
        ) from error


def load_model(folder: Path) -> FittedModel:
    """Open the model in ``folder``; nothing that stands in its files is run.

    Raises:
        UntrustedModel: a hash differs, a file does not belong there, or a type is not on the list in the program.
        ModelError: a file is missing, or cannot be used by this version.
    """
    if not folder.is_dir():
        raise ModelError(f"The model's folder {folder.name} is not there.", hint="Restore it, or train again.")
    description = read_description(folder)
    _check_folder(folder, description)
    parts = _read_pipeline(folder / _PIPELINE)
    predictor: Predictor
    if description.network is not None:
        predictor = _read_network(folder / _WEIGHTS, description.network)
    elif "predictor" in parts:
        predictor = SklearnPredictor(parts["predictor"])
    else:
        raise UntrustedModel(f"{_PIPELINE} holds no estimator.", hint="Get the model again from where it came.")
    pipeline = FittedPipeline(
        columns=Columns(description.columns),
        target=description.target,
        task=description.info.task,
        classes=description.classes,
        transformer=parts["transformer"],
        predictor=predictor,
    )
    return FittedModel(description, pipeline)


def _check_folder(folder: Path, description: Description) -> None:
    found = {file.name for file in folder.iterdir()}
    if strange := found - _FILES:
        raise UntrustedModel(
            f"{folder.name} holds a file that no model has: {sorted(strange)[0]}.",
            hint="Remove it if you know where it came from, or get the model again.",
        )
    if absent := {*description.hashes, _PIPELINE} - found:
        raise ModelError(f"{folder.name} lacks {sorted(absent)[0]}.", hint="Get the model again from where it came.")
    for name in sorted(found - {_DESCRIPTION}):
        _check_file(folder / name)
        if description.hashes.get(name) != _hash(folder / name):
            raise UntrustedModel(
                f"{name} in {folder.name} is not the file that was saved: its hash differs.",
                hint="It was changed or damaged; get the model again from where it came.",
            )


def _check_file(file: Path) -> None:
    """Refuse what is no plain file, or is too large to be true."""
    try:
        status = file.lstat()
    except OSError as error:
        raise ModelError(
            f"{file.name} in {file.parent.name} cannot be read: {error.strerror}.", hint="Restore it, or train again."
        ) from error
    if not stat.S_ISREG(status.st_mode):
        raise UntrustedModel(f"{file.name} is no plain file.", hint="Get the model again from where it came.")
    if status.st_size > _MOST_BYTES[file.name]:
        raise UntrustedModel(
            f"{file.name} has {status.st_size:,} bytes, and no model has so many.",
            hint="Get the model again from where it came.",
        )


def _read_pipeline(file: Path) -> dict[str, Any]:
    try:
        foreign = [name for name in skops_io.get_untrusted_types(file=file) if name not in ALLOWED]
        # The audit is done before anything is built, and once more by skops while it builds.
        parts = None if foreign else skops_io.load(file, trusted=list(ALLOWED))
    except Exception as error:
        raise UntrustedModel(
            f"{file.name} cannot be read: {type(error).__name__}: {error}",
            hint="Get the model again from where it came.",
        ) from error
    if foreign:
        raise UntrustedModel(
            f"{file.name} asks to build what no model needs: {', '.join(sorted(foreign)[:5])}.",
            hint="Do not use it unless you know who made it, and why.",
        )
    if not isinstance(parts, dict) or "transformer" not in parts:
        raise UntrustedModel(f"{file.name} holds no pipeline.", hint="Get the model again from where it came.")
    return parts


def _read_network(file: Path, shape: NetworkShape) -> Predictor:
    from aetheron_desktop.engine.estimators.network import Architecture, NetworkPredictor

    if not (0 < shape.inputs <= 1_000_000 and 0 < shape.outputs <= 100_000 and 0 < shape.layers <= 64):
        raise UntrustedModel("The network's shape is absurd.", hint="Get the model again from where it came.")
    if not 0 < shape.hidden_size <= 65_536:
        raise UntrustedModel("The network's width is absurd.", hint="Get the model again from where it came.")
    try:
        weights = safetensors.torch.load_file(file)
        return NetworkPredictor(Architecture(**msgspec.structs.asdict(shape)), weights)
    except (OSError, ValueError, RuntimeError, safetensors.SafetensorError) as error:
        raise UntrustedModel(
            f"{file.name} does not fit the network: {error}", hint="Get the model again from where it came."
        ) from error


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# -- carrying ---------------------------------------------------------------------------------------------------------


def export_model(folder: Path, file: Path) -> None:
    """Pack the model in ``folder`` into the one ``file``.

    Raises:
        ModelError: the model is damaged.
        StorageError: the disk refused; nothing was left behind.
    """
    _check_folder(folder, read_description(folder))
    part = file.with_name(f".{file.name}.part")
    with storage_errors(file):
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                for member in sorted(folder.iterdir()):
                    archive.write(member, member.name)
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)


def import_model(file: Path, folder: Path) -> ModelInfo:
    """Unpack ``file`` below ``folder`` under a new id, once it is known to be safe to open.

    Raises:
        UntrustedModel: it is not what :func:`export_model` writes; nothing was kept.
        StorageError: the disk refused; nothing was left behind.
    """
    part = folder / f".{uuid.uuid4().hex}"
    with storage_errors(file):
        try:
            part.mkdir(parents=True)
            _unpack(file, part)
            info = msgspec.structs.replace(load_model(part).info, binned=None)
            if (folder / info.id).exists() or not _is_plain(info.id):
                info = msgspec.structs.replace(info, id=f"model-{uuid.uuid4().hex[:12]}")
            os.replace(part, folder / info.id)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return info


def _is_plain(id_: str) -> bool:
    return id_.startswith("model-") and id_.replace("-", "").isalnum() and len(id_) <= 64


def _unpack(file: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            for member in _members(archive):
                with archive.open(member) as source, (folder / member.filename).open("xb") as target:
                    _copy(source, target, _MOST_BYTES[member.filename])
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise UntrustedModel(
            f"{file.name} is no model file: {error}", hint="Get the model again from where it came."
        ) from error


def _members(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    for member in archive.infolist():
        # Nothing but the known names, so no path can lead out of the folder, and nothing is a link.
        if member.filename not in _FILES or stat.S_ISLNK(member.external_attr >> 16):
            raise UntrustedModel(
                f"The file holds {member.filename!r}, which no model has.",
                hint="Get the model again from where it came.",
            )
        yield member


def _copy(source: Any, target: Any, most: int) -> None:
    # Counted while it is unpacked: what the archive says of its sizes may be a lie.
    written = 0
    while block := source.read(1 << 20):
        written += len(block)
        if written > most:
            raise UntrustedModel(
                "The file unpacks to more than any model has.", hint="Get the model again from where it came."
            )
        target.write(block)
