"""What the values of each column are, decided over the whole column, never over a sample alone.

A column is numbers, truth values or dates when each of its cells is one, or one of the words for a missing value;
a single cell that is neither keeps the column text, and the note says so. Leading zeros and whole numbers too long for
64 bits stay text, for they are codes, not quantities. A type that a person has chosen stands, and the rows whose cell
is none are put aside.

The usual case takes one pass: the first rows say what a column is, and the expression that makes its values refuses
the first cell that is written otherwise. :func:`settle` then looks at the whole of such columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from aetheron_desktop.engine.datasets.reading import forms
from aetheron_desktop.engine.datasets.recipe import MISSING, MISSING_WORDS, ColumnRecipe, Recipe
from aetheron_desktop.engine.datasets.staging import blocks, fields, literal
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aetheron_desktop.engine.datasets.reading.forms import Form
    from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Schema
    from aetheron_desktop.engine.datasets.staging import Kind, Raw, Staging

SQL_TYPES: Final[dict[Kind, str]] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "TIMESTAMP",
    "words": "VARCHAR",
}
KINDS: Final[dict[ColumnType, Kind]] = {
    "number": "number", "integer": "integer", "boolean": "boolean", "date": "date",
    "category": "words", "text": "words", "identifier": "words",
}  # fmt: skip
_SAMPLE: Final = (50, 1_000)
_SAMPLE_CELLS: Final = 1_000_000
_PATTERNS: Final = 100
"""The columns that are looked at in one query; each takes megabytes for the automaton of its pattern."""
_WIDE: Final = 200
"""With more columns the optimizer's search for what is computed twice takes longer than a slower expression."""


@dataclass(frozen=True)
class Decision:
    """What a column becomes: ``sql`` makes its values of ``cell``, ``note`` says why, ``told`` is a remark for people.

    ``name`` is the column's in the dataset, ``source`` in the file. ``form`` says how its values are written, and
    ``missing`` are its words for a missing value where they are not the usual ones. ``role`` is the type that was
    chosen by a person, and ``failing`` then the SQL of what is true for a cell that cannot have it. While ``quick``
    is there, the type is only that of the first rows.
    """

    cell: str
    name: str
    source: str
    kind: Kind
    sql: str
    note: str = ""
    told: str = ""
    form: str | None = None
    role: ColumnType | None = None
    missing: tuple[str, ...] | None = None
    failing: str = ""
    quick: forms.Quick | None = field(default=None, repr=False)
    sample: tuple[str, ...] = field(default=(), repr=False)


def decide(
    staging: Staging, raw: Raw, recipe: Recipe, schema: Schema | None = None, *, quick: bool = False
) -> list[Decision]:
    """Give what each column of ``raw`` becomes that is not left out.

    With ``schema``, the columns that are in it get its types, and cells that cannot have them are missing. With
    ``quick``, a column whose first cells are all alike is decided by them; see :func:`settle`.

    Raises:
        UsageError: two columns would have the same name, or none is left.
    """
    columns = _named(raw, recipe)
    known = {column.name: column for column in schema.columns} if schema is not None else {}
    texts = [column for column in columns if column.kind == "text" and column.is_open]
    for column in texts:
        column.known = known.get(column.name)
    samples = dict(_sampled(staging, raw, [column.cell for column in columns if column.kind in {"text", "words"}]))
    found = _texts(staging, raw, recipe, texts, samples, quick=quick)
    decisions = []
    for column in columns:
        if column.cell in found:
            decisions.append(found[column.cell])
        elif column.recipe.type is not None and column.recipe.type != "ignore":
            decisions.append(_chosen(column, column.recipe.type, samples.get(column.cell, []), recipe))
        elif column.kind == "words" and column.name in known:
            decisions.append(_forced(column, known[column.name]))
        elif column.kind in {"words", "text"}:
            decisions.append(_as_words(column, recipe, simply=len(columns) > _WIDE, bare=raw.bare))
        elif column.kind != "text":
            decisions.append(column.decision(column.kind, f"CAST({column.cell} AS {SQL_TYPES[column.kind]})"))
    return decisions


