"""Brings what is in the columns into the heads of the grid, for the columns that are in view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from aetheron_desktop.engine.datasets.viewing.heads import ColumnHead, HeadsQuestion

if TYPE_CHECKING:
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.grid.table_grid import TableGrid

_PAUSE_MS: Final = 150


class HeadLoader(QObject):
    """Asks a worker as the grid is scrolled sideways; columns that fly by are not asked for."""

    def __init__(self, session: Session, grid: TableGrid) -> None:
        super().__init__(grid)
        self._session = session
        self._grid = grid
        self._dataset = ""
        self._is_on = False
        self._heads: dict[str, ColumnHead] = {}
        self._asked: set[str] = set()
        self._jobs: set[str] = set()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        grid.columns_seen.connect(self._pause.start)

    def show_dataset(self, dataset: str) -> None:
        """Ask about this dataset from now on; about none when it is empty."""
        for job in self._jobs:
            self._session.withdraw(job)
        self._jobs.clear()
        self._heads.clear()
        self._asked.clear()
        self._dataset = dataset
        self._pause.start()

    def switch(self, on: bool) -> None:
        """Show what is in the columns, or their names alone."""
        self._is_on = on
        for header in self._grid.headers():
            header.show_heads(self._heads, tall=on)
        self._grid.pinned.fit()
        self._pause.start()

    def _ask(self) -> None:
        if not self._dataset or not self._is_on:
            return
        names = tuple(name for name in self._grid.seen() if name not in self._asked)
        if names:
            self._asked.update(names)
            question = HeadsQuestion(dataset=self._dataset, columns=names)
            self._jobs.add(self._session.ask(question, self._on_head, self._on_end))

    def _on_head(self, head: ColumnHead) -> None:
        self._heads[head.column] = head
        for header in self._grid.headers():
            header.viewport().update()

    def _on_end(self, end: JobEnded) -> None:
        self._jobs.discard(end.job)
