"""Numbers and caveats in the sentences about plots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.datasets.profiles.sampling import Z
from aetheron_desktop.engine.evaluation.distributions import normal_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def share(value: float) -> str:
    """Give a share as people say it: ``83 %``, ``0.4 %``, ``99.6 %``."""
    percent = 100.0 * value
    if percent in {0.0, 100.0} or 1.0 <= percent <= 99.0:
        return f"{percent:.0f} %"
    return f"{percent:.1f} %" if 0.05 <= percent <= 99.95 else ("less than 0.1 %" if percent < 1.0 else "nearly 100 %")


def amount(value: float) -> str:
    """Give a number with three digits that count, and a true minus."""
    if not math.isfinite(value):
        return "∞" if value > 0.0 else "−∞" if value < 0.0 else "–"
    size = abs(value)
    told = f"{value:,.0f}" if size >= 1_000.0 else f"{value:.3g}"
    return told.replace("-", "−")


def few(count: int, one: str, many: str, enough: int) -> str:
    """Say that only so many rows are there, where they are fewer than ``enough``; nothing otherwise."""
    if count >= enough:
        return ""
    return f"Only {count:,} {one if count == 1 else many}: other rows may tell it quite differently."


def off(value: Floats, low: Floats, high: Floats, wanted: Floats | float) -> NDArray[np.int64]:
    """Give the bins whose ``value`` is off what is ``wanted`` by more than chance explains, so many being looked at.

    Their limits at 95 % are widened so that all bins hold together (Bonferroni).
    """
    wider = normal_quantile(1.0 - 0.025 / max(1, len(value))) / Z
    above, below = value - wider * (value - low) > wanted, value + wider * (high - value) < wanted
    return np.flatnonzero(above | below)


def joined(*sentences: str) -> str:
    """Give the sentences that say something, one after the other."""
    return " ".join(sentence for sentence in sentences if sentence)
