"""A model's versions sent to a remote: large files first, then versions, then labels; never over what others sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import ModelError, UsageError
from aetheron_desktop.engine.registry.remotes.folder_transport import create_folder
from aetheron_desktop.engine.registry.remotes.known import address_named
from aetheron_desktop.engine.registry.remotes.lfs_transfer import large_store
from aetheron_desktop.engine.registry.remotes.remote_address import FolderAddress
from aetheron_desktop.engine.registry.remotes.remote_errors import RemoteAhead, TransferStopped, refused
from aetheron_desktop.engine.registry.remotes.remote_line import opened
from aetheron_desktop.engine.registry.repository.commits import ALIASES, HEADS, TAGS, contains, named, new_commits
from aetheron_desktop.engine.registry.repository.large_files import Pointer
from aetheron_desktop.engine.registry.versions import ALIASES_BRANCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from dulwich.objects import ObjectID

    from aetheron_desktop.engine.datasets.staging import Progress
    from aetheron_desktop.engine.registry.remotes.transport import Line
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

_RECORD: Final = HEADS + ALIASES_BRANCH


class PushReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent to a remote.

    ``versions`` counts those that were not there, ``moves`` the moves of aliases; ``large`` the large files that were
    sent, ``bytes`` their size, ``large_there`` those that were there already. ``variations``, ``marks`` and ``aliases``
    are what was set there. ``kept_there`` are marks that name another version there, which stay as they are;
    ``refused`` are aliases for which the remote has no place, the record of which it took all the same.
    """

    remote: str
    created: bool = False
    versions: int = 0
    moves: int = 0
    bytes: int = 0
    large: int = 0
    large_there: int = 0
    variations: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    kept_there: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether the remote had everything."""
        return not (self.variations or self.marks or self.aliases or self.moves or self.large)


def push(
    repository: ModelRepository,
    remote: str,
    *,
    progress: Progress,
    should_stop: Callable[[], bool],
    create: bool = True,
) -> PushReport:
    """Send what the remote lacks; with ``create`` a folder that is not there, or empty, becomes one.

    Raises:
        UsageError: there is no such remote, or nothing to send.
        RemoteAhead: it has versions that are not here; none was sent.
        RemoteError: it could not be used, or refused.
        ModelError: the history is damaged, or a large file that is to be sent is not here.
        StorageError: the disk refused.
        TransferStopped: it was asked to stop; large files that are there already stay there.
    """
    address = address_named(repository, remote)
    if not repository.store.refs("refs/heads"):
        raise UsageError("There is no version to push.", hint="Train or import a model first.")
    progress("Look at the remote", 0, None, "")
    created = False
    if create and isinstance(address, FolderAddress):
        created = create_folder(address.path, repository.store.head(), repository.name)
    with opened(repository, address, should_stop) as line:
        there, _ = line.refs()
        plan = _Plan.of(repository, remote, there)
        report = PushReport(
            remote=remote,
            created=created,
            versions=len(plan.versions),
            moves=len(plan.moves),
            variations=plan.changed(HEADS),
            marks=plan.changed(TAGS),
            aliases=plan.changed(ALIASES),
            kept_there=plan.kept_there,
        )
        report = _send_large(repository, line, plan, report, progress, should_stop)
        if not plan.updates:
            return report
        progress("Send versions", 0, None, "")
        missed = _send(line, plan)
    _remember(repository, remote, plan)
    aliases = tuple(name for name in report.aliases if name not in missed)
    return msgspec.structs.replace(report, aliases=aliases, refused=missed)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be sent: labels with what the remote has and shall have, and the commits that it lacks."""

    updates: dict[str, tuple[str | None, str | None]]
    versions: tuple[str, ...]
    moves: tuple[str, ...]
    tips: tuple[str, ...]
    kept_there: tuple[str, ...]

    @classmethod
    def of(cls, repository: ModelRepository, remote: str, there: dict[str, str]) -> _Plan:
        """Compare a model with the labels of a remote.

        Raises:
            RemoteAhead: a variation there has versions that are not here, or the record there has such moves.
        """
        store = repository.store
        here = {f"{below}{name}": id_ for below in (HEADS, TAGS) for name, id_ in store.refs(below[:-1]).items()}
        updates: dict[str, tuple[str | None, str | None]] = {}
        ahead, kept = [], []
        for name, id_ in here.items():
            other = there.get(name)
            if other == id_:
                continue
            if other is None:
                updates[name] = (None, id_)
            elif name.startswith(TAGS):
                if named(repository, other) != named(repository, id_):
                    kept.append(name.removeprefix(TAGS))
            elif contains(repository, id_, other):
                updates[name] = (other, id_)
            else:
                ahead.append("aliases" if name == _RECORD else name.removeprefix(HEADS))
        if ahead:
            raise RemoteAhead(
                f"{remote} has versions that are not here: {', '.join(sorted(ahead))}. Nothing was sent.",
                hint=f"Pull first: aetheron pull MODEL {remote}. Then push again.",
            )
        if _RECORD in here:  # the aliases follow the record, which goes forward alone
            own = store.refs(ALIASES[:-1])
            theirs = {n.removeprefix(ALIASES): id_ for n, id_ in there.items() if n.startswith(ALIASES)}
            for alias in sorted({*own, *theirs}):
                if own.get(alias) != theirs.get(alias):
                    updates[f"{ALIASES}{alias}"] = (theirs.get(alias), own.get(alias))
        return cls._with_commits(repository, there, updates, tuple(kept))

    @classmethod
    def _with_commits(
        cls,
        repository: ModelRepository,
        there: dict[str, str],
        updates: dict[str, tuple[str | None, str | None]],
        kept: tuple[str, ...],
    ) -> _Plan:
        known = {commit for id_ in there.values() if (commit := named(repository, id_))}
        record = repository.store.ref(_RECORD)
        moves = new_commits(repository, [record] if record else [], known)
        tips = sorted(
            {
                commit
                for name, (_, id_) in updates.items()
                if id_ and name != _RECORD and (commit := named(repository, id_))
            }
        )
        versions = new_commits(repository, tips, known)
        return cls(updates, tuple(versions), tuple(moves), tuple(tips), kept)

    def changed(self, below: str) -> tuple[str, ...]:
        """Give the names of the labels below ``below`` that are to be set."""
        return tuple(
            name.removeprefix(below)
            for name, (_, after) in self.updates.items()
            if name.startswith(below) and name != _RECORD and after
        )


