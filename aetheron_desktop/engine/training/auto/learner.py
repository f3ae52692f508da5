"""Auto: many estimators on the same folds, put together to the ensemble that predicts best what none has seen.

First a result in seconds, then ever better ones. Everything is chosen on rows that the models in question did not
learn from, and never on the test part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.errors import AetheronError, TrainingError
from aetheron_desktop.engine.estimators.base import FitEnded, Rows
from aetheron_desktop.engine.estimators.pipeline import AsItIs, Blend, Branch
from aetheron_desktop.engine.estimators.temperature import cooled
from aetheron_desktop.engine.evaluation.blending import blend_weights, blended, temperature
from aetheron_desktop.engine.evaluation.intervals import intervals
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.events import MemberScored, MessageLogged, finite
from aetheron_desktop.engine.training.auto.folds import make_folds
from aetheron_desktop.engine.training.auto.member import Bench
from aetheron_desktop.engine.training.auto.portfolio import COST, SLOW, portfolio

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.estimators.base import Judged, Progress
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.training.auto.kept import KeptFits
    from aetheron_desktop.engine.training.auto.member import Member
    from aetheron_desktop.engine.training.auto.portfolio import Candidate
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.preparation import Material

_MODELS: Final = 10
"""So many are tried when neither their number nor the time is limited."""
_INTERVAL_S: Final = 0.05
_FAILURES: Final = 5
"""So many more failures than members, and it gives up."""
_TOO_SLOW: Final = 20
"""So many candidates in a row that there is no time for, and it is done."""
_OVER: Final = 1.2
"""A candidate is begun when it is known to take up to so many times what is left; its fits are then cut to fit."""
_LEAST_WEIGHT: Final = 0.01
"""A member that would count for less costs more time than it is worth."""


class AutoLearner:
    """Trains the portfolio, member after member; :attr:`model` is the ensemble of those that are complete."""

    def __init__(
        self,
        experiment: Experiment,
        material: Material,
        dataset: Dataset,
        threads: int,
        emit: Callable[[Event], None],
        *,
        kept: KeptFits,
    ) -> None:
        self._experiment = experiment
        self._subject = material.subject
        self._emit = emit
        folds = experiment.params["folds"]
        made = make_folds(experiment, material, dataset, None if folds is None else int(folds))
        self._bench = Bench(material, made, experiment.seed, threads, kept)
        self._members: list[Member] = []
        self._model: FittedPipeline | None = None
        self._judged: Judged | None = None
        self._seconds: dict[str, float] = {}
        self._wanted = _wanted(experiment)

    @property
    def model(self) -> FittedPipeline | None:
        """The ensemble; before its first member is complete, the best that is there of that one."""
        model, current = self._model, self._bench.current
        if model is None and current is not None and current[1].fitted is not None:
            return self._subject.pipeline(current[0], current[1].fitted)
        return model

    def judged(self) -> Judged | None:
        """Give what the ensemble says of all rows that are predicted in folds."""
        return self._judged

    def fit(self, progress: Progress) -> None:
        """Train until the time or the number of models is used up.

        Raises:
            TrainingError: not one estimator could be fitted.
        """
        self._say(f"Auto: {len(self._bench.judged):,} rows are predicted, in {self._bench.folds.how}.")
        if directions := self._experiment.monotone:
            kept = ", ".join(one.words for one in directions)
            self._say(f"The prediction {kept}: only boosted trees are tried, because they can promise that.")
        reasons: list[str] = []
        too_slow = 0
        for number, candidate in enumerate(portfolio(self._experiment.task, self._experiment.seed)):
            if self._experiment.monotone and not candidate.card.monotone:
                continue
            left = self._left(progress)
            if self._is_enough(left, len(reasons)) or too_slow > _TOO_SLOW:
                break
            if not self._is_affordable(candidate, left):
                too_slow += 1
                continue
            too_slow = 0
            try:
                self._members.append(self._fit_member(number, candidate, progress, left))
            except FitEnded:
                raise
            except Exception as error:  # noqa: BLE001 - whatever one estimator stumbles over, the others go on
                reasons.append(self._tell_failed(candidate, error))
                continue
            self._put_together(progress)
        self._bench.current = None
        if not self._members:
            raise TrainingError(
                f"None of the estimators could be fitted; the first one said: {(reasons or ['nothing'])[0]}",
                hint="Look at the columns and the target, or choose a single estimator.",
            )

    # -- what is tried -------------------------------------------------------------------------------------------------

    def _is_enough(self, left: float | None, failures: int) -> bool:
        if not self._members and not failures:
            return False  # whatever the time, there shall be a model
        wanted = self._wanted
        if wanted is not None and len(self._members) >= wanted:
            return True
        return (left is not None and left <= 0) or failures > len(self._members) + _FAILURES

    def _is_affordable(self, candidate: Candidate, left: float | None) -> bool:
        """Whether there is time for it, as far as is known; one whose fits would all be cut short takes it away."""
        if left is None or not self._members:
            return True
        known = self._seconds.get(candidate.estimator)
        if known is None:
            # What one was slower than the list says, the others will be, too.
            scale = float(np.median([took / COST.get(name, SLOW) for name, took in self._seconds.items()]))
            known = scale * COST.get(candidate.estimator, SLOW)
        return known <= left * _OVER

    def _fit_member(self, number: int, candidate: Candidate, progress: Progress, left: float | None) -> Member:
        folds = len(self._bench.folds.parts)

        def tell(fold: int) -> None:
            progress.stage(f"{candidate.card.name}, fold {fold + 1} of {folds}" if folds > 1 else candidate.card.name)
            progress.tick(len(self._members), self._wanted)

        member = self._bench.fit(number, candidate, progress, left, tell)
        self._seconds[candidate.estimator] = member.seconds
        return member

    def _left(self, progress: Progress) -> float | None:
        budget = self._experiment.budget_s
        return None if budget is None else budget - progress.seconds

    # -- the ensemble --------------------------------------------------------------------------------------------------

    def _put_together(self, progress: Progress) -> None:
        """Choose the weights anew, and tell what the newest member and the whole are worth."""
        members, bench, task = self._members, self._bench, self._experiment.task
        said = [member.predicted for member in members]
        metric = self._experiment.metric or main_metric(task).name
        weights = blend_weights(task, bench.truth, said, bench.weight, metric=metric, seed=self._experiment.seed)
        weights = np.where(weights < _LEAST_WEIGHT, 0.0, weights)
        weights /= weights.sum()
        whole = blended(said, weights)
        warmth = temperature(bench.truth, whole, bench.weight) if self._subject.classes else 1.0
        self._model = self._subject.pipeline(AsItIs(), Blend(self._branches(weights), warmth))
        self._tell_member(members[-1], whole, {n: float(w) for n, w in enumerate(weights, 1) if w > 0})
        rows = Rows(np.empty((len(bench.truth), 0)), bench.truth, bench.weight)
        self._judged = rows, cooled(whole, warmth) if self._subject.classes else whole
        progress.step(len(members), self._wanted, None, self._judged)

    def _branches(self, weights: NDArray[np.float64]) -> tuple[Branch, ...]:
        made = [
            Branch(member.candidate.estimator, transformer, predictor, float(weight) / len(member.fits))
            for member, weight in zip(self._members, weights, strict=True)
            if weight > 0
            for transformer, predictor in member.fits
        ]
        # What one transformer makes is made once for all branches that need it.
        order = {id(branch.transformer): place for place, branch in reversed(list(enumerate(made)))}
        return tuple(sorted(made, key=lambda branch: order[id(branch.transformer)]))

    # -- telling -------------------------------------------------------------------------------------------------------

    def _tell_member(self, member: Member, whole: NDArray[np.float64], weights: dict[int, float]) -> None:
        task, truth = self._experiment.task, self._bench.truth
        main = main_metric(task).name
        limits = intervals(task, truth, member.predicted, seed=self._experiment.seed, budget_s=_INTERVAL_S).get(main)
        self._emit(
            MemberScored(
                job=self._experiment.run,
                member=len(self._members),
                title=member.candidate.title,
                estimator=member.candidate.estimator,
                params=member.candidate.params,
                metric=main,
                score=scores(task, truth, member.predicted)[main],
                low=limits[0] if limits else None,
                high=limits[1] if limits else None,
                loss=finite(member.loss),
                seconds=member.seconds,
                fits=len(member.fits),
                cut=member.cut,
                ensemble=scores(task, truth, whole)[main],
                weights=weights,
            )
        )

    def _tell_failed(self, candidate: Candidate, error: Exception) -> str:
        detail = error.detail if isinstance(error, AetheronError) else f"{type(error).__name__}: {error}"
        self._emit(
            MemberScored(
                job=self._experiment.run,
                member=0,
                title=candidate.title,
                estimator=candidate.estimator,
                params=candidate.params,
                metric=main_metric(self._experiment.task).name,
                reason=detail,
            )
        )
        return f"{candidate.title}: {detail}"

    def _say(self, text: str) -> None:
        self._emit(MessageLogged(job=self._experiment.run, level="info", text=text))


def _wanted(experiment: Experiment) -> int | None:
    wanted = experiment.params["models"]
    if wanted is None and experiment.budget_s is None:
        return _MODELS
    return None if wanted is None else int(wanted)
