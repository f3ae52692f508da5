"""How well a score ranks the rows of one class above the others: ROC, precision and recall, gain, lift, KS, DET.

Each curve is thinned to what can be drawn, and each of its points has the threshold that it stands for, so that a click
finds counts and rows (:class:`.cutoffs.Cutoffs`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.evaluation.curves.bands import added, share_limits, share_of
from aetheron_desktop.engine.evaluation.curves.thinning import POINTS, hull, thinned
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.distributions import normal_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.curves.cutoffs import Counts, Cutoffs

    Floats = NDArray[np.float64]

BAND: Final = (
    "Wilson's intervals of both shares, put together (Zou and Donner 2008); 95 % at each point, not of the whole curve."
)


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Points (p,) with the ``threshold`` from which on rows are predicted positive there; infinite above all scores.

    ``low`` and ``high`` (p,) are the band where there is one. ``area`` is that under all points, not those that are
    drawn, and ``level`` what a guess reaches: a share, a lift of 1, or NaN where it is the diagonal.
    """

    x: Floats
    y: Floats
    threshold: Floats
    low: Floats | None = None
    high: Floats | None = None
    area: float = float("nan")
    level: float = float("nan")

    def nearest(self, x: float, y: float) -> int:
        """Give the place of the point that is nearest, both axes counting by what the curve spans."""
        wide, tall = (float(np.ptp(side)) or 1.0 for side in (self.x, self.y))
        return int(np.argmin(((self.x - x) / wide) ** 2 + ((self.y - y) / tall) ** 2))

    def at(self, threshold: float) -> int:
        """Give the place of the point at ``threshold``: the one with the lowest threshold that is no lower."""
        return int(np.argmin(np.where(self.threshold >= threshold, self.threshold, np.inf)))


@dataclass(frozen=True, slots=True)
class Farthest:
    """Kolmogorov's and Smirnov's distance of the classes: the largest difference of the shares, and where it lies."""

    distance: float
    threshold: float
    positive_share: float
    negative_share: float


def roc(cutoffs: Cutoffs, points: int = POINTS) -> Curve | Undefined:
    """Give the share of positives found (y) over the share of false alarms among the negatives (x)."""
    if missing := _missing(cutoffs):
        return missing
    fpr, tpr = _shares(cutoffs)
    kept = thinned(fpr, tpr, points)
    x, y = fpr[kept], tpr[kept]
    own = share_limits(y * cutoffs.positives, cutoffs.positives)
    left, right = share_limits(x * cutoffs.negatives, cutoffs.negatives)
    # How high the curve is where the share of false alarms may really be.
    along = np.interp(left, fpr, tpr), np.interp(right, fpr, tpr)
    low, high = added(y, own, (np.minimum(along[0], y), np.maximum(along[1], y)))
    return Curve(
        x, y, _thresholds(cutoffs)[kept], np.maximum(low, 0.0), np.minimum(high, 1.0), float(np.trapezoid(tpr, fpr))
    )


def roc_hull(cutoffs: Cutoffs) -> Curve | Undefined:
    """Give the corners of the convex hull of the ROC curve: the only points that any costs can make the best."""
    if missing := _missing(cutoffs):
        return missing
    fpr, tpr = _shares(cutoffs)
    kept = hull(fpr, tpr)
    return Curve(fpr[kept], tpr[kept], _thresholds(cutoffs)[kept], area=float(np.trapezoid(tpr[kept], fpr[kept])))


def precision_recall(cutoffs: Cutoffs, points: int = POINTS) -> Curve | Undefined:
    """Give precision (y) over recall (x), from the highest threshold on; its area is the average precision.

    The first point is where nothing is found yet, with the precision of the highest score. ``level`` is the share of
    positives, the precision of guessing.
    """
    if not cutoffs.positives:
        return _without_positives(cutoffs)
    told = cutoffs.tp + cutoffs.fp
    precision, recall = cutoffs.tp / told, cutoffs.tp / cutoffs.positives
    area = float(np.sum(np.diff(recall, prepend=0.0) * precision))
    x, y, places = np.append(0.0, recall), np.append(precision[0], precision), np.append(0, np.arange(len(recall)))
    kept = thinned(x, y, points)
    at = places[kept]
    prevalence = cutoffs.positives / (cutoffs.positives + cutoffs.negatives)
    return Curve(x[kept], y[kept], cutoffs.thresholds[at], *_precision_limits(cutoffs, at), area=area, level=prevalence)


def gain(cutoffs: Cutoffs, points: int = POINTS) -> Curve | Undefined:
    """Give the share of the positives that are found (y) among the rows with the highest scores, as a share (x)."""
    if not cutoffs.positives:
        return _without_positives(cutoffs)
    share, found = _taken(cutoffs)
    kept = thinned(share, found, points)
    low, high = _found_limits(cutoffs, kept)
    return Curve(
        share[kept], found[kept], _thresholds(cutoffs)[kept], low, high, area=float(np.trapezoid(found, share))
    )


def lift(cutoffs: Cutoffs, points: int = POINTS) -> Curve | Undefined:
    """Give how many times more positives there are among the highest scores than among all rows (y), by their share."""
    if not cutoffs.positives:
        return _without_positives(cutoffs)
    share, found = _taken(cutoffs)
    kept = thinned(share, found, points)
    kept = kept[kept > 0]
    low, high = _found_limits(cutoffs, kept)
    x = share[kept]
    return Curve(x, found[kept] / x, _thresholds(cutoffs)[kept], low / x, high / x, level=1.0)


