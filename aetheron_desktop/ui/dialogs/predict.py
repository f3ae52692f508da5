"""Predict the rows of a file: which file, and where the predictions go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from aetheron_desktop.engine.registry.model import ModelInfo

_REJECT: Final = QDialogButtonBox.ButtonRole.RejectRole
FORMATS: Final = (".csv", ".tsv", ".parquet", ".json", ".jsonl")


class PredictDialog(QDialog):
    """``wanted`` tells the file to predict, the file for the predictions, and whether the input stands in it too."""

    wanted = Signal(str, str, bool)

    def __init__(self, model: ModelInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "predict_dialog", "Predict")
        self.setWindowTitle("Predict")
        self.setAcceptDrops(True)
        self.setMinimumWidth(560)
        self._proposed = ""
        title = QLabel(f"Predict {model.target} with {model.name}", self, wordWrap=True)
        theme.mark(title, role="heading")
        columns = ", ".join(model.features[:12]) + (" …" if len(model.features) > 12 else "")
        lead = QLabel(
            f"Choose or drop a file with the columns {columns}. Each of its rows gets a prediction, in its order"
            f"{', with its lower and upper limit' if 'coverage' in model.metrics else ''}.",
            self,
            wordWrap=True,
        )
        theme.mark(lead, role="muted")
        self._source = named(QLineEdit(self), "predict_source", "File to predict")
        self._source.setPlaceholderText("Drop a file here, or browse")
        self._out = named(QLineEdit(self), "predict_out", "File for the predictions")
        self._problem = named(QLabel(self, wordWrap=True), "predict_problem")
        theme.mark(self._problem, role="error")
        self._with_input = named(
            QCheckBox("Put the columns of the file before the predictions", self), "predict_with_input"
        )
        self._buttons = QDialogButtonBox(self)
        self._buttons.addButton(named(QPushButton("Cancel", self), "predict_cancel"), _REJECT)
        self._go = named(QPushButton("Predict", self), "predict_go", "Predict")
        theme.mark(self._go, role="primary")
        self._buttons.addButton(self._go, QDialogButtonBox.ButtonRole.AcceptRole)
        self._build(title, lead)
        self._source.textChanged.connect(self._on_source)
        self._out.textChanged.connect(self._check)
        self._buttons.accepted.connect(self._on_accepted)
        self._buttons.rejected.connect(self.reject)
        self._check()

    def _build(self, title: QLabel, lead: QLabel) -> None:
        form = QFormLayout()
        form.setSpacing(theme.GAP)
        before: QWidget = self._buttons
        for words, field, browse in (
            ("File", self._source, self._browse_source),
            ("Predictions", self._out, self._browse_out),
        ):
            button = named(QPushButton("Browse…", self), f"{field.objectName()}_browse", f"Browse: {words.lower()}")
            pictured(button, "folder-open")
            button.clicked.connect(browse)
            row = QHBoxLayout()
            row.addWidget(field, 1)
            row.addWidget(button)
            form.addRow(words, row)
            for widget in (field, button):
                QWidget.setTabOrder(before, widget)
                before = widget
        QWidget.setTabOrder(before, self._with_input)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.LOOSE, theme.LOOSE, theme.LOOSE, theme.WIDE)
        layout.setSpacing(theme.GAP + 4)
        layout.addWidget(title)
        layout.addWidget(lead)
        layout.addLayout(form)
        layout.addWidget(self._with_input)
        layout.addWidget(self._problem)
        layout.addWidget(self._buttons)

    def set_source(self, path: Path) -> None:
        """Take a file, and propose where its predictions go."""
        self._source.setText(str(path))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.set_source(Path(files[0]))
            event.acceptProposedAction()

    def _on_source(self, text: str) -> None:
        source = Path(text)
        if self._out.text() in {"", self._proposed} and source.is_file():
            self._proposed = str(source.with_name(f"{source.name.partition('.')[0]}-predictions.csv"))
            self._out.setText(self._proposed)
        self._check()

    def _check(self) -> None:
        problem = self._trouble()
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._go.setEnabled(not problem and bool(self._source.text()))

    def _trouble(self) -> str:
        if not self._source.text():
            return ""
        source, out = Path(self._source.text()), Path(self._out.text())
        if not source.is_file():
            return f"There is no file {source}."
        if out.suffix.lower() not in FORMATS:
            return f"Predictions are written as {', '.join(FORMATS)}."
        if not out.parent.is_dir():
            return f"There is no folder {out.parent}."
        if out.exists() and out.samefile(source):
            return "The predictions cannot take the place of the file; choose another name."
        return ""

    def _browse_source(self) -> None:
        dialog = QFileDialog(self, "The file to predict", str(Path(self._source.text() or Path.home()).parent))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._source.setText)
        dialog.open()

    def _browse_out(self) -> None:
        dialog = QFileDialog(self, "The file for the predictions", self._out.text())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self._out.setText)
        dialog.open()

    def _on_accepted(self) -> None:
        self.wanted.emit(self._source.text(), self._out.text(), self._with_input.isChecked())
        self.accept()
