"""Limits of predictions from rows that the model did not learn from; see :mod:`.estimators.limits` for the papers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.estimators.limits import Limits, values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROUNDING: Final = 1e-12
_ROWS_OF_A_PART: Final = 200
"""In so many rows both tails are seen well enough."""
_MOST_PARTS: Final = 10
_TAIL_ROWS: Final = 5
"""With fewer rows beyond each limit, both are as far away: then only one number is learned."""


def calibrated(truth: Floats, said: Floats, level: float) -> Limits | None:
    """Give the limits at ``level`` from the ``truth`` (n,) of rows and what was ``said`` of them.

    ``said`` is (n,) values, or (n, 3) with the model's own quantiles around the middle. None when the rows are too few
    for any limit to hold: 9 of them at 90 %.
    """
    rows = len(truth)
    if not rows or not np.isfinite(said).all():
        return None
    # A limit that is a value of the table shall hold that value, however the sum is rounded.
    slack = _ROUNDING * float(max(np.abs(truth).max(), np.abs(said).max()))
    if said.ndim == 2:
        beyond = _ranked(np.maximum(said[:, 0] - truth, truth - said[:, 2]), level)
        if beyond is None:
            return None
        both = (beyond + slack,)
        return Limits(level=level, rows=rows, below=both, above=both, of_quantiles=True)
    error = truth - values(said)
    edges = _edges(said, _parts(rows, level))
    part = np.searchsorted(edges, said, side="right")
    found = [_distances(error[part == number], level) for number in range(len(edges) + 1)]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return None
    below, above = (tuple(far + slack for far in side) for side in zip(*known, strict=True))
    return Limits(level=level, rows=rows, below=below, above=above, edges=tuple(float(one) for one in edges))


def _distances(error: Floats, level: float) -> tuple[float, float] | None:
    """Give how far below and above the prediction the limits are."""
    if round(len(error) * (1.0 - level) / 2.0, 6) < _TAIL_ROWS:
        both = _ranked(np.abs(error), level)
        return None if both is None else (both, both)
    one_side = (1.0 + level) / 2.0
    below, above = _ranked(-error, one_side), _ranked(error, one_side)
    # Where nearly all errors are on one side, the other limit is the prediction itself.
    return None if below is None or above is None else (max(below, 0.0), max(above, 0.0))


def _ranked(distance: Floats, level: float) -> float | None:
    """Give the distance that a new row exceeds with a probability of at most 1 - ``level``; None when none is known."""
    rank = math.ceil(round((len(distance) + 1) * level, 9))
    if rank > len(distance):
        return None
    return float(np.partition(distance, rank - 1)[rank - 1])


def _parts(rows: int, level: float) -> int:
    """Give into how many parts the predictions are parted; the rarer what is beyond, the more rows each must have."""
    each = max(_ROWS_OF_A_PART, math.ceil(round(4.0 * _TAIL_ROWS / (1.0 - level), 6)))
    return max(1, min(_MOST_PARTS, rows // each))


def _edges(said: Floats, parts: int) -> Floats:
    """Give values between predictions that part them evenly; equal predictions stay together."""
    ordered, rows = np.sort(said), len(said)
    cuts: list[float] = []
    start, least = 0, rows / (2.0 * parts)
    for number in range(1, parts):
        at = int(np.searchsorted(ordered, ordered[number * rows // parts], side="left"))
        if at - start >= least and rows - at >= least:
            # Half way: a prediction that is rounded otherwise elsewhere stays on its side.
            cuts.append(float(ordered[at - 1] + (ordered[at] - ordered[at - 1]) / 2.0))
            start = at
    return np.array(cuts)
