"""Columns of another type: which cells can have it, and what becomes of each. A cell that cannot have it is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.expression import column as as_expression
from aetheron_desktop.engine.datasets.expression import parse
from aetheron_desktop.engine.datasets.preparing.table import (
    DTYPES,
    KIND_WORDS,
    Sql,
    Table,
    cast,
    filled,
    name,
    of,
    over_cells,
    value,
)
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.expression_parts import Kind
    from aetheron_desktop.engine.datasets.preparing.table import Stage, Surroundings
    from aetheron_desktop.engine.datasets.schema import ColumnType
    from aetheron_desktop.engine.datasets.steps import DateForm, Retype

KINDS: Final[dict[ColumnType, Kind]] = {
    "number": "number", "integer": "integer", "boolean": "boolean", "date": "date",
    "category": "text", "text": "text", "identifier": "text",
}  # fmt: skip
_TIME: Final = r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?"
FORMS: Final[dict[DateForm, tuple[str, tuple[int, int, int]]]] = {
    "year-month-day": (rf" *(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_TIME} *", (1, 2, 3)),
    "day.month.year": (rf" *(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_TIME} *", (3, 2, 1)),
    "month/day/year": (rf" *(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}){_TIME} *", (3, 1, 2)),
    "day/month/year": (rf" *(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}){_TIME} *", (3, 2, 1)),
}
"""For each form its pattern, and the groups in which year, month and day stand; hour, minute, second are 4, 5, 6."""
_TRUE: Final = ("true", "yes", "t", "y", "1")
_FALSE: Final = ("false", "no", "f", "n", "0")
_EXACT: Final = 2**53
_DIGITS: Final = " *[-+]?[0-9]{1,18} *"


def retype(step: Retype, table: Table, around: Surroundings) -> Stage:
    """Compile the change of a type."""
    target = KINDS[step.to]
    made: dict[str, tuple[Kind, Sql, str]] = {}
    helpers: set[str] = set()
    written: list[str] = []
    for column, kind in table.chosen(step.columns):
        turned = _turned(column, kind, target, step.form)
        if turned is None:
            raise UsageError(
                f"“{column}” holds {KIND_WORDS[kind]}, of which no {step.to} can be made.", hint="Make it text first."
            )
        sql, code, used, texts = turned
        made[column] = (target, sql, code)
        helpers |= used
        written += texts
    stage = over_cells(table, around, made, helpers=frozenset(helpers), written_helpers=tuple(dict.fromkeys(written)))
    roles = stage.table.roles | dict.fromkeys(step.columns, step.to)
    return replace(stage, table=Table(stage.table.columns, roles))


def _turned(column: str, kind: Kind, target: Kind, form: DateForm) -> tuple[Sql, str, set[str], tuple[str, ...]] | None:
    """Give SQL and pandas of the cells as ``target``, and the helpers of the latter; None where nothing fits."""
    cell, code = name(column), f"frame[{column!r}]"
    match kind, target:
        case _ if kind == target:
            return cell, code, set(), ()
        case _, "text":
            return _as_text(cell, kind), f"words({code})", {"words"}, ()
        case "text", "date":
            pattern, places = FORMS[form]
            return _as_date(cell, form), f"moments({code}, {pattern!r}, {places!r})", {"moments"}, ()
        case ("date", _) | (_, "date"):
            return None
        case "text", "boolean":
            template = (
                f"CASE WHEN lower(trim({{cell}})) IN {_TRUE!r} THEN true WHEN lower(trim({{same}})) IN {_FALSE!r} "
            )
            return filled(f"{template}THEN false END", cell=cell, same=cell), f"truths({code})", {"truths"}, ()
        case _, "boolean":
            sql = filled("CASE {cell} WHEN 1 THEN true WHEN 0 THEN false END", cell=cell)
            return sql, f"truths({code})", {"truths"}, ()
        case "boolean", _:
            return cast(cell, target), f"{code}.astype({DTYPES['integer']}).astype({DTYPES[target]})", set(), ()
        case "integer", _:
            return cast(cell, target), f"{code}.astype({DTYPES[target]})", set(), ()
        case "number", _:
            return _whole(cell), f"whole({code})", {"whole"}, ()
        case _:
            number = parse(f"number({as_expression(column)})", {column: "text"})
            if target == "number":
                return of(number), number.pandas, set(), number.helpers
            sql = filled(
                f"CASE WHEN regexp_full_match({{cell}}, '{_DIGITS}') THEN TRY_CAST(trim({{same}}) AS BIGINT) "
                "ELSE {whole} END",
                cell=cell, same=cell, whole=_whole(of(number)),
            )  # fmt: skip
            return sql, f"digits({code}, {number.pandas})", {"whole", "digits"}, number.helpers


def _as_text(cell: Sql, kind: Kind) -> Sql:
    match kind:
        case "number":
            return filled(r"regexp_replace(CAST({cell} AS VARCHAR), '\.0$', '')", cell=cell)
        case "date":
            written = "strftime({cell}, '%Y-%m-%d %H:%M:%S.%f')"
            return filled(rf"regexp_replace({written}, '( 00:00:00)?\.000000$', '')", cell=cell)
        case _:
            return filled("CAST({cell} AS VARCHAR)", cell=cell)


def _whole(number: Sql) -> Sql:
    return filled(
        "CASE WHEN {number} = trunc({number}) AND abs({number}) <= {most} THEN CAST({number} AS BIGINT) END",
        number=number,
        most=Sql(str(_EXACT)),
    )


def _as_date(cell: Sql, form: DateForm) -> Sql:
    pattern, places = FORMS[form]
    whole = value(f"^{pattern}$")
    year, month, day, hour, minute, second = (
        filled(
            "TRY_CAST(regexp_extract({cell}, {whole}, {place}) AS BIGINT)",
            cell=cell, whole=whole, place=Sql(str(place)),
        )
        for place in (*places, 4, 5, 6)
    )  # fmt: skip
    return filled(
        "TRY(make_timestamp(nullif({year}, 0), {month}, {day}, {hour}, {minute}, CAST({second} AS DOUBLE)))",
        year=year, month=month, day=day, hour=_up_to(hour, 23), minute=_up_to(minute, 59), second=_up_to(second, 59),
    )  # fmt: skip


def _up_to(part: Sql, most: int) -> Sql:
    """Give a part of a time, zero when it is not there, missing when it is too large."""
    found = "CASE WHEN coalesce({part}, 0) <= {most} THEN coalesce({part}, 0) END"
    return filled(found, part=part, most=Sql(str(most)))
