"""What an import of a case is worth: correct, flagged, noted, refused, silently wrong, crashed.

The verdicts are those of the corpora, and one more: NOTED is a table that differs from the truth only where a note of
the import names the column and says how its cells were read, as "times were brought to UTC".
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from tests.corpora.comparing import equal, equal_as_read, is_missing, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.corpora.cases import Case
    from tests.corpora.running import Outcome

Verdict: TypeAlias = Literal[
    "CORRECT", "FLAGGED", "NOTED", "REFUSED", "UNKNOWN", "FLAGGED_WRONG", "SILENT", "WRONGLY_LOADED", "CRASH", "HANG"
]
WORST: Final[frozenset[Verdict]] = frozenset({"SILENT", "WRONGLY_LOADED", "CRASH", "HANG"})
POINTS: Final[Mapping[str, Mapping[Verdict, float]]] = {
    "parse": {"CORRECT": 1, "FLAGGED": 0.5, "NOTED": 0.5, "REFUSED": 0, "FLAGGED_WRONG": 0},
    "either": {"CORRECT": 1, "FLAGGED": 1, "NOTED": 1, "REFUSED": 0.5, "FLAGGED_WRONG": 0},
    "reject": {"REFUSED": 1, "FLAGGED": 0.5},
}
"""All other verdicts are worth -1, and UNKNOWN is left out of the mean."""
_MADE_NAME: Final = re.compile(r"(?i)(unnamed: ?|column_?|col_?|field_?|_|c)\d+|")
_ALIKE: Final = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
                 "euc-kr": "cp949", "euc_kr": "cp949", "shift_jis": "cp932", "iso-8859-9": "cp1254",
                 "iso-8859-11": "cp874", "tis-620": "cp874"}  # fmt: skip

Row: TypeAlias = "list[Any]"


@dataclass(frozen=True)
class Judged:
    """A verdict, and what speaks against a better one."""

    verdict: Verdict
    why: str = ""


@dataclass(frozen=True)
class Table:
    """Names and rows; the truth of a grid has its first line among the rows, and no names."""

    names: list[str]
    rows: list[Row]


def judge(case: Case, outcome: Outcome, root: Path) -> Judged:
    """Hold what became of a case against what had to."""
    match outcome.status:
        case "crash":
            return Judged("CRASH", outcome.message.strip().splitlines()[-1])
        case "hang":
            return Judged("HANG", f"not done after {outcome.seconds:.0f} s")
        case "refused":
            return Judged("REFUSED", outcome.message) if outcome.message else Judged("CRASH", "refused without a word")
    if case.kind == "encoding-text":
        return _judge_text(case, outcome, root)
    if case.expect == "reject":
        return Judged("FLAGGED" if outcome.flags else "WRONGLY_LOADED", f"{len(outcome.rows)} rows were read")
    if case.truth_file is None:
        return _judge_shape(case, outcome)
    return _judge_table(case, outcome, root)


def _judge_text(case: Case, outcome: Outcome, root: Path) -> Judged:
    raw = (root / case.file).read_bytes()
    told = (case.encoding or "").lower()
    try:
        codecs.lookup(told)
    except LookupError:
        return Judged("UNKNOWN", f"there is no codec for {told}")
    for name in (told, _ALIKE.get(told, told)):
        if raw.decode(name, "replace") == raw.decode(outcome.encoding, "replace"):
            return Judged("CORRECT")
    return Judged("NOTED" if outcome.notes else "SILENT", f"{case.encoding} was read as {outcome.encoding}")


# -- without a truth --------------------------------------------------------------------------------------------------


def _judge_shape(case: Case, outcome: Outcome) -> Judged:
    rows, columns = len(outcome.rows), len(outcome.header)
    if case.expected_rows is not None:
        wanted_rows = {case.expected_rows}
    elif case.expected_records is not None and case.expected_columns:
        wanted_rows = {case.expected_records, case.expected_records - 1}
    else:
        return Judged("UNKNOWN")
    laid_flat = len({name.split(".")[0] for name in outcome.header}) if case.kind.startswith("parquet") else columns
    if rows in wanted_rows and case.expected_columns in {None, columns, laid_flat}:
        return Judged("CORRECT")
    why = f"{rows} × {columns}, not {min(wanted_rows)} × {case.expected_columns}"
    if outcome.flags:
        return Judged("FLAGGED", why)
    return Judged("NOTED" if any("sheet" in note for note in outcome.notes) else "SILENT", why)


# -- with a truth -----------------------------------------------------------------------------------------------------


def _judge_table(case: Case, outcome: Outcome, root: Path) -> Judged:
    truth = _truth(case, root)
    got = Table([text(name) for name in outcome.header], outcome.rows)
    if case.kind == "excel":
        truth, got = Table([], _filled(truth.rows)), _without_blanks(got)
    if truth.names and sorted(truth.names) == sorted(got.names):  # the order of keys is free
        places = [got.names.index(name) for name in truth.names]
        got = Table(truth.names, [[row[place] for place in places] for row in got.rows])
    why = _difference(case, truth, got, {})
    if not why:
        return Judged("CORRECT")
    if not _difference(case, truth, got, _readings(outcome.notes)):
        return Judged("NOTED", why)
    if outcome.flags:
        return Judged("FLAGGED" if _rest_is_there(case, truth, got, outcome) else "FLAGGED_WRONG", why)
    return Judged("SILENT", why)


def _truth(case: Case, root: Path) -> Table:
    body = (root / str(case.truth_file)).read_bytes().decode("utf-8-sig")
    if case.truth_format == "grid":
        return Table([], list(csv.reader(io.StringIO(body, newline=""))))
    found = msgspec.json.decode(body)
    if case.truth_format == "duckdb-rows":
        return Table([], found)
    records = found if isinstance(found, list) else [found]
    names = list(dict.fromkeys(name for record in records for name in record))
    return Table(names, [names, *([record.get(name) for name in names] for record in records)])


def _readings(notes: Sequence[str]) -> dict[str, str]:
    return {name: said for note in notes if ": " in note for name, said in [note.rsplit(": ", 1)]}


def _difference(case: Case, truth: Table, got: Table, readings: Mapping[str, str]) -> str:
    """Say where the tables differ first, in the better of the ways in which the truth may be meant; or nothing."""
    said = [readings.get(name, "") for name in got.names]
    as_rows = _first_difference(truth.rows, got.rows, said)
    if case.truth_format == "duckdb-rows":
        if truth.rows and [text(cell) for cell in truth.rows[0]] == got.names:
            return as_rows and _first_difference(truth.rows[1:], got.rows, said)
        return as_rows
    names = _names_differ(case, truth, got, noted=bool(readings))
    under_names = names or _first_difference(truth.rows[1:], got.rows, said)
    match case.header:
        case True:
            return under_names
        case False:
            return as_rows
        case _:
            return as_rows and under_names and _first_difference(truth.rows, [[*got.names], *got.rows], said)


def _first_difference(truth: Sequence[Row], got: Sequence[Row], readings: Sequence[str]) -> str:
    for number, (true, row) in enumerate(zip(truth, got, strict=False), start=1):
        if len(true) != len(row):
            return f"row {number} has {len(row)} cells, not {len(true)}"
        for place, cell in enumerate(true):
            if not equal(cell, row[place]) and not equal_as_read(cell, row[place], readings[place]):
                return f"row {number}, column {place + 1}: {row[place]!r}, not {text(cell)!r}"
    return "" if len(truth) == len(got) else f"{len(got)} rows, not {len(truth)}"


def _names_differ(case: Case, truth: Table, got: Table, *, noted: bool) -> str:
    names = [text(cell) for cell in truth.rows[0]] if truth.rows else []
    if len(names) != len(got.names):
        return f"{len(got.names)} columns, not {len(names)}"
    if case.header_names == "loose":
        return ""
    lower = [name.lower() for name in names]
    for name, given in zip(names, got.names, strict=True):
        told = " ".join(name.split()) if noted else name
        if name and lower.count(name.lower()) == 1 and not equal(told, given):
            return f"the column {given!r}, not {name!r}"
    return ""


def _rest_is_there(case: Case, truth: Table, got: Table, outcome: Outcome) -> bool:
    """Say whether all rows that were imported are rows of the truth, in its order, and no more are gone than told."""
    rows = truth.rows if case.header is False or case.truth_format == "duckdb-rows" else truth.rows[1:]
    readings = _readings(outcome.notes)
    said = [readings.get(name, "") for name in got.names]
    lost = place = 0
    for row in got.rows:
        while place < len(rows) and _first_difference([rows[place]], [row], said):
            place, lost = place + 1, lost + 1
        if place == len(rows):
            return False
        place += 1
    return lost + len(rows) - place <= max(1, outcome.flags)


def _filled(rows: Sequence[Row]) -> list[Row]:
    """Leave out the rows and columns in which nothing stands."""
    width = max((len(row) for row in rows), default=0)
    whole = [[*row, *[""] * (width - len(row))] for row in rows]
    places = [place for place in range(width) if any(not is_missing(text(row[place])) for row in whole)]
    return [[row[place] for place in places] for row in whole if any(not is_missing(text(cell)) for cell in row)]


def _without_blanks(got: Table) -> Table:
    places = [
        place
        for place, name in enumerate(got.names)
        if not _MADE_NAME.fullmatch(name) or any(not is_missing(text(row[place])) for row in got.rows)
    ]
    rows = [[row[place] for place in places] for row in got.rows]
    filled = [row for row in rows if any(not is_missing(text(cell)) for cell in row)]
    return Table([got.names[place] for place in places], filled)