def settle(staging: Staging, raw: Raw, recipe: Recipe, decisions: Sequence[Decision]) -> list[Decision]:
    """Decide the columns anew of which a cell is written otherwise than in the first rows, by all their cells."""
    doubtful = [decision for decision in decisions if decision.quick is not None]
    wrong: set[str] = set()
    for block in blocks(doubtful, _PATTERNS):
        counts = ", ".join(f"count(*) FILTER ({one.quick.odd})" for one in block if one.quick is not None)
        relation = raw.having(one.cell for one in block)
        relation = forms.with_values(relation, [one.quick for one in block if one.quick is not None])
        answer = staging.query(f"SELECT {counts} FROM {relation}", "Look at the types")[0]  # noqa: S608
        wrong |= {one.cell for one, count in zip(block, answer, strict=True) if count}
    columns = [_Column(one.cell, one.source, one.name, "text", recipe.column(one.source)) for one in doubtful]
    columns = [column for column in columns if column.cell in wrong]
    samples = {one.cell: list(one.sample) for one in doubtful}
    found = _texts(staging, raw, recipe, columns, samples, quick=False)
    settled = []
    for one in decisions:
        if one.cell in found:
            settled.append(found[one.cell])
        elif one.quick is not None:
            settled.append(replace(one, sql=one.quick.value, quick=None))
        else:
            settled.append(one)
    return settled


def lost(staging: Staging, raw: Raw, decisions: Sequence[Decision]) -> list[str]:
    """Say in which columns cells had to be left out, since they cannot have the column's type."""
    said = []
    for decision in decisions:
        if decision.failing:
            asked = f"SELECT count(*) FILTER ({decision.failing}) FROM {raw.having([decision.cell])}"  # noqa: S608
            count = staging.query(asked)[0][0]
            if count:
                said.append(f"{decision.name}: {count} cells are no {PLURAL[decision.kind]} and count as missing.")
    return said


PLURAL: Final[dict[Kind, str]] = {
    "integer": "whole numbers",
    "number": "numbers",
    "boolean": "truth values",
    "date": "dates",
    "words": "words",
}


# -- the columns ------------------------------------------------------------------------------------------------------


@dataclass
class _Column:
    cell: str
    source: str
    name: str
    kind: Kind | Literal["text"]
    recipe: ColumnRecipe
    known: Column | None = None

    @property
    def is_open(self) -> bool:
        """Whether its cells have to say what they are. Identifiers that were numbers may be words in the next file."""
        return self.recipe.type is None or self._was_numbers

    @property
    def _was_numbers(self) -> bool:
        return self.recipe.type == "identifier" and self.recipe.form is not None

    def decision(self, kind: Kind, sql: str, note: str = "", told: str = "", form: str | None = None) -> Decision:
        role: ColumnType | None = "identifier" if self._was_numbers else None
        missing = self.recipe.missing
        return Decision(self.cell, self.name, self.source, kind, sql, note, told, form, role, missing)


def _named(raw: Raw, recipe: Recipe) -> list[_Column]:
    columns = []
    taken: dict[str, str] = {}
    for cell, source, kind in zip(fields(len(raw.names)), raw.names, raw.kinds, strict=True):
        chosen = recipe.column(source)
        if chosen.type == "ignore":
            continue
        name = (chosen.rename or source).strip() or source
        if name.lower() in taken:
            raise UsageError(
                f"The columns {taken[name.lower()]!r} and {source!r} would both be named {name!r}.",
                hint="Give one of them another name.",
            )
        taken[name.lower()] = source
        columns.append(_Column(cell, source, name, kind, chosen))
    if not columns:
        raise UsageError("Every column is left out.", hint="Keep at least one column.")
    return columns


