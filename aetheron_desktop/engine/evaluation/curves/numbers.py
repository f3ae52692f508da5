"""What is drawn of predicted numbers: against the truth, by their errors, and by their limits.

An error is what was predicted less what is true. Above :data:`SCATTERED` rows points are counted in squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.datasets.profiles.sampling import Z
from aetheron_desktop.engine.evaluation.curves.bands import share_limits
from aetheron_desktop.engine.evaluation.curves.thinning import POINTS, thinned
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.distributions import student_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

SCATTERED: Final = 20_000
SQUARES: Final = 120
BINS: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """Points (p,), and the row's position that each one is of."""

    x: Floats
    y: Floats
    position: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """``counts`` (a, b) of rows between ``x_edges`` (a + 1,) and ``y_edges`` (b + 1,); ``cell`` (n,) is where each is.

    ``position`` (n,) are the rows' positions: those of ``cell`` a * column + row, see :meth:`rows`.
    """

    x_edges: Floats
    y_edges: Floats
    counts: Indices
    cell: Indices
    position: Indices

    def rows(self, column: int, row: int) -> Indices:
        """Give the positions of the rows in one square."""
        made: Indices = self.position[self.cell == column * self.counts.shape[1] + row]
        return made


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Sorted errors (y) over what a normal distribution of their mean and deviation would have (x), with its band.

    ``position`` are the rows'. ``skew`` and ``excess`` are the moments' of third and fourth order; 0 of a normal one.
    """

    x: Floats
    y: Floats
    low: Floats
    high: Floats
    position: Indices
    skew: float
    excess: float


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Rows (b,) in order of something, from ``lower`` to ``upper``, as many in each as ties allow.

    ``value`` with ``low`` and ``high`` is what was measured of each, ``count`` its rows, ``bin`` (n,) the place of each
    row's; -1 of a row that is in none.
    """

    lower: Floats
    upper: Floats
    value: Floats
    low: Floats
    high: Floats
    count: Indices
    bin: Indices

    def rows(self, place: int) -> Indices:
        """Give the positions of the rows in the bin at ``place``."""
        return np.flatnonzero(self.bin == place)


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Of each of ``names`` (b,) the quartiles of its rows, and their mean with Student's limits; ``count`` its rows."""

    names: tuple[str, ...]
    lower: Floats
    median: Floats
    upper: Floats
    value: Floats
    low: Floats
    high: Floats
    count: Indices


def errors(predictions: TestPredictions) -> Floats:
    """Give what was predicted less what is true, (n,)."""
    made: Floats = predictions.predicted - predictions.truth
    return made


def against(x: Floats, y: Floats, most: int = SCATTERED, squares: int = SQUARES) -> Scatter | Squares | Undefined:
    """Give ``y`` (n,) over ``x`` (n,), both floating; rows where either is no number are left out."""
    position = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not len(position):
        return Undefined("No row has both numbers.")
    x, y = x[position], y[position]
    if len(position) <= most:
        return Scatter(x, y, position)
    edges, places = [], []
    for side in (x, y):
        low, high = float(side.min()), float(side.max())
        low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
        if not np.isfinite((high / 2.0 - low / 2.0) * 2.0):
            return Undefined("The numbers are too far apart to be drawn.")
        edges.append(np.linspace(low, high, squares + 1))
        places.append(np.minimum(((side - low) / (high - low) * squares).astype(np.int64), squares - 1))
    cell = places[0] * squares + places[1]
    counts = np.bincount(cell, minlength=squares * squares).reshape(squares, squares)
    return Squares(edges[0], edges[1], counts, cell, position)


