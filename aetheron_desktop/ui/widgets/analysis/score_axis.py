"""Plots over the probability of a class: where they are clicked the threshold goes, and a part of them means rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aetheron_desktop.engine.evaluation.selection import Scored
from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard
from aetheron_desktop.ui.widgets.charts.lines import LinesChart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.evaluation.curves.ranking import Curve
    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis
    from aetheron_desktop.ui.widgets.charts.frame import Bounds


class ScoreAxisCard(FigureCard):
    """Base of lines over the probability; the threshold is an upright line that can be carried."""

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = LinesChart()
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.can_mark = self.chart_.can_mark_regions = self.chart_.marks_across = True
        self.chart_.handle_moved.connect(lambda x, _: analysis.move_to(x))
        self.chart_.point_chosen.connect(lambda x, _: analysis.move_to(x))
        self.chart_.region_chosen.connect(self._on_region)

    def marked_curves(self, figure: Any) -> Sequence[tuple[Curve, bool | None]]:
        """Give the curves that marked rows lie on: all of them (None), those of the class, or those of others."""
        raise NotImplementedError

    def show_threshold(self, evidence: Evidence, threshold: float) -> None:
        self.chart_.show_handle(threshold)

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Any) -> list[tuple[float, float]]:
        curves = self.marked_curves(figure)
        return [at for curve, is_of in curves for at in evidence.over_scores(curve, focus, places, is_of=is_of)]

    def show_marked(self, marked: list[tuple[float, float]] | None) -> None:
        self.chart_.show_marked(marked or ())

    def _on_region(self, region: Bounds) -> None:
        self.analysis.select(Scored(self.analysis.focus, region.left, region.right))
