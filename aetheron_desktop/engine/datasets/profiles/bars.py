"""Histograms: where their bars begin and end, and how many values each holds."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.profiles.order import at_share
from aetheron_desktop.engine.datasets.profiles.profile import Histogram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.profiles.cells import Numbers
    from aetheron_desktop.engine.datasets.profiles.profile import Kind, Scope, Value

FEWEST: Final = 12
MOST: Final = 50
_DECADES: Final = 1.0
"""A range by magnitude is offered where the values above zero span at least so many powers of ten."""
_MORE: Final = 1.25
"""A bar may be wider than wanted by this factor; the next smaller round width is less than half of it."""
_EXACT: Final = 2.0**52
_MOST_FLOAT: Final = sys.float_info.max


class Spread:
    """What the bars of a column depend on: its ends, its quantiles, how many values it has."""

    def __init__(
        self,
        kind: Kind,
        count: int,
        ends: tuple[Value, Value],
        quartiles: tuple[Value, Value],
        tails: tuple[Value, Value],
        above_zero: tuple[Value, Value] | None,
    ) -> None:
        self.kind = kind
        self.count = count
        self.ends = ends
        self.quartiles = quartiles
        self.tails = tails
        self.above_zero = above_zero

    def edges(self) -> Iterator[tuple[Scope, NDArray[np.float64]]]:
        """Give the edges of each histogram that suits the column."""
        yield "all", linear(*self.ends, self._bars(*self.ends), whole=self.kind == "integer")
        if self.tails != self.ends and self.tails[1] > self.tails[0]:
            yield "robust", linear(*self.tails, self._bars(*self.tails), whole=self.kind == "integer")
        if self.kind != "date" and self.above_zero is not None:
            low, high = (float(end) for end in self.above_zero)
            if math.log10(high) - math.log10(low) >= _DECADES:
                yield "log", magnitudes(low, high, self._usual())

    def _usual(self) -> int:
        return min(MOST, max(FEWEST, math.ceil(2 * math.cbrt(self.count))))

    def _bars(self, low: Value, high: Value) -> int:
        """Give the number of bars by the rule of Freedman and Diaconis (1981), within limits."""
        between = float(self.quartiles[1]) - float(self.quartiles[0])
        width = 2 * between / math.cbrt(self.count)
        wanted = (float(high) / width - float(low) / width) if width > 0 else self._usual()
        return min(MOST, max(FEWEST, math.ceil(wanted))) if math.isfinite(wanted) else MOST


def linear(low: Value, high: Value, count: int, *, whole: bool = False) -> NDArray[np.float64]:
    """Give the edges of about ``count`` bars over ``low`` to ``high``, at round values where there are any between."""
    first, last = float(low), float(high)
    if last <= first:
        half = max(0.5, abs(first) * 1e-9)
        return np.array([max(first - half, -_MOST_FLOAT), min(first + half, _MOST_FLOAT)])
    step = _round_step(last / count - first / count, whole=whole)
    shift = 0.5 if whole and step == 1 else 0.0
    if step and max(abs(first), abs(last)) / step < _EXACT:
        start, end = math.floor(first / step + shift), math.ceil(last / step + shift)
        # Where a quotient was rounded, an end may lie a little outside.
        start -= (start - shift) * step > first
        end += max(end, start + 1) - end
        end += (end - shift) * step < last or (whole and end * step - shift <= last)
        if max(abs(start), abs(end)) < _MOST_FLOAT / step:
            made: NDArray[np.float64] = (np.arange(start, end + 1, dtype=np.float64) - shift) * step
            return made
    share = np.linspace(0.0, 1.0, count + 1)
    edges: NDArray[np.float64] = np.unique(first * (1 - share) + last * share)
    return edges


def magnitudes(low: float, high: float, count: int) -> NDArray[np.float64]:
    """Give edges at equal distances of their logarithms, from ``low`` to ``high``, both above zero."""
    edges = 10.0 ** np.minimum(np.linspace(math.log10(low), math.log10(high), count + 1), 308.0)
    edges[0], edges[-1] = low, high  # not their rounded powers
    made: NDArray[np.float64] = np.unique(edges)
    return made


def counted(ordered: Numbers, edges: NDArray[np.float64]) -> tuple[NDArray[np.int64], int, int]:
    """Count ascending values between ``edges``, and those below and above them; the last bar takes its upper end."""
    places = np.searchsorted(ordered, edges, side="left")
    places[-1] = np.searchsorted(ordered, edges[-1], side="right")
    return np.diff(places), int(places[0]), len(ordered) - int(places[-1])


def spread(ordered: Numbers, kind: Kind) -> Spread:
    """Say what the bars of ascending values depend on; there is at least one value."""
    first = int(np.searchsorted(ordered, 0, side="right"))
    return Spread(
        kind,
        len(ordered),
        (ordered[0].item(), ordered[-1].item()),
        (at_share(ordered, 0.25), at_share(ordered, 0.75)),
        (at_share(ordered, 0.01), at_share(ordered, 0.99)),
        (ordered[first].item(), ordered[-1].item()) if first < len(ordered) else None,
    )


def histograms(ordered: Numbers, kind: Kind, scale: float = 1.0) -> tuple[Histogram, ...]:
    """Give the histograms that suit ascending values, their counts times ``scale``; none of no values."""
    if not len(ordered):
        return ()
    return tuple(
        scaled(scope, edges, *counted(ordered, edges), scale) for scope, edges in spread(ordered, kind).edges()
    )


def scaled(
    scope: Scope, edges: NDArray[np.float64], counts: NDArray[np.int64], below: int, above: int, scale: float = 1.0
) -> Histogram:
    """Make a histogram of counts, each times ``scale``."""
    told = tuple(int(count) for count in np.rint(counts * scale)) if scale != 1.0 else tuple(counts.tolist())
    return Histogram(scope, tuple(edges.tolist()), told, round(below * scale), round(above * scale))


def _round_step(width: float, *, whole: bool) -> float:
    """Give 1, 2 or 5 times a power of ten, near to ``width``; zero where floats are too coarse for one."""
    if not 1e-300 < width < 1e300:
        return 0.0
    power = 10.0 ** math.floor(math.log10(width))
    step = max(factor * power for factor in (1, 2, 5, 10) if factor * power <= width * _MORE or factor == 1)
    return max(1.0, float(round(step))) if whole else step
