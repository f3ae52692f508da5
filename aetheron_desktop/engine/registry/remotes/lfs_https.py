"""Large files by the batch API of Git LFS, a block at a time: a file of many gigabytes never stands in memory.

See the Git LFS specification, ``docs/api/batch.md``; the transfer is its ``basic`` one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.registry.remotes.https import StatusError, check_url
from aetheron_desktop.engine.registry.remotes.large_store import BLOCK, file_blocks
from aetheron_desktop.engine.registry.remotes.remote_address import HttpsAddress, address_of
from aetheron_desktop.engine.registry.remotes.remote_errors import (
    LargeMissing,
    RemoteError,
    TransferStopped,
    no_large_files,
    status_error,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Literal

    from aetheron_desktop.engine.registry.remotes.https import Web
    from aetheron_desktop.engine.registry.repository.large_files import Pointer

_MEDIA: Final = "application/vnd.git-lfs+json"
_MOST_AT_ONCE: Final = 100
_MOST_ANSWER: Final = 8 << 20
_NONE: Final = frozenset({404, 405, 406, 410, 415, 501})
"""Answers of servers that know nothing of Git LFS."""


class _Action(msgspec.Struct, frozen=True):
    href: str
    header: dict[str, str] | None = None


class _Error(msgspec.Struct, frozen=True):
    code: int
    message: str = ""


class _Object(msgspec.Struct, frozen=True):
    oid: str
    size: int = 0
    actions: dict[str, _Action] | None = None
    error: _Error | None = None


class _Batch(msgspec.Struct, frozen=True):
    objects: list[_Object]
    transfer: str | None = None


def endpoint(web: Web) -> str:
    """Give where the API of a server is: as Git's configuration says (``lfs.url``), else beside the repository.

    Raises:
        UsageError: the configured address is not used.
    """
    try:
        configured = web.config.get((b"lfs",), b"url").decode("utf-8", "replace")
    except KeyError:
        base = web.address.url
        return f"{base}/info/lfs" if base.endswith(".git") else f"{base}.git/info/lfs"
    address = address_of(configured)
    return address.url if isinstance(address, HttpsAddress) else f"{web.address.url}/info/lfs"


class WebStore:
    """The large files behind the API at ``endpoint``, which wants ``headers``."""

    def __init__(self, web: Web, endpoint: str, headers: Mapping[str, str], should_stop: Callable[[], bool]) -> None:
        self._web = web
        self._endpoint = endpoint.rstrip("/")
        self._headers = dict(headers)
        self._should_stop = should_stop
        self._uploads: dict[str, dict[str, _Action]] = {}

    def lacking(self, pointers: Sequence[Pointer]) -> list[Pointer]:
        """See :class:`LargeStore`."""
        asked = self._ask("upload", pointers)
        for made in asked.values():
            if made.error is not None:
                raise self._error(made.error)
        self._uploads = {oid: made.actions for oid, made in asked.items() if made.actions}
        return [pointer for pointer in pointers if "upload" in self._uploads.get(pointer.hash, {})]

    def send(self, pointer: Pointer, file: Path, tell: Callable[[int], None]) -> None:
        """See :class:`LargeStore`."""
        actions = self._uploads[pointer.hash]
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(pointer.size)}
        self._act("PUT", actions["upload"], headers, file_blocks(file, self._should_stop, tell))
        if verify := actions.get("verify"):
            body = msgspec.json.encode({"oid": pointer.hash, "size": pointer.size})
            self._act("POST", verify, {"Content-Type": _MEDIA, "Accept": _MEDIA}, body)

    def blocks(self, pointer: Pointer) -> Iterator[bytes]:
        """See :class:`LargeStore`."""
        made = self._ask("download", [pointer]).get(pointer.hash)
        if made is None or made.error is not None or "download" not in (made.actions or {}):
            raise self._error(made.error if made else None)
        action = (made.actions or {})["download"]
        answer = self._web.request("GET", action.href, headers=action.header or {}, own=not _signs(action))
        for block in self._web.blocks(answer, BLOCK):
            if self._should_stop():
                answer.close()
                raise TransferStopped
            yield block

    def _act(self, method: str, action: _Action, headers: dict[str, str], body: bytes | Iterator[bytes]) -> None:
        headers |= {name: value for name, value in (action.header or {}).items() if name.lower() != "transfer-encoding"}
        self._web.request(method, action.href, headers=headers, body=body, own=not _signs(action)).close()

    def _ask(self, operation: Literal["upload", "download"], pointers: Sequence[Pointer]) -> dict[str, _Object]:
        found: dict[str, _Object] = {}
        for start in range(0, len(pointers), _MOST_AT_ONCE):
            if self._should_stop():
                raise TransferStopped
            part = pointers[start : start + _MOST_AT_ONCE]
            objects = [{"oid": pointer.hash, "size": pointer.size} for pointer in part]
            body = {"operation": operation, "transfers": ["basic"], "objects": objects, "hash_algo": "sha256"}
            found |= {made.oid: made for made in self._batch(msgspec.json.encode(body)).objects}
        return found

    def _batch(self, body: bytes) -> _Batch:
        headers = {"Accept": _MEDIA, "Content-Type": _MEDIA} | self._headers
        try:
            answer = self._web.request("POST", f"{self._endpoint}/objects/batch", headers=headers, body=body)
        except StatusError as error:
            if error.status in _NONE:
                raise no_large_files(str(self._web.address)) from error
            raise
        data = b""
        for block in self._web.blocks(answer, BLOCK):
            data += block
            if len(data) > _MOST_ANSWER:
                break
        self._web.approve()
        try:
            made = msgspec.json.decode(data, type=_Batch)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise no_large_files(str(self._web.address)) from error
        for action in (a for found in made.objects for a in (found.actions or {}).values()):
            check_url(action.href)
        return made

    def _error(self, error: _Error | None) -> RemoteError:
        where = str(self._web.address)
        if error is not None and error.code not in {404, 410}:
            return status_error(where, error.code)
        return LargeMissing(where)


def _signs(action: _Action) -> bool:
    """Whether an action brings its own word that the user may do this."""
    return any(name.lower() == "authorization" for name in action.header or {})
