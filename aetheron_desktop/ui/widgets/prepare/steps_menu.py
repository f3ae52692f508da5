"""The steps in and out: as scripts on the clipboard, as a file, and from other datasets."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from aetheron_desktop.engine.datasets.preparing.journal import Journal
from aetheron_desktop.engine.datasets.steps import dumps, load
from aetheron_desktop.engine.errors import AetheronError, storage_errors
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.preparing.answers import Scripts
    from aetheron_desktop.engine.datasets.steps import Step
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.prepare.preparation import Preparation

    Script = Literal["SQL", "Python"]


class StepsMenu(QMenu):
    """What can be done with all steps; it is made anew when it is opened."""

    def __init__(self, session: Session, preparation: Preparation, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "prepare_more_menu", "More about the steps")
        self._session = session
        self._preparation = preparation
        self._wanted: Script = "SQL"
        self.aboutToShow.connect(self._fill)
        preparation.scripts_written.connect(self._on_scripts)

    def _fill(self) -> None:
        self.clear()
        has_steps = bool(self._preparation.steps)
        for name, words, picture, act in (
            ("prepare_sql", "Copy as SQL", "copy", partial(self._copy, "SQL")),
            ("prepare_python", "Copy as Python", "copy", partial(self._copy, "Python")),
            ("prepare_save", "Save the steps…", "save", self._ask_file),
        ):
            action = self.addAction(icon(picture, "muted"), words)
            action.setObjectName(name)
            action.setEnabled(has_steps)
            action.triggered.connect(act)
        self.addSeparator()
        self.addAction(icon("folder-open", "muted"), "Steps of a file…").triggered.connect(self._ask_steps_file)
        others = self.addMenu(icon("data", "muted"), "Steps of a dataset")
        for name, steps in self._known_steps():
            words = f"{name} ({len(steps)} step{'s' if len(steps) != 1 else ''})"
            others.addAction(words).triggered.connect(partial(self._take, steps, name))
        others.setEnabled(not others.isEmpty())

    def _known_steps(self) -> list[tuple[str, tuple[Step, ...]]]:
        """Give the steps of other datasets: those put together over them, and those they were made by."""
        found = []
        for info in self._session.workspace.datasets():
            if self._preparation.dataset is not None and info.id == self._preparation.dataset.info.id:
                continue
            dataset = self._session.workspace.dataset(info.id)
            journaled = Journal(dataset).read().steps
            if journaled:
                found.append((info.name, journaled))
            if info.lineage is not None:
                found.append((f"{info.name}, as it was made", info.lineage.steps))
        return found

    def _take(self, steps: tuple[Step, ...], name: str, _: bool = False) -> None:
        self._preparation.take(steps, f"take the steps of {name}")

    def _copy(self, what: Script, _: bool = False) -> None:
        self._wanted = what
        self._preparation.write_scripts()

    def _on_scripts(self, scripts: Scripts) -> None:
        QGuiApplication.clipboard().setText(scripts.sql if self._wanted == "SQL" else scripts.python)
        other = "a script for DuckDB" if self._wanted == "SQL" else "a script of Python with pandas"
        self._session.noticed.emit(Notice("success", "The steps were copied", f"The clipboard has {other}."))

    def _ask_file(self) -> None:
        dataset = self._preparation.dataset
        name = f"{dataset.info.name} steps.json" if dataset is not None else "steps.json"
        dialog = named(
            QFileDialog(self.parentWidget(), "Save the steps", str(Path.home() / name), "Steps (*.json)"),
            "prepare_save_dialog",
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(self.save_file)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def save_file(self, name: str) -> None:
        """Write the steps to a file."""
        try:
            with storage_errors(Path(name)):
                Path(name).write_bytes(dumps(self._preparation.steps))
        except AetheronError as error:
            self._session.tell(error)

    def _ask_steps_file(self) -> None:
        dialog = named(
            QFileDialog(self.parentWidget(), "Take the steps of a file", str(Path.home()), "Steps (*.json)"),
            "prepare_open_dialog",
        )
        dialog.fileSelected.connect(self.open_file)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_file(self, name: str) -> None:
        """Take the steps of a file in the place of all."""
        try:
            self._take(load(Path(name)), Path(name).name)
        except AetheronError as error:
            self._session.tell(error)
