from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.evaluation.aggregates import RelativeRoot
from aetheron_desktop.engine.evaluation.intervals import FEWEST, intervals
from aetheron_desktop.engine.evaluation.metrics import metrics_for
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.evaluation.statistic import (
    Explained,
    Mean,
    RootMean,
    decided,
    is_summed,
    is_weighted,
    statistics,
)
from tests.engine.evaluation.simulated import KINDS, TASKS, predicted_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.evaluation.statistic import Studentized


def same(name: str, made: float, wanted: float | None) -> bool:
    """Whether a value of weighted rows is the score; F1 without a positive row, 0 by convention, is no sample of it."""
    if np.isnan(made):
        return wanted is None or (name == "f1" and wanted == 0.0)
    return wanted is not None and made == pytest.approx(wanted, abs=1e-7)


@settings(max_examples=300, deadline=None)
@given(predicted_rows(), st.sampled_from([None, 0.3, 0.5, 0.9]))
def test_that_rows_that_all_count_once_have_the_scores(made: tuple[Task, Any, Any], threshold: float | None) -> None:
    task, truth, predicted = made
    wanted = scores(task, truth, predicted, threshold=threshold)
    known = statistics(task, truth, predicted, decided(task, predicted, threshold))
    for name, statistic in known.items():
        assert statistic.value == pytest.approx(wanted[name], abs=1e-9), name
        if is_weighted(statistic):
            assert same(name, statistic.resampled(np.ones((1, len(truth))))[0], wanted[name]), name
    # With positive rows alone the average precision is 1 whatever is predicted.
    left = {name for name, value in wanted.items() if value is not None} - set(known)
    assert left <= ({"average_precision"} if truth.all() else set())


@settings(max_examples=300, deadline=None)
@given(predicted_rows(), st.integers(0, 1000))
def test_that_a_row_that_counts_twice_is_a_row_that_is_there_twice(made: tuple[Task, Any, Any], seed: int) -> None:
    task, truth, predicted = made
    rows = len(truth)
    drawn = np.bincount(np.random.default_rng(seed).integers(0, rows, rows), minlength=rows)
    wanted = scores(task, np.repeat(truth, drawn), np.repeat(predicted, drawn, axis=0))
    for name, statistic in statistics(task, truth, predicted).items():
        if is_weighted(statistic):
            assert same(name, statistic.resampled(drawn[None].astype(np.float64))[0], wanted[name]), name


