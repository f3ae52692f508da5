"""What shall be predicted: the target and the task, proposed with a reason, and changeable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.icons import icon
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Schema

TASKS: Final = (
    ("binary", "One of two classes"),
    ("multiclass", "One of several classes"),
    ("regression", "A number"),
)
NO_TARGET: Final = "Choose the target…"


class TargetPicker(QFrame):
    """``target_chosen`` and ``task_chosen`` tell a person's choice; what is shown comes by :meth:`show_choice`."""

    target_chosen = Signal(str)
    task_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="card")
        self._target = named(QComboBox(self), "target", "Target", "The column that a model learns to predict")
        self._target.setMinimumWidth(180)
        self._target.setMaximumWidth(420)
        self._target.setMaxVisibleItems(16)
        self._target.setEditable(True)
        self._target.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = self._target.completer()
        assert completer is not None
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self._task = named(QComboBox(self), "task", "Task", "What kind of value is predicted")
        for value, words in TASKS:
            self._task.addItem(words, value)
        self._reason = named(QLabel(self, wordWrap=True), "target_reason")
        self._problem = named(QLabel(self, wordWrap=True), "target_problem")
        theme.mark(self._reason, role="muted")
        theme.mark(self._problem, role="error")
        self._problem.hide()
        self._build()
        self._target.activated.connect(self._on_target)
        self._task.activated.connect(lambda _: self.task_chosen.emit(self._task.currentData()))

    def _build(self) -> None:
        fields = QHBoxLayout()
        fields.setSpacing(theme.GAP)
        for words, field in (("Predict", self._target), ("as", self._task)):
            label = QLabel(words, self)
            theme.mark(label, role="strong")
            label.setBuddy(field)
            fields.addWidget(label)
            fields.addWidget(field)
        fields.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, 12, theme.WIDE, 12)
        layout.setSpacing(theme.TIGHT + 2)
        layout.addLayout(fields)
        layout.addWidget(self._reason)
        layout.addWidget(self._problem)

    def show_schema(self, schema: Schema) -> None:
        """Offer the columns of a table."""
        self._target.clear()
        for column in schema.columns:
            self._target.addItem(icon(column.type, "muted"), column.name)
        line = self._target.lineEdit()
        assert line is not None
        line.setPlaceholderText(NO_TARGET)

    def show_choice(self, target: str | None, task: str | None, reason: str) -> None:
        """Show what is chosen, and why."""
        self._target.setCurrentIndex(self._target.findText(target, Qt.MatchFlag.MatchExactly) if target else -1)
        self._task.setCurrentIndex(self._task.findData(task))
        self._task.setEnabled(target is not None)
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))

    def show_problem(self, words: str) -> None:
        """Say why it cannot be trained so; empty when it can."""
        self._problem.setText(words)
        self._problem.setVisible(bool(words))
        theme.mark(self._task, invalid=bool(words))

    def _on_target(self, place: int) -> None:
        if place >= 0:
            self.target_chosen.emit(self._target.itemText(place))
