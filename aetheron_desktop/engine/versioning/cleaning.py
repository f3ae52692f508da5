"""What takes space and is needed by nothing: listed with its size, and freed after a look.

Nothing that a version, a run that may be resumed or an alias still needs is ever listed. What somebody may want back
waits in a bin with its date: dropped variations in their repository (``refs/bin/<date>/``), models and datasets in the
workspace's bin, checkpoints in ``bin/cleaned/<date>``; freeing these is for good, and is asked for by itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.errors import AetheronError, UsageError, storage_errors
from aetheron_desktop.engine.registry.versions import ALIASES_BRANCH
from aetheron_desktop.engine.versioning.space import age_s, own_size, remove_tree, remove_version_folder, stored_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from dulwich.objects import ObjectID

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

Kind: TypeAlias = Literal["files", "explanations", "versions", "checkpoints", "model", "dataset", "left", "dated"]
_DAY_S: Final = 86_400.0
_CLEANED: Final = "bin/cleaned"
_SMALL: Final = frozenset({"model.json", "card.md", "signature.json", ".gitattributes"})
"""Files that are never kept beside Git."""
_STATE_LETTERS: Final = 8
_GRACE_S: Final = 60
"""Objects that are younger may belong to what Git itself is just putting there."""
FOR_GOOD: Final[frozenset[Kind]] = frozenset({"versions", "model", "dataset", "dated"})
"""The kinds of which nothing comes back."""


class CleanUpItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be freed: ``id`` is of the model, the dataset, the run or the folder, ``size`` in bytes.

    ``since`` is when it was put to the bin or last used, in seconds since the epoch. ``state`` tells dropped versions
    from others of the same model: what was dropped after a look is another thing, and is not freed by it.
    """

    kind: Kind
    id: str
    name: str
    detail: str
    size: int
    since: float = 0.0
    state: str = ""

    @property
    def key(self) -> str:
        """Names it among all others."""
        return f"{self.kind}:{self.id}@{self.state}" if self.state else f"{self.kind}:{self.id}"


class CleanUpList(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="clean_up_list"):
    """What can be freed, the largest first."""

    items: tuple[CleanUpItem, ...]


class Freed(msgspec.Struct, frozen=True, kw_only=True, tag_field="answer", tag="freed"):
    """What was freed: bytes that are free now, and bytes that wait in the dated bin."""

    items: int
    size: int
    waiting: int = 0


def look(workspace: Workspace, should_stop: Callable[[], bool] = lambda: False) -> CleanUpList:
    """Give what can be freed now.

    Raises:
        StorageError: the disk refused.
    """
    found: list[CleanUpItem] = []
    for part in (_of_models, _of_bins, _of_runs, _left, _dated):
        if should_stop():
            break
        with storage_errors(workspace.root):
            found += [item for item in part(workspace) if item.size > 0 or item.kind == "versions"]
    return CleanUpList(items=tuple(sorted(found, key=lambda item: -item.size)))


def free(workspace: Workspace, keys: Iterable[str], *, grace_s: int = _GRACE_S) -> Freed:
    """Free what :func:`look` lists under these keys now; what is no longer listed, or is another, is passed over.

    Raises:
        StorageError: the disk refused; the rest is as it was.
    """
    wanted = set(keys)
    size = waiting = count = 0
    for item in look(workspace).items:
        if item.key not in wanted:
            continue
        with storage_errors(workspace.root):
            gained = _free(workspace, item, grace_s)
        if gained is None:
            continue
        count += 1
        if item.kind == "checkpoints":
            waiting += item.size
        else:
            size += gained
    return Freed(items=count, size=size, waiting=waiting)


def _free(workspace: Workspace, item: CleanUpItem, grace_s: int) -> int | None:
    """Free one, and give the bytes that this gained; None where it has become another, and was left alone."""
    match item.kind:
        case "files" | "explanations" | "versions":
            before = own_size(workspace.shelf.folder(item.id))
            if item.kind == "versions":
                if not _prune(workspace, item.id, grace_s, item.state):
                    return None
            else:
                with workspace.shelf.opened(item.id) as repository, repository.changing():
                    for folder in _old_folders(repository, _beside(workspace, item.id)[item.kind][0]):
                        remove_version_folder(folder)
            return max(0, before - own_size(workspace.shelf.folder(item.id)))
        case "checkpoints":
            target = workspace.root / _CLEANED / time.strftime("%Y-%m-%d") / "runs" / item.id
            target.mkdir(parents=True, exist_ok=True)
            remove_tree(target / "checkpoints")
            (workspace.run_folder(item.id) / "checkpoints").replace(target / "checkpoints")
        case "model":
            workspace.delete_model(item.id)
        case "dataset":
            workspace.delete_dataset(item.id)
        case "left" | "dated":
            remove_tree(_inside(workspace.root, item.id))
    return item.size


def _inside(root: Path, name: str) -> Path:
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()) or path == root.resolve():
        raise UsageError(f"{name!r} is not in the workspace.", hint="Look again for what can be freed.")
    return path


