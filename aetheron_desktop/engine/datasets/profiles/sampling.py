"""How far a figure of a sample may be from that of the whole table.

The sample is of blocks of neighbouring rows, drawn by chance. Rows of a block are alike when a table is sorted, so its
rows are not counted as if each were drawn by itself: the error comes from how much the blocks differ.

- Shares and means: the ratio estimator of a cluster sample (Cochran 1977, Sampling Techniques, section 9A), with
  Student's t, never less than the interval of Wilson (1927) for as many rows drawn by themselves.
- Quantiles: the values at the ends of the interval of the share (Woodruff 1952).

All at 95 % confidence, and less by what of the table is in the sample (finite population correction).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Z: Final = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""
_FEWEST: Final = 4


@dataclass(frozen=True)
class Design:
    """Of which block each looked-at row is, and how many blocks and rows there are."""

    clusters: NDArray[np.int64]
    blocks: int
    rows: int

    def only(self, chosen: NDArray[np.bool_]) -> Design:
        """Give the design of some of the rows, the others not being asked about."""
        return Design(self.clusters[chosen], self.blocks, self.rows)

    def sums(self, values: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """Add up ``values`` (ones by default) by block, for each block that has a row; shape (drawn,)."""
        blocks = int(self.clusters.max()) + 1 if len(self.clusters) else 0
        sizes = np.bincount(self.clusters, minlength=blocks)
        sums = sizes if values is None else np.bincount(self.clusters, weights=values, minlength=blocks)
        made: NDArray[np.float64] = sums[sizes > 0].astype(np.float64)
        return made

    @functools.cached_property
    def sizes(self) -> NDArray[np.float64]:
        """The rows of each block that has one."""
        return self.sums()

    @functools.cached_property
    def rest(self) -> float:
        """The factor that the rows not drawn leave of an error."""
        return math.sqrt(max(0.0, 1.0 - len(self.sizes) / max(1, self.blocks)))


def student(freedom: int) -> float:
    """Give the 97.5 % quantile of Student's t, to three thousandths from 4 degrees of freedom on.

    Abramowitz and Stegun (1964), 26.7.5.
    """
    z, v = Z, float(freedom)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )


def wilson(count: float, rows: float, z: float = Z) -> tuple[float, float]:
    """Give the ends of the interval of a share that ``count`` of ``rows`` have; 0 and 1 without rows.

    ``z`` is the normal quantile of its level, by default that of 95 %.
    """
    if not rows:
        return 0.0, 1.0
    share, extra = count / rows, z * z / rows
    middle = (share + extra / 2) / (1 + extra)
    half = z * math.sqrt(share * (1 - share) / rows + extra / (4 * rows)) / (1 + extra)
    # Rounding must not leave the share itself outside.
    return min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))


def share_error(counts: NDArray[np.float64], sizes: NDArray[np.float64], design: Design) -> float:
    """Give half of the interval of a share, from ``counts`` of the ``sizes`` rows of each block, both (blocks,)."""
    rows, count = float(sizes.sum()), float(counts.sum())
    if not rows:
        return 1.0
    low, high = wilson(count, rows)
    alone = max(high - count / rows, count / rows - low) * design.rest
    return max(alone, cluster_error(counts, sizes, design))


def cluster_error(sums: NDArray[np.float64], sizes: NDArray[np.float64], design: Design) -> float:
    """Give half of the interval of a mean from ``sums`` of the ``sizes`` rows of each block; infinite of few blocks."""
    drawn, rows = len(sizes), float(sizes.sum())
    if drawn <= _FEWEST or not rows:
        return math.inf if design.rest else 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        beyond = sums - sums.sum() / rows * sizes
        error = math.sqrt(drawn / (drawn - 1) * float(np.square(beyond).sum())) / rows
    return student(drawn - 1) * error * design.rest
