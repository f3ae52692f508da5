"""What one fit of boosted trees has come to, round by round: the best so far, its curves, when it is enough."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final, Protocol

import msgspec
import numpy as np

from aetheron_desktop.engine.estimators.base import Rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Estimator, Predictor, Progress

    Drawn = NDArray[np.int64] | slice

_JUDGED_TRAIN: Final = 5_000
_JUDGED_VALID: Final = 20_000
_MOST_TREES: Final = 30_000
_CURVES_SHARE: Final = 0.015
"""The most of the time that goes into points of curves."""
_KEEPING_SHARE: Final = 0.005
"""The most of the time that goes into keeping the best so far at hand."""
_STATE: Final = "rounds.json"


class State(msgspec.Struct, frozen=True):
    """How far a fit is: rounds done, and which of them was the best, with its validation loss."""

    done: int = 0
    best_round: int = 0
    best: float | None = None


class Followed(Protocol):
    """A fit that does its rounds and tells ``rounds`` of each."""

    rounds: Rounds

    def run(self) -> None:
        """Do all rounds that are left."""


def follow(fit: Followed) -> None:
    """Do the rounds that are left; however that ends, the best one is kept."""
    # Whoever stops now gets the best of the rounds that were done before.
    fit.rounds.finish()
    try:
        fit.run()
    finally:
        fit.rounds.finish()


class Rounds:
    """Follows one fit, whose library does the rounds.

    ``most`` is the parameter that says how many rounds there are at most, each of ``trees_each`` trees. A fit that was
    cut short goes on from the round of its checkpoint, in ``folder``. ``predictor`` gives what predicts with so many
    rounds; ``save`` writes all rounds so far into a folder.
    """

    def __init__(
        self,
        owner: Estimator,
        parts: tuple[Rows, Rows],
        progress: Progress,
        *,
        most: str,
        trees_each: int,
        folder: Path | None,
        predictor: Callable[[int], Predictor],
        save: Callable[[Path], None],
    ) -> None:
        self._owner = owner
        self._progress = progress
        self._patience = int(owner.recipe.number("patience"))
        self._predictor = predictor
        self._save = save
        self.total = _most_rounds(int(owner.recipe.number(most)), trees_each, progress)
        self.state = _restored_state(folder) or State()
        self.drawn: tuple[Drawn, Drawn] = (
            _drawn(len(parts[0]), _JUDGED_TRAIN, owner.recipe.seed),
            _drawn(len(parts[1]), _JUDGED_VALID, owner.recipe.seed),
        )
        # What is judged has been predicted already: the rows' columns are of no use.
        self._judged = [
            Rows(rows.X[:0], rows.y[drawn], None if rows.weight is None else rows.weight[drawn])
            for rows, drawn in zip(parts, self.drawn, strict=True)
        ]
        self._kept = 0
        self._kept_at, self._keeping_cost = -math.inf, 0.0
        self._told_at, self._telling_cost = -math.inf, 0.0

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.state.done >= self.total or self.state.done - self.state.best_round >= self._patience

    def hear(
        self, done: int, loss: float, points: Callable[[], tuple[NDArray[np.float64], NDArray[np.float64]]]
    ) -> bool:
        """Take in that a round is complete, with its validation loss; give whether it was the last.

        ``points`` gives what is predicted now for the ``drawn`` rows of both parts.
        """
        is_over = self.count(done, loss)
        self.settle(points)
        return is_over

    def count(self, done: int, loss: float) -> bool:
        """Take in a round as :meth:`hear` does, of which nothing can be predicted yet; :meth:`settle` comes later."""
        best = self.state.best
        if math.isfinite(loss) and (best is None or loss < best):
            self.state = State(done, done, loss)
        else:
            self.state = State(done, self.state.best_round, best)
        return self.is_over

    def tick(self) -> None:
        """Tell of a round that was counted, when others are counted before :meth:`settle`."""
        self._progress.tick(self.state.done, self.total)

    def settle(self, points: Callable[[], tuple[NDArray[np.float64], NDArray[np.float64]]]) -> None:
        """Keep the best so far, tell the points of the curves and offer a checkpoint, each when it is time for it."""
        now = time.monotonic()
        if self._kept != self.state.best_round and now - self._kept_at >= self._keeping_cost / _KEEPING_SHARE:
            self._keep()
            now = time.monotonic()
        if self.is_over or now - self._told_at >= self._telling_cost / _CURVES_SHARE:
            self._tell(self.state.done, points, now)
        else:
            self.tick()
        if self.state.best is not None:
            self._progress.checkpoint(self._write)

    def finish(self) -> None:
        """See to it that what is kept is the best round."""
        if self._kept != self.state.best_round:
            self._keep()

    def _keep(self) -> None:
        began = time.monotonic()
        self._owner.fitted = self._predictor(self.state.best_round)
        self._kept = self.state.best_round
        self._kept_at = time.monotonic()
        self._keeping_cost = self._kept_at - began

    def _tell(
        self, done: int, points: Callable[[], tuple[NDArray[np.float64], NDArray[np.float64]]], began: float
    ) -> None:
        told = points()
        train, valid = ((rows, predicted) for rows, predicted in zip(self._judged, told, strict=True))
        # Asked before: telling may end the fit, and what it took counts all the same.
        self._progress.step(done, self.total, train, valid)
        self._told_at = time.monotonic()
        self._telling_cost = self._told_at - began

    def _write(self, folder: Path) -> None:
        self._save(folder)
        (folder / _STATE).write_bytes(msgspec.json.encode(self.state))


def _restored_state(folder: Path | None) -> State | None:
    """Give how far the fit was that filled ``folder``; None when there is none."""
    return None if folder is None else msgspec.json.decode((folder / _STATE).read_bytes(), type=State)


def _most_rounds(wanted: int, trees_each: int, progress: Progress) -> int:
    """Give how many rounds are made, of ``trees_each`` trees; fewer than ``wanted`` when there are many classes."""
    most = max(10, _MOST_TREES // max(1, trees_each))
    if wanted > most:
        progress.say(f"{wanted} rounds of a tree per class would be too many; {most} are made at most.")
    return min(wanted, most)


def _drawn(rows: int, most: int, seed: int) -> Drawn:
    if rows <= most:
        return slice(None)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
