"""The ensemble that is made without choosing anything: how long it may take, and its settings folded away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.params import Int
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.param_field import ParamField
from aetheron_desktop.ui.widgets.param_form import ParamForm

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.params import Value

TIMES: Final = {
    15: ("15 s", "15 seconds"),
    60: ("1 min", "1 minute"),
    300: ("5 min", "5 minutes"),
    900: ("15 min", "15 minutes"),
    3600: ("1 h", "1 hour"),
}
"""Seconds, how they are shown and how they are said."""
USUAL_S: Final = 60
NO_LIMIT: Final = 0
_OF_NUMBERS: Final = frozenset({"predicts"})
"""The settings that are for a target of numbers alone."""
_OWN: Final = 1
"""The number of the button that is none of the times."""
_A_LINE: Final = 3
OWN = Int(
    name="own",
    label="Own time",
    help="Without a limit it trains as many models as the settings below say.",
    unit="min",
    default=10,
    low=1,
    high=10_080,
    optional="no limit",
)


class AutoChoice(QWidget):
    """Shows the card of an ensemble, and what its person chose for it."""

    changed = Signal()

    def __init__(self, card: Card, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card = card
        self.setObjectName("auto_choice")
        self._build()
        self.show_seconds(USUAL_S)
        self._times.idToggled.connect(self._on_time)
        self._own.changed.connect(self.changed)
        self.form.changed.connect(self._on_form)
        self._fold.toggled.connect(self._on_fold)
        self._on_fold(open_=False)

    def _build(self) -> None:
        promise = QLabel(self.card.good_at, self, wordWrap=True)
        promise.setToolTip(self.card.summary)
        theme.mark(promise, role="muted")
        label = QLabel("Time", self)
        self._times = QButtonGroup(self)
        chips = QGridLayout()
        chips.setSpacing(theme.GAP - 2)
        for place, (seconds, (text, said)) in enumerate((*TIMES.items(), (_OWN, ("Own", "another time")))):
            button = QPushButton(text, self)
            name = f"auto_time_{seconds}" if seconds != _OWN else "auto_time_own"
            named(button, name, f"Time: {said}", f"Train for {said}, and keep the best that was found")
            theme.mark(button, role="chip")
            button.setCheckable(True)
            self._times.addButton(button, seconds)
            chips.addWidget(button, place // _A_LINE, place % _A_LINE)
        self._own = ParamField(OWN, "auto", self)
        self._fold = named(QPushButton(self), "auto_settings", f"Settings of {self.card.name}")
        self._fold.setCheckable(True)
        theme.mark(self._fold, role="link")
        self.form = ParamForm(self.card.parameters, self.card.id, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(promise)
        layout.addWidget(label)
        layout.addLayout(chips)
        for widget in (self._own, self._fold, self.form):
            layout.addWidget(widget)

    @property
    def error(self) -> str:
        """Why what is set is refused; empty when it is right."""
        return (self._own.error if self._is_own() else "") or self.form.error

    @property
    def seconds(self) -> int:
        """How long it may take; :data:`NO_LIMIT` is what it says.

        Raises:
            UsageError: the own time is refused.
        """
        if not self._is_own():
            return self._times.checkedId()
        minutes = self._own.value
        return NO_LIMIT if minutes is None else int(minutes) * 60

    def show_seconds(self, seconds: int) -> None:
        """Choose the time, one of those that are offered or an own one."""
        if seconds not in TIMES:
            self._own.set_value(None if seconds == NO_LIMIT else max(1, round(seconds / 60)))
        self._times.button(seconds if seconds in TIMES else _OWN).setChecked(True)
        self._own.setVisible(self._is_own())

    def params(self) -> dict[str, Value]:
        """Give the values that are not the card's defaults, of the settings that are offered."""
        return {name: value for name, value in self.form.values().items() if self._is_offered(name)}

    def show_task(self, task: Task | None) -> None:
        """Offer what is for this task."""
        for name in _OF_NUMBERS & self.form.fields.keys():
            self.form.allow(name, allowed=task == "regression")
        self._name_fold()

    def _is_offered(self, name: str) -> bool:
        return not self.form.fields[name].isHidden()

    def _is_own(self) -> bool:
        return self._times.checkedId() == _OWN

    def _on_time(self, _: int, checked: bool) -> None:
        if checked:
            self._own.setVisible(self._is_own())
            self.changed.emit()

    def _on_form(self) -> None:
        self._name_fold()
        self.changed.emit()

    def _on_fold(self, open_: bool) -> None:
        self.form.setVisible(open_)
        self._name_fold()
        pictured(self._fold, "chevron-down" if open_ else "chevron-right", "accent", 14)

    def _name_fold(self) -> None:
        changed = sum(self._is_offered(name) and not field.is_default for name, field in self.form.fields.items())
        self._fold.setText(f"Settings ({changed} changed)" if changed else "Settings")
