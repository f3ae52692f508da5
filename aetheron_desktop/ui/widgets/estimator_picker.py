"""The estimators that suit the task, to tick and to set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.param_form import ParamForm

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.params import Value


class EstimatorEntry(QFrame):
    """One card of the catalogue: ticked or not, with its parameters below once opened."""

    changed = Signal()

    def __init__(self, card: Card, parent: QWidget) -> None:
        super().__init__(parent)
        self.card = card
        self.form: ParamForm | None = None
        theme.mark(self, role="card")
        self.setObjectName(f"estimator_{card.id}")
        self._build()

    def _build(self) -> None:
        card = self.card
        self.box = named(QCheckBox(card.name, self), f"choose_{card.id}", card.name)
        self.box.setAccessibleDescription(card.summary)
        self._live = QLabel("live curves", self)
        self._live.setToolTip("It learns in steps and shows its curves while it does")
        theme.mark(self._live, role="badge")
        self._live.setVisible(card.iterative)
        help_ = f"Settings of {card.name}"
        self._open = named(QToolButton(self), f"settings_{card.id}", help_, help_)
        self._open.setCheckable(True)
        self._open.setVisible(bool(card.parameters))
        summary = QLabel(f"{card.summary} Good for: {card.good_at[0].lower()}{card.good_at[1:]}", self, wordWrap=True)
        theme.mark(summary, role="caption")
        self._note = QLabel(self)
        theme.mark(self._note, role="caption", tone="accent")
        self._note.hide()
        header = QHBoxLayout()
        header.setSpacing(theme.GAP)
        header.addWidget(self.box, 1)
        header.addWidget(self._live, 0, Qt.AlignmentFlag.AlignVCenter)
        header.addWidget(self._open)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 8, 8, 10)
        self._layout.setSpacing(theme.TIGHT)
        self._layout.addLayout(header)
        self._layout.addWidget(summary)
        self._layout.addWidget(self._note)
        self.box.toggled.connect(self._on_changed)
        self._open.toggled.connect(self._on_open)
        self._on_open(open_=False)

    @property
    def error(self) -> str:
        """Why a value is refused, while the estimator is ticked."""
        if not self.box.isChecked() or self.form is None or not self.form.error:
            return ""
        return f"{self.card.name}: {self.form.error}"

    def values(self) -> dict[str, Value]:
        """Give the values that are not the defaults."""
        return self.form.values() if self.form else {}

    def open_settings(self) -> None:
        """Show the form."""
        self._open.setChecked(True)

    def _on_open(self, open_: bool) -> None:
        pictured(self._open, "chevron-up" if open_ else "settings", "muted")
        if open_ and self.form is None:
            self.form = ParamForm(self.card.parameters, self.card.id, self)
            self.form.setContentsMargins(0, 8, 4, 0)
            self.form.changed.connect(self._on_changed)
            self._layout.addWidget(self.form)
        if self.form is not None:
            self.form.setVisible(open_)

    def _on_changed(self) -> None:
        changed = 0
        if self.form is not None:
            changed = sum(not field.is_default for field in self.form.fields.values())
        self._note.setText(f"{changed} setting{'s' if changed != 1 else ''} changed")
        self._note.setVisible(changed > 0)
        self.changed.emit()


class EstimatorPicker(QWidget):
    """The entries of all cards for one task; what was ticked and set outlives a change of the task and back."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("estimator_picker")
        self.setAccessibleName("Estimators")
        self._task: Task | None = None
        self._entries: dict[str, EstimatorEntry] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.GAP)

    @property
    def entries(self) -> list[EstimatorEntry]:
        """The entries for the task that is shown."""
        return [entry for entry in self._entries.values() if self._task in entry.card.tasks]

    @property
    def chosen(self) -> list[EstimatorEntry]:
        """The entries that are ticked."""
        return [entry for entry in self.entries if entry.box.isChecked()]

    @property
    def error(self) -> str:
        """Why training cannot start with what is chosen; empty when it can."""
        if not self.chosen:
            return "Choose at least one estimator."
        return next((entry.error for entry in self.chosen if entry.error), "")

    def show_task(self, task: Task | None) -> None:
        """Offer the estimators for ``task``."""
        if task == self._task:
            return
        self._task = task
        if not self._entries:
            usual = {card.id for card in catalog.defaults_for(task)} if task else set()
            for card in catalog.ALL:
                entry = EstimatorEntry(card, self)
                entry.box.setChecked(card.id in usual)
                entry.changed.connect(self.changed)
                self._entries[card.id] = entry
                self._layout.addWidget(entry)
        for entry in self._entries.values():
            entry.setVisible(task in entry.card.tasks)
        self.changed.emit()

    def estimators(self) -> list[str]:
        """Give the ids of the estimators that are ticked."""
        return [entry.card.id for entry in self.chosen]

    def params(self) -> dict[str, dict[str, Value]]:
        """Give the values that were changed, by estimator."""
        return {entry.card.id: values for entry in self.chosen if (values := entry.values())}
