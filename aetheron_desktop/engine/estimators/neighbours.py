"""The rows that are most like one answer for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.estimators.arrays import read_arrays, write_arrays
from aetheron_desktop.engine.estimators.base import Estimator, Rows
from aetheron_desktop.engine.estimators.plain import NearestPredictor, neighbours
from aetheron_desktop.engine.estimators.step_work import KnownWork

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.base import Progress

_TRIED: Final = (1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90)
_FIRST: Final = 12
_JUDGED_TRAIN: Final = 1_000
_JUDGED_VALID: Final = 5_000
_BLOCK_ROWS: Final = 512
_TRIAL: Final = 43.0
_VOTE: Final = 5.0
"""What trying a number of neighbours takes for each row, and for each neighbour of it, as a multiple of a distance."""
_STATE: Final = "neighbours.npz"


class Neighbours(Estimator):
    """The k nearest neighbours (Fix and Hodges 1951; ``sklearn.neighbors``), k chosen on the validation rows.

    Numbers are made normal by their ranks before, and categories count 1 each. The training curve leaves each row
    itself out.
    """

    style = "network"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        """Learn from ``train``, judged by ``valid``."""
        known = train.head(int(self.recipe.number("max_rows")), self.recipe.seed)
        if len(known) < len(train):
            progress.say(f"Of {len(train):,} rows {len(known):,} are kept, drawn at random.")
        chosen = self.recipe.number("n_neighbors")
        tried = [k for k in _TRIED if k < len(known)] if chosen is None else [min(int(chosen), len(known) - 1)]
        made = self._predictor(known, min(_FIRST, len(known)))
        self.fitted = made if chosen is None else self._predictor(known, tried[0])
        seen = self._drawn(known), valid.head(_JUDGED_VALID, self.recipe.seed)
        parts = [np.arange(begin, min(begin + _BLOCK_ROWS, len(one))) for one in seen for begin in _begins(len(one))]
        total, best, done = len(parts) + len(tried), math.inf, 0
        trials = [sum(map(len, seen)) * (_TRIAL + _VOTE * count) for count in tried]
        work = KnownWork([*(len(part) * len(known) for part in parts), *trials])
        if (folder := progress.restored()) is not None:
            state = read_arrays(folder / _STATE)
            places, best, done = [state["train"], state["valid"]], float(state["best"]), int(state["done"])
            self.fitted = self._predictor(known, int(state["k"]))
            for _ in range(len(parts) + done):
                work.end_step()
        else:

            def tick(number: int) -> None:
                work.end_step()
                progress.work(work.done, work.total)
                progress.tick(number, total)

            places = self._places(known, seen, tried[-1], tick)
        k = tried[0]
        for number, count in enumerate(tried[done:], start=done):
            told = (made.mean(*made.votes(place[:, :count])) for place in places)
            judged = list(zip(seen, told, strict=True))
            work.end_step()
            progress.work(work.done, work.total)
            loss = progress.step(len(parts) + number + 1, total, judged[0], judged[1])
            if loss < best:
                best, k = loss, count
                self.fitted = self._predictor(known, k)
            state = {"train": places[0], "valid": places[1], "best": best, "k": k, "done": number + 1}
            progress.checkpoint(lambda folder: _write(folder, state))  # noqa: B023 - it is called at once or never
        if chosen is None and isinstance(self.fitted, NearestPredictor):
            progress.say(f"{self.fitted.count[0]} neighbours are asked.")

    def _drawn(self, known: Rows) -> Rows:
        """Give some of the rows that are known, evenly over them."""
        at = _sample(len(known))
        return Rows(known.X[at], known.y[at], None if known.weight is None else known.weight[at])

    def _places(
        self, known: Rows, seen: tuple[Rows, Rows], count: int, tick: Callable[[int], None]
    ) -> list[NDArray[np.int64]]:
        """Give the places (n, count) of the nearest ``known`` rows; a training row is none of its own neighbours."""
        own, done, found = _sample(len(known)), 0, []
        around = neighbours(known.X)
        for number, one in enumerate(seen):
            places = np.empty((len(one), count), dtype=np.int64)
            for begin in _begins(len(one)):
                part = slice(begin, min(begin + _BLOCK_ROWS, len(one)))
                place = around.kneighbors(one.X[part], count + (number == 0), return_distance=False)
                if number == 0:
                    is_other = place != own[part][:, None]
                    # Among many equal rows its own may not be found: then the farthest goes.
                    is_other[is_other.all(axis=1), -1] = False
                    place = place[is_other].reshape(len(place), count)
                places[part] = place
                done += 1
                tick(done)
            found.append(places)
        return found

    def _prior(self, known: Rows) -> NDArray[np.float64]:
        if self.recipe.task == "regression":
            return np.zeros(0)
        counts = np.bincount(known.y, known.weight, minlength=self.recipe.classes).astype(np.float64)
        return np.asarray(counts / counts.sum())

    def _predictor(self, known: Rows, count: int) -> NearestPredictor:
        answers = known.y.astype(np.float64 if self.recipe.task == "regression" else np.int64)
        weight = np.ones(len(known)) if known.weight is None else known.weight
        return NearestPredictor(known.X, answers, weight, np.array([count]), self._prior(known))


def _sample(count: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, _JUDGED_TRAIN)).round().astype(np.int64))


def _begins(count: int) -> range:
    return range(0, count, _BLOCK_ROWS)


def _write(folder: Path, state: dict[str, Any]) -> None:
    write_arrays(folder / _STATE, **state)
