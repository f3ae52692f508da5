"""A worker that trains an estimator which goes on from its checkpoints, and that dies where it was told to.

``python -m tests.engine.jobs.counting WORKSPACE MODULE:NAME COUNT`` is a worker that kills itself when the function is
called for the ``COUNT``-th time; without the last two it lives on.
"""

from __future__ import annotations

import functools
import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from aetheron_desktop.engine.estimators import linear
from aetheron_desktop.engine.estimators.base import Estimator, SklearnPredictor
from aetheron_desktop.engine.jobs import worker

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.estimators.base import Progress, Rows

STEPS = 12


class Counting(Estimator):
    """Logistic regression by stochastic steps: each draws rows, so that a state that is lost changes the end."""

    style = "linear"

    def fit(self, train: Rows, valid: Rows, progress: Progress) -> None:
        dice = np.random.default_rng(self.recipe.seed)
        weights, done = np.zeros(train.X.shape[1]), 0
        if (folder := progress.restored()) is not None:
            with np.load(folder / "state.npz", allow_pickle=False) as state:
                weights, done = state["weights"], int(state["done"])
            for _ in range(done):
                dice.choice(len(train), 16)
            self.fitted = SklearnPredictor(_model(weights))
        while done < STEPS:
            drawn = dice.choice(len(train), 16)
            slope = 1 / (1 + np.exp(-train.X[drawn] @ weights)) - train.y[drawn]
            weights = weights - 0.1 * slope @ train.X[drawn]
            done += 1
            self.fitted = fitted = SklearnPredictor(_model(weights))
            progress.step(done, STEPS, None, (valid, fitted.predict(valid.X)))
            progress.checkpoint(functools.partial(_write, weights, done))


def _write(weights: Any, done: int, folder: Path) -> None:
    np.savez(folder / "state.npz", weights=weights, done=done)


def _model(weights: Any) -> LogisticRegression:
    model = LogisticRegression()
    model.coef_, model.intercept_ = weights[None, :].copy(), np.zeros(1)
    model.classes_, model.n_features_in_ = np.arange(2), len(weights)
    model.n_iter_ = np.array([1], dtype=np.int32)
    return model


def die_at(place: str, count: int) -> None:
    """Have this process killed when the function at ``module:Name.name`` is called for the ``count``-th time."""
    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(f"aetheron_desktop.engine.{module}")
    for part in owners:
        owner = getattr(owner, part)
    function = getattr(owner, name)
    calls = 0

    @functools.wraps(function)
    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **named)

    setattr(owner, name, counted)


def main() -> int:
    linear.Dummy = Counting  # type: ignore[assignment,misc]  # in the place of the baseline's card
    if len(sys.argv) > 2:
        die_at(sys.argv[2], int(sys.argv[3]))
    return worker.main(sys.argv[1])


if __name__ == "__main__":
    sys.exit(main())
