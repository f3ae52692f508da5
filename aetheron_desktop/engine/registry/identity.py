"""Who does something: the name and the address in versions, in the moves of aliases and in signatures."""

from __future__ import annotations

import getpass
import os
import re
import socket
from typing import Final

import msgspec

MOST_CHARACTERS: Final = 200
# What ends a name in a Git object, what a terminal obeys, and what turns or hides the letters around it. The joiners
# U+200C and U+200D stay: names in Persian and Hindi are written with them. A list, and not the categories of Unicode:
# these differ between versions of Python, and a name that is clean here must be clean everywhere.
_UNWANTED: Final = re.compile(
    "[<>\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES: Final = re.compile(r"[\s\u2028\u2029]+")


class Author(msgspec.Struct, frozen=True):
    """Who does something; both parts are as :func:`clean` gives them, and neither is empty."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


def author() -> Author:
    """Give who uses the program: as the environment says, else as Git is set up, else as the system knows them.

    Git's own variables ``GIT_AUTHOR_NAME`` and ``GIT_AUTHOR_EMAIL`` come first; the name and the address are looked
    for each on its own, and one of which nothing is left when it is cleaned counts as not there.
    """
    name = clean(os.environ.get("GIT_AUTHOR_NAME", ""))
    email = clean(os.environ.get("GIT_AUTHOR_EMAIL", ""))
    if not (name and email):
        configured = _configured()
        name, email = name or configured[0], email or configured[1]
    if not (name and email):
        user = _user()
        name, email = name or user, email or clean(f"{user}@{socket.gethostname() or 'localhost'}")
    return Author(name, email)


def clean(text: str) -> str:
    """Give ``text`` as it may stand in a Git object and be shown: one line, nothing hidden, 200 characters at most."""
    text = _UNWANTED.sub("", _SPACES.sub(" ", text))
    return _SPACES.sub(" ", text).strip()[:MOST_CHARACTERS].strip()


def _configured() -> tuple[str, str]:
    """Give the name and the address of the user's Git configuration, empty where it has none or cannot be read."""
    from dulwich.config import StackedConfig  # 35 ms, and needed only where the environment says nothing

    try:
        config = StackedConfig.default()
    except (OSError, ValueError):
        return "", ""
    found = []
    for key in (b"name", b"email"):
        try:
            found.append(clean(config.get((b"user",), key).decode("utf-8", "replace")))
        except KeyError:
            found.append("")
    return found[0], found[1]


def _user() -> str:
    try:
        return clean(getpass.getuser()) or "user"
    except (OSError, KeyError, ImportError):
        # A container may give a number to which no name belongs; the three differ by system and version of Python.
        return "user"
