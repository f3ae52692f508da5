from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.special import softmax
from sklearn import metrics as sk

from aetheron_desktop.engine.estimators.deciding import CostRule
from aetheron_desktop.engine.evaluation.curves.confusion import confusion, confusion_at
from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
from aetheron_desktop.engine.evaluation.definitions import ALL, definition, definitions_for
from aetheron_desktop.engine.evaluation.dummy import dummy, ranked_alike
from aetheron_desktop.engine.evaluation.intervals import intervals
from aetheron_desktop.engine.evaluation.measures import Rankings, areas_of_many, precisions_of_many, ranking
from aetheron_desktop.engine.evaluation.metrics import ALL as TRAINED_BY
from aetheron_desktop.engine.evaluation.predictions import TestPredictions
from aetheron_desktop.engine.evaluation.ranked import Ranked, merged
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.evaluation.table import Measured, measured, measured_again, ordered
from tests.engine.evaluation.simulated import KINDS, predicted_rows

_QUIET = pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning", "ignore:A single label")


def made_of(task: Any, truth: Any, predicted: Any, **more: Any) -> TestPredictions:
    names = () if task == "regression" else tuple(f"c{number}" for number in range(predicted.shape[1]))
    return TestPredictions(task, np.arange(len(truth)), truth, predicted, names, **more)


def table_of(predictions: TestPredictions, *args: Any, **more: Any) -> dict[str, Measured]:
    return {one.name: one for one in measured(predictions, *args, **more)}


def wanted(task: Any, truth: Any, predicted: Any) -> dict[str, float]:
    """What scikit-learn says, NaN where it is not defined."""
    if task == "regression":
        found = {
            "rmse": sk.root_mean_squared_error(truth, predicted),
            "mae": sk.mean_absolute_error(truth, predicted),
            "r2": sk.r2_score(truth, predicted) if np.ptp(truth) > 0 else np.nan,
            "median_absolute_error": sk.median_absolute_error(truth, predicted),
            "mape": sk.mean_absolute_percentage_error(truth, predicted) if truth.all() else np.nan,
            "max_error": sk.max_error(truth, predicted),
            "mean_error": (predicted - truth).mean(),
        }
        return {name: float(value) for name, value in found.items()}
    chosen = predicted.argmax(axis=1)
    classes = predicted.shape[1]
    hot = np.eye(classes)[truth]
    found = {
        "accuracy": sk.accuracy_score(truth, chosen),
        "mcc": sk.matthews_corrcoef(truth, chosen),
        "kappa": sk.cohen_kappa_score(truth, chosen) if len({*truth, *chosen}) > 1 else np.nan,
        "log_loss": -np.log(np.clip(predicted[np.arange(len(truth)), truth], np.finfo(float).eps, 1)).mean(),
    }
    if task == "binary":
        second, both = predicted[:, 1], len(set(truth)) == 2
        return found | {
            "precision": sk.precision_score(truth, chosen, zero_division=np.nan),
            "recall": sk.recall_score(truth, chosen, zero_division=np.nan),
            "specificity": sk.recall_score(truth, chosen, pos_label=0, zero_division=np.nan),
            "f1": sk.f1_score(truth, chosen, zero_division=0),
            "roc_auc": sk.roc_auc_score(truth, second) if both else np.nan,
            "average_precision": sk.average_precision_score(truth, second) if truth.any() else np.nan,
            "brier": np.square(second - truth).mean(),
        }
    known = np.flatnonzero((hot.sum(axis=0) > 0) & (hot.sum(axis=0) < len(truth)))
    areas = [sk.roc_auc_score(hot[:, k], predicted[:, k]) for k in known]
    there = np.flatnonzero(hot.any(axis=0))
    precisions = [sk.average_precision_score(hot[:, k], predicted[:, k]) for k in there]
    counts = hot.sum(axis=0)
    return found | {
        "macro_f1": sk.f1_score(truth, chosen, average="macro", zero_division=0),
        "weighted_f1": sk.f1_score(truth, chosen, average="weighted", zero_division=0),
        "macro_precision": sk.precision_score(truth, chosen, average="macro", zero_division=0),
        "weighted_precision": sk.precision_score(truth, chosen, average="weighted", zero_division=0),
        "brier": np.square(predicted - hot).sum(axis=1).mean(),
        "top_2": sk.top_k_accuracy_score(truth, predicted, k=2, labels=np.arange(classes)),
        "roc_auc_ovr": float(np.mean(areas)) if areas else np.nan,
        "roc_auc_weighted": float(np.average(areas, weights=counts[known])) if areas else np.nan,
        "roc_auc_micro": sk.roc_auc_score(hot.ravel(), predicted.ravel()),
        "average_precision_macro": float(np.mean(precisions)),
        "average_precision_weighted": float(np.average(precisions, weights=counts[there])),
        "average_precision_micro": sk.average_precision_score(hot.ravel(), predicted.ravel()),
    }


