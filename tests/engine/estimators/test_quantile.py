"""Linear quantile regression, against the linear program of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import QuantileRegressor

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.base import Recipe, Rows, SklearnPredictor
from aetheron_desktop.engine.estimators.quantile import QuantileRegression
from aetheron_desktop.engine.estimators.quantile_boosting import QuantileBoosting
from aetheron_desktop.engine.estimators.quantiles import QuantilesPredictor, levels, said
from aetheron_desktop.engine.evaluation.scores import mean_pinball
from aetheron_desktop.engine.params import defaults
from tests.contracts.test_estimators import Judge


class Silent(Judge):
    """Judges quantiles."""

    def step(self, number: int, total: int | None, train: object, valid: tuple[Rows, Any]) -> float:
        rows, told = valid
        return mean_pinball(rows.y, told, levels(0.9))


def fitted(kind: type, card: str, train: Rows, valid: Rows, **params: Any) -> QuantilesPredictor:
    recipe = Recipe("regression", 0, defaults(catalog.card(card).parameters) | params, seed=0)
    estimator = kind(recipe)
    estimator.fit(train, valid, Silent())
    assert isinstance(estimator.fitted, QuantilesPredictor)
    return estimator.fitted


def rows_of(count: int, seed: int = 0) -> Rows:
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(0, 1, count), rng.normal(size=count)
    y = 100.0 + 40.0 * (2 * a + b + (0.2 + a) * rng.standard_t(4, count))
    return Rows(np.column_stack([a, b]), y)


def test_that_its_lines_are_those_of_the_linear_program() -> None:
    train, other = rows_of(1_500), rows_of(1_500, 1)
    made = fitted(QuantileRegression, "quantile", train, other, alpha=1e-8)
    for part, quantile in zip(made.parts, levels(0.9), strict=True):
        exact = QuantileRegressor(quantile=quantile, alpha=0.0).fit(train.X, train.y)
        assert isinstance(part, SklearnPredictor)
        own = mean_pinball(train.y, part.predict(train.X)[:, None], [quantile])
        best = mean_pinball(train.y, exact.predict(train.X)[:, None], [quantile])
        assert best - 1e-9 <= own < 1.01 * best
        # So many rows lie below as the quantile says.
        assert (train.y <= part.predict(train.X)).mean() == pytest.approx(quantile, abs=0.002)


@pytest.mark.parametrize(("shift", "scale"), [(1e6, 1.0), (0.0, 1e-6), (-50.0, 1e6)])
def test_that_the_unit_of_the_target_does_not_matter(shift: float, scale: float) -> None:
    train = rows_of(300)
    plain = fitted(QuantileRegression, "quantile", train, train)
    other = Rows(train.X, shift + scale * train.y)
    moved = fitted(QuantileRegression, "quantile", other, other)
    np.testing.assert_allclose(
        (moved.quantiles(train.X) - shift) / scale, plain.quantiles(train.X), rtol=1e-3, atol=0.05
    )


def test_that_a_target_with_one_common_value_is_learned() -> None:
    train = rows_of(400)
    y = np.where(np.arange(400) % 10 < 8, 5.0, train.y)
    made = fitted(QuantileRegression, "quantile", Rows(train.X, y), Rows(train.X, y))
    assert np.isfinite(made.quantiles(train.X)).all()


@pytest.mark.parametrize(("kind", "card"), [(QuantileRegression, "quantile"), (QuantileBoosting, "quantile_boosting")])
def test_that_quantiles_never_cross_and_the_median_is_the_prediction(kind: type, card: str) -> None:
    train = rows_of(300)
    params = {"n_estimators": 40, "learning_rate": 0.3} if card == "quantile_boosting" else {}
    made = fitted(kind, card, train, rows_of(100, 1), **params)
    far = np.random.default_rng(3).normal(0, 30, (500, 2))
    told = said(made, far)
    assert told.shape == (500, 3)
    assert (np.diff(told, axis=1) >= 0).all()
    assert (made.predict(far) == told[:, 1]).all()


def test_that_each_quantile_of_trees_has_its_own_best_round() -> None:
    made = fitted(QuantileBoosting, "quantile_boosting", rows_of(600), rows_of(300, 1), learning_rate=0.3, patience=5)
    rounds = {part.body.count(b"\nTree=") for part in made.parts}  # type: ignore[attr-defined]
    assert len(rounds) > 1
    assert min(rounds) >= 1
