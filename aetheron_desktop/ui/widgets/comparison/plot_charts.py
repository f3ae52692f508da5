"""The chart that shows a plot of one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.evaluation.curves.calibration import Calibration
from aetheron_desktop.engine.evaluation.curves.confusion import Confusion
from aetheron_desktop.engine.evaluation.curves.numbers import Scatter
from aetheron_desktop.engine.evaluation.curves.ranking import Curve
from aetheron_desktop.ui.widgets.analysis.number_cards import squares
from aetheron_desktop.ui.widgets.analysis.ranking_cards import DIAGONAL, drawn, level
from aetheron_desktop.ui.widgets.charts.confusion import ConfusionChart
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.lines import Line, LinesChart, Step
from aetheron_desktop.ui.widgets.charts.points import PointsChart

if TYPE_CHECKING:
    from aetheron_desktop.engine.comparing.plots import Figure, Kind
    from aetheron_desktop.engine.evaluation.curves.numbers import Squares
    from aetheron_desktop.ui.widgets.charts.chart import Chart

_SQUARE: Final = Bounds(-0.02, 1.02, -0.02, 1.04)


def chart_of(figure: Figure, kind: Kind, of_class: str, series: int) -> Chart:
    """Give a chart of ``figure`` in the colour of a series; ``of_class`` is what curves are about."""
    if isinstance(figure, Curve):
        chart: Chart = _curve(figure, kind, of_class, series)
    elif isinstance(figure, Calibration):
        chart = _calibration(figure, of_class, series)
    elif isinstance(figure, Confusion):
        chart = _confusion(figure)
    else:
        chart = _points(figure)
    # There is no selection of rows here that a click could change.
    chart.can_mark = chart.can_mark_regions = False
    chart.is_scrolled = True
    return chart


def _curve(figure: Curve, kind: Kind, of_class: str, series: int) -> LinesChart:
    chart = LinesChart()
    if kind == "roc":
        guess, titles = DIAGONAL, ("False alarms among the others", f"Found of {of_class}")
    else:
        guess, titles = level(figure.level), (f"Recall: found of {of_class}", "Precision")
    chart.show_lines([drawn("", figure, series), guess], titles, home=_SQUARE, at_name="Threshold")
    return chart


def _calibration(figure: Calibration, of_class: str, series: int) -> LinesChart:
    chart = LinesChart()
    said, seen, low, high = (side.tolist() for side in (figure.said, figure.seen, figure.low, figure.high))
    bars = zip(figure.lower.tolist(), figure.upper.tolist(), figure.count.tolist(), strict=True)
    chart.show_lines(
        [Line("", said, seen, series, low, high, has_dots=True), DIAGONAL],
        (f"Probability of {of_class} that was given", f"Share that was {of_class}"),
        home=_SQUARE,
        bars=[Step(*bar) for bar in bars],
    )
    return chart


def _confusion(figure: Confusion) -> ConfusionChart:
    chart = ConfusionChart()
    chart.show_cells(figure.classes, figure.cells, figure.shares("row"), has_shares=True)
    return chart


def _points(figure: Scatter | Squares) -> PointsChart:
    chart, titles = PointsChart(), ("Actual", "Predicted")
    if isinstance(figure, Scatter):
        xs = figure.x.tolist()
        ends = (min(xs), max(xs))
        chart.show_points(xs, figure.y.tolist(), figure.position.tolist(), titles, line=(ends, ends))
    else:
        ends = (float(figure.x_edges[0]), float(figure.x_edges[-1]))
        chart.show_squares(squares(figure), titles, line=(ends, ends))
    return chart
