"""A look at the first rows of a file, in a moment: what an import would make of it, each guess with its evidence."""

from __future__ import annotations

import sqlite3
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import duckdb
import msgspec

from aetheron_desktop.engine.datasets.reading import formats, types
from aetheron_desktop.engine.datasets.reading.database import duckdb_tables, sqlite_tables
from aetheron_desktop.engine.datasets.reading.packing import members, packed
from aetheron_desktop.engine.datasets.reading.preview import ColumnPreview, Preview
from aetheron_desktop.engine.datasets.reading.quarantine import Quarantine
from aetheron_desktop.engine.datasets.reading.reader import in_words
from aetheron_desktop.engine.datasets.reading.workbook import sheets
from aetheron_desktop.engine.datasets.recipe import MISSING, MISSING_WORDS, ColumnRecipe, Recipe
from aetheron_desktop.engine.datasets.staging import Staging, fields, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.datasets.reading.formats import Format
    from aetheron_desktop.engine.datasets.reading.types import Decision
    from aetheron_desktop.engine.datasets.schema import ColumnType
    from aetheron_desktop.engine.datasets.staging import Raw

HEAD: Final = 2 << 20
"""Bytes of a text that are looked at."""
_SAMPLE: Final = 1_000
_MIDNIGHT: Final = " 00:00:00"
_SHOWN: Final = 200
_LINES: Final = 60
_LONGEST: Final = 300
_EXAMPLES: Final = 3
_WIDEST: Final = 2_000
_TOKEN_LENGTH: Final = 12
_DISGUISES: Final = (*MISSING, "unknown", "missing", "-1", "-9", "-99", "-999", "-9999", "99", "999", "9999")


def look(
    source: Path, folder: Path, recipe: Recipe | None = None, should_stop: Callable[[], bool] = lambda: False
) -> Preview:
    """Look at the first rows of ``source``; what has to be written meanwhile lies in ``folder`` and vanishes.

    Raises:
        DatasetError: there is no table in the file.
        UsageError: the recipe asks for what is not possible.
        StorageError: the disk refuses.
        Stopped: it was asked to stop.
    """
    source, recipe = source.absolute(), recipe or Recipe()
    with Staging(folder, source, lambda *_: None, should_stop) as staging, in_words(staging):
        kind, head = _kind(source)
        path, is_whole = _beginning(staging, source, kind)
        quarantine = Quarantine()
        raw = formats.read(staging, path, recipe, quarantine)
        # Kept in memory, since each column asks for itself.
        staging.query(f"CREATE TEMP TABLE sample AS SELECT * FROM {raw.relation} LIMIT {_SAMPLE}")  # noqa: S608
        sample = replace(raw, relation="sample")
        rows = int(staging.query(f"SELECT count(*) FROM {sample.relation}")[0][0])  # noqa: S608
        decisions = types.decide(staging, sample, recipe)
        lines = _lines(path, raw.found.encoding) if kind == "text" or (kind == "packed" and path != source) else ()
        columns = _columns(staging, sample, recipe, decisions, rows)
        return Preview(
            format=_format_name(kind, source, raw),
            bytes=source.stat().st_size if source.is_file() else 0,
            recipe=_as_it_stands(raw.found, columns, decisions),
            columns=columns,
            rows=_rows(staging, sample, decisions),
            sampled=rows,
            is_whole=is_whole and rows < _SAMPLE,
            notes=tuple(raw.notes),
            lines=lines,
            body=(raw.found.skip or 0) + (raw.found.header or 0),
            aside=tuple(quarantine.rows())[:_SHOWN],
            choices=_choices(source, kind, head),
        )


def _kind(source: Path) -> tuple[Format, bytes]:
    if not source.is_file():
        return "parquet", b""
    with source.open("rb") as file:
        head = file.read(4096)
    return formats.kind(source, head), head


def _as_it_stands(found: Recipe, columns: Sequence[ColumnPreview], decisions: Sequence[Decision]) -> Recipe:
    forms = {one.source: (one.missing, one.form if one.kind != "words" else None) for one in decisions}
    made = []
    for column in columns:
        missing, form = forms.get(column.source, (None, None))
        rename = column.name if column.name != column.source else None
        made.append(ColumnRecipe(name=column.source, rename=rename, type=column.type, missing=missing, form=form))
    return msgspec.structs.replace(found, columns=tuple(made))


def _format_name(kind: Format, source: Path, raw: Raw) -> str:
    if kind == "packed":
        return f"packed text{'' if raw.found.member is None else f' ({raw.found.member})'}"
    names = {"text": "delimited text", "sqlite": "SQLite", "duckdb": "DuckDB", "json": "JSON", "parquet": "Parquet"}
    return names.get(kind, kind) if source.is_file() else "Parquet files"


