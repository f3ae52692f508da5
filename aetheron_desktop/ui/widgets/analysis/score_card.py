"""Every metric with its interval and what the baseline reaches, and its definition one click away."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.definitions import ALL, definition
from aetheron_desktop.engine.evaluation.metrics import BASELINE
from aetheron_desktop.engine.evaluation.table import Measured, measured, measured_again, ordered
from aetheron_desktop.ui.widgets.analysis.figure_card import FigureCard
from aetheron_desktop.ui.widgets.charts.scores import ScoreLine, ScoresChart

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aetheron_desktop.engine.estimators.deciding import CostRule
    from aetheron_desktop.engine.evaluation.evidence import Evidence
    from aetheron_desktop.engine.versioning.subjects import Subject
    from aetheron_desktop.ui.widgets.analysis.analysis import Analysis

_HINT = (
    "Choose a line to read what it means. A bar reaches as far as the value on other rows may lie, 19 times in 20; the "
    "upright tick is the baseline, which learns nothing from the columns."
)

_NOT_YET: Final = Undefined("The rows of the cohort are measured.")
_KNOWN: Final = {one.name for one in ALL}


class ScoreCard(FigureCard):
    """The metrics of the test rows: those of the training at once, all of them when the plots are there."""

    title = "Metrics on the test rows"
    by_focus = False

    def __init__(self, name: str, analysis: Analysis, parent: QWidget | None = None) -> None:
        self.chart_ = ScoresChart()
        super().__init__(name, analysis, self.chart_, parent)
        self._moved: dict[str, Measured] = {}
        self._defined = ""
        self.chart_.line_chosen.connect(self._define)

    def ask(self) -> None:
        """Show what was measured when the model was trained, and have the rest measured when all plots are there."""
        subject = self.analysis.subject
        if self.analysis.evidence is None or subject is None:
            return
        self._moved, self._defined = {}, ""
        stored = _stored(subject, len(self.analysis.evidence.predictions))
        self._on_made(self.analysis.focus, stored if self.analysis.cohort is None else _NOT_YET)

    def ask_for_all(self) -> None:
        """Have all metrics measured, those that take many samples too."""
        evidence, subject = self.analysis.evidence, self.analysis.subject
        if evidence is not None and subject is not None:
            stored = subject.intervals if self.analysis.cohort is None else {}
            work = partial(_all, evidence, stored, subject.costs)
            self.analysis.compute(work, partial(self._on_made, self.analysis.focus))

    def show_figure(self, figure: dict[str, Measured]) -> None:
        self.analysis.measured = figure
        self._draw()

    def words(self, evidence: Evidence, figure: Any) -> str:
        return self._defined or _HINT

    def show_threshold(self, evidence: Evidence, threshold: float) -> None:
        if threshold == self.analysis.stored or evidence.predictions.task != "binary":
            self._moved = {}
        else:
            cells = evidence.confusion(threshold).cells.astype(float)
            self._moved = {one.name: one for one in measured_again(evidence.predictions, cells, self.figure)}
        self._draw()

    def _draw(self) -> None:
        shown = [self._moved.get(name, one) for name, one in self.figure.items()]
        self.chart_.show_scores([_line(one, is_moving=one.name in self._moved) for one in shown])

    def _define(self, line: ScoreLine) -> None:
        known, found = definition(line.name), self._moved.get(line.name) or self.figure[line.name]
        parts = [f"{known.label}: {known.what}", known.formula, known.source]
        if found.method:
            parts.append(f"Interval: {found.method}")
        parts += [found.because] if found.because else []
        parts.append(f"Measured on {found.rows:,} {found.part}")
        self._defined = " · ".join(part.rstrip(".") for part in parts if part) + "."
        self.say(self._defined)


def _stored(subject: Subject, rows: int) -> dict[str, Measured]:
    found = []
    for name, value in subject.metrics.items():
        if name in _KNOWN:
            low, high = subject.intervals.get(name) or (None, None)
            baseline = subject.metrics.get(f"{BASELINE}{name}")
            found.append(
                Measured(
                    name=name,
                    label=definition(name).label,
                    value=value,
                    low=low,
                    high=high,
                    baseline=baseline,
                    rows=rows,
                    part="test rows",
                )
            )
    return _named(found)


def _all(evidence: Evidence, stored: dict[str, tuple[float, float]], costs: CostRule | None) -> dict[str, Measured]:
    return evidence.once("metrics", lambda: _named(measured(evidence.predictions, stored=stored, costs=costs)))


def _named(found: Any) -> dict[str, Measured]:
    return {one.name: one for one in ordered(list(found))}


def _line(one: Measured, *, is_moving: bool) -> ScoreLine:
    known = definition(one.name)
    told = known.what if one.value is not None else one.because
    return ScoreLine(
        one.name,
        one.label,
        one.value,
        one.low,
        one.high,
        one.baseline,
        known.direction,
        told,
        is_moving=is_moving,
        is_share=known.scale == "share",
    )
