"""Limits of predictions: they hold what they promise, for any model, where rows scatter evenly and where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.estimators.limits import Limits, values
from aetheron_desktop.engine.evaluation.conformal import calibrated
from aetheron_desktop.engine.evaluation.scores import limit_scores, mean_pinball, pinball
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.tables import made_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.training.run import Run

SEEDS = range(3)


def covered(truth: np.ndarray, between: np.ndarray) -> np.ndarray:
    inside: np.ndarray = (between[:, 0] <= truth) & (truth <= between[:, 1])
    return inside


def scattered(rows: int, seed: int, *, evenly: bool) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(0, 1, rows), rng.normal(size=rows)
    noise = rng.normal(size=rows) * (0.7 if evenly else 0.2 + 2 * a)
    return pd.DataFrame({"a": a, "b": b, "y": 3 * a + np.sin(3 * b) + noise})


def run_of(estimator: str, table: pd.DataFrame, folder: Path, seed: int, **changed: object) -> Run:
    dataset = made_dataset(folder, table, {}, target="y")
    params = {"auto": {"models": 2, "folds": 2}, "lightgbm": {"n_estimators": 60}, "forest": {"n_estimators": 30}}
    plans = plan(
        dataset.info, target="y", task="regression", estimators=[estimator], params=params, seed=seed,
        new_id=lambda: "run-1", **changed,
    )  # type: ignore[arg-type]  # fmt: skip
    return train(plans[-1], dataset, lambda event: None, lambda: False)


@pytest.mark.parametrize("evenly", [True, False], ids=["even", "uneven"])
@pytest.mark.parametrize("estimator", ["dummy", "ridge", "lightgbm", "forest", "quantile", "quantile_boosting", "auto"])
def test_that_nine_of_ten_test_rows_lie_between_the_limits(estimator: str, evenly: bool, tmp_path: Path) -> None:
    found = []
    for seed in SEEDS:
        run = run_of(estimator, scattered(2_500, seed, evenly=evenly), tmp_path / str(seed), seed)
        told = run.predictions
        share = float(covered(told["truth"].to_numpy(), told[["lower", "upper"]].to_numpy()).mean())
        assert run.metrics["coverage"] == pytest.approx(share)
        assert run.metrics["baseline_coverage"] is not None
        found.append(share)
    assert 0.87 <= np.mean(found) <= 0.93, found
    assert min(found) > 0.84, found


@pytest.mark.parametrize("estimator", ["quantile", "quantile_boosting"])
def test_that_limits_of_quantiles_follow_the_row(estimator: str, tmp_path: Path) -> None:
    table = scattered(2_500, 0, evenly=False)
    run, plain = (run_of(name, table, tmp_path / name, 0) for name in (estimator, "ridge"))
    told = run.predictions
    a = table["a"].to_numpy()[told["row"]]
    width = (told["upper"] - told["lower"]).to_numpy()
    assert width[a > 0.7].mean() > 1.8 * width[a < 0.3].mean()
    inside = covered(told["truth"].to_numpy(), told[["lower", "upper"]].to_numpy())
    assert inside[a > 0.7].mean() > 0.8
    assert inside[a < 0.3].mean() > 0.8
    assert run.metrics["pinball_loss"] is not None
    assert plain.metrics["pinball_loss"] is not None
    assert run.metrics["pinball_loss"] < plain.metrics["pinball_loss"]


def test_that_limits_around_a_value_follow_its_size(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    truth_of = np.exp(rng.uniform(0, 4, 4_000))
    said = truth_of * np.exp(rng.normal(0, 0.3, 4_000))
    known = calibrated(truth_of[:2_000], said[:2_000], 0.9)
    assert known is not None
    assert len(known.edges) == 9
    between = known.around(said[2_000:])
    width = between[:, 1] - between[:, 0]
    small, large = said[2_000:] < 5, said[2_000:] > 20
    assert width[large].mean() > 4 * width[small].mean()
    for rows in (small, large):
        assert 0.84 < covered(truth_of[2_000:], between)[rows].mean() < 0.96


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
def test_that_any_level_holds(level: float) -> None:
    shares = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        errors = rng.gamma(2.0, size=1_200) - 1.0
        known = calibrated(errors[:600], np.zeros(600), level)
        assert known is not None
        shares.append(covered(errors[600:], known.around(np.zeros(600))).mean())
    assert abs(np.mean(shares) - level) < 0.012


def test_that_no_limits_are_told_of_too_few_rows() -> None:
    errors = np.random.default_rng(0).normal(size=9)
    assert calibrated(errors[:8], np.zeros(8), 0.9) is None
    known = calibrated(errors, np.zeros(9), 0.9)
    assert known is not None
    assert known.below == known.above == (pytest.approx(float(np.abs(errors).max())),)
    assert calibrated(errors, np.full(9, np.nan), 0.9) is None
    assert calibrated(errors[:0], errors[:0], 0.9) is None


def test_that_equal_predictions_stay_together() -> None:
    rng = np.random.default_rng(0)
    said = rng.choice([1.0, 2.0, 3.0], 3_000, p=[0.7, 0.2, 0.1])
    known = calibrated(said * (1 + rng.normal(size=3_000)), said, 0.9)
    assert known is not None
    assert all(1.0 < edge < 3.0 and edge != 2.0 for edge in known.edges)
    assert known.edges


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300),
    st.floats(0.5, 0.999),
    st.integers(0, 2**31),
    st.booleans(),
)
def test_that_limits_lie_around_the_prediction_and_survive_being_written(
    truth: list[float], level: float, seed: int, has_quantiles: bool
) -> None:
    rng = np.random.default_rng(seed)
    y = np.array(truth)
    said = np.sort(rng.normal(0, 1e3, (len(y), 3)), axis=1) if has_quantiles else rng.normal(0, 1e3, len(y))
    known = calibrated(y, said, level)
    if known is None:
        assert len(y) < 1 / (1 - level) + 1
        return
    between = known.around(said)
    assert (between[:, 0] <= values(said)).all()
    assert (values(said) <= between[:, 1]).all()
    # On its own rows it holds at least what is asked for, part by part.
    assert covered(y, between).mean() >= level - 1e-9
    again = msgspec.json.decode(msgspec.json.encode(known), type=Limits)
    assert again == known
    assert (again.around(said) == between).all()


def test_that_the_metrics_of_limits_are_what_they_say() -> None:
    truth = np.array([1.0, 2.0, 3.0, 10.0])
    between = np.array([[0.0, 2.0], [2.0, 3.0], [4.0, 5.0], [9.0, 12.0]])
    found = limit_scores(truth, between, 0.8)
    assert found["coverage"] == 0.75
    assert found["interval_width"] == pytest.approx(7 / 4)
    from sklearn.metrics import mean_pinball_loss

    pair = [mean_pinball_loss(truth, between[:, side], alpha=a) for side, a in ((0, 0.1), (1, 0.9))]
    assert found["pinball_loss"] == pytest.approx(np.mean(pair))
    weight = np.array([1.0, 0.0, 2.0, 1.0])
    want = mean_pinball_loss(truth, between[:, 0], alpha=0.1, sample_weight=weight)
    assert mean_pinball(truth, between[:, :1], [0.1], weight) == pytest.approx(want)
    assert pinball(truth, truth, 0.3).max() == 0.0


def test_that_a_wider_level_is_asked_for_by_the_plan(tmp_path: Path) -> None:
    table = scattered(1_500, 0, evenly=True)
    narrow, wide = (run_of("quantile", table, tmp_path / str(level), 0, level=level) for level in (0.6, 0.95))
    assert narrow.metrics["coverage"] == pytest.approx(0.6, abs=0.08)
    assert wide.metrics["coverage"] == pytest.approx(0.95, abs=0.05)
    assert narrow.model is not None
    assert narrow.model.limits is not None
    assert narrow.model.limits.level == 0.6


def test_that_limits_are_known_from_part_of_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aetheron_desktop.engine.training.learner.LIMIT_ROWS", 300)
    first, second = (run_of("ridge", scattered(4_000, 0, evenly=True), tmp_path / str(at), 3) for at in range(2))
    assert first.model is not None
    assert second.model is not None
    assert first.model.limits is not None
    assert first.model.limits.rows == 300
    assert first.model.limits == second.model.limits
    assert first.metrics["coverage"] == pytest.approx(0.9, abs=0.05)
