from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from aetheron_desktop.engine.evaluation.curves import decisions
from aetheron_desktop.engine.evaluation.curves.costs import Prices, costs
from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
from aetheron_desktop.engine.evaluation.curves.decisions import AT_THRESHOLD, Estimate, cells_of
from aetheron_desktop.engine.evaluation.curves.thresholds import against_threshold, metrics_at
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.intervals import intervals
from aetheron_desktop.engine.evaluation.thresholds import best_threshold, cheapest_threshold

UNDEFINED = {"zero_division": np.nan}
TWO: dict[str, Any] = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": lambda t, p: np.mean([(p[t == k] == k).mean() for k in np.unique(t)]),
    "precision": lambda t, p: metrics.precision_score(t, p, **UNDEFINED),
    "recall": lambda t, p: metrics.recall_score(t, p, **UNDEFINED),
    "specificity": lambda t, p: metrics.recall_score(t, p, pos_label=0, **UNDEFINED),
    "f1": lambda t, p: metrics.f1_score(t, p, zero_division=0.0),
    "f2": lambda t, p: metrics.fbeta_score(t, p, beta=2.0, zero_division=0.0),
    "f_half": lambda t, p: metrics.fbeta_score(t, p, beta=0.5, zero_division=0.0),
    "mcc": metrics.matthews_corrcoef,
    "kappa": lambda t, p: metrics.cohen_kappa_score(t, p) if len({*t, *p}) > 1 else np.nan,
}
SEVERAL: dict[str, Any] = {
    "mean_precision": (
        decisions.mean_precision,
        lambda t, p: metrics.precision_score(t, p, average="macro", zero_division=0),
    ),
    "weighted_precision": (
        lambda cells: decisions.mean_precision(cells, weighted=True),
        lambda t, p: metrics.precision_score(t, p, average="weighted", zero_division=0),
    ),
    "mean_f": (decisions.mean_f, lambda t, p: metrics.f1_score(t, p, average="macro", zero_division=0)),
    "weighted_f2": (
        lambda cells: decisions.mean_f(cells, 2.0, weighted=True),
        lambda t, p: metrics.fbeta_score(t, p, beta=2, average="weighted", zero_division=0),
    ),
    "mcc": (decisions.matthews, metrics.matthews_corrcoef),
    "kappa": (decisions.kappa, TWO["kappa"]),
    "balanced_accuracy": (decisions.balanced_accuracy, TWO["balanced_accuracy"]),
}


def matrix(truth: Any, chosen: Any, classes: int) -> Any:
    return metrics.confusion_matrix(truth, chosen, labels=range(classes)).astype(np.float64)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning", "ignore:A single label")
@settings(max_examples=15, deadline=None)
@given(st.integers(1, 40), st.integers(0, 10_000), st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_that_metrics_at_a_threshold_are_those_of_scikit_learn(rows: int, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    truth, score = (rng.random(rows) < share).astype(int), np.round(rng.random(rows), 1)
    cutoffs = Cutoffs(truth == 1, score)
    for threshold in (0.3, 1.1):
        found = metrics_at(cutoffs, threshold)
        chosen = (score >= threshold).astype(int)
        assert list(found) == list(AT_THRESHOLD)
        for name, estimate in found.items():
            assert float(estimate.value) == pytest.approx(TWO[name](truth, chosen), nan_ok=True), name
            if not np.isnan(estimate.value):
                assert estimate.low <= estimate.value <= estimate.high, name
                assert (-1.0 if name in {"mcc", "kappa"} else 0.0) <= estimate.low
                assert estimate.high <= 1.0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning", "ignore:A single label")
@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 10_000))
def test_that_metrics_of_several_classes_are_those_of_scikit_learn(rows: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, rng.integers(1, classes + 1), rows)
    chosen = np.where(rng.random(rows) < 0.6, truth, rng.integers(0, classes, rows))
    for name, (measure, wanted) in SEVERAL.items():
        value = float(measure(matrix(truth, chosen, classes)).value)
        assert value == pytest.approx(wanted(truth, chosen), nan_ok=True, abs=1e-12), name


@pytest.mark.parametrize("name", [*SEVERAL, "f2", "f_half"])
def test_that_the_error_is_that_of_the_derivative(name: str) -> None:
    rng = np.random.default_rng(3)
    classes = 2 if name in AT_THRESHOLD and name not in SEVERAL else 4
    measure = SEVERAL[name][0] if name in SEVERAL else AT_THRESHOLD[name]
    truth = rng.choice(classes, 900, p=[0.7, 0.3] if classes == 2 else [0.4, 0.3, 0.2, 0.1])
    chosen = np.where(rng.random(900) < 0.6, truth, rng.integers(0, classes, 900))
    cells = matrix(truth, chosen, classes)
    spread = np.std(
        [
            float(measure(each.reshape(cells.shape)).value)
            for each in rng.multinomial(900, cells.ravel() / 900, 1_500).astype(float)
        ]
    )
    found: Estimate = measure(cells)
    assert float(found.high - found.low) / 2 / 1.96 == pytest.approx(spread, rel=0.08)


