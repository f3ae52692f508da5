"""A dataset, or a part of it, as a file for other programs.

It is written beside its place and then moved there: whoever reads the file finds it whole, or as it was before. The
file that the dataset came from is never written to.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import math
import re
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
import pyarrow as pa
import pyarrow.csv as pa_csv

from aetheron_desktop.engine.datasets.expression import condition, kinds
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.query import TABLE, Query
from aetheron_desktop.engine.errors import UsageError, storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.expression import Expression
    from aetheron_desktop.engine.datasets.expression_parts import Kind
    from aetheron_desktop.engine.datasets.staging import Progress

    Batches: TypeAlias = Iterator[pa.RecordBatch]

ENDINGS: Final = (".csv", ".tsv", ".parquet", ".xlsx", ".json", ".jsonl", ".ndjson", ".arrow", ".feather")
_TYPED: Final = frozenset({".parquet", ".arrow", ".feather", ".xlsx"})
"""The formats that know dates."""
_STAGE: Final = "Write the rows"
_BATCH: Final = 20_000
_SHEET_ROWS: Final = 1_048_576
_SHEET_COLUMNS: Final = 16_384
_CELL: Final = 32_767
_EXACT: Final = 2**53
"""Excel keeps every number as a float; a greater whole number would lose digits."""


def export_table(
    dataset: Dataset,
    out: Path,
    folder: Path,
    *,
    where: str = "",
    columns: Sequence[str] = (),
    progress: Progress = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Write the rows that meet ``where`` (all by default), of these ``columns``, to ``out``; give how many there are.

    The ending of ``out`` says in which format. What does not fit in memory lies meanwhile within ``folder``.

    Raises:
        UsageError: the condition or a column is wrong, the format is not known or cannot hold so much.
        StorageError: the disk refuses.
        DatasetError: the snapshot cannot be read.
        Stopped: it was asked to stop; nothing was written.
    """
    ending = out.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"A table cannot be written as {ending or out.name}.", hint=f"Use {', '.join(ENDINGS)}.")
    origin = dataset.info.origin
    if origin is not None and out.exists() and Path(origin.path).exists() and out.samefile(origin.path):
        raise UsageError(f"{out.name} is the file that the dataset came from.", hint="Choose another name.")
    names = tuple(columns) or dataset.info.schema.names
    for name in names:
        dataset.info.schema.column(name)
    known = kinds(dataset.parquet)
    asked = condition(where, known) if where.strip() else None
    filtered = f" WHERE {asked.sql}" if asked is not None else ""
    values = asked.values if asked is not None else ()
    with Query(dataset.parquet, folder, should_stop) as query, _beside(out) as part:
        rows = int(query.rows(f"SELECT count(*) FROM {TABLE}{filtered}", values)[0][0])  # noqa: S608 - parameters
        if ending == ".xlsx":
            _check_sheet(rows, names)
        progress(_STAGE, 0, rows, "rows")
        batches = _counted(query.batches(_select(query, names, known, ending, asked), values, _BATCH), rows, progress)
        with storage_errors(out):
            _WRITERS[ending](batches, names, part, dataset.info.name)
    return rows


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """Give a path beside ``out`` to write to; what is there at the end takes the place of ``out``."""
    part = out.with_name(f".{out.name}.part{out.suffix}")
    try:
        yield part
        with storage_errors(out):
            part.replace(out)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _select(
    query: Query, names: Sequence[str], known: Mapping[str, Kind], ending: str, asked: Expression | None
) -> str:
    """Give the SQL of the rows; in a text, a column of dates without times is written so."""
    filtered = f" WHERE {asked.sql}" if asked is not None else ""
    dates = [name for name in names if known[name] == "date"] if ending not in _TYPED else []
    days = [f"bool_and(date_trunc('day', {quoted(name)}) = {quoted(name)})" for name in dates]
    are_days = query.rows(f"SELECT {', '.join(days)} FROM {TABLE}")[0] if dates else ()  # noqa: S608 - quoted
    forms = {
        name: "%Y-%m-%d" if is_day or is_day is None else "%Y-%m-%dT%H:%M:%S.%f"
        for name, is_day in zip(dates, are_days, strict=True)
    }
    shown = [
        f"strftime(CAST({quoted(name)} AS TIMESTAMP), '{forms[name]}') AS {quoted(name)}"
        if name in forms
        else quoted(name)
        for name in names
    ]
    return f"SELECT {', '.join(shown)} FROM {TABLE}{filtered}"  # noqa: S608 - names are quoted, values are parameters


def _counted(batches: Iterator[pa.RecordBatch], rows: int, progress: Progress) -> Iterator[pa.RecordBatch]:
    done = 0
    for batch in batches:
        yield batch
        done += batch.num_rows
        progress(_STAGE, done, rows, "rows")


# -- the formats ------------------------------------------------------------------------------------------------------


