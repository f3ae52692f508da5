"""Aliases, and the record of each of their moves: who, when, why, and what was looked at before.

The truth is the branch ``aliases``: its newest commit holds ``aliases.json``, its history is the record. The references
``refs/aliases/…`` follow it, so that Git keeps what an alias needs, and ``git log refs/aliases/champion`` works.
"""

from __future__ import annotations

import heapq
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.labels import checked_label
from aetheron_desktop.engine.registry.repository.git_store import branch_ref, made_blob
from aetheron_desktop.engine.registry.versions import ALIASES_BRANCH, AliasMove

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    tip = repository.store.ref(_REF)
    return list(islice(_moves(repository, tip), most)) if tip else []


def _moves(repository: ModelRepository, tip: str, passed: Iterable[str] = ()) -> Iterator[AliasMove]:
    """Give the moves that ``tip`` contains, the newest first, without those of the commits ``passed``.

    Where two records were united, those of both are given, and of the union only what it decided by itself.
    """
    seen = {*passed, tip}
    left = [(0, 0, tip)]
    while left:
        _, _, commit = heapq.heappop(left)
        yield from _moves_of(repository, commit)
        for parent in repository.parents(commit):
            if parent not in seen:
                seen.add(parent)
                heapq.heappush(left, (-repository.store.commit(parent).commit_time, len(seen), parent))


def _moves_of(repository: ModelRepository, id_: str) -> Iterator[AliasMove]:
    commit = repository.store.commit(id_)
    parents = repository.parents(id_)
    after = _read(repository, id_)
    ours = _read(repository, parents[0] if parents else None)
    theirs = base = ours
    if len(parents) > 1:
        theirs = _read(repository, parents[1])
        base = _read(repository, repository.common(parents[0], parents[1]) or None)
    title, _, body = commit.message.decode("utf-8", "replace").partition("\n\n")
    checked = _checked(repository, id_)
    for alias in sorted({*after, *ours, *theirs}):
        now, one, other = after.get(alias), ours.get(alias), theirs.get(alias)
        # As it was in one, while the other had not moved it: the move, if there was one, is told by itself.
        if (now == one and other in {now, base.get(alias)}) or (now == other and one in {now, base.get(alias)}):
            continue
        yield AliasMove(
            alias=alias,
            before=(other if now == one else one) or "",
            after=now or "",
            at=float(commit.commit_time),
            author=commit.author.decode("utf-8", "replace").partition(" <")[0],
            reason=body.strip() or title.strip(),
            checked=checked.get(alias, ()),
        )


def follow(repository: ModelRepository) -> None:
    """Let ``refs/aliases`` say what the record says; the lock must be held."""
    wanted = aliases(repository)
    have = repository.store.refs("refs/aliases")
    for alias in {*wanted, *have}:
        if wanted.get(alias) != have.get(alias):
            repository.store.swap(f"refs/aliases/{alias}", have.get(alias), wanted.get(alias))


class United(msgspec.Struct, frozen=True, kw_only=True):
    """What came of uniting two records: the aliases that were ``moved`` here, as their moves there say.

    ``contested`` were moved there and stay as here: they were moved here as well, or have conditions here.
    ``has_other_gates`` says that the conditions there are others than here, and were not taken.
    """

    moved: tuple[AliasMove, ...] = ()
    contested: tuple[str, ...] = ()
    has_other_gates: bool = False


def unite(repository: ModelRepository, theirs: str, author: Author | None = None) -> United:
    """Take moves from the record ``theirs`` of elsewhere; the lock must be held.

    An alias that was moved on one side is where that side has it; moved on both, it stays where it is here. So does one
    that has conditions here, for nobody has looked at them. The conditions here stay; where there are none, theirs are
    taken.

    Raises:
        ModelError: a record is damaged, or was changed by Git in this moment.
        StorageError: the disk refused; the aliases are where they were.
    """
    ours = repository.store.ref(_REF)
    inside = repository.before(ours) if ours else {}
    if theirs in inside:
        follow(repository)  # a kill may have kept the references from it the last time
        return United()
    is_ahead = not ours or ours in repository.before(theirs)
    here, there = _read(repository, ours), _read(repository, theirs)
    base = here if is_ahead else _read(repository, repository.common(ours or "", theirs) or None)
    gates = read_gates(repository)
    their_gates = repository.read(theirs, GATES_FILE)
    guarded = _guarded(gates)
    made, contested = dict(here), []
    for alias in sorted({*here, *there}):
        own, other = here.get(alias), there.get(alias)
        if other in {own, base.get(alias)}:
            continue
        if own != base.get(alias) or alias in guarded:
            contested.append(alias)
            continue
        made.pop(alias, None)
        made |= {alias: other} if other else {}
    has_other_gates = gates is not None and their_gates not in {None, gates}
    if is_ahead and made == there and gates in {None, their_gates}:
        repository.set_reference(_REF, ours, theirs)
    else:
        words = "Aliases of two places united" + (f"; as here: {', '.join(contested)}" if contested else "")
        kept = their_gates if gates is None else gates
        files = {ALIASES_FILE: encoded(made)} | ({GATES_FILE: kept} if kept is not None else {})
        _append(repository, files, words, author, [theirs] if is_ahead else [ours or "", theirs])
    follow(repository)
    moved = _taken(repository, theirs, inside, here, made)
    return United(moved=moved, contested=tuple(contested), has_other_gates=has_other_gates)


def _guarded(gates: bytes | None) -> frozenset[str]:
    """Give the aliases that have conditions."""
    try:
        found = msgspec.json.decode(gates, type=dict[str, list[str]]) if gates else {}
    except (msgspec.MsgspecError, UnicodeDecodeError):  # somebody wrote it by hand
        return frozenset()
    return frozenset(alias for alias, texts in found.items() if texts)


def _taken(
    repository: ModelRepository, theirs: str, inside: Iterable[str], before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[AliasMove, ...]:
    """Give what was moved here, with who did it and why in the record ``theirs``."""
    left = {alias for alias in {*before, *after} if before.get(alias) != after.get(alias)}
    found = []
    for move in _moves(repository, theirs, inside) if left else ():
        if move.alias in left and move.after == after.get(move.alias, ""):
            left.discard(move.alias)
            found.append(msgspec.structs.replace(move, before=before.get(move.alias, "")))
    return tuple(sorted(found, key=lambda move: move.alias))


def _append(
    repository: ModelRepository,
    files: Mapping[str, bytes],
    words: str,
    author: Author | None,
    parents: Sequence[str] | None = None,
) -> None:
    """Add a commit to the record, by default behind its newest; it has the files of its first parent but for these."""
    store = repository.store
    tip = store.ref(_REF)
    if parents is None:
        parents = [tip] if tip else []
    kept: dict[str, ObjectID] = store.files(store.commit(parents[0])) if parents else {}
    kept.pop(CHECKS_FILE, None)
    blobs: dict[str, Blob] = {name: made_blob(data) for name, data in files.items()}
    tree = store.tree(kept | {name: blob.id for name, blob in blobs.items()})
    made = repository.made_commit(tree.id, parents, words + "\n", author)
    store.add(*blobs.values(), tree, made)
    repository.set_reference(_REF, tip, made.id.decode())


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
