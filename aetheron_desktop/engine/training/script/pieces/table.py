"""Reading the table."""

from pathlib import Path

import pandas as pd


def read_table(path: str) -> pd.DataFrame:
    """Read a Parquet file, whose columns know their types."""
    return pd.read_parquet(Path(path))