def _beginning(staging: Staging, source: Path, kind: Format) -> tuple[Path, bool]:
    """Give a file with the first lines of a text, and whether these are all; another format is looked at itself."""
    if kind != "text" or source.stat().st_size <= HEAD:
        return source, True
    with source.open("rb") as file:
        head = file.read(HEAD)
    # A line's end is one byte at least in each encoding; of those with wide signs, the last sign is cut to its width.
    cut = head.rfind(b"\n") + 1 or head.rfind(b"\r") + 1
    wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in head[:64]
    out = staging.path / "head"
    out.mkdir()
    path = out / source.name
    path.write_bytes(head[: len(head) // 4 * 4] if wide or not cut else head[:cut])
    return path, False


def _lines(path: Path, encoding: str | None) -> tuple[str, ...]:
    lines: list[str] = []
    with path.open(encoding=encoding or "utf-8", errors="replace", newline=None) as file:
        while len(lines) < _LINES and (line := file.readline(1 << 16)):
            lines.append(line.rstrip("\n").lstrip("\ufeff")[:_LONGEST])
    return tuple(lines)


def _choices(source: Path, kind: Format, head: bytes) -> dict[str, tuple[str, ...]]:
    try:
        match kind:
            case "workbook":
                return {"sheet": tuple(sheets(source))}
            case "sqlite":
                return {"table": tuple(sqlite_tables(source))}
            case "duckdb":
                return {"table": tuple(duckdb_tables(source))}
            case "packed" if packed(head) == "zip":
                with zipfile.ZipFile(source) as archive:
                    return {"member": tuple(member.filename for member in members(archive))}
            case _:
                return {}
    except (zipfile.BadZipFile, sqlite3.Error, duckdb.Error):
        return {}


def _rows(staging: Staging, sample: Raw, decisions: Sequence[Decision]) -> tuple[tuple[str | None, ...], ...]:
    shown = decisions[:_WIDEST]
    cells = ", ".join(f"left(CAST({one.sql} AS VARCHAR), {_LONGEST})" for one in shown)
    rows = staging.query(f"SELECT {cells} FROM {sample.relation} LIMIT {_SHOWN}")  # noqa: S608
    if not rows:
        return ()
    columns = zip(shown, zip(*rows, strict=True), strict=True)
    return tuple(zip(*(_days(cells) if one.kind == "date" else cells for one, cells in columns), strict=True))


def _days(cells: Sequence[str | None]) -> Sequence[str | None]:
    """Give dates without their time where each is at midnight."""
    if all(cell is None or cell.endswith(_MIDNIGHT) for cell in cells):
        return [cell and cell.removesuffix(_MIDNIGHT) for cell in cells]
    return cells


def _columns(
    staging: Staging, sample: Raw, recipe: Recipe, decisions: Sequence[Decision], rows: int
) -> tuple[ColumnPreview, ...]:
    by_source = {decision.source: decision for decision in decisions}
    made = []
    for cell, source in zip(fields(len(sample.names)), sample.names, strict=True):
        decision = by_source.get(source)
        if decision is None:
            made.append(ColumnPreview(source=source, name=source, type="ignore", is_chosen=True, evidence="left out"))
            continue
        if len(made) >= _WIDEST:
            break
        made.append(_column(staging, sample, recipe, decision, cell, rows))
    return tuple(made)


def _column(staging: Staging, sample: Raw, recipe: Recipe, decision: Decision, cell: str, rows: int) -> ColumnPreview:
    text = f"CAST({cell} AS VARCHAR)"
    failing = decision.failing or "false"
    filled, kept, bad, distinct = staging.query(
        f"SELECT count({cell}), count({decision.sql}), count(*) FILTER ({failing}), count(DISTINCT {decision.sql}) "  # noqa: S608
        f"FROM {sample.relation}"
    )[0]
    asked = f"SELECT DISTINCT left({text}, 40) FROM {sample.relation} WHERE {failing} LIMIT {_EXAMPLES}"  # noqa: S608
    examples = [row[0] for row in staging.query(asked)] if bad else []
    known = ", ".join(literal(word.lower()) for word in _DISGUISES)
    words = staging.query(
        f"SELECT trim({text}), count(*) FROM {sample.relation} WHERE lower(trim({text})) IN ({known}) "  # noqa: S608
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 8"
    )
    usual = MISSING_WORDS if decision.kind == "words" else MISSING
    tokens = (
        decision.missing if decision.missing is not None else recipe.missing if recipe.missing is not None else usual
    )
    return ColumnPreview(
        source=decision.source,
        name=decision.name,
        type=_role(decision, distinct, kept),
        is_chosen=decision.role is not None,
        evidence=_evidence(decision, filled, kept, bad),
        form=decision.form,
        cells=filled,
        missing=rows - kept - bad,
        failing=bad,
        examples=tuple(examples),
        words={str(word): int(count) for word, count in words if len(str(word)) <= _TOKEN_LENGTH},
        tokens=tuple(tokens),
    )


def _role(decision: Decision, distinct: int, kept: int) -> ColumnType:
    if decision.role is not None:
        return decision.role
    if decision.kind != "words":
        return decision.kind
    return "text" if kept and distinct > max(50, 0.5 * kept) else "category"


def _evidence(decision: Decision, filled: int, kept: int, bad: int) -> str:
    if not filled:
        return "no cell of the sample holds anything"
    what = types.PLURAL[decision.kind]
    if bad:
        return f"{bad:,} of {filled:,} cells {'is' if bad == 1 else 'are'} no {what}"
    if decision.note:
        return decision.note
    if decision.kind == "words":
        cells = "1 cell holds" if kept == 1 else f"{kept:,} cells hold"
        return f"{cells} words" if decision.role is None else "as chosen"
    return f"all {kept:,} cells are {what}" if kept != 1 else f"the only cell is one of {what}"
