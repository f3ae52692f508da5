"""How the fit went: what it told of the rows that it learned from, and of those that it did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.training.courses import Course, courses, gap_words
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard
from aetheron_desktop.ui.widgets.charts.lines import Line, LinesChart, Spot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_NONE = Undefined("This model told nothing while it learned: it is fitted in one step, or was trained elsewhere.")


class CourseCard(FigureCard):
    """One metric by step, the training rows' and the validation rows' line, and where the test rows lie."""

    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = LinesChart()
        super().__init__(name, analysis, self.chart_, parent)

    def chosen(self, told: tuple[Course, ...]) -> Course | None:
        """Give the course that is shown; called in another thread."""
        raise NotImplementedError

    def make(self, evidence: Evidence, focus: int) -> Any:
        told = evidence.once("courses", lambda: courses(self.analysis.history()))
        return self.chosen(told) or _NONE

    def show_figure(self, figure: Course) -> None:
        subject = self.analysis.subject
        assert subject is not None
        test, interval = subject.metrics.get(figure.metric), subject.intervals.get(figure.metric)
        lines = [Line("Validation rows", *figure.valid, "plot.valid")] if figure.valid[0] else []
        if figure.train[0]:
            lines.append(Line("Training rows", *figure.train, "plot.train"))
        steps = [step for line in lines for step in line.xs]
        if test is not None and steps:
            ends = (min(steps), max(steps))
            low, high = ((end, end) for end in interval) if interval is not None else ((), ())
            lines.append(Line("Test rows", ends, (test, test), "success", low, high, is_dashed=True))
        self.show_chart(self.chart_, f"{figure.label} by step", "", f"{figure.label} by step")
        self.chart_.show_lines(lines, ("Step", figure.label))
        spots = []
        if figure.best is not None and figure.best in figure.valid[0]:
            value = figure.valid[1][figure.valid[0].index(figure.best)]
            spots = [Spot(figure.best, value, f"Best on the validation rows: {number(value)}, step {figure.best:,}")]
        self.chart_.show_spots(spots)

    def words(self, evidence: Evidence, figure: Course) -> str:
        subject = self.analysis.subject
        if subject is None:
            return ""
        return gap_words(figure, subject.metrics.get(figure.metric), subject.intervals.get(figure.metric))


class LossCard(CourseCard):
    """What the fit makes small."""

    title = "Loss by step"

    def chosen(self, told: tuple[Course, ...]) -> Course | None:
        return next((one for one in told if one.metric == "loss"), None)


class MetricCard(CourseCard):
    """The main metric of the task, else whatever else was told."""

    title = "Metric by step"

    def chosen(self, told: tuple[Course, ...]) -> Course | None:
        subject = self.analysis.subject
        others = [one for one in told if one.metric != "loss"]
        main = main_metric(subject.task).name if subject is not None else ""
        return next((one for one in others if one.metric == main), others[0] if others else None)
