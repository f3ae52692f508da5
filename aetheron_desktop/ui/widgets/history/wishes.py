"""What can be wished of a version, in the order of the menu; buttons and menus are made from this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish: its words in menus and on buttons, its icon, a sentence about it and its keys in Qt's portable words.

    ``of_another`` is true of what makes sense only of a version that is not the current one.
    """

    id: str
    text: str
    icon: str
    tip: str
    keys: str = ""
    of_another: bool = False
    starts_section: bool = False


WISHES: Final = (
    Wish("predict", "Predict with this version…", "predict", "Predict the rows of another file", "Ctrl+Return"),
    Wish("save", "Save as…", "save", "Save this version as one file, to carry it elsewhere", "Ctrl+S"),
    Wish(
        "promote", "Promote…", "trophy", "Make it the champion, the challenger or another alias", "Ctrl+U",
        starts_section=True,
    ),
    Wish("mark", "Mark with a name…", "category", "Give it a name that stays with it", "Ctrl+T"),
    Wish(
        "roll_back", "Roll back to this…", "restore", "Make a new version that is as this one was", of_another=True,
        starts_section=True,
    ),
    Wish("try", "Try a variation from here…", "branch", "Begin a line of versions of its own", "Ctrl+N"),
    Wish("adopt", "Adopt into the current…", "merge", "Bring it together with the current version", of_another=True),
    Wish(
        "take", "Take its threshold or card…", "copy", "Give the current version this threshold or card",
        of_another=True,
    ),
    Wish(
        "reproduce", "Reproduce", "refresh", "Train it again from its lineage, and tell what differs",
        starts_section=True,
    ),
    Wish("script", "As a Python script…", "save", "Write the run as a Python script that needs public libraries alone"),
    Wish("restore", "Restore its files…", "folder-open", "Write the files of this version into a folder"),
    Wish("lineage", "Show where it comes from", "link", "From this version to its run, its dataset and its source file",
         "Ctrl+L"),
)  # fmt: skip
DIFFERENCE: Final = Wish(
    "difference", "Show the difference", "sort", "What differs between the two chosen versions", "Ctrl+D"
)
"""Wished of two versions that are chosen together."""
