"""How sure probabilities are: one number that leaves their order (Guo et al. 2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST: Final = float(np.finfo(np.float64).eps)


def cooled(predicted: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Give probabilities (n, classes) at a temperature: in the same order, less sure above 1."""
    if temperature == 1.0:
        return predicted
    made: NDArray[np.float64] = np.clip(predicted, LEAST, 1.0) ** (1.0 / temperature)
    made /= made.sum(axis=1, keepdims=True)
    return made
