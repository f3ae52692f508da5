"""A model of another program: its file, and the table that it is measured on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from aetheron_desktop.engine.datasets.splitting.frozen_split import splits
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.versioning.changes import ImportForeign
from aetheron_desktop.ui.dialogs.versions.fields import Field, LineField
from aetheron_desktop.ui.dialogs.versions.files import add_browse
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.workspace import Workspace

_FILTER: Final = "Models (*.onnx *.skops *.txt *.model *.json *.ubj);;All files (*)"
_LONGEST: Final = 60


class FileField(LineField):
    """A file that is there."""

    def _on_text(self) -> None:
        # A path is wrong until it is written to its end.
        if self.is_refused:
            self.is_right()


class TakeInDialog(VersionDialog):
    """Tells :class:`ImportForeign`; its owner says how that went, or closes it."""

    def __init__(self, workspace: Workspace, file: Path | None = None, parent: QWidget | None = None) -> None:
        lead = (
            "ONNX, LightGBM (text), XGBoost (JSON or UBJSON) or scikit-learn (skops). Nothing in the file is run; what "
            "it predicts is measured on a dataset, so that it can be compared."
        )
        super().__init__("take_in", "Take in a model", "Take it in", parent, lead=lead, width=600)
        self._workspace = workspace
        self._file = self.add_field(FileField("take_in_file", "File", self.inside, check=self._wrong_file))
        add_browse(self._file, self._browse)
        self._dataset = self._choice("take_in_dataset")
        self._target = self._choice("take_in_target")
        self._rows = self._choice("take_in_rows")
        none = "Open a table first; a model is measured on one."
        self.add_field(
            Field("Dataset", self._dataset, self.inside, check=lambda: "" if self._dataset.count() else none)
        )
        gone = "The dataset is not here any more; choose another."
        self.add_field(
            Field("It predicts", self._target, self.inside, check=lambda: "" if self._target.count() else gone)
        )
        self.add_field(
            Field(
                "Measured on",
                self._rows,
                self.inside,
                hint="Rows that it was trained on make it look better than it is.",
            )
        )
        self._name = self.add_field(LineField("take_in_name", "Name", self.inside, placeholder="As the file"))
        for info in workspace.datasets():
            self._dataset.addItem(info.name[:_LONGEST], info.id)
        self._dataset.currentIndexChanged.connect(self._on_dataset)
        self._on_dataset()
        if file is not None:
            self._file.edit.setText(str(file))
        self.finish()

    def ask(self) -> None:
        self.show_busy("Looking at the file…")
        self.wanted.emit(
            ImportForeign(
                source=self._file.text,
                dataset=str(self._dataset.currentData()),
                target=str(self._target.currentData()),
                split=str(self._rows.currentData()),
                name=self._name.text,
            )
        )

    def _choice(self, name: str) -> QComboBox:
        box = named(QComboBox(self.inside), name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return box

    def _on_dataset(self) -> None:
        self._target.clear()
        self._rows.clear()
        self._rows.addItem("All rows with a target", "")
        try:
            dataset = self._workspace.dataset(str(self._dataset.currentData()))
            for split in splits(dataset):
                self._rows.addItem(f"Test part of {split.request.name}"[:_LONGEST], split.request.name)
        except AetheronError:  # it was removed meanwhile; taking in says so
            return
        for column in dataset.info.schema.columns:
            self._target.addItem(column.name[:_LONGEST], column.name)
        self._target.setCurrentIndex(max(0, self._target.findData(dataset.info.proposal.target)))

    def _wrong_file(self) -> str:
        if not self._file.text:
            return "Choose the model's file."
        return "" if Path(self._file.text).is_file() else "There is no such file."

    def _browse(self) -> None:
        at = Path(self._file.text).parent if self._file.text else Path.home()
        dialog = named(QFileDialog(self, "The model's file", str(at), _FILTER), "take_in_browse_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._file.edit.setText)
        dialog.open()
