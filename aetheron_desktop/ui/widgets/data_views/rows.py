"""The rows of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.data_views import DataView
from aetheron_desktop.ui.widgets.table_grid import TableGrid

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.ui.session import Session


class RowsView(DataView):
    """The grid."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.grid = TableGrid(self)
        self.setFocusProxy(self.grid)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.grid)
        self.grid.failed.connect(session.tell)
        self.grid.copied_in_part.connect(self._tell_copied)
        session.column_chosen.connect(self.grid.show_column)
        session.target_changed.connect(self._show_target)
        session.marked_changed.connect(self._show_marked)
        # A thread must have ended before the window that owns it goes.
        session.finished.connect(self.grid.close_table)

    def show_dataset(self, dataset: Dataset | None) -> None:
        if dataset is None:
            self.grid.close_table()
            return
        info = dataset.info
        self.grid.show_table(dataset.parquet, info.schema.columns, info.rows)
        self._show_target()
        self._show_marked()

    def _show_target(self) -> None:
        self.grid.set_target(self._session.target)

    def _show_marked(self) -> None:
        self.grid.set_marked(self._session.marked)
        if self._session.marked:
            self.grid.go_to_row(self._session.marked[0] + 1)

    def _tell_copied(self, copied: int, chosen: int) -> None:
        detail = f"The first {copied:,} of {chosen:,} chosen rows are on the clipboard."
        self._session.noticed.emit(
            Notice("warning", "Copied in part", detail, "Copy fewer columns, or use the file itself.")
        )
