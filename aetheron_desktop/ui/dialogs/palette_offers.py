"""What the palette of the main window offers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.ui.actions import ACTIONS
from aetheron_desktop.ui.item_models.palette_entries import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.ui.actions import Shell
    from aetheron_desktop.ui.session import Session

_NATIVE = QKeySequence.SequenceFormat.NativeText


def commands(shell: Shell) -> list[Entry]:
    """Give the commands that make sense now."""
    return [
        Entry("command", one.words, one.icon, partial(one.run, shell), "", QKeySequence(one.shortcut).toString(_NATIVE))
        for one in ACTIONS
        if one.when(shell) and one.id != "view.palette"
    ]


def datasets(session: Session) -> list[Entry]:
    """Give the datasets of the workspace, newest first."""
    return [
        Entry("dataset", info.name, "table", partial(session.open_dataset, info.id), f"{info.rows:,} rows")
        for info in session.workspace.datasets()
    ]


def models(session: Session, show: Callable[[str], object]) -> list[Entry]:
    """Give the models of the workspace, newest first."""
    return [
        Entry("model", info.name, "model", partial(show, info.id), catalog.name_of(info.estimator))
        for info in session.workspace.models()
    ]


def columns(session: Session, show: Callable[[str], object]) -> list[Entry]:
    """Give the columns of the open dataset."""
    if session.dataset is None:
        return []
    return [
        Entry("column", column.name, column.type, partial(show, column.name), column.type)
        for column in session.dataset.info.schema.columns
    ]


def files(recent: list[Path], open_file: Callable[[Path], object]) -> list[Entry]:
    """Give the recent files."""
    return [Entry("file", path.name, "file", partial(open_file, path), str(path.parent)) for path in recent]
