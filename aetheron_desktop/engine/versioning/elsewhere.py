"""Models and their versions at places elsewhere: pushed, pulled, or got as a whole."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import AetheronError, storage_errors
from aetheron_desktop.engine.registry.leftovers import part_name
from aetheron_desktop.engine.registry.names import fitting_name
from aetheron_desktop.engine.registry.remotes import known
from aetheron_desktop.engine.registry.remotes.pulling import PullReport, pull
from aetheron_desktop.engine.registry.remotes.pulling import clone as clone_repository
from aetheron_desktop.engine.registry.remotes.pushing import PushReport, push
from aetheron_desktop.engine.versioning.changes import Changed, Pull, Push, SetRemote

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.staging import Progress
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
    from aetheron_desktop.engine.registry.versions import AliasMove
    from aetheron_desktop.engine.versioning.changes import CloneModel
    from aetheron_desktop.engine.workspace import Workspace

_SHORT: Final = 10
"""Digits of a version that people are shown."""


def remote(
    change: SetRemote | Push | Pull,
    repository: ModelRepository,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> Changed:
    """Know a remote, push to it or pull from it.

    Raises:
        UsageError: there is no such remote, or its address cannot be used.
        RemoteError: it could not be used, or refused.
        StorageError: the disk refused.
        TransferStopped: it was asked to stop.
    """
    model = repository.root.name
    match change:
        case SetRemote():
            if change.url:
                made = known.set_remote(repository, change.name, change.url)
                return Changed(model=model, words=f"{made.name} is {made.url} now.")
            known.remove_remote(repository, change.name)
            return Changed(model=model, words=f"The remote {change.name} is no longer known.")
        case Push():
            sent = push(repository, change.remote, progress=progress, should_stop=should_stop)
            return Changed(model=model, words=_sent(sent), notes=_notes_of_push(sent))
        case Pull():
            taken = pull(repository, change.remote, progress=progress, should_stop=should_stop)
            return Changed(model=model, words=_taken(taken), notes=_notes_of_pull(taken))


def clone(change: CloneModel, workspace: Workspace, progress: Progress, should_stop: Callable[[], bool]) -> Changed:
    """Make a model of a remote's.

    Raises:
        UsageError: the address cannot be used.
        RemoteError: it could not be used, or holds no model; nothing was left behind.
        StorageError: the disk refused; nothing was left behind.
        TransferStopped: it was asked to stop; nothing was left behind.
    """
    shelf, id_ = workspace.shelf, workspace.new_id("model")
    # Its name says whose it is: another program that opens the workspace meanwhile leaves it alone.
    part = workspace.root / "models" / part_name()
    try:
        name = change.name or change.url.replace("\\", "/").rstrip("/").rpartition("/")[2].removesuffix(".git")
        clone_repository(change.url, part, fitting_name(name), progress=progress, should_stop=should_stop).close()
        with storage_errors(part):
            part.rename(workspace.root / "models" / id_)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    try:
        info = shelf.enter(id_)
    except AetheronError:
        shelf.delete(id_)
        raise
    with contextlib.suppress(AetheronError):  # they are looked for again when they are needed
        shelf.files(id_)
    return Changed(model=id_, version=info.version, words=f"{info.name} has {_count(info.versions, 'version')}.")


def _sent(report: PushReport) -> str:
    if report.is_nothing:
        return f"{report.remote} has everything already."
    return f"{report.remote} has {_counted(report)} more now."


def _taken(report: PullReport) -> str:
    if report.is_nothing:
        return f"Everything of {report.remote} is here already."
    return f"{_counted(report)} came from {report.remote}."


def _counted(report: PushReport | PullReport) -> str:
    counts = (
        _count(report.versions, "version"),
        _count(report.moves, "move of aliases", "moves of aliases"),
        f"{_count(report.large, 'large file')} ({report.bytes:,} bytes)" if report.large else "",
        _count(len(report.marks), "mark"),
    )
    return ", ".join(word for word in counts if word and not word.startswith("0 ")) or "names"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _notes_of_push(report: PushReport) -> tuple[str, ...]:
    notes = [f"The place {report.remote} was made."] if report.created else []
    notes += [f"The mark {name} names another version there, and stays as it is." for name in report.kept_there]
    notes += [f"It has no place for the alias {name}; its record took it." for name in report.refused]
    return tuple(notes)


def _moved(move: AliasMove) -> str:
    way = f"{move.before[:_SHORT] or 'new'} → {move.after[:_SHORT] or 'removed'}"
    return f"{move.alias}: {way}, by {' '.join(move.author.split())}: {' '.join(move.reason.split())}"


def _notes_of_pull(report: PullReport) -> tuple[str, ...]:
    notes = [f"The variation {name} went on." for name in report.forwarded]
    notes += [f"The variation {name} is new." for name in report.new]
    notes += [f"Both sides went on: adopt {name} to join them." for name in report.diverged]
    notes += [f"The variation {name} went on here alone; push it." for name in report.ahead]
    notes += [_moved(move) for move in report.moved_aliases]
    notes += [
        f"The alias {name} was moved there, but here as well or it has conditions here; it stays as here."
        for name in report.contested_aliases
    ]
    notes += [f"The mark {name} names another version there; it stays as here." for name in report.contested_marks]
    return (*notes, *report.passed_over, *report.missing)
