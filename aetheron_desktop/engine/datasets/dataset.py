"""A dataset: an imported, typed, frozen table under its content hash."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.schema import Column, Proposal, Schema
from aetheron_desktop.engine.datasets.steps import Step
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd


SourceState: TypeAlias = Literal["same", "changed", "gone", "unknown"]


class Origin(msgspec.Struct, frozen=True):
    """The file that was read, to tell whether it has changed since: its size in bytes, its time in nanoseconds."""

    path: str
    bytes: int
    changed: int


class Lineage(msgspec.Struct, frozen=True):
    """Of which dataset, by its id and name, another was made by ``steps``; ``others`` are those that these joined."""

    dataset: str
    name: str
    steps: tuple[Step, ...]
    others: tuple[str, ...] = ()


class DatasetInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a dataset without reading its rows.

    ``id`` is the hash of its content; ``source`` the name of the file it came from; ``notes`` every decision that the
    import made by itself; ``created`` in seconds since the epoch; ``bytes`` the size of the snapshot. ``previous`` is
    the dataset of which this is a new version; ``lineage`` says how it was made, when it was by steps.
    """

    id: str
    name: str
    source: str
    rows: int
    quarantined: int
    schema: Schema
    bytes: int
    created: float
    notes: tuple[str, ...] = ()
    proposal: Proposal
    origin: Origin | None = None
    previous: str | None = None
    lineage: Lineage | None = None


def source_state(info: DatasetInfo) -> SourceState:
    """Say whether the file of a dataset is as it was when it was imported, by its size and its time.

    Of a folder of files, and of a dataset that was not read from a file, that is not known.
    """
    if info.origin is None:
        return "unknown"
    try:
        found = os.stat(info.origin.path)
    except OSError:
        return "gone"
    if not stat.S_ISREG(found.st_mode):
        return "unknown"
    return "same" if (found.st_size, found.st_mtime_ns) == (info.origin.bytes, info.origin.changed) else "changed"


def next_name(name: str) -> str:
    """Give the name of a new version of the dataset of this name: people, people v2, people v3."""
    found = re.fullmatch(r"(.*) v(\d{1,6})", name)
    return f"{found[1]} v{int(found[2]) + 1}" if found is not None else f"{name} v2"


class Dataset:
    """A dataset's files.

    ``data.parquet``, ``dataset.json``, ``recipe.json``, and ``quarantine.parquet`` when rows were put aside.
    """

    def __init__(self, info: DatasetInfo, folder: Path) -> None:
        self.info = info
        self.folder = folder

    @property
    def parquet(self) -> Path:
        """The snapshot's rows."""
        return self.folder / "data.parquet"

    @property
    def recipe(self) -> Path:
        """How its file was read, with every choice; not there for a dataset that was made by steps."""
        return self.folder / "recipe.json"

    @property
    def quarantine(self) -> Path:
        """The rows that could not be read, with ``line``, ``text`` and ``reason``; there only when there are any."""
        return self.folder / "quarantine.parquet"

    def table(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read the rows of ``columns`` (all by default) into memory, shape (rows, len(columns)).

        Raises:
            DatasetError: the snapshot is gone or damaged.
        """
        import pyarrow as pa  # with pandas, below, 0.4 s and 90 MB; workers alone read whole tables
        import pyarrow.parquet as pq

        try:
            # As pandas itself reads it, the memory grows with the square of the columns.
            with pq.ParquetFile(self.parquet) as file:
                read = file.read(list(columns) if columns is not None else None)
            made: pd.DataFrame = (read if columns is None else read.select(list(columns))).to_pandas()
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            raise DatasetError(
                f"The snapshot of {self.info.name} cannot be read: {error}", hint="Import the file again."
            ) from error
        return made


class Aside(Dataset):
    """The lines that were put aside when a dataset was imported, as a table of their own."""

    def __init__(self, dataset: Dataset) -> None:
        info = dataset.info
        columns = (Column("line", "integer", 0, 0), Column("text", "text", 0, 0), Column("reason", "text", 0, 0))
        super().__init__(
            msgspec.structs.replace(
                info, name=f"{info.name} quarantine", rows=info.quarantined, quarantined=0, schema=Schema(columns)
            ),
            dataset.folder,
        )

    @property
    def parquet(self) -> Path:
        """The lines, with the columns line, text and reason."""
        return self.folder / "quarantine.parquet"
