"""What is known of a model's versions; data alone, without Git behind it.

A version is a commit of the model's repository. Words of people, and those of Git: version – commit, variation –
branch, mark – tag, adopt – merge, current version – the commit that HEAD names. An alias (champion, challenger, your
own) names a version and moves.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.schema import Task

Deed: TypeAlias = Literal["trained", "imported", "changed", "adopted", "reverted", "reproduced"]
"""How a version came to be; it stands in the commit's trailer ``Aetheron-Deed``."""

Part: TypeAlias = Literal["model", "threshold", "card"]
Side: TypeAlias = Literal["ours", "theirs"]
"""Of two versions that are to be joined: the current one, and that of elsewhere."""

MAIN: Final = "main"
"""The branch that a model begins with."""
ALIASES_BRANCH: Final = "aliases"
"""The branch whose commits are the moves of aliases; it holds no version."""
CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"


class VersionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a model.

    ``commit`` and ``parents`` are SHA-1 in hex; the first parent is the version before, a second one the version that
    was adopted. ``at`` is in seconds since the epoch. ``number`` counts the versions of a model from 1, in the order in
    which this workspace came to know them. ``message`` is why it was made, in the words of ``author``. ``bytes`` is the
    size of its files, ``metrics`` what was measured on its test rows.
    """

    commit: str
    parents: tuple[str, ...] = ()
    number: int = 0
    at: float
    author: str
    email: str = ""
    message: str
    deed: Deed
    task: Task
    target: str = ""
    estimator: str
    dataset: str = ""
    dataset_name: str = ""
    run: str = ""
    metrics: dict[str, float | None] = {}
    threshold: float | None = None
    bytes: int = 0
    signer: str = ""
    """The fingerprint of the key that its description is signed with; empty when it is not signed."""

    @property
    def title(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """What names versions, each by its commit: ``branches`` are variations, ``tags`` marks, ``aliases`` move.

    ``branch`` is the variation that the model is at, and its newest version the current one.
    """

    branch: str = MAIN
    branches: dict[str, str] = {}
    tags: dict[str, str] = {}
    aliases: dict[str, str] = {}

    @property
    def current(self) -> str:
        """The commit of the current version; empty while there is none."""
        return self.branches.get(self.branch, "")

    def of(self, commit: str) -> tuple[str, ...]:
        """Give the names of a version: aliases first, then branches, then tags."""
        named = (*self.aliases.items(), *self.branches.items(), *self.tags.items())
        return tuple(name for name, known in named if known == commit)


class History(msgspec.Struct, frozen=True, kw_only=True):
    """All versions of a model, newest first, each before its parents, and their names."""

    model: str
    versions: tuple[VersionInfo, ...]
    labels: Labels


class AliasMove(msgspec.Struct, frozen=True, kw_only=True):
    """That an alias was moved: from a version (empty when it is new) to another (empty when it was removed)."""

    alias: str
    before: str = ""
    after: str = ""
    at: float
    author: str
    reason: str
    checked: tuple[str, ...] = ()
    """The conditions that were looked at, in words with what was found."""


class PartState(msgspec.Struct, frozen=True, kw_only=True):
    """A part of two versions that are to be joined: in words here and there, and on which sides it was changed.

    ``is_same`` says that it is the same here and there; two that differ may have the same words.
    """

    part: Part
    ours: str
    theirs: str
    changed_here: bool
    changed_there: bool
    is_same: bool = False

    @property
    def is_contested(self) -> bool:
        """Whether both sides changed it, and differently, so that somebody must choose."""
        return self.changed_here and self.changed_there and not self.is_same
