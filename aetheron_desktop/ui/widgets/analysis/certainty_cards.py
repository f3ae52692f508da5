"""How sure the model is, and whether it is right to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.evaluation import words
from aetheron_desktop.engine.evaluation.curves.calibration import Calibration, calibration_of
from aetheron_desktop.engine.evaluation.curves.histograms import Histogram, score_histogram
from aetheron_desktop.engine.evaluation.selection import Rows, Scored
from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard
from aetheron_desktop.ui.widgets.analysis.ranking_cards import DIAGONAL, class_names
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.lines import Line, LinesChart, Step
from aetheron_desktop.ui.widgets.charts.mirrored import MirroredChart
from aetheron_desktop.ui.widgets.data_views.chips import Chips

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_BINNINGS: Final = (
    ("width", "Equal steps", "Bins of a tenth each"),
    ("quantile", "Equal rows", "Bins with a tenth of the rows each"),
)


class ScoresByClassCard(FigureCard):
    """The probabilities of the class: upwards of its rows, downwards of the others."""

    title = "Scores by class"

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = MirroredChart()
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.handle_moved.connect(lambda x, _: analysis.move_to(x))
        self.chart_.point_chosen.connect(self._on_bar)
        self.chart_.region_chosen.connect(self._on_region)

    def make(self, evidence: Evidence, focus: int) -> Any:
        found = evidence.predictions
        return evidence.once(
            ("scores", focus), lambda: score_histogram(found.truth == focus, found.predicted[:, focus])
        )

    def show_figure(self, figure: Histogram) -> None:
        of_class, of_others = class_names(self.analysis)
        counts, shares = figure.counts.tolist(), figure.shares.tolist()
        self.chart_.show_groups(
            figure.edges.tolist(), (of_class, of_others), (counts[1], counts[0]), (shares[1], shares[0]),
            f"Probability of {of_class}",
        )  # fmt: skip

    def words(self, evidence: Evidence, figure: Histogram) -> str:
        return words.score_words(figure, class_names(self.analysis)[0])

    def show_threshold(self, evidence: Evidence, threshold: float) -> None:
        self.chart_.show_handle(threshold)

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Histogram) -> Any:
        return evidence.bar_shares(figure, focus, places)

    def show_marked(self, marked: Any) -> None:
        self.chart_.show_marked(marked or ((), ()))

    def _on_bar(self, x: float, y: float) -> None:
        bar = self.chart_.bar_at(x)
        if self.is_drawn and bar is not None:
            edges = self.figure.edges
            self.analysis.select(Scored(self.analysis.focus, float(edges[bar]), float(edges[bar + 1]), y >= 0))

    def _on_region(self, region: Bounds) -> None:
        self.analysis.select(Scored(self.analysis.focus, region.left, region.right))


class CalibrationCard(FigureCard):
    """How often the class was there where it was given a probability."""

    title = "Calibration"

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = LinesChart()
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.can_mark = True
        self.chart_.point_chosen.connect(self._on_point)
        self._by = Chips(f"{name}_by", _BINNINGS, self)
        self._by.add_to(self.tools)
        self._by.buttonClicked.connect(self.ask)

    def wish(self) -> str:
        return self._by.key

    def make(self, evidence: Evidence, focus: int) -> Any:
        binning = "quantile" if self.wished == "quantile" else "width"
        return evidence.once(
            ("calibration", focus, binning),
            lambda: calibration_of(evidence.predictions, focus, binning=binning),  # type: ignore[arg-type]
        )

    def show_figure(self, figure: Calibration) -> None:
        of_class, _ = class_names(self.analysis)
        seen = Line(
            "", figure.said.tolist(), figure.seen.tolist(), 0, figure.low.tolist(), figure.high.tolist(), has_dots=True
        )
        bars = zip(figure.lower.tolist(), figure.upper.tolist(), figure.count.tolist(), strict=True)
        self.chart_.show_lines(
            [seen, DIAGONAL],
            (f"Probability of {of_class} that was given", f"Share that was {of_class}"),
            home=Bounds(-0.02, 1.02, -0.02, 1.04),
            bars=[Step(*bar) for bar in bars],
        )

    def words(self, evidence: Evidence, figure: Calibration) -> str:
        return words.calibration_words(figure)

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Calibration) -> Any:
        return evidence.bins_of(figure.bin, places, figure.said, figure.seen)

    def show_marked(self, marked: Any) -> None:
        self.chart_.show_marked(marked or ())

    def _on_point(self, x: float, y: float) -> None:
        if not isinstance(self.figure, Calibration):
            return
        place = _nearest(self.figure, x)
        low, high = float(self.figure.lower[place]), float(self.figure.upper[place])
        rows = tuple(self.figure.rows(place).tolist())
        self.analysis.select(Rows(rows, f"probability above {low:.3g} and up to {high:.3g}"))


def _nearest(figure: Calibration, x: float) -> int:
    return min(range(len(figure.said)), key=lambda place: abs(float(figure.said[place]) - x))
