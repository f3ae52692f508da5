"""Auto: many estimators on the same folds, put together to the ensemble that predicts best what none has seen.

First a result in seconds, then ever better ones. Everything is chosen on rows that the models in question did not
learn from, and never on the test part.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import psutil

from aetheron_desktop.engine.errors import AetheronError, TrainingError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.base import FitEnded, Rows
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.events import MemberScored, MessageLogged, finite
from aetheron_desktop.engine.training.auto.bench import Bench
from aetheron_desktop.engine.training.auto.ensemble import Assembler
from aetheron_desktop.engine.training.auto.folds import folds_in_time, make_folds
from aetheron_desktop.engine.training.auto.lanes import Lanes, is_alone
from aetheron_desktop.engine.training.auto.member import Attempt
from aetheron_desktop.engine.training.auto.pace import Pace
from aetheron_desktop.engine.training.auto.portfolio import portfolio
from aetheron_desktop.engine.training.auto.scale import Scale
from aetheron_desktop.engine.training.auto.usual import MODELS, usual_folds
from aetheron_desktop.engine.training.auto_record import AutoRecord, MemberRecord
from aetheron_desktop.engine.training.forecast import LEARNED, forecast, memory_words, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.estimators.base import Judged
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.training.auto.ensemble import Ensemble
    from aetheron_desktop.engine.training.auto.kept import KeptFits
    from aetheron_desktop.engine.training.auto.member import Member
    from aetheron_desktop.engine.training.auto_record import BegunRecord
    from aetheron_desktop.engine.training.candidate import Candidate
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.learner import RunProgress
    from aetheron_desktop.engine.training.preparation import Material

_LOOK_S: Final = 0.1
_FAILURES: Final = 5
"""So many more failures than members, and it gives up."""
_TOO_SLOW: Final = 20
"""So many candidates in a row that there is no time for, and it is done."""
_OVER: Final = 1.2
"""A candidate is begun when it is known to take up to so many times what is left; its fits are then cut to fit."""
_MEASURE: Final = "lightgbm"
"""A strong estimator, by which it is told how many folds there is time for."""
_RESERVE: Final = 0.02
"""The share of the time that is for putting the last member to the others."""
_SAFE: Final = 0.9
"""The share of the free memory that a fit may be expected to take."""
_MOST_LANES: Final = 8
"""More fits at a time would end with too many that are incomplete; each has more threads then."""
_BESIDE: Final = 8
"""So many times what a table takes is there for each fit beside the others."""


class AutoLearner:
    """Trains the portfolio, member after member; :attr:`model` is the ensemble of those that are complete.

    With ``again`` it does what that one had done, and nothing else.
    """

    def __init__(
        self,
        experiment: Experiment,
        material: Material,
        dataset: Dataset,
        threads: int,
        emit: Callable[[Event], None],
        *,
        kept: KeptFits,
        again: AutoRecord | None = None,
    ) -> None:
        self._experiment = experiment
        self._subject = material.subject
        self._emit = emit
        self._size = size_of(dataset.info, experiment)
        self._again = again
        if again is None:
            self._lanes = lanes_for(threads, _BESIDE * material.table.memory_usage(index=False).sum())
            self._asked_folds = self._folds(len(material.table) - len(material.parts.test))
        else:
            self._lanes, self._asked_folds = min(again.lanes, threads), again.folds
        made = make_folds(experiment, material, dataset, self._asked_folds)
        self._threads = threads // self._lanes
        self._bench = Bench(material, made, experiment.seed, self._threads, kept, level=experiment.level)
        self._scale = Scale(experiment)
        latency_ms = experiment.params["latency_ms"]
        self._assembler = Assembler(
            experiment.task,
            experiment.metric or main_metric(experiment.task).name,
            experiment.seed,
            self._bench.truth,
            self._bench.weight,
            level=experiment.level,
            latency_ms=None if latency_ms is None else float(latency_ms),
            row=material.subject.columns.given(material.table.iloc[:1]),
        )
        memory_gb = experiment.params["memory_gb"]
        self._memory = _SAFE * psutil.virtual_memory().available if memory_gb is None else 1e9 * float(memory_gb)
        self._portfolio = self._candidates()
        self._given = iter(again.members if again else ())
        self._tried = 0
        self._members: list[Member] = []
        self._whole: Ensemble | None = None
        self._made: tuple[FittedPipeline, AutoRecord] | None = None
        self._judged: Judged | None = None
        learned = len(self._bench.folds.parts[0].train)
        self._pace = Pace(msgspec.structs.replace(self._size, rows=round(learned / LEARNED)))
        self._reasons: list[str] = []
        self._wanted = _wanted(experiment) if again is None else len(again.members)

    @property
    def model(self) -> FittedPipeline | None:
        """The ensemble; before its first member is complete, the best that is there of that one."""
        made, begun = self._made, self._bench.best_begun
        if made is not None:
            return made[0]
        return None if begun is None else self._subject.pipeline(*begun)

    def record(self, model: FittedPipeline) -> AutoRecord | None:
        """Say how ``model``, which this learner gave, can be made once more; None where it has another by now."""
        made = self._made
        if made is not None:
            return made[1] if made[0].predictor is model.predictor else None
        begun = self._bench.record_of(model.predictor)
        return None if begun is None else AutoRecord(folds=self._asked_folds, lanes=self._lanes, begun=begun)

    def judged(self) -> Judged | None:
        """Give what the ensemble says of all rows that are predicted in folds."""
        return self._judged

    def fit(self, progress: RunProgress) -> None:
        """Train until the time or the number of models is used up.

        Raises:
            TrainingError: not one estimator could be fitted.
        """
        from threadpoolctl import threadpool_limits

        side = f", {self._lanes} fits at a time" if self._lanes > 1 else ""
        self._say(f"Auto: {len(self._bench.judged):,} rows are predicted, {self._bench.folds.how}{side}.")
        if directions := self._experiment.monotone:
            kept = ", ".join(one.words for one in directions)
            self._say(f"The prediction {kept}: only estimators are tried that can promise that.")
        if self._scale.of_quantiles:
            self._say("Quantiles are asked for: estimators that tell them are tried, and chosen by the pinball loss.")
        lanes = Lanes(self._bench, self._lanes, self._threads)
        with threadpool_limits(limits=self._threads, user_api="blas"), lanes:
            try:
                if self._again is not None and self._again.begun is not None:
                    self._repeat(lanes, self._again.begun, progress)
                    return
                self._search(lanes, progress)
            except FitEnded:
                for attempt in lanes.end():
                    self._join(attempt, progress)
                if (left := self._left(progress)) is not None and left <= 0:
                    self._stack(progress)
                raise
        if self._again is None or self._again.is_stacked:
            self._stack(progress)
        if not self._members:
            raise TrainingError(
                f"None of the estimators could be fitted; the first one said: {(self._reasons or ['nothing'])[0]}",
                hint="Look at the columns and the target, or choose a single estimator.",
            )

    def _search(self, lanes: Lanes, progress: RunProgress) -> None:
        while True:
            left = self._left(progress)
            while lanes.is_hungry and (attempt := self._next_attempt(lanes, left)) is not None:
                lanes.begin(attempt)
            if not lanes.open:
                break
            for attempt in lanes.work(_LOOK_S, left):
                self._join(attempt, progress)
            progress.stage(lanes.stage)
            progress.expect(self._expected(lanes))
            progress.tick(len(self._members), self._wanted)
            progress.checkpoint(lambda folder: None)  # the fits keep theirs; this one says how far the run is

    def _repeat(self, lanes: Lanes, begun: BegunRecord, progress: RunProgress) -> None:
        """Do the one fit again that was all there was."""
        cuts = (*[None] * begun.fold, begun.cut)
        attempt = Attempt(begun.number, begun.candidate, begun.fold + 1, None, cuts, begun=begun.fold)
        lanes.begin(attempt)
        while attempt.error is None and not attempt.done:
            lanes.work(_LOOK_S, None)
            progress.stage(lanes.stage)
            progress.tick(0, None)

    def _folds(self, rows: int) -> int:
        """Give how many folds there are: as many as were chosen, else as suit the rows and the time."""
        chosen, budget = self._experiment.params["folds"], self._experiment.budget_s
        if chosen is not None:
            return int(chosen)
        usual = usual_folds(rows)
        fit = forecast(catalog.card(_MEASURE), self._size, {})
        if budget is None or fit is None:
            return usual
        found = folds_in_time(usual, budget * self._lanes / fit.seconds)
        if found < usual:
            self._say(f"There is not the time for {usual} folds: {catalog.card(_MEASURE).name} alone would take it.")
        return found

    # -- what is tried -------------------------------------------------------------------------------------------------

    def _candidates(self) -> Iterator[Candidate]:
        """Give what may be tried, the best known first."""
        of_quantiles = self._scale.of_quantiles
        for candidate in portfolio(self._experiment.task, self._experiment.seed, of_quantiles=of_quantiles):
            if candidate.card.monotone or not self._experiment.monotone:
                yield candidate

    def _next_attempt(self, lanes: Lanes, left: float | None) -> Attempt | None:
        """Give what is to be tried next; None when it is enough, or nothing that there is time for."""
        if self._again is not None:
            member = next(self._given, None)
            return None if member is None else self._repeated(member)
        too_slow = 0
        while not self._is_enough(lanes, left) and too_slow <= _TOO_SLOW:
            candidate = next(self._portfolio, None)
            if candidate is None:
                return None
            attempt = Attempt(self._tried, candidate, len(self._bench.folds.parts), self._pace.listed(candidate))
            self._tried += 1
            if not self._is_affordable(attempt, lanes, left):
                too_slow += 1
            elif (reason := self._too_large(candidate)) is not None:
                self._tell_failed(candidate, reason)
            else:
                return attempt
        return None

    def _repeated(self, member: MemberRecord) -> Attempt:
        folds = len(self._bench.folds.parts)
        # Of other folds than there were then, which are of another table, no end is known.
        cuts = member.cuts if len(member.cuts) == folds else ()
        return Attempt(member.number, member.candidate, folds, None, cuts)

    def _is_enough(self, lanes: Lanes, left: float | None) -> bool:
        if not self._members and not self._reasons and not lanes.open:
            return False  # whatever the time, there shall be a model
        wanted, failures = self._wanted, len(self._reasons)
        if wanted is not None and len(self._members) + len(lanes.open) >= wanted:
            return True
        return (left is not None and left <= 0) or failures > len(self._members) + _FAILURES

    def _is_affordable(self, attempt: Attempt, lanes: Lanes, left: float | None) -> bool:
        """Whether there is time for it, as far as is known; one whose fits would all be cut short takes it away."""
        if left is None or attempt.seconds is None:
            return True
        alone = is_alone(attempt.candidate)
        in_the_way = [one for one in lanes.open if is_alone(one.candidate) or not alone]
        room = left * (1 if alone else self._lanes) - sum(one.seconds_left for one in in_the_way)
        return attempt.seconds <= room * _OVER

    def _too_large(self, candidate: Candidate) -> str | None:
        """Say why it is not begun: it would take more memory than there may be."""
        told = forecast(candidate.card, self._size, candidate.params)
        if told is None or told.bytes <= self._memory:
            return None
        return f"It would take about {memory_words(told.bytes)} of memory; {memory_words(self._memory)} may be taken."

    def _left(self, progress: RunProgress) -> float | None:
        budget = self._experiment.budget_s
        return None if budget is None else budget * (1 - _RESERVE) - progress.seconds

    def _expected(self, lanes: Lanes) -> float | None:
        """Give how long what is left will take; None while nobody knows."""
        if self._wanted is None or not self._members:
            return None
        left = self._wanted - len(self._members) - len(lanes.open)
        coming = islice(self._candidates(), self._tried, self._tried + max(0, left))
        return lanes.seconds_left(self._pace.each, coming)

    # -- the ensemble --------------------------------------------------------------------------------------------------

    def _join(self, attempt: Attempt, progress: RunProgress) -> None:
        """Take what an attempt has become to the others, or tell why it has failed."""
        try:
            member = self._bench.member(attempt)
        except Exception as error:  # noqa: BLE001 - whatever one estimator stumbles over, the others go on
            detail = error.detail if isinstance(error, AetheronError) else f"{type(error).__name__}: {error}"
            self._tell_failed(attempt.candidate, detail)
            return
        self._members.append(member)
        self._pace.took(member.candidate, member.seconds, len(member.fits))
        # In the order of the portfolio, whichever came first: one seed gives one ensemble.
        whole = self._assembler.put_together(sorted(self._members, key=lambda one: one.number))
        self._take(whole)
        self._tell_member(member, whole)
        progress.step(len(self._members), self._wanted, None, self._judged)

    def _take(self, whole: Ensemble) -> None:
        self._whole = whole
        members = sorted(self._members, key=lambda one: one.number)
        record = AutoRecord(
            folds=self._asked_folds,
            lanes=self._lanes,
            members=tuple(one.record for one in members),
            is_stacked=bool(whole.offsets),
        )
        self._made = whole.pipeline(self._subject), record
        rows = Rows(np.empty((len(self._bench.truth), 0)), self._bench.truth, self._bench.weight)
        self._judged = rows, whole.judged()

    def _stack(self, progress: RunProgress) -> None:
        """Put a second layer on the members in the end, where it is better; it keeps neither directions nor order."""
        if self._whole is None or self._experiment.monotone or self._scale.of_quantiles:
            return
        progress.stage("second layer")
        stacked = self._assembler.stacked(self._whole)
        if stacked is not None:
            self._take(stacked)
            self._tell_member(self._members[-1], stacked)

    # -- telling -------------------------------------------------------------------------------------------------------

    def _tell_member(self, member: Member, whole: Ensemble) -> None:
        truth, shares = self._bench.truth, whole.shares
        places = {one.number: place for place, one in enumerate(self._members, 1)}
        limits = self._scale.interval(truth, member.predicted)
        self._emit(
            MemberScored(
                job=self._experiment.run,
                member=len(self._members),
                title=member.candidate.title,
                estimator=member.candidate.estimator,
                params=member.candidate.params,
                metric=self._scale.metric,
                score=self._scale.score(truth, member.predicted),
                low=limits[0] if limits else None,
                high=limits[1] if limits else None,
                loss=finite(member.loss),
                seconds=member.seconds,
                fits=len(member.fits),
                cut=member.record.cut,
                ensemble=self._scale.score(truth, whole.predicted),
                weights={places[number]: share for number, share in shares.items()},
                is_stacked=bool(whole.offsets),
            )
        )

    def _tell_failed(self, candidate: Candidate, reason: str) -> None:
        self._emit(
            MemberScored(
                job=self._experiment.run,
                member=0,
                title=candidate.title,
                estimator=candidate.estimator,
                params=candidate.params,
                metric=self._scale.metric,
                reason=reason,
            )
        )
        self._reasons.append(f"{candidate.title}: {reason}")

    def _say(self, text: str) -> None:
        self._emit(MessageLogged(job=self._experiment.run, level="info", text=text))


def lanes_for(threads: int, table_bytes: float) -> int:
    """Give how many fits are done side by side: as many as there are threads, and memory for each."""
    room = psutil.virtual_memory().available // max(1, int(table_bytes))
    return max(1, min(threads, _MOST_LANES, int(room)))


def _wanted(experiment: Experiment) -> int | None:
    wanted = experiment.params["models"]
    if wanted is None and experiment.budget_s is None:
        return MODELS
    return None if wanted is None else int(wanted)
