"""Predictors of arrays alone: what they promise beside scikit-learn's, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.svm import SVC, SVR

from aetheron_desktop.engine.estimators import catalog, support
from aetheron_desktop.engine.estimators.base import Recipe, Rows
from aetheron_desktop.engine.estimators.naive_bayes import NaiveBayes
from aetheron_desktop.engine.estimators.plain import PLAIN, KernelPredictor, NearestPredictor, SumsPredictor
from aetheron_desktop.engine.estimators.support import SupportVectors
from aetheron_desktop.engine.params import defaults
from tests.engine.estimators.test_elastic_net import rows
from tests.engine.estimators.test_linear import Silent


class Better(Silent):
    """Each step has a smaller loss than the one before."""

    def step(self, *told: object) -> float:
        return -float(str(told[0]))


def recipe(card: str, classes: int, **values: Any) -> Recipe:
    params = defaults(catalog.card(card).parameters) | values
    task: Any = "regression" if not classes else "binary" if classes == 2 else "multiclass"
    return Recipe(task, classes, params, seed=0)


def fitted(kind: Any, given_: Rows, card: str, classes: int, **values: Any) -> Any:
    made = kind(recipe(card, classes, **values))
    made.fit(given_, given_, Better())
    return made.fitted


# -- naive Bayes ------------------------------------------------------------------------------------------------------


def trusted(predictor: Any, given_: Rows) -> Any:
    """Give the chances without the trust that was fitted: what all features say, believed in full."""
    counts = np.log(np.bincount(given_.y, given_.weight) / np.sum(given_.weight))
    trust = predictor.square[0, 0] / (-0.5 / _variance(given_))
    return SumsPredictor(
        counts + (predictor.bias - counts) / trust, predictor.linear / trust, predictor.square / trust
    ).predict(given_.X)


def _variance(given_: Rows) -> float:
    chosen = given_.y == 0
    assert given_.weight is not None
    x, weight = given_.X[chosen, 0], given_.weight[chosen]
    return float(np.average((x - np.average(x, weights=weight)) ** 2, weights=weight))


def test_that_naive_bayes_of_numbers_says_what_scikit_learn_says() -> None:
    given_ = rows(3, weighted=True)
    made = fitted(NaiveBayes, given_, "naive_bayes", 3, smoothing=0.0)
    theirs = GaussianNB(var_smoothing=1e-12).fit(given_.X, given_.y, sample_weight=given_.weight)
    np.testing.assert_allclose(trusted(made, given_), theirs.predict_proba(given_.X), atol=1e-6)


def test_that_naive_bayes_of_truths_ranks_as_scikit_learn_does() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    given_ = Rows((rng.random((300, 5)) < 0.3 + 0.1 * np.outer(y, np.arange(5))).astype(float), y)
    made = fitted(NaiveBayes, given_, "naive_bayes", 2).predict(given_.X)[:, 1]
    theirs = BernoulliNB().fit(given_.X, y).predict_joint_log_proba(given_.X)
    odds = np.log(made) - np.log1p(-made)
    assert np.corrcoef(odds, theirs[:, 1] - theirs[:, 0])[0, 1] > 1.0 - 1e-9


# -- neighbours -------------------------------------------------------------------------------------------------------


def nearest(given_: Rows, count: int, classes: int) -> NearestPredictor:
    weight = np.ones(len(given_)) if given_.weight is None else given_.weight
    prior = np.full(classes, 1.0 / classes) if classes else np.zeros(0)
    return NearestPredictor(given_.X, given_.y, weight, np.array([count]), prior)


@pytest.mark.parametrize("count", [1, 7, 240])
def test_that_neighbours_are_those_of_scikit_learn(count: int) -> None:
    asked = np.random.default_rng(1).normal(2.0, 1.5, size=(50, 6))
    values, classes = rows(0), rows(3)
    theirs = KNeighborsRegressor(count).fit(values.X, values.y)
    np.testing.assert_allclose(nearest(values, count, 0).predict(asked), theirs.predict(asked), atol=1e-9)
    votes = KNeighborsClassifier(count).fit(classes.X, classes.y).predict_proba(asked) * count
    np.testing.assert_allclose(nearest(classes, count, 3).predict(asked), (votes + 1 / 3) / (count + 1), atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 30), classes=st.sampled_from([0, 3]))
def test_that_the_order_of_rows_does_not_matter_where_many_are_equal(seed: int, count: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    features = rng.integers(0, 2, (40, 3)).astype(float)
    y: Any = rng.integers(0, classes, 40) if classes else rng.normal(size=40)
    given_ = Rows(features, y, rng.uniform(0.5, 2.0, 40))
    order = rng.permutation(40)
    assert given_.weight is not None
    moved = Rows(given_.X[order], given_.y[order], given_.weight[order])
    first, second = (nearest(one, count, classes).predict(features) for one in (given_, moved))
    np.testing.assert_allclose(first, second, atol=1e-9)


# -- support vectors --------------------------------------------------------------------------------------------------


def test_that_support_vectors_are_those_of_libsvm() -> None:
    values, classes = rows(0, weighted=True), rows(2, weighted=True)
    level = float(np.average(values.y, weights=values.weight))
    scale = float(np.sqrt(np.average((values.y - level) ** 2, weights=values.weight)))
    gamma = 1.0 / (6 * values.X.var())
    theirs: Any = SVR(gamma=gamma).fit(values.X, (values.y - level) / scale, sample_weight=values.weight)
    made = fitted(SupportVectors, values, "svm", 0)
    np.testing.assert_allclose(made.predict(values.X), level + scale * theirs.predict(values.X), atol=1e-8)
    # The rows come in another order, and libsvm ends when it is near enough.
    theirs = SVC(gamma=gamma).fit(classes.X, classes.y, sample_weight=classes.weight)
    chances = fitted(SupportVectors, classes, "svm", 2).predict(classes.X)[:, 1]
    odds = np.log(chances) - np.log1p(-chances)
    assert np.corrcoef(odds, theirs.decision_function(classes.X))[0, 1] > 1.0 - 1e-6


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_that_landmarks_come_near_to_all_rows(classes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    given_ = rows(classes)
    exact = fitted(SupportVectors, given_, "svm", classes).predict(given_.X)
    monkeypatch.setattr(support, "MOST_EXACT_ROWS", 100)
    nearly = fitted(SupportVectors, given_, "svm", classes)
    assert np.corrcoef(nearly.predict(given_.X).ravel(), exact.ravel())[0, 1] > 0.93
    assert len(nearly.support) <= len(given_)


# -- what is refused --------------------------------------------------------------------------------------------------

GOOD: dict[str, tuple[dict[str, Any], int]] = {
    "sums": ({"bias": np.zeros(2), "linear": np.zeros((3, 2)), "square": np.zeros((3, 2))}, 2),
    "kernel": (
        {"support": np.zeros((4, 3)), "dual": np.ones((4, 1)), "intercept": np.zeros(1), "gamma": np.ones(1)},
        0,
    ),
    "kernel_classes": (
        {"support": np.zeros((4, 3)), "dual": np.ones((4, 3)), "intercept": np.zeros(3), "gamma": np.ones(1)},
        3,
    ),
    "nearest": (
        {
            "rows": np.zeros((5, 3)),
            "answers": np.array([0, 1, 1, 0, 1]),
            "weight": np.ones(5),
            "count": np.array([2]),
            "prior": np.array([0.4, 0.6]),
        },
        2,
    ),
}


def test_that_there_is_a_good_one_of_each_kind() -> None:
    assert GOOD.keys() == PLAIN.keys()
    for kind, (arrays, classes) in GOOD.items():
        made = PLAIN[kind].made_of(arrays, classes)
        assert made.arrays() == arrays
        assert made.predict(np.zeros((2, 3))).shape == ((2, classes) if classes else (2,))


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, (arrays, _) in GOOD.items() for name in arrays])
def test_that_arrays_that_do_not_suit_are_refused(kind: str, name: str) -> None:
    arrays, classes = GOOD[kind]
    values = arrays[name]
    spoilt = [
        None,
        "word",
        values.tolist(),
        values.astype(np.float32),
        np.full(values.shape, np.nan),
        np.zeros((*values.shape, 2)),
        np.zeros(0),
    ]
    for bad in spoilt:
        with pytest.raises(ValueError, match="it"):
            PLAIN[kind].made_of(arrays | {name: bad}, classes)
    with pytest.raises(ValueError, match="it has"):
        PLAIN[kind].made_of({one: value for one, value in arrays.items() if one != name}, classes)
    with pytest.raises(ValueError, match="it"):
        PLAIN[kind].made_of(arrays, classes + 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"answers": np.array([0, 1, 2, 0, 1])},
        {"answers": np.array([0, -1, 1, 0, 1])},
        {"count": np.array([6])},
        {"count": np.array([0])},
        {"weight": np.array([1.0, 0.0, 1.0, 1.0, 1.0])},
    ],
)
def test_that_neighbours_that_are_not_there_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="it"):
        NearestPredictor.made_of(GOOD["nearest"][0] | changed, 2)


def test_that_a_kernel_without_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="kernel"):
        KernelPredictor.made_of(GOOD["kernel"][0] | {"gamma": np.zeros(1)}, 0)
