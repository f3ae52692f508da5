"""The leaderboard of all runs: what finds and orders them, the table, and what can be done with those chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.comparing.columns import SCORE
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models.comparison import ComparisonModel
from aetheron_desktop.ui.widgets.comparison.board_cells import BoardDelegate
from aetheron_desktop.ui.widgets.comparison.condition_field import ConditionField
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.tables import set_up_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aetheron_desktop.engine.comparing.table import RunTable
    from aetheron_desktop.engine.comparing.views import View, Views

_WIDTHS: Final = {
    "run": 310, SCORE: 130, "estimator": 150, "dataset": 120, "target": 110, "rows": 96, "tags": 130, "time": 84,
    "started": 150, "status": 110, "note": 180, "split": 170, "plan": 120, "id": 160,
}  # fmt: skip
_USUAL: Final = 120
_LEAST: Final = 48
GROUPS: Final = (
    ("No groups", ""), ("By dataset", "dataset"), ("By estimator", "estimator"), ("By target", "target"),
    ("By test rows", "rows"), ("By tags", "tags"), ("By plan (seeds, folds)", "plan"), ("By status", "status"),
)  # fmt: skip


class BoardTable(QTableView):
    """The table alone; Delete asks to delete the chosen runs, F2 to mark them."""

    delete_wanted = Signal()
    marks_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.marks_wanted.emit()
        else:
            super().keyPressEvent(event)


class Board(QFrame):
    """Keeps the ids of the chosen runs and how they are looked at; asks, and never does."""

    selection_changed = Signal(list)  # run ids, the current one first
    view_changed = Signal(object)  # View
    baseline_wanted = Signal(str)  # run id, or empty
    marks_wanted = Signal(list)
    delete_wanted = Signal(list)
    columns_wanted = Signal()
    model_wanted = Signal(str)  # run id
    save_wanted = Signal()
    named_wanted = Signal(str)  # the name of a view
    forget_wanted = Signal(str)
    import_wanted = Signal(bool)  # whether from a folder
    server_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board")
        theme.mark(self, role="panel")
        self.model = ComparisonModel(self)
        self._views: Views | None = None
        self._series: Mapping[str, int] = {}
        self._chosen: list[str] = []
        self._is_showing = False
        self._build()
        self._connect()
        self._show_state()

    def _build(self) -> None:
        title = QLabel("Runs", self)
        theme.mark(title, role="heading")
        self._count = named(QLabel(self), "board_count", "How many runs are shown")
        theme.mark(self._count, role="muted")
        self.field = ConditionField(self)
        self._group = named(QComboBox(self), "board_group", "How runs are grouped")
        for words, key in GROUPS:
            self._group.addItem(words, key)
        self._columns = pictured(
            named(QPushButton("Columns", self), "board_columns", "Choose columns"), "table", "muted"
        )
        self._named = pictured(named(QPushButton("Views", self), "board_views", "Saved views"), "eye", "muted")
        self._menu = QMenu(self._named)
        self._menu.setObjectName("views_menu")
        self._named.setMenu(self._menu)
        for button in (self._columns, self._named):
            theme.mark(button, role="ghost")
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.WIDE, theme.GAP, theme.WIDE, 0)
        bar.setSpacing(theme.GAP)
        for widget in (title, self._count):
            bar.addWidget(widget)
        bar.addWidget(self.field, 1)
        for control in (self._group, self._columns, self._named):
            bar.addWidget(control)
        self._problem = named(QLabel(self, wordWrap=True), "condition_problem", "What is wrong with the condition")
        self._problem.setContentsMargins(theme.WIDE, 0, theme.WIDE, 0)
        theme.mark(self._problem, role="error")
        self._problem.hide()
        self.table = self._make_table()
        self.setFocusProxy(self.table)
        self._empty = Empty("chart", self)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addLayout(bar)
        layout.addWidget(self._problem)
        layout.addLayout(self._stack, 1)

    def _make_table(self) -> BoardTable:
        table = BoardTable(self)
        table.setObjectName("board_table")
        table.setAccessibleName("All runs")
        table.setModel(self.model)
        table.setItemDelegate(BoardDelegate(table, self._series_of))
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        set_up_table(table, {}, stretched=None, row=theme.ROW_HEIGHT + 8, several=True)
        header = table.horizontalHeader()
        header.setSectionsMovable(True)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setMinimumSectionSize(_LEAST)
        return table

    def _connect(self) -> None:
        header = self.table.horizontalHeader()
        header.sectionClicked.connect(self._on_header)
        header.sectionMoved.connect(self._on_moved)
        header.sectionResized.connect(self._on_resized)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self.table.selectionModel().currentChanged.connect(self._on_selection)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.clicked.connect(self._on_clicked)
        self.table.doubleClicked.connect(self._on_double_clicked)
        self.table.delete_wanted.connect(lambda: self._ask(self.delete_wanted))
        self.table.marks_wanted.connect(lambda: self._ask(self.marks_wanted))
        self.field.applied.connect(lambda text: self._change(where=text))
        self.field.checked.connect(self._show_problem)
        self._group.activated.connect(lambda _: self._change(group=self._group.currentData()))
        self._columns.clicked.connect(self.columns_wanted)
        self._menu.aboutToShow.connect(self._fill_views)
        self.model.arranged.connect(self._on_arranged)
        theme.changed.connect(self.table.viewport().update)

    # -- what is shown ------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> list[str]:
        """The ids of the chosen runs, the current one first."""
        return list(self._chosen)

    @property
    def view(self) -> View:
        """How the runs are looked at."""
        return self.model.view

    def show_runs(self, table: RunTable, views: Views) -> None:
        """Show these runs as the last view has it."""
        self._views = views
        self.field.show_table(table)
        self.model.table = table
        self.show_views(views)

    def show_views(self, views: Views) -> None:
        """Take how runs are looked at, and the baseline."""
        self._views = views
        self.model.show_view(views.last, views.baseline)
        if self.field.text().strip() != views.last.where:
            with QSignalBlocker(self.field):
                self.field.setText(views.last.where)
            self.field.check()
        self._group.setCurrentIndex(max(0, self._group.findData(views.last.group)))

    def show_series(self, series: Mapping[str, int]) -> None:
        """Show which runs are in the plots, and in which colour."""
        self._series = dict(series)
        self.table.viewport().update()

    def choose(self, runs: Sequence[str]) -> None:
        """Choose ``runs``, the first as the current one."""
        selection, model = self.table.selectionModel(), self.model
        rows = [row for run in runs if (row := model.row_of(run)) is not None]
        made = QItemSelection()
        for row in rows:
            made.select(model.index(row, 0), model.index(row, model.columnCount() - 1))
        with QSignalBlocker(selection):
            selection.select(made, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            if rows:
                selection.setCurrentIndex(model.index(rows[0], 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        self.table.viewport().update()
        self._on_selection()

    def _series_of(self, run: str) -> int | None:
        return self._series.get(run)

    def _on_arranged(self) -> None:
        """Give the columns their widths and marks, and choose again what was chosen."""
        self._is_showing = True
        header, view = self.table.horizontalHeader(), self.view
        for place, column in enumerate(self.model.columns):
            header.moveSection(header.visualIndex(place), place)
            header.resizeSection(place, view.widths.get(column.key, _WIDTHS.get(column.key, _USUAL)))
            if column.key == view.sort:
                # The arrow says which end stands above, and of a score the better one is the upper end.
                order = (
                    Qt.SortOrder.AscendingOrder
                    if view.ascending != (view.sort == SCORE)
                    else Qt.SortOrder.DescendingOrder
                )
                header.setSortIndicator(place, order)
        if view.sort not in {column.key for column in self.model.columns}:
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._is_showing = False
        if self._chosen:
            self.choose(self._chosen)
        self._show_state()

    def _show_state(self) -> None:
        shown, there = self.model.shown, len(self.model.table)
        self._count.setText(f"{shown:,}" if shown == there else f"{shown:,} of {there:,}")
        self._stack.setCurrentIndex(1 if shown else 0)
        if there:
            self._empty.show_words("No run meets the condition", "Change it, or clear the field above to see all runs.")
        else:
            self._empty.show_words(
                "Nothing has been trained yet", "Train some models; here you see which of them is better, and why."
            )

    def _show_problem(self, problem: str) -> None:
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    # -- what is asked ------------------------------------------------------------------------------------------------

    def _change(self, **changes: object) -> None:
        view = msgspec.structs.replace(self.view, **changes)
        if view != self.view:
            self.view_changed.emit(view)

    def show_columns(self, keys: tuple[str, ...]) -> None:
        """Ask for these columns."""
        self._change(columns=keys)

    def show_axes(self, keys: tuple[str, ...]) -> None:
        """Ask for these columns as the axes over which runs are drawn."""
        self._change(axes=keys)

    def show_tint(self, key: str) -> None:
        """Ask for the colours of runs by this column."""
        self._change(tint=key)

    def _on_header(self, place: int) -> None:
        key = self.model.columns[place].key
        ascending = not self.view.ascending if key == self.view.sort else self.model.table.best_first(key)
        self._change(sort=key, ascending=ascending)

    def _on_moved(self) -> None:
        if self._is_showing:
            return
        header = self.table.horizontalHeader()
        order = sorted(range(len(self.model.columns)), key=header.visualIndex)
        self._change(columns=tuple(self.model.columns[place].key for place in order))

    def _on_resized(self, place: int, _: int, width: int) -> None:
        is_last = self.table.horizontalHeader().visualIndex(place) == len(self.model.columns) - 1
        if not self._is_showing and not is_last and place < len(self.model.columns):
            # Kept with the next change: the table is as wide as it is being pulled already.
            key = self.model.columns[place].key
            self.model.view = msgspec.structs.replace(self.view, widths={**self.view.widths, key: width})

    def _on_clicked(self) -> None:
        row = self.table.currentIndex().row()
        if row >= 0 and (line := self.model.line(row)).run is None:
            self.model.toggle_group(line.group)

    def _on_double_clicked(self) -> None:
        if (run := self.model.run_at(self.table.currentIndex().row())) is not None:
            self.model_wanted.emit(run)

    def _on_selection(self) -> None:
        selection = self.table.selectionModel()
        # Not by ``selectedRows``, which takes seconds of thousands of rows that do not follow each other.
        told = selection.selection()
        parts = [told.at(place) for place in range(told.count())]
        rows = dict.fromkeys(row for part in parts for row in range(part.top(), part.bottom() + 1))
        chosen = [run for row in rows if (run := self.model.run_at(row)) is not None]
        current = self.model.run_at(selection.currentIndex().row())
        if current in chosen:
            chosen.remove(current)
            chosen.insert(0, current)
        if chosen != self._chosen:
            self._chosen = chosen
            self.selection_changed.emit(list(chosen))

    def _ask(self, wish: object) -> None:
        if self._chosen:
            wish.emit(list(self._chosen))  # type: ignore[attr-defined]

    def _show_menu(self, position: QPoint) -> None:
        if self._chosen:
            self.make_menu().popup(self.table.viewport().mapToGlobal(position))

    def make_menu(self) -> QMenu:
        """Give the menu for the chosen runs."""
        menu = QMenu(self)
        menu.setObjectName("board_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        first, is_one = self._chosen[0], len(self._chosen) == 1
        row = self.model.table.row(first)
        is_pinned = first == self.model.baseline
        pin = QAction(icon("target"), "Take off as the baseline" if is_pinned else "Make it the baseline", menu)
        pin.setEnabled(is_one)
        pin.triggered.connect(lambda: self.baseline_wanted.emit("" if is_pinned else first))
        marks = QAction(icon("rename"), "Tags, note and colour…", menu)
        marks.setShortcut("F2")
        marks.triggered.connect(lambda: self._ask(self.marks_wanted))
        show = QAction(icon("model"), "Show model", menu)
        show.setEnabled(is_one and row is not None and bool(row.model))
        show.triggered.connect(lambda: self.model_wanted.emit(first))
        count = len(self._chosen)
        delete = QAction(icon("trash"), "Delete the run…" if is_one else f"Delete {count:,} runs…", menu)
        delete.setShortcut("Del")
        delete.triggered.connect(lambda: self._ask(self.delete_wanted))
        menu.addActions([pin, marks, show])
        menu.addSeparator()
        menu.addAction(delete)
        return menu

    def _fill_views(self) -> None:
        """Fill the menu of saved views."""
        menu, views = self._menu, self._views
        menu.clear()
        for name in views.named if views is not None else ():
            one = menu.addAction(icon("eye"), name)
            one.triggered.connect(lambda _=False, name=name: self.named_wanted.emit(name))
        if views is not None and views.named:
            menu.addSeparator()
            forget = menu.addMenu("Forget a view")
            for name in views.named:
                one = forget.addAction(name)
                one.triggered.connect(lambda _=False, name=name: self.forget_wanted.emit(name))
        menu.addSeparator()
        folder = menu.addAction(icon("import"), "Bring in runs of MLflow (folder mlruns)…")
        folder.triggered.connect(lambda: self.import_wanted.emit(True))
        file = menu.addAction(icon("import"), "Bring in runs from a file (mlflow.db, CSV)…")
        file.triggered.connect(lambda: self.import_wanted.emit(False))
        server = menu.addAction(icon("import"), "Bring in runs of a tracking server (MLflow)…")
        server.triggered.connect(self.server_wanted)
        out = menu.addAction(icon("export"), "Export what is shown (HTML, CSV)…")
        out.triggered.connect(self.export_wanted)
        menu.addSeparator()
        save = menu.addAction(icon("save"), "Save what is shown as a view…")
        save.triggered.connect(self.save_wanted)
