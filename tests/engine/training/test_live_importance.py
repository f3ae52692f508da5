"""While a fit goes on, its columns are weighed for a small share of its time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aetheron_desktop.engine.estimators.base import Rows
from aetheron_desktop.engine.events import ColumnsWeighed
from aetheron_desktop.engine.training import live_importance
from aetheron_desktop.engine.training.live_importance import SHARE, LiveImportance
from aetheron_desktop.engine.training.preparation import prepare, read
from tests.engine.jobs.test_execution import experiment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.training.preparation import Prepared
    from aetheron_desktop.engine.workspace import Workspace


class Leaning:
    """A model of two classes that looks at the features of one column alone, and takes its time."""

    def __init__(self, features: list[int], clock: Clock, cost_s: float) -> None:
        self._features, self._clock, self._cost_s = features, clock, cost_s

    def predict(self, X: NDArray[Any]) -> NDArray[np.float64]:  # noqa: N803 - as scikit-learn calls it
        self._clock.now += self._cost_s * len(X)
        yes = 1 / (1 + np.exp(-X[:, self._features].sum(axis=1)))
        return np.column_stack([1 - yes, yes])


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def prepared(workspace: Workspace, dataset: Dataset) -> Prepared:
    plan = experiment(workspace, dataset, "logistic")
    return prepare(read(plan, dataset, lambda text: None), "linear", 0)


def made(prepared: Prepared, clock: Clock, cost_s: float) -> tuple[LiveImportance, str]:
    """Give what weighs a model that leans on one column alone, and that column."""
    live = LiveImportance("run", "binary", prepared, lambda: model, seed=0)
    column = max(live._names, key=lambda name: float(live._X[:, live._columns[name]].sum(axis=1).std()))
    model = Leaning(live._columns[column], clock, cost_s)
    # The target is what the model says, so that the column counts all there is.
    live._y = (model.predict(live._X)[:, 1] > np.median(model.predict(live._X)[:, 1])).astype(int)
    clock.now = 0.0
    return live, column


def test_that_the_column_that_counts_is_told_and_little_time_is_taken(prepared: Prepared) -> None:
    clock = Clock()
    live, column = made(prepared, clock, 1e-5)
    told: list[Event] = []
    worked = 0.0
    for step in range(400):
        clock.now += 0.05
        worked += 0.05
        live.look(step, clock, told.append)
    taken = clock.now - worked
    assert 0 < taken <= SHARE * clock.now * 1.2
    assert len(told) > 1
    last = told[-1]
    assert isinstance(last, ColumnsWeighed)
    assert (last.part, last.count) == ("valid", len(live._names))
    assert next(iter(last.columns)) == column
    assert last.columns[column] > 0.2
    assert all(abs(value) < 1e-9 for name, value in last.columns.items() if name != column)
    steps = [event.step for event in told if isinstance(event, ColumnsWeighed)]
    assert min(after - before for before, after in pairwise(steps)) * 0.05 >= live_importance._APART_S * 0.9


def test_that_a_slow_model_is_asked_seldom(prepared: Prepared) -> None:
    clock = Clock()
    live, _ = made(prepared, clock, 0.01)
    told: list[Event] = []
    for step in range(100):
        clock.now += 0.05
        live.look(step, clock, told.append)
    assert live._looks <= 1
    assert not told


def test_that_nothing_is_weighed_where_the_validation_part_has_one_class(prepared: Prepared) -> None:
    valid = prepared.valid
    same = Rows(valid.X, np.zeros_like(valid.y), valid.weight)
    alone = type(prepared)(prepared.transformer, prepared.categorical, prepared.numbers, prepared.train, same)
    live = LiveImportance("run", "binary", alone, lambda: None, seed=0)
    live.look(1, lambda: 1e6, lambda event: pytest.fail("it told something"))
    assert not live._names
