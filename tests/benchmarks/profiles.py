"""The profile of every column of a long table, beside what pandas and polars take for their own short account."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import venv
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile, ProfileQuestion, TargetProfile
from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Proposal, Schema

if TYPE_CHECKING:
    from pathlib import Path

ROWS: Final = 1_000_000
COLUMNS: Final = 50
_PANDAS: Final = """
import json, sys, time
began = time.perf_counter()
import pandas as pd
table = pd.read_parquet(sys.argv[1])
table.describe(include="all")
for name in table:
    table[name].value_counts().head(20)
print(json.dumps(time.perf_counter() - began))
"""
_POLARS: Final = """
import json, sys, time
began = time.perf_counter()
import polars as pl
table = pl.read_parquet(sys.argv[1])
table.describe()
for name in table.columns:
    table[name].value_counts(sort=True).head(20)
print(json.dumps(time.perf_counter() - began))
"""
_OURS: Final = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
from tests.benchmarks.profiles import dataset, told
print(json.dumps(told(dataset(Path(sys.argv[1]).parent), began, with_target=sys.argv[2] == "target")))
"""


def made(folder: Path, *, with_faults: bool = False) -> Path:
    """Write a table of numbers, whole numbers, categories, texts and dates, and a target that depends on the first.

    With ``with_faults`` a column gives the target away, another has 999 for what is missing, and rows come twice.
    """
    rng = np.random.default_rng(0)
    cells: dict[str, pa.Array] = {}
    for place in range(COLUMNS - 1):
        match place % 10:
            case 0 | 1:
                made_ = pa.array(rng.lognormal(size=ROWS), mask=rng.random(ROWS) < 0.02)
            case 2 | 3 | 4:
                made_ = pa.array(rng.normal(size=ROWS).round(3))
            case 5:
                made_ = pa.array(rng.integers(0, 1000, ROWS))
            case 6:
                made_ = pa.array(rng.integers(0, 10**9, ROWS))
            case 7:
                made_ = pa.array(rng.choice(["red", "green", "blue", "black"], ROWS))
            case 8:
                made_ = pa.array([f"user {number}" for number in rng.integers(0, ROWS // 4, ROWS)])
            case _:
                seconds = rng.integers(0, 86_400 * 1460, ROWS).astype("timedelta64[s]")
                made_ = pa.array(np.datetime64("2020-01-01") + seconds).cast(pa.timestamp("us"))
        cells[f"column {place}"] = made_
    target = cells["column 2"].to_numpy() + rng.normal(size=ROWS) > 0
    cells["target"] = pa.array(np.where(target, "yes", "no"))
    if with_faults:
        cells["column 12"] = pa.array(target + rng.normal(0, 0.1, ROWS).round(3))
        cells["column 5"] = pa.array(np.where(rng.random(ROWS) < 0.03, 99_999, cells["column 5"].to_numpy()))
        again = np.where(np.arange(ROWS) < ROWS // 50, np.arange(ROWS) + ROWS // 2, np.arange(ROWS))
        cells = {name: column.take(pa.array(again)) for name, column in cells.items()}
    path = folder / "data.parquet"
    pq.write_table(pa.table(cells), path, row_group_size=65_536, compression="zstd", compression_level=1)
    return path


def dataset(folder: Path) -> Dataset:
    """Give the table as a dataset; nothing is kept of its profile yet."""
    schema = pq.read_schema(folder / "data.parquet")
    kinds: dict[str, ColumnType] = {"double": "number", "int64": "integer", "timestamp[us]": "date"}
    columns = tuple(Column(field.name, kinds.get(str(field.type), "category"), 0, 1_000) for field in schema)
    info = DatasetInfo(
        id="0" * 16,
        name="bench",
        source="bench.parquet",
        rows=ROWS,
        quarantined=0,
        schema=Schema(columns),
        bytes=0,
        created=time.time(),
        proposal=Proposal("target", "binary", "", ()),
    )
    (folder / "profile.jsonl").unlink(missing_ok=True)
    return Dataset(info, folder)


def told(table: Dataset, began: float, *, with_target: bool) -> dict[str, float]:
    """Give the seconds from ``began`` to the first profile, to the last sampled and the last exact one, and again."""
    from aetheron_desktop.engine.datasets.profiles.profiling import profile

    question = ProfileQuestion(dataset=table.info.id, target="target" if with_target else None)
    at: dict[str, float] = {}

    def hear(found: ColumnProfile | TargetProfile) -> None:
        at.setdefault("first", time.perf_counter() - began)
        at["exact" if found.is_exact else "sampled"] = time.perf_counter() - began

    profile(table, question, hear, lambda *_: None, lambda: False, table.folder / "tmp")
    again = time.perf_counter()
    profile(table, question, lambda _: None, lambda *_: None, lambda: False, table.folder / "tmp")
    return at | {"again": time.perf_counter() - again}


def peer(folder: Path, package: str) -> str | None:
    """Make an environment with a peer that is nobody's dependency, and give its Python; None where it cannot be had."""
    venv.create(folder / package, with_pip=True)
    python = folder / package / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
    done = subprocess.run(command, check=False, capture_output=True)
    return str(python) if done.returncode == 0 else None


def seconds(python: str, code: str, *arguments: str) -> dict[str, float] | float:
    """Run ``code`` in a fresh process, and give what it prints as JSON."""
    done = subprocess.run([python, "-c", code, *arguments], check=True, capture_output=True, text=True)
    found: dict[str, float] | float = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(folder: Path) -> tuple[dict[str, float], dict[str, float], float, float | None]:
    """Give our seconds without and with the target, those of pandas, and those of polars where it can be had."""
    path = made(folder)
    plain, against = (seconds(sys.executable, _OURS, str(path), kind) for kind in ("plain", "target"))
    assert isinstance(plain, dict)
    assert isinstance(against, dict)
    pandas = seconds(sys.executable, _PANDAS, str(path))
    python = peer(folder, "polars")
    theirs = seconds(python, _POLARS, str(path)) if python is not None else None
    assert isinstance(pandas, float)
    assert theirs is None or isinstance(theirs, float)
    return plain, against, pandas, theirs
