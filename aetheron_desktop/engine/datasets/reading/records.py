"""Lines of delimited text to records: strict about shape, back in step on the next line after a bad one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_LINES_IN_A_CELL: Final = 1_000
"""A quote that is not closed within so many lines is a stray one."""
MAX_CELL_CHARACTERS: Final = 4_000_000

NOT_CLOSED: Final = "a quote is opened and never closed"
STRAY: Final = "quotes stand in the middle of several cells"
AFTER_QUOTE: Final = "text follows a closing quote"


@dataclass(frozen=True)
class Dialect:
    """How cells are told apart; ``delimiter`` is empty for one column, and " " stands for any run of blanks."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        delimiter, quote, escape = (re.escape(mark) for mark in (self.delimiter, self.quote, self.escape))
        if self.delimiter == " ":
            delimiter, plain, pad = " +", "[^ ]*", ""
        else:
            plain = f"(?:(?!{delimiter}).)*" if len(self.delimiter) > 1 else f"[^{delimiter}]*" if delimiter else ".*"
            pad = "[ ]*" if self.delimiter == "\t" else "[ \\t]*"
        end = f"(?:{delimiter}|\\Z)" if delimiter else "\\Z"
        inner = f"(?:[^{quote}]|{quote}{quote})*+"
        if self.escape != self.quote:
            inner = f"(?:[^{quote}{escape}]|{escape}.|{quote}{quote})*+"
        return re.compile(f"{pad}{quote}({inner}){quote}{pad}({end})|(?!{pad}{quote})({plain})({end})", re.DOTALL)

    @cached_property
    def _opened(self) -> re.Pattern[str]:
        """A cell whose quote is opened and not closed by the end of the text."""
        quote, escape = re.escape(self.quote), re.escape(self.escape)
        if self.escape != self.quote:
            return re.compile(f"[ \\t]*{quote}(?:[^{quote}{escape}]|{escape}.|{quote}{quote})*+\\Z", re.DOTALL)
        return re.compile(f"[ \\t]*{quote}(?:[^{quote}]|{quote}{quote})*+\\Z", re.DOTALL)

    def cells(self, text: str) -> list[str] | str:
        """Give the cells of one record, or in words what is wrong with it."""
        if not self.quote or self.quote not in text:
            return self._plain_cells(text)
        cells: list[str] = []
        place = stray = 0
        if self.delimiter == " ":
            text = text.strip(" ")
        while True:
            match = self._cell.match(text, place)
            if match is None:
                return NOT_CLOSED if self._opened.match(text, place) else AFTER_QUOTE
            quoted, end, plain, plain_end = match.groups()
            if quoted is not None:
                cells.append(self._unescaped(quoted))
                last = end == ""
            else:
                cells.append(plain)
                last = plain_end == ""
                stray += plain.count(self.quote) % 2
            if last:
                return cells if stray < 2 else STRAY
            place = match.end()

    def _plain_cells(self, text: str) -> list[str]:
        if self.delimiter == " ":
            return text.split()
        return text.split(self.delimiter) if self.delimiter else [text]

    def _unescaped(self, text: str) -> str:
        text = text.replace(self.quote * 2, self.quote)
        if self.escape not in {self.quote, ""}:
            text = text.replace(self.escape + self.quote, self.quote).replace(self.escape * 2, self.escape)
        return text


class Record(NamedTuple):
    """One record, or what is wrong with it; ``line`` is that of its first line, from 1, ``text`` is as in the file."""

    line: int
    cells: list[str] | None
    text: str
    reason: str = ""


def records(lines: Iterable[str], dialect: Dialect, width: int | None = None) -> Iterator[Record]:
    """Give the records of ``lines`` (without their ends), blank lines left out.

    A cell may go over several lines when the whole record then has ``width`` cells. One that has more or fewer is bad
    as a whole, unless one of its lines is in good order by itself: then its first line alone is bad, so that one stray
    quote never takes the following rows with it.
    """
    source = _Lines(lines)
    for number, text in source:
        if not text or (dialect.delimiter and text.isspace() and dialect.delimiter != "\t"):
            continue
        cells = dialect.cells(text)
        if cells == NOT_CLOSED:
            joined = _continued(text, source, dialect, width)
            if joined is None:
                yield Record(number, None, text, NOT_CLOSED)
                continue
            cells, whole = joined
        else:
            whole = text
        if isinstance(cells, str):
            yield Record(number, None, text, cells)
        elif width is not None and len(cells) != width:
            yield Record(number, None, whole, f"{width} cells expected, {len(cells)} found")
        else:
            yield Record(number, cells, whole)


def _continued(text: str, source: _Lines, dialect: Dialect, width: int | None) -> tuple[list[str], str] | None:
    taken: list[str] = []
    parts = [text]
    size = len(text)
    for line in source.ahead():
        taken.append(line)
        parts.append(line)
        size += len(line)
        if dialect.quote in line:
            whole = "\n".join(parts)
            cells = dialect.cells(whole)
            if not isinstance(cells, str):
                if width is not None and len(cells) != width and any(_is_row(one, dialect, width) for one in taken):
                    return None
                source.drop(len(taken))
                return cells, whole
            if cells != NOT_CLOSED:
                return None
        if len(taken) >= MAX_LINES_IN_A_CELL or size > MAX_CELL_CHARACTERS:
            return None
    return None


def _is_row(line: str, dialect: Dialect, width: int) -> bool:
    """Whether a line is a record by itself, each of its quotes opened and closed."""
    return not line.count(dialect.quote) % 2 and isinstance(cells := dialect.cells(line), list) and len(cells) == width


class _Lines:
    """Lines with their numbers, and a look ahead that may be taken back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self._kept: list[str] = []
        self._at = 0
        self._number = 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        while True:
            if self._at < len(self._kept):
                line = self._kept[self._at]
                self._at += 1
            else:
                self._kept, self._at = [], 0
                try:
                    line = next(self._source)
                except StopIteration:
                    return
            self._number += 1
            yield self._number, line

    def ahead(self) -> Iterator[str]:
        """Give the following lines without taking them."""
        yield from self._kept[self._at :]
        for line in self._source:
            self._kept.append(line)
            yield line

    def drop(self, count: int) -> None:
        """Take ``count`` lines."""
        self._at += count
        self._number += count
