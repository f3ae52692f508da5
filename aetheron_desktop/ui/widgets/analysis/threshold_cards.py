"""What another threshold would do: metrics, and costs or profit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QLocale, Qt, QTimer
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QLabel, QPushButton, QWidget

from aetheron_desktop.engine.evaluation import words
from aetheron_desktop.engine.evaluation.curves.costs import CostCurve, Prices, costs
from aetheron_desktop.engine.evaluation.curves.decisions import AT_THRESHOLD
from aetheron_desktop.engine.evaluation.curves.thresholds import ThresholdCurve, against_threshold
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.definitions import definition
from aetheron_desktop.ui import theme
from aetheron_desktop.ui.item_models.tips import shortened
from aetheron_desktop.ui.widgets.analysis.ranking_cards import class_names, drawn
from aetheron_desktop.ui.widgets.analysis.score_axis import ScoreAxisCard
from aetheron_desktop.ui.widgets.charts.frame import Bounds
from aetheron_desktop.ui.widgets.charts.lines import Line, Spot
from aetheron_desktop.ui.widgets.data_views.chips import Chips
from aetheron_desktop.ui.widgets.naming import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.engine.evaluation.curves.ranking import Curve
    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_TOGETHER: Final = ("precision", "recall", "f1")
_WAIT_MS: Final = 200
_MOST: Final = 1e9
_LONGEST: Final = 18
"""Of a class's name so many signs head the costs."""


class MetricByThresholdCard(ScoreAxisCard):
    """Metrics by threshold; one by itself has its band."""

    title = "Metrics"

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        super().__init__(name, analysis, parent)
        self._metric = named(QComboBox(self), f"{name}_metric", "Which metric is drawn")
        self._metric.addItem("Precision, recall, F1", "")
        for metric in AT_THRESHOLD:
            self._metric.addItem(definition(metric).label, metric)
        self._metric.activated.connect(lambda _: self.ask())
        self._metric.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._metric.setMinimumContentsLength(16)
        self.tools.addWidget(self._metric)

    def wish(self) -> str:
        return str(self._metric.currentData() or "")

    def make(self, evidence: Evidence, focus: int) -> Any:
        wanted = self.wished
        made: dict[str, ThresholdCurve] = {}
        for name in (wanted,) if wanted else _TOGETHER:
            curve = evidence.once(("metric", name, focus), partial(against_threshold, evidence.cutoffs(focus), name))
            if isinstance(curve, Undefined):
                return curve
            made[name] = curve
        return made

    def show_figure(self, figure: dict[str, ThresholdCurve]) -> None:
        lines, spots = [], []
        for color, (name, found) in enumerate(figure.items()):
            line = drawn(definition(name).label, found.curve, color)
            lines.append(line if len(figure) == 1 else line._replace(low=(), high=()))
            spots.append(Spot(found.best, found.best_value, f"Best {definition(name).label} on these rows"))
        low = min((min(line.ys) for line in lines), default=0.0)
        self.chart_.show_lines(lines, ("Threshold", ""), home=Bounds(-0.02, 1.02, min(0.0, low) - 0.02, 1.04))
        self.chart_.show_spots(spots if len(spots) == 1 else spots[-1:])

    def words(self, evidence: Evidence, figure: dict[str, ThresholdCurve]) -> str:
        name, found = list(figure.items())[-1]
        return words.threshold_words(found, evidence.cutoffs(self.analysis.focus), name, self.analysis.threshold)

    def marked_curves(self, figure: dict[str, ThresholdCurve]) -> Sequence[tuple[Curve, bool | None]]:
        return [(one.curve, None) for one in figure.values()]


