"""A look at the first lines of a text: which sign parts the cells, where the table begins, whether it has a header."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.reading.records import Dialect, records
from aetheron_desktop.engine.datasets.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aetheron_desktop.engine.datasets.reading.records import Record

_LINES: Final = (20, 1_000)
_CHARACTERS: Final = 2_000_000
_DELIMITERS: Final = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 0.95, "\x1f": 0.9, "\x01": 0.9, "~": 0.6, "^": 0.6, "||": 1.0,
                      ":": 0.4, " ": 0.35, "$": 0.3, "&": 0.3, "*": 0.3, "#": 0.3, "%": 0.3, "@": 0.3}  # fmt: skip
_RARE: Final = "$&*#%@"
_COMMENTS: Final = ("#", "%", "//")
_GUESS: Final = Recipe()
_WIDE: Final = 20
_ONE_COLUMN: Final = 0.12
"""The weight of reading each line as one cell: any steady delimiter is better, an unsteady one is not."""

NUMBER: Final = re.compile(r"[+-]?(\d[\d ,.']*|[.,]\d+)([eE][+-]?\d+)?[ ]?%?|[$€£] ?-?\d[\d,.]*|-?\d[\d,.]* ?[€$£]")
_DATE: Final = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]+\d{1,2}:\d\d(:\d\d)?.*)?|\d{1,2}:\d\d(:\d\d(\.\d+)?)?( ?[AP]M)?"
)
_CLOCK: Final = re.compile(r"(?<![\d:])\d{1,2}:\d\d(?!\d)|HH:mm")
_EMPTY: Final = re.compile(r"|NA|N/A|n/a|na|NaN|nan|null|NULL|None|\?|-")
_FLAG: Final = re.compile(r"true|false|yes|no|t|f|y|n", re.IGNORECASE)
_PLAIN: Final = re.compile(r"[^\W_][\w \-'.()/&]*")
_BETWEEN: Final = re.compile(r'(?<![^ ])"[^"\n]*"(?![^ ])')
_LIST: Final = re.compile(r"[\w .-]+(?:;[\w .-]+)+|[\w .-]+(?:\|[\w .-]+)+")
"""Values in one cell, as an export of a choice of several writes them."""
_ADDRESS: Final = re.compile(r"(https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+|[\w./\\-]+\.\w{2,4}")


@dataclass(frozen=True)
class Layout:
    """Where the table stands in the text: ``skip`` lines before it, ``body`` lines before its first row.

    ``names`` are the header's cells as they stand there, or None; ``width`` counts the cells of a row. ``leading`` says
    that the names a header lacks are its first, not its last ones. ``header`` counts the lines of names, and lines that
    begin with ``comment`` are no part of the table. ``mended`` says that the names stood there with a quote too many.
    """

    dialect: Dialect
    skip: int
    body: int
    names: tuple[str, ...] | None
    width: int
    leading: bool = False
    header: int = 0
    comment: str = ""
    mended: bool = False


def first_lines(lines: Iterable[str]) -> list[str]:
    """Give as many lines as the layout is found from: fewer of a wide table, whose lines are long."""
    fewest, most = _LINES
    taken: list[str] = []
    room = _CHARACTERS
    for line in lines:
        taken.append(line)
        room -= len(line)
        if len(taken) == most or (room < 0 and len(taken) >= fewest):
            break
    return taken


def sniff(lines: Sequence[str], wanted: Recipe = _GUESS) -> Layout:
    """Find the layout of a text from its :func:`first_lines`; there must be one that is not blank.

    What ``wanted`` says of the dialect, of comments and of where the table begins is taken as it is.
    """
    comment = _comment(lines, wanted) if wanted.comment is None else wanted.comment
    lines = ["" if comment and line.startswith(comment) else line for line in lines]
    if wanted.skip is not None:
        lines = [""] * min(wanted.skip, len(lines)) + list(lines[wanted.skip :])
    layout = _found(lines, wanted)
    if layout.names is not None and layout.header == 0:
        layout = replace(layout, header=1)
    return replace(layout, comment=comment)


def _found(lines: Sequence[str], wanted: Recipe) -> Layout:
    dialect = _dialect(lines, wanted)
    every = list(records(lines, dialect))
    found = [record for record in every if record.cells is not None]
    if not found:
        return Layout(Dialect("") if wanted.delimiter is None else dialect, wanted.skip or 0, wanted.skip or 0, None, 1)
    width = _width(found)
    if wanted.delimiter and width < 2:
        width = max(len(record.cells or ()) for record in found)
    if wanted.header is not None:
        first = 0 if wanted.skip is not None else _first_row(found, width)
        return _with_header_of(found, first, width, dialect, wanted.header)
    if not dialect.delimiter or (width < 2 and not wanted.delimiter):
        return _one_column(lines, dialect)
    if every[0].cells is None and (mended := _mended_header(every[0], found, width, dialect)):
        return mended
    first = 0 if wanted.skip is not None else _first_row(found, width)
    return _with_header(found, first, width, dialect)


def joined(heads: Sequence[Sequence[str]], width: int) -> list[str]:
    """Put names together that stand in several lines, from top to bottom."""
    names = []
    carried = [""] * len(heads)
    for place in range(width):
        parts: list[str] = []
        for level, head in enumerate(heads):
            cell = head[place] if place < len(head) else ""
            # A name over several columns stands in the first of them.
            carried[level] = cell or (carried[level] if level < len(heads) - 1 else "")
            if carried[level] and carried[level] not in parts:
                parts.append(carried[level])
        names.append(" ".join(parts))
    return names


def _comment(lines: Sequence[str], wanted: Recipe) -> str:
    """Give the sign with which lines begin that are no rows, or nothing."""
    for sign in _COMMENTS:
        marked = [line for line in lines if line.startswith(sign)]
        rest = [line for line in lines if line.strip() and not line.startswith(sign)]
        if not marked or not rest or wanted.delimiter == sign:
            continue
        dialect = _dialect(rest, wanted)
        found = [record for record in records(rest, dialect) if record.cells is not None]
        width = _width(found) if found else 1
        if width == 1:
            at_top = [line.startswith(sign) for line in lines[: len(marked)]]
            if all(at_top) and all(line.startswith(sign + " ") for line in marked):
                return sign
            continue
        alike = [cells for line in marked if len(cells := dialect.cells(line)) == width and not isinstance(cells, str)]
        if len(alike) == 1 and lines[0].startswith(sign) and not alike[0][0].startswith(sign + " "):
            continue  # it names the columns
        if len(alike) <= 0.5 * len(marked):
            return sign
    return ""


def _with_header_of(found: Sequence[Record], first: int, width: int, dialect: Dialect, header: int) -> Layout:
    """Give the layout whose first ``header`` lines name the columns, those of several put together."""
    count = min(header, len(found) - first)
    heads = found[first : first + count]
    skip = found[first].line - 1
    if not heads:
        return Layout(dialect, skip, skip, None, width)
    body = heads[-1].line + heads[-1].text.count("\n")
    cells = [[cell.strip() for cell in head.cells or ()] for head in heads]
    names = joined(cells, max(width, *map(len, cells))) if count > 1 else cells[0]
    return Layout(dialect, skip, body, tuple(names), width, header=count)


def _dialect(lines: Sequence[str], wanted: Recipe = _GUESS) -> Dialect:
    text = "\n".join(lines)
    if wanted.delimiter == "":
        return _marked(_alone(text), text, wanted)
    best, choice = -1.0, Dialect(delimiter="")
    wrapped, quoted = wanted.quote is None and _wrapped(lines), choice
    for delimiter, weight in _DELIMITERS.items() if wanted.delimiter is None else [(wanted.delimiter, 1.0)]:
        if delimiter not in text:
            continue
        if delimiter == "#" and any(line.startswith("#") for line in lines):
            continue
        for quote, quote_weight in _quotes(text, delimiter) if wanted.quote is None else [(wanted.quote, 1.0)]:
            dialect = _marked(Dialect(delimiter, quote, ""), text, wanted)
            if (
                wanted.quote is None
                and not quote
                and (wrapped or all(record.cells is not None for record in records(lines, quoted)))
            ):
                continue
            quoted = dialect
            score = weight * quote_weight * _score(lines, dialect)
            if score > best + 1e-9:
                best, choice = score, dialect
    if wanted.delimiter:
        return choice if best >= 0 and choice.delimiter else _marked(Dialect(wanted.delimiter), text, wanted)
    if best <= _ONE_COLUMN and wanted.delimiter is None and wanted.quote is None and _quoted_between_blanks(lines):
        return _marked(Dialect(" "), text, wanted)
    return choice if best > _ONE_COLUMN else _marked(_alone(text), text, wanted)


def _marked(dialect: Dialect, text: str, wanted: Recipe) -> Dialect:
    """Give ``dialect`` with the marks of quoting and escape that are wanted, or that the text tells of."""
    quote = dialect.quote if wanted.quote is None else wanted.quote
    escape = "\\" if quote and dialect.delimiter and _escaped(text, quote, dialect.delimiter) else quote
    return Dialect(dialect.delimiter, quote, escape if wanted.escape is None or not quote else wanted.escape or quote)


def _wrapped(lines: Sequence[str]) -> bool:
    """Say whether each line is one cell in quotes."""
    one = Dialect("")
    filled = [line for line in lines if line.strip()]
    return all(line.startswith('"') and isinstance(one.cells(line), list) for line in filled)


def _quoted_between_blanks(lines: Sequence[str]) -> bool:
    """Say whether nearly every line has several cells in quotes with blanks around them: other cells lack theirs."""
    filled = [line for line in lines if line.strip()]
    several = sum(len(_BETWEEN.findall(line)) > 1 for line in filled)
    return len(filled) >= 5 and several >= 0.9 * len(filled)


def _alone(text: str) -> Dialect:
    """Give the dialect of one column: its quotes are marks of quoting only when they close at the line's end."""
    lines = [line for line in text.split("\n") if line.strip()]
    opened = [line for line in lines if line.lstrip().startswith('"')]
    quote = '"' if opened and all(isinstance(Dialect("").cells(line), list) for line in opened) else ""
    if opened and not quote and sum(line.rstrip().endswith('"') for line in lines) >= len(opened):
        quote = '"'
    return Dialect("", quote, quote)


