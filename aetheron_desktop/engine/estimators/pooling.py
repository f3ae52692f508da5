"""How a second layer puts together what the members of an ensemble say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEAST_SAID: Final = 1e-4
"""A probability below is taken for this one: a member that is sure and wrong must not decide alone."""


def pooled(
    said: Sequence[NDArray[np.float64]], weights: Sequence[float], offsets: Sequence[float]
) -> NDArray[np.float64]:
    """Give (n, classes) probabilities, or (n,) values, of what the members ``said``, each of that shape.

    Values are summed up by their ``weights``, with the one of the ``offsets``. Of probabilities the logarithms are,
    with an offset for each class, and the sums become probabilities again (a logarithmic opinion pool; Genest and Zidek
    1986, Combining Probability Distributions). Weights may be below zero: what a weak member says is then taken away.
    """
    if said[0].ndim == 1:
        return sum_of(said, weights, offsets[0])
    total = sum_of([np.log(np.clip(one, LEAST_SAID, 1.0)) for one in said], weights, np.asarray(offsets))
    total -= total.max(axis=1, keepdims=True)
    np.exp(total, out=total)
    total /= total.sum(axis=1, keepdims=True)
    return total


def sum_of(said: Sequence[NDArray[np.float64]], weights: Sequence[float], offset: Any) -> NDArray[np.float64]:
    """Give the weighted sum, in the order of the members, and ``offset`` with it."""
    total = np.zeros_like(said[0])
    for one, weight in zip(said, weights, strict=True):
        total += weight * one
    total += offset
    return total
