"""What is asked about: a version of a model that is open, with the rows that it learned from and was tested on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.errors import ModelError, UsageError
from aetheron_desktop.engine.estimators.features import numbers, words
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.evaluation.metrics import metric as metric_named
from aetheron_desktop.engine.registry.artifact import load_model
from aetheron_desktop.engine.registry.revising import description_of
from aetheron_desktop.engine.versioning.origins import origin_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Column, Task
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
    from aetheron_desktop.engine.evaluation.metrics import Metric
    from aetheron_desktop.engine.explaining.results import Cell, Plausible
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.preparation import Material
    from aetheron_desktop.engine.workspace import Workspace

_ELSEWHERE: Final = "Name a dataset with its columns and its target: explain MODEL --dataset NAME."


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of the dataset: the columns as they stand there, their numbers, and what is true of them, (n,)."""

    table: pd.DataFrame
    rows: NDArray[np.int64]
    y: NDArray[Any]

    def __len__(self) -> int:
        return len(self.rows)

    def drawn(self, count: int, seed: int = 0) -> Part:
        """Give at most so many of the rows, drawn at random, in their order."""
        if len(self) <= count:
            return self
        chosen = np.sort(np.random.default_rng(seed).choice(len(self), count, replace=False))
        return self.at(chosen)

    def at(self, places: NDArray[Any]) -> Part:
        """Give some of the rows."""
        return Part(self.table.iloc[places], self.rows[places], self.y[places])


@dataclass(frozen=True, eq=False)
class Subject:
    """A version that is open; ``learned`` and ``test`` are the same rows where it was trained elsewhere."""

    model: str
    version: str
    description: Description
    pipeline: FittedPipeline
    dataset: Dataset
    learned: Part
    test: Part
    material: Material | None = None
    ways: dict[str, Plausible] = field(default_factory=dict)
    """What each column may be set to, as far as it was asked for."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the model needs."""
        return self.pipeline.columns.columns

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(column.name for column in self.columns)

    @property
    def task(self) -> Task:
        """The task."""
        return self.pipeline.task

    @property
    def plan(self) -> Experiment | None:
        """The plan of the run; None of a model that was trained elsewhere."""
        return self.description.experiment

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the sums are of: the target, the second of two classes, or each class."""
        classes = self.pipeline.classes
        return (self.pipeline.target.name,) if not classes else classes[1:] if len(classes) == 2 else classes

    @property
    def unit(self) -> str:
        """What the sums are, in words."""
        match self.task:
            case "regression":
                return self.pipeline.target.name
            case "binary":
                return f"log-odds of {self.pipeline.classes[1]}"
            case "multiclass":
                return "log-probability over the mean of all classes"

    @property
    def metric(self) -> Metric:
        """What the run was chosen by, or the task's main metric."""
        name = self.plan.metric if self.plan is not None else ""
        return metric_named(name) if name else main_metric(self.task)

    def word(self, truth: Any) -> str:
        """Give what is true of a row, as people write it."""
        return self.pipeline.classes[int(truth)] if self.pipeline.classes else f"{float(truth):.6g}"

    def find(self, row: int) -> tuple[pd.DataFrame, str | None]:
        """Give a row of the dataset by its number, and what is true of it.

        Raises:
            UsageError: there is none.
        """
        if not 0 <= row < self.dataset.info.rows:
            raise UsageError(
                f"{self.dataset.info.name} has no row {row}.", hint=f"Rows are 0 to {self.dataset.info.rows - 1:,}."
            )
        for part in (self.test, self.learned):
            (found,) = np.nonzero(part.rows == row)
            if len(found):
                place = int(found[0])
                return part.table.iloc[[place]], self.word(part.y[place])
        whole = self._rest.iloc[[row]]
        truth = whole[self.pipeline.target.name].iloc[0] if self.pipeline.target.name in whole else None
        return whole[list(self.names)], None if pd.isna(truth) else str(truth)

    @cached_property
    def _rest(self) -> pd.DataFrame:
        """The whole table: for rows that are in neither part, of the validation part or without a target."""
        schema = self.dataset.info.schema
        target = [self.pipeline.target.name] if self.pipeline.target.name in schema.names else []
        return self.dataset.table([*self.names, *target])


