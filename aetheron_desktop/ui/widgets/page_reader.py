"""The thread that reads the pages of a table for the grid."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, SignalInstance

from aetheron_desktop.engine.datasets.pages import Pages
from aetheron_desktop.engine.errors import AetheronError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_WAITING = 4
"""Wishes that are kept; while someone scrolls fast, the older ones are of no use any more."""


class PageReader(QObject):
    """Reads pages of one file in a thread, the latest wish first; :meth:`close` ends it.

    The thread is Python's own: a widget may be deleted at any moment, and Qt aborts the program when a running QThread
    goes with it.
    """

    page_read = Signal(int, list)  # first row, rows
    failed = Signal(object)  # AetheronError

    def __init__(self, parquet: Path, columns: Sequence[str] | None = None) -> None:
        super().__init__()
        self._parquet = parquet
        self._columns = columns
        self._wishes: list[tuple[int, int]] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="page reader", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def ask(self, start: int, count: int) -> None:
        """Wish for the rows from ``start``."""
        with self._changed:
            self._wishes = [wish for wish in self._wishes if wish[0] != start][-_WAITING + 1 :]
            self._wishes.append((start, count))
            self._changed.notify()

    def close(self) -> None:
        """End the thread, and wait for it: a page is read in milliseconds."""
        self.forget()
        if self._thread.is_alive():
            self._thread.join()

    def forget(self) -> None:
        """End the thread without waiting for it."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        try:
            pages = Pages(self._parquet, self._columns)
        except AetheronError as error:
            self._tell(self.failed, error)
            return
        try:
            while (wish := self._next()) is not None:
                self._tell(self.page_read, wish[0], pages.rows(*wish))
        except AetheronError as error:
            self._tell(self.failed, error)
        finally:
            pages.close()

    def _tell(self, signal: SignalInstance, *values: object) -> None:
        if not self._closed:
            signal.emit(*values)

    def _next(self) -> tuple[int, int] | None:
        with self._changed:
            while not self._wishes and not self._closed:
                self._changed.wait()
            return None if self._closed else self._wishes.pop()
