"""Parquet as a table: its types are kept, its nested columns laid side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from aetheron_desktop.engine.datasets.names import quoted, repaired
from aetheron_desktop.engine.datasets.recipe import Recipe
from aetheron_desktop.engine.datasets.staging import Raw, literal, one_file
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from aetheron_desktop.engine.datasets.staging import Kind, Staging

_INTEGERS: Final = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_DEEPEST: Final = 8
_MOST: Final = 200_000
_JULIAN: Final = "4714-11-24 (BC) 00:00:00"
"""Where the days of INT96 begin to count: what is read as earlier has gone around the end of 64 bits."""


_NO_CHOICES: Final = Recipe()
_DIGITS: Final = 15
"""So many digits a number of double precision surely holds."""
_TOLD: Final = 20
_OTHERWISE: Final = {
    "GEOMETRY": "the geometries are kept as text (WKT)",
    "TIMESTAMP WITH TIME ZONE": "the times were brought to UTC",
    "TIMESTAMP_NS": "the times are kept to the microsecond",
    "BLOB": "the bytes are kept as text, or in hexadecimal where they are none",
}


def read_parquet(staging: Staging, *paths: Path, recipe: Recipe = _NO_CHOICES, parts: bool = False) -> Raw:
    """Read Parquet; of several files the rows one after the other, a column that some lack being missing there.

    With ``parts`` the names of folders, as ``year=2026``, are columns.

    Raises:
        DatasetError: it has no columns, too many, or times that cannot be held.
        duckdb.Error: it is damaged or encrypted.
    """
    files = "[" + ", ".join(literal(one_file(path)) for path in paths) + "]"
    hive = parts and any("=" in part.name for path in paths for part in path.parents)
    relation = (
        f"read_parquet({files}, hive_partitioning={str(hive).lower()}, union_by_name={str(len(paths) > 1).lower()})"
    )
    found = staging.connection.sql(f"SELECT * FROM {relation}")  # noqa: S608 - built from literals
    names: list[str] = []
    shown: list[str] = []
    owners: list[int] = []
    kinds: list[Kind] = []
    inner = [f"p{place}" for place in range(len(found.columns))]
    for place, (name, type_) in enumerate(zip(found.columns, found.types, strict=True)):
        for label, sql, kind in _columns(name, inner[place], type_, 0):
            names.append(label)
            shown.append(f"{sql} AS c{len(shown)}")
            owners.append(place)
            kinds.append(kind)
    if not names or len(names) > _MOST:
        raise DatasetError(
            f"{staging.source.name} has {len(names) or 'no'} columns.", hint="Choose a file with 1 to 200,000 columns."
        )
    times = {name for name, type_ in zip(found.columns, found.types, strict=True) if str(type_) == "TIMESTAMP"}
    _refuse_wrapped_times(staging, files, relation, times)
    repaired_names, notes = repaired(names)
    if len(paths) > 1:
        notes.append(f"{len(paths)} files were read one after the other.")
    if len(names) > len(found.columns):
        notes.append(f"Nested columns were laid side by side: {len(found.columns)} became {len(names)}.")
    notes += _remarks(found)
    table = f"(SELECT {', '.join(shown)} FROM {relation} AS t({', '.join(inner)}))"  # noqa: S608

    def narrow(places: Sequence[int]) -> str:
        own = dict.fromkeys(owners[place] for place in places)
        needed = ", ".join(f"{quoted(found.columns[place])} AS {inner[place]}" for place in own)
        return f"(SELECT {', '.join(shown[place] for place in places)} FROM (SELECT {needed} FROM {relation}))"  # noqa: S608

    return Raw(table, repaired_names, tuple(kinds), notes, found=recipe, narrow=narrow)


def _remarks(found: duckdb.DuckDBPyRelation) -> list[str]:
    """Say of which columns the values are kept in another form than the file has them."""
    said = []
    for name, type_ in zip(found.columns, found.types, strict=True):
        base, _, rest = str(type_).partition("(")
        if base in {"UBIGINT", "HUGEINT", "UHUGEINT"} or (base == "DECIMAL" and int(rest.split(",")[0]) > _DIGITS):
            said.append(f"{name}: the numbers are kept to {_DIGITS} digits.")
        elif base in _OTHERWISE:
            said.append(f"{name}: {_OTHERWISE[base]}.")
    more = len(said) - _TOLD
    return said if more <= 1 else [*said[:_TOLD], f"{more} other columns are kept in another form too."]


def _refuse_wrapped_times(staging: Staging, files: str, relation: str, columns: set[str]) -> None:
    asked = f"SELECT DISTINCT name FROM parquet_schema({files}) WHERE type = 'INT96'"  # noqa: S608
    for (name,) in staging.query(asked):
        if name not in columns:  # it is inside of a nested column
            continue
        early = f"{quoted(name)} < TIMESTAMP {literal(_JULIAN)}"
        count = staging.query(f"SELECT count(*) FILTER ({early}) FROM {relation}")[0][0]  # noqa: S608
        if count:
            times = "a time" if count == 1 else f"{count:,} times"
            raise DatasetError(
                f"{staging.source.name} has {times} in the column {name} beyond what can be held.",
                hint="Leave these rows out, or write the column as text.",
            )


def _columns(name: str, sql: str, type_: duckdb.sqltypes.DuckDBPyType, depth: int) -> list[tuple[str, str, Kind]]:
    base = str(type_).split("(", maxsplit=1)[0]
    if str(type_).endswith("]"):
        return [(name, f"CAST(to_json({sql}) AS VARCHAR)", "words")]
    if base == "STRUCT" and depth < _DEEPEST:
        made = []
        for field, inner in cast("list[tuple[str, duckdb.sqltypes.DuckDBPyType]]", type_.children):
            made += _columns(f"{name}.{field}", f"struct_extract({sql}, {literal(field)})", inner, depth + 1)
        return made
    return [(name, *_value(sql, base))]


def _value(sql: str, base: str) -> tuple[str, Kind]:
    match base:
        case "BOOLEAN":
            return sql, "boolean"
        case "FLOAT" | "DOUBLE":
            return f"nullif(CAST({sql} AS DOUBLE), 'NaN'::DOUBLE)", "number"
        case "DECIMAL" | "UBIGINT" | "HUGEINT" | "UHUGEINT":
            return f"CAST({sql} AS DOUBLE)", "number"
        case "TIMESTAMP WITH TIME ZONE":
            return f"{sql} AT TIME ZONE 'UTC'", "date"
        case "DATE" | "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS":
            return f"TRY_CAST({sql} AS TIMESTAMP)", "date"
        case "BLOB":
            text = f"TRY(decode({sql}))"
            return (
                f"CASE WHEN NOT regexp_matches({text}, '[[:cntrl:]]') THEN {text} ELSE lower(hex({sql})) END",
                "words",
            )
        case "TIME WITH TIME ZONE":
            return f"CAST(CAST({sql} AS TIME) AS VARCHAR)", "words"
        case "STRUCT" | "MAP" | "UNION" | "VARIANT":
            return f"CAST(to_json({sql}) AS VARCHAR)", "words"
        case _ if base in _INTEGERS:
            return sql, "integer"
        case _:
            return f"CAST({sql} AS VARCHAR)", "words"
