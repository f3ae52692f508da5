"""Rows that are marked in a chart: found by a worker, shown in every view, and let go again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from aetheron_desktop.engine.datasets.profiles.pairs import FoundRows, RowsQuestion
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.messages import Notice
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.datasets.profiles.pairs import Condition
    from aetheron_desktop.engine.events import JobEnded
    from aetheron_desktop.ui.session import Session


class Marks(QFrame):
    """A line that says how many rows are marked; hidden while there are none."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job = ""
        theme.mark(self, role="well")
        self._words = named(QLabel(self), "marks_words")
        self._clear = named(QPushButton("Clear", self), "marks_clear", "Mark no row any more")
        theme.mark(self._clear, role="link")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 2, 4, 2)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._clear)
        self._clear.clicked.connect(self.clear)
        session.marked_changed.connect(self._show)
        self._show()

    def mark(self, *conditions: Condition) -> None:
        """Mark the rows that meet all conditions."""
        dataset = self._session.dataset
        if dataset is None:
            return
        self.withdraw()
        question = RowsQuestion(dataset=dataset.info.id, conditions=conditions)
        self._job = self._session.ask(question, self._on_found, self._on_end)

    def clear(self) -> None:
        """Mark no row."""
        self.withdraw()
        self._session.mark(())

    def withdraw(self) -> None:
        """Look for no rows any more."""
        self._session.withdraw(self._job)

    def _on_found(self, found: FoundRows) -> None:
        self._session.mark(found.places)
        if found.total > len(found.places):
            detail = f"The first {len(found.places):,} of {found.total:,} rows are marked."
            self._session.noticed.emit(Notice("warning", "Marked in part", detail, "Choose a smaller region."))

    def _on_end(self, end: JobEnded) -> None:
        if end.outcome in {"failed", "crashed"}:
            self._session.noticed.emit(Notice("error", end.title, end.detail, end.hint))

    def _show(self) -> None:
        count = len(self._session.marked)
        self._words.setText(f"{count:,} row{'' if count == 1 else 's'} marked, here and in the other views")
        self.setVisible(count > 0)
