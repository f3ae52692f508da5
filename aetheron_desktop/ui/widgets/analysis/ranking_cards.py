"""How well the score ranks the rows of a class above the others: ROC, precision and recall, gain, lift, KS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.evaluation import words
from aetheron_desktop.engine.evaluation.curves import ranking
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard
from aetheron_desktop.ui.widgets.analysis.score_axis import ScoreAxisCard
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.lines import Line, LinesChart, NormalLinesChart, Spot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
    from aetheron_desktop.engine.evaluation.curves.ranking import Curve, Farthest
    from aetheron_desktop.engine.evaluation.evidence import Evidence, Rates
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_SQUARE: Final = Bounds(-0.02, 1.02, -0.02, 1.04)


class CurveCard(FigureCard):
    """Base of curves each point of which stands for a threshold: it can be carried along the curve."""

    titles = ("", "")
    at_name = "Threshold"
    chart_kind: type[LinesChart] = LinesChart

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = self.chart_kind()
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.handle_moved.connect(self._on_handle)
        self.chart_.point_chosen.connect(self._on_handle)
        self.chart_.can_mark = True

    def curve(self, cutoffs: Cutoffs) -> Curve | Undefined:
        """Give the curve; called in another thread."""
        raise NotImplementedError

    def place(self, rates: Rates) -> tuple[float, float]:
        """Give where a threshold that does ``rates`` lies."""
        raise NotImplementedError

    def guess(self, curve: Curve) -> Line | None:
        """Give the line of whoever guesses."""
        raise NotImplementedError

    def home(self, curve: Curve) -> Bounds | None:
        """Give what is to be seen; all of the curve where that is None."""
        del curve
        return _SQUARE

    def make(self, evidence: Evidence, focus: int) -> Any:
        return evidence.once((self.title, focus), lambda: self.curve(evidence.cutoffs(focus)))

    def show_figure(self, figure: Curve) -> None:
        line = drawn("", figure)
        guess = self.guess(figure)
        self.chart_.show_lines(
            [line, *([guess] if guess is not None else [])], self.titles, home=self.home(figure), at_name=self.at_name
        )

    def show_threshold(self, evidence: Evidence, threshold: float) -> None:
        self.chart_.show_handle(*self.place(evidence.rates(self.analysis.focus, threshold)))

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Curve) -> list[tuple[float, float]]:
        return evidence.on_curve(figure, focus, places)

    def show_marked(self, marked: list[tuple[float, float]] | None) -> None:
        self.chart_.show_marked(marked or ())

    def _on_handle(self, x: float, y: float) -> None:
        if self.is_drawn:
            self.analysis.move_to(float(self.figure.threshold[self.figure.nearest(x, y)]))


class RocCard(CurveCard):
    """Hits over false alarms."""

    title = "ROC curve"
    titles = ("False alarms among the others", "Found of the class")

    def curve(self, cutoffs: Cutoffs) -> Curve | Undefined:
        return ranking.roc(cutoffs)

    def words(self, evidence: Evidence, figure: Curve) -> str:
        name, _ = class_names(self.analysis)
        area = self.analysis.measured.get("roc_auc") if evidence.predictions.task == "binary" else None
        return words.roc_words(figure, evidence.cutoffs(self.analysis.focus), area, name)

    def place(self, rates: Rates) -> tuple[float, float]:
        return rates.false_alarms, rates.found

    def guess(self, curve: Curve) -> Line:
        return DIAGONAL


class PrecisionRecallCard(CurveCard):
    """Precision over recall."""

    title = "Precision and recall"
    titles = ("Recall: found of the class", "Precision: right of those predicted")

    def curve(self, cutoffs: Cutoffs) -> Curve | Undefined:
        return ranking.precision_recall(cutoffs)

    def words(self, evidence: Evidence, figure: Curve) -> str:
        name, _ = class_names(self.analysis)
        return words.precision_recall_words(figure, evidence.cutoffs(self.analysis.focus), name)

    def place(self, rates: Rates) -> tuple[float, float]:
        return rates.found, rates.precision

    def guess(self, curve: Curve) -> Line:
        return level(curve.level)


class GainCard(CurveCard):
    """What is found over how many rows are taken."""

    title = "Cumulative gain"
    titles = ("Share of all rows taken, highest scores first", "Found of the class")

    def curve(self, cutoffs: Cutoffs) -> Curve | Undefined:
        return ranking.gain(cutoffs)

    def words(self, evidence: Evidence, figure: Curve) -> str:
        name, _ = class_names(self.analysis)
        return words.gain_words(figure, evidence.cutoffs(self.analysis.focus), name)

    def place(self, rates: Rates) -> tuple[float, float]:
        return rates.taken, rates.found

    def guess(self, curve: Curve) -> Line:
        return DIAGONAL


class LiftCard(CurveCard):
    """How many times better than taking rows at random."""

    title = "Lift"
    titles = ("Share of all rows taken, highest scores first", "Times as many of the class as at random")

    def curve(self, cutoffs: Cutoffs) -> Curve | Undefined:
        return ranking.lift(cutoffs)

    def words(self, evidence: Evidence, figure: Curve) -> str:
        name, _ = class_names(self.analysis)
        return evidence.lift_words(figure, name)

    def place(self, rates: Rates) -> tuple[float, float]:
        return rates.taken, rates.lift

    def guess(self, curve: Curve) -> Line:
        return level(curve.level)

    def home(self, curve: Curve) -> Bounds:
        return Bounds(-0.02, 1.02, 0.0, float(curve.y.max()) * 1.08)


class SeparationCard(ScoreAxisCard):
    """Kolmogorov's and Smirnov's distance: how far the scores of the class and of the others lie apart."""

    title = "Separation (KS)"

    def make(self, evidence: Evidence, focus: int) -> Any:
        def made() -> tuple[tuple[Curve, Curve], Farthest] | Undefined:
            cutoffs = evidence.cutoffs(focus)
            curves, apart = ranking.below(cutoffs), ranking.farthest(cutoffs)
            if isinstance(curves, Undefined) or isinstance(apart, Undefined):
                return curves if isinstance(curves, Undefined) else Undefined("The classes cannot be told apart.")
            return curves, apart

        return evidence.once((self.title, focus), made)

    def show_figure(self, figure: tuple[tuple[Curve, Curve], Farthest]) -> None:
        assert self.analysis.evidence is not None
        (of_class, of_others), apart = figure
        names = class_names(self.analysis)
        at = apart.threshold
        ends = (1.0 - apart.positive_share, 1.0 - apart.negative_share)
        between = Line("", (at, at), ends, "success", is_quiet=True)
        lines = [drawn(names[0], of_class), drawn(names[1], of_others, 1), between]
        self.chart_.show_lines(lines, ("Probability", "Rows with a lower one"), home=_SQUARE)
        self.chart_.show_spots([Spot(at, end, f"Farthest apart: {apart.distance:.3f}") for end in ends])

    def words(self, evidence: Evidence, figure: tuple[tuple[Curve, Curve], Farthest]) -> str:
        name, _ = class_names(self.analysis)
        return words.farthest_words(figure[1], evidence.cutoffs(self.analysis.focus), name)

    def marked_curves(self, figure: tuple[tuple[Curve, Curve], Farthest]) -> Sequence[tuple[Curve, bool | None]]:
        (of_class, of_others), _ = figure
        return (of_class, True), (of_others, False)


class DetectionErrorCard(CurveCard):
    """Misses over false alarms, both by quantiles of the normal distribution: DET (Martin et al. 1997)."""

    title = "Detection errors (DET)"
    titles = ("False alarms among the others", "Missed of the class")

    chart_kind = NormalLinesChart

    def curve(self, cutoffs: Cutoffs) -> Curve | Undefined:
        found = ranking.detection_errors(cutoffs)
        return found if isinstance(found, Undefined) else ranking.on_normal_axes(found)

    def words(self, evidence: Evidence, figure: Curve) -> str:
        name, _ = class_names(self.analysis)
        return words.detection_words(figure, evidence.cutoffs(self.analysis.focus), name)

    def place(self, rates: Rates) -> tuple[float, float]:
        return ranking.normal_place(rates.false_alarms), ranking.normal_place(1.0 - rates.found)

    def guess(self, curve: Curve) -> Line | None:
        return None

    def home(self, curve: Curve) -> Bounds | None:
        return None


DIAGONAL: Final = Line("", (0.0, 1.0), (0.0, 1.0), "plot.axis", is_dashed=True, is_quiet=True)


def class_names(analysis: Analysis) -> tuple[str, str]:
    """Give what the class that is looked at and the others are called."""
    assert analysis.evidence is not None
    found, focus = analysis.evidence.predictions, analysis.focus
    if found.task == "binary":
        return found.classes[focus], found.classes[1 - focus]
    return found.classes[focus], f"not {found.classes[focus]}"


def level(at: float) -> Line:
    """Give the level line of whoever guesses."""
    return Line("", (0.0, 1.0), (at, at), "plot.axis", is_dashed=True, is_quiet=True)


def drawn(name: str, curve: Curve, color: int | str = 0) -> Line:
    """Give a curve as it is drawn."""
    low = curve.low.tolist() if curve.low is not None else ()
    high = curve.high.tolist() if curve.high is not None else ()
    return Line(name, curve.x.tolist(), curve.y.tolist(), color, low, high, curve.threshold.tolist())
