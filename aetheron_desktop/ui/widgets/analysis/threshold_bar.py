"""The threshold of two classes: moved, brought back, and stored in the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QSlider

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.elided import ElidedLabel
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

_STEPS: Final = 1000
_DIGITS: Final = 4
_STORED: Final = "The probability from which on the second class is predicted"
_LOOKED_AT: Final = (
    "The probability from which on the class would be told from the rest; the model itself predicts the most probable "
    "class"
)


class ThresholdBar(QFrame):
    """``moved`` tells another threshold, ``goal_wanted`` that the best one for something is wanted, by its key."""

    moved = Signal(float)
    goal_wanted = Signal(str)
    reset_wanted = Signal()
    apply_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="card")
        self.setObjectName("threshold_bar")
        title = QLabel("Threshold", self)
        theme.mark(title, role="strong")
        self._slider = named(
            QSlider(Qt.Orientation.Horizontal, self), "analysis_slider", "Threshold", "All plots move with it"
        )
        self._slider.setRange(0, _STEPS)
        self._slider.setSingleStep(_STEPS // 200)
        self._slider.setPageStep(_STEPS // 20)
        self._slider.setMinimumWidth(120)
        self._number = named(QDoubleSpinBox(self), "analysis_threshold", "Threshold as a number")
        self._number.setLocale(QLocale(QLocale.Language.C))  # with a point, as scores are written everywhere
        self._number.setRange(0.0, 1.0)
        self._number.setSingleStep(0.01)
        self._number.setDecimals(_DIGITS)
        self._number.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._number.setFixedWidth(110)
        title.setBuddy(self._number)
        self._words = named(ElidedLabel(self), "threshold_words")
        theme.mark(self._words, role="caption")
        self._goals = self._button("Best for", "threshold_goals", "Go to the threshold that is best for…", "ghost")
        pictured(self._goals, "target", "muted")
        self._reset = self._button("Reset", "threshold_reset", "Back to the threshold of the model", "ghost")
        self._apply = self._button("Apply", "threshold_apply", "Store it in the model, as a new version", "primary")
        self._undo = self._button("Undo", "threshold_undo", "Give the model the threshold before, as a new version", "")
        self._undo.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(theme.GAP)
        row.addWidget(title)
        row.addWidget(self._slider, 3)
        row.addWidget(self._number)
        row.addWidget(self._words, 4)
        for button in (self._goals, self._reset, self._undo, self._apply):
            row.addWidget(button)
        self._slider.valueChanged.connect(lambda value: self.moved.emit(value / _STEPS))
        self._number.valueChanged.connect(self.moved)
        self._reset.clicked.connect(self.reset_wanted)
        self._apply.clicked.connect(self.apply_wanted)
        self._undo.clicked.connect(self.undo_wanted)

    def _button(self, words: str, name: str, tip: str, role: str) -> QPushButton:
        button = named(QPushButton(words, self), name, words, tip)
        if role:
            theme.mark(button, role=role)
        return button

    def show_kind(self, *, is_stored: bool) -> None:
        """Offer to store it where a model has one; several classes have none, the most probable one is predicted."""
        self._apply.setVisible(is_stored)
        self._number.setToolTip(_STORED if is_stored else _LOOKED_AT)

    def show_goals(self, goals: Sequence[tuple[str, str]]) -> None:
        """Offer what a threshold can be best for: key and words of each."""
        menu = named(QMenu(self._goals), "threshold_goal_menu", "Best for")
        for key, words in goals:
            action = menu.addAction(words)
            action.setObjectName(f"threshold_goal_{key}")
            action.triggered.connect(lambda _=False, key=key: self.goal_wanted.emit(key))
        self._goals.setMenu(menu)
        self._goals.setVisible(bool(goals))

    def show_threshold(self, threshold: float, words: str) -> None:
        """Show where the threshold is, and what that does."""
        with QSignalBlocker(self._slider), QSignalBlocker(self._number):
            self._slider.setValue(round(threshold * _STEPS))
            self._number.setValue(threshold)
        self._words.setText(words)
        self._words.setToolTip(words)

    def show_model(self, *, is_moved: bool, why_not: str, can_undo: bool, is_busy: bool) -> None:
        """Show what can be done: nothing is stored where ``why_not`` says a reason."""
        self._reset.setEnabled(is_moved)
        self._apply.setEnabled(is_moved and not why_not and not is_busy)
        self._apply.setText("Storing…" if is_busy else "Apply")
        self._apply.setToolTip(why_not or "Store it in the model, as a new version")
        self._apply.setAccessibleDescription(self._apply.toolTip())
        self._undo.setVisible(can_undo)
        self._undo.setEnabled(not is_busy)
