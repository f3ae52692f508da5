"""The thread that reads the pages of a table for the grid."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal, SignalInstance

from aetheron_desktop.engine.datasets.pages import Pages
from aetheron_desktop.engine.errors import AetheronError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Part: TypeAlias = tuple[int, int, int, int]
"""First row, rows, first column, columns."""
_WAITING = 4
"""Wishes that are kept; while someone scrolls fast, the older ones are of no use any more."""


class PageReader(QObject):
    """Reads pages of one file in a thread, the latest wish first; :meth:`close` ends it.

    The thread is Python's own: a widget may be deleted at any moment, and Qt aborts the program when a running QThread
    goes with it.
    """

    page_read = Signal(int, int, list)  # first row, first column, rows
    copied = Signal(str)  # tab-separated lines
    failed = Signal(object)  # AetheronError

    def __init__(self, parquet: Path, columns: Sequence[str] | None = None) -> None:
        super().__init__()
        self._parquet = parquet
        self._columns = columns
        self._wishes: list[Part] = []
        self._copy: Part | None = None
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="page reader", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def ask(self, start: int, count: int, first: int, width: int) -> None:
        """Wish for ``count`` rows from ``start``, and of them ``width`` cells from column ``first``."""
        with self._changed:
            wish = (start, count, first, width)
            self._wishes = [other for other in self._wishes if other != wish][-_WAITING + 1 :]
            self._wishes.append(wish)
            self._changed.notify()

    def copy(self, start: int, count: int, first: int, width: int) -> None:
        """Wish for cells as text for the clipboard."""
        with self._changed:
            self._copy = (start, count, first, width)
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
                self._read(pages, *wish)
        finally:
            pages.close()

    def _read(self, pages: Pages, part: Part, is_copy: bool) -> None:
        try:
            if is_copy:
                self._tell(self.copied, pages.copied(*part, lambda: self._closed))
            else:
                self._tell(self.page_read, part[0], part[2], pages.rows(*part))
        except AetheronError as error:
            self._tell(self.failed, error)

    def _tell(self, signal: SignalInstance, *values: object) -> None:
        if not self._closed:
            signal.emit(*values)

    def _next(self) -> tuple[Part, bool] | None:
        with self._changed:
            while not self._wishes and self._copy is None and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            if self._wishes:
                return self._wishes.pop(), False
            part, self._copy = self._copy, None
            assert part is not None
            return part, True
