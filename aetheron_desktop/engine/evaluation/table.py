"""All that is measured of predictions: each metric with its interval, the method, and what the dummy has.

What takes no sampling is told first. numpy alone, so that the window may do it in a thread of its own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.evaluation.aggregates import Largest
from aetheron_desktop.engine.evaluation.curves.calibration import calibration_of
from aetheron_desktop.engine.evaluation.curves.confusion import confusion
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.definitions import ALL, definition, definitions_for
from aetheron_desktop.engine.evaluation.dummy import dummy, ranked_alike
from aetheron_desktop.engine.evaluation.intervals import FEWEST, intervals_of, is_by_own_errors, is_sampled, on_scale
from aetheron_desktop.engine.evaluation.measures import (
    Rankings,
    areas_of_many,
    of_decisions,
    of_tops,
    precisions_of_many,
    probabilities,
    ranking,
    values,
)
from aetheron_desktop.engine.evaluation.reasons import why_undefined, why_without_interval
from aetheron_desktop.engine.evaluation.resampling import error_of, student_width, widened
from aetheron_desktop.engine.evaluation.scores import limits_by_row
from aetheron_desktop.engine.evaluation.statistic import Mean, is_weighted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.deciding import CostRule
    from aetheron_desktop.engine.evaluation.curves.decisions import Estimate
    from aetheron_desktop.engine.evaluation.intervals import Interval
    from aetheron_desktop.engine.evaluation.predictions import TestPredictions
    from aetheron_desktop.engine.evaluation.statistic import Statistic

    Floats = NDArray[np.float64]
    Make = Callable[[TestPredictions], dict[str, Statistic | None]]

_WILSON: Final = "Wilson (1927)"
_DELTA: Final = "delta method, Wilson’s limits (Korn and Graubard 1998)"
_INFLUENCE: Final = "influence of each row (Efron 1982)"
_SAMPLED: Final = "bootstrap over rows, BCa (Efron 1987)"
_STUDENTIZED: Final = "studentized bootstrap over rows (Hall 1988)"
_DELONG: Final = "DeLong (1988), on the logit scale; with few rows Newcombe (2006)"
_METHODS: Final = {
    **dict.fromkeys(("accuracy", "precision", "recall", "specificity", "coverage", "top_2", "top_3", "top_5"), _WILSON),
    "balanced_accuracy": "Wilson’s limits of each class, put together (Zou and Donner 2008)",
    "f1": "Wilson (1927), of hits among hits and errors",
    "roc_auc": _DELONG,
    "roc_auc_ovr": _DELONG,
    "median_absolute_error": "order statistics",
    "ece": "errors at which this one would be seen, chance counted in (sums of folded normals, Leone et al. 1961)",
}
_BY_CLASS: Final = dict.fromkeys(
    ("average_precision_macro", "average_precision_weighted"),
    f"{_INFLUENCE}, Student’s t by class (Satterthwaite 1946)",
)
_ORDER: Final = {definition.name: place for place, definition in enumerate(ALL)}
_BUDGET_S: Final = 0.5
"""What the bootstrap may take; longer tables are told by the influences."""
_ROUNDING: Final = 1e-12
_LARGEST: Final = 1e140
"""The squares of larger numbers cannot be added up."""


class Measured(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="metric"):
    """A metric on ``rows`` rows of ``part``; see :mod:`.definitions` for what it is.

    ``low`` and ``high`` hold what it would be on all rows like these at 95 %, by ``method``. ``baseline`` is the
    dummy's value on the same rows. What is None is not defined, and ``because`` says why in a sentence.
    """

    name: str
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    baseline: float | None = None
    because: str = ""
    rows: int = 0
    part: str = ""


def measured(
    predictions: TestPredictions,
    threshold: float | None = None,
    *,
    costs: CostRule | None = None,
    stored: Mapping[str, Interval] | None = None,
    seed: int = 0,
    budget_s: float = _BUDGET_S,
) -> Iterator[Measured]:
    """Measure everything, what is quick first; :func:`ordered` brings it into the order of the table.

    ``threshold`` is of two classes, by default what was stored. ``stored`` are intervals that are known of these rows,
    at this threshold: they are taken as they are.
    """
    if not len(predictions):
        yield from (_undefined(each.name, predictions) for each in definitions_for(predictions.task))
        return
    table = _Table(predictions, dict(stored or {}), seed, budget_s)
    yield from table.numbers() if predictions.task == "regression" else table.classes(threshold, costs)


def ordered(found: list[Measured]) -> list[Measured]:
    """Give the metrics in the order of the table."""
    return sorted(found, key=lambda one: _ORDER[one.name])


def measured_again(predictions: TestPredictions, cells: Floats, before: Mapping[str, Measured]) -> list[Measured]:
    """Measure what a threshold changes, from the counts ``cells`` (classes, classes) at it.

    ``before`` are the metrics by name as they were: their baselines stay.
    """
    baselines = {name: one.baseline for name, one in before.items()}
    return [
        _estimated(name, estimate, baselines.get(name), predictions)
        for name, estimate in of_decisions(predictions, cells).items()
    ]


def value_of(predictions: TestPredictions, name: str) -> float | None:
    """Give a metric by its name without its interval; None where it is not defined, or none of the task."""
    if predictions.task == "regression":
        known_of_all = values(predictions)
    else:
        cells = confusion(predictions).cells.astype(np.float64)
        known = of_decisions(predictions, cells) | of_tops(predictions)
        if name in known:
            return _finite(float(known[name].value))
        known_of_all, rankings = probabilities(predictions), Rankings(predictions)
        for rank in (ranking,) if predictions.task == "binary" else (areas_of_many, precisions_of_many):
            if name not in known_of_all:
                known_of_all |= rank(rankings)
    found = known_of_all.get(name)
    return None if found is None else _finite(found.value)


class _Table:
    """Measures a model and the dummy beside it."""

    def __init__(self, ours: TestPredictions, stored: dict[str, Interval], seed: int, budget_s: float) -> None:
        self._ours, self._dummys = ours, dummy(ours)
        self._stored, self._seed, self._budget_s = stored, seed, budget_s

    def classes(self, threshold: float | None, costs: CostRule | None) -> Iterator[Measured]:
        ours, dummys = self._ours, self._dummys
        known, idle = (
            of_decisions(one, confusion(one, at).cells.astype(np.float64)) | of_tops(one)
            for one, at in ((ours, threshold), (dummys, None))
        )
        for name, estimate in known.items():
            yield _estimated(name, estimate, _finite(idle[name].value), ours)
        if costs is not None:
            # What it costs is of the classes that were predicted then; the dummy's is the one that costs it least.
            paid = [
                Mean(costs.paid(one.truth, chosen))
                for one, chosen in ((ours, ours.decided()), (dummys, costs.chosen(dummys.predicted)))
            ]
            yield from self._told({"mean_cost": (paid[0], paid[1].value)})
        yield self._calibration()
        yield from self._all(probabilities)
        rankings, idle_ranks = Rankings(ours), ranked_alike(dummys)
        for rank in (ranking,) if ours.task == "binary" else (areas_of_many, precisions_of_many):
            yield from self._told({name: (one, idle_ranks.get(name)) for name, one in rank(rankings).items()})

    def numbers(self) -> Iterator[Measured]:
        ours, dummys = self._ours, self._dummys
        if max(np.abs(ours.truth).max(), np.abs(ours.predicted).max()) > _LARGEST:
            yield from (_undefined(each.name, ours) for each in definitions_for(ours.task))
            return
        yield from self._all(values)
        if ours.limits is None or ours.level is None:
            yield from (_undefined(each.name, ours) for each in definitions_for(ours.task) if each.group == "limits")
            return
        each = limits_by_row(ours.truth, ours.limits, ours.level)
        idle = {} if dummys.limits is None else limits_by_row(dummys.truth, dummys.limits, ours.level)
        baselines = {name: float(losses.mean()) for name, losses in idle.items()}
        yield from self._told({name: (Mean(losses), baselines.get(name)) for name, losses in each.items()})

    def _all(self, make: Make) -> Iterator[Measured]:
        idle = {name: None if one is None else _finite(one.value) for name, one in make(self._dummys).items()}
        yield from self._told({name: (one, idle[name]) for name, one in make(self._ours).items()})

    def _told(self, pairs: Mapping[str, tuple[Statistic | None, float | None]]) -> Iterator[Measured]:
        """Tell of statistics and the dummy's value, those that take samples last and with the same ones."""
        later: dict[str, Statistic] = {}
        for name, (statistic, baseline) in pairs.items():
            if statistic is None or not math.isfinite(statistic.value):
                yield _undefined(name, self._ours, baseline)
            elif name not in self._stored and name not in _METHODS and is_weighted(statistic):
                later[name] = statistic
            else:
                ends, method = self._ends(name, statistic)
                yield _row(name, statistic.value, ends, method, baseline, self._ours)
        rows = len(self._ours)
        found = intervals_of(later, rows, seed=self._seed, budget_s=self._budget_s)
        by_samples = is_sampled(rows, budget_s=self._budget_s)
        for name, statistic in later.items():
            method = _sampled(name, statistic, rows) if by_samples else _INFLUENCE
            yield _row(name, statistic.value, found.get(name), method, pairs[name][1], self._ours)

    def _ends(self, name: str, statistic: Statistic) -> tuple[Interval | None, str]:
        """Give the interval of what takes no samples: what is stored, by its own method, or by the influences."""
        rows = len(self._ours)
        if name in self._stored:
            return self._stored[name], _METHODS.get(name) or _sampled(name, statistic, rows)
        if name in _METHODS:
            return intervals_of({name: statistic}, rows).get(name), _METHODS[name]
        if rows < FEWEST or isinstance(statistic, Largest):
            return None, ""
        influence = statistic.influence()
        if error_of(influence) <= _ROUNDING * abs(statistic.value):
            return None, ""
        width, method = widened(rows) * error_of(influence), _INFLUENCE
        if name in _BY_CLASS:
            width, method = student_width(influence, self._ours.truth), _BY_CLASS[name]
        low, high = on_scale(statistic.value, width, definition(name).scale)
        return (min(low, statistic.value), max(high, statistic.value)), method

    def _calibration(self) -> Measured:
        found, idle = calibration_of(self._ours), calibration_of(self._dummys)
        baseline = None if isinstance(idle, Undefined) else idle.error
        if isinstance(found, Undefined):
            return msgspec.structs.replace(_undefined("ece", self._ours, baseline), because=found.because)
        ends = found.error_low, found.error_high
        return _row("ece", found.error, ends, _METHODS["ece"], baseline, self._ours)