@_QUIET
@settings(max_examples=60, deadline=None)
@given(predicted_rows())
def test_that_every_value_is_that_of_scikit_learn(made: tuple[Any, Any, Any]) -> None:
    task, truth, predicted = made
    found = table_of(made_of(task, truth, predicted), budget_s=0.0)
    for name, value in wanted(task, truth, predicted).items():
        said = found[name].value
        assert (math.nan if said is None else said) == pytest.approx(value, nan_ok=True, rel=1e-9, abs=1e-9), name
    for one in found.values():
        assert (one.value is None) <= bool(one.because), one
        assert one.label == definition(one.name).label
        if one.low is not None:
            assert one.value is not None
            assert one.high is not None
            assert one.low <= one.value <= one.high
            assert one.method
        else:
            assert one.because


@_QUIET
@settings(max_examples=25, deadline=None)
@given(predicted_rows())
def test_that_the_baseline_is_what_scikit_learn_says_of_the_dummy(made: tuple[Any, Any, Any]) -> None:
    task, truth, predicted = made
    if task == "regression":
        constant = np.full(len(truth), 1.25)
        said = np.array([1.25])
    else:
        said = softmax(np.arange(predicted.shape[1]) * 0.3)
        constant = np.tile(said, (len(truth), 1))
    found = table_of(made_of(task, truth, predicted, baseline=said), budget_s=0.0)
    for name, value in wanted(task, truth, constant).items():
        baseline = found[name].baseline
        assert (math.nan if baseline is None else baseline) == pytest.approx(value, nan_ok=True, abs=1e-9), name


@pytest.mark.parametrize("kind", KINDS)
def test_that_the_table_is_whole_and_in_order(kind: str) -> None:
    task, make = KINDS[kind]
    truth, predicted = make(np.random.default_rng(1), 60)
    limits = np.column_stack([predicted - 0.5, predicted + 0.5]) if task == "regression" else None
    found = ordered(list(measured(made_of(task, truth, predicted, limits=limits, level=0.9))))
    names = [one.name for one in found]
    absent = {"mean_cost", "top_5"} if task == "multiclass" else set()
    assert names == [one.name for one in definitions_for(task) if one.name not in absent]
    assert all(one.rows == 60 and one.part == "test rows" for one in found)
    assert all(one.value is not None for one in found if one.name != "max_error")


def test_that_every_metric_that_trains_has_a_definition_of_the_same_direction() -> None:
    known = {one.name: one for one in ALL}
    assert len(known) == len(ALL)
    for one in TRAINED_BY:
        if one.name != "loss":
            assert (known[one.name].label, known[one.name].direction) == (one.label, one.direction)
            assert set(one.tasks) <= set(known[one.name].tasks)
    for definition_ in ALL:
        assert definition_.what.endswith(".")
        assert definition_.formula
        assert definition_.source


