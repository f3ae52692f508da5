"""What a model leans on: importance with its intervals, and what each column adds to single predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from aetheron_desktop.engine.explaining.results import Importance, ShapRows, ShapSummary
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.explanations.rows_of_bars import Bar, BarsChart
from aetheron_desktop.ui.widgets.explanations.swarm import Dot, SwarmChart

if TYPE_CHECKING:
    from aetheron_desktop.engine.explaining.results import Explanation

_MOST: Final = 15


class ColumnsPart(QWidget):
    """Two plots that grow; ``column_chosen`` and ``row_chosen`` tell what was clicked."""

    column_chosen = Signal(str)
    row_chosen = Signal(int)
    failed = Signal(object)  # AetheronError

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = BarsChart(self)
        self.swarm = SwarmChart(self)
        self.bars_card = ChartCard("importance_card", self)
        self.swarm_card = ChartCard("shap_card", self)
        self._dots: dict[str, list[Dot]] = {}
        self._parts: list[ShapRows] = []
        self._taken = 0
        """So many of the parts are among the points."""
        self._summary: ShapSummary | None = None
        self._class = ""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.WIDE)
        for card, chart in ((self.bars_card, self.bars), (self.swarm_card, self.swarm)):
            chart.is_scrolled = True
            card.failed.connect(self.failed)
            layout.addWidget(card, 1)
        self.bars.point_chosen.connect(self._on_bar)
        self.swarm.point_chosen.connect(self._on_dot)
        self.clear()

    def clear(self) -> None:
        """Show nothing."""
        self._dots.clear()
        self._parts.clear()
        self._taken, self._summary = 0, None
        self.bars.show_bars((), "")
        self.swarm.show_columns((), "")
        self.bars_card.show_chart(self.bars, "Permutation importance", "", "importance")
        self.swarm_card.show_chart(self.swarm, "What each column adds", "", "shap values")
        self.bars_card.say("")
        self.swarm_card.say("")

    def show_answer(self, told: Explanation) -> None:
        """Show what was told, more than before or anew."""
        match told:
            case Importance():
                self._show_importance(told)
            case ShapRows():
                self._parts.append(told)
            case ShapSummary():
                self._show_summary(told)
            case _:
                return

    def show_class(self, name: str) -> None:
        """Let the points be of what is added to the class ``name``, where there are several."""
        if name == self._class:
            return
        self._class = name
        if self._summary is not None and len(self._summary.outputs) > 1:
            self._dots.clear()
            self._taken = 0
            self._show_summary(self._summary)

    def _show_importance(self, told: Importance) -> None:
        groups = [one for one in told.groups if one.value > 0.0]
        every = sorted((*told.weights[:_MOST], *groups), key=lambda one: -one.value)
        bars = [
            Bar(" + ".join(one.columns), one.value, one.low, one.high, is_group=len(one.columns) > 1) for one in every
        ]
        self.bars.show_bars(bars, f"{told.metric_label} lost", "columns that go together")
        on = f"{told.rows:,} of {told.of_rows:,}" if told.rows < told.of_rows else f"{told.rows:,}"
        more = f", the first {_MOST} of {len(told.weights):,}" if len(told.weights) > _MOST else ""
        caption = f"what {told.metric_label} loses without a column, on {on} test rows{more}"
        self.bars_card.show_chart(self.bars, "Permutation importance", caption, "importance")
        self.bars_card.say(" ".join(told.sentences))

    def _show_summary(self, told: ShapSummary) -> None:
        self._summary = told
        place = told.outputs.index(self._class) if self._class in told.outputs else len(told.outputs) - 1
        self._take(told, place)
        strongest = [one.column for one in told.columns[:_MOST]]
        self.swarm.show_columns([(name, self._dots.get(name, [])) for name in strongest], told.unit)
        rows = f"{told.done:,} of {told.total:,} rows" if not told.is_whole else f"{told.total:,} test rows"
        of = f" for {told.outputs[place]}" if len(told.outputs) > 1 else ""
        self.swarm_card.show_chart(self.swarm, "What each column adds", f"{told.unit}{of}, {rows}", "shap values")
        self.swarm_card.say(" ".join(told.sentences))

    def _take(self, told: ShapSummary, shown: int) -> None:
        """Put the rows that came since the last summary, which names their columns, among the points."""
        for part in self._parts[self._taken :]:
            for row, cells, places, added in zip(part.rows, part.cells, part.places, part.added, strict=True):
                for name, cell, place, outputs in zip(told.names, cells, places, added, strict=True):
                    self._dots.setdefault(name, []).append(Dot(row, outputs[shown], cell, place))
        self._taken = len(self._parts)

    def rows(self) -> list[int]:
        """Give the rows that are shown."""
        return [dot.row for dot in next(iter(self._dots.values()), [])]

    def _on_bar(self, x: float, y: float) -> None:
        del x
        bar = self.bars.bar_at(y)
        if bar is not None and not bar.is_group:
            self.column_chosen.emit(bar.name)

    def _on_dot(self, x: float, y: float) -> None:
        found = self.swarm.dot_at(x, y)
        if found is not None:
            self.row_chosen.emit(found[1].row)
