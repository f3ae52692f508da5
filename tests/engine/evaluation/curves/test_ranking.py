from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    auc,
    average_precision_score,
    confusion_matrix,
    det_curve,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
from aetheron_desktop.engine.evaluation.curves.ranking import (
    Curve,
    below,
    detection_errors,
    farthest,
    gain,
    lift,
    precision_recall,
    roc,
    roc_hull,
)
from aetheron_desktop.engine.evaluation.curves.thinning import hull, thinned
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined


@st.composite
def ranked(draw: st.DrawFn) -> tuple[Any, Any]:
    """Rows of both classes, with ties."""
    rows = draw(st.integers(2, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    truth = rng.integers(0, 2, rows)
    truth[:2] = [0, 1]
    return truth, np.round(rng.random(rows) * draw(st.sampled_from([0.0, 1.0])), draw(st.sampled_from([1, 2, 12])))


def many(rows: int = 30_000, seed: int = 0, digits: int = 12) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    return truth, np.round(1.0 / (1.0 + np.exp(-rng.normal(size=rows) - truth)), digits)


def curve(found: Curve | Undefined) -> Curve:
    assert isinstance(found, Curve)
    return found


@settings(max_examples=50, deadline=None)
@given(ranked(), st.floats(-0.5, 1.5))
def test_that_the_counts_at_a_threshold_are_those_of_the_rows(made: tuple[Any, Any], threshold: float) -> None:
    truth, score = made
    cutoffs = Cutoffs(truth == 1, score)
    for at in (threshold, float(score[0])):
        tn, fp, fn, tp = confusion_matrix(truth, score >= at, labels=[0, 1]).ravel()
        assert tuple(cutoffs.counts(at)) == (tp, fp, tn, fn)
        assert sorted(cutoffs.told(at)) == np.flatnonzero(score >= at).tolist()
    grid = np.linspace(-0.1, 1.1, 7)
    assert np.array_equal(cutoffs.counts(grid).tp, [cutoffs.counts(float(at)).tp for at in grid])
    low, high = sorted((threshold, 0.5))
    assert sorted(cutoffs.between(low, high)) == np.flatnonzero((score >= low) & (score < high)).tolist()


def test_that_weights_count_as_rows() -> None:
    truth, score = many(300, digits=1)
    weight = np.random.default_rng(1).integers(1, 4, 300)
    weighted = Cutoffs(truth == 1, score, weight.astype(np.float64))
    repeated = Cutoffs(np.repeat(truth == 1, weight), np.repeat(score, weight))
    assert np.array_equal(weighted.tp, repeated.tp)
    assert np.array_equal(weighted.fp, repeated.fp)


@settings(max_examples=50, deadline=None)
@given(ranked())
def test_that_the_curves_are_those_of_scikit_learn(made: tuple[Any, Any]) -> None:
    truth, score = made
    cutoffs = Cutoffs(truth == 1, score)
    fpr, tpr, thresholds = roc_curve(truth, score, drop_intermediate=False)
    found = curve(roc(cutoffs))
    assert np.allclose([found.x, found.y], [fpr, tpr])
    assert np.array_equal(found.threshold, thresholds)
    assert found.area == pytest.approx(roc_auc_score(truth, score))
    precision, recall, thresholds = precision_recall_curve(truth, score)
    found = curve(precision_recall(cutoffs))
    # scikit-learn goes the other way, and begins with a precision of 1 that no threshold has.
    assert np.allclose([found.x[1:], found.y[1:]], [recall[-2::-1], precision[-2::-1]])
    assert np.array_equal(found.threshold[1:], thresholds[::-1])
    assert found.area == pytest.approx(average_precision_score(truth, score))
    assert found.level == pytest.approx(truth.mean())


def test_that_errors_of_detection_are_those_of_scikit_learn() -> None:
    truth, score = many(400)
    found = curve(detection_errors(Cutoffs(truth == 1, score)))
    fpr, fnr, thresholds = det_curve(truth, score)
    inside = (fpr > 0) & (fpr < 1) & (fnr > 0) & (fnr < 1)
    told = {float(at): (x, y) for x, y, at in zip(fpr[inside], fnr[inside], thresholds[inside], strict=True)}
    at = np.flatnonzero(np.isin(found.threshold, list(told)))
    assert len(at) > 300
    assert np.allclose([(found.x[i], found.y[i]) for i in at], [told[float(found.threshold[i])] for i in at])


def test_that_gain_and_lift_are_by_the_definition() -> None:
    truth, score = many(1_000)
    cutoffs = Cutoffs(truth == 1, score)
    gained, lifted = curve(gain(cutoffs)), curve(lift(cutoffs))
    best = np.argsort(-score)[:250]
    place = int(np.argmin(np.abs(gained.x - 0.25)))
    assert gained.y[place] == pytest.approx(truth[best].sum() / truth.sum())
    place = int(np.argmin(np.abs(lifted.x - 0.25)))
    assert lifted.y[place] == pytest.approx(truth[best].mean() / truth.mean())
    assert lifted.y[-1] == pytest.approx(1.0)
    # The area under gain is that under ROC among all rows.
    share = truth.mean()
    assert gained.area == pytest.approx(share / 2 + (1 - share) * curve(roc(cutoffs)).area)


def test_that_the_classes_are_farthest_apart_where_two_samples_are() -> None:
    from scipy.stats import ks_2samp

    truth, score = many(500)
    found = farthest(Cutoffs(truth == 1, score))
    assert not isinstance(found, Undefined)
    wanted = ks_2samp(score[truth == 1], score[truth == 0])
    assert found.distance == pytest.approx(wanted.statistic)
    at = score >= found.threshold
    assert found.positive_share - found.negative_share == pytest.approx(found.distance)
    assert found.positive_share == pytest.approx(at[truth == 1].mean())
    both = below(Cutoffs(truth == 1, score))
    assert not isinstance(both, Undefined)
    for side, label in zip(both, (1, 0), strict=True):
        assert side.y[100] == pytest.approx((score[truth == label] < side.x[100]).mean())


@pytest.mark.parametrize("digits", [2, 12])
@pytest.mark.parametrize("share", [0.001, 0.3])
def test_that_a_thinned_curve_keeps_its_area_and_its_rows(digits: int, share: float) -> None:
    rng = np.random.default_rng(4)
    truth = rng.random(60_000) < share
    score = np.round(1.0 / (1.0 + np.exp(-rng.normal(size=60_000) - 2.0 * truth)), digits)
    cutoffs = Cutoffs(truth, score)
    for make in (roc, precision_recall, gain):
        found = curve(make(cutoffs))
        assert len(found.x) <= 2_000
        whole = curve(make(cutoffs, 10**9))
        drawn, wanted = (float(np.trapezoid(one.y, one.x)) for one in (found, whole))
        assert drawn == pytest.approx(wanted, abs=1e-3)
    found = curve(roc(cutoffs))
    place = found.nearest(0.2, 0.6)
    counts = cutoffs.counts(float(found.threshold[place]))
    assert counts.tp / cutoffs.positives == pytest.approx(found.y[place])
    told = cutoffs.told(float(found.threshold[place]))
    assert truth[told].sum() == counts.tp
    assert len(told) == counts.tp + counts.fp
    assert found.at(float(found.threshold[place])) == place


def test_that_the_hull_is_that_of_the_points() -> None:
    from scipy.spatial import ConvexHull

    truth, score = many(5_000)
    found = curve(roc(Cutoffs(truth == 1, score), 10**9))
    corners = hull(found.x, found.y)
    wanted = {i for i in ConvexHull(np.column_stack([found.x, found.y])).vertices if found.y[i] >= found.x[i]}
    # Points between two corners may be taken for one by rounding alone.
    assert wanted <= set(corners.tolist())
    edges = sorted(wanted)
    on_the_edge = np.interp(found.x[corners], found.x[edges], found.y[edges])
    inside = (found.x[corners] > 0.0) & (found.x[corners] < 1.0)
    assert np.allclose(found.y[corners][inside], on_the_edge[inside], atol=1e-12)
    assert set(corners) <= set(thinned(found.x, found.y))
    assert curve(roc_hull(Cutoffs(truth == 1, score))).area >= found.area
    repeated = np.repeat(found.x, 2), np.repeat(found.y, 2)
    assert len(hull(*repeated)) == len(corners)


def test_that_bands_hold_what_they_promise_at_a_point() -> None:
    truth, score = many(400_000, 99)
    whole = Cutoffs(truth == 1, score)
    wanted = {make: curve(make(whole, 10**9)) for make in (roc, precision_recall, gain)}
    held: dict[Any, list[bool]] = {make: [] for make in wanted}
    for seed in range(300):
        truth, score = many(300, seed)
        cutoffs = Cutoffs(truth == 1, score)
        for make, true in wanted.items():
            found = curve(make(cutoffs))
            assert found.low is not None
            assert found.high is not None
            for x in (0.1, 0.3, 0.6):
                value = np.interp(x, true.x, true.y)
                low, high = (np.interp(x, found.x, each) for each in (found.low, found.high))
                held[make].append(bool(low <= value <= high))
    for make, each in held.items():
        assert 0.93 <= np.mean(each) <= 0.985, (make.__name__, np.mean(each))


@pytest.mark.parametrize("make", [roc, roc_hull, precision_recall, gain, lift, farthest, below, detection_errors])
def test_that_what_cannot_be_drawn_says_why(make: Any) -> None:
    for truth, words in ((np.zeros(3, bool), "No row is of the positive class"), (np.zeros(0, bool), "no rows")):
        found = make(Cutoffs(truth, np.ones(len(truth))))
        assert isinstance(found, Undefined)
        assert words in found.because
    found = make(Cutoffs(np.ones(3, bool), np.ones(3)))
    assert isinstance(found, Undefined) == (make not in (precision_recall, gain, lift))


@pytest.mark.parametrize("make", [roc, roc_hull, precision_recall, gain, lift, below])
def test_that_two_rows_and_constant_scores_are_drawn(make: Any) -> None:
    for score in ([0.3, 0.3], [0.3, 0.7], [0.7, 0.3]):
        found = make(Cutoffs(np.array([False, True]), np.array(score)))
        assert not isinstance(found, Undefined)
    assert auc([0, 1], [0, 1]) == curve(roc(Cutoffs(np.array([False, True]), np.ones(2)))).area
