"""What models and datasets are called: one line that can be shown."""

from __future__ import annotations

from typing import Final

from aetheron_desktop.engine.errors import UsageError

_LONGEST: Final = 200
_JOINERS: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""What cannot be seen, and yet is needed: by Persian words, and by pictures that are made of several."""


def checked_name(name: str) -> str:
    """Give ``name``, as somebody typed it, on one line.

    Raises:
        UsageError: it is empty or too long.
    """
    name = _line(name)
    if not 0 < len(name) <= _LONGEST:
        raise UsageError(f"A name has 1 to {_LONGEST} characters.", hint="Type another name.")
    return name


def fitting_name(name: str) -> str:
    """Give what comes nearest to ``name``, as a file or a remote says it, of what :func:`checked_name` lets through."""
    return _line(_line(name)[:_LONGEST]) or "Model"


def _line(name: str) -> str:
    """Give ``name`` without what cannot be seen, and with single blanks."""
    line = " ".join("".join(letter if letter.isprintable() or letter in _JOINERS else " " for letter in name).split())
    return line if line.strip(_JOINERS + " ") else ""
