"""The way to a repository behind HTTPS."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from dulwich.client import HTTPUnauthorized, Urllib3HttpGitClient

from aetheron_desktop.engine.registry.remotes.https import Web
from aetheron_desktop.engine.registry.remotes.remote_errors import web_error
from aetheron_desktop.engine.registry.remotes.transport import GitLine, Updates

if TYPE_CHECKING:
    from collections.abc import Callable

    from dulwich.client import GitClient

    from aetheron_desktop.engine.registry.remotes.remote_address import HttpsAddress
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

_Result = TypeVar("_Result")


class HttpsLine(GitLine):
    """The way to a repository behind HTTPS."""

    def __init__(self, repository: ModelRepository, address: HttpsAddress, should_stop: Callable[[], bool]) -> None:
        super().__init__(repository, should_stop)
        self.where = str(address)
        self.web = Web(address, self._repo.get_config_stack())

    def close(self) -> None:
        """Let go of the connections."""
        self.web.close()

    def client(self) -> GitClient:
        """See :class:`GitLine`."""
        user, password = self.web.credentials or (None, None)
        return Urllib3HttpGitClient(
            self.web.address.url,
            pool_manager=self.web.manager,
            config=self.web.config,
            username=user,
            password=password,
            quiet=True,
        )

    def refs(self) -> tuple[dict[str, str], str]:
        """See :class:`Line`; a password is looked for when the server wants one."""
        return self._signed_in(super().refs)

    def send(self, updates: Updates) -> dict[str, str]:
        """See :class:`Line`; many servers want a password for this alone."""
        return self._signed_in(lambda: super(HttpsLine, self).send(updates))

    def _signed_in(self, call: Callable[[], _Result]) -> _Result:
        while True:
            try:
                found = call()
            except HTTPUnauthorized as error:
                if not self.web.sign_in():
                    raise web_error(self.where, error) from error
            else:
                self.web.approve()
                return found
