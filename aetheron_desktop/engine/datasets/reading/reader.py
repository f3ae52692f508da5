"""From any file with a table to a frozen snapshot under its content's hash, or to a table in memory."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
import msgspec

from aetheron_desktop.engine.datasets.dataset import DatasetInfo, Origin
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.propose import propose
from aetheron_desktop.engine.datasets.reading import formats, snapshot, types
from aetheron_desktop.engine.datasets.reading.forms import REFUSED
from aetheron_desktop.engine.datasets.reading.quarantine import Quarantine
from aetheron_desktop.engine.datasets.reading.sources import matching
from aetheron_desktop.engine.datasets.recipe import ColumnRecipe, Recipe, dumps
from aetheron_desktop.engine.datasets.staging import BLOCK, Staging, Stopped, literal
from aetheron_desktop.engine.errors import DatasetError, storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from aetheron_desktop.engine.datasets.reading.types import Decision
    from aetheron_desktop.engine.datasets.schema import Schema
    from aetheron_desktop.engine.datasets.staging import Progress, Raw, Written


def import_file(
    source: Path,
    folder: Path,
    *,
    name: str | None = None,
    recipe: Recipe | None = None,
    previous: str | None = None,
    amend: Callable[[DatasetInfo, Path], DatasetInfo] | None = None,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> DatasetInfo | None:
    """Import the table of ``source`` into ``folder/<hash of its content>``; None when stopped.

    The folder appears whole or not at all. Content that is there already keeps its rows, and
    gets the record of this import. ``previous`` is the dataset of which it is a new version. ``amend`` may change the
    record and the files of the folder that it is given before they are kept.

    Raises:
        DatasetError: there is no table in the file; detail and hint say what to do.
        UsageError: the recipe asks for what is not possible.
        StorageError: the disk refuses.
    """
    source = source.absolute()
    with Staging(folder, source, progress, should_stop) as staging, in_words(staging):
        try:
            info = _stage(staging, source, name, recipe or Recipe())
        except Stopped:
            return None
        kept = folder / info.id
        if amend is not None:
            info = amend(info, staging.path / "whole")
        info = msgspec.structs.replace(info, previous=_previous(previous, info.id, kept))
        (staging.path / "whole" / "dataset.json").write_bytes(msgspec.json.encode(info))
        _keep(staging.path / "whole", kept)
        progress("Done", 1, 1, "")
        return info


def _previous(previous: str | None, id: str, kept: Path) -> str | None:
    """Give the version before: of content that is there already, the one that it had."""
    if previous is not None and previous != id:
        return previous
    try:
        return msgspec.json.decode((kept / "dataset.json").read_bytes(), type=DatasetInfo).previous
    except (OSError, msgspec.MsgspecError):
        return None


def _keep(whole: Path, kept: Path) -> None:
    """Put the folder in its place; of content that is there already, what is known of it is brought up to date."""
    if not (kept / "dataset.json").exists():
        shutil.rmtree(kept, ignore_errors=True)
        os.replace(whole, kept)
        return
    for name in ("quarantine.parquet", "recipe.json", "dataset.json"):
        if (whole / name).exists():
            os.replace(whole / name, kept / name)
        else:
            (kept / name).unlink(missing_ok=True)


def _stage(staging: Staging, source: Path, name: str | None, recipe: Recipe) -> DatasetInfo:
    quarantine = Quarantine()
    before = _stamp(source)
    whole = staging.path / "whole"
    whole.mkdir()
    raw = formats.read(staging, source, recipe, quarantine, quick=True)
    raw, decisions, written = _write(staging, raw, recipe, quarantine, whole / "data.parquet", before[0])
    if not written.rows and quarantine.bad:
        raise DatasetError(
            f"{source.name} has no row that can be read: {quarantine.words()}.",
            hint="Look at these lines, or choose other types for the columns.",
        )
    kept = snapshot.describe(staging, written, decisions)
    if _stamp(source) != before:
        raise DatasetError(
            f"{source.name} was changed while it was read.", hint="Wait until it is written, then import it again."
        )
    quarantine.write(whole / "quarantine.parquet")
    used = _used(staging, raw, recipe, decisions, kept.schema, written)
    (whole / "recipe.json").write_bytes(dumps(used))
    notes = list(raw.notes)
    ignored = [column.name for column in recipe.columns if column.type == "ignore" and column.name in raw.names]
    if ignored:
        notes.append(f"Left out by choice: {', '.join(ignored)}.")
    notes += [f"{one.name}: {one.told}." for one in decisions if one.told]
    notes += quarantine.notes()
    if not written.rows:
        notes.append("The file names its columns and has no rows.")
    info = DatasetInfo(
        id=kept.id,
        name=name or plain_name(source),
        source=source.name,
        origin=Origin(str(source), *before),
        rows=kept.rows,
        quarantined=len(quarantine),
        schema=kept.schema,
        bytes=sum(file.stat().st_size for file in whole.iterdir()),
        created=time.time(),
        notes=tuple(notes),
        proposal=propose(kept.schema, kept.rows),
    )
    staging.ask()
    return info


def _stamp(source: Path) -> tuple[int, int]:
    """Give the size of the source in bytes and when it was changed, of a folder those of its files together."""
    files = [source] if source.is_file() else sorted(path for path in matching(source) if path.is_file())
    stats = [path.stat() for path in files]
    return sum(stat.st_size for stat in stats), max((stat.st_mtime_ns for stat in stats), default=0)


def _write(
    staging: Staging, raw: Raw, recipe: Recipe, quarantine: Quarantine, out: Path, size: int
) -> tuple[Raw, list[Decision], Written]:
    """Write the typed rows: at once as the first rows suggest, and with a second look where these mislead."""
    if raw.check is None or raw.whole is None:
        return raw, *_typed(staging, raw, recipe, quarantine, out, size)
    try:
        decisions, written = _typed(staging, raw, recipe, quarantine, out, size)
        if raw.check(written):
            return raw, decisions, written
    except (duckdb.InvalidInputException, duckdb.ConversionException):  # a row is not in order
        pass
    quarantine.forget()
    raw = raw.whole()
    return raw, *_typed(staging, raw, recipe, quarantine, out, size)


def _typed(
    staging: Staging, raw: Raw, recipe: Recipe, quarantine: Quarantine, out: Path, size: int
) -> tuple[list[Decision], Written]:
    decisions = types.decide(staging, raw, recipe, quick=True)
    read = len(quarantine)
    try:
        return decisions, snapshot.write(staging, raw, decisions, out, quarantine, size)
    except duckdb.InvalidInputException as error:
        if REFUSED not in str(error):
            raise
    quarantine.forget(read)  # but for these, the rows are looked at once more, by other types
    decisions = types.settle(staging, raw, recipe, decisions)
    return decisions, snapshot.write(staging, raw, decisions, out, quarantine, size)


_MANY_CATEGORIES: Final = 1_000


def _used(
    staging: Staging, raw: Raw, recipe: Recipe, decisions: Sequence[Decision], schema: Schema, written: Written
) -> Recipe:
    """Give the recipe with every choice as it was made, so that the next file of this kind is read in the same way."""
    columns = []
    kept = {decision.source: (decision, column) for decision, column in zip(decisions, schema.columns, strict=True)}
    table = f"read_parquet({literal(written.path)}, hive_partitioning=false)"
    for source in raw.names:
        if source not in kept:
            columns.append(recipe.column(source))
            continue
        decision, column = kept[source]
        categories = None
        if column.type == "category" and 0 < column.distinct <= _MANY_CATEGORIES and len(schema.columns) <= BLOCK:
            name = quoted(column.name)
            asked = f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL ORDER BY 1"  # noqa: S608 - quoted
            categories = tuple(str(row[0]) for row in staging.query(asked))
        columns.append(
            ColumnRecipe(
                name=source,
                rename=decision.name if decision.name != source else None,
                type=column.type,
                missing=decision.missing,
                form=decision.form if decision.kind != "words" else None,
                categories=categories,
            )
        )
    return msgspec.structs.replace(raw.found, columns=tuple(columns))


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
    with Staging(folder, source, lambda *_: None, lambda: False) as staging, in_words(staging):
        quarantine = Quarantine()
        raw = formats.read(staging, source, Recipe(), quarantine)
        if quarantine.bad:
            raise DatasetError(
                f"{source.name} has rows that cannot be read, so its rows cannot be told apart: {quarantine.words()}.",
                hint="Mend these lines and try again.",
            )
        decisions = types.decide(staging, raw, Recipe(), schema)
        notes = [*raw.notes, *types.lost(staging, raw, decisions)]
        return snapshot.frame(staging, raw, decisions), tuple(notes)


def plain_name(source: Path) -> str:
    """Give the file's name without its endings."""
    name = source.name
    for _ in range(2):
        stem, dot, ending = name.rpartition(".")
        if dot and stem and 0 < len(ending) <= 7:
            name = stem
    return name


@contextmanager
def in_words(staging: Staging) -> Iterator[None]:
    """Let what the engine and the disk refuse leave in words for people."""
    try:
        yield
    except duckdb.Error as error:
        raise staging.refusal(error) from error
    except OSError as error:
        raise storage_error(error, staging.source) from error
    except RecursionError as error:
        raise DatasetError(f"{staging.source.name} is nested too deeply.", hint="Save it as a flat table.") from error
