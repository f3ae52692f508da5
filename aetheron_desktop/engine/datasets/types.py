"""What the values of each column are, decided over the whole column, never over a sample alone.

A column is numbers, truth values or dates when each of its cells is one, or one of the words for a missing value;
a single cell that is neither keeps the column text, and the note says so. Leading zeros and whole numbers too long for
64 bits stay text, for they are codes, not quantities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.staging import blocks, fields, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aetheron_desktop.engine.datasets.schema import Column, Schema
    from aetheron_desktop.engine.datasets.staging import Kind, Raw, Staging

SQL_TYPES: Final[dict[str, str]] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "TIMESTAMP",
    "words": "VARCHAR",
}
_SAMPLE: Final = (50, 1_000)
_SAMPLE_CELLS: Final = 1_000_000
_PATTERNS: Final = 100
"""The columns that are looked at in one query; each takes megabytes for the automaton of its pattern."""
_BLANKS: Final = " \t\r\n\u00a0\u3000\ufeff"
_NOTHING: Final = rf"[{_BLANKS}]*\??[{_BLANKS}]*"
_TOKENS: Final = r"(?:(?i:n/?a|#n/?a|nan|nat|null|none|<na>)|\\N|\?|-{1,3}|\.)?"
_TOKEN: Final = re.compile(_TOKENS)
_PADDED_TOKENS: Final = rf"\s*{_TOKENS}\s*"
_INT: Final = r"[+-]?(?:0|[1-9][0-9]{0,17})"
# Up to the largest double, and down to the smallest.
_EXPONENT: Final = r"(?:[eE](?:\+?(?:[0-2]?[0-9]{1,2}|30[0-8])|-[0-3]?[0-9]{1,2}))?"
_TIMES: Final = (
    ("", ""),
    (r"[ T][0-9]{1,2}:[0-9]{2}", "%H:%M"),
    (r"[ T][0-9]{1,2}:[0-9]{2}:[0-9]{2}", "%H:%M:%S"),
    (r"[ T][0-9]{1,2}:[0-9]{2}:[0-9]{2}\.[0-9]{1,9}", "%H:%M:%S.%f"),
    (r" [0-9]{1,2}:[0-9]{2} ?[AaPp][Mm]", "%I:%M %p"),
    (r" [0-9]{1,2}:[0-9]{2}:[0-9]{2} ?[AaPp][Mm]", "%I:%M:%S %p"),
)
_CLOCK: Final = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?"


@dataclass(frozen=True)
class Form:
    """A way to write values: ``pattern`` is what a cell looks like, ``sql`` makes the value of the cell ``{}``."""

    kind: Kind
    pattern: str
    sql: str
    note: str = ""
    strict: bool = False
    """Whether a cell that looks right may still be none, as the 30th of February."""

    @property
    def padded(self) -> str:
        """The pattern with the blanks that a cell may have around it."""
        return rf"\s*(?:{self.pattern})\s*"

    def matches(self, cell: str) -> bool:
        """Say whether ``cell`` looks so."""
        return self._compiled.fullmatch(cell) is not None

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.padded)


@dataclass(frozen=True)
class Decision:
    """What a column becomes: ``sql`` makes its values, ``note`` says why, ``told`` is a remark on the whole import."""

    kind: Kind
    sql: str
    note: str = ""
    told: str = ""
    forced: bool = False
    """Whether the type was asked for and not found, so that cells may be lost."""


_NUMBER: Final = (
    rf"[+-]?(?:(?:0|[1-9][0-9]{{0,299}})\.[0-9]*|\.[0-9]+){_EXPONENT}|{_INT}{_EXPONENT}|[+-]?(?i:inf|infinity)"
)

FORMS: Final[tuple[Form, ...]] = (
    Form("boolean", "(?i:true|false)", "TRY_CAST(trim({}) AS BOOLEAN)"),
    Form("integer", _INT, "TRY_CAST({} AS BIGINT)"),
    Form("number", _NUMBER, "nullif(TRY_CAST({} AS DOUBLE), 'NaN'::DOUBLE)"),
    Form(
        "integer",
        r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3}){1,5}|[+-]?(?:0|[1-9][0-9]{0,2})",
        "TRY_CAST(replace({}, ',', '') AS BIGINT)",
        "the comma parts thousands",
    ),
    Form(
        "number",
        r"[+-]?(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3}){0,5})(?:\.[0-9]*)?",
        "nullif(TRY_CAST(replace({}, ',', '') AS DOUBLE), 'NaN'::DOUBLE)",
        "the comma parts thousands",
    ),
    Form(
        "number",
        rf"[+-]?(?:0|[1-9][0-9]{{0,16}})(?:,[0-9]*)?{_EXPONENT}",
        "nullif(TRY_CAST(replace({}, ',', '.') AS DOUBLE), 'NaN'::DOUBLE)",
        "the comma is the decimal sign",
    ),
    Form(
        "number",
        r"[+-]?(?:0|[1-9][0-9]{0,2}(?:\.[0-9]{3}){0,5})(?:,[0-9]*)?",
        "nullif(TRY_CAST(replace(replace({}, '.', ''), ',', '.') AS DOUBLE), 'NaN'::DOUBLE)",
        "the comma is the decimal sign, the point parts thousands",
    ),
    Form("date", rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[ T]{_CLOCK})?", "TRY_CAST({} AS TIMESTAMP)", "", True),
    Form(
        "date",
        rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T]{_CLOCK} ?(?:Z|UTC|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)",
        "TRY_CAST({} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'",
        "times were brought to UTC",
        True,
    ),
)


def decide(staging: Staging, raw: Raw, schema: Schema | None = None) -> list[Decision]:
    """Give for each column of ``raw`` what it becomes: the type of ``schema`` for the columns that are in it."""
    columns = fields(len(raw.names))
    wanted = {column.name: column for column in schema.columns} if schema is not None else {}
    known = {column: wanted[name] for column, name in zip(columns, raw.names, strict=True) if name in wanted}
    texts = [column for column, kind in zip(columns, raw.kinds, strict=True) if kind == "text"]
    found = _texts(staging, raw, texts, known)
    decisions = []
    for column, kind in zip(columns, raw.kinds, strict=True):
        if kind == "text":
            decisions.append(found[column])
        elif kind == "words":
            decisions.append(_forced(column, known[column]) if column in known else Decision("words", _words(column)))
        else:
            decisions.append(Decision(kind, f"CAST({column} AS {SQL_TYPES[kind]})"))
    return decisions


def lost(staging: Staging, raw: Raw, decisions: Sequence[Decision]) -> list[str]:
    """Say in which columns cells had to be left out, since they cannot have the column's type."""
    said = []
    for place, (name, decision) in enumerate(zip(raw.names, decisions, strict=True)):
        if decision.forced:
            cell = f"c{place}"
            looks = f"{decision.sql} IS NULL AND NOT regexp_full_match({cell}, {literal(_PADDED_TOKENS)})"
            count = staging.query(f"SELECT count(*) FILTER ({looks}) FROM {raw.relation}")[0][0]  # noqa: S608
            if count:
                said.append(f"{name}: {count} cells are no {_PLURAL[decision.kind]} and count as missing.")
    return said


