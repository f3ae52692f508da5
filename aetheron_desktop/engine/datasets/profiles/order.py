"""Quantiles as values that are there: the inverted distribution function."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.profiles.cells import Numbers
    from aetheron_desktop.engine.datasets.profiles.profile import Value


def at_share(ordered: Numbers, share: float) -> Value:
    """Give the least of the ascending values that at least ``share`` of them do not exceed."""
    value: Value = ordered[place_of(share, len(ordered))].item()
    return value


def place_of(share: float, count: int) -> int:
    """Give the place, from zero, of a quantile among ``count`` ascending values."""
    # A product like 0.07 × 100 comes out a little above the whole number that it is.
    return min(count - 1, max(0, math.ceil(share * count - 1e-9) - 1))
