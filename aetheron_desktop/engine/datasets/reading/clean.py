"""Delimited text in good order: rows of one width for the query engine, all others put aside with their lines.

Most of a file is in order, and is copied as it stands; the lines that are not are read one by one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import chain
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.reading.quarantine import BEFORE, COMMENT, Quarantine
from aetheron_desktop.engine.datasets.reading.records import MAX_CELL_CHARACTERS, Dialect, Record, records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from aetheron_desktop.engine.datasets.reading.dialect import Layout
    from aetheron_desktop.engine.datasets.staging import Staging

_CHUNK: Final = 1 << 23
_AHEAD: Final = MAX_CELL_CHARACTERS + (1 << 16)
"""Bytes that are at hand behind a line that is not in order, for a cell that goes over many lines."""
REPEATED: Final = "repeats the names of the columns"


class Lines:
    """The line of the file in which a row stands; both are counted from 1."""

    def __init__(self, first: int) -> None:
        self._rows = [1]
        self._offsets = [first - 1]
        self.is_known = True
        """Whether every row takes as many lines as is noted; else cells go over several lines somewhere."""

    def note(self, row: int, line: int) -> None:
        """Keep that ``row`` begins in ``line``, as do those after it, one line each."""
        if line - row != self._offsets[-1]:
            self._rows.append(row)
            self._offsets.append(line - row)

    def of(self, row: int) -> int:
        """Give the line of ``row``."""
        return row + self._offsets[bisect_right(self._rows, row) - 1]


class Cleaner:
    """Copies the rows of one file; ``dialect`` is that of the copy."""

    def __init__(self, staging: Staging, layout: Layout, quarantine: Quarantine) -> None:
        self._staging = staging
        self._layout = layout
        self._quarantine = quarantine
        source = layout.dialect
        self._source = source
        self._is_plain = len(source.delimiter) <= 1 and source.delimiter != " " and source.escape in {source.quote, ""}
        self.dialect = source if self._is_plain and source.delimiter else Dialect(",")
        self._head = [name.strip() for name in layout.names or ()] if layout.header == 1 else []
        self._row = 1
        self._line = layout.body + 1
        self.good = 0
        """The rows that were copied one by one; those that were copied as they stood are not counted."""
        self.lines = Lines(self._line)
        quote, delimiter = (re.escape(mark.encode()) for mark in (source.quote or '"', source.delimiter))
        plain = b"[^" + delimiter + quote + rb"\r\n]*+"
        cell = b"(?:" + quote + b"(?:[^" + quote + b"]|" + quote + quote + b")*+" + quote + b"|" + plain + b")"
        comment = b"(?!" + re.escape(layout.comment.encode()) + b")" if layout.comment else b""
        mark = quote + b"?"
        names = delimiter.join(mark + re.escape(name.encode()) + mark for name in self._head)
        again = b"(?!" + names + rb"\r?\n)" if self._head and layout.width > 1 else b""
        blank = rb"(?!\r?\n)"
        rest = b"(?:" + delimiter + cell + b"){%d}" % (layout.width - 1) if layout.width > 1 else b""
        self._rows = re.compile(b"(?:" + comment + again + blank + cell + rest + rb"\r?\n)*+")
        self._again = source.delimiter.join(self._head).encode() if layout.width > 1 else b""

    def copy(self, path: Path, out: Path) -> None:
        """Copy the rows of ``path``, which is UTF-8 with line feeds at its lines' ends, to ``out``.

        Raises:
            Stopped: it was asked to stop.
            OSError: the disk refuses.
        """
        size = max(1, path.stat().st_size)
        with path.open("rb") as source, out.open("wb") as target:
            self._put_aside([source.readline() for _ in range(self._layout.body)])
            if self._is_plain and self._source.delimiter:
                self._copy_quickly(source, target, size)
            else:
                text = (line.decode("utf-8", "replace").rstrip("\r\n") for line in _told(self._staging, source, size))
                self._copy_records(records(self._uncommented(text), self._source, self._layout.width), target)

    def _put_aside(self, lines: Sequence[bytes]) -> None:
        """Keep what stands before the first row and is no name of a column."""
        comment = self._layout.comment
        for number, line in enumerate(lines, start=1):
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if comment and text.startswith(comment):
                self._quarantine.add(number, text, COMMENT)
            elif text.strip() and number <= self._layout.skip:
                self._quarantine.add(number, text, BEFORE)

    def _copy_quickly(self, source: BinaryIO, target: BinaryIO, size: int) -> None:
        buffer, is_end, place = b"", False, 0
        while not is_end or place < len(buffer):
            if not is_end and len(buffer) - place < _AHEAD:
                chunk = source.read(_CHUNK)
                buffer, place, is_end = buffer[place:] + chunk, 0, not chunk
                if is_end and buffer and not buffer.endswith(b"\n"):
                    buffer += b"\n"
                self._staging.ask()
                self._staging.tell("Read the rows", source.tell(), size)
                continue
            stop = buffer.rfind(b"\n") + 1
            if not stop or (quote := self._source.quote.encode()) == b"" or buffer.find(quote, place, stop) < 0:
                if not stop:  # one line that is longer than all there is
                    stop = len(buffer)
                self._copy_lines(buffer[place:stop], target)
                place = stop
                continue
            found = self._rows.match(buffer, place)
            if found is not None and found.end() > place:
                span = buffer[place : found.end()]
                target.write(span)
                self._took(span)
                place = found.end()
            if place < len(buffer) and (is_end or len(buffer) - place >= _AHEAD):
                place += self._copy_one(buffer, place, target)

    def _took(self, span: bytes) -> None:
        # How many rows it is, nobody has counted: a quoted cell may hold line ends.
        lines = span.count(b"\n")
        self.lines.is_known = False
        self._line += lines

    def _copy_lines(self, span: bytes, target: BinaryIO) -> None:
        """Copy lines without a mark of quoting, each of them a row or none."""
        lines = span.split(b"\n")
        if not lines[-1]:
            lines.pop()
        sign, wanted = self._source.delimiter.encode(), self._layout.width - 1
        bad = {number for number, line in enumerate(lines) if line.count(sign) != wanted}
        if wanted == 0:
            bad |= {number for number, line in enumerate(lines) if not line.strip()}
        if (comment := self._layout.comment.encode()) and comment in span:
            bad |= {number for number, line in enumerate(lines) if line.startswith(comment)}
        if self._again and self._again in span:
            bad |= {number for number, line in enumerate(lines) if line.rstrip(b"\r") == self._again}
        if not bad:
            target.write(span)
            self._row += len(lines)
            self._line += len(lines)
            return
        start = 0
        for number in sorted(bad):
            self._write_lines(lines[start:number], target)
            text = lines[number].decode("utf-8", "replace").rstrip("\r")
            self._copy_records(records(self._uncommented([text]), self._source, wanted + 1), target)
            start = number + 1
        self._write_lines(lines[start:], target)

    def _write_lines(self, lines: Sequence[bytes], target: BinaryIO) -> None:
        if lines:
            self.lines.note(self._row, self._line)
            target.write(b"\n".join(lines) + b"\n")
            self._row += len(lines)
            self._line += len(lines)

    def _copy_one(self, buffer: bytes, place: int, target: BinaryIO) -> int:
        """Copy the record that begins at ``place`` and give its length in bytes."""
        lengths: list[int] = []

        def text() -> Iterator[str]:
            at = place
            while at < len(buffer):
                end = buffer.find(b"\n", at) + 1 or len(buffer)
                lengths.append(end - at)
                yield buffer[at:end].decode("utf-8", "replace").rstrip("\r\n")
                at = end

        first = buffer[place : buffer.find(b"\n", place) + 1 or len(buffer)]
        comment = self._layout.comment.encode()
        if not first.strip() or (comment and first.startswith(comment)):
            self._quarantine_comment(self._line, first.decode("utf-8", "replace").rstrip("\r\n"))
            self._line += 1
            return len(first)
        record = next(records(text(), self._source, self._layout.width))
        taken = record.text.count("\n") + 1
        self._copy_records(iter([record]), target)
        return sum(lengths[:taken])

    def _copy_records(self, found: Iterator[Record], target: BinaryIO) -> None:
        """Copy records that begin at the line that is reached."""
        start, line = self._line, 0
        for record in found:
            line = record.line + record.text.count("\n")
            where = start + record.line - 1
            if record.cells is None:
                self._quarantine.add(where, record.text, record.reason)
            elif self._head and len(self._head) > 1 and [cell.strip() for cell in record.cells] == self._head:
                self._quarantine.add(where, record.text, REPEATED)
            else:
                self.lines.note(self._row, where)
                target.write(self._line_of(record.cells))
                self._row += 1
                self.good += 1
        self._line = start + max(1, line)

    def _line_of(self, cells: Sequence[str]) -> bytes:
        delimiter, quote = self.dialect.delimiter, self.dialect.quote
        if not quote:
            return (delimiter.join(cells) + "\n").encode()
        marks = (delimiter, quote, "\n", "\r")
        return (
            delimiter.join(
                quote + cell.replace(quote, quote * 2) + quote if any(mark in cell for mark in marks) else cell
                for cell in cells
            )
            + "\n"
        ).encode()

    def _uncommented(self, lines: Iterable[str]) -> Iterator[str]:
        """Give ``lines``, which begin where the copy is, with nothing in place of comments."""
        start = self._line
        for number, line in enumerate(lines, start=start):
            yield "" if self._quarantine_comment(number, line) else line

    def _quarantine_comment(self, number: int, line: str) -> bool:
        is_comment = bool(self._layout.comment) and line.startswith(self._layout.comment)
        if is_comment:
            self._quarantine.add(number, line, COMMENT)
        return is_comment


def _told(staging: Staging, source: BinaryIO, size: int) -> Iterator[bytes]:
    read = 0
    for number, line in enumerate(chain(source)):
        if not number % 1_000:
            staging.ask()
            staging.tell("Read the rows", read, size)
        read += len(line)
        yield line