def test_that_limits_of_numbers_and_their_baseline_are_measured() -> None:
    truth, predicted = KINDS["regression"][1](np.random.default_rng(1), 200)
    limits = np.column_stack([predicted - 0.9, predicted + 0.9])
    made = made_of(
        "regression", truth, predicted, limits=limits, level=0.8, baseline=np.zeros(1), baseline_limits=(-1.0, 1.0)
    )
    found, known = table_of(made), scores("regression", truth, predicted, between=limits, level=0.8)
    dummy = scores("regression", truth, np.zeros(200), between=np.tile([-1.0, 1.0], (200, 1)), level=0.8)
    for name in ("coverage", "pinball_loss", "interval_width"):
        assert found[name].value == pytest.approx(known[name])
        assert found[name].baseline == pytest.approx(dummy[name])
    sides = [sk.mean_pinball_loss(truth, limits[:, side], alpha=(0.1, 0.9)[side]) for side in (0, 1)]
    assert found["pinball_loss"].value == pytest.approx(np.mean(sides))
    assert "no limits" in table_of(made_of("regression", truth, predicted))["coverage"].because


def test_that_intervals_are_those_of_the_run() -> None:
    truth, predicted = KINDS["binary"][1](np.random.default_rng(1), 300)
    known = intervals("binary", truth, predicted, seed=3)
    found = table_of(made_of("binary", truth, predicted), seed=3)
    for name in ("accuracy", "balanced_accuracy", "f1", "roc_auc"):
        assert (found[name].low, found[name].high) == pytest.approx(known[name]), name
    given_ = table_of(made_of("binary", truth, predicted), stored={"log_loss": (0.1, 9.0)})["log_loss"]
    assert (given_.low, given_.high) == (0.1, 9.0)


def test_that_a_threshold_that_is_moved_gives_the_table_at_it() -> None:
    truth, predicted = KINDS["rare"][1](np.random.default_rng(1), 500)
    made = made_of("binary", truth, predicted)
    cutoffs = Cutoffs(made.positive, made.score)
    before = table_of(made)
    for threshold in (0.1, 0.37):
        whole = table_of(made, threshold)
        again = measured_again(made, confusion_at(made, cutoffs, threshold).cells.astype(float), before)
        assert len(again) == 10
        assert all(one == whole[one.name] for one in again)


def test_that_costs_of_errors_are_measured_beside_the_cheapest_dummy() -> None:
    truth, predicted = KINDS["multiclass"][1](np.random.default_rng(1), 400)
    rule = CostRule(matrix=((0, 1, 1, 1), (9, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0)))
    made = made_of("multiclass", truth, predicted, chosen=rule.chosen(predicted), baseline=np.full(4, 0.25))
    found = table_of(made, costs=rule)["mean_cost"]
    assert found.value == pytest.approx(rule.paid(truth, rule.chosen(predicted)).mean())
    assert found.baseline == pytest.approx(rule.paid(truth, np.full(400, rule.chosen(np.full((1, 4), 0.25))[0])).mean())


# -- bad input --------------------------------------------------------------------------------------------------------


def test_that_no_rows_are_told() -> None:
    for task, width in (("regression", 0), ("binary", 2), ("multiclass", 3)):
        predicted = np.zeros((0, width)) if width else np.zeros(0)
        found = table_of(made_of(task, np.zeros(0, dtype=np.int64 if width else np.float64), predicted))
        assert {one.because for one in found.values()} == {"There are no rows."}


def test_that_one_class_and_constant_numbers_say_why() -> None:
    second = np.linspace(0.2, 0.8, 20)
    made = made_of("binary", np.zeros(20, dtype=np.int64), np.column_stack([1 - second, second]))
    found = table_of(made, 0.9)
    assert found["recall"].because == "No row is 'c1', so there is nothing to find."
    assert found["precision"].because == "No row is predicted 'c1' at this threshold."
    assert found["roc_auc"].because == "All rows are 'c0', so there is nothing to tell apart."
    assert found["specificity"].value == 1.0
    all_positive = table_of(replace(made, truth=np.ones(20, dtype=np.int64)))
    assert "nothing to leave alone" in all_positive["specificity"].because
    assert all_positive["average_precision"].value == 1.0
    flat = table_of(made_of("regression", np.zeros(20), np.ones(20)))
    assert flat["r2"].because == "The truth is the same in all rows, so there is no variance to explain."
    assert flat["mape"].because == "20 rows have a truth of 0, of which an error is no share."
    assert "do not differ" in flat["rmse"].because
    assert flat["rmse"].value == 1.0


