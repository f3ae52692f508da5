"""Numbers of a table."""

import numpy as np
import pandas as pd


def numbers(values: pd.Series) -> np.ndarray:
    """Give numbers; what is none, or is infinite, is missing."""
    found = pd.to_numeric(values.astype(object), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(found), np.clip(found, -1e37, 1e37), np.nan)
