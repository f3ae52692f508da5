"""What each row counts while a model learns, as a column of the table says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators.features import numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray


_ON_THE_DATA_TAB: Final = "Mend the column with a step of Prepare, or train without it."


def read_weight(
    values: pd.Series, wanted: NDArray[np.bool_], name: str, say: Callable[[str], None]
) -> NDArray[np.float64]:
    """Give what each row counts, (n,), 0 where it counts nothing.

    ``wanted`` (n,) are the rows that may count: those with a target. No other needs a weight.

    Raises:
        TrainingError: a row that is wanted has no finite weight, or one below 0; or all of them are 0.
    """
    weight = np.where(wanted, numbers(values), 0.0)
    for wrong, words in (
        (np.isnan(weight), "have no number in it"),
        (weight < 0.0, "have a weight below 0"),
    ):
        if count := int(wrong.sum()):
            first = int(np.argmax(wrong)) + 1
            raise TrainingError(
                f"Rows shall count as the column {name!r} says, and {count:,} of them {words}, the first in row "
                f"{first:,}.",
                hint=_ON_THE_DATA_TAB,
            )
    if not weight.any():
        raise TrainingError(f"Every row has the weight 0 in the column {name!r}.", hint=_ON_THE_DATA_TAB)
    if idle := int((wanted & (weight == 0.0)).sum()):
        say(f"{idle:,} rows have the weight 0 in {name!r} and are left out.")
    return weight
