"""The way to a repository behind SSH."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from dulwich.client import TraditionalGitClient
from dulwich.errors import HangupException
from dulwich.protocol import Protocol

from aetheron_desktop.engine.registry.remotes.remote_errors import RemoteError
from aetheron_desktop.engine.registry.remotes.ssh import SshSession, quoted
from aetheron_desktop.engine.registry.remotes.transport import GitLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from dulwich.client import GitClient

    from aetheron_desktop.engine.registry.remotes.https import Web
    from aetheron_desktop.engine.registry.remotes.remote_address import SshAddress
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

_V2: Final = 2


class SshLine(GitLine):
    """The way to a repository behind SSH."""

    def __init__(self, repository: ModelRepository, address: SshAddress, should_stop: Callable[[], bool]) -> None:
        super().__init__(repository, should_stop)
        self.where = str(address)
        self.address = address
        self.config = repository.store.repo.get_config_stack()
        self.webs: list[Web] = []
        """What the server has named for its large files."""
        self._sessions: list[tuple[SshSession, Protocol]] = []

    def close(self) -> None:
        """End what still runs."""
        for web in self.webs:
            web.close()
        for session, protocol in self._sessions:
            protocol.close()
            session.close()

    def client(self) -> GitClient:
        """See :class:`GitLine`."""
        self.close()
        self._sessions.clear()
        return _SshClient(self._connect)

    def _connect(self, command: str, version: int | None) -> tuple[SshSession, Protocol]:
        path = quoted(self.address.path)  # Git itself puts the home for a ~, so it may stand in quotes
        session = SshSession(self.address, f"git-{command} {path}", self._should_stop, protocol=version)
        # The session stays open behind it, for what it says when it fails.
        protocol = Protocol(session.read, session.write, session.end_input)
        self._sessions.append((session, protocol))
        return session, protocol

    def error(self, error: Exception) -> Exception:
        """See :class:`GitLine`."""
        session = self._sessions[-1][0] if self._sessions else None
        if session is not None and (
            isinstance(error, HangupException | OSError) or session.stopped or session.silent or "closed" in str(error)
        ):
            return session.error()
        return RemoteError(
            f"{self.where} answers what is no answer: {error}", hint="Check the path, and ask who runs it."
        )


class _SshClient(TraditionalGitClient):
    def __init__(self, connect: Callable[[str, int | None], tuple[SshSession, Protocol]]) -> None:
        super().__init__(quiet=True)
        self._open = connect

    def _connect(
        self, cmd: bytes, path: str | bytes, protocol_version: int | None = None
    ) -> tuple[Protocol, Callable[[], bool], IO[bytes] | None]:
        del path
        version = protocol_version if protocol_version is not None else (_V2 if cmd == b"upload-pack" else 0)
        session, protocol = self._open(cmd.decode(), version)
        return protocol, session.can_read, None
