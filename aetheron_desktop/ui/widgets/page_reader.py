"""The thread that reads the pages of a table for the grid."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal

from aetheron_desktop.engine.datasets.pages import Pages
from aetheron_desktop.engine.errors import AetheronError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_WAITING = 4
"""Wishes that are kept; while someone scrolls fast, the older ones are of no use any more."""


class PageReader(QThread):
    """Reads pages of one file, the latest wish first; :meth:`close` ends it."""

    page_read = Signal(int, list)  # first row, rows
    failed = Signal(object)  # AetheronError

    def __init__(self, parquet: Path, columns: Sequence[str] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_reader")
        self._parquet = parquet
        self._columns = columns
        self._wishes: list[tuple[int, int]] = []
        self._changed = threading.Condition()
        self._closed = False

    def ask(self, start: int, count: int) -> None:
        """Wish for the rows from ``start``."""
        with self._changed:
            self._wishes = [wish for wish in self._wishes if wish[0] != start][-_WAITING + 1 :]
            self._wishes.append((start, count))
            self._changed.notify()

    def is_wished(self, start: int) -> bool:
        """Whether the page from ``start`` is still to come."""
        with self._changed:
            return any(wish[0] == start for wish in self._wishes)

    def close(self) -> None:
        """End the thread, and wait for it: a page is read in milliseconds."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self.wait()

    def run(self) -> None:
        """Read until it is closed; called by Qt in the thread."""
        try:
            pages = Pages(self._parquet, self._columns)
        except AetheronError as error:
            self.failed.emit(error)
            return
        try:
            while (wish := self._next()) is not None:
                self.page_read.emit(wish[0], pages.rows(*wish))
        except AetheronError as error:
            self.failed.emit(error)
        finally:
            pages.close()

    def _next(self) -> tuple[int, int] | None:
        with self._changed:
            while not self._wishes and not self._closed:
                self._changed.wait()
            return None if self._closed else self._wishes.pop()
