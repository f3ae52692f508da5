"""Truth values."""

import numpy as np
import pandas as pd

from aetheron_desktop.engine.training.script.pieces.numbers import numbers
from aetheron_desktop.engine.training.script.pieces.words import words


def truths(values: pd.Series) -> np.ndarray:
    """Give 1 for what says yes, 0 for what says no, and the numbers that stand for them as they are."""
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        return numbers(values)
    said = words(values).str.strip().str.casefold()
    known = {"true": 1.0, "yes": 1.0, "t": 1.0, "y": 1.0, "false": 0.0, "no": 0.0, "f": 0.0, "n": 0.0}
    return numbers(said.map(known).fillna(pd.to_numeric(said, errors="coerce")))
