"""Each class by itself: how often it is found, and how often it is rightly said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from aetheron_desktop.engine.evaluation.curves import decisions
from aetheron_desktop.engine.evaluation.curves.confusion import confusion
from aetheron_desktop.engine.evaluation.intervals import intervals_of
from aetheron_desktop.engine.evaluation.ranked import RankArea

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.curves.decisions import Estimate
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

    Floats = NDArray[np.float64]


class Figure(msgspec.Struct, frozen=True):
    """A value with its limits at 95 %; None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


class ClassMeasured(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="class"):
    """Of ``rows`` rows the class is true, of ``predicted`` it is said; ``roc_auc`` is against all others."""

    name: str
    rows: int
    predicted: int
    precision: Figure
    recall: Figure
    specificity: Figure
    f1: Figure
    roc_auc: Figure = Figure(None)


def by_class(
    predictions: TestPredictions, threshold: float | None = None, *, with_areas: bool = True
) -> Iterator[ClassMeasured]:
    """Measure each class against the others, in their order; ``with_areas`` takes a sort for each."""
    cells = confusion(predictions, threshold).cells.astype(np.float64)
    rows, said = cells.sum(axis=1), cells.sum(axis=0)
    total = float(cells.sum())
    # Each class against all others is a matrix of two.
    hits = np.diagonal(cells)
    pairs = np.stack([np.stack([total - rows - said + hits, said - hits], -1), np.stack([rows - hits, hits], -1)], -2)
    measures: tuple[Callable[[Floats], Estimate], ...] = (
        decisions.precision,
        decisions.recall,
        decisions.specificity,
        decisions.f_beta,
    )
    found = [measure(pairs) for measure in measures]
    for place, name in enumerate(predictions.classes):
        precision, recall, specificity, f1 = (_figure(*(float(each[place]) for each in one)) for one in found)
        yield ClassMeasured(
            name=name,
            rows=int(rows[place]),
            predicted=int(said[place]),
            precision=precision,
            recall=recall,
            specificity=specificity,
            f1=f1,
            roc_auc=area_of(predictions, place) if with_areas else Figure(None),
        )


def area_of(predictions: TestPredictions, label: int) -> Figure:
    """Give the ROC AUC of the class ``label`` against all others (DeLong's interval)."""
    area = RankArea(predictions.truth == label, predictions.predicted[:, label])
    if not np.isfinite(area.value):
        return Figure(None)
    return Figure(area.value, *intervals_of({"roc_auc": area}, len(predictions))["roc_auc"])


def _figure(value: float, low: float, high: float) -> Figure:
    return Figure(value, low, high) if np.isfinite(value) else Figure(None)
