"""McNemar's test: of the rows on which only one of two models is right, does either have more than its half?

Exact by the binomial distribution, and with mid-p, which is nearer to its level (Fagerland, Lydersen and Laake 2013,
The McNemar test for binary matched-pairs data, BMC Medical Research Methodology 13:91).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import bdtr, gammaln, xlogy

if TYPE_CHECKING:
    from numpy.typing import NDArray


class McNemar(NamedTuple):
    """``only_a`` and ``only_b`` are the rows on which that model alone is right; two-sided p-values."""

    only_a: int
    only_b: int
    exact: float
    mid_p: float


def mcnemar(truth: NDArray[Any], a: NDArray[Any], b: NDArray[Any]) -> McNemar:
    """Test the classes (n,) that two models predict against the truth (n,)."""
    right_a, right_b = np.asarray(a == truth), np.asarray(b == truth)
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    count, fewer = only_a + only_b, min(only_a, only_b)
    if not count:
        return McNemar(0, 0, 1.0, 1.0)
    exact = min(1.0, 2.0 * float(bdtr(fewer, count, 0.5)))
    log_point = gammaln(count + 1) - gammaln(fewer + 1) - gammaln(count - fewer + 1) + xlogy(count, 0.5)
    mid_p = 1.0 if only_a == only_b else 2.0 * float(bdtr(fewer, count, 0.5)) - float(np.exp(log_point))
    return McNemar(only_a, only_b, exact, mid_p)