def quantiles(error: Floats, points: int = POINTS) -> Quantiles | Undefined:
    """Give the errors (n,) against the normal distribution; the band is that of its order statistics, at 95 % each.

    The places are those of Blom (1958), the band is by the density at each quantile (Fox 2016, section 3.1.3).
    """
    count = len(error)
    if count < 3:
        return Undefined(f"With {count:,} rows there is no distribution to be seen; it takes 3.")
    mean, deviation = float(error.mean()), float(error.std(ddof=1))
    if not np.isfinite(deviation) or deviation == 0.0:
        return Undefined("All errors are the same." if deviation == 0.0 else "The errors are too large to be drawn.")
    order = np.argsort(error, kind="stable")
    ranks = np.unique(
        np.concatenate((thinned(np.arange(count, dtype=np.float64), error[order], points // 2), _tails(count)))
    )
    share = (ranks + 1 - 0.375) / (count + 0.25)
    z = np.array([NormalDist().inv_cdf(float(each)) for each in share])
    x = mean + deviation * z
    density = np.exp(-(z**2) / 2.0) / np.sqrt(2.0 * np.pi)
    half = Z * deviation / density * np.sqrt(share * (1.0 - share) / count)
    standard = (error - mean) / deviation
    chosen = order[ranks]
    return Quantiles(
        x, error[chosen], x - half, x + half, chosen, float((standard**3).mean()), float((standard**4).mean()) - 3.0
    )


def binned(by: Floats, each: Floats, bins: int = BINS) -> Bins | Undefined:
    """Give the mean of ``each`` (n,) where ``by`` (n,) is small to where it is large, with Student's limits."""
    place = _places(by, bins)
    if isinstance(place, Undefined):
        return place
    inside = place >= 0
    count = np.bincount(place[inside])
    mean = np.bincount(place[inside], weights=each[inside]) / count
    square = np.bincount(place[inside], weights=np.square(each[inside] - mean[place[inside]]))
    # A single row tells nothing of others.
    freedom = np.maximum(count - 1, 1)
    deviation = np.where(count > 1, np.sqrt(square / freedom), np.inf)
    with np.errstate(invalid="ignore"):
        half = np.array([student_quantile(float(each)) for each in freedom]) * deviation / np.sqrt(count)
    return Bins(*_ends(by, place, len(count)), mean, mean - half, mean + half, count, place)


def boxes(code: Indices, names: tuple[str, ...], each: Floats) -> Boxes | Undefined:
    """Give how ``each`` (n,) is spread in the levels ``names``; ``code`` (n,) says which one a row has."""
    if not len(code):
        return Undefined("There are no rows.")
    parts = [each[code == place] for place in range(len(names))]
    count = np.array([len(part) for part in parts])
    lower, median, upper = np.array([np.quantile(part, (0.25, 0.5, 0.75)) for part in parts]).T
    mean = np.array([part.mean() for part in parts])
    spread = np.array([part.std(ddof=1) if len(part) > 1 else np.inf for part in parts])
    half = np.array([student_quantile(float(max(1, one - 1))) for one in count]) * spread / np.sqrt(count)
    return Boxes(names, lower, median, upper, mean, mean - half, mean + half, count)


def beside(code: Indices, width: float = 0.32) -> Floats:
    """Give where each row's point lies across (n,): around the place of its level, so that points do not hide others.

    It is the same each time (an additive sequence by the golden ratio; Roberts 2018).
    """
    made: Floats = code + width * (2.0 * np.mod(np.arange(len(code)) * 0.6180339887498949, 1.0) - 1.0)
    return made


def error_by_bin(by: Floats, error: Floats, bins: int = BINS) -> Bins | Undefined:
    """Give the mean absolute error where ``by`` is small to where it is large."""
    return binned(by, np.abs(error), bins)


def coverage_by_bin(predictions: TestPredictions, bins: int = BINS) -> tuple[Bins, Bins] | Undefined:
    """Give, by the size of the prediction, the share of rows between their limits (Wilson's), and the mean width."""
    if predictions.limits is None:
        return Undefined("The model tells no limits of its predictions.")
    place = _places(predictions.predicted, bins)
    if isinstance(place, Undefined):
        return place
    lower, upper = predictions.limits.T
    held = (lower <= predictions.truth) & (predictions.truth <= upper)
    count = np.bincount(place)
    hits = np.bincount(place, weights=held)
    low, high = share_limits(hits, count)
    covered = Bins(*_ends(predictions.predicted, place, len(count)), hits / count, low, high, count, place)
    if not np.isfinite(upper - lower).all():
        return Undefined("The limits of some rows are infinite: they say nothing.")
    width = binned(predictions.predicted, upper - lower, bins)
    assert isinstance(width, Bins)
    return covered, width


def _places(by: Floats, bins: int) -> Indices | Undefined:
    """Give the bin of each row, -1 where ``by`` is no number; equal values are in one bin."""
    known = np.isfinite(by)
    if not known.any():
        return Undefined("No row has a number there.")
    edges = np.unique(np.quantile(by[known], np.linspace(0.0, 1.0, bins + 1)))
    place = np.searchsorted(edges[1:-1], by, side="left")
    place[~known] = -1
    # Between two edges that are neighbours there may be no row.
    used, again = np.unique(place[known], return_inverse=True)
    place[known] = again if len(used) else 0
    return place.astype(np.int64)


def _ends(by: Floats, place: Indices, count: int) -> tuple[Floats, Floats]:
    lower, upper = np.full(count, np.inf), np.full(count, -np.inf)
    inside = place >= 0
    np.minimum.at(lower, place[inside], by[inside])
    np.maximum.at(upper, place[inside], by[inside])
    return lower, upper


def _tails(count: int, most: int = 200) -> Indices:
    """Give the ranks of the least and the largest, which are what is looked at."""
    return np.unique(np.concatenate((np.arange(min(most, count)), np.arange(max(0, count - most), count))))
