"""The cells of a snapshot's columns as arrays, some columns at a time: all rows, or blocks of them drawn at random."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.profiles.profile import Kind

    Numbers: TypeAlias = NDArray[Any]

BLOCK_ROWS: Final = 4_096
BLOCKS: Final = 24
"""A sample is so many blocks of so many rows, 98,304 in all."""
_HELD: Final = 64_000_000
"""About the bytes of cells that are read at once."""


@dataclass(frozen=True)
class Values:
    """Cells of a column: ``numbers`` where ``valid``, or ``codes`` of ``words``, -1 where missing.

    Whole numbers and dates (microseconds since 1970) are int64, other numbers float64; truth values are words.
    """

    kind: Kind
    valid: NDArray[np.bool_]
    numbers: Numbers | None = None
    codes: NDArray[np.int32] | None = None
    words: Any = ()
    """An Arrow array of different strings."""

    def __len__(self) -> int:
        return len(self.valid)

    def only(self, rows: NDArray[Any]) -> Values:
        """Give the cells of some rows: ``rows`` are their places, or say of each whether it is meant."""
        return Values(
            self.kind,
            self.valid[rows],
            None if self.numbers is None else self.numbers[rows],
            None if self.codes is None else self.codes[rows],
            self.words,
        )


class Cells:
    """Reads the Parquet file ``parquet``; ``names`` are always those of some of its columns.

    Raises:
        DatasetError: it is gone or damaged.
        Stopped: ``should_stop`` said so, meanwhile.
    """

    def __init__(self, parquet: Path, should_stop: Callable[[], bool]) -> None:
        self._path = parquet
        self._should_stop = should_stop
        try:
            with pq.ParquetFile(parquet) as file:
                self._meta, self._schema = file.metadata, file.schema_arrow
        except (OSError, pa.ArrowException) as error:
            raise self._refusal(error) from error
        self._places = {name: place for place, name in enumerate(self._schema.names)}
        self.rows = int(self._meta.num_rows)

    def kind(self, name: str) -> Kind:
        """Say what the cells of a column are on disk."""
        return _kind(self._schema.field(self._places[name]).type)

    def bytes(self, name: str) -> int:
        """Give about how many bytes the cells of a column take in memory."""
        if self.kind(name) != "words":
            return 8 * self.rows
        place = self._places[name]
        groups = (self._meta.row_group(group).column(place) for group in range(self._meta.num_row_groups))
        return 4 * self.rows + sum(int(chunk.total_uncompressed_size) for chunk in groups)

    def parts(self, names: Sequence[str]) -> Iterator[Sequence[str]]:
        """Cut ``names`` into parts whose cells can be held at once; the first is one column, to be there soon."""
        start = 0
        while start < len(names):
            end, held = start, 0
            while end < len(names) and (end == start or (start > 0 and held < _HELD)):
                held += self.bytes(names[end])
                end += 1
            yield names[start:end]
            start = end

    def columns(self, names: Sequence[str]) -> Iterator[tuple[str, Values]]:
        """Give all cells of these columns, each column in turn."""
        tables = [table for _, table in self.groups(names)]
        for name in names:
            chunks = [chunk for table in tables for chunk in table.column(name).chunks]
            yield name, values(pa.chunked_array(chunks, None if chunks else self._type(name)))

    def chunks(self, name: str) -> Iterator[Values]:
        """Give the cells of one column, a row group at a time."""
        for _, table in self.groups([name]):
            yield values(table.column(name))

    def groups(self, names: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Give the cells of these columns, a row group at a time, with the number of its first row."""
        first = 0
        with self._opened(names) as file:
            for group in range(self._meta.num_row_groups):
                self._ask()
                table = self._read(functools.partial(file.read_row_group, group, columns=list(names)))
                yield first, table
                first += len(table)

    def drawn(self, seed: int = 0) -> Blocks:
        """Draw blocks of rows, each with the same chance, none twice."""
        groups = range(self._meta.num_row_groups)
        counts = [-(-self._meta.row_group(group).num_rows // BLOCK_ROWS) for group in groups]
        ends = np.cumsum(counts, dtype=np.int64)
        total = int(ends[-1]) if len(ends) else 0
        chosen = np.sort(np.random.default_rng(seed).permutation(total)[:BLOCKS])
        place = np.searchsorted(ends, chosen, side="right")
        wanted: dict[int, list[int]] = {}
        for group, block in zip(place, chosen, strict=True):
            wanted.setdefault(int(group), []).append(int(block - (ends[group - 1] if group else 0)))
        return Blocks(wanted, total)

    def numbers(self, blocks: Blocks) -> NDArray[np.int64]:
        """Give the numbers of the rows of ``blocks``, counted from zero and ascending."""
        sizes = [self._meta.row_group(group).num_rows for group in range(self._meta.num_row_groups)]
        firsts = np.append(0, np.cumsum(sizes, dtype=np.int64))
        parts = [
            np.arange(
                firsts[group] + block * BLOCK_ROWS, min(firsts[group] + (block + 1) * BLOCK_ROWS, firsts[group + 1])
            )
            for group, wanted in blocks.wanted.items()
            for block in wanted
        ]
        return np.concatenate([np.empty(0, dtype=np.int64), *parts])

    def sample(self, names: Sequence[str], blocks: Blocks) -> Sample:
        """Give the cells of these columns in the rows of ``blocks``."""
        batches: list[pa.RecordBatch] = []
        with self._opened(names) as file:
            for group, wanted in blocks.wanted.items():
                self._ask()
                reader = file.iter_batches(BLOCK_ROWS, row_groups=[group], columns=list(names))
                batches += self._read(functools.partial(_taken, reader, wanted))
        sizes = [len(batch) for batch in batches]
        clusters = np.repeat(np.arange(len(batches)), sizes)
        starts = [start for group, wanted in blocks.wanted.items() for start in self._starts(group, wanted)]
        places = [np.arange(start, start + size) for start, size in zip(starts, sizes, strict=True)]
        columns = {
            name: values(pa.chunked_array([batch.column(name) for batch in batches], self._schema_type(batches, name)))
            for name in names
        }
        whole = np.concatenate(places) if places else np.empty(0, dtype=np.int64)
        return Sample(columns, clusters, whole, blocks.total, self.rows)

    def _starts(self, group: int, wanted: Sequence[int]) -> list[int]:
        first = sum(int(self._meta.row_group(before).num_rows) for before in range(group))
        return [first + block * BLOCK_ROWS for block in wanted]

    def _schema_type(self, batches: Sequence[pa.RecordBatch], name: str) -> pa.DataType:
        return batches[0].schema.field(name).type if batches else self._type(name)

    def _type(self, name: str) -> pa.DataType:
        return self._schema.field(self._places[name]).type

    def _opened(self, names: Sequence[str]) -> pq.ParquetFile:
        words = [name for name in names if _is_text(self._type(name)) and self._is_coded(name)]
        return self._read(lambda: pq.ParquetFile(self._path, metadata=self._meta, read_dictionary=words))

    def _is_coded(self, name: str) -> bool:
        """Whether a column of words is on disk as codes throughout; the reader makes codes of no other form."""
        place = self._places[name]
        groups = (self._meta.row_group(group).column(place) for group in range(self._meta.num_row_groups))
        return all(not any(form.startswith("DELTA") for form in chunk.encodings) for chunk in groups)

    def _read(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (OSError, pa.ArrowException) as error:
            raise self._refusal(error) from error

    def _ask(self) -> None:
        if self._should_stop():
            raise Stopped

    def _refusal(self, error: Exception) -> DatasetError:
        return DatasetError(
            f"The snapshot {self._path.parent.name} cannot be read: {error}", hint="Import the file again."
        )


@dataclass(frozen=True)
class Blocks:
    """Which blocks of which row groups were drawn out of ``total``."""

    wanted: dict[int, list[int]]
    total: int


@dataclass(frozen=True)
class Sample:
    """Cells of blocks of rows: ``clusters`` says of each row to which block it belongs, ``places`` its number.

    The table has ``rows`` in ``blocks`` such blocks.
    """

    columns: dict[str, Values]
    clusters: NDArray[np.int64]
    places: NDArray[np.int64]
    blocks: int
    rows: int


def values(cells: pa.ChunkedArray) -> Values:
    """Give the cells of a column as arrays."""
    kind = _kind(cells.type)
    if kind == "words":
        return _words(cells)
    valid = cells.is_valid().to_numpy()
    match kind:
        case "boolean":
            codes = cells.fill_null(False)
            codes = codes.to_numpy().astype(np.int32)
            return Values(kind, valid, codes=np.where(valid, codes, np.int32(-1)), words=pa.array(["false", "true"]))
        case "date":
            whole = cells.cast(pa.timestamp("us", getattr(cells.type, "tz", None)), safe=False).cast(pa.int64())
            return Values(kind, valid, numbers=whole.fill_null(0).to_numpy())
        case "integer":
            return Values(kind, valid, numbers=cells.cast(pa.int64()).fill_null(0).to_numpy())
        case _:
            numbers = cells.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy() + 0.0  # no minus zero
            return Values(kind, valid & ~np.isnan(numbers), numbers=numbers)


def _words(cells: pa.ChunkedArray) -> Values:
    if not pa.types.is_dictionary(cells.type):
        cells = _text(cells).dictionary_encode()
    if not cells.num_chunks:
        nothing = np.empty(0, dtype=np.int32)
        return Values("words", np.empty(0, dtype=np.bool_), codes=nothing, words=pa.array([], pa.string()))
    whole = cells.unify_dictionaries().combine_chunks()
    whole = whole if isinstance(whole, pa.DictionaryArray) else whole.chunk(0)
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return Values("words", codes >= 0, codes=codes, words=_text(whole.dictionary))


def _text(cells: Any) -> Any:
    try:
        return pc.cast(cells, pa.string())
    except pa.ArrowException:  # a list or a record, as a file from elsewhere may have them
        return pa.chunked_array([pa.array([None if cell is None else str(cell) for cell in cells.to_pylist()])])


def _taken(reader: Iterator[pa.RecordBatch], wanted: Sequence[int]) -> list[pa.RecordBatch]:
    taken: list[pa.RecordBatch] = []
    for number, batch in enumerate(reader):
        if number in wanted:
            taken.append(batch)
        if number == wanted[-1]:
            break
    return taken


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def _kind(type_: pa.DataType) -> Kind:
    types = pa.types
    if types.is_boolean(type_):
        return "boolean"
    if types.is_integer(type_) and not types.is_uint64(type_):
        return "integer"
    if types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_):
        return "number"
    return "date" if types.is_timestamp(type_) or types.is_date(type_) else "words"
