"""The order in which versions are shown; loads nothing of Git, since the window reads histories."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aetheron_desktop.engine.registry.versions import VersionInfo


def ordered(versions: Mapping[str, VersionInfo], roots: Iterable[str]) -> tuple[VersionInfo, ...]:
    """Give the versions that ``roots`` name or contain, newest first and each before its parents.

    A parent that is not among ``versions`` (a history that was fetched in part) is passed over.
    """
    seen: set[str] = set()
    left = [root for root in roots if root in versions]
    children: dict[str, int] = {}
    while left:
        commit = left.pop()
        if commit in seen:
            continue
        seen.add(commit)
        for parent in versions[commit].parents:
            if parent in versions:
                children[parent] = children.get(parent, 0) + 1
                left.append(parent)
    # Kahn (1962), the newest of those whose children are all given coming first.
    ready = [(-versions[c].at, -versions[c].number, c) for c in seen if not children.get(c)]
    heapq.heapify(ready)
    found = []
    while ready:
        version = versions[heapq.heappop(ready)[2]]
        found.append(version)
        for parent in version.parents:
            if parent in seen:
                children[parent] -= 1
                if not children[parent]:
                    heapq.heappush(ready, (-versions[parent].at, -versions[parent].number, parent))
    return tuple(found)
