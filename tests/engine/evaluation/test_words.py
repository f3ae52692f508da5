from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from aetheron_desktop.engine.evaluation import number_words, words
from aetheron_desktop.engine.evaluation.curves.calibration import calibration
from aetheron_desktop.engine.evaluation.curves.confusion import confusion
from aetheron_desktop.engine.evaluation.curves.costs import Prices, costs
from aetheron_desktop.engine.evaluation.curves.cutoffs import Cutoffs
from aetheron_desktop.engine.evaluation.curves.histograms import histogram, score_histogram
from aetheron_desktop.engine.evaluation.curves.numbers import (
    binned,
    coverage_by_bin,
    error_by_bin,
    errors,
    quantiles,
)
from aetheron_desktop.engine.evaluation.curves.ranking import farthest, gain, precision_recall, roc
from aetheron_desktop.engine.evaluation.curves.thresholds import against_threshold
from aetheron_desktop.engine.evaluation.curves.undefined import Undefined
from aetheron_desktop.engine.evaluation.predictions import TestPredictions
from aetheron_desktop.engine.evaluation.table import Measured, measured
from aetheron_desktop.engine.evaluation.telling import amount, few, share


def two(rows: int = 2_000, part: float = 0.3, apart: float = 1.5, seed: int = 0) -> TestPredictions:
    """Two normal classes, whose probabilities are right."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(rows) < part).astype(np.int64)
    signal = rng.normal(size=rows) + apart * truth
    score = 1 / (1 + np.exp(-(apart * signal - apart**2 / 2 + np.log(part / (1 - part)))))
    return TestPredictions("binary", np.arange(rows), truth, np.column_stack([1 - score, score]), ("no", "yes"))


def area(made: TestPredictions) -> Measured:
    return next(one for one in measured(made, budget_s=0.0) if one.name == "roc_auc")


def cut(made: TestPredictions) -> Cutoffs:
    return Cutoffs(made.positive, made.score)


def numbers(rows: int = 3_000, **others: Any) -> TestPredictions:
    rng = np.random.default_rng(4)
    said = rng.normal(size=rows) * 3.0 + 10.0
    truth = said + rng.normal(size=rows) * others.pop("noise", 1.0)
    return TestPredictions("regression", np.arange(rows), truth, said, **others)


def test_that_numbers_are_told_as_people_do() -> None:
    wanted = ["0 %", "0.4 %", "less than 0.1 %", "83 %", "99.6 %", "nearly 100 %", "100 %"]
    assert [share(value) for value in (0.0, 0.004, 1e-7, 0.83, 0.996, 0.99999, 1.0)] == wanted
    assert [amount(value) for value in (-1234.5, 0.12345, np.inf)] == ["−1,234", "0.123", "∞"]
    assert few(1, "row is", "rows are", 30).startswith("Only 1 row is:")
    assert few(30, "row is", "rows are", 30) == ""


def test_that_roc_tells_its_area_with_interval_and_caveat() -> None:
    made = two()
    found = area(made)
    told = words.roc_words(roc(cut(made)), cut(made), found, "yes")
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert f"in {share(found.value)} of cases ({share(found.low)} to {share(found.high)}); guessing has 50 %." in told
    assert "Only" not in told
    scarce = two(60, 0.1)
    assert f"Only {int(scarce.truth.sum())} rows are 'yes'" in words.roc_words(
        roc(cut(scarce)), cut(scarce), area(scarce), "yes"
    )
    none = two(apart=0.0001)
    assert "cannot be told from guessing" in words.roc_words(roc(cut(none)), cut(none), area(none), "yes")
    turned = TestPredictions("binary", made.rows, 1 - made.truth, made.predicted, made.classes)
    assert "worse than guessing" in words.roc_words(roc(cut(turned)), cut(turned), area(turned), "yes")
    flat = Cutoffs(made.positive, np.full(len(made), 0.3))
    assert "same score" in words.roc_words(roc(flat), flat, None, "yes")


def test_that_ranking_is_told_by_what_is_picked() -> None:
    made = two(4_000, 0.05)
    told = words.precision_recall_words(precision_recall(cut(made)), cut(made), "yes")
    assert f"picked at random, {share(made.truth.mean())} would be" in told
    assert "The class is rare" in told
    top = np.argsort(-made.score)[:400]
    told = words.gain_words(gain(cut(made)), cut(made), "yes")
    held = re.search(r"The 10 % of the rows with the highest scores hold (\d+) %", told)
    assert held is not None
    assert int(held[1]) == pytest.approx(100 * made.truth[top].sum() / made.truth.sum(), abs=1.5)
    apart = farthest(cut(made))
    assert not isinstance(apart, Undefined)
    assert f"farthest apart at {amount(apart.threshold)}" in words.farthest_words(apart, cut(made), "yes")
    assert "overlap by" in words.score_words(score_histogram(made.positive, made.score), "yes")


def test_that_probabilities_that_are_right_are_told_from_those_that_are_not() -> None:
    made = two(20_000)
    assert "can be taken as they are" in words.calibration_words(calibration(made.positive, made.score))
    sure = np.where(made.score > 0.5, 0.97, 0.03)
    told = words.calibration_words(calibration(made.positive, sure))
    assert "Where it says 97 %" in told or "Where it says 3 %" in told
    assert "than chance explains" in told
    assert "Only" in words.calibration_words(calibration(np.array([True, False]), np.array([0.4, 0.6])))


def test_that_a_threshold_is_told_with_what_could_be() -> None:
    made = two()
    found = against_threshold(cut(made), "f1")
    assert not isinstance(found, Undefined)
    told = words.threshold_words(found, cut(made), "f1", 0.95)
    assert told.startswith("At 0.95, F1 is ")
    assert f"highest at {amount(found.best)}: {found.best_value:.3f}" in told
    assert "on others it will be a little lower" in told
    assert "may be chance" in words.threshold_words(found, cut(made), "f1", found.best + 0.02)
    assert "No other threshold" in words.threshold_words(found, cut(made), "f1", found.best)
    assert "is not defined" in words.threshold_words(
        against_threshold(cut(made), "precision"), cut(made), "precision", 1.1
    )


def test_that_costs_are_told_with_the_best_threshold() -> None:
    made, prices = two(), Prices(miss=5.0)
    found = costs(cut(made), prices)
    assert not isinstance(found, Undefined)
    told = words.cost_words(found, prices, cut(made), 0.9)
    assert f"It costs least, {amount(found.best_cost)}, at {amount(found.best)}" in told
    assert "calibration" not in told
    poor = Prices(miss=0.0)
    assert "the model adds nothing" in words.cost_words(costs(cut(made), poor), poor, cut(made), 0.5)
    gaining = Prices(hit=-9.0, miss=0.0)
    assert "brings" in words.cost_words(costs(cut(made), gaining), gaining, cut(made), 0.4)
    off = Cutoffs(made.positive, made.score**4)
    assert "see the calibration" in words.cost_words(costs(off, Prices()), Prices(), off, 0.5)


def test_that_the_commonest_error_is_told() -> None:
    truth = np.repeat([0, 1, 2], [50, 40, 10])
    chosen = truth.copy()
    chosen[:7], chosen[90:] = 1, 0
    made = TestPredictions("multiclass", np.arange(100), truth, np.eye(3)[chosen], ("a", "b", "c"))
    told = words.confusion_words(confusion(made))
    assert told.startswith("83 of 100 rows (83 %) are predicted right.")
    assert "'c' is taken for 'a' in 10 of 10 rows (100 %)" in told
    assert "Never predicted: 'c'." in told
    assert "Always saying 'no' would be right in 95 %" in words.confusion_words(confusion(two(1_000, 0.05, seed=3)))


def test_that_errors_of_numbers_are_told() -> None:
    made = numbers()
    half = float(np.median(np.abs(errors(made))))
    told = number_words.predicted_words(made)
    assert f"Half of the rows are off by less than {amount(half)}" in told
    high = TestPredictions("regression", made.rows, made.truth, made.predicted + 1.0)
    assert f"too high, by {amount(float(errors(high).mean()))} ±" in number_words.predicted_words(high)
    careful = TestPredictions("regression", made.rows, made.predicted, 10 + (made.predicted - 10) * 0.5)
    assert "plays safe" in number_words.predicted_words(careful)
    x = made.predicted
    assert "around 0 wherever size is" in number_words.residual_words(binned(x, np.tile([1.0, -1.0], 1_500)), "size")
    bent = number_words.residual_words(binned(x, (x - 10) ** 2), "size")
    assert "something there to be learned" in bent
    growing = number_words.error_size_words(error_by_bin(x, errors(made) * np.exp(x / 4)), "size")
    assert "times as large as elsewhere where size is" in growing
    assert "about as large" in number_words.error_size_words(error_by_bin(x, errors(made)), "size")


def test_that_the_shape_of_errors_is_told() -> None:
    rng = np.random.default_rng(2)
    normal, heavy = rng.normal(size=3_000), rng.standard_t(3, 3_000)
    assert "as those of a normal" in number_words.quantile_words(quantiles(normal), 3_000)
    assert "very large are more frequent" in number_words.quantile_words(quantiles(heavy), 3_000)
    assert "far too high" in number_words.quantile_words(quantiles(np.exp(normal)), 3_000)
    assert "three deviations" in number_words.spread_words(histogram(heavy), heavy)
    assert "three deviations" not in number_words.spread_words(histogram(normal), normal)


def test_that_limits_are_told_by_what_they_hold() -> None:
    made = numbers()
    right = np.column_stack([made.predicted - 1.645, made.predicted + 1.645])
    for width, said in ((1.0, "by more than chance explains"), (0.5, "too narrow")):
        limits = made.predicted[:, None] + (right - made.predicted[:, None]) * width
        found = coverage_by_bin(TestPredictions("regression", made.rows, made.truth, made.predicted, limits=limits))
        assert said in number_words.coverage_words(found, 0.9)


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_that_the_fewest_rows_are_told_without_an_error(rows: int) -> None:
    for positive in (0, 1, None):
        full = two(400)
        made = full.only(np.flatnonzero(full.truth == positive)[:rows] if positive is not None else np.arange(rows))
        cutoffs, prices = cut(made), Prices()
        said = [
            words.roc_words(roc(cutoffs), cutoffs, None, "yes"),
            words.precision_recall_words(precision_recall(cutoffs), cutoffs, "yes"),
            words.gain_words(gain(cutoffs), cutoffs, "yes"),
            words.farthest_words(farthest(cutoffs), cutoffs, "yes"),
            words.score_words(score_histogram(made.positive, made.score), "yes"),
            words.calibration_words(calibration(made.positive, made.score)),
            words.threshold_words(against_threshold(cutoffs, "recall"), cutoffs, "recall", 0.5),
            words.cost_words(costs(cutoffs, prices), prices, cutoffs, 0.5),
            words.confusion_words(confusion(made)),
        ]
        assert all(text.endswith(".") and "nan" not in text for text in said), said
    some = numbers(400).only(np.arange(rows))
    error = errors(some)
    told = [
        number_words.predicted_words(some),
        number_words.residual_words(binned(some.predicted, error), "size"),
        number_words.error_size_words(error_by_bin(some.predicted, error), "size"),
        number_words.spread_words(histogram(error), error),
        number_words.quantile_words(quantiles(error), rows),
        number_words.coverage_words(coverage_by_bin(some), 0.9),
    ]
    assert all(text.endswith(".") and "nan" not in text for text in told), told
