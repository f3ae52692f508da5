"""Compare: all runs in one leaderboard, and those that are chosen beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QSplitter, QVBoxLayout, QWidget

from aetheron_desktop.engine.comparing.evidence import MOST_RUNS, RunRanking, RunVerdict
from aetheron_desktop.engine.comparing.exporting import export
from aetheron_desktop.engine.comparing.foreign import PREFIX
from aetheron_desktop.engine.comparing.questions import DifferingQuestion, TimingQuestion, VerdictQuestion
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.ui.comparison import Comparison
from aetheron_desktop.ui.dialogs.confirm import confirm
from aetheron_desktop.ui.dialogs.name_view import NameViewDialog
from aetheron_desktop.ui.dialogs.run_columns import RunColumnsDialog
from aetheron_desktop.ui.dialogs.run_marks import RunMarksDialog
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.comparison.beside import Beside
from aetheron_desktop.ui.widgets.comparison.board import Board
from aetheron_desktop.ui.widgets.comparison.removed_bar import RemovedBar
from aetheron_desktop.ui.widgets.curves.curve_legend import ShownRun
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.comparing.differing import RunDifference
    from aetheron_desktop.engine.comparing.marks import Marks
    from aetheron_desktop.engine.comparing.row import RunRow
    from aetheron_desktop.engine.comparing.timing import PredictionsTimed
    from aetheron_desktop.engine.comparing.views import View
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session

_ASK_MS = 250
"""So long a choice is to stand before a worker is asked about it."""


class CompareTab(QWidget):
    """``model_requested`` asks for a model, by its id, ``rows_wanted`` for rows in the grid."""

    model_requested = Signal(str)
    rows_wanted = Signal(str, tuple)  # a dataset's id, numbers of rows

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare_tab")
        self._session = session
        self.comparison = Comparison(session, self)
        self.board = Board(self)
        self.removed = RemovedBar(self)
        self.beside = Beside(self)
        self.verdict = self.beside.verdict
        self._asked = self._asked_for = ""
        """The question that goes on, and the view that waits for its answer."""
        self._pair: tuple[str, ...] = ()
        self._answered: dict[str, tuple[str, ...]] = {}
        """Of which runs each view has its answer, or waits for it."""
        self._wait = QTimer(self, singleShot=True, interval=_ASK_MS)
        self.setFocusProxy(self.board)
        split = named(QSplitter(Qt.Orientation.Vertical, self, childrenCollapsible=False), "compare_split")
        split.addWidget(self.board)
        split.addWidget(self.beside)
        split.setSizes([380, 380])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(split, 1)
        layout.addWidget(self.removed)
        self._connect()
        self.comparison.read()

    def _connect(self) -> None:
        comparison, board = self.comparison, self.board
        comparison.changed.connect(self._show_runs)
        comparison.run_changed.connect(self._show_run)
        comparison.views_changed.connect(self._show_views)
        comparison.removed_changed.connect(self.removed.show_removed)
        board.view_changed.connect(self._look)
        board.baseline_wanted.connect(comparison.pin)
        board.marks_wanted.connect(self._ask_marks)
        board.delete_wanted.connect(self._ask_delete)
        board.columns_wanted.connect(self._ask_columns)
        board.model_wanted.connect(self._show_model)
        board.save_wanted.connect(self._ask_name)
        board.named_wanted.connect(comparison.show_view)
        board.forget_wanted.connect(comparison.forget_view)
        board.import_wanted.connect(self._ask_import)
        board.export_wanted.connect(self._ask_export)
        self.removed.undo_wanted.connect(comparison.undo)
        self.removed.free_wanted.connect(self._ask_free)
        board.selection_changed.connect(self._on_chosen)
        self._wait.timeout.connect(self._ask_front)
        self.beside.shown.connect(lambda _: self._show_front())
        self.beside.trade.timing_wanted.connect(self._time)
        self.beside.trade.run_chosen.connect(lambda run: board.choose([run]))
        self.beside.curves.history_wanted.connect(self._read_history)
        self.beside.curves.failed.connect(self._session.tell)
        self.beside.plots.failed.connect(self._session.tell)
        self.beside.curves.series_changed.connect(self._show_series)
        self._session.run_events.connect(self.beside.curves.add)
        self.verdict.rows_wanted.connect(self.rows_wanted)
        self.verdict.swapped.connect(self._swap)
        find = QShortcut(QKeySequence("Ctrl+F"), self)
        find.activated.connect(board.field.setFocus)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show_runs(self) -> None:
        self._tried(lambda: self.board.show_runs(self.comparison.table, self.comparison.views))
        if self.beside.view == "trade" or not self._pair:
            self._show_front()

    def _show_run(self, row: RunRow) -> None:
        self.board.model.refresh(row)

    def _show_views(self) -> None:
        self._tried(lambda: self.board.show_views(self.comparison.views))

    def _tried(self, show: Callable[[], None]) -> None:
        """Show something; a stored condition on what no run has any more is said to be wrong, and shows all."""
        try:
            show()
        except AetheronError as error:
            self._session.tell(error)

    # -- which is better ----------------------------------------------------------------------------------------------

    def _on_chosen(self, chosen: list[str]) -> None:
        """Show the chosen runs a moment after they were chosen; the one chosen first is A."""
        rows = {run: self.comparison.table.row(run) for run in reversed(chosen)}
        runs = tuple(run for run, row in rows.items() if row is not None)
        self.beside.trade.chart.choose(frozenset(runs))
        if runs == self._pair:
            return
        self._withdraw()
        self._pair = runs
        self._answered.clear()
        self._show_front()

    def _show_front(self) -> None:
        """Fill the view in front, unless it has what it shows."""
        view, runs = self.beside.view, self._pair
        if view == "trade":
            self.beside.trade.show_runs(self.comparison.table, self.board.model.shown_places())
            return
        if self._answered.get(view) == runs:
            self._show_series()
            return
        if view == "curves":
            self._answered[view] = runs
            self._show_curves()
        elif any(run.startswith(PREFIX) for run in runs):
            words = "Of runs of other programs neither plan nor test predictions are here"
            self.verdict.show_nothing(f"{words}: which is better cannot be told. Choose runs of your own.")
            self.beside.differing.show_nothing(f"{words}. Their parameters are columns of the leaderboard.")
            self.beside.plots.show_nothing(f"{words}: there is nothing to draw. Choose runs of your own.")
        elif not 2 <= len(runs) <= MOST_RUNS:
            words = f"Choose two to {MOST_RUNS} runs with Ctrl and a click"
            self.verdict.show_nothing(f"{words} to see which is better, and what that stands on.")
            self.beside.differing.show_nothing(f"{words} to see what differs between them.")
            self.beside.plots.show_nothing(f"{words} to see their plots beside each other.")
        elif view == "plots":
            self._answered[view] = runs
            self._show_plots()
        else:
            if view == "verdict":
                self.verdict.show_waiting(self._words(runs))
            self._wait.start()

    def _show_curves(self) -> None:
        """Show the curves of the chosen runs, each in a colour that the board shows too."""
        shown = self._pair[:MOST_RUNS]
        self.beside.curves.load()
        self.beside.curves.show_runs([self._shown_run(run, place) for place, run in enumerate(shown)])
        self._show_series()

    def _show_plots(self) -> None:
        """Show the plots of the chosen runs, each in a colour that the board shows too."""
        series = {run: place for place, run in enumerate(self._pair)}
        paths = {run: self._session.workspace.run_folder(run) / "predictions.parquet" for run in series}
        self.beside.plots.read(paths, {run: self._name(run) for run in series}, series)
        self._show_series()

    def _shown_run(self, run: str, series: int) -> ShownRun:
        row = self.comparison.table.row(run)
        if row is None:
            return ShownRun(run, run, series)
        return ShownRun(run, row.name, series, group=row.card.plan, group_name=row.estimator)

    def _show_series(self) -> None:
        """Show on the board in which colour each run is drawn in the view in front."""
        places = {run: place for place, run in enumerate(self._pair[:MOST_RUNS])}
        self.board.show_series(self.beside.curves.series if self.beside.view == "curves" else places)

    def _read_history(self, run: str) -> None:
        errand = Errand(lambda: self._session.history(run), self)
        errand.done.connect(lambda events: self.beside.curves.add_history(run, events))
        errand.failed.connect(self._session.tell)
        errand.start()

    def _words(self, runs: tuple[str, ...]) -> str:
        names = [self._name(run) for run in runs]
        return f"Is {names[1]} better than {names[0]}?" if len(runs) == 2 else f"Which of these {len(runs)} is best?"

    def _name(self, run: str) -> str:
        row = self.comparison.table.row(run)
        return row.name if row is not None else run

    def _ask_front(self) -> None:
        view, runs = self.beside.view, self._pair
        is_foreign = any(run.startswith(PREFIX) for run in runs)
        if is_foreign or not 2 <= len(runs) <= MOST_RUNS or self._answered.get(view) == runs:
            return
        self._withdraw()
        self._answered[view], self._asked_for = runs, view
        question = VerdictQuestion(runs=runs) if view == "verdict" else DifferingQuestion(runs=runs)
        self._asked = self._session.ask(question, self._on_answer, self._on_answer_end)

    def _withdraw(self) -> None:
        """Ask no more; the view that waits has no answer then, and asks again when it is looked at."""
        if self._asked:
            self._session.withdraw(self._asked)
            self._answered.pop(self._asked_for, None)
        self._asked = ""

    def _on_answer(self, told: RunVerdict | RunRanking | RunDifference) -> None:
        if isinstance(told, RunVerdict):
            self.verdict.show_verdict(told)
        elif isinstance(told, RunRanking):
            self.verdict.show_ranking(told, {run: self._name(run) for run in told.runs})
        else:
            self.beside.differing.show_difference(told, {run: self._name(run) for run in told.runs})

    def _on_answer_end(self, end: JobEnded) -> None:
        self._asked = ""
        if end.outcome not in {"succeeded", "stopped"}:
            words = f"{end.title}: {end.detail} {end.hint}".strip()
            if self._asked_for == "verdict":
                self.verdict.show_problem(words)
            else:
                self.beside.differing.show_nothing(words)

    def _time(self) -> None:
        """Have a worker measure how fast the chosen runs predict, or all that are shown where none is."""
        rows = self.comparison.table.rows
        shown = [rows[place].id for place in self.board.model.shown_places()]
        runs = tuple(run for run in (self._pair or shown) if (row := self.comparison.table.row(run)) and row.model)
        if runs:
            self.beside.trade.show_timing("Timing …")
            self._session.ask(TimingQuestion(runs=runs), self._on_timed, lambda _: self.beside.trade.show_timing(""))

    def _on_timed(self, told: PredictionsTimed) -> None:
        if told.left_out:
            words = f"{len(told.left_out):,} could not be timed"
            self._session.noticed.emit(Notice("warning", words, told.left_out[0]))
        self.comparison.read()

    def _swap(self) -> None:
        self._withdraw()
        self._pair = self._pair[::-1]
        self._answered.clear()
        self._show_front()

    # -- what is asked ------------------------------------------------------------------------------------------------

    def _look(self, view: View) -> None:
        self.comparison.look(view)

    def _show_model(self, run: str) -> None:
        row = self.comparison.table.row(run)
        if row is not None and row.model:
            self.model_requested.emit(row.model)

    def _ask_columns(self) -> None:
        dialog = RunColumnsDialog(self.comparison.table.columns(), self.board.view.columns, self)
        dialog.chosen.connect(self.board.show_columns)
        dialog.open()

    def _ask_marks(self, runs: list[str]) -> None:
        rows = [row for run in runs if (row := self.comparison.table.row(run)) is not None]
        marks: dict[str, Marks] = {row.id: row.card.marks for row in rows}
        dialog = RunMarksDialog(marks, self.comparison.tags(), self)
        dialog.chosen.connect(self.comparison.mark)
        dialog.open()

    def _ask_name(self) -> None:
        dialog = NameViewDialog(self.comparison.views.named, self)
        dialog.chosen.connect(self.comparison.save_view)
        dialog.open()

    def _ask_import(self, is_folder: bool) -> None:
        dialog = QFileDialog(self, "Bring in runs of another program")
        dialog.setFileMode(QFileDialog.FileMode.Directory if is_folder else QFileDialog.FileMode.ExistingFile)
        if not is_folder:
            dialog.setNameFilter("Runs (*.db *.sqlite *.sqlite3 *.csv *.tsv)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.comparison.bring_in)
        dialog.open()

    def _ask_export(self) -> None:
        dialog = QFileDialog(self, "Export the comparison", "comparison.html", "Page (*.html);;Table (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, path: str) -> None:
        """Write the runs that are shown, with their columns, to a file."""
        model = self.board.model
        # As they are now: runs may be added and deleted while they are written.
        rows = [model.table.rows[place] for place in model.shown_places()]
        columns, best = list(model.columns), frozenset(model.table.best)
        errand = Errand(lambda: export(rows, columns, Path(path), best=best), self)
        errand.failed.connect(self._session.tell)
        errand.start()

    def _ask_delete(self, runs: list[str]) -> None:
        rows = [row for run in runs if (row := self.comparison.table.row(run)) is not None]
        size = sum(row.card.bytes for row in rows)
        which = rows[0].name if len(rows) == 1 else f"{len(rows):,} runs"
        words = (
            f"This frees {quantities.size(size)}: history, test predictions and checkpoints. Until the window closes "
            "it can be undone. Models stay; what is told from test predictions, such as which model is better, goes."
        )
        foreign = sum(row.id.startswith(PREFIX) for row in rows)
        if foreign == len(rows):
            words = "What came from other programs is forgotten here; where it is from, it stays and can be read again."
        elif foreign:
            words += f" The {foreign:,} of other programs are forgotten at once; where they are from, they stay."
        confirm(self, f"Delete {which}?", words, "Delete", lambda: self.comparison.delete(runs))

    def _ask_free(self) -> None:
        words = "The deleted runs are gone for good then."
        confirm(self, "Free the space now?", words, "Free", self.comparison.free)
