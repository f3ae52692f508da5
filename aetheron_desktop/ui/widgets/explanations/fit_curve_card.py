"""What more rows, or another value of a parameter, would do: the learning and the validation curve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from aetheron_desktop.engine.explaining.questions import FitCurveQuestion
from aetheron_desktop.engine.explaining.results import FitCurve
from aetheron_desktop.ui.widgets.charts.lines import Line, LinesChart, Spot
from aetheron_desktop.ui.widgets.charts.ticks import Tick
from aetheron_desktop.ui.widgets.explanations.asked_card import AskedCard
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.explaining.results import Explanation, FitPoint
    from aetheron_desktop.ui.session import Session
    from aetheron_desktop.ui.widgets.charts.ticks import Scale

_ROWS: Final = "Training rows"


class FitLinesChart(LinesChart):
    """Lines over rows, or over the values of a parameter: numbers, factors, or names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scale = "number"
        self.words: tuple[str, ...] = ()

    def scales(self) -> tuple[Scale | None, Scale | None]:
        across: Scale | None = None if self.scale == "names" else "log" if self.scale == "log" else "number"
        return across, "number"

    def names(self, upright: bool) -> list[Tick]:
        return [] if upright else [Tick(float(place), word) for place, word in enumerate(self.words)]

    def place(self, value: float) -> float:
        """Give where a value lies across."""
        return math.log10(value) if self.scale == "log" else value

    def told(self, at: float, *, upright: bool = False) -> float:
        return 10.0**at if self.scale == "log" and not upright else at


class FitCurveCard(AskedCard):
    """The metric on the training and on the validation rows, a fit a point."""

    title = "Learning curve"
    offer = (
        "The plan is fitted again a few times, with fewer rows or with other values of a parameter, and judged on the "
        "validation rows."
    )

    def __init__(self, name: str, session: Session, parent: QWidget) -> None:
        self.chart_ = FitLinesChart()
        super().__init__(name, "Fit", "Fit it a few times, in a worker", self.chart_, session, parent)
        self._over = named(QComboBox(self), f"{name}_over", "What is varied")
        self._over.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._over.setMinimumContentsLength(10)
        self._over.addItem(_ROWS, "")
        self._over.activated.connect(self._on_chosen)
        self.tools.insertWidget(0, self._over)

    def show_card(self, card: Card) -> None:
        """Offer the parameters of an estimator."""
        self._over.clear()
        self._over.addItem(_ROWS, "")
        for one in card.parameters:
            self._over.addItem(one.label, one.name)
            self._over.setItemData(self._over.count() - 1, one.help, Qt.ItemDataRole.ToolTipRole)

    def question(self) -> FitCurveQuestion:
        return FitCurveQuestion(model=self.model, version=self.version, parameter=str(self._over.currentData() or ""))

    def draw_nothing(self) -> None:
        self.chart_.show_lines((), ("", ""))
        self.chart_.show_spots(())
        self.chart_.show_handle(None)

    def hear(self, told: Explanation) -> None:
        if not isinstance(told, FitCurve) or told.parameter != self.question().parameter:
            return
        chart, points = self.chart_, told.points
        chart.scale, chart.words = told.scale, tuple(one.word for one in points)
        xs = [float(place) if told.scale == "names" else chart.place(one.at) for place, one in enumerate(points)]
        low, high = ([_number(getattr(one, end)) for one in points] for end in ("low", "high"))
        valid = Line("Validation rows", xs, [_number(one.valid) for one in points], "plot.valid", low, high)
        train = Line("Training rows", xs, [_number(one.train) for one in points], "plot.train")
        title = f"{told.metric_label} by {told.label.lower()}"
        done = f"{len(points)} of {told.total} fits" if len(points) < told.total else f"{told.total} fits"
        self.show_chart(chart, title, done, title)
        lines = [line._replace(has_dots=True) for line in (valid, train)]
        chart.show_lines(lines, (told.label, told.metric_label))
        chart.show_spots(_best(told, xs))
        now = next((x for x, one in zip(xs, points, strict=True) if one.at == told.now), None)
        chart.show_handle(now)
        self.say(" ".join(told.sentences))

    def _on_chosen(self) -> None:
        self.cancel()
        self.read()


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _best(told: FitCurve, xs: list[float]) -> list[Spot]:
    """Give the best of the values; of rows more are always wished for."""
    known: list[tuple[float, FitPoint]] = [
        (x, one) for x, one in zip(xs, told.points, strict=True) if one.valid is not None
    ]
    if not told.parameter or not known:
        return []
    sign = 1.0 if told.is_higher_better else -1.0
    x, best = max(known, key=lambda pair: sign * _number(pair[1].valid))
    return [Spot(x, _number(best.valid), f"Best on the validation rows: {best.word}")]
