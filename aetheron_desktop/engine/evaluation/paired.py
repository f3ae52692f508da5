"""By how much one model is better than another on the same rows, at 95 % confidence.

- Accuracy: Bonett and Price (2012), which holds with few rows on which only one of the two is right.
- ROC AUC: DeLong's (1988) paired test, with Student's t by Satterthwaite's degrees of freedom.
- The rest: a paired bootstrap, both models on the same samples; at each end the wider of the percentiles, widened as
  Student's t is (Hesterberg 2015), and of Student's interval: either alone tells equal models apart in more than 5 % of
  cases. Of very many rows the influences tell the same in less time.
- Where the rows show no spread of the difference between two models that are not the same (both without an error), or a
  class has too few rows: the distances of the ends of each one's interval, squared and added (Zou and Donner 2008).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from aetheron_desktop.engine.datasets.profiles.sampling import Z
from aetheron_desktop.engine.evaluation.intervals import FEWEST, FEWEST_OF_A_CLASS, intervals_of
from aetheron_desktop.engine.evaluation.metrics import metric as metric_of
from aetheron_desktop.engine.evaluation.resampling import error_of, freedom, resample, widened
from aetheron_desktop.engine.evaluation.statistic import F1, Explained, Mean, Recalls, RootMean, is_weighted, statistics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.evaluation.statistic import Statistic, Weighted

    Truth = NDArray[Any]
    Predicted = NDArray[np.float64]
    Chosen = NDArray[np.int64] | None

_ROUNDING: Final = 1e-12
_MOST_SUMMED: Final = 200_000_000
"""So many weights are drawn where they are only summed up, which takes two seconds or so."""
_MOST_SORTED: Final = 20_000_000
"""So many where they are put in order or counted by class."""


class Difference(NamedTuple):
    """The metric of each, and by how much ``b`` is better than ``a`` whatever the metric's direction."""

    a: float
    b: float
    value: float
    low: float
    high: float
    p_value: float


class _Ends(NamedTuple):
    low: float
    high: float
    p_value: float


def difference(
    task: Task,
    truth: Truth,
    a: Predicted,
    b: Predicted,
    *,
    metric: str,
    chosen: tuple[Chosen, Chosen] = (None, None),
    seed: int = 0,
    resamples: int = 2_000,
) -> Difference | None:
    """Give by how much ``b`` is better than ``a``; None where the metric is not defined or the rows are too few.

    ``chosen`` are the classes that they predict, by default the most probable ones.
    """
    known = [statistics(task, truth, *each) for each in ((a, chosen[0]), (b, chosen[1]))]
    one, other = (each.get(metric) for each in known)
    if one is None or other is None or len(truth) < FEWEST:
        return None
    sign = 1.0 if metric_of(metric).direction == "higher" else -1.0
    value = sign * (other.value - one.value)
    influence = other.influence() - one.influence()
    spread = error_of(influence) > _ROUNDING * max(abs(one.value), abs(other.value))
    ends: _Ends | None
    if np.array_equal(a, b) and (not _is_decided(metric, one) or _equal(*chosen)):
        ends = _Ends(0.0, 0.0, 1.0)
    elif metric == "accuracy" and isinstance(one, Mean) and isinstance(other, Mean):
        ends = _of_shares(other.each - one.each)
    elif not spread or (not is_weighted(one) and _fewest(truth) < FEWEST_OF_A_CLASS):
        each = [intervals_of({metric: statistic}, len(truth), seed=seed).get(metric) for statistic in (one, other)]
        ends = _apart(value, sign, (one.value, other.value), each)
    elif not is_weighted(one) or not is_weighted(other):
        ends = _about(value, influence, freedom(influence, truth))
    elif len(truth) * resamples > (_MOST_SUMMED if isinstance(one, (Mean, RootMean, Explained)) else _MOST_SORTED):
        ends = _about(value, influence, len(truth) - 1.0)
    else:
        ends = _by_resamples(one, other, sign, len(truth), resamples, seed)
    if ends is None:
        return None
    low, high = float(min(ends.low, value)), float(max(ends.high, value))
    return Difference(one.value, other.value, value, low, high, float(ends.p_value))


