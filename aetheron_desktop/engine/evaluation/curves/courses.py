"""The course of a training: smoothed, and its mean over runs that repeat one plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_NEGLIGIBLE: Final = 1e-18
"""A weight below this changes no digit of an average."""


class MovingAverage:
    """The exponential moving average of values that come piece by piece.

    ``s[i] = weight · s[i-1] + (1 - weight) · x[i]`` with zero before the first, divided by ``1 - weight^(i+1)`` so that
    the beginning is not drawn to zero (Kingma and Ba 2015): the smoothing of TensorBoard. NaN stays NaN and counts for
    nothing.
    """

    def __init__(self, weight: float) -> None:
        if not 0.0 <= weight < 1.0:
            raise ValueError(f"a weight is at least 0 and below 1, not {weight}")
        self._weight = weight
        self._last = 0.0
        self._count = 0

    def extend(self, values: Floats) -> Floats:
        """Give the averages at further values, shape (n,)."""
        smooth = np.full(len(values), np.nan)
        known = np.isfinite(values)
        count = int(np.count_nonzero(known))
        if not count:
            return smooth
        sums = (1.0 - self._weight) * values[known]
        sums[0] += self._weight * self._last
        # Each pass doubles how far back a sum reaches, so that a million values take some twelve passes and no loop.
        reach = 1
        while reach < count and self._weight**reach > _NEGLIGIBLE:
            sums[reach:] += self._weight**reach * sums[:-reach]
            reach *= 2
        places = np.arange(self._count + 1, self._count + count + 1, dtype=np.float64)
        smooth[known] = sums / (1.0 - self._weight**places)
        self._last, self._count = float(sums[-1]), self._count + count
        return smooth


class Course(NamedTuple):
    """One run: steps and seconds, both rising, and values, shape (n,); NaN is a gap."""

    steps: Floats
    seconds: Floats
    values: Floats


@dataclass(frozen=True, slots=True)
class MeanCourse:
    """Several runs as one, at the steps that all of them have reached; ``sd`` is the sample's standard deviation."""

    steps: Floats
    seconds: Floats
    mean: Floats
    sd: Floats


def mean_course(courses: Sequence[Course]) -> MeanCourse | None:
    """Give the mean of two courses or more as far as each of them goes; None where they have no step in common.

    Between its own points a course is taken as a straight line. Where the shortest ends the mean ends too: with fewer
    runs it would jump without any of them having changed.
    """
    if len(courses) < 2 or not all(len(course.steps) for course in courses):
        return None
    first = max(course.steps[0] for course in courses)
    last = min(course.steps[-1] for course in courses)
    steps = np.unique(np.concatenate([course.steps for course in courses]))
    steps = steps[(first <= steps) & (steps <= last)]
    if not len(steps):
        return None
    values = np.stack([np.interp(steps, course.steps, course.values) for course in courses])
    seconds = np.stack([np.interp(steps, course.steps, course.seconds) for course in courses])
    return MeanCourse(steps, seconds.mean(axis=0), values.mean(axis=0), values.std(axis=0, ddof=1))
