"""What a model predicts of a table whose truth is known: a dataset, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from aetheron_desktop.engine.datasets.reading.reader import read_frame
from aetheron_desktop.engine.datasets.schema import Schema
from aetheron_desktop.engine.errors import AetheronError, EvaluationError, UsageError
from aetheron_desktop.engine.estimators.features import numbers, words
from aetheron_desktop.engine.estimators.limits import values
from aetheron_desktop.engine.evaluation.predictions import TestPredictions
from aetheron_desktop.engine.versioning.stored import stored_predictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.artifact import FittedModel
    from aetheron_desktop.engine.workspace import Workspace


def predictions_of(workspace: Workspace, model: FittedModel, source: str) -> tuple[TestPredictions, tuple[str, ...]]:
    """Predict all rows of ``source``, a dataset's id or name or a file, that have a truth; with remarks for people.

    Raises:
        UsageError: there is neither such a dataset nor such a file.
        EvaluationError: it has no target, or no row whose truth is known.
        ModelError: a column that the model needs is not there.
        DatasetError: it cannot be read.
    """
    target = model.description.target
    schema = Schema((*model.description.columns, target))
    file = Path(source)
    notes: tuple[str, ...] = ()
    if file.is_file():
        table, notes = read_frame(file, schema)
        name = file.name
    else:
        try:
            dataset = workspace.dataset(source)
        except UsageError as error:
            raise UsageError(f"There is no dataset and no file {source!r}.", hint=error.hint) from error
        known = set(dataset.info.schema.names)
        table = dataset.table([column for column in schema.names if column in known])
        name = dataset.info.name
        if dataset.info.id == model.info.dataset:
            notes = ("The model has learned from rows of this dataset: on new ones it will not be as good.",)
    if target.name not in table.columns:
        raise EvaluationError(
            f"{name} has no column {target.name!r}, which the model predicts: there is no truth to measure by.",
            hint="Predict it with the command predict, or choose a table that has the column.",
        )
    made = predicted(model, table, part=f"rows of {name}")
    return _with_baseline(workspace, model, made), (*notes, *made.notes())


def predicted(model: FittedModel, table: pd.DataFrame, part: str) -> TestPredictions:
    """Give what the model predicts of the rows of ``table`` that have a truth.

    Raises:
        EvaluationError: none has.
        ModelError: a column that the model needs is not there.
    """
    pipeline = model.pipeline
    told = pipeline.told(table)
    raw = told if pipeline.classes else values(told)
    truth, unseen = _truth(table[model.description.target.name], pipeline.classes)
    is_known = np.isfinite(raw) if raw.ndim == 1 else np.isfinite(raw).all(axis=1)
    kept = np.flatnonzero(is_known & (np.isfinite(truth) if not pipeline.classes else truth >= 0))
    if not len(kept):
        target = model.description.target.name
        what = f"has a {'class' if pipeline.classes else 'number'} in {target!r}"
        raise EvaluationError(f"None of the {part} {what}.", hint="Choose a table whose target is filled.")
    limits = pipeline.between(told)
    wide = np.zeros((len(kept), len(unseen)))
    return TestPredictions(
        task=pipeline.task,
        rows=kept,
        truth=truth[kept],
        predicted=raw[kept] if not pipeline.classes else np.column_stack([raw[kept], wide]),
        classes=(*pipeline.classes, *unseen),
        chosen=pipeline.chosen(raw[kept]) if pipeline.classes else None,
        threshold=pipeline.threshold,
        limits=None if limits is None else limits[kept],
        level=None if pipeline.limits is None else pipeline.limits.level,
        unseen=len(unseen),
        left_out=len(table) - len(kept),
        part=part,
    )


def _truth(column: pd.Series, classes: tuple[str, ...]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Give the truth of each row (-1, or NaN, where there is none), and the classes that the model does not know."""
    if not classes:
        return numbers(column), ()
    filled = column.notna().to_numpy(dtype=bool)
    said = words(column).to_numpy(dtype=object)
    unseen = tuple(sorted({str(word) for word in pd.unique(said[filled])} - set(classes)))
    place = {name: number for number, name in enumerate((*classes, *unseen))}
    return np.array([place[word] if is_there else -1 for word, is_there in zip(said, filled, strict=True)]), unseen


def _with_baseline(workspace: Workspace, model: FittedModel, made: TestPredictions) -> TestPredictions:
    """Give the predictions with what the dummy learned in the model's run, if that is still there."""
    from dataclasses import replace

    try:
        stored = stored_predictions(workspace, model.description)
    except AetheronError:
        return made
    if stored.baseline is None:
        return made
    known = len(stored.classes) - stored.unseen
    said = np.append(stored.baseline[:known], np.zeros(made.unseen)) if made.classes else stored.baseline
    return replace(made, baseline=said, baseline_limits=stored.baseline_limits)
