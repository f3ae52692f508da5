"""How the words of others are shown: as they stand, never as markup, and broken where there is no room."""

from __future__ import annotations

import re
import time
from html import escape
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from aetheron_desktop.ui.item_models.history_rows import age, spoken_age
from aetheron_desktop.ui.item_models.quantities import local_time

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.registry.versions import VersionInfo

_LONG_WORD: Final = re.compile(r"\S{16}(?=\S{4})")
_LONGEST_TIP: Final = 1200


def tip(text: str) -> str:
    """Give a tool tip that shows ``text`` as it stands and breaks its lines."""
    shown = text if len(text) <= _LONGEST_TIP else f"{text[:_LONGEST_TIP]} …"
    return f"<p style='white-space: pre-wrap'>{escape(shown)}</p>" if shown else ""


def breakable(text: str) -> str:
    """Give ``text`` with places at which long words may be broken; they are not seen."""
    return _LONG_WORD.sub(lambda found: f"{found[0]}\N{ZERO WIDTH SPACE}", text)


def plain(label: QLabel, text: str = "", role: str = "") -> QLabel:
    """Make ``label``, which was not shown yet, show its words as they stand, in the look of ``role``."""
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(breakable(text) if label.wordWrap() else text)
    label.setProperty("role", role)  # it is dressed when it is shown; doing so twice is what makes many rows slow
    return label


def wrapped(parent: QWidget, text: str = "", role: str = "") -> QLabel:
    """Give a label whose lines are broken, long words too."""
    return plain(QLabel(parent, wordWrap=True), text, role)


def version_name(version: VersionInfo) -> str:
    """Give what people call a version: ``v12``."""
    return f"v{version.number}" if version.number else version.commit[:7]


def since(at: float) -> str:
    """Give how long ago it was: ``3 h ago``."""
    return age(at, time.time())


def spoken_since(at: float) -> str:
    """Give the same without abbreviations."""
    return spoken_age(at, time.time())


def moment(at: float) -> str:
    """Give the date and the time of day."""
    return local_time("%Y-%m-%d %H:%M", at)
