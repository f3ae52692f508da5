"""The models of a workspace: repositories in a folder, and the index that makes them quick to look through.

::

    models/<id>/              one model: a bare Git repository
        files/<commit>/       the files of a version, as they are opened; made anew when they are not there
        lfs/objects/…         large files, under their SHA-256
    bin/models/<id>/          a model that was removed, until it is deleted for good

A repository is the truth, and the index follows it: while one is changed it is marked in the index, so that whoever
opens the workspace next reads it anew if the change was cut short.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import uuid
from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import AetheronError, ModelError, UntrustedModel, UsageError, storage_errors
from aetheron_desktop.engine.registry.leftovers import part_name, sweep, writable
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.names import fitting_name
from aetheron_desktop.engine.registry.ordering import ordered
from aetheron_desktop.engine.registry.repository import plain_files
from aetheron_desktop.engine.registry.versions import History, Labels, VersionInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from pathlib import Path

    from aetheron_desktop.engine.registry.identity import Author
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
    from aetheron_desktop.engine.registry.versions import Deed
    from aetheron_desktop.engine.store.store import Store

_MODEL: Final = "model"
_LABELS: Final = "labels"
_PENDING: Final = "pending"


class Shelf:
    """The models below ``root``, indexed in ``store``."""

    def __init__(self, root: Path, store: Store) -> None:
        self._root = root
        self._store = store

    # -- what is there ------------------------------------------------------------------------------------------------

    def models(self, *, binned: bool = False) -> list[ModelInfo]:
        """Give the models, newest first; with ``binned`` those in the bin."""
        infos = [msgspec.json.decode(body, type=ModelInfo) for _, body in self._store.all(_MODEL)]
        return sorted((info for info in infos if (info.binned is not None) == binned), key=lambda info: -info.created)

    def model(self, id_: str) -> ModelInfo | None:
        """Give the model of this id, in the bin or out of it."""
        body = self._store.get(_MODEL, id_)
        return msgspec.json.decode(body, type=ModelInfo) if body is not None else None

    def folder(self, id_: str) -> Path:
        """Give the folder of a model's repository, in the bin or out of it."""
        binned = self._root / "bin" / "models" / id_
        return binned if id_ and binned.is_dir() else self._root / "models" / id_

    def explanations(self, id_: str) -> Path:
        """Give where explanations of a model lie, in a folder for each version."""
        return self.folder(id_) / "explanations"

    def version_folder(self, id_: str, commit: str = "") -> Path:
        """Give where the files of a version lie, the current one by default; :meth:`files` puts them there."""
        info = self.model(id_)
        return self.folder(id_) / "files" / (commit or (info.version if info else ""))

    def history(self, id_: str) -> History:
        """Give the versions of a model, as the index knows them."""
        labels = self.labels(id_)
        roots = {*labels.branches.values(), *labels.tags.values(), *labels.aliases.values()}
        return History(model=id_, versions=ordered(self.versions(id_), roots), labels=labels)

    def labels(self, id_: str) -> Labels:
        """Give what names the versions of a model, as the index knows it."""
        body = self._store.get(_LABELS, id_)
        return msgspec.json.decode(body, type=Labels) if body is not None else Labels()

    def versions(self, id_: str) -> dict[str, VersionInfo]:
        """Give every version of a model that the index knows, by its commit, also those that nothing names any more."""
        return {commit: msgspec.json.decode(body, type=VersionInfo) for commit, body in self._store.all(_kind(id_))}

    def called(self, id_: str, commit: str) -> str:
        """Give what people call a version: ``v3``; where the index does not know it, the beginning of its hash."""
        body = self._store.get(_kind(id_), commit)
        number = msgspec.json.decode(body, type=VersionInfo).number if body is not None else 0
        return f"v{number}" if number else commit[:10]

    # -- opening ------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def opened(self, id_: str) -> Iterator[ModelRepository]:
        """Open the repository of a model, to read it.

        Raises:
            ModelError: it is not there, or damaged.
        """
        from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository  # 60 ms

        with ModelRepository(self.folder(id_)) as repository:
            yield repository

    def find(self, id_: str, word: str) -> str:
        """Give the commit that ``word`` names in a model: an alias, a variation, a mark or the beginning of a hash.

        A number is that of a version as this workspace counts them. What has come by Git may be called like one.

        Raises:
            UsageError: it names none, or several.
        """
        number = word.removeprefix("v")
        if number.isdecimal() and len(number) < 7:
            found = {version.commit for version in self.versions(id_).values() if version.number == int(number)}
            labels = self.labels(id_)
            for kind, known in (("alias", labels.aliases), ("variation", labels.branches), ("mark", labels.tags)):
                if found and word in known and known[word] not in found:
                    raise UsageError(
                        f"{word!r} names a version and {'an' if kind == 'alias' else 'a'} {kind}.",
                        hint="Name it by the beginning of its hash; see aetheron log MODEL.",
                    )
                if word in known:
                    return known[word]
            if not found:
                raise UsageError(f"There is no version {word}.", hint="See the versions: aetheron log MODEL")
            return found.pop()
        with self.opened(id_) as repository:
            return repository.find(word)

    def files(self, id_: str, word: str = "") -> Path:
        """Have the files of a version in their folder, of the current one by default, and give it.

        Raises:
            ModelError: it is damaged, or not here.
            UsageError: there is no such version.
        """
        info = self.model(id_)
        if not word and info is not None and info.version:
            folder = self.folder(id_) / "files" / info.version
            if folder.is_dir():
                return folder
        with self.opened(id_) as repository:
            return repository.files(self.find(id_, word or "current"))

    # -- changing -----------------------------------------------------------------------------------------------------

    def create(
        self, folder: Path, id_: str, name: str, message: str, deed: Deed, *, author: Author | None = None
    ) -> ModelInfo:
        """Make a model of which the files in ``folder`` are the first version; ``id_`` if it is free.

        ``name`` may be a stranger's: it is made to fit.

        Raises:
            StorageError: the disk refused; nothing was left behind.
        """
        from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository  # 60 ms

        part = self._root / "models" / part_name()
        if not _is_plain(id_) or self.folder(id_).exists():
            id_ = f"model-{uuid.uuid4().hex[:12]}"
        try:
            with ModelRepository.create(part, fitting_name(name)) as repository:
                repository.commit(folder, message, deed, author=author)
            with storage_errors(part):
                os.replace(part, self._root / "models" / id_)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return self.enter(id_)

    @contextlib.contextmanager
    def changing(self, id_: str) -> Iterator[ModelRepository]:
        """Open the repository of a model to change it; the index follows, whatever comes of it.

        Raises:
            ModelError: it is not there, or damaged.
        """
        with self.opened(id_) as repository:
            # With the lock, so that nobody who enters the model takes the mark of a change away that has just begun.
            repository.before_change = lambda: self._store.put(_PENDING, id_, b"")
            try:
                yield repository
            except BaseException:
                with contextlib.suppress(AetheronError):  # what went wrong first is told
                    self._enter(id_, repository)
                raise
            self._enter(id_, repository)

    def enter(self, id_: str) -> ModelInfo:
        """Let the index say what the repository of a model holds, and give that.

        Raises:
            ModelError: it is damaged.
        """
        with self.opened(id_) as repository:
            return self._enter(id_, repository)

    def _enter(self, id_: str, repository: ModelRepository) -> ModelInfo:
        from aetheron_desktop.engine.registry.history import told_of
        from aetheron_desktop.engine.registry.repository.aliases import aliases, follow

        repository.before_change = None
        # With the lock: else an older look at it could be written after a newer one.
        with repository.changing():
            if repository.labels().aliases != aliases(repository):
                follow(repository)
            labels = repository.labels()
            known = {commit: msgspec.json.decode(body, type=_Place) for commit, body in self._store.all(_kind(id_))}
            there = repository.reachable(labels, {commit: place.parents for commit, place in known.items()})
            made = []
            for commit in there:
                # What Git has brought here and is no version is passed over; the current one must be one.
                with contextlib.suppress(UntrustedModel):
                    if commit not in known:
                        made.append(told_of(repository, commit)[0])
            made = _parents_first(sorted(made, key=lambda version: version.at))
            count = max((place.number for place in known.values()), default=0)
            numbered = [msgspec.structs.replace(v, number=count + place) for place, v in enumerate(made, 1)]
            versions = len(numbered) + sum(commit in known for commit in there)
            info = self._info(id_, repository, labels, versions)
            records = [(_kind(id_), version.commit, msgspec.json.encode(version)) for version in numbered]
            records += [(_LABELS, id_, msgspec.json.encode(labels)), (_MODEL, id_, msgspec.json.encode(info))]
            self._store.put_all(records, without=[(_PENDING, id_)])
        return info

    def _info(self, id_: str, repository: ModelRepository, labels: Labels, versions: int) -> ModelInfo:
        from aetheron_desktop.engine.registry.history import told_of

        if not labels.current:
            raise ModelError(f"{repository.name} has no version.", hint="Delete it, or pull it from a remote.")
        version, info = told_of(repository, labels.current)
        before = self.model(id_)
        binned = None
        if self._is_binned(id_):
            binned = (before.binned if before else None) or time.time()
        return msgspec.structs.replace(
            info,
            id=id_,
            name=repository.name,
            created=version.at if versions > 1 else info.created,
            binned=binned,
            version=version.commit,
            versions=versions,
            branch=labels.branch,
            aliases=tuple(sorted(alias for alias, commit in labels.aliases.items() if commit == version.commit)),
            threshold=version.threshold,
            signer=version.signer,
        )

    def refresh(self, id_: str) -> bool:
        """Enter a model anew if Git has changed it beside us; says whether that was so.

        Raises:
            ModelError: it is damaged.
        """
        body = self._store.get(_LABELS, id_)
        with self.opened(id_) as repository:
            if body is not None and msgspec.json.decode(body, type=Labels) == repository.labels():
                return False
            self._enter(id_, repository)
        return True

    def rename(self, id_: str, name: str) -> ModelInfo:
        """Call a model otherwise; its history is not opened for that.

        Raises:
            UsageError: there is no such model.
            StorageError: the disk refused.
        """
        with plain_files.changing(self.folder(id_)):
            is_pending = self._store.get(_PENDING, id_) is not None
            self._store.put(_PENDING, id_, b"")
            plain_files.write_name(self.folder(id_), name)
            info = self._changed(id_, lambda info: msgspec.structs.replace(info, name=name))
            if not is_pending:  # else somebody was killed, and what they did is not entered yet
                self._store.remove(_PENDING, id_)
        return info

    def put_aside(self, id_: str) -> None:
        """Put a model into the bin, once nobody changes it."""
        old = self._root / "models" / id_
        with _still(old):
            self._move(old, self._root / "bin" / "models" / id_)
            self._changed(id_, lambda info: msgspec.structs.replace(info, binned=time.time()))

    def take_back(self, id_: str) -> None:
        """Take a model out of the bin, once nobody changes it."""
        old = self._root / "bin" / "models" / id_
        with _still(old):
            self._move(old, self._root / "models" / id_)
            self._changed(id_, lambda info: msgspec.structs.replace(info, binned=None))

    def delete(self, id_: str) -> None:
        """Delete a model and its history, for good, once nobody changes it."""
        folder = self.folder(id_)
        if folder.is_dir():
            # Out of sight first: what a kill leaves of it must not come back as half a model.
            part = folder.with_name(part_name())
            with _still(folder), storage_errors(folder):
                folder.replace(part)
            with storage_errors(folder):
                shutil.rmtree(part, onerror=writable)
        self.forget(id_)

    def forget(self, id_: str) -> None:
        """Take a model out of the index, whole or not at all."""
        versions = [(_kind(id_), commit) for commit, _ in self._store.all(_kind(id_))]
        self._store.put_all([], without=[(_MODEL, id_), (_LABELS, id_), (_PENDING, id_), *versions])

    def forget_versions(self, id_: str, kept: Container[str]) -> None:
        """Take the versions of a model out of the index that are not among ``kept``, all or none."""
        gone = [(_kind(id_), commit) for commit, _ in self._store.all(_kind(id_)) if commit not in kept]
        self._store.put_all([], without=gone)

    def _changed(self, id_: str, change: Callable[[ModelInfo], ModelInfo]) -> ModelInfo:
        info = self.model(id_)
        if info is None:
            raise UsageError(f"There is no model {id_!r}.", hint="See them: aetheron models")
        made = change(info)
        self._store.put(_MODEL, id_, msgspec.json.encode(made))
        return made

    @staticmethod
    def _move(old: Path, new: Path) -> None:
        with storage_errors(old):
            if new.exists():
                shutil.rmtree(new, onerror=writable)
            old.replace(new)

    # -- what a crash or a copy has left ------------------------------------------------------------------------------

    def take_in(self) -> None:
        """Let the index say what lies in the folders, where it does not; give old models a history."""
        pending = {id_ for id_, _ in self._store.all(_PENDING)}
        known = {info.id: info for info in (*self.models(), *self.models(binned=True))}
        binned = _folders(self._root / "bin" / "models")
        found = _folders(self._root / "models") | binned  # the bin last: what is in both counts as there
        for id_, folder in found.items():
            info = known.get(id_)
            if id_.startswith("."):
                sweep(folder)
            elif info is None or id_ in pending or not info.version:
                with contextlib.suppress(AetheronError):  # a folder that is not one of ours is left alone
                    self._take_in(folder)
            elif (id_ in binned) != (info.binned is not None):
                self._changed(id_, lambda info: msgspec.structs.replace(info, binned=self._binned_at(info.id)))
        for id_ in {*known, *pending} - found.keys():
            if not self.folder(id_).is_dir():  # looked for once more: another program may just have moved it
                self.forget(id_)

    def _take_in(self, folder: Path) -> None:
        from aetheron_desktop.engine.registry.old_models import convert, is_old  # 200 ms, and hardly ever needed

        if is_old(folder):
            before = self.model(folder.name)
            convert(folder, before.name if before else "")
        self.enter(folder.name)

    def _is_binned(self, id_: str) -> bool:
        return self.folder(id_).parent.parent.name == "bin"

    def _binned_at(self, id_: str) -> float | None:
        return time.time() if self._is_binned(id_) else None


