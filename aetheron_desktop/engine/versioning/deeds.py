"""The changes that need more than the repository: measurements, conditions, other models, places elsewhere."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.errors import EvaluationError, ModelError, UsageError, storage_errors
from aetheron_desktop.engine.registry.combining import unmeasured
from aetheron_desktop.engine.registry.description import DESCRIPTION
from aetheron_desktop.engine.registry.labels import checked_label
from aetheron_desktop.engine.registry.repository import aliases
from aetheron_desktop.engine.registry.revising import description_of, with_card, with_threshold
from aetheron_desktop.engine.versioning.changes import Changed
from aetheron_desktop.engine.versioning.gates import Gate, look, read_gate

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
    from aetheron_desktop.engine.registry.versions import Deed
    from aetheron_desktop.engine.versioning.changes import (
        ExportOnnx,
        ImportForeign,
        JoinModel,
        MoveAlias,
        RestoreFiles,
        SetCard,
        SetGates,
        SetThreshold,
    )
    from aetheron_desktop.engine.workspace import Workspace

    Progress = Callable[[str, float, float | None], None]


class GateRefusal(ModelError):
    """Conditions of an alias are not met; ``results`` are the lines that say which."""

    title = "The conditions are not met"

    def __init__(self, alias: str, results: tuple[str, ...]) -> None:
        words = f"{alias} stays where it is. {'; '.join(results)}"
        super().__init__(words, hint="Move it in spite of them, with a reason, or mend the model.")
        self.results = results


# -- aliases ----------------------------------------------------------------------------------------------------------


def gates_of(repository: ModelRepository) -> dict[str, tuple[str, ...]]:
    """Give the conditions of each alias, as they are written.

    Raises:
        ModelError: the record is damaged.
    """
    data = aliases.read_gates(repository)
    try:
        return msgspec.json.decode(data, type=dict[str, tuple[str, ...]]) if data else {}
    except msgspec.MsgspecError as error:
        raise ModelError(
            f"The conditions of {repository.name} cannot be read: {error}", hint="Set them again."
        ) from error


def set_gates(change: SetGates, repository: ModelRepository) -> str:
    """Keep the conditions of an alias, and give that in words.

    Raises:
        UsageError: one is no condition, or the alias cannot be one.
        ModelError: the record is damaged.
        StorageError: the disk refused; the conditions are as they were.
    """
    texts = tuple(read_gate(text).text for text in change.conditions)
    with repository.changing():  # or those that another program sets meanwhile would be lost
        known = gates_of(repository)
        alias = change.alias if change.alias in known else checked_label("alias", change.alias)
        kept = {name: gates for name, gates in known.items() if name != alias}
        if texts:
            kept[alias] = texts
        words = f"Conditions of {alias}: {'; '.join(texts) or 'none'}"
        aliases.store_gates(repository, aliases.encoded(kept), words)
    return words


def move(change: MoveAlias, workspace: Workspace, progress: Progress) -> Changed:
    """Move an alias, if its conditions are met or are to be passed over.

    Raises:
        GateRefusal: a condition is not met; the alias is as it was.
        UsageError: there is no such version or alias, or the reason is missing.
        ModelError: the version or the record is damaged.
        StorageError: the disk refused.
    """
    shelf = workspace.shelf
    with shelf.opened(change.model) as repository:
        gates: tuple[Gate, ...] = tuple(read_gate(text) for text in gates_of(repository).get(change.alias, ()))
        before = aliases.aliases(repository).get(change.alias, "")
    to = shelf.find(change.model, change.to) if change.to is not None else None
    lines: list[str] = []
    if to is not None and gates:
        results = look(workspace, change.model, to, before, gates, lambda text: progress(f"Look: {text}", 0, None))
        lines = [result.words for result in results]
        failed = tuple(result.words for result in results if not result.passed)
        if failed and not change.despite:
            raise GateRefusal(change.alias, failed)
        if failed:
            lines.append("moved in spite of what is not met")
    with shelf.changing(change.model) as repository:
        made = aliases.move_alias(repository, change.alias, to, change.reason, checked=lines)
    if made is None:
        return Changed(model=change.model, version=to or "", words=f"{change.alias} names this version already.")
    words = (
        f"{change.alias} names {shelf.called(change.model, to)} now." if to else f"The alias {change.alias} is gone."
    )
    return Changed(model=change.model, version=to or "", words=words, notes=tuple(lines))


# -- small changes ----------------------------------------------------------------------------------------------------


def set_card(change: SetCard, repository: ModelRepository) -> str:
    """Give the current version another card, and give the commit.

    Raises:
        UsageError: there is no version, it has this card already, or the card is too long.
        ModelError: the history is damaged.
        StorageError: the disk refused; the history is as it was.
    """
    with repository.changing():  # or a version that another program adds meanwhile would be undone
        current = _current(repository)
        made = with_card(description_of(repository, current), change.card)
        _check_other(repository, current, made)
        return repository.change(current, {**made}, change.message or "Card changed", "changed")


def set_threshold(change: SetThreshold, workspace: Workspace) -> Changed:
    """Give the current version another threshold, and measure what changes with it.

    Raises:
        UsageError: there is no version, it has this threshold already, or the task or the value is none for one.
        ModelError: the history is damaged.
        StorageError: the disk refused; the history is as it was.
    """
    notes = []
    # With the lock from the start, or a version that another program adds meanwhile would be undone.
    with workspace.shelf.changing(change.model) as repository, repository.changing():
        current = _current(repository)
        description = description_of(repository, current)
        metrics = measured_at(change.threshold, description, workspace)
        if metrics is None:
            metrics = unmeasured(description)
            notes.append("Its run's test predictions are not here: what changes with the threshold is not known.")
        made = with_threshold(description, change.threshold, metrics)
        _check_other(repository, current, made)
        words = f"Threshold {'0.5' if change.threshold is None else f'{change.threshold:g}'}"
        version = repository.change(current, {**made}, change.message or words, "changed")
    return Changed(model=change.model, version=version, words=f"{words} is set.", notes=tuple(notes))


def measured_at(
    threshold: float | None, description: Description, workspace: Workspace
) -> dict[str, float | None] | None:
    """Measure what changes with the threshold, from the stored test predictions; None where these are not here."""
    from aetheron_desktop.engine.evaluation.scores import scores
    from aetheron_desktop.engine.versioning.stored import stored_predictions

    try:
        made = stored_predictions(workspace, description)
    except EvaluationError:
        return None
    found = scores(made.task, made.truth, made.predicted, threshold=threshold)
    return {name: value for name, value in found.items() if name in unmeasured(description)}


def _check_other(repository: ModelRepository, current: str, made: dict[str, bytes]) -> None:
    """Refuse a version in which nothing but the moment of its signature would be another."""
    if made[DESCRIPTION] == repository.read(current, DESCRIPTION):
        raise UsageError("The current version has the same already.", hint="There is nothing to change.")


def _current(repository: ModelRepository) -> str:
    current = repository.labels().current
    if not current:
        raise UsageError("The model has no version.", hint="Pull it from a remote, or train one.")
    return current


# -- files ------------------------------------------------------------------------------------------------------------


def restore_files(change: RestoreFiles, workspace: Workspace) -> Changed:
    """Write the files of a version into a new folder.

    Raises:
        UsageError: the folder is there already, the one above it is not, or there is no such version.
        ModelError: the history is damaged, or a large file is not here.
        StorageError: the disk refused; nothing was left behind.
    """
    out = Path(change.out)
    if out.exists():
        raise UsageError(f"{out} is there already.", hint="Name a folder that is not there yet.")
    if not out.parent.is_dir():
        raise UsageError(f"There is no folder {out.parent}.", hint="Make it first, or choose another place.")
    commit = workspace.shelf.find(change.model, change.version)
    with workspace.shelf.opened(change.model) as repository:
        part = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.part")
        try:
            repository.write_files(commit, part)
            with storage_errors(out):
                for file in part.iterdir():
                    _own(file)
                part.rename(out)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return Changed(model=change.model, version=commit, words=f"The files of {change.version} are in {out}.")


def _own(file: Path) -> None:
    """Make a file that is shared with the history one of its own, which may be changed."""
    copy = file.with_name(f".{file.name}.copy")
    shutil.copyfile(file, copy)
    copy.replace(file)


def export_onnx(change: ExportOnnx, workspace: Workspace, progress: Progress) -> Changed:
    """Write a version as ONNX, and say how far its predictions are from the model's own."""
    from aetheron_desktop.engine.registry.artifact import load_model
    from aetheron_desktop.engine.registry.onnx_export import export_onnx as export
    from aetheron_desktop.engine.registry.parity import stored_rows

    shelf = workspace.shelf
    commit = shelf.find(change.model, change.version)
    if not change.out:
        _check_current(shelf.find(change.model, "current"), commit)
    folder = shelf.files(change.model, commit)
    progress("Open the model", 0, 3)
    opened = load_model(folder)
    sample = stored_rows(folder)
    progress("Convert it", 1, 3)
    part = None if change.out else workspace.root / "tmp" / f"{workspace.new_id('onnx')}.onnx"
    file = Path(change.out) if part is None else part
    try:
        report = export(opened.pipeline, sample, file, threshold=opened.description.threshold)
        progress("Keep it", 2, 3)
        unit = "" if opened.description.classes else " of the largest value"
        words = (
            f"ONNX, {report.bytes:,} bytes, opset {report.opset}: on {report.rows:,} stored rows at most "
            f"{report.largest_difference:.2g}{unit} away from the model."
        )
        version = _keep_onnx(part, commit, change.model, workspace) if part is not None else commit
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return Changed(model=change.model, version=version, words=words, notes=report.notes)


