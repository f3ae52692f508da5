"""What is left of a p-value when so many were looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Give p-values corrected for their number, in the same order (Holm 1979): no false one, with the stated chance."""
    count = len(p_values)
    order = sorted(range(count), key=lambda place: p_values[place])
    made, least = [0.0] * count, 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, (count - rank) * p_values[place]))
        made[place] = least
    return made
