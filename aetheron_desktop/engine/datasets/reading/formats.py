"""What kind of file it is, by its content first and its name second, and the reader for it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.reading.database import read_arrow, read_duckdb, read_sqlite
from aetheron_desktop.engine.datasets.reading.delimited import read_delimited
from aetheron_desktop.engine.datasets.reading.json_table import read_json
from aetheron_desktop.engine.datasets.reading.packing import packed, unpack
from aetheron_desktop.engine.datasets.reading.parquet_table import read_parquet
from aetheron_desktop.engine.datasets.reading.sources import is_pattern, matching
from aetheron_desktop.engine.datasets.reading.workbook import read_workbook
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.reading.quarantine import Quarantine
    from aetheron_desktop.engine.datasets.recipe import Recipe
    from aetheron_desktop.engine.datasets.staging import Raw, Staging

_HINT: Final = "Choose a CSV, JSON, Parquet or Excel file."
_NO_TABLES: Final = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"BM", "an image"),
    (b"II*\x00", "an image"),
    (b"RIFF", "a recording or an image"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"FEA1", "a Feather file of the first version; write it again with a newer program"),
    (b"ORC", "an ORC file, which cannot be read yet"),
    (b"Obj\x01", "an Avro file, which cannot be read yet"),
    (b"\x89HDF", "an HDF5 file, which cannot be read yet"),
    (b"{\\rtf", "a text document"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\x80\x04", "a pickle, which is not opened, because it can run programs"),
)
_ALSO_WORDS: Final = (b"BM", b"ORC", b"RIFF", b"GIF8", b"Rar!", b"MZ")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_SHEETS: Final = (b"\x09\0\4\0", b"\x09\2\6\0", b"\x09\4\6\0", b"\x09\x08\6\0", b"\x09\x08\x10\0")
_LINES: Final = (".jsonl", ".ndjson", ".jsonlines")
_JSON: Final = (".json", ".geojson", *_LINES)
_ARROWS: Final = (".arrow", ".arrows", ".feather", ".ipc")
_SIGNED: Final = (
    ".parquet", ".xlsx", ".xls", ".xlsb", ".xlsm", ".ods", ".gz", ".zip", ".bz2", ".xz", ".zst", ".feather", ".arrow",
    ".sqlite", ".duckdb",
)  # fmt: skip


def read(
    staging: Staging, path: Path, recipe: Recipe, quarantine: Quarantine, depth: int = 0, *, quick: bool = False
) -> Raw:
    """Read the table of ``path``, whatever its format; ``quick`` as for :func:`read_delimited`.

    Raises:
        DatasetError: there is no table in it.
        UsageError: ``recipe`` asks for what is not there.
        OSError: the disk refuses.
    """
    if path.is_dir() or is_pattern(path):
        return read_parquet(staging, *matching(path), recipe=recipe, parts=path.is_dir())
    with path.open("rb") as file:
        head = file.read(4096)
    name = staging.source.name
    if not head:
        raise DatasetError(f"{name} is empty.", hint="Choose a file that has rows.")
    match kind(path, head):
        case "parquet":
            return read_parquet(staging, path, recipe=recipe)
        case "encrypted":
            raise DatasetError(f"{name} is encrypted.", hint="Save it without encryption.")
        case "workbook":
            return read_workbook(staging, path, recipe, quarantine)
        case "arrow":
            return read_arrow(staging, path, recipe)
        case "sqlite":
            return read_sqlite(staging, path, recipe)
        case "duckdb":
            return read_duckdb(staging, path, recipe)
        case "packed":
            return _unpacked(staging, path, head, recipe, quarantine, depth, quick=quick)
        case "json" | "text":
            return _text(staging, path, head, recipe, quarantine, quick=quick)


def _unpacked(
    staging: Staging, path: Path, head: bytes, recipe: Recipe, quarantine: Quarantine, depth: int, *, quick: bool
) -> Raw:
    if depth == 2:
        raise DatasetError(f"{staging.source.name} is packed more than twice.", hint="Unpack it and choose the table.")
    inner, member = unpack(staging, path, packed(head), recipe.member)
    raw = read(staging, inner, recipe, quarantine, depth + 1, quick=quick)
    if member is None:
        return raw
    whole = raw.whole
    found = msgspec.structs.replace(raw.found, member=raw.found.member or member)
    return replace(raw, found=found, whole=(lambda: replace(whole(), found=found)) if whole is not None else None)


def _text(staging: Staging, path: Path, head: bytes, recipe: Recipe, quarantine: Quarantine, *, quick: bool) -> Raw:
    name, ending = staging.source.name, path.suffix.lower()
    what = next((what for sign, what in _NO_TABLES if head.startswith(sign)), "")
    if what and not (head.startswith(_ALSO_WORDS) and head.isascii() and b"," in head):
        raise DatasetError(f"{name} is not a table: it is {what}.", hint=_HINT)
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if re.match(rb"<(!doctype|html|\?xml|svg|head|body|table)", start, re.IGNORECASE):
        what = "an XML document" if start[:5].lower() == b"<?xml" else "a web page"
        raise DatasetError(f"{name} is not a table: it is {what}.", hint=_HINT)
    if ending in _LINES:
        return read_json(staging, path, quarantine, recipe, by_line=True)
    if ending in _JSON or _looks_like_json(start):
        return read_json(staging, path, quarantine, recipe, by_line=False)
    if ending in _SIGNED:
        raise DatasetError(f"{name} is damaged: it does not begin as a {ending} file does.", hint="Fetch it again.")
    return read_delimited(staging, path, quarantine, recipe, quick=quick)


Format: TypeAlias = Literal["parquet", "encrypted", "workbook", "arrow", "sqlite", "duckdb", "packed", "json", "text"]


def kind(path: Path, head: bytes) -> Format:
    """Give the format that the first bytes of a file tell of; "text" may still turn out to be no table."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PARE"):
        return "encrypted"
    if head.startswith((_OLE, *_OLD_SHEETS)) or _is_workbook(path, head):
        return "workbook"
    if head.startswith(b"ARROW1") or (path.suffix.lower() in _ARROWS and head.startswith(b"\xff\xff\xff\xff")):
        return "arrow"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    if packed(head):
        return "packed"
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "json" if path.suffix.lower() in _JSON or _looks_like_json(start) else "text"


def _looks_like_json(start: bytes) -> bool:
    return re.match(rb'\{\s*"[^"\n]*"\s*:|\[\s*[\[{]\s*"', start) is not None


def _is_workbook(path: Path, head: bytes) -> bool:
    if not head.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.replace("\\", "/").lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        # Cut off: a workbook's first parts are known by their names all the same.
        return b"[Content_Types].xml" in head or b"xl/" in head or b"opendocument" in head
    return any(name.startswith("xl/workbook") for name in names) or ("content.xml" in names and "mimetype" in names)
