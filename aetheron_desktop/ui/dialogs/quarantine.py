"""The lines of a file that were put aside: where, what and why; to be edited and merged, or written to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.grid.table_grid import TableGrid
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset

_COLUMNS = (Column("line", "integer", 0, 0), Column("reason", "text", 0, 0), Column("text", "text", 0, 0))
_LONGEST: Final = 2_000
"""Signs of a line that are shown; a longer one cannot be edited here."""
_EDITOR: Final = 84


class QuarantineDialog(QDialog):
    """``merge_wanted`` tells the lines that were edited, ``export_wanted`` where all shall be written."""

    merge_wanted = Signal(object)  # dict[int, str]
    export_wanted = Signal(object)  # Path

    def __init__(self, dataset: Dataset, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "quarantine_dialog", "Lines in quarantine")
        self.setWindowTitle("Lines in quarantine")
        self.resize(860, 600)
        self._name = dataset.info.name
        self._edited: dict[int, str] = {}
        self._line = 0
        self._filling = False
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
        self._about = named(QLabel("Choose a line to edit it.", self, wordWrap=True), "quarantine_about")
        theme.mark(self._about, role="muted")
        self._editor = named(QPlainTextEdit(self), "quarantine_editor", "The text of the line")
        self._editor.setFont(theme.monospaced())
        self._editor.setMaximumHeight(_EDITOR)
        self._editor.setTabChangesFocus(True)
        self._editor.setEnabled(False)
        self._editor.textChanged.connect(self._on_edited)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.LOOSE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addWidget(title)
        layout.addWidget(text)
        layout.addWidget(self._grid, 1)
        layout.addWidget(self._about)
        layout.addWidget(self._editor)
        layout.addWidget(self._buttons())
        self._grid.row_chosen.connect(self._on_row)
        # A row may be chosen before its text has been read.
        self._grid.model().dataChanged.connect(self._on_read)
        self.finished.connect(self._grid.close_table)

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        export = named(QPushButton("Export…", self), "quarantine_export", "Write these lines to a file")
        export.setAutoDefault(False)
        export.clicked.connect(self._ask_for_file)
        self._merge = named(QPushButton("Merge", self), "quarantine_merge", "Merge the edited lines into a new version")
        theme.mark(self._merge, role="primary")
        self._merge.setEnabled(False)
        self._merge.clicked.connect(self._on_merge)
        close = named(QPushButton("Close", self), "quarantine_close")
        buttons.addButton(export, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self._merge, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        return buttons

    def _on_row(self, row: int) -> None:
        model = self._grid.model()
        line, reason, text = (model.index(row, place).data() or "" for place in range(3))
        self._filling = True
        self._line = int(line) if str(line).isdigit() else 0
        is_long = len(text) >= _LONGEST
        self._about.setText(
            f"Line {line}: {reason}." + (" It is too long to be edited here." if is_long else "") if line else ""
        )
        self._editor.setPlainText(self._edited.get(self._line, text))
        self._editor.setProperty("original", text)
        self._editor.setEnabled(bool(self._line) and not is_long)
        self._filling = False

    def _on_read(self) -> None:
        if not self._line and self._grid.currentIndex().isValid():
            self._on_row(self._grid.currentIndex().row())

    def _on_edited(self) -> None:
        if self._filling or not self._line:
            return
        text = self._editor.toPlainText()
        if text == self._editor.property("original"):
            self._edited.pop(self._line, None)
        else:
            self._edited[self._line] = text
        count = len(self._edited)
        self._merge.setEnabled(bool(count))
        self._merge.setText(f"Merge {count:,} line{'s' if count != 1 else ''}" if count else "Merge")

    def _on_merge(self) -> None:
        self.merge_wanted.emit(dict(self._edited))
        self.accept()

    def _ask_for_file(self) -> None:
        dialog = named(
            QFileDialog(self, "Export the lines", str(Path.home() / f"{self._name} quarantine.csv")),
            "quarantine_export_dialog",
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["CSV (*.csv)", "Excel (*.xlsx)", "JSON Lines (*.jsonl)"])
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(self._on_file)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _on_file(self, name: str) -> None:
        self.export_wanted.emit(Path(name))
