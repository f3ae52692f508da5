"""What is done with whole models: beside the window's thread, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.messages import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.errors import AetheronError
    from aetheron_desktop.engine.workspace import Workspace


class ModelChanges(QObject):
    """Does what waits for locks and moves whole repositories, in the order of wishes."""

    changed = Signal()
    noticed = Signal(object)  # Notice
    failed = Signal(object)  # AetheronError
    ended = Signal()  # nothing is left to do

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._changes: list[Callable[[], object]] = []
        """What is being done, and what waits for that."""

    def __len__(self) -> int:
        return len(self._changes)

    def rename(self, id: str, name: str) -> None:
        """Give a model another name; ``changed`` tells that it has it."""
        self._do(lambda: self._workspace.rename_model(id, name))

    def bin(self, id: str) -> None:
        """Put a model into the bin; a notice offers to take it out again."""

        def bin_() -> Notice:
            name = self._workspace.model(id).name
            self._workspace.bin_model(id)
            return Notice("info", "Model deleted", f"{name} is in the bin.", "", "undo-model", id)

        self._do(bin_)

    def restore(self, id: str) -> None:
        """Take a model out of the bin."""
        self._do(lambda: self._workspace.restore_model(id))

    def delete(self, id: str) -> None:
        """Delete a model that is in the bin, for good."""
        self._do(lambda: self._workspace.delete_model(id))

    def _do(self, change: Callable[[], object]) -> None:
        self._changes.append(change)
        if len(self._changes) == 1:
            self._next()

    def _next(self) -> None:
        errand = Errand(self._changes[0], self)
        errand.done.connect(self._on_changed)
        errand.failed.connect(self._on_failed)
        errand.start()

    def _on_changed(self, made: object) -> None:
        self.changed.emit()
        if isinstance(made, Notice):
            self.noticed.emit(made)
        self._end()

    def _on_failed(self, error: AetheronError) -> None:
        self.failed.emit(error)
        self._end()

    def _end(self) -> None:
        del self._changes[0]
        if self._changes:
            self._next()
        else:
            self.ended.emit()
