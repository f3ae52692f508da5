"""What kind of file it is, by its content first and its name second, and the reader for it."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.datasets.delimited import read_delimited
from aetheron_desktop.engine.datasets.json_table import read_json
from aetheron_desktop.engine.datasets.packing import packed, unpack
from aetheron_desktop.engine.datasets.parquet_table import read_parquet
from aetheron_desktop.engine.datasets.workbook import read_workbook
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.quarantine import Quarantine
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
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"ARROW1", "an Arrow or Feather file, which cannot be read yet"),
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


def read(staging: Staging, path: Path, sheet: str | None, quarantine: Quarantine, depth: int = 0) -> Raw:
    """Read the table of ``path``, whatever its format.

    Raises:
        DatasetError: there is no table in it.
        UsageError: ``sheet`` is not there.
        OSError: the disk refuses.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    name = staging.source.name
    if not head:
        raise DatasetError(f"{name} is empty.", hint="Choose a file that has rows.")
    if head.startswith((b"PAR1", b"PARE")):
        if head.startswith(b"PARE"):
            raise DatasetError(f"{name} is encrypted.", hint="Save it without encryption.")
        return read_parquet(staging, path)
    if head.startswith((_OLE, *_OLD_SHEETS)) or _is_workbook(path, head):
        return read_workbook(staging, path, sheet)
    if packing := packed(head):
        if depth == 2:
            raise DatasetError(f"{name} is packed more than twice.", hint="Unpack it and choose the table.")
        return read(staging, unpack(staging, path, packing), sheet, quarantine, depth + 1)
    what = next((what for sign, what in _NO_TABLES if head.startswith(sign)), "")
    if what and not (head.startswith(_ALSO_WORDS) and head.isascii() and b"," in head):
        raise DatasetError(f"{name} is not a table: it is {what}.", hint=_HINT)
    return _text(staging, path, head, quarantine)


def _text(staging: Staging, path: Path, head: bytes, quarantine: Quarantine) -> Raw:
    name, ending = staging.source.name, path.suffix.lower()
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if re.match(rb"<(!doctype|html|\?xml|svg|head|body|table)", start, re.IGNORECASE):
        what = "an XML document" if start[:5].lower() == b"<?xml" else "a web page"
        raise DatasetError(f"{name} is not a table: it is {what}.", hint=_HINT)
    if ending in _LINES:
        return read_json(staging, path, quarantine, by_line=True)
    if ending in _JSON or _looks_like_json(start):
        return read_json(staging, path, quarantine, by_line=False)
    if ending in {".parquet", ".xlsx", ".xls", ".xlsb", ".xlsm", ".ods", ".gz", ".zip", ".bz2", ".xz", ".zst"}:
        raise DatasetError(f"{name} is damaged: it does not begin as a {ending} file does.", hint="Fetch it again.")
    return read_delimited(staging, path, quarantine)


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
