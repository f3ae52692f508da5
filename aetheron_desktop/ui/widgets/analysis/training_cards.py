"""How the fit went: what it told of the rows that it learned from, and of those that it did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.evaluation.table import value_of
from aetheron_desktop.engine.training.courses import Course, courses, gap_words
from aetheron_desktop.ui.item_models.quantities import number
from aetheron_desktop.ui.item_models.tips import shortened
from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard
from aetheron_desktop.ui.widgets.charts.lines import Line, LinesChart, Spot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_NONE = Undefined("This model told nothing while it learned: it is fitted in one step, or was trained elsewhere.")
_LONGEST = 24


class CourseCard(FigureCard):
    """One metric by step, the training rows' and the validation rows' line, and where the test rows lie."""

    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = LinesChart()
        self._lines: list[Line] = []
        super().__init__(name, analysis, self.chart_, parent)

    def chosen(self, told: tuple[Course, ...]) -> Course | None:
        """Give the course that is shown; called in another thread."""
        raise NotImplementedError

    def make(self, evidence: Evidence, focus: int) -> Any:
        found = self.chosen(evidence.once("courses", lambda: courses(self.analysis.history())))
        if found is None:
            return _NONE
        cohort = self.analysis.cohort
        # The run measured all test rows; those of a cohort are measured here.
        there = evidence.once(("reached", found.metric), lambda: value_of(evidence.predictions, found.metric))
        return found, None if cohort is None else there

    def show_figure(self, figure: tuple[Course, float | None]) -> None:
        course, in_cohort = figure
        subject, cohort = self.analysis.subject, self.analysis.cohort
        assert subject is not None
        test, interval = subject.metrics.get(course.metric), subject.intervals.get(course.metric)
        lines = [Line("Validation rows", *course.valid, "plot.valid")] if course.valid[0] else []
        if course.train[0]:
            lines.append(Line("Training rows", *course.train, "plot.train"))
        ends = _ends(lines)
        if test is not None and ends:
            low, high = ((end, end) for end in interval) if interval is not None else ((), ())
            name = "Test rows" if cohort is None else "All test rows"
            lines.append(Line(name, ends, (test, test), "success", low, high, is_dashed=True))
        if cohort is not None and in_cohort is not None and ends:
            name = shortened(cohort.name, _LONGEST)
            lines.append(Line(name, ends, (in_cohort, in_cohort), "accent", is_dashed=True))
        self._lines = lines
        self.show_chart(self.chart_, f"{course.label} by step", "", f"{course.label} by step")
        self.chart_.show_lines(lines, ("Step", course.label))
        self.chart_.show_spots(_best(course))

    def words(self, evidence: Evidence, figure: tuple[Course, float | None]) -> str:
        course, in_cohort = figure
        subject = self.analysis.subject
        if subject is None:
            return ""
        if self.analysis.cohort is not None:
            return gap_words(course, in_cohort, None)
        return gap_words(course, subject.metrics.get(course.metric), subject.intervals.get(course.metric))

    def find_marked(self, evidence: Evidence, focus: int, places: Any, figure: tuple[Course, float | None]) -> Any:
        return value_of(evidence.predictions.only(places), figure[0].metric) if len(places) else None

    def show_marked(self, marked: float | None) -> None:
        """Draw what the rows that are meant reach: no step is theirs alone."""
        course, _ = self.figure
        ends, lines = _ends(self._lines), list(self._lines)
        if marked is not None and ends:
            lines.append(Line("Selected rows", ends, (marked, marked), "warning", is_dashed=True))
        if lines != list(self.chart_.lines):
            self.chart_.show_lines(lines, ("Step", course.label))


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


def _ends(lines: list[Line]) -> tuple[float, float] | None:
    steps = [step for line in lines for step in line.xs]
    return (min(steps), max(steps)) if steps else None


def _best(course: Course) -> list[Spot]:
    if course.best is None or course.best not in course.valid[0]:
        return []
    value = course.valid[1][course.valid[0].index(course.best)]
    return [Spot(course.best, value, f"Best on the validation rows: {number(value)}, step {course.best:,}")]
