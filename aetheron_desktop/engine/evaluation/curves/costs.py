"""What predictions of two classes cost, or bring, at each threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.datasets.profiles.sampling import Z
from aetheron_desktop.engine.evaluation.curves.ranking import Curve
from aetheron_desktop.engine.evaluation.curves.thinning import POINTS, thinned
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.curves.cutoffs import Counts, Cutoffs

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prices:
    """What one row costs by what it is and what is predicted for it; what it brings is a negative cost."""

    hit: float = 0.0
    false_alarm: float = 1.0
    miss: float = 1.0
    rejection: float = 0.0

    @property
    def fair_threshold(self) -> float | None:
        """The threshold that costs least where probabilities are right (Elkan 2001); None where none is better."""
        alarm, miss = self.false_alarm - self.rejection, self.miss - self.hit
        return alarm / (alarm + miss) if alarm > 0.0 and miss > 0.0 else None

    def total(self, counts: Counts) -> Floats:
        """Give what all rows cost together at each threshold."""
        made: Floats = (
            self.hit * counts.tp + self.false_alarm * counts.fp + self.rejection * counts.tn + self.miss * counts.fn
        )
        return made

    def error(self, counts: Counts) -> Floats:
        """Give the standard error of what a row costs on average, as of half a row more of each of the four kinds.

        Without these, few rows of the dearest kind would tell too little of it (Agresti and Coull 1998).
        """
        counts = counts._replace(**{name: getattr(counts, name) + 0.5 for name in counts._fields})
        rows = counts.tp + counts.fp + counts.tn + counts.fn
        mean = self.total(counts) / rows
        each = (self.hit, self.false_alarm, self.rejection, self.miss)
        squares = sum(count * np.square(price - mean) for count, price in zip(counts, each, strict=True))
        made: Floats = np.sqrt(squares / np.maximum(rows - 1.0, 1.0) / rows)
        return made


@dataclass(frozen=True, slots=True, eq=False)
class CostCurve:
    """What a row costs on average (y) by threshold (x, rising), with ``best``, the threshold that costs least.

    ``all_cost`` and ``none_cost`` are what it costs to predict the positive class always and never. The band of
    :attr:`curve` is of each threshold by itself; the best one was looked for on these rows, and will cost a little more
    on others.
    """

    curve: Curve
    best: float
    best_cost: float
    best_low: float
    best_high: float
    all_cost: float
    none_cost: float
    rows: float


def costs(cutoffs: Cutoffs, prices: Prices, points: int = POINTS) -> CostCurve | Undefined:
    """Give what a row costs at each threshold; profit is its negative."""
    if not len(cutoffs):
        return Undefined("There are no rows.")
    if not np.isfinite([prices.hit, prices.false_alarm, prices.miss, prices.rejection]).all():
        return Undefined("A cost is not a number.")
    counts = cutoffs.at_each()
    rows = cutoffs.positives + cutoffs.negatives
    each = prices.total(counts) / rows
    cuts = between_scores(cutoffs)
    place = best_place(-each, cuts)
    x, y, half = cuts[::-1], each[::-1], Z * prices.error(counts)[::-1]
    kept = thinned(x, y, points)
    # The lowest point is what the curve is drawn for.
    kept = np.unique(np.append(kept, len(y) - 1 - place))
    width = Z * float(prices.error(counts)[place])
    return CostCurve(
        Curve(x[kept], y[kept], x[kept], y[kept] - half[kept], y[kept] + half[kept]),
        best=float(cuts[place]),
        best_cost=float(each[place]),
        best_low=float(each[place]) - width,
        best_high=float(each[place]) + width,
        all_cost=float(each[-1]),
        none_cost=float(each[0]),
        rows=rows,
    )


def between_scores(cutoffs: Cutoffs) -> Floats:
    """Give a threshold for each of the counts of :meth:`.Cutoffs.at_each`, half way to the next score, from 1 to 0.

    Scores may lie beyond: then the ends do, too.
    """
    scores = cutoffs.thresholds
    top = (1.0 + scores[0]) / 2.0 if scores[0] < 1.0 else np.nextafter(scores[0], np.inf)
    bottom = scores[-1] / 2.0 if scores[-1] > 0.0 else scores[-1]
    return np.concatenate(([top], (scores[:-1] + scores[1:]) / 2.0, [bottom]))


def best_place(value: Floats, cuts: Floats) -> int:
    """Give the place of the largest value; among equals that whose threshold is next to 0.5."""
    equals = np.flatnonzero(value >= np.nanmax(value) - 1e-12 * max(1.0, abs(float(np.nanmax(value)))))
    return int(equals[np.argmin(np.abs(cuts[equals] - 0.5))])
