"""CSV and its kin: in one go while every row is in order, else a copy of the rows that are, the others put aside."""

from __future__ import annotations

import codecs
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.datasets.names import numbered, quoted, repaired
from aetheron_desktop.engine.datasets.reading.clean import Cleaner, Lines
from aetheron_desktop.engine.datasets.reading.dialect import Layout, first_lines, sniff
from aetheron_desktop.engine.datasets.reading.encoding import Text, examine, glance, to_utf8
from aetheron_desktop.engine.datasets.reading.forms import ODD_BLANKS
from aetheron_desktop.engine.datasets.reading.records import Dialect, records
from aetheron_desktop.engine.datasets.staging import BLOCK, Raw, Stopped, blocks, fields, literal, one_file
from aetheron_desktop.engine.errors import DatasetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.datasets.reading.quarantine import Quarantine
    from aetheron_desktop.engine.datasets.recipe import Recipe
    from aetheron_desktop.engine.datasets.staging import Staging, Written

_MAX_LINE: Final = 16_000_000
_BUFFER: Final = 1 << 25
_SCAN: Final = 1 << 18
"""What is looked at in one step: it stays in the processor's cache."""
_FIRST: Final = 1 << 22
_LINE_FEED: Final = 10
_WIDE_BLOCK: Final = 1 << 26
SIGNS: Final = {"\t": "tab", " ": "blank", ",": "comma", ";": "semicolon", "|": "vertical bar", ":": "colon"}


def read_delimited(staging: Staging, path: Path, quarantine: Quarantine, recipe: Recipe, *, quick: bool = False) -> Raw:
    """Read delimited text of any usual dialect and encoding.

    With ``quick``, a file that looks orderly is not gone through beforehand: what is read of it has to be held against
    ``Raw.check`` afterwards, and ``Raw.whole`` gives the table that needs no check.

    Raises:
        DatasetError: there is no table in it.
        UsageError: the recipe asks for what is not possible.
        OSError: the disk refuses.
    """
    _checked(recipe)
    if quick and recipe.encoding in {None, "utf-8"} and (text := glance(path)) is not None:
        layout = _layout(staging, path, recipe)
        if raw := _in_one_go(staging, path, text, layout, quarantine, recipe):
            return raw
    return _in_order(staging, path, quarantine, recipe)


def _checked(recipe: Recipe) -> None:
    if recipe.encoding is not None:
        try:
            codecs.lookup(recipe.encoding)
        except LookupError as error:
            raise UsageError(
                f"There is no encoding {recipe.encoding!r}.", hint="For example: utf-8, cp1252, shift_jis."
            ) from error
    for what, mark in (("quote", recipe.quote), ("escape", recipe.escape)):
        if mark is not None and len(mark) > 1:
            raise UsageError(f"The mark of {what} is one sign, not {mark!r}.", hint="For example: '\"'.")
    if recipe.delimiter is not None and any(sign in recipe.delimiter for sign in "\r\n"):
        raise UsageError("A line's end cannot part the cells of a row.", hint="For example: ',' or ';'.")


