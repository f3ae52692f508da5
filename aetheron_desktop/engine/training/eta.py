"""How long a fit still takes, from when its steps were complete."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left
from itertools import pairwise
from typing import Final

_POINTS: Final = 256
_FEWEST: Final = 6
_SURE: Final = 5.0
"""A trend that is not so many times its own uncertainty is taken for chance: a busy machine makes steps uneven."""
_MOST_GROWTH: Final = 4.0
"""A step at the end is not expected to take more than so many times as long as one now, nor so many times less."""


class Eta:
    """Takes in when steps were complete; says how long those that are left will take.

    The first quarter of what is done is left out: a first step warms up caches and libraries. Where later steps clearly
    are more work than earlier ones, or less, they are expected to go on so. That is told by the time of the processor:
    what else the machine does makes steps longer, too, and soon shorter again.
    """

    def __init__(self) -> None:
        self._steps: list[float] = []
        self._seconds: list[float] = []
        self._worked: list[float] = []

    def add(self, done: float, seconds: float, worked: float | None = None) -> None:
        """Take in that ``done`` steps were complete after ``seconds``, of which the processor ``worked``; all rise."""
        if self._steps and done <= self._steps[-1]:
            return
        self._steps.append(done)
        self._seconds.append(seconds)
        self._worked.append(seconds if worked is None else worked)
        if len(self._steps) > _POINTS:
            for points in (self._steps, self._seconds, self._worked):
                del points[1:-1:2]

    def left(self, total: float) -> float | None:
        """Give the seconds until ``total`` steps are complete; None before there is anything to tell it by."""
        if not self._steps:
            return None
        done, now = self._steps[-1], self._seconds[-1]
        rest = max(0.0, total - done)
        # The points of the first quarter are left out, but for the last of them.
        start = max(0, min(bisect_left(self._steps, done / 4), len(self._steps) - 2))
        steps, worked = self._steps[start:], self._worked[start:]
        if len(steps) < 2:
            return rest * now / done if done else None
        each = (now - self._seconds[start]) / (done - steps[0])
        work = (worked[-1] - worked[0]) / (done - steps[0])
        slope = each * _slope(steps, worked) / work if work > 0 else 0.0
        # What a step takes now and at the end; each is what it takes in the middle of what was looked at.
        current = max(each + slope * (done - steps[0]) / 2, each / _MOST_GROWTH)
        last = min(max(current + slope * rest, current / _MOST_GROWTH), current * _MOST_GROWTH)
        return rest * (current + last) / 2


def _slope(steps: list[float], worked: list[float]) -> float:
    """Give how much more work each step is than the one before; 0 where that may be chance."""
    if len(steps) < _FEWEST:
        return 0.0
    widths = [after - before for before, after in pairwise(steps)]
    each = [(after - before) / width for (before, after), width in zip(pairwise(worked), widths, strict=True)]
    middles = [before + width / 2 for before, width in zip(steps, widths, strict=False)]
    slope, intercept = statistics.linear_regression(middles, each)
    mean = statistics.fmean(middles)
    spread = sum((middle - mean) ** 2 for middle in middles)
    errors = sum((one - intercept - slope * middle) ** 2 for one, middle in zip(each, middles, strict=True))
    deviation = math.sqrt(errors / (len(each) - 2) / spread)
    return slope if abs(slope) > _SURE * deviation else 0.0
