"""How far a metric of these test rows may be from that of all rows like them.

All at 95 % confidence. Which method a metric has was chosen by simulated coverage:

- Accuracy and coverage: Wilson (1927). F1: the same, of hits among hits and errors, of which F1 is a function.
  Balanced accuracy: the limits of each class's share, squared and added (Zou and Donner 2008). They hold for a model
  without an error too.
- ROC AUC: DeLong (1988) on the logit scale, Student's t with Satterthwaite's degrees of freedom as in Brunner and
  Munzel (2000). With few rows of a class, or without an error, the score method of Newcombe (2006, Statistics in
  Medicine 25, p. 559, method 5).
- Median: order statistics; no assumption, and no resampling.
- Errors of numbers: the studentized bootstrap over rows (Hall 1988; Davison and Hinkley 1997, section 5.2) of the
  logarithm: how far samples are off, in units of their own errors, is nearly the same however far errors reach. Of R²
  as far to either side; of RMSE, whose squares reach farthest, not within the percentiles.
- The rest, and errors of few rows: the bootstrap over rows, BCa (Efron 1987; DiCiccio and Efron 1996), the ends widened
  as Student's t is (Hesterberg 2015); of average precision with Satterthwaite's degrees of freedom.
- Where samples take too long, the influences of the rows (see :mod:`.statistic`) on a scale without ends: the
  logarithm, or the logit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.datasets.profiles.sampling import Z, wilson
from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.evaluation.aggregates import RelativeRoot
from aetheron_desktop.engine.evaluation.definitions import definition
from aetheron_desktop.engine.evaluation.distributions import (
    median_ranks,
    normal,
    normal_quantile,
    student_quantile,
)
from aetheron_desktop.engine.evaluation.ranked import AveragePrecision, RankArea, RankAreas
from aetheron_desktop.engine.evaluation.resampling import error_of, freedom, resample, widened
from aetheron_desktop.engine.evaluation.scores import limits_by_row
from aetheron_desktop.engine.evaluation.statistic import (
    F1,
    Explained,
    Mean,
    Median,
    Recalls,
    RootMean,
    decided,
    is_studentized,
    is_weighted,
    statistics,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.deciding import CostRule
    from aetheron_desktop.engine.evaluation.definition import Scale
    from aetheron_desktop.engine.evaluation.statistic import Statistic, Studentized, Weighted

    Floats = NDArray[np.float64]
    Truth = NDArray[Any]
    Predicted = NDArray[np.float64]

Interval = tuple[float, float]

FEWEST: Final = 6
"""Of fewer rows neither the bootstrap nor order statistics can give an interval that holds."""
FEWEST_OF_A_CLASS: Final = 5
"""Fewer rows of a class hardly tell their own variance."""
FEWEST_STUDENTIZED: Final = 20
"""Of fewer rows samples hardly know their own error."""
_FEW_OF_A_CLASS: Final = 30
_CONFIDENCE: Final = 0.95
_BEYOND: Final = ((1.0 - _CONFIDENCE) / 2.0, (1.0 + _CONFIDENCE) / 2.0)
_ROUNDING: Final = 1e-12
_WEIGHTS_A_SECOND: Final = 40_000_000
"""So many weights a core draws and sums up in a second. A constant, not a clock: one seed has one result."""


def intervals(
    task: Task,
    truth: Truth,
    predicted: Predicted,
    *,
    threshold: float | None = None,
    between: Predicted | None = None,
    level: float = LEVEL,
    costs: CostRule | None = None,
    seed: int = 0,
    resamples: int = 1_000,
    budget_s: float = 1.0,
) -> dict[str, Interval]:
    """Give the interval of each metric of :func:`.scores.scores`; shapes, threshold and limits as there.

    A metric has no entry where it or its interval is not defined: one class, a constant truth, losses that are all the
    same, or (shares and ROC AUC aside) fewer than :data:`FEWEST` rows. ``budget_s`` is about what the bootstrap may
    take on one core; longer tables are told by the influences.
    """
    if task != "regression" and predicted.shape[1] == 2:
        # The order that average precision needs: no sample then has to be brought into it.
        order = np.argsort(-predicted[:, 1], kind="stable")
        truth, predicted = truth[order], predicted[order]
    chosen = decided(task, predicted, threshold) if costs is None else costs.chosen(predicted)
    known = statistics(task, truth, predicted, chosen)
    if costs is not None and chosen is not None and known:
        known["mean_cost"] = Mean(costs.paid(truth, chosen))
    if between is not None and known:
        known |= {name: Mean(each) for name, each in limits_by_row(truth, between, level).items()}
    return intervals_of(known, len(truth), seed=seed, resamples=resamples, budget_s=budget_s)


def intervals_of(
    known: dict[str, Statistic], rows: int, *, seed: int = 0, resamples: int = 1_000, budget_s: float = 1.0
) -> dict[str, Interval]:
    """Give the intervals of what :func:`.statistics` gave, as :func:`intervals` does."""
    found = {name: _direct(name, statistic) for name, statistic in known.items()}
    left = {name: one for name, one in known.items() if is_weighted(one) and found[name] is None and _varies(one)}
    if rows >= FEWEST and not is_sampled(rows, resamples, budget_s):
        found |= {name: _by_influence(name, statistic) for name, statistic in left.items()}
    elif rows >= FEWEST:
        found |= _by_resamples(left, rows, resamples, seed)
    return {
        name: (float(min(ends[0], known[name].value)), float(max(ends[1], known[name].value)))
        for name, ends in found.items()
        if ends is not None
    }


def is_sampled(rows: int, resamples: int = 1_000, budget_s: float = 1.0) -> bool:
    """Whether so many rows are few enough for the bootstrap; see :func:`intervals`."""
    return rows * resamples <= budget_s * _WEIGHTS_A_SECOND


def _direct(name: str, statistic: Statistic) -> Interval | None:
    """Give the interval that needs no samples; None where it takes some, or where there is none."""
    match statistic:
        case Mean() if name in {"accuracy", "coverage"}:
            return wilson(float(statistic.each.sum()), len(statistic.each))
        case F1() if name == "f1" or statistic.value == 1.0:
            return _of_f1(statistic)
        case Recalls():
            return _of_recalls(statistic)
        case AveragePrecision() if statistic.value == 1.0:
            # Without an error no sample differs; then as a share of the positive rows (Boyd, Eng and Page 2013).
            return wilson(statistic.positives, statistic.positives)
        case RankArea():
            return _of_area(statistic)
        case RankAreas():
            return _of_areas(statistic)
        case Median():
            return _of_median(statistic.ordered)
        case _:
            return None


# -- shares -----------------------------------------------------------------------------------------------------------


def _of_f1(statistic: F1) -> Interval | None:
    """F1 is 2q / (1 + q) of q, the share of hits among hits and errors (Jaccard's index)."""
    counted = [(hits, both) for hits, both in zip(statistic.hits, statistic.both, strict=True) if both]
    limits = [[2.0 * end / (1.0 + end) for end in wilson(hits, both - hits)] for hits, both in counted]
    return _added([2.0 * hits / both for hits, both in counted], limits) if counted else None


def _of_recalls(statistic: Recalls) -> Interval:
    counted = [(hits, rows) for hits, rows in zip(statistic.hits, statistic.counts, strict=True) if rows]
    return _added([hits / rows for hits, rows in counted], [wilson(hits, rows) for hits, rows in counted])


def _added(values: Sequence[float], limits: Sequence[Sequence[float]]) -> Interval:
    """Give the interval of the mean of independent estimates: the distances of their limits, squared and added."""
    each = np.array(values)
    down, up = np.sqrt(((np.array(limits) - each[:, None]) ** 2).sum(axis=0)) / len(each)
    return float(each.mean() - down), float(each.mean() + up)


# -- ranks ------------------------------------------------------------------------------------------------------------


def _of_area(area: RankArea) -> Interval:
    influence = area.influence()
    if min(area.positives, area.negatives) < _FEW_OF_A_CLASS or not _between(area.value) or not error_of(influence):
        return _newcombe(area.value, area.positives, area.negatives)
    return _on_logit(area.value, _student(influence, area.positive))


def _of_areas(areas: RankAreas) -> Interval:
    influence = areas.influence()
    fewest = min(area.positives for area in areas.areas)
    if fewest < FEWEST_OF_A_CLASS or not _between(areas.value) or not error_of(influence):
        return _added([area.value for area in areas.areas], [_of_area(area) for area in areas.areas])
    return _on_logit(areas.value, _student(influence, areas.labels))


def _between(value: float) -> bool:
    return 0.0 < value < 1.0


def _student(influence: NDArray[np.float64], labels: NDArray[Any]) -> float:
    return error_of(influence) * student_quantile(freedom(influence, labels))


def _newcombe(value: float, positives: int, negatives: int) -> Interval:
    """Give the areas that ``value`` is not too far from, by the variance that each of them would have."""
    half = (positives + negatives) / 2.0 - 1.0

    def too_far(area: float) -> bool:
        spread = 1.0 + half * ((1.0 - area) / (2.0 - area) + area / (1.0 + area))
        return abs(value - area) > Z * math.sqrt(area * (1.0 - area) * spread / (positives * negatives))

    def end(outer: float, inner: float) -> float:
        for _ in range(60):
            middle = (outer + inner) / 2.0
            outer, inner = (middle, inner) if too_far(middle) else (outer, middle)
        return inner

    # At its ends the scale has no variance, so the search begins beside them.
    return end(0.0, min(value, 1.0 - 1e-9)), end(1.0, max(value, 1e-9))


# -- the rest ---------------------------------------------------------------------------------------------------------


def _of_median(ordered: NDArray[np.float64]) -> Interval | None:
    """Give the order statistics between which the median lies with 95 % or a little more."""
    rows = len(ordered)
    if rows < FEWEST:
        return None
    below = median_ranks(rows)
    return float(ordered[below]), float(ordered[rows - 1 - below])


def is_by_own_errors(name: str, statistic: Statistic, rows: int) -> bool:
    """Whether an interval is that of the studentized bootstrap: of errors of numbers, where rows are not few."""
    return rows >= FEWEST_STUDENTIZED and is_studentized(statistic) and definition(name).group in {"values", "limits"}


class _Errors:
    """The errors of a statistic on samples, as a metric of these."""

    def __init__(self, statistic: Studentized) -> None:
        self.value, self.influence, self.resampled = math.nan, statistic.influence, statistic.errors


def _by_resamples(left: dict[str, Weighted], rows: int, samples: int, seed: int) -> dict[str, Interval | None]:
    studied = {name: one for name, one in left.items() if is_by_own_errors(name, one, rows) and is_studentized(one)}
    asked = [*left.values(), *(_Errors(one) for one in studied.values())]
    drawn = resample(asked, rows, samples=samples, seed=seed)
    values = dict(zip(left, drawn, strict=False))
    errors = dict(zip(studied, drawn[len(left) :], strict=True))
    return {
        name: _studentized(name, statistic, values[name], errors[name])
        if name in errors
        else _by_sample(statistic, values[name], rows)
        for name, statistic in left.items()
    }


def _studentized(name: str, statistic: Statistic, drawn: Floats, errors: Floats) -> Interval | None:
    """Give the interval by how far samples are off in units of their own errors, on a scale without ends."""
    scale = definition(name).scale
    with np.errstate(divide="ignore", invalid="ignore"):
        values, units = _unbounded(drawn, errors, scale)
        (value,), (unit,) = _unbounded(np.array([statistic.value]), np.array([error_of(statistic.influence())]), scale)
        off = (values - value) / units
    known = np.isfinite(off)
    if known.sum() < len(drawn) / 2:
        return None
    off, values = off[known], values[known]
    if isinstance(statistic, Explained):
        half = float(np.quantile(np.abs(off), _CONFIDENCE)) * unit
        return _bounded(value - half, value + half, scale)
    low, high = value - np.quantile(off, [_BEYOND[1], _BEYOND[0]]) * unit
    if isinstance(statistic, RootMean | RelativeRoot):
        least, most = np.quantile(values, _BEYOND)
        low, high = min(low, least), max(high, most)
    return _bounded(float(low), float(high), scale)


def _unbounded(values: Floats, errors: Floats, scale: Scale) -> tuple[Floats, Floats]:
    """Give values and their errors on a scale without ends."""
    if scale == "positive":
        return np.log(values), errors / values
    if scale == "explained":
        return -np.log(1.0 - values), errors / (1.0 - values)
    return values, errors


def _bounded(low: float, high: float, scale: Scale) -> Interval:
    """Give ends on that scale as values."""
    if scale == "positive":
        return _grown(low), _grown(high)
    return (1.0 - _grown(-low), 1.0 - _grown(-high)) if scale == "explained" else (low, high)


def _by_sample(statistic: Statistic, drawn: Floats, rows: int) -> Interval | None:
    """Give the BCa interval of what the samples gave."""
    values = drawn[np.isfinite(drawn)]
    if len(values) < len(drawn) / 2:
        return None
    influence = statistic.influence()
    skew = float((influence**3).sum() / (6.0 * (influence**2).sum() ** 1.5))
    below = float((values < statistic.value).mean() + (values == statistic.value).mean() / 2.0)
    shift = normal_quantile(min(max(below, 0.5 / len(values)), 1.0 - 0.5 / len(values)))
    if isinstance(statistic, AveragePrecision):
        # It knows no more of its error than the rows of the rarer class do.
        width = student_quantile(freedom(influence, statistic.positive)) * math.sqrt(rows / (rows - 1))
    else:
        width = widened(rows)
    moved = shift + np.array([-1.0, 1.0]) * width
    # Few rows and one that outweighs them all would turn the ends around.
    ends = shift + moved / np.maximum(1.0 - skew * moved, 0.1)
    low, high = np.quantile(values, [normal(float(end)) for end in ends])
    return float(low), float(high)


def _by_influence(name: str, statistic: Statistic) -> Interval:
    return on_scale(statistic.value, Z * error_of(statistic.influence()), definition(name).scale)


def on_scale(value: float, width: float, scale: Scale) -> Interval:
    """Give the interval of ``value`` where it is ``width`` to either side, on a scale that has no ends."""
    if scale == "any" or (scale != "explained" and value == 0.0) or (scale == "share" and value == 1.0):
        return value - width, value + width
    if scale == "explained":
        missed = 1.0 - value
        grown = _grown(width / missed) if missed else 1.0
        return 1.0 - missed * grown, 1.0 - missed / grown
    if scale == "share":
        return _on_logit(value, width)
    grown = _grown(width / value)
    return value / grown, value * grown


def _grown(share: float) -> float:
    return math.exp(min(share, 700.0))


def _on_logit(value: float, width: float) -> Interval:
    middle, half = math.log(value / (1.0 - value)), width / (value * (1.0 - value))
    low, high = (0.5 + 0.5 * math.tanh(end / 2.0) for end in (middle - half, middle + half))
    return low, high


def _varies(statistic: Statistic) -> bool:
    """Whether the rows differ by more than rounding: otherwise they do not tell how far others may be."""
    return error_of(statistic.influence()) > _ROUNDING * abs(statistic.value)
