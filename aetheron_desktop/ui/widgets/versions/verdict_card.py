"""The verdict on two versions: a sentence first, and the interval that it stands on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.picture import Picture
from aetheron_desktop.ui.widgets.versions.interval_bar import IntervalBar
from aetheron_desktop.ui.widgets.versions.texts import breakable, wrapped

if TYPE_CHECKING:
    from aetheron_desktop.engine.evaluation.verdict import State, Verdict

_ICON: Final = 20
_VERSION: Final = re.compile(r"v\d|[0-9a-f]{10}\b")
"""How a version is called, which is no word to be capitalised."""
LOOKS: Final[dict[State, tuple[str, str]]] = {
    "better": ("success", "success"),
    "worse": ("error", "danger"),
    "same": ("check", "info"),
    "unsure": ("help", "warning"),
    "withheld": ("info", ""),
}
"""The icon and the tone of each state."""


class VerdictCard(QFrame):
    """Says that it waits until there is a verdict."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "difference_verdict")
        self._icon = Picture("clock", _ICON, "muted", self)
        self._headline = wrapped(self, role="heading")
        self._reason = wrapped(self)
        for label in (self._headline, self._reason):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = IntervalBar(self)
        self._legend = wrapped(self, role="caption")
        words = QVBoxLayout()
        words.setSpacing(theme.TIGHT)
        words.addWidget(self._headline)
        words.addWidget(self._reason)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(theme.GAP)
        layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addWidget(self._legend)
        self.show_waiting()

    def show_waiting(self) -> None:
        """Say that the two are being held against each other."""
        self.bar.hide()
        self._say("clock", "", "", "Holding both against the test rows …", "")

    def show_verdict(self, verdict: Verdict) -> None:
        """Say what came of it."""
        picture, tone = LOOKS[verdict.state]
        headline, reason = parted(verdict.sentence)
        self.bar.show_verdict(verdict, tone or "muted")
        region = verdict.equivalence
        is_drawn = not self.bar.isHidden()
        legend = "Line: the interval at 95 %." if is_drawn else ""
        if legend and region:
            legend += f" Shaded: less than {_short(region)} makes no difference in practice."
        self._say(picture, tone, headline, reason, legend)

    def _say(self, picture: str, tone: str, headline: str, reason: str, legend: str) -> None:
        theme.mark(self, role="card", tone=tone)
        self._icon.show_icon(picture, tone or "muted")
        for label, text in ((self._headline, headline), (self._reason, reason), (self._legend, legend)):
            label.setText(breakable(text))
            label.setVisible(bool(text))
        stop = "" if not headline or headline.endswith(".") else "."
        self.setAccessibleName(f"{headline}{stop} {reason}".strip())


def parted(sentence: str) -> tuple[str, str]:
    """Give the first part of a verdict's sentence and, as one of its own, what follows the colon."""
    first, colon, rest = sentence.partition(": ")
    if not colon:
        return sentence, ""
    return first, rest if _VERSION.match(rest) else f"{rest[:1].upper()}{rest[1:]}"


def _short(value: float) -> str:
    words = number(value)
    return words.rstrip("0").rstrip(".") if "." in words and "e" not in words else words
