"""Do a change of a model, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry import combining
from aetheron_desktop.engine.versioning import deeds, elsewhere
from aetheron_desktop.engine.versioning.changes import (
    Adopt,
    Changed,
    CloneModel,
    DropVariation,
    ExportOnnx,
    ImportForeign,
    JoinModel,
    Mark,
    MoveAlias,
    Pull,
    Push,
    RestoreFiles,
    RollBack,
    SetCard,
    SetGates,
    SetRemote,
    SetThreshold,
    StartVariation,
    SwitchTo,
    TakePart,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.staging import Progress
    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
    from aetheron_desktop.engine.versioning.changes import Change
    from aetheron_desktop.engine.workspace import Workspace


def do(change: Change, workspace: Workspace, progress: Progress, should_stop: Callable[[], bool]) -> Changed:
    """Do ``change``, whole or not at all.

    Raises:
        AetheronError: it cannot be done; the words say why, and the model is as it was.
    """

    def told(stage: str, done: float, total: float | None) -> None:
        progress(stage, done, total, "")

    shelf = workspace.shelf
    if isinstance(change, CloneModel):
        return elsewhere.clone(change, workspace, progress, should_stop)
    if isinstance(change, ImportForeign):
        return deeds.import_foreign(change, workspace, told)
    if shelf.model(change.model) is None:
        raise UsageError(f"There is no model {change.model!r}.", hint="See them: aetheron models")
    if isinstance(change, JoinModel):
        return deeds.join(change, workspace)
    if isinstance(change, RestoreFiles):
        return deeds.restore_files(change, workspace)
    if isinstance(change, MoveAlias):
        return deeds.move(change, workspace, told)
    if isinstance(change, SetThreshold):
        return deeds.set_threshold(change, workspace)
    if isinstance(change, ExportOnnx):
        return deeds.export_onnx(change, workspace, told)
    with shelf.changing(change.model) as repository:
        return _do(change, workspace, repository, progress, should_stop)


_InRepository: TypeAlias = (
    StartVariation | SwitchTo | DropVariation | Mark | Adopt | RollBack | TakePart | SetCard | SetRemote | Push | Pull
    | SetGates
)  # fmt: skip


def _do(
    change: _InRepository,
    workspace: Workspace,
    repository: ModelRepository,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> Changed:
    def found(word: str) -> str:
        return workspace.shelf.find(change.model, word)

    def measure(description: Description, threshold: float | None) -> dict[str, float | None] | None:
        return deeds.measured_at(threshold, description, workspace)

    model, version = change.model, ""
    match change:
        case StartVariation():
            name = repository.start_branch(change.name, found(change.at))
            repository.switch(name)
            words = f"{repository.name} is now at the variation {name}."
        case SwitchTo():
            repository.switch(change.name)
            words = f"{repository.name} is now at the variation {change.name}."
        case DropVariation():
            repository.drop_branch(change.name)
            words = f"The variation {change.name} was dropped; its versions are kept until they are cleaned up."
        case Mark():
            name = repository.tag(change.name, found(change.version), change.message)
            words = f"The version is marked as {name}."
        case Adopt():
            theirs = found(change.version)
            version = combining.adopt(repository, theirs, change.message, change.keep, measure=measure)
            words = f"{workspace.shelf.called(model, theirs)} was adopted."
        case RollBack():
            to = found(change.to)
            version = combining.roll_back(repository, to, change.reason)
            words = f"{repository.name} is back to what it was at {workspace.shelf.called(model, to)}."
        case TakePart():
            source = found(change.version)
            version = combining.take(repository, source, change.part, change.message, measure=measure)
            words = f"The {change.part} of {workspace.shelf.called(model, source)} was taken."
        case SetCard():
            version = deeds.set_card(change, repository)
            words = "The card was changed."
        case SetRemote() | Push() | Pull():
            return elsewhere.remote(change, repository, progress, should_stop)
        case SetGates():
            words = deeds.set_gates(change, repository)
        case _:
            assert_never(change)
    return Changed(model=model, version=version, words=words)
