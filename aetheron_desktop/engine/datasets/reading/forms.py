"""The ways in which numbers, truth values, dates and missing values are written, as patterns and as SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.recipe import MISSING_WORDS
from aetheron_desktop.engine.datasets.staging import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.datasets.recipe import Order
    from aetheron_desktop.engine.datasets.staging import Kind

REFUSED: Final = "~not as the first rows~"
"""What the query engine says when an expression of :func:`quick` meets a cell that is written otherwise."""
_BLANKS: Final = (" ", "\t", "\r", "\n", "\u00a0", "\u3000", "\ufeff")
ODD_BLANKS: Final = tuple(blank.encode() for blank in _BLANKS if blank not in " \r\n")
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
_TRUTHS: Final = ("true", "false", "True", "False", "TRUE", "FALSE")


@dataclass(frozen=True)
class Form:
    """A way to write values: ``pattern`` is what a cell looks like, ``sql`` makes the value of the cell ``{}``."""

    id: str
    kind: Kind
    pattern: str
    sql: str
    note: str = ""
    strict: bool = False
    """Whether a cell that looks right may still be none, as the 30th of February."""
    evidence: str = ""
    """What a cell at least must hold, for the others may be meant otherwise: one point alone is a decimal sign."""

    @property
    def padded(self) -> str:
        """The pattern with the blanks that a cell may have around it."""
        return rf"\s*(?:{self.pattern})\s*"

    def is_read_otherwise(self, rival: Form) -> bool:
        """Say whether the same cells may be meant in the manner of ``rival``, with other values."""
        return rival.pattern == self.pattern or (self.id.startswith("1,234") and rival.id == "1234,5")

    @property
    def unsaid(self) -> str:
        """What is open when a column can be read in two ways."""
        return "which of day and month comes first" if self.kind == "date" else "whether it is a decimal sign"

    def matches(self, cell: str) -> bool:
        """Say whether ``cell`` looks so."""
        return self._compiled.fullmatch(cell) is not None

    def value(self, column: str) -> str:
        """Give the SQL of the cell's value, NULL for one that looks otherwise."""
        return f"CASE WHEN regexp_full_match({column}, {literal(self.padded)}) THEN {self.sql.format(column)} END"

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.padded)


_NUMBER: Final = (
    rf"[+-]?(?:(?:0|[1-9][0-9]{{0,299}})\.[0-9]*|\.[0-9]+){_EXPONENT}|{_INT}{_EXPONENT}|[+-]?(?i:inf|infinity)"
)
BOOLEAN: Final = Form("true-false", "boolean", "(?i:true|false)", "TRY_CAST(trim({}) AS BOOLEAN)")
INTEGER: Final = Form("plain", "integer", _INT, "TRY_CAST({} AS BIGINT)")
NUMBER: Final = Form("plain", "number", _NUMBER, "nullif(TRY_CAST({} AS DOUBLE), 'NaN'::DOUBLE)")
ISO_DATE: Final = Form(
    "%Y-%m-%d", "date", rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[ T]{_CLOCK})?", "TRY_CAST({} AS TIMESTAMP)", "", True
)
FORMS: Final[tuple[Form, ...]] = (
    BOOLEAN,
    INTEGER,
    NUMBER,
    Form(
        "1,234",
        "integer",
        r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3}){1,5}|[+-]?(?:0|[1-9][0-9]{0,2})",
        "TRY_CAST(replace({}, ',', '') AS BIGINT)",
        "the comma parts thousands",
    ),
    Form(
        "1,234.5",
        "number",
        r"[+-]?(?:0|[1-9][0-9]{0,2}(?:,[0-9]{3}){0,5})(?:\.[0-9]*)?",
        "nullif(TRY_CAST(replace({}, ',', '') AS DOUBLE), 'NaN'::DOUBLE)",
        "the comma parts thousands",
    ),
    Form(
        "1234,5",
        "number",
        rf"[+-]?(?:0|[1-9][0-9]{{0,16}})(?:,[0-9]*)?{_EXPONENT}",
        "nullif(TRY_CAST(replace({}, ',', '.') AS DOUBLE), 'NaN'::DOUBLE)",
        "the comma is the decimal sign",
    ),
    Form(
        "1.234,5",
        "number",
        r"[+-]?(?:0|[1-9][0-9]{0,2}(?:\.[0-9]{3}){0,5})(?:,[0-9]*)?",
        "nullif(TRY_CAST(replace(replace({}, '.', ''), ',', '.') AS DOUBLE), 'NaN'::DOUBLE)",
        "the comma is the decimal sign, the point parts thousands",
        evidence=r"[.].*[.,]",
    ),
    ISO_DATE,
    Form(
        "%Y-%m-%d %z",
        "date",
        rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T]{_CLOCK} ?(?:Z|UTC|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)",
        "TRY_CAST({} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'",
        "times were brought to UTC",
        True,
    ),
)
_GROUPED: Final[tuple[Form, ...]] = tuple(
    Form(
        f"1{mark}234{point}5",
        "number",
        rf"[+-]?(?:[0-9]{{1,3}}(?:{pattern}[0-9]{{3}})*|[0-9]+)(?:{re.escape(point)}[0-9]*)?",
        "nullif(TRY_CAST("
        + (f"replace({replaced}, ',', '.')" if point == "," else replaced)
        + " AS DOUBLE), 'NaN'::DOUBLE)",
        f"the {name} parts thousands" + (", the comma is the decimal sign" if point == "," else ""),
    )
    for mark, pattern, replaced, name in (
        ("'", "['’]", "regexp_replace({}, '[''’]', '', 'g')", "apostrophe"),
        (" ", "[ \u00a0\u202f]", "regexp_replace({}, '[ \u00a0\u202f]', '', 'g')", "blank"),
    )
    for point in (".", ",")
)
"""Thousands parted by an apostrophe or a blank: read so when a person says it, never guessed."""
_ASKED: Final[dict[Kind, tuple[Form, ...]]] = {
    # What a person calls a number may be written with zeros before it, and a truth value as yes or no.
    "integer": (Form("plain", "integer", r"[+-]?[0-9]{1,19}(?:\.0*)?", "TRY_CAST({} AS BIGINT)"), FORMS[3]),
    "number": (
        Form("plain", "number", rf"{_NUMBER}|[+-]?[0-9]+(?:\.[0-9]*)?{_EXPONENT}", NUMBER.sql),
        FORMS[4], FORMS[5], FORMS[6], *_GROUPED,
    ),
    "boolean": (
        BOOLEAN,
        Form("yes-no", "boolean", "(?i:yes|no|y|n|on|off)", "lower(trim({})) IN ('yes', 'y', 'on')"),
        Form("t-f", "boolean", "(?i:true|false|t|f)", "lower(trim({})) IN ('true', 't')"),
        Form("1-0", "boolean", r"[01](?:\.0*)?", "trim({})[1] = '1'"),
        Form(
            "any",
            "boolean",
            r"(?i:true|false|t|f|yes|no|y|n|on|off|1|0|1\.0*|0\.0*)",
            "lower(trim({0})) IN ('true', 't', 'yes', 'y', 'on') OR trim({0})[1] = '1'",
        ),
    ),
}  # fmt: skip


