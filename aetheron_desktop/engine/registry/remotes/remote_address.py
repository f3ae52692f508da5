"""Where a remote is: a folder, a place behind SSH, or one behind HTTPS; anything else that Git knows is refused.

What Git would run (``ext::…``) or take for an option (a host or path that begins with ``-``) is no address here, and a
password is kept by Git's credential helper, never in an address.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from aetheron_desktop.engine.errors import UsageError

_FORMS: Final = "Use a folder, ssh://user@host/path, user@host:path or https://host/path."
_LONGEST: Final = 2000
_PLAIN_HOST: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_IPV6: Final = re.compile(r"\[[0-9A-Fa-f:.]+\]")
_USER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+-]*")
_SSH: Final = re.compile(r"(?:(?P<user>[^/]*)@)?(?P<host>\[[^\]/]*\]|[^:/@]*)(?::(?P<port>\d{1,5}))?(?P<path>/.*)?")
_SCP: Final = re.compile(r"(?:(?P<user>[^/:]*)@)?(?P<host>\[[^\]/]*\]|[^:/@]*):(?P<path>.+)")
_HELPER: Final = re.compile(r"[A-Za-z0-9+.-]*::")
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_TOKEN: Final = re.compile(r"gh[a-z]_|github_pat_|glpat-|x-token|oauth", re.IGNORECASE)
_LONGEST_USER: Final = 40


@dataclass(frozen=True, slots=True)
class FolderAddress:
    """A repository in a folder, perhaps on another machine's share."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class SshAddress:
    """A repository behind SSH; a ``path`` that begins with ``~`` or without ``/`` is below a user's home."""

    host: str
    path: str
    user: str = ""
    port: int | None = None

    def __str__(self) -> str:
        return f"{self.user}@{self.host}" if self.user else self.host


@dataclass(frozen=True, slots=True)
class HttpsAddress:
    """A repository behind HTTPS; ``url`` holds no user."""

    url: str
    user: str = ""

    def __str__(self) -> str:
        return self.url


Address: TypeAlias = FolderAddress | SshAddress | HttpsAddress


def address_of(url: str) -> Address:
    """Give the address that ``url`` is.

    Raises:
        UsageError: it is none that is used; the words say why, and do not repeat what may be a password.
    """
    url = url.strip()
    if not url or len(url) > _LONGEST or not url.isprintable():
        raise _refused("it is empty, too long, or holds signs that cannot be seen")
    if url.startswith("-"):
        raise _refused("it begins with -, as an option does")
    if _HELPER.match(url):
        raise _refused("it names a program to run")
    if "://" in url:
        return _by_scheme(url)
    if _DRIVE.match(url) or url.startswith(("/", "\\", ".", "~")) or not _SCP.fullmatch(url):
        return FolderAddress(_folder(url))
    found = _SCP.fullmatch(url)
    assert found is not None
    return _ssh(found["user"], found["host"], None, found["path"])


def _by_scheme(url: str) -> Address:
    scheme, _, rest = url.partition("://")
    match scheme.lower():
        case "file":
            return FolderAddress(_file(url))
        case "ssh":
            found = _SSH.fullmatch(rest)
            if found is None:
                raise _refused("it is no SSH address")
            path = unquote(found["path"] or "")
            if not path.isprintable():
                raise _refused("its path holds signs that cannot be seen")
            path = path[1:] if path.startswith("/~") else path
            return _ssh(found["user"], found["host"], found["port"], path)
        case "https" | "http":
            return _https(url)
        case _:
            raise _refused("it is of a kind that is not used")


def _ssh(user: str | None, host: str, port: str | None, path: str) -> SshAddress:
    if user and ":" in user:
        raise _password()
    if user and not _USER.fullmatch(user):
        raise _refused("its user's name holds signs that no name has")
    if not (_PLAIN_HOST.fullmatch(host) or _IPV6.fullmatch(host)):
        raise _refused("its host is none")
    if not path.strip("/") or path.startswith("-"):
        raise _refused("its path is empty, or begins with -")
    number = int(port) if port else None
    if number is not None and not 0 < number < 65536:
        raise _refused("its port is none")
    return SshAddress(host=host.strip("[]"), path=path, user=user or "", port=number)


def _https(url: str) -> HttpsAddress:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused("it is no web address") from error
    user = unquote(parts.username or "")
    if parts.password is not None or len(user) > _LONGEST_USER or _TOKEN.match(user):
        raise _password()
    if parts.query or parts.fragment:
        raise _refused("it holds ? or #")
    host = parts.hostname or ""
    if not (_PLAIN_HOST.fullmatch(host) or _IPV6.fullmatch(f"[{host}]")):
        raise _refused("its host is none")
    if user and not _USER.fullmatch(user):
        raise _refused("its user's name holds signs that no name has")
    if parts.scheme.lower() == "http" and not is_loopback(host):
        raise UsageError(
            "An http:// address is not used: everybody in between could read and change the model.",
            hint="Use https://.",
        )
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    return HttpsAddress(url=f"{parts.scheme.lower()}://{netloc}{parts.path}".rstrip("/"), user=user)


def _file(url: str) -> Path:
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise _refused("it holds ? or #")
    path = url2pathname(parts.path)
    if parts.netloc and parts.netloc.lower() != "localhost":
        if os.name != "nt":
            raise _refused("a file of another machine is reached by the folder where its share is mounted")
        path = rf"\\{parts.netloc}{path}"
    if not path.isprintable():
        raise _refused("its path holds signs that cannot be seen")
    return _folder(path)


def _folder(path: str) -> Path:
    return Path(os.path.abspath(os.path.expanduser(path)))


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this computer itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(why: str) -> UsageError:
    return UsageError(f"This cannot be the address of a remote: {why}.", hint=_FORMS)


def _password() -> UsageError:
    return UsageError(
        "An address must not hold a password or a token: it would stand in files and lists for all to read.",
        hint="Give it to Git's credential helper instead: git config --global credential.helper store",
    )