@pytest.mark.parametrize(
    ("kind", "names"), [("regression", {"rmse", "mae"}), ("binary", {"accuracy", "log_loss", "brier"})]
)
def test_that_adding_up_the_rows_that_were_drawn_is_counting_them(kind: str, names: set[str]) -> None:
    task, make = KINDS[kind]
    truth, predicted = make(np.random.default_rng(3), 60)
    drawn = np.random.default_rng(4).integers(0, 60, (9, 60))
    weights = np.array([np.bincount(rows, minlength=60) for rows in drawn], dtype=np.float64)
    found = {name: one for name, one in statistics(task, truth, predicted).items() if is_summed(one)}
    assert set(found) == names
    for one in found.values():
        assert is_weighted(one)
        assert one.of_drawn(drawn) == pytest.approx(one.resampled(weights), rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_that_the_influence_of_a_row_is_the_change_that_its_weight_makes(kind: str) -> None:
    task, make = KINDS[kind]
    truth, predicted = make(np.random.default_rng(3), 80)
    predicted = predicted.round(2)
    weights = np.ones((81, 80))
    weights[1:] += 1e-6 * np.eye(80)
    for name, statistic in statistics(task, truth, predicted).items():
        assert statistic.influence().sum() == pytest.approx(0.0, abs=1e-9), name
        if is_weighted(statistic) and name != "median_absolute_error":
            values = statistic.resampled(weights)
            assert (values[1:] - values[0]) / 1e-6 == pytest.approx(statistic.influence(), abs=1e-5), name


@pytest.mark.parametrize("name", ["mean", "rmse", "r2", "cv_rmse"])
def test_that_the_error_on_a_sample_is_that_of_its_rows(name: str) -> None:
    rng = np.random.default_rng(1)
    truth, squared = rng.gamma(2.0, 2.0, 80) * 1e6 + 1e7, rng.lognormal(20.0, 1.0, 80)
    make: Callable[[Any], Studentized] = {
        "mean": lambda rows: Mean(squared[rows]),
        "rmse": lambda rows: RootMean(squared[rows]),
        "r2": lambda rows: Explained(truth[rows], squared[rows]),
        "cv_rmse": lambda rows: RelativeRoot(truth[rows], squared[rows]),
    }[name]
    drawn = rng.integers(0, 80, (3, 80))
    weights = np.array([np.bincount(rows, minlength=80) for rows in drawn], dtype=np.float64)
    each = [make(rows) for rows in drawn]
    assert make(slice(None)).resampled(weights) == pytest.approx([one.value for one in each])
    wanted = [np.sqrt(np.square(one.influence()).sum()) for one in each]
    assert make(slice(None)).errors(weights) == pytest.approx(wanted, rel=1e-6)


def test_that_errors_with_a_long_tail_have_the_studentized_interval() -> None:
    # Davison and Hinkley (1997), section 5.2, the samples drawn one by one.
    error = np.random.default_rng(5).lognormal(0.0, 0.8, 60)
    low, high = intervals("regression", np.zeros(60), error, resamples=4_000)["mae"]
    drawn = error[np.random.default_rng(6).integers(0, 60, (4_000, 60))]
    means = drawn.mean(axis=1)
    off = np.log(means / error.mean()) / (drawn.std(axis=1) / means / np.sqrt(60))
    ends = error.mean() * np.exp(-np.quantile(off, [0.975, 0.025]) * error.std() / error.mean() / np.sqrt(60))
    assert (low, high) == pytest.approx(tuple(ends), rel=0.02)
    assert high - error.mean() > 1.2 * (error.mean() - low)


def test_that_delongs_variance_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 60)
    score = np.round(rng.normal(size=60) + truth, 1)
    predicted = np.column_stack([-score, score])
    positive, negative = score[truth == 1], score[truth == 0]
    won = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
    area = statistics("binary", truth, predicted)["roc_auc"]
    assert area.value == pytest.approx(won.mean())
    variance = won.mean(axis=1).var(ddof=1) / len(positive) + won.mean(axis=0).var(ddof=1) / len(negative)
    assert (area.influence() ** 2).sum() == pytest.approx(variance)


@settings(max_examples=150, deadline=None)
@given(predicted_rows())
def test_that_each_interval_is_of_finite_numbers_around_the_score(made: tuple[Task, Any, Any]) -> None:
    task, truth, predicted = made
    known = scores(task, truth, predicted)
    for name, (low, high) in intervals(task, truth, predicted, resamples=100).items():
        value = known[name]
        assert value is not None
        assert type(low) is type(high) is float
        assert low - 1e-9 <= value <= high + 1e-9
        bounded = name not in {"rmse", "mae", "median_absolute_error", "log_loss", "r2"}
        assert not bounded or -1e-9 <= low <= high <= 1.0 + 1e-9
        assert np.isfinite([low, high]).all()


@pytest.mark.parametrize("task", TASKS)
def test_that_every_metric_has_an_interval_by_samples_and_by_influences(task: Task) -> None:
    truth, predicted = KINDS[task][1](np.random.default_rng(0), 3_000)
    by_samples, by_influences = intervals(task, truth, predicted), intervals(task, truth, predicted, budget_s=0.0)
    assert set(by_samples) == set(by_influences) == {metric.name for metric in metrics_for(task)}
    for name, ends in by_samples.items():
        assert by_influences[name] == pytest.approx(ends, abs=0.15 * (ends[1] - ends[0])), name


