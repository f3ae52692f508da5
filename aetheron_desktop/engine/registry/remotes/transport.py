"""The line to a remote: what it has, what is fetched from it, and what is sent to it, whatever lies in between."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol, TypeAlias

from dulwich.client import HTTPUnauthorized
from dulwich.errors import GitProtocolError
from dulwich.objects import ZERO_SHA, ObjectID
from dulwich.protocol import PEELED_TAG_SUFFIX
from dulwich.refs import Ref

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.registry.remotes.remote_errors import RemoteAhead, TransferStopped, web_error
from aetheron_desktop.engine.registry.repository.commits import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Set

    from dulwich.client import GitClient
    from dulwich.pack import UnpackedObject

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

Updates: TypeAlias = "Mapping[str, tuple[str | None, str | None]]"
"""Labels by their full name, each with what the remote has under it and what it shall have; None is nothing."""


class Line(Protocol):
    """An open way to a remote; ``where`` names it in words.

    Every method raises RemoteError when the remote cannot be used, and TransferStopped when it was asked to stop.
    """

    where: str

    def refs(self) -> tuple[dict[str, str], str]:
        """Give what the remote's labels name, by full name, and the variation that it is at."""

    def fetch(self, wants: list[str], write: Callable[[bytes], int]) -> None:
        """Have a pack of what ``wants`` contain and is not here written in blocks."""

    def send(self, updates: Updates) -> dict[str, str]:
        """Send what is missing there and move its labels; gives those that were refused, and why.

        Raises RemoteAhead when a label there was moved by somebody else in the meantime.
        """

    def close(self) -> None:
        """Let go of it."""


class GitLine:
    """What the three have in common: a client of dulwich's, whatever fails in it being put into words."""

    where: str

    def __init__(self, repository: ModelRepository, should_stop: Callable[[], bool]) -> None:
        self._repository = repository
        self._repo = repository.store.repo
        self._should_stop = should_stop

    def close(self) -> None:
        """Let go of it."""

    def client(self) -> GitClient:
        """Give a client of this moment."""
        raise NotImplementedError

    def path(self) -> bytes:
        """Give what the client takes as the path."""
        return b""

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """Put whatever fails in the block into words."""
        try:
            yield
        except (AetheronError, TransferStopped, HTTPUnauthorized):
            raise
        # Whatever an answer makes the client stumble over; nothing of it is run.
        except Exception as error:
            raise self.error(error) from error

    def error(self, error: Exception) -> Exception:
        """Give the words for what the client met."""
        return web_error(self.where, error)

    def refs(self) -> tuple[dict[str, str], str]:
        """See :class:`Line`."""
        self.look()
        with self.translated():
            found = self.client().get_refs(self.path())
            names = {
                name.decode("utf-8", "replace"): id_.decode()
                for name, id_ in found.refs.items()
                if id_ is not None and id_ != ZERO_SHA and not name.endswith(PEELED_TAG_SUFFIX)
            }
            head = (found.symrefs or {}).get(Ref(b"HEAD"), Ref(b""))
        return names, head.decode("utf-8", "replace").removeprefix("refs/heads/")

    def fetch(self, wants: list[str], write: Callable[[bytes], int]) -> None:
        """See :class:`Line`."""
        ids = [ObjectID(want.encode()) for want in wants]

        def received(block: bytes) -> int:
            self.look()
            return write(block)

        with self.translated():
            walker = self._repo.get_graph_walker(heads=self._own())
            self.client().fetch_pack(self.path(), lambda refs, depth=None: ids, walker, received)

    def _own(self) -> list[ObjectID]:
        """Give what this side has, for the other to leave out."""
        found = {
            named(self._repository, id_.decode()) for name, id_ in self._repo.get_refs().items() if name != b"HEAD"
        }
        return [ObjectID(commit.encode()) for commit in found if commit]

    def send(self, updates: Updates) -> dict[str, str]:
        """See :class:`Line`."""
        try:
            return self._send(updates, atomic=True)
        except _NotAtomic:
            return self._send(updates, atomic=False)

    def _send(self, updates: Updates, *, atomic: bool) -> dict[str, str]:
        with self.translated():
            try:
                result = self.client().send_pack(
                    self.path(), lambda there: wanted(self.where, there, updates), self.packed, atomic=atomic
                )
            except GitProtocolError as error:
                if atomic and "atomic" in str(error):
                    raise _NotAtomic from error
                raise
        statuses = result.ref_status or {}
        return {name.decode("utf-8", "replace"): why for name, why in statuses.items() if why is not None}

    def packed(
        self,
        have: Set[ObjectID],
        want: Set[ObjectID],
        *,
        ofs_delta: bool = False,
        progress: Callable[[bytes], None] | None = None,
    ) -> tuple[int, Iterator[UnpackedObject]]:
        """Give what is to be sent: how many objects, and each of them."""
        del progress
        there = {id_ for id_ in have if id_ in self._repo.object_store}
        count, objects = self._repo.generate_pack_data(there, set(want), ofs_delta=ofs_delta)
        return count, self._looked(objects)

    def _looked(self, objects: Iterator[UnpackedObject]) -> Iterator[UnpackedObject]:
        for made in objects:
            self.look()
            yield made

    def look(self) -> None:
        """End here if it was asked to stop."""
        if self._should_stop():
            raise TransferStopped


class _NotAtomic(AetheronError):
    """The other side cannot move several labels at once."""

    def __init__(self) -> None:
        super().__init__("The remote cannot move several labels at once.")


def wanted(where: str, there: Mapping[Ref, ObjectID], updates: Updates) -> dict[Ref, ObjectID]:
    """Give the labels that a remote shall have, if it still has ``there`` what was seen before.

    Raises:
        RemoteAhead: it has not.
    """
    for name, (before, _) in updates.items():
        now = there.get(Ref(name.encode()))
        if (now.decode() if now and now != ZERO_SHA else None) != before:
            raise changed(where)
    return {Ref(name.encode()): ObjectID(after.encode()) if after else ZERO_SHA for name, (_, after) in updates.items()}


def changed(where: str) -> RemoteAhead:
    """Say that somebody else was first."""
    return RemoteAhead(f"{where} was changed by somebody else in this moment.", hint="Pull first, then push again.")
