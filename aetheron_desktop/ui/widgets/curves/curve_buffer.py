"""The points of one curve, and what is left of them at the width of a screen.

Beside the points stands a pyramid: level 1 holds the least and the greatest value of every 16 points, level 2 of
every 16 of those, and so on. New points touch only the last block of each level, and a frame reads the one level
that is a little finer than the screen, so neither grows with the number of points.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Axis: TypeAlias = Literal["step", "time"]

BLOCK = 16
_FIRST = 1024


class _Column:
    """A growing array of float64: room doubles when it is used up, so an append costs the same on average."""

    def __init__(self) -> None:
        self._room: Floats = np.empty(_FIRST)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> Floats:
        """A view of what is in, shape (count,); it is not copied."""
        return self._room[: self._count]

    def put(self, start: int, values: Floats) -> None:
        """Write ``values`` from ``start`` on; what stood behind is no longer in."""
        end = start + len(values)
        if end > len(self._room):
            grown = np.empty(max(end, 2 * len(self._room)))
            grown[:start] = self._room[:start]
            self._room = grown
        self._room[start:end] = values
        self._count = end


class CurveBuffer:
    """One curve: steps and times (seconds since the run's start), both rising, and values, NaN where there is none."""

    def __init__(self) -> None:
        self._step, self._time, self._value = _Column(), _Column(), _Column()
        self._levels: list[tuple[_Column, _Column]] = []
        self._gaps = 0

    def __len__(self) -> int:
        return len(self._value)

    @property
    def steps(self) -> Floats:
        """Shape (count,), rising."""
        return self._step.values

    @property
    def times(self) -> Floats:
        """Shape (count,), seconds since the run's start, never falling."""
        return self._time.values

    @property
    def values(self) -> Floats:
        """Shape (count,); NaN is a gap."""
        return self._value.values

    @property
    def has_gaps(self) -> bool:
        """Whether any value is NaN."""
        return self._gaps > 0

    def extend(self, steps: Floats, times: Floats, values: Floats) -> int:
        """Add points of shape (n,); give how many were new.

        A point whose step is not after the last one was told before (a log was read, then heard live) and is left out.
        """
        last = self.steps[-1] if len(self) else -np.inf
        floor = np.maximum.accumulate(np.concatenate(([last], steps)))[:-1]
        fresh = steps > floor
        if not fresh.all():
            steps, times, values = steps[fresh], times[fresh], values[fresh]
        if not len(steps):
            return 0
        start = len(self)
        values = np.where(np.isfinite(values), values, np.nan)
        self._gaps += int(np.count_nonzero(np.isnan(values)))
        self._step.put(start, steps)
        self._time.put(start, np.maximum.accumulate(np.maximum(times, self.times[-1] if start else times[0])))
        self._value.put(start, values)
        self._raise_levels(start)
        return len(steps)

    def _raise_levels(self, changed: int) -> None:
        lows = highs = self.values
        level = 0
        while len(lows) > BLOCK:
            if level == len(self._levels):
                self._levels.append((_Column(), _Column()))
                changed = 0
            block = changed // BLOCK
            low, high = self._levels[level]
            low.put(block, _by_block(np.fmin, lows[block * BLOCK :]))
            high.put(block, _by_block(np.fmax, highs[block * BLOCK :]))
            lows, highs, changed = low.values, high.values, block
            level += 1

    def x(self, axis: Axis) -> Floats:
        """The positions on the x axis, shape (count,)."""
        return self.steps if axis == "step" else self.times

    def bounds(self, axis: Axis, *, positive: bool = False) -> tuple[float, float, float, float] | None:
        """Give least x, greatest x, least value, greatest value; None while there is no value.

        With ``positive`` only values above zero count, as on a logarithmic axis.
        """
        lows, highs = (column.values for column in self._levels[-1]) if self._levels else (self.values, self.values)
        if positive:
            lows, highs = self._positive(lows, highs)
        lows, highs = lows[np.isfinite(lows)], highs[np.isfinite(highs)]
        if not len(lows) or not len(highs):
            return None
        x = self.x(axis)
        return float(x[0]), float(x[-1]), float(lows.min()), float(highs.max())

    def _positive(self, lows: Floats, highs: Floats) -> tuple[Floats, Floats]:
        if (lows <= 0).any():
            lows = highs = self.values
        return np.where(lows > 0, lows, np.nan), np.where(highs > 0, highs, np.nan)

    def reduce(self, axis: Axis, left: float, right: float, pixels: int) -> tuple[Floats, Floats]:
        """Give what of the curve between ``left`` and ``right`` a screen of ``pixels`` columns can show.

        The result has at most two points a column, least and greatest, and one point beyond each side, so that lines
        leave the picture where they should. Few points are given as they are.
        """
        x = self.x(axis)
        first = max(int(np.searchsorted(x, left, "left")) - 1, 0)
        last = min(int(np.searchsorted(x, right, "right")) + 1, len(x))
        pixels = max(pixels, 1)
        if last - first <= 2 * pixels:
            return x[first:last], self.values[first:last]
        return self._columns(x, first, last, pixels)

    def _columns(self, x: Floats, first: int, last: int, pixels: int) -> tuple[Floats, Floats]:
        size, lows, highs = 1, self.values, self.values
        for low, high in self._levels:
            if (last - first) // (size * BLOCK) < 2 * pixels:
                break
            size, lows, highs = size * BLOCK, low.values, high.values
        begin, end = first // size, -(-last // size)
        starts = x[begin * size : end * size : size]
        span = x[last - 1] - x[first]
        column = (
            ((starts - x[first]) * (pixels / span)).astype(np.int64) if span > 0 else np.zeros(len(starts), np.int64)
        )
        edges = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
        points = np.empty(2 * len(edges))
        points[0::2] = np.fmin.reduceat(lows[begin:end], edges)
        points[1::2] = np.fmax.reduceat(highs[begin:end], edges)
        return np.repeat(starts[edges], 2), points

    def at(self, axis: Axis, position: float) -> tuple[float, float] | None:
        """Give x and value of the point next to ``position``; None where the curve has no point."""
        x = self.x(axis)
        if not len(x):
            return None
        right = min(int(np.searchsorted(x, position)), len(x) - 1)
        left = max(right - 1, 0)
        nearest = left if abs(position - x[left]) <= abs(x[right] - position) else right
        return float(x[nearest]), float(self.values[nearest])


def _by_block(reduce: np.ufunc, values: Floats) -> Floats:
    full = len(values) // BLOCK * BLOCK
    blocks: Floats = reduce.reduce(values[:full].reshape(-1, BLOCK), axis=1)
    if full == len(values):
        return blocks
    return np.append(blocks, reduce.reduce(values[full:]))
