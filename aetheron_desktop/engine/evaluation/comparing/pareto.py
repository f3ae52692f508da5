"""The Pareto front: the models that no other one betters in one thing without being worse in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def front(values: NDArray[np.float64], higher: Sequence[bool]) -> NDArray[np.bool_]:
    """Say which rows of ``values`` (models, things) are on the front; ``higher`` is of which things more is better.

    A model of which something is not known is not on it. Equal ones are on it together.
    """
    known = np.isfinite(values).all(axis=1)
    signed = np.where(np.asarray(higher, dtype=np.bool_), values, -values)
    made = np.zeros(len(values), dtype=np.bool_)
    best: list[NDArray[np.float64]] = []
    # From the best in the first thing on, whatever betters a model has been looked at before it.
    for place in sorted(np.flatnonzero(known).tolist(), key=lambda place: tuple(-signed[place])):
        one = signed[place]
        if not any((other >= one).all() and (other > one).any() for other in best):
            made[place] = True
            best.append(one)
    return made