def farthest(cutoffs: Cutoffs) -> Farthest | Undefined:
    """Give where the shares of both classes that lie above a threshold differ most."""
    if missing := _missing(cutoffs):
        return missing
    fpr, tpr = _shares(cutoffs)
    place = int(np.argmax(tpr - fpr))
    return Farthest(
        float(tpr[place] - fpr[place]), float(_thresholds(cutoffs)[place]), float(tpr[place]), float(fpr[place])
    )


def below(cutoffs: Cutoffs, points: int = POINTS) -> tuple[Curve, Curve] | Undefined:
    """Give the shares of the positives and of the negatives (y) whose score is below a threshold (x), which rises."""
    if missing := _missing(cutoffs):
        return missing
    made = []
    for share in _shares(cutoffs)[::-1]:
        x, y = cutoffs.thresholds[::-1], (1.0 - share[1:])[::-1]
        kept = thinned(x, y, points)
        made.append(Curve(x[kept], y[kept] + 0.0, x[kept]))
    return made[0], made[1]


def detection_errors(cutoffs: Cutoffs, points: int = POINTS) -> Curve | Undefined:
    """Give the share of positives that are missed (y) over that of false alarms (x): DET (Martin et al. 1997).

    Both axes are drawn by quantiles of the normal distribution, where a point on an edge lies at infinity; those are
    left out.
    """
    if missing := _missing(cutoffs):
        return missing
    fpr, tpr = _shares(cutoffs)
    inside = np.flatnonzero((fpr > 0.0) & (fpr < 1.0) & (tpr > 0.0) & (tpr < 1.0))
    if not len(inside):
        return Undefined("The score tells the classes apart without an error, or not at all: nothing is to weigh.")
    fpr, tpr = fpr[inside], tpr[inside]
    kept = thinned(fpr, tpr, points)
    return Curve(fpr[kept], 1.0 - tpr[kept], _thresholds(cutoffs)[inside][kept])


def on_normal_axes(curve: Curve) -> Curve:
    """Give a curve of shares, none of them 0 or 1, with each at its quantile of the normal distribution."""
    x, y = (np.array([normal_place(float(share)) for share in side]) for side in (curve.x, curve.y))
    return Curve(x, y, curve.threshold)


def normal_place(share: float) -> float:
    """Give the quantile of the normal distribution that has ``share`` below it; NaN of all and of nothing."""
    return normal_quantile(share) if 0.0 < share < 1.0 else math.nan


def _shares(cutoffs: Cutoffs) -> tuple[Floats, Floats]:
    counts: Counts = cutoffs.at_each()
    return counts.fp / cutoffs.negatives, counts.tp / cutoffs.positives


def _taken(cutoffs: Cutoffs) -> tuple[Floats, Floats]:
    counts = cutoffs.at_each()
    return (counts.tp + counts.fp) / (cutoffs.positives + cutoffs.negatives), counts.tp / cutoffs.positives


def _found_limits(cutoffs: Cutoffs, kept: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Give the limits of the share found at the places ``kept``, where as many rows are taken: by both precisions."""
    tp, fp, tn, fn = (each[kept] for each in cutoffs.at_each())
    found = tp / cutoffs.positives
    taken, left = tp + fp, tn + fn
    above = [share_of(end * taken, fn) for end in share_limits(tp, taken)]
    beneath = [share_of(tp, end * left) for end in share_limits(fn, left)[::-1]]
    low, high = added(found, (above[0], above[1]), (beneath[0], beneath[1]))
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def _thresholds(cutoffs: Cutoffs) -> Floats:
    return np.append(np.inf, cutoffs.thresholds)


def _precision_limits(cutoffs: Cutoffs, places: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Give the limits of precision where the recall is as it is, at ``places`` of the thresholds.

    It is off by the share of false alarms there, by where the threshold of that recall really lies, and by how many
    rows are positive at all. Where nothing is found yet, Wilson's of the rows that are told.
    """
    tp, fp = cutoffs.tp[places], cutoffs.fp[places]
    told = tp + fp
    plain = share_limits(tp, told)
    if not cutoffs.negatives:
        return plain
    recall, alarms = tp / cutoffs.positives, fp / cutoffs.negatives
    prior = cutoffs.positives / (cutoffs.positives + cutoffs.negatives)

    def precision(false: Floats, part: float = prior) -> Floats:
        return share_of(recall * part, false * (1.0 - part))

    fpr, tpr = _shares(cutoffs)
    fewer, more = (np.interp(end, tpr, fpr) for end in share_limits(tp, cutoffs.positives))
    few, many = share_limits(fp, cutoffs.negatives)
    rare, common = (float(end) for end in share_limits(cutoffs.positives, cutoffs.positives + cutoffs.negatives))
    low, high = added(
        tp / told,
        (precision(many), precision(few)),
        (precision(more), precision(fewer)),
        (precision(alarms, rare), precision(alarms, common)),
    )
    known = tp > 0.0
    return np.where(known, np.maximum(low, 0.0), plain[0]), np.where(known, np.minimum(high, 1.0), plain[1])


def _missing(cutoffs: Cutoffs) -> Undefined | None:
    if cutoffs.has_both:
        return None
    if not cutoffs.positives:
        return _without_positives(cutoffs)
    return Undefined("All rows are of the positive class, so there is nothing that it could be told from.")


def _without_positives(cutoffs: Cutoffs) -> Undefined:
    if not len(cutoffs):
        return Undefined("There are no rows.")
    return Undefined("No row is of the positive class, so there is nothing to find.")
