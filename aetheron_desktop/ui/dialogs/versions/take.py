"""The threshold or the card of another version for the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.versioning.changes import TakePart
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import MessageField, plain_label
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.phrases import found_words, number_words
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.registry.versions import History, VersionInfo


class TakeDialog(VersionDialog):
    """Asks what and why; tells :class:`TakePart`."""

    def __init__(self, history: History, version: VersionInfo, parent: QWidget | None = None) -> None:
        commit = history.labels.current
        lead = (
            f"A new version is made: {found_words(history, commit)}, which is the current one, "
            f"with one thing of {number_words(version)}."
        )
        super().__init__("take", f"Take from {number_words(version)}", "Take", parent, lead=lead)
        self._model, self._version = history.model, version.commit
        current = next((one for one in history.versions if one.commit == commit), None)
        theirs, ours = version.threshold, current.threshold if current is not None else None
        self._threshold = named(QRadioButton("Its threshold", self.inside), "take_threshold", "Its threshold")
        self._card = named(QRadioButton("Its card", self.inside), "take_card", "Its card")
        self._group = QButtonGroup(self)
        rows = QVBoxLayout()
        rows.setSpacing(theme.TIGHT)
        if version.task != "binary":
            words, can = "Models of two classes alone have a threshold.", False
        elif theirs == ours:
            words, can = f"Both have {_threshold(theirs)}.", False
        else:
            words, can = f"{_threshold(theirs)}, where the current version has {_threshold(ours)}.", True
        for radio, said in ((self._threshold, words), (self._card, "What is written about it.")):
            self._group.addButton(radio)
            radio.setAccessibleDescription(said)
            below = plain_label(said, self.inside, "caption")
            below.setContentsMargins(theme.LOOSE, 0, 0, theme.TIGHT)
            rows.addWidget(radio)
            rows.addWidget(below)
        self._threshold.setEnabled(can)
        chosen = self._threshold if can else self._card
        chosen.setChecked(True)
        self.body.addLayout(rows)
        self._message = self.add_field(
            MessageField("take_message", "Why", self.inside, required="Write in a few words why.")
        )
        self.finish()
        chosen.setFocus()

    def ask(self) -> None:
        part: Literal["threshold", "card"] = "threshold" if self._threshold.isChecked() else "card"
        self.tell(TakePart(model=self._model, version=self._version, part=part, message=self._message.text))


def _threshold(value: float | None) -> str:
    return "0.5" if value is None else f"{value:g}"