def asked(kind: Kind, cells: Sequence[str], wanted: str | None, order: Order | None) -> Form:
    """Give the form in which most of ``cells`` are values of the kind that a person has chosen."""
    known = list(_ASKED.get(kind, ()))
    if kind == "date":
        known = [form for form in FORMS if form.kind == "date"]
        known += [form for cell in cells[:20] for form in day_forms(cell.strip(), order)]
        if wanted is not None and "%" in wanted:
            known.insert(0, dated(wanted))
    if wanted is not None and (named := [form for form in known if form.id == wanted]):
        return named[0]
    # max keeps the first of equals.
    return max(known, key=lambda form: sum(form.matches(cell) for cell in cells))


def dated(form: str) -> Form:
    """Give the form of dates that ``strptime`` calls ``form``, with or without a time of day after it."""
    for known in FORMS:
        if known.id == form:
            return known
    if re.search(r"%[HIMSfp]", form):
        return Form(form, "date", ".*", f"try_strptime(trim({{}}), {literal(form)})", "", True)
    patterns = {"%Y": "[0-9]{4}", "%m": "[0-9]{1,2}", "%d": "[0-9]{1,2}", "%y": "[0-9]{2}", "%b": "[A-Za-z]{3}",
                "%B": "[A-Za-z]{3,9}"}  # fmt: skip
    parts = re.split("(%[a-zA-Z])", form)
    return _timed("".join(patterns.get(part, re.escape(part)) for part in parts), form, _order_note(form))


def candidates(cells: Sequence[str], *, decimal_comma: bool, order: Order | None) -> list[Form]:
    """Give the forms worth counting: those that most of ``cells`` have."""
    forms = list(FORMS)
    if decimal_comma:
        forms.sort(key=lambda form: "parts thousands" in form.note)
    if not cells:
        return forms
    forms += day_forms(cells[0].strip("".join(_BLANKS)), order)
    return [form for form in forms if sum(form.matches(cell) for cell in cells) > 0.5 * len(cells)]


def day_forms(cell: str, order: Order | None = None) -> list[Form]:
    """Give the forms of dates in the manner of ``cell``; which order it is, the whole column says."""
    found = re.match(r"([0-9]{1,4})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{1,2})(?![0-9])", cell)
    if found is None:
        return _month_forms(cell)
    first, sign, _, last = found.groups()
    mark = re.escape(sign)
    if len(first) == 4 and len(last) < 3:
        orders = [(rf"[0-9]{{4}}{mark}[0-9]{{1,2}}{mark}[0-9]{{1,2}}", ("%Y", "%m", "%d"))]
    elif len(last) == 4 and len(first) < 3:
        pattern = rf"[0-9]{{1,2}}{mark}[0-9]{{1,2}}{mark}[0-9]{{4}}"
        orders = [(pattern, ("%m", "%d", "%Y")), (pattern, ("%d", "%m", "%Y"))]
        if order == "day first" or (order is None and sign == "."):
            orders.reverse()
        if order is not None:
            orders = orders[:1]
    else:
        return []
    return [_timed(pattern, sign.join(parts), _order_note(parts[0])) for pattern, parts in orders]


