"""Is a model whole, is it what it says, and whose is it: every object, every file, every signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.datasets.dataset import SourceState, source_state
from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.versioning.fsck import history_commits, history_objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
    from aetheron_desktop.engine.workspace import Workspace

_MOST_TROUBLES: Final = 100
_SOUND: Final = "sound-snapshot"
"""Of a dataset: the SHA-256 of its snapshot when its content was found to be what its id says."""


class Verification(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="verification"):
    """What was looked at, and what is wrong, a line each.

    ``signature`` is what is to be thought of that of the current version, ``parity`` says whether it predicts its
    stored rows as it did when it was made.
    """

    model: str
    versions: int
    objects: int
    large_files: int
    troubles: tuple[str, ...]
    signature: str
    parity: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.troubles


class DatasetVerification(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="dataset_verification"):
    """Whether a dataset's snapshot holds what its id says; ``snapshot`` and ``source`` are SHA-256 of the files.

    ``source`` is empty where the file that it was read from is not there; ``source_state`` says what became of it.
    """

    dataset: str
    is_same: bool
    snapshot: str
    source: str
    source_state: SourceState


def verify_dataset(
    workspace: Workspace,
    name: str,
    progress: Callable[[str, float, float | None], None],
    should_stop: Callable[[], bool],
) -> DatasetVerification | None:
    """Read all of a dataset, and the file that it was made from; None when asked to stop.

    A file that has not changed since it was last read here is not read again, nor is a snapshot that was found right.

    Raises:
        DatasetError: the snapshot cannot be read.
        StorageError: the disk refused.
    """
    from pathlib import Path

    from aetheron_desktop.engine.datasets.reading.snapshot import content_hash
    from aetheron_desktop.engine.store.file_hashes import FileHashes

    dataset = workspace.dataset(name)
    info = dataset.info
    hashes = FileHashes(workspace.store)
    snapshot = hashes.of(dataset.parquet, lambda done, total: progress("Read the snapshot", done, total), should_stop)
    if snapshot is None:
        return None
    is_same = workspace.store.get(_SOUND, info.id) == snapshot.encode()
    if not is_same:
        progress("Look at its content", 0, None)
        is_same = content_hash(dataset.parquet, should_stop)[: len(info.id)] == info.id
        if is_same:
            workspace.store.put(_SOUND, info.id, snapshot.encode())
    state, source = source_state(info), ""
    if info.origin is not None and state in {"same", "changed"}:
        path = Path(info.origin.path)
        found = hashes.of(path, lambda done, total: progress("Read its file", done, total), should_stop)
        if found is None:
            return None
        source = found
    return DatasetVerification(dataset=info.id, is_same=is_same, snapshot=snapshot, source=source, source_state=state)


def verify(workspace: Workspace, model: str, progress: Callable[[str, float, float | None], None]) -> Verification:
    """Look at everything that a model is made of.

    Raises:
        ModelError: its history cannot be opened at all.
    """
    troubles: list[str] = []
    with workspace.shelf.opened(model) as repository:
        objects = history_objects(repository, troubles, progress)
        commits = history_commits(repository, troubles)
        large = _versions(repository, commits, troubles, progress)
        _folders(repository, commits, troubles)
    signature, parity = _current(workspace, model, troubles)
    return Verification(
        model=model,
        versions=len(commits),
        objects=objects,
        large_files=large,
        troubles=tuple(troubles[:_MOST_TROUBLES]),
        signature=signature,
        parity=parity,
    )


def _versions(
    repository: ModelRepository,
    commits: list[str],
    troubles: list[str],
    progress: Callable[[str, float, float | None], None],
) -> int:
    """Look at the files of each version: large ones by their hash, each once, and all against the description."""
    from aetheron_desktop.engine.registry.description import DESCRIPTION, SIGNATURE, UNHASHED, parsed
    from aetheron_desktop.engine.registry.repository.large_files import Pointer, hash_of
    from aetheron_desktop.engine.registry.repository.model_repository import ATTRIBUTES
    from aetheron_desktop.engine.registry.signing import verdict

    hashes: dict[str, str] = {}
    for number, commit in enumerate(commits):
        progress("Look at the versions", number, len(commits))
        try:
            files = repository.store.files(repository.store.commit(commit))
            data = repository.read(commit, DESCRIPTION) or b""
            description = parsed(data, commit[:10])
            if verdict(data, repository.read(commit, SIGNATURE)).state == "broken":
                troubles.append(f"Version {commit[:10]}: the signature does not fit.")
            for name in sorted(description.hashes.keys() - files.keys()):
                troubles.append(f"Version {commit[:10]}: {name} is missing.")
            for name, id_ in files.items():
                if name in UNHASHED:
                    continue
                found = hashes.get(id_.decode())
                if found is None:
                    blob = repository.store.blob(id_)
                    pointer = Pointer.read(blob)
                    if pointer is not None and not repository.large.has(pointer):
                        troubles.append(f"Version {commit[:10]}: the large file {name} is not here.")
                        continue
                    found = hash_of(repository.large.path(pointer.hash)) if pointer else _hash(blob)
                    if pointer is not None and found != pointer.hash:
                        troubles.append(f"Version {commit[:10]}: the large file {name} is damaged.")
                    hashes[id_.decode()] = found
                if name != ATTRIBUTES and description.hashes.get(name) != found:
                    troubles.append(f"Version {commit[:10]}: {name} is not the file that was saved.")
        except AetheronError as error:
            troubles.append(f"Version {commit[:10]}: {error.detail}")
    return sum(1 for _ in repository.large.all())


def _folders(repository: ModelRepository, commits: list[str], troubles: list[str]) -> None:
    """Look at the folders of versions, from which they are opened: whether each file is the one of the history."""
    from aetheron_desktop.engine.registry.description import DESCRIPTION, SIGNATURE
    from aetheron_desktop.engine.registry.repository.large_files import Pointer, hash_of
    from aetheron_desktop.engine.registry.repository.model_repository import ATTRIBUTES

    for commit in commits:
        folder = repository.folder(commit)
        if not folder.is_dir():
            continue
        try:
            files = repository.store.files(repository.store.commit(commit))
            files.pop(ATTRIBUTES, None)
            there = {file.name: file for file in folder.iterdir()}
            wrong = sorted(files.keys() ^ there.keys())
            for name in sorted(files.keys() & there.keys()):
                blob = repository.store.blob(files[name])
                pointer = None if name in {DESCRIPTION, SIGNATURE} else Pointer.read(blob)
                if hash_of(there[name]) != (pointer.hash if pointer else _hash(blob)):
                    wrong.append(name)
        except AetheronError:  # told of already, where the history was looked at
            continue
        except OSError as error:
            wrong = [f"{error.filename or folder.name} ({error.strerror})"]
        if wrong:
            troubles.append(
                f"Version {commit[:10]}: {', '.join(wrong)} in the folder files/{commit[:10]}… is not as in the "
                "history. Delete that folder: it is made anew from there."
            )


def _hash(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _current(workspace: Workspace, model: str, troubles: list[str]) -> tuple[str, str]:
    """Open the current version as if to use it, and let it predict its stored rows."""
    from aetheron_desktop.engine.registry.artifact import load_model
    from aetheron_desktop.engine.registry.parity import parity

    try:
        folder = workspace.shelf.files(model)
        opened = load_model(folder)
        return opened.signature.sentence, parity(opened, folder).sentence
    except AetheronError as error:
        troubles.append(f"The current version cannot be opened: {error.detail}")
        return "It could not be looked at.", "It could not be looked at."
