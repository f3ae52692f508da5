"""Steps that leave out rows, or put them into another order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.expression import condition
from aetheron_desktop.engine.datasets.preparing.table import Sql, Stage, filled, listed, name, of, value
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.preparing.table import Surroundings, Table
    from aetheron_desktop.engine.datasets.steps import Deduplicate, DropRows, KeepRows, Sample, Sort

_KEYS: Final = 2**32


def keep_rows(step: KeepRows, table: Table, around: Surroundings) -> Stage:
    """Compile a filter."""
    found = condition(step.condition, table.columns)
    return Stage(
        table,
        around.sql("SELECT * FROM {relation} WHERE {condition}", condition=of(found)),
        (f"frame = frame[{found.pandas}.fillna(False)].reset_index(drop=True)",),
        written_helpers=found.helpers,
        kept=of(found),
        drops_rows=True,
    )


def drop_rows(step: DropRows, table: Table, around: Surroundings) -> Stage:
    """Compile a filter turned around: where the condition is missing, the row stays."""
    found = condition(step.condition, table.columns)
    kept = filled("(({condition}) IS NOT TRUE)", condition=of(found))
    return Stage(
        table,
        around.sql("SELECT * FROM {relation} WHERE {kept}", kept=kept),
        (f"frame = frame[~{found.pandas}.fillna(False)].reset_index(drop=True)",),
        written_helpers=found.helpers,
        kept=kept,
        drops_rows=True,
    )


def sample(step: Sample, table: Table, around: Surroundings) -> Stage:
    """Compile a draw of rows. The key of a row is the MD5 of the seed and its place, so any machine draws the same."""
    if (step.rows is None) == (step.share is None):
        raise UsageError("Either a number of rows or a share is drawn.", hint="Give one of both.")
    keyed = around.sql(
        "(SELECT *, md5({seed} || (row_number() OVER (ORDER BY {row}) - 1)) AS {spare0} FROM {relation})",
        seed=value(f"{step.seed}:"),
    )
    keys = f'[hashlib.md5(f"{step.seed}:{{place}}".encode()).hexdigest() for place in range(len(frame))]'
    if step.rows is not None:
        if step.rows < 1:
            raise UsageError("At least one row is drawn.", hint="Give a number from 1.")
        sql = around.sql(
            "SELECT * EXCLUDE ({spare0}) FROM {keyed} QUALIFY row_number() OVER (ORDER BY {spare0}, {row}) <= {rows}",
            keyed=keyed,
            rows=value(step.rows),
        )
        code = (
            f'drawn = pd.Series({keys}, dtype=object).sort_values(kind="stable").index[:{step.rows}]',
            "frame = frame.loc[sorted(drawn)].reset_index(drop=True)",
        )
    else:
        share = step.share or 0.0
        if not 0 < share < 1:
            raise UsageError("A share lies between 0 and 1.", hint="For a tenth, write 0.1.")
        limit = f"{round(share * _KEYS):08x}"
        sql = around.sql(
            "SELECT * EXCLUDE ({spare0}) FROM {keyed} WHERE {spare0} < {limit}", keyed=keyed, limit=value(limit)
        )
        code = (
            f"drawn = np.array([key < {limit!r} for key in {keys}], dtype=bool)",
            "frame = frame[drawn].reset_index(drop=True)",
        )
    return Stage(table, sql, code, drops_rows=True, is_sorted=False)


def deduplicate(step: Deduplicate, table: Table, around: Surroundings) -> Stage:
    """Compile the leaving out of repeated rows."""
    columns = [column for column, _ in table.chosen(step.columns or tuple(table.columns))]
    sql = around.sql(
        "SELECT * FROM {relation} QUALIFY row_number() OVER (PARTITION BY {columns} ORDER BY {row} {turned}) = 1",
        columns=listed([name(column) for column in columns]),
        turned=Sql("ASC" if step.keep == "first" else "DESC"),
    )
    code = f"frame = frame.drop_duplicates({columns!r}, keep={step.keep!r}, ignore_index=True)"
    return Stage(table, sql, (code,), drops_rows=True, is_sorted=False)


def sort(step: Sort, table: Table, around: Surroundings) -> Stage:
    """Compile the sorting of rows."""
    columns = [column for column, _ in table.chosen(tuple(key.column for key in step.keys))]
    turned = [Sql("DESC" if key.descending else "ASC") for key in step.keys]
    keys = [
        filled("{column} {turned} NULLS LAST", column=name(column), turned=one)
        for column, one in zip(columns, turned, strict=True)
    ]
    sql = around.sql(
        "SELECT * REPLACE (row_number() OVER (ORDER BY {keys}, {row}) AS {row}) FROM {relation}", keys=listed(keys)
    )
    ascending = [not key.descending for key in step.keys]
    code = (
        f'frame = frame.sort_values({columns!r}, ascending={ascending!r}, kind="stable", na_position="last", '
        "ignore_index=True)"
    )
    return Stage(table, sql, (code,), is_sorted=False)