def _quotes(text: str, delimiter: str) -> list[tuple[str, float]]:
    quotes = [('"', 1.0)]
    mark = re.escape(delimiter)
    if '"' in text:
        quotes.append(("", 0.7))
    if re.search(rf"(^|{mark})[ ]*'[^'\n]*'[ ]*({mark}|$)", text, re.MULTILINE):
        quotes.append(("'", 0.99))
    return quotes


def _escaped(text: str, quote: str, delimiter: str) -> bool:
    """Say whether a backslash stands before quotes within cells; before the end of a cell it is a sign like others."""
    slashes = text.count("\\" + quote)
    ending = len(re.findall(rf"\\{re.escape(quote)}[ \t]*(?:{re.escape(delimiter)}|\n|\Z)", text))
    return slashes > ending and slashes >= text.count(quote * 2 + quote)


def _score(lines: Sequence[str], dialect: Dialect) -> float:
    """Say how much like a table the text is when read so, from 0 to 1."""
    found = list(records(lines, dialect))
    good = [record for record in found if record.cells is not None]
    if not good:
        return 0.0
    widths = Counter(len(record.cells or ()) for record in good)
    width = _width(good)
    if width < 2:
        return 0.0
    steady = widths[width] / len(found)
    if dialect.delimiter in " :" and (steady < 1.0 and (steady < 0.9 or len(found) < 5)):
        return 0.0
    if dialect.delimiter in _RARE and (steady < 1.0 or width < 3):
        return 0.0
    if dialect.delimiter == ":" and sum(_CLOCK.search(line) is not None for line in lines) > 0.3 * len(found):
        return 0.0
    known, cells = 0.0, 0
    for record in good:
        for cell in record.cells or ():
            cells += 1
            known += _known(cell.strip())
    kinds = known / max(1, cells)
    return float(steady**1.5) * (0.5 + 0.5 * (width - 1) / width) * (0.3 + 0.7 * kinds)


