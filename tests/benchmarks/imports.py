"""A CSV of a gigabyte to a snapshot, beside plain copies by DuckDB, pandas and polars, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import duckdb

from tests.benchmarks import profiles

if TYPE_CHECKING:
    from pathlib import Path

ROWS: Final = 6_000_000
_OURS: Final = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
from aetheron_desktop.engine.datasets.reading.reader import import_file
info = import_file(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda *_: None, should_stop=lambda: False)
assert info.rows == int(sys.argv[3]) and not info.quarantined
"""
_DUCKDB: Final = """
import json, sys, time
began = time.perf_counter()
import duckdb
duckdb.execute(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}/duckdb.parquet' (FORMAT parquet)")
"""
_PANDAS: Final = """
import json, sys, time
began = time.perf_counter()
import pandas as pd
pd.read_csv(sys.argv[1]).to_parquet(sys.argv[2] + "/pandas.parquet")
"""
_POLARS: Final = """
import json, sys, time
began = time.perf_counter()
import polars as pl
pl.scan_csv(sys.argv[1], try_parse_dates=True).sink_parquet(sys.argv[2] + "/polars.parquet")
"""
_ORANGE: Final = """
import json, sys, time
began = time.perf_counter()
from Orange.data import Table
Table.from_file(sys.argv[1])
"""
_END: Final = """
took = time.perf_counter() - began
status = {}
try:
    for line in open("/proc/self/status"):
        name, _, rest = line.partition(":")
        status[name] = rest
except OSError:
    pass
print(json.dumps([took, int(status.get("VmHWM", "0 kB").split()[0]) * 1024 / 1e9]))
"""


def made(folder: Path, rows: int = ROWS) -> Path:
    """Write orders: whole numbers, numbers, categories, truth values, days, times, texts and codes, 20 columns."""
    out = folder / "orders.csv"
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        asked = f"""
            COPY (SELECT i AS order_id, hash(i) % 90000 + 10000 AS customer, (random() * 80 + 18)::INT AS age,
                round(random() * 1000, 2) AS amount, round(random() * 10 - 5, 4) AS score,
                ['north', 'south', 'east', 'west'][(hash(i * 3) % 4)::INT + 1] AS region,
                ['A', 'B', 'C', 'D', 'E', 'F', 'G'][(hash(i * 5) % 7)::INT + 1] AS class,
                hash(i * 7) % 2 = 0 AS active, DATE '2015-01-01' + (hash(i * 11) % 3000)::INT AS day,
                TIMESTAMP '2020-01-01' + to_seconds((hash(i * 13) % 100000000)::BIGINT) AS at,
                round(random(), 6) AS p1, round(random(), 6) AS p2, round(random() * 1e6, 1) AS income,
                hash(i * 17) % 100 AS q1, hash(i * 19) % 1000 AS q2,
                CASE WHEN hash(i * 23) % 10 = 0 THEN NULL ELSE round(random() * 50, 1) END AS maybe,
                'item ' || (hash(i * 29) % 5000) AS item, 'note about thing ' || (hash(i * 31) % 100000) AS note,
                substr(md5(i::VARCHAR), 1, 12) AS code, hash(i * 37) % 3 AS target
            FROM range({rows}) AS t(i)) TO '{out}' (FORMAT csv, HEADER)
        """  # noqa: S608 - the number and the path are our own
        connection.execute(asked)
    return out


def measured(table: Path, folder: Path) -> dict[str, tuple[float, float]]:
    """Give seconds and peak memory in GB of each, by its name; polars only where it can be had."""
    found = {}
    for name, code in (("ours", _OURS), ("DuckDB", _DUCKDB), ("pandas", _PANDAS)):
        found[name] = _run(sys.executable, code, table, folder)
    if (python := profiles.peer(folder, "polars")) is not None:
        found["polars"] = _run(python, _POLARS, table, folder)
    return found


def orange(table: Path, folder: Path) -> float | None:
    """Give the seconds in which Orange reads a table; None where it cannot be had."""
    python = profiles.peer(folder, "Orange3")
    return None if python is None else _run(python, _ORANGE, table, folder)[0]


def _run(python: str, code: str, table: Path, folder: Path) -> tuple[float, float]:
    out = folder / "out"
    out.mkdir(exist_ok=True)
    done = subprocess.run(
        [python, "-c", code + _END, str(table), str(out), str(ROWS)], check=True, capture_output=True, text=True
    )
    took, peak = json.loads(done.stdout.splitlines()[-1])
    return took, peak
