"""What is odd about the rows that are learned from, said in words before the fit; nothing is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.datasets.profiles.power import power

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column

FEWEST: Final = 3
"""A class with fewer rows cannot be learned, chosen by and tested."""
_LOOKED: Final = 5_000
_MOST_COLUMNS: Final = 200
"""So many rows and columns are looked at for leaks; the trust report looks at all."""
_TELLS_ALL: Final = 0.95
_BINS: Final = 60
_ROWS_A_BIN: Final = 80


def warn(
    table: pd.DataFrame,
    y: NDArray[Any],
    columns: Sequence[Column],
    classes: Sequence[str],
    say: Callable[[str], None],
) -> None:
    """Tell of infinite values, of classes with hardly a row, and of columns that tell the target alone.

    ``table`` (n, columns) and ``y`` (n,), class indices or values, are the training rows.
    """
    if endless := [column.name for column in columns if column.type == "number" and _is_endless(table[column.name])]:
        say(f"Infinite values count as missing, in {_named(endless)}.")
    if classes:
        rare = int((np.bincount(y, minlength=len(classes)) < FEWEST).sum())
        if rare:
            say(
                f"{rare:,} of {len(classes):,} classes have fewer than {FEWEST} rows to learn from and will hardly be "
                "told apart: join rare classes to one, or leave their rows out."
            )
    if leaking := _leaking(table, y, columns):
        say(
            f"Suspicious: {_named(leaking)} nearly {'tells' if len(leaking) == 1 else 'tell'} the target alone. Leave "
            "out what is not yet known when the model is asked; the trust report says more."
        )


def _is_endless(values: pd.Series) -> bool:
    if not pd.api.types.is_float_dtype(values.dtype):
        return False
    return bool(np.isinf(values.to_numpy(dtype=np.float64, na_value=np.nan)).any())


def _leaking(table: pd.DataFrame, y: NDArray[Any], columns: Sequence[Column]) -> list[str]:
    drawn: Any = slice(None)
    if len(y) > _LOOKED:
        drawn = np.sort(np.random.default_rng(0).choice(len(y), _LOOKED, replace=False))
    found = []
    for column in columns[:_MOST_COLUMNS]:
        skill = power(_bins(table[column.name].iloc[drawn], column), y[drawn]).power
        if skill is not None and skill >= _TELLS_ALL:
            found.append(column.name)
    return found


def _bins(values: pd.Series, column: Column) -> NDArray[np.int64]:
    """Give the bin of each row: numbers and dates at quantiles, all else each value by itself."""
    bins = max(2, min(_BINS, len(values) // _ROWS_A_BIN))
    if column.type in {"number", "integer", "date"} and values.nunique() > bins:
        ranks = values.rank(method="average").fillna(0.0).to_numpy(dtype=np.float64)
        return (ranks * bins // (len(values) + 1)).astype(np.int64)
    return pd.factorize(values, use_na_sentinel=False)[0].astype(np.int64)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:5])
    return f"{shown} and {len(names) - 5:,} more columns" if len(names) > 5 else shown
