"""What should be known before Train is pressed, and the way out at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.problem_card import ProblemCard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.datasets.checks.finding import Finding

_LONGEST = 22


class TrainingWarning(QWidget):
    """The worst finding with its fix and a way to ignore it; how many more there are. Hidden while there is none."""

    fix_wanted = Signal(object)  # Finding
    ignore_wanted = Signal(object)  # Finding

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training_warning")
        self._finding: Finding | None = None
        self._card = ProblemCard(self)
        self._fix = named(QPushButton("Leave it out", self), "training_warning_fix", "Leave it out", "Leave it out")
        self._ignore = named(
            QPushButton("Keep it", self),
            "training_warning_ignore",
            "Keep it",
            "Train with it, and say no more about it",
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        buttons.addWidget(self._fix, 1)
        buttons.addWidget(self._ignore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._card)
        layout.addLayout(buttons)
        self._fix.clicked.connect(lambda: self.fix_wanted.emit(self._finding))
        self._ignore.clicked.connect(lambda: self.ignore_wanted.emit(self._finding))
        self.hide()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show the first of ``findings``, each of which has a fix."""
        self._finding = findings[0] if findings else None
        if self._finding is not None:
            fix, more = self._finding.fix, len(findings) - 1
            assert fix is not None
            hint = f"{more} more after this one." if more else ""
            self._card.show_words(f"{self._finding.headline}.", self._finding.why, hint, "warning")
            self._fix.setText(fix.label if len(fix.label) <= _LONGEST else "Leave it out")
            self._fix.setToolTip(fix.label)
            self._fix.setAccessibleName(fix.label)
        self.setVisible(self._finding is not None)
