"""Small datasets for tests, made without the reader."""

from pathlib import Path

import numpy as np
import pandas as pd

from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Proposal, Schema, Task, task_for


def made_table(rows: int = 200, seed: int = 0) -> pd.DataFrame:
    """Give a table of every kind of column, from which each of its last three can be learned."""
    rng = np.random.default_rng(seed)
    size = rng.normal(50, 10, rows)
    colour = rng.choice(["red", "green", "blue"], rows)
    return pd.DataFrame(
        {
            "size": np.where(rng.random(rows) < 0.05, np.nan, size),
            "count": rng.integers(0, 9, rows),
            "colour": np.where(rng.random(rows) < 0.05, None, colour),
            "fresh": rng.random(rows) < 0.5,
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 9000, rows), unit="h"),
            "remark": rng.choice(["good apple", "bad pear tree", "old plum", "no remark at all"], rows),
            "price": size * 2 + (colour == "red") * 15 + rng.normal(0, 1, rows),
            "sort": np.where(colour == "red", "a", np.where(size > 50, "b", "c")),
            "sold": np.where(size + rng.normal(0, 3, rows) > 50, "yes", "no"),
        }
    )


_TYPES: dict[str, ColumnType] = {
    "size": "number",
    "count": "integer",
    "colour": "category",
    "fresh": "boolean",
    "seen": "date",
    "remark": "text",
    "price": "number",
    "sort": "category",
    "sold": "category",
}
TARGETS: dict[Task, str] = {"regression": "price", "multiclass": "sort", "binary": "sold"}
FEATURES = ("size", "count", "colour", "fresh", "seen", "remark")


def made_dataset(
    folder: Path, table: pd.DataFrame | None = None, types: dict[str, ColumnType] | None = None, target: str = "sold"
) -> Dataset:
    """Write ``table`` as a dataset below ``folder``."""
    table = made_table() if table is None else table
    types = types or _TYPES
    columns = tuple(
        Column(str(name), types.get(str(name), "number"), int(table[name].isna().sum()), int(table[name].nunique()))
        for name in table.columns
    )
    schema = Schema(columns)
    others = tuple(name for name in schema.names if name != target)
    info = DatasetInfo(
        id="0123456789abcdef",
        name="made",
        source="made.csv",
        rows=len(table),
        quarantined=0,
        schema=schema,
        bytes=0,
        created=0.0,
        proposal=Proposal(target, task_for(schema.column(target)), "made so", others),
    )
    folder.mkdir(parents=True, exist_ok=True)
    table.to_parquet(folder / "data.parquet")
    return Dataset(info, folder)
