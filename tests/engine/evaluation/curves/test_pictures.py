"""What is drawn of classes and numbers beside the curves of scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, mean_absolute_error, top_k_accuracy_score

from aetheron_desktop.engine.evaluation.curves.calibration import Calibration, calibration, calibration_of
from aetheron_desktop.engine.evaluation.curves.confusion import confusion, confusion_at, top_k
from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
from aetheron_desktop.engine.evaluation.curves.histograms import Histogram, histogram, score_histogram
from aetheron_desktop.engine.evaluation.curves.numbers import (
    Bins,
    Quantiles,
    Scatter,
    Squares,
    against,
    binned,
    coverage_by_bin,
    error_by_bin,
    errors,
    quantiles,
)
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.predictions import TestPredictions

RNG = np.random.default_rng(5)


def several(rows: int = 400, classes: int = 5) -> TestPredictions:
    rng = np.random.default_rng(rows)
    truth = rng.integers(0, classes, rows)
    raw = rng.random((rows, classes)).round(2) + 0.01
    raw[np.arange(rows), truth] += 0.4
    raw /= raw.sum(axis=1, keepdims=True)
    names = tuple(f"c{number}" for number in range(classes))
    return TestPredictions("multiclass" if classes > 2 else "binary", np.arange(rows), truth, raw, names)


def numbers(rows: int = 500) -> TestPredictions:
    rng = np.random.default_rng(rows)
    truth = rng.normal(size=rows)
    said = truth + rng.normal(size=rows) * 0.3
    limits = np.column_stack([said - 0.5, said + 0.5])
    return TestPredictions("regression", np.arange(rows), truth, said, limits=limits, level=0.9)


# -- classes ----------------------------------------------------------------------------------------------------------


def test_that_cells_are_counted_and_hold_their_rows() -> None:
    made = several()
    found = confusion(made)
    assert np.array_equal(found.cells, confusion_matrix(made.truth, made.predicted.argmax(axis=1)))
    for actual in range(5):
        for said in range(5):
            rows = found.rows(made, actual, said)
            assert len(rows) == found.cells[actual, said]
            assert (made.truth[rows] == actual).all()
    wanted = confusion_matrix(made.truth, made.decided(), normalize="true")
    assert np.allclose(found.shares("row"), wanted)
    assert np.allclose(found.shares("column").sum(axis=0), 1.0)
    assert found.shares("all").sum() == pytest.approx(1.0)


def test_that_two_classes_are_counted_from_their_cutoffs() -> None:
    made = several(classes=2)
    cutoffs = Cutoffs(made.positive, made.score)
    for threshold in (0.0, 0.37, 0.6, 2.0):
        assert np.array_equal(confusion_at(made, cutoffs, threshold).cells, confusion(made, threshold).cells)


def test_that_the_commonest_errors_come_first_with_their_limits() -> None:
    found = confusion(several())
    pairs = found.most_confused(3)
    errors_ = found.cells - np.diag(np.diag(found.cells))
    assert [pair.count for pair in pairs] == sorted(errors_.ravel(), reverse=True)[:3]
    assert all(pair.count == found.cells[pair.actual, pair.said] and pair.actual != pair.said for pair in pairs)
    assert all(pair.low < pair.share == pair.count / pair.rows < pair.high for pair in pairs)


def test_that_a_thousand_classes_are_folded_and_lose_no_row() -> None:
    made = several(3_000, 1_000)
    whole = confusion(made)
    few = whole.folded(20)
    assert few.cells.shape == (21, 21)
    assert few.cells.sum() == 3_000
    assert few.classes[-1] == "980 others"
    assert few.merged == 980
    assert len(few.rows(made, 20, 20)) == few.cells[20, 20]
    assert len(few.rows(made, 3, 20)) == few.cells[3, 20]
    assert whole.folded(999) is whole
    assert whole.merged == 0


def test_that_the_likeliest_classes_are_counted_as_scikit_learn_does() -> None:
    made = several()
    share, low, high = top_k(made)
    for k in range(1, 5):
        assert share[k - 1] == pytest.approx(top_k_accuracy_score(made.truth, made.predicted, k=k))
    assert share[-1] == 1.0
    assert ((low <= share) & (share <= high)).all()


# -- probabilities ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("binning", ["width", "quantile"])
def test_that_calibration_is_that_of_scikit_learn(binning: Any) -> None:
    score = RNG.random(800).round(3)
    hit = RNG.random(800) < score**1.5
    found = calibration(hit, score, 10, binning)
    assert isinstance(found, Calibration)
    strategy = {"width": "uniform", "quantile": "quantile"}[binning]
    seen, said = calibration_curve(hit, score, n_bins=10, strategy=strategy)
    assert np.allclose(found.seen, seen)
    assert np.allclose(found.said, said)
    assert found.error == pytest.approx(np.abs(found.seen - found.said) @ found.count / 800)
    assert found.largest == np.abs(found.seen - found.said).max()
    for place, count in enumerate(found.count):
        rows = found.rows(place)
        assert len(rows) == count
        assert (score[rows] <= found.upper[place]).all()
    assert ((found.low <= found.seen) & (found.seen <= found.high)).all()


def test_that_calibration_of_odd_scores_is_told() -> None:
    constant = calibration(np.array([True, False]), np.array([0.3, 0.3]), binning="quantile")
    assert isinstance(constant, Calibration)
    assert (constant.said.tolist(), constant.seen.tolist(), constant.count.tolist()) == ([0.3], [0.5], [2])
    assert isinstance(calibration(np.ones(2, bool), np.array([0.3, 1.7])), Undefined)
    assert isinstance(calibration(np.zeros(0, bool), np.zeros(0)), Undefined)
    whole = calibration_of(several())
    assert isinstance(whole, Calibration)
    assert whole.seen @ whole.count == pytest.approx((several().decided() == several().truth).sum())
    one = calibration_of(several(), label=2)
    assert isinstance(one, Calibration)
    assert one.seen @ one.count == pytest.approx((several().truth == 2).sum())


def test_that_bars_of_scores_hold_all_rows() -> None:
    score, truth = RNG.random(900), RNG.random(900) < 0.3
    found = score_histogram(truth, score, 20)
    assert isinstance(found, Histogram)
    for label in (0, 1):
        assert np.array_equal(found.counts[label], np.histogram(score[truth == label], 20, (0.0, 1.0))[0])
    assert found.shares.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert len(found.rows(4)) == found.counts[:, 4].sum()
    constant = histogram(np.ones(3))
    assert isinstance(constant, Histogram)
    assert constant.counts.sum() == 3
    assert isinstance(histogram(np.zeros(0)), Undefined)
    assert isinstance(histogram(np.array([-1e308, 1e308])), Undefined)


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_that_few_rows_are_points_and_many_are_squares_with_the_same_rows() -> None:
    made = numbers(400)
    points = against(made.truth, made.predicted)
    assert isinstance(points, Scatter)
    assert np.array_equal(points.y, made.predicted)
    holed = made.predicted.copy()
    holed[7] = np.nan
    squares = against(made.truth, holed, most=100, squares=10)
    assert isinstance(squares, Squares)
    wanted, x_edges, _ = np.histogram2d(np.delete(made.truth, 7), np.delete(holed, 7), 10)
    assert np.array_equal(squares.counts, wanted)
    assert np.allclose(squares.x_edges, x_edges)
    column, row = np.unravel_index(int(squares.counts.argmax()), squares.counts.shape)
    rows = squares.rows(int(column), int(row))
    assert len(rows) == squares.counts.max()
    assert 7 not in rows
    assert (made.truth[rows] >= squares.x_edges[column] - 1e-12).all()
    assert isinstance(against(np.full(3, np.nan), np.ones(3)), Undefined)
    assert isinstance(against(np.array([-1e308, 1e308]), np.ones(2), most=1), Undefined)


def test_that_quantiles_are_those_of_scipy() -> None:
    from scipy.stats import kurtosis, norm, skew

    error = errors(numbers(300))
    found = quantiles(error)
    assert isinstance(found, Quantiles)
    assert np.array_equal(found.y, np.sort(error))
    assert np.array_equal(error[found.position], found.y)
    places = (np.arange(1, 301) - 0.375) / 300.25
    assert np.allclose(found.x, norm.ppf(places) * error.std(ddof=1) + error.mean())
    assert found.skew == pytest.approx(skew(error), rel=0.02)
    assert found.excess == pytest.approx(kurtosis(error), abs=0.05)
    inside = (found.low <= found.y) & (found.y <= found.high)
    assert inside.mean() > 0.8
    assert len(getattr(quantiles(RNG.normal(size=50_000)), "x", ())) <= 2_000
    assert isinstance(quantiles(np.ones(9)), Undefined)
    assert isinstance(quantiles(np.ones(2)), Undefined)


def test_that_errors_are_averaged_by_bin() -> None:
    made = numbers(503)
    found = error_by_bin(made.truth, errors(made))
    assert isinstance(found, Bins)
    assert found.count.sum() == 503
    assert set(found.count) <= {50, 51}
    for place in range(10):
        rows = found.rows(place)
        assert found.value[place] == pytest.approx(mean_absolute_error(made.truth[rows], made.predicted[rows]))
        assert found.lower[place] == made.truth[rows].min()
        assert found.low[place] < found.value[place] < found.high[place]
    tied = binned(np.array([1.0, 1.0, 1.0, 2.0, np.nan]), np.arange(5.0), 4)
    assert isinstance(tied, Bins)
    assert tied.count.tolist() == [3, 1]
    assert tied.value.tolist() == [1.0, 3.0]
    assert np.isinf(tied.high[1])
    assert tied.bin.tolist() == [0, 0, 0, 1, -1]
    assert isinstance(binned(np.full(2, np.nan), np.ones(2)), Undefined)


def test_that_limits_are_counted_by_bin() -> None:
    made = numbers(500)
    found = coverage_by_bin(made, 5)
    assert not isinstance(found, Undefined)
    covered, width = found
    held = np.abs(made.predicted - made.truth) <= 0.5
    assert covered.value @ covered.count == pytest.approx(held.sum())
    assert np.allclose(width.value, 1.0)
    bare = TestPredictions("regression", made.rows, made.truth, made.predicted)
    assert isinstance(coverage_by_bin(bare), Undefined)
