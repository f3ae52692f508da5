"""What can go wrong between a model and its remotes, in words: the network, the other side, and what it sends."""

from __future__ import annotations

import re
from typing import Final

from aetheron_desktop.engine.errors import ModelError

IDLE_S: Final = 60
"""Seconds of silence after which the other side is taken for gone."""
_NO_LFS: Final = "Use a server with Git LFS, a folder, or SSH with a shell. Or keep files in Git up to a larger size: "


class RemoteError(ModelError):
    """A remote could not be used; what was complete on either side still is."""

    title = "The remote could not be used"


class RemoteAhead(RemoteError):
    """The remote has versions that are not here; nothing was sent."""

    title = "The remote has versions that are not here"


class RefusedHistory(RemoteError):
    """A remote sent what no model holds; nothing here was moved."""

    title = "What the remote sent was not taken, because it is not safe"


class LargeMissing(RemoteError):
    """The remote lacks a large file that belongs to a version."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} lacks a large file that belongs to a version.",
            hint="Whoever made the version must push it again, large files with it.",
        )


class TransferStopped(Exception):  # a signal, not an error
    """The transfer was asked to stop."""


def no_large_files(where: str) -> RemoteError:
    """Say that a remote cannot keep large files."""
    return RemoteError(
        f"{where} keeps no large files (it answers no Git LFS).", hint=f"{_NO_LFS}git config aetheron.largeFrom 100m"
    )


_SSH: Final = (
    (
        r"REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed",
        "{where} shows another host key than it did before. It may have been set up anew, or somebody is in between.",
        "Ask whoever runs it. If the new key is right: ssh-keygen -R HOST, then connect once by hand.",
    ),
    (
        r"Host key verification failed|No .* host key is known",
        "{where} is not known to this computer yet.",
        "Connect once by hand in a terminal (ssh HOST), compare its key, and say yes.",
    ),
    (
        r"Permission denied \(|Too many authentication failures|No more authentication methods",
        "{where} refused the key.",
        "Try ssh HOST in a terminal: it must work without a password. A key with a passphrase needs ssh-add first.",
    ),
    (
        r"Could not resolve hostname|Name or service not known",
        "There is no computer of the name in {where}.",
        "Check the name and the network.",
    ),
    (
        r"[Cc]onnection timed out|Operation timed out|Timeout, server|banner exchange",
        "{where} did not answer in time.",
        "Check the network, and whether the server runs.",
    ),
    (
        r"Connection refused",
        "{where} takes no connections.",
        "Check the port, and whether the server runs.",
    ),
    (
        r"No route to host|Network is unreachable|Connection reset|Connection closed|Broken pipe|lost connection",
        "The connection to {where} broke off.",
        "Check the network, and try again; what was sent so far is kept.",
    ),
    (
        r"not appear to be a git repository|[Nn]ot a git repository|No such file or directory|repository .*not found",
        "{where} holds no model.",
        "Check the path. On an own server, make one first: git init --bare PATH",
    ),
    (
        r"No space left|quota exceeded",
        "The disk of {where} is full.",
        "Free some space there, and try again.",
    ),
    (
        r"Read-only file system|[Pp]ermission denied|insufficient permission|unable to create temporary",
        "{where} may not be written to by this user.",
        "Ask for the right to write there, or use another remote.",
    ),
    (
        r"command not found|not recognized as|Invalid command|interactive git shell|is not allowed",
        "{where} does not run Git for this user.",
        "Ask whoever runs the server; Git must be installed there.",
    ),
)
_STATUS: Final = {
    401: (
        "{where} wants a password, and none is known.",
        "Let Git's credential helper know it: git credential-store …",
    ),
    403: ("{where} refuses this user.", "Ask for the right to read or write there."),
    404: ("{where} holds no model, or shows none to this user.", "Check the address, and that you are signed in."),
    407: ("The proxy wants a password.", "Set http.proxy in Git's configuration, with the user's name."),
    413: ("{where} takes no files of this size.", "Ask whoever runs the server to raise its limit."),
    429: ("{where} is asked too often.", "Wait a while, and try again."),
    507: ("The disk of {where} is full.", "Free some space there, and try again."),
}
_WEB: Final = (
    (
        r"certificate|SSLError|SSL:",
        "The certificate of {where} is not one that this computer trusts.",
        "For an own server: git config --global http.sslCAInfo FILE. Else somebody may be in between.",
    ),
    (r"ProxyError|proxy", "The proxy to {where} does not answer.", "Check http.proxy and HTTPS_PROXY."),
    (
        r"NameResolution|getaddrinfo|Failed to resolve",
        "There is no computer of the name in {where}, or there is no network.",
        "Check the name and the network.",
    ),
    (r"[Tt]imed? ?out", "{where} did not answer in time.", "Check the network, and try again."),
    (
        r"refused|NewConnectionError",
        "{where} takes no connections.",
        "Check the address and the port, and whether the server runs.",
    ),
    (
        r"Invalid content-type|without .*info/refs",
        "{where} answers, but is no repository of a model.",
        "Check the address.",
    ),
    (
        r"reset|aborted|Broken pipe|RemoteDisconnected|IncompleteRead|EOF|Hangup|hung up|closed",
        "The connection to {where} broke off.",
        "Try again; what was sent so far is kept.",
    ),
)


def ssh_error(where: str, said: str) -> RemoteError:
    """Translate what ``ssh``, or Git behind it, ``said`` when it failed."""
    for pattern, detail, hint in _SSH:
        if re.search(pattern, said):
            return RemoteError(detail.format(where=where), hint=hint)
    last = _last_line(said)
    return RemoteError(
        f"{where} could not be used: {last or 'it closed the connection without a word'}.",
        hint="Try it by hand: git ls-remote REMOTE",
    )


def status_error(where: str, status: int) -> RemoteError:
    """Translate the status of an answer by HTTP."""
    if status in _STATUS:
        detail, hint = _STATUS[status]
    elif status >= 500:
        detail, hint = f"{{where}} has failed by itself (status {status}).", "Try again later, or ask who runs it."
    else:
        detail, hint = f"{{where}} refused (status {status}).", "Check the address."
    return RemoteError(detail.format(where=where), hint=hint)


def web_error(where: str, error: BaseException) -> RemoteError:
    """Translate what the HTTP client met, by what caused it."""
    words: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(words) < 8:
        words.append(f"{type(cause).__name__}: {cause}")
        reason = getattr(cause, "reason", None)
        cause = reason if isinstance(reason, BaseException) else cause.__cause__
    text = "\n".join(words)
    if found := re.search(r"unexpected http resp (\d{3})", text):
        return status_error(where, int(found[1]))
    if "NotGitRepository" in text:
        return status_error(where, 404)
    if "HTTPProxyUnauthorized" in text:
        return status_error(where, 407)
    if "HTTPUnauthorized" in text:
        return status_error(where, 401)
    for pattern, detail, hint in _WEB:
        if re.search(pattern, text):
            return RemoteError(detail.format(where=where), hint=hint)
    return RemoteError(
        f"{where} could not be used: {_last_line(str(error))}.", hint="Check the address and the network."
    )


def refused(where: str, statuses: dict[str, str]) -> RemoteError:
    """Say that a remote did not take labels, and why it says so."""
    words = "; ".join(f"{name}: {_last_line(why) or 'no reason given'}" for name, why in sorted(statuses.items()))
    return RemoteError(f"{where} refused: {words}.", hint="Ask whoever runs the remote which rules it has.")


def _last_line(said: str) -> str:
    """Give the last line of ``said`` that can be shown: short, and without what a terminal obeys."""
    lines = [" ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in said.splitlines()]
    return next((line[:300].rstrip(".") for line in reversed(lines) if line), "")
