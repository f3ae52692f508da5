"""The elastic net beside scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet as Theirs
from sklearn.linear_model import LogisticRegression

from aetheron_desktop.engine.estimators import elastic_net
from aetheron_desktop.engine.estimators.base import Rows
from aetheron_desktop.engine.estimators.elastic_net import _Classes, _Squares


def rows(classes: int, *, count: int = 240, weighted: bool = False) -> Rows:
    rng = np.random.default_rng(0)
    features = rng.normal(2.0, 1.5, size=(count, 6))
    raw = features[:, 0] - 0.7 * features[:, 3] + rng.normal(size=count)
    y: Any = np.digitize(raw, np.quantile(raw, np.linspace(0, 1, classes + 1)[1:-1])) if classes else raw
    return Rows(features, y, rng.uniform(0.5, 2.0, count) if weighted else None)


def quiet() -> None:
    return None


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("folded", [1, 1_000])
@pytest.mark.parametrize("l1_ratio", [0.3, 1.0])
def test_that_values_have_the_weights_of_scikit_learn(
    weighted: bool, folded: int, l1_ratio: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic_net, "_FOLDED_WIDTH", folded)
    monkeypatch.setattr(elastic_net, "_BLOCK_ROWS", 100)
    given = rows(0, weighted=weighted)
    problem = _Squares(given, l1_ratio, quiet)
    alpha = 0.1 * problem.strongest()
    made = problem.model(problem.solve(alpha, problem.start(), quiet), alpha)
    theirs = Theirs(alpha=alpha, l1_ratio=l1_ratio, tol=1e-9).fit(given.X, given.y, sample_weight=given.weight)
    np.testing.assert_allclose(made.coef_, theirs.coef_, atol=2e-3)
    np.testing.assert_allclose(made.predict(given.X), theirs.predict(given.X), atol=5e-3)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("classes", [2, 3])
def test_that_classes_have_the_chances_of_scikit_learn(weighted: bool, classes: int) -> None:
    given = rows(classes, weighted=weighted)
    problem = _Classes(given, classes, 0.5)
    alpha = 0.05 * problem.strongest()
    made = problem.model(problem.solve(alpha, problem.start(), quiet), alpha)
    theirs = LogisticRegression(C=made.C, l1_ratio=0.5, solver="saga", tol=1e-6, max_iter=5_000)
    theirs.fit(given.X, given.y, sample_weight=given.weight)
    np.testing.assert_allclose(made.predict_proba(given.X), theirs.predict_proba(given.X), atol=5e-3)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_that_the_strongest_leaves_no_weight_and_a_little_less_leaves_one(classes: int) -> None:
    given = rows(classes)
    problem = _Classes(given, classes, 0.5) if classes else _Squares(given, 0.5, quiet)
    strongest = problem.strongest()
    assert problem.used(problem.solve(strongest * 1.001, problem.start(), quiet)) == 0
    assert problem.used(problem.solve(strongest * 0.9, problem.start(), quiet)) >= 1


@pytest.mark.parametrize("classes", [0, 2])
def test_that_a_row_twice_weighs_as_one_of_weight_two(classes: int) -> None:
    given = rows(classes, count=80)
    twice = np.repeat(np.arange(80), np.where(np.arange(80) % 3, 1, 2))
    weight = np.where(np.arange(80) % 3, 1.0, 2.0)
    found = []
    for one in (Rows(given.X[twice], given.y[twice]), Rows(given.X, given.y, weight)):
        problem = _Classes(one, classes, 0.5) if classes else _Squares(one, 0.5, quiet)
        found.append(problem.solve(0.02, problem.start(), quiet))
    np.testing.assert_allclose(found[0], found[1], atol=1e-3)