def _in_order(staging: Staging, path: Path, quarantine: Quarantine, recipe: Recipe) -> Raw:
    """Copy the rows that are in order and read the copy."""
    staging.tell("Read the text", 0, None)
    text = examine(path, staging.should_stop, staging.tell, recipe.encoding)
    if text is None:
        raise Stopped
    notes = [text.note] if text.note else []
    if not text.plain or text.mixed or text.carriage:
        plain = staging.path / "plain.txt"
        replaced = to_utf8(path, text, plain, staging.should_stop)
        if replaced is None:
            raise Stopped
        if replaced:
            notes.append(f"{replaced:,} signs are no {text.encoding.upper()} and show as \ufffd.")
        path = plain
    layout = _layout(staging, path, recipe)
    cleaner = Cleaner(staging, layout, quarantine)
    out = staging.path / "rows.csv"
    out.unlink(missing_ok=True)
    cleaner.copy(path, out)
    relation = _relation(out, cleaner.dialect, layout.width, 0)
    narrow = None
    if not out.stat().st_size:
        rows = 0
    elif layout.width > BLOCK:
        files, rows = _in_columns(staging, out, cleaner.dialect, layout.width)
        narrow = _narrow(files, layout.width)
        relation = narrow(range(layout.width))
    else:
        rows = int(staging.query(f"SELECT count(*) FROM {relation}", "Read the rows")[0][0])  # noqa: S608
    if quarantine.bad > max(rows, 1):
        raise DatasetError(
            f"{staging.source.name} is no table: {quarantine.bad} of {quarantine.bad + rows} rows do not fit, the "
            f"first at {quarantine.words(1).removesuffix(f' and {quarantine.bad - 1} more')}.",
            hint="Look at these lines, mend them and import the file again.",
        )
    if not rows:
        if layout.names is None:
            raise DatasetError(f"{staging.source.name} has no rows.", hint="Choose a file that has rows.")
        relation = f"(SELECT {', '.join(f'NULL::VARCHAR AS {c}' for c in fields(layout.width))} LIMIT 0)"
    locate = _located(path, layout, cleaner.lines)
    raw = _raw(staging, relation, layout, recipe, encoding=text.encoding, notes=notes, rows=rows, locate=locate)
    return replace(raw, narrow=narrow)


def _in_columns(staging: Staging, path: Path, dialect: Dialect, width: int) -> tuple[list[Path], int]:
    """Write the rows as text in columns, a file for each block of them, and give the files and how many rows there are.

    A wide table is read block by block: of the text each would read all, and of one file in columns what it says of
    all columns.
    """
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    columns = fields(width)
    files = [staging.path / f"rows-{number}.parquet" for number, _ in enumerate(blocks(columns))]
    reading = pyarrow.csv.ReadOptions(column_names=columns, block_size=_WIDE_BLOCK)
    parsing = pyarrow.csv.ParseOptions(
        delimiter=dialect.delimiter, quote_char=dialect.quote or False, newlines_in_values=True
    )
    converting = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()), null_values=[""], strings_can_be_null=True
    )
    rows = 0
    with pyarrow.csv.open_csv(path, reading, parsing, converting) as batches, ExitStack() as stack:
        writers = []
        for file, block in zip(files, blocks(columns), strict=True):
            schema = pa.schema([(column, pa.string()) for column in block])
            writer = pq.ParquetWriter(file, schema, compression="lz4", use_dictionary=False, write_statistics=False)
            writers.append((stack.enter_context(writer), list(block)))
        for batch in batches:
            rows += batch.num_rows
            for writer, block in writers:
                staging.ask()
                writer.write_batch(batch.select(block))
    return files, rows


