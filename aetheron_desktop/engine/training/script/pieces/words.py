"""Words of categories."""

from typing import Any

import numpy as np
import pandas as pd


def words(values: pd.Series) -> pd.Series:
    """Give the words of categories: whole numbers without a point, missing ones as a word of their own."""
    codes, known = pd.factorize(values, use_na_sentinel=True)
    return pd.Series(np.array([*map(_word, known), "(missing)"], dtype=object)[codes], index=values.index, dtype=object)


def _word(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 2**63 else repr(number)
    return value.isoformat() if isinstance(value, pd.Timestamp) else str(value)
