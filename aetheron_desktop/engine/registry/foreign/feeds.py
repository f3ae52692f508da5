"""From a table to the input that a foreign model takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators.features import MISSING_WORD, Columns, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Column

_DAY: Final = 86_400.0
_EPOCH: Final = 946_684_800.0
"""2000-01-01, from which the days of a date count, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Feed:
    """How a column becomes a feature: ``categories`` are the words of its codes, ``worded`` asks for words."""

    column: Column
    categories: tuple[str, ...] | None = None
    worded: bool = False

    def values(self, frame: pd.DataFrame) -> NDArray[Any]:
        """Give (n,) numbers, codes or words of the column.

        Raises:
            ModelError: it holds words where the model takes numbers.
        """
        if self.column.type == "date":
            # Days are fractions: what is lost in them is less than a millionth of a second.
            days = frame[Columns((self.column,)).of("number")[0]].to_numpy()
            return np.round(days * _DAY + _EPOCH, 6)
        given = frame[self.column.name]
        if self.categories is not None:
            codes = {name: float(code) for code, name in enumerate(self.categories)}
            return words(given).map(codes).to_numpy(dtype=np.float64)
        if self.worded:
            told = words(given)
            return told.where((told != MISSING_WORD) & given.notna(), "").to_numpy(dtype=object)
        if pd.api.types.is_numeric_dtype(given.dtype):
            return given.to_numpy(dtype=np.float64)
        return self._numbers(given)

    def _numbers(self, given: pd.Series) -> NDArray[np.float64]:
        known = (given != MISSING_WORD) & (given != "")
        made = pd.to_numeric(given.where(known), errors="coerce").to_numpy(dtype=np.float64)
        strange = known.to_numpy() & np.isnan(made)
        if strange.any():
            raise ModelError(
                f"“{self.column.name}” holds {str(given[strange].iloc[0])[:60]!r}, and the model takes numbers there.",
                hint="Say which column is which, or encode it as it was when the model was trained.",
            )
        return made


@dataclass(frozen=True, slots=True)
class Matrix:
    """Puts the features of a frame side by side: (n, k) numbers, or objects where some are words."""

    feeds: tuple[Feed, ...]

    def transform(self, frame: pd.DataFrame) -> NDArray[Any]:
        """Give (n, k)."""
        dtype = object if any(feed.worded for feed in self.feeds) else np.float64
        made = np.empty((len(frame), len(self.feeds)), dtype=dtype)
        for position, feed in enumerate(self.feeds):
            made[:, position] = feed.values(frame)
        return made


class RawColumns(Columns):
    """Gives the columns as they stand in the table, as scikit-learn's own pipelines were trained on them."""

    __slots__ = ()

    def given(self, table: pd.DataFrame) -> dict[str, Any]:
        """Give the columns (n,) by name; raises as :meth:`Columns.given`."""
        made = Columns.given(self, table)
        raw: dict[str, Any] = {}
        for column in self.columns:
            values = table[column.name]
            if column.type in {"number", "integer"}:
                raw[column.name] = made[column.name]
            elif pd.api.types.is_bool_dtype(values.dtype) and not values.isna().any():
                raw[column.name] = values.astype(bool)
            elif column.type == "date":
                raw[column.name] = values
            else:
                raw[column.name] = values.astype(object).where(values.notna(), np.nan).infer_objects()
        return raw


@dataclass(frozen=True, slots=True)
class Renamed:
    """Gives the frame the names that the pipeline knows; ``plain`` asks for an array of numbers without names."""

    names: tuple[str, ...]
    plain: bool

    def transform(self, frame: pd.DataFrame) -> Any:
        """Give (n, k)."""
        named = frame.set_axis(list(self.names), axis=1)
        return named.to_numpy(dtype=np.float64) if self.plain else named
