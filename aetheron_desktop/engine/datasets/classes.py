"""Which classes stand in a column, in the words and the order in which models have them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset


def classes_of(dataset: Dataset, column: str, most: int) -> tuple[str, ...]:
    """Give the classes of ``column``, numbers by size, words by the alphabet.

    Raises:
        DatasetError: there are more than ``most``, or the snapshot cannot be read.
        UsageError: there is no such column.
    """
    import pyarrow as pa  # 0.1 s; few windows ask
    import pyarrow.parquet as pq

    dataset.info.schema.column(column)
    try:
        # In pieces, and without pyarrow's datasets, which would import pandas into the window.
        with pq.ParquetFile(dataset.parquet) as file:
            found = {
                value for piece in file.iter_batches(columns=[column]) for value in piece.column(0).unique().to_pylist()
            }
    except (OSError, pa.ArrowException) as error:
        raise DatasetError(f"The column {column!r} cannot be read: {error}", hint="Import the file again.") from error
    known = list({_word(value) for value in found if value is not None and value == value})  # noqa: PLR0124 - no NaN
    if len(known) > most:
        raise DatasetError(
            f"{column!r} has {len(known):,} classes, too many for a table of costs.",
            hint="On the command line a CSV file tells them: --cost costs.csv.",
        )
    try:
        return tuple(sorted(known, key=float))
    except ValueError:
        return tuple(sorted(known))


def _word(value: Any) -> str:
    """Give a value as :func:`.estimators.features.words` does, of which a test sees to it."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)
        case dt.datetime() | dt.date():
            return value.isoformat()
        case _:
            return str(value)
