"""From steps to a new dataset: the rows stream through the query engine into a snapshot under its content's hash."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.datasets.dataset import DatasetInfo, Lineage
from aetheron_desktop.engine.datasets.expression_parts import HOLE
from aetheron_desktop.engine.datasets.preparing.chain import compiled
from aetheron_desktop.engine.datasets.preparing.sources import others, source_of
from aetheron_desktop.engine.datasets.propose import propose
from aetheron_desktop.engine.datasets.reading import snapshot
from aetheron_desktop.engine.datasets.reading.reader import in_words
from aetheron_desktop.engine.datasets.reading.types import Decision
from aetheron_desktop.engine.datasets.staging import Staging, Stopped, Written
from aetheron_desktop.engine.datasets.steps import sentence
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.preparing.sources import Library
    from aetheron_desktop.engine.datasets.preparing.table import Sql
    from aetheron_desktop.engine.datasets.staging import Progress
    from aetheron_desktop.engine.datasets.steps import Step


def prepare(
    dataset: Dataset,
    steps: tuple[Step, ...],
    library: Library,
    *,
    name: str | None = None,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> DatasetInfo | None:
    """Make a dataset of ``dataset`` by ``steps``; None when stopped. The folder appears whole or not at all.

    Content that is there already keeps its record, which is then given.

    Raises:
        StepRefused: a step does not fit the table that it meets.
        UsageError: there are no steps, or they change nothing.
        DatasetError: the steps cannot be done, or a snapshot cannot be read.
        StorageError: the disk refuses.
    """
    if not steps:
        raise UsageError("There are no steps.", hint="Add at least one.")
    folder = library.root / "datasets"
    with Staging(folder, Path(dataset.info.name), progress, should_stop) as staging, in_words(staging):
        try:
            whole, info = _stage(staging, dataset, steps, library, name)
        except Stopped:
            return None
        if info.id == dataset.info.id:
            raise UsageError("The steps change nothing of the table.", hint="Look at what each step changes.")
        kept = _keep(whole, folder / info.id, info)
        progress("Done", 1, 1, "")
        return kept


def _stage(
    staging: Staging, dataset: Dataset, steps: tuple[Step, ...], library: Library, name: str | None
) -> tuple[Path, DatasetInfo]:
    used: dict[str, str] = {}
    find = others(library, dataset)

    def found(other: str) -> Any:
        used[other] = library.dataset(other).info.id
        return find(other)

    def look(sql: Sql) -> list[Any]:
        return [row[0] for row in staging.query(_marked(sql), values=sql.values)]

    chain = compiled(steps, source_of(dataset), found, look)
    whole = staging.path / "whole"
    whole.mkdir()
    sql, columns = chain.query(), chain.table.columns
    out = whole / "data.parquet"
    rows = snapshot.copy(
        staging,
        _marked(sql),
        out,
        len(columns),
        stage="Do the steps",
        size=dataset.info.rows,
        unit="rows",
        values=sql.values,
    )
    decisions = [
        Decision(
            cell="", name=column, source=column, kind="words" if kind == "text" else kind, sql="",
            role=chain.table.roles.get(column),
        )
        for column, kind in columns.items()
    ]  # fmt: skip
    written = Written(out, rows, tuple(columns), tuple(kind == "text" for kind in columns.values()))
    kept = snapshot.describe(staging, written, decisions)
    info = DatasetInfo(
        id=kept.id,
        name=name or f"{dataset.info.name} prepared",
        source=dataset.info.source,
        rows=kept.rows,
        quarantined=0,
        schema=kept.schema,
        bytes=out.stat().st_size,
        created=time.time(),
        notes=tuple(f"{place + 1}. {sentence(step)}." for place, step in enumerate(steps)),
        proposal=propose(kept.schema, kept.rows),
        lineage=Lineage(dataset.info.id, dataset.info.name, steps, tuple(used.values())),
    )
    (whole / "dataset.json").write_bytes(msgspec.json.encode(info))
    staging.ask()
    return whole, info


def _marked(sql: Sql) -> str:
    return sql.text.replace(HOLE, "?")


def _keep(whole: Path, kept: Path, info: DatasetInfo) -> DatasetInfo:
    try:
        return msgspec.json.decode((kept / "dataset.json").read_bytes(), type=DatasetInfo)
    except (FileNotFoundError, NotADirectoryError):
        os.replace(whole, kept)
        return info