def _estimated(name: str, estimate: Estimate, baseline: float | None, predictions: TestPredictions) -> Measured:
    value, low, high = (float(each) for each in estimate)
    if not math.isfinite(value):
        return _undefined(name, predictions, baseline)
    return _row(name, value, (low, high), _METHODS.get(name, _DELTA), baseline, predictions)


def _sampled(name: str, statistic: Statistic, rows: int) -> str:
    if not is_by_own_errors(name, statistic, rows):
        return _SAMPLED
    of_what = {"positive": ", of the logarithm", "explained": ", of the logarithm of what is not explained"}
    return _STUDENTIZED + of_what.get(definition(name).scale, "")


def _undefined(name: str, predictions: TestPredictions, baseline: float | None = None) -> Measured:
    return Measured(
        name=name,
        label=definition(name).label,
        value=None,
        baseline=baseline,
        because=why_undefined(name, predictions),
        rows=len(predictions),
        part=predictions.part,
    )


def _row(
    name: str, value: float, ends: Interval | None, method: str, baseline: float | None, predictions: TestPredictions
) -> Measured:
    return Measured(
        name=name,
        label=definition(name).label,
        value=value,
        low=None if ends is None else float(ends[0]),
        high=None if ends is None else float(ends[1]),
        method="" if ends is None else method,
        baseline=baseline,
        because=why_without_interval(name, len(predictions)) if ends is None else "",
        rows=len(predictions),
        part=predictions.part,
    )


def _finite(value: float | Floats) -> float | None:
    return float(value) if math.isfinite(value) else None
