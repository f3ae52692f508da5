"""The typed, frozen form of a table: its Parquet file, the hash of its content, and what is known of each column."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.reading.forms import with_values
from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Schema
from aetheron_desktop.engine.datasets.staging import BLOCK, Written, blocks, fields, literal
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from hashlib import _Hash as Hash
    from pathlib import Path

    import pandas as pd

    from aetheron_desktop.engine.datasets.reading.quarantine import Quarantine
    from aetheron_desktop.engine.datasets.reading.types import Decision
    from aetheron_desktop.engine.datasets.staging import Raw, Staging, Unit

_COUNTING: Final = "700MB"
_GROUP: Final = 65_536
_GROUP_CELLS: Final = 4_000_000
_WRITING: Final = "PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 1000"
"""A fifth faster to write than the engine's usual, and a quarter smaller."""
_MOST_ASIDE: Final = 1_000_000
_LOOK_S: Final = 0.05
_HASHERS: Final = 2
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


class Snapshot(NamedTuple):
    """What a table on disk is: its content's hash (16 hex signs), its rows and its columns."""

    id: str
    rows: int
    schema: Schema


def write(
    staging: Staging, raw: Raw, decisions: Sequence[Decision], out: Path, quarantine: Quarantine, size: int
) -> Written:
    """Write the rows of ``raw``, each column as decided, to the Parquet file ``out``.

    A row with a cell that cannot have the type chosen for its column is put aside. ``size`` is that of the source in
    bytes, to tell how far it is.

    Raises:
        Stopped: it was asked to stop.
        duckdb.Error: the rows cannot be read, or a cell is refused.
        OSError: the disk refuses.
    """
    kept = _put_aside(staging, raw, decisions, quarantine)
    relation = _with_values(raw.relation, decisions) + kept
    names = tuple(decision.name for decision in decisions)
    words = tuple(decision.kind == "words" for decision in decisions)
    stage = "Read and write the rows"
    if len(decisions) <= BLOCK:
        made = ", ".join(f"{decision.sql} AS {quoted(decision.name)}" for decision in decisions)
        asked = f"SELECT {made} FROM {relation}"  # noqa: S608 - built from literals
        return Written(
            out, copy(staging, asked, out, len(decisions), stage=stage, size=size, unit="bytes"), names, words
        )
    rows = 0
    schema = _arrow(decisions)
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in _batches(staging, raw, decisions, schema, kept):
            writer.write_batch(batch)
            rows += batch.num_rows
            staging.tell(stage, rows, raw.rows, "rows")
    return Written(out, rows, names, words)


