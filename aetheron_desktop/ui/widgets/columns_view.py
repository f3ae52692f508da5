"""Which columns help the model of a run: while it learns, and when it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named
from aetheron_desktop.ui.widgets.versions.importance_bars import ImportanceBars

if TYPE_CHECKING:
    from aetheron_desktop.engine.events import ColumnsWeighed
    from aetheron_desktop.engine.jobs.progress import RunState

_WIDEST = 720


class ColumnsView(QWidget):
    """Bars for the columns that help most, and on which rows that was measured."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "columns_view", "What the columns count")
        self._shown: tuple[str, ColumnsWeighed | None, bool] | None = None
        self._empty = Empty("chart", self)
        self._words = named(QLabel(wordWrap=True), "columns_words")
        theme.mark(self._words, role="muted")
        self._bars: ImportanceBars | None = None
        inner = QWidget(self)
        theme.mark(inner, role="scrolled")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        self._column.setSpacing(theme.GAP + theme.TIGHT)
        self._column.addWidget(self._words)
        self._column.addStretch(1)
        self._scroll = QScrollArea(self, widgetResizable=True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(inner)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._scroll)

    def show_run(self, run: RunState, *, is_ensemble: bool) -> None:
        """Show what ``run`` has told last, or why there is nothing yet."""
        shown = (run.id, run.columns, run.is_going)
        if shown == self._shown:
            return
        self._shown = shown
        if run.columns is None:
            self._stack.setCurrentWidget(self._empty)
            self._empty.show_words(*_why_not(run, is_ensemble=is_ensemble))
            return
        self._stack.setCurrentWidget(self._scroll)
        told = run.columns
        rows = "test rows" if told.part == "test" else "validation rows"
        when = "when it had ended" if told.part == "test" else f"after step {told.step:,}"
        self._words.setText(f"Measured on {rows}, {when}, for {told.count:,} columns.")
        if self._bars is not None:
            self._column.removeWidget(self._bars)
            self._bars.deleteLater()
        self._bars = ImportanceBars(told.columns, run.task, rows=rows)
        self._bars.setMaximumWidth(_WIDEST)
        self._column.insertWidget(1, self._bars)


def _why_not(run: RunState, *, is_ensemble: bool) -> tuple[str, str]:
    if not run.is_going:
        return "Not measured", "This run told nothing of what its columns count."
    if is_ensemble:
        return "Not measured yet", "The columns of an ensemble are weighed on the test rows when it has ended."
    return "Not measured yet", "It is asked while it learns, for a small share of the time; short runs tell at the end."
