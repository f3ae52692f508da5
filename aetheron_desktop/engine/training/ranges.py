"""What the columns held that a model learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.datasets.schema import ColumnRange
from aetheron_desktop.engine.estimators.features import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.datasets.schema import Column

_MOST_VALUES: Final = 100
_LONGEST_VALUE: Final = 200


def ranges(table: pd.DataFrame, columns: Sequence[Column]) -> dict[str, ColumnRange]:
    """Give the range of each of ``columns`` in the rows of ``table``; texts have none."""
    return {column.name: _range(table[column.name], column) for column in columns if column.type != "text"}


def _range(values: pd.Series[Any], column: Column) -> ColumnRange:
    filled = values.dropna()
    match column.type:
        case "number" | "integer" if pd.api.types.is_numeric_dtype(filled.dtype):
            found = filled.to_numpy(dtype=np.float64)
            found = found[np.isfinite(found)]
            if not len(found):
                return ColumnRange()
            # Of halves: the sum of the two in the middle may be more than there are numbers for.
            return ColumnRange(float(found.min()), 2 * float(np.median(found / 2)), float(found.max()))
        case "date" if pd.api.types.is_datetime64_any_dtype(filled.dtype) and len(filled):
            ordered = filled.sort_values().iloc[[0, (len(filled) - 1) // 2, -1]]
            return ColumnRange(*(moment.isoformat() for moment in ordered))
        case _:
            counts = words(filled).value_counts()
            known = [value for value in counts.index[:_MOST_VALUES] if len(value) <= _LONGEST_VALUE]
            # Identifiers are of single rows: they are counted, not named.
            shown = () if column.type == "identifier" else tuple(known)
            return ColumnRange(values=shown, others=len(counts) - len(shown))
