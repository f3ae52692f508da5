"""Predicted numbers: against what was, by their errors, and by their limits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QComboBox

from aetheron_desktop.engine.datasets.profiles.profile import Histogram as Bars
from aetheron_desktop.engine.evaluation import number_words as words
from aetheron_desktop.engine.evaluation.curves import numbers
from aetheron_desktop.engine.evaluation.curves.histograms import Histogram, histogram
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.selection import Rows, Within
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.item_models.tips import shortened
from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard
from aetheron_desktop.ui.widgets.charts.bars import HistogramChart
from aetheron_desktop.ui.widgets.charts.lines import Line, LinesChart
from aetheron_desktop.ui.widgets.charts.points import Box, PointsChart, Square
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis
    from aetheron_desktop.ui.widgets.charts.frame import Bounds

_OWN = (("Predicted", "predicted"), ("Actual", "actual"))
_LONGEST = 28
_COUNTED = {"number", "integer"}


class PointsCard(FigureCard):
    """Base of plots with a point for each row, or squares where there are many."""

    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = PointsChart()
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.region_chosen.connect(self._on_region)
        self.chart_.point_chosen.connect(self._on_point)

    def sides(self, evidence: Evidence) -> tuple[Any, Any]:
        """Give what lies across and upwards, (n,) each; called in another thread."""
        raise NotImplementedError

    def titles(self) -> tuple[str, str]:
        """Say what lies across and upwards."""
        raise NotImplementedError

    def line(self, xs: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
        """Give the line of what is right, from one end to the other."""
        raise NotImplementedError

    def make(self, evidence: Evidence, focus: int) -> Any:
        x, y = self.sides(evidence)
        found = numbers.against(x, y)
        return found if isinstance(found, Undefined) else (found, x, y)

    def show_figure(self, figure: tuple[numbers.Scatter | numbers.Squares, Any, Any]) -> None:
        assert self.analysis.evidence is not None
        found, _, _ = figure
        rows = self.analysis.evidence.predictions.rows
        if isinstance(found, numbers.Scatter):
            xs, ys = found.x.tolist(), found.y.tolist()
            line = self.line((min(xs), max(xs)))
            self.chart_.show_points(xs, ys, rows[found.position].tolist(), self.titles(), line=line)
            return
        line = self.line((float(found.x_edges[0]), float(found.x_edges[-1])))
        self.chart_.show_squares(squares(found), self.titles(), line=line)

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Any) -> list[tuple[float, float]]:
        _, x, y = figure
        return evidence.points(x, y, places)

    def show_marked(self, marked: list[tuple[float, float]] | None) -> None:
        self.chart_.show_marked(marked or ())

    def _on_region(self, region: Bounds) -> None:
        evidence = self.analysis.evidence
        if not self.is_drawn or evidence is None:
            return
        _, x, y = self.figure
        across, up = self.titles()
        told = f"{across.lower()} {number(region.left)} to {number(region.right)}, "
        told += f"{up.lower()} {number(region.low)} to {number(region.high)}"
        self.analysis.select_by(partial(evidence.within, x, y, region), told)

    def _on_point(self, x: float, y: float) -> None:
        if not self.is_drawn:
            return
        square = self.chart_.square_at(x, y)
        if square is not None:
            self._on_region_of(square)
            return
        place = self.chart_.point_at(x, y, self.chart_.frame())
        if place is not None and self.analysis.evidence is not None:
            position = self.place_chosen(place)
            row = int(self.analysis.evidence.predictions.rows[position])
            self.analysis.select(Rows((position,), f"row {row + 1:,}"))

    def place_chosen(self, place: int) -> int:
        """Give the position of the row whose point is drawn at ``place``."""
        return int(self.figure[0].position[place])

    def _on_region_of(self, square: Square) -> None:
        from aetheron_desktop.ui.widgets.charts.frame import Bounds

        self._on_region(Bounds(square.left, square.right, square.low, square.high))


class PredictedCard(PointsCard):
    """What was predicted over what was."""

    title = "Predicted against actual"

    def sides(self, evidence: Evidence) -> tuple[Any, Any]:
        found = evidence.predictions
        return found.truth, found.predicted

    def make(self, evidence: Evidence, focus: int) -> Any:
        self.words(evidence, None)  # of all rows, so not in the window's thread
        return super().make(evidence, focus)

    def words(self, evidence: Evidence, figure: Any) -> str:
        return evidence.once("predicted words", partial(words.predicted_words, evidence.predictions))

    def titles(self) -> tuple[str, str]:
        return "Actual", "Predicted"

    def line(self, xs: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
        return xs, xs


class ResidualCard(PointsCard):
    """The errors over anything: the prediction, the truth, or a column, whose levels have a box each."""

    title = "Residuals"

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        super().__init__(name, analysis, parent)
        self._over = column_choice(self, name, analysis, takes_all=True)
        self._over.activated.connect(lambda _: self.ask())

    def wish(self) -> str:
        return str(self._over.currentData())

    def sides(self, evidence: Evidence) -> tuple[Any, Any]:
        return self.analysis.values(evidence, self.wished), numbers.errors(evidence.predictions)

    def make(self, evidence: Evidence, focus: int) -> Any:
        levels = self.analysis.levels(evidence, self.wished)
        if levels is not None:
            error = numbers.errors(evidence.predictions)
            return numbers.boxes(levels.code, levels.names, error), numbers.beside(levels.code), error
        made = super().make(evidence, focus)
        if not isinstance(made, Undefined):
            self._binned(evidence, self.wished, made)  # of all rows, so not in the window's thread
        return made

    def show_figure(self, figure: Any) -> None:
        found, x, y = figure
        if not isinstance(found, numbers.Boxes):
            self.chart_.show_scale("date" if self._is_date() else "number")
            super().show_figure(figure)
            return
        assert self.analysis.evidence is not None
        rows = self.analysis.evidence.predictions.rows
        points = (x.tolist(), y.tolist()) if len(x) <= numbers.SCATTERED else ((), ())
        sides = (each.tolist() for each in (found.lower, found.median, found.upper, found.value, found.count))
        boxes = [Box(name, *each) for name, *each in zip(found.names, *sides, strict=True)]
        self.chart_.show_boxes(boxes, points, rows.tolist() if points[0] else (), self.titles())

    def _is_date(self) -> bool:
        key = self.wished.removeprefix("column:")
        return any(one.name == key and one.type == "date" for one in self.analysis.columns())

    @staticmethod
    def _binned(evidence: Evidence, over: str, figure: Any) -> numbers.Bins | Undefined:
        _, x, y = figure
        return evidence.once(("residuals", over), partial(numbers.binned, x, y))

    def words(self, evidence: Evidence, figure: Any) -> str:
        name = self._over.currentText()
        if isinstance(figure[0], numbers.Boxes):
            return words.level_words(figure[0], name)
        own = {key for _, key in _OWN}
        return words.residual_words(
            self._binned(evidence, self.wished, figure), name.lower() if self.wished in own else name
        )

    def place_chosen(self, place: int) -> int:
        found, _, _ = self.figure
        return place if isinstance(found, numbers.Boxes) else super().place_chosen(place)

    def titles(self) -> tuple[str, str]:
        return self._over.currentText(), "Predicted less actual"

    def line(self, xs: tuple[float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
        return xs, (0.0, 0.0)


class ResidualHistogramCard(FigureCard):
    """How the errors are spread."""

    title = "Spread of the residuals"
    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = HistogramChart()
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.point_chosen.connect(self._on_bar)
        self.chart_.region_chosen.connect(lambda region: self._choose(region.left, region.right))

    def make(self, evidence: Evidence, focus: int) -> Any:
        found = evidence.once("residuals", lambda: histogram(numbers.errors(evidence.predictions)))
        self.words(evidence, found)  # of all rows, so not in the window's thread
        return found

    def show_figure(self, figure: Histogram) -> None:
        counts = tuple(figure.counts[0].tolist())
        self.chart_.show_histogram(Bars("all", tuple(figure.edges.tolist()), counts), "number", sum(counts))

    def words(self, evidence: Evidence, figure: Histogram | Undefined) -> str:
        return evidence.once("spread words", lambda: words.spread_words(figure, numbers.errors(evidence.predictions)))

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Histogram) -> tuple[int, ...]:
        return evidence.bar_counts(figure, places)

    def show_marked(self, marked: tuple[int, ...] | None) -> None:
        self.chart_.show_marked(marked or ())

    def _on_bar(self, x: float, y: float) -> None:
        del y
        bar = self.chart_.bar_at(x)
        if bar is not None:
            self._choose(*self.chart_.edges[bar : bar + 2])

    def _choose(self, low: float, high: float) -> None:
        self.analysis.select(Within((("residual", low, high),)))


class QuantileCard(FigureCard):
    """The errors against a normal distribution."""

    title = "Residuals against normal (Q–Q)"
    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = PointsChart()
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.can_mark_regions = False
        self.chart_.point_chosen.connect(self._on_point)

    def make(self, evidence: Evidence, focus: int) -> Any:
        return evidence.once("quantiles", lambda: numbers.quantiles(numbers.errors(evidence.predictions)))

    def show_figure(self, figure: numbers.Quantiles) -> None:
        assert self.analysis.evidence is not None
        xs = figure.x.tolist()
        rows = self.analysis.evidence.predictions.rows[figure.position].tolist()
        self.chart_.show_points(
            xs,
            figure.y.tolist(),
            rows,
            ("Residual of a normal distribution", "Residual"),
            line=(xs, xs),
            band=(figure.low.tolist(), figure.high.tolist()),
        )

    def words(self, evidence: Evidence, figure: numbers.Quantiles) -> str:
        return words.quantile_words(figure, len(evidence.predictions))

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: numbers.Quantiles) -> Any:
        return evidence.of_points(figure.position, places, figure.x, figure.y)

    def show_marked(self, marked: Any) -> None:
        self.chart_.show_marked(marked or ())

    def _on_point(self, x: float, y: float) -> None:
        place = self.chart_.point_at(x, y, self.chart_.frame())
        if place is not None and self.is_drawn and self.analysis.evidence is not None:
            position = int(self.figure.position[place])
            row = int(self.analysis.evidence.predictions.rows[position])
            self.analysis.select(Rows((position,), f"row {row + 1:,}"))


class BinsCard(FigureCard):
    """Base of what is measured in bins of equally many rows; a click means the rows of a bin."""

    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = LinesChart()
        super().__init__(name, analysis, self.chart_, parent)
        self.chart_.can_mark = True
        self.chart_.point_chosen.connect(self._on_point)

    def by(self) -> str:
        """Say by what the bins are made."""
        return "Predicted"

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: Any) -> Any:
        found = figure[0] if isinstance(figure, tuple) else figure
        return evidence.bins_of(found.bin, places, evidence.middles(found), found.value)

    def show_marked(self, marked: Any) -> None:
        self.chart_.show_marked(marked or ())

    def _on_point(self, x: float, y: float) -> None:
        del y
        if not self.is_drawn:
            return
        found: numbers.Bins = self.figure[0] if isinstance(self.figure, tuple) else self.figure
        ends = list(zip(found.lower.tolist(), found.upper.tolist(), strict=True))
        place = min(range(len(ends)), key=lambda place: max(ends[place][0] - x, x - ends[place][1], 0.0))
        told = f"{self.by().lower()} {number(ends[place][0])} to {number(ends[place][1])}"
        self.analysis.select(Rows(tuple(found.rows(place).tolist()), told))


class ErrorByBinCard(BinsCard):
    """The mean absolute error where something is small to where it is large."""

    title = "Error by size"

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        super().__init__(name, analysis, parent)
        self._over = column_choice(self, name, analysis)
        self._over.activated.connect(lambda _: self.ask())

    def by(self) -> str:
        return self._over.currentText()

    def wish(self) -> str:
        return str(self._over.currentData())

    def make(self, evidence: Evidence, focus: int) -> Any:
        values = self.analysis.values(evidence, self.wished)
        return numbers.error_by_bin(values, numbers.errors(evidence.predictions))

    def show_figure(self, figure: numbers.Bins) -> None:
        assert self.analysis.evidence is not None
        xs = self.analysis.evidence.middles(figure).tolist()
        low, high = figure.low.tolist(), figure.high.tolist()
        line = Line("", xs, figure.value.tolist(), 0, low, high, has_dots=True)
        self.chart_.show_lines([line], (self.by(), "Mean absolute error"))

    def words(self, evidence: Evidence, figure: numbers.Bins) -> str:
        return words.error_size_words(figure, self.by().lower())


class CoverageCard(BinsCard):
    """How many rows lie between the limits of their prediction, by its size."""

    title = "Coverage of the limits"

    def make(self, evidence: Evidence, focus: int) -> Any:
        return evidence.once("coverage", lambda: numbers.coverage_by_bin(evidence.predictions))

    def show_figure(self, figure: tuple[numbers.Bins, numbers.Bins]) -> None:
        evidence = self.analysis.evidence
        assert evidence is not None
        covered, _ = figure
        xs = evidence.middles(covered).tolist()
        line = Line(
            "Covered", xs, covered.value.tolist(), 0, covered.low.tolist(), covered.high.tolist(), has_dots=True
        )
        lines = [line]
        level = evidence.predictions.level
        if level is not None:
            lines.append(Line("Promised", (min(xs), max(xs)), (level, level), "success", is_dashed=True, is_quiet=True))
        self.chart_.show_lines(lines, ("Predicted", "Share of the rows between their limits"))

    def words(self, evidence: Evidence, figure: tuple[numbers.Bins, numbers.Bins]) -> str:
        level = evidence.predictions.level
        return words.coverage_words(figure, level) if level is not None else ""


def squares(found: numbers.Squares) -> list[Square]:
    """Give the squares that have rows."""
    across, up = found.counts.nonzero()
    x, y = found.x_edges.tolist(), found.y_edges.tolist()
    return [
        Square(x[column], x[column + 1], y[row], y[row + 1], int(found.counts[column, row]))
        for column, row in zip(across.tolist(), up.tolist(), strict=True)
    ]


def column_choice(card: FigureCard, name: str, analysis: Analysis, *, takes_all: bool = False) -> QComboBox:
    """Give a list of what can lie across: predicted, actual, and the columns of numbers, or all columns."""
    box = named(QComboBox(card), f"{name}_over", "What lies across")
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    for label, key in _OWN:
        box.addItem(label, key)

    def fill() -> None:
        """Offer the columns of the dataset that is analyzed now."""
        while box.count() > len(_OWN):
            box.removeItem(box.count() - 1)
        for column in analysis.columns():
            if column.type in _COUNTED or (takes_all and column.type == "date"):
                box.addItem(shortened(column.name, _LONGEST), f"column:{column.name}")
            elif takes_all:
                box.addItem(shortened(column.name, _LONGEST), f"levels:{column.name}")
        box.setCurrentIndex(0)

    analysis.opened.connect(fill)
    fill()
    card.tools.addWidget(box)
    return box
