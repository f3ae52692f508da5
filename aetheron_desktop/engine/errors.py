"""Every expected failure, in words for people.

::

    AetheronError
    ├── UsageError            the request itself is wrong (command line: exit code 2)
    ├── DatasetError          a file could not be read as a table
    ├── TrainingError         this table cannot be trained on as asked
    ├── ModelError            a model's files or history cannot be used
    │   ├── UntrustedModel    they ask to build something that is not on the allow-list, or a hash differs
    │   ├── AdoptConflict     two versions have changed the same            (registry.combining)
    │   ├── GateRefusal       conditions of an alias are not met            (versioning.deeds)
    │   ├── OnnxUnsupported   a part of it cannot be converted              (registry.onnx)
    │   └── RemoteError       a remote refuses, is gone, or is ahead        (registry.remotes)
    ├── EvaluationError       what is stored of a model cannot be measured or drawn
    ├── SigningError          the keys for signatures cannot be used        (registry.keys)
    ├── WorkspaceError        the workspace folder cannot be used
    │   └── WorkspaceLocked   another window has it open
    └── StorageError          the disk refused: full, read-only, no permission, vanished

An error of any other class is a bug in the program.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class AetheronError(Exception):
    """Base of every expected failure.

    ``title`` is one line for a heading, ``detail`` says what happened where, ``hint`` is the next step.
    """

    title = "Something went wrong"

    def __init__(self, detail: str, *, hint: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint


class UsageError(AetheronError):
    """The request is wrong: an unknown name, a value out of its limits."""

    title = "That is not possible"


class DatasetError(AetheronError):
    """A file could not be read as a table."""

    title = "The file could not be read as a table"


class TrainingError(AetheronError):
    """The table cannot be trained on as asked."""

    title = "This cannot be trained"


class ModelError(AetheronError):
    """A model's files cannot be used."""

    title = "The model cannot be used"


class EvaluationError(AetheronError):
    """What is stored of a model's predictions cannot be measured."""

    title = "This cannot be measured"


class UntrustedModel(ModelError):
    """The model's files are not what this program writes; nothing of them was run."""

    title = "The model was not opened, because it is not safe"


class WorkspaceError(AetheronError):
    """The workspace folder cannot be used."""

    title = "The workspace cannot be opened"


class WorkspaceLocked(WorkspaceError):
    """Another window has the workspace open."""

    title = "The workspace is open in another window"


class StorageError(AetheronError):
    """The disk refused."""

    title = "The disk refused"


_STORAGE = {
    errno.ENOSPC: ("The disk is full", "Free some space and try again; nothing that was complete is lost."),
    errno.EDQUOT: ("The disk quota is used up", "Free some space and try again; nothing that was complete is lost."),
    errno.EACCES: ("No permission", "Check the rights of the file or folder, or choose another place."),
    errno.EPERM: ("No permission", "Check the rights of the file or folder, or choose another place."),
    errno.EROFS: ("The disk is read-only", "Choose a place that can be written to."),
    errno.ENOENT: ("The file is not there", "It may have been moved or removed; choose it again."),
    errno.EISDIR: ("That is a folder", "Choose a file."),
    errno.ENOTDIR: ("That is not a folder", "Choose a folder."),
}


def storage_error(error: OSError, path: Path | str) -> StorageError:
    """Translate ``error``, met at ``path``, to words for people."""
    what, hint = _STORAGE.get(error.errno or 0, ("The disk reported an error", "Check the disk, then try again."))
    return StorageError(f"{what}: {path} ({error.strerror or error}).", hint=hint)


@contextmanager
def storage_errors(path: Path | str) -> Iterator[None]:
    """Let every ``OSError`` of the block leave as a :class:`StorageError` that names ``path``."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, path) from error
