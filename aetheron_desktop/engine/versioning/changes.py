"""What can be done to a model: each change a record, done by :func:`.doing.do`, told by one answer.

The records load no library, since the window makes them.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias, assert_never

import msgspec

from aetheron_desktop.engine.datasets.schema import Task
from aetheron_desktop.engine.registry.versions import Part, PartState, Side

_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


class _Change(msgspec.Struct, frozen=True, kw_only=True, tag_field="change"):
    """``model`` is the model's id; versions are named as :meth:`Shelf.find` understands them."""

    model: str


class MoveAlias(_Change, frozen=True, kw_only=True, tag="alias"):
    """Let an alias name a version, or none when ``to`` is None, and say why.

    Conditions that were set for the alias are looked at first; with ``despite`` it is moved although some are not met,
    and the record says so.
    """

    alias: str
    to: str | None
    reason: str
    despite: bool = False


class StartVariation(_Change, frozen=True, kw_only=True, tag="start"):
    """Begin a variation at a version, and be at it."""

    name: str
    at: str = "current"


class SwitchTo(_Change, frozen=True, kw_only=True, tag="switch"):
    """Be at a variation: its newest version becomes the current one."""

    name: str


class DropVariation(_Change, frozen=True, kw_only=True, tag="drop"):
    """Forget a variation; its versions wait for the clean-up."""

    name: str


class Mark(_Change, frozen=True, kw_only=True, tag="mark"):
    """Give a version a name that stays."""

    name: str
    version: str = "current"
    message: str = ""


class Adopt(_Change, frozen=True, kw_only=True, tag="adopt"):
    """Take what a version of another variation or of a remote has into the current one.

    ``keep`` says for what both sides changed (model, threshold, card) whose shall be: ours or theirs.
    """

    version: str
    message: str
    keep: dict[Part, Side] = {}


class RollBack(_Change, frozen=True, kw_only=True, tag="roll_back"):
    """Make the files of an earlier version the current ones, by a new version; by default of the one before."""

    to: str = "current~1"
    reason: str


class TakePart(_Change, frozen=True, kw_only=True, tag="take"):
    """Give the current version the threshold or the card of another."""

    version: str
    part: Literal["threshold", "card"]
    message: str


class SetThreshold(_Change, frozen=True, kw_only=True, tag="threshold"):
    """Give the current version another threshold; None is the more probable class."""

    threshold: float | None
    message: str


class SetCard(_Change, frozen=True, kw_only=True, tag="card"):
    """Give the current version another card."""

    card: str
    message: str


class JoinModel(_Change, frozen=True, kw_only=True, tag="join"):
    """Make the current version of ``model`` the next version of ``into``; ``model`` itself goes to the bin."""

    into: str
    message: str
    branch: str = ""


class RestoreFiles(_Change, frozen=True, kw_only=True, tag="restore_files"):
    """Write the files of a version into the new folder ``out``."""

    version: str
    out: str


class ExportOnnx(_Change, frozen=True, kw_only=True, tag="onnx"):
    """Write a version as ONNX: to the file ``out``, or, when that is empty, beside its other files as a new version."""

    version: str = "current"
    out: str = ""


class SetRemote(_Change, frozen=True, kw_only=True, tag="remote"):
    """Know a place to push to and pull from by a name, or no longer when ``url`` is empty."""

    name: str
    url: str


class Push(_Change, frozen=True, kw_only=True, tag="push"):
    """Send versions, variations, marks and aliases to a remote."""

    remote: str = "origin"


class Pull(_Change, frozen=True, kw_only=True, tag="pull"):
    """Get what a remote has that is not here."""

    remote: str = "origin"


class CloneModel(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="clone"):
    """Make a model of this workspace from a remote."""

    url: str
    name: str = ""


class ImportForeign(msgspec.Struct, frozen=True, kw_only=True, tag_field="change", tag="import_foreign"):
    """Make a model of the file ``source`` that another program wrote, measured on ``dataset``.

    It is measured on the test part of the stored ``split``, on all rows without one. ``columns`` gives the column for
    the features whose names are others.
    """

    source: str
    dataset: str
    target: str = ""
    task: Task | None = None
    split: str = ""
    columns: dict[str, str] = {}
    name: str = ""


class SetGates(_Change, frozen=True, kw_only=True, tag="gates"):
    """Set the conditions that a version must meet to be named by an alias, in words as ``gates`` reads them."""

    alias: str
    conditions: tuple[str, ...]


Change: TypeAlias = (
    MoveAlias
    | StartVariation
    | SwitchTo
    | DropVariation
    | Mark
    | Adopt
    | RollBack
    | TakePart
    | SetThreshold
    | SetCard
    | JoinModel
    | RestoreFiles
    | ExportOnnx
    | SetRemote
    | Push
    | Pull
    | CloneModel
    | ImportForeign
    | SetGates
)


class Changed(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="changed"):
    """That a change was done: to which model, which version came of it (empty: none), and what was done in words."""

    model: str
    version: str = ""
    words: str
    notes: tuple[str, ...] = ()


class NotChanged(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="not_changed"):
    """Why a change was not done, where somebody can decide: ``parts`` were changed on both sides, conditions not met.

    ``results`` are lines that say which conditions.
    """

    parts: tuple[PartState, ...] = ()
    results: tuple[str, ...] = ()


def title(change: Change) -> str:  # noqa: PLR0912 - a case a change
    """Name the change for people."""
    match change:
        case MoveAlias():
            return f"Move {change.alias}"
        case StartVariation():
            return f"Begin the variation {change.name}"
        case SwitchTo():
            return f"Go to the variation {change.name}"
        case DropVariation():
            return f"Drop the variation {change.name}"
        case Mark():
            return f"Mark a version as {change.name}"
        case Adopt():
            return f"Adopt {called(change.version)}"
        case RollBack():
            return f"Roll back to {called(change.to)}"
        case TakePart():
            return f"Take the {change.part} of {called(change.version)}"
        case SetThreshold():
            return "Set the threshold"
        case SetCard():
            return "Change the card"
        case JoinModel():
            return "Make it a version of another model"
        case RestoreFiles():
            return "Restore files"
        case ExportOnnx():
            return "Export as ONNX"
        case SetRemote():
            return f"Set the remote {change.name}"
        case Push():
            return f"Push to {change.remote}"
        case Pull():
            return f"Pull from {change.remote}"
        case CloneModel():
            return "Get a model from a remote"
        case ImportForeign():
            return "Take in a model of another program"
        case SetGates():
            return f"Set the conditions of {change.alias}"
        case _:
            assert_never(change)


def called(word: str) -> str:
    """Give a word for a version as people read it: of a whole commit its beginning."""
    return word[:10] if _COMMIT.fullmatch(word) else word