class CostCard(ScoreAxisCard):
    """What a row costs, or brings, by threshold, from a matrix of four prices."""

    title = "Cost by threshold"

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        super().__init__(name, analysis, parent)
        self._by = Chips(
            f"{name}_by",
            (("cost", "Cost", "What a row costs on average"), ("profit", "Profit", "What a row brings on average")),
            self,
        )
        self._by.add_to(self.tools)
        self._by.buttonClicked.connect(self._draw)
        self._fields: dict[str, QDoubleSpinBox] = {}
        self._priced = Prices()
        self._marked: list[tuple[float, float]] = []
        self._best = named(
            QPushButton("Go to the cheapest", self), f"{name}_best", "Go to the cheapest threshold",
            "Move the threshold to where a row costs least",
        )  # fmt: skip
        theme.mark(self._best, role="link")
        self._best.clicked.connect(self._go_to_best)
        self._layout.insertWidget(1, self._make_matrix(name))
        self._wait = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._wait.timeout.connect(self.ask)

    @property
    def _sign(self) -> float:
        """What turns a cost into what is drawn: profit is its negative."""
        return -1.0 if self._by.key == "profit" else 1.0

    @property
    def prices(self) -> Prices:
        """What is paid for a row of each kind."""
        return Prices(**{key: field.value() for key, field in self._fields.items()})

    def _make_matrix(self, name: str) -> QWidget:
        box = QWidget(self)
        grid = QGridLayout(box)
        grid.setContentsMargins(12, 2, 12, 2)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(theme.TIGHT)
        self._heads = {place: QLabel(box) for place in ((0, 1), (0, 2), (1, 0), (2, 0))}
        for (row, column), label in self._heads.items():
            theme.mark(label, role="caption")
            grid.addWidget(label, row, column)
        usual = Prices()
        for key, told, row, column in (
            ("rejection", "Cost of a right no", 1, 1),
            ("false_alarm", "Cost of a false alarm", 1, 2),
            ("miss", "Cost of a miss", 2, 1),
            ("hit", "Cost of a hit", 2, 2),
        ):
            field = named(QDoubleSpinBox(box), f"{name}_{key}", told, f"{told}; what it brings is below 0")
            field.setLocale(QLocale(QLocale.Language.C))
            field.setRange(-_MOST, _MOST)
            field.setDecimals(2)
            field.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            field.setMaximumWidth(120)
            field.setValue(getattr(usual, key))
            field.valueChanged.connect(lambda _: self._wait.start())
            self._fields[key] = field
            grid.addWidget(field, row, column)
        grid.addWidget(self._best, 3, 1, 1, 3)
        grid.setColumnStretch(3, 1)
        return box

    def ask(self) -> None:
        self._priced = self.prices  # read here: what makes the figure is another thread
        super().ask()

    def make(self, evidence: Evidence, focus: int) -> Any:
        return costs(evidence.cutoffs(focus), self._priced)

    def show_figure(self, figure: CostCurve) -> None:
        yes, no = (shortened(name, _LONGEST) for name in class_names(self.analysis))
        heads = {(0, 1): f"Predicted {no}", (0, 2): f"Predicted {yes}", (1, 0): f"Actual {no}", (2, 0): f"Actual {yes}"}
        for place, text in heads.items():
            self._heads[place].setText(text)
        self._draw()

    def _draw(self) -> None:
        if not isinstance(self.figure, CostCurve):
            return
        found, sign = self.figure, self._sign
        line = drawn("", found.curve)
        low, high = [sign * end for end in line.low], [sign * end for end in line.high]
        line = line._replace(ys=[sign * y for y in line.ys], low=min(low, high), high=max(low, high))
        word = "Profit" if sign < 0.0 else "Cost"
        levels = [
            Line(f"{which} predicted", (0.0, 1.0), (sign * cost,) * 2, color, is_dashed=True, is_quiet=True)
            for which, cost, color in (("All", found.all_cost, 1), ("None", found.none_cost, 2))
        ]
        self.chart_.show_lines([line, *levels], ("Threshold", f"{word} of a row"))
        self.chart_.show_spots([Spot(found.best, sign * found.best_cost, f"{word} is best here")])
        self._draw_marked()

    def words(self, evidence: Evidence, figure: CostCurve) -> str:
        return words.cost_words(figure, self.prices, evidence.cutoffs(self.analysis.focus), self.analysis.threshold)

    def _go_to_best(self) -> None:
        if isinstance(self.figure, CostCurve):
            self.analysis.move_to(self.figure.best)

    def marked_curves(self, figure: CostCurve) -> Sequence[tuple[Curve, bool | None]]:
        return [(figure.curve, None)]

    def show_marked(self, marked: list[tuple[float, float]] | None) -> None:
        self._marked = marked or []
        self._draw_marked()

    def _draw_marked(self) -> None:
        self.chart_.show_marked([(x, self._sign * y) for x, y in self._marked])
