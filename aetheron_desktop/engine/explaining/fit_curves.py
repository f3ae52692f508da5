"""What more rows, or another value of a parameter, would do: the plan of a model's run is fitted again a few times.

The training and the validation rows judge it. The test rows do not: whoever chose a value by them would have no rows
left that tell how good the choice is.
"""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.errors import ModelError, UsageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.base import FitEnded
from aetheron_desktop.engine.evaluation.intervals import intervals
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.explaining.fit_words import with_fit_sentences
from aetheron_desktop.engine.explaining.mixing import Halted
from aetheron_desktop.engine.explaining.results import FitCurve, FitPoint
from aetheron_desktop.engine.params import Bool, Choice, Float, Int
from aetheron_desktop.engine.training.judge import Judge
from aetheron_desktop.engine.training.learner import SingleLearner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Judged
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.explaining.subject import Subject
    from aetheron_desktop.engine.params import Parameter, Value
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.preparation import Material

SHARES: Final = (0.1, 0.2, 0.4, 0.7, 1.0)
"""A learning curve is of these shares of the training rows."""
POINTS: Final = 7
_AROUND: Final = 8.0
"""A parameter that counts by factors is tried from this much below its value to as much above."""
_LEAST: Final = 20
_JUDGED: Final = 20_000
"""So many rows of a part judge a fit at most."""


@dataclass(frozen=True)
class _Trial:
    """One fit: where it stands on the axis, what it is called, and what it is given."""

    at: float
    word: str
    plan: Experiment
    material: Material


def fit_curve(
    subject: Subject,
    emit: Callable[[FitCurve], None],
    progress: Callable[[str, float, float | None], None],
    should_stop: Callable[[], bool],
    *,
    parameter: str = "",
    values: Sequence[Value] = (),
) -> None:
    """Fit the plan anew by growing parts of the training rows, or by values of ``parameter``; tell what came so far.

    Without ``values`` they are chosen around the one that the model has.

    Raises:
        ModelError: the model was trained elsewhere, or is an ensemble.
        UsageError: its estimator has no such parameter, or a value is out of its limits.
        Halted: it was asked to stop.
    """
    plan, material = subject.plan, subject.material
    if plan is None or material is None:
        raise ModelError(
            "The model was trained elsewhere: what it learned from is not known.", hint="Train one on your own rows."
        )
    card = catalog.card(plan.estimator)
    if card.ensemble:
        raise ModelError(
            f"{card.name} puts many models together, and has no single fit.", hint="Look at one of its estimators."
        )
    known = _parameter(card, parameter) if parameter else None
    trials = _by_rows(plan, material) if known is None else _by_values(plan, material, known, values)
    told: list[FitPoint] = []
    for number, trial in enumerate(trials):
        progress(f"Fit {number + 1} of {len(trials)}: {trial.word}", number, len(trials))
        told.append(_point(subject, card, trial, should_stop))
        emit(_told(subject, plan, known, told, len(trials)))


def _told(
    subject: Subject, plan: Experiment, parameter: Parameter | None, points: list[FitPoint], total: int
) -> FitCurve:
    now = None if parameter is None else _place(parameter, plan.params.get(parameter.name, parameter.default))
    return with_fit_sentences(
        FitCurve(
            model=subject.model,
            version=subject.version,
            parameter="" if parameter is None else parameter.name,
            label="Training rows" if parameter is None else parameter.label,
            scale=_scale(parameter),
            metric=subject.metric.name,
            metric_label=subject.metric.label,
            is_higher_better=subject.metric.direction == "higher",
            points=tuple(points),
            total=total,
            now=now,
        )
    )


# -- what is tried ----------------------------------------------------------------------------------------------------


def _by_rows(plan: Experiment, material: Material) -> list[_Trial]:
    train = material.parts.train
    order = np.random.default_rng(plan.seed).permutation(len(train))
    counts = sorted({max(min(_LEAST, len(train)), round(share * len(train))) for share in SHARES})
    made = []
    for count in counts:
        # Each part holds the one before it, so that the curve tells of more rows and not of other ones.
        some = material.parts._replace(train=np.sort(train[order[:count]]))
        made.append(_Trial(float(count), f"{count:,} rows", plan, replace(material, parts=some)))
    return made


def _by_values(plan: Experiment, material: Material, parameter: Parameter, values: Sequence[Value]) -> list[_Trial]:
    current = plan.params.get(parameter.name, parameter.default)
    chosen = [parameter.check(value) for value in values] or values_around(parameter, current)
    places = [(_place(parameter, value), value) for value in chosen]
    kept = {at: value for at, value in places if at is not None}  # what has no place cannot be drawn
    return [
        _Trial(
            at,
            _word(parameter, value),
            msgspec.structs.replace(plan, params=plan.params | {parameter.name: value}),
            material,
        )
        for at, value in sorted(kept.items())
    ]


def values_around(parameter: Parameter, current: Value, points: int = POINTS) -> list[Value]:
    """Give values of a parameter to try: all of few, else so many around the ``current`` one, which is among them."""
    match parameter:
        case Bool():
            return [False, True]
        case Choice(options=options):
            return list(options)
        case Int() | Float():
            return _numbers_around(parameter, current, points)


