"""What the labels of a repository name, and which commits come before which."""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Final

from dulwich.objects import Commit, ObjectID, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

HEADS: Final = "refs/heads/"
TAGS: Final = "refs/tags/"
ALIASES: Final = "refs/aliases/"


def named(repository: ModelRepository, id_: str) -> str:
    """Give the commit that ``id_`` is, or that the mark of this id names; empty when it is none, or not here."""
    objects = repository.store.repo.object_store
    name = ObjectID(id_.encode())
    while name in objects:
        made = objects[name]
        if not isinstance(made, Tag):
            return name.decode() if isinstance(made, Commit) else ""
        name = made.object[1]
    return ""


def contains(repository: ModelRepository, commit: str, other: str) -> bool:
    """Whether ``other`` is here, and is ``commit`` or comes before it."""
    if not named(repository, other):
        return False
    # The newest first, for it is mostly near. Times order the search alone: commits of one second, or of clocks that
    # went wrong, are not in the order of their times, and none is passed over for that.
    left, seen = [(0, commit)], {commit}
    while left:
        _, name = heapq.heappop(left)
        if name == other:
            return True
        for parent in repository.store.commit(name).parents:
            before = parent.decode()
            if before not in seen:
                seen.add(before)
                heapq.heappush(left, (-repository.store.commit(before).commit_time, before))
    return False


def new_commits(repository: ModelRepository, tips: Iterable[str], known: Iterable[str]) -> list[str]:
    """Give the commits that the commits ``tips`` are and contain, but those that ``known`` are and contain.

    The newest are looked at first, as Git does it, so that a long history that both have is not gone through. Where
    clocks went wrong, some that are known may be given as well; none that is not known is left out.

    Raises:
        ModelError: the history is damaged.
    """
    is_known: dict[str, bool] = {}
    made: dict[str, Commit] = {}
    left: list[tuple[int, str]] = []
    pending: set[str] = set()

    def add(commit: str, *, known: bool) -> None:
        if commit not in made:
            made[commit] = repository.store.commit(commit)
        elif is_known[commit] or not known:
            return
        is_known[commit] = known
        # One that was passed already comes once more, to tell those before it.
        if commit not in pending:
            pending.add(commit)
            heapq.heappush(left, (-made[commit].commit_time, commit))

    for commit in known:
        add(commit, known=True)
    for commit in tips:
        add(commit, known=False)
    found: list[str] = []
    oldest = math.inf
    # Commits of the same second come in any order, so all of the oldest one's second are looked at.
    while left and (-left[0][0] >= oldest or any(not is_known[commit] for commit in pending)):
        time, commit = heapq.heappop(left)
        pending.discard(commit)
        if not is_known[commit]:
            found.append(commit)
            oldest = min(oldest, -time)
        for parent in made[commit].parents:
            add(parent.decode(), known=is_known[commit])
    return [commit for commit in found if not is_known[commit]]
