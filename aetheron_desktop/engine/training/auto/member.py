"""One estimator of an ensemble: fitted on each fold, and what it says of the rows that it did not learn from."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.estimators.base import FitEnded
from aetheron_desktop.engine.estimators.limits import values
from aetheron_desktop.engine.evaluation.scores import log_loss
from aetheron_desktop.engine.training.auto.folds import spread
from aetheron_desktop.engine.training.auto.kept import FitAbout
from aetheron_desktop.engine.training.learner import implementation, recipe
from aetheron_desktop.engine.training.preparation import prepare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Estimator, Judged, Predictor, Progress
    from aetheron_desktop.engine.training.auto.folds import Folds
    from aetheron_desktop.engine.training.auto.kept import KeptFits
    from aetheron_desktop.engine.training.auto.portfolio import Candidate
    from aetheron_desktop.engine.training.preparation import Material, Prepared

_KEPT_BYTES: Final = 1 << 30
"""Rows that were turned to numbers are kept for the next of the same style, up to so many."""
_LOOK_S: Final = 0.05
_FIT: Final = "fit"
_KEY: Final = "key.json"


class TimeIsUp(FitEnded):
    """The fit is to end with the best so far; the others go on."""


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A candidate that was fitted on all folds.

    ``predicted`` (m, classes) or (m,) is what is said of the judged rows, ``loss`` the log loss or the mean squared
    error of that. ``cut`` is how many of the fits the clock ended.
    """

    candidate: Candidate
    fits: tuple[tuple[Any, Predictor], ...]
    predicted: NDArray[np.float64]
    loss: float
    seconds: float
    cut: int


class Bench:
    """Fits candidates on the folds, one after the other; what is prepared for one serves the next."""

    def __init__(self, material: Material, folds: Folds, seed: int, threads: int, kept: KeptFits) -> None:
        self._material = material
        self.folds = folds
        self._seed = seed
        self._threads = threads
        self._kept = kept
        self._prepared: dict[tuple[str, int], Prepared] = {}
        self._bytes = 0
        self._last: tuple[tuple[str, int], Prepared] | None = None
        self.judged = folds.judged
        self.truth: NDArray[Any] = material.y[self.judged]
        self.weight = material.weight(self.truth)
        self.current: tuple[Any, Estimator] | None = None
        """The transformer and the estimator that is being fitted."""

    def fit(
        self,
        number: int,
        candidate: Candidate,
        parent: Progress,
        budget_s: float | None,
        tell: Callable[[int], None],
    ) -> Member:
        """Fit ``candidate``, ``number`` in the portfolio, on each fold in turn within ``budget_s`` seconds.

        What a run that was cut short had kept is taken from there, and its last fit goes on from its checkpoint.
        ``tell`` hears of the fold about twenty times a second, and may end everything by raising.
        Whatever the estimator raises comes through.
        """
        began = time.monotonic()
        style = implementation(candidate.card).style
        fits, parts, seconds, cut = [], [], 0.0, 0
        for fold in range(len(self.folds.parts)):
            left = None if budget_s is None else budget_s - (time.monotonic() - began)
            share = None if left is None else max(0.0, left) / (len(self.folds.parts) - fold)
            about, predictor = self._kept.get(number, candidate, fold) or (None, None)
            if about is None or predictor is None:
                progress = _FitProgress(self._material, parent, (number, fold), share, partial(tell, fold))
                about, predictor = self._fit_one(candidate, fold, progress)
                self._kept.put(number, about, predictor)
            cut += about.cut
            seconds += about.seconds
            prepared = self._rows(style, fold)
            parts.append(predictor.predict(prepared.valid.X))
            fits.append((prepared.transformer, predictor))
        predicted = spread(len(self._material.table), self.judged, self.folds.parts, parts)
        loss = self.loss(predicted)
        if not np.isfinite(loss):
            raise ValueError("its predictions are not numbers")
        return Member(candidate, tuple(fits), predicted, loss, seconds, cut)

    def loss(self, predicted: NDArray[np.float64]) -> float:
        """Give the log loss, or the mean squared error, on the judged rows."""
        if self._material.subject.task == "regression":
            return float(((predicted - self.truth) ** 2).mean())
        return log_loss(self.truth, predicted, self.weight)

    def _fit_one(self, candidate: Candidate, fold: int, progress: _FitProgress) -> tuple[FitAbout, Predictor]:
        began = time.monotonic()
        kind = implementation(candidate.card)
        prepared = self._rows(kind.style, fold)
        seed = (self._seed + fold) % 2**32
        made = kind(recipe(self._material.subject, prepared, candidate.params, seed, self._threads))
        self.current = prepared.transformer, made
        try:
            made.fit(prepared.train, prepared.valid, progress)
        except TimeIsUp:
            progress.out_of_time = True
        if made.fitted is None:
            raise TimeoutError("it had no first model when its time was used up")
        seconds = time.monotonic() - began
        return FitAbout(candidate=candidate, fold=fold, seconds=seconds, cut=progress.out_of_time), made.fitted

    def _rows(self, style: Any, fold: int) -> Prepared:
        key = (style, fold)
        known = self._prepared.get(key) or (self._last[1] if self._last and self._last[0] == key else None)
        if known is not None:
            return known
        part = self.folds.parts[fold]
        made = prepare(self._material, style, self._seed, part.train, part.valid)
        size = made.train.X.nbytes + made.valid.X.nbytes
        if self._bytes + size <= _KEPT_BYTES:
            self._prepared[key] = made
            self._bytes += size
        self._last = key, made
        return made


