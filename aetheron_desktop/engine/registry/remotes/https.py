"""Requests to a place behind HTTPS: certificates are always checked, passwords come from Git's credential helper.

Nothing but HTTPS is spoken, whatever a server redirects to; only with this computer itself plain HTTP is, too.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import urllib3
from urllib3.util import Retry, Timeout, make_headers

from aetheron_desktop.engine.registry.remotes.remote_address import is_loopback
from aetheron_desktop.engine.registry.remotes.remote_errors import IDLE_S, RemoteError, status_error, web_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dulwich.config import Config

    from aetheron_desktop.engine.registry.remotes.remote_address import HttpsAddress

_CONNECT_S: Final = 15
_HELPER_S: Final = 60
_BAD: Final = 400


class _Checked(urllib3.PoolManager):
    """Speaks with safe places alone, and remembers the answers: the Git client leaves some of them open."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.answers: list[urllib3.BaseHTTPResponse] = []

    def urlopen(self, method: str, url: str, redirect: bool = True, **kw: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override]
        check_url(url)
        answer = super().urlopen(method, url, redirect, **kw)
        self.answers.append(answer)
        return answer


class _CheckedProxy(urllib3.ProxyManager, _Checked):
    """The same, by way of a proxy."""


def check_url(url: str) -> None:
    """Refuse what is not behind HTTPS, nor on this computer.

    Raises:
        RemoteError: it is neither; the words name the host alone.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise RemoteError("The server gave an address that is none.", hint="Ask who runs it.") from error
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise RemoteError(
            f"The server leads to {parts.hostname or 'a place'} by {parts.scheme or 'nothing'}, which is not safe.",
            hint="Ask who runs it for an address by https://.",
        )


class Web:
    """What is behind one HTTPS address, with the user's Git configuration ``config`` (``http.*``)."""

    def __init__(self, address: HttpsAddress, config: Config) -> None:
        from dulwich.client import default_urllib3_manager

        self.address = address
        self.config = config
        self._user = address.user
        self._password: str | None = None
        self._approved = False
        try:
            self.manager = default_urllib3_manager(
                config,
                pool_manager_cls=_Checked,
                proxy_manager_cls=_CheckedProxy,
                base_url=address.url,
                timeout=Timeout(connect=_CONNECT_S, read=IDLE_S),  # type: ignore[arg-type]  # is passed on as it is
                cert_reqs="CERT_REQUIRED",
            )
        except (NotImplementedError, ValueError, urllib3.exceptions.HTTPError) as error:
            raise web_error(str(address), error) from error
        # A body that is made as it is sent cannot be sent twice, and hours are not to be waited.
        self.manager.connection_pool_kw["retries"] = Retry(total=6, connect=1, read=0, status=0, other=0, redirect=5)

    def close(self) -> None:
        """Let go of the connections."""
        for answer in getattr(self.manager, "answers", ()):
            answer.close()
        self.manager.clear()

    @property
    def credentials(self) -> tuple[str, str] | None:
        """The user and the password, once :meth:`sign_in` has found them."""
        return (self._user, self._password) if self._password is not None else None

    # -- signing in ---------------------------------------------------------------------------------------------------

    def sign_in(self) -> bool:
        """Ask Git's credential helper for the password, and say whether there is one that was not tried yet."""
        if self._password is not None:
            self._helper("reject")
            return False
        found = self._helper("fill")
        if not found.get("password"):
            return False
        self._user, self._password = found.get("username", self._user), found["password"]
        return True

    def approve(self) -> None:
        """Tell the helper that the password was right."""
        if self._password is not None and not self._approved:
            self._approved = True
            self._helper("approve")

    def _helper(self, deed: str) -> dict[str, str]:
        """Ask the helpers of the user's own configuration; what a repository names as a program is never run."""
        parts = urlsplit(self.address.url)
        told = {"protocol": parts.scheme, "host": parts.netloc, "path": parts.path.lstrip("/")}
        told |= {"username": self._user} if self._user else {}
        told |= {"password": self._password} if self._password is not None else {}
        text = "".join(f"{key}={value}\n" for key, value in told.items()) + "\n"
        never = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": ""}
        try:
            # A folder of this moment: where others can foresee the place, they can put a repository there.
            with tempfile.TemporaryDirectory(prefix="aetheron-", ignore_cleanup_errors=True) as folder:
                ended = subprocess.run(
                    ["git", "-c", "core.askPass=", "credential", deed],
                    input=text.encode(),
                    capture_output=True,
                    env=os.environ | never | {"GIT_DIR": str(Path(folder) / "none")},
                    cwd=folder,
                    timeout=_HELPER_S,
                    check=False,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
        except (OSError, subprocess.TimeoutExpired):
            return {}
        if ended.returncode:
            return {}
        lines = ended.stdout.decode("utf-8", "replace").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    # -- requests -----------------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | Iterable[bytes] | None = None,
        own: bool = True,
    ) -> urllib3.BaseHTTPResponse:
        """Send a request and give the answer, its body not read yet; ``own`` headers go to the own host alone.

        Raises:
            RemoteError: it could not be sent, or was refused.
        """
        check_url(url)
        answer = self._send(method, url, self._headers(url, headers, own=own), body)
        if answer.status == 401 and isinstance(body, bytes | None) and own and self._is_own(url) and self.sign_in():
            answer.release_conn()
            answer = self._send(method, url, self._headers(url, headers, own=own), body)
        if answer.status >= _BAD:
            status = answer.status
            if status == 401 and self._password is not None:
                self._helper("reject")
            answer.close()
            raise StatusError(status, status_error(str(self.address), status))
        return answer

    def _send(
        self, method: str, url: str, headers: dict[str, str], body: bytes | Iterable[bytes] | None
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self.manager.request(method, url, headers=headers, body=body, preload_content=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise web_error(str(self.address), error) from error

    def _headers(self, url: str, more: dict[str, str] | None, *, own: bool) -> dict[str, str]:
        agent = self.manager.headers.get("User-agent", "git/aetheron")
        headers = {"User-Agent": agent}
        if own and self._is_own(url):
            headers |= {key: value for key, value in self.manager.headers.items() if key.lower() != "user-agent"}
            if self._password is not None:
                headers |= make_headers(basic_auth=f"{self._user}:{self._password}")
        return headers | (more or {})

    def _is_own(self, url: str) -> bool:
        own, other = urlsplit(self.address.url), urlsplit(url)
        return (own.scheme, own.hostname, own.port) == (other.scheme, other.hostname, other.port)

    def blocks(self, answer: urllib3.BaseHTTPResponse, size: int) -> Iterator[bytes]:
        """Give the body of an answer in blocks of ``size`` bytes.

        Raises:
            RemoteError: the connection broke off.
        """
        try:
            yield from answer.stream(size)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise web_error(str(self.address), error) from error
        finally:
            with contextlib.suppress(OSError, urllib3.exceptions.HTTPError):
                answer.close()


class StatusError(RemoteError):
    """That an answer had a ``status`` that is none of success."""

    def __init__(self, status: int, error: RemoteError) -> None:
        super().__init__(error.detail, hint=error.hint)
        self.status = status
