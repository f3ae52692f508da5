"""How a fit speaks: what it tells becomes events and checkpoints, and a wish to stop becomes its end."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.estimators.base import FitEnded
from aetheron_desktop.engine.estimators.limits import values
from aetheron_desktop.engine.evaluation.metrics import main_metric
from aetheron_desktop.engine.evaluation.scores import roc_auc
from aetheron_desktop.engine.events import MessageLogged, MetricLogged, Progressed, finite
from aetheron_desktop.engine.training.eta import Eta
from aetheron_desktop.engine.training.judge import Judge
from aetheron_desktop.engine.training.lives import Mark, mark_in, put_mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Judged
    from aetheron_desktop.engine.events import Event, Part
    from aetheron_desktop.engine.training.checkpoints import Checkpoints
    from aetheron_desktop.engine.training.clock import Clock
    from aetheron_desktop.engine.training.experiment import EndedBy, Experiment

_TELL_S: Final = 0.1


class StopFit(FitEnded):
    """The fit is to end with the best so far: it was asked to stop, or what it was given is used up."""


class FitProgress:
    """Turns what a fit tells into events, and the wish to stop into the end of the fit."""

    def __init__(
        self,
        experiment: Experiment,
        emit: Callable[[Event], None],
        should_stop: Callable[[], bool],
        *,
        clock: Clock,
        checkpoints: Checkpoints,
    ) -> None:
        self._experiment = experiment
        self._emit = emit
        self._should_stop = should_stop
        self._clock = clock
        self._checkpoints = checkpoints
        self._began = clock.seconds()
        self._told_at = 0.0
        self._loss_of = Judge(experiment.task, experiment.level).loss
        self._total: int | None = None
        self._stage = "fit"
        self._expected: float | None = None
        self._work: tuple[float, float] | None = None
        mark = mark_in(checkpoints.newest())
        self.done = mark.step if mark else 0
        """How many steps are complete."""
        self._before = mark.seconds if mark else 0.0
        self.after_step: Callable[[int, Callable[[], float]], None] | None = None
        """What is done after a step that was judged; it hears the step, and can ask how long the fit has taken."""
        self.ended_by: EndedBy = "itself"
        self._worked = time.process_time() - self._before
        self._eta = Eta()
        self._eta.add(self.done, self._before, self._before)

    @property
    def seconds(self) -> float:
        """How long the fit has taken, with what led to the checkpoint that it went on from."""
        return self._before + self._clock.seconds() - self._began

    def step(self, number: int, total: int | None, train: Judged | None, valid: Judged | None) -> float:
        """Tell the curves and the progress; give the validation loss."""
        self._done(number, total)
        loss = float("nan")
        for part, judged in (("train", train), ("valid", valid)):
            if judged is not None:
                loss = self._judge(number, part, judged)  # type: ignore[arg-type]  # the tuple's words are Parts
        self._tell_progress(number, is_last=number == total)
        self._end_if_wanted()
        if self.after_step is not None:
            self.after_step(number, lambda: self.seconds)
        return loss

    def tick(self, number: int, total: int | None) -> None:
        """Tell the progress alone."""
        self._done(number, total)
        self._tell_progress(number, is_last=number == total)
        self._end_if_wanted()

    def work(self, done: float, total: float) -> None:
        """Tell how much is done and to be done, where steps are unlike."""
        if self._work is None:
            # What was counted in steps is no measure of it.
            self._eta = Eta()
        self._work = done, total

    def expect(self, seconds: float | None) -> None:
        """Tell how long what is left will take; None where the steps tell it."""
        self._expected = seconds

    def batch(self, number: int, total: int | None, loss: float) -> None:
        """Tell the loss of mini-batches."""
        self._total = total
        self._metric(number, "train", "loss", loss)
        self._tell_progress(number)
        self._end_if_wanted()

    def stage(self, name: str) -> None:
        """Name what is done."""
        self._stage = name

    def say(self, text: str) -> None:
        """Tell a decision."""
        self._emit(MessageLogged(job=self._experiment.run, level="info", text=text))

    def checkpoint(self, write: Callable[[Path], None]) -> None:
        """Write a checkpoint, every few seconds."""

        def write_all(folder: Path) -> None:
            write(folder)
            put_mark(folder, Mark(step=self.done, seconds=self.seconds))

        self._checkpoints.offer(write_all)

    def restored(self) -> Path | None:
        """Give the last checkpoint."""
        return self._checkpoints.newest()

    def _done(self, number: int, total: int | None) -> None:
        self.done, self._total = number, total

    def _judge(self, number: int, part: Part, judged: Judged) -> float:
        rows, predicted = judged
        loss = self._loss_of(judged)
        self._metric(number, part, main_metric(self._experiment.task).name, self._main(rows.y, predicted))
        self._metric(number, part, "loss", loss)
        return loss

    def _main(self, y: NDArray[Any], predicted: NDArray[np.float64]) -> float | None:
        if self._experiment.task == "regression":
            return math.sqrt(float(((values(predicted) - y) ** 2).mean()))
        if self._experiment.task == "multiclass":
            return float((predicted.argmax(axis=1) == y).mean())
        return roc_auc(y, predicted[:, 1])

    def _metric(self, number: int, part: Part, name: str, value: float | None) -> None:
        number_or_none = None if value is None else finite(value)
        self._emit(MetricLogged(job=self._experiment.run, step=number, part=part, name=name, value=number_or_none))

    def _tell_progress(self, number: int, *, is_last: bool = False) -> None:
        now = time.monotonic()
        if now - self._told_at < _TELL_S and not is_last:
            return
        self._told_at = now
        elapsed = self.seconds
        done, total = self._work or (number, self._total)
        self._eta.add(done, elapsed, time.process_time() - self._worked)
        eta = self._expected
        if eta is None and total:
            eta = self._eta.left(total)
        if self._experiment.budget_s is not None:
            left = max(0.0, self._experiment.budget_s - elapsed)
            eta = left if eta is None else min(eta, left)
        self._emit(Progressed(job=self._experiment.run, stage=self._stage, done=done, total=total, eta_s=eta))

    def _end_if_wanted(self) -> None:
        budget, steps = self._experiment.budget_s, self._experiment.steps
        if self._should_stop():
            self._end("hand")
        elif steps is not None and self.done >= steps:
            self._end("steps")
        elif budget is not None and self.seconds > budget:
            self._end("time")

    def _end(self, cause: EndedBy) -> None:
        self.ended_by = cause
        raise StopFit
