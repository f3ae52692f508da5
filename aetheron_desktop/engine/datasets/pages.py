"""The rows of a snapshot, a page at a time, as they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Row: TypeAlias = tuple[str | None, ...]
_LONGEST = 2_000


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
            shown = ", ".join(_shown(name) for name in columns) if columns is not None else _all_shown(self, parquet)
            self._query = f"SELECT {shown} FROM read_parquet(?) LIMIT ? OFFSET ?"  # noqa: S608 - names are quoted
            self.count = int(self._rows("SELECT count(*) FROM read_parquet(?)", [str(parquet)])[0][0])
        except duckdb.Error as error:
            raise self._refusal(error) from error

    def rows(self, start: int, count: int) -> list[Row]:
        """Give at most ``count`` rows from ``start``; a missing cell is None."""
        try:
            return self._rows(self._query, [str(self._path), count, start])
        except self._error as error:
            raise self._refusal(error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _rows(self, query: str, values: list[Any]) -> list[Any]:
        return self._connection.execute(query, values).fetchall()

    def _refusal(self, error: Exception) -> DatasetError:
        return DatasetError(
            f"The snapshot {self._path.parent.name} cannot be read: {error}", hint="Import the file again."
        )


def _all_shown(pages: Pages, parquet: Path) -> str:
    names = [row[0] for row in pages._rows("DESCRIBE SELECT * FROM read_parquet(?)", [str(parquet)])]
    return ", ".join(_shown(name) for name in names)


def _shown(name: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    return f"left(CAST({quoted} AS VARCHAR), {_LONGEST})"
