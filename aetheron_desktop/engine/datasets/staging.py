"""A place where a table stands before it is kept: a folder that vanishes, and a query engine that can be stopped."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar

import duckdb

from aetheron_desktop.engine.datasets.recipe import Recipe
from aetheron_desktop.engine.errors import DatasetError, StorageError, storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType

    import pyarrow as pa

_Item = TypeVar("_Item")
Unit: TypeAlias = Literal["", "rows", "bytes"]
Progress: TypeAlias = "Callable[[str, float, float | None, Unit], None]"
Kind: TypeAlias = Literal["integer", "number", "boolean", "date", "words"]
MEMORY: Final = "1GB"
BLOCK: Final = 1_000
"""The most columns of one query: the engine keeps 2,048 cells of each, as text, for each of its threads."""
_PREFIX: Final = ".import-"
_LOOK_S: Final = 0.05
_TELL_S: Final = 0.1
_FULL: Final = re.compile(
    r"no space left|file too large|quota exceeded|disk full|max_temp_directory_size", re.IGNORECASE
)


class Stopped(Exception):
    """The import was asked to stop."""


@dataclass(frozen=True)
class Written:
    """The rows of a table as they are on disk: ``words`` says of each column whether it is text."""

    path: Path
    rows: int
    names: tuple[str, ...]
    words: tuple[bool, ...]


@dataclass(frozen=True)
class Raw:
    """A table as the file gives it: ``relation`` is what stands after FROM, with columns c0, c1 and so on.

    ``kinds`` has for each column "text" when its values are text to be looked at, "words" when they are text that the
    file's own types call text, or the kind that the values have already: integer, number, boolean, date. ``rows`` is
    how many there are, where reading has told. ``found`` is how the file was read. With ``check`` the rows that were
    written have to be held against the file, and when it says no, ``whole`` gives the table that needs no check.
    """

    relation: str
    names: tuple[str, ...]
    kinds: tuple[Kind | Literal["text"], ...]
    notes: list[str] = field(default_factory=list)
    rows: int | None = None
    decimal_comma: bool = False
    """Whether the semicolon parts the cells, so that a comma within one is rather a decimal sign."""
    bare: bool = False
    """Whether no cell ends with another blank than the usual one; ``check`` then says so as well."""
    found: Recipe = field(default_factory=Recipe)
    locate: Callable[[Sequence[int]], list[int]] | None = None
    """Gives the lines of the file in which rows stand, ascending; both count from 1."""
    narrow: Callable[[Sequence[int]], str] | None = None
    """Gives a relation of the columns at these places alone: one of very many costs as much as all that it names."""
    check: Callable[[Written], bool] | None = None
    whole: Callable[[], Raw] | None = None

    def having(self, cells: Iterable[str]) -> str:
        """Give a relation that has at least these of the columns c0, c1 and so on."""
        return self.relation if self.narrow is None else self.narrow([int(cell[1:]) for cell in cells])


class Staging:
    """Use as ``with``: the temporary folder inside ``folder`` is gone afterwards, whatever happened."""

    def __init__(
        self,
        folder: Path,
        source: Path,
        progress: Progress,
        should_stop: Callable[[], bool],
    ) -> None:
        self.source = source
        self.should_stop = should_stop
        self._folder = folder
        self._progress = progress
        self._told: tuple[str, float] = ("", 0.0)

    def __enter__(self) -> Staging:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _sweep(self._folder)
            self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._folder))
        except OSError as error:
            raise storage_error(error, self._folder) from error
        self.connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "threads": max(2, min(8, os.cpu_count() or 2)),
                "temp_directory": str(self.path / "spill"),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        self.connection.execute("SET enable_progress_bar=true; SET enable_progress_bar_print=false; SET TimeZone='UTC'")
        self.connection.execute("SET parquet_metadata_cache=true")  # a wide table is read in blocks of columns
        optimizers = {row[0] for row in self.connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()}
        if "type_pushdown" in optimizers:
            # It lets the reader of CSV cast, and there a cell that TRY_CAST would leave out is an error.
            self.connection.execute("SET disabled_optimizers='type_pushdown'")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        shutil.rmtree(self.path, ignore_errors=True)

    def ask(self) -> None:
        """Leave with :class:`Stopped` when the import was asked to stop."""
        if self.should_stop():
            raise Stopped

    def tell(self, stage: str, done: float, total: float | None, unit: Unit = "") -> None:
        """Say how far ``stage`` is, some ten times a second at most."""
        now = time.monotonic()
        if stage != self._told[0] or now - self._told[1] >= _TELL_S or done == total:
            self._told = (stage, now)
            self._progress(stage, done, total, unit)

    def query(
        self, sql: str, stage: str = "", size: float = 1.0, unit: Unit = "", values: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Run ``sql`` and give its rows, asking meanwhile whether to stop; ``size`` is that of all its work.

        ``values`` stand for the question marks in it.

        Raises:
            Stopped: it was asked to stop.
            duckdb.Error: the query cannot be done; see :meth:`refusal`.
        """
        answer: list[list[tuple[Any, ...]]] = []
        failure: list[duckdb.Error] = []

        def work() -> None:
            try:
                answer.append(self.connection.execute(sql, values).fetchall())
            except duckdb.Error as error:
                failure.append(error)

        if stage:
            self.tell(stage, 0, size, unit)
        thread = threading.Thread(target=work, name="query", daemon=True)
        thread.start()
        stopped = False
        while True:
            thread.join(_LOOK_S)
            if not thread.is_alive():
                break
            if self.should_stop():
                stopped = True
                self.connection.interrupt()
            elif stage:
                share = min(1.0, max(0.0, self.connection.query_progress()) / 100)
                self.tell(stage, share * size, size, unit)
        if stopped:
            raise Stopped
        if failure:
            raise failure[0]
        return answer[0]

    def batches(self, sql: str, rows: int) -> Iterator[pa.RecordBatch]:
        """Give the rows of ``sql``, in order, in batches of ``rows``."""
        for batch in self.connection.sql(sql).to_arrow_reader(rows):
            self.ask()
            yield batch

    def refusal(self, error: duckdb.Error) -> DatasetError | StorageError:
        """Put into words why a query could not be done."""
        text = str(error)
        if _FULL.search(text):
            return StorageError(
                f"The disk is full, or its limit for one file is reached, while {self.source.name} was imported.",
                hint="Free some space and try again; nothing was kept.",
            )
        if isinstance(error, duckdb.OutOfMemoryException):
            return DatasetError(
                f"{self.source.name} has rows or columns too large for the memory set aside for imports ({MEMORY}).",
                hint="Split the file, or leave out columns.",
            )
        first = re.sub(r"^[A-Za-z ]*(Error|Exception): ", "", text.strip().split("\n", maxsplit=1)[0])
        first = first.replace(str(self.path), "").replace(str(self.source), self.source.name)
        return DatasetError(
            f"{self.source.name} could not be read: {first}", hint="Check that the file is whole, or save it as CSV."
        )


def _sweep(folder: Path) -> None:
    """Remove what imports left behind whose process was killed; those that still run are left alone."""
    import psutil

    for left in folder.glob(f"{_PREFIX}*"):
        word = left.name.removeprefix(_PREFIX).partition("-")[0]
        try:
            # A process that began after the folder was made only has the number of the one that is gone.
            is_its_own = psutil.Process(int(word)).create_time() <= left.stat().st_ctime + 1
        except (ValueError, psutil.NoSuchProcess, FileNotFoundError):
            is_its_own = False
        except psutil.Error:  # it is another person's, and runs
            is_its_own = True
        if not is_its_own:
            shutil.rmtree(left, ignore_errors=True)


def one_file(path: Path) -> str:
    """Give ``path`` without signs that stand for many files."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))


def literal(text: str | Path) -> str:
    """Give ``text`` as SQL writes text."""
    return "'" + str(text).replace("'", "''") + "'"


def blocks(items: Sequence[_Item], size: int = BLOCK) -> Iterator[Sequence[_Item]]:
    """Give ``items`` in parts of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def fields(count: int) -> list[str]:
    """Give the names of the columns of a table that is not yet kept."""
    return [f"c{place}" for place in range(count)]
