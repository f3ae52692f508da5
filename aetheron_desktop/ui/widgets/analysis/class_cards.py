"""Several classes: which are taken for which, and how often the right one is among the likeliest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.evaluation.class_table import by_class
from aetheron_desktop.engine.evaluation.curves.confusion import Confusion, top_k
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.selection import Cell, Classes
from aetheron_desktop.engine.evaluation.telling import share
from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.intervals import Between, IntervalsChart
from aetheron_desktop.ui.widgets.charts.lines import Line, LinesChart
from aetheron_desktop.ui.widgets.charts.ranked import Bar, Part, RankedChart
from aetheron_desktop.ui.widgets.data_views.chips import Chips

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.evaluation.class_table import ClassMeasured
    from aetheron_desktop.engine.evaluation.curves.confusion import Confused
    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_PAIRS = 12
_ROWS = 12


_MEASURES: Final = (
    ("recall", "Recall", "Of the rows of the class, the share that is predicted as it"),
    ("precision", "Precision", "Of the rows predicted as the class, the share that is of it"),
    ("f1", "F1", "The harmonic mean of both"),
)


class EachClassCard(FigureCard):
    """One measure of each class; a click lets the curves be about that class."""

    title = "Each class"
    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = IntervalsChart()
        super().__init__(name, analysis, self.chart_, parent)
        self._by = Chips(f"{name}_by", _MEASURES, self)
        self._by.add_to(self.tools)
        self._by.buttonClicked.connect(self._draw)
        self.chart_.line_chosen.connect(analysis.look_at)
        analysis.focus_changed.connect(lambda: self.chart_.choose(analysis.focus))

    def make(self, evidence: Evidence, focus: int) -> Any:
        return evidence.once("classes", lambda: list(by_class(evidence.predictions, with_areas=False)))

    def show_figure(self, figure: list[ClassMeasured]) -> None:
        self._draw()
        self.chart_.choose(self.analysis.focus)

    def words(self, evidence: Evidence, figure: list[ClassMeasured]) -> str:
        known = [one for one in figure if one.recall.value is not None]
        if not known:
            return ""
        worst = min(known, key=lambda one: one.recall.value or 0.0)
        ends = ""
        if worst.recall.low is not None and worst.recall.high is not None:
            ends = f" ({share(worst.recall.low)} to {share(worst.recall.high)})"
        return (
            f"{worst.name} is found least often: {share(worst.recall.value or 0.0)}{ends} of its {worst.rows:,} rows."
        )

    def _draw(self) -> None:
        if not self.is_drawn:
            return
        key = self._by.key
        label = next(label for name, label, _ in _MEASURES if name == key)
        lines = []
        for one in self.figure:
            found = getattr(one, key)
            note = f"{one.rows:,} rows, {one.predicted:,} predicted"
            lines.append(Between(one.name, found.value, found.low, found.high, note))
        self.chart_.show_intervals(lines, label)


class MostConfusedCard(FigureCard):
    """The pairs of classes that are mistaken most often; a click means the rows."""

    title = "Most confused"
    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = RankedChart()
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.part_chosen.connect(lambda bar, _: self._choose(bar))

    def make(self, evidence: Evidence, focus: int) -> Any:
        pairs = evidence.confusion(0.5).most_confused(_PAIRS)
        return pairs or Undefined("No row was taken for another class.")

    def show_figure(self, figure: list[Confused]) -> None:
        assert self.analysis.evidence is not None
        names = self.analysis.evidence.predictions.classes
        bars = [
            Bar(
                f"{names[pair.actual]} → {names[pair.said]}",
                (Part(pair.count, 1),),
                f"{share(pair.share)} of {pair.rows:,} rows of {names[pair.actual]} "
                f"({share(pair.low)} to {share(pair.high)})",
            )
            for pair in figure
        ]
        self.chart_.show_bars(bars, "Rows")

    def words(self, evidence: Evidence, figure: list[Confused]) -> str:
        worst, names = figure[0], evidence.predictions.classes
        return (
            f"{names[worst.actual]} is taken for {names[worst.said]} most often: {worst.count:,} of its {worst.rows:,} "
            f"rows, {share(worst.share)} ({share(worst.low)} to {share(worst.high)})."
        )

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: list[Confused]) -> list[int]:
        cells = evidence.confusion(0.5, places).cells
        return [int(cells[pair.actual, pair.said]) for pair in figure]

    def show_marked(self, marked: list[int] | None) -> None:
        selection = self.analysis.selection
        rule = selection.rule if selection is not None else None
        chosen = [place for place, pair in enumerate(self.figure) if rule == Cell(pair.actual, pair.said)]
        self.chart_.show_marked(marked or (), (chosen[0], 0) if chosen else None)

    def _choose(self, bar: int) -> None:
        pair: Confused = self.figure[bar]
        self.analysis.select(Cell(pair.actual, pair.said))


class PredictionErrorCard(FigureCard):
    """For each class the rows that it has, by what was predicted of them; many classes are folded to the commonest."""

    title = "What became of each class"
    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = RankedChart()
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.part_chosen.connect(self._choose)
        self._parts: list[list[int]] = []

    def make(self, evidence: Evidence, focus: int) -> Any:
        return evidence.confusion(0.5).folded(_ROWS)

    def show_figure(self, figure: Confusion) -> None:
        self._parts = [[said for said, count in enumerate(row) if count] for row in figure.cells.tolist()]
        bars = [
            Bar(name, tuple(Part(int(figure.cells[place, said]), said) for said in self._parts[place]))
            for place, name in enumerate(figure.classes)
        ]
        self.chart_.show_bars(bars, "Rows, by predicted class", figure.classes)

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Confusion) -> list[int]:
        return evidence.rows_by_class(figure, places)

    def show_marked(self, marked: list[int] | None) -> None:
        self.chart_.show_marked(marked or ())

    def _choose(self, bar: int, part: int) -> None:
        figure: Confusion = self.figure
        said = self._parts[bar][part]
        actual, told = (tuple(int(one) for one in figure.members[place]) for place in (bar, said))
        words = f"actual {figure.classes[bar]}, predicted {figure.classes[said]}"
        self.analysis.select(Classes(actual, told, words))


class TopCard(FigureCard):
    """How often the right class is among the k likeliest."""

    title = "Among the likeliest"
    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = LinesChart()
        super().__init__(name, analysis, self.chart_, parent)

    def make(self, evidence: Evidence, focus: int) -> Any:
        return evidence.once("top", lambda: top_k(evidence.predictions))

    def show_figure(self, figure: Any) -> None:
        found, low, high = (each.tolist() for each in figure)
        steps = list(range(1, len(found) + 1))
        line = Line("", steps, found, 0, low, high, has_dots=True)
        floor = min(low) - 0.02
        self.chart_.show_lines(
            [line],
            ("So many of the likeliest classes", "Share of rows whose class is among them"),
            home=Bounds(0.5, len(found) + 0.5, floor, 1.02),
        )

    def words(self, evidence: Evidence, figure: Any) -> str:
        found = figure[0]
        told = f"The right class is the likeliest for {share(float(found[0]))} of the rows"
        return f"{told}, one of two for {share(float(found[1]))}." if len(found) > 1 else f"{told}."
