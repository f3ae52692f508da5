"""What a better score costs: runs by any two of their numbers, and the front of those that nothing betters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from aetheron_desktop.engine.comparing.columns import SCORE
from aetheron_desktop.engine.comparing.trading import traded
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.comparison.trade_chart import TradeChart
from aetheron_desktop.ui.widgets.naming import named, pictured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.comparing.table import RunTable


class TradeView(QWidget):
    """``run_chosen`` tells a run whose point was clicked; ``timing_wanted`` asks how fast the chosen ones predict."""

    run_chosen = Signal(str)
    timing_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "trade_view", "What a better score costs")
        self._table: RunTable | None = None
        self._places: Sequence[int] = ()
        self._boxes = [named(QComboBox(self), f"trade_{axis}", words) for axis, words in (
            ("y", "What is shown upwards"), ("x", "What is shown across"))]  # fmt: skip
        self.chart = TradeChart(self)
        self._words = named(QLabel(self), "trade_words")
        theme.mark(self._words, role="muted")
        help_ = "Measure how long the chosen runs, or all that are shown, take to predict one row and a thousand"
        self.timing = pictured(
            named(QPushButton("Time predictions", self), "time_predictions", "", help_), "clock", "muted"
        )
        theme.mark(self.timing, role="ghost")
        self.timing.clicked.connect(self.timing_wanted)
        card = ChartCard("trade_card", self)
        card.show_chart(self.chart, "Trade-off", "", "trade-off")
        line = QHBoxLayout()
        line.setSpacing(theme.GAP)
        for box, word in zip(self._boxes, ("", "by"), strict=True):
            if word:
                line.addWidget(QLabel(word, self))
            line.addWidget(box)
            box.activated.connect(self._draw)
        line.addWidget(self._words, 1)
        line.addWidget(self.timing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.GAP, theme.WIDE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addLayout(line)
        layout.addWidget(card, 1)
        self.chart.point_chosen.connect(self._on_point)

    def show_runs(self, table: RunTable, places: Sequence[int]) -> None:
        """Show the runs at these places of the table."""
        self._table, self._places = table, places
        columns = [column for column in table.columns() if column.is_number and column.kind != "date"]
        for box, usual in zip(self._boxes, (SCORE, "time"), strict=True):
            chosen = box.currentData() or usual
            box.clear()
            for column in columns:
                box.addItem(column.title, column.key)
            box.setCurrentIndex(max(0, box.findData(chosen)))
        self._draw()

    def show_timing(self, words: str) -> None:
        """Say that predictions are being timed, and of which run; nothing when none is."""
        self.timing.setEnabled(not words)
        self.timing.setText(words or "Time predictions")

    def _draw(self) -> None:
        table = self._table
        if table is None:
            return
        y, x = (box.currentData() for box in self._boxes)
        told = traded(table, self._places, x, y)
        names = {row.id: row.name for row in table.rows}
        self.chart.show_traded(told, names, (self._boxes[1].currentText(), self._boxes[0].currentText()))
        left = f"; {told.left_out:,} lack one of the numbers, or were tested on other rows" if told.left_out else ""
        self._words.setText(f"{len(told.runs):,} runs{left}")

    def _on_point(self, x: float, y: float) -> None:
        if (run := self.chart.run_at(x, y)) is not None:
            self.run_chosen.emit(run)
