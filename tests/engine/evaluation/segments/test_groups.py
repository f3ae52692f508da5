"""Suspected label errors and groups, beside what cleanlab 2.9.0 and Fairlearn 0.15.0 gave for the same rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from aetheron_desktop.engine.datasets.profiles.cells import values
from aetheron_desktop.engine.evaluation.segments.coding import Coded, coded
from aetheron_desktop.engine.evaluation.segments.fairness import fairness_of_classes, fairness_of_numbers
from aetheron_desktop.engine.evaluation.segments.labels import label_errors


def _column(cells: Any) -> Coded:
    made = coded("group", values(pa.chunked_array([pa.array(cells)])))
    assert made is not None
    return made


def test_that_suspected_labels_are_those_of_confident_learning() -> None:
    rng = np.random.default_rng(7)
    rows, classes = 60, 3
    truth = rng.integers(0, classes, rows)
    score = rng.normal(0.0, 1.0, (rows, classes))
    score[np.arange(rows), np.where(rng.random(rows) < 0.15, rng.integers(0, classes, rows), truth)] += 2.0
    sure = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    found = label_errors(truth, sure, ("x", "y", "z"), np.arange(100, 100 + rows))
    # find_label_issues(truth, sure, filter_by="confident_learning", return_indices_ranked_by="normalized_margin")
    assert [one.row - 100 for one in found.suspects] == [31, 12, 43, 51, 49, 52, 47, 24, 56]
    assert found.count == sum(count for *_, count in found.pairs) == 9
    assert all(one.given == "xyz"[truth[one.row - 100]] != one.told for one in found.suspects)


def test_that_labels_that_were_changed_are_suspected_and_few_others() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 1_000)
    sure = np.where(truth == 1, rng.beta(12, 2, 1_000), rng.beta(2, 12, 1_000))
    changed = rng.choice(1_000, 30, replace=False)
    given = truth.copy()
    given[changed] = 1 - given[changed]
    found = label_errors(given, np.column_stack([1 - sure, sure]), ("no", "yes"), np.arange(1_000))
    hits = {one.row for one in found.suspects} & set(changed.tolist())
    assert len(hits) >= 18
    assert len(hits) >= 0.8 * found.count


def test_that_numbers_far_from_their_prediction_are_suspected() -> None:
    rng = np.random.default_rng(1)
    told = rng.normal(0.0, 1.0, 500)
    truth = told + rng.normal(0.0, 0.1, 500)
    truth[[7, 8]] += [9.0, -30.0]
    found = label_errors(truth, told, (), np.arange(500))
    assert [one.row for one in found.suspects] == [8, 7]
    assert label_errors(told, told, (), np.arange(500)).note
    lopsided = np.append(np.linspace(-1.0, 5.0, 400), [-10.0, 40.0])
    found = label_errors(lopsided, np.zeros(402), (), np.arange(402))
    assert {one.row for one in found.suspects} == {400, 401}
    assert found.limit == 10.0, "all that are listed lie so far away, or farther"


def test_that_one_class_and_few_rows_are_said_in_words() -> None:
    sure = np.tile([0.2, 0.8], (40, 1))
    assert "one class" in label_errors(np.ones(40, dtype=np.int64), sure, ("no", "yes"), np.arange(40)).note
    assert "fewer" in label_errors(np.ones(4, dtype=np.int64), sure[:4], ("no", "yes"), np.arange(4)).note
    same = label_errors(np.arange(40) % 2, np.tile([0.4, 0.6], (40, 1)), ("no", "yes"), np.arange(40))
    assert (same.count, same.suspects) == (0, ())
    assert "the same of every row" in same.note


def test_that_groups_are_as_far_apart_as_fairlearn_says() -> None:
    rng = np.random.default_rng(8)
    group = rng.choice(["a", "b", "c"], 400)
    truth = rng.integers(0, 2, 400)
    chosen = (rng.random(400) < np.where(truth == 1, 0.7, 0.2) + np.where(group == "a", 0.15, 0.0)).astype(np.int64)
    found = fairness_of_classes(_column(group), truth, chosen, 1, "yes")
    selected = next(one for one in found.disparities if one.rate == "selection_rate")
    # demographic_parity_difference, demographic_parity_ratio, equalized_odds_difference
    assert selected.difference == pytest.approx(0.1872171945701357)
    assert selected.ratio == pytest.approx(0.6754901960784314)
    assert found.equalised_odds == pytest.approx(0.1571978815599422)
    assert selected.low <= selected.difference <= selected.high
    assert selected.ratio_low is not None
    assert selected.ratio_high is not None
    assert selected.ratio_low <= 0.6754901960784314 <= selected.ratio_high
    for one in found.groups:
        rows = group == one.name
        assert one.rows == rows.sum()
        assert one.rates["selection_rate"].value == pytest.approx(chosen[rows].mean())
        assert one.rates["true_positive_rate"].value == pytest.approx(chosen[rows & (truth == 1)].mean())
        assert one.rates["false_positive_rate"].value == pytest.approx(chosen[rows & (truth == 0)].mean())


def test_that_the_difference_of_equal_groups_leaves_nothing_out_in_19_of_20() -> None:
    rng = np.random.default_rng(4)
    outside = 0
    for _ in range(200):
        group, truth = rng.choice(["a", "b", "c", "d"], 300), rng.integers(0, 2, 300)
        chosen = (rng.random(300) < 0.4).astype(np.int64)
        found = fairness_of_classes(_column(group), truth, chosen, 1, "yes")
        outside += found.disparities[0].low > 0.0
    assert outside <= 18  # 5 % of 200, and two standard deviations


def test_that_small_groups_are_told_and_not_compared() -> None:
    cells = ["a"] * 100 + ["b"] * 100 + ["c"] * 15 + ["d"] * 3 + [None] * 40
    truth = np.zeros(len(cells), dtype=np.int64)
    chosen = np.zeros(len(cells), dtype=np.int64)
    chosen[200:215] = 1
    found = fairness_of_classes(_column(cells), truth, chosen, 1, "yes")
    assert {one.name: one.is_small for one in found.groups} == {"a": False, "b": False, "c": True, "missing": False}
    assert found.left_out == 3
    assert found.disparities[0].difference == 0.0
    assert next(one for one in found.groups if one.name == "a").rates["true_positive_rate"].value is None
    alone = fairness_of_classes(_column(["a"] * 100 + ["b"] * 12), truth[:112], chosen[:112], 1, "yes")
    assert alone.note
    assert alone.disparities == ()


def test_that_numbers_are_compared_by_their_mean_error() -> None:
    rng = np.random.default_rng(5)
    group = rng.choice(["a", "b"], 400)
    truth = rng.normal(0.0, 1.0, 400)
    told = truth + rng.normal(0.0, 0.2, 400) + np.where(group == "b", 1.0, 0.0)
    found = fairness_of_numbers(_column(group), truth, told)
    error = next(one for one in found.disparities if one.rate == "mean_error")
    assert (error.most, error.least) == ("group = 'b'", "group = 'a'")
    assert error.difference == pytest.approx((told - truth)[group == "b"].mean() - (told - truth)[group == "a"].mean())
    assert error.low > 0.9
    assert error.ratio is None
    assert found.equalised_odds is None
