"""Weights of an ensemble, and its temperature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from aetheron_desktop.engine.estimators.temperature import cooled
from aetheron_desktop.engine.evaluation.blending import blend_weights, blended, temperature, wanted
from aetheron_desktop.engine.evaluation.scores import log_loss


def test_that_errors_of_different_kinds_are_averaged_out() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=2000)
    said = [truth + rng.normal(scale=1.0, size=2000) for _ in range(4)]
    weights = blend_weights("regression", truth, said)
    assert weights == pytest.approx(np.full(4, 0.25), abs=0.08)
    whole = ((blended(said, weights) - truth) ** 2).mean()
    assert whole < 0.3 * min(((one - truth) ** 2).mean() for one in said)


def test_that_a_model_that_adds_nothing_is_left_out() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=500)
    good = truth + rng.normal(scale=0.1, size=500)
    weights = blend_weights("regression", truth, [good, rng.normal(size=500), good * 5])
    assert weights[0] > 0.95


def test_that_rows_count_what_they_weigh() -> None:
    truth = np.array([0, 1] * 50)
    first, second = np.tile([0.9, 0.1], (100, 1)), np.tile([0.1, 0.9], (100, 1))
    of_class = np.where(truth == 0, 10.0, 0.1)
    assert blend_weights("binary", truth, [first, second], of_class)[0] > 0.9
    assert blend_weights("binary", truth, [first, second], 1.0 / of_class)[0] < 0.1


def test_that_ranks_are_improved_when_they_are_what_counts() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 3000)
    # The first is well calibrated; the second ranks better, and its probabilities are far off.
    signal = truth + rng.normal(scale=1.0, size=3000)
    first = 1 / (1 + np.exp(-(truth - 0.5 + rng.normal(scale=1.4, size=3000))))
    second = 0.98 + 0.01 * np.tanh(signal)
    said = [np.column_stack([1 - p, p]) for p in (first, second)]
    by_ranks = blend_weights("binary", truth, said, metric="roc_auc")
    by_loss = blend_weights("binary", truth, said, metric="log_loss")
    assert roc_auc_score(truth, blended(said, by_ranks)[:, 1]) > roc_auc_score(truth, blended(said, by_loss)[:, 1])
    assert by_ranks[1] > by_loss[1]


def test_that_the_absolute_error_is_less_moved_by_a_few_large_ones() -> None:
    rng = np.random.default_rng(4)
    truth = rng.normal(size=400)
    wild = truth + rng.normal(scale=0.1, size=400)
    wild[:8] += 20.0
    dull = truth + rng.normal(scale=0.5, size=400)
    shares = [blend_weights("regression", truth, [wild, dull], metric=name)[0] for name in ("mae", "rmse")]
    assert shares[0] > shares[1]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(8, 60), st.integers(2, 4), st.integers(0, 1000))
def test_that_weights_make_a_whole_and_the_blend_is_no_worse_than_the_best(
    models: int, rows: int, classes: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, rows)
    said = [rng.dirichlet(np.ones(classes), rows) for _ in range(models)]
    weights = blend_weights("multiclass", truth, said)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= 0).all()
    assert log_loss(truth, blended(said, weights)) <= min(log_loss(truth, one) for one in said) + 1e-9


def test_that_what_is_too_sure_is_cooled_and_in_the_same_order() -> None:
    rng = np.random.default_rng(2)
    honest = rng.dirichlet(np.ones(3), 4000)
    truth = np.array([rng.choice(3, p=row) for row in honest])
    too_sure = honest**3 / (honest**3).sum(axis=1, keepdims=True)
    warmth = temperature(truth, too_sure)
    assert warmth == pytest.approx(3.0, rel=0.1)
    made = cooled(too_sure, warmth)
    assert made.sum(axis=1) == pytest.approx(1.0)
    assert (made.argmax(axis=1) == too_sure.argmax(axis=1)).all()
    assert log_loss(truth, made) < log_loss(truth, too_sure)


def test_that_what_is_right_is_left_to_the_bit() -> None:
    said = np.array([[1.0, 0.0], [0.25, 0.75]])
    assert cooled(said, 1.0) is said
    assert np.isfinite(cooled(said, 2.0)).all()


def test_that_no_few_rows_make_it_certain() -> None:
    truth = np.array([0, 1, 2] * 10)
    right = np.full((30, 3), 0.02)
    right[np.arange(30), truth] = 0.96
    # All are told right: a log loss alone would ask for the coldest there is.
    few, many = temperature(truth, right), temperature(np.tile(truth, 1000), np.tile(right, (1000, 1)))
    assert 0.2 < many < few
    assert cooled(right, few).max() < 0.97


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_that_what_rows_ask_for_are_probabilities_of_their_class_most(truth: list[int]) -> None:
    goal = wanted(np.array(truth), 4)
    assert goal.shape == (len(truth), 4)
    assert goal.sum(axis=1) == pytest.approx(1.0)
    assert (goal.argmax(axis=1) == truth).all()
    assert (goal > 0).all()
