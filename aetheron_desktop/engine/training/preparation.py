"""From a dataset and an experiment to rows that an estimator can learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aetheron_desktop.engine.datasets.splitting.frozen_split import PARTS, parts_of, split_named, stored_cells
from aetheron_desktop.engine.datasets.splitting.split import Split, split_rows
from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators.base import Rows
from aetheron_desktop.engine.estimators.features import (
    Columns,
    Style,
    categorical_positions,
    constant_columns,
    number_positions,
    numbers,
    transformer,
    words,
)
from aetheron_desktop.engine.training.experiment import MAX_CLASSES, MIN_ROWS
from aetheron_desktop.engine.training.ranges import ranges

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Column, ColumnRange
    from aetheron_desktop.engine.training.experiment import Experiment


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Tables and targets of the three parts, and the fitted way from the one to the other."""

    target: Column
    classes: tuple[str, ...]
    columns: Columns
    transformer: Any
    categorical: tuple[int, ...]
    numbers: range
    train: Rows
    valid: Rows
    test_table: pd.DataFrame
    test_y: NDArray[Any]
    test_rows: NDArray[np.int64]
    ranges: dict[str, ColumnRange]


def prepare(experiment: Experiment, dataset: Dataset, style: Style, say: Callable[[str], None]) -> Prepared:
    """Read, split and transform; each decision on the way is told to ``say``.

    Raises:
        TrainingError: the target or the columns leave nothing to learn.
    """
    schema = dataset.info.schema
    target = schema.column(experiment.target)
    table = dataset.table([*experiment.features, experiment.target])
    y, classes, filled = read_target(experiment, table[experiment.target], target, say)
    rows = np.flatnonzero(filled)
    table = table.iloc[rows].reset_index(drop=True)
    parts = read_parts(experiment, dataset, rows, y if classes else None, say)
    features = [schema.column(name) for name in experiment.features]
    constant = constant_columns(table.iloc[parts.train], features)
    if constant:
        say(f"Left out, because they have one value only: {', '.join(constant[:10])}{'…' if constant[10:] else ''}.")
    columns = Columns(tuple(column for column in features if column.name not in set(constant)))
    if not columns.columns:
        raise TrainingError("All chosen columns have one value only.", hint="Choose other columns.")
    frames = [columns.frame(table.iloc[part]) for part in (parts.train, parts.valid)]
    fitted = transformer(columns, frames[0], style, experiment.seed)
    train_X = fitted.fit_transform(frames[0])
    weight = _weights(experiment, y[parts.train], len(classes), say)
    valid_y = y[parts.valid]
    return Prepared(
        target=target,
        classes=classes,
        columns=columns,
        transformer=fitted,
        categorical=categorical_positions(fitted) if style == "tree" else (),
        numbers=number_positions(fitted, columns),
        train=Rows(_dense(train_X), y[parts.train], None if weight is None else weight[y[parts.train]]),
        # Weighted as the fit is: the best step must be best at what is being learned.
        valid=Rows(_dense(fitted.transform(frames[1])), valid_y, None if weight is None else weight[valid_y]),
        test_table=table.iloc[parts.test],
        test_y=y[parts.test],
        test_rows=rows[parts.test],
        ranges=ranges(table.iloc[parts.train], columns.columns),
    )


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
                f"{len(unseen)} of the classes come in no row of the training part of “{plan.frozen}”.",
                hint="Choose a split in which each class can be learned.",
            )
    say(f"Split “{plan.frozen}”: {frozen.sentence()}.")
    return made


def describe(split: Split) -> dict[str, int]:
    """Count the rows of each part."""
    return {name: len(part) for name, part in split._asdict().items()}


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
    if positive is None:
        return tuple(known)
    if positive not in known:
        raise TrainingError(f"The target has no class {positive!r}.", hint=f"It has: {', '.join(known[:20])}.")
    return (*(label for label in known if label != positive), positive)


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
    if len(classes) > MAX_CLASSES:
        raise TrainingError(
            f"The target {name} has {len(classes):,} classes; {MAX_CLASSES:,} are the most.",
            hint="Choose regression if it is a number, or another target.",
        )


def _weights(
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
