"""One model: its versions as commits, its variations, marks and aliases; every change of it can be traced."""

from __future__ import annotations

import shutil
import time
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from dulwich.objects import Commit, ObjectID, Tag

from aetheron_desktop.engine.errors import AetheronError, ModelError, UsageError, storage_errors
from aetheron_desktop.engine.registry.description import CARD, DESCRIPTION, FILES, SIGNATURE, hashes_in
from aetheron_desktop.engine.registry.identity import author as own_author
from aetheron_desktop.engine.registry.labels import checked_label
from aetheron_desktop.engine.registry.repository.git_store import GitStore, branch_ref, made_blob
from aetheron_desktop.engine.registry.repository.large_files import LARGE_FROM, LargeFiles, Pointer, attributes
from aetheron_desktop.engine.registry.repository.plain_files import read_name, write_name
from aetheron_desktop.engine.registry.versions import ALIASES_BRANCH, MAIN, Deed, Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from dulwich.objects import Blob

    from aetheron_desktop.engine.registry.identity import Author

ATTRIBUTES: Final = ".gitattributes"
NEVER_LARGE: Final = frozenset({DESCRIPTION, CARD, SIGNATURE, ATTRIBUTES})
"""What is read from Git alone, whatever its size."""
DEED: Final = "Aetheron-Deed"
_TRIES: Final = 8


