"""How much worse a model is on some rows than on the others: the difference of two means, its interval, its chance.

Of a share of wrong rows: Newcombe's (1998, Statistics in Medicine 17, p. 873, method 10) interval and Fisher's exact
test. Of other losses: Welch's (1947). Chances are of a difference upwards alone; where many are looked at, Holm's
(1979) procedure keeps that of any false one at 5 %.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import gammaln, ndtr, stdtr, stdtrit

from aetheron_desktop.engine.datasets.profiles.sampling import Z, wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Contrast(NamedTuple):
    """The mean loss of ``rows`` rows beside that of ``others``, with the interval of the ``difference`` at 95 %."""

    rows: int
    loss: float
    others: int
    rest: float
    difference: float
    low: float
    high: float
    p_value: float


def contrast(loss: Floats, inside: NDArray[np.bool_], *, is_share: bool) -> Contrast | None:
    """Hold the rows ``inside`` against the others; None where there are fewer than two of either.

    With ``is_share`` the loss of a row is 0 or 1. ``p_value`` is the chance that rows without a difference show one
    that is as large.
    """
    chosen, others = loss[inside], loss[~inside]
    if min(len(chosen), len(others)) < 2:
        return None
    mean, rest = float(chosen.mean()), float(others.mean())
    if is_share:
        wrong, wrong_rest = round(float(chosen.sum())), round(float(others.sum()))
        low, high = newcombe(wrong, len(chosen), wrong_rest, len(others))
        chance = fisher(wrong, len(chosen), wrong_rest, len(others))
    else:
        low, high, chance = welch(chosen, others)
    return Contrast(len(chosen), mean, len(others), rest, mean - rest, low, high, chance)


def newcombe(count: int, rows: int, other_count: int, other_rows: int, z: float = Z) -> tuple[float, float]:
    """Give the interval of the difference of two independent shares, at the level of the normal quantile ``z``."""
    one, other = count / rows, other_count / other_rows
    (low, high), (other_low, other_high) = wilson(count, rows, z), wilson(other_count, other_rows, z)
    value = one - other
    return value - math.hypot(one - low, other_high - other), value + math.hypot(high - one, other - other_low)


def fisher(count: int, rows: int, other_count: int, other_rows: int) -> float:
    """Give the chance that ``count`` of ``rows`` or more are wrong when ``rows`` are drawn from all."""
    wrong, whole = count + other_count, rows + other_rows
    each = np.arange(count, min(rows, wrong) + 1, dtype=np.float64)
    right = whole - wrong
    # At most so many of the rows can be right.
    each = each[rows - each <= right]
    told = _choose(wrong, each) + _choose(right, rows - each) - _choose(whole, np.array([float(rows)]))
    return float(min(1.0, np.exp(told).sum()))


def mean_interval(loss: Floats, *, is_share: bool) -> tuple[float, float]:
    """Give the interval of the mean loss of these rows: Wilson's of a share, Student's of others."""
    if is_share:
        return wilson(float(loss.sum()), len(loss))
    if len(loss) < 2:
        return -math.inf, math.inf
    mean, half = (
        float(loss.mean()),
        float(stdtrit(len(loss) - 1, 0.975)) * float(loss.std(ddof=1)) / math.sqrt(len(loss)),
    )
    return mean - half, mean + half


def _choose(whole: int, parts: Floats) -> Floats:
    made: Floats = gammaln(whole + 1.0) - gammaln(parts + 1.0) - gammaln(whole - parts + 1.0)
    return made


def welch(chosen: Floats, others: Floats, z: float = Z) -> tuple[float, float, float]:
    """Give the interval of the difference of two means, at the level of the normal quantile ``z``, and its chance."""
    value = float(chosen.mean() - others.mean())
    parts: Any = [side.var(ddof=1) / len(side) for side in (chosen, others)]
    error = math.sqrt(sum(parts))
    if error == 0.0:
        return value, value, 1.0 if value <= 0.0 else 0.0
    weights = [part**2 / (len(side) - 1) for part, side in zip(parts, (chosen, others), strict=True)]
    freedom = sum(parts) ** 2 / sum(weights)
    half = float(stdtrit(freedom, ndtr(z))) * error
    return value - half, value + half, float(stdtr(freedom, -value / error))
