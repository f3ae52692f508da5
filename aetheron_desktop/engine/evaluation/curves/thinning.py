"""Of the many points of a curve those that are needed to draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

POINTS = 2_000


def thinned(x: Floats, y: Floats, most: int = POINTS) -> Indices:
    """Give the places of at most ``most`` points of the line through ``x`` and ``y`` (k,), ascending.

    ``x`` rises or stays. The ends are among them, and the corners of the upper hull as far as there is room; the others
    are spread evenly along the line and along ``x``, so that neither a steep part nor a flat one is lost.
    """
    count = len(x)
    if count <= most:
        return np.arange(count)
    corners = hull(x, y)
    if len(corners) > most // 4:
        corners = corners[np.linspace(0, len(corners) - 1, most // 4).round().astype(np.int64)]
    room = (most - len(corners) - 2) // 2
    length = np.append(0.0, np.cumsum(np.hypot(_steps(x), _steps(y))))
    chosen = [corners, np.array([0, count - 1]), _even(length, room), _even(x, room)]
    return np.unique(np.concatenate(chosen))


def hull(x: Floats, y: Floats) -> Indices:
    """Give the places of the corners of the upper convex hull; ``x`` (k,) rises or stays."""
    kept = np.flatnonzero(np.append(True, (np.diff(x) != 0.0) | (np.diff(y) != 0.0)))
    while len(kept) > 2:
        # What lies on or below the line between its neighbours, which are points too, is no corner.
        across, up = np.diff(x[kept]), np.diff(y[kept])
        is_corner = up[:-1] * across[1:] > up[1:] * across[:-1]
        if is_corner.all():
            break
        kept = kept[np.concatenate(([True], is_corner, [True]))]
    return kept


def _steps(values: Floats) -> Floats:
    spread = float(values.max() - values.min())
    return np.diff(values) / (spread or 1.0)


def _even(along: Floats, count: int) -> Indices:
    """Give the places that are nearest below ``count`` even steps of ``along``, which rises."""
    wanted = np.linspace(float(along[0]), float(along[-1]), count)
    return np.minimum(np.searchsorted(along, wanted, side="left"), len(along) - 1)
