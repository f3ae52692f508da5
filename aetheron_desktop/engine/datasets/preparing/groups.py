"""Steps that make one row of many: group and pivot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.preparing.table import (
    DTYPES,
    KIND_WORDS,
    NUMBERS,
    Stage,
    cast,
    code_of,
    filled,
    listed,
    name,
    parsed_value,
    value,
)
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.expression_parts import Kind, Value
    from aetheron_desktop.engine.datasets.preparing.table import Sql, Surroundings, Table
    from aetheron_desktop.engine.datasets.steps import Group, Pivot, Summary

MOST_PIVOTED: Final = 200
_SUMMARIES: Final[dict[Summary, str]] = {
    "rows": "count(*)",
    "count": "count({cell})",
    "missing": "(count(*) - count({cell}))",
    "distinct": "count(DISTINCT {cell})",
    "sum": "fsum({cell})",
    "mean": "favg({cell})",
    "median": "median({cell})",
    "minimum": "min({cell})",
    "maximum": "max({cell})",
    "deviation": "stddev_samp({cell})",
    "first": "arg_min({cell}, {row})",
    "last": "arg_max({cell}, {row})",
}
_COUNTS: Final = frozenset({"rows", "count", "missing", "distinct"})
_OF_NUMBERS: Final = frozenset({"sum", "mean", "median", "deviation"})


def group(step: Group, table: Table, around: Surroundings) -> Stage:
    """Compile one row for each group."""
    keys = table.chosen(step.keys)
    if not step.aggregations:
        raise UsageError("Nothing is summed up.", hint="Add at least one column, such as the number of rows.")
    columns: dict[str, Kind] = dict(keys)
    pieces = [name(column) for column, _ in keys]
    made = []
    for one in step.aggregations:
        kind = table.kind(one.column)
        if one.name in columns:
            raise UsageError(f"There would be two columns named “{one.name}”.", hint="Choose another name.")
        columns[one.name] = _kind(one.summary, one.column, kind)
        summed = _summed(one.summary, name(one.column), kind, around)
        pieces.append(filled("{summed} AS {name}", summed=summed, name=name(one.name)))
        made.append((one.name, f"grouped[{one.column!r}]", one.summary))
    return _grouped(step.keys, table, around, columns, pieces, made, ())


def pivot(step: Pivot, table: Table, around: Surroundings) -> Stage:
    """Compile one row for each group, and a column for each value of another column."""
    keys = table.chosen(step.keys)
    kind, pivoted = table.kind(step.value), table.kind(step.column)
    if pivoted in {"number", "date"}:
        raise UsageError(
            f"“{step.column}” holds {KIND_WORDS[pivoted]}, which make too many columns.", hint="Make it text first."
        )
    if step.column in step.keys:
        raise UsageError(f"“{step.column}” is a key already.", hint="Choose another column for it.")
    values: list[Value] = [parsed_value(one, pivoted) for one in step.values]
    values = values or around.distinct(step.column, MOST_PIVOTED + 1)
    if len(values) > MOST_PIVOTED:
        raise UsageError(
            f"“{step.column}” has more than {MOST_PIVOTED} values.", hint="Choose those that become columns."
        )
    if not values:
        raise UsageError(f"“{step.column}” has no value at all.", hint="Choose another column.")
    columns: dict[str, Kind] = dict(keys)
    pieces = [name(column) for column, _ in keys]
    made, lines = [], []
    for place, one in enumerate(values):
        new = _free(step.column, one, columns)
        columns[new] = _kind(step.summary, step.value, kind)
        cell = filled(
            "CASE WHEN {column} = {one} THEN {value} END",
            column=name(step.column), one=cast(value(one), pivoted), value=name(step.value),
        )  # fmt: skip
        summed = _summed(step.summary, cell, kind, around)
        pieces.append(filled("{summed} AS {name}", summed=summed, name=name(new)))
        met = f"(frame[{step.column!r}] == {code_of(one)}).fillna(False)"
        lines.append(f"cells{place} = frame[{step.value!r}].where({met}).groupby(keys, sort=False, dropna=False)")
        made.append((new, f"cells{place}", step.summary))
    if step.summary in {"rows", "missing"}:
        raise UsageError("A pivot counts the values, not the rows.", hint="Choose count.")
    return _grouped(step.keys, table, around, columns, pieces, made, tuple(lines))


def _grouped(  # noqa: PLR0917 - both kinds end in the same way
    keys: tuple[str, ...],
    table: Table,
    around: Surroundings,
    columns: dict[str, Kind],
    pieces: list[Sql],
    made: list[tuple[str, str, Summary]],
    lines: tuple[str, ...],
) -> Stage:
    sql = around.sql(
        "SELECT {pieces}, min({row}) AS {row} FROM {relation} GROUP BY {keys}",
        pieces=listed(pieces), keys=listed([name(key) for key in keys]),
    )  # fmt: skip
    firsts = [f"{key!r}: firsts[{key!r}]" for key in keys]
    summed = [f"{new!r}: summary({grouped}, {how!r}, {DTYPES[columns[new]]})" for new, grouped, how in made]
    code = (
        f"firsts = frame.drop_duplicates({list(keys)!r}, ignore_index=True)",
        f"keys = [frame[key] for key in {list(keys)!r}]",
        *(lines or ("grouped = frame.groupby(keys, sort=False, dropna=False)",)),
        f"frame = pd.DataFrame({{{', '.join([*firsts, *summed])}}})",
    )
    kept = {key: key for key in keys}
    return Stage(table.made(columns, kept), sql, code, frozenset({"summary"}), is_sorted=False)


def _summed(summary: Summary, cell: Sql, kind: Kind, around: Surroundings) -> Sql:
    template = _SUMMARIES[summary]
    if summary == "sum" and kind == "integer":
        template = "TRY_CAST(sum({cell}) AS BIGINT)"
    if summary in {"mean", "median", "deviation"}:
        cell = cast(cell, "number")
    return around.sql(template, cell=cell)


def _kind(summary: Summary, column: str, kind: Kind) -> Kind:
    if summary in _OF_NUMBERS and kind not in NUMBERS:
        raise UsageError(
            f"“{column}” holds {KIND_WORDS[kind]}, of which there is no {summary}.", hint="Choose another column."
        )
    if summary in _COUNTS:
        return "integer"
    return "number" if summary in {"mean", "median", "deviation"} else kind


def _free(column: str, given: Value, taken: dict[str, Kind]) -> str:
    """Give a name for the column of a value: the value itself, or with the column's before it."""
    word = str(given).lower() if isinstance(given, bool) else str(given).strip()
    lowered = {one.lower() for one in taken}
    new = word if word and word.lower() not in lowered else f"{column}_{word}".strip()
    while new.lower() in lowered:
        new += "_"
    return new
