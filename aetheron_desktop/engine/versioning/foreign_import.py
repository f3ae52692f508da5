"""A model that another program made becomes one of the workspace: looked at, matched to a table, measured, kept."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.datasets.schema import task_for
from aetheron_desktop.engine.errors import UsageError, storage_errors
from aetheron_desktop.engine.evaluation.importance import importance
from aetheron_desktop.engine.evaluation.intervals import intervals
from aetheron_desktop.engine.evaluation.metrics import BASELINE, metrics_for
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.evaluation.verdict import rows_hash
from aetheron_desktop.engine.registry.card import importance_lines
from aetheron_desktop.engine.registry.description import CARD, DESCRIPTION, FORMAT, SAMPLE, Description, encoded
from aetheron_desktop.engine.registry.foreign.look import look
from aetheron_desktop.engine.registry.foreign.matching import foreign_shape
from aetheron_desktop.engine.registry.foreign.opening import open_foreign
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.parity import STORED
from aetheron_desktop.engine.registry.repository.large_files import hash_of
from aetheron_desktop.engine.registry.signing import sign
from aetheron_desktop.engine.training.experiment import Experiment, split_plan
from aetheron_desktop.engine.training.preparation import read_parts, read_target
from aetheron_desktop.engine.training.provenance import provenance

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
    from aetheron_desktop.engine.registry.foreign.info import ForeignInfo, ForeignShape
    from aetheron_desktop.engine.versioning.changes import ImportForeign
    from aetheron_desktop.engine.workspace import Workspace

    Progress = Callable[[str, float, float | None], None]

_SAMPLE_ROWS: Final = 20
_NAMES: Final = {"onnx": "ONNX", "lightgbm": "LightGBM", "xgboost": "XGBoost", "skops": "scikit-learn"}


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The rows that it is measured on: the table, the truth as indices or values, and their numbers."""

    table: pd.DataFrame
    truth: NDArray[Any]
    numbers: NDArray[np.int64]
    classes: tuple[str, ...]


