"""The ensemble of the members that are complete: what each counts for, and how fast the whole may answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.estimators.feature_maker import AsItIs, made_by
from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.estimators.pipeline import Blend, Branch
from aetheron_desktop.engine.estimators.temperature import cooled
from aetheron_desktop.engine.evaluation.blending import blend_weights, blended, temperature
from aetheron_desktop.engine.evaluation.stacking import second_layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
    from aetheron_desktop.engine.training.auto.member import Member
    from aetheron_desktop.engine.training.preparation import Subject

_LEAST_WEIGHT: Final = 0.01
"""A member that would count for less costs more time than it is worth."""
_TIMES: Final = 5
_OF_MIDDLES: Final = ("mae", "median_absolute_error")


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """Members with a weight each, 1 in all; of each the first of its ``fits`` predict.

    ``predicted`` is what is said of the judged rows, as members have it, each by models that did not learn from it;
    probabilities are not brought to ``temperature`` yet. With ``offsets`` a second layer puts the members together (see
    :func:`.pooling.pooled`), and the weights are its own.
    """

    members: tuple[Member, ...]
    weights: NDArray[np.float64]
    fits: tuple[int, ...]
    predicted: NDArray[np.float64]
    temperature: float
    offsets: tuple[float, ...] = ()

    @property
    def shares(self) -> dict[int, float]:
        """What each member counts of all, by its number in the portfolio; those that count nothing are not there."""
        whole = float(np.abs(self.weights).sum())
        pairs = zip(self.members, self.weights, strict=True)
        return {member.number: float(weight) / whole for member, weight in pairs if weight}

    def judged(self) -> NDArray[np.float64]:
        """Give what the model says of the judged rows."""
        return self.predicted if self.temperature == 1.0 else cooled(self.predicted, self.temperature)

    def pipeline(self, subject: Subject) -> FittedPipeline:
        """Give the model: the fits that count."""
        made = [
            Branch(member.candidate.estimator, fit.transformer, fit.predictor, float(weight) / count, place)
            for place, (member, weight, count) in enumerate(zip(self.members, self.weights, self.fits, strict=True))
            if weight
            for fit in member.fits[:count]
        ]
        # What one transformer makes is made once for all branches that need it.
        order = {id(branch.transformer): place for place, branch in reversed(list(enumerate(made)))}
        branches = tuple(sorted(made, key=lambda branch: order[id(branch.transformer)]))
        return subject.pipeline(AsItIs(), Blend(branches, self.temperature, self.offsets))


class Assembler:
    """Puts members together, by the metric that counts and within the time that a row may take.

    ``truth`` (m,) are class indices or values of the judged rows, ``weight`` (m,) what each counts; quantiles of values
    are those at ``level``. ``latency_ms`` is how long one row may take in all; ``row`` is one, column by column.
    """

    def __init__(
        self,
        task: Task,
        metric: str,
        seed: int,
        truth: NDArray[Any],
        weight: NDArray[np.float64] | None,
        *,
        level: float = LEVEL,
        latency_ms: float | None = None,
        row: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        self._task = task
        self._metric = metric
        self._seed = seed
        self._truth = truth
        self._weight = weight
        self._level = level
        self._latency_ms = latency_ms
        self._row = row
        self._known_ms: dict[int, tuple[object, float]] = {}

    def put_together(self, members: Sequence[Member]) -> Ensemble:
        """Choose the weights, such that a row takes no longer than it may, or as little as there is."""
        chosen = list(members)
        made = self._weighed(chosen)
        if self._latency_ms is None:
            return made
        while self.latency_ms(made) > self._latency_ms:
            counting = [member for member, weight in zip(made.members, made.weights, strict=True) if weight > 0]
            if len(counting) == 1:
                return self._fewest(members)
            least = min(zip(made.weights, made.members, strict=True), key=self._worth)[1]
            chosen = [member for member in chosen if member is not least]
            made = self._weighed(chosen)
        return made

    def stacked(self, plain: Ensemble) -> Ensemble | None:
        """Give the ensemble with a second layer, None where that is not better.

        There is none within a limit of the time for a row, which asks for few members, nor for another error of numbers
        than the squared one.
        """
        if self._latency_ms is not None or self._metric in _OF_MIDDLES:
            return None
        said = [member.predicted for member in plain.members]
        found = second_layer(
            self._task, self._truth, said, plain.weights, plain.judged(), self._weight, seed=self._seed
        )  # fmt: skip
        if found is None:
            return None
        layer, predicted = found
        return replace(
            plain, weights=layer.weights, predicted=predicted, temperature=1.0, offsets=tuple(layer.offsets.tolist())
        )

    def latency_ms(self, ensemble: Ensemble) -> float:
        """Give what the parts of an ensemble take for one row, in milliseconds."""
        total, seen = 0.0, set()
        for member, weight, count in zip(ensemble.members, ensemble.weights, ensemble.fits, strict=True):
            if weight <= 0:
                continue
            for fit in member.fits[:count]:
                total += self._ms(fit.predictor, fit.transformer)
                if id(fit.transformer) not in seen:
                    seen.add(id(fit.transformer))
                    total += self._ms(fit.transformer, None)
        return total

    def _weighed(self, members: Sequence[Member]) -> Ensemble:
        said = [member.predicted for member in members]
        weights = blend_weights(
            self._task, self._truth, said, self._weight, metric=self._metric, seed=self._seed, level=self._level
        )
        weights = np.where(weights < _LEAST_WEIGHT, 0.0, weights)
        weights /= weights.sum()
        return self._ensemble(members, weights, tuple(len(member.fits) for member in members))

    def _ensemble(self, members: Sequence[Member], weights: NDArray[np.float64], fits: tuple[int, ...]) -> Ensemble:
        whole = blended([member.predicted for member in members], weights)
        warmth = 1.0 if self._task == "regression" else temperature(self._truth, whole, self._weight)
        return Ensemble(tuple(members), weights, fits, whole, warmth)

    def _worth(self, one: tuple[float, Member]) -> float:
        """Give the weight of a member for each millisecond; those that do not count come last."""
        weight, member = one
        return weight / self._member_ms(member, len(member.fits)) if weight > 0 else np.inf

    def _fewest(self, members: Sequence[Member]) -> Ensemble:
        """Give the best member of which as many fits as there is time for are in time; the fastest, if none is."""
        assert self._latency_ms is not None
        able = []
        for member in members:
            counts = range(len(member.fits), 0, -1)
            fitting = [count for count in counts if self._member_ms(member, count) <= self._latency_ms]
            if fitting:
                able.append((member.loss, fitting[0], member))
        if able:
            _, count, member = min(able, key=lambda one: one[0])
        else:
            count, member = 1, min(members, key=lambda one: self._member_ms(one, 1))
        return self._ensemble([member], np.ones(1), (count,))

    def _member_ms(self, member: Member, count: int) -> float:
        return sum(
            self._ms(fit.predictor, fit.transformer) + self._ms(fit.transformer, None) for fit in member.fits[:count]
        )

    def _ms(self, part: Any, transformer: Any) -> float:
        """Give what a predictor behind ``transformer``, or a transformer, takes for one row; measured once."""
        known = self._known_ms.get(id(part))
        if known is None or known[0] is not part:
            given = self._row or {}
            row = given if transformer is None else made_by(transformer, given)
            do = partial(made_by, part) if transformer is None else part.predict
            do(row)
            known = part, min(_timed(do, row) for _ in range(_TIMES))
            self._known_ms[id(part)] = known
        return known[1]


def _timed(do: Any, row: Any) -> float:
    began = time.perf_counter()
    do(row)
    return 1e3 * (time.perf_counter() - began)
