"""The cells of a snapshot, a page at a time, as they are shown and copied."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, TypeAlias

from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Row: TypeAlias = tuple[str | None, ...]
_LONGEST = 2_000
_COPY_ROWS = 2_000
_COPY_COLUMNS = 100
"""What is read at once: DuckDB holds 2,048 rows of each column, decoded, whatever is asked for."""


class Pages:
    """Reads pages of the Parquet file ``parquet`` without loading it; used from one thread.

    Raises:
        DatasetError: the file is gone or damaged.
    """

    def __init__(self, parquet: Path, columns: Sequence[str] | None = None) -> None:
        import duckdb  # 24 MB and 90 ms; loaded when a table is first looked at

        self._path = parquet
        self._error = duckdb.Error
        try:
            self._connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "128MB"})
            # A file of thousands of columns has a long foot, and it would be read for each page.
            self._connection.execute("SET parquet_metadata_cache=true")
            described = self._rows("DESCRIBE SELECT * FROM read_parquet(?, hive_partitioning=false)", [str(parquet)])
            self._columns = tuple(columns) if columns is not None else tuple(str(row[0]) for row in described)
            self.count = int(
                self._rows("SELECT count(*) FROM read_parquet(?, hive_partitioning=false)", [str(parquet)])[0][0]
            )
        except duckdb.Error as error:
            raise self._refusal(error) from error

    def rows(self, start: int, count: int, first: int = 0, width: int | None = None) -> list[Row]:
        """Give at most ``count`` rows from ``start``, and of them ``width`` cells from column ``first``.

        A missing cell is None; a text is cut at 2,000 signs.
        """
        last = len(self._columns) if width is None else first + width
        return self._cells(start, count, [f"left({_text(name)}, {_LONGEST})" for name in self._columns[first:last]])

    def copied(self, start: int, count: int, first: int, width: int, should_stop: Callable[[], bool]) -> str:
        """Give cells, whole, as tab-separated lines, quoted as spreadsheets do; a missing one is empty.

        Nothing is given when it was asked to stop.
        """
        out = io.StringIO()
        writer = csv.writer(out, dialect="excel-tab", lineterminator="\n")
        columns = [_text(name) for name in self._columns[first : first + width]]
        for place in range(start, start + count, _COPY_ROWS):
            most = min(_COPY_ROWS, start + count - place)
            blocks = []
            for block in range(0, len(columns), _COPY_COLUMNS):
                if should_stop():
                    return ""
                blocks.append(self._cells(place, most, columns[block : block + _COPY_COLUMNS]))
            for parts in zip(*blocks, strict=True):
                writer.writerow([cell for part in parts for cell in part])
        return out.getvalue().removesuffix("\n")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _cells(self, start: int, count: int, shown: Sequence[str]) -> list[Row]:
        query = f"SELECT {', '.join(shown)} FROM read_parquet(?, hive_partitioning=false) LIMIT ? OFFSET ?"  # noqa: S608 - names are quoted
        try:
            return self._rows(query, [str(self._path), count, start])
        except self._error as error:
            raise self._refusal(error) from error

    def _rows(self, query: str, values: list[Any]) -> list[Any]:
        return self._connection.execute(query, values).fetchall()

    def _refusal(self, error: Exception) -> DatasetError:
        return DatasetError(
            f"The snapshot {self._path.parent.name} cannot be read: {error}", hint="Import the file again."
        )


def _text(name: str) -> str:
    return f"CAST({quoted(name)} AS VARCHAR)"
