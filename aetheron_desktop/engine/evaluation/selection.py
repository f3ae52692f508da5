"""Rows that are meant by a place in a plot: a cell, a bar, a part of an axis; numpy alone.

A rule says which rows in words and finds them again at another threshold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

import numpy as np

from aetheron_desktop.engine.evaluation.digits import short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

Value: TypeAlias = Literal["actual", "predicted", "residual", "error"]
"""Of a number: what was, what was predicted, predicted less actual, and how far that is."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Rows of a class ``actual`` for which ``predicted`` was said; None is any class."""

    actual: int | None = None
    predicted: int | None = None


@dataclass(frozen=True, slots=True)
class Classes:
    """Rows of one of the classes ``actual`` for which one of ``predicted`` was said, called by a name."""

    actual: tuple[int, ...]
    predicted: tuple[int, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows whose probability of the class ``label`` is at least ``low`` and below ``high``, or 1 where that is 1.

    With ``is_of_label`` only those of that class, or only those of others.
    """

    label: int
    low: float
    high: float
    is_of_label: bool | None = None


@dataclass(frozen=True, slots=True)
class Against:
    """Rows of the class ``label`` or of the rest that are told, or not told, as it from the rest at the threshold."""

    label: int
    is_of_label: bool
    is_told: bool


@dataclass(frozen=True, slots=True)
class Within:
    """Rows of numbers whose values lie within all of the ranges, ends included."""

    ranges: tuple[tuple[Value, float, float], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Single rows, by their places among the predictions, called by a name."""

    places: tuple[int, ...]
    name: str


Rule: TypeAlias = Cell | Classes | Scored | Against | Within | Rows


def places(rule: Rule, predictions: TestPredictions, threshold: float | None = None) -> Indices:
    """Give the places of the rows that are meant, ascending; ``threshold`` decides between two classes."""
    match rule:
        case Cell(actual, predicted):
            kept = np.ones(len(predictions), dtype=bool)
            if actual is not None:
                kept &= predictions.truth == actual
            if predicted is not None:
                kept &= predictions.decided(threshold) == predicted
        case Classes(actual_ones, said_ones):
            kept = np.isin(predictions.truth, actual_ones) & np.isin(predictions.decided(threshold), said_ones)
        case Scored(label, low, high, is_of_label):
            score = predictions.predicted[:, label]
            kept = (score >= low) & ((score < high) | (high >= 1.0))
            if is_of_label is not None:
                kept &= (predictions.truth == label) == is_of_label
        case Against(label, is_of_label, is_told):
            cut = 0.5 if threshold is None else threshold
            kept = ((predictions.truth == label) == is_of_label) & ((predictions.predicted[:, label] >= cut) == is_told)
        case Within(ranges):
            kept = np.ones(len(predictions), dtype=bool)
            for value, low, high in ranges:
                each = values(predictions, value)
                kept &= (each >= low) & (each <= high)
        case Rows(found):
            return np.array(sorted(found), dtype=np.int64)
        case _:
            assert_never(rule)
    return np.flatnonzero(kept)


def values(predictions: TestPredictions, value: Value) -> Floats:
    """Give one value of each row of numbers, (n,)."""
    match value:
        case "actual":
            return np.asarray(predictions.truth, dtype=np.float64)
        case "predicted":
            return predictions.predicted
        case "residual":
            return np.asarray(predictions.predicted - predictions.truth, dtype=np.float64)
        case "error":
            return np.asarray(np.abs(predictions.predicted - predictions.truth), dtype=np.float64)
        case _:
            assert_never(value)


def words(rule: Rule, predictions: TestPredictions) -> str:
    """Say which rows are meant, as part of a sentence."""
    names = predictions.classes
    match rule:
        case Cell(actual, predicted):
            said = [] if actual is None else [f"actual {names[actual]}"]
            return ", ".join(said if predicted is None else [*said, f"predicted {names[predicted]}"]) or "all rows"
        case Scored(label, low, high, is_of_label):
            of = "" if is_of_label is None else f"{'' if is_of_label else 'not '}{names[label]}, "
            return f"{of}probability of {names[label]} {short(low)} to {short(high)}"
        case Against(label, is_of_label, is_told):
            name = names[label]
            return f"actual {'' if is_of_label else 'not '}{name}, {'' if is_told else 'not '}told as {name}"
        case Within(ranges):
            return ", ".join(_range(*one) for one in ranges)
        case Rows(name=name) | Classes(name=name):
            return name
        case _:
            assert_never(rule)


def _range(value: Value, low: float, high: float) -> str:
    if math.isinf(high):
        return f"{value} from {short(low)}"
    return f"{value} up to {short(high)}" if math.isinf(low) else f"{value} {short(low)} to {short(high)}"
