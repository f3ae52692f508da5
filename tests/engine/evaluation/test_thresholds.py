"""The threshold that suits a metric or costs, against trying all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from aetheron_desktop.engine.evaluation.thresholds import DECIDED, best_threshold, cheapest_threshold

SCORES = {
    "accuracy": accuracy_score,
    "balanced_accuracy": balanced_accuracy_score,
    "f1": lambda y, p: f1_score(y, p, zero_division=0.0),
}
ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 10)), min_size=2, max_size=40).filter(
    lambda rows: len({label for label, _ in rows}) == 2
)


def taken_apart(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([label for label, _ in rows]), np.array([tenths / 10 for _, tenths in rows])


@settings(max_examples=40, deadline=None)
@given(ROWS, st.sampled_from(DECIDED))
def test_that_no_other_threshold_is_better(rows: list[tuple[int, int]], metric: str) -> None:
    truth, probability = taken_apart(rows)
    found = best_threshold(truth, probability, metric)
    assert 0.0 <= found <= 1.0
    reached = SCORES[metric](truth, probability >= found)
    for other in np.arange(-0.05, 1.0, 0.1):
        assert reached >= SCORES[metric](truth, probability >= other) - 1e-9


@settings(max_examples=40, deadline=None)
@given(ROWS, st.floats(0.01, 100), st.floats(0.01, 100))
def test_that_no_other_threshold_is_cheaper(rows: list[tuple[int, int]], false_alarm: float, miss: float) -> None:
    truth, probability = taken_apart(rows)

    def price(threshold: float) -> float:
        said = probability >= threshold
        return float(false_alarm * (said & (truth == 0)).sum() + miss * (~said & (truth == 1)).sum())

    found = cheapest_threshold(truth, probability, false_alarm=false_alarm, miss=miss)
    assert all(price(found) <= price(other) + 1e-9 for other in np.arange(-0.05, 1.0, 0.1))


def test_that_with_right_probabilities_it_is_the_share_of_the_costs() -> None:
    rng = np.random.default_rng(0)
    probability = rng.random(200_000)
    truth = (rng.random(200_000) < probability).astype(np.int64)
    assert cheapest_threshold(truth, probability, false_alarm=1.0, miss=4.0) == pytest.approx(0.2, abs=0.02)
    assert best_threshold(truth, probability, "accuracy") == pytest.approx(0.5, abs=0.03)


def test_that_rows_count_what_they_weigh() -> None:
    truth, probability = np.array([0, 1]), np.array([0.6, 0.4])
    assert best_threshold(truth, probability, "accuracy", np.array([1.0, 9.0])) < 0.4
    assert best_threshold(truth, probability, "accuracy", np.array([9.0, 1.0])) > 0.6


def test_that_a_metric_without_a_threshold_is_refused() -> None:
    with pytest.raises(ValueError, match="roc_auc"):
        best_threshold(np.array([0, 1]), np.array([0.1, 0.9]), "roc_auc")
