"""One card of the catalogue: ticked or not, with its parameters below once opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named, pictured, tabbed
from aetheron_desktop.ui.widgets.param_form import ParamForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.params import Value


class EstimatorEntry(QFrame):
    """Shows a card: what it is good for is read, what it does is told by the tool tip, its settings are folded."""

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
        live = " It learns in steps and shows its curves while it does." if card.iterative else ""
        self.box = named(QCheckBox(card.name, self), f"choose_{card.id}", card.name, f"{card.summary}{live}")
        self.box.setAccessibleDescription(f"{card.summary} Good for: {card.good_at}")
        help_ = f"Settings of {card.name}"
        self._open = named(QToolButton(self), f"settings_{card.id}", help_, help_)
        self._open.setCheckable(True)
        self._open.setVisible(bool(card.parameters))
        good_at = QLabel(card.good_at, self, wordWrap=True)
        good_at.setToolTip(f"{card.summary}{live}")
        theme.mark(good_at, role="caption")
        self._note = QLabel(self)
        theme.mark(self._note, role="caption", tone="accent")
        self._note.hide()
        header = QHBoxLayout()
        header.setSpacing(theme.GAP)
        header.addWidget(self.box, 1)
        header.addWidget(self._open)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 4, 6, 8)
        self._layout.setSpacing(2)
        self._layout.addLayout(header)
        self._layout.addWidget(good_at)
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

    def is_described_by(self, words: Sequence[str], family: str) -> bool:
        """Whether each of ``words``, in small letters, stands somewhere on the card."""
        card = self.card
        text = " ".join((card.name, card.id, family, card.summary, card.good_at, *card.aliases)).casefold()
        return all(word in text for word in words)

    def _on_open(self, open_: bool) -> None:
        pictured(self._open, "chevron-up" if open_ else "settings", "muted")
        if open_ and self.form is None:
            self.form = ParamForm(self.card.parameters, self.card.id, self)
            self.form.setContentsMargins(0, 8, 4, 0)
            self.form.changed.connect(self._on_changed)
            self._layout.addWidget(self.form)
            tabbed(self._open, self.form)
        if self.form is not None:
            self.form.setVisible(open_)

    def _on_changed(self) -> None:
        changed = 0
        if self.form is not None:
            changed = sum(not field.is_default for field in self.form.fields.values())
        self._note.setText(f"{changed} setting{'s' if changed != 1 else ''} changed")
        self._note.setVisible(changed > 0)
        self.changed.emit()
