"""Large files behind SSH: by the API that the server names, or put in place by a shell on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.registry.remotes.https import Web, check_url
from aetheron_desktop.engine.registry.remotes.large_store import BLOCK, file_blocks
from aetheron_desktop.engine.registry.remotes.lfs_https import WebStore
from aetheron_desktop.engine.registry.remotes.remote_address import HttpsAddress
from aetheron_desktop.engine.registry.remotes.remote_errors import (
    LargeMissing,
    RemoteError,
    no_large_files,
    ssh_error,
)
from aetheron_desktop.engine.registry.remotes.ssh import SshSession, quoted, run, shell_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Literal

    from aetheron_desktop.engine.registry.remotes.large_store import LargeStore
    from aetheron_desktop.engine.registry.remotes.ssh_transport import SshLine
    from aetheron_desktop.engine.registry.repository.large_files import Pointer

_NO_REPOSITORY: Final = 44
_NOT_WHOLE: Final = 45
_MISSING: Final = 46
# Where the repository is, in the order in which Git itself looks.
_FIND: Final = (
    'for s in "/.git" "" ".git/.git" ".git"; do if [ -f "$d$s/HEAD" ]; then g="$d$s"; break; fi; done; '
    f'[ -n "$g" ] || exit {_NO_REPOSITORY}; o="$g/lfs/objects"; '
)
_LIST: Final = 'while read -r p; do if [ -f "$o/$p" ]; then wc -c < "$o/$p"; else echo none; fi; done'
# What came is counted, and hashed where the server can, before it gets its name. mv is one step within a disk.
_STORE: Final = (
    f'umask 022; mkdir -p "$o/$f" || exit {_NOT_WHOLE}; t="$o/$f/.$h.$$"; trap \'rm -f "$t"\' EXIT; '
    f'cat > "$t" || exit {_NOT_WHOLE}; [ "$(wc -c < "$t")" -eq "$n" ] || exit {_NOT_WHOLE}; '
    "if command -v sha256sum >/dev/null 2>&1; then "
    f'x=$(sha256sum < "$t"); [ "${{x%% *}}" = "$h" ] || exit {_NOT_WHOLE}; fi; '
    'chmod 444 "$t"; mv -f "$t" "$o/$f/$h"'
)


class _Told(msgspec.Struct, frozen=True):
    """What ``git-lfs-authenticate`` answers."""

    href: str
    header: dict[str, str] = {}


def ssh_store(line: SshLine, should_stop: Callable[[], bool]) -> LargeStore:
    """Give the large files of the remote at the end of ``line``."""
    return _EitherStore(line, should_stop)


class _EitherStore:
    """By the API if the server names one, which is asked for once for each direction; else by the shell."""

    def __init__(self, line: SshLine, should_stop: Callable[[], bool]) -> None:
        self._line = line
        self._should_stop = should_stop
        self._stores: dict[str, LargeStore] = {}

    def lacking(self, pointers: Sequence[Pointer]) -> list[Pointer]:
        """See :class:`LargeStore`."""
        return self._store("upload").lacking(pointers)

    def send(self, pointer: Pointer, file: Path, tell: Callable[[int], None]) -> None:
        """See :class:`LargeStore`."""
        self._store("upload").send(pointer, file, tell)

    def blocks(self, pointer: Pointer) -> Iterator[bytes]:
        """See :class:`LargeStore`."""
        return self._store("download").blocks(pointer)

    def _store(self, operation: Literal["upload", "download"]) -> LargeStore:
        if operation not in self._stores:
            self._stores[operation] = self._by_api(operation) or ShellStore(self._line, self._should_stop)
        return self._stores[operation]

    def _by_api(self, operation: str) -> LargeStore | None:
        command = f"git-lfs-authenticate {quoted(self._line.address.path)} {operation}"
        status, data, _ = run(self._line.address, command, self._should_stop)
        try:
            told = msgspec.json.decode(data, type=_Told) if status == 0 else None
        except msgspec.MsgspecError:
            return None
        if told is None:
            return None
        check_url(told.href)
        web = Web(HttpsAddress(told.href), self._line.config)
        self._line.webs.append(web)
        return WebStore(web, told.href, told.header, self._should_stop)


class ShellStore:
    """The large files of a server with a shell, such as any own one is."""

    def __init__(self, line: SshLine, should_stop: Callable[[], bool]) -> None:
        self._address = line.address
        self._should_stop = should_stop

    def _script(self, script: str) -> str:
        return f"d={shell_path(self._address.path)}; g=; {_FIND}{script}"

    def lacking(self, pointers: Sequence[Pointer]) -> list[Pointer]:
        """See :class:`LargeStore`."""
        names = "".join(f"{_folder(pointer)}/{pointer.hash}\n" for pointer in pointers)
        status, data, said = run(self._address, self._script(_LIST), self._should_stop, names.encode(), most=64 << 20)
        lines = data.decode("ascii", "replace").split("\n")[:-1]
        if status or len(lines) != len(pointers):
            raise self._error(status, said)
        return [p for p, line in zip(pointers, lines, strict=True) if line.strip() != str(p.size)]

    def send(self, pointer: Pointer, file: Path, tell: Callable[[int], None]) -> None:
        """See :class:`LargeStore`."""
        script = self._script(f"h={pointer.hash}; f={_folder(pointer)}; n={pointer.size}; {_STORE}")
        session = SshSession(self._address, script, self._should_stop)
        try:
            try:
                for block in file_blocks(file, self._should_stop, tell):
                    session.write(block)
            except OSError:  # it took no more: its status says why
                session.end_input()
            status = session.end()
            if session.stopped or session.silent:
                raise session.error()
            if status:
                raise self._error(status, session.said())
        finally:
            session.close()

    def blocks(self, pointer: Pointer) -> Iterator[bytes]:
        """See :class:`LargeStore`."""
        path = f'"$o/{_folder(pointer)}/{pointer.hash}"'
        session = SshSession(
            self._address, self._script(f"[ -f {path} ] || exit {_MISSING}; cat {path}"), self._should_stop
        )
        try:
            while block := session.read_some(BLOCK):
                yield block
            status = session.end()
            if session.stopped or session.silent:
                raise session.error()
            if status:
                raise self._error(status, session.said())
        finally:
            session.close()

    def _error(self, status: int, said: str) -> RemoteError:
        where = str(self._address)
        match status:
            case 44:
                return ssh_error(where, "not a git repository")
            case 46:
                return LargeMissing(where)
            case 126 | 127 | 128:
                return no_large_files(where)
            case 255:
                return ssh_error(where, said)
            case 45 if not said.strip():
                return RemoteError(f"A large file came damaged to {where}.", hint="Try again.")
            case _:
                return ssh_error(where, said) if status == _NOT_WHOLE else no_large_files(where)


def _folder(pointer: Pointer) -> str:
    return f"{pointer.hash[:2]}/{pointer.hash[2:4]}"