class ModelRepository:
    """The repository in the folder ``root``, which is named by the model's id; for one thread.

    Raises:
        ModelError: there is none, or it is damaged.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = GitStore(root)
        self.large = LargeFiles(root)
        self.before_change: Callable[[], None] | None = None
        """Called each time that the lock was taken for a change."""
        self._is_held = False
        self._parents: dict[str, tuple[str, ...]] = {}

    @classmethod
    def create(cls, root: Path, name: str) -> ModelRepository:
        """Make a repository without versions.

        Raises:
            StorageError: the disk refused.
        """
        root.parent.mkdir(parents=True, exist_ok=True)
        GitStore.create(root).close()
        made = cls(root)
        made.rename(name)
        return made

    def close(self) -> None:
        """Let go of its files."""
        self.store.close()

    def __enter__(self) -> ModelRepository:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # -- the name -----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What people call it."""
        return read_name(self.root)

    def rename(self, name: str) -> None:
        """Call it otherwise."""
        write_name(self.root, name)

    # -- what is there ------------------------------------------------------------------------------------------------

    def labels(self) -> Labels:
        """Give what names versions now."""
        branches = self._branches()
        tags = {name: self.store.tagged(id_) for name, id_ in self.store.refs("refs/tags").items()}
        return Labels(
            branch=self._branch(branches),
            branches=branches,
            tags={name: id_ for name, id_ in tags.items() if id_},
            aliases=self.store.refs("refs/aliases"),
        )

    def _branches(self) -> dict[str, str]:
        branches = self.store.refs("refs/heads")
        branches.pop(ALIASES_BRANCH, None)
        return branches

    def _branch(self, branches: Mapping[str, str]) -> str:
        """Give the branch that the model is at: where HEAD says none that is there, it is the first of all."""
        head = self.store.head()
        if head in branches:
            return head
        # Detached by Git, or at a branch that was deleted elsewhere.
        return MAIN if MAIN in branches or not branches else min(branches)

    def find(self, word: str) -> str:
        """Give the commit that ``word`` names: an alias, a variation, a mark, the beginning of a hash, or ``current``.

        ``~`` and a number behind it go back so many versions; one when there is no number.

        Raises:
            UsageError: it names none, or several.
        """
        name, going_back, back = word.partition("~")
        back = back or "1"
        if going_back and not (back.isdecimal() and len(back) < 10):
            raise UsageError(f"{word!r} names no version.", hint="Behind ~ stands how many versions to go back.")
        labels = self.labels()
        commit = self._named(name or "current", labels)
        for _ in range(int(back) if going_back else 0):
            parents = self.parents(commit)
            if not parents:
                raise UsageError(f"There is no version before {commit[:10]}.", hint="See: aetheron log MODEL")
            commit = parents[0]
        return commit

    def _named(self, name: str, labels: Labels) -> str:
        if name in {"current", "HEAD"} and labels.current:
            return labels.current
        for known in (labels.aliases, labels.branches, labels.tags):
            if name in known:
                return known[name]
        if remote := self.store.ref(f"refs/remotes/{name}"):
            return remote
        if 4 <= len(name) <= 40 and set(name) <= set("0123456789abcdef"):
            # Also those that nothing names any more: who has the hash may have the version.
            found = [commit for commit in self.store.commits(name) if self.read(commit, DESCRIPTION) is not None]
            if len(found) == 1:
                return found[0]
            if found:
                raise UsageError(f"{len(found)} versions begin with {name}.", hint="Write more of it.")
        words = ", ".join([*labels.aliases, *labels.branches, *labels.tags])
        hint = f"There are: {words or 'none'}; see aetheron log MODEL."
        raise UsageError(f"There is no version {name!r}.", hint=hint)

    def reachable(self, labels: Labels | None = None, known: Mapping[str, Sequence[str]] | None = None) -> list[str]:
        """Give the commits that something names, or that come before one that is; the parents of ``known`` are known.

        Raises:
            ModelError: the history is damaged.
        """
        labels = labels or self.labels()
        self._parents.update((commit, tuple(parents)) for commit, parents in (known or {}).items())
        return list(self.before(*labels.branches.values(), *labels.tags.values(), *labels.aliases.values()))

    def before(self, *commits: str) -> dict[str, None]:
        """Give the versions that ``commits`` contain, themselves among them; a set, but in the same order each time.

        Raises:
            ModelError: the history is damaged.
        """
        seen: dict[str, None] = {}
        left = sorted(set(commits))
        while left:
            one = left.pop()
            if one not in seen:
                seen[one] = None
                left += self.parents(one)
        return seen

    def parents(self, commit: str) -> tuple[str, ...]:
        """Give the versions that a version was made of.

        Raises:
            ModelError: the history is damaged.
        """
        if commit not in self._parents:
            self._parents[commit] = tuple(parent.decode() for parent in self.store.commit(commit).parents)
        return self._parents[commit]

    def has(self, commit: str) -> bool:
        """Whether there is a version ``commit`` here that can be read."""
        try:
            self.parents(commit)
        except ModelError:
            return False
        return True

    def common(self, one: str, other: str) -> str:
        """Give the newest version that two contain; empty when there is none, the first by name when there are several.

        Raises:
            ModelError: the history is damaged.
        """
        both = self.before(one).keys() & self.before(other).keys()
        inner = {parent for commit in both for parent in self.parents(commit)}
        return min(both - inner, default="")

    def read(self, commit: str, name: str) -> bytes | None:
        """Give the bytes of a small file of a version, None when it has none of this name.

        Raises:
            ModelError: the history is damaged, or the file is a large one.
        """
        files = self.store.files(self.store.commit(commit))
        if name not in files:
            return None
        data = self.store.blob(files[name])
        if Pointer.read(data) is not None:
            raise ModelError(f"{name} is a large file.", hint="Restore the version's files to read it.")
        return data

    # -- files --------------------------------------------------------------------------------------------------------

    def folder(self, commit: str) -> Path:
        """Give where the files of a version lie once :meth:`files` has put them there."""
        return self.root / "files" / commit

    def files(self, commit: str) -> Path:
        """Have the files of a version in their folder, and give it.

        Raises:
            ModelError: the history is damaged, or a large file is not here.
            StorageError: the disk refused; nothing was left behind.
        """
        folder = self.folder(commit)
        if not folder.is_dir():
            part = folder.with_name(f".{uuid.uuid4().hex}")
            try:
                self.write_files(commit, part)
                with storage_errors(folder):
                    self._place(part, folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        return folder

    def write_files(self, commit: str, folder: Path) -> None:
        """Write the files of a version into a new ``folder``.

        Raises:
            ModelError: the history is damaged, or a large file is not here.
            StorageError: the disk refused.
        """
        with storage_errors(folder):
            folder.mkdir(parents=True)
        for name, id_ in self.store.files(self.store.commit(commit)).items():
            if name == ATTRIBUTES:
                continue
            if name not in FILES:  # a history that came from elsewhere may hold anything
                raise ModelError(f"The version {commit[:10]} holds {name!r}, which no model has.", hint="Use another.")
            data = self.store.blob(id_)
            pointer = Pointer.read(data)
            if pointer is not None:
                self.large.place(pointer, folder / name)
            else:
                with storage_errors(folder / name):
                    (folder / name).write_bytes(data)

    @staticmethod
    def _place(part: Path, folder: Path) -> None:
        try:
            part.rename(folder)
        except OSError:
            if not folder.is_dir():  # another program was first, and has the same there
                raise

    # -- new versions -------------------------------------------------------------------------------------------------

    def commit(self, folder: Path, message: str, deed: Deed, *, author: Author | None = None, branch: str = "") -> str:
        """Make a version of the files in ``folder``, which becomes the version's own, and give its commit.

        Raises:
            StorageError: the disk refused; the history is as it was.
            UsageError: ``branch`` is new, and cannot be the name of one.
        """
        with storage_errors(folder):
            (self.root / "files").mkdir(exist_ok=True)
        with self.changing():
            # With the lock: a clean-up must not come between a large file and the version that names it.
            blobs = self._blobs(folder)
            files = {name: blob.id for name, blob in blobs.items()}
            commit = self._append(files, blobs, message, deed, author=author, branch=branch)
        with suppress(OSError):  # the version is made, and its folder is made anew when it is needed
            self._place(folder, self.folder(commit))
        return commit

    def _blobs(self, folder: Path) -> dict[str, Blob]:
        with storage_errors(folder):
            hashes = hashes_in((folder / DESCRIPTION).read_bytes())
            blobs, large = {}, []
            least = self.large_from()
            for file in sorted(folder.iterdir()):
                if file.stat().st_size >= least and file.name not in NEVER_LARGE:
                    blobs[file.name] = made_blob(self.large.take(file, hashes.get(file.name)).text())
                    large.append(file.name)
                else:
                    blobs[file.name] = made_blob(file.read_bytes())
        blobs[ATTRIBUTES] = made_blob(attributes(large))
        return blobs

    def large_from(self) -> int:
        """Give the bytes from which files are kept beside Git: ``aetheron.largeFrom`` of Git's configuration."""
        try:
            text = self.store.repo.get_config_stack().get((b"aetheron",), b"largeFrom").decode().strip().lower()
            return max(1024, int(text.rstrip("kmg")) << {"k": 10, "m": 20, "g": 30}.get(text[-1:], 0))
        except (KeyError, ValueError):
            return LARGE_FROM

    def _append(
        self,
        files: Mapping[str, ObjectID],
        blobs: Mapping[str, Blob],
        message: str,
        deed: Deed,
        *,
        author: Author | None,
        branch: str,
        base: str = "",
        adopted: str = "",
    ) -> str:
        """Add a version with these ``files`` to a branch, and give its commit; the lock must be held.

        ``blobs`` are those of them that may not be written yet, ``adopted`` is a second parent. A branch that is new
        begins at ``base``, by default at the current version.

        Raises:
            StorageError: the disk refused; the history is as it was.
        """
        branches = self._branches()
        here = self._branch(branches)
        branch = branch or here
        if branch not in branches:
            checked_label("variation", branch, branches)
        ref = branch_ref(branch).decode()
        tree = self.store.tree(files)
        for _ in range(_TRIES):
            before = self.store.ref(ref)
            # A variation that does not exist yet begins where the model is.
            parents = [parent for parent in (before or base or branches.get(here), adopted) if parent]
            words = f"{message.strip() or deed}\n\n{DEED}: {deed}\n"
            made = self.made_commit(tree.id, parents, words, author)
            self.store.add(*blobs.values(), tree, made)
            # Git itself does not know of our lock: what it pushes here in between goes first.
            if self.store.swap(ref, before, made.id.decode()):
                with suppress(AetheronError):  # the version is made; it can be packed another time
                    self.store.pack()
                return made.id.decode()
        raise ModelError(f"{self.name} is being changed all the time.", hint="Try again in a while.")

    @staticmethod
    def made_commit(tree: ObjectID, parents: Sequence[str], message: str, author: Author | None) -> Commit:
        """Give a commit of this moment, not yet written."""
        author = author or own_author()
        made = Commit()
        made.tree = tree
        made.parents = [ObjectID(parent.encode()) for parent in parents]
        made.author = made.committer = f"{author.name} <{author.email}>".encode()
        made.author_time = made.commit_time = int(time.time())
        made.author_timezone = made.commit_timezone = _timezone(made.commit_time)
        made.encoding = b"UTF-8"
        made.message = _clean(message)
        return made

    def change(
        self,
        base: str,
        files: Mapping[str, bytes | None],
        message: str,
        deed: Deed,
        *,
        author: Author | None = None,
        branch: str = "",
        adopted: str = "",
    ) -> str:
        """Add a version that has the files of ``base`` but for these, and give its commit; None takes a file away.

        Raises:
            UsageError: nothing would change.
            StorageError: the disk refused; the history is as it was.
        """
        with self.changing():
            kept = self.store.files(self.store.commit(base))
            blobs = {name: made_blob(data) for name, data in files.items() if data is not None}
            made = {name: id_ for name, id_ in kept.items() if name not in files}
            made |= {name: blob.id for name, blob in blobs.items()}
            branches = self._branches()
            current = branches.get(branch or self._branch(branches))
            if current and not adopted and self.store.files(self.store.commit(current)) == made:
                raise UsageError("The current version has these files already.", hint="There is nothing to change.")
            return self._append(made, blobs, message, deed, author=author, branch=branch, base=base, adopted=adopted)

    # -- variations and marks -----------------------------------------------------------------------------------------

    def start_branch(self, name: str, at: str) -> str:
        """Begin a variation at a version, and give its name as it is written.

        Raises:
            UsageError: the name cannot be used.
        """
        with self.changing():
            name = checked_label("variation", name, self.store.refs("refs/heads"))
            self.set_reference(branch_ref(name).decode(), None, self.store.commit(at).id.decode())
        return name

    def switch(self, branch: str) -> None:
        """Be at a variation: its newest version becomes the current one.

        Raises:
            UsageError: there is none of this name.
        """
        with self.changing():
            if branch not in self.labels().branches:
                raise UsageError(f"There is no variation {branch!r}.", hint="See: aetheron branch MODEL")
            self.store.set_head(branch)

    def drop_branch(self, name: str) -> None:
        """Put a variation to the bin of this day; its versions stay until they are cleaned up.

        Raises:
            UsageError: there is none of this name, or the model is at it.
            ModelError: Git changes it in this moment; it is still there.
        """
        with self.changing():
            labels = self.labels()
            if name not in labels.branches:
                raise UsageError(f"There is no variation {name!r}.", hint="See: aetheron branch MODEL")
            if name in {labels.branch, MAIN}:
                raise UsageError(f"The model is at {name!r}.", hint="Go to another variation first.")
            commit = labels.branches[name]
            # In the bin first: were it the other way round, a kill in between would lose it.
            place = f"refs/bin/{time.strftime('%Y-%m-%d')}/{name}-{uuid.uuid4().hex[:8]}"
            self.set_reference(place, None, commit)
            self.set_reference(branch_ref(name).decode(), commit, None)

    def tag(self, name: str, commit: str, message: str, author: Author | None = None) -> str:
        """Mark a version for good, and give the name as it is written.

        Raises:
            UsageError: the name cannot be used.
        """
        who = author or own_author()
        with self.changing():
            name = checked_label("mark", name, self.store.refs("refs/tags"))
            made = Tag()
            made.name = name.encode()
            made.object = (Commit, self.store.commit(commit).id)
            made.tagger = f"{who.name} <{who.email}>".encode()
            made.tag_time = int(time.time())
            made.tag_timezone = _timezone(made.tag_time)
            made.message = _clean((message.strip() or name) + "\n")
            self.store.add(made)
            self.set_reference(f"refs/tags/{name}", None, made.id.decode())
        return name

    def set_reference(self, name: str, before: str | None, after: str | None) -> None:
        """Set a reference that is ``before`` (None: not there), remove it when ``after`` is None; the lock is held.

        Raises:
            ModelError: it is something else by now: Git itself does not know of our lock.
            StorageError: the disk refused; it is as it was.
        """
        if not self.store.swap(name, before, after):
            short = name.removeprefix("refs/").removeprefix("heads/")
            raise ModelError(f"{short} of {self.name} was changed by Git in this moment.", hint="Try again.")

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Be the one that changes the repository, for the block; it may be entered again inside it.

        Raises:
            StorageError: another program has not let go of it in a minute.
        """
        if self._is_held:
            yield
            return
        with self.store.lock():
            self._is_held = True
            try:
                if self.before_change is not None:
                    self.before_change()
                yield
            finally:
                self._is_held = False


def _timezone(at: int) -> int:
    """Give by how many seconds the local time is ahead at that moment; whole minutes, as Git writes it."""
    return time.localtime(at).tm_gmtoff // 60 * 60


def _clean(message: str) -> bytes:
    """Give a message as it may stand in a Git object, which NUL would end."""
    return message.replace("\0", "").encode("utf-8", "replace")
