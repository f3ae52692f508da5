"""The lines of a file that were put aside: where, what and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.table_grid import TableGrid

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset

_COLUMNS = (Column("line", "integer", 0, 0), Column("reason", "text", 0, 0), Column("text", "text", 0, 0))


class QuarantineDialog(QDialog):
    """Shows the quarantine of a dataset."""

    def __init__(self, dataset: Dataset, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "quarantine_dialog", "Lines in quarantine")
        self.setWindowTitle("Lines in quarantine")
        self.resize(820, 480)
        count = dataset.info.quarantined
        lines = f"{count:,} lines" if count != 1 else "One line"
        were = "were" if count != 1 else "was"
        title = QLabel(f"{lines} of {dataset.info.source} {were} put aside", self)
        theme.mark(title, role="heading")
        text = QLabel(
            f"They are kept here and are in no model. {dataset.info.rows + count:,} in the file = "
            f"{dataset.info.rows:,} imported + {count:,} in quarantine.",
            self,
            wordWrap=True,
        )
        theme.mark(text, role="muted")
        self._grid = TableGrid(self)
        self._grid.setObjectName("quarantine_grid")
        self._grid.setAccessibleName("Lines in quarantine")
        self._grid.show_table(dataset.quarantine, _COLUMNS, count)
        self._grid.horizontalHeader().setStretchLastSection(True)
        buttons = QDialogButtonBox(self)
        buttons.addButton(named(QPushButton("Close", self), "quarantine_close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.LOOSE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        for widget in (title, text, self._grid, buttons):
            layout.addWidget(widget)
        self.finished.connect(self._grid.close_table)
