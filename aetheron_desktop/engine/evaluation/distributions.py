"""Quantiles of the usual distributions, without a library that takes a second to import.

Held against scipy's in the tests.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

import numpy as np

_NORMAL: Final = NormalDist()
_ROUNDS: Final = 500
_MANY: Final = 1e6
"""From so many degrees of freedom on Student's distribution is told by its series to all digits."""


def normal(value: float) -> float:
    """Give the share of the normal distribution that is at most ``value``."""
    return math.erfc(-value / math.sqrt(2.0)) / 2.0


def normal_quantile(share: float) -> float:
    """Give the value that ``share`` of the normal distribution, between 0 and 1, is at most."""
    return _NORMAL.inv_cdf(share)


def student_quantile(freedom: float, share: float = 0.975) -> float:
    """Give the value that ``share``, at least a half, of Student's distribution is at most."""
    z = normal_quantile(share)
    guess = z + (z**3 + z) / (4.0 * freedom) + (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / (96.0 * freedom**2)
    if freedom >= _MANY:
        return guess
    # On the scale of the logarithm the tails, which are powers, are straight: Newton's steps then never overshoot far.
    logarithm = math.log(max(guess, 1e-9))
    for _ in range(_ROUNDS):
        value = math.exp(logarithm)
        beyond = student_beyond(freedom, value)
        step = math.log(beyond / (1.0 - share)) * beyond / (value * _density(freedom, value))
        logarithm += step
        if abs(step) < 1e-12:
            break
    return math.exp(logarithm)


def student_beyond(freedom: float, value: float) -> float:
    """Give the share of Student's distribution above ``value``, which is at least 0."""
    return _beta_share(freedom / (freedom + value * value), freedom / 2.0, 0.5) / 2.0


def median_ranks(rows: int) -> int:
    """Give how many rows may lie outside on either side so that the median lies between with 95 % or more; -1: none.

    Which of 0.5's binomial distribution of ``rows`` are the most rows that are seen with at most 2.5 %.
    """
    below = np.arange(rows // 2 + 1, dtype=np.float64)
    # The logarithm of the binomial coefficients, each from the one before.
    steps = np.log((rows - below[:-1]) / (below[:-1] + 1.0))
    shares = np.exp(np.cumsum(np.append(0.0, steps)) - rows * math.log(2.0))
    return int(np.searchsorted(np.cumsum(shares), 0.025, side="right")) - 1


def _density(freedom: float, value: float) -> float:
    scale = math.lgamma((freedom + 1.0) / 2.0) - math.lgamma(freedom / 2.0) - 0.5 * math.log(freedom * math.pi)
    return math.exp(scale - (freedom + 1.0) / 2.0 * math.log1p(value * value / freedom))


def _beta_share(x: float, a: float, b: float) -> float:
    """Give the regularised incomplete beta function (by its continued fraction; Press et al. 2007, section 6.4)."""
    if x <= 0.0 or x >= 1.0:
        return min(1.0, max(0.0, x))
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0) or tiny)
    made = d
    for m in range(1, _ROUNDS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0)),
        ):
            d = 1.0 / (1.0 + term * d or tiny)
            c = 1.0 + term / c or tiny
            made *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return made
