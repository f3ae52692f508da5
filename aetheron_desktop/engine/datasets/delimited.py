"""CSV and its kin: in one go when every row is in order, else row by row with the bad ones put aside."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

import duckdb

from aetheron_desktop.engine.datasets.dialect import Layout, first_lines, sniff
from aetheron_desktop.engine.datasets.encoding import examine, to_utf8
from aetheron_desktop.engine.datasets.names import numbered, repaired
from aetheron_desktop.engine.datasets.records import records
from aetheron_desktop.engine.datasets.staging import BLOCK, Raw, Stopped, fields, literal, one_file
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aetheron_desktop.engine.datasets.quarantine import Quarantine
    from aetheron_desktop.engine.datasets.staging import Staging

_BATCH: Final = 20_000
_MAX_LINE: Final = 16_000_000
_SIGNS: Final = {"\t": "tab", " ": "blank", ",": "comma", ";": "semicolon", "|": "vertical bar", ":": "colon"}


def read_delimited(staging: Staging, path: Path, quarantine: Quarantine) -> Raw:
    """Read delimited text of any usual dialect and encoding.

    Raises:
        DatasetError: there is no table in it.
        OSError: the disk refuses.
    """
    staging.tell("Read the text", 0, None)
    text = examine(path, staging.should_stop, staging.tell)
    if text is None:
        raise Stopped
    if not text.plain:
        plain = staging.path / "plain.txt"
        if not to_utf8(path, text, plain, staging.should_stop):
            raise Stopped
        path = plain
    sample = first_lines(_lines(path))
    if not any(line.strip() for line in sample):
        raise DatasetError(f"{staging.source.name} is empty.", hint="Choose a file that has rows.")
    layout = sniff(sample)
    names, notes = _names(layout)
    if text.note:
        notes.insert(0, text.note)
    whole = _in_one_go(staging, path, layout, quotes=text.quotes > 0) if text.steady else None
    relation, rows = whole or _row_by_row(staging, path, layout, quarantine)
    relation, names = _fitted(staging, relation, layout, names)
    decimal_comma = layout.dialect.delimiter == ";"
    return Raw(relation, names, tuple("text" for _ in names), notes, rows, decimal_comma)


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace", newline=None) as file:
        while line := file.readline(_MAX_LINE):
            yield line.removesuffix("\n")


def _names(layout: Layout) -> tuple[tuple[str, ...], list[str]]:
    notes = []
    delimiter = layout.dialect.delimiter
    if layout.width > 1 and delimiter != ",":
        notes.append(f"The cells are parted by the {_SIGNS.get(delimiter, f'sign {delimiter!r}')}.")
    if layout.dialect.quote == "'":
        notes.append("The cells are quoted with the apostrophe.")
    if layout.skip:
        lines = "1 line" if layout.skip == 1 else f"{layout.skip} lines"
        notes.append(f"{lines} before the table {'was' if layout.skip == 1 else 'were'} left out.")
    if layout.names is None:
        notes.append("The file does not name its columns; they were numbered.")
        return numbered(layout.width), notes
    names, repairs = repaired(layout.names)
    return names, notes + repairs


def _in_one_go(staging: Staging, path: Path, layout: Layout, *, quotes: bool) -> tuple[str, int] | None:
    """Give the relation that reads the whole file and its rows, or None when a row of it is not in order."""
    dialect = layout.dialect
    if dialect.escape != dialect.quote:
        return None  # the engine would take the mark of escape away everywhere
    if len(dialect.delimiter) != 1 or dialect.delimiter == " " or layout.width > BLOCK:
        return None
    columns = fields(layout.width)
    typed = ", ".join(f"{column}: 'VARCHAR'" for column in columns)
    relation = (
        f"read_csv({literal(one_file(path))}, auto_detect=false, header=false, skip={layout.body}, "
        f"delim={literal(dialect.delimiter)}, "
        f"quote={literal(dialect.quote)}, escape={literal(dialect.escape)}, strict_mode=true, null_padding=false, "
        f"max_line_size={_MAX_LINE}, columns={{{typed}}})"
    )
    sign, quote = literal(dialect.delimiter), literal(dialect.quote)
    counts = ", ".join(f"count({column})" for column in columns)
    inside, stray = "0", "0"
    if quotes:
        lengths = (f"length({column}) - length(replace({column}, {sign}, ''))" for column in columns)
        inside = " + ".join(
            f"coalesce(sum(CASE WHEN contains({column}, {sign}) THEN {length} END), 0)"
            for column, length in zip(columns, lengths, strict=True)
        )
        marks = " + ".join(f"coalesce(contains({column}, {quote}), false)::INT" for column in columns)
        stray = f"count(*) FILTER ({marks} > 1)"
    again = "0"
    if layout.names is not None and len(layout.names) == layout.width:
        same = " AND ".join(f"{c} = {literal(name)}" for c, name in zip(columns, layout.names, strict=True))
        again = f"count(*) FILTER ({same})"
    try:
        rows, within, doubtful, repeated, *_ = staging.query(
            f"SELECT count(*), {inside}, {stray}, {again}, {counts} FROM {relation}",  # noqa: S608 - built from literals
            "Read the rows",
        )[0]
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    # A row with an empty cell too many passes the engine without a word, but not the count of delimiters.
    orderly = not doubtful and not repeated
    if orderly and _signs(path, layout) == rows * (layout.width - 1) + within:
        return relation, rows
    return None


def _signs(path: Path, layout: Layout) -> int:
    """Count the delimiters of the rows."""
    sign, count = layout.dialect.delimiter.encode(), 0
    with path.open("rb") as file:
        for _ in range(layout.body):
            file.readline()
        while chunk := file.read(1 << 22):
            count += chunk.count(sign)
    return count


def _row_by_row(staging: Staging, path: Path, layout: Layout, quarantine: Quarantine) -> tuple[str, int]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = staging.path / "rows.parquet"
    columns = fields(layout.width)
    head = list(layout.names or ())
    schema = pa.schema([(column, pa.string()) for column in columns])
    size, good = max(1, path.stat().st_size), 0
    with pq.ParquetWriter(out, schema, compression="lz4", use_dictionary=False) as writer:
        found = records(islice(_lines(path), layout.body, None), layout.dialect, layout.width)
        read = 0
        while batch := list(islice(found, max(100, min(_BATCH, 2_000_000 // layout.width)))):
            staging.ask()
            rows = []
            for record in batch:
                read += len(record.text) + 1
                if record.cells is None:
                    quarantine.add(record.line + layout.body, record.text, record.reason)
                elif len(record.cells) > 1 and _plain(record.cells) == head:
                    quarantine.add(record.line + layout.body, record.text, "repeats the names of the columns")
                else:
                    rows.append([cell or None for cell in record.cells])  # as the engine does
            good += len(rows)
            staging.tell("Read the rows", min(read, size), size)
            if rows:
                cells = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
                writer.write_batch(pa.record_batch(cells, schema=schema))
    if len(quarantine) > max(good, 1):
        raise DatasetError(
            f"{staging.source.name} is no table: {len(quarantine)} of {len(quarantine) + good} rows do not fit, the "
            f"first at {quarantine.words(1).removesuffix(f' and {len(quarantine) - 1} more')}.",
            hint="Look at these lines, mend them and import the file again.",
        )
    return f"read_parquet({literal(out)})", good


def _plain(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def _fitted(staging: Staging, relation: str, layout: Layout, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Bring names and cells to one count: rows with a last delimiter too many, row names, cells that are not there."""
    columns = fields(layout.width)
    more = layout.width - len(names)
    if more == 0:
        return relation, names
    if more < 0:
        shown = columns + [f"NULL::VARCHAR AS c{place}" for place in range(layout.width, len(names))]
        return f"(SELECT {', '.join(shown)} FROM {relation})", names  # noqa: S608
    if layout.leading:
        return relation, repaired([*[""] * more, *names])[0]
    spare = [f"count(nullif(trim({column}), ''))" for column in columns[len(names) :]]
    if not any(staging.query(f"SELECT {', '.join(spare)} FROM {relation}")[0]):  # noqa: S608
        return f"(SELECT {', '.join(columns[: len(names)])} FROM {relation})", names  # noqa: S608
    return relation, repaired([*names, *[""] * more])[0]
