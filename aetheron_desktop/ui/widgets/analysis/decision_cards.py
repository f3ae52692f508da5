"""What is decided: who is taken for whom, and what another threshold would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from aetheron_desktop.engine.evaluation import words
from aetheron_desktop.engine.evaluation.curves.confusion import Confusion
from aetheron_desktop.engine.evaluation.selection import Against, Cell
from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard
from aetheron_desktop.ui.widgets.charts.confusion import ConfusionChart
from aetheron_desktop.ui.widgets.data_views.chips import Chips

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_BY: Final = (
    ("row", "Row %", "Shares of the rows of each class: what became of them"),
    ("column", "Column %", "Shares of what was predicted: how far it can be trusted"),
    ("count", "Count", "The number of rows"),
)


_OF: Final[dict[str, Literal["row", "column"]]] = {"row": "row", "column": "column"}


class ConfusionCard(FigureCard):
    """Counts of what was against what was predicted; a click on a cell means its rows."""

    title = "Confusion"
    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = ConfusionChart()
        self._marked: Confusion | None = None
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.can_mark = True
        self.chart_.point_chosen.connect(self._on_cell)
        self._by = Chips(f"{name}_by", _BY, self)
        self._by.add_to(self.tools)
        self._by.buttonClicked.connect(self._draw)

    def make(self, evidence: Evidence, focus: int) -> Confusion:
        return evidence.confusion(self.analysis.threshold)

    def show_figure(self, figure: Confusion) -> None:
        self._draw()

    def words(self, evidence: Evidence, figure: Confusion) -> str:
        return words.confusion_words(figure)

    def show_threshold(self, evidence: Evidence, threshold: float) -> None:
        if evidence.predictions.task == "binary":  # of several classes the most probable one is predicted
            self.figure = evidence.confusion(threshold)
            self._draw()

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Confusion) -> Confusion:
        return evidence.confusion(self.analysis.threshold, places)

    def show_marked(self, marked: Confusion | None) -> None:
        selection = self.analysis.selection
        rule = selection.rule if selection is not None else None
        cell = None
        if isinstance(rule, Cell) and rule.actual is not None and rule.predicted is not None:
            cell = rule.actual, rule.predicted
        self.chart_.show_chosen(cell, marked.cells if marked is not None else ())

    def _draw(self) -> None:
        figure, by = self.figure, self._by.key
        if isinstance(figure, Confusion):
            shares = figure.shares(_OF.get(by, "row"))
            self.chart_.show_cells(figure.classes, figure.cells, shares, has_shares=by in _OF)

    def _on_cell(self, x: float, y: float) -> None:
        found = self.chart_.choice_at(x, y)
        if found is not None:
            self.analysis.select(Cell(*found))


class AgainstRestCard(ConfusionCard):
    """One of several classes, told from the rest at the threshold."""

    title = "Against the rest"
    by_focus = True

    def make(self, evidence: Evidence, focus: int) -> Confusion:
        return evidence.against_rest(focus, self.analysis.threshold)

    def show_threshold(self, evidence: Evidence, threshold: float) -> None:
        self.figure = evidence.against_rest(self.analysis.focus, threshold)
        self._draw()

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Confusion) -> Confusion:
        return evidence.against_rest(focus, self.analysis.threshold, places)

    def show_marked(self, marked: Confusion | None) -> None:
        selection = self.analysis.selection
        rule = selection.rule if selection is not None else None
        cell = None
        if isinstance(rule, Against) and rule.label == self.analysis.focus:
            cell = int(rule.is_of_label), int(rule.is_told)
        self.chart_.show_chosen(cell, marked.cells if marked is not None else ())

    def _on_cell(self, x: float, y: float) -> None:
        found = self.chart_.choice_at(x, y)
        if found is not None:
            self.analysis.select(Against(self.analysis.focus, bool(found[0]), bool(found[1])))
