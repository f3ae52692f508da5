"""A metric of two classes by threshold, and all of them at one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.evaluation.curves.costs import best_place, between_scores
from aetheron_desktop.engine.evaluation.curves.decisions import AT_THRESHOLD, Estimate, cells_of, value_at
from aetheron_desktop.engine.evaluation.curves.ranking import Curve
from aetheron_desktop.engine.evaluation.curves.thinning import POINTS, thinned
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined

if TYPE_CHECKING:
    from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdCurve:
    """A metric (y) by threshold (x, rising) with its band, and the threshold at which it is best on these rows."""

    curve: Curve
    best: float
    best_value: float


def metrics_at(cutoffs: Cutoffs, threshold: float) -> dict[str, Estimate]:
    """Give every metric that the threshold changes, each a number with its limits; NaN where it is not defined."""
    cells = cells_of(cutoffs.counts(threshold))
    return {name: measure(cells) for name, measure in AT_THRESHOLD.items()}


def against_threshold(cutoffs: Cutoffs, name: str, points: int = POINTS) -> ThresholdCurve | Undefined:
    """Give the metric ``name``, one of :data:`.AT_THRESHOLD`, at every threshold that makes a difference."""
    if not len(cutoffs):
        return Undefined("There are no rows.")
    counts = cutoffs.at_each()
    cuts = between_scores(cutoffs)
    value = value_at(name, counts)
    known = np.flatnonzero(np.isfinite(value))
    if not len(known):
        return Undefined(
            "No row is of the class that it looks for." if name != "kappa" else "All rows are of one class."
        )
    place = best_place(value[known], cuts[known])
    x, y = cuts[known][::-1], value[known][::-1]
    kept = np.unique(np.append(thinned(x, y, points), len(y) - 1 - place))
    chosen = known[::-1][kept]
    drawn = AT_THRESHOLD[name](cells_of(type(counts)(*(each[chosen] for each in counts))))
    curve = Curve(x[kept], y[kept], x[kept], drawn.low, drawn.high)
    return ThresholdCurve(curve, float(cuts[known][place]), float(value[known][place]))
