"""Boosted trees: a fit that was cut short ends the same, whatever it was cut at; what is kept is the best round."""

from __future__ import annotations

import shutil
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.estimators import boosting, catalog, catboost_boosting, lightgbm_boosting, xgboost_boosting
from aetheron_desktop.engine.estimators.base import Estimator, Recipe, Rows, SklearnPredictor
from aetheron_desktop.engine.estimators.boosters import Booster
from aetheron_desktop.engine.estimators.symmetric import SymmetricPredictor
from aetheron_desktop.engine.params import defaults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Task

KINDS: dict[str, type[Estimator]] = {
    "boosting": boosting.Boosting,
    "lightgbm": lightgbm_boosting.Lightgbm,
    "xgboost": xgboost_boosting.Xgboost,
    "catboost": catboost_boosting.Catboost,
}
COUNTS = {"boosting": "max_iter", "catboost": "iterations"}
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
ROUNDS = 12
ENDS = (2, 5, 10)


@pytest.fixture(scope="module", autouse=True)
def short_blocks() -> Iterator[None]:
    """Let blocks of CatBoost end within the few rounds of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catboost_boosting, "_FIRST_ENDS", ENDS)
        yield


class Killed(Exception):
    """The process is gone."""


class Heard:
    """Listens to a fit: takes a checkpoint in round ``keep``, and ends the fit in round ``kill``."""

    def __init__(self, folder: Path | None = None, *, keep: int = 0, kill: int = 0, old: Path | None = None) -> None:
        self._folder, self._keep, self._kill, self._old = folder, keep, kill, old
        self.rounds: list[int] = []
        self.points: list[int] = []
        self.losses: dict[int, float] = {}

    def step(self, number: int, total: int | None, train: Any, valid: Any) -> float:
        self.points.append(number)
        rows, self.told = valid
        predicted = self.told
        assert len(predicted) == len(rows.y)
        self.tick(number, total)
        return 0.0

    def tick(self, number: int, total: int | None) -> None:
        assert total is not None
        self.rounds.append(number)
        if number == self._kill:
            raise Killed

    def batch(self, number: int, total: int | None, loss: float) -> None:
        raise AssertionError

    def say(self, text: str) -> None:
        raise AssertionError(text)

    def checkpoint(self, write: Callable[[Path], None]) -> None:
        if self.rounds[-1] == self._keep and self._folder is not None:
            write(self._folder)

    def work(self, done: float, total: float) -> None:
        pass

    def restored(self) -> Path | None:
        return self._old


@cache
def rows(task: Task, seed: int = 0) -> tuple[Rows, Rows]:
    """Give rows with a column of codes, missing values and weights."""
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(260, 5))
    table[:, 0] = rng.integers(0, 12, len(table))
    table[rng.random(table.shape) < 0.08] = np.nan
    value = 2 * np.nan_to_num(table[:, 1]) + np.nan_to_num(table[:, 0]) % 5 + rng.normal(size=len(table))
    y = {"regression": value, "binary": (value > 2).astype(np.int64), "multiclass": np.digitize(value, [1.0, 3.0])}[
        task
    ]
    weight = rng.random(len(table)) + 0.5
    return Rows(table[:180], y[:180], weight[:180]), Rows(table[180:], y[180:], weight[180:])


def made(id_: str, task: Task, *, seed: int = 5, threads: int = 1, **values: Any) -> Estimator:
    count = COUNTS.get(id_, "n_estimators")
    params = defaults(catalog.card(id_).parameters) | {count: ROUNDS, "learning_rate": 0.2, **values}
    classes = {"binary": 2, "multiclass": 3}.get(task, 0)
    return KINDS[id_](Recipe(task, classes, params, seed, threads, categorical=(0,)))


def learned(estimator: Estimator) -> Any:
    """Give all that was learned, to the bit."""
    match estimator.fitted:
        case Booster(body=body):
            return body
        case SklearnPredictor(model=model):
            return [tree.nodes.tobytes() for round_ in model._predictors for tree in round_]
        case SymmetricPredictor() as trees:
            return {name: values.tobytes() for name, values in trees.arrays().items()}
        case _:
            raise AssertionError


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("id_", KINDS)
@settings(max_examples=6, deadline=None)
@given(
    keep=st.integers(1, ROUNDS - 1), later=st.integers(0, 3), share=st.sampled_from([1.0, 0.5]), seed=st.integers(0, 9)
)
def test_that_it_ends_the_same_wherever_it_was_cut(
    id_: str, task: Task, keep: int, later: int, share: float, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    names = {"lightgbm": ("colsample_bytree",), "catboost": ("subsample", "rsm")}
    values = dict.fromkeys(names.get(id_, ()), share)
    if id_ == "catboost":
        # It can go on from the ends of blocks.
        keep = max(end for end in ENDS if end <= max(keep, ENDS[0]))
    folder = tmp_path_factory.mktemp("kept")
    whole, cut, again = (made(id_, task, seed=seed, **values) for _ in range(3))
    heard = Heard()
    whole.fit(*rows(task), heard)
    with pytest.raises(Killed):
        cut.fit(*rows(task), Heard(folder, keep=keep, kill=min(keep + 1 + later, ROUNDS)))
    resumed = Heard(old=folder)
    again.fit(*rows(task), resumed)
    assert learned(again) == learned(whole)
    assert resumed.rounds == heard.rounds[keep:]
    shutil.rmtree(folder)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("id_", KINDS)
def test_that_patience_is_remembered_and_the_best_round_kept(id_: str, task: Task, tmp_path: Path) -> None:
    # What was learned of noise gets worse from the first rounds on.
    train, valid = rows(task)
    noise = Rows(train.X, np.random.default_rng(1).permutation(train.y), train.weight)
    values = {"patience": 5, "learning_rate": 0.9}
    whole, cut, again = (made(id_, task, **values) for _ in range(3))
    heard = Heard()
    whole.fit(noise, valid, heard)
    last = heard.rounds[-1]
    assert last < ROUNDS
    keep = max(end for end in ENDS if end < last) if id_ == "catboost" else last - 1
    with pytest.raises(Killed):
        cut.fit(noise, valid, Heard(tmp_path, keep=keep, kill=last))
    again.fit(noise, valid, Heard(old=tmp_path))
    assert learned(again) == learned(whole)
    trees = learned(whole)
    if id_ == "boosting":
        assert len(trees) == (last - 5) * (3 if task == "multiclass" else 1)


@pytest.mark.parametrize("values", [{}, {"patience": 3, "learning_rate": 0.9}], ids=["all rounds", "out of patience"])
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("id_", KINDS)
def test_that_one_that_was_cut_behind_its_last_round_ends_the_same(
    id_: str, task: Task, values: dict[str, Any], tmp_path: Path
) -> None:
    train, valid = rows(task)
    if values:
        train = Rows(train.X, np.random.default_rng(1).permutation(train.y), train.weight)
    whole, kept, again = (made(id_, task, **values) for _ in range(3))
    heard, resumed = Heard(), Heard(old=tmp_path)
    whole.fit(train, valid, heard)
    kept.fit(train, valid, Heard(tmp_path, keep=heard.rounds[-1]))
    again.fit(train, valid, resumed)
    # scikit-learn does a round before it asks; it is none of the best.
    assert id_ == "boosting" or not resumed.rounds
    assert learned(again) == learned(whole)


@pytest.mark.parametrize("id_", KINDS)
def test_that_a_kill_between_checkpoints_leaves_the_best_so_far(id_: str) -> None:
    estimator = made(id_, "binary")
    with pytest.raises(Killed):
        estimator.fit(*rows("binary"), Heard(kill=7))
    assert estimator.fitted is not None
    shorter = made(id_, "binary", **{COUNTS.get(id_, "n_estimators"): 7})
    shorter.fit(*rows("binary"), Heard())
    assert learned(estimator) == learned(shorter)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("id_", KINDS)
def test_that_what_is_told_while_it_fits_is_what_it_predicts(id_: str, task: Task) -> None:
    # So slow that the last round is the best.
    estimator, heard = made(id_, task, learning_rate=0.02), Heard()
    train, valid = rows(task)
    estimator.fit(train, valid, heard)
    assert estimator.fitted is not None
    np.testing.assert_allclose(estimator.fitted.predict(valid.X), heard.told, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("task", TASKS)
def test_that_lightgbm_learns_the_same_on_any_number_of_threads(task: Task) -> None:
    one, more = (made("lightgbm", task, threads=threads) for threads in (1, 4))
    for estimator in (one, more):
        estimator.fit(*rows(task), Heard())
    assert learned(one) == learned(more)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("id_", ["lightgbm", "xgboost"])
def test_that_it_predicts_what_its_library_does(id_: str, task: Task) -> None:
    # So slow that the last round is the best.
    estimator = made(id_, task, learning_rate=0.02)
    train, valid = rows(task)
    estimator.fit(train, valid, Heard())
    assert estimator.fitted is not None
    ours = estimator.fitted.predict(valid.X)
    params = estimator.recipe.params
    if id_ == "lightgbm":
        import lightgbm

        data = lightgbm.Dataset(train.X, train.y, weight=train.weight, categorical_feature=[0])
        told = lightgbm_boosting._parameters(estimator.recipe, train.X.shape[1])
        theirs = lightgbm.train(told, data, int(params["n_estimators"] or 0)).predict(valid.X)
    else:
        import xgboost

        given_ = {"feature_types": ["c", *["float"] * 4], "enable_categorical": True}
        data = xgboost.QuantileDMatrix(train.X, train.y, weight=train.weight, **given_)
        told = xgboost_boosting._parameters(estimator.recipe, train.X.shape[1])
        theirs = xgboost.train(told, data, int(params["n_estimators"] or 0)).predict(xgboost.DMatrix(valid.X, **given_))
    np.testing.assert_allclose(ours[:, 1] if task == "binary" else ours, theirs, rtol=2e-6, atol=1e-7)
