"""Back to what an earlier version was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.versioning.changes import RollBack
from aetheron_desktop.ui.dialogs.versions.fields import MessageField
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.pair import VersionPair
from aetheron_desktop.ui.dialogs.versions.phrases import found_words, number_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.registry.versions import History, VersionInfo


class RollBackDialog(VersionDialog):
    """Says what becomes of it and asks why; tells :class:`RollBack`."""

    def __init__(self, history: History, version: VersionInfo, parent: QWidget | None = None) -> None:
        current = found_words(history, history.labels.current)
        lead = (
            f"A new version is made that is as {number_words(version)} was, and is the current one from then on. "
            f"Nothing is lost: {current} stays in the history."
        )
        super().__init__("roll_back", f"Roll back to {number_words(version)}", "Roll back", parent, lead=lead)
        self._model, self._version = history.model, version.commit
        self.body.addWidget(VersionPair(history, history.labels.current, version.commit, self.inside))
        self._reason = self.add_field(
            MessageField(
                "roll_back_reason", "Why", self.inside, required="Write in a few words why.",
                placeholder="Such as: the newest data were mislabelled",
            )
        )  # fmt: skip
        self.finish()

    def ask(self) -> None:
        self.tell(RollBack(model=self._model, to=self._version, reason=self._reason.text))
