"""A model's versions taken from a remote: fetched, looked through, and only then named here; nothing here is lost."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import nullcontext
from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.errors import UsageError, storage_errors
from aetheron_desktop.engine.registry.labels import LabelKind, checked_label
from aetheron_desktop.engine.registry.remotes.known import ORIGIN, address_named, set_remote
from aetheron_desktop.engine.registry.remotes.lfs_transfer import large_store
from aetheron_desktop.engine.registry.remotes.pack_audit import check_pack
from aetheron_desktop.engine.registry.remotes.quarantine import Quarantine, quarantine
from aetheron_desktop.engine.registry.remotes.received import HistoryCheck, Received
from aetheron_desktop.engine.registry.remotes.remote_errors import (
    LargeMissing,
    RemoteError,
    TransferStopped,
)
from aetheron_desktop.engine.registry.remotes.remote_line import opened
from aetheron_desktop.engine.registry.remotes.their_labels import TheirLabels
from aetheron_desktop.engine.registry.repository.aliases import United, unite
from aetheron_desktop.engine.registry.repository.commits import contains, named, new_commits
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
from aetheron_desktop.engine.registry.versions import ALIASES_BRANCH, MAIN, AliasMove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aetheron_desktop.engine.datasets.staging import Progress
    from aetheron_desktop.engine.registry.identity import Author
    from aetheron_desktop.engine.registry.remotes.transport import Line
    from aetheron_desktop.engine.registry.repository.large_files import Pointer


class PullReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken from a remote.

    ``versions`` counts those that were not here, ``moves`` the moves of aliases, ``large`` the large files that were
    fetched, and ``bytes`` their size. ``forwarded`` are variations that went on, ``new`` and ``marks`` such as were not
    here.
    ``diverged`` are variations that went on here and there, under the names by which they can be adopted
    (``origin/main``); ``ahead`` those that only went on here. ``moved_aliases`` are the aliases that name another
    version here now, with who moved them there and why. ``contested_aliases`` were moved there, and here as well or
    have conditions here; ``contested_marks`` name another version there: both are kept as here. ``passed_over`` says in
    words what was not taken and why, ``missing`` which large files of earlier versions the remote lacks.
    """

    remote: str
    versions: int = 0
    moves: int = 0
    bytes: int = 0
    large: int = 0
    forwarded: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    diverged: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    moved_aliases: tuple[AliasMove, ...] = ()
    contested_aliases: tuple[str, ...] = ()
    contested_marks: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether everything was here."""
        return not (self.versions or self.moves or self.large or self.forwarded or self.new or self.marks)


def pull(
    repository: ModelRepository,
    remote: str,
    *,
    progress: Progress,
    should_stop: Callable[[], bool],
    author: Author | None = None,
) -> PullReport:
    """Take what the remote has and is not here, and let each variation go forward that can.

    Raises:
        UsageError: there is no such remote.
        RefusedHistory: it sent what no model holds; nothing here was moved.
        RemoteError: it could not be used; nothing here was moved.
        StorageError: the disk refused; nothing here was moved.
        TransferStopped: it was asked to stop; nothing here was moved.
    """
    return _pull(repository, remote, progress, should_stop, author)[0]


def clone(url: str, folder: Path, name: str, *, progress: Progress, should_stop: Callable[[], bool]) -> ModelRepository:
    """Make a model, called ``name``, of the remote at ``url``; ``folder`` must not be there yet.

    Raises:
        UsageError: the address cannot be used.
        RemoteError: it could not be used, or holds no model; nothing was left behind.
        StorageError: the disk refused; nothing was left behind.
        TransferStopped: it was asked to stop; nothing was left behind.
    """
    with storage_errors(folder):
        repository = ModelRepository.create(folder, name)
    try:
        set_remote(repository, ORIGIN, url)
        _, head = _pull(repository, ORIGIN, progress, should_stop, None)
        _begin_at(repository, head)
    except BaseException:
        repository.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return repository


def _begin_at(repository: ModelRepository, head: str) -> None:
    """Be at the variation that the remote is at."""
    branches = repository.labels().branches
    if not branches:
        raise RemoteError("The remote holds no version yet.", hint="Push a model to it first.")
    at = next((branch for branch in (head, MAIN) if branch in branches), min(branches))
    with repository.changing():
        repository.store.set_head(at)


def _pull(
    repository: ModelRepository,
    remote: str,
    progress: Progress,
    should_stop: Callable[[], bool],
    author: Author | None,
) -> tuple[PullReport, str]:
    address = address_named(repository, remote)
    progress("Look at the remote", 0, None, "")
    with opened(repository, address, should_stop) as line:
        there, head = line.refs()
        theirs = TheirLabels.of(repository, there)
        own = [id_ for below in ("heads", "tags", "aliases", "remotes") for id_ in _refs(repository, below).values()]
        known = {commit for id_ in own if (commit := named(repository, id_))}
        wants = [id_ for id_ in theirs.all() if not _has(repository, id_, known)]
        with quarantine(repository) if wants else nullcontext() as place:
            if place is not None:
                _fetch(place, line, sorted(set(wants)), progress, should_stop)
            progress("Check the versions", 0, None, "")
            check = HistoryCheck(place.inside if place else repository, known, should_stop)
            theirs.check(check)
            if place is not None:
                place.admit()
        report = _fetch_large(repository, line, check.received, theirs.tips, progress, should_stop)
    with repository.changing():
        report = _Taking(repository, remote, theirs, author).take(report)
    return report, head


def _has(repository: ModelRepository, id_: str, known: set[str]) -> bool:
    """Whether ``id_`` is here and belongs to what is named here: what nothing names may be there in part."""
    commit = named(repository, id_)
    return bool(commit) and (commit in known or not new_commits(repository, [commit], known))


def _refs(repository: ModelRepository, below: str) -> dict[str, str]:
    return repository.store.refs(f"refs/{below}")


def _fetch(
    place: Quarantine, line: Line, wants: list[str], progress: Progress, should_stop: Callable[[], bool]
) -> None:
    """Have the objects that ``wants`` contain in quarantine."""
    root = place.inside.root
    with storage_errors(root), tempfile.TemporaryFile(dir=root) as file:
        size = 0

        def write(block: bytes) -> int:
            nonlocal size
            size += len(block)
            progress("Fetch versions", size, None, "bytes")
            with storage_errors(root):
                return file.write(block)

        line.fetch(wants, write)
        if size:
            file.seek(0)
            check_pack(file, should_stop)
            file.seek(0)
            place.receive(file)


def _fetch_large(
    repository: ModelRepository,
    line: Line,
    received: Received,
    tips: set[str],
    progress: Progress,
    should_stop: Callable[[], bool],
) -> PullReport:
    """Fetch the large files of new versions and of those that have a name, and begin the report.

    Raises:
        RemoteError: one of a version that has a name could not be fetched.
    """
    needed = {pointer: commit for commit in tips for pointer in received.large[commit]}
    others = {pointer: commit for commit in received.versions for pointer in received.large[commit]}
    lacking: dict[Pointer, str] = {p: c for p, c in (others | needed).items() if not repository.large.has(p)}
    missing: list[str] = []
    counted = _Counted(sum(pointer.size for pointer in lacking), progress)
    store = large_store(line, should_stop) if lacking else None
    for pointer, commit in lacking.items():
        assert store is not None
        if should_stop():
            raise TransferStopped
        try:
            repository.large.receive(pointer, counted.blocks(store.blocks(pointer)))
        except LargeMissing as error:
            if pointer in needed:
                raise RemoteError(f"{error.detail[:-1]}, {commit[:10]}.", hint=error.hint) from error
            missing.append(f"{error.detail[:-1]}, {commit[:10]}.")
    return PullReport(
        remote=line.where,
        versions=len(received.versions),
        moves=len(received.moves),
        large=len(lacking) - len(missing),
        bytes=counted.done,
        missing=tuple(missing),
    )


class _Counted:
    """Tells of bytes as they come."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.done = 0
        self._total = total
        self._progress = progress

    def blocks(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        for block in blocks:
            self.done += len(block)
            self._progress("Fetch large files", self.done, self._total, "bytes")
            yield block


class _Taking:
    """What is done to the labels here, once everything is here and in order; the lock must be held."""

    def __init__(self, repository: ModelRepository, remote: str, theirs: TheirLabels, author: Author | None) -> None:
        self._repository = repository
        self._store = repository.store
        self._remote = remote
        self._theirs = theirs
        self._author = author
        self._over = list(theirs.passed_over)
        self._found: dict[str, list[str]] = {
            kind: [] for kind in ("forwarded", "new", "marks", "diverged", "ahead", "contested_marks")
        }

    def take(self, report: PullReport) -> PullReport:
        """Move what can be moved, and give the whole report."""
        for branch, id_ in self._theirs.heads.items():
            self._follow(branch, id_)
        if self._theirs.record:
            self._follow(ALIASES_BRANCH, self._theirs.record)
        for branch, id_ in self._theirs.heads.items():
            self._branch(branch, id_)
        for mark, id_ in self._theirs.tags.items():
            self._mark(mark, id_)
        record = self._theirs.record
        united = unite(self._repository, record, self._author) if record else United()
        if united.has_other_gates:
            self._over.append("The conditions of aliases are others there; they stay as here.")
        return msgspec.structs.replace(
            report,
            remote=self._remote,
            moved_aliases=united.moved,
            contested_aliases=united.contested,
            passed_over=tuple(self._over),
            **{kind: tuple(names) for kind, names in self._found.items()},
        )

    def _follow(self, branch: str, id_: str) -> None:
        ref = f"refs/remotes/{self._remote}/{branch}"
        before = self._store.ref(ref)
        if before != id_:
            self._store.swap(ref, before, id_)

    def _branch(self, branch: str, id_: str) -> None:
        ref = f"refs/heads/{branch}"
        own = self._store.ref(ref)
        if own is None:
            if self._is_free("variation", branch, _refs(self._repository, "heads")):
                self._repository.set_reference(ref, None, id_)
                self._found["new"].append(branch)
        elif own == id_:
            return
        elif contains(self._repository, id_, own):
            # Git may have added a version in this moment: then it has diverged, as the next pull will say.
            moved = self._store.swap(ref, own, id_)
            self._found["forwarded" if moved else "diverged"].append(branch if moved else f"{self._remote}/{branch}")
        elif contains(self._repository, own, id_):
            self._found["ahead"].append(branch)
        else:
            self._found["diverged"].append(f"{self._remote}/{branch}")

    def _mark(self, mark: str, id_: str) -> None:
        own = self._store.ref(f"refs/tags/{mark}")
        if own is None:
            if self._is_free("mark", mark, _refs(self._repository, "tags")):
                self._repository.set_reference(f"refs/tags/{mark}", None, id_)
                self._found["marks"].append(mark)
        elif named(self._repository, own) != named(self._repository, id_):
            self._found["contested_marks"].append(mark)

    def _is_free(self, kind: LabelKind, name: str, known: dict[str, str]) -> bool:
        try:
            checked_label(kind, name, known)
        except UsageError as error:
            self._over.append(error.detail)
            return False
        return True
