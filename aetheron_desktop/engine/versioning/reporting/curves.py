"""The charts of a report, from stored predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.evaluation.curves.calibration import calibration_of
from aetheron_desktop.engine.evaluation.curves.confusion import confusion
from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
from aetheron_desktop.engine.evaluation.curves.histograms import histogram, score_histogram
from aetheron_desktop.engine.evaluation.curves.numbers import errors
from aetheron_desktop.engine.evaluation.curves.ranking import precision_recall, roc
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.versioning.reporting.drawing import Axes, Line, columns, dots, plot
from aetheron_desktop.engine.versioning.reporting.page import Figure, Section, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.curves.ranking import Curve
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

    Floats = NDArray[np.float64]

_POINTS = 300
"""So many points of a curve are as many as a page shows."""
_DOTS = 400
_CLASSES = 12
_UNIT = (0.0, 1.0)


def charts(predictions: TestPredictions) -> tuple[Section, ...]:
    """Give the sections with charts: how classes are told apart, or how far numbers are off."""
    if predictions.task == "regression":
        return (_of_numbers(predictions),)
    if predictions.task == "binary":
        return (_of_two(predictions), _confusion(predictions))
    return (_calibrated(predictions), _confusion(predictions))


def _of_two(told: TestPredictions) -> Section:
    cutoffs = Cutoffs(told.positive, told.score)
    positive = told.classes[1]
    found = roc(cutoffs, _POINTS), precision_recall(cutoffs, _POINTS)
    notes = [one.because for one in found if isinstance(one, Undefined)]
    shown: list[Figure] = []
    if not isinstance(found[0], Undefined):
        axes = Axes("false alarms among the others", f"found among {positive}", _UNIT, _UNIT)
        chart = _curve(found[0], axes, Line(((0.0, 0.0), (1.0, 1.0)), "guide"), "ROC curve")
        caption = f"ROC: area {found[0].area:.3f}. A point further up and left is better; the dashed line is guessing."
        shown.append(Figure(chart, caption))
    if not isinstance(found[1], Undefined):
        level = found[1].level
        axes = Axes(f"found among {positive} (recall)", "right among those told (precision)", _UNIT, _UNIT)
        chart = _curve(found[1], axes, Line(((0.0, level), (1.0, level)), "guide"), "Precision and recall")
        caption = f"Precision and recall: average precision {found[1].area:.3f}; guessing reaches {level:.3f}."
        shown.append(Figure(chart, caption))
    bars = score_histogram(told.positive, told.score)
    if not isinstance(bars, Undefined):
        counts = np.asarray(bars.counts, dtype=np.float64)
        rows = counts if len(counts) == 2 else counts.T
        shares = rows / np.maximum(rows.sum(axis=1, keepdims=True), 1.0)
        axes = Axes(
            f"probability of {positive}", "share of its rows", _span(bars.edges), (0.0, float(shares.max()) or 1.0)
        )
        chart = columns(axes, bars.edges.tolist(), shares.tolist(), name="Scores by class")
        shown.append(
            Figure(chart, f"Scores by class: {positive} in the second colour. The less they overlap, the better.")
        )
    return Section("How well the classes are told apart", tuple(notes), (*shown, *_calibration(told)))


def _calibrated(told: TestPredictions) -> Section:
    return Section("How far probabilities can be believed", (), _calibration(told))


def _calibration(told: TestPredictions) -> tuple[Figure, ...]:
    found = calibration_of(told)
    if isinstance(found, Undefined):
        return ()
    known = found.count > 0
    points = list(zip(found.said[known].tolist(), found.seen[known].tolist(), strict=True))
    band = (
        list(zip(found.said[known].tolist(), found.low[known].tolist(), strict=True)),
        list(zip(found.said[known].tolist(), found.high[known].tolist(), strict=True)),
    )
    axes = Axes("probability that was told", "share that came true", _UNIT, _UNIT)
    lines = (Line(((0.0, 0.0), (1.0, 1.0)), "guide"), Line(points))
    chart = plot(axes, lines, band=band, name="Calibration")
    caption = f"Calibration: expected error {found.error:.3f}. On the dashed line, what is told is what happens."
    return (Figure(chart, caption),)


def _confusion(told: TestPredictions) -> Section:
    found = confusion(told)
    counts = found.cells
    order = np.argsort(-counts.sum(axis=1), kind="stable")[:_CLASSES]
    chosen = np.sort(order)
    rows = []
    for actual in chosen:
        whole = int(counts[actual].sum())
        cells = [f"{int(counts[actual, said]):,}" for said in chosen]
        right = f"{100.0 * counts[actual, actual] / whole:.1f} %" if whole else "–"
        rows.append((found.classes[actual], *cells, right))
    names = tuple(found.classes[said] for said in chosen)
    table = Table(("is \\ predicted", *names, "right"), rows, len(names) + 1)
    more = f"The {len(chosen)} commonest of {len(found.classes)} classes." if len(chosen) < len(found.classes) else ""
    return Section("What is taken for what", (more,) if more else (), (table,))


def _of_numbers(told: TestPredictions) -> Section:
    # Single rows are raw data: what is drawn are means of many where there are many.
    order = np.argsort(told.predicted, kind="stable")
    groups = np.array_split(order, min(_DOTS, max(1, len(order) // 5)))
    points = [(float(told.predicted[one].mean()), float(told.truth[one].mean())) for one in groups if len(one)]
    low = min(min(point) for point in points)
    high = max(max(point) for point in points)
    axes = Axes("predicted", "actual", (low, high), (low, high))
    first = dots(axes, points, (Line(((low, low), (high, high)), "guide"),), name="Predicted and actual")
    shown = [
        Figure(first, "Predicted and actual: each point is the mean of neighbouring rows; on the line, they agree.")
    ]
    bars = histogram(errors(told))
    if not isinstance(bars, Undefined):
        counts = np.asarray(bars.counts, dtype=np.float64).reshape(-1, len(bars.edges) - 1)
        axes = Axes("predicted less actual", "rows", _span(bars.edges), (0.0, float(counts.max()) or 1.0))
        shown.append(
            Figure(columns(axes, bars.edges.tolist(), counts[:1].tolist(), name="Errors"), "Errors: above 0, too high.")
        )
    return Section("How far the numbers are off", (), tuple(shown))


def _curve(found: Curve, axes: Axes, guide: Line, name: str) -> str:
    points = list(zip(found.x.tolist(), found.y.tolist(), strict=True))
    band = None
    if found.low is not None and found.high is not None:
        band = (
            list(zip(found.x.tolist(), found.low.tolist(), strict=True)),
            list(zip(found.x.tolist(), found.high.tolist(), strict=True)),
        )
    return plot(axes, (guide, Line(points)), band=band, name=name)


def _span(edges: Floats | Sequence[float]) -> tuple[float, float]:
    return float(edges[0]), float(edges[-1])