def copy(
    staging: Staging,
    sql: str,
    out: Path,
    columns: int,
    *,
    stage: str,
    size: float,
    unit: Unit,
    values: Sequence[Any] = (),
) -> int:
    """Write the rows of a query of so many columns to the Parquet file ``out``, and give their number.

    ``size`` is that of the work in ``unit``, and ``values`` stand for the question marks in ``sql``.

    Raises:
        Stopped: it was asked to stop.
        duckdb.Error: the rows cannot be read.
    """
    # A row group is the least that is read of a file again: a wide table gets shorter ones.
    group = max(1024, min(_GROUP, _GROUP_CELLS // columns))
    options = f"FORMAT parquet, ROW_GROUP_SIZE {group}, {_WRITING}"
    return int(staging.query(f"COPY ({sql}) TO {literal(out)} ({options})", stage, size, unit, values)[0][0])


def _put_aside(staging: Staging, raw: Raw, decisions: Sequence[Decision], quarantine: Quarantine) -> str:
    """Put the rows aside that cannot have the chosen types, and give the SQL of what keeps the others."""
    strict = [decision for decision in decisions if decision.failing]
    if not strict:
        return ""
    counts = ", ".join(f"count(*) FILTER ({decision.failing})" for decision in strict)
    having = raw.having(decision.cell for decision in strict)
    found = staging.query(f"SELECT {counts} FROM {having}", "Look at the types")[0]  # noqa: S608
    strict = [decision for decision, count in zip(strict, found, strict=True) if count]
    if not strict:
        return ""
    failing = " OR ".join(decision.failing for decision in strict)
    cells = fields(len(raw.names))
    bad = staging.query(
        f"SELECT r, {', '.join(cells)}, {', '.join(f'{decision.failing}' for decision in strict)} FROM "  # noqa: S608
        f"(SELECT *, row_number() OVER () AS r FROM {raw.relation}) WHERE {failing} ORDER BY r LIMIT {_MOST_ASIDE + 1}",
        "Put rows aside",
    )
    if len(bad) > _MOST_ASIDE:
        raise DatasetError(
            f"More than {_MOST_ASIDE:,} rows cannot have the chosen types, the first for its {strict[0].name}.",
            hint="Choose another type for this column.",
        )
    numbers = [int(row[0]) for row in bad]
    lines = raw.locate(numbers) if raw.locate is not None else numbers
    delimiter = raw.found.delimiter or ","
    for line, row in zip(lines, bad, strict=True):
        values = dict(zip(cells, row[1 : len(cells) + 1], strict=True))
        reasons = [
            f"{decision.name}: {_short(values[decision.cell])} is no {_SINGULAR[decision.kind]}"
            for decision, fails in zip(strict, row[len(cells) + 1 :], strict=True)
            if fails
        ]
        quarantine.add(line, _as_line(list(values.values()), delimiter), "; ".join(reasons))
    return f" WHERE NOT ({failing})"


_SINGULAR: Final = {"integer": "whole number", "number": "number", "boolean": "truth value", "date": "date"}


def _short(cell: object) -> str:
    text = str(cell)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def _as_line(cells: Sequence[object], delimiter: str) -> str:
    out = io.StringIO()
    sign = delimiter if len(delimiter) == 1 and delimiter != " " else ","
    csv.writer(out, delimiter=sign, lineterminator="").writerow(["" if cell is None else str(cell) for cell in cells])
    return out.getvalue()


def describe(staging: Staging, written: Written, decisions: Sequence[Decision]) -> Snapshot:
    """Say what the table on disk is, by going through it once more.

    Raises:
        Stopped: it was asked to stop.
        OSError: the disk refuses.
    """
    # The hash takes one core at most, the counting of values the other.
    with ThreadPoolExecutor(1, "hash") as pool:
        stop = threading.Event()
        hashed = pool.submit(content_hash, written.path, stop.is_set)
        try:
            schema = _schema(staging, written, decisions)
            while not hashed.done():
                staging.ask()
                wait([hashed], _LOOK_S)
        except BaseException:
            stop.set()
            raise
    return Snapshot(hashed.result()[:16], written.rows, schema)


def frame(staging: Staging, raw: Raw, decisions: Sequence[Decision]) -> pd.DataFrame:
    """Give the rows of ``raw``, each column as decided, as a table in memory.

    Raises:
        duckdb.Error: the rows cannot be read.
    """
    schema = _arrow(decisions)
    table: pd.DataFrame = pa.Table.from_batches(_batches(staging, raw, decisions, schema), schema).to_pandas()
    return table


def _arrow(decisions: Sequence[Decision]) -> pa.Schema:
    return pa.schema([pa.field(decision.name, _ARROW[decision.kind]) for decision in decisions])


def _batches(
    staging: Staging, raw: Raw, decisions: Sequence[Decision], schema: pa.Schema, kept: str = ""
) -> Iterator[pa.RecordBatch]:
    """Give the rows of ``raw`` for which ``kept``, a condition or nothing, holds."""
    made = [f"{decision.sql} AS c{place}" for place, decision in enumerate(decisions)]
    size = max(1024, min(_GROUP, _GROUP_CELLS // len(made)))
    if len(made) <= BLOCK:
        yield from _typed(staging, _with_values(raw.relation, decisions) + kept, made, schema, size)
        return
    relations = [_with_values(_of(raw, block, kept), block) + kept for block in blocks(decisions)]
    yield from _side_by_side(staging, relations, made, schema, size)


def _of(raw: Raw, block: Sequence[Decision], kept: str) -> str:
    """Give what has the columns of a block; a condition may ask for any other."""
    return raw.relation if kept else raw.having(decision.cell for decision in block)


def _with_values(relation: str, decisions: Sequence[Decision]) -> str:
    return with_values(relation, [one.quick for one in decisions if one.quick is not None])


def _typed(
    staging: Staging, relation: str, made: Sequence[str], schema: pa.Schema, size: int
) -> Iterator[pa.RecordBatch]:
    for batch in staging.batches(f"SELECT {', '.join(made)} FROM {relation}", size):  # noqa: S608
        cells = [values.cast(field.type) for values, field in zip(batch.columns, schema, strict=True)]
        yield pa.record_batch(cells, schema=schema)


def _side_by_side(
    staging: Staging, relations: Sequence[str], made: Sequence[str], schema: pa.Schema, size: int
) -> Iterator[pa.RecordBatch]:
    """Give the rows of a table that is too wide for one query: a file for each block of columns, then all at once.

    Each block has a relation of its own among ``relations``.
    """
    places = list(blocks(range(len(made))))
    files = [staging.path / f"block-{number}.parquet" for number in range(len(places))]
    for file, block, relation in zip(files, places, relations, strict=True):
        part = pa.schema([schema.field(place) for place in block])
        with pq.ParquetWriter(file, part, compression="lz4", use_dictionary=False, write_statistics=False) as writer:
            for batch in _typed(staging, relation, [made[place] for place in block], part, size):
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


def content_hash(parquet: Path, should_stop: Callable[[], bool] = lambda: False) -> str:
    """Give the SHA-256 of a table's names, types and values in order, however its file is cut and coded; hex.

    Nothing is given when it was asked to stop.

    Raises:
        OSError: the file cannot be read.
    """
    with pq.ParquetFile(parquet) as file:
        schema, meta = file.schema_arrow, file.metadata
    whole = hashlib.sha256(repr([(field.name, str(field.type)) for field in schema]).encode())
    halves = [range(start, len(schema), _HASHERS) for start in range(min(_HASHERS, len(schema)))]
    with ThreadPoolExecutor(_HASHERS, "hash") as pool:
        parts = [pool.submit(_hash_columns, parquet, meta, half, should_stop) for half in halves]
        digests = {place: digest for part in parts for place, digest in part.result().items()}
    if should_stop():
        return ""
    for place in range(len(schema)):
        whole.update(digests[place])
    return whole.hexdigest()


def _hash_columns(
    parquet: Path, meta: pq.FileMetaData, places: Sequence[int], should_stop: Callable[[], bool]
) -> dict[int, bytes]:
    """Give the digests of the columns at ``places``, the three of each put together."""
    with pq.ParquetFile(parquet, metadata=meta) as file:
        schema = file.schema_arrow  # made anew each time it is asked for
        names = [schema[place].name for place in places]
        holes = [_has_holes(meta, place) for place in places]
        hashers = [[hashlib.sha256() for _ in range(3)] for _ in places]
        for group in range(file.num_row_groups):
            if should_stop():
                return {}
            table = file.read_row_group(group, columns=names, use_threads=False)
            for column, (valid, lengths, values), has_holes in zip(table.columns, hashers, holes, strict=True):
                for chunk in column.chunks:
                    _hash(chunk, valid, lengths, values, has_holes=has_holes)
    return {place: b"".join(part.digest() for part in parts) for place, parts in zip(places, hashers, strict=True)}


def _has_holes(meta: pq.FileMetaData, place: int) -> bool:
    stats = (meta.row_group(group).column(place).statistics for group in range(meta.num_row_groups))
    return any(stat is None or stat.null_count for stat in stats)


def _hash(cells: pa.Array, valid: Hash, lengths: Hash, values: Hash, *, has_holes: bool) -> None:
    if has_holes:
        valid.update(pc.cast(cells.is_valid(), pa.uint8()).buffers()[1])
    if pa.types.is_string(cells.type):
        filled = cells.fill_null("") if cells.null_count else cells
        sizes = pc.binary_length(filled)
        lengths.update(memoryview(sizes.buffers()[1])[: 4 * len(sizes)])
        values.update(_bytes(filled))
        return
    plain = pc.cast(cells, pa.uint8()) if pa.types.is_boolean(cells.type) else cells
    filled = plain.fill_null(pa.scalar(0, pa.int64()).cast(plain.type)) if plain.null_count else plain
    width = filled.type.bit_width // 8
    start = filled.offset * width
    values.update(memoryview(filled.buffers()[1])[start : start + width * len(filled)])


def _bytes(column: pa.Array) -> memoryview:
    _, offsets, data = column.buffers()
    places = memoryview(offsets).cast("i")
    start, end = places[column.offset], places[column.offset + len(column)]
    return memoryview(data)[start:end] if data is not None else memoryview(b"")


@dataclass(frozen=True)
class _Facts:
    """What the type of a column is told from; ``length`` and ``blanks`` are means of its words, of a sample."""

    filled: int
    low: int | None = None
    high: int | None = None
    length: float = 0.0
    blanks: float = 0.0

    @property
    def is_running(self) -> bool:
        """Whether whole numbers, no two alike, leave out none between the least and the greatest."""
        return self.low is not None and self.high is not None and self.high - self.low == self.filled - 1


def _facts(staging: Staging, written: Written, decisions: Sequence[Decision]) -> list[_Facts]:
    """Gather the facts from the foot of the file, and those of words from its first rows."""
    with pq.ParquetFile(written.path) as file:
        groups = [file.metadata.row_group(group) for group in range(file.num_row_groups)]
        words = [place for place, is_words in enumerate(written.words) if is_words]
        signs, blanks, filled = (dict.fromkeys(words, 0) for _ in range(3))
        looked = 0
        for number, group in enumerate(groups if words else []):
            staging.ask()
            table = file.read_row_group(number, columns=[written.names[place] for place in words])
            for place, column in zip(words, table.columns, strict=True):
                signs[place] += pc.sum(pc.utf8_length(column)).as_py() or 0
                blanks[place] += pc.sum(pc.count_substring(column, " ")).as_py() or 0
                filled[place] += len(column) - column.null_count
            looked += group.num_rows
            if looked >= _EXACT_ROWS:
                break
    made = []
    for place, decision in enumerate(decisions):
        stats = [group.column(place).statistics for group in groups]
        low = high = None
        if decision.kind == "integer" and any(stat.has_min_max for stat in stats):
            low = min(stat.min for stat in stats if stat.has_min_max)
            high = max(stat.max for stat in stats if stat.has_min_max)
        count = max(1, filled.get(place, 0))
        made.append(
            _Facts(
                written.rows - sum(stat.null_count for stat in stats),
                low,
                high,
                signs.get(place, 0) / count,
                blanks.get(place, 0) / count,
            )
        )
    return made


def _schema(staging: Staging, written: Written, decisions: Sequence[Decision]) -> Schema:
    table = f"read_parquet({literal(written.path)}, hive_partitioning=false)"
    if not written.rows:
        facts, counts = [_Facts(0) for _ in decisions], [0 for _ in decisions]
    else:
        facts = _facts(staging, written, decisions)
        counts = _distinct(staging, written, table, decisions, facts)
    columns = []
    for decision, fact, count in zip(decisions, facts, counts, strict=True):
        distinct = min(count, fact.filled)
        type_, note = _type(decision.name, decision, fact, distinct)
        if decision.role is not None:
            type_, note = decision.role, note if note == decision.note else ""
        columns.append(Column(decision.name, type_, written.rows - fact.filled, distinct, note))
    return Schema(tuple(columns))


def _distinct(
    staging: Staging, written: Written, table: str, decisions: Sequence[Decision], facts: Sequence[_Facts]
) -> list[int]:
    """Count the values of each column: near to it where nothing hangs on one more or less."""
    columns, rows = [quoted(name) for name in written.names], written.rows
    if not columns:
        return []
    if rows <= _EXACT_ROWS:
        return _distinct_in_memory(staging, table, columns, rows)
    # The values of a long column do not fit in any memory, and the content is hashed meanwhile.
    staging.connection.execute(f"SET memory_limit='{_COUNTING}'")
    counts: list[int] = []
    for block in blocks(columns):
        asked = ", ".join(f"approx_count_distinct({column})" for column in block)
        counts += staging.query(f"SELECT {asked} FROM {table}", "Count the values")[0]  # noqa: S608
    for place, count in enumerate(counts):
        if count > 0.8 * rows and decisions[place].kind == "integer" and _ascends(staging, written, place):
            counts[place] = facts[place].filled
        elif count <= _FEW or (count > 0.8 * rows and decisions[place].kind in {"integer", "words"}):
            # Of 64 bits each, among a hundred million words two that differ meet once in four thousand tables.
            value = f"hash({columns[place]})" if decisions[place].kind == "words" and count > _FEW else columns[place]
            filled = f"{columns[place]} IS NOT NULL"
            asked = f"SELECT count(DISTINCT {value}) FROM {table} WHERE {filled}"  # noqa: S608 - names are quoted
            counts[place] = staging.query(asked, "Count the values")[0][0]
    return counts


def _ascends(staging: Staging, written: Written, place: int) -> bool:
    """Say whether each whole number is greater than the one before, so that no two are alike."""
    last: int | None = None
    with pq.ParquetFile(written.path) as file:
        for batch in file.iter_batches(_GROUP, columns=[written.names[place]]):
            staging.ask()
            values = batch.column(0).drop_null()
            if not len(values):
                continue
            if (last is not None and values[0].as_py() <= last) or pc.any(
                pc.less_equal(values[1:], values[:-1])
            ).as_py():
                return False
            last = values[-1].as_py()
    return True


def _distinct_in_memory(staging: Staging, table: str, columns: Sequence[str], rows: int) -> list[int]:
    # A block of columns at a time: the engine's own count of many columns needs a large table in memory for each.
    counts: list[int] = []
    for block in blocks(columns, min(BLOCK, max(1, _GROUP_CELLS // max(1, rows)))):
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