def _sampled(staging: Staging, raw: Raw, columns: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Give for each column the cells of the first rows, or two from anywhere when these have none."""
    fewest, most = _SAMPLE
    count = max(fewest, min(most, _SAMPLE_CELLS // max(1, len(columns))))
    empty: list[str] = []
    for block in blocks(columns):
        rows = staging.query(f"SELECT {', '.join(block)} FROM {raw.having(block)} LIMIT {count}")  # noqa: S608
        for place, column in enumerate(block):
            cells = [row[place] for row in rows if row[place] is not None]
            if cells or len(rows) < count:
                yield column, cells
            else:
                empty.append(column)
    for block in blocks(empty):
        asked = ", ".join(f"min({column}), max({column})" for column in block)
        ends = staging.query(f"SELECT {asked} FROM {raw.having(block)}", "Look at the types")[0]  # noqa: S608
        for place, column in enumerate(block):
            yield column, [cell for cell in ends[2 * place : 2 * place + 2] if cell is not None]


def _as_words(column: _Column, recipe: Recipe, *, simply: bool, bare: bool = False, note: str = "") -> Decision:
    missing = column.recipe.missing if column.recipe.missing is not None else _missing(recipe, MISSING_WORDS)
    return column.decision("words", forms.words(column.cell, missing, simply=simply, bare=bare), note)


def _missing(recipe: Recipe, usual: tuple[str, ...]) -> tuple[str, ...]:
    return recipe.missing if recipe.missing is not None else usual


def _tokens(column: _Column, recipe: Recipe) -> str:
    missing = column.recipe.missing if column.recipe.missing is not None else _missing(recipe, MISSING)
    return forms.tokens(missing)


# -- types that were chosen -------------------------------------------------------------------------------------------


def _chosen(column: _Column, type_: ColumnType, sample: Sequence[str], recipe: Recipe) -> Decision:
    """Give the type that a person chose; a cell that cannot have it makes its row fail."""
    # What names the rows does so as it is, be it a number.
    kind = column.kind if type_ == "identifier" and column.kind != "text" else KINDS[type_]
    cell = column.cell
    if column.kind not in {"text", "words"}:
        sql = f"TRY_CAST({cell} AS {SQL_TYPES[kind]})"
        return replace(
            column.decision(kind, sql),
            role=type_,
            failing=f"({sql} IS NULL AND {cell} IS NOT NULL)" * (kind != "words"),
        )
    if kind == "words":
        return replace(_as_words(column, recipe, simply=False), role=type_)
    nothing = _tokens(column, recipe)
    looked = [value for value in sample if not _matches(nothing, value)]
    form = forms.asked(kind, looked, column.recipe.form or _numbers(recipe, kind), recipe.dates)
    sql = _between(column, recipe, form.value(cell))
    failing = f"({sql} IS NULL AND {cell} IS NOT NULL AND NOT regexp_full_match({cell}, {literal(nothing)}))"
    decision = column.decision(kind, sql, form.note, form=form.id)
    return replace(decision, role=type_, failing=failing)


def _numbers(recipe: Recipe, kind: Kind) -> str | None:
    """Give the form of numbers that the marks of the whole table ask for."""
    if kind == "date" or (recipe.decimal is None and recipe.thousands is None):
        return None
    point = recipe.decimal or "."
    mark = recipe.thousands or ""
    if not mark:
        return "1234,5" if point == "," else "plain"
    if kind == "integer":
        return "1,234" if mark == "," else None
    return f"1{mark}234{point}5"


def _between(column: _Column, recipe: Recipe, sql: str) -> str:
    """Give ``sql`` without the values that the column's own words for missing are, as -999 or 1900-01-01."""
    missing = column.recipe.missing if column.recipe.missing is not None else recipe.missing
    if not missing or set(missing) <= set(MISSING):
        return sql
    nothing = f"regexp_full_match({column.cell}, {literal(forms.tokens(missing))})"
    return f"CASE WHEN {nothing} THEN NULL ELSE {sql} END"


def _matches(pattern: str, cell: str) -> bool:
    return re.fullmatch(pattern, cell) is not None


def _forced(column: _Column, wanted: Column) -> Decision:
    """Give the type of a file that was learned from; a cell that cannot have it counts as missing."""
    cell = column.cell
    match wanted.type:
        case "number" | "integer":
            decision = column.decision("number", forms.NUMBER.sql.format(cell))
        case "boolean":
            decision = column.decision("boolean", forms.BOOLEAN.sql.format(cell))
        case "date":
            decision = column.decision("date", f"TRY_CAST({cell} AS TIMESTAMP)")
        case _:
            return column.decision("words", forms.words(cell))
    nothing = literal(forms.tokens(MISSING))
    return replace(decision, failing=f"{decision.sql} IS NULL AND NOT regexp_full_match({cell}, {nothing})")


# -- types that are found ---------------------------------------------------------------------------------------------


def _texts(
    staging: Staging,
    raw: Raw,
    recipe: Recipe,
    columns: Sequence[_Column],
    samples: Mapping[str, list[str]],
    *,
    quick: bool,
) -> dict[str, Decision]:
    """Give for each of ``columns``, by its cell, what its values are."""
    simply = len(columns) > _WIDE
    decided: dict[str, Decision] = {}
    waiting: dict[str, list[Form]] = {}
    by_cell = {column.cell: column for column in columns}
    for column in columns:
        known, sample = column.known, samples.get(column.cell, [])
        if known is not None and KINDS[known.type] == "words":
            decided[column.cell] = _as_words(column, recipe, simply=simply, bare=raw.bare)
            continue
        nothing = _tokens(column, recipe)
        looked = [cell for cell in sample if not _matches(nothing, cell)]
        decimal_comma = recipe.decimal == "," if recipe.decimal is not None else raw.decimal_comma
        likely = _wanted(forms.candidates(looked, decimal_comma=decimal_comma, order=recipe.dates), recipe)
        if known is not None and known.note:
            # A file to predict on is read as the one that was learned from, even if it alone tells less.
            told = [form for form in likely if form.note and form.note in known.note]
            likely = told + [form for form in likely if form not in told]
        own_words = column.recipe.missing is not None or recipe.missing is not None
        if quick and not own_words and len(looked) == len(sample) and not likely and sample:
            decided[column.cell] = _as_words(column, recipe, simply=simply, bare=raw.bare)
        elif (
            quick
            and not own_words
            and len(looked) == len(sample)
            and likely
            and (at_once := forms.quick(likely[0], column.cell, looked))
        ):
            made = column.decision(likely[0].kind, at_once.sql, form=likely[0].id)
            decided[column.cell] = replace(made, quick=at_once, sample=tuple(sample))
        else:
            waiting[column.cell] = likely
    spoilt = _by_all_cells(staging, raw, recipe, by_cell, waiting, decided)
    for column in columns:
        if column.cell not in decided:
            decided[column.cell] = (
                _forced(column, column.known)
                if column.known is not None
                else _as_words(column, recipe, simply=simply, bare=raw.bare, note=spoilt.get(column.cell, ""))
            )
    return decided


def _by_all_cells(
    staging: Staging,
    raw: Raw,
    recipe: Recipe,
    by_cell: Mapping[str, _Column],
    waiting: dict[str, list[Form]],
    decided: dict[str, Decision],
) -> dict[str, str]:
    """Add to ``decided`` the columns of which all cells are written in a form; say of others why they are text."""
    spoilt: dict[str, str] = {}
    while open_ := {cell: likely for cell, likely in waiting.items() if cell not in decided and likely}:
        chosen = {cell: likely[0] for cell, likely in open_.items()}
        nothings = {cell: _tokens(by_cell[cell], recipe) for cell in chosen}
        for cell, fits, cells, missing in _round(staging, raw, chosen, nothings):
            form = waiting[cell].pop(0)
            if fits and fits + missing == cells and not _has_evidence(staging, raw, cell, form, recipe):
                spoilt[cell] = "text, for its points and commas can be read in two ways"
            elif fits and fits + missing == cells:
                rivals = [rival for rival in waiting[cell] if form.is_read_otherwise(rival)]
                doubt = bool(rivals) and _round(staging, raw, {cell: rivals[0]}, nothings)[0][1] == fits
                decided[cell] = _decision(by_cell[cell], recipe, form, missing, doubt=doubt)
            elif fits > 0.5 * (cells - missing) and cells - missing - fits <= max(3, 0.05 * cells):
                spoilt[cell] = f"text, for {cells - missing - fits:,} of {cells:,} cells are no {PLURAL[form.kind]}"
    return spoilt


def _has_evidence(staging: Staging, raw: Raw, cell: str, form: Form, recipe: Recipe) -> bool:
    """Say whether some cell, or a person, shows that the column is written in ``form`` and not in another."""
    if not form.evidence or recipe.decimal is not None or recipe.thousands is not None:
        return True
    shown = f"regexp_matches({cell}, {literal(form.evidence)})"
    return bool(staging.query(f"SELECT count(*) FILTER ({shown}) FROM {raw.having([cell])}", "Look at the types")[0][0])  # noqa: S608


def _wanted(likely: list[Form], recipe: Recipe) -> list[Form]:
    """Leave out the forms of numbers that the chosen marks rule out."""
    wanted = _numbers(recipe, "number")
    if wanted is None:
        return likely
    whole = _numbers(recipe, "integer")
    kept = [form for form in likely if form.kind not in {"number", "integer"}]
    kept += [form for form in likely if form.kind == "integer" and form.id in {"plain", whole}]
    kept += [form for form in likely if form.kind == "number" and form.id == wanted]
    if not any(form.id == wanted for form in kept) and wanted[1] in "' ":
        kept.append(forms.asked("number", [], wanted, None))
    return kept


def _decision(column: _Column, recipe: Recipe, form: Form, missing: int, *, doubt: bool) -> Decision:
    note = form.note
    if doubt:
        note += f" (no cell says {form.unsaid})"
    if missing:
        cells = "1 cell" if missing == 1 else f"{missing} cells"
        note = (note + ", " if note else "") + f"{cells} with a word for missing"
    sql = _between(column, recipe, form.sql.format(column.cell))
    return column.decision(form.kind, sql, note, note, form.id)


def _round(
    staging: Staging, raw: Raw, chosen: Mapping[str, Form], nothings: Mapping[str, str]
) -> list[tuple[str, int, int, int]]:
    """Count for each column the cells that are written as its form, all cells, and the words for missing."""
    counted = []
    for block in blocks(list(chosen), _PATTERNS):
        counted += _counted(staging, raw, {cell: chosen[cell] for cell in block}, nothings)
    return counted


def _counted(
    staging: Staging, raw: Raw, chosen: Mapping[str, Form], nothings: Mapping[str, str]
) -> list[tuple[str, int, int, int]]:
    parts = []
    for cell, form in chosen.items():
        looks = f"regexp_full_match({cell}, {literal(form.padded)})"
        if form.strict:
            looks += f" AND {form.sql.format(cell)} IS NOT NULL"
        parts.append(f"count(*) FILTER ({looks}), count({cell})")
    counts = staging.query(f"SELECT {', '.join(parts)} FROM {raw.having(chosen)}", "Look at the types")[0]  # noqa: S608
    fits = {cell: (counts[2 * place], counts[2 * place + 1]) for place, cell in enumerate(chosen)}
    unsure = [cell for cell, (fit, cells) in fits.items() if 0 < fit < cells]
    missing = dict.fromkeys(chosen, 0)
    if unsure:
        looked = [
            # A word for missing may look like a value, as -999 does; it is counted once.
            f"count(*) FILTER (regexp_full_match({cell}, {literal(nothings[cell])}) AND NOT "
            f"regexp_full_match({cell}, {literal(chosen[cell].padded)}))"
            for cell in unsure
        ]
        answer = staging.query(f"SELECT {', '.join(looked)} FROM {raw.having(unsure)}", "Look at the types")[0]  # noqa: S608
        missing |= dict(zip(unsure, answer, strict=True))
    return [(cell, fit, cells, missing[cell]) for cell, (fit, cells) in fits.items()]
