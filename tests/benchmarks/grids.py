"""Pages of a long snapshot and of sorted and filtered views of it, beside the query engine alone and pandas in memory.

``AETHERON_GRID_ROWS`` gives the rows; 100,000,000 take 3 GB of disk, and as much again for the sorted view.
"""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING, Any, Final

import duckdb
import msgspec
import pandas as pd

from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Proposal, Schema
from aetheron_desktop.engine.datasets.viewing.pages import Pages, spare_memory
from aetheron_desktop.engine.datasets.viewing.view_making import make_view
from aetheron_desktop.engine.datasets.viewing.views import SortKey, ViewMade, ViewQuestion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS: Final = int(os.environ.get("AETHERON_GRID_ROWS", "10000000"))
PAGE: Final = 100
LOOKS: Final = 300
FEW_LOOKS: Final = 40
IN_MEMORY: Final = 20_000_000
"""A longer table does not fit in the memory of pandas here."""
TYPES: Final[dict[str, ColumnType]] = {
    "id": "identifier", "key": "integer", "share": "number", "size": "number", "count": "integer", "city": "category",
    "flag": "boolean", "at": "date", "name": "text", "group": "integer",
}  # fmt: skip
_MADE: Final = """
COPY (SELECT i AS id, (hash(i) % 1000000007)::BIGINT AS key, (hash(i + 1) % 100000) / 1000.0 AS share,
  ln(1 + hash(i + 2) % 1000000) AS size, CASE WHEN hash(i + 3) % 20 <> 0 THEN (hash(i + 3) % 500)::BIGINT END AS count,
  ['Ulm', 'Bonn', 'Köln', 'Aachen', 'Berlin', 'Hamburg'][1 + (hash(i + 4) % 6)::INT] AS city,
  hash(i + 5) % 2 = 0 AS flag, TIMESTAMP '2020-01-01' + INTERVAL 1 SECOND * (i // 2) AS at,
  'name ' || (hash(i + 6) % 3000000) AS name, (i // 1000)::BIGINT AS "group" FROM range($rows) t(i))
TO '{out}' (FORMAT parquet, ROW_GROUP_SIZE 65536, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL 1,
  DICTIONARY_SIZE_LIMIT 1000)
"""
"""Row groups and coding are those of a snapshot."""


def made(folder: Path) -> Dataset:
    """Write a snapshot of :data:`ROWS` rows of ten columns as a dataset below ``folder``."""
    schema = Schema(tuple(Column(name, type_, 0, ROWS) for name, type_ in TYPES.items()))
    info = DatasetInfo(
        id="0123456789abcdef", name="long", source="long.parquet", rows=ROWS, quarantined=0, schema=schema, bytes=1,
        created=0.0, proposal=Proposal(None, None, "", ()),
    )  # fmt: skip
    dataset = Dataset(info, folder / info.id)
    dataset.folder.mkdir(parents=True)
    with duckdb.connect(config={"memory_limit": "2GB"}) as connection:
        connection.execute(_MADE.format(out=dataset.parquet), {"rows": ROWS})
    (dataset.folder / "dataset.json").write_bytes(msgspec.json.encode(info))
    return dataset


def looked(read: Callable[[int], Any], rows: int, looks: int = LOOKS) -> list[float]:
    """Give the milliseconds that ``read`` takes for pages at random places."""
    places = random.Random(0)
    took = []
    for _ in range(looks):
        start = places.randrange(max(1, rows - PAGE))
        began = time.perf_counter()
        read(start)
        took.append((time.perf_counter() - began) * 1000)
    return took


def of_snapshot(dataset: Dataset) -> list[float]:
    """Pages of the snapshot, as the window reads them."""
    spare_memory()
    pages = Pages(dataset.parquet)
    took = looked(lambda start: pages.rows(start, PAGE), ROWS)
    pages.close()
    return took


def of_duckdb(dataset: Dataset) -> list[float]:
    """The same pages by the query engine's own LIMIT and OFFSET, the foot of the file kept in memory."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET parquet_metadata_cache=true")
        query = "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(?) LIMIT ? OFFSET ?"
        path = str(dataset.parquet)
        return looked(lambda start: connection.execute(query, [path, PAGE, start]).fetchall(), ROWS, FEW_LOOKS)


def of_pandas(dataset: Dataset) -> list[float]:
    """The same pages of a table in memory; none when it would not fit."""
    if ROWS > IN_MEMORY:
        return []
    table = pd.read_parquet(dataset.parquet)
    return looked(lambda start: table.iloc[start : start + PAGE].astype(str).to_numpy().tolist(), ROWS)


def of_view(dataset: Dataset, root: Path, question: ViewQuestion) -> tuple[list[float], list[float]]:
    """Give the seconds until the view can be looked at and until it is laid out, and the times of its last pages."""
    began = time.perf_counter()
    told: list[tuple[float, ViewMade]] = []
    make_view(
        dataset,
        question,
        lambda view: told.append((time.perf_counter() - began, view)),
        lambda *_: None,
        lambda: False,
        root,
    )
    view = told[-1][1]
    pages = Pages(view.parquet_in(root, dataset.parquet), None, view.order_in(root), laid_out=view.is_laid_out)
    took = looked(lambda start: pages.rows(start, PAGE), view.count)
    pages.close()
    return [seconds for seconds, _ in told], took


def sorted_by_number(dataset: Dataset) -> ViewQuestion:
    """All rows, by a number without an order of its own."""
    return ViewQuestion(dataset=dataset.info.id, sort=(SortKey("share", descending=True),))


def filtered(dataset: Dataset) -> ViewQuestion:
    """A sixth of the rows, from everywhere."""
    return ViewQuestion(dataset=dataset.info.id, condition="city = 'Ulm' and share > 5")
