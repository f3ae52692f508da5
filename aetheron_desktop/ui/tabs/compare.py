"""Compare: all runs in one leaderboard, and those that are chosen beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QSplitter, QVBoxLayout, QWidget

from aetheron_desktop.engine.comparing.exporting import export
from aetheron_desktop.engine.comparing.foreign import PREFIX
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.ui.comparison import Comparison
from aetheron_desktop.ui.dialogs.confirm import confirm
from aetheron_desktop.ui.dialogs.name_view import NameViewDialog
from aetheron_desktop.ui.dialogs.run_columns import RunColumnsDialog
from aetheron_desktop.ui.dialogs.run_marks import RunMarksDialog
from aetheron_desktop.ui.dialogs.tracking_server import TrackingServerDialog
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.item_models import quantities
from aetheron_desktop.ui.widgets.comparison.beside import Beside
from aetheron_desktop.ui.widgets.comparison.board import Board
from aetheron_desktop.ui.widgets.comparison.chosen_runs import ChosenRuns
from aetheron_desktop.ui.widgets.comparison.removed_bar import RemovedBar
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QShowEvent

    from aetheron_desktop.engine.comparing.marks import Marks
    from aetheron_desktop.engine.comparing.row import RunRow
    from aetheron_desktop.engine.comparing.views import View
    from aetheron_desktop.ui.session import Session


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
        self.chosen = ChosenRuns(session, self.comparison, self.board, self.beside, self)
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
        board.server_wanted.connect(self._ask_server)
        board.export_wanted.connect(self._ask_export)
        self.removed.undo_wanted.connect(comparison.undo)
        self.removed.free_wanted.connect(self._ask_free)
        self.verdict.rows_wanted.connect(self.rows_wanted)
        self.beside.sweep_made.connect(lambda sweep: sweep.axes_wanted.connect(self._ask_axes))
        find = QShortcut(QKeySequence("Ctrl+F"), self)
        find.activated.connect(board.field.setFocus)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.chosen.draw_all()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def _show_runs(self) -> None:
        self._tried(lambda: self.board.show_runs(self.comparison.table, self.comparison.views))
        self.chosen.show_again()

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

    def _ask_axes(self) -> None:
        columns = [column for column in self.comparison.table.columns() if column.key not in {"run", "id"}]
        shown = self.beside.sweep.axes
        dialog = RunColumnsDialog(
            columns, shown, self, title="Axes", usual=(), always="",
            words="Without a choice: the estimator, the parameters in which most runs differ, and the score.",
        )  # fmt: skip
        dialog.chosen.connect(self.board.show_axes)
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

    def _ask_server(self) -> None:
        dialog = TrackingServerDialog(self)
        dialog.chosen.connect(self.comparison.bring_in)
        dialog.open()

    def _ask_export(self) -> None:
        dialog = QFileDialog(self, "Export the comparison", "comparison.html", "Page (*.html);;Table (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, path: str) -> None:
        """Write the runs that are shown, with their columns, to a file; a page has the verdict on those chosen, too."""
        model = self.board.model
        # As they are now: runs may be added and deleted while they are written.
        rows = [model.table.rows[place] for place in model.shown_places()]
        columns, best, verdict = list(model.columns), frozenset(model.table.best), self.chosen.verdict
        errand = Errand(lambda: export(rows, columns, Path(path), best=best, verdict=verdict), self)
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
