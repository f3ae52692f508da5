"""Between which limits a number lies that a model predicts, at a level such as 90 %.

They were measured on rows that the model did not learn from (split conformal prediction; Papadopoulos et al. 2002, Lei
et al. 2018), so that the share of new rows like them that lie between is the level, whatever the model. Around a single
value they are as far away as the errors were for predictions of about that size (Mondrian conformal regression;
Boström and Johansson 2020). Around a model's own quantiles they are moved by as much as those were wrong (conformalized
quantile regression; Romano, Patterson and Candès 2019).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEVEL: Final = 0.9
LOWEST_LEVEL, HIGHEST_LEVEL = 0.5, 0.999
MOST_EDGES: Final = 100


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How far the limits are from what is predicted, measured on ``rows`` rows.

    ``edges`` (k,) part the predictions by size, ascending; ``below`` and ``above`` (k + 1,) are the distances in each
    part, in the target's unit: from the value, or with ``of_quantiles`` outwards from the model's own quantiles.
    """

    level: float
    rows: int
    below: tuple[float, ...]
    above: tuple[float, ...]
    edges: tuple[float, ...] = ()
    of_quantiles: bool = False

    def around(self, said: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give (n, 2) lower and upper limits of what was ``said``: (n,) values, or (n, 3) with their quantiles."""
        import numpy as np  # who plans has no need of it

        middle, low, high = (said[:, 1], said[:, 0], said[:, 2]) if said.ndim == 2 else (said, said, said)
        part = np.searchsorted(np.array(self.edges), middle, side="right")
        lower, upper = low - np.array(self.below)[part], high + np.array(self.above)[part]
        # Quantiles that were too far apart are brought together, but never past the prediction.
        return np.column_stack([np.minimum(lower, middle), np.maximum(upper, middle)])

    @property
    def words(self) -> str:
        """What they are, for people; it goes on after a colon."""
        share = f"{100.0 * self.level:.4g} % of all rows lie between them"
        if self.of_quantiles:
            how = "they follow each row"
        else:
            how = "they follow the size of the prediction" if self.edges else "they are equally wide for every row"
        return f"{share}; {how}, and were set on {self.rows:,} rows that it did not learn from"


def values(said: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the (n,) values of what was said of a number."""
    return said[:, 1] if said.ndim == 2 else said
