"""Cells of any rows of a Parquet file: only the row groups that hold them are read, and the last ones are kept."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.viewing.cell_text import are_days, texts
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

_HELD: Final = 16_000_000
"""The bytes of cells that stay in memory."""
_HEAVY: Final = 8_000_000
"""A column of a row group that has more bytes is not decoded as a whole."""
_BATCH: Final = 1_024


class RowGroups:
    """Opens the Parquet file ``parquet``; used from one thread.

    Raises:
        DatasetError: the file is gone or damaged.
    """

    def __init__(self, parquet: Path) -> None:
        # 30 MB and 0.25 s. A page deep in a long file takes a fifth of the time that the query engine needs.
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._path = parquet
        self._errors = (OSError, pa.ArrowException)
        try:
            self._file = pq.ParquetFile(parquet)
        except self._errors as error:
            raise self._refusal(error) from error
        meta = self._file.metadata
        self._meta = meta
        self._starts: list[int] = [
            0,
            *accumulate(meta.row_group(group).num_rows for group in range(meta.num_row_groups)),
        ]
        self._schema = self._file.schema_arrow
        self._places = {name: place for place, name in enumerate(self._schema.names)}
        self._days: dict[str, bool] = {}
        self._kept: OrderedDict[tuple[int, tuple[str, ...]], pa.Table] = OrderedDict()

    @property
    def count(self) -> int:
        """The rows of the file."""
        return self._starts[-1]

    @property
    def schema(self) -> pa.Schema:
        """The columns with their types."""
        return self._schema

    def group_of(self, row: int) -> int:
        """Give the row group that has the row number ``row``."""
        return bisect_right(self._starts, row) - 1

    def texts(self, rows: Sequence[int], names: Sequence[str], longest: int | None) -> list[list[str | None]]:
        """Give for each of ``names`` the cells of ``rows``, in their order, as texts cut at ``longest`` signs.

        Raises:
            DatasetError: the file is gone or damaged.
        """
        wanted: dict[int, list[int]] = {}
        for place, row in enumerate(rows):
            wanted.setdefault(self.group_of(row), []).append(place)
        made: list[list[str | None]] = [[None] * len(rows) for _ in names]
        for group, places in wanted.items():
            inside = [rows[place] - self._starts[group] for place in places]
            for cells, column in zip(made, self._taken(group, inside, names, longest), strict=True):
                for place, cell in zip(places, column, strict=True):
                    cells[place] = cell
        return made

    def close(self) -> None:
        """Let go of the file."""
        import pyarrow as pa

        self._kept.clear()
        self._file.close()
        pa.default_memory_pool().release_unused()

    def _taken(
        self, group: int, inside: Sequence[int], names: Sequence[str], longest: int | None
    ) -> list[list[str | None]]:
        """Give the cells of the rows ``inside`` a row group."""
        try:
            light = tuple(name for name in names if self._bytes(group, name) <= _HEAVY)
            table = self._group(group, light)
            made = []
            for name in names:
                if name in light:
                    cells = _whole(table.column(name))
                    made.append(texts(cells, inside, longest, days=self._are_days(name, cells)))
                else:
                    made.append(self._streamed(group, inside, name, longest))
        except self._errors as error:
            raise self._refusal(error) from error
        return made

    def _are_days(self, name: str, cells: pa.Array) -> bool:
        """Whether the column has days, as far as the first cells that were read tell; a time is shown in any case."""
        if name not in self._days:
            self._days[name] = are_days(cells)
        return self._days[name]

    def _bytes(self, group: int, name: str) -> int:
        return int(self._meta.row_group(group).column(self._places[name]).total_uncompressed_size)

    def _group(self, group: int, names: tuple[str, ...]) -> pa.Table:
        key = group, names
        if key not in self._kept:
            table = self._file.read_row_group(group, columns=list(names), use_threads=False)
            held = table.nbytes + sum(other.nbytes for other in self._kept.values())
            while self._kept and held > _HELD:
                held -= self._kept.popitem(last=False)[1].nbytes
            self._kept[key] = table
        self._kept.move_to_end(key)
        return self._kept[key]

    def _streamed(self, group: int, inside: Sequence[int], name: str, longest: int | None) -> list[str | None]:
        """Give cells of a column of long words, a batch of it in memory at a time."""
        ascending = sorted(set(inside))
        found: dict[int, str | None] = {}
        start = at = 0
        for batch in self._file.iter_batches(_BATCH, row_groups=[group], columns=[name], use_threads=False):
            end = bisect_left(ascending, start + len(batch))
            here = ascending[at:end]
            days = self._are_days(name, batch.column(name))
            cells = texts(batch.column(name), [row - start for row in here], longest, days=days)
            found.update(zip(here, cells, strict=True))
            at, start = end, start + len(batch)
            if at == len(ascending):
                break
        return [found[row] for row in inside]

    def _refusal(self, error: Exception) -> DatasetError:
        return DatasetError(
            f"The snapshot {self._path.parent.name} cannot be read: {error}", hint="Import the file again."
        )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
