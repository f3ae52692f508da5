"""Training is one plain function: it serves window, command line, test and notebook alike."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.deciding import CostRule, matrix_of
from aetheron_desktop.engine.estimators.limits import values
from aetheron_desktop.engine.evaluation.blending import temperature
from aetheron_desktop.engine.evaluation.conformal import calibrated
from aetheron_desktop.engine.evaluation.importance import importance
from aetheron_desktop.engine.evaluation.intervals import intervals
from aetheron_desktop.engine.evaluation.metrics import BASELINE
from aetheron_desktop.engine.evaluation.predictions import DUMMY, DUMMY_LIMITS
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.evaluation.thresholds import DECIDED, best_threshold, cheapest_threshold
from aetheron_desktop.engine.evaluation.verdict import rows_hash
from aetheron_desktop.engine.events import KEEPING, MessageLogged, Progressed, RunResumed, RunStarted
from aetheron_desktop.engine.training.checkpoints import INTERVAL_S, Checkpoints
from aetheron_desktop.engine.training.clock import Clock
from aetheron_desktop.engine.training.experiment import Costs
from aetheron_desktop.engine.training.fit_progress import FitProgress, StopFit
from aetheron_desktop.engine.training.learner import SingleLearner
from aetheron_desktop.engine.training.lives import changed_libraries, mark_in
from aetheron_desktop.engine.training.machine import environment, libraries_of
from aetheron_desktop.engine.training.preparation import read
from aetheron_desktop.engine.training.provenance import provenance
from aetheron_desktop.engine.training.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import ColumnRange
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline
    from aetheron_desktop.engine.events import Event, Level, Outcome
    from aetheron_desktop.engine.training.auto.kept import PredictorFiles
    from aetheron_desktop.engine.training.auto_record import AutoRecord
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.learner import Learner
    from aetheron_desktop.engine.training.live_importance import LiveImportance
    from aetheron_desktop.engine.training.lives import Earlier
    from aetheron_desktop.engine.training.preparation import Exam, Material

    Emit = Callable[[Event], None]

_EVALUATION_S: Final = 0.7
"""How long the evaluation of a stopped run may take before it is done on a part of the test rows."""
_PROBE_ROWS: Final = 256
_INTERVALS_S: Final = {"succeeded": 1.0, "stopped": 0.1}
"""What resampling may take: whoever pressed Stop is waiting."""
_IMPORTANCE_S: Final = 0.5
"""What asking for the importance of columns may take; a stopped run has none."""


def train(experiment: Experiment, dataset: Dataset, emit: Emit, should_stop: Callable[[], bool]) -> Run:
    """Do the run of ``experiment`` on ``dataset``, telling ``emit`` of it, until it is done or ``should_stop`` says so.

    Raises:
        TrainingError: the table cannot be trained on as asked; the words say why.
    """
    return Training(experiment, dataset, emit).run(should_stop)


class Training:
    """One run on its way; :meth:`conclude` may be called from another thread while :meth:`run` is inside C code.

    With ``again`` an ensemble does what another had done, whatever the time.
    """

    def __init__(  # noqa: PLR0913 - what surrounds a run, all by keyword
        self,
        experiment: Experiment,
        dataset: Dataset,
        emit: Emit,
        *,
        threads: int | None = None,
        checkpoints: Path | None = None,
        key: bytes | None = None,
        interval_s: float = INTERVAL_S,
        earlier: Earlier | None = None,
        paused_s: Callable[[], float] = lambda: 0.0,
        files: PredictorFiles | None = None,
        again: AutoRecord | None = None,
    ) -> None:
        self._experiment = experiment
        self._dataset = dataset
        self._emit = emit
        self._threads = threads or max(1, (os.cpu_count() or 1) - 1)
        self._checkpoints = Checkpoints(checkpoints, interval_s, key=key)
        self._earlier = earlier
        self._files = files
        self._again = again
        self._clock = Clock(earlier.seconds if earlier else 0.0, paused_s)
        self._fit: FitProgress | None = None
        self._live: LiveImportance | None = None
        self._card = catalog.card(experiment.estimator)
        self._lock = threading.Lock()
        self._evaluation = threading.Lock()
        self._end: Run | None = None
        self._ready: tuple[Exam, Learner] | None = None
        self._rows: dict[str, int] = {}
        self._ranges: dict[str, ColumnRange] = {}
        self._environment: dict[str, str] = {}

    def run(self, should_stop: Callable[[], bool]) -> Run:
        """Do the run; see :func:`train`."""
        from threadpoolctl import threadpool_limits

        self._environment = environment(
            self._threads,
            device=self._experiment.params.get("device"),
            device_type=str(self._experiment.params.get("device_type", "cpu")),
            libraries=libraries_of(self._card, self._experiment.task),
        )
        self._begin()
        self._progress("prepare", 0, None)
        with threadpool_limits(limits=self._threads):
            exam, learner = self._prepare()
            if should_stop():
                return self._nothing("stopped")
            progress = self._fit = FitProgress(
                self._experiment, self._emit, should_stop, clock=self._clock, checkpoints=self._checkpoints
            )
            if (live := self._live) is not None:
                progress.after_step = lambda step, seconds: live.look(step, seconds, self._emit)
            try:
                learner.fit(progress)
            except StopFit:
                if learner.model is None and progress.ended_by == "hand":
                    return self._nothing("stopped")
            model = learner.model
            if progress.ended_by == "hand":
                assert model is not None
                return self._stopped(exam, self._decided(model, learner))
            if progress.ended_by == "time":
                self._say("info", f"The time budget of {self._experiment.budget_s:g} s is used up.")
            if model is None and progress.ended_by == "time":
                raise TrainingError(
                    f"{self._card.name} had not made a first model when the time budget was used up.",
                    hint="Give it more time, or choose a faster estimator.",
                )
            if model is None:
                raise TrainingError(
                    f"{self._card.name} found nothing: its loss was never a number.",
                    hint="Try a smaller learning rate, or another estimator.",
                )
            self._progress("evaluate", 0, None)
            return self._evaluate(exam, self._decided(model, learner), "succeeded")

    def conclude(self) -> Run:
        """Give the run as stopped, with the best so far, while the fit is still inside a step."""
        with self._lock:
            ready = self._ready
        model = None if ready is None else ready[1].model
        if ready is None or model is None:
            return self._nothing("stopped")
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=self._threads):
            return self._stopped(ready[0], self._decided(model, ready[1]))

    def _decided(self, model: FittedPipeline, learner: Learner) -> FittedPipeline:
        """Give ``model`` with the threshold that the experiment's costs or metric ask for, or with its limits."""
        plan = self._experiment
        if plan.task == "regression":
            return self._limited(model, learner)
        if plan.task == "multiclass" and plan.error_costs:
            return self._by_costs(model, learner)
        given = plan.costs or self._two_costs(model)
        wants = given is not None or plan.metric in DECIDED
        judged = learner.judged() if plan.task == "binary" and wants else None
        if judged is None:
            return model
        truth, probability = judged[0].y, judged[1][:, 1]
        if given is not None:
            found = cheapest_threshold(truth, probability, false_alarm=given.false_alarm, miss=given.miss)
        else:
            found = best_threshold(truth, probability, plan.metric)
        self._say("info", f"{model.classes[1]!r} is predicted from a probability of {found:.3f}, chosen on other rows.")
        return replace(model, threshold=found)

    def _two_costs(self, model: FittedPipeline) -> Costs | None:
        """Give what both errors of two classes cost, where that is said by their names."""
        if self._experiment.task != "binary" or not self._experiment.error_costs:
            return None
        (_, alarm), (miss, _) = matrix_of(self._experiment.error_costs, model.classes)
        return Costs(false_alarm=alarm, miss=miss)

    def _by_costs(self, model: FittedPipeline, learner: Learner) -> FittedPipeline:
        """Give ``model`` so that it predicts the class that is expected to cost least."""
        judged = learner.judged()
        warmth = 1.0 if judged is None else temperature(judged[0].y, judged[1], judged[0].weight)
        rule = CostRule(matrix=matrix_of(self._experiment.error_costs, model.classes), temperature=warmth)
        self._say("info", "Of the classes that one is predicted that is expected to cost least.")
        return replace(model, costs=rule)

    def _limited(self, model: FittedPipeline, learner: Learner) -> FittedPipeline:
        """Give ``model`` with limits around what it predicts, as far as other rows tell them."""
        judged, level = learner.judged(), self._experiment.level
        limits = None if judged is None else calibrated(judged[0].y, judged[1], level)
        if limits is None:
            self._say("info", f"Too few rows are left to tell where {100 * level:.4g} % of all rows lie.")
            return model
        self._say("info", f"Limits of the predictions: {limits.words}.")
        return replace(model, limits=limits)

    def _stopped(self, exam: Exam, model: FittedPipeline) -> Run:
        """Evaluate the best so far, once, whichever of the two threads comes first."""
        self._progress(KEEPING, 0, None)
        # Nothing is told while this lock is held: whoever listens may be the one who waits for it.
        with self._evaluation:
            if self._end is None:
                self._end = self._evaluate(exam, model, "stopped")
                count, most = self._end.rows["test"], len(exam.rows)
            else:
                count = most = 0
        if count < most:
            self._say("warning", f"Stopped: evaluated on {count:,} of {most:,} test rows.")
        return self._end

    def _begin(self) -> None:
        """Write the start record, or that the run goes on and from where."""
        run, earlier = self._experiment.run, self._earlier
        if earlier is None or earlier.environment is None:
            plan = _plain(self._experiment)
            self._emit(RunStarted(job=run, experiment=plan, environment=self._environment))
        if earlier is None:
            return
        changed = changed_libraries(earlier.environment or {}, self._environment)
        if changed:
            self._checkpoints.forget()
        mark = mark_in(self._checkpoints.newest())
        if self._checkpoints.refused:
            self._say("warning", "A checkpoint was not written here, or was changed since, and is not opened.")
        step = mark.step if mark else 0
        self._emit(
            RunResumed(
                job=run, step=step, seconds=earlier.seconds, environment=self._environment, changed=tuple(changed)
            )
        )
        if changed:
            self._say("warning", f"The run begins anew, for its checkpoints are of other libraries: {changed[0]}.")
        elif mark:
            self._say("info", f"The run goes on after step {step:,}, at its last checkpoint.")
        else:
            self._say("info", "The run begins anew: it was cut short before its first checkpoint.")

    # -- the steps ----------------------------------------------------------------------------------------------------

    def _prepare(self) -> tuple[Exam, Learner]:
        material = read(
            self._experiment,
            self._dataset,
            lambda text: self._say("info", text),
            lambda text: self._say("warning", text),
        )
        self._rows = {name: len(part) for name, part in material.parts._asdict().items()}
        self._ranges = material.ranges
        if self._experiment.error_costs:
            # Whether the classes are there is known from here on; nobody shall wait for the fit to hear of it.
            matrix_of(self._experiment.error_costs, material.subject.classes)
        exam = material.exam()
        learner = self._learner(material)
        if isinstance(learner, SingleLearner):
            # The folds of an ensemble leave no rows that none of its members has learned from.
            self._live = learner.live_importance(self._experiment.run, self._experiment.seed)
        with self._lock:
            self._ready = exam, learner
        return exam, learner

    def _learner(self, material: Material) -> Learner:
        if self._card.ensemble:
            from aetheron_desktop.engine.training.auto.kept import KeptFits
            from aetheron_desktop.engine.training.auto.learner import AutoLearner

            kept = KeptFits(self._checkpoints, self._files, material.subject)
            return AutoLearner(
                self._experiment, material, self._dataset, self._threads, self._emit, kept=kept, again=self._again
            )
        return SingleLearner(self._experiment, material, self._card, self._threads)

    def _evaluate(self, exam: Exam, model: FittedPipeline, outcome: Outcome) -> Run:
        chosen = self._affordable(model, exam.table) if outcome == "stopped" else slice(None)
        task = self._experiment.task
        table, truth, rows = exam.table.iloc[chosen], exam.y[chosen], exam.rows[chosen]
        told = model.told(table)
        raw = told if model.classes else values(told)
        named, between, level = model.named(told, table.index), model.between(told), self._experiment.level
        dummy_limits = None if between is None else exam.dummy_limits(len(truth), level)
        dummy = exam.dummy(len(truth))
        baseline = scores(task, truth, dummy, between=dummy_limits, level=level, costs=model.costs)
        truth_words = np.array(model.classes, dtype=object)[truth] if model.classes else truth
        found = scores(task, truth, raw, threshold=model.threshold, between=between, level=level, costs=model.costs)
        named.insert(0, "row", rows)
        named.insert(1, "truth", truth_words)
        # Beside the rows stands what the dummy says of any: each metric that is asked for later has its baseline.
        named.attrs[DUMMY] = exam.baseline.tolist()
        if dummy_limits is not None:
            named.attrs[DUMMY_LIMITS] = dummy_limits[0].tolist()
        return Run(
            experiment=self._experiment,
            outcome=outcome,
            dataset_name=self._dataset.info.name,
            model=model,
            metrics=found | {f"{BASELINE}{name}": score for name, score in baseline.items()},
            baseline=baseline,
            predictions=named,
            sample=table.head(20),
            rows=self._rows | {"test": len(truth)},
            environment=self._environment,
            seconds=self._clock.seconds(),
            steps=self._fit.done if self._fit else 0,
            ended_by="hand" if outcome == "stopped" else self._fit.ended_by if self._fit else "",
            auto=self._ready[1].record(model) if self._ready else None,
            provenance=provenance(
                self._dataset,
                self._experiment.split.frozen or "",
                rows_hash(rows, self._dataset.info.id),
            ),
            ranges=self._ranges,
            intervals=intervals(
                task,
                truth,
                raw,
                threshold=model.threshold,
                between=between,
                level=level,
                costs=model.costs,
                seed=self._experiment.seed,
                budget_s=_INTERVALS_S[outcome],
            ),
            importance=self._importance(model, table, truth) if outcome == "succeeded" else {},
        )

    def _importance(self, model: FittedPipeline, table: pd.DataFrame, truth: NDArray[Any]) -> dict[str, float]:
        names = [column.name for column in model.columns.columns]
        task, seed = self._experiment.task, self._experiment.seed
        return importance(model.raw, table[names], truth, task, columns=names, seed=seed, budget_s=_IMPORTANCE_S)

    def _affordable(self, model: FittedPipeline, table: pd.DataFrame) -> slice | NDArray[np.int64]:
        """Give the test rows that can be evaluated at once: whoever pressed Stop is waiting."""
        count = len(table)
        began = time.monotonic()
        rows = _PROBE_ROWS
        while rows < count:
            started = time.monotonic()
            model.raw(table.iloc[:rows])
            now = time.monotonic()
            # The first rows cost the most: what does not grow with the rows is in them, so more are tried.
            each = (now - started) / rows
            left = _EVALUATION_S - (now - began)
            if each * count <= left:
                return slice(None)
            if now - started > _EVALUATION_S / 10:
                most = min(count, max(_PROBE_ROWS, int(left / each)))
                return np.sort(np.random.default_rng(self._experiment.seed).choice(count, most, replace=False))
            rows *= 4
        return slice(None)

    def _nothing(self, outcome: Outcome) -> Run:
        return Run(
            experiment=self._experiment,
            outcome=outcome,
            dataset_name=self._dataset.info.name,
            model=None,
            metrics={},
            baseline={},
            predictions=pd.DataFrame(),
            sample=pd.DataFrame(),
            rows={},
            environment=self._environment,
            seconds=self._clock.seconds(),
        )

    # -- telling ------------------------------------------------------------------------------------------------------

    def _progress(self, stage: str, done: float, total: float | None, eta_s: float | None = None) -> None:
        self._emit(Progressed(job=self._experiment.run, stage=stage, done=done, total=total, eta_s=eta_s))

    def _say(self, level: Level, text: str) -> None:
        self._emit(MessageLogged(job=self._experiment.run, level=level, text=text))


def _plain(experiment: Experiment) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(experiment)
    return plain
