"""What a step meets and makes: the columns of a table, pieces of SQL with their values, and code of pandas."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.expression_parts import HOLE, Kind, Value
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.datasets.expression import Expression
    from aetheron_desktop.engine.datasets.schema import ColumnType

SQL_TYPES: Final[dict[Kind, str]] = {
    "integer": "BIGINT", "number": "DOUBLE", "text": "VARCHAR", "boolean": "BOOLEAN", "date": "TIMESTAMP",
}  # fmt: skip
DTYPES: Final[dict[Kind, str]] = {
    "integer": "pd.ArrowDtype(pa.int64())",
    "number": "pd.ArrowDtype(pa.float64())",
    "text": "pd.ArrowDtype(pa.string())",
    "boolean": "pd.ArrowDtype(pa.bool_())",
    "date": 'pd.ArrowDtype(pa.timestamp("us"))',
}
KIND_WORDS: Final[dict[Kind, str]] = {
    "integer": "whole numbers", "number": "numbers", "text": "text", "boolean": "truth values", "date": "dates",
}  # fmt: skip
NUMBERS: Final[frozenset[Kind]] = frozenset({"integer", "number"})
_LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Sql:
    """SQL with a hole for each of ``values``, in their order."""

    text: str
    values: tuple[Value, ...] = ()


def value(given: Value) -> Sql:
    """Give the SQL that stands for a value."""
    return Sql(HOLE, (given,))


def name(column: str) -> Sql:
    """Give the SQL that stands for a column."""
    return Sql(quoted(column))


def cast(piece: Sql, kind: Kind) -> Sql:
    """Give ``piece`` as a value of ``kind``."""
    return filled(f"CAST({{piece}} AS {SQL_TYPES[kind]})", piece=piece)


def number(given: float) -> Sql:
    """Give a number of our own, such as a place, as it stands."""
    return Sql(repr(given))


def filled(template: str, **pieces: Sql) -> Sql:
    """Put ``pieces`` where ``template`` names them in braces, and their values into that order."""
    values: list[Value] = []

    def put(match: re.Match[str]) -> str:
        piece = pieces[match[1]]
        values.extend(piece.values)
        return piece.text

    return Sql(re.sub(r"\{(\w+)\}", put, template), tuple(values))


def listed(pieces: Sequence[Sql], sign: str = ", ") -> Sql:
    """Give ``pieces`` one after the other."""
    return Sql(sign.join(piece.text for piece in pieces), tuple(one for piece in pieces for one in piece.values))


def of(expression: Expression) -> Sql:
    """Give the SQL of an expression."""
    return Sql(expression.template, expression.values)


@dataclass(frozen=True)
class Table:
    """The columns of a table and their kinds, in order; ``roles`` are the types of those that no step has changed."""

    columns: dict[str, Kind]
    roles: dict[str, ColumnType] = field(default_factory=dict)

    def kind(self, column: str) -> Kind:
        """Give the kind of a column.

        Raises:
            UsageError: there is none of this name; the words offer what comes near.
        """
        if column in self.columns:
            return self.columns[column]
        near = get_close_matches(column, list(self.columns), n=3, cutoff=0.5)
        raise UsageError(
            f"There is no column “{column}”.",
            hint=f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(list(self.columns)[:10])}.",
        )

    def chosen(self, columns: Sequence[str], kinds: frozenset[Kind] | None = None) -> list[tuple[str, Kind]]:
        """Give ``columns`` with their kinds, when each is there, none comes twice, and each is of one of ``kinds``.

        Raises:
            UsageError: it is not so.
        """
        if not columns:
            raise UsageError("No column is chosen.", hint="Choose at least one.")
        found = [(column, self.kind(column)) for column in columns]
        if len(set(columns)) < len(columns):
            raise UsageError("A column is chosen twice.", hint="Choose each once.")
        for column, kind in found:
            if kinds is not None and kind not in kinds:
                wanted = " or ".join(KIND_WORDS[one] for one in sorted(kinds))
                raise UsageError(
                    f"“{column}” holds {KIND_WORDS[kind]}, and {wanted} are needed.", hint="Change its type first."
                )
        return found

    def made(self, columns: Mapping[str, Kind], kept: Mapping[str, str] | None = None) -> Table:
        """Give the table of ``columns``; those that ``kept`` names, with the name they had, keep their roles.

        Raises:
            UsageError: a name cannot be one, or two differ in capitals alone.
        """
        seen: dict[str, str] = {}
        for column in columns:
            if column not in self.columns:
                _check_name(column)
            if column.lower() in seen:
                raise UsageError(
                    f"There would be two columns named “{column}”.", hint="Names have to differ by more than capitals."
                )
            seen[column.lower()] = column
        if not columns:
            raise UsageError("No column would be left.", hint="Keep at least one.")
        kept = {column: column for column in columns} if kept is None else kept
        roles = {
            new: self.roles[old]
            for new, old in kept.items()
            if new in columns and old in self.roles and self.columns.get(old) == columns[new]
        }
        return Table(dict(columns), roles)


def _check_name(column: str) -> None:
    if not column.strip() or column != column.strip():
        raise UsageError("A name is blank, or has blanks at its ends.", hint="Write a name.")
    if len(column) > _LONGEST_NAME or not column.isprintable():
        raise UsageError(
            f"“{column[:40]}” cannot be the name of a column.", hint=f"Up to {_LONGEST_NAME} signs on one line."
        )


@dataclass(frozen=True)
class Source:
    """A table on disk, to begin with or to be joined."""

    label: str
    parquet: Path
    table: Table


@dataclass(frozen=True)
class Surroundings:
    """What a step knows beside the columns that it meets.

    ``relation`` is its input, ``row`` the column that orders the rows. ``other`` gives another dataset's table,
    ``distinct`` the values of a column of the input, ascending, up to a number of them.
    """

    relation: Sql
    row: Sql
    mark: str
    other: Callable[[str], Source]
    distinct: Callable[[str, int], list[Value]]

    def sql(self, template: str, **pieces: Sql) -> Sql:
        """Do as :func:`filled`, with ``{relation}``, ``{row}`` and three names that no column has, ``{spare0}`` on."""
        spares = {f"spare{number}": self.spare(number) for number in range(3)}
        return filled(template, relation=self.relation, row=self.row, **spares, **pieces)

    def spare(self, number: int) -> Sql:
        """Give a name that no column has."""
        return Sql(quoted(f"{self.mark}{number}"))


@dataclass(frozen=True)
class Stage:
    """What a step has become.

    ``cells`` are the columns that are made of each row, by name: the step keeps all rows then. ``kept`` is true of the
    rows that stay, where the step only leaves some out. ``is_sorted`` says whether rows come out as they came in.
    """

    table: Table
    sql: Sql
    code: tuple[str, ...]
    helpers: frozenset[str] = frozenset()
    written_helpers: tuple[str, ...] = ()
    cells: dict[str, Sql] | None = None
    kept: Sql | None = None
    drops_rows: bool = False
    is_sorted: bool = True
    renamed: dict[str, str] = field(default_factory=dict)


def over_cells(
    table: Table,
    around: Surroundings,
    made: Mapping[str, tuple[Kind, Sql, str]],
    *,
    after: str | None = None,
    left_out: frozenset[str] = frozenset(),
    helpers: frozenset[str] = frozenset(),
    written_helpers: tuple[str, ...] = (),
    is_sorted: bool = True,
) -> Stage:
    """Give the stage that makes some columns of each row, of a kind, by SQL and by code of pandas.

    New ones stand after the column ``after``, by default at the end.
    """
    new = [column for column in made if column not in table.columns]
    order: list[str] = []
    for column in table.columns:
        if column not in left_out:
            order.append(column)
        if column == after:
            order += new
    if after is None:
        order += new
    columns = {column: made[column][0] if column in made else table.columns[column] for column in order}
    result = table.made(columns, {column: column for column in order if column not in made})
    pieces = [
        filled("{sql} AS {column}", sql=made[column][1], column=name(column)) if column in made else name(column)
        for column in order
    ]
    assigned = ", ".join(f"{column!r}: {code}" for column, (_, _, code) in made.items())
    lines = [f"frame = frame.assign(**{{{assigned}}})"]
    if list(columns) != [*table.columns, *new]:
        lines.append(f"frame = frame[{order!r}]")
    return Stage(
        result,
        around.sql("SELECT {pieces}, {row} FROM {relation}", pieces=listed(pieces)),
        tuple(lines),
        helpers,
        written_helpers,
        cells={column: sql for column, (_, sql, _) in made.items()},
        is_sorted=is_sorted,
    )


def parsed_value(text: str, kind: Kind) -> Value:
    """Give the value of ``kind`` that ``text`` writes.

    Raises:
        UsageError: it is none.
    """
    stripped = text.strip()
    try:
        match kind:
            case "text":
                return text
            case "integer" if re.fullmatch(r"[-+]?\d{1,18}", stripped, re.ASCII):
                return int(stripped)
            case "number" if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", stripped, re.ASCII):
                number = float(stripped)
                if abs(number) != float("inf"):
                    return number
            case "boolean" if stripped.lower() in {"true", "false"}:
                return stripped.lower() == "true"
            case "date":
                moment = datetime.datetime.fromisoformat(stripped)
                return moment.astimezone(datetime.UTC).replace(tzinfo=None) if moment.tzinfo else moment
            case _:
                pass
    except (ValueError, OverflowError):
        pass
    such = {"integer": "12", "number": "1.5", "boolean": "true", "date": "2026-01-31"}.get(kind, "text")
    raise UsageError(f"“{text}” is none of {KIND_WORDS[kind]}.", hint=f"Write it as {such}.")


def code_of(given: Value) -> str:
    """Give the Python that stands for a value."""
    return f"pd.Timestamp({given.isoformat()!r})" if isinstance(given, datetime.datetime) else repr(given)
