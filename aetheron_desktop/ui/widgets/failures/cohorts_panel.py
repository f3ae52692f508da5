"""The cohorts of a dataset: conditions with a name, to be chosen, made and forgotten."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QInputDialog, QPushButton, QWidget

from aetheron_desktop.engine.datasets.viewing.cohorts import cohorts, drop_cohort, keep_cohort
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.widgets.failures.panel import Panel, fill, plain_table
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.errors import AetheronError


class CohortsPanel(Panel):
    """``chosen`` tells the condition of the cohort that was chosen, ``failed`` why one could not be kept."""

    chosen = Signal(str)
    failed = Signal(object)  # AetheronError

    def __init__(self, parent: QWidget) -> None:
        super().__init__("cohorts", "Cohorts", parent)
        self._dataset: Dataset | None = None
        new = named(QPushButton("New cohort…", self), "cohort_new")
        self._drop = named(QPushButton("Forget", self), "cohort_drop", "Forget the chosen cohort")
        self.table = plain_table("cohort_table", "Cohorts", ("Name", "Test rows with"), self, {1: 520})
        self.line.addWidget(new)
        self.line.addWidget(self._drop)
        self.body.addWidget(self.table)
        new.clicked.connect(self.ask_condition)
        self._drop.clicked.connect(self._forget)
        self.table.itemSelectionChanged.connect(self._on_row)

    def show_dataset(self, dataset: Dataset) -> None:
        """Show the cohorts of ``dataset``."""
        self._dataset = dataset
        kept = cohorts(dataset)
        fill(self.table, [(one.name, one.condition) for one in kept], numbers_from=2)
        self._drop.setEnabled(False)
        self.say(
            "A cohort is a condition with a name, kept with the dataset: choose one to mark its rows in all plots."
            if kept
            else "No cohort yet. A condition with a name, such as age > 30, marks its rows in all plots."
        )

    def name_condition(self, condition: str) -> None:
        """Ask for a name, and keep ``condition`` under it."""
        if not condition.strip():
            return
        dialog = self._dialog("Name the cohort", f"A name for the rows with {condition}:")
        dialog.textValueSelected.connect(lambda name: self._keep(name, condition))
        dialog.open()

    def ask_condition(self) -> None:
        """Ask for the condition of a new cohort, then for its name."""
        dialog = self._dialog("New cohort", "Rows that meet, as in the filter of the grid:")
        dialog.textValueSelected.connect(self.name_condition)
        dialog.open()

    def _dialog(self, title: str, text: str) -> QInputDialog:
        dialog = named(QInputDialog(self), "cohort_dialog", title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText(text)
        dialog.setMinimumWidth(460)
        return dialog

    def _on_row(self) -> None:
        item = self.table.item(self.table.currentRow(), 1)
        self._drop.setEnabled(item is not None)
        self.chosen.emit(item.text() if item is not None else "")

    def _keep(self, name: str, condition: str) -> None:
        if self._dataset is not None:
            # The kinds of the columns stand in the snapshot, which is read beside the window's thread.
            self._do(partial(keep_cohort, self._dataset, name, condition))

    def _forget(self) -> None:
        item = self.table.item(self.table.currentRow(), 0)
        if self._dataset is not None and item is not None:
            self._do(partial(drop_cohort, self._dataset, item.text()))

    def _do(self, work: Callable[[], object]) -> None:
        errand = Errand(work, self)
        errand.done.connect(self._show_again)
        errand.failed.connect(self._on_failed)
        errand.start()

    def _show_again(self) -> None:
        if self._dataset is not None:
            self.show_dataset(self._dataset)

    def _on_failed(self, error: AetheronError) -> None:
        self.failed.emit(error)
