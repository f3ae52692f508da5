"""The typed, frozen form of a table: its Parquet file, the hash of its content, and what is known of each column."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Schema
from aetheron_desktop.engine.datasets.staging import BLOCK, blocks, fields, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from aetheron_desktop.engine.datasets.staging import Raw, Staging
    from aetheron_desktop.engine.datasets.types import Decision

_BATCH: Final = 65_536
_BATCH_CELLS: Final = 4_000_000
_EXACT_ROWS: Final = 100_000
"""Up to so many rows every count of distinct values is exact; beyond, where it decides something."""
_FEW: Final = 5_000
_MIN_UNIQUE: Final = 20
_ID_NAME: Final = re.compile(r"(^|[\W_])(id|uuid|guid|key|index|idx|row|no|nr|number)$|[a-z](Id|ID)$", re.IGNORECASE)
_ID_END: Final = re.compile(r"(?:[a-z](?:Id|ID))$")
_ARROW: Final = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.timestamp("us"),
    "words": pa.string(),
}


class Written(NamedTuple):
    """What a snapshot is: its content's hash (16 hex signs), its rows and its columns."""

    id: str
    rows: int
    schema: Schema


def write(staging: Staging, raw: Raw, decisions: Sequence[Decision], out: Path) -> Written:
    """Write the rows of ``raw``, each column as decided, to the Parquet file ``out``.

    Raises:
        Stopped: it was asked to stop.
        duckdb.Error: the rows cannot be read.
        OSError: the disk refuses.
    """
    total = raw.rows
    if total is None:
        total = int(staging.query(f"SELECT count(*) FROM {raw.relation}")[0][0])  # noqa: S608 - built from literals
    staging.tell("Write the snapshot", 0, total)
    schema = _arrow(raw, decisions)
    content = _Content(schema)
    facts = [_Facts() for _ in schema]
    rows = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for named in _batches(staging, raw, decisions, schema):
            writer.write_batch(named)
            content.add(named)
            for fact, column in zip(facts, named.columns, strict=True):
                fact.add(column)
            rows += named.num_rows
            staging.tell("Write the snapshot", rows, total)
    return Written(content.id(), rows, _schema(staging, out, raw, decisions, facts, rows))


def frame(staging: Staging, raw: Raw, decisions: Sequence[Decision]) -> pd.DataFrame:
    """Give the rows of ``raw``, each column as decided, as a table in memory.

    Raises:
        duckdb.Error: the rows cannot be read.
    """
    schema = _arrow(raw, decisions)
    table: pd.DataFrame = pa.Table.from_batches(_batches(staging, raw, decisions, schema), schema).to_pandas()
    return table


def _arrow(raw: Raw, decisions: Sequence[Decision]) -> pa.Schema:
    return pa.schema(
        [pa.field(name, _ARROW[decision.kind]) for name, decision in zip(raw.names, decisions, strict=True)]
    )


