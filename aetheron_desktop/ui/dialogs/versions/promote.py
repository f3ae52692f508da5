"""An alias moved to a version: which, why, and the conditions that are looked at before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QVBoxLayout, QWidget

from aetheron_desktop.engine.registry.versions import CHALLENGER, CHAMPION
from aetheron_desktop.engine.versioning.changes import MoveAlias, SetGates
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.dialogs.versions.conditions import ConditionLines, Conditions
from aetheron_desktop.ui.dialogs.versions.fields import Field, MessageField, NameField, plain_label
from aetheron_desktop.ui.dialogs.versions.frame import VersionDialog
from aetheron_desktop.ui.dialogs.versions.phrases import described, found_words, number_words, shortened
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aetheron_desktop.engine.registry.versions import History, VersionInfo

_ICONS: Final = {CHAMPION: "trophy", CHALLENGER: "target"}
_NEW: Final = ""


class PromoteDialog(VersionDialog):
    """Tells :class:`SetGates` where the conditions were changed, then :class:`MoveAlias`.

    It stays until its owner closes it, or tells it that conditions are not met or that it failed. ``gates`` are the
    conditions of each alias.
    """

    def __init__(
        self,
        history: History,
        version: VersionInfo,
        gates: Mapping[str, tuple[str, ...]],
        parent: QWidget | None = None,
    ) -> None:
        lead = f"{described(version)}. Each move is written down: who, when and why."
        super().__init__("promote", f"Promote {number_words(version)}", "Move the alias", parent, lead=lead, width=560)
        self._history, self._version = history, version
        self._gates = dict(gates)
        self._known_gates = self._gates
        self._drafts: dict[str, str] = {}
        self._shown_alias = CHAMPION
        self._aliases = named(QComboBox(self.inside), "promote_alias")
        self._aliases.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._alias_field = self.add_field(Field("Alias", self._aliases, self.inside, check=self._wrong_alias))
        taken = {CHAMPION, CHALLENGER, *history.labels.aliases}
        self._name = self.add_field(
            NameField("promote_name", "alias", taken, self.inside, placeholder="Such as production")
        )
        self._reason = self.add_field(
            MessageField(
                "promote_reason", "Why", self.inside, required="Write in a few words why.",
                placeholder="Such as: better on the customers of last month",
            )
        )  # fmt: skip
        self._conditions = self.add_field(Conditions(self.inside))
        self._refused = Refused(self.inside)
        self.body.addWidget(self._refused)
        self._fill(taken)
        self._aliases.currentIndexChanged.connect(self._on_alias)
        self._conditions.changed.connect(self._forget_refusal)
        self._refused.despite.toggled.connect(self.go.setEnabled)
        self._on_alias()
        self.finish()

    def _fill(self, taken: set[str]) -> None:
        for alias in (CHAMPION, CHALLENGER, *sorted(taken - {CHAMPION, CHALLENGER})):
            self._aliases.addItem(icon(_ICONS.get(alias, "sparkles"), "accent"), shortened(alias, 60), alias)
        self._aliases.addItem(icon("plus", "muted"), "New alias…", _NEW)
        free = (alias for alias in (CHAMPION, CHALLENGER) if self._named(alias) != self._version.commit)
        self._aliases.setCurrentIndex(self._aliases.findData(next(free, _NEW)))

    # -- what was answered --------------------------------------------------------------------------------------------

    def show_refusal(self, results: tuple[str, ...]) -> None:
        """Show the conditions as they were found, and let the alias be moved despite of those that are not met."""
        self.show_ready()
        self._refused.show_results(results)
        self.go.setEnabled(False)
        self._refused.despite.setFocus()
        self.show_part(self._refused)

    def show_unset(self, title: str, detail: str, hint: str) -> None:
        """Say why the conditions were not set; they are set anew when the move is asked for again."""
        self._gates = self._known_gates
        self.show_error(title, detail, hint)

    def ask(self) -> None:
        alias = self._name.label if self._chosen == _NEW else self._chosen
        texts = self._conditions.texts if self._conditions.is_editing else self._gates.get(alias, ())
        self._known_gates = dict(self._gates)
        if texts != self._gates.get(alias, ()):
            self._gates[alias] = texts
            self.wanted.emit(SetGates(model=self._history.model, alias=alias, conditions=texts))
        despite = self._refused.despite.isChecked()
        change = MoveAlias(
            model=self._history.model, alias=alias, to=self._version.commit, reason=self._reason.text, despite=despite
        )
        self._refused.show_results(())
        self.show_busy("Looking at the conditions…" if texts else "Moving the alias…")
        self.wanted.emit(change)

    # -- what is chosen -----------------------------------------------------------------------------------------------

    @property
    def _chosen(self) -> str:
        return str(self._aliases.currentData())

    def _named(self, alias: str) -> str:
        return self._history.labels.aliases.get(alias, "")

    def _wrong_alias(self) -> str:
        same = self._chosen != _NEW and self._named(self._chosen) == self._version.commit
        return f"It names {number_words(self._version)} already; choose another." if same else ""

    def _on_alias(self) -> None:
        if self._conditions.is_editing:
            self._drafts[self._shown_alias] = self._conditions.draft
        self._shown_alias = alias = self._chosen
        now = self._named(alias)
        self._alias_field.show_hint("" if alias == _NEW else self._now_words(now))
        self._alias_field.refuse("")
        self._name.setVisible(alias == _NEW)
        self._conditions.show_conditions(self._gates.get(alias, ()), self._drafts.get(alias))
        self._forget_refusal()

    def _now_words(self, commit: str) -> str:
        if not commit:
            return "It names no version yet."
        known = next((version for version in self._history.versions if version.commit == commit), None)
        more = f": {described(known)}" if known is not None else ""
        return f"It names {found_words(self._history, commit)} now{more}"

    def _forget_refusal(self) -> None:
        if not self._refused.isHidden():
            self._refused.show_results(())
            self.go.setEnabled(True)


class Refused(QFrame):
    """The conditions that are not met, and whether they shall be passed over."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "promote_refused", "The conditions are not met")
        theme.mark(self, role="card", tone="warning")
        self._lines = ConditionLines(self)
        self.despite = named(
            QCheckBox("Move it despite of them (this is recorded)", self), "promote_despite", "Move it despite of them"
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 10)
        layout.setSpacing(theme.GAP)
        layout.addWidget(plain_label("The conditions are not met", self, "strong"))
        layout.addWidget(self._lines)
        layout.addWidget(self.despite)
        self.hide()

    def show_results(self, results: tuple[str, ...]) -> None:
        """Show these; hide without any."""
        self._lines.show_lines(results)
        self.despite.setChecked(False)
        self.setVisible(bool(results))
