"""Whether the history of a model is whole, as ``git fsck`` looks at it: its objects, its packs, and its names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.registry.versions import ALIASES_BRANCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from dulwich.object_store import DiskObjectStore

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

_OTHERS = ("refs/remotes", "refs/bin")
"""Names beside those of versions."""


def history_objects(
    repository: ModelRepository, troubles: list[str], progress: Callable[[str, float, float | None], None]
) -> int:
    """Look at each object of the history and at each pack, and count the objects."""
    store = repository.store.repo.object_store
    _packs(store, troubles)
    count = 0
    try:
        ids = list(store)
    # Whatever a damaged index makes the parsers stumble over is the finding.
    except Exception as error:  # noqa: BLE001
        troubles.append(f"The objects cannot be listed: {type(error).__name__} {error}".strip())
        ids = []
    for id_ in ids:
        try:
            store[id_].check()
        # Whatever a damaged object makes the parsers stumble over is the finding.
        except Exception as error:  # noqa: BLE001
            troubles.append(f"The object {id_.decode()} is damaged: {type(error).__name__} {error}".strip())
        count += 1
        if count % 500 == 0:
            progress("Look at the history", count, None)
    return count


def _packs(store: DiskObjectStore, troubles: list[str]) -> None:
    """Look at the checksums of packs and of their indexes, which cover what no object is made of too."""
    try:
        packs = list(store.packs)
    # Whatever a damaged index makes the parsers stumble over is the finding.
    except Exception as error:  # noqa: BLE001
        troubles.append(f"The packs cannot be opened: {type(error).__name__} {error}".strip())
        return
    for pack in packs:
        try:
            pack.check_length_and_checksum()
            pack.index.check()
        # The same of one of them.
        except Exception as error:  # noqa: BLE001
            name = pack.name().decode("ascii", "replace")[:10]
            troubles.append(f"The pack {name} is damaged: {type(error).__name__} {error}".strip())


def history_commits(repository: ModelRepository, troubles: list[str]) -> list[str]:
    """Give the versions that labels contain; what else is named is followed too, to see whether it is there."""
    try:
        labels = repository.labels()
        named = {*labels.branches.values(), *labels.tags.values(), *labels.aliases.values()}
        others = {commit for below in _OTHERS for commit in repository.store.refs(below).values()}
        if record := repository.store.ref(f"refs/heads/{ALIASES_BRANCH}"):
            others.add(record)
    except AetheronError as error:
        troubles.append(f"The names of versions cannot be read: {error.detail}")
        return []
    commits = _followed(repository, named, troubles)
    for commit in _followed(repository, others, troubles):
        if commit not in commits:
            _look_at_files(repository, commit, troubles)
    return list(commits)


def _followed(repository: ModelRepository, tips: set[str], troubles: list[str]) -> dict[str, None]:
    seen: dict[str, None] = {}
    lost = set()
    left = sorted(tips)
    while left:
        commit = left.pop()
        if commit in seen or commit in lost:
            continue
        try:
            left += repository.parents(commit)
            seen[commit] = None
        except AetheronError as error:
            lost.add(commit)
            troubles.append(error.detail)
    return seen


def _look_at_files(repository: ModelRepository, commit: str, troubles: list[str]) -> None:
    store = repository.store
    try:
        for id_ in store.files(store.commit(commit)).values():
            store.blob(id_)
    except AetheronError as error:
        troubles.append(error.detail)
