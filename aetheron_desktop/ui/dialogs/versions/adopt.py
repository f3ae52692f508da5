"""What another version has, taken into the current one; where both were changed, somebody chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.versioning.changes import Adopt
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.fields import Field, MessageField, plain_label
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.pair import VersionPair
from aetheron_desktop.ui.dialogs.versions.phrases import found_words, number_words, shortened
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent

    from aetheron_desktop.engine.registry.versions import History, Part, PartState, Side, VersionInfo

_PART_WORDS: Final[dict[Part, str]] = {"model": "Model", "threshold": "Threshold", "card": "Card"}


class AdoptDialog(VersionDialog):
    """Asks why; tells :class:`Adopt`, and stays until it is closed by its owner or told of a conflict or a failure."""

    def __init__(self, history: History, version: VersionInfo, parent: QWidget | None = None) -> None:
        current = history.labels.current
        is_contained = version.commit in _contained(history, current)
        if is_contained:
            lead = (
                f"{found_words(history, current).capitalize()}, which is the current one, came of "
                f"{number_words(version)}: there is nothing to adopt. To go back to it, roll back."
            )
        else:
            lead = (
                f"A new version of {shortened(history.labels.branch)} is made: what was changed on one side alone is "
                "taken from there."
            )
        super().__init__("adopt", f"Adopt {number_words(version)}", "Adopt", parent, lead=lead, width=600)
        self._model, self._version = history.model, version.commit
        self._choices: dict[Part, PartChoice] = {}
        heads = ("What is adopted", "Into the current version")
        self.body.addWidget(VersionPair(history, version.commit, current, self.inside, heads=heads))
        self._message = self.add_field(
            MessageField(
                "adopt_message", "Why", self.inside, required="Write in a few words why.",
                placeholder="Such as: better on new customers, no worse on the others",
            )
        )  # fmt: skip
        self._message.setEnabled(not is_contained)
        self.go.setEnabled(not is_contained)
        self.finish()
        if is_contained:
            self.cancel.setFocus()

    def show_conflict(self, parts: Sequence[PartState]) -> None:
        """Let somebody choose for each part that was changed on both sides."""
        self.show_ready()
        self.say("Both were changed", "Choose what shall be kept. The other stays in the history.", "", "warning")
        for state in parts:
            if state.part not in self._choices:
                choice = PartChoice(state, self.inside)
                self.add_field(choice)
                choice.show()  # the layout does so later, and what is hidden is not looked at
                self._choices[state.part] = choice
        chosen = next((choice for choice in self._choices.values() if choice.side is None), None)
        if chosen is not None:
            chosen.focus()
            self.show_part(chosen)

    def ask(self) -> None:
        keep = {part: choice.side for part, choice in self._choices.items() if choice.side is not None}
        self.show_busy("Adopting…")
        self.wanted.emit(Adopt(model=self._model, version=self._version, message=self._message.text, keep=keep))


def _contained(history: History, commit: str) -> set[str]:
    """Give a version and all that are before it, adopted ones too."""
    parents = {version.commit: version.parents for version in history.versions}
    found: set[str] = set()
    open_ = [commit]
    while open_:
        if (one := open_.pop()) not in found:
            found.add(one)
            open_ += parents.get(one, ())
    return found


class PartChoice(Field):
    """One part as it is here and there, side by side; ``side`` is which shall be kept, None while nobody chose."""

    def __init__(self, state: PartState, parent: QWidget) -> None:
        cards = QWidget(parent)
        cards.setObjectName(f"adopt_{state.part}")
        row = QHBoxLayout(cards)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP + 4)
        self._group = QButtonGroup(cards)
        self._sides: tuple[tuple[Side, SideCard], ...] = (
            ("ours", SideCard(f"adopt_{state.part}_ours", "Here", state.ours, cards)),
            ("theirs", SideCard(f"adopt_{state.part}_theirs", "There", state.theirs, cards)),
        )
        for _, card in self._sides:
            self._group.addButton(card.radio)
            row.addWidget(card, 1)
        super().__init__(_PART_WORDS[state.part], cards, parent, check=self._wrong)
        self.first = self._sides[0][1].radio
        self._part = _PART_WORDS[state.part].lower()
        self._group.buttonToggled.connect(lambda: self.refuse(""))

    @property
    def side(self) -> Side | None:
        """Which is chosen."""
        return next((side for side, card in self._sides if card.radio.isChecked()), None)

    def _wrong(self) -> str:
        return "" if self.side is not None else f"Choose which {self._part} shall be kept."


class SideCard(QFrame):
    """A choice with its words below it; a click anywhere in it chooses."""

    def __init__(self, name: str, head: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        theme.mark(self, role="card")
        self.radio = named(QRadioButton(head, self), name, f"{head}: {words}")
        said = plain_label(shortened(words, 200), self, "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.setSpacing(theme.TIGHT)
        layout.addWidget(self.radio)
        layout.addWidget(said)
        layout.addStretch(1)
        self.radio.toggled.connect(self._on_toggled)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.radio.setChecked(True)
        self.radio.setFocus(Qt.FocusReason.MouseFocusReason)

    def _on_toggled(self, is_on: bool) -> None:
        theme.mark(self, tone="accent" if is_on else "")
