"""Reading a delimited text."""

from typing import Any

import pandas as pd

_MISSING_WORDS = ["", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "<na>", "\\n", "?", "-", "--", "---", "."]


def read_delimited(path: str, columns: dict[str, str], form: dict[str, Any]) -> pd.DataFrame:
    """Read the ``columns`` of a delimited text, each as its type says; or a Parquet file, whose columns know theirs."""
    if path.endswith(".parquet"):
        return pd.read_parquet(path)[list(columns)]
    cells = pd.read_csv(path, dtype=str, keep_default_na=False, usecols=list(columns), **form)
    return pd.DataFrame({name: _typed(cells[name].str.strip(), kind) for name, kind in columns.items()})


def _typed(cells: pd.Series, kind: str) -> pd.Series:
    if kind in {"category", "identifier", "text"}:
        return cells.astype(object).where(~cells.isin(["", "?"]), None)
    known = cells.astype(object).where(~cells.str.lower().isin(_MISSING_WORDS), None)
    if kind == "date":
        return pd.to_datetime(known, errors="coerce", format="ISO8601")
    return pd.to_numeric(known, errors="coerce") if kind in {"number", "integer"} else known