def _batches(staging: Staging, raw: Raw, decisions: Sequence[Decision], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    columns = fields(len(raw.names))
    made = [f"{decision.sql} AS {column}" for decision, column in zip(decisions, columns, strict=True)]
    # Each batch becomes a row group, the least that is read of a file again: a wide table gets shorter ones.
    size = max(1024, min(_BATCH, _BATCH_CELLS // len(columns)))
    if len(columns) <= BLOCK:
        yield from _typed(staging, raw, made, schema, size)
    else:
        yield from _side_by_side(staging, raw, made, schema, size)


def _typed(staging: Staging, raw: Raw, made: Sequence[str], schema: pa.Schema, size: int) -> Iterator[pa.RecordBatch]:
    for batch in staging.batches(f"SELECT {', '.join(made)} FROM {raw.relation}", size):  # noqa: S608
        cells = [values.cast(field.type) for values, field in zip(batch.columns, schema, strict=True)]
        yield pa.record_batch(cells, schema=schema)


def _side_by_side(
    staging: Staging, raw: Raw, made: Sequence[str], schema: pa.Schema, size: int
) -> Iterator[pa.RecordBatch]:
    """Give the rows of a table that is too wide for one query: a file for each block of columns, then all at once."""
    places = list(blocks(range(len(made))))
    files = [staging.path / f"block-{number}.parquet" for number in range(len(places))]
    for file, block in zip(files, places, strict=True):
        part = pa.schema([schema.field(place) for place in block])
        with pq.ParquetWriter(file, part, compression="lz4", use_dictionary=False, write_statistics=False) as writer:
            for batch in _typed(staging, raw, [made[place] for place in block], part, size):
                writer.write_batch(batch)
    opened = [pq.ParquetFile(file) for file in files]
    try:
        for group in range(opened[0].num_row_groups):
            staging.ask()
            tables = [file.read_row_group(group) for file in opened]
            cells = [column.combine_chunks() for table in tables for column in table.columns]
            yield pa.record_batch(cells, schema=schema)
    finally:
        for file in opened:
            file.close()


class _Content:
    """The hash of a table's names, types and values in order, however the rows are cut into batches."""

    def __init__(self, schema: pa.Schema) -> None:
        self._head = hashlib.sha256(repr([(field.name, str(field.type)) for field in schema]).encode())
        self._parts = [[hashlib.sha256() for _ in range(3)] for _ in schema]

    def add(self, batch: pa.RecordBatch) -> None:
        for (valid, lengths, values), column in zip(self._parts, batch.columns, strict=True):
            valid.update(pc.cast(column.is_valid(), pa.uint8()).buffers()[1])
            if pa.types.is_string(column.type):
                filled = column.fill_null("")
                sizes = pc.binary_length(filled)
                lengths.update(memoryview(sizes.buffers()[1])[: 4 * len(sizes)])
                values.update(_bytes(filled))
            else:
                plain = pc.cast(column, pa.uint8()) if pa.types.is_boolean(column.type) else column
                filled = plain.fill_null(pa.scalar(0, pa.int64()).cast(plain.type))
                width = filled.type.bit_width // 8
                start = filled.offset * width
                values.update(memoryview(filled.buffers()[1])[start : start + width * len(filled)])

    def id(self) -> str:
        whole = self._head.copy()
        for parts in self._parts:
            for part in parts:
                whole.update(part.digest())
        return whole.hexdigest()[:16]


def _bytes(column: pa.Array) -> memoryview:
    _, offsets, data = column.buffers()
    places = memoryview(offsets).cast("i")
    start, end = places[column.offset], places[column.offset + len(column)]
    return memoryview(data)[start:end] if data is not None else memoryview(b"")


class _Facts:
    """What the type of a column is told from, gathered from its batches."""

    def __init__(self) -> None:
        self.filled = 0
        self.low: int | None = None
        self.high: int | None = None
        self._signs = 0
        self._blanks = 0

    @property
    def is_running(self) -> bool:
        """Whether whole numbers, no two alike, leave out none between the least and the greatest."""
        return self.low is not None and self.high is not None and self.high - self.low == self.filled - 1

    @property
    def length(self) -> float:
        """The mean length of the words, in signs."""
        return self._signs / max(1, self.filled)

    @property
    def blanks(self) -> float:
        """The mean count of blanks in the words."""
        return self._blanks / max(1, self.filled)

    def add(self, column: pa.Array) -> None:
        filled = len(column) - column.null_count
        self.filled += filled
        if not filled:
            return
        if pa.types.is_string(column.type):
            lengths = pc.utf8_length(column)
            self._signs += pc.sum(lengths).as_py()
            self._blanks += pc.sum(pc.count_substring(column, " ")).as_py()
        elif pa.types.is_integer(column.type):
            extremes = pc.min_max(column)
            low, high = extremes["min"].as_py(), extremes["max"].as_py()
            self.low = low if self.low is None else min(self.low, low)
            self.high = high if self.high is None else max(self.high, high)


def _schema(
    staging: Staging, out: Path, raw: Raw, decisions: Sequence[Decision], facts: Sequence[_Facts], rows: int
) -> Schema:
    counts = _distinct(
        staging,
        f"read_parquet({literal(out)}, hive_partitioning=false)",
        [quoted(name) for name in raw.names],
        decisions,
        rows,
    )
    columns = []
    for name, decision, fact, count in zip(raw.names, decisions, facts, counts, strict=True):
        distinct = min(count, fact.filled)
        type_, note = _type(name, decision, fact, distinct)
        columns.append(Column(name, type_, rows - fact.filled, distinct, note))
    return Schema(tuple(columns))


def _distinct(
    staging: Staging, table: str, columns: Sequence[str], decisions: Sequence[Decision], rows: int
) -> list[int]:
    """Count the values of each column: near to it where nothing hangs on one more or less."""
    if not columns:
        return []
    if rows <= _EXACT_ROWS:
        return _distinct_in_memory(staging, table, columns, rows)
    counts: list[int] = []
    for block in blocks(columns):
        asked = ", ".join(f"approx_count_distinct({column})" for column in block)
        counts += staging.query(f"SELECT {asked} FROM {table}", "Count the values")[0]  # noqa: S608
    for place, count in enumerate(counts):
        if count <= _FEW or (count > 0.8 * rows and decisions[place].kind in {"integer", "words"}):
            asked = f"SELECT count(DISTINCT {columns[place]}) FROM {table}"  # noqa: S608 - names are quoted
            counts[place] = staging.query(asked, "Count the values")[0][0]
    return counts


def _distinct_in_memory(staging: Staging, table: str, columns: Sequence[str], rows: int) -> list[int]:
    # A block of columns at a time: the engine's own count of many columns needs a large table in memory for each.
    counts: list[int] = []
    for block in blocks(columns, min(BLOCK, max(1, _BATCH_CELLS // max(1, rows)))):
        staging.ask()
        staging.tell("Count the values", len(counts), len(columns))
        asked = f"SELECT {', '.join(block)} FROM {table}"  # noqa: S608 - names are quoted
        counts += [pc.count_distinct(values).as_py() for values in staging.connection.sql(asked).to_arrow_table()]
    return counts


def _type(name: str, decision: Decision, facts: _Facts, distinct: int) -> tuple[ColumnType, str]:
    note = decision.note
    unique = distinct == facts.filled >= _MIN_UNIQUE
    match decision.kind:
        case "words":
            return _words_type(name, note, facts, distinct)
        case "integer":
            running = unique and facts.is_running
            named = _names_rows(name)
            if running and not name.lower().endswith("year"):
                return "identifier", "counts the rows"
            if unique and named:
                return "identifier", "another value in each row"
            return "integer", note
        case "number" | "boolean" | "date":
            return decision.kind, note


def _names_rows(name: str) -> bool:
    return _ID_NAME.search(name) is not None or _ID_END.search(name) is not None


def _words_type(name: str, note: str, facts: _Facts, distinct: int) -> tuple[ColumnType, str]:
    if facts.filled == 0:
        return "category", "no value at all"
    unique = distinct == facts.filled >= _MIN_UNIQUE
    blanks, length = facts.blanks, facts.length
    if unique and blanks < 1.5 and length <= 64:
        return "identifier", note or "another value in each row"
    many = distinct > max(50, 0.2 * facts.filled)
    if (many and blanks >= 1) or length > 80 or (unique and length > 64):
        return "text", note or "words in whole sentences"
    if _names_rows(name) and distinct > 0.9 * facts.filled and facts.filled >= _MIN_UNIQUE:
        return "identifier", note or "almost another value in each row"
    return "category", note
