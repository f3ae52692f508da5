"""The values that the rows of stored predictions have in the columns of their dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from aetheron_desktop.engine.errors import EvaluationError, storage_errors

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

LEVELS: Final = 12
"""So many levels of a column stand by themselves, the commonest; all others stand together."""
MISSING: Final = "missing"


class Levels(NamedTuple):
    """Which of ``names`` each row has, (n,)."""

    code: NDArray[np.int64]
    names: tuple[str, ...]


def numbers_of(snapshot: Path, column: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give a column of numbers, (n,), of the rows of these numbers; NaN where a value is missing.

    Dates are in microseconds since 1970.

    Raises:
        EvaluationError: there is no such column, it has no numbers, or the table has fewer rows.
        StorageError: the file cannot be read.
    """
    import pyarrow as pa

    found = _read(snapshot, column, rows)
    try:
        if pa.types.is_temporal(found.type):
            found = found.cast(pa.timestamp("us")).cast(pa.int64())
        values = found.cast(pa.float64())
    except pa.ArrowException as error:
        raise EvaluationError(f"The column {column!r} has no numbers.", hint="Choose another.") from error
    return np.asarray(values.to_numpy(), dtype=np.float64)[rows]


def levels_of(snapshot: Path, column: str, rows: NDArray[np.int64], most: int = LEVELS) -> Levels:
    """Give the levels of a column of words or truth values for the rows of these numbers, the commonest first.

    Behind the ``most`` commonest stand all others as one, and the rows whose value is missing.

    Raises:
        EvaluationError: there is no such column, or the table has fewer rows.
        StorageError: the file cannot be read.
    """
    import pyarrow as pa

    found = _read(snapshot, column, rows).cast(pa.string()).combine_chunks()
    whole = pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) else found
    coded = whole.dictionary_encode()
    words: list[str] = coded.dictionary.to_pylist()
    code = np.asarray(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)[rows]
    counts = np.bincount(code[code >= 0], minlength=len(words))
    order = [int(place) for place in np.argsort(-counts, kind="stable") if counts[place]]
    names = [words[place] for place in order[:most]]
    place_of = np.full(len(words) + 1, len(names), dtype=np.int64)
    place_of[order[:most]] = np.arange(len(names))
    others = len(order) - len(names)
    if others > 0:
        names.append(f"{others:,} others")
    if bool((code < 0).any()):
        place_of[-1] = len(names)
        names.append(MISSING)
    return Levels(place_of[code], tuple(names))


def _read(snapshot: Path, column: str, rows: NDArray[np.int64]) -> pa.ChunkedArray[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with storage_errors(snapshot):
        try:
            table = pq.read_table(snapshot, columns=[column], partitioning=None)
        except (pa.ArrowException, KeyError) as error:
            raise EvaluationError(f"The column {column!r} cannot be read ({error}).", hint="Choose another.") from error
    if column not in table.column_names or not len(rows) or int(rows.max()) >= table.num_rows:
        raise EvaluationError(f"The dataset has no column {column!r} of these rows.", hint="Choose another.")
    return table[column]
