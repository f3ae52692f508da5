"""The record of a model: the moves of its aliases, their conditions, its remotes, and whose a version is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.registry.versions import AliasMove

if TYPE_CHECKING:
    from aetheron_desktop.engine.workspace import Workspace


class ModelRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="record"):
    """What is kept of a model beside its versions; the moves newest first.

    ``signature`` is what is to be thought of the asked version's signature, ``state`` the same in a word (own, trusted,
    unknown, unsigned, broken), and ``fingerprint`` names the key. ``card`` is its card.
    """

    model: str
    version: str
    moves: tuple[AliasMove, ...]
    gates: dict[str, tuple[str, ...]]
    remotes: dict[str, str]
    signature: str
    state: str
    fingerprint: str
    card: str


def record(workspace: Workspace, model: str, word: str = "") -> ModelRecord:
    """Give the record of a model, and what concerns one version of it, the current one by default.

    Raises:
        UsageError: there is no such version.
        ModelError: it is damaged.
    """
    from aetheron_desktop.engine.registry.description import CARD, DESCRIPTION, SIGNATURE
    from aetheron_desktop.engine.registry.repository import aliases, remotes
    from aetheron_desktop.engine.registry.signing import verdict
    from aetheron_desktop.engine.versioning.deeds import gates_of

    commit = workspace.shelf.find(model, word or "current")
    with workspace.shelf.opened(model) as repository:
        found = verdict(repository.read(commit, DESCRIPTION) or b"", repository.read(commit, SIGNATURE))
        return ModelRecord(
            model=model,
            version=commit,
            moves=tuple(aliases.moves(repository)),
            gates=gates_of(repository),
            remotes={remote.name: remote.url for remote in remotes.remotes(repository)},
            signature=found.sentence,
            state=found.state,
            fingerprint=found.fingerprint,
            card=(repository.read(commit, CARD) or b"").decode("utf-8", "replace"),
        )