def _order_note(form: str) -> str:
    return {"%m": "dates have the month first", "%d": "dates have the day first"}.get(form[:2], "")


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
    tried = ", ".join(literal(f"{form} {clock}".strip()) for _, clock in _TIMES)
    sql = f"try_strptime(replace(trim({{}}), 'T', ' '), [{tried}])"
    return Form(form, "date", f"{pattern}(?:{times})", sql, note, True)


# -- missing values ---------------------------------------------------------------------------------------------------


def tokens(missing: Sequence[str]) -> str:
    """Give the pattern of a cell that is blank or one of the words ``missing``, whatever the case of its letters."""
    marks = "".join(_BLANKS)
    # The mark of databases is a capital; the small one stands for a line's end.
    known = "|".join(re.escape(word) if word != "\\N" else r"(?-i:\\N)" for word in missing if word)
    return f"[{marks}]*(?i:{known})?[{marks}]*" if known else f"[{marks}]*"


def words(column: str, missing: Sequence[str] = MISSING_WORDS, *, simply: bool = False, bare: bool = False) -> str:
    """Give the SQL of a cell's words, without blanks around them; NULL for a blank one and one of ``missing``.

    ``simply`` is for tables of many columns: the expression is shorter for the optimizer, and slower to compute.
    ``bare`` is for texts in which no cell ends with another blank than the usual one.
    """
    blanks = literal("".join(_BLANKS))
    if simply or tuple(missing) != MISSING_WORDS:
        nothing = f"regexp_full_match({column}, {literal(tokens(missing))})"
        return f"CASE WHEN {nothing} THEN NULL ELSE trim({column}, {blanks}) END"
    ends = " OR ".join(f"suffix({column}, {literal(blank)})" for blank in (_BLANKS[:1] if bare else _BLANKS))
    odd = f"{column} < '!' OR {column} >= {literal(_BLANKS[4])} OR {column} = '?' OR {ends}"
    return f"CASE WHEN {odd} THEN nullif(nullif(trim({column}, {blanks}), ''), '?') ELSE {column} END"


# -- one pass ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quick:
    """How the column ``column`` is read at once: ``odd`` is true of a cell that is written otherwise than the first.

    Both it and ``sql`` stand for a table that :func:`with_values` gives, so that a value is computed once.
    """

    form: Form
    column: str
    value: str
    odd: str

    @property
    def sql(self) -> str:
        """The value, or the refusal of the whole query."""
        type_ = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}.get(self.form.kind, "TIMESTAMP")
        return f"CASE WHEN {self.odd} THEN CAST(error({literal(REFUSED)}) AS {type_}) ELSE v_{self.column} END"


def with_values(relation: str, quick: Sequence[Quick]) -> str:
    """Give the table with the values of columns that are read at once beside their cells."""
    if not quick:
        return relation
    values = ", ".join(f"{one.value} AS v_{one.column}" for one in quick)
    return f"(SELECT *, {values} FROM {relation})"  # noqa: S608 - built from names of our own


def quick(form: Form, column: str, cells: Sequence[str]) -> Quick | None:
    """Give the way to read ``column`` at once in the form of its first ``cells``; None when there is none."""
    if not cells or not all(form.matches(cell) for cell in cells):
        return None
    value = f"v_{column}"
    lost = f"({value} IS NULL AND {column} IS NOT NULL)"
    if form is INTEGER:
        odd = f"{lost} OR strlen({column}) > 18 OR CAST({value} AS VARCHAR) <> {column}"
        return Quick(form, column, f"TRY_CAST({column} AS BIGINT)", odd)
    if form is NUMBER:
        # By the first sign and the length, for the patterns of such cells cost three times as much.
        zeros = f"({column} >= '00' AND {column} < '0:') OR ({column} >= '-00' AND {column} < '-0:')"
        odd = (
            f"{lost} OR isinf({value}) OR ({column} < '1' AND ({column} < '-' OR {zeros})) OR {column} >= ':' "
            f"OR contains({column}, '_') OR (strlen({column}) > 18 AND NOT contains({column}, '.'))"
        )
        return Quick(form, column, f"TRY_CAST({column} AS DOUBLE)", odd)
    if form is BOOLEAN and set(cells) <= set(_TRUTHS):
        # The optimizer makes a join of a list, which is slow and, with many columns, larger than the memory.
        odd = " AND ".join(f"{column} <> {literal(truth)}" for truth in _TRUTHS)
        return Quick(form, column, f"TRY_CAST({column} AS BOOLEAN)", odd)
    if form is ISO_DATE:
        length = len(cells[0])
        if length in {10, 19} and all(len(cell) == length for cell in cells):
            odd = f"{lost} OR strlen({column}) <> {length} OR {column}[5] <> '-'"
            return Quick(form, column, f"TRY_CAST({column} AS TIMESTAMP)", odd)
    return None
