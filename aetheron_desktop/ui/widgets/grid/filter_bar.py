"""The line above the rows: the filter, what of the table is shown, and what goes on to show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget

from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.flow_layout import FlowLayout
from aetheron_desktop.ui.widgets.grid.filter_field import FilterField
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from aetheron_desktop.ui.widgets.grid.view_choice import ViewChoice

_STEPS: Final = 1000
_LINE: Final = 26
"""The height of a chip."""


class FilterBar(QWidget):
    """Shows a :class:`ViewChoice`; each signal is a wish to change it."""

    cleared = Signal()
    sort_cleared = Signal()
    only_marked_wanted = Signal(bool)
    columns_wanted = Signal()
    heads_wanted = Signal(bool)
    find_wanted = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "filter_bar", "Filter")
        self.field = FilterField(self)
        self._count = named(QLabel(self), "shown_rows", "Rows that are shown")
        theme.mark(self._count, role="muted")
        self._count.setMinimumHeight(_LINE)
        self._clear = self._chip("clear_filter", "Show all", "Clear the filter and show all rows", "close")
        self._sorted = self._chip("clear_sort", "", "Show the rows in the order of the table", "sort")
        self._marked = self._chip(
            "only_marked", "Only marked", "Show only the rows that were marked in a plot", "target"
        )
        self._marked.setCheckable(True)
        self._hidden = self._chip("show_hidden", "", "Show the hidden columns again", "eye")
        self._heads = self._tool(
            "toggle_heads", "chart", "What is in the columns", "Show what is in each column (Ctrl+H)"
        )
        self._heads.setCheckable(True)
        self._find = self._tool("open_find", "search", "Find a text", "Find a text in the rows (Ctrl+F)")
        self._problem = named(QLabel(self, wordWrap=True), "filter_problem", "What is wrong with the filter")
        theme.mark(self._problem, role="error")
        self._problem.hide()
        self._work = self._make_work()
        self._build()
        self._connect()

    @property
    def shows_heads(self) -> bool:
        """Whether what is in the columns is wanted."""
        return self._heads.isChecked()

    def toggle_heads(self) -> None:
        """Show or hide what is in the columns."""
        self._heads.toggle()

    def show_choice(self, choice: ViewChoice, shown: int | None, rows: int, marked: int) -> None:
        """Show what was chosen: ``shown`` of ``rows``, None while it is not known; ``marked`` rows are marked."""
        if self.field.text().strip() != choice.condition:
            self.field.blockSignals(True)
            self.field.setText(choice.condition)
            self.field.blockSignals(False)
            self.field.check()
        words = f"{shown:,} of {rows:,} rows" if shown is not None else "…"
        self._count.setText(words if choice.is_filtered else f"{rows:,} rows")
        self._clear.setVisible(choice.is_filtered)
        keys = [f"{key.column[:24]} {'↓' if key.descending else '↑'}" for key in choice.sort]
        self._sorted.setText(", ".join(keys[:2]) + (f" and {len(keys) - 2} more" if len(keys) > 2 else ""))
        self._sorted.setVisible(bool(keys))
        self._sorted.setAccessibleName(f"Sorted by {', '.join(keys)}; press to show the order of the table")
        self._marked.setText(f"Only {marked:,} marked")
        self._marked.setVisible(bool(marked) or choice.only_marked)
        self._marked.setChecked(choice.only_marked)
        self._hidden.setText(f"{len(choice.hidden):,} hidden")
        self._hidden.setVisible(bool(choice.hidden))
        self._show_state()

    def show_work(self, stage: str, share: float | None) -> None:
        """Show what goes on, and how far it is; nothing when ``stage`` is empty."""
        self._work.setVisible(bool(stage))
        self._show_state()
        self._stage.setText(f"{stage}…")
        self._bar.setRange(0, _STEPS if share else 0)
        if share:
            self._bar.setValue(int(_STEPS * share))

    def _show_state(self) -> None:
        """Take a line of its own only when there is something to say."""
        parts = (self._clear, self._sorted, self._marked, self._hidden, self._work)
        self._state.setVisible(any(not part.isHidden() for part in parts))

    def show_problem(self, words: str) -> None:
        """Show what is wrong with the filter; nothing when ``words`` are empty."""
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    def _build(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.GAP)
        line.addWidget(self.field, 1)
        line.addWidget(self._find)
        line.addWidget(self._heads)
        self._state = named(QWidget(self), "view_state", "What is shown")
        below = FlowLayout(self._state, gap=theme.GAP)
        for widget in (self._count, self._clear, self._sorted, self._marked, self._hidden, self._work):
            below.addWidget(widget)
        self._state.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.TIGHT)
        layout.addLayout(line)
        layout.addWidget(self._problem)
        layout.addWidget(self._state)

    def _connect(self) -> None:
        self._clear.clicked.connect(self.cleared)
        self._sorted.clicked.connect(self.sort_cleared)
        self._marked.clicked.connect(self.only_marked_wanted)
        self._hidden.clicked.connect(self.columns_wanted)
        self._heads.toggled.connect(self.heads_wanted)
        self._find.clicked.connect(self.find_wanted)
        self.field.checked.connect(self.show_problem)

    def _make_work(self) -> QWidget:
        box = named(QWidget(self), "view_work", "What goes on")
        self._stage = named(QLabel(box), "view_stage")
        theme.mark(self._stage, role="muted")
        self._bar = named(QProgressBar(box), "view_progress", "Progress")
        self._bar.setFixedWidth(80)
        self._bar.setTextVisible(False)
        stop = pictured(
            named(QToolButton(box), "cancel_view", "Cancel", "Cancel, and show what was shown"), "close", "muted", 14
        )
        stop.clicked.connect(self.cancelled)
        layout = QHBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        box.setMinimumHeight(_LINE)
        for widget in (self._stage, self._bar, stop):
            layout.addWidget(widget)
        box.hide()
        return box

    def _chip(self, name: str, text: str, words: str, picture: str) -> QPushButton:
        chip = pictured(named(QPushButton(text, self), name, words, words), picture, "muted", 12)
        theme.mark(chip, role="chip")
        chip.hide()
        return chip

    def _tool(self, name: str, picture: str, words: str, tip: str) -> QToolButton:
        return pictured(named(QToolButton(self), name, words, tip), picture, "muted")
