"""The form of one step: its fields, what is wrong with them, and the step that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.datasets.steps import Step
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.prepare.fields import control_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.preparing.answers import NamedKind
    from aetheron_desktop.ui.widgets.prepare.fields import Control
    from aetheron_desktop.ui.widgets.prepare.kinds import StepKind

    Others = Callable[[str], tuple[NamedKind, ...]]

_FUNCTIONS = (
    "contains, starts_with, ends_with, matches, lower, upper, length, trim, abs, round, floor, ceil, sqrt, log, log10, "
    "exp, minimum, maximum, year, month, day, hour, minute, weekday, date, if_else, fill, number"
)


class StepForm(QFrame):
    """``edited`` tells that a field has changed, ``accepted`` and ``cancelled`` how it ended."""

    edited = Signal()
    accepted = Signal()
    cancelled = Signal()

    def __init__(
        self, kind: StepKind, datasets: tuple[str, ...], others: Others, *, is_new: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, "step_form", kind.title)
        theme.mark(self, role="card")
        self.kind = kind
        self._others = others
        self._columns: tuple[NamedKind, ...] = ()
        self._controls: dict[str, Control] = {}
        self._fields = QFormLayout()
        self._fields.setSpacing(theme.GAP)
        self._fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._fields.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for field in kind.fields:
            given = (
                field._replace(options=tuple((name, name) for name in datasets))
                if field.control == "dataset"
                else field
            )
            control = control_for(given, self)
            if field.default is not None:
                control.set_value(field.default)
            control.changed.connect(self._on_changed)
            self._controls[field.name] = control
            self._fields.addRow(field.label, control)
        self._problem = named(QLabel(self, wordWrap=True), "step_problem", "What is wrong")
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        theme.mark(self._problem, role="error")
        self._problem.hide()
        self._build(is_new=is_new)
        self._show_fields()

    def _build(self, *, is_new: bool) -> None:
        picture = QLabel(self)
        picture.setPixmap(icon(self.kind.picture, "accent").pixmap(QSize(18, 18), self.devicePixelRatioF()))
        title, words = QLabel(self.kind.title, self), QLabel(self.kind.words, self, wordWrap=True)
        theme.mark(title, role="strong")
        theme.mark(words, role="muted")
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        head.addWidget(picture)
        head.addWidget(title, 1)
        done = named(QPushButton("Add step" if is_new else "Save", self), "step_accept", "Keep this step")
        theme.mark(done, role="primary")
        done.clicked.connect(self.accepted)
        leave = named(QPushButton("Cancel", self), "step_cancel", "Leave it as it was")
        theme.mark(leave, role="ghost")
        leave.clicked.connect(self.cancelled)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(leave)
        buttons.addWidget(done)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(theme.GAP)
        layout.addLayout(head)
        layout.addWidget(words)
        layout.addLayout(self._fields)
        if any(field.control == "expression" for field in self.kind.fields):
            functions = QLabel(f"Functions: {_FUNCTIONS}", self, wordWrap=True)
            theme.mark(functions, role="caption")
            layout.addWidget(functions)
        layout.addWidget(self._problem)
        layout.addLayout(buttons)

    def show_columns(self, columns: tuple[NamedKind, ...]) -> None:
        """Offer the columns that the step meets."""
        self._columns = columns
        self._offer()

    def fill(self, step: Step) -> None:
        """Fill the fields in with those of a step."""
        values = msgspec.to_builtins(step)
        if "dataset" in values:
            self._controls["dataset"].set_value(values["dataset"])
            self._offer()
        for name, control in self._controls.items():
            control.set_value(values.get(name))
        self._show_fields()

    def step(self) -> Step:
        """Give the step.

        Raises:
            ValueError: a field is not filled in rightly; the words say which.
        """
        values = {name: control.value() for name, control in self._controls.items()}
        given = {name: value for name, value in values.items() if value is not None}
        made: Step = msgspec.convert({"do": self.kind.tag, **given}, Step)
        return made

    def show_problem(self, words: str) -> None:
        """Say what is wrong; nothing when it is right."""
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    def first_control(self) -> QWidget:
        """Give the control where to begin."""
        first = self._controls[self.kind.fields[0].name]
        return next((child for child in first.findChildren(QWidget) if child.isVisibleTo(self)), first)

    def _on_changed(self) -> None:
        sender = self.sender()
        if "dataset" in self._controls and sender is self._controls["dataset"]:
            self._offer()
        self._show_fields()
        self.edited.emit()

    def _offer(self) -> None:
        chosen: Any = self._controls["dataset"].value() if "dataset" in self._controls else None
        others = self._others(chosen) if isinstance(chosen, str) else ()
        for control in self._controls.values():
            control.show_columns(self._columns, others)

    def _show_fields(self) -> None:
        for field in self.kind.fields:
            if field.when is not None:
                other, values = field.when
                self._fields.setRowVisible(self._controls[field.name], self._controls[other].value() in values)
