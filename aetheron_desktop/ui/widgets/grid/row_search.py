"""Looks for a text in the rows that the grid shows, and goes from cell to cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from aetheron_desktop.engine.datasets.viewing.found import FindQuestion
from aetheron_desktop.ui.widgets.grid.finder import Finder

if TYPE_CHECKING:
    from collections.abc import Collection

    from aetheron_desktop.engine.datasets.viewing.views import ViewMade
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.grid.find_bar import FindBar
    from aetheron_desktop.ui.widgets.grid.table_grid import TableGrid


class RowSearch(QObject):
    """Has the text from the bar, and marks the cell in the grid."""

    def __init__(self, session: Session, grid: TableGrid, bar: FindBar) -> None:
        super().__init__(bar)
        self._grid = grid
        self._bar = bar
        self._dataset = ""
        self._view: ViewMade | None = None
        self._hidden: Collection[str] = ()
        self._finder = Finder(session, self)
        bar.asked.connect(self._ask)
        bar.step_wanted.connect(self.go)
        bar.closed.connect(grid.setFocus)
        self._finder.found.connect(self._on_found)
        self._finder.counted.connect(self._show_count)
        self._finder.failed.connect(bar.show_count)

    def show_rows(self, dataset: str, view: ViewMade | None) -> None:
        """Look in these rows from now on; in none when ``dataset`` is empty."""
        self._dataset, self._view = dataset, view
        self._finder.stop()
        if not dataset:
            self._bar.hide()
        elif self._bar.isVisible() and self._bar.text:
            self._ask(self._bar.text, self._bar.column)

    def leave_out(self, columns: Collection[str]) -> None:
        """Do not look in these columns, unless one is chosen."""
        self._hidden = columns

    def go(self, step: int) -> None:
        """Go to the next cell, or with -1 to the one before."""
        self._finder.go(self._grid.current_cell(), step)

    def _ask(self, text: str, column: str) -> None:
        pages = self._grid.pages()
        if pages is None:
            return
        pages.set_found(None)
        names = tuple(one.name for one in pages.columns())
        if not text or not self._dataset:
            self._finder.stop()
            self._bar.show_count("")
            return
        question = FindQuestion(
            dataset=self._dataset,
            text=text,
            columns=(column,) if column else tuple(name for name in names if name not in self._hidden),
            view=self._view,
            origin=self._grid.current_cell()[0],
        )
        self._bar.show_count("…")
        self._finder.start(question, names, pages.rows)

    def _on_found(self, row: int, column: int) -> None:
        if pages := self._grid.pages():
            self._grid.go_to_cell(row, column)
            pages.set_found((row, column))
        self._show_count()

    def _show_count(self) -> None:
        count, is_whole = self._finder.count, self._finder.is_whole
        if not count:
            self._bar.show_count("Not found" if is_whole else "…")
            return
        number = self._finder.number_of(self._grid.current_cell())
        words = f"{number:,} of {count:,}" if number is not None else f"{count:,} found"
        self._bar.show_count(words if is_whole else f"{words} so far")
