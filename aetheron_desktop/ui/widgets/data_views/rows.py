"""The rows of the table: filtered, sorted, looked through."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QVBoxLayout

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.data_views import DataView
from aetheron_desktop.ui.widgets.grid import grid_menus
from aetheron_desktop.ui.widgets.grid.filter_bar import FilterBar
from aetheron_desktop.ui.widgets.grid.find_bar import FindBar
from aetheron_desktop.ui.widgets.grid.head_loader import HeadLoader
from aetheron_desktop.ui.widgets.grid.page_reader import Source
from aetheron_desktop.ui.widgets.grid.row_search import RowSearch
from aetheron_desktop.ui.widgets.grid.table_grid import TableGrid
from aetheron_desktop.ui.widgets.grid.view_choice import ViewChoice
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.expression_parts import Kind
    from aetheron_desktop.engine.datasets.viewing.views import ViewMade
    from aetheron_desktop.engine.events import JobEnded, Progressed
    from aetheron_desktop.ui.session import Session

_WORK_MS: Final = 200


class RowsView(DataView):
    """The grid, the filter above it, and the line to find a text; what is chosen of each dataset is kept."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._dataset: Dataset | None = None
        self._choices: dict[str, ViewChoice] = {}
        self._choice = self._shown_choice = ViewChoice()
        self._made: ViewMade | None = None
        self._job = ""
        self._stage: tuple[str, float | None] = ("", None)
        self._kinds: dict[str, Kind] = {}
        self.filter_bar = FilterBar(self)
        self.find_bar = FindBar(self)
        self.grid = TableGrid(self)
        self._heads = HeadLoader(session, self.grid)
        self._search = RowSearch(session, self.grid, self.find_bar)
        self.setFocusProxy(self.grid)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self.filter_bar)
        layout.addWidget(self.find_bar)
        layout.addWidget(self.grid, 1)
        # Work that is done at once is not told of.
        self._slow = QTimer(self, singleShot=True, interval=_WORK_MS)
        self._slow.timeout.connect(lambda: self.filter_bar.show_work(*self._stage))
        self._connect()
        self._make_keys()
        self.filter_bar.toggle_heads()

    def show_dataset(self, dataset: Dataset | None) -> None:
        self._keep_widths()
        self._forget()
        self._dataset = dataset
        if dataset is None:
            self.grid.close_table()
            return
        info = dataset.info
        self._choice = self._choices.get(info.id, ViewChoice())
        self._shown_choice = ViewChoice()
        names = info.schema.names
        self.filter_bar.field.show_columns(names)
        self.find_bar.show_columns(names)
        self.grid.show_table(dataset.parquet, info.schema.columns, info.rows)
        if self.grid.columns is not None:
            self.grid.columns.set_widths(self._choice.widths)
        self.grid.ask_for_kinds()
        self._show_target()
        self._show_marked()
        self._heads.show_dataset(info.id)
        self._search.show_rows(info.id, None)
        self._change(self._choice)

    # -- wishes -------------------------------------------------------------------------------------------------------

    def open_find(self) -> None:
        """Let a text be typed to look for."""
        self.find_bar.open()

    def show_only_marked(self) -> None:
        """Show no rows but the marked ones, whatever was looked for before."""
        self._change(replace(self._choice, only_marked=bool(self._session.marked), condition=""), anew=True)

    def _change(self, choice: ViewChoice, *, anew: bool = False) -> None:
        """Look at the dataset so from now on; ``anew`` when other rows are marked."""
        dataset = self._dataset
        if dataset is None:
            return
        self._choice = self._choices[dataset.info.id] = choice
        self.grid.arrange(choice.hidden, choice.pinned)
        self._search.leave_out(choice.hidden)
        if anew or self._job or _rows_of(choice) != _rows_of(self._shown_choice):
            self._withdraw()
            if choice.is_plain:
                self._show_rows(None)
            else:
                question = choice.question(dataset.info.id, self._session.marked)
                self._job = self._session.ask(question, self._on_made, self._on_end, self._on_progress)
                self._stage = ("Look for the rows" if not choice.sort else "Sort the rows", None)
                self._slow.start()
        self._show_choice()

    def _cancel(self) -> None:
        """Show what was shown before; if that is the same view not yet laid out, it stays so."""
        self._withdraw()
        before = self._shown_choice
        self._change(
            replace(self._choice, condition=before.condition, sort=before.sort, only_marked=before.only_marked)
        )

    def _filter_by_marks(self, wanted: bool) -> None:
        self._change(replace(self._choice, only_marked=wanted))

    # -- views --------------------------------------------------------------------------------------------------------

    def _on_made(self, made: ViewMade) -> None:
        self._show_rows(made)

    def _on_progress(self, progress: Progressed) -> None:
        self._stage = (progress.stage, progress.done / progress.total if progress.total else None)
        if not self._slow.isActive():
            self.filter_bar.show_work(*self._stage)

    def _on_end(self, end: JobEnded) -> None:
        self._withdraw()
        if end.outcome in {"failed", "crashed"}:
            self.filter_bar.show_problem(" ".join(part for part in (end.detail, end.hint) if part) or end.title)

    def _withdraw(self) -> None:
        job, self._job = self._job, ""
        if job:
            self._session.withdraw(job)
        self._slow.stop()
        self.filter_bar.show_work("", None)

    def _show_rows(self, made: ViewMade | None) -> None:
        """Let the grid show a view, or the dataset itself."""
        dataset = self._dataset
        assert dataset is not None
        again = made is not None and self._made is not None and made.folder == self._made.folder
        top = self.grid.current_cell() if again else (0, 0)
        self._made = made
        self._shown_choice = self._choice
        names = dataset.info.schema.names
        if made is None:
            self.grid.show_rows(Source(dataset.parquet, names), dataset.info.rows)
        else:
            root = self._session.workspace.root
            source = Source(made.parquet_in(root, dataset.parquet), names, made.order_in(root), made.is_laid_out)
            self.grid.show_rows(source, made.count)
        if again:
            self.grid.go_to_cell(*top)
        self._show_choice()
        self._search.show_rows(dataset.info.id, made)

    # -- showing ------------------------------------------------------------------------------------------------------

    def _show_choice(self) -> None:
        dataset = self._dataset
        if dataset is None:
            return
        shown = self._made.count if self._made is not None else dataset.info.rows
        known = _rows_of(self._choice) == _rows_of(self._shown_choice)
        self.filter_bar.show_choice(
            self._choice, shown if known else None, dataset.info.rows, len(self._session.marked)
        )
        for header in self.grid.headers():
            header.show_sort(self._choice.sort)

    def _show_target(self) -> None:
        self.grid.set_target(self._session.target)

    def _show_marked(self) -> None:
        pages = self.grid.pages()
        if pages is None or self._dataset is None:
            return
        marked = self._session.marked
        pages.set_marked(marked)
        if self._choice.only_marked:
            self._change(replace(self._choice, only_marked=bool(marked)), anew=True)
        elif marked and self._choice.is_plain:
            self.grid.go_to_row(marked[0] + 1)
        self._show_choice()

    def _show_kinds(self, kinds: dict[str, Kind]) -> None:
        self._kinds = kinds
        self.filter_bar.field.show_kinds(kinds)

    def _open_cell_menu(self, at: QPoint) -> None:
        pages = self.grid.pages()
        index = self.grid.indexAt(at)
        if pages is None or not index.isValid():
            return
        row, place = pages.base + index.row(), index.column()
        menu = named(QMenu(self), "cell_menu", "Cell")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid_menus.add_row(menu, "copy_cells", "Copy", self.grid.copy, "Ctrl+C")
        grid_menus.add_row(
            menu, "copy_named", "Copy with column names", lambda: self.grid.copy(named=True), "Ctrl+Shift+C"
        )
        column = pages.columns()[place].name
        if pages.is_loaded(row, place) and column in self._kinds:
            menu.addSeparator()
            for words, condition in grid_menus.filters(column, pages.cell(row, place), self._kinds[column]):
                menu.addAction(words, partial(self._add_condition, condition))
        menu.addSeparator()
        grid_menus.add_column_rows(menu, column, self._choice, self._change)
        menu.popup(self.grid.viewport().mapToGlobal(at))

    def _open_column_menu(self, column: str, at: QPoint) -> None:
        menu = grid_menus.column_menu(self, column, self._choice, self._change)
        menu.addSeparator()
        grid_menus.add_row(menu, "choose_column", "Choose all its cells", lambda: self._choose_column(column))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _add_condition(self, condition: str) -> None:
        self._change(self._choice.also(condition))

    def _choose_column(self, column: str) -> None:
        if (place := self.grid.place_of(column)) is not None:
            self.grid.selectColumn(place)
            self._session.choose_column(column)

    def _tell_copied(self, copied: int, chosen: int) -> None:
        detail = f"The first {copied:,} of {chosen:,} chosen rows are on the clipboard."
        self._session.noticed.emit(
            Notice("warning", "Copied in part", detail, "Copy fewer columns, or use the file itself.")
        )

    # -- the inside ---------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        session, grid, bar = self._session, self.grid, self.filter_bar
        grid.failed.connect(session.tell)
        grid.copied_in_part.connect(self._tell_copied)
        grid.kinds_known.connect(self._show_kinds)
        grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        grid.customContextMenuRequested.connect(self._open_cell_menu)
        grid.pinned.customContextMenuRequested.connect(self._open_pinned_menu)
        for header in grid.headers():
            header.sort_wanted.connect(self._sort)
            header.menu_wanted.connect(self._open_column_menu)
        bar.field.applied.connect(lambda text: self._change(replace(self._choice, condition=text)))
        bar.cleared.connect(lambda: self._change(replace(self._choice, condition="", only_marked=False)))
        bar.sort_cleared.connect(lambda: self._change(replace(self._choice, sort=())))
        bar.only_marked_wanted.connect(self._filter_by_marks)
        bar.columns_wanted.connect(lambda: self._change(replace(self._choice, hidden=frozenset())))
        bar.heads_wanted.connect(self._heads.switch)
        bar.find_wanted.connect(self.open_find)
        bar.cancelled.connect(self._cancel)
        session.column_chosen.connect(self._show_column)
        session.target_changed.connect(self._show_target)
        session.marked_changed.connect(self._show_marked)
        # A thread must have ended before the window that owns it goes.
        session.finished.connect(self.grid.close_table)

    def _make_keys(self) -> None:
        for keys, act in (
            ("Ctrl+F", self.open_find),
            ("F3", lambda: self._search.go(1)),
            ("Shift+F3", lambda: self._search.go(-1)),
            ("Ctrl+L", self.filter_bar.field.setFocus),
            ("Ctrl+H", self.filter_bar.toggle_heads),
        ):
            key = QShortcut(QKeySequence(keys), self, act)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _sort(self, column: str, added: bool) -> None:
        self._change(self._choice.clicked(column, added=added))

    def _open_pinned_menu(self, at: QPoint) -> None:
        pinned = self.grid.pinned
        self._open_cell_menu(self.grid.viewport().mapFromGlobal(pinned.viewport().mapToGlobal(at)))

    def _show_column(self, name: str) -> None:
        if name in self._choice.hidden:
            self._change(replace(self._choice, hidden=self._choice.hidden - {name}))
        self.grid.show_column(name)

    def _keep_widths(self) -> None:
        columns, dataset = self.grid.columns, self._dataset
        if columns is not None and dataset is not None:
            self._choices[dataset.info.id] = replace(self._choice, widths=columns.widths())

    def _forget(self) -> None:
        """End what goes on for the dataset that was shown."""
        self._withdraw()
        self._search.show_rows("", None)
        self._heads.show_dataset("")
        self._kinds, self._made = {}, None


def _rows_of(choice: ViewChoice) -> tuple[object, ...]:
    """Give what of a choice decides which rows are shown."""
    return choice.condition, choice.sort, choice.only_marked
