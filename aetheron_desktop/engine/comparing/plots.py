"""The same plot of several runs, from their stored test predictions.

numpy and pyarrow alone, so that the window may draw in a thread of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from aetheron_desktop.engine.errors import EvaluationError
from aetheron_desktop.engine.evaluation.curves.calibration import Calibration, calibration_of
from aetheron_desktop.engine.evaluation.curves.confusion import Confusion, confusion
from aetheron_desktop.engine.evaluation.curves.numbers import Scatter, Squares, against, errors
from aetheron_desktop.engine.evaluation.curves.ranking import Curve, precision_recall, roc
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.evidence import Evidence
from aetheron_desktop.engine.evaluation.telling import amount, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aetheron_desktop.engine.evaluation.predictions import TestPredictions

Kind: TypeAlias = Literal["roc", "precision_recall", "calibration", "confusion", "predicted"]
Figure: TypeAlias = Curve | Calibration | Confusion | Scatter | Squares
OF_CLASSES: Final[tuple[Kind, ...]] = ("roc", "precision_recall", "calibration", "confusion")
OF_NUMBERS: Final[tuple[Kind, ...]] = ("predicted",)


class RunPlot(NamedTuple):
    """A plot of one run, and in a few words what is read off it; or why there is none."""

    run: str
    figure: Figure | Undefined
    words: str = ""


class PlotSet:
    """What several runs predicted of their test rows; the first that is here says what can be drawn of all."""

    def __init__(self, told: Mapping[str, Evidence | Undefined]) -> None:
        first = next((one for one in told.values() if isinstance(one, Evidence)), None)
        self._first = first
        self._told = {run: one if first is None else _held_to(first, one) for run, one in told.items()}

    @classmethod
    def read(
        cls, paths: Mapping[str, Path], names: Mapping[str, str], only: Mapping[str, Sequence[int]] | None = None
    ) -> PlotSet:
        """Read the stored predictions of runs; those that are gone or damaged are told by their plots.

        With ``only`` of each run the test rows with these numbers count, and no others.
        """
        told: dict[str, Evidence | Undefined] = {}
        for run, path in paths.items():
            try:
                found = Evidence.read(path, of=names.get(run, run))
            except EvaluationError as error:
                told[run] = Undefined(str(error))
                continue
            told[run] = found if only is None else _within(found, only.get(run, ()))
        return cls(told)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What can be drawn; nothing where no run has its predictions."""
        if self._first is None:
            return ()
        return OF_NUMBERS if self._first.predictions.task == "regression" else OF_CLASSES

    @property
    def because(self) -> str:
        """Say why nothing can be drawn of any run, where it is the same for all; else nothing."""
        reasons = {one.because for one in self._told.values() if isinstance(one, Undefined)}
        return reasons.pop() if self._first is None and len(reasons) == 1 else ""

    @property
    def of_class(self) -> str:
        """The class that curves are about: the second of two, the commonest of several; empty for numbers."""
        classes = () if self._first is None else self._first.predictions.classes
        return classes[self._first.focus] if self._first is not None and classes else ""

    @property
    def note(self) -> str:
        """Say that not all were tested on the same rows, where that is so."""
        here = [one.predictions for one in self._told.values() if isinstance(one, Evidence)]
        if all(_are_same_rows(here[0], other) for other in here[1:]):
            return ""
        return "Not all were tested on the same rows: what differs may be due to that."

    def plots(self, kind: Kind) -> list[RunPlot]:
        """Draw the same plot of each run."""
        return [
            RunPlot(run, one) if isinstance(one, Undefined) else self._plot(run, one, kind)
            for run, one in self._told.items()
        ]

    def _plot(self, run: str, evidence: Evidence, kind: Kind) -> RunPlot:
        assert self._first is not None
        focus = self._first.focus
        figure = evidence.once(("beside", kind, focus), lambda: _figure(evidence, kind, focus))
        return RunPlot(run, figure, "" if isinstance(figure, Undefined) else _words(figure, kind, evidence))


def _within(evidence: Evidence, numbers: Sequence[int]) -> Evidence | Undefined:
    places = evidence.predictions.places(numbers)
    if not len(places):
        return Undefined("None of its test rows belongs to the cohort.")
    return Evidence(evidence.predictions.only(places, "test rows of the cohort"))


def _held_to(first: Evidence, other: Evidence | Undefined) -> Evidence | Undefined:
    """Give predictions with the classes in the order of the first; or why they cannot stand beside them."""
    if isinstance(other, Undefined) or other is first:
        return other
    one, two = first.predictions, other.predictions
    if one.task != two.task:
        return Undefined("It predicts numbers or classes where the first run does the other, or more than two of them.")
    if set(one.classes) != set(two.classes):
        return Undefined("It tells other classes apart than the first run.")
    return other if one.classes == two.classes else Evidence(two.in_order(one.classes))


def _are_same_rows(one: TestPredictions, other: TestPredictions) -> bool:
    return np.array_equal(one.rows, other.rows) and np.array_equal(one.truth, other.truth)


def _figure(evidence: Evidence, kind: Kind, focus: int) -> Figure | Undefined:
    found = evidence.predictions
    match kind:
        case "roc":
            return roc(evidence.cutoffs(focus))
        case "precision_recall":
            return precision_recall(evidence.cutoffs(focus))
        case "calibration":
            return calibration_of(found, focus)
        case "confusion":
            return confusion(found)
        case "predicted":
            return against(found.truth, found.predicted)


def _words(figure: Figure, kind: Kind, evidence: Evidence) -> str:
    match figure:
        case Curve(area=area):
            return f"area {area:.4f}" if kind == "roc" else f"average precision {area:.4f}"
        case Calibration(error=error):
            return f"expected error {share(error)}"
        case Confusion(cells=cells):
            return f"{share(float(np.trace(cells)) / max(1, int(cells.sum())))} right"
        case _:
            return f"off by {amount(float(np.abs(errors(evidence.predictions)).mean()))} on average"
