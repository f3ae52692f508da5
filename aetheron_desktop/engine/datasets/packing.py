"""Files inside files: what gzip, zstd, bzip2, xz and zip hold."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

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


def unpack(staging: Staging, path: Path, packing: str) -> Path:
    """Write what ``path`` holds into the staging folder, under the name it has without the packing.

    Raises:
        DatasetError: it is damaged, locked, or holds no single table.
        OSError: the disk refuses.
    """
    folder = staging.path / f"unpacked-{len(list(staging.path.iterdir()))}"
    folder.mkdir()
    try:
        if packing == "zip":
            with zipfile.ZipFile(path) as archive:
                member = _member(staging, archive)
                out = folder / PurePosixPath(member.filename).name
                with archive.open(member) as source:
                    _copy(staging, source, out, member.file_size)
            return out
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
    return out


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


def _member(staging: Staging, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """Give the one table that the archive holds."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX/")
        and not PurePosixPath(member.filename).name.startswith(".")
    ]
    tables = [member for member in members if member.filename.lower().endswith(_TABLES)]
    chosen = tables or members
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        raise DatasetError(f"{staging.source.name} holds no file.", hint="Choose a file with a table.")
    names = ", ".join(member.filename for member in chosen[:5])
    raise DatasetError(
        f"{staging.source.name} holds {len(chosen)} files: {names}{' and more' if len(chosen) > 5 else ''}.",
        hint="Unpack it and choose one of them.",
    )


_TABLES: Final = (
    ".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson", ".geojson", ".parquet", ".xlsx", ".xlsm", ".xlsb",
    ".xls", ".ods", ".csv.gz", ".data",
)  # fmt: skip
