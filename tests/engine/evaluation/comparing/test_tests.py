"""Tests of two and of many models, held against published examples and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from aetheron_desktop.engine.evaluation.comparing.choice import risk
from aetheron_desktop.engine.evaluation.comparing.many import ranking
from aetheron_desktop.engine.evaluation.comparing.mcnemar import mcnemar
from aetheron_desktop.engine.evaluation.comparing.repeated import over_folds
from aetheron_desktop.engine.evaluation.comparing.slices import losses, sliced
from aetheron_desktop.engine.evaluation.multiplicity import holm


def pair(only_a: int, only_b: int, both: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    truth = np.zeros(only_a + only_b + both, dtype=int)
    a, b = truth.copy(), truth.copy()
    b[:only_a] = 1
    a[only_a : only_a + only_b] = 1
    return truth, a, b


def test_that_mcnemar_is_that_of_fagerland_and_the_binomial_test() -> None:
    # Table 1 of the paper: airway hyper-responsiveness before and after stem cell transplantation.
    found = mcnemar(*pair(1, 7))
    assert (found.only_a, found.only_b) == (1, 7)
    assert found.exact == pytest.approx(0.0703, abs=5e-5)
    assert found.mid_p == pytest.approx(0.0391, abs=5e-5)
    for only_a, only_b in ((3, 9), (40, 61), (5, 5), (0, 4)):
        found = mcnemar(*pair(only_a, only_b))
        assert found.exact == pytest.approx(stats.binomtest(only_a, only_a + only_b, 0.5).pvalue)
    assert mcnemar(*pair(5, 5)).mid_p == 1.0
    assert mcnemar(*pair(0, 0)).exact == 1.0


def test_that_the_corrected_t_test_is_the_usual_one_with_a_larger_variance() -> None:
    gains = [0.02, 0.01, 0.03, 0.00, 0.04, 0.01, 0.02, 0.03, 0.01, 0.02]
    found = over_folds(gains, 0.1, 0.01)
    assert found is not None
    usual = stats.ttest_1samp(gains, 0.0)
    shrunk = usual.statistic * np.sqrt((1 / 10) / (1 / 10 + 1 / 9))
    assert found.p_value == pytest.approx(2 * stats.t.sf(shrunk, 9))
    assert found.p_value > usual.pvalue
    posterior = stats.t(9, np.mean(gains), np.std(gains, ddof=1) * np.sqrt(1 / 10 + 0.1 / 0.9))
    assert found.worse == pytest.approx(posterior.cdf(-0.01))
    assert found.better == pytest.approx(posterior.sf(0.01))
    assert found.worse + found.same + found.better == pytest.approx(1.0)
    assert (found.low, found.high) == pytest.approx(posterior.interval(0.95))


def test_that_few_or_equal_folds_are_told_as_they_are() -> None:
    assert over_folds([0.1, 0.2], 0.2, 0.01) is None
    same = over_folds([0.0, 0.0, 0.0], 0.2, 0.01)
    assert same is not None
    assert (same.same, same.p_value) == (1.0, 1.0)
    always = over_folds([0.1, 0.1, 0.1], 0.2, 0.01)
    assert always is not None
    assert (always.better, always.p_value) == (1.0, 0.0)
    with pytest.raises(ValueError, match="cannot be tested on"):
        over_folds([0.1, 0.2, 0.3], 1.0, 0.01)


def test_that_holm_is_the_sequentially_rejective_procedure() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_that_models_that_no_pair_tells_apart_are_joined() -> None:
    # 0 and 1 are alike, 1 and 2 are alike, 0 and 2 are not; 3 is worse than all.
    differences = {
        (0, 1): (-0.01, 0.5), (0, 2): (-0.03, 0.001), (0, 3): (-0.2, 1e-9), (1, 2): (-0.02, 0.2),
        (1, 3): (-0.19, 1e-9), (2, 3): (-0.17, 1e-9),
    }  # fmt: skip
    found = ranking([0.95, 0.94, 0.92, 0.75], differences, higher=True)
    assert found.order == (0, 1, 2, 3)
    assert found.groups == ((0, 1), (1, 2))
    assert ranking([0.95, 0.94, 0.92, 0.75], differences, higher=False).order == (3, 2, 1, 0)
    alike = ranking([0.9, 0.8, 0.7], {(0, 1): (0, 1.0), (0, 2): (0, 1.0), (1, 2): (0, 1.0)}, higher=True)
    assert alike.groups == ((0, 1, 2),)


def test_that_the_risk_of_a_choice_is_what_simulation_finds() -> None:
    found = risk(0.02, -0.01, 0.05)
    rng = np.random.default_rng(0)
    drawn = rng.normal(0.02, 0.06 / (2 * 1.95996), 2_000_000)
    assert found.wrong == pytest.approx((drawn < 0).mean(), abs=1e-3)
    assert found.expected == pytest.approx(np.maximum(0, -drawn).mean(), rel=0.01)
    assert found.worst == pytest.approx(0.01)
    assert risk(0.02, 0.01, 0.03).worst == 0.0
    assert risk(-0.02, -0.05, 0.01).worst == pytest.approx(0.01)
    assert risk(0.0, 0.0, 0.0).wrong == 0.5


def test_that_a_planted_slice_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(1)
    rows = 2_000
    columns = {"age": rng.uniform(20, 80, rows), "city": rng.choice(["Ulm", "Bonn", "Kiel"], rows).tolist(),
               "count": rng.integers(0, 3, rows)}  # fmt: skip
    gained = rng.normal(0.1, 0.2, rows)
    gained[np.array(columns["city"]) == "Kiel"] -= 0.25
    found = sliced(columns, gained)
    assert [(one.column, one.words) for one in found.a_wins] == [("city", "= Kiel")]
    assert found.looked_at == 4 + 3 + 3
    quiet = [sliced(columns, np.random.default_rng(seed).normal(0, 0.2, rows)) for seed in range(200)]
    assert sum(bool(one.a_wins or one.b_wins) for one in quiet) <= 18


def test_that_missing_values_are_a_slice_and_small_ones_are_left_out() -> None:
    values = np.array([np.nan] * 30 + list(range(170)), dtype=float)
    gained = np.where(np.isnan(values), 1.0, 0.0) + np.random.default_rng(0).normal(0, 0.01, 200)
    found = sliced({"x": values, "rare": ["a"] * 190 + ["b"] * 10, "none": [None] * 200}, gained)
    assert ("x", "is missing") in [(one.column, one.words) for one in found.b_wins]
    assert all(len(one.places) >= 25 for one in (*found.a_wins, *found.b_wins))


def test_that_losses_are_those_of_the_task() -> None:
    assert losses("regression", np.array([1.0, 2.0]), np.array([3.0, 2.0])).tolist() == [4.0, 0.0]
    told = losses("binary", np.array([1, 0]), np.array([[0.2, 0.8], [0.5, 0.5]]))
    assert told == pytest.approx([-np.log(0.8), -np.log(0.5)])
