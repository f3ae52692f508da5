"""Names for variations, marks and aliases, such as Git and every file system takes."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.versions import ALIASES_BRANCH

if TYPE_CHECKING:
    from collections.abc import Iterable

LabelKind: TypeAlias = Literal["variation", "mark", "alias", "remote"]
_LONGEST: Final = 60
_PLAIN: Final = re.compile(r"[\w.+-]+")
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_TAKEN: Final = frozenset({ALIASES_BRANCH, "head", "current"})
_NUMBER: Final = re.compile(r"[0-9a-f]{7,40}|v?\d+", re.IGNORECASE)


def checked_label(kind: LabelKind, name: str, known: Iterable[str] = ()) -> str:
    """Give ``name`` with ``-`` for blanks, if it can be a label beside those that are ``known``.

    Raises:
        UsageError: it cannot; the words say why.
    """
    made = "-".join(unicodedata.normalize("NFC", name).split())
    words = name.encode("utf-8", "replace").decode()
    a_kind = f"{'an' if kind == 'alias' else 'a'} {kind}"
    why = _wrong(made)
    if why:
        raise UsageError(
            f"{words!r} cannot be the name of {a_kind}: {why}.", hint="Try a short word, such as shallow-trees."
        )
    for other in known:
        if other == made:
            raise UsageError(f"There is {a_kind} {made!r} already.", hint="Choose another name.")
        if _folded(other) == _folded(made):
            raise UsageError(
                f"There is {a_kind} {other!r} already, and some systems do not tell upper from lower case.",
                hint="Choose another name.",
            )
        if _folded(other).startswith(f"{_folded(made)}/"):
            raise UsageError(f"There is {a_kind} {other!r} below that already.", hint="Choose another name.")
    return made


def _folded(name: str) -> str:
    """Give ``name`` as file systems compare it that tell neither upper from lower case nor spellings of a letter."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _wrong(name: str) -> str:
    """Say why Git or a file system would refuse ``name``; nothing when it is in order."""
    if not name:
        return "it is empty"
    if not _PLAIN.fullmatch(name):
        return "it may hold letters, digits and the signs . _ + - alone"
    if len(name.encode()) > _LONGEST:
        return f"it is longer than {_LONGEST} bytes"
    if name[0] in "-.+" or name.casefold().endswith((".", ".lock")) or ".." in name:
        return "it begins with a sign, or ends with a point or with .lock, or has two points in a row"
    if _DEVICES.fullmatch(name):
        return "Windows keeps it for a device"
    if name.casefold() in _TAKEN:
        return "the program keeps it for itself"
    if _NUMBER.fullmatch(name):
        return "it could be taken for the number of a version"
    return ""
