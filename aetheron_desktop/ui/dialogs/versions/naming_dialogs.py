"""A name for a version: one that stays, or that of a variation which begins at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.versioning.changes import Mark, StartVariation
from aetheron_desktop.ui.dialogs.versions.fields import MessageField, NameField
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.phrases import described, number_words, shortened

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.registry.versions import History, VersionInfo


class MarkDialog(VersionDialog):
    """Asks for the name, and if the person likes for a few words; tells :class:`Mark`."""

    def __init__(self, history: History, version: VersionInfo, parent: QWidget | None = None) -> None:
        lead = f"{described(version)}. The mark stays with this version; it can be found by it."
        super().__init__("mark", f"Mark {number_words(version)}", "Mark", parent, lead=lead)
        self._model, self._version = history.model, version.commit
        self._name = self.add_field(
            NameField("mark_name", "mark", history.labels.tags, self.inside, placeholder="Such as sent-to-audit")
        )
        self._message = self.add_field(MessageField("mark_message", "What it stands for (optional)", self.inside))
        self.finish()

    def ask(self) -> None:
        self.tell(Mark(model=self._model, name=self._name.label, version=self._version, message=self._message.text))


class VariationDialog(VersionDialog):
    """Asks for the name of the variation; tells :class:`StartVariation`."""

    def __init__(self, history: History, version: VersionInfo, parent: QWidget | None = None) -> None:
        lead = (
            f"{described(version)}. New versions go to the variation, and {shortened(history.labels.branch)} stays as "
            "it is. What proves itself can be adopted later."
        )
        title = f"Try a variation from {number_words(version)}"
        super().__init__("variation", title, "Begin", parent, lead=lead)
        self._model, self._version = history.model, version.commit
        self._name = self.add_field(
            NameField(
                "variation_name", "variation", history.labels.branches, self.inside, placeholder="Such as shallow-trees"
            )
        )
        self.finish()

    def ask(self) -> None:
        self.tell(StartVariation(model=self._model, name=self._name.label, at=self._version))
