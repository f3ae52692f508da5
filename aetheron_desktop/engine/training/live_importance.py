"""What columns count while a fit goes on: a few are asked at a time, for a small share of the time of the fit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.estimators.made_features import made_features
from aetheron_desktop.engine.evaluation.importance import sample_order, score_of
from aetheron_desktop.engine.events import ColumnsWeighed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.base import Predictor
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.training.preparation import Prepared

SHARE: Final = 0.03
"""The most that it may take of the time of a fit."""
_ROWS: Final = 160
_CELLS: Final = 400_000
"""The model is asked about so many cells at once: some columns, each mixed up in a copy of the rows."""
_FEWEST: Final = 12
"""With fewer columns at a time the call itself would take most of the time."""
_PROBES: Final = 2
"""So often one column alone is asked about, to know what that takes; a first call is slow for reasons of its own."""
_APART_S: Final = 2.0
"""Between two answers; who watches cannot read more."""
_TOLD: Final = 30


class LiveImportance:
    """Permutation importance of the best so far, on rows of the validation part, as it is prepared for the fit.

    The features of a column are mixed up together. The columns are asked in turn, a few each time, when what that took
    the last time is less than what is allowed; what was found of each is kept until its turn comes again. It is told
    once all are known, and from then on every few seconds.
    """

    def __init__(
        self, run: str, task: Task, prepared: Prepared, fitted: Callable[[], Predictor | None], *, seed: int
    ) -> None:
        self._run, self._task, self._fitted = run, task, fitted
        made, more = made_features(prepared.transformer)
        valid = prepared.valid
        self._columns: dict[str, list[int]] = {}
        if not more and valid.X.ndim == 2 and len(made) == valid.X.shape[1] and len(np.unique(valid.y)) > 1:
            for place, feature in enumerate(made):
                for column in feature.columns:
                    self._columns.setdefault(column, []).append(place)
        rows = sample_order(task, valid.y, seed)[:_ROWS]
        self._X, self._y = valid.X[rows], valid.y[rows]
        self._unit = float(np.std(valid.y)) or 1.0 if task == "regression" else 1.0
        self._rng = np.random.default_rng([seed, len(self._columns)])
        self._names = list(self._columns)
        self._next = 0
        self._found: dict[str, float] = {}
        self._spent_s = self._table_s = 0.0
        self._looks = 0
        self._told_s = -math.inf

    def look(self, step: int, seconds: Callable[[], float], emit: Callable[[Event], None]) -> None:
        """Ask about some columns after ``step``, if there is time; ``seconds`` is how long the fit has taken."""
        began = seconds()
        count = self._affordable(SHARE * began - self._spent_s)
        if not count or (fitted := self._fitted()) is None:
            return
        self._ask(fitted, count)
        self._looks += 1
        now = seconds()
        self._table_s = (now - began) / (count + 1)
        self._spent_s += now - began
        if len(self._found) == len(self._names) and now - self._told_s >= _APART_S:
            self._told_s = now
            emit(weighed(self._run, step, self._found, is_test=False))

    def _affordable(self, left_s: float) -> int:
        """Give how many columns can be asked about, as far as is known from the last time."""
        if not self._names or left_s <= 0:
            return 0
        if self._looks < _PROBES:
            return 1
        most = max(1, min(len(self._names), _CELLS // self._X.size - 1))
        count = min(most, int(left_s / max(self._table_s, 1e-9)) - 1)
        return count if count >= min(most, _FEWEST) else 0

    def _ask(self, fitted: Predictor, count: int) -> None:
        rows = len(self._X)
        chosen = [self._names[(self._next + place) % len(self._names)] for place in range(count)]
        self._next = (self._next + count) % len(self._names)
        stacked: NDArray[Any] = np.tile(self._X, (count + 1, 1))
        for place, name in enumerate(chosen, 1):
            mixed = self._rng.permutation(rows)
            at = slice(place * rows, (place + 1) * rows)
            for feature in self._columns[name]:
                stacked[at, feature] = self._X[mixed, feature]
        told = np.split(fitted.predict(stacked), count + 1)
        whole = score_of(self._task, self._y, told[0])
        for name, predicted in zip(chosen, told[1:], strict=True):
            lost = (whole - score_of(self._task, self._y, predicted)) / self._unit
            self._found[name] = lost if math.isfinite(lost) else 0.0


def weighed(run: str, step: int, found: Mapping[str, float], *, is_test: bool) -> ColumnsWeighed:
    """Give what is told of the columns, those that count most."""
    best = sorted(found.items(), key=lambda pair: -pair[1])[:_TOLD]
    kept = {name: value for name, value in best if math.isfinite(value)}
    return ColumnsWeighed(job=run, step=step, part="test" if is_test else "valid", columns=kept, count=len(found))
