"""The parameters of an estimator as a form, built from their declarations alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named, pictured
from aetheron_desktop.ui.widgets.param_field import ParamField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.params import Parameter, Value


class ParamForm(QWidget):
    """Fields in the order of the declarations; the advanced ones are folded away below."""

    changed = Signal()

    def __init__(self, parameters: Sequence[Parameter], owner: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"form_{owner}")
        self.fields = {parameter.name: ParamField(parameter, owner, self) for parameter in parameters}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP + theme.TIGHT)
        advanced = [field for field in self.fields.values() if field.parameter.advanced]
        for field in self.fields.values():
            field.changed.connect(self.changed)
            if field not in advanced:
                layout.addWidget(field)
        self._advanced = advanced
        self._fold = named(QPushButton(self), f"more_{owner}", "Show more settings")
        self._fold.setCheckable(True)
        theme.mark(self._fold, role="link")
        self._folded = QWidget(self)
        inner = QVBoxLayout(self._folded)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(theme.GAP + theme.TIGHT)
        for field in advanced:
            inner.addWidget(field)
        layout.addWidget(self._fold)
        layout.addWidget(self._folded)
        self._name_fold()
        self._fold.toggled.connect(self._on_fold)
        self._on_fold(open_=False)

    @property
    def error(self) -> str:
        """Why the first wrong field is refused; empty while all are right."""
        return next((field.error for field in self.fields.values() if field.error), "")

    def values(self) -> dict[str, Value]:
        """Give the values that are not the defaults.

        Raises:
            UsageError: one is refused.
        """
        return {name: field.value for name, field in self.fields.items() if not field.is_default}

    def set_values(self, values: dict[str, Value]) -> None:
        """Put ``values`` in, and the defaults of all others."""
        for name, field in self.fields.items():
            field.set_value(values.get(name, field.parameter.default))

    def allow(self, name: str, *, allowed: bool) -> None:
        """Show a field, or leave it out."""
        self.fields[name].setVisible(allowed)
        self._name_fold()

    def _name_fold(self) -> None:
        count = sum(not field.isHidden() for field in self._advanced)
        self._fold.setText(f"More settings ({count})")
        self._fold.setVisible(bool(count))

    def reset(self) -> None:
        """Go back to the defaults."""
        for field in self.fields.values():
            field.reset()

    def _on_fold(self, open_: bool) -> None:
        self._folded.setVisible(open_)
        pictured(self._fold, "chevron-down" if open_ else "chevron-right", "accent", 14)
