"""The remotes of a model: repositories that it is pushed to and pulled from, as Git's own configuration has them."""

from __future__ import annotations

import os
import re
import uuid
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.errors import ModelError, UsageError, storage_errors
from aetheron_desktop.engine.registry.labels import checked_label
from aetheron_desktop.engine.registry.remotes.remote_address import (
    Address,
    FolderAddress,
    SshAddress,
    address_of,
)
from aetheron_desktop.engine.registry.repository.git_store import DAMAGED

if TYPE_CHECKING:
    from collections.abc import Callable

    from dulwich.config import ConfigFile

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

RemoteKind: TypeAlias = Literal["folder", "ssh", "https"]
_OWN_KEYS: Final = frozenset({"url", "fetch"})
_HEADER: Final = re.compile(r"\s*\[[^\]]*\]")
_REMOTE: Final = re.compile(r'\s*\[\s*remote\s+"((?:[^"\\]|\\.)*)"\s*\]', re.IGNORECASE)
ORIGIN: Final = "origin"
"""What the first remote is called, where nobody says otherwise."""


class Remote(msgspec.Struct, frozen=True):
    """Another repository of a model, by the name that it has here."""

    name: str
    url: str
    kind: RemoteKind


def remotes(repository: ModelRepository) -> tuple[Remote, ...]:
    """Give the remotes of a model by name; what Git alone can use is left out.

    Raises:
        ModelError: the configuration is damaged.
    """
    found = []
    for name, url in sorted(_urls(_config(repository)).items()):
        try:
            found.append(Remote(name, url, kind_of(address_of(url))))
        except UsageError:  # of a kind that is not used here, or with a password, which must not be shown
            continue
    return tuple(found)


def set_remote(repository: ModelRepository, name: str, url: str) -> Remote:
    """Let ``name`` be the remote at ``url``, whether there was one of this name or not.

    Raises:
        UsageError: the name or the address cannot be used.
        StorageError: the disk refused; the remotes are as they were.
    """
    address = address_of(url)
    if isinstance(address, FolderAddress):
        own = repository.root.resolve()
        if own == address.path.resolve() or own in address.path.resolve().parents:
            raise UsageError("A model cannot be its own remote.", hint="Choose another folder.")
    url = str(address.path) if isinstance(address, FolderAddress) else url.strip()
    with repository.changing():
        name = checked_label("remote", name, _urls(_config(repository)).keys() - {name})
        block = f'[remote "{name}"]\n\turl = {_quoted(url)}\n\tfetch = +refs/heads/*:refs/remotes/{name}/*\n'
        _rewrite(repository, lambda text: _without(text, name, _OWN_KEYS) + block)
    return Remote(name, url, kind_of(address))


def remove_remote(repository: ModelRepository, name: str) -> None:
    """Forget a remote, and what was known of its variations; nothing happens to it.

    Raises:
        UsageError: there is none of this name.
        StorageError: the disk refused.
    """
    with repository.changing():
        config = _config(repository)
        if name not in _urls(config):
            raise _unknown(name, config)
        _rewrite(repository, lambda text: _without(text, name, None))
        for branch, id_ in repository.store.refs(f"refs/remotes/{name}").items():
            repository.store.swap(f"refs/remotes/{name}/{branch}", id_, None)


def address_named(repository: ModelRepository, name: str) -> Address:
    """Give where the remote ``name`` is.

    Raises:
        UsageError: there is none of this name, or its address is not used; what it holds is not repeated.
        ModelError: the configuration is damaged.
    """
    config = _config(repository)
    urls = _urls(config)
    if name not in urls:
        raise _unknown(name, config)
    return address_of(urls[name])


def kind_of(address: Address) -> RemoteKind:
    """Give the kind of remote that is at ``address``."""
    if isinstance(address, FolderAddress):
        return "folder"
    return "ssh" if isinstance(address, SshAddress) else "https"


def _unknown(name: str, config: ConfigFile) -> UsageError:
    known = ", ".join(sorted(_urls(config)))
    return UsageError(
        f"There is no remote {name!r}.", hint=f"There are: {known}." if known else "Add one: aetheron remote MODEL …"
    )


def _urls(config: ConfigFile) -> dict[str, str]:
    found = {}
    for section in config.sections():
        if len(section) == 2 and section[0].lower() == b"remote":
            try:
                found[section[1].decode()] = config.get(section, b"url").decode()
            except (KeyError, UnicodeDecodeError):
                continue
    return found


def _config(repository: ModelRepository) -> ConfigFile:
    try:
        with storage_errors(repository.root):
            return repository.store.repo.get_config()
    except ValueError as error:
        raise ModelError(f"The configuration of {repository.name} is damaged: {error}", hint=DAMAGED) from error


def _rewrite(repository: ModelRepository, change: Callable[[str], str]) -> None:
    """Change the text of the configuration, whole or not at all; what else stands in it stays to the letter.

    Not by Git's lock file, which a kill would leave behind; nor by dulwich's writer, which leaves ``;`` unquoted: Git
    takes the rest of such a value for a comment.
    """
    file = repository.root / "config"
    part = repository.root / f".config.{uuid.uuid4().hex[:8]}"
    with storage_errors(file):
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
        try:
            made = change(text if text.endswith("\n") or not text else text + "\n")
            part.write_text(made, encoding="utf-8", errors="surrogateescape")
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)


def _without(text: str, name: str, keys: frozenset[str] | None) -> str:
    """Give the text of a configuration without the section of a remote, or without these keys of it."""
    kept = []
    inside = False
    held = ""
    for line in text.splitlines(keepends=True):
        if header := _HEADER.match(line):
            remote = _REMOTE.match(header[0])
            inside = remote is not None and re.sub(r"\\(.)", r"\1", remote[1]) == name
            # Its header stays if something below it does.
            held = header[0] + "\n" if inside and keys is not None else ""
            if not inside:
                kept.append(line)
        elif not inside:
            kept.append(line)
        elif keys is not None and line.strip() and line.partition("=")[0].strip().lower() not in keys:
            kept += [held, line]
            held = ""
    return "".join(kept)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
