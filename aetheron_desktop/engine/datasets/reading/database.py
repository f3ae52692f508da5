"""Tables of SQLite and DuckDB files, and Arrow and Feather files."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ipc

from aetheron_desktop.engine.datasets.names import quoted, repaired
from aetheron_desktop.engine.datasets.reading.parquet_table import read_parquet
from aetheron_desktop.engine.datasets.reading.rows import Rows
from aetheron_desktop.engine.datasets.reading.sources import chosen
from aetheron_desktop.engine.datasets.staging import Raw, literal
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.recipe import Recipe
    from aetheron_desktop.engine.datasets.staging import Staging

_BATCH = 20_000


def sqlite_tables(path: Path) -> list[str]:
    """Give the names of the tables and views of a SQLite file.

    Raises:
        sqlite3.Error: it is damaged.
    """
    with contextlib.closing(_opened(path)) as connection:
        rows = connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()
    return [str(row[0]) for row in rows]


def _opened(path: Path) -> sqlite3.Connection:
    # Read-only, and immutable: nothing is written beside it, whatever state its journal is in.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def read_sqlite(staging: Staging, path: Path, recipe: Recipe) -> Raw:
    """Read a table of a SQLite file; each value is kept as it is, whatever type its column declares.

    Raises:
        DatasetError: it is damaged, or has none or several tables and none is chosen.
        UsageError: there is no such table.
    """
    name = staging.source.name
    try:
        table = chosen(name, "table", recipe.table, sqlite_tables(path))
        with contextlib.closing(_opened(path)) as connection:
            connection.text_factory = lambda value: value.decode("utf-8", "replace")
            total = connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0]  # noqa: S608 - quoted
            found = connection.execute(f"SELECT * FROM {quoted(table)}")  # noqa: S608 - quoted
            names, notes = repaired([part[0] for part in found.description])
            rows = Rows(staging)
            rows.expect([str(place) for place in range(len(names))])
            while batch := found.fetchmany(_BATCH):
                for row in batch:
                    rows.add({str(place): _plain(cell) for place, cell in enumerate(row)})
                staging.tell("Read the rows", rows.count, total, "rows")
    except sqlite3.Error as error:
        raise DatasetError(
            f"{name} is a damaged database: {error}.", hint="Open it in its program and export the table."
        ) from error
    notes.insert(0, f"The table {table!r} was read.")
    return Raw(
        rows.relation(),
        names,
        tuple("text" for _ in names),
        notes,
        rows.count,
        found=msgspec.structs.replace(recipe, table=table),
    )


def _plain(cell: Any) -> Any:
    return cell.hex() if isinstance(cell, bytes) else cell


def duckdb_tables(path: Path) -> list[str]:
    """Give the names of the tables and views of a DuckDB file.

    Raises:
        duckdb.Error: it is damaged, or of another version.
    """
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() UNION ALL "
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1, 2"
        ).fetchall()
    return [table if schema == "main" else f"{schema}.{table}" for schema, table in found]


def read_duckdb(staging: Staging, path: Path, recipe: Recipe) -> Raw:
    """Read a table of a DuckDB file.

    Raises:
        DatasetError: it has none or several tables and none is chosen.
        UsageError: there is no such table.
        duckdb.Error: it is damaged, or of another version.
    """
    table = chosen(staging.source.name, "table", recipe.table, duckdb_tables(path))
    schema, _, plain = table.rpartition(".")
    out = staging.path / "table.parquet"
    with duckdb.connect(str(path), read_only=True) as connection:
        source = f"{quoted(schema)}.{quoted(plain)}" if schema else quoted(table)
        connection.execute(f"COPY (SELECT * FROM {source}) TO {literal(out)} (FORMAT parquet, COMPRESSION lz4_raw)")  # noqa: S608
    return _staged(staging, out, recipe, f"The table {table!r} was read.", table)


def read_arrow(staging: Staging, path: Path, recipe: Recipe) -> Raw:
    """Read an Arrow file, stream, or a Feather file.

    Raises:
        DatasetError: it is damaged.
        OSError: the disk refuses.
    """
    out = staging.path / "arrow.parquet"
    try:
        with pa.memory_map(str(path)) as source:
            if source.read(6) == b"ARROW1":
                with ipc.open_file(source) as reader:
                    batches = (reader.get_batch(number) for number in range(reader.num_record_batches))
                    _written(staging, out, reader.schema, batches)
            else:
                source.seek(0)
                with ipc.open_stream(source) as stream:
                    _written(staging, out, stream.schema, iter(stream))
    except pa.ArrowException as error:
        raise DatasetError(
            f"{staging.source.name} is a damaged Arrow file: {error}", hint="Fetch or save the file again."
        ) from error
    return _staged(staging, out, recipe, "", None)


def _written(staging: Staging, out: Path, schema: pa.Schema, batches: Any) -> None:
    flat = pa.schema([pa.field(f.name or f"column_{n + 1}", _value_type(f.type)) for n, f in enumerate(schema)])
    with pq.ParquetWriter(out, flat, compression="lz4") as writer:
        for batch in batches:
            staging.ask()
            cells = [column.cast(field.type) for column, field in zip(batch.columns, flat, strict=True)]
            writer.write_batch(pa.record_batch(cells, schema=flat))


def _value_type(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_


def _staged(staging: Staging, out: Path, recipe: Recipe, note: str, table: str | None) -> Raw:
    raw = read_parquet(staging, out)
    notes = [note, *raw.notes] if note else raw.notes
    return Raw(raw.relation, raw.names, raw.kinds, notes, raw.rows, found=msgspec.structs.replace(recipe, table=table))