# -- what there is ----------------------------------------------------------------------------------------------------


def _of_models(workspace: Workspace) -> Iterator[CleanUpItem]:
    for info in (*workspace.models(), *workspace.models(binned=True)):
        with contextlib.suppress(AetheronError), workspace.shelf.opened(info.id) as repository:
            for kind, (place, again) in _beside(workspace, info.id).items():
                folders = _old_folders(repository, place)
                if folders:
                    words = f"{kind} of {len(folders):,} version{'s' * (len(folders) > 1)}; {again}"
                    yield CleanUpItem(kind=kind, id=info.id, name=info.name, detail=words, size=own_size(*folders))
            dropped, kept = _dropped(workspace, repository)
            size = _alone(repository, dropped, kept)
            if dropped or size:
                dates = sorted({name.partition("/")[0] for name in repository.store.refs("refs/bin")})
                words = f"{len(dropped):,} versions of dropped variations" + (f", since {dates[0]}" if dates else "")
                since = _moment(dates[0]) if dates else 0.0
                yield CleanUpItem(
                    kind="versions", id=info.id, name=info.name, detail=words, size=size, since=since,
                    state=_state(repository, dropped),
                )  # fmt: skip


def _beside(workspace: Workspace, id_: str) -> dict[Kind, tuple[Path, str]]:
    """Give the places with a folder for each version beside the repository of a model, and how they are filled."""
    return {
        "files": (workspace.shelf.folder(id_) / "files", "made again when they are needed"),
        "explanations": (workspace.shelf.explanations(id_), "worked out again when they are asked for"),
    }


def _old_folders(repository: ModelRepository, place: Path) -> list[Path]:
    """Give the folders of versions that nothing names: what is named is opened again soon."""
    labels = repository.labels()
    kept = {*labels.branches.values(), *labels.aliases.values()}
    folders = sorted(place.iterdir()) if place.is_dir() else []
    # What begins with a point is being written by somebody, or was when that was killed.
    return [f for f in folders if f.name not in kept and not (f.name.startswith(".") and age_s(f) <= _DAY_S)]


def _needed(repository: ModelRepository, known: dict[str, tuple[str, ...]]) -> list[str]:
    """Give the versions that something names or contains: labels, and what was pulled and is not taken over yet."""
    return [*dict.fromkeys([*repository.reachable(None, known), *repository.before(*_pulled(repository))])]


def _pulled(repository: ModelRepository) -> set[str]:
    refs = repository.store.refs("refs/remotes")
    return {commit for name, commit in refs.items() if name.rpartition("/")[2] != ALIASES_BRANCH}


def _dropped(workspace: Workspace, repository: ModelRepository) -> tuple[list[str], set[str]]:
    """Give the versions that nothing contains, and those that something does."""
    known = workspace.shelf.versions(repository.root.name)
    kept = set(_needed(repository, {commit: version.parents for commit, version in known.items()}))
    return [commit for commit in known if commit not in kept], kept


def _state(repository: ModelRepository, dropped: Iterable[str]) -> str:
    """Name what would go: these versions, and what is in the bin."""
    refs = repository.store.refs("refs/bin")
    words = "\n".join([*sorted(dropped), *(f"{name} {refs[name]}" for name in sorted(refs))])
    return hashlib.sha256(words.encode()).hexdigest()[:_STATE_LETTERS]


def _alone(repository: ModelRepository, dropped: Iterable[str], kept: Iterable[str]) -> int:
    """Count the bytes that these versions alone need: objects and large files."""
    objects, large = _held(repository, kept)
    size = sum(file.stat().st_size for file in repository.large.all() if file.name not in large)
    alone: set[ObjectID] = set()
    for commit in dropped:
        with contextlib.suppress(AetheronError):  # a clean-up that was cut short has left a part of it
            alone |= _held(repository, [commit])[0]
    return size + stored_size(repository, alone - objects) if alone else size


def _held(repository: ModelRepository, commits: Iterable[str]) -> tuple[set[ObjectID], set[str]]:
    """Give the objects of these versions, and the SHA-256 of their large files."""
    from aetheron_desktop.engine.registry.repository.large_files import Pointer

    objects: set[ObjectID] = set()
    large: set[str] = set()
    store = repository.store
    for commit in commits:
        made = store.commit(commit)
        for name, id_ in store.files(made).items():
            if id_ not in objects and name not in _SMALL:
                pointer = Pointer.read(store.blob(id_))
                if pointer is not None:
                    large.add(pointer.hash)
            objects.add(id_)
        objects |= {made.id, made.tree}
    return objects, large