_held: Subject | None = None
_held_in: str = ""


def opened(workspace: Workspace, model: str, version: str = "", dataset: str = "") -> Subject:
    """Open a version and its rows; the last one stays open in this process, for the next question.

    Raises:
        ModelError: its files cannot be used, or its dataset is not here.
        UsageError: it was trained elsewhere, and no dataset is named; or there is no such column.
        TrainingError: the split is not as it was.
    """
    global _held, _held_in  # noqa: PLW0603 - what a process keeps between two questions
    id_ = workspace.model(model).id
    commit = workspace.shelf.find(id_, version or "current")
    key = f"{workspace.root}|{dataset}"
    if _held is None or (_held.model, _held.version, _held_in) != (id_, commit, key):
        _held = None  # first: two large tables need not be in the memory at once
        _held, _held_in = _open(workspace, id_, commit, dataset), key
    return _held


def _open(workspace: Workspace, model: str, commit: str, dataset: str) -> Subject:
    with workspace.shelf.opened(model) as repository:
        description = description_of(repository, commit)
    pipeline = load_model(workspace.shelf.files(model, commit)).pipeline
    if description.experiment is None or dataset:
        if not dataset:
            raise ModelError(
                "This version was trained elsewhere: which rows it was tested on is not known.", hint=_ELSEWHERE
            )
        given = workspace.dataset(dataset)
        part = _whole(pipeline, given)
        return Subject(model, commit, description, pipeline, given, part, part)
    from aetheron_desktop.engine.training.preparation import read

    origin = origin_of(workspace, model, commit, hint=_ELSEWHERE)
    material = read(origin.plan, origin.dataset, _hush)
    names = [column.name for column in pipeline.columns.columns]
    parts = [
        Part(material.table.iloc[places][names], material.rows[places], material.y[places])
        for places in (material.parts.train, material.parts.test)
    ]
    learned, test = parts
    return Subject(model, commit, description, pipeline, origin.dataset, learned, test, material)


def _whole(pipeline: FittedPipeline, dataset: Dataset) -> Part:
    """Give the rows of a dataset in which the target is known."""
    schema = dataset.info.schema
    names = [column.name for column in pipeline.columns.columns]
    target = schema.column(pipeline.target.name).name
    table = dataset.table([*(schema.column(name).name for name in names), target])
    if pipeline.classes:
        place = {label: at for at, label in enumerate(pipeline.classes)}
        found = np.asarray(words(table[target]).map(place), dtype=np.float64)
    else:
        found = numbers(table[target])
    rows = np.flatnonzero(~np.isnan(found))
    if not len(rows):
        raise UsageError(
            f"No row of {dataset.info.name} has a value of {target!r} that the model knows.",
            hint="Name a dataset with the target that the model was trained for.",
        )
    y = found[rows].astype(np.int64) if pipeline.classes else found[rows]
    return Part(table.iloc[rows][names], rows, y)


def _hush(text: str) -> None:
    """What is decided when rows are read was told when the model was trained."""


def cell(value: Any) -> Cell:
    """Give a cell of a table as an answer tells it."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.integer | np.floating):
        number = float(value)
        return None if np.isnan(number) else number
    return value.isoformat() if isinstance(value, pd.Timestamp) else str(value)


def cells_of(table: pd.DataFrame, names: tuple[str, ...]) -> list[tuple[Cell, ...]]:
    """Give the cells of each row, as an answer tells them."""
    columns = [[cell(value) for value in table[name]] for name in names]
    return list(zip(*columns, strict=True))