def _text(batches: Batches, names: Sequence[str], out: Path, sign: str) -> None:
    options = pa_csv.WriteOptions(include_header=False, delimiter=sign)
    with out.open("wb") as file:
        header = io.StringIO()
        csv.writer(header, delimiter=sign, lineterminator="\n").writerow(names)
        file.write(header.getvalue().encode())
        for batch in batches:
            if len(names) == 1:
                # A line with nothing on it is no row to most readers.
                cells = batch.column(0).cast(pa.string()).to_pylist()
                csv.writer(lines := io.StringIO(), lineterminator="\n").writerows(
                    [["" if one is None else one] for one in cells]
                )
                file.write(lines.getvalue().encode())
            elif batch.num_rows:
                pa_csv.write_csv(batch, file, options)


def _comma(batches: Batches, names: Sequence[str], out: Path, _: str) -> None:
    _text(batches, names, out, ",")


def _tab(batches: Batches, names: Sequence[str], out: Path, _: str) -> None:
    _text(batches, names, out, "\t")


def _parquet(batches: Batches, _: Sequence[str], out: Path, __: str) -> None:
    import pyarrow.parquet as pq

    first = next(batches)
    with pq.ParquetWriter(out, first.schema, compression="zstd") as writer:
        for batch in itertools.chain([first], batches):
            writer.write_batch(batch)


def _arrow(batches: Batches, _: Sequence[str], out: Path, __: str) -> None:
    first = next(batches)
    with pa.OSFile(str(out), "wb") as sink, pa.ipc.new_file(sink, first.schema) as writer:
        for batch in itertools.chain([first], batches):
            writer.write_batch(batch)


def _json(batches: Batches, _: Sequence[str], out: Path, __: str) -> None:
    with out.open("wb") as file:
        file.write(b"[")
        between = b"\n"
        for row in _records(batches):
            file.write(between + row)
            between = b",\n"
        file.write(b"\n]\n")


def _json_lines(batches: Batches, _: Sequence[str], out: Path, __: str) -> None:
    with out.open("wb") as file:
        for row in _records(batches):
            file.write(row + b"\n")


def _records(batches: Batches) -> Iterator[bytes]:
    # msgspec writes a number that JSON has no sign for as null.
    encoder = msgspec.json.Encoder()
    for batch in batches:
        for row in batch.to_pylist():
            yield encoder.encode(row)


def _workbook(batches: Batches, names: Sequence[str], out: Path, title: str) -> None:
    """Write one sheet. A text is never taken for a formula, and a number with too many digits is written as text."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(out), options)
    # Names of sheets are short, and without some signs.
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or None)
    bold, day, moment = (
        book.add_format(form)
        for form in ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm:ss"})
    )
    try:
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(names):
            sheet.write_string(0, place, name[:_CELL], bold)
        row = 1
        for batch in batches:
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                for place, cell in enumerate(cells):
                    _write_cell(sheet, row, place, cell, day, moment)
                row += 1
    finally:
        # It holds files of its own; and what is half written is taken away by whoever asked for it.
        try:
            book.close()
        except FileCreateError as error:
            raise OSError(*error.args[0].args) from error


def _write_cell(sheet: Any, row: int, place: int, cell: object, day: object, moment: object) -> None:
    match cell:
        case None:
            return
        case bool():
            sheet.write_boolean(row, place, cell)
        case int() if abs(cell) <= _EXACT:
            sheet.write_number(row, place, cell)
        case float() if math.isfinite(cell):
            sheet.write_number(row, place, cell)
        case datetime.datetime() if cell.year >= 1900:
            sheet.write_datetime(row, place, cell, day if cell.time() == datetime.time() else moment)
        case datetime.datetime():
            # The days of Excel begin in 1900.
            sheet.write_string(row, place, cell.isoformat(sep=" "))
        case _:
            text = str(cell)
            if len(text) > _CELL:
                raise UsageError(
                    f"Row {row:,} has a text of {len(text):,} signs; a cell of Excel holds {_CELL:,}.",
                    hint="Leave the column out, or write a CSV or Parquet file.",
                )
            sheet.write_string(row, place, text)


def _check_sheet(rows: int, names: Sequence[str]) -> None:
    if rows >= _SHEET_ROWS or len(names) > _SHEET_COLUMNS:
        raise UsageError(
            f"A sheet of Excel holds {_SHEET_ROWS - 1:,} rows and {_SHEET_COLUMNS:,} columns; these are {rows:,} and "
            f"{len(names):,}.",
            hint="Write a CSV or Parquet file, or fewer rows.",
        )


_WRITERS: Final[dict[str, Callable[[Batches, Sequence[str], Path, str], None]]] = {
    ".csv": _comma,
    ".tsv": _tab,
    ".parquet": _parquet,
    ".xlsx": _workbook,
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".arrow": _arrow,
    ".feather": _arrow,
}
