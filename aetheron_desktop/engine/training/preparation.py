"""From a dataset and an experiment to rows that an estimator can learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.datasets.splitting.frozen_split import PARTS, parts_of, split_named, stored_cells
from aetheron_desktop.engine.datasets.splitting.split import Split, split_rows
from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators.base import Rows
from aetheron_desktop.engine.estimators.features import (
    Columns,
    categorical_positions,
    constant_columns,
    fitted,
    number_positions,
    numbers,
    ordered_positions,
    transformer,
    words,
)
from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
from aetheron_desktop.engine.estimators.quantiles import levels
from aetheron_desktop.engine.training.experiment import MAX_CLASSES, MIN_ROWS
from aetheron_desktop.engine.training.oddities import FEWEST, warn
from aetheron_desktop.engine.training.ranges import ranges
from aetheron_desktop.engine.training.sample_weight import read_weight

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Column, ColumnRange, Task
    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.estimators.monotone import Monotone
    from aetheron_desktop.engine.estimators.treatments import Style
    from aetheron_desktop.engine.training.experiment import Experiment

_YES: Final = frozenset({"yes", "y", "ja", "j", "oui", "o", "sí", "si", "s", "sim", "tak", "da", "ano", "igen", "true"})
_NO: Final = frozenset({"no", "n", "nein", "nee", "nej", "nei", "non", "não", "nie", "nu", "ne", "nem", "false"})


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What a model is about; ``classes`` are empty for regression, ``monotone`` the directions to be kept."""

    task: Task
    target: Column
    classes: tuple[str, ...]
    columns: Columns
    monotone: tuple[Monotone, ...] = ()

    def pipeline(self, transformer: Any, predictor: Predictor) -> FittedPipeline:
        """Give the way from the table's columns to predictions."""
        return FittedPipeline(self.columns, self.target, self.task, self.classes, transformer, predictor)


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """The test part, which no fit sees: the rows with all columns, what is true, and where they stand in the snapshot.

    ``baseline`` is what the dummy says of any row: (classes,) shares, or the mean as (1,). ``learned`` (m,) is the
    target of the training rows.
    """

    table: pd.DataFrame
    y: NDArray[Any]
    rows: NDArray[np.int64]
    baseline: NDArray[np.float64]
    learned: NDArray[Any]

    def dummy(self, count: int) -> NDArray[np.float64]:
        """Give what the dummy predicts for ``count`` rows."""
        return np.tile(self.baseline, (count, 1)) if len(self.baseline) > 1 else np.full(count, self.baseline[0])

    def dummy_limits(self, count: int, level: float) -> NDArray[np.float64]:
        """Give the limits that the dummy has for ``count`` rows: quantiles of the training rows, (count, 2)."""
        low, _, high = levels(level)
        return np.tile(np.quantile(self.learned, [low, high]), (count, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """The rows that have a target, and what each is for.

    ``table`` (n, columns) has them in the order of the snapshot, where they are ``rows``; ``y`` (n,) are class indices
    or values. ``parts`` are positions in ``table``. ``class_weight`` (classes,) and ``sample_weight`` (n,), with a mean
    of 1 over the training rows, are None when a row counts as a row.
    ``ranges`` are what the columns hold in the training rows.
    """

    subject: Subject
    table: pd.DataFrame
    y: NDArray[Any]
    rows: NDArray[np.int64]
    parts: Split
    class_weight: NDArray[np.float64] | None
    sample_weight: NDArray[np.float64] | None
    ranges: dict[str, ColumnRange]

    def exam(self) -> Exam:
        """Give the test part."""
        test, y = self.parts.test, self.y[self.parts.train]
        classes = len(self.subject.classes)
        baseline = np.bincount(y, minlength=classes) / len(y) if classes else np.array([float(y.mean())])
        return Exam(self.table.iloc[test], self.y[test], self.rows[test], baseline, y)

    def weight(self, places: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """Give what each of the rows at ``places`` counts; None when a row counts as a row."""
        by_class = None if self.class_weight is None else self.class_weight[self.y[places]]
        if self.sample_weight is None:
            return by_class
        return self.sample_weight[places] if by_class is None else self.sample_weight[places] * by_class


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Rows to learn from and to be judged by, and the fitted way from the table's columns to them.

    ``monotone`` are the positions of features with a direction, which is 1 or -1.
    """

    transformer: Any
    categorical: tuple[int, ...]
    numbers: range
    train: Rows
    valid: Rows
    monotone: tuple[tuple[int, int], ...] = ()


def read(
    experiment: Experiment,
    dataset: Dataset,
    say: Callable[[str], None],
    warning: Callable[[str], None] | None = None,
) -> Material:
    """Read and split; each decision on the way is told to ``say``, what should be looked at to ``warning``.

    Raises:
        TrainingError: the target or the columns leave nothing to learn.
    """
    schema = dataset.info.schema
    target = schema.column(experiment.target)
    columns_read = [*experiment.features, experiment.target]
    table = dataset.table([*columns_read, experiment.sample_weight] if experiment.sample_weight else columns_read)
    weight = _read_weight(experiment, table, say)
    rows = np.arange(len(table)) if weight is None else np.flatnonzero(weight)
    y, classes, filled = read_target(experiment, table[experiment.target].iloc[rows], target, say)
    rows = rows[filled]
    table = table.iloc[rows, : len(columns_read)].reset_index(drop=True)
    parts = read_parts(experiment, dataset, rows, y if classes else None, say)
    features = [schema.column(name) for name in experiment.features]
    constant = constant_columns(table.iloc[parts.train], features)
    if constant:
        say(f"Left out, because they have one value only: {', '.join(constant[:10])}{'…' if constant[10:] else ''}.")
    idle = set(constant)
    columns = Columns(tuple(column for column in features if column.name not in idle), experiment.treatments)
    if not columns.columns:
        raise TrainingError(
            "All chosen columns are empty, or have one value only.", hint="Choose other columns on the Data tab."
        )
    warn(table.iloc[parts.train], y[parts.train], columns.columns, classes, warning or say)
    return Material(
        subject=Subject(experiment.task, target, classes, columns, experiment.monotone),
        table=table,
        y=y,
        rows=rows,
        parts=parts,
        class_weight=_class_weight(experiment, y[parts.train], len(classes), say),
        # A model's regularization is set against the sum of all weights, whatever unit they have.
        sample_weight=None if weight is None else weight[rows] / weight[rows[parts.train]].mean(),
        ranges=ranges(table.iloc[parts.train], columns.columns),
    )


def refuse_target(experiment: Experiment, dataset: Dataset) -> None:
    """Refuse a target that cannot be learned, by its values and weights alone: before anything is started.

    Raises:
        TrainingError: it leaves nothing to learn; the words say why.
    """
    column = dataset.info.schema.column(experiment.target)
    table = dataset.table([column.name, experiment.sample_weight] if experiment.sample_weight else [column.name])
    weight = _read_weight(experiment, table, lambda text: None)
    counted = table[column.name] if weight is None else table[column.name].iloc[np.flatnonzero(weight)]
    read_target(experiment, counted, column, lambda text: None)


def prepare(
    material: Material,
    style: Style,
    seed: int,
    train: NDArray[np.int64] | None = None,
    valid: NDArray[np.int64] | None = None,
) -> Prepared:
    """Turn the rows ``train`` and ``valid`` (positions in the table; by default the parts) to numbers.

    Raises:
        TrainingError: the columns leave nothing to learn.
    """
    train = material.parts.train if train is None else train
    valid = material.parts.valid if valid is None else valid
    columns = material.subject.columns
    frames = [columns.frame(material.table.iloc[part]) for part in (train, valid)]
    y = material.y
    made = transformer(columns, frames[0], style, seed, len(material.subject.classes))
    train_X = fitted(made, frames[0], y[train])
    return Prepared(
        transformer=made,
        categorical=categorical_positions(made) if style in {"tree", "embedded"} else (),
        numbers=number_positions(made),
        train=Rows(_dense(train_X), y[train], material.weight(train)),
        # Weighted as the fit is: the best step must be best at what is being learned.
        valid=Rows(_dense(made.transform(frames[1])), y[valid], material.weight(valid)),
        monotone=directions(made, material.subject.monotone),
    )


def directions(made: Any, wanted: Sequence[Monotone]) -> tuple[tuple[int, int], ...]:
    """Give the positions of the features that shall have a direction, 1 or -1, in what a fitted transformer makes."""
    if not wanted:
        return ()
    places = ordered_positions(made)
    # One that has a single value was left out, and no prediction changes with it.
    return tuple((places[one.column], 1 if one.sign == "+" else -1) for one in wanted if one.column in places)


def _read_weight(experiment: Experiment, table: pd.DataFrame, say: Callable[[str], None]) -> NDArray[np.float64] | None:
    if not experiment.sample_weight:
        return None
    wanted = table[experiment.target].notna().to_numpy(dtype=bool)
    return read_weight(table[experiment.sample_weight], wanted, experiment.sample_weight, say)


def read_parts(
    experiment: Experiment,
    dataset: Dataset,
    rows: NDArray[np.int64],
    classes: NDArray[np.int64] | None,
    say: Callable[[str], None],
) -> Split:
    """Part the ``rows`` of the snapshot that have a target, as the experiment's split says.

    Raises:
        TrainingError: the split is not as it was, or leaves a part empty.
    """
    plan = experiment.split
    if plan.frozen is None:
        strata = classes if plan.stratify else None
        return split_rows(len(rows), valid=plan.valid, test=plan.test, seed=experiment.seed, strata=strata)
    frozen = split_named(dataset, plan.frozen)
    if plan.hash and plan.hash != frozen.hash:
        raise TrainingError(
            f"The split “{plan.frozen}” is not the one that was chosen.", hint="Choose the split again, and train anew."
        )
    parts = parts_of(stored_cells(dataset, frozen), frozen, plan.fold)[rows]
    made = Split(*(np.flatnonzero(parts == number) for number in range(3)))
    for name, part in zip(PARTS, made, strict=True):
        if not len(part):
            raise TrainingError(f"The split “{plan.frozen}” leaves no row for {name}.", hint="Choose another split.")
    if classes is not None:
        unseen = np.setdiff1d(classes, classes[made.train])
        if len(unseen):
            raise TrainingError(
                f"{len(unseen)} of the classes {'comes' if len(unseen) == 1 else 'come'} in no row of the training "
                f"part of “{plan.frozen}”.",
                hint="Choose a split in which each class can be learned.",
            )
    say(f"Split “{plan.frozen}”: {frozen.sentence()}.")
    return made


def _dense(X: Any) -> NDArray[np.float64]:
    return np.ascontiguousarray(X, dtype=np.float64)


def read_target(
    experiment: Experiment, values: pd.Series, target: Column, say: Callable[[str], None]
) -> tuple[NDArray[Any], tuple[str, ...], NDArray[np.bool_]]:
    """Give the target of the filled rows, the classes, and which rows are filled.

    Raises:
        TrainingError: it leaves nothing to learn.
    """
    if experiment.task == "regression":
        found = numbers(values)
        filled = ~np.isnan(found)
        if not filled.any() and values.notna().any():
            raise TrainingError(
                f"The target {target.name!r} holds no numbers, but for example {str(values.dropna().iloc[0])!r}.",
                hint="Choose a column of numbers, or a classification.",
            )
        y: NDArray[Any] = found[filled]
        classes: tuple[str, ...] = ()
    else:
        filled = values.notna().to_numpy(dtype=bool)
        labels, y = np.unique(words(values[filled]).to_numpy(dtype=str), return_inverse=True)
        classes = _ordered(labels, experiment.positive)
        if list(classes) != list(labels):
            place = {label: index for index, label in enumerate(classes)}
            y = np.array([place[label] for label in labels], dtype=np.int64)[y]
        y = y.astype(np.int64)
    if gone := int((~filled).sum()):
        say(f"{gone:,} rows have no value of the target {target.name!r} and are left out.")
    _check(experiment, y, classes)
    return y, classes, filled


def _ordered(labels: NDArray[Any], positive: str | None) -> tuple[str, ...]:
    """Give labels in the order people count them: numbers by size, words by the alphabet, ``positive`` last.

    Raises:
        TrainingError: ``positive`` is none of them.
    """
    known = [str(label) for label in labels]
    try:
        known.sort(key=float)
    except ValueError:
        known.sort()
    positive = positive or _affirmed(known)
    if positive is None:
        return tuple(known)
    if positive not in known:
        raise TrainingError(f"The target has no class {positive!r}.", hint=f"It has: {', '.join(known[:20])}.")
    return (*(label for label in known if label != positive), positive)


def _affirmed(labels: Sequence[str]) -> str | None:
    """Give the yes of a yes and a no; the alphabet puts that of some languages first."""
    said = [label for label in labels if label.casefold() in _YES]
    return said[0] if len(labels) == 2 and len(said) == 1 and any(one.casefold() in _NO for one in labels) else None


def _check(experiment: Experiment, y: NDArray[Any], classes: tuple[str, ...]) -> None:
    name = repr(experiment.target)
    if len(y) < MIN_ROWS:
        raise TrainingError(
            f"The target {name} is filled in {len(y)} rows, and at least {MIN_ROWS} are needed to train, validate "
            "and test.",
            hint="Import more rows, or choose another target.",
        )
    if experiment.task == "regression":
        if np.ptp(y) == 0:
            raise TrainingError(f"The target {name} has one value only.", hint="Choose another target.")
        return
    if len(classes) < 2:
        raise TrainingError(f"The target {name} has one class only.", hint="Choose another target.")
    if experiment.task == "binary" and len(classes) != 2:
        raise TrainingError(f"The target {name} has {len(classes):,} classes, not two.", hint="Choose multiclass.")
    if experiment.task == "binary" and (rarest := int(np.bincount(y).min())) < FEWEST:
        raise TrainingError(
            f"The class {classes[int(np.bincount(y).argmin())]!r} of the target {name} has {rarest:,} "
            f"{'row' if rarest == 1 else 'rows'}; at least {FEWEST} are needed to learn it, to choose by it and to "
            "test it.",
            hint="Add rows of it, or choose another target.",
        )
    if len(classes) > MAX_CLASSES:
        raise TrainingError(
            f"The target {name} has {len(classes):,} classes; {MAX_CLASSES:,} are the most.",
            hint="Choose regression if it is a number, or another target.",
        )


def _class_weight(
    experiment: Experiment, y: NDArray[Any], classes: int, say: Callable[[str], None]
) -> NDArray[np.float64] | None:
    """Give the weight of each class, (classes,), or None when a row counts as a row."""
    if not classes:
        return None
    counts = np.bincount(y, minlength=classes)
    if experiment.class_weight == "balanced":
        balanced: NDArray[np.float64] = len(y) / (classes * np.maximum(counts, 1))
        return balanced
    share = counts.min() / len(y)
    if share < 0.5 / classes / 2:
        say(
            f"The classes are unbalanced: the rarest has {share:.1%} of the rows. "
            "Class weights (balanced) make rare classes count more."
        )
    return None
