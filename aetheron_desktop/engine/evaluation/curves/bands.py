"""How far a share, or a curve of two shares, may be from that of all rows like these; at 95 %, point by point.

A share has Wilson's interval (1927). A point of a curve moves in two ways: up and down by its own share, and along the
curve by the other one. Both distances are squared and added (MOVER; Zou and Donner 2008), which needs no density and
holds at the ends of the curve, where the bootstrap sees no spread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.datasets.profiles.sampling import Z

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def share_limits(count: ArrayLike, rows: ArrayLike) -> tuple[Floats, Floats]:
    """Give the limits of the shares that ``count`` of ``rows`` have, arrays of one shape; 0 and 1 without rows."""
    count, rows = np.asarray(count, dtype=np.float64), np.asarray(rows, dtype=np.float64)
    many = np.where(rows > 0.0, rows, 1.0)
    share, extra = count / many, Z * Z / many
    middle = (share + extra / 2.0) / (1.0 + extra)
    half = Z * np.sqrt(np.maximum(share * (1.0 - share), 0.0) / many + extra / (4.0 * many)) / (1.0 + extra)
    low, high = np.clip(middle - half, 0.0, share), np.clip(middle + half, share, 1.0)
    known = rows > 0.0
    return np.where(known, low, 0.0), np.where(known, high, 1.0)


def share_of(part: Floats, rest: Floats) -> Floats:
    """Give ``part`` of ``part`` and ``rest``; 0 where both are."""
    whole = part + rest
    return np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0.0)


def added(value: Floats, *limits: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Give limits around ``value``: the distances of each of the ``limits``, squared and added."""
    down = np.sqrt(np.sum([np.square(np.maximum(value - low, 0.0)) for low, _ in limits], axis=0))
    up = np.sqrt(np.sum([np.square(np.maximum(high - value, 0.0)) for _, high in limits], axis=0))
    return value - down, value + up