class _FitProgress:
    """Hears a fit of a member, and ends it when its own time is used up, or when all is to end."""

    def __init__(
        self,
        material: Material,
        parent: Progress,
        key: tuple[int, int],
        budget_s: float | None,
        tell: Callable[[], None],
    ) -> None:
        self._parent = parent
        self._key = key
        self._is_number = material.subject.task == "regression"
        self._tell = tell
        self._ends = None if budget_s is None else time.monotonic() + budget_s
        self._looked = 0.0
        self._variance: float | None = None
        self.out_of_time = False

    @property
    def seconds(self) -> float:
        """How long the run has taken."""
        return self._parent.seconds

    def step(self, number: int, total: int | None, train: Judged | None, valid: Judged | None) -> float:
        """Give the validation loss."""
        del train
        loss = float("nan")
        if valid is not None:
            rows, predicted = valid
            if self._is_number:
                predicted = values(predicted)
                self._variance = self._variance or float(np.var(rows.y)) or 1.0
                loss = float(((predicted - rows.y) ** 2).mean()) / self._variance
            else:
                loss = log_loss(rows.y, predicted, rows.weight)
        del number, total
        self._look()
        return loss

    def tick(self, number: int, total: int | None) -> None:
        """Look whether to go on."""
        del number, total
        self._look()

    def batch(self, number: int, total: int | None, loss: float) -> None:
        """Look whether to go on."""
        del loss
        del number, total
        self._look()

    def stage(self, name: str) -> None:
        """Pass over."""
        del name

    def say(self, text: str) -> None:
        """Keep it: what each of many fits decides would be too much."""
        del text

    def checkpoint(self, write: Callable[[Path], None]) -> None:
        """Offer it as the run's, with the word of which fit it is."""

        def write_fit(folder: Path) -> None:
            (folder / _FIT).mkdir()
            write(folder / _FIT)
            (folder / _KEY).write_bytes(msgspec.json.encode(self._key))

        self._parent.checkpoint(write_fit)

    def restored(self) -> Path | None:
        """Give the run's last checkpoint if it is one of this fit."""
        folder = self._parent.restored()
        if folder is None or not (folder / _KEY).is_file():
            return None
        is_mine = msgspec.json.decode((folder / _KEY).read_bytes(), type=tuple[int, int]) == self._key
        return folder / _FIT if is_mine else None

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_S:
            return
        self._looked = now
        self._tell()
        if self._ends is not None and now > self._ends:
            raise TimeIsUp