def test_that_one_seed_has_one_result() -> None:
    truth, predicted = KINDS["regression"][1](np.random.default_rng(0), 300)
    first, again = (intervals("regression", truth, predicted, seed=3) for _ in range(2))
    assert first == again
    assert first != intervals("regression", truth, predicted, seed=4)


def test_that_a_model_without_an_error_is_not_perfect_for_sure() -> None:
    truth = np.arange(40) % 2
    found = intervals("binary", truth, np.column_stack([1.0 - truth, truth]).clip(0.1, 0.9))
    for name in ("accuracy", "balanced_accuracy", "f1", "roc_auc", "average_precision"):
        low, high = found[name]
        assert 0.7 < low < 0.97, name
        assert high == 1.0
    three = np.arange(60) % 3
    found = intervals("multiclass", three, np.eye(3)[three])
    assert 0.7 < found["macro_f1"][0] < 0.97
    assert 0.7 < found["roc_auc_ovr"][0] < 0.97


def test_that_a_model_that_is_always_wrong_has_intervals_too() -> None:
    truth = np.arange(40) % 2
    found = intervals("binary", truth, np.column_stack([truth, 1.0 - truth]).clip(0.1, 0.9))
    for name in ("accuracy", "f1", "roc_auc"):
        low, high = found[name]
        assert low == pytest.approx(0.0, abs=1e-9), name
        assert 0.03 < high < 0.3


def test_that_what_is_not_defined_has_no_entry() -> None:
    one = np.zeros(20, dtype=np.int64)
    chances = np.tile([0.7, 0.3], (20, 1))
    assert {"roc_auc", "average_precision", "f1", "brier"}.isdisjoint(intervals("binary", one, chances))
    assert "r2" not in intervals("regression", np.ones(20), np.arange(20.0))
    assert intervals("regression", np.ones(3), np.array([1.0, 2.0, np.inf])) == {}
    assert intervals("regression", np.empty(0), np.empty(0)) == {}


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 6, 10])
@pytest.mark.parametrize("kind", KINDS)
def test_that_a_few_rows_do_no_harm(kind: str, rows: int) -> None:
    task, make = KINDS[kind]
    for seed in range(5):
        found = intervals(task, *make(np.random.default_rng(seed), rows), resamples=200)
        assert ("accuracy" in found) == (task != "regression")
        assert ({"rmse", "log_loss"} & set(found) != set()) == (rows >= FEWEST)


def test_that_a_threshold_moves_what_is_decided_and_nothing_else() -> None:
    truth, predicted = KINDS["binary"][1](np.random.default_rng(0), 500)
    usual, moved = intervals("binary", truth, predicted), intervals("binary", truth, predicted, threshold=0.8)
    assert usual["accuracy"] != moved["accuracy"]
    assert usual["f1"] != moved["f1"]
    assert usual["log_loss"] == moved["log_loss"]
    assert usual["roc_auc"] == moved["roc_auc"]


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_that_nineteen_of_twenty_intervals_hold(kind: str) -> None:
    task, make = KINDS[kind]
    whole = scores(task, *make(np.random.default_rng(999), 1_000_000))
    rounds, held = 200, dict.fromkeys(whole, 0)
    for seed in range(rounds):
        for name, (low, high) in intervals(task, *make(np.random.default_rng(seed), 200), resamples=400).items():
            value = whole[name]
            assert value is not None
            held[name] += low <= value <= high
    # 179 or fewer of 200 come once in 900 times when 95 % hold.
    assert all(count >= 0.9 * rounds for count in held.values()), held


def test_that_long_tables_have_all_intervals() -> None:
    truth, predicted = KINDS["binary"][1](np.random.default_rng(0), 200_000)
    found = intervals("binary", truth, predicted)
    assert len(found) == len(metrics_for("binary"))