def _known(cell: str) -> float:
    if any(form.fullmatch(cell) for form in (_EMPTY, NUMBER, _PLAIN, _DATE, _ADDRESS)):
        return 1.0
    return 0.5 if _LIST.fullmatch(cell) else 0.0


def _width(found: Sequence[Record]) -> int:
    """Give the number of cells that most records have, the greater of equals; one cell counts only if nearly all."""
    widths = Counter(len(record.cells or ()) for record in found)
    many = {width: count for width, count in widths.items() if width > 1}
    if not many or (widths[1] > 0.8 * len(found)):
        return 1
    return max(many, key=lambda width: (many[width], width))


def _first_row(found: Sequence[Record], width: int) -> int:
    """Give the position of the first record that has the table's shape."""
    counts = sorted(sum(cell.strip() != "" for cell in record.cells or ()) for record in found)
    usual = counts[len(counts) // 2]
    for position, record in enumerate(found):
        length = len(record.cells or ())
        filled = sum(cell.strip() != "" for cell in record.cells or ())
        if width > 2 and filled < 2 and usual > 2 and _names_follow(found, position, width):
            continue
        following = [len(after.cells or ()) for after in found[position + 1 : position + 4]]
        if length == width or (abs(length - width) == 1 and length > 1 and following and set(following) == {width}):
            return position
    return 0


def _names_follow(found: Sequence[Record], position: int, width: int) -> bool:
    """Say whether the next record with more than one filled cell names columns, so that this one is a title."""
    for place, record in enumerate(found[position + 1 :], start=position + 1):
        cells = record.cells or []
        if sum(cell.strip() != "" for cell in cells) > 1:
            rows = [after.cells for after in found[place + 1 :] if after.cells is not None]
            return len(cells) == width and is_header([cell.strip() for cell in cells], rows)
    return False


def _mended_header(record: Record, found: Sequence[Record], width: int, dialect: Dialect) -> Layout | None:
    """Give the layout when the first line is a header but for a stray quote."""
    head = [cell.strip(f" {dialect.quote}") for cell in record.text.split(dialect.delimiter)]
    rows = [after.cells for after in found if after.cells is not None and len(after.cells) == width]
    if len(head) != width or not is_header(head, rows):
        return None
    return Layout(dialect, record.line - 1, record.line, tuple(head), width, mended=True)


def _with_header(found: Sequence[Record], first: int, width: int, dialect: Dialect) -> Layout:
    record = found[first]
    head = [cell.strip() for cell in record.cells or ()]
    rows = [after.cells for after in found[first + 1 :] if after.cells is not None and len(after.cells) == width]
    skip = record.line - 1
    body = skip + record.text.count("\n") + 1
    if len(head) == width - 1:
        leading = not all(not row[-1].strip() for row in rows)
        return Layout(dialect, skip, body, tuple(head), width, leading=leading)
    if len(head) > width and len([cell for cell in head if cell]) == width:
        head = [cell for cell in head if cell]
    if len(head) != width or is_header(head, rows):
        return Layout(dialect, skip, body, tuple(head), width)
    return Layout(dialect, skip, skip, None, width)


def _one_column(lines: Sequence[str], dialect: Dialect) -> Layout:
    dialect = _alone("\n".join(lines)) if dialect.delimiter else dialect
    found = [record for record in records(lines, dialect) if record.cells is not None]
    if not found:
        return Layout(dialect, 0, 0, None, 1)
    cells = [record.cells[0].strip() for record in found if record.cells]
    skip = found[0].line - 1
    if is_header(cells[:1], [[cell] for cell in cells[1:]]):
        return Layout(dialect, skip, skip + found[0].text.count("\n") + 1, (cells[0],), 1)
    return Layout(dialect, skip, skip, None, 1)


def kind(cell: str) -> str:
    """Give the kind of value that ``cell`` looks like: number, date, flag, text, or nothing."""
    cell = cell.strip()
    if _EMPTY.fullmatch(cell):
        return ""
    if NUMBER.fullmatch(cell):
        return "number"
    if _DATE.fullmatch(cell):
        return "date"
    return "flag" if _FLAG.fullmatch(cell) else "text"


def is_header(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Say whether ``head`` names the columns of ``rows`` rather than being the first of them.

    A number or date among the names speaks against it, unless they are years; a name above another kind of values
    speaks for it; a name that comes again as a value of its column against it.
    """
    kinds = [kind(cell) for cell in head]
    repeats = bool(rows)
    rows = [row for row in rows if [cell.strip() for cell in row] != head]
    values = [Counter(kind(row[place]) for row in rows if place < len(row)) for place in range(len(head))]
    if not any(kind_ == "text" for kind_ in kinds):
        return bool(rows) and _all_flags(kinds, values)
    if repeats and not rows:
        return False
    if _years(head, kinds) or _alone_differ(head, kinds, rows):
        return True
    for_, against = 0.0, 0.0
    for place, cell in enumerate(head):
        usual = [name for name, _ in values[place].most_common() if name]
        if kinds[place] in {"number", "date"}:
            against += 1.0 if not usual or kinds[place] in usual else 0.5
        elif kinds[place] == "text":
            if usual and "text" not in usual:
                for_ += 1.0
            elif any(cell == row[place].strip() for row in rows[:200] if place < len(row)):
                against += 0.5
            elif "9" in _shape(cell) and {_shape(cell)} == {
                _shape(row[place].strip()) for row in rows[:50] if row[place:]
            }:
                against += 0.25
        elif kinds[place] == "":
            against += 0.25 if place or usual != ["number"] else 0.0
    if for_ or against:
        return for_ >= against
    return True


def _all_flags(kinds: Sequence[str], values: Sequence[Counter[str]]) -> bool:
    return all(kind_ == "flag" for kind_ in kinds) and not any("flag" in count for count in values)


def _years(head: Sequence[str], kinds: Sequence[str]) -> bool:
    """Say whether the numbers among the names are years or other whole numbers that grow one by one."""
    numbers = [cell for cell, kind_ in zip(head, kinds, strict=True) if kind_ == "number"]
    if len(numbers) < 3 or not all(cell.isdigit() for cell in numbers):
        return False
    counted = [int(cell) for cell in numbers]
    return len({after - before for before, after in pairwise(counted)}) == 1


def _alone_differ(head: Sequence[str], kinds: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the cells of a wide ``head`` are all different and begin with a word, and those of no row are so."""
    if len(head) < _WIDE or kinds[0] != "text" or len(set(head)) < len(head):
        return False
    return bool(rows) and all(len(set(row)) <= 0.5 * len(row) for row in rows[:50])


def _shape(cell: str) -> str:
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "a", cell))