def take_in(change: ImportForeign, workspace: Workspace, progress: Progress) -> tuple[ModelInfo, tuple[str, ...]]:
    """Make a model of the workspace of the file, and give it with what was decided on the way.

    Raises:
        UsageError: there is no such dataset, target or split.
        UntrustedModel: the file is not safe to open, or damaged.
        ModelError: it does not suit the table; the words say where.
    """
    source = Path(change.source)
    progress("Look at the file", 0, 4)
    info = look(source)
    dataset = workspace.dataset(change.dataset)
    target = dataset.info.schema.column(change.target or dataset.info.proposal.target or "")
    task = change.task or info.task or task_for(target)
    rows = _rows(dataset, target.name, task, change.split)
    shape = foreign_shape(
        info,
        columns=dataset.info.schema.columns,
        target=target,
        task=task,
        classes=rows.classes,
        mapping=change.columns,
    )
    part = workspace.root / "tmp" / workspace.new_id("files")
    run = workspace.new_id("run")
    try:
        with storage_errors(part):
            part.mkdir(parents=True)
            shutil.copyfile(source, part / shape.file_name)
        progress("Open it", 1, 4)
        columns = tuple(dataset.info.schema.column(name) for name in dict.fromkeys(shape.columns))
        pipeline = open_foreign(part, shape, columns, target, task, rows.classes)
        progress("Measure it", 2, 4)
        made = _Kept(
            workspace=workspace,
            dataset=dataset,
            info=info,
            shape=shape,
            pipeline=pipeline,
            rows=rows,
            name=change.name or source.stem,
            run=run,
        )
        description = made.write(part, change.split)
        progress("Keep it", 3, 4)
        told = description.info
        words = f"{_NAMES[info.kind]} model taken in from {source.name}"
        return workspace.shelf.create(part, told.id, told.name, words, "imported"), shape.notes
    except BaseException:
        shutil.rmtree(workspace.run_folder(run), ignore_errors=True)  # the predictions of a model that is not there
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _rows(dataset: Dataset, target: str, task: Task, split: str) -> _Rows:
    experiment = Experiment(
        run="",
        name="",
        dataset=dataset.info.id,
        target=target,
        task=task,
        features=(),
        estimator="",
        params={},
        split=split_plan(dataset, split or None),
    )
    table = dataset.table()
    y, classes, filled = read_target(experiment, table[target], dataset.info.schema.column(target), lambda _: None)
    numbers = np.flatnonzero(filled)
    chosen = np.arange(len(numbers))
    if split:
        chosen = read_parts(experiment, dataset, numbers, y if classes else None, lambda _: None).test
    if not len(chosen):
        raise UsageError("There is no row to measure it on.", hint="Choose a dataset whose target is filled.")
    return _Rows(table.iloc[numbers[chosen]].reset_index(drop=True), y[chosen], numbers[chosen], classes)


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """Measures the model, which is called ``name`` and gets the id of ``run``, and writes its files."""

    workspace: Workspace
    dataset: Dataset
    info: ForeignInfo
    shape: ForeignShape
    pipeline: FittedPipeline
    rows: _Rows
    name: str
    run: str

    def write(self, folder: Path, split: str) -> Description:
        """Write the files that stand beside the foreign one, and the predictions that comparisons need."""
        began = time.monotonic()
        pipeline, rows = self.pipeline, self.rows
        raw = pipeline.raw(rows.table)
        seconds = time.monotonic() - began
        names = [column.name for column in pipeline.columns.columns]
        told = importance(pipeline.raw, rows.table[names], rows.truth, pipeline.task, columns=names)
        self._write_predictions(raw)
        sample = rows.table.head(_SAMPLE_ROWS)
        sample = sample.join(pipeline.predict(sample).add_prefix(STORED))
        with storage_errors(folder):
            sample.to_parquet(folder / SAMPLE)
        model = self._model(raw, sum(file.stat().st_size for file in folder.iterdir()))
        (folder / CARD).write_text(self._card(model, told), encoding="utf-8")
        description = Description(
            format=FORMAT,
            info=model,
            target=pipeline.target,
            columns=pipeline.columns.columns,
            classes=pipeline.classes,
            experiment=None,
            environment={"made by": _NAMES[self.info.kind]},
            rows={"test": len(rows.truth)},
            seconds=seconds,
            hashes={file.name: hash_of(file) for file in sorted(folder.iterdir())},
            intervals=intervals(pipeline.task, rows.truth, raw),
            importance=told,
            provenance=provenance(self.dataset, split, rows_hash(rows.numbers, self.dataset.info.id)),
            foreign=self.shape,
        )
        (folder / DESCRIPTION).write_bytes(encoded(description))
        sign(folder)
        return description

    def _write_predictions(self, raw: NDArray[np.float64]) -> None:
        rows, pipeline = self.rows, self.pipeline
        table = pipeline.named(raw, rows.table.index)
        table.insert(0, "row", rows.numbers)
        truth = np.array(pipeline.classes, dtype=object)[rows.truth] if pipeline.classes else rows.truth
        table.insert(1, "truth", truth)
        file = self.workspace.run_folder(self.run) / "predictions.parquet"
        with storage_errors(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f".{file.name}")
            table.to_parquet(part)
            os.replace(part, file)

    def _model(self, raw: NDArray[np.float64], size: int) -> ModelInfo:
        pipeline, truth = self.pipeline, self.rows.truth
        baseline = scores(pipeline.task, truth, _constant(pipeline, truth))
        return ModelInfo(
            id=self.run.replace("run-", "model-", 1),
            name=self.name,
            run=self.run,
            dataset=self.dataset.info.id,
            dataset_name=self.dataset.info.name,
            target=pipeline.target.name,
            task=pipeline.task,
            estimator=_NAMES[self.info.kind],
            status="trained",
            metrics=scores(pipeline.task, truth, raw) | {f"{BASELINE}{name}": v for name, v in baseline.items()},
            baseline=baseline,
            created=time.time(),
            bytes=size,
            classes=pipeline.classes,
            features=tuple(column.name for column in pipeline.columns.columns),
        )

    def _card(self, model: ModelInfo, told: dict[str, float]) -> str:
        lines = [
            f"# {model.name}",
            "",
            f"Predicts **{model.target}** ({model.task}) from {len(model.features)} columns of *{model.dataset_name}*.",
            "",
            f"- Made by another program: {_NAMES[self.info.kind]}. {' '.join(self.info.details)}",
            f"- Measured on {len(self.rows.truth):,} rows of {model.dataset_name}; whether it was trained on some of "
            "them is not known here.",
            *(f"- {note}" for note in self.shape.notes),
            "",
            "## Measured",
            "",
            "| metric | this model | baseline |",
            "|---|---|---|",
        ]
        for metric in metrics_for(model.task):
            value, base = model.metrics.get(metric.name), model.baseline.get(metric.name)
            cells = ("–" if number is None else f"{number:.4g}" for number in (value, base))
            lines.append(f"| {metric.label} | {' | '.join(cells)} |")
        return "\n".join([*lines, *importance_lines(told, model), ""])


def _constant(pipeline: FittedPipeline, truth: NDArray[Any]) -> NDArray[np.float64]:
    """Give what a model that knows nothing but these rows' mean or shares would say."""
    if not pipeline.classes:
        return np.full(len(truth), float(truth.mean()))
    return np.tile(np.bincount(truth, minlength=len(pipeline.classes)) / len(truth), (len(truth), 1))
