"""Files inside files: what gzip, zstd, bzip2, xz and zip hold."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.datasets.reading.sources import chosen
from aetheron_desktop.engine.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.staging import Staging

MAX_UNPACKED: Final = 32 << 30
_CHUNK: Final = 1 << 20
_SIGNS: Final = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}


def packed(head: bytes) -> str:
    """Give the name of the packing that a file with the first bytes ``head`` has, or nothing."""
    return next((name for sign, name in _SIGNS.items() if head.startswith(sign)), "")


def unpack(staging: Staging, path: Path, packing: str, wanted: str | None = None) -> tuple[Path, str | None]:
    """Write what ``path`` holds into the staging folder, under the name it has without the packing.

    Of an archive that is the file ``wanted``, by default its only table. Gives the file, and its name in the archive.

    Raises:
        DatasetError: it is damaged, locked, or holds no single table.
        OSError: the disk refuses.
    """
    folder = staging.path / f"unpacked-{len(list(staging.path.iterdir()))}"
    folder.mkdir()
    try:
        if packing == "zip":
            with zipfile.ZipFile(path) as archive:
                member = _member(staging, archive, wanted)
                out = folder / PurePosixPath(member.filename).name
                with archive.open(member) as source:
                    _copy(staging, source, out, member.file_size)
            return out, member.filename
        out = folder / (path.stem or "table")
        with _opened(path, packing) as source:
            _copy(staging, source, out, None)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile, NotImplementedError) as error:
        raise _damaged(staging, packing, error) from error
    except RuntimeError as error:  # the archive asks for a password
        raise DatasetError(
            f"{staging.source.name} is locked with a password.", hint="Unpack it, then choose the table."
        ) from error
    except OSError as error:
        if error.errno is None:  # the packing's own complaint, not the disk's
            raise _damaged(staging, packing, error) from error
        raise
    return out, None


def _damaged(staging: Staging, packing: str, error: Exception) -> DatasetError:
    return DatasetError(
        f"{staging.source.name} is packed with {packing}, and cut off or damaged ({error}).",
        hint="Fetch or save the file again.",
    )


def _opened(path: Path, packing: str) -> IO[bytes] | Any:
    match packing:
        case "gzip":
            return gzip.open(path)
        case "bzip2":
            return bz2.open(path)
        case "xz":
            return lzma.open(path)
        case _:
            import pyarrow as pa

            return pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")


def _copy(staging: Staging, source: IO[bytes] | Any, out: Path, total: int | None) -> None:
    done = 0
    with out.open("wb") as target:
        while chunk := source.read(_CHUNK):
            staging.ask()
            target.write(chunk)
            done += len(chunk)
            staging.tell("Unpack", done, total)
            if done > MAX_UNPACKED:
                raise DatasetError(
                    f"{staging.source.name} unpacks to more than {MAX_UNPACKED >> 30} GB.", hint="Split the table."
                )


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Give the files of the archive that may be tables."""
    files = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX/")
        and not PurePosixPath(member.filename).name.startswith(".")
    ]
    return [member for member in files if member.filename.lower().endswith(_TABLES)] or files


def _member(staging: Staging, archive: zipfile.ZipFile, wanted: str | None) -> zipfile.ZipInfo:
    found = members(archive)
    names = [member.filename for member in found]
    if not names:
        raise DatasetError(f"{staging.source.name} holds no file.", hint="Choose a file with a table.")
    return archive.getinfo(chosen(staging.source.name, "file", wanted, names))


_TABLES: Final = (
    ".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson", ".geojson", ".parquet", ".xlsx", ".xlsm", ".xlsb",
    ".xls", ".ods", ".csv.gz", ".data",
)  # fmt: skip
