"""Tables as datasets for the tests of profiles, and the profiles that are told of them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile, ProfileQuestion, TargetProfile
from aetheron_desktop.engine.datasets.profiles.profiling import profile
from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Proposal, Schema, Task


def made(folder: Path, table: pa.Table, *, group: int = 65_536) -> Dataset:
    """Write ``table`` as the snapshot of a dataset."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / "data.parquet", row_group_size=group)
    columns = tuple(_column(name, cells) for name, cells in zip(table.column_names, table.columns, strict=True))
    info = DatasetInfo(
        id="0123456789abcdef",
        name="table",
        source="table.csv",
        rows=len(table),
        quarantined=0,
        schema=Schema(columns),
        bytes=1,
        created=0.0,
        proposal=Proposal(None, None, "", ()),
    )
    return Dataset(info, folder)


def _column(name: str, cells: pa.ChunkedArray) -> Column:
    kinds: tuple[tuple[ColumnType, bool], ...] = (
        ("boolean", pa.types.is_boolean(cells.type)),
        ("integer", pa.types.is_integer(cells.type)),
        ("number", pa.types.is_floating(cells.type)),
        ("date", pa.types.is_temporal(cells.type)),
    )
    type_ = next((kind for kind, fits in kinds if fits), "category")
    distinct = 0 if pa.types.is_nested(cells.type) else len(cells.unique().drop_null())
    return Column(name, type_, cells.null_count, distinct)


def told(
    dataset: Dataset, *columns: str, target: str | None = None, task: Task | None = None
) -> list[ColumnProfile | TargetProfile]:
    """Give all that is told about these columns, in the order of telling."""
    heard: list[ColumnProfile | TargetProfile] = []
    question = ProfileQuestion(dataset=dataset.info.id, columns=columns, target=target, task=task)
    profile(dataset, question, heard.append, lambda *_: None, lambda: False, dataset.folder / "tmp")
    return heard


def column(dataset: Dataset, name: str) -> ColumnProfile:
    """Give the exact profile of a column."""
    found = [one for one in told(dataset, name) if isinstance(one, ColumnProfile) and one.is_exact]
    assert len(found) == 1
    return found[0]


def against(dataset: Dataset, name: str, target: str, task: Task | None = None) -> TargetProfile:
    """Give how a column goes with the target, as it was told last."""
    return [one for one in told(dataset, name, target=target, task=task) if isinstance(one, TargetProfile)][-1]