def _is_decided(metric: str, statistic: Statistic) -> bool:
    """Whether the metric is of the classes that are chosen, and not of probabilities or numbers."""
    return metric == "accuracy" or isinstance(statistic, (F1, Recalls))


def _equal(one: Chosen, other: Chosen) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))


def _fewest(truth: Truth) -> int:
    return int(np.unique(truth, return_counts=True)[1].min())


def _of_shares(gained: NDArray[np.float64]) -> _Ends:
    """``gained`` is 1 where b alone is right, −1 where a alone is; one of each is added, and the rows they stand in."""
    rows = len(gained) + 2.0
    up, down = ((gained > 0).sum() + 1.0) / rows, ((gained < 0).sum() + 1.0) / rows
    middle, error = float(up - down), math.sqrt((up + down - (up - down) ** 2) / rows)
    return _Ends(middle - Z * error, middle + Z * error, float(2.0 * ndtr(-abs(middle) / error)))


def _about(value: float, influence: NDArray[np.float64], degrees: float) -> _Ends:
    error = error_of(influence)
    width = error * float(stdtrit(degrees, 0.975))
    return _Ends(value - width, value + width, float(2.0 * stdtr(degrees, -abs(value) / error)))


def _by_resamples(one: Weighted, other: Weighted, sign: float, rows: int, samples: int, seed: int) -> _Ends | None:
    """Give the wider of percentiles and Student's interval with the samples' deviation, at each end.

    None when the metric is not defined on half of the samples.
    """
    if isinstance(one, Mean) and isinstance(other, Mean):  # a difference of means is the mean of the differences
        gained = sign * resample((Mean(other.each - one.each),), rows, samples=samples, seed=seed)[0]
    else:
        drawn = resample((one, other), rows, samples=samples, seed=seed)
        gained = sign * (drawn[1] - drawn[0])
    gained = gained[np.isfinite(gained)]
    if len(gained) < samples / 2:
        return None
    value, wide, more = sign * (other.value - one.value), widened(rows), math.sqrt(rows / (rows - 1))
    error = float(gained.std()) * more
    # The share of samples on the other side of nothing; never 0, as there could be one more sample.
    rarer = (min((gained <= 0.0).sum(), (gained >= 0.0).sum()) + 1.0) / (len(gained) + 1.0)
    far = min(-float(ndtri(min(rarer, 0.5))) / more, _distance(value, error))
    low, high = np.quantile(gained, ndtr([-wide, wide]))
    low, high = min(low, value - wide * error / more), max(high, value + wide * error / more)
    if isinstance(one, RootMean) and isinstance(other, RootMean):
        # Of few rows with large errors the root tells too much: what the squares do not tell apart, it does not either.
        squares = other.each - one.each
        far = min(far, _distance(float(squares.mean()), float(squares.std(ddof=1)) / math.sqrt(rows)))
        if far < stdtrit(rows - 1, 0.975):
            low, high = min(low, 0.0), max(high, 0.0)
    return _Ends(float(low), float(high), float(2.0 * stdtr(rows - 1, -far)))


def _distance(value: float, error: float) -> float:
    """Give by how many errors ``value`` is off 0."""
    if error == 0.0:
        return math.inf if value else 0.0
    return abs(value) / error


def _apart(value: float, sign: float, values: tuple[float, float], known: list[tuple[float, float] | None]) -> _Ends:
    """Give the ends from the interval of each by itself: too wide rather than too narrow."""
    a, b = known
    if a is None or b is None:
        return _Ends(value, value, 1.0 if value == 0.0 else 0.0)
    if sign < 0.0:
        a, b = (-a[1], -a[0]), (-b[1], -b[0])
    one, other = sign * values[0], sign * values[1]
    down, up = math.hypot(other - b[0], a[1] - one), math.hypot(b[1] - other, one - a[0])
    toward = down if value > 0.0 else up
    return _Ends(value - down, value + up, float(2.0 * ndtr(-Z * abs(value) / toward)) if toward else 1.0)
