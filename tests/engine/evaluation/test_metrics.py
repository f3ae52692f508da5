from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.metrics import ALL, BASELINE, better, main_metric, metric, metrics_for
from aetheron_desktop.engine.evaluation.scores import log_loss, roc_auc, scores


def chances(rng: np.random.Generator, rows: int, classes: int) -> Any:
    raw = rng.random((rows, classes))
    return raw / raw.sum(axis=1, keepdims=True)


@given(st.integers(0, 10_000), st.integers(3, 60))
def test_that_binary_scores_are_those_of_scikit_learn(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    truth[:2] = 0, 1
    found = chances(rng, rows, 2).round(1)
    made = scores("binary", truth, found)
    chosen = found.argmax(axis=1)
    assert made["roc_auc"] == pytest.approx(sk.roc_auc_score(truth, found[:, 1]))
    assert made["accuracy"] == pytest.approx(sk.accuracy_score(truth, chosen))
    assert made["balanced_accuracy"] == pytest.approx(sk.balanced_accuracy_score(truth, chosen))
    assert made["brier"] == pytest.approx(sk.brier_score_loss(truth, found[:, 1]))
    assert next(iter(made)) == "roc_auc"


def test_that_multiclass_scores_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, found = rng.integers(0, 4, 200), chances(rng, 200, 4)
    made = scores("multiclass", truth, found)
    assert made["log_loss"] == pytest.approx(sk.log_loss(truth, found, labels=range(4)))
    assert made["roc_auc_ovr"] == pytest.approx(sk.roc_auc_score(truth, found, multi_class="ovr"))
    assert made["macro_f1"] == pytest.approx(sk.f1_score(truth, found.argmax(axis=1), average="macro"))


def test_that_regression_scores_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, found = rng.normal(size=100), rng.normal(size=100)
    made = scores("regression", truth, found)
    assert made["rmse"] == pytest.approx(sk.root_mean_squared_error(truth, found))
    assert made["r2"] == pytest.approx(sk.r2_score(truth, found))
    assert made["median_absolute_error"] == pytest.approx(sk.median_absolute_error(truth, found))


def test_that_what_is_not_defined_is_none() -> None:
    one = np.zeros(5, dtype=np.int64)
    assert roc_auc(one, np.arange(5.0)) is None
    assert scores("binary", one, np.full((5, 2), 0.5))["roc_auc"] is None
    assert scores("regression", np.ones(3), np.array([1.0, 2.0, np.inf]))["rmse"] is None
    assert scores("regression", np.ones(3), np.ones(3))["r2"] is None


def test_that_a_class_that_the_test_part_lacks_does_no_harm() -> None:
    truth = np.array([0, 1, 0, 1])
    made = scores("multiclass", truth, np.full((4, 3), 1 / 3))
    assert made["log_loss"] == pytest.approx(np.log(3))
    assert made["roc_auc_ovr"] == pytest.approx(0.5)


def test_that_weights_count() -> None:
    truth, found = np.array([0, 1]), np.array([[0.9, 0.1], [0.9, 0.1]])
    assert log_loss(truth, found, np.array([1.0, 3.0])) == pytest.approx((-np.log(0.9) - 3 * np.log(0.1)) / 4)


def test_that_each_task_has_its_metrics_the_main_one_first() -> None:
    for task in ("binary", "multiclass", "regression"):
        listed = metrics_for(task)
        assert listed[0] == main_metric(task)
        assert all(task in one.tasks for one in listed)
    assert len({one.name for one in ALL}) == len(ALL)
    assert all(one.label and one.help for one in ALL)


def test_that_better_knows_the_direction() -> None:
    assert better(metric("accuracy"), 0.9, 0.8)
    assert better(metric("rmse"), 0.8, 0.9)
    assert better(metric("rmse"), 0.8, None)
    assert not better(metric("rmse"), None, 0.8)
    assert not better(metric("rmse"), None, None)
    assert not better(metric("rmse"), 0.8, 0.8)


def test_that_the_baselines_value_has_a_name_of_its_own() -> None:
    assert metric(f"{BASELINE}rmse").label == "RMSE of the baseline"
    with pytest.raises(UsageError):
        metric("charm")
