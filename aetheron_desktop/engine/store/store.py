"""The index of a workspace: small records by kind and id in one SQLite file."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

from aetheron_desktop.engine.errors import StorageError, WorkspaceError
from aetheron_desktop.engine.store.migrations import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORMAT = len(STEPS)
_BUSY_S = 10.0
_LEAST_FREE = 1 << 20
"""Bytes; with less the files that SQLite needs beside the index cannot grow."""


class Store:
    """Records of bytes by ``kind`` and ``id``; safe to use from several threads and processes.

    A record that :meth:`put` has returned for survives the kill of the process and the loss of power.

    Raises:
        WorkspaceError: the file is no index, is damaged, or was written by a newer program.
        StorageError: the disk refused.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def put(self, kind: str, id: str, body: bytes) -> None:
        """Keep ``body`` under ``kind`` and ``id``, in place of what was there."""
        self._execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)", (kind, id, body, time.time()))

    def put_all(self, records: Iterable[tuple[str, str, bytes]], without: Iterable[tuple[str, str]] = ()) -> None:
        """Keep all of ``records``, each a kind, an id and a body, and forget those ``without``; or do none of it."""
        now = time.time()
        rows = [(kind, id_, body, now) for kind, id_, body in records]
        try:
            with self._lock:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    self._connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)", rows)
                    self._connection.executemany("DELETE FROM record WHERE kind = ? AND id = ?", list(without))
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:  # a full disk has ended it already
                        self._connection.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def get(self, kind: str, id: str) -> bytes | None:
        """Give the body kept under ``kind`` and ``id``, or None."""
        rows = self._execute("SELECT body FROM record WHERE kind = ? AND id = ?", (kind, id))
        return bytes(rows[0][0]) if rows else None

    def all(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """Give the id and body of each record of ``kind``, by id."""
        for id_, body in self._execute("SELECT id, body FROM record WHERE kind = ? ORDER BY id", (kind,)):
            yield str(id_), bytes(body)

    def remove(self, kind: str, id: str) -> None:
        """Forget the record; it is no error when there is none."""
        self._execute("DELETE FROM record WHERE kind = ? AND id = ?", (kind, id))

    def remove_all(self, kind: str) -> None:
        """Forget every record of ``kind``."""
        self._execute("DELETE FROM record WHERE kind = ?", (kind,))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _execute(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return list(self._connection.execute(statement, values))
        except sqlite3.Error as error:
            raise self._translated(error) from error

    def _prepare(self) -> None:
        found = self._format()
        if found > FORMAT:
            raise WorkspaceError(
                f"{self.path.parent} was written by a newer version of the program (format {found}, "
                f"this one reads up to {FORMAT}).",
                hint="Update Aetheron Desktop, or choose another workspace.",
            )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        if found < FORMAT:
            self._migrate(found)

    def _migrate(self, found: int) -> None:
        if found:
            self._back_up(found)
        # IMMEDIATE: of two programs that open the workspace at once, one migrates and the other waits.
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for number in range(self._format() + 1, FORMAT + 1):
                for statement in STEPS[number - 1]:
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {number}")
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def _format(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def _back_up(self, found: int) -> None:
        copy = sqlite3.connect(self.path.with_name(f"{self.path.stem}-format{found}{self.path.suffix}"))
        try:
            self._connection.backup(copy)
        finally:
            copy.close()

    def _translated(self, error: sqlite3.Error) -> WorkspaceError | StorageError:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_IOERR") and _is_full(self.path.parent):
            name = "SQLITE_FULL"  # it says so only of the file itself, not of those that it needs beside it
        match name:
            case "SQLITE_FULL":
                return StorageError(f"The disk is full: {self.path}.", hint="Free some space and try again.")
            case "SQLITE_NOTADB" | "SQLITE_CORRUPT":
                return WorkspaceError(
                    f"{self.path} is damaged or is not an index of a workspace ({error}).",
                    hint="Move that file away and start again: the index is made anew from the folders beside it.",
                )
            case _ if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
                return WorkspaceError(
                    f"{self.path.parent} cannot be written to ({error}).",
                    hint="Check the rights of the folder, or choose another workspace.",
                )
            case _:
                return StorageError(f"The index {self.path} could not be used: {error}.", hint="Try again.")


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _LEAST_FREE
    except OSError:  # the disk itself has gone
        return False