def _forced(column: str, wanted: Column) -> Decision:
    match wanted.type:
        case "number" | "integer":
            return Decision("number", FORMS[2].sql.format(column), forced=True)
        case "boolean":
            return Decision("boolean", FORMS[0].sql.format(column), forced=True)
        case "date":
            return Decision("date", f"TRY_CAST({column} AS TIMESTAMP)", forced=True)
        case _:
            return Decision("words", _words(column))


def _texts(staging: Staging, raw: Raw, columns: Sequence[str], known: Mapping[str, Column]) -> dict[str, Decision]:
    words = {"category", "text", "identifier"}
    decided = {
        column: Decision("words", _words(column))
        for column in columns
        if column in known and known[column].type in words
    }
    columns = [column for column in columns if column not in decided]
    if not columns:
        return decided
    waiting: dict[str, list[Form]] = {}
    for column, sample in _sampled(staging, raw, columns):
        forms = _candidates(sample, decimal_comma=raw.decimal_comma)
        if column in known and known[column].note:
            # A file to predict on is read as the one that was learned from, even if it alone tells less.
            note = known[column].note
            forms = sorted(forms, key=lambda form: not (form.note and form.note in note))
        waiting[column] = forms
    spoilt: dict[str, str] = {}
    while open_ := {column: forms for column, forms in waiting.items() if column not in decided and forms}:
        for column, fits, cells, tokens in _round(staging, raw, {name: forms[0] for name, forms in open_.items()}):
            form = waiting[column].pop(0)
            if fits and fits + tokens == cells:
                rivals = [rival for rival in waiting[column] if rival.pattern == form.pattern]
                doubt = bool(rivals) and _round(staging, raw, {column: rivals[0]})[0][1] == fits
                decided[column] = _decision(column, form, tokens, doubt=doubt)
            elif fits > 0.5 * (cells - tokens) and cells - tokens - fits <= max(3, 0.05 * cells):
                spoilt[column] = f"text, for {cells - tokens - fits} of {cells} cells are no {_PLURAL[form.kind]}"
    for column in columns:
        if column in decided:
            continue
        words_ = Decision("words", _words(column), spoilt.get(column, ""))
        decided[column] = _forced(column, known[column]) if column in known else words_
    return decided


