"""A model's files: written whole or not at all, and opened without running anything that stands in them.

::

    model.json            what it is: columns, classes, metrics, experiment, versions, and the hash of each other file
    pipeline.skops        scikit-learn's parts, as JSON and arrays; the types are audited before anything is built.
                          Boosted trees of other libraries stand there in the library's own form, as an array of bytes
    weights.safetensors   a network's weights, when it has any
    sample.parquet        some test rows and what was predicted for them, to check that it still does
    card.md               the model in words
    model.onnx            the whole of it for other programs, when it was asked for
    signature.json        whose it is: a signature of model.json, and by its hashes of all the others
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from aetheron_desktop.engine.datasets.schema import Schema
from aetheron_desktop.engine.errors import ModelError, UntrustedModel, storage_errors
from aetheron_desktop.engine.estimators.feature_maker import AsItIs
from aetheron_desktop.engine.estimators.features import Columns
from aetheron_desktop.engine.estimators.made_features import features_of
from aetheron_desktop.engine.estimators.pipeline import Blend, FittedPipeline
from aetheron_desktop.engine.registry.card import card_text
from aetheron_desktop.engine.registry.description import (
    CARD,
    DESCRIPTION,
    FILES,
    FORMAT,
    PIPELINE,
    SAMPLE,
    UNHASHED,
    BranchShape,
    Description,
    check_description,
    check_file,
    encoded,
    read_description,
)
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.parts import read_blend, read_single, write_blend, write_single
from aetheron_desktop.engine.registry.repository.large_files import hash_of
from aetheron_desktop.engine.registry.signing import folder_verdict, sign
from aetheron_desktop.engine.registry.words import AGAIN

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.registry.foreign.info import ForeignShape
    from aetheron_desktop.engine.registry.signing import SignatureVerdict
    from aetheron_desktop.engine.training.run import Run


@dataclass(frozen=True, slots=True, eq=False)
class FittedModel:
    """A model that was opened: what is known of it, its pipeline, and whose it is."""

    description: Description
    pipeline: FittedPipeline
    signature: SignatureVerdict

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

        Beside a number stand its limits, ``lower`` and ``upper``, where the model knows them.

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
    network, temperature = None, 1.0
    offsets: tuple[float, ...] = ()
    branches: tuple[BranchShape, ...] = ()
    if isinstance(model.predictor, Blend):
        branches = write_blend(model.predictor, folder)
        temperature, offsets = model.predictor.temperature, model.predictor.offsets
    else:
        network = write_single(model, folder)
    sample = run.sample.reset_index(drop=True)
    sample = sample.join(model.predict(sample).add_prefix("predicted "))
    sample.to_parquet(folder / SAMPLE)
    info = _info(run, model, id_, name, sum(file.stat().st_size for file in folder.iterdir()))
    (folder / CARD).write_text(card_text(info, run), encoding="utf-8")
    features, more_features = features_of(model)
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
        hashes={file.name: hash_of(file) for file in sorted(folder.iterdir())},
        threshold=model.threshold,
        ranges=run.ranges,
        intervals=run.intervals,
        importance=run.importance,
        provenance=run.provenance,
        steps=run.steps,
        ended_by=run.ended_by,
        auto=run.auto,
        branches=branches,
        temperature=temperature,
        offsets=offsets,
        features=features,
        more_features=more_features,
        limits=model.limits,
        costs=model.costs,
    )
    (folder / DESCRIPTION).write_bytes(encoded(description))
    sign(folder)
    return info


def with_file(folder: Path, name: str, file: Path) -> None:
    """Put ``file`` to the files in ``folder`` as ``name``, and let the description know of it.

    Raises:
        UntrustedModel: the description is damaged.
        StorageError: the disk refused.
    """
    description = read_description(folder)
    with storage_errors(folder):
        # In place of the old one: what is written here may be shared with the history.
        shutil.copyfile(file, folder / f".{name}")
        os.replace(folder / f".{name}", folder / name)
        hashes = description.hashes | {name: hash_of(folder / name)}
        info = msgspec.structs.replace(
            description.info, bytes=sum(one.stat().st_size for one in folder.iterdir() if one.name not in UNHASHED)
        )
        (folder / DESCRIPTION).unlink()
        (folder / DESCRIPTION).write_bytes(
            encoded(msgspec.structs.replace(description, format=FORMAT, hashes=hashes, info=info))
        )
    sign(folder)


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


# -- reading ----------------------------------------------------------------------------------------------------------


def load_model(folder: Path) -> FittedModel:
    """Open the model in ``folder``; nothing that stands in its files is run.

    Raises:
        UntrustedModel: a hash or the signature does not fit, a file does not belong there, or a type is not on the list
            in the program.
        ModelError: a file is missing, or cannot be used by this version.
    """
    if not folder.is_dir():
        raise ModelError(f"The model's folder {folder.name} is not there.", hint="Restore it, or train again.")
    description = read_description(folder)
    check_description(description)
    check_folder(folder, description)
    signature = folder_verdict(folder)
    if signature.state == "broken":
        raise UntrustedModel(f"{folder.name}: {signature.sentence}", hint=AGAIN)
    if description.foreign is not None:
        return FittedModel(description, _read_foreign(folder, description, description.foreign), signature)
    transformer: Any
    predictor: Predictor
    if description.branches:
        transformer, predictor = AsItIs(), read_blend(folder, description)
    else:
        transformer, predictor = read_single(folder, description)
    pipeline = FittedPipeline(
        columns=Columns(description.columns),
        target=description.target,
        task=description.info.task,
        classes=description.classes,
        transformer=transformer,
        predictor=predictor,
        threshold=description.threshold,
        limits=description.limits,
        costs=description.costs,
    )
    _check_answer(pipeline)
    return FittedModel(description, pipeline, signature)


def _check_answer(pipeline: FittedPipeline) -> None:
    """Refuse a pipeline that cannot answer for a row in which everything is missing."""
    import pandas as pd

    row = pd.DataFrame({column.name: pd.Series([None], dtype=object) for column in pipeline.columns.columns})
    try:
        pipeline.raw(row)
    except Exception as error:
        # Whatever a damaged attribute makes scikit-learn or PyTorch stumble over.
        raise UntrustedModel(f"The model cannot predict: {type(error).__name__}: {error}", hint=AGAIN) from error


def check_folder(folder: Path, description: Description) -> None:
    """Refuse files that are not those that the description tells of.

    Raises:
        UntrustedModel: a hash differs, or a file does not belong there.
        ModelError: a file is missing.
    """
    found = {file.name for file in folder.iterdir()}
    if strange := found - FILES:
        raise UntrustedModel(
            f"{folder.name} holds a file that no model has: {sorted(strange)[0]}.",
            hint="Remove it if you know where it came from, or get the model again.",
        )
    needed = {*description.hashes, PIPELINE} if description.foreign is None else set(description.hashes)
    if absent := needed - found:
        raise ModelError(f"{folder.name} lacks {sorted(absent)[0]}.", hint=AGAIN)
    for name in sorted(found):
        check_file(folder / name)
        if name not in UNHASHED and description.hashes.get(name) != hash_of(folder / name):
            raise UntrustedModel(
                f"{name} in {folder.name} is not the file that was saved: its hash differs.",
                hint="It was changed or damaged; get the model again from where it came.",
            )


def _read_foreign(folder: Path, description: Description, shape: ForeignShape) -> FittedPipeline:
    from aetheron_desktop.engine.registry.foreign.opening import open_foreign  # the library that made it

    told = description
    opened = open_foreign(folder, shape, told.columns, told.target, told.info.task, told.classes)
    return replace(opened, threshold=told.threshold, limits=told.limits)
