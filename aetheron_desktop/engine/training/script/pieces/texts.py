"""Texts of a table."""

import numpy as np
import pandas as pd


def texts(values: pd.Series) -> np.ndarray:
    """Give texts; one that is missing is empty."""
    return values.astype(object).where(values.notna(), "").map(str).to_numpy(dtype=object)
