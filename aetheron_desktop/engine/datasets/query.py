"""Questions in SQL to a snapshot that may be larger than memory, each of which can be stopped."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa

from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.errors import DatasetError, StorageError, storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

MEMORY: Final = "1GB"
TABLE: Final = "read_parquet(?, hive_partitioning=false)"
"""What stands after FROM; its parameter is the file."""
NUMBERED: Final = "read_parquet(?, hive_partitioning=false, file_row_number=true)"
"""The same with the column ``file_row_number``, from zero."""
_LOOK_S: Final = 0.05
_FULL: Final = re.compile(r"no space left|disk full|quota exceeded|max_temp_directory_size", re.IGNORECASE)


class Query:
    """Use as ``with``: what does not fit in memory lies meanwhile in a folder within ``folder``.

    Raises:
        StorageError: the disk refuses.
    """

    def __init__(self, parquet: Path, folder: Path, should_stop: Callable[[], bool]) -> None:
        self._parquet = parquet
        self._folder = folder
        self._should_stop = should_stop

    def __enter__(self) -> Query:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._spill = tempfile.mkdtemp(prefix=".query-", dir=self._folder)
        except OSError as error:
            raise storage_error(error, self._folder) from error
        self._connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "threads": max(1, min(8, os.cpu_count() or 1)),
                "temp_directory": self._spill,
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            }
        )
        self._connection.execute("SET parquet_metadata_cache=true; SET TimeZone='UTC'")
        self._connection.execute("SET enable_progress_bar=true; SET enable_progress_bar_print=false")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.interrupt()  # what was left behind must not be waited for
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Give the rows of ``sql``; its first parameter is the snapshot, ``values`` are the others.

        Raises:
            Stopped: it was asked to stop.
            DatasetError: the snapshot cannot be read.
            StorageError: the disk is full.
        """
        return list(self._run(sql, [str(self._parquet), *values], lambda done: done.fetchall()))

    def own(self, sql: str) -> list[tuple[Any, ...]]:
        """Give the rows of ``sql`` about tables that were made here; otherwise as :meth:`rows`."""
        return list(self._run(sql, (), lambda done: done.fetchall()))

    def arrays(self, sql: str, values: Sequence[Any] = ()) -> dict[str, Any]:
        """Give the columns of ``sql`` as arrays of numpy; otherwise as :meth:`rows`."""
        return dict(self._run(sql, [str(self._parquet), *values], lambda done: done.fetchnumpy()))

    def batches(self, sql: str, values: Sequence[Any], size: int) -> Iterator[Any]:
        """Give the rows of ``sql``, in order, in record batches of Arrow of ``size`` rows; one at least."""
        try:
            reader = self._connection.sql(sql, params=[str(self._parquet), *values]).to_arrow_reader(size)
        except duckdb.Error as error:
            raise self._refusal(error) from error
        is_empty = True
        while True:
            if self._should_stop():
                raise Stopped
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                break
            except (duckdb.Error, OSError) as error:
                raise self._refusal(error) from error
            is_empty = False
            yield batch
        if is_empty:
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)

    def into(
        self,
        sql: str,
        values: Sequence[Any],
        take: Callable[[Any], Any],
        tell: Callable[[float], None] = lambda _: None,
    ) -> Any:
        """Give what ``take``, called in a thread, makes of the running query; ``tell`` hears the share that is done.

        Otherwise as :meth:`rows`.
        """
        return self._run(sql, [str(self._parquet), *values], take, tell)

    def _run(
        self,
        sql: str,
        values: Sequence[Any],
        take: Callable[[Any], Any],
        tell: Callable[[float], None] = lambda _: None,
    ) -> Any:
        answer: list[Any] = []
        failure: list[duckdb.Error | OSError] = []

        def work() -> None:
            try:
                answer.append(take(self._connection.execute(sql, values)))
            except (duckdb.Error, OSError) as error:
                failure.append(error)

        thread = threading.Thread(target=work, name="query", daemon=True)
        thread.start()
        stopped = False
        while thread.is_alive():
            thread.join(_LOOK_S)
            if self._should_stop():
                stopped = True
                self._connection.interrupt()
            else:
                tell(min(1.0, max(0.0, self._connection.query_progress() / 100)))
        if stopped:
            raise Stopped
        if failure:
            raise self._refusal(failure[0]) from failure[0]
        return answer[0]

    def _refusal(self, error: Exception) -> DatasetError | StorageError:
        if isinstance(error, OSError):
            return storage_error(error, self._folder)
        if _FULL.search(str(error)):
            return StorageError("The disk is full.", hint="Free some space and ask again; nothing was changed.")
        return DatasetError(
            f"The snapshot {self._parquet.parent.name} cannot be read: {error}", hint="Import the file again."
        )
