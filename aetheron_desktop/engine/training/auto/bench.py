"""Where candidates are fitted: the rows of each fold, prepared once for all that need them in the same style."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from aetheron_desktop.engine.estimators.limits import LEVEL
from aetheron_desktop.engine.estimators.quantiles import levels, said
from aetheron_desktop.engine.evaluation.scores import log_loss, mean_pinball
from aetheron_desktop.engine.training.auto.fold_progress import FoldProgress, TimeIsUp
from aetheron_desktop.engine.training.auto.folds import spread
from aetheron_desktop.engine.training.auto.kept import FitAbout
from aetheron_desktop.engine.training.auto.member import FoldFit, Member
from aetheron_desktop.engine.training.auto_record import BegunRecord
from aetheron_desktop.engine.training.learner import implementation, recipe, style_of
from aetheron_desktop.engine.training.preparation import prepare

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Estimator, Predictor
    from aetheron_desktop.engine.training.auto.folds import Folds
    from aetheron_desktop.engine.training.auto.kept import KeptFits
    from aetheron_desktop.engine.training.auto.member import Attempt
    from aetheron_desktop.engine.training.auto_record import Cut
    from aetheron_desktop.engine.training.preparation import Material, Prepared

_KEPT_BYTES: Final = 1 << 30
"""Rows that were turned to numbers are kept for the next of the same style, up to so many."""


class _Begun(NamedTuple):
    attempt: Attempt
    fold: int
    transformer: Any
    estimator: Estimator
    progress: FoldProgress

    def record(self, cut: Cut | None) -> BegunRecord:
        one = self.attempt
        return BegunRecord(number=one.number, candidate=one.candidate, fold=self.fold, cut=cut)


class Bench:
    """Fits candidates on folds; may be asked by several threads at once."""

    def __init__(
        self, material: Material, folds: Folds, seed: int, threads: int, kept: KeptFits, *, level: float = LEVEL
    ) -> None:
        self._material = material
        self.folds = folds
        self._seed = seed
        self._threads = threads
        self._level = level
        self._kept = kept
        self._prepared: dict[tuple[str, int], Prepared] = {}
        self._bytes = 0
        self._lock = threading.Lock()
        self.judged = folds.judged
        self.truth: NDArray[Any] = material.y[self.judged]
        self.weight = material.weight(self.judged)
        self._first: tuple[Any, Predictor, BegunRecord] | None = None
        self._current: dict[int, _Begun] = {}

    @property
    def best_begun(self) -> tuple[Any, Predictor] | None:
        """The transformer and what was fitted by the first fit, done or on its way; None where there is nothing."""
        if self._first is not None:
            return self._first[:2]
        for begun in list(self._current.values()):
            if begun.estimator.fitted is not None:
                return begun.transformer, begun.estimator.fitted
        return None

    def record_of(self, predictor: object) -> BegunRecord | None:
        """Say of which fit ``predictor`` is, one that :attr:`best_begun` gave; None where that cannot be done again."""
        if self._first is not None and self._first[1] is predictor:
            return self._first[2]
        for begun in list(self._current.values()):
            if begun.estimator.fitted is predictor and begun.progress.cut is not None:
                return begun.record(begun.progress.cut)
        return None

    def fit(self, attempt: Attempt, fold: int, budget_s: float | None, is_over: threading.Event) -> FoldFit:
        """Fit the candidate of ``attempt`` on ``fold`` within ``budget_s`` seconds.

        What a run that was cut short had kept is taken from there, and a fit that it had begun goes on from its
        checkpoint. Whatever the estimator raises comes through.

        Raises:
            FitEnded: ``is_over`` or that of the attempt was set.
            TimeoutError: there was no first model within the time.
        """
        candidate = attempt.candidate
        kind = implementation(candidate.card)
        known = self._kept.get(attempt.number, candidate, fold)
        prepared = self._rows(style_of(kind, self._material.subject), fold)
        if known is not None:
            return FoldFit(known[0], prepared.transformer, known[1], said(known[1], prepared.valid.X))
        began = time.monotonic()
        checkpoints = self._kept.going(attempt.number, candidate, fold)
        task = self._material.subject.task
        cut_at = attempt.cuts[fold] if attempt.cuts else None
        progress = FoldProgress(
            task, checkpoints, budget_s, (is_over, attempt.is_over), cut_at=cut_at, level=self._level
        )
        seed = (self._seed + fold) % 2**32
        made = kind(recipe(self._material.subject, prepared, candidate.params, seed, self._threads, level=self._level))
        begun = _Begun(attempt, fold, prepared.transformer, made, progress)
        self._current[threading.get_ident()] = begun
        with suppress(TimeIsUp):
            made.fit(prepared.train, prepared.valid, progress)
        predictor = made.fitted
        if predictor is None:
            raise TimeoutError("it had no first model when its time was used up")
        seconds = time.monotonic() - began
        about = FitAbout(candidate=candidate, fold=fold, seconds=seconds, cut=progress.cut)
        self._kept.put(attempt.number, about, predictor)
        checkpoints.forget()
        self._first = self._first or (prepared.transformer, predictor, begun.record(progress.cut))
        del self._current[threading.get_ident()]
        return FoldFit(about, prepared.transformer, predictor, said(predictor, prepared.valid.X))

    def member(self, attempt: Attempt) -> Member:
        """Give what an attempt has become that is done.

        Raises:
            ValueError: what it predicts are not numbers.
            Exception: whatever one of its fits raised.
        """
        if attempt.error is not None:
            raise attempt.error
        fits = tuple(attempt.done[fold] for fold in range(attempt.folds))
        parts = [fit.predicted for fit in fits]
        predicted = spread(len(self._material.table), self.judged, self.folds.parts, parts)
        loss = self.loss(predicted)
        if not np.isfinite(loss):
            raise ValueError("its predictions are not numbers")
        return Member(attempt.number, attempt.candidate, fits, predicted, loss)

    def loss(self, predicted: NDArray[np.float64]) -> float:
        """Give the log loss, the mean squared error, or of quantiles (m, 3) the pinball loss, on the judged rows."""
        if predicted.ndim == 2 and self._material.subject.task == "regression":
            return mean_pinball(self.truth, predicted, levels(self._level), self.weight)
        if self._material.subject.task == "regression":
            return float(np.average((predicted - self.truth) ** 2, weights=self.weight))
        return log_loss(self.truth, predicted, self.weight)

    def _rows(self, style: Any, fold: int) -> Prepared:
        key = (style, fold)
        with self._lock:  # whoever needs the same rows waits for them
            known = self._prepared.get(key)
            if known is not None:
                return known
            part = self.folds.parts[fold]
            made = prepare(self._material, style, self._seed, part.train, part.valid)
            size = made.train.X.nbytes + made.valid.X.nbytes
            if len(self.folds.parts) == 1:
                self._prepared = {key: made}
            elif self._bytes + size <= _KEPT_BYTES:
                self._prepared[key] = made
                self._bytes += size
            return made
