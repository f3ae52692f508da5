"""What several scores of one plan tell together: their mean, and how far they lie apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Spread(NamedTuple):
    """``deviation`` is the standard deviation of the ``of`` values (by n - 1); None of a single one."""

    mean: float
    deviation: float | None
    of: int


def spread(values: Sequence[float]) -> Spread | None:
    """Give mean and standard deviation; None of no value."""
    count = len(values)
    if not count:
        return None
    mean = math.fsum(values) / count
    if count == 1:
        return Spread(mean, None, 1)
    return Spread(mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1)), count)
