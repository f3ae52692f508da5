"""What a person notes of a run: tags, a note and a colour. They lie in the run's folder, and go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aetheron_desktop.engine.errors import UsageError, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE: Final = "marks.json"
COLOURS: Final = 8
"""How many colours there are to choose from: those of the series."""
_LONGEST_TAG: Final = 40
_LONGEST_NOTE: Final = 4_000


class Marks(msgspec.Struct, frozen=True, omit_defaults=True):
    """``colour`` is the number of a series, from 0; None leaves it to the window."""

    tags: tuple[str, ...] = ()
    note: str = ""
    colour: int | None = None


def checked(tags: Iterable[str], note: str, colour: int | None) -> Marks:
    """Give marks whose tags are trimmed, each there once and in the order of the alphabet.

    Raises:
        UsageError: a tag or the note is too long, a tag has a comma or quotes, or there is no such colour.
    """
    words = sorted({" ".join(tag.split()) for tag in tags} - {""}, key=str.casefold)
    for word in words:
        if len(word) > _LONGEST_TAG or any(sign in word for sign in ",\"'"):
            raise UsageError(
                f"The tag {word[:60]!r} cannot be used.",
                hint=f"A tag has at most {_LONGEST_TAG} characters, and neither commas nor quotes.",
            )
    if len(note) > _LONGEST_NOTE:
        raise UsageError(f"The note has {len(note):,} characters.", hint=f"At most {_LONGEST_NOTE:,} are kept.")
    if colour is not None and not 0 <= colour < COLOURS:
        raise UsageError(f"There is no colour {colour}.", hint=f"They have the numbers 0 to {COLOURS - 1}.")
    return Marks(tuple(words), note.strip(), colour)


def read(folder: Path) -> Marks:
    """Give the marks of the run in ``folder``; none where there are none, or where they cannot be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Marks)
    except (OSError, msgspec.MsgspecError):
        return Marks()


def write(folder: Path, marks: Marks) -> None:
    """Keep the marks of the run in ``folder``, as a whole or not at all.

    Raises:
        StorageError: the disk refused.
    """
    path = folder / FILE
    with storage_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(marks))
        beside.replace(path)
