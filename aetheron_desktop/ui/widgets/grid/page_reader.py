"""The thread that reads the pages of a table for the grid."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal, SignalInstance

from aetheron_desktop.engine.datasets.viewing.pages import Pages, spare_memory
from aetheron_desktop.engine.errors import AetheronError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_WAITING = 4
"""Wishes that are kept; while someone scrolls fast, the older ones are of no use any more."""


class Source(NamedTuple):
    """Where rows are read: a Parquet file, all its rows, or those of a view. See ``Pages``."""

    parquet: Path
    columns: tuple[str, ...] | None = None
    order: Path | None = None
    laid_out: bool = False


class Part(NamedTuple):
    """Some rows, and of them some columns."""

    start: int
    rows: int
    first: int
    width: int


class Copy(NamedTuple):
    """Cells for the clipboard; with ``named`` the names of the columns as well."""

    start: int
    rows: int
    columns: tuple[str, ...]
    named: bool


class PageReader(QObject):
    """Reads pages of one table in a thread, the latest wish first; :meth:`close` ends it.

    The thread is Python's own: a widget may be deleted at any moment, and Qt aborts the program when a running QThread
    goes with it.
    """

    # Numbers of rows are objects: those of Qt end at 2,147,483,647.
    page_read = Signal(object, int, list, list)  # first row, first column, rows, their numbers in the snapshot
    copied = Signal(str)  # tab-separated lines
    kinds_known = Signal(dict)  # for each column what an expression takes it for
    failed = Signal(object)  # AetheronError

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._wishes: list[Part] = []
        self._copy: Copy | None = None
        self._wants_kinds = False
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="page reader", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def ask(self, start: int, count: int, first: int, width: int) -> None:
        """Wish for ``count`` rows from ``start``, and of them ``width`` cells from column ``first``."""
        with self._changed:
            wish = Part(start, count, first, width)
            self._wishes = [other for other in self._wishes if other != wish][-_WAITING + 1 :]
            self._wishes.append(wish)
            self._changed.notify()

    def copy(self, start: int, count: int, columns: tuple[str, ...], *, named: bool = False) -> None:
        """Wish for cells as text for the clipboard."""
        with self._changed:
            self._copy = Copy(start, count, columns, named)
            self._changed.notify()

    def ask_for_kinds(self) -> None:
        """Wish to know what the columns are to an expression."""
        with self._changed:
            self._wants_kinds = True
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
        source = self._source
        spare_memory()
        try:
            pages = Pages(source.parquet, source.columns, source.order, laid_out=source.laid_out)
        except AetheronError as error:
            self._tell(self.failed, error)
            return
        try:
            while (work := self._next()) is not None:
                try:
                    work(pages)
                except AetheronError as error:
                    self._tell(self.failed, error)
        finally:
            pages.close()

    def _read(self, pages: Pages, part: Part) -> None:
        rows, numbers = pages.rows(*part), pages.numbers(part.start, part.rows)
        self._tell(self.page_read, part.start, part.first, rows, numbers)

    def _read_copy(self, pages: Pages, copy: Copy) -> None:
        text = pages.copied(copy.start, copy.rows, copy.columns, lambda: self._closed, named=copy.named)
        self._tell(self.copied, text)

    def _tell(self, signal: SignalInstance, *values: object) -> None:
        if not self._closed:
            signal.emit(*values)

    def _next(self) -> Callable[[Pages], None] | None:
        """Wait for a wish, and give what fulfils it; None at the end."""
        with self._changed:
            while not self._wishes and self._copy is None and not self._wants_kinds and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            if self._wishes:
                part = self._wishes.pop()
                return lambda pages: self._read(pages, part)
            if self._wants_kinds:
                self._wants_kinds = False
                return lambda pages: self._tell(self.kinds_known, pages.kinds())
            copy, self._copy = self._copy, None
            assert copy is not None
            return lambda pages: self._read_copy(pages, copy)
