"""Steps that change which columns there are without looking into cells, or put another table beside or below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.datasets.preparing.table import (
    DTYPES,
    KIND_WORDS,
    NUMBERS,
    Sql,
    Stage,
    cast,
    filled,
    listed,
    name,
    number,
    value,
)
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.datasets.expression_parts import Kind
    from aetheron_desktop.engine.datasets.preparing.table import Source, Surroundings, Table
    from aetheron_desktop.engine.datasets.steps import Concatenate, DropColumns, Join, Melt, Rename


def rename(step: Rename, table: Table, around: Surroundings) -> Stage:
    """Compile another name of a column."""
    table.kind(step.column)
    new = {step.to if column == step.column else column: kind for column, kind in table.columns.items()}
    if len(new) < len(table.columns):
        raise UsageError(f"There is a column “{step.to}” already.", hint="Choose another name.")
    old = dict(zip(new, table.columns, strict=True))
    pieces = [
        filled("{old} AS {new}", old=name(old[column]), new=name(column)) if old[column] != column else name(column)
        for column in new
    ]
    return Stage(
        table.made(new, old),
        around.sql("SELECT {pieces}, {row} FROM {relation}", pieces=listed(pieces)),
        (f"frame = frame.rename(columns={{{step.column!r}: {step.to!r}}})",),
        cells={},
        renamed={step.column: step.to},
    )


def drop_columns(step: DropColumns, table: Table, around: Surroundings) -> Stage:
    """Compile the leaving out of columns."""
    gone = {column for column, _ in table.chosen(step.columns)}
    left = {column: kind for column, kind in table.columns.items() if column not in gone}
    pieces = listed([name(column) for column in left])
    return Stage(
        table.made(left),
        around.sql("SELECT {pieces}, {row} FROM {relation}", pieces=pieces),
        (f"frame = frame.drop(columns={list(step.columns)!r})",),
        cells={},
    )


def read(source: Source, row: Sql) -> Sql:
    """Give the SELECT that reads a whole table; its rows are numbered by ``row``."""
    return filled(
        "SELECT {columns}, file_row_number AS {row} "
        "FROM read_parquet({path}, hive_partitioning=false, file_row_number=true)",
        columns=listed([name(column) for column in source.table.columns]),
        row=row,
        path=value(str(source.parquet)),
    )


def read_code(source: Source) -> str:
    """Give the code that reads a whole table."""
    return f'pd.read_parquet({str(source.parquet)!r}, dtype_backend="pyarrow")'


def dtypes_code(columns: Mapping[str, Kind]) -> str:
    """Give the code of a mapping from names to the types of pandas."""
    return "{" + ", ".join(f"{column!r}: {DTYPES[kind]}" for column, kind in columns.items()) + "}"


def join(step: Join, table: Table, around: Surroundings) -> Stage:
    """Compile the join of another table."""
    other = around.other(step.dataset)
    left_on, right_on = _keys(step, table, other)
    if step.how in {"with", "without"}:
        return _partners(step, table, around, other)
    names = {column: column for column in other.table.columns if column not in right_on}
    taken = {column.lower() for column in table.columns}
    for column in names:
        if column.lower() in taken:
            names[column] = column + step.suffix
    columns: dict[str, Kind] = dict(table.columns)
    for column, new in names.items():
        if new in columns:
            raise UsageError(f"There is a column “{new}” already.", hint="Choose another ending for such names.")
        columns[new] = other.table.columns[column]
    for left, right in zip(left_on, right_on, strict=True):
        if step.how == "outer" and table.columns[left] != other.table.columns[right]:
            columns[left] = "number"
    joined = Sql({"left": "LEFT", "inner": "INNER", "outer": "FULL"}[step.how])
    partner = dict(zip(left_on, right_on, strict=True))
    pieces = [_ours(column, partner.get(column) if step.how == "outer" else None) for column in table.columns] + [
        filled("r.{column} AS {new}", column=name(column), new=name(new)) for column, new in names.items()
    ]
    sql = around.sql(
        "SELECT {pieces}, row_number() OVER (ORDER BY l.{row} NULLS LAST, r.{row}) AS {row} "
        "FROM {relation} AS l {joined} JOIN ({other}) AS r ON {equal}",
        pieces=listed(pieces), joined=joined, other=read(other, around.row), equal=_equal(left_on, right_on),
    )  # fmt: skip
    code = f"frame = joined(frame, {read_code(other)}, {left_on!r}, {right_on!r}, {step.how!r}, {names!r})"
    lines = [code]
    if step.how == "outer":
        lines.append(f"frame = frame.astype({dtypes_code(columns)})")
    kept = {column: column for column in table.columns if step.how != "outer" or column not in left_on}
    return Stage(table.made(columns, kept), sql, tuple(lines), frozenset({"joined"}), is_sorted=False)


def _ours(column: str, partner: str | None) -> Sql:
    if partner is None:
        return filled("l.{column}", column=name(column))
    return filled(
        "coalesce(l.{column}, r.{partner}) AS {same}", column=name(column), partner=name(partner), same=name(column)
    )


def _equal(left_on: list[str], right_on: list[str]) -> Sql:
    pairs = zip(left_on, right_on, strict=True)
    return listed(
        [filled("l.{left} = r.{right}", left=name(left), right=name(right)) for left, right in pairs], " AND "
    )


def _partners(step: Join, table: Table, around: Surroundings, other: Source) -> Stage:
    left_on, right_on = [key.left for key in step.keys], [key.right for key in step.keys]
    sql = around.sql(
        "SELECT l.* FROM {relation} AS l {kept} JOIN ({other}) AS r ON {equal}",
        kept=Sql("SEMI" if step.how == "with" else "ANTI"),
        other=read(other, around.row), equal=_equal(left_on, right_on),
    )  # fmt: skip
    code = f"frame = joined(frame, {read_code(other)}, {left_on!r}, {right_on!r}, {step.how!r}, {{}})"
    return Stage(table, sql, (code,), frozenset({"joined"}), drops_rows=True, is_sorted=False)


def _keys(step: Join, table: Table, other: Source) -> tuple[list[str], list[str]]:
    left_on, right_on = [key.left for key in step.keys], [key.right for key in step.keys]
    ours = table.chosen(left_on)
    try:
        theirs = other.table.chosen(right_on)
    except UsageError as error:
        raise UsageError(f"{other.label}: {error.detail}", hint=error.hint) from error
    for (left, kind), (right, other_kind) in zip(ours, theirs, strict=True):
        if kind != other_kind and not {kind, other_kind} <= NUMBERS:
            raise UsageError(
                f"“{left}” holds {KIND_WORDS[kind]} and “{right}” {KIND_WORDS[other_kind]}.",
                hint="Give both the same type first.",
            )
    return left_on, right_on


def concatenate(step: Concatenate, table: Table, around: Surroundings) -> Stage:
    """Compile the rows of another table below."""
    other = around.other(step.dataset)
    columns: dict[str, Kind] = dict(table.columns)
    for column, kind in other.table.columns.items():
        known = columns.get(column, kind)
        if known != kind and not {known, kind} <= NUMBERS:
            raise UsageError(
                f"“{column}” holds {KIND_WORDS[known]}, and {KIND_WORDS[kind]} in {other.label}.",
                hint="Give both the same type first.",
            )
        columns[column] = known if known == kind else "number"
    kept = {column: column for column in table.columns if table.columns[column] == columns[column]}
    below = filled("({sql})", sql=read(other, around.row))
    parts = [
        around.sql(
            "SELECT {cells}, {part} AS {spare0}, {row} FROM {table}",
            cells=_cells(known, columns), part=number(place), table=relation,
        )
        for place, (known, relation) in enumerate(((table, around.relation), (other.table, below)))
    ]  # fmt: skip
    sql = around.sql(
        "SELECT * EXCLUDE ({spare0}) REPLACE (row_number() OVER (ORDER BY {spare0}, {row}) AS {row}) FROM ({parts})",
        parts=listed(parts, " UNION ALL "),
    )
    code = (
        f"dtypes = {dtypes_code(columns)}",
        f"frame = pd.concat([frame.reindex(columns=list(dtypes)).astype(dtypes), "
        f"{read_code(other)}.reindex(columns=list(dtypes)).astype(dtypes)], ignore_index=True)",
    )
    return Stage(table.made(columns, kept), sql, code, is_sorted=False)


def _cells(known: Table, columns: dict[str, Kind]) -> Sql:
    """Give each of ``columns``, missing where the table has it not."""
    cells = [(column, name(column) if column in known.columns else Sql("NULL")) for column in columns]
    return listed(
        [filled("{cell} AS {column}", cell=cast(cell, columns[column]), column=name(column)) for column, cell in cells]
    )


def melt(step: Melt, table: Table, around: Surroundings) -> Stage:
    """Compile columns into rows."""
    chosen = table.chosen(step.columns)
    kinds = {kind for _, kind in chosen}
    if len(kinds) > 1 and not kinds <= NUMBERS:
        told = ", ".join(f"“{column}” {KIND_WORDS[kind]}" for column, kind in chosen[:4])
        raise UsageError(f"The columns hold values of several kinds: {told}.", hint="Give them one type first.")
    kind: Kind = kinds.pop() if len(kinds) == 1 else "number"
    rest = [column for column in table.columns if column not in step.columns]
    if step.name in rest or step.value in rest or step.name == step.value:
        raise UsageError(f"There is a column “{step.name}” or “{step.value}” already.", hint="Choose other names.")
    columns: dict[str, Kind] = {column: table.columns[column] for column in rest} | {
        step.name: "text",
        step.value: kind,
    }
    places = [(number(place), column) for place, column in enumerate(step.columns)]
    words = [filled("({place}, {word})", place=place, word=value(column)) for place, column in places]
    cells = [filled("WHEN {place} THEN {cell}", place=place, cell=cast(name(column), kind)) for place, column in places]
    sql = around.sql(
        "SELECT {rest}{spare1} AS {name}, CASE {spare0} {cells} END AS {value}, {row} * {count} + {spare0} AS {row} "
        "FROM {relation} CROSS JOIN (VALUES {words}) AS given({spare0}, {spare1})",
        rest=listed([filled("{column}, ", column=name(column)) for column in rest], ""), count=number(len(places)),
        name=name(step.name), cells=listed(cells, " "), value=name(step.value), words=listed(words),
    )  # fmt: skip
    spare = f"{around.mark}0"
    code = (
        f"frame = frame.astype({dtypes_code(dict.fromkeys(step.columns, kind))})",
        f"frame = frame.assign(**{{{spare!r}: range(len(frame))}})",
        f"frame = frame.melt([*{rest!r}, {spare!r}], {list(step.columns)!r}, {step.name!r}, {step.value!r})",
        f'frame = frame.sort_values({spare!r}, kind="stable", ignore_index=True).drop(columns={spare!r})',
        f"frame[{step.name!r}] = frame[{step.name!r}].astype({DTYPES['text']})",
    )
    return Stage(table.made(columns, {column: column for column in rest}), sql, code, is_sorted=False)
