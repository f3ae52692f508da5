"""Runs steps in three ways: as the engine does, by the script of SQL, and by the script of Python."""

import datetime
import math
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from aetheron_desktop.engine.datasets.expression import kinds
from aetheron_desktop.engine.datasets.preparing.chain import Chain, compiled
from aetheron_desktop.engine.datasets.preparing.table import Source, Sql, Table
from aetheron_desktop.engine.datasets.steps import Step
from aetheron_desktop.engine.errors import UsageError

Cells = dict[str, list[Any]]
NOON, OLD = datetime.datetime(2026, 1, 31, 13, 5), datetime.datetime(1999, 5, 7)
TABLE = pa.table(
    {
        "age": pa.array([30, None, 4, 30, 51, -2], pa.int64()),
        "price": pa.array([0.5, 2.25, None, -3.0, 1e6, 0.5], pa.float64()),
        "city": pa.array(["Ulm", "Bonn", None, "Ulm", "a,b;c", " ulm"], pa.string()),
        "sold": pa.array([True, False, None, True, False, True], pa.bool_()),
        "day": pa.array([NOON, None, OLD, NOON, OLD, OLD], pa.timestamp("us")),
        "code": pa.array(["1", "2.5", "x", "31.01.2026", "2026-01-31 04:05", None], pa.string()),
    }
)
OTHER = pa.table(
    {
        "city": pa.array(["Bonn", "Ulm", "Ulm", None, "Rom"], pa.string()),
        "age": pa.array([1, 2, 3, 4, 5], pa.int64()),
        "size": pa.array([1.5, None, 3.5, 4.5, 5.5], pa.float64()),
    }
)


def source(table: pa.Table, path: Path) -> Source:
    pq.write_table(table, path)
    return Source(path.stem, path, Table(kinds(path)))


def sql_rows(sql: Sql | str) -> tuple[Cells, list[tuple[Any, ...]]]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        if isinstance(sql, str):
            done = connection.execute(sql)
        else:
            done = connection.execute(sql.text.replace("\0", "?"), list(sql.values))
        names = [column[0] for column in done.description or ()]
        rows = done.fetchall()
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}, rows


def chain(steps: list[Step], folder: Path, table: pa.Table = TABLE, other: pa.Table = OTHER) -> Chain:
    """Compile ``steps`` over ``table``; the dataset named "other" is ``other``."""
    beside = source(other, folder / "other.parquet")

    def find(dataset: str) -> Source:
        if dataset != "other":
            raise UsageError(f"There is no dataset named {dataset!r}.")
        return beside

    return compiled(steps, source(table, folder / "table.parquet"), find, lambda sql: [r[0] for r in sql_rows(sql)[1]])


def pandas_frame(script: str) -> pd.DataFrame:
    names: dict[str, Any] = {}
    exec(compile(script, "script.py", "exec"), names)  # noqa: S102 - the script is what is tested
    frame: pd.DataFrame = names["frame"]
    return frame


def three_ways(made: Chain) -> Cells:
    """Give the table that the engine makes, when both scripts make the same."""
    by_engine = sql_rows(made.query())[0]
    assert list(by_engine) == list(made.table.columns)
    differs(by_engine, sql_rows(made.sql_script())[0])
    frame = pandas_frame(made.python_script())
    dtypes = {"integer": "int64", "number": "double", "text": "string", "boolean": "bool", "date": "timestamp[us]"}
    assert [str(dtype.pyarrow_dtype) for dtype in frame.dtypes] == [
        dtypes[kind] for kind in made.table.columns.values()
    ]
    by_pandas = {
        str(name): [None if cell is pd.NA or cell is pd.NaT else cell for cell in frame[name]] for name in frame.columns
    }
    differs(by_engine, by_pandas)
    return by_engine


def differs(one: Cells, other: Cells) -> None:
    assert list(one) == list(other)
    for name, cells in one.items():
        assert len(cells) == len(other[name]), name
        for place, (left, right) in enumerate(zip(cells, other[name], strict=True)):
            assert same(left, right), (name, place, left, right)


def same(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return left is right
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)
