"""Aliases, and the record of each of their moves: who, when, why, and what was looked at before.

The truth is the branch ``aliases``: its newest commit holds ``aliases.json``, its history is the record. The references
``refs/aliases/…`` follow it, so that Git keeps what an alias needs, and ``git log refs/aliases/champion`` works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.labels import checked_label
from aetheron_desktop.engine.registry.repository.git_store import branch_ref, made_blob
from aetheron_desktop.engine.registry.versions import ALIASES_BRANCH, AliasMove

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dulwich.objects import Blob, ObjectID

    from aetheron_desktop.engine.registry.identity import Author
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

ALIASES_FILE: Final = "aliases.json"
GATES_FILE: Final = "gates.json"
CHECKS_FILE: Final = "checks.json"
_REF: Final = branch_ref(ALIASES_BRANCH).decode()
_HEX: Final = frozenset("0123456789abcdef")


def aliases(repository: ModelRepository) -> dict[str, str]:
    """Give what each alias names, as the record says; of one that names no version here nothing is told.

    Raises:
        ModelError: the record is damaged.
    """
    return {alias: id_ for alias, id_ in _read(repository, repository.store.ref(_REF)).items() if repository.has(id_)}


def move_alias(
    repository: ModelRepository,
    alias: str,
    to: str | None,
    reason: str,
    *,
    checked: Sequence[str] = (),
    author: Author | None = None,
) -> AliasMove | None:
    """Let ``alias`` name the version ``to``, or nothing when None, and write down why; None when it did so already.

    Raises:
        UsageError: the name cannot be used, there is no reason, or no such alias to remove.
        StorageError: the disk refused; the alias is where it was.
    """
    if not reason.strip():
        raise UsageError("A move of an alias needs a reason.", hint="Write in a few words why.")
    with repository.changing():
        tip = repository.store.ref(_REF)
        known = _read(repository, tip)
        if alias not in known:
            alias = checked_label("alias", alias, known)
            if to is None:
                raise UsageError(f"There is no alias {alias!r}.", hint="See: aetheron alias MODEL")
        before = known.get(alias, "")
        if to is not None:
            to = repository.store.commit(to).id.decode()
        if before == (to or ""):
            return None
        made = {name: commit for name, commit in known.items() if name != alias} | ({alias: to} if to else {})
        words = f"{alias}: {before[:10] or 'new'} → {(to or 'removed')[:10]}\n\n{reason.strip()}"
        files = {ALIASES_FILE: encoded(made), CHECKS_FILE: encoded({"alias": alias, "checked": list(checked)})}
        _append(repository, files, words, author)
        follow(repository)
    return moves(repository, most=1)[0]


def store_gates(repository: ModelRepository, data: bytes, words: str, author: Author | None = None) -> None:
    """Keep the conditions that moves must meet, as a commit of the record.

    Raises:
        StorageError: the disk refused; they are as they were.
    """
    with repository.changing():
        _append(repository, {GATES_FILE: data}, words, author)


def read_gates(repository: ModelRepository) -> bytes | None:
    """Give the conditions that are kept, None when there are none.

    Raises:
        ModelError: the record is damaged.
    """
    tip = repository.store.ref(_REF)
    return repository.read(tip, GATES_FILE) if tip else None


def moves(repository: ModelRepository, most: int | None = None) -> list[AliasMove]:
    """Give the moves of aliases, the newest first.

    Raises:
        ModelError: the record is damaged.
    """
    found: list[AliasMove] = []
    tip = repository.store.ref(_REF)
    after = _read(repository, tip)
    while tip and (most is None or len(found) < most):
        commit = repository.store.commit(tip)
        parent = next(iter(repository.parents(tip)), None)
        before = _read(repository, parent)
        name, _, email = commit.author.decode("utf-8", "replace").partition(" <")
        del email
        reason = commit.message.decode("utf-8", "replace").partition("\n\n")[2].strip()
        checked = _checked(repository, tip)
        found += [
            AliasMove(
                alias=alias,
                before=before.get(alias, ""),
                after=after.get(alias, ""),
                at=float(commit.commit_time),
                author=name,
                reason=reason,
                checked=checked.get(alias, ()),
            )
            for alias in sorted({*before, *after})
            if before.get(alias) != after.get(alias)
        ]
        tip, after = parent, before
    return found


def follow(repository: ModelRepository) -> None:
    """Let ``refs/aliases`` say what the record says; the lock must be held."""
    wanted = aliases(repository)
    have = repository.store.refs("refs/aliases")
    for alias in {*wanted, *have}:
        if wanted.get(alias) != have.get(alias):
            repository.store.swap(f"refs/aliases/{alias}", have.get(alias), wanted.get(alias))


def unite(repository: ModelRepository, theirs: str, author: Author | None = None) -> tuple[str, ...]:
    """Take moves from the record ``theirs`` of elsewhere; the lock must be held.

    An alias that was moved on one side is where that side has it; moved on both, it stays where it is here. Gives the
    aliases of which the latter is so.

    Raises:
        ModelError: a record is damaged.
    """
    store = repository.store
    ours = store.ref(_REF)
    if ours is None or ours in repository.before(theirs):
        store.swap(_REF, ours, theirs)
        follow(repository)
        return ()
    if theirs in repository.before(ours):
        return ()
    base = _read(repository, repository.common(ours, theirs) or None)
    here, there = _read(repository, ours), _read(repository, theirs)
    contested = tuple(
        alias
        for alias in sorted({*here, *there})
        if base.get(alias) != here.get(alias) != there.get(alias) != base.get(alias)
    )
    made = {}
    for alias in {*here, *there}:
        side = here if here.get(alias) != base.get(alias) else there
        if alias in side:
            made[alias] = side[alias]
    words = "Aliases of two places united\n\n" + (
        f"Moved in both, kept as here: {', '.join(contested)}." if contested else ""
    )
    _append(repository, {ALIASES_FILE: encoded(made)}, words, author, also=theirs)
    follow(repository)
    return contested


def _append(
    repository: ModelRepository, files: Mapping[str, bytes], words: str, author: Author | None, also: str = ""
) -> None:
    store = repository.store
    tip = store.ref(_REF)
    kept: dict[str, ObjectID] = store.files(store.commit(tip)) if tip else {}
    kept.pop(CHECKS_FILE, None)
    blobs: dict[str, Blob] = {name: made_blob(data) for name, data in files.items()}
    tree = store.tree(kept | {name: blob.id for name, blob in blobs.items()})
    made = repository.made_commit(tree.id, [parent for parent in (tip, also) if parent], words + "\n", author)
    store.add(*blobs.values(), tree, made)
    if not store.swap(_REF, tip, made.id.decode()):
        raise UsageError("Aliases were moved by Git in this moment.", hint="Look at them, and try again.")


def _read(repository: ModelRepository, commit: str | None) -> dict[str, str]:
    data = repository.read(commit, ALIASES_FILE) if commit else None
    try:
        found = msgspec.json.decode(data, type=dict[str, str]) if data else {}
    except (msgspec.MsgspecError, UnicodeDecodeError):  # a record that somebody wrote by hand names nothing
        return {}
    return {alias: id_ for alias, id_ in found.items() if len(id_) == 40 and set(id_) <= _HEX and _is_label(alias)}


def _is_label(alias: str) -> bool:
    """Whether a record, which may be of elsewhere, has a name that can be that of a file."""
    try:
        return checked_label("alias", alias) == alias
    except UsageError:
        return False


def _checked(repository: ModelRepository, commit: str) -> dict[str, tuple[str, ...]]:
    data = repository.read(commit, CHECKS_FILE)
    try:
        found = msgspec.json.decode(data, type=_Checks) if data else None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return {found.alias: found.checked} if found else {}


class _Checks(msgspec.Struct, frozen=True):
    """What was looked at before the move."""

    alias: str
    checked: tuple[str, ...]


def encoded(record: object) -> bytes:
    """Give ``record`` as text, a line a value, so that Git shows what differs."""
    return msgspec.json.format(msgspec.json.encode(record, order="sorted"), indent=1) + b"\n"