def _send_large(
    repository: ModelRepository,
    line: Line,
    plan: _Plan,
    report: PushReport,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> PushReport:
    labels = repository.labels()
    heads = {*labels.branches.values(), *labels.tags.values(), *labels.aliases.values()}
    needed = _pointers(repository, {*plan.versions, *plan.tips}, should_stop)
    # Those of the newest versions as well: they may have come there by Git alone, without their large files.
    pointers = needed | _pointers(repository, heads - {*plan.versions, *plan.tips}, should_stop)
    if not pointers:
        return report
    store = large_store(line, should_stop)
    lacking = store.lacking(list(pointers))
    sending = [pointer for pointer in lacking if repository.large.has(pointer)]
    for pointer in lacking:
        if pointer in needed and not repository.large.has(pointer):
            raise ModelError(
                f"{needed[pointer]} is a large file that is neither here nor there. Nothing was sent.",
                hint="Pull it from where the version came from, then push again.",
            )
    total, done = sum(pointer.size for pointer in sending), 0

    def tell(size: int) -> None:
        nonlocal done
        done += size
        progress("Send large files", done, total, "bytes")

    for pointer in sending:
        if should_stop():
            raise TransferStopped
        store.send(pointer, repository.large.path(pointer.hash), tell)
    return msgspec.structs.replace(report, large=len(sending), bytes=total, large_there=len(pointers) - len(lacking))


def _pointers(repository: ModelRepository, commits: set[str], should_stop: Callable[[], bool]) -> dict[Pointer, str]:
    """Give the large files of versions, each with words for what it is."""
    found: dict[Pointer, str] = {}
    seen: set[ObjectID] = set()
    for commit in commits:
        if should_stop():
            raise TransferStopped
        for name, id_ in repository.store.files(repository.store.commit(commit)).items():
            if id_ not in seen:
                seen.add(id_)
                if (pointer := Pointer.read(repository.store.blob(id_))) is not None:
                    found[pointer] = f"{name} of the version {commit[:10]}"
    return found


def _send(line: Line, plan: _Plan) -> tuple[str, ...]:
    """Send versions and labels, and give the aliases for which the remote has no place.

    Raises:
        RemoteError: it refused.
    """
    statuses = line.send(plan.updates)
    # Where one label is refused, the others are not set either, and say so.
    causes = {name: why for name, why in statuses.items() if "atomic" not in why and "transaction" not in why}
    causes = causes or statuses
    aliases = {name for name in causes if name.startswith(ALIASES)}
    if causes and aliases == set(causes):
        rest = {name: pair for name, pair in plan.updates.items() if not name.startswith(ALIASES)}
        causes = line.send(rest) if rest else {}
    if causes:
        names = {_short(name): why for name, why in causes.items()}
        raise refused(line.where, names)
    return tuple(sorted(name.removeprefix(ALIASES) for name in aliases))


def _short(name: str) -> str:
    for below in (HEADS, TAGS, ALIASES):
        name = name.removeprefix(below)
    return name


def _remember(repository: ModelRepository, remote: str, plan: _Plan) -> None:
    """Note what the remote has now, as Git does after a push."""
    with repository.changing():
        for name, (_, after) in plan.updates.items():
            if name.startswith(HEADS) and after:
                ref = f"refs/remotes/{remote}/{name.removeprefix(HEADS)}"
                repository.store.swap(ref, repository.store.ref(ref), after)
