"""What the labels of a repository name, and which commits come before which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dulwich.graph import can_fast_forward
from dulwich.objects import ObjectID, Tag

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

HEADS: Final = "refs/heads/"
TAGS: Final = "refs/tags/"
ALIASES: Final = "refs/aliases/"


def named(repository: ModelRepository, id_: str) -> str:
    """Give the commit that ``id_`` is, or that the mark of this id names; empty when it is not here."""
    objects = repository.store.repo.object_store
    if ObjectID(id_.encode()) not in objects:
        return ""
    made = objects[ObjectID(id_.encode())]
    return made.object[1].decode() if isinstance(made, Tag) else id_


def contains(repository: ModelRepository, commit: str, other: str) -> bool:
    """Whether ``other`` is here, and is ``commit`` or comes before it."""
    if not named(repository, other):
        return False
    return bool(can_fast_forward(repository.store.repo, ObjectID(other.encode()), ObjectID(commit.encode())))


def ancestors(repository: ModelRepository, tips: list[str], known: set[str]) -> set[str]:
    """Give the commits that ``tips`` are and contain, but those that are ``known`` or come before one that is.

    Raises:
        ModelError: the history is damaged.
    """
    seen: set[str] = set()
    left = [commit for tip in tips if (commit := named(repository, tip))]
    while left:
        commit = left.pop()
        if commit not in seen and commit not in known:
            seen.add(commit)
            left += [parent.decode() for parent in repository.store.commit(commit).parents]
    return seen
