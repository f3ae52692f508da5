"""The leaderboard of runs: one table, what can be done with the chosen lines, and what can be done with all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
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

from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.item_models import score
from aetheron_desktop.ui.item_models.leaderboard import (
    AGAINST,
    ESTIMATOR,
    ROW_ROLE,
    RUN,
    SCORE,
    STATUS,
    TIME,
    LeaderboardModel,
    LeaderboardOrder,
    LeaderboardRow,
)
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.leaderboard_cells import LeaderboardDelegate
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.tables import set_up_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WIDTHS = {RUN: 220, ESTIMATOR: 150, STATUS: 210, SCORE: 120, AGAINST: 140, TIME: 100}
PAUSABLE = frozenset({"running"})
RESTING = frozenset({"postponed", "paused"})
RESUMABLE = frozenset({"postponed", "paused", "failed", "crashed"})
STOPPABLE = frozenset({"postponed", "queued", "starting", "running", "paused"})


class RunTable(QTableView):
    """The table alone; Space asks for a pause of the chosen runs."""

    pause_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.pause_wanted.emit()
        elif event.key() == Qt.Key.Key_Period:
            event.ignore()  # the tab stops the runs; the table would search for a name that begins with it
        else:
            super().keyPressEvent(event)


class Leaderboard(QFrame):
    """Keeps the ids of the chosen runs; asks, and never does."""

    selection_changed = Signal(list)  # run ids, the current one first
    stop_wanted = Signal(list)
    pause_wanted = Signal(list)
    resume_wanted = Signal(list)
    place_wanted = Signal(list, bool)  # run ids that wait, whether they are to be the first or the last
    model_wanted = Signal(str)  # run id
    analysis_wanted = Signal(str)  # run id
    members_wanted = Signal()  # of the chosen run, an ensemble

    def __init__(self, model: LeaderboardModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("leaderboard")
        theme.mark(self, role="panel")
        self._model = model
        self._order = LeaderboardOrder(model, self)
        self._series: Mapping[str, int] = {}
        self._family: tuple[str, str, str] | None = None
        self._chosen: list[str] = []
        self._follows = False
        self._metric = ""
        self._build()
        self._connect()
        self._show_state()

    def _build(self) -> None:
        title = QLabel("Runs", self)
        theme.mark(title, role="heading")
        self._count = named(QLabel(self), "run_count")
        theme.mark(self._count, role="muted")
        self._filter = named(QComboBox(self), "run_filter", "Which runs are listed")
        self._filter.addItem("This target", True)
        self._filter.addItem("All runs", False)
        self.pause_all = pictured(named(QPushButton("Pause all", self), "pause_all", "Pause all runs"), "pause")
        help_ = "Stop all runs; each keeps its best so far"
        self.stop_all = pictured(named(QPushButton("Stop all", self), "stop_all", "Stop all runs", help_), "stop")
        self._bar = QWidget(self)
        bar = QHBoxLayout(self._bar)
        bar.setContentsMargins(theme.WIDE, theme.GAP, theme.WIDE, theme.GAP)
        bar.setSpacing(theme.GAP)
        bar.addWidget(title)
        bar.addWidget(self._count)
        bar.addStretch()
        for button in (self.pause_all, self.stop_all):
            theme.mark(button, role="ghost")
            bar.addWidget(button)
        bar.addWidget(self._filter)
        self.table = self._make_table()
        self.setFocusProxy(self.table)
        self._empty = Empty("train", self)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addLayout(self._stack, 1)

    def _make_table(self) -> RunTable:
        table = RunTable(self)
        table.setObjectName("run_table")
        table.setAccessibleName("Runs, best first")
        table.setModel(self._order)
        self._delegate = LeaderboardDelegate(table, self.series_of)
        table.setItemDelegate(self._delegate)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.setSortingEnabled(True)
        table.sortByColumn(SCORE, Qt.SortOrder.AscendingOrder)
        set_up_table(table, _WIDTHS, stretched=RUN, row=theme.ROW_HEIGHT + 4, several=True)
        return table

    def _connect(self) -> None:
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self.table.selectionModel().currentChanged.connect(self._on_selection)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.pause_wanted.connect(self.toggle_pause)
        self.table.doubleClicked.connect(lambda index: self._ask_model(index.data(ROW_ROLE)))
        self._filter.activated.connect(lambda _: self._on_filter())
        self.stop_all.clicked.connect(lambda: self.stop_wanted.emit(self._ids(STOPPABLE)))
        self.pause_all.clicked.connect(self._on_pause_all)
        for signal in (self._order.rowsInserted, self._order.rowsRemoved, self._order.modelReset):
            signal.connect(self._show_state)
        self._model.dataChanged.connect(self._show_actions)
        self._model.modelReset.connect(self._restore)
        self._order.layoutAboutToBeChanged.connect(self._before_order)
        self._order.layoutChanged.connect(self._after_order)
        theme.changed.connect(self.table.viewport().update)

    # -- what is shown ------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> list[str]:
        """The ids of the chosen runs, the current one first."""
        return list(self._chosen)

    def show_family(self, family: tuple[str, str, str] | None) -> None:
        """List the runs of this dataset, target and task first of all; None while nothing is open."""
        self._family = family
        self._on_filter()

    def judge_by(self, metric: str) -> None:
        """Show and rank runs by this metric, where it is one of their task; with none by the usual ones."""
        if metric != self._metric:
            self._metric = metric
            self._judge()

    def _judge(self) -> None:
        task = self._family[2] if self._family and self._filter.currentData() else ""
        name = self._metric or (main_metric(task).name if task else "")  # type: ignore[arg-type]
        self._model.judge_by(self._metric, score.label(name) if task else "")

    def show_series(self, series: Mapping[str, int]) -> None:
        """Show which runs are in the plots, and in which colour."""
        self._series = dict(series)
        self.table.viewport().update()

    def series_of(self, run: str) -> int | None:
        """Give the colour of a run that is in the plots."""
        return self._series.get(run)

    def choose(self, runs: Sequence[str]) -> None:
        """Choose ``runs``, the first as the current one."""
        selection = self.table.selectionModel()
        with QSignalBlocker(selection):
            selection.clear()
            for run in reversed(runs):
                index = self._order.row_of(run)
                if index.isValid():
                    flags = QItemSelectionModel.SelectionFlag
                    selection.setCurrentIndex(index, flags.Select | flags.Rows)
        self.table.viewport().update()
        self._on_selection()
        if runs:
            self.table.scrollTo(self._order.row_of(runs[0]))

    def choose_best(self) -> None:
        """Choose the first line, when there is one."""
        row = self._order.index(0, 0).data(ROW_ROLE)
        if row is not None:
            self.choose([row.id])

    def _before_order(self) -> None:
        current = self.table.visualRect(self.table.currentIndex())
        self._follows = self.table.viewport().rect().intersects(current)

    def _after_order(self) -> None:
        """Keep the current line in view when it goes elsewhere, as one that was resumed does."""
        if self._follows and self.table.currentIndex().isValid():
            self.table.scrollTo(self.table.currentIndex())

    def _restore(self) -> None:
        self.choose(self._chosen)

    def _on_filter(self) -> None:
        family = self._family if self._filter.currentData() else None
        self._delegate.is_short = family is not None
        self._judge()
        self._order.show_family(family)
        self._show_state()

    def _show_state(self) -> None:
        shown, there = self._order.rowCount(), self._model.rowCount()
        self._count.setText(f"{shown}" if shown == there else f"{shown} of {there}")
        self._bar.setVisible(there > 0)
        self._stack.setCurrentIndex(1 if shown else 0)
        if there:
            self._empty.show_words("No run for this target yet", "Press Train, or choose All runs above.")
        else:
            self._empty.show_words(
                "Nothing has been trained yet",
                "Press Train: the first model is there within seconds, and then they get ever better.",
            )
        self._show_actions()
        self._show_columns()

    def _show_columns(self) -> None:
        """Leave out the estimator where every run is called after it, and what is least needed where room is scarce."""
        own = any(not row.name.startswith(row.estimator) for row in self._model.rows())
        self.table.setColumnHidden(ESTIMATOR, not own)
        room = self.width() - _WIDTHS[STATUS] - _WIDTHS[SCORE] - own * _WIDTHS[ESTIMATOR]
        for column in (TIME, AGAINST):
            room -= _WIDTHS[column]
            self.table.setColumnHidden(column, room < _WIDTHS[RUN])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_columns()

    def _show_actions(self) -> None:
        rows = self._model.rows()
        running = any(row.status in PAUSABLE for row in rows)
        paused = any(row.status in RESTING for row in rows)
        self.pause_all.setVisible(running or paused)
        self.stop_all.setVisible(any(row.status in STOPPABLE for row in rows))
        resume = paused and not running
        if (self.pause_all.text() == "Resume all") != resume:
            self.pause_all.setText("Resume all" if resume else "Pause all")
            self.pause_all.setIcon(icon("resume" if resume else "pause"))
            self.pause_all.setAccessibleName("Resume all runs" if resume else "Pause all runs")

    # -- what is asked ------------------------------------------------------------------------------------------------

    def stop_chosen(self) -> None:
        """Ask for the end of the chosen runs that go on."""
        if runs := self._ids(STOPPABLE, self._chosen):
            self.stop_wanted.emit(runs)

    def toggle_pause(self) -> None:
        """Ask for a pause of the chosen runs, or, when none of them runs, for their going on."""
        if runs := self._ids(PAUSABLE, self._chosen):
            self.pause_wanted.emit(runs)
        elif runs := self._ids(RESUMABLE, self._chosen):
            self.resume_wanted.emit(runs)

    def _on_pause_all(self) -> None:
        if runs := self._ids(PAUSABLE):
            self.pause_wanted.emit(runs)
        elif runs := self._ids(RESTING):
            self.resume_wanted.emit(runs)

    def _ids(self, statuses: frozenset[str] | set[str], among: Sequence[str] | None = None) -> list[str]:
        rows = self._model.rows() if among is None else [row for run in among if (row := self._model.row(run))]
        return [row.id for row in rows if row.status in statuses]

    def _ask_model(self, row: LeaderboardRow | None) -> None:
        if row is not None:
            self.model_wanted.emit(row.id)

    def _on_selection(self) -> None:
        selection = self.table.selectionModel()
        chosen = [index.data(ROW_ROLE).id for index in selection.selectedRows()]
        current = selection.currentIndex().data(ROW_ROLE)
        if current is not None and current.id in chosen:
            chosen.remove(current.id)
            chosen.insert(0, current.id)
        if chosen != self._chosen:
            self._chosen = chosen
            self.selection_changed.emit(list(chosen))

    def _show_menu(self, position: QPoint) -> None:
        index = self.table.indexAt(position)
        if not index.isValid():
            return
        menu = self.make_menu()
        menu.popup(self.table.viewport().mapToGlobal(position))

    def make_menu(self) -> QMenu:
        """Give the menu for the chosen runs."""
        menu = QMenu(self)
        menu.setObjectName("run_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        paused = bool(self._ids(RESUMABLE, self._chosen)) and not self._ids(PAUSABLE, self._chosen)
        pause = QAction(icon("resume" if paused else "pause"), "Resume" if paused else "Pause", menu)
        pause.setEnabled(bool(self._ids(PAUSABLE | RESUMABLE, self._chosen)))
        pause.triggered.connect(self.toggle_pause)
        stop = QAction(icon("stop"), "Stop and keep the best so far", menu)
        stop.setEnabled(bool(self._ids(STOPPABLE, self._chosen)))
        stop.triggered.connect(self.stop_chosen)
        show = QAction(icon("model"), "Show model", menu)
        row = self._model.row(self._chosen[0]) if len(self._chosen) == 1 else None
        show.setEnabled(row is not None and row.has_model)
        show.triggered.connect(lambda: self.model_wanted.emit(self._chosen[0]))
        menu.addActions([pause, stop])
        if waiting := self._ids({"queued"}, self._chosen):
            first, last = QAction("Do first", menu), QAction("Do last", menu)
            first.triggered.connect(lambda: self.place_wanted.emit(waiting, True))
            last.triggered.connect(lambda: self.place_wanted.emit(waiting, False))
            menu.addActions([first, last])
        menu.addSeparator()
        if row is not None and row.is_ensemble:
            members = QAction(icon("models"), "Show members", menu)
            members.triggered.connect(self.members_wanted)
            menu.addAction(members)
        analyze = QAction(icon("eye"), "Analyze", menu)
        analyze.setEnabled(row is not None and row.has_model and not row.is_active)
        analyze.triggered.connect(lambda: self.analysis_wanted.emit(self._chosen[0]))
        menu.addActions([analyze, show])
        return menu
