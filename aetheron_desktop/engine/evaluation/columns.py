"""The values that the rows of stored predictions have in the columns of their dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.errors import EvaluationError, storage_errors

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def numbers_of(snapshot: Path, column: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give a column of numbers, (n,), of the rows of these numbers; NaN where a value is missing.

    Raises:
        EvaluationError: there is no such column, it has no numbers, or the table has fewer rows.
        StorageError: the file cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with storage_errors(snapshot):
        try:
            table = pq.read_table(snapshot, columns=[column], partitioning=None)
        except (pa.ArrowException, KeyError) as error:
            raise EvaluationError(f"The column {column!r} cannot be read ({error}).", hint="Choose another.") from error
    if column not in table.column_names or not len(rows) or int(rows.max()) >= table.num_rows:
        raise EvaluationError(f"The dataset has no column {column!r} of these rows.", hint="Choose another.")
    try:
        values = table[column].cast(pa.float64())
    except pa.ArrowException as error:
        raise EvaluationError(f"The column {column!r} has no numbers.", hint="Choose another.") from error
    return np.asarray(values.to_numpy(), dtype=np.float64)[rows]