@contextlib.contextmanager
def _still(folder: Path) -> Iterator[None]:
    """Wait until nobody changes the model in ``folder``, and keep it so while the folder is moved.

    Raises:
        StorageError: it was in use for too long, or is not there.
    """
    with plain_files.changing(folder):
        if os.name != "nt":
            yield
            return
    # Windows moves no folder in which a file is open: not while we hold the lock, nor while somebody else has it.
    yield


def _parents_first(versions: list[VersionInfo]) -> list[VersionInfo]:
    """Order versions, which are sorted by time, so that each comes after its parents whatever the clocks said."""
    left = {version.commit: version for version in versions}
    found: dict[str, VersionInfo] = {}
    for version in versions:
        stack = [version]
        while stack:
            one = stack[-1]
            waiting = [left[parent] for parent in one.parents if parent in left and parent not in found]
            if waiting and one.commit not in found:
                stack += waiting
                continue
            found.setdefault(one.commit, one)
            stack.pop()
    return list(found.values())


def _folders(place: Path) -> dict[str, Path]:
    """Give the folders in ``place`` by name; quick where there are a thousand."""
    with os.scandir(place) as entries:
        return {entry.name: place / entry.name for entry in entries if _is_folder(entry)}


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


class _Place(msgspec.Struct, frozen=True):
    """The part of a version's record that tells where it stands."""

    parents: tuple[str, ...]
    number: int


def _kind(id_: str) -> str:
    return f"version {id_}"


def _is_plain(id_: str) -> bool:
    return id_.startswith("model-") and id_.replace("-", "").isalnum() and len(id_) <= 64


__all__ = ["Shelf", "writable"]
