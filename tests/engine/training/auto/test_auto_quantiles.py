"""Auto that is asked for quantiles: what it tries, what it is chosen by, and that the whole tells them as well."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_pinball_loss

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators.monotone import Monotone
from aetheron_desktop.engine.estimators.pipeline import Blend
from aetheron_desktop.engine.estimators.quantiles import levels
from aetheron_desktop.engine.evaluation.blending import blend_weights, blended
from aetheron_desktop.engine.events import MemberScored
from aetheron_desktop.engine.registry.artifact import load_model, save_model
from aetheron_desktop.engine.registry.onnx_export import CLOSE, export_onnx
from aetheron_desktop.engine.training.auto.portfolio import COST, portfolio
from aetheron_desktop.engine.training.candidate import Candidate
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.tables import made_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.events import Event

QUICK = (Candidate("quantile", {"max_iter": 40}), Candidate("quantile_boosting", {"n_estimators": 15}))


def uneven(rows: int = 240, seed: int = 0) -> pd.DataFrame:
    """Give a table whose target scatters the more the larger ``x`` is."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.0, 4.0, rows)
    return pd.DataFrame({"x": x, "other": rng.normal(size=rows), "y": 2.0 * x + x * rng.normal(size=rows)})


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return made_dataset(tmp_path / "dataset", uneven(), {"y": "number"}, target="y")


def test_that_the_whole_tells_quantiles_that_follow_each_row(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def few(task: Task, seed: int, *, of_quantiles: bool) -> Iterator[Candidate]:
        assert (task, seed, of_quantiles) == ("regression", 0, True)
        yield from QUICK

    monkeypatch.setattr("aetheron_desktop.engine.training.auto.learner.portfolio", few)
    events: list[Event] = []
    params = {"auto": {"predicts": "quantiles", "models": 2, "folds": 3}}
    asked = plan(
        dataset.info, target="y", estimators=["auto"], params=params, level=0.8, features=("x", "other"),
        new_id=lambda: "run-1",
    )[-1]  # fmt: skip
    run = train(asked, dataset, events.append, lambda: False)
    assert run.model is not None
    assert isinstance(run.model.predictor, Blend)
    assert run.model.limits is not None
    assert run.model.limits.of_quantiles
    assert run.model.limits.level == 0.8
    told = run.model.told(uneven(500, seed=7))
    assert told.shape == (500, 3)
    assert (np.diff(told, axis=1) >= 0.0).all(), "quantiles never cross"
    narrow, wide = np.argsort(uneven(500, seed=7)["x"].to_numpy())[[20, -20]]
    assert np.ptp(told[wide]) > 3.0 * np.ptp(told[narrow])
    members = [event for event in events if isinstance(event, MemberScored)]
    assert [one.metric for one in members] == ["pinball_loss"] * 2
    assert members[-1].ensemble is not None
    assert all(one.score is not None and one.low is not None and one.low <= one.score for one in members)
    assert {"coverage", "interval_width", "pinball_loss"} <= set(run.metrics)
    save_model(run, tmp_path / "models", id="model-1", name="it")
    opened = load_model(tmp_path / "models" / "model-1")
    predicted = run.model.predict(uneven(50, seed=3))
    assert (predicted["lower"] <= predicted["prediction"]).all()
    pd.testing.assert_frame_equal(opened.predict_frame(uneven(50, seed=3)), predicted, check_exact=True)
    assert export_onnx(run.model, uneven(50, seed=3), tmp_path / "it.onnx").largest_difference <= CLOSE


def test_that_they_are_weighed_by_the_pinball_loss() -> None:
    rng = np.random.default_rng(0)
    truth, quantiles = rng.normal(size=900), np.array(levels(0.9))
    right = np.tile([-1.645, 0.0, 1.645], (900, 1))
    noisy = [np.sort(right + rng.normal(scale=0.8, size=right.shape), axis=1) for _ in range(3)]
    wide = right * 6.0

    def loss(told: Any) -> float:
        each = [mean_pinball_loss(truth, told[:, place], alpha=alpha) for place, alpha in enumerate(quantiles)]
        return float(np.mean(each))

    said = [*noisy, wide]
    weights = blend_weights("regression", truth, said, level=0.9)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[3] < 0.05
    assert loss(blended(said, weights)) < 0.98 * min(map(loss, said))
    half = np.where(np.arange(900) < 450, 1.0, 0.0)
    left = np.where(half[:, None] > 0, right, wide)
    assert blend_weights("regression", truth, [left, wide], half, level=0.9)[0] > 0.95


def test_that_only_those_are_tried_that_tell_quantiles() -> None:
    tried = list(islice(portfolio("regression", 1, of_quantiles=True), 20))
    assert {one.estimator for one in tried} == {"quantile", "quantile_boosting"} <= set(COST)
    assert all(one.params for one in tried)
    assert len({str(one) for one in tried}) == len(tried)


@pytest.mark.parametrize(
    ("target", "monotone", "words"),
    [("kind", (), "Quantiles are of numbers"), ("y", (Monotone("x", "+"),), "promise a direction")],
)
def test_that_what_has_no_quantiles_is_refused(
    target: str, monotone: tuple[Monotone, ...], words: str, tmp_path: Path
) -> None:
    table = uneven().assign(kind=lambda made: np.where(made["y"] > 3.0, "a", "b"))
    dataset = made_dataset(tmp_path / "dataset", table, {"kind": "category"}, target=target)
    with pytest.raises(UsageError, match=words):
        plan(
            dataset.info, target=target, estimators=["auto"], params={"auto": {"predicts": "quantiles"}},
            features=("x", "other"), monotone=monotone, new_id=lambda: "run-1",
        )  # fmt: skip