def _prune(workspace: Workspace, id_: str, grace_s: int, state: str) -> bool:
    """Let go of what no label contains: first the names, then what they held; a kill leaves only more to free.

    Nothing is done, and False given, where that is no longer what ``state`` names.
    """
    with workspace.shelf.changing(id_) as repository, repository.changing():
        if _state(repository, _dropped(workspace, repository)[0]) != state:
            return False
        store = repository.store
        for name, commit in store.refs("refs/bin").items():
            store.swap(f"refs/bin/{name}", commit, None)
        kept = set(_needed(repository, {}))
        _, large = _held(repository, kept)
        for folder in (repository.root / "files").glob("[!.]*"):
            if folder.name not in kept:
                remove_version_folder(folder)
        _collect(repository, grace_s)
        for file in list(repository.large.all()):
            if file.name not in large and time.time() - file.stat().st_mtime >= grace_s:
                file.chmod(stat.S_IWUSR | stat.S_IRUSR)
                file.unlink()
        workspace.shelf.forget_versions(id_, kept)
    return True


def _collect(repository: ModelRepository, grace_s: int) -> None:
    """Let go of the objects that nothing names, and put the others into one pack; the lock must be held.

    As ``git gc`` does, but for the packing of references, whose lock a kill would leave behind.
    """
    from dulwich.gc import find_unreachable_objects

    from aetheron_desktop.engine.registry.remotes.packs import add_pack

    objects, refs = repository.store.repo.object_store, repository.store.repo.refs
    objects.fsync_object_files = True  # they are removed elsewhere in a moment
    old = set()
    for id_ in find_unreachable_objects(objects, refs):
        with contextlib.suppress(KeyError):
            if time.time() - objects.get_object_mtime(id_) >= grace_s:
                old.add(id_)
    if os.name == "nt":  # Windows removes no file that is read-only
        for path in (repository.root / "objects").glob("??/*"):
            path.chmod(stat.S_IWUSR | stat.S_IRUSR)
    add_pack(lambda: objects.repack(exclude=old))
    objects.prune(grace_period=grace_s)


def _of_bins(workspace: Workspace) -> Iterator[CleanUpItem]:
    for info in workspace.models(binned=True):
        words = f"a model in the bin, {info.versions:,} versions"
        size = own_size(workspace.shelf.folder(info.id))
        yield CleanUpItem(kind="model", id=info.id, name=info.name, detail=words, size=size, since=info.binned or 0.0)
    # A dropped variation and a model in the bin may still come back.
    models = (*workspace.models(), *workspace.models(binned=True))
    needed = {version.dataset for info in models for version in workspace.shelf.versions(info.id).values()}
    needed |= {run.dataset for run in workspace.runs() if run.outcome is None or _may_be_resumed(workspace, run)}
    for dataset in workspace.datasets(binned=True):
        if dataset.id not in needed:
            folder = workspace.root / "bin" / "datasets" / dataset.id
            words = f"a dataset in the bin, {dataset.rows:,} rows; no version was made of it"
            yield CleanUpItem(
                kind="dataset", id=dataset.id, name=dataset.name, detail=words, size=own_size(folder),
                since=folder.stat().st_mtime,
            )  # fmt: skip


def _may_be_resumed(workspace: Workspace, run: RunRecord) -> bool:
    """Whether a run that failed or crashed has left something to go on from."""
    return run.outcome in {"failed", "crashed"} and (workspace.run_folder(run.id) / "checkpoints").is_dir()


def _of_runs(workspace: Workspace) -> Iterator[CleanUpItem]:
    for run in workspace.runs():
        folder = workspace.run_folder(run.id) / "checkpoints"
        # A run that failed or crashed may be resumed from them.
        if run.outcome in {"succeeded", "stopped"} and run.model and folder.is_dir():
            size, since = own_size(folder), run.ended or 0.0
            words = "checkpoints of a run that has ended"
            yield CleanUpItem(kind="checkpoints", id=run.id, name=run.name, detail=words, size=size, since=since)


def _left(workspace: Workspace) -> Iterator[CleanUpItem]:
    """Find what programs that were killed have left, and is older than any of their work can be."""
    root = workspace.root
    places = [*(root / "models").glob(".*"), *(root / "bin" / "models").glob(".*"), *(root / "datasets").glob(".*")]
    places += [child for child in (root / "tmp").iterdir() if child.name != "views"]
    for path in places:
        if age_s(path) > _DAY_S:
            name = path.relative_to(root).as_posix()
            yield CleanUpItem(
                kind="left", id=name, name=name, detail="left by a program that was killed", size=own_size(path),
                since=path.stat().st_mtime,
            )  # fmt: skip


def _dated(workspace: Workspace) -> Iterator[CleanUpItem]:
    place = workspace.root / _CLEANED
    for folder in sorted(place.iterdir()) if place.is_dir() else ():
        name = folder.relative_to(workspace.root).as_posix()
        words = f"what was cleaned up on {folder.name}"
        yield CleanUpItem(
            kind="dated", id=name, name=folder.name, detail=words, size=own_size(folder), since=_moment(folder.name)
        )


def _moment(date: str) -> float:
    try:
        return time.mktime(time.strptime(date, "%Y-%m-%d"))
    except ValueError:
        return 0.0
