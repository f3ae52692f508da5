"""How a remote is reached: by a folder, by SSH, or by HTTPS."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from aetheron_desktop.engine.registry.remotes.folder_transport import FolderLine
from aetheron_desktop.engine.registry.remotes.https_transport import HttpsLine
from aetheron_desktop.engine.registry.remotes.remote_address import Address, FolderAddress, HttpsAddress, SshAddress
from aetheron_desktop.engine.registry.remotes.ssh_transport import SshLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aetheron_desktop.engine.registry.remotes.transport import Line
    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository


@contextlib.contextmanager
def opened(repository: ModelRepository, address: Address, should_stop: Callable[[], bool]) -> Iterator[Line]:
    """Open the way to ``address`` from a model.

    Raises:
        RemoteError: it cannot be opened.
    """
    line: Line
    match address:
        case FolderAddress():
            line = FolderLine(repository, address, should_stop)
        case SshAddress():
            line = SshLine(repository, address, should_stop)
        case HttpsAddress():
            line = HttpsLine(repository, address, should_stop)
    try:
        yield line
    finally:
        line.close()
