"""Whether probabilities are right: of the rows with a probability of about 0.7, do 70 % have the class?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from aetheron_desktop.engine.datasets.profiles.sampling import Z
from aetheron_desktop.engine.evaluation.curves.bands import share_limits
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

Binning: TypeAlias = Literal["width", "quantile"]
BINS = 10
_LARGEST = 1e6
_HALVINGS = 40
_ROUNDING = 1e-12
"""A mean of many equal probabilities is off by so much."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Bins (b,) that have rows, from ``lower`` (exclusive, but for the first) to ``upper``.

    ``said`` is the mean probability, ``seen`` the share of rows that have the class, with Wilson's limits ``low`` and
    ``high``; ``count`` are their rows, ``bin`` (n,) is the place of each row's bin. ``error`` is the expected
    calibration error (Naeini et al. 2015), ``error_low`` and ``error_high`` its limits, ``largest`` that of one bin.
    """

    lower: Floats
    upper: Floats
    said: Floats
    seen: Floats
    low: Floats
    high: Floats
    count: Indices
    bin: Indices
    error: float
    error_low: float
    error_high: float
    largest: float

    def rows(self, place: int) -> Indices:
        """Give the positions of the rows in the bin at ``place``."""
        return np.flatnonzero(self.bin == place)


def calibration(
    hit: NDArray[np.bool_], probability: Floats, bins: int = BINS, binning: Binning = "width"
) -> Calibration | Undefined:
    """Give how often there is a ``hit`` (n,) where it was said to have a ``probability`` (n,)."""
    if not len(hit):
        return Undefined("There are no rows.")
    if probability.min() < 0.0 or probability.max() > 1.0:
        return Undefined("The scores of this model are no probabilities, so they cannot be right or wrong as such.")
    edges = np.linspace(0.0, 1.0, bins + 1)
    if binning == "quantile":
        edges = np.unique(np.quantile(probability, edges))
        edges = edges if len(edges) > 1 else np.array([edges[0], edges[0]])
    place = np.searchsorted(edges[1:-1], probability, side="left")
    count = np.bincount(place, minlength=len(edges) - 1)
    kept = np.flatnonzero(count)
    counted = count[kept]
    hits: Floats = np.bincount(place, weights=hit, minlength=len(count))[kept].astype(np.float64)
    said = np.bincount(place, weights=probability, minlength=len(count))[kept] / counted
    # A sum of many equal probabilities is rounded; a mean lies between the least and the largest all the same.
    said = np.clip(said, edges[:-1][kept], edges[1:][kept])
    seen = hits / counted
    low, high = share_limits(hits, counted)
    number = np.full(len(count), -1)
    number[kept] = np.arange(len(kept))
    return Calibration(
        edges[:-1][kept],
        edges[1:][kept],
        said,
        seen,
        low,
        high,
        counted,
        number[place],
        *_error(said, hits, np.asarray(counted, dtype=np.float64)),
        float(np.abs(seen - said).max()),
    )


def calibration_of(
    predictions: TestPredictions, label: int | None = None, bins: int = BINS, binning: Binning = "width"
) -> Calibration | Undefined:
    """Give the calibration of the class ``label``; by default of the second of two, of several of the likeliest one."""
    if label is None and predictions.task == "binary":
        label = 1
    if label is not None:
        return calibration(predictions.truth == label, predictions.predicted[:, label], bins, binning)
    if not len(predictions):
        return Undefined("There are no rows.")
    best = predictions.predicted.argmax(axis=1)
    return calibration(best == predictions.truth, predictions.predicted.max(axis=1), bins, binning)


def _error(said: Floats, hits: Floats, count: Floats) -> tuple[float, float, float]:
    """Give the expected calibration error and its limits.

    A gap has no sign, so what is mere chance adds up, the more the fewer rows there are. So the limits are the errors
    of gaps that are larger or smaller than these by one factor, at which the error that is seen would be one of the
    largest or least 2.5 %: the sum of the gaps is nearly normal, each by itself is folded (Leone et al. 1961). How far
    a bin is off by chance is told by the share that is seen and by the one that is supposed, half and half: where few
    rows tell the former, none of them may have the class. That the rows would fall into other bins varies the sum too.
    """
    share = count / count.sum()
    gap = np.abs(hits / count - said)
    gap[gap <= _ROUNDING] = 0.0
    value = float((share * gap).sum())
    # As Agresti and Coull have it: a bin where all is right is not without an error.
    likely = (hits + 2.0 * said) / (count + 2.0)
    rows = float(count.sum())

    def beyond(factor: float, side: float) -> float:
        supposed = np.clip(said + factor * (likely - said), 0.0, 1.0)
        error = np.sqrt((likely * (1.0 - likely) + supposed * (1.0 - supposed)) / (2.0 * count))
        means, variances, thirds = _folded(factor * gap, error)
        mean = float(share @ means)
        variance = float(share**2 @ variances + share @ (means - mean) ** 2 / rows)
        third = float(share**3 @ thirds + share @ (means - mean) ** 3 / rows**2)
        deviation = math.sqrt(variance) or 1.0
        # The sum of a few leans to one side (Cornish and Fisher 1938).
        quantile = side * Z + (Z * Z - 1.0) * third / deviation**3 / 6.0
        return float(mean + quantile * deviation)

    def end(side: float) -> float:
        if beyond(0.0, side) >= value:
            return 0.0
        low, high = 0.0, 1.0
        while beyond(high, side) < value and high < _LARGEST:
            high *= 2.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2.0
            low, high = (middle, high) if beyond(middle, side) < value else (low, middle)
        return high

    return value, min(end(1.0) * value, value), min(1.0, max(end(-1.0) * value, value))


def _folded(gap: Floats, error: Floats) -> tuple[Floats, Floats, Floats]:
    """Give mean, variance and third moment about it of the size of what is normal about ``gap`` with an ``error``."""
    error = np.maximum(error, 1e-12)
    z = gap / error
    inside = np.array([math.erf(each / math.sqrt(2.0)) for each in z.tolist()])
    front = error * math.sqrt(2.0 / math.pi) * np.exp(-np.square(z) / 2.0)
    mean, square = front + gap * inside, gap**2 + error**2
    cube = front * (gap**2 + 2.0 * error**2) + gap * (gap**2 + 3.0 * error**2) * inside
    return mean, np.maximum(square - mean**2, 0.0), cube - 3.0 * mean * square + 2.0 * mean**3
