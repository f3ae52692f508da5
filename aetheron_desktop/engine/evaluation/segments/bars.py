"""Where effects with intervals lie beside each other, for whoever draws them. Data alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Bar(NamedTuple):
    """Places from 0 to 1: of no difference, of the difference, and of the ends of its interval."""

    zero: float
    at: float
    low: float
    high: float


def bars(effects: Sequence[tuple[float, float, float]]) -> list[Bar]:
    """Give the places of effects (difference, low, high) on one scale that has them all, and 0."""
    whole = [0.0, *(end for effect in effects for end in effect)]
    least, most = min(whole), max(whole)
    span = (most - least) or 1.0

    def place(value: float) -> float:
        return (value - least) / span

    return [Bar(place(0.0), place(value), place(low), place(high)) for value, low, high in effects]
