"""Files of a version, written to a place that is chosen: all of them, or the model as ONNX."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.versioning.changes import ExportOnnx, RestoreFiles
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import LineField, plain_label
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.phrases import described, number_words
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.registry.versions import History, VersionInfo

_UNSAFE: Final = re.compile(r"[^\w.-]+")
ONNX: Final = ".onnx"


class RestoreFilesDialog(VersionDialog):
    """Asks for a folder that is not there yet; tells :class:`RestoreFiles`. ``name`` is that of the model."""

    def __init__(self, history: History, version: VersionInfo, name: str, parent: QWidget | None = None) -> None:
        lead = f"{described(version)}. Its files are written into a new folder; nothing in the workspace changes."
        title = f"Restore the files of {number_words(version)}"
        super().__init__("restore", title, "Write the files", parent, lead=lead, width=600)
        self._model, self._version = history.model, version.commit
        self._proposed = _file_name(name, version)
        self._folder = self.add_field(
            LineField("restore_folder", "New folder", self.inside, check=lambda: _folder_trouble(self._folder.text))
        )
        self._folder.edit.setText(str(Path.home() / self._proposed))
        add_browse(self._folder, self._browse)
        self.finish()

    def ask(self) -> None:
        self.tell(RestoreFiles(model=self._model, version=self._version, out=self._folder.text))

    def _browse(self) -> None:
        at = Path(self._folder.text).parent
        dialog = named(QFileDialog(self, "The folder for the new folder", str(at)), "restore_browse_dialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.choose_folder)
        dialog.open()

    def choose_folder(self, folder: str) -> None:
        """Write into a new folder below this one."""
        self._folder.edit.setText(str(Path(folder) / self._proposed))


class OnnxDialog(VersionDialog):
    """Asks for a file, or to keep it beside the files of the version; tells :class:`ExportOnnx`."""

    def __init__(self, history: History, version: VersionInfo, name: str, parent: QWidget | None = None) -> None:
        lead = (
            "The whole way from raw columns to predictions, for programs that know ONNX. What it predicts is compared "
            "with the model on stored rows."
        )
        title = f"Export {number_words(version)} as ONNX"
        super().__init__("onnx", title, "Export", parent, lead=lead, width=600)
        self._model, self._version = history.model, version.commit
        self._to_file = named(QRadioButton("To a file", self.inside), "onnx_to_file", "To a file")
        self._beside = named(QRadioButton("Beside its other files", self.inside), "onnx_beside")
        self._beside.setAccessibleName(self._beside.text())
        self._group = QButtonGroup(self)
        is_current = version.commit == history.labels.current
        self._beside.setEnabled(is_current)
        said = (
            "A new version is made that has it with it."
            if is_current
            else "For the current version alone: this would take the model back to an earlier one."
        )
        self._beside.setAccessibleDescription(said)
        below = plain_label(said, self.inside, "caption")
        below.setContentsMargins(theme.LOOSE, 0, 0, 0)
        for radio in (self._to_file, self._beside):
            self._group.addButton(radio)
        self.body.addWidget(self._to_file)
        self._file = self.add_field(LineField("onnx_file", "File", self.inside, check=self._wrong))
        self._file.edit.setText(str(Path.home() / f"{_file_name(name, version)}{ONNX}"))
        self._file.setContentsMargins(theme.LOOSE, 0, 0, 0)
        add_browse(self._file, self._browse)
        rows = QVBoxLayout()
        rows.setSpacing(0)
        rows.addWidget(self._beside)
        rows.addWidget(below)
        self.body.addLayout(rows)
        self._to_file.toggled.connect(self._file.setEnabled)
        self._to_file.setChecked(True)
        self.finish()

    def ask(self) -> None:
        out = self._file.text if self._to_file.isChecked() else ""
        self.tell(ExportOnnx(model=self._model, version=self._version, out=out))

    def _wrong(self) -> str:
        return _file_trouble(self._file.text) if self._to_file.isChecked() else ""

    def _browse(self) -> None:
        dialog = named(QFileDialog(self, "The ONNX file", self._file.text), "onnx_browse_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"ONNX (*{ONNX})"])
        dialog.setDefaultSuffix(ONNX[1:])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._file.edit.setText)
        dialog.open()


def ask_script_file(parent: QWidget, name: str, then: Callable[[str], None]) -> None:
    """Ask where the script of the model ``name`` is to lie, and do ``then`` with that."""
    proposed = Path.home() / f"{_UNSAFE.sub('-', name).strip('-.')[:60] or 'run'}.py"
    dialog = named(QFileDialog(parent, "The run as a Python script", str(proposed), "Python (*.py)"), "script_dialog")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("py")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(then)
    dialog.open()


def add_browse(field: LineField, then: Callable[[], None]) -> QPushButton:
    """Put a button beside the line of ``field`` that lets somebody look for the place."""
    name = field.edit.objectName()
    button = named(QPushButton("Browse…", field), f"{name}_browse", f"Browse: {field.edit.accessibleName().lower()}")
    button.setAutoDefault(False)
    pictured(button, "folder-open")
    button.clicked.connect(then)
    row = QHBoxLayout()
    row.setSpacing(theme.GAP)
    layout = field.layout()
    assert isinstance(layout, QVBoxLayout)
    place = layout.indexOf(field.edit)
    layout.insertLayout(place, row)
    row.addWidget(field.edit, 1)
    row.addWidget(button)
    QWidget.setTabOrder(field.edit, button)
    return button


def _file_name(name: str, version: VersionInfo) -> str:
    made = _UNSAFE.sub("-", name).strip("-.")[:60] or "model"
    return f"{made}-v{version.number or version.commit[:10]}"


def _folder_trouble(text: str) -> str:
    folder = Path(text)
    if not text or not folder.is_absolute():
        return "Name a folder with its whole path."
    if folder.exists():
        return f"{folder} is there already; name a folder that is not there yet."
    if not folder.parent.is_dir():
        return f"There is no folder {folder.parent}."
    return ""


def _file_trouble(text: str) -> str:
    file = Path(text)
    if not text or not file.is_absolute():
        return "Name a file with its whole path."
    if file.suffix.lower() != ONNX:
        return f"The name of the file ends with {ONNX}."
    if file.is_dir():
        return f"{file} is a folder."
    if not file.parent.is_dir():
        return f"There is no folder {file.parent}."
    return ""
