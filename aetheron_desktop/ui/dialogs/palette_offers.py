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

    from aetheron_desktop.engine.jobs.progress import RunState
    from aetheron_desktop.engine.registry.model import ModelInfo
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


def runs(session: Session, analyze: Callable[[str], object]) -> list[Entry]:
    """Give the runs that can be analyzed, newest first."""
    ended = sorted((run for run in session.runs.values() if _is_kept(run)), key=lambda run: -(run.ended or 0.0))
    return [Entry("run", f"Analyze {run.name}", "eye", partial(analyze, run.id), run.score_text()) for run in ended]


def analyses(
    session: Session, show_run: Callable[[str], object], show_version: Callable[[str, str], object]
) -> list[Entry]:
    """Give what can be analyzed: the runs that kept a model, those of the open dataset first, and earlier versions."""
    opened = session.dataset.info.id if session.dataset is not None else ""
    ended = [run for run in session.runs.values() if _is_kept(run)]
    ended.sort(key=lambda run: (run.dataset != opened, -(run.ended or 0.0)))
    entries = [Entry("run", run.name, "eye", partial(show_run, run.id), run.score_text()) for run in ended]
    for info in session.workspace.models():
        if info.versions > 1:
            entries += _versions(session, info, show_version)
    return entries


def _is_kept(run: RunState) -> bool:
    return bool(run.model) and not run.is_going


def _versions(session: Session, info: ModelInfo, show_version: Callable[[str, str], object]) -> list[Entry]:
    versions = sorted(session.workspace.shelf.versions(info.id).values(), key=lambda one: -one.number)
    return [
        Entry(
            "model",
            f"{info.name}, version {one.number}",
            "model",
            partial(show_version, info.id, one.commit),
            one.title,
        )
        for one in versions
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
