"""A plot of the analysis: made in another thread, drawn here, and moved with threshold and selection."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.widgets.charts.card import ChartCard
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis
    from aetheron_desktop.ui.widgets.charts.chart import Chart

_HEIGHT = 250
_LOW = 90
"""A card that can only say why it has no plot needs less room."""


class FigureCard(ChartCard):
    """Base of plots. One says in :meth:`make` what is drawn, and draws it in :meth:`show_figure`."""

    title = ""
    by_focus = True
    """Whether it is another figure when another class is looked at."""

    def __init__(self, name: str, analysis: Analysis, chart: Chart, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.analysis = analysis
        self.figure: Any = None
        self.wished = ""
        """What :meth:`wish` gave when the figure was last asked for."""
        chart.is_scrolled = True
        chart.setMinimumHeight(_HEIGHT)
        self.plot = chart
        self.show_chart(chart, self.title, "", self.title)
        self._why = named(QLabel(self, wordWrap=True), f"{name}_why")
        self._why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._why.setMinimumHeight(_LOW)
        self._why.setMargin(theme.LOOSE)
        self._why.hide()
        theme.mark(self._why, role="muted")
        self._layout.insertWidget(2, self._why, 1)
        chart.cleared.connect(lambda: analysis.select(None))
        analysis.threshold_changed.connect(self._on_threshold)
        analysis.settled.connect(self._say)
        analysis.selected.connect(self._on_selected)
        analysis.focus_changed.connect(self._on_focus)

    # -- what a plot says of itself -----------------------------------------------------------------------------------

    def wish(self) -> str:
        """Give what is chosen beside the plot; :meth:`make` finds it in :attr:`wished`."""
        return ""

    def make(self, evidence: Evidence, focus: int) -> Any:
        """Give what is drawn, or :class:`Undefined`; called in another thread, in which no widget may be touched."""
        raise NotImplementedError

    def show_figure(self, figure: Any) -> None:
        """Draw what was made."""
        raise NotImplementedError

    def words(self, evidence: Evidence, figure: Any) -> str:
        """Say in plain words what the figure says; none by default."""
        del evidence, figure
        return ""

    def show_threshold(self, evidence: Evidence, threshold: float) -> None:
        """Draw where the threshold is; called for each step, so it must be quick."""

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Any) -> Any:
        """Give where the rows at ``places`` lie in the figure; called in another thread."""
        del evidence, focus, places, figure

    def show_marked(self, marked: Any) -> None:
        """Draw where the marked rows lie; None where there are none."""

    # -- the inside ---------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Have the figure made."""
        evidence, focus = self.analysis.evidence, self.analysis.focus
        if evidence is not None:
            self.wished = self.wish()
            self.analysis.compute(partial(self.make, evidence, focus), partial(self._on_made, focus))

    def _on_made(self, focus: int, figure: Any) -> None:
        if self.by_focus and focus != self.analysis.focus:
            return
        self.figure = figure
        is_there = not isinstance(figure, Undefined)
        self._why.setText("" if is_there else figure.because)
        self._why.setVisible(not is_there)
        self.plot.setVisible(is_there)
        if not is_there:
            self.say("")
            return
        self.show_figure(figure)
        self._say()
        self._on_threshold()
        self._on_selected()

    @property
    def is_drawn(self) -> bool:
        """Whether there is a figure."""
        return self.figure is not None and not isinstance(self.figure, Undefined)

    def _say(self) -> None:
        evidence = self.analysis.evidence
        if evidence is not None and self.is_drawn:
            self.say(self.words(evidence, self.figure))

    def _on_focus(self) -> None:
        if self.by_focus:
            self.ask()

    def _on_threshold(self) -> None:
        evidence = self.analysis.evidence
        if evidence is not None and self.is_drawn and evidence.predictions.classes:
            self.show_threshold(evidence, self.analysis.threshold)

    def _on_selected(self) -> None:
        selection, evidence = self.analysis.selection, self.analysis.evidence
        if not self.is_drawn or evidence is None:
            return
        if selection is None:
            self.show_marked(None)
            return
        find = partial(self.find_marked, evidence, self.analysis.focus, selection.places, self.figure)
        self.analysis.compute(find, partial(self._on_found, selection), first=True)

    def _on_found(self, selection: Any, marked: Any) -> None:
        if selection is self.analysis.selection and self.is_drawn:
            self.show_marked(marked)
