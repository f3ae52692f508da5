"""From any file with a table to a frozen snapshot under its content's hash, or to a table in memory."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import msgspec

from aetheron_desktop.engine.datasets import formats, snapshot, types
from aetheron_desktop.engine.datasets.dataset import DatasetInfo
from aetheron_desktop.engine.datasets.propose import propose
from aetheron_desktop.engine.datasets.quarantine import Quarantine
from aetheron_desktop.engine.datasets.staging import Staging, Stopped
from aetheron_desktop.engine.errors import DatasetError, storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from aetheron_desktop.engine.datasets.schema import Schema

    Progress = Callable[[str, float, float | None], None]


def import_file(
    source: Path,
    folder: Path,
    *,
    name: str | None = None,
    sheet: str | None = None,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> DatasetInfo | None:
    """Import the table of ``source`` into ``folder/<hash of its content>``; None when stopped.

    The folder appears whole or not at all. Content that is there already keeps its folder and its record.

    Raises:
        DatasetError: there is no table in the file; detail and hint say what to do.
        StorageError: the disk refuses.
    """
    source = source.absolute()
    with Staging(folder, source, progress, should_stop) as staging, _in_words(staging):
        try:
            info = _stage(staging, source, name, sheet)
        except Stopped:
            return None
        kept = folder / info.id
        if not (kept / "dataset.json").exists():
            shutil.rmtree(kept, ignore_errors=True)
            os.replace(staging.path / "whole", kept)
        progress("Done", 1, 1)
        return info


def _stage(staging: Staging, source: Path, name: str | None, sheet: str | None) -> DatasetInfo:
    quarantine = Quarantine()
    raw = formats.read(staging, source, sheet, quarantine)
    decisions = types.decide(staging, raw)
    whole = staging.path / "whole"
    whole.mkdir()
    written = snapshot.write(staging, raw, decisions, whole / "data.parquet")
    if not written.rows:
        raise DatasetError(f"{source.name} has no rows.", hint="Choose a file that has rows.")
    quarantine.write(whole / "quarantine.parquet")
    notes = list(raw.notes)
    notes += [f"{column}: {made.told}." for column, made in zip(raw.names, decisions, strict=True) if made.told]
    if quarantine:
        notes.append(f"{len(quarantine)} rows were put aside: {quarantine.words()}.")
    info = DatasetInfo(
        id=written.id,
        name=name or _plain_name(source),
        source=source.name,
        rows=written.rows,
        quarantined=len(quarantine),
        schema=written.schema,
        bytes=sum(file.stat().st_size for file in whole.iterdir()),
        created=time.time(),
        notes=tuple(notes),
        proposal=propose(written.schema, written.rows),
    )
    (whole / "dataset.json").write_bytes(msgspec.json.encode(info))
    staging.ask()
    return info


def read_frame(source: Path, schema: Schema | None = None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read the whole table of ``source`` into memory, all rows in the file's order, and the remarks on it.

    With ``schema`` the columns of the same name get its types; a cell that cannot have its type is missing, and a
    remark counts such cells.

    Raises:
        DatasetError: there is no table in the file, or a row cannot be read; the words name its line.
        StorageError: the disk refuses.
    """
    source = source.absolute()
    folder = Path(tempfile.gettempdir())
    with Staging(folder, source, lambda *_: None, lambda: False) as staging, _in_words(staging):
        quarantine = Quarantine()
        raw = formats.read(staging, source, None, quarantine)
        if quarantine:
            raise DatasetError(
                f"{source.name} has rows that cannot be read, so its rows cannot be told apart: {quarantine.words()}.",
                hint="Mend these lines and try again.",
            )
        decisions = types.decide(staging, raw, schema)
        notes = [*raw.notes, *types.lost(staging, raw, decisions)]
        return snapshot.frame(staging, raw, decisions), tuple(notes)


def _plain_name(source: Path) -> str:
    """Give the file's name without its endings."""
    name = source.name
    for _ in range(2):
        stem, dot, ending = name.rpartition(".")
        if dot and stem and 0 < len(ending) <= 7:
            name = stem
    return name


@contextmanager
def _in_words(staging: Staging) -> Iterator[None]:
    """Let what the engine and the disk refuse leave in words for people."""
    try:
        yield
    except duckdb.Error as error:
        raise staging.refusal(error) from error
    except OSError as error:
        raise storage_error(error, staging.source) from error
    except RecursionError as error:
        raise DatasetError(f"{staging.source.name} is nested too deeply.", hint="Save it as a flat table.") from error