def test_that_two_rows_have_values_and_say_why_there_is_no_interval() -> None:
    found = table_of(made_of("regression", np.array([1.0, 2.0]), np.array([1.5, 2.1])))
    assert found["rmse"].value is not None
    assert found["rmse"].because == "2 rows are too few for an interval; it takes 6."
    assert "another row" in found["max_error"].because
    two = table_of(made_of("binary", np.array([0, 1]), np.array([[0.6, 0.4], [0.3, 0.7]])))
    assert (two["accuracy"].value, two["accuracy"].low is not None) == (1.0, True)
    huge = table_of(made_of("regression", np.array([1e300, -1e300, 0.0]), np.array([-1e300, 1e300, 1.0])))
    assert huge["rmse"].because == "The numbers are too large to be measured."


def test_that_a_class_that_was_not_learned_counts_as_an_error() -> None:
    truth, predicted = KINDS["binary"][1](np.random.default_rng(1), 300)
    wide = np.column_stack([predicted, np.zeros(300)])
    truth[:30] = 2
    made = made_of("binary", truth, wide, unseen=1)
    found = table_of(made)
    chosen = predicted.argmax(axis=1)
    assert found["accuracy"].value == pytest.approx((chosen == truth).mean())
    assert found["precision"].value == pytest.approx(sk.precision_score(truth == 1, chosen))
    assert found["specificity"].value == pytest.approx(sk.recall_score(truth != 1, chosen != 1))
    assert found["roc_auc"].value == pytest.approx(sk.roc_auc_score(truth == 1, predicted[:, 1]))
    assert found["mcc"].value == pytest.approx(sk.matthews_corrcoef(truth, chosen))
    assert confusion(made).cells[2].sum() == 30
    again = measured_again(made, confusion(made, 0.5).cells.astype(float), found)
    assert {one.name: one.value for one in again}["precision"] == pytest.approx(found["precision"].value)


def test_that_a_thousand_classes_are_measured() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 1_000, 300)
    predicted = rng.random((300, 1_000)).astype(np.float64)
    predicted[np.arange(300), truth] += 1.0
    predicted /= predicted.sum(axis=1, keepdims=True)
    found = table_of(made_of("multiclass", truth, predicted), budget_s=0.0)
    assert found["top_5"].value == 1.0
    assert all(one.value is not None for one in found.values())


@settings(max_examples=40, deadline=None)
@given(predicted_rows())
def test_that_classes_are_ranked_as_if_each_and_all_were_sorted_by_themselves(made: tuple[Any, Any, Any]) -> None:
    task, truth, predicted = made
    if task == "regression":
        return
    parts = [Ranked.by(column) for column in predicted.T]
    together, sorted_ = merged(parts), Ranked.by(predicted.ravel())
    assert (together.falling == sorted_.falling).all()
    assert (predicted.ravel()[together.order] == together.falling).all()
    assert (together.ends == sorted_.ends).all()
    assert sorted(together.order) == list(range(predicted.size))
    of_dummy = dummy(made_of(task, truth, predicted))
    ranks = [ranking] if task == "binary" else [areas_of_many, precisions_of_many]
    sorted_values = {
        name: one.value for rank in ranks for name, one in rank(Rankings(of_dummy)).items() if one is not None
    }
    known = ranked_alike(of_dummy)
    assert known == pytest.approx({name: value for name, value in sorted_values.items() if math.isfinite(value)})
