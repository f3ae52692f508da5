"""Objects and references of a bare Git repository: written whole or not at all, by dulwich's formats.

An object is a file that appears under its own hash; a reference is swapped from what it was to what it shall be. So a
process may be killed at any moment: what it had not named yet is unreachable, and nothing is half there. Writers of one
repository hold its lock in turn (:meth:`GitStore.lock`); ``git`` itself keeps to the locks of single references.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from typing import TYPE_CHECKING, Final

from dulwich.objects import Blob, Commit, ObjectID, Tag, Tree, valid_hexsha
from dulwich.refs import Ref
from dulwich.repo import Repo

from aetheron_desktop.engine.errors import ModelError, storage_error, storage_errors
from aetheron_desktop.engine.registry.repository.plain_files import changing
from aetheron_desktop.engine.registry.repository.references import References
from aetheron_desktop.engine.registry.versions import MAIN
from aetheron_desktop.engine.store.syncing import sync

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from dulwich.objects import ShaFile

DAMAGED: Final = "Look what is wrong with: aetheron verify MODEL. Get it again from a remote or a copy."
FILE_MODE: Final = 0o100644
_MOST_TAGS: Final = 8
_LOOSE_FILES: Final = 8
"""In one of the 256 folders; with more, some 2,000 in all, objects are packed: it takes a part of a second."""


class GitStore:
    """The repository at ``root``.

    Raises:
        ModelError: there is none, or it is damaged.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._references = References(root)
        with storage_errors(root):
            is_one = (root / "objects").is_dir() and (root / "HEAD").is_file()
        if not is_one:
            raise ModelError(f"{root.name} holds no history that can be read.", hint=DAMAGED)
        try:
            self.repo = Repo(str(root), bare=True)
        # Whatever its configuration makes dulwich stumble over.
        except Exception as error:
            raise ModelError(f"{root.name} holds no history that can be read: {error}", hint=DAMAGED) from error

    @classmethod
    def create(cls, root: Path) -> GitStore:
        """Make an empty bare repository.

        Raises:
            StorageError: the disk refused.
        """
        with storage_errors(root):
            repo = Repo.init_bare(str(root), mkdir=True)
            repo.refs.set_symbolic_ref(Ref(b"HEAD"), branch_ref(MAIN))
            shutil.rmtree(root / "hooks", ignore_errors=True)  # samples; nothing in a model is ever run
            repo.close()
        return cls(root)

    def close(self) -> None:
        """Let go of open packs."""
        self.repo.close()

    def lock(self) -> AbstractContextManager[None]:
        """Give what one writer at a time, of any process, enters."""
        return changing(self.root)

    # -- objects ------------------------------------------------------------------------------------------------------

    def add(self, *objects: ShaFile) -> None:
        """Write objects that are not there yet, or are damaged; on the disk when this returns.

        Raises:
            StorageError: the disk refused; what was written is harmless.
        """
        with storage_errors(self.root), contextlib.ExitStack() as left:
            parts = []
            for made in {made.id: made for made in objects if not self._has(made.id)}.values():
                name = made.id.decode()
                folder = self.root / "objects" / name[:2]
                folder.mkdir(exist_ok=True)
                # Git's own name for what is not finished: it is passed over by fsck, and swept by gc.
                part = folder / f"tmp_obj_{uuid.uuid4().hex[:12]}"
                left.callback(part.unlink, missing_ok=True)
                part.write_bytes(made.as_legacy_object())
                parts.append((part, folder / name[2:]))
            sync([part for part, _ in parts])
            for part, path in parts:
                part.chmod(0o444)
                os.replace(part, path)

    def _has(self, id_: ObjectID) -> bool:
        try:
            self._object(id_)
        except ModelError:
            return False
        return True

    def blob(self, id_: ObjectID) -> bytes:
        """Give the bytes of a blob.

        Raises:
            ModelError: it is missing or damaged.
        """
        made = self._object(id_)
        if not isinstance(made, Blob):
            raise ModelError(f"{id_.decode()} in {self.root.name} is no file.", hint=DAMAGED)
        return made.data

    def commit(self, id_: str) -> Commit:
        """Give a commit.

        Raises:
            ModelError: there is none, or it is damaged.
        """
        made = self._object(ObjectID(id_.encode()))
        if not isinstance(made, Commit):
            raise ModelError(f"{id_} in {self.root.name} is no version.", hint=DAMAGED)
        return made

    def commits(self, prefix: str) -> list[str]:
        """Give the commits whose ids begin with ``prefix``, of two digits at least.

        Raises:
            ModelError: an object is damaged.
            StorageError: the disk refused.
        """
        try:
            ids = sorted(self.repo.object_store.iter_prefix(prefix.encode()))
        except OSError as error:
            raise storage_error(error, self.root) from error
        # Whatever a damaged pack makes its reader stumble over.
        except Exception as error:
            raise ModelError(f"A pack in {self.root.name} is damaged: {error}", hint=DAMAGED) from error
        return [id_.decode() for id_ in ids if valid_hexsha(id_) and isinstance(self._object(id_), Commit)]

    def tagged(self, id_: str) -> str:
        """Give the commit that a tag names, through tags of tags; empty when it names something else.

        Raises:
            ModelError: it is missing or damaged.
        """
        for _ in range(_MOST_TAGS):
            made = self._object(ObjectID(id_.encode()))
            if not isinstance(made, Tag):
                return id_ if isinstance(made, Commit) else ""
            id_ = made.object[1].decode()
        return ""

    def files(self, commit: Commit) -> dict[str, ObjectID]:
        """Give the files of a commit by name, each with its blob.

        Raises:
            ModelError: they are missing or damaged, or there are others than plain files.
        """
        tree = self._object(commit.tree)
        if not isinstance(tree, Tree):
            raise ModelError(f"The files of a version in {self.root.name} are damaged.", hint=DAMAGED)
        found = {}
        for entry in tree.iteritems():
            if entry.mode != FILE_MODE:
                raise ModelError(f"{entry.path!r} in {self.root.name} is no plain file.", hint=DAMAGED)
            found[entry.path.decode("utf-8", "replace")] = entry.sha
        return found

    def _object(self, id_: ObjectID) -> ShaFile:
        if not valid_hexsha(id_):
            raise ModelError(f"{id_!r} names no version.", hint="See the versions: aetheron log MODEL")
        try:
            made = self.repo.object_store[id_]
            made.check()
        except KeyError as error:
            raise ModelError(f"{self.root.name} lacks the object {id_.decode()}.", hint=DAMAGED) from error
        except OSError as error:
            raise storage_error(error, self.root) from error
        # Whatever a damaged file makes zlib or the parser stumble over; nothing of it is run.
        except Exception as error:
            what = f"The object {id_.decode()} in {self.root.name} is damaged: {error}"
            raise ModelError(what, hint=DAMAGED) from error
        return made

    def tree(self, files: Mapping[str, ObjectID]) -> Tree:
        """Give the tree of these files, not yet written."""
        tree = Tree()
        for name, id_ in files.items():
            tree.add(name.encode(), FILE_MODE, id_)
        return tree

    def pack(self, *, always: bool = False) -> None:
        """Put loose objects into one file when there are many; the lock must be held.

        Raises:
            ModelError: an object is damaged; nothing was packed.
            StorageError: the disk refused; nothing is lost.
        """
        probe = self.root / "objects" / "17"  # Git's own way to guess their number
        with storage_errors(self.root):
            if not always and not (probe.is_dir() and sum(1 for _ in probe.iterdir()) > _LOOSE_FILES):
                return
            loose = self._loose()
            if not loose:
                return
            store = self.repo.object_store
            store.fsync_object_files = True  # they are removed elsewhere in a moment
            store.add_objects([(self._object(id_), None) for id_ in loose])
            for path in loose.values():
                path.chmod(0o600)  # Windows removes no file that is read-only
                path.unlink(missing_ok=True)

    def _loose(self) -> dict[ObjectID, Path]:
        found = {}
        for folder in (self.root / "objects").glob("??"):
            for path in folder.iterdir():
                name = f"{folder.name}{path.name}".encode()
                if valid_hexsha(name):
                    found[ObjectID(name)] = path
        return found

    # -- references ---------------------------------------------------------------------------------------------------

    def refs(self, below: str) -> dict[str, str]:
        """Give the references below ``refs/heads`` and the like: their names, and what they name.

        Raises:
            ModelError: one is damaged.
        """
        return self._references.below(below)

    def ref(self, name: str) -> str | None:
        """Give what a reference names, or None.

        Raises:
            ModelError: it is damaged.
        """
        return self._references.get(name)

    def head(self) -> str:
        """Give the name of the branch that HEAD is at; empty when it is at none."""
        return self._references.head()

    def set_head(self, branch: str) -> None:
        """Let HEAD be at a branch; the lock must be held.

        Raises:
            StorageError: the disk refused.
        """
        self._references.set_head(branch)

    def swap(self, name: str, before: str | None, after: str | None) -> bool:
        """Set a reference if it still is ``before`` (None: not there), remove it when ``after`` is None.

        Gives whether that was done. The lock must be held.

        Raises:
            ModelError: Git has it in this moment, or the name is none.
            StorageError: the disk refused; it is as it was.
        """
        return self._references.swap(name, before, after)


def branch_ref(branch: str) -> Ref:
    """Give the reference of a branch."""
    return Ref(f"refs/heads/{branch}".encode())


def made_blob(data: bytes) -> Blob:
    """Give a blob, not yet written."""
    return Blob.from_string(data)


__all__ = ["DAMAGED", "FILE_MODE", "Commit", "GitStore", "ObjectID", "Tag", "branch_ref", "made_blob"]