def _narrow(files: Sequence[Path], width: int) -> Callable[[Sequence[int]], str]:
    """Give what gives the relation of the columns at some places; those beyond ``width`` have names alone."""

    def narrow(places: Sequence[int]) -> str:
        needed = dict.fromkeys(place // BLOCK for place in places if place < width) or {0: None}
        shown = ", ".join(f"c{place}" if place < width else f"NULL::VARCHAR AS c{place}" for place in places)
        parts = " POSITIONAL JOIN ".join(f"read_parquet({literal(files[number])})" for number in needed)
        return f"(SELECT {shown} FROM {parts})"  # noqa: S608 - built from literals

    return narrow


def _in_one_go(
    staging: Staging, path: Path, text: Text, layout: Layout, quarantine: Quarantine, recipe: Recipe
) -> Raw | None:
    """Read the file as it stands; None when the query engine has no word for its dialect."""
    dialect = layout.dialect
    if dialect.escape != dialect.quote or len(dialect.delimiter.encode()) != 1 or dialect.delimiter == " ":
        return None
    if layout.width > BLOCK or layout.comment or layout.body != layout.header:
        return None
    if text.mark and not layout.body:
        return None
    more = layout.width - len(layout.names or ())
    if layout.names is not None and more and not layout.leading:
        return None  # whether the last column holds anything, all rows say
    relation = _relation(path, dialect, layout.width, layout.body)
    lines = Lines(layout.body + 1)
    lines.is_known = False
    locate = _located(path, layout, lines)
    raw = _raw(staging, relation, layout, recipe, encoding=text.encoding, notes=[], rows=None, locate=locate)

    bare = _has_usual_blanks(path, dialect)

    def check(written: Written) -> bool:
        return _is_orderly(staging, path, layout, written, lines, bare=bare)

    return replace(raw, bare=bare, check=check, whole=lambda: _in_order(staging, path, quarantine, recipe))


def _relation(path: Path, dialect: Dialect, width: int, body: int) -> str:
    typed = ", ".join(f"{column}: 'VARCHAR'" for column in fields(width))
    longest = min(_MAX_LINE, max(1 << 21, path.stat().st_size))
    # Left alone, the buffer is many times the longest line, and the threads wait for each other.
    buffer = max(longest, _BUFFER)
    return (
        f"read_csv({literal(one_file(path))}, auto_detect=false, header=false, skip={body}, "
        f"delim={literal(dialect.delimiter)}, quote={literal(dialect.quote)}, escape={literal(dialect.quote)}, "
        f"strict_mode=true, null_padding=false, max_line_size={longest}, buffer_size={buffer}, "
        f"columns={{{typed}}})"
    )


def _layout(staging: Staging, path: Path, recipe: Recipe) -> Layout:
    sample = first_lines(_lines(path))
    if not any(line.strip() for line in sample):
        raise DatasetError(f"{staging.source.name} is empty.", hint="Choose a file that has rows.")
    return sniff(sample, recipe)


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", errors="replace", newline=None) as file:
        while line := file.readline(_MAX_LINE):
            yield line.removesuffix("\n")


def _raw(
    staging: Staging,
    relation: str,
    layout: Layout,
    recipe: Recipe,
    *,
    encoding: str,
    notes: list[str],
    rows: int | None,
    locate: Callable[[Sequence[int]], list[int]],
) -> Raw:
    names, said = _names(layout)
    relation, names = _fitted(staging, relation, layout, names)
    found = msgspec.structs.replace(
        recipe,
        encoding=encoding,
        delimiter=layout.dialect.delimiter,
        quote=layout.dialect.quote,
        escape=layout.dialect.escape if layout.dialect.escape != layout.dialect.quote else "",
        comment=layout.comment,
        skip=layout.skip,
        header=layout.header,
    )
    return Raw(
        relation=relation,
        names=names,
        kinds=tuple("text" for _ in names),
        notes=notes + said,
        rows=rows,
        decimal_comma=layout.dialect.delimiter == ";",
        found=found,
        locate=locate,
    )


def _located(path: Path, layout: Layout, lines: Lines) -> Callable[[Sequence[int]], list[int]]:
    """Give what finds the lines of rows: by what was noted of them, or by going through the file."""

    def locate(rows: Sequence[int]) -> list[int]:
        if lines.is_known:
            return [lines.of(row) for row in rows]
        comment, wanted, found = layout.comment, iter(rows), []
        text = (
            "" if comment and line.startswith(comment) else line for line in islice(_lines(path), layout.body, None)
        )
        good = (record for record in records(text, layout.dialect, layout.width) if record.cells is not None)
        next_ = next(wanted, None)
        for number, record in enumerate(good, start=1):
            if number == next_:
                found.append(record.line + layout.body)
                if (next_ := next(wanted, None)) is None:
                    break
        return found

    return locate


def _names(layout: Layout) -> tuple[tuple[str, ...], list[str]]:
    notes = []
    delimiter = layout.dialect.delimiter
    if layout.width > 1 and delimiter != ",":
        notes.append(f"The cells are parted by the {SIGNS.get(delimiter, f'sign {delimiter!r}')}.")
    if layout.width == 1 and not delimiter:
        notes.append("No sign parts the lines; each is one cell.")
    if layout.mended:
        notes.append(f"Line {layout.body} has a quote too many; the names were read without it.")
    if layout.dialect.quote == "'":
        notes.append("The cells are quoted with the apostrophe.")
    if layout.comment:
        notes.append(f"Lines that begin with {layout.comment} are comments.")
    if layout.header > 1:
        notes.append(f"The names of the columns were put together from {layout.header} lines.")
    if layout.names is None:
        notes.append("The file does not name its columns; they were numbered.")
        return numbered(layout.width), notes
    names, repairs = repaired(layout.names)
    return names, notes + repairs


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


# -- the check of a file that was read as it stands -------------------------------------------------------------------


def _has_usual_blanks(path: Path, dialect: Dialect) -> bool:
    with path.open("rb") as file:
        return _is_bare(file.read(_FIRST), dialect)


def _is_bare(chunk: bytes, dialect: Dialect) -> bool:
    """Say whether no cell can end with another blank than the usual one; one in quotes may end with a line's end."""
    if dialect.quote and dialect.quote.encode() in chunk:
        return False
    # The blanks beyond ASCII are looked for one by one, each as slowly as all the rest together.
    blanks = [blank for blank in ODD_BLANKS if blank.isascii()] if chunk.isascii() else ODD_BLANKS
    return not any(blank in chunk for blank in blanks if blank != dialect.delimiter.encode())


def _is_orderly(staging: Staging, path: Path, layout: Layout, written: Written, lines: Lines, *, bare: bool) -> bool:
    """Say whether the rows that were written are all that the file holds, cell for cell.

    The engine passes a row with an empty cell too many without a word, but such a row has a delimiter too many.
    """
    sign, quote = layout.dialect.delimiter.encode(), layout.dialect.quote.encode()
    signs = ends = returns = pairs = quotes = 0
    last = tail = b""
    with path.open("rb") as file:
        for _ in range(layout.body):
            file.readline()
        while chunk := file.read(_SCAN):
            staging.ask()
            # bytes.count takes five times as long where it finds something at every step.
            values = np.frombuffer(chunk, np.uint8)
            signs += int(np.count_nonzero(values == sign[0]))
            ends += int(np.count_nonzero(values == _LINE_FEED))
            if b"\r" in chunk or last == b"\r":
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            quotes += chunk.count(quote) if quote else 0
            # A blank may lie across the end of a chunk.
            if bare and not (_is_bare(chunk, layout.dialect) and _is_bare(tail + chunk[:2], layout.dialect)):
                return False
            last, tail = chunk[-1:], chunk[-2:]
    if returns != pairs or (pairs and pairs != ends):
        return False
    within = 0
    words = [quoted(name) for name, is_words in zip(written.names, written.words, strict=True) if is_words]
    table = f"read_parquet({literal(written.path)}, hive_partitioning=false)"
    if quotes:
        if len(words) < len(written.names) and not words:
            return signs == written.rows * (layout.width - 1)
        inside = " + ".join(
            f"coalesce(sum(length({w}) - length(replace({w}, {literal(sign.decode())}, ''))) "
            f"FILTER (contains({w}, {literal(sign.decode())})), 0)"
            for w in words
        )
        marks = " + ".join(f"coalesce(contains({w}, {literal(quote.decode())}), false)::INT" for w in words)
        asked = f"SELECT {inside}, count(*) FILTER ({marks} > 1) FROM {table}"  # noqa: S608 - names are quoted
        within, doubtful = staging.query(asked, "Check the rows")[0]
        if doubtful:
            return False
    if layout.names is not None and len(words) == len(layout.names) == layout.width > 1:
        same = " AND ".join(f"{w} = {literal(name)}" for w, name in zip(words, layout.names, strict=True))
        if staging.query(f"SELECT count(*) FROM {table} WHERE {same}")[0][0]:  # noqa: S608
            return False
    lines.is_known = ends in {written.rows, written.rows - 1}
    return bool(signs == written.rows * (layout.width - 1) + within)