def test_that_limits_are_those_that_the_run_stored() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 300)
    second = np.clip(rng.normal(0.3 + 0.4 * truth, 0.3), 0, 1)
    known = intervals("binary", truth, np.column_stack([1 - second, second]), threshold=0.4)
    found = metrics_at(Cutoffs(truth == 1, second), 0.4)
    for name in ("accuracy", "balanced_accuracy", "f1"):
        assert (float(found[name].low), float(found[name].high)) == pytest.approx(known[name])


def test_that_many_thresholds_are_measured_as_each_is() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(5_000) < 0.2
    score = np.clip(rng.normal(0.3 + 0.2 * truth, 0.2), 0, 1)
    cutoffs = Cutoffs(truth, score)
    for name in AT_THRESHOLD:
        found = against_threshold(cutoffs, name)
        assert not isinstance(found, Undefined)
        assert len(found.curve.x) <= 2_000
        assert found.curve.low is not None
        assert (np.diff(found.curve.x) > 0).all()
        for place in (3, 700, len(found.curve.x) - 2):
            at = metrics_at(cutoffs, float(found.curve.x[place]))[name]
            assert found.curve.y[place] == pytest.approx(float(at.value))
            assert found.curve.low[place] == pytest.approx(float(at.low))
        assert found.best_value == pytest.approx(np.max(found.curve.y))
        if name in {"accuracy", "balanced_accuracy", "f1"}:
            assert found.best == pytest.approx(best_threshold(truth.astype(int), score, name))


def test_that_the_cheapest_threshold_is_that_of_training() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(3_000) < 0.2
    score = np.round(np.clip(rng.normal(0.3 + 0.3 * truth, 0.2), 0, 1), 2).astype(np.float64)
    cutoffs = Cutoffs(truth, score)
    found = costs(cutoffs, Prices(false_alarm=1.0, miss=7.0))
    assert not isinstance(found, Undefined)
    assert found.best == pytest.approx(cheapest_threshold(truth.astype(int), score, false_alarm=1.0, miss=7.0))
    taken = score >= found.best
    assert found.best_cost == pytest.approx(((taken & ~truth).sum() + 7.0 * (~taken & truth).sum()) / 3_000)
    assert (found.all_cost, found.none_cost) == pytest.approx(((~truth).mean(), 7.0 * truth.mean()))
    assert found.best in found.curve.x
    each = np.where(truth, np.where(taken, 0.0, 7.0), np.where(taken, 1.0, 0.0))
    assert found.best_high - found.best_cost == pytest.approx(1.96 * each.std(ddof=1) / np.sqrt(3_000), rel=5e-3)
    profit = costs(cutoffs, Prices(hit=-10.0, false_alarm=1.0, miss=0.0))
    assert not isinstance(profit, Undefined)
    assert profit.best_cost < 0.0
    assert profit.none_cost == 0.0
    assert Prices(miss=4.0).fair_threshold == pytest.approx(0.2)
    assert Prices(false_alarm=-1.0).fair_threshold is None


def test_that_what_has_no_threshold_says_why() -> None:
    for truth in (np.zeros(0, bool), np.zeros(4, bool), np.ones(4, bool)):
        cutoffs = Cutoffs(truth, np.full(len(truth), 0.5))
        for name in AT_THRESHOLD:
            found = against_threshold(cutoffs, name)
            assert isinstance(found, Undefined) or np.isfinite(found.best_value)
    assert isinstance(against_threshold(Cutoffs(np.zeros(4, bool), np.ones(4)), "recall"), Undefined)
    assert isinstance(costs(Cutoffs(np.ones(2, bool), np.ones(2)), Prices(miss=np.inf)), Undefined)


def test_that_counts_of_a_thousand_classes_are_measured() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 1_000, 20_000)
    chosen = np.where(rng.random(20_000) < 0.5, truth, rng.integers(0, 1_000, 20_000))
    cells = np.bincount(truth * 1_000 + chosen, minlength=10**6).reshape(1_000, 1_000).astype(float)
    assert float(decisions.matthews(cells).value) == pytest.approx(metrics.matthews_corrcoef(truth, chosen))
    assert cells_of(Cutoffs(np.array([True]), np.ones(1)).counts(0.5)).tolist() == [[0, 0], [0, 1]]
