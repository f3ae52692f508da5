"""Runs the real import of one file in a process of its own, under a limit of time and of memory."""

from __future__ import annotations

import multiprocessing
import re
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SECONDS = 60.0
MEMORY = 4 << 30


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file.

    ``dropped`` counts the rows that were put aside. Of a text that is no table only ``encoding`` is told.
    """

    status: Literal["loaded", "refused", "crash", "hang"]
    message: str = ""
    header: tuple[str, ...] = ()
    rows: list[list[Any]] = []
    notes: tuple[str, ...] = ()
    dropped: int = 0
    encoding: str = ""
    seconds: float = 0.0

    @property
    def flags(self) -> int:
        """How many rows were put aside, or named by their line in a note."""
        return self.dropped or sum(bool(re.search(r"\b[Ll]ine \d", note)) for note in self.notes)


def run(path: Path, *, detect: bool = False, seconds: float = SECONDS) -> Outcome:
    """Import ``path`` in a process of its own; with ``detect`` only its encoding is looked for."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    context.set_forkserver_preload(["aetheron_desktop.engine.datasets.reading.reader", "pyarrow.parquet", __name__])
    receiving, sending = context.Pipe(duplex=False)
    folder = Path(tempfile.mkdtemp(prefix="corpora-"))
    began = time.monotonic()
    process = context.Process(target=_work, args=(sending, path, folder, detect), daemon=True)
    process.start()
    sending.close()
    try:
        if not receiving.poll(seconds):
            return Outcome(status="hang", seconds=time.monotonic() - began)
        outcome: Outcome = receiving.recv()
        return msgspec.structs.replace(outcome, seconds=time.monotonic() - began)
    except EOFError:
        process.join()
        return Outcome(status="crash", message=f"the process ended with {process.exitcode}")
    finally:
        process.kill()
        process.join()
        receiving.close()
        shutil.rmtree(folder, ignore_errors=True)


def _work(sending: Connection, path: Path, folder: Path, detect: bool) -> None:
    from aetheron_desktop.engine.errors import AetheronError

    _limit_memory()
    try:
        outcome = _detected(path) if detect else _imported(path, folder)
    except AetheronError as error:
        outcome = Outcome(status="refused", message=f"{error.detail} {error.hint}".strip())
    except BaseException:  # noqa: BLE001 - whatever else comes out of the import is a crash, to be told
        outcome = Outcome(status="crash", message=traceback.format_exc()[-2_000:])
    sending.send(outcome)


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _detected(path: Path) -> Outcome:
    from aetheron_desktop.engine.datasets.reading.encoding import examine

    found = examine(path)
    assert found is not None
    return Outcome(status="loaded", encoding=found.encoding, notes=(found.note,) if found.note else ())


def _imported(path: Path, folder: Path) -> Outcome:
    import pyarrow.parquet as pq

    from aetheron_desktop.engine.datasets.reading.reader import import_file

    info = import_file(path, folder, progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    table = pq.read_table(folder / info.id / "data.parquet")
    columns = [column.to_pylist() for column in table.columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return Outcome(
        status="loaded", header=tuple(table.column_names), rows=rows, notes=info.notes, dropped=info.quarantined
    )
