"""The cells of a snapshot or of a view of it, a page at a time, as they are shown and copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from aetheron_desktop.engine.datasets.viewing.row_groups import RowGroups
from aetheron_desktop.engine.datasets.viewing.row_order import RowOrder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.datasets.expression_parts import Kind

Row: TypeAlias = tuple[str | None, ...]
_LONGEST = 2_000
_COPY_ROWS = 2_000
_COPY_COLUMNS = 32
"""What is read at once."""


def spare_memory() -> None:
    """Give memory back to the system as soon as it is not needed any more, in the process of the window.

    Arrow's own allocator keeps what the thread of a reader had when that thread ends.
    """
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())


class Pages:
    """Reads pages of the Parquet file ``parquet`` without loading it; used from one thread.

    With ``order`` the rows are those that this file of row numbers names, in its order; if ``laid_out``, the Parquet
    file has them in this order already.

    Raises:
        DatasetError: the Parquet file is gone or damaged.
        StorageError: the file of row numbers cannot be opened.
    """

    def __init__(
        self,
        parquet: Path,
        columns: Sequence[str] | None = None,
        order: Path | None = None,
        *,
        laid_out: bool = False,
    ) -> None:
        self._groups = RowGroups(parquet)
        self._columns = tuple(columns) if columns is not None else tuple(self._groups.schema.names)
        self._order = RowOrder(order) if order is not None else None
        self._laid_out = laid_out
        self.count = len(self._order) if self._order is not None else self._groups.count

    def rows(self, start: int, count: int, first: int = 0, width: int | None = None) -> list[Row]:
        """Give at most ``count`` rows from ``start``, and of them ``width`` cells from column ``first``.

        A missing cell is None; a text is cut at 2,000 signs.
        """
        last = len(self._columns) if width is None else first + width
        names = self._columns[first:last]
        return self._cells(start, count, names, _LONGEST) if names else []

    def numbers(self, start: int, count: int) -> list[int]:
        """Give the numbers that at most ``count`` rows from ``start`` have in the snapshot; its first is 0."""
        if self._order is not None:
            return self._order.numbers(start, count)
        return list(range(start, min(start + count, self.count)))

    def copied(
        self, start: int, count: int, columns: Sequence[str], should_stop: Callable[[], bool], *, named: bool = False
    ) -> str:
        """Give cells, whole, as tab-separated lines, quoted as spreadsheets do; a missing one is empty.

        With ``named`` the first line has the columns' names. Nothing is given when it was asked to stop.
        """
        lines = [_line(columns)] if named else []
        for place in range(start, start + count, _COPY_ROWS):
            most = min(_COPY_ROWS, start + count - place)
            blocks = []
            for block in range(0, len(columns), _COPY_COLUMNS):
                if should_stop():
                    return ""
                blocks.append(self._cells(place, most, columns[block : block + _COPY_COLUMNS], None))
            lines += [_line([cell for part in parts for cell in part]) for parts in zip(*blocks, strict=True)]
        return "\n".join(lines)

    def kinds(self) -> dict[str, Kind]:
        """Give for each column what an expression takes it for."""
        from aetheron_desktop.engine.datasets.expression import kinds_of  # only a filter needs it

        return kinds_of(self._groups.schema)

    def close(self) -> None:
        """Let go of the files."""
        self._groups.close()
        if self._order is not None:
            self._order.close()

    def _cells(self, start: int, count: int, names: Sequence[str], longest: int | None) -> list[Row]:
        if self._order is not None and not self._laid_out:
            rows: Sequence[int] = self._order.numbers(start, count)
        else:
            rows = range(start, min(start + count, self.count))
        return list(zip(*self._groups.texts(rows, names, longest), strict=True)) if rows else []


def _line(cells: Sequence[str | None]) -> str:
    return "\t".join(_quoted(cell) for cell in cells)


def _quoted(cell: str | None) -> str:
    if cell is None:
        return ""
    if any(sign in cell for sign in '\t"\n\r'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
