"""Two versions, and the way from the one to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import plain_label
from aetheron_desktop.ui.dialogs.versions.phrases import described, found_words
from aetheron_desktop.ui.item_models.tips import plain_tip
from aetheron_desktop.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.versions import History


class VersionPair(QWidget):
    """The version that is, at the left, and the one that it comes to, at the right."""

    def __init__(
        self, history: History, before: str, after: str, parent: QWidget, *, heads: tuple[str, str] = ("Now", "Then")
    ) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP + 4)
        layout.addWidget(self._card(history, before, heads[0]), 1)
        layout.addWidget(Picture("arrow-right", 18, "muted", self), 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._card(history, after, heads[1]), 1)

    def _card(self, history: History, commit: str, head: str) -> QFrame:
        card = QFrame(self)
        theme.mark(card, role="card")
        version = next((one for one in history.versions if one.commit == commit), None)
        number = found_words(history, commit)
        words = described(version) if version is not None else ""
        layout = QVBoxLayout(card)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(2)
        layout.addWidget(plain_label(head, card, "overline"))
        layout.addWidget(plain_label(number[:1].upper() + number[1:], card, "strong"))
        said = plain_label(words, card, "muted")
        said.setToolTip(plain_tip(version.message) if version is not None else "")
        layout.addWidget(said)
        layout.addStretch(1)
        return card