def _numbers_around(parameter: Int | Float, current: Value, points: int) -> list[Value]:
    low, high = float(parameter.low), float(parameter.high)
    middle = float(current) if isinstance(current, int | float) else math.nan
    if parameter.log and low > 0.0:
        at = middle if math.isfinite(middle) else math.sqrt(low * high)
        found = np.geomspace(max(low, at / _AROUND), min(high, at * _AROUND), points)
    else:
        top = min(high, max(4.0 * middle, low + points)) if math.isfinite(middle) and middle > 0.0 else high
        found = np.linspace(low, top, points)
    made: list[Value] = [round(value) if isinstance(parameter, Int) else float(f"{value:.3g}") for value in found]
    given = {min(max(value, parameter.low), parameter.high) for value in made if isinstance(value, int | float)}
    return [*sorted(given | ({middle} if math.isfinite(middle) else set()))]


def _parameter(card: Card, name: str) -> Parameter:
    found = next((one for one in card.parameters if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in card.parameters) or "none"
        raise UsageError(f"{card.name} has no parameter {name!r}.", hint=f"Its parameters are: {names}.")
    return found


def _place(parameter: Parameter, value: Value) -> float | None:
    """Give where a value stands on the axis: itself, its place among the options, or None of none."""
    match parameter:
        case Choice(options=options):
            return float(options.index(str(value))) if value in options else None
        case _:
            return None if value is None else float(value)


def _scale(parameter: Parameter | None) -> Any:
    match parameter:
        case Bool() | Choice():
            return "names"
        case Int(log=True) | Float(log=True):
            return "log" if parameter.low > 0 else "number"
        case _:
            return "number"


def _word(parameter: Parameter, value: Value) -> str:
    match parameter:
        case Bool():
            return "yes" if value else "no"
        case Choice(options=options, labels=labels):
            return labels[options.index(str(value))] if labels else str(value)
        case _:
            return f"{value:.6g}" if isinstance(value, int | float) else str(value)


# -- one fit ----------------------------------------------------------------------------------------------------------


def _point(subject: Subject, card: Card, trial: _Trial, should_stop: Callable[[], bool]) -> FitPoint:
    learner = SingleLearner(trial.plan, trial.material, card, 1)
    began = time.monotonic()
    heard = _Heard(trial.plan, should_stop)
    with contextlib.suppress(FitEnded):  # its time is up: the best so far is what the plan would have kept
        learner.fit(heard)
    model = learner.model
    made = FitPoint(at=trial.at, word=trial.word, seconds=time.monotonic() - began)
    if model is None:
        return made
    parts, name = trial.material.parts, subject.metric.name
    reached: list[tuple[float | None, tuple[float, float] | None]] = []
    for places, wants_ends in ((parts.train, False), (parts.valid, True)):
        some = _some(places, trial.plan.seed)
        raw, y = model.raw(trial.material.table.iloc[some]), trial.material.y[some]
        value = scores(subject.task, y, raw).get(name)
        ends = intervals(subject.task, y, raw).get(name) if wants_ends else None
        reached.append((value if value is not None and math.isfinite(value) else None, ends))
    (train, _), (valid, ends) = reached
    low, high = ends or (None, None)
    return msgspec.structs.replace(made, train=train, valid=valid, low=low, high=high)


def _some(places: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    if len(places) <= _JUDGED:
        return places
    return np.sort(np.random.default_rng(seed).choice(places, _JUDGED, replace=False))


class _Heard:
    """How a fit speaks: it is judged, and ended when the time of its plan is over, or when all is to end."""

    def __init__(self, plan: Experiment, should_stop: Callable[[], bool]) -> None:
        self._loss_of = Judge(plan.task, plan.level).loss
        self._steps = plan.steps
        self._until = math.inf if plan.budget_s is None else time.monotonic() + plan.budget_s
        self._should_stop = should_stop

    def step(self, number: int, total: int | None, train: Judged | None, valid: Judged | None) -> float:
        """Give the validation loss."""
        del train
        loss = math.nan if valid is None else self._loss_of(valid)
        self.tick(number, total)
        return loss

    def tick(self, number: int, total: int | None) -> None:
        """Look whether to go on."""
        del total
        if self._should_stop():
            raise Halted
        if time.monotonic() > self._until or (self._steps is not None and number >= self._steps):
            raise FitEnded

    def batch(self, number: int, total: int | None, loss: float) -> None:
        """Look whether to go on; a batch is less than a step."""
        del number, total, loss
        if self._should_stop():
            raise Halted

    def work(self, done: float, total: float) -> None:
        """Pass over: how many fits are left is what tells the time."""
        del done, total

    def stage(self, name: str) -> None:
        """Pass over."""
        del name

    def say(self, text: str) -> None:
        """Pass over: what each of many fits decides would be too much."""
        del text

    def checkpoint(self, write: Callable[[Path], None]) -> None:
        """Pass over: it is begun anew where it was cut short."""
        del write

    def restored(self) -> Path | None:
        """Give nothing: each fit begins anew."""
        return None
