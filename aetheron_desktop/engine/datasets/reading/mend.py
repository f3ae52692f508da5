"""Lines of the quarantine that were edited join the rows of their dataset: a new version of it."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo, next_name
from aetheron_desktop.engine.datasets.names import quoted
from aetheron_desktop.engine.datasets.reading.quarantine import Quarantine
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.recipe import ColumnRecipe, Recipe, load
from aetheron_desktop.engine.datasets.staging import MEMORY, literal, one_file
from aetheron_desktop.engine.errors import DatasetError, UsageError, storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aetheron_desktop.engine.datasets.staging import Progress

_PLACE: Final = quoted("place \1")
"""A column for the order; no table has one of this name."""


def aside(dataset: Dataset) -> list[tuple[int, str, str]]:
    """Give line, text and reason of each row in quarantine, by line.

    Raises:
        DatasetError: they cannot be read.
    """
    if not dataset.info.quarantined:
        return []
    try:
        table = pq.read_table(dataset.quarantine)
        return [(row["line"], row["text"], row["reason"]) for row in table.to_pylist()]
    except (OSError, KeyError, pa.ArrowException) as error:
        raise DatasetError(
            f"The quarantine of {dataset.info.name} cannot be read: {error}", hint="Import the file again."
        ) from error


def mend(
    dataset: Dataset,
    lines: Mapping[int, str],
    folder: Path,
    *,
    progress: Progress = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> DatasetInfo | None:
    """Read the edited ``lines`` (their text by their number) as the dataset's file was read, and give the new version.

    Those that fit now stand among the rows where they stood in the file; a cell that holds a line's end before them may
    shift them by as much. The others stay in quarantine with the text that they have now, and the reason. None is given
    when it was asked to stop.

    Raises:
        UsageError: no line was edited, one is not in quarantine, or none of them fits.
        DatasetError: the files of the dataset cannot be read.
        StorageError: the disk refuses.
    """
    known = aside(dataset)
    numbers = {line for line, _, _ in known}
    if not lines:
        raise UsageError("No line was edited.", hint="Edit a line first.")
    if unknown := sorted(set(lines) - numbers):
        raise UsageError(f"Line {unknown[0]} is not in quarantine.", hint="Only lines of the quarantine are merged.")
    try:
        scratch = Path(tempfile.mkdtemp(prefix=".mend-", dir=folder))
    except OSError as error:
        raise storage_error(error, folder) from error
    try:
        fitting = _read(dataset, lines, scratch, should_stop)
        if fitting is None:
            return None
        mended, left = fitting
        merged = scratch / "merged.parquet"
        _merge(dataset, mended, _places(known, dataset.info.rows), sorted(set(lines) - set(left)), merged)
        rest = Quarantine()
        for line, text, reason in known:
            if line not in lines:
                rest.add(line, text, reason)
            elif line in left:
                rest.add(line, lines[line], left[line])
        return import_file(
            merged,
            folder,
            name=next_name(dataset.info.name),
            recipe=Recipe(
                columns=tuple(
                    ColumnRecipe(name=one.name, type=one.type, missing=()) for one in dataset.info.schema.columns
                )
            ),
            previous=dataset.info.id,
            amend=_amending(dataset, rest, len(lines) - len(left)),
            progress=progress,
            should_stop=should_stop,
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _read(
    dataset: Dataset, lines: Mapping[int, str], scratch: Path, should_stop: Callable[[], bool]
) -> tuple[Path, dict[int, str]] | None:
    """Read the lines one by one; give the Parquet file of those that fit, by line, and why the others do not."""
    recipe = load(dataset.recipe)
    left: dict[int, str] = {}
    parts: list[pa.Table] = []
    for line, text in sorted(lines.items()):
        try:
            info = import_file(
                _written(recipe, text, scratch),
                scratch / "read",
                recipe=msgspec.structs.replace(recipe, **_PLAIN),
                progress=lambda *_: None,
                should_stop=should_stop,
            )
        except DatasetError as error:
            left[line] = error.detail
            continue
        if info is None:
            return None
        one = Dataset(info, scratch / "read" / info.id)
        if info.schema.names != dataset.info.schema.names:
            # A single line below the names may be read as a wider table, where its file would have put it aside.
            left[line] = f"has not {len(recipe.columns)} cells"
        elif info.rows == 1 and not info.quarantined:
            parts.append(pq.read_table(one.parquet))
        else:
            reasons = [reason for _, _, reason in aside(one)]
            left[line] = reasons[0] if reasons else f"is {info.rows} rows"
    if not parts:
        shown = "; ".join(f"line {line}: {reason}" for line, reason in list(left.items())[:3])
        raise UsageError(f"None of the edited lines fits yet ({shown}).", hint="Edit them so that each is one row.")
    schema = pq.read_schema(dataset.parquet).remove_metadata()
    out = scratch / "mended.parquet"
    pq.write_table(pa.concat_tables([part.select(schema.names).cast(schema) for part in parts]), out)
    return out, left


_PLAIN: Final = {
    "encoding": "utf-8",
    "skip": 0,
    "header": 1,
    "comment": "",
    "member": None,
    "sheet": None,
    "range": None,
}
"""What a line is written in before it is read again, whatever its file was."""


def _written(recipe: Recipe, text: str, scratch: Path) -> Path:
    """Write a line below the names of the columns, as its file had it."""
    names = [column.name for column in recipe.columns]
    if recipe.delimiter is None and text.lstrip().startswith("{"):
        path = scratch / "line.jsonl"
        path.write_text(f"{text.strip()}\n", encoding="utf-8")
        return path
    head = io.StringIO()
    sign = recipe.delimiter or ","
    csv.writer(
        head, delimiter=sign if len(sign) == 1 else ",", quotechar=recipe.quote or '"', lineterminator=""
    ).writerow(names)
    path = scratch / "line.csv"
    path.write_text(f"{head.getvalue()}\n{text}\n", encoding="utf-8")
    return path


def _places(known: Sequence[tuple[int, str, str]], rows: int) -> dict[int, float]:
    """Give for each line of the quarantine between which rows it stood, so that the first row has the place 0.

    Each line before it is a row or in quarantine; how many stood before the first row, as its names, is what is left
    over when the last line is reached.
    """
    ordered = sorted(line for line, _, _ in known)
    first = max(1, ordered[-1] - rows - len(ordered) + 1) if ordered else 1
    before = max(first, 2)
    return {line: min(max(line - before - number, 0), rows) - 0.5 for number, line in enumerate(ordered)}


def _merge(dataset: Dataset, mended: Path, places: Mapping[int, float], lines: Sequence[int], out: Path) -> None:
    names = ", ".join(quoted(name) for name in dataset.info.schema.names)
    old, new = (f"read_parquet({literal(one_file(path))}, file_row_number=true)" for path in (dataset.parquet, mended))
    order = ", ".join(f"({number}, {places[line]!r}::DOUBLE)" for number, line in enumerate(lines))
    with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(out.parent / "spill")}) as connection:
        connection.execute(
            f"COPY (SELECT {names} FROM (SELECT {names}, file_row_number::DOUBLE AS {_PLACE}, 0 AS nth FROM {old} "  # noqa: S608 - built from literals
            f"UNION ALL SELECT {names}, place, file_row_number FROM {new} JOIN (VALUES {order}) AS o(number, place) "
            f"ON file_row_number = number) ORDER BY {_PLACE}, nth) TO {literal(out)} (FORMAT parquet)"
        )


def _amending(dataset: Dataset, rest: Quarantine, joined: int) -> Callable[[DatasetInfo, Path], DatasetInfo]:
    """Give what makes of the record of a Parquet file that of a new version of the dataset."""
    info = dataset.info
    what = "1 line of the quarantine was" if joined == 1 else f"{joined:,} lines of the quarantine were"

    def amend(made: DatasetInfo, whole: Path) -> DatasetInfo:
        rest.write(whole / "quarantine.parquet")
        shutil.copyfile(dataset.recipe, whole / "recipe.json")
        notes = (*info.notes, f"{what} edited and merged.")
        return msgspec.structs.replace(
            made, source=info.source, origin=info.origin, quarantined=len(rest), notes=notes, proposal=info.proposal
        )

    return amend
