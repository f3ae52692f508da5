"""Goes from one cell with a text to the next, while a worker still counts them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from aetheron_desktop.engine.datasets.viewing.found import CHUNK, FindQuestion, FoundCells

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session

    Cell = tuple[int, int]


class Finder(QObject):
    """Looks for one text at a time; a cell is a row of what is shown and the place of its column.

    ``found`` brings a cell to go to, ``counted`` tells how many there are so far, and whether that is all.
    """

    found = Signal(object, int)
    counted = Signal(object, bool)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._question: FindQuestion | None = None
        self._places: dict[str, int] = {}
        self._chunks: dict[int, FoundCells] = {}
        self._rows = 0
        self._jobs: set[str] = set()
        self._scan = self._closer = ""
        self._near: list[Cell] = []
        self._is_whole = False
        self._wanted: tuple[Cell, int] | None = None

    @property
    def count(self) -> int:
        """How many cells are known to have the text."""
        return sum(chunk.count for chunk in self._chunks.values())

    @property
    def is_whole(self) -> bool:
        """Whether all rows were looked at."""
        return self._is_whole

    def start(self, question: FindQuestion, names: tuple[str, ...], rows: int) -> None:
        """Begin to look for a text in ``rows`` rows, and go to the first cell at or after the question's origin."""
        self.stop()
        self._question, self._rows = question, rows
        self._places = {name: place for place, name in enumerate(names)}
        self._wanted = ((question.origin, -1), 1)
        self._scan = self._ask(question, self._on_found)

    def stop(self) -> None:
        """Forget the text, and end what goes on for it."""
        for job in self._jobs:
            self._session.withdraw(job)
        self._jobs.clear()
        self._chunks.clear()
        self._question, self._wanted, self._is_whole = None, None, False
        self._scan = self._closer = ""
        self._near = []

    def go(self, cell: Cell, step: int) -> None:
        """Go to the next cell after ``cell``, or with a ``step`` of -1 to the one before; round at the end."""
        if self._question is not None:
            self._wanted = (cell, step)
            self._go()

    def number_of(self, cell: Cell) -> int | None:
        """Say the how manieth a cell is, from one, when all before it are counted."""
        first = cell[0] // CHUNK * CHUNK
        before = range(0, first, CHUNK)
        here = self._chunks.get(first)
        if here is None or any(start not in self._chunks for start in before):
            return None
        cells = self._cells(here)
        if cell not in cells:
            return None
        return sum(self._chunks[start].count for start in before) + cells.index(cell) + 1

    # -- the inside ---------------------------------------------------------------------------------------------------

    def _ask(self, question: FindQuestion, on_answer: Callable[[FoundCells], None]) -> str:
        job = self._session.ask(question, on_answer, self._on_ended)
        self._jobs.add(job)
        return job

    def _on_found(self, told: FoundCells) -> None:
        self._chunks[told.start] = told
        self.counted.emit(self.count, self._is_whole)
        self._go()

    def _on_ended(self, end: JobEnded) -> None:
        self._jobs.discard(end.job)
        if end.outcome in {"failed", "crashed"}:
            self.failed.emit(" ".join(part for part in (end.detail, end.hint) if part))
        elif end.job == self._scan:
            self._is_whole = True
            self.counted.emit(self.count, self._is_whole)

    def _go(self) -> None:
        """Go where it is wished, as soon as the chunks on the way are counted."""
        for _ in range(len(self._chunks) + 1):
            if self._wanted is None or not self._rows:
                return
            here, step = self._wanted
            chunk = self._chunks.get(here[0] // CHUNK * CHUNK)
            if chunk is None:
                return
            cells = self._cells(chunk)
            if chunk.count > len(cells):
                cells = self._near
                if not cells or not cells[0] <= here <= cells[-1] or _next(cells, here, step) is None:
                    self._look_closer(chunk, here, step)
                    return
            if (cell := _next(cells, here, step)) is not None:
                self._wanted = None
                self.found.emit(*cell)
                return
            self._wanted = self._beyond(chunk, step), step

    def _beyond(self, chunk: FoundCells, step: int) -> Cell:
        """Give the place from which to go on after a chunk without a cell on this side."""
        if step > 0:
            return (chunk.stop if chunk.stop < self._rows else 0), -1
        return (chunk.start or self._rows) - 1, len(self._places)

    def _look_closer(self, chunk: FoundCells, here: Cell, step: int) -> None:
        """Ask for the cells on this side of ``here``, of a chunk that has too many to be told at once."""
        if self._closer:
            return
        assert self._question is not None
        part = (here[0], chunk.stop) if step > 0 else (chunk.start, here[0] + 1)
        question = msgspec.structs.replace(
            self._question, only_from=part[0], only_to=part[1], origin=part[0], from_end=step < 0
        )
        self._closer = self._ask(question, self._on_closer)

    def _on_closer(self, told: FoundCells) -> None:
        self._closer = ""
        if self._wanted is None:
            return
        here, step = self._wanted
        self._near = self._cells(told)
        if (cell := _next(self._near, here, step)) is not None:
            self._wanted = None
            self.found.emit(*cell)
        else:
            self._wanted = self._beyond(self._chunks[here[0] // CHUNK * CHUNK], step), step
            self._go()

    def _cells(self, chunk: FoundCells) -> list[Cell]:
        return sorted((row, self._places[name]) for row, name in chunk.cells)


def _next(cells: list[Cell], here: Cell, step: int) -> Cell | None:
    """Give the first of ``cells``, which ascend, after ``here``, or the last before it."""
    place = bisect_right(cells, here) if step > 0 else bisect_left(cells, here) - 1
    return cells[place] if 0 <= place < len(cells) else None
