"""Two models over the same folds or splits: their scores are no independent draws, for the training rows overlap.

- Corrected resampled t test (Nadeau and Bengio 2003, Inference for the generalization error, Machine Learning 52):
  the variance of the mean grows by the share of test to training rows.
- Bayesian correlated t test (Corani and Benavoli 2015, A Bayesian approach for comparing cross-validated algorithms on
  multiple data sets, Machine Learning 100:285-304): the posterior of the mean difference, and the probabilities that it
  lies below, within and above a region of practical equivalence.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST: Final = 3
"""With fewer folds nothing can be told."""


class Repeated(NamedTuple):
    """``mean`` is by how much b is better over ``folds`` folds, ``low`` to ``high`` its interval at 95 %.

    ``p_value`` is that of the corrected test; ``worse``, ``same`` and ``better`` are the probabilities that b is so,
    less than ``region`` being the same. ``correlation`` is that of the folds' scores by the share of test rows.
    """

    folds: int
    mean: float
    low: float
    high: float
    p_value: float
    worse: float
    same: float
    better: float
    region: float
    correlation: float


def over_folds(gains: Sequence[float], test_share: float, region: float) -> Repeated | None:
    """Compare by the difference that each fold had; None with fewer than :data:`FEWEST` folds.

    ``gains`` are by how much b is better in each fold, ``test_share`` is the share of all rows that a fold tests on.

    Raises:
        ValueError: the share is not between 0 and 1.
    """
    if not 0.0 < test_share < 1.0:
        raise ValueError(f"A share of {test_share} of the rows cannot be tested on.")
    folds = len(gains)
    if folds < FEWEST:
        return None
    values = np.asarray(gains, dtype=np.float64)
    mean, variance, degrees = float(values.mean()), float(values.var(ddof=1)), folds - 1.0
    # rho / (1 - rho) is the number of test rows by that of training rows, so both tests have the same scale.
    scale = math.sqrt((1.0 / folds + test_share / (1.0 - test_share)) * variance)
    if scale <= 1e-15 * max(1.0, abs(mean)):
        side = 0.0 if abs(mean) <= region else math.copysign(1.0, mean)
        beyond = 1.0 if mean == 0.0 else 0.0
        return Repeated(
            folds, mean, mean, mean, beyond, float(side < 0), float(side == 0), float(side > 0), region, test_share
        )
    width = scale * float(stdtrit(degrees, 0.975))
    worse = float(stdtr(degrees, (-region - mean) / scale))
    better = 1.0 - float(stdtr(degrees, (region - mean) / scale))
    p_value = 2.0 * float(stdtr(degrees, -abs(mean) / scale))
    return Repeated(
        folds,
        mean,
        mean - width,
        mean + width,
        p_value,
        worse,
        max(0.0, 1.0 - worse - better),
        better,
        region,
        test_share,
    )
