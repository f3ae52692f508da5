"""Steps that make cells anew, each from its row or its column: no row comes or goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.expression import column as as_expression
from aetheron_desktop.engine.datasets.expression import parse
from aetheron_desktop.engine.datasets.preparing.table import (
    DTYPES,
    NUMBERS,
    Sql,
    cast,
    code_of,
    filled,
    name,
    number,
    of,
    over_cells,
    parsed_value,
    value,
)
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.expression_parts import Kind
    from aetheron_desktop.engine.datasets.preparing.table import Stage, Surroundings, Table
    from aetheron_desktop.engine.datasets.steps import Clip, Derive, Fill, Replace, SplitDate, SplitText

    Made = tuple[Kind, Sql, str]

_TEXT: Final[frozenset[Kind]] = frozenset({"text"})
_DATE: Final[frozenset[Kind]] = frozenset({"date"})
_STATISTICS: Final = {"mean": "favg", "median": "median"}


def fill(step: Fill, table: Table, around: Surroundings) -> Stage:
    """Compile the filling of missing cells."""
    needs = NUMBERS if step.by in _STATISTICS else None
    made = {column: _filled(step, column, kind, around) for column, kind in table.chosen(step.columns, needs)}
    helpers = frozenset({"filled"}) if step.by in {*_STATISTICS, "mode"} else frozenset()
    return over_cells(table, around, made, helpers=helpers, is_sorted=step.by not in {"previous", "next"})


def _filled(step: Fill, column: str, kind: Kind, around: Surroundings) -> Made:
    cell, code = name(column), f"frame[{column!r}]"
    match step.by:
        case "constant":
            given = parsed_value(step.value, kind)
            sql = filled("coalesce({cell}, {given})", cell=cell, given=cast(value(given), kind))
            return kind, sql, f"{code}.fillna({code_of(given)})"
        case "mean" | "median":
            found = "coalesce(CAST({cell} AS DOUBLE), (SELECT {statistic}({cell}) FROM {relation}))"
            sql = around.sql(found, cell=cell, statistic=Sql(_STATISTICS[step.by]))
            return "number", sql, f"filled({code}.astype({DTYPES['number']}), {code}.{step.by}())"
        case "mode":
            sql = around.sql(
                "coalesce({cell}, (SELECT {cell} FROM {relation} WHERE {cell} IS NOT NULL GROUP BY 1 "
                "ORDER BY count(*) DESC, 1 LIMIT 1))",
                cell=cell,
            )
            return kind, sql, f"filled({code}, next(iter({code}.mode()), pd.NA))"
        case "previous" | "next":
            # The last value up to here; of the next, the same in the order turned around.
            sql = around.sql(
                "last_value({cell} IGNORE NULLS) OVER "
                "(ORDER BY {row} {turned} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
                cell=cell,
                turned=Sql("ASC" if step.by == "previous" else "DESC"),
            )
            return kind, sql, f"{code}.{'ffill' if step.by == 'previous' else 'bfill'}()"


def replace(step: Replace, table: Table, around: Surroundings) -> Stage:
    """Compile the replacing of values."""
    kinds = None if step.match == "whole" else _TEXT
    made = {column: _replaced(step, column, kind) for column, kind in table.chosen(step.columns, kinds)}
    return over_cells(table, around, made, helpers=frozenset({"put"} if step.match == "whole" else ()))


def _replaced(step: Replace, column: str, kind: Kind) -> Made:
    cell, code = name(column), f"frame[{column!r}]"
    if step.match == "whole":
        find = parsed_value(step.find, kind)
        put = None if step.put is None else parsed_value(step.put, kind)
        new = name_of_null() if put is None else cast(value(put), kind)
        sql = filled(
            "CASE WHEN {cell} = {find} THEN {new} ELSE {same} END",
            cell=cell, find=cast(value(find), kind), new=new, same=cell,
        )  # fmt: skip
        return kind, sql, f"put({code}, {code} == {code_of(find)}, {'pd.NA' if put is None else code_of(put)})"
    if not step.find:
        raise UsageError("What is to be found is empty.", hint="Write what shall be replaced.")
    put_text = step.put or ""
    if step.match == "part":
        sql = filled("replace({cell}, {find}, {put})", cell=cell, find=value(step.find), put=value(put_text))
        return kind, sql, f"{code}.str.replace({step.find!r}, {put_text!r}, regex=False)"
    pattern(step.find)
    escaped = put_text.replace("\\", "\\\\")
    sql = filled("regexp_replace({cell}, {find}, {put}, 'g')", cell=cell, find=value(step.find), put=value(escaped))
    return kind, sql, f"{code}.str.replace({step.find!r}, {escaped!r}, regex=True)"


def name_of_null() -> Sql:
    """Give the SQL of a missing value."""
    return filled("NULL")


def pattern(text: str) -> int:
    """Say how many groups a pattern has.

    Raises:
        UsageError: it is none that both the query engine and pandas take alike.
    """
    parse(f"matches(a, '{text.replace(chr(39), chr(39) * 2)}')", {"a": "text"})
    return re.compile(text).groups


def clip(step: Clip, table: Table, around: Surroundings) -> Stage:
    """Compile the clipping of numbers."""
    low, high = step.low, step.high
    if low is None and high is None:
        raise UsageError("Neither a lower nor an upper limit is given.", hint="Give one of them, or both.")
    if low is not None and high is not None and low > high:
        raise UsageError(f"The lower limit {low:g} lies above the upper {high:g}.", hint="Exchange them.")
    if step.by == "quantiles" and not all(one is None or 0 <= one <= 1 for one in (low, high)):
        raise UsageError("A quantile is a share from 0 to 1.", hint="For the lowest percent, write 0.01.")
    made = {column: _clipped(step, column, kind, around) for column, kind in table.chosen(step.columns, NUMBERS)}
    return over_cells(table, around, made, helpers=frozenset({"put"}))


def _clipped(step: Clip, column: str, kind: Kind, around: Surroundings) -> Made:
    cell, code = name(column), f"frame[{column!r}]"
    is_whole = step.by == "limits" and all(one is None or one == int(one) for one in (step.low, step.high))
    kind = "integer" if kind == "integer" and is_whole else "number"
    sql, made = cast(cell, kind), f"{code}.astype({DTYPES[kind]})"
    for sign, given in (("<", step.low), (">", step.high)):
        if given is None:
            continue
        if step.by == "limits":
            given = int(given) if kind == "integer" else float(given)  # noqa: PLW2901 - the limit as the column has it
            limit, limit_code = cast(value(given), kind), code_of(given)
        else:
            asked = "(SELECT quantile_cont({cell}, {share}) FROM {relation})"
            limit = around.sql(asked, cell=cast(cell, "number"), share=number(float(given)))
            limit_code = f"{code}.astype({DTYPES['number']}).quantile({float(given)!r})"
        sql = filled(
            f"CASE WHEN {{cell}} {sign} {{limit}} THEN {{same}} ELSE {{sql}} END",
            cell=cell, limit=limit, same=limit, sql=sql,
        )  # fmt: skip
        made = f"put({made}, {code} {sign} {limit_code}, {limit_code})"
    return kind, sql, made


def derive(step: Derive, table: Table, around: Surroundings) -> Stage:
    """Compile a column made by an expression."""
    made = parse(step.expression, table.columns)
    if made.columns:
        code = f"{made.pandas}.astype({DTYPES[made.kind]})"
    else:
        code = f"pd.Series([{made.pandas}] * len(frame), index=frame.index, dtype={DTYPES[made.kind]})"
    cells = {step.name: (made.kind, cast(of(made), made.kind), code)}
    return over_cells(table, around, cells, written_helpers=made.helpers)


def split_text(step: SplitText, table: Table, around: Surroundings) -> Stage:
    """Compile the splitting of a text into columns."""
    ((column, _),) = table.chosen((step.column,), _TEXT)
    count = len(step.into)
    _check_new(step.into, table)
    if not step.sign:
        raise UsageError("The delimiter is empty.", hint="Write what parts the text, such as a comma.")
    if step.by == "pattern":
        if pattern(step.sign) != count or not count:
            raise UsageError(
                f"The pattern has {pattern(step.sign)} groups in parentheses, and there are {count} names.",
                hint="Give one name for each group.",
            )
    elif count < 2:
        raise UsageError("A text is split into two columns at least.", hint="Give more names.")
    cell, sign = name(column), value(step.sign)
    made: dict[str, Made] = {}
    for place, new in enumerate(step.into):
        if step.by == "pattern":
            found = "CASE WHEN regexp_matches({cell}, {sign}) THEN regexp_extract({cell}, {sign}, {place}) END"
            sql = filled(found, cell=cell, sign=sign, place=number(place + 1))
        elif place < count - 1:
            sql = filled(f"string_split({{cell}}, {{sign}})[{place + 1}]", cell=cell, sign=sign)
        else:
            sql = filled(
                f"CASE WHEN len(string_split({{cell}}, {{sign}})) >= {count} "
                f"THEN array_to_string(string_split({{cell}}, {{sign}})[{count}:], {{sign}}) END",
                cell=cell, sign=sign,
            )  # fmt: skip
        helper = "groups" if step.by == "pattern" else "pieces"
        shown = _with_named_groups(step.sign) if step.by == "pattern" else step.sign
        made[new] = ("text", sql, f"{helper}(frame[{column!r}], {shown!r}, {count})[{place}]")
    left_out = frozenset() if step.keep else frozenset({column})
    helpers = frozenset({"groups" if step.by == "pattern" else "pieces"})
    return over_cells(table, around, made, after=column, left_out=left_out, helpers=helpers)


def _check_new(names: tuple[str, ...], table: Table) -> None:
    taken = {column.lower() for column in table.columns}
    for new in names:
        if new.lower() in taken:
            raise UsageError(f"There is a column “{new}” already.", hint="Choose another name.")
        taken.add(new.lower())


def _with_named_groups(text: str) -> str:
    """Give the pattern with a name for each group, as the reader of pandas asks for."""
    made, place, is_class, number = [], 0, False, 0
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            made.append(text[place : place + 2])
            place += 2
            continue
        if sign == "[" and not is_class:
            is_class = True
            # A bracket that stands first is one of the signs of the class.
            first = re.match(r"\[\^?\]?", text[place:])
            assert first is not None
            made.append(first.group())
            place += len(first.group())
            continue
        is_class = is_class and sign != "]"
        is_group = sign == "(" and not is_class and text[place + 1 : place + 2] != "?"
        number += is_group
        made.append(f"(?P<part{number}>" if is_group else sign)
        place += 1
    return "".join(made)


def split_date(step: SplitDate, table: Table, around: Surroundings) -> Stage:
    """Compile the splitting of a date into numbers."""
    ((column, _),) = table.chosen((step.column,), _DATE)
    if not step.parts or len(set(step.parts)) < len(step.parts):
        raise UsageError("No part of the date is chosen, or one twice.", hint="Choose year, month, day and so on.")
    _check_new(tuple(f"{column}_{part}" for part in step.parts), table)
    made: dict[str, Made] = {}
    for part in step.parts:
        expression = parse(f"{part}({as_expression(column)})", table.columns)
        made[f"{column}_{part}"] = ("integer", of(expression), expression.pandas)
    left_out = frozenset() if step.keep else frozenset({column})
    return over_cells(table, around, made, after=column, left_out=left_out)
