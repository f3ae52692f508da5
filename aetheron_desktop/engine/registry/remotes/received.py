"""Whether a history that came from elsewhere is one of a model, looked at before anything here names it.

Each version holds plain files of known names and sizes, a description that this program can read, and pointers that are
in order; the record of aliases holds its own files alone. Nothing of it is opened or run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec
from dulwich.objects import ObjectID, Tag, valid_hexsha

from aetheron_desktop.engine.errors import ModelError, StorageError
from aetheron_desktop.engine.registry.description import DESCRIPTION, FILES, MOST_BYTES, parsed
from aetheron_desktop.engine.registry.remotes.remote_errors import RefusedHistory, TransferStopped
from aetheron_desktop.engine.registry.repository.aliases import ALIASES_FILE, CHECKS_FILE, GATES_FILE
from aetheron_desktop.engine.registry.repository.commits import named, new_commits
from aetheron_desktop.engine.registry.repository.large_files import LONGEST_POINTER, Pointer
from aetheron_desktop.engine.registry.repository.model_repository import ATTRIBUTES, NEVER_LARGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

_HINT: Final = "Nothing here was changed. Ask whoever pushed it, or use another remote."
_LIKE_A_POINTER: Final = b"version https://git-lfs"
_MOST: Final = MOST_BYTES | {ATTRIBUTES: 64 << 10}
_RECORD: Final = {ALIASES_FILE: 1 << 20, CHECKS_FILE: 1 << 20, GATES_FILE: 1 << 20}


@dataclass(slots=True)
class Received:
    """What was found to be in order: new versions, and the large files of each."""

    versions: list[str] = field(default_factory=list)
    moves: list[str] = field(default_factory=list)
    large: dict[str, tuple[Pointer, ...]] = field(default_factory=dict)


class HistoryCheck:
    """The check of what was fetched into ``repository``, where what the commits ``known`` contain was before."""

    def __init__(self, repository: ModelRepository, known: set[str], should_stop: Callable[[], bool]) -> None:
        self._repository = repository
        self._store = repository.store
        self._known = known
        self._should_stop = should_stop
        self._right: dict[tuple[str, ObjectID], Pointer | None] = {}
        self.received = Received()

    def versions(self, tips: Iterable[str]) -> None:
        """Check the versions that ``tips`` are and contain.

        Raises:
            RefusedHistory: one is not a model's.
            TransferStopped: it was asked to stop.
        """
        for commit in self._new(tips, "version"):
            self.received.large[commit] = self._version(commit)
            self.received.versions.append(commit)

    def record(self, tip: str) -> None:
        """Check the moves of aliases that ``tip`` is and contains.

        Raises:
            RefusedHistory: one is not the program's.
            TransferStopped: it was asked to stop.
        """
        for commit in self._new([tip], "move of an alias"):
            for name, id_ in self._files(commit, "move of an alias").items():
                if name not in _RECORD or len(self._blob(commit, id_)) > _RECORD[name]:
                    raise _refused("move of an alias", commit, f"it holds {name!r}")
            self.received.moves.append(commit)

    def version_of_mark(self, id_: str, name: str) -> str:
        """Give the version that a mark names.

        Raises:
            RefusedHistory: it names something else.
        """
        try:
            made = self._store.repo.object_store[ObjectID(id_.encode())]
        # Whatever a damaged mark makes the parser stumble over.
        except Exception as error:
            raise RefusedHistory(f"The mark {name} from the remote is damaged.", hint=_HINT) from error
        if not isinstance(made, Tag):
            return id_
        kind, target = made.object
        if kind.type_name != b"commit":
            raise RefusedHistory(f"The mark {name} from the remote names no version.", hint=_HINT)
        return target.decode()

    def named_in_record(self, tip: str) -> set[str]:
        """Give the versions that the record at ``tip`` names."""
        try:
            data = self._repository.read(tip, ALIASES_FILE) or b"{}"
            return set(msgspec.json.decode(data, type=dict[str, str]).values())
        except msgspec.MsgspecError:
            return set()

    def has(self, versions: set[str]) -> bool:
        """Whether these are versions that were known, or are among those that were checked."""
        checked = {*self._known, *self.received.versions}
        return all(
            version in checked
            or (named(self._repository, version) and not new_commits(self._repository, [version], checked))
            for version in versions
            if valid_hexsha(version.encode())
        )

    def large_of(self, commit: str) -> tuple[Pointer, ...]:
        """Give the large files of a version, new or known.

        Raises:
            RefusedHistory: it is not a model's.
        """
        if commit not in self.received.large:
            self.received.large[commit] = self._version(commit)
        return self.received.large[commit]

    def _new(self, tips: Iterable[str], what: str) -> Iterator[str]:
        try:
            found = new_commits(self._repository, tips, self._known)
        except StorageError:
            raise
        except ModelError as error:
            raise RefusedHistory(
                f"A {what} from the remote was refused: {error.detail.rstrip('.')}.", hint=_HINT
            ) from error
        for commit in found:
            if self._should_stop():
                raise TransferStopped
            yield commit

    def _files(self, commit: str, what: str) -> dict[str, ObjectID]:
        try:
            return self._store.files(self._store.commit(commit))
        except StorageError:
            raise
        except ModelError as error:
            raise _refused(what, commit, error.detail) from error

    def _blob(self, commit: str, id_: ObjectID) -> bytes:
        try:
            return self._store.blob(id_)
        except StorageError:
            raise
        except ModelError as error:
            raise _refused("version", commit, error.detail) from error

    def _version(self, commit: str) -> tuple[Pointer, ...]:
        files = self._files(commit, "version")
        if DESCRIPTION not in files:
            raise _refused("version", commit, f"it has no {DESCRIPTION}")
        found = []
        for name, id_ in files.items():
            if (name, id_) not in self._right:
                self._right[name, id_] = self._file(commit, name, id_)
            if (pointer := self._right[name, id_]) is not None:
                found.append(pointer)
        return tuple(found)

    def _file(self, commit: str, name: str, id_: ObjectID) -> Pointer | None:
        if name not in FILES and name != ATTRIBUTES:
            raise _refused("version", commit, f"it holds {name!r}, which no model has")
        data = self._blob(commit, id_)
        pointer = Pointer.read(data) if name not in NEVER_LARGE else None
        if pointer is None and data.startswith(_LIKE_A_POINTER) and len(data) <= LONGEST_POINTER:
            raise _refused("version", commit, f"the pointer of {name} is none")
        size = pointer.size if pointer else len(data)
        if size > _MOST[name]:
            raise _refused("version", commit, f"{name} has {size:,} bytes, and no model has so many")
        if name == DESCRIPTION:
            try:
                parsed(data, f"the version {commit[:10]}")
            except ModelError as error:
                raise RefusedHistory(
                    f"The version {commit[:10]} from the remote was refused: {error.detail}", hint=error.hint
                ) from error
        return pointer


def _refused(what: str, commit: str, why: str) -> RefusedHistory:
    return RefusedHistory(f"The {what} {commit[:10]} from the remote was refused: {why.rstrip('.')}.", hint=_HINT)
