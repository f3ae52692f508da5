"""One plot of each chosen run beside those of the others; all look at the same part of the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from aetheron_desktop.engine.comparing.plots import PlotSet
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.errand import Errand
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.charts.frame import around
from aetheron_desktop.ui.widgets.comparison.plot_charts import chart_of
from aetheron_desktop.ui.widgets.data_views.chips import Chips
from aetheron_desktop.ui.widgets.empty import Empty
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from PySide6.QtGui import QResizeEvent

    from aetheron_desktop.engine.comparing.plots import Kind, RunPlot
    from aetheron_desktop.ui.widgets.charts.chart import Chart
    from aetheron_desktop.ui.widgets.charts.frame import Bounds

KINDS: Final[tuple[tuple[Kind, str, str], ...]] = (
    ("roc", "ROC", "What is found over what is a false alarm"),
    ("precision_recall", "Precision and recall", "How many of those predicted are right, over how many are found"),
    ("calibration", "Calibration", "How often it was so where a probability was given"),
    ("confusion", "Confusion", "What was predicted of the rows of each class"),
    ("predicted", "Predicted against actual", "What was predicted over what was"),
)
_GONE: Final = "The test predictions of these runs are not here any more. Train them again to see plots."
_NARROW: Final = 340
_LOW: Final = 230
_LONGEST: Final = 32
"""So much of a name leaves room for what is read off the plot."""


class PlotsView(QWidget):
    """A card for each run; ``failed`` tells that a file could not be written."""

    failed = Signal(object)  # AetheronError

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "plots_view", "Plots of the chosen runs")
        self._set: PlotSet | None = None
        self._names: Mapping[str, str] = {}
        self._series: Mapping[str, int] = {}
        self._asked: object = None
        self._cards: list[QFrame] = []
        self._words = named(QLabel(self, wordWrap=True), "plots_words")
        theme.mark(self._words, role="caption")
        self._kinds = Chips("plots_kind", KINDS, self)
        self._kinds.buttonClicked.connect(self._ask)
        line = QHBoxLayout()
        line.setSpacing(theme.GAP)
        self._kinds.add_to(line)
        line.addWidget(self._words, 1)
        line.addStretch()  # where there are no words the choices stay at the left
        self._page = QWidget(self)
        self._grid = QGridLayout(self._page)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.GAP)
        area = named(QScrollArea(self), "plots_area", "Plots, one for each run")
        area.setWidget(self._page)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.WIDE, theme.GAP, theme.WIDE, theme.WIDE)
        layout.setSpacing(theme.GAP)
        layout.addLayout(line)
        layout.addWidget(area, 1)
        self.show_nothing("Choose two to eight runs with Ctrl and a click to see their plots beside each other.")

    @property
    def charts(self) -> list[Chart]:
        """The charts that are shown, in the order of the runs."""
        return [card.chart for card in self._cards if isinstance(card, ChartCard) and card.chart is not None]

    def show_nothing(self, words: str) -> None:
        """Say why there is nothing to see."""
        self._asked = self._set = None
        self._kinds.show_all(False)
        self._clear()
        self._say(words)

    def _say(self, words: str) -> None:
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def read(
        self,
        paths: Mapping[str, Path],
        names: Mapping[str, str],
        series: Mapping[str, int],
        only: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        """Show the plots of runs: their predictions lie at ``paths``, and they are drawn in the colours ``series``.

        With ``only`` of each run those of its test rows that have these numbers.
        """
        self.show_nothing("Reading the test predictions …")
        self._names, self._series = names, series
        self._send(lambda: PlotSet.read(paths, names, only), self._on_read)

    def _on_read(self, told: PlotSet) -> None:
        self._set = told
        self._kinds.offer(told.kinds, self._kinds.key)
        if told.kinds:
            self._ask()
        else:
            self.show_nothing(told.because or _GONE)

    def _ask(self) -> None:
        told, kind = self._set, self._kind
        if told is not None and kind is not None:
            self._send(lambda: told.plots(kind), lambda plots: self._show_plots(told, kind, plots))

    @property
    def _kind(self) -> Kind | None:
        return next((kind for kind, _, _ in KINDS if kind == self._kinds.key), None)

    def _send(self, work: Callable[[], Any], hear: Callable[[Any], None]) -> None:
        """Have something made beside the window; only what was asked for last is shown."""
        errand = Errand(work, self)
        self._asked = errand
        errand.done.connect(lambda made: hear(made) if self._asked is errand else None)
        errand.failed.connect(self.failed)
        errand.start()

    def _show_plots(self, told: PlotSet, kind: Kind, plots: Sequence[RunPlot]) -> None:
        self._clear()
        self._say(told.note)
        self._cards = [self._card(plot, kind, told.of_class, place) for place, plot in enumerate(plots)]
        charts = self.charts
        if charts:
            home = around([chart.view for chart in charts])
            for chart in charts:
                chart.set_home(home)
                chart.view_changed.connect(self._on_view)
        self._arrange()

    def _card(self, plot: RunPlot, kind: Kind, of_class: str, place: int) -> QFrame:
        name = self._names.get(plot.run, plot.run)
        if isinstance(plot.figure, Undefined):
            empty = Empty("chart", self._page)
            empty.setObjectName(f"run_plot_{place}")
            empty.show_words(name, plot.figure.because)
            return empty
        card = ChartCard(f"run_plot_{place}", self._page)
        title = next(words for key, words, _ in KINDS if key == kind)
        chart = chart_of(plot.figure, kind, of_class, self._series.get(plot.run, place))
        card.show_chart(chart, _short(name), plot.words, f"{title} {name}", tip=f"{name}: {plot.words}")
        card.failed.connect(self.failed)
        return card

    def _on_view(self, view: Bounds) -> None:
        for chart in self.charts:
            chart.look(view)

    def _clear(self) -> None:
        for card in self._cards:
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = []

    def _arrange(self) -> None:
        """Put as many beside each other as have room, as many in each line as in the others."""
        room = max(1, self.width() // _NARROW)
        lines = -(-len(self._cards) // room) or 1
        across = -(-len(self._cards) // lines) or 1
        for place, card in enumerate(self._cards):
            card.setMinimumHeight(_LOW)
            self._grid.addWidget(card, place // across, place % across)
            card.show()
        for column in range(max(across, self._grid.columnCount())):
            self._grid.setColumnStretch(column, int(column < across))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


def _short(name: str) -> str:
    half = _LONGEST // 2
    return name if len(name) <= _LONGEST else f"{name[:half].rstrip()}…{name[-half:].lstrip()}"