def _keep_onnx(file: Path, commit: str, model: str, workspace: Workspace) -> str:
    from aetheron_desktop.engine.registry.artifact import with_file
    from aetheron_desktop.engine.registry.description import ONNX

    part = workspace.root / "tmp" / workspace.new_id("files")
    try:
        with workspace.shelf.changing(model) as repository, repository.changing():
            _check_current(_current(repository), commit)
            repository.write_files(commit, part)
            with_file(part, ONNX, file)
            return repository.commit(part, "ONNX added", "changed")
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check_current(current: str, commit: str) -> None:
    """Refuse to put a file beside another version: the next one would be that one again."""
    if commit != current:
        raise UsageError(
            f"The version {commit[:10]} is not the current one.",
            hint="Roll back to it first, or write the ONNX file to another place.",
        )


# -- other models -----------------------------------------------------------------------------------------------------


def join(change: JoinModel, workspace: Workspace) -> Changed:
    """Make the current version of a model the next version of another.

    Raises:
        UsageError: there is no such model, it is the same, or it predicts something else.
        ModelError: one of the two is damaged.
        StorageError: the disk refused.
    """
    shelf = workspace.shelf
    target, source = shelf.model(change.into), shelf.model(change.model)
    if target is None or source is None:
        raise UsageError(f"There is no model {change.into!r}.", hint="See them: aetheron models")
    if target.id == source.id:
        raise UsageError("A model cannot become a version of itself.", hint="Choose another model.")
    if (target.task, target.target) != (source.task, source.target):
        raise UsageError(
            f"{source.name} predicts {source.target} ({source.task}), {target.name} {target.target} ({target.task}).",
            hint="Versions of one model predict the same.",
        )
    first = shelf.history(source.id).versions[-1].deed
    deed: Deed = "imported" if first == "imported" else "trained"
    part = workspace.root / "tmp" / workspace.new_id("files")
    try:
        with shelf.opened(source.id) as repository:
            repository.write_files(repository.find("current"), part)
        with shelf.changing(target.id) as repository:
            version = repository.commit(part, change.message or source.name, deed, branch=change.branch)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    shelf.put_aside(source.id)
    return Changed(model=target.id, version=version, words=f"{source.name} is the newest version of {target.name} now.")


def import_foreign(change: ImportForeign, workspace: Workspace, progress: Progress) -> Changed:
    """Make a model of a file that another program wrote."""
    from aetheron_desktop.engine.versioning.foreign_import import take_in

    info, notes = take_in(change, workspace, progress)
    return Changed(model=info.id, version=info.version, words=f"{info.name} was taken in.", notes=notes)
