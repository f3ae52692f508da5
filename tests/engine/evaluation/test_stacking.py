"""The second layer: it is there when rows that it did not learn from are better predicted, and not otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aetheron_desktop.engine.estimators.pooling import LEAST_SAID, pooled
from aetheron_desktop.engine.evaluation.blending import blend_weights, blended
from aetheron_desktop.engine.evaluation.scores import log_loss
from aetheron_desktop.engine.evaluation.stacking import second_layer

if TYPE_CHECKING:
    from numpy.typing import NDArray


def values(seed: int, rows: int = 1_500) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    """A target, one who has it with an error, and one who has the error: to take him away is best."""
    rng = np.random.default_rng(seed)
    truth, error = rng.normal(size=rows), rng.normal(size=rows)
    return truth, [truth + error + rng.normal(scale=0.2, size=rows), error + rng.normal(scale=0.2, size=rows)]


def chances(seed: int, classes: int = 3, rows: int = 1_500) -> tuple[NDArray[np.int64], list[NDArray[np.float64]]]:
    """Classes, two who know something of them and err alike, and one who is always sure of too little."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, rows)
    known = np.eye(classes)[truth]
    error = rng.normal(scale=1.5, size=(rows, classes))

    def said(logits: NDArray[np.float64]) -> NDArray[np.float64]:
        made = np.exp(logits - logits.max(axis=1, keepdims=True))
        return made / made.sum(axis=1, keepdims=True)

    return truth, [said(2 * known + error), said(0.5 * known + error), said(0.2 * known)]


def test_that_what_errs_alike_is_taken_away_from_values() -> None:
    truth, said = values(0)
    before = blend_weights("regression", truth, said)
    found = second_layer("regression", truth, said, before, blended(said, before))
    assert found is not None
    layer, told = found
    assert layer.weights[0] > 0.8
    assert layer.weights[1] < -0.7
    assert ((told - truth) ** 2).mean() < 0.2 * ((blended(said, before) - truth) ** 2).mean()
    fresh, others = values(1)
    assert ((layer.put_together(others) - fresh) ** 2).mean() == pytest.approx(((told - truth) ** 2).mean(), rel=0.2)


@pytest.mark.parametrize("classes", [2, 3])
def test_that_what_errs_alike_is_taken_away_from_probabilities(classes: int) -> None:
    task = "binary" if classes == 2 else "multiclass"
    truth, said = chances(0, classes)
    before = blend_weights(task, truth, said)  # type: ignore[arg-type]  # the words are Tasks
    whole = blended(said, before)
    found = second_layer(task, truth, said, before, whole)  # type: ignore[arg-type]
    assert found is not None
    layer, told = found
    assert layer.weights[1] < 0 < layer.weights[0]
    assert log_loss(truth, told) < 0.9 * log_loss(truth, whole)
    fresh, others = chances(1, classes)
    made = layer.put_together(others)
    assert made.sum(axis=1) == pytest.approx(1.0)
    assert log_loss(fresh, made) < 0.9 * log_loss(fresh, blended(others, before))


def test_that_there_is_none_where_it_is_not_better() -> None:
    rng = np.random.default_rng(2)
    signal = rng.normal(size=2_000)
    truth = signal + rng.normal(size=2_000)
    said = [signal + rng.normal(scale=0.1, size=2_000) for _ in range(4)]
    even = np.full(4, 0.25)
    assert second_layer("regression", truth, said, even, blended(said, even)) is None
    assert second_layer("regression", truth, said[:1], np.ones(1), said[0]) is None
    assert second_layer("regression", truth[:50], [one[:50] for one in said], even, blended(said, even)[:50]) is None


def test_that_a_member_that_says_nothing_is_left_out() -> None:
    truth, said = values(3)
    rng = np.random.default_rng(33)
    said = [*said, rng.normal(size=len(truth)) + 5.0]
    before = np.array([1.0, 0.0, 0.0])
    found = second_layer("regression", truth, said, before, said[0])
    assert found is not None
    assert found[0].weights[2] == 0.0


def test_that_rows_count_what_they_weigh_and_that_many_rows_are_drawn_alike() -> None:
    truth, said = values(4, rows=200_000)
    before = np.array([0.5, 0.5])
    weight = np.where(truth > 0, 1.0, 1e-6)
    found = [second_layer("regression", truth, said, before, blended(said, before), weight, seed=1) for _ in range(2)]
    assert found[0] is not None
    assert found[1] is not None
    assert (found[0][0].weights == found[1][0].weights).all()
    told = found[0][1]
    assert ((told - truth)[truth > 0] ** 2).mean() < ((told - truth)[truth <= 0] ** 2).mean()


def test_that_what_is_put_together_are_probabilities_whatever_was_said() -> None:
    said = [np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]]), np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])]
    made = pooled(said, [2.0, -0.5], [0.1, -0.1])
    assert np.isfinite(made).all()
    assert made.sum(axis=1) == pytest.approx(1.0)
    # The odds are those of the sums of logarithms.
    odds = 2.0 * (np.log(1.0) - np.log(LEAST_SAID)) - 0.5 * (np.log(LEAST_SAID) - np.log(1.0)) - 0.2
    assert np.log(made[0, 1] / made[0, 0]) == pytest.approx(odds)
    assert pooled([np.array([1.0, 2.0]), np.array([3.0, 4.0])], [2.0, -1.0], [0.5]).tolist() == [-0.5, 0.5]
