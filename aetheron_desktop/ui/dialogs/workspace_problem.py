"""The window that stands in for the main one when the workspace cannot be opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from aetheron_desktop.engine.errors import AetheronError


class WorkspaceProblem(QDialog):
    """Says what is wrong; ``folder_chosen`` tells another folder, rejecting it ends the program."""

    folder_chosen = Signal(object)  # Path

    def __init__(self, error: AetheronError, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "workspace_problem", f"{error.title}. {error.detail} {error.hint}")
        self.setWindowTitle("Aetheron Desktop")
        self.setMinimumWidth(520)
        words = QVBoxLayout()
        words.setSpacing(theme.GAP)
        for text, role in ((error.title, "title"), (error.detail, ""), (error.hint, "muted")):
            if text:
                label = QLabel(text, self)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setWordWrap(True)
                if role:
                    theme.mark(label, role=role)
                words.addWidget(label)
        leave = named(QPushButton("Quit", self), "quit", "Quit")
        leave.clicked.connect(self.reject)
        choose = named(QPushButton("Choose another folder…", self), "choose_folder", "Choose another folder")
        theme.mark(choose, role="primary")
        pictured(choose, "folder", "accent.on")
        choose.setDefault(True)
        choose.clicked.connect(self._choose)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(leave)
        buttons.addWidget(choose)
        row = QHBoxLayout()
        row.setSpacing(theme.WIDE)
        row.addWidget(Picture("error", 32, "danger", self), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 26, 28, 22)
        layout.setSpacing(theme.LOOSE)
        layout.addLayout(row)
        layout.addLayout(buttons)

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Choose a folder for the workspace", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self._take(Path(name)))
        dialog.open()

    def _take(self, folder: Path) -> None:
        self.folder_chosen.emit(folder)
        self.accept()