def _sampled(staging: Staging, raw: Raw, columns: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Give for each column the cells of the first rows."""
    fewest, most = _SAMPLE
    count = max(fewest, min(most, _SAMPLE_CELLS // len(columns)))
    for block in blocks(columns):
        rows = staging.query(f"SELECT {', '.join(block)} FROM {raw.relation} LIMIT {count}")  # noqa: S608
        for place, column in enumerate(block):
            yield column, [row[place] for row in rows if row[place] is not None]


_PLURAL: Final[dict[str, str]] = {
    "integer": "whole numbers",
    "number": "numbers",
    "boolean": "truth values",
    "date": "dates",
}


def _decision(column: str, form: Form, tokens: int, *, doubt: bool) -> Decision:
    note = form.note
    if doubt:
        note += " (no cell says which of day and month comes first)"
    if tokens:
        cells = "1 cell" if tokens == 1 else f"{tokens} cells"
        note = (note + ", " if note else "") + f"{cells} with a word for missing"
    return Decision(form.kind, form.sql.format(column), note, told=note)


def _round(staging: Staging, raw: Raw, forms: dict[str, Form]) -> list[tuple[str, int, int, int]]:
    """Count for each column the cells that are written as its form, all cells, and the words for missing."""
    counted = []
    for block in blocks(list(forms), _PATTERNS):
        counted += _counted(staging, raw, {name: forms[name] for name in block})
    return counted


def _counted(staging: Staging, raw: Raw, forms: dict[str, Form]) -> list[tuple[str, int, int, int]]:
    parts = []
    for column, form in forms.items():
        looks = f"regexp_full_match({column}, {literal(form.padded)})"
        if form.strict:
            looks += f" AND {form.sql.format(column)} IS NOT NULL"
        parts.append(f"count(*) FILTER ({looks}), count({column})")
    counts = staging.query(f"SELECT {', '.join(parts)} FROM {raw.relation}", "Look at the types")[0]  # noqa: S608
    fits = {column: (counts[2 * place], counts[2 * place + 1]) for place, column in enumerate(forms)}
    unsure = [column for column, (fit, cells) in fits.items() if 0 < fit < cells]
    tokens = dict.fromkeys(forms, 0)
    if unsure:
        padded = literal(_PADDED_TOKENS)
        looked = [f"count(*) FILTER (regexp_full_match({column}, {padded}))" for column in unsure]
        answer = staging.query(f"SELECT {', '.join(looked)} FROM {raw.relation}", "Look at the types")[0]  # noqa: S608
        tokens |= dict(zip(unsure, answer, strict=True))
    return [(column, fit, cells, tokens[column]) for column, (fit, cells) in fits.items()]


def _candidates(cells: Sequence[str], *, decimal_comma: bool) -> list[Form]:
    """Give the forms worth counting: those that most cells of the sample have."""
    cells = [cell for cell in cells if not _TOKEN.fullmatch(cell.strip())]
    forms = list(FORMS)
    if decimal_comma:
        forms.sort(key=lambda form: "parts thousands" in form.note)
    if not cells:
        return forms
    forms += _day_forms(cells[0].strip(_BLANKS))
    return [form for form in forms if sum(form.matches(cell) for cell in cells) > 0.5 * len(cells)]


def _day_forms(cell: str) -> list[Form]:
    """Give the forms of dates in the manner of ``cell``; which order it is, the whole column says."""
    found = re.match(r"([0-9]{1,4})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{1,2})(?![0-9])", cell)
    if found is None:
        return _month_forms(cell)
    first, sign, _, last = found.groups()
    mark = re.escape(sign)
    if len(first) == 4 and len(last) < 3:
        orders = [(rf"[0-9]{{4}}{mark}[0-9]{{1,2}}{mark}[0-9]{{1,2}}", ("%Y", "%m", "%d"), "")]
    elif len(last) == 4 and len(first) < 3:
        pattern = rf"[0-9]{{1,2}}{mark}[0-9]{{1,2}}{mark}[0-9]{{4}}"
        orders = [
            (pattern, ("%m", "%d", "%Y"), "dates have the month first"),
            (pattern, ("%d", "%m", "%Y"), "dates have the day first"),
        ]
        if sign == ".":
            orders.reverse()
    else:
        return []
    return [_timed(pattern, sign.join(parts), note) for pattern, parts, note in orders]


def _month_forms(cell: str) -> list[Form]:
    for pattern, form in (
        (r"[0-9]{1,2}-[A-Za-z]{3}-[0-9]{4}", "%d-%b-%Y"),
        (r"[0-9]{1,2} [A-Za-z]{3} [0-9]{4}", "%d %b %Y"),
        (r"[0-9]{1,2} [A-Za-z]{3,9} [0-9]{4}", "%d %B %Y"),
        (r"[A-Za-z]{3} [0-9]{1,2}, [0-9]{4}", "%b %d, %Y"),
        (r"[A-Za-z]{3,9} [0-9]{1,2}, [0-9]{4}", "%B %d, %Y"),
    ):
        if re.match(pattern, cell):
            return [_timed(pattern, form, "")]
    return []


def _timed(pattern: str, form: str, note: str) -> Form:
    times = "|".join(time for time, _ in _TIMES)
    forms = ", ".join(literal(f"{form} {clock}".strip()) for _, clock in _TIMES)
    return Form("date", f"{pattern}(?:{times})", f"try_strptime(replace(trim({{}}), 'T', ' '), [{forms}])", note, True)


def _words(column: str) -> str:
    # Not by comparing what was trimmed: the optimizer's search for what is computed twice is quadratic in the columns.
    nothing = f"regexp_full_match({column}, {literal(_NOTHING)})"
    return f"CASE WHEN {nothing} THEN NULL ELSE trim({column}, {literal(_BLANKS)}) END"
