"""Commands on another machine, by the system's own ``ssh``: it knows the user's keys, agent and hosts.

It never asks: there may be no terminal, and nobody to answer. A session that is to stop, or is silent too long, ends.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from typing import IO, TYPE_CHECKING, Final

from aetheron_desktop.engine.registry.remotes.remote_errors import IDLE_S, RemoteError, TransferStopped, ssh_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aetheron_desktop.engine.registry.remotes.remote_address import SshAddress

_CONNECT_S: Final = 15
_LOOK_S: Final = 0.1
_END_S: Final = 10.0
_OPTIONS: Final = (
    "-x",
    "-T",
    *("-o", "BatchMode=yes"),
    *("-o", f"ConnectTimeout={_CONNECT_S}"),
    *("-o", "ServerAliveInterval=15"),
    *("-o", "ServerAliveCountMax=3"),
)
_HOME: Final = re.compile(r"~[A-Za-z0-9._-]*")
_MOST_SAID: Final = 64 << 10


class SshSession:
    """One command on another machine, and the pipes to it.

    Raises:
        RemoteError: there is no ``ssh`` on this computer.
    """

    def __init__(
        self, address: SshAddress, command: str, should_stop: Callable[[], bool], *, protocol: int | None = None
    ) -> None:
        self._address = address
        self._should_stop = should_stop
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # a pipe that nobody empties would block ssh
        self._since: float | None = None
        self._ended = threading.Event()
        self.stopped = False
        self.silent = False
        try:
            self._process = subprocess.Popen(
                _arguments(address, command, protocol),
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                env=os.environ | {"LC_ALL": "C", "SSH_ASKPASS_REQUIRE": "never"},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._said.close()
            raise RemoteError(
                f"The program ssh cannot be run here: {error.strerror}.",
                hint="Install OpenSSH, or set GIT_SSH_COMMAND; a folder or HTTPS needs neither.",
            ) from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in: IO[bytes] = self._process.stdin
        self._out: IO[bytes] = self._process.stdout
        self._watch = threading.Thread(target=self._watched, name="ssh watch", daemon=True)
        self._watch.start()

    def _watched(self) -> None:
        while not self._ended.wait(_LOOK_S):
            since = self._since
            self.stopped = self._should_stop()
            self.silent = since is not None and time.monotonic() - since > IDLE_S
            if self.stopped or self.silent:
                self._process.kill()
                return

    @contextlib.contextmanager
    def _waiting(self) -> Iterator[None]:
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._since = None

    def read(self, size: int) -> bytes:
        """Give ``size`` bytes, or fewer at the end."""
        found = bytearray()
        while len(found) < size:
            block = self.read_some(size - len(found))
            if not block:
                break
            found += block
        return bytes(found)

    def read_some(self, most: int) -> bytes:
        """Give some bytes, ``most`` at the most; none at the end."""
        with self._waiting():
            return self._out.read(most)

    def write(self, data: bytes) -> int:
        """Write all of ``data``."""
        left = memoryview(data)
        with self._waiting():
            while left:
                left = left[self._in.write(left) :]
                self._since = time.monotonic()
        return len(data)

    def can_read(self) -> bool:
        """Whether there is something to read now; False where the system does not tell."""
        if sys.platform == "win32":
            return False
        import select

        return bool(select.select([self._out], [], [], 0)[0])

    def end_input(self) -> None:
        """Say that nothing more will be written."""
        with contextlib.suppress(OSError):
            self._in.close()

    def end(self) -> int:
        """Wait until the command has ended, and give its exit status."""
        self.end_input()
        try:
            with self._waiting():
                return self._process.wait(_END_S if self._ended.is_set() else None)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def close(self) -> None:
        """End the command, whether it is done or not."""
        if self._said.closed:
            return
        self.end_input()
        self._out.close()
        self._ended.set()
        self.end()
        self._watch.join()
        self._said.close()

    def said(self) -> str:
        """Give what the command, or ``ssh``, has written as errors until now."""
        if self._said.closed:
            return self._last
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)  # what it says last is written before it ends
        size = os.fstat(self._said.fileno()).st_size
        self._said.seek(max(0, size - _MOST_SAID))
        self._last = self._said.read(_MOST_SAID).decode("utf-8", "replace")
        return self._last

    _last = ""

    def error(self) -> RemoteError | TransferStopped:
        """Give why the session failed."""
        if self.stopped:
            return TransferStopped()
        if self.silent:
            return ssh_error(str(self._address), "Operation timed out")
        return ssh_error(str(self._address), self.said())


def run(
    address: SshAddress, command: str, should_stop: Callable[[], bool], data: bytes = b"", most: int = 1 << 20
) -> tuple[int, bytes, str]:
    """Run a command, and give its exit status, what it wrote (``most`` bytes of it), and what it wrote as errors.

    Raises:
        RemoteError: there is no ``ssh`` here, or it was silent for too long.
        TransferStopped: it was asked to stop.
    """
    session = SshSession(address, command, should_stop)
    try:
        with contextlib.suppress(BrokenPipeError):  # the status says why it took no more
            session.write(data)
        session.end_input()
        found = session.read(most)
        status = session.end()
        if session.stopped or session.silent:
            raise session.error()
        return status, found, session.said()
    finally:
        session.close()


def _arguments(address: SshAddress, command: str, protocol: int | None) -> list[str]:
    arguments = [*_program(), *_OPTIONS]
    if address.port is not None:
        arguments += ["-p", str(address.port)]
    if protocol:
        arguments += ["-o", f"SetEnv GIT_PROTOCOL=version={protocol}"]
    return [*arguments, "--", f"{address.user}@{address.host}" if address.user else address.host, command]


def _program() -> list[str]:
    """Give how ``ssh`` is run: as Git does it for this user, but never as a repository's own configuration says."""
    command = os.environ.get("GIT_SSH_COMMAND") or _configured()
    if command:
        return shlex.split(command, posix=sys.platform != "win32")
    return [os.environ.get("GIT_SSH") or "ssh"]


def _configured() -> str:
    from dulwich.config import StackedConfig

    try:
        return StackedConfig.default().get((b"core",), b"sshCommand").decode()
    except (KeyError, OSError, ValueError):
        return ""


def quoted(text: str) -> str:
    """Give ``text`` as one word of a POSIX shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def shell_path(path: str) -> str:
    """Give ``path`` as a word of a POSIX shell that puts the home for a ``~`` at its beginning."""
    if path.startswith("~"):
        home, slash, rest = path.partition("/")
        if _HOME.fullmatch(home):
            return home + slash + (quoted(rest) if rest else "")
    return quoted(path)
