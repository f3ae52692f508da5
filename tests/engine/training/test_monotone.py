"""Directions: a prediction that shall only rise with a column does so, wherever one looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.errors import AetheronError, UsageError
from aetheron_desktop.engine.estimators import catalog, monotone
from aetheron_desktop.engine.estimators.monotone import Monotone
from aetheron_desktop.engine.estimators.treatments import Treatment
from aetheron_desktop.engine.events import MemberScored, MessageLogged, RunStarted
from aetheron_desktop.engine.registry.artifact import load_model, save_model
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import Training, train
from tests.contracts.test_estimators import Eager
from tests.tables import made_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.run import Run

QUICK: dict[str, dict[str, Any]] = {
    "boosting": {"max_iter": 30, "learning_rate": 0.3},
    "glass_box": {"max_iter": 60, "min_samples_leaf": 3, "learning_rate": 0.3},
    "lightgbm": {"n_estimators": 30, "min_child_samples": 5, "learning_rate": 0.3},
    "xgboost": {"n_estimators": 30, "learning_rate": 0.3},
    "catboost": {"iterations": 30, "learning_rate": 0.3},
    "forest": {"n_estimators": 40},
    "extra_trees": {"n_estimators": 40},
    "auto": {"models": 2, "folds": 2},
}
WANTED = (Monotone("dose", "+"), Monotone("age", "-"))
ABLE = [card.id for card in catalog.ALL if card.monotone and card.id != "dummy"]


def noisy(rows: int = 700, seed: int = 0) -> pd.DataFrame:
    """Give a table whose target rises with the dose and falls with the age on the whole, and not everywhere."""
    rng = np.random.default_rng(seed)
    dose, age = rng.uniform(0, 10, rows), rng.integers(20, 80, rows)
    sort = rng.choice(["a", "b", "c"], rows)
    raw = dose - 0.1 * age + 3 * np.sin(2 * dose) + 2 * (sort == "a") * np.cos(age / 4) + rng.normal(0, 1, rows)
    return pd.DataFrame(
        {
            "sort": sort,
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 500, rows), unit="h"),
            "other": rng.normal(size=rows),
            "dose": np.where(rng.random(rows) < 0.05, np.nan, dose),
            "age": age,
            "reply": raw,
            "cured": np.where(raw > np.median(raw), "yes", "no"),
            "three": np.digitize(raw, np.quantile(raw, [0.3, 0.7])).astype(str),
        }
    )


FEATURES = ("sort", "when", "other", "dose", "age")
TARGETS: dict[Task, str] = {"regression": "reply", "binary": "cured", "multiclass": "three"}


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    kinds = {"sort": "category", "when": "date", "age": "integer", "cured": "category", "three": "category"}
    return made_dataset(tmp_path / "dataset", noisy(), kinds, target="reply")  # type: ignore[arg-type]


def planned(dataset: Dataset, task: Task, estimator: str, **changed: Any) -> Experiment:
    asked = {"monotone": WANTED} | changed
    plans = plan(
        dataset.info, target=TARGETS[task], task=task, features=FEATURES, estimators=[estimator],
        params={estimator: QUICK.get(estimator, {})}, new_id=lambda: "run-1", **asked,
    )  # fmt: skip
    return plans[-1]


def steps(run: Run, column: str, values: np.ndarray) -> np.ndarray:
    """Give by how much the prediction changes from value to value of a column, for rows that differ otherwise."""
    table = noisy(40, seed=9)
    grid = table.loc[table.index.repeat(len(values))].assign(**{column: np.tile(values, len(table))})
    assert run.model is not None
    raw = run.model.raw(grid)
    changes: np.ndarray = np.diff((raw[:, 1] if raw.ndim == 2 else raw).reshape(len(table), len(values)), axis=1)
    return changes


@pytest.mark.parametrize("task", ["regression", "binary"])
@pytest.mark.parametrize("estimator", ABLE)
def test_that_predictions_only_rise_and_only_fall(estimator: str, task: Task, dataset: Dataset, tmp_path: Path) -> None:
    events: list[Event] = []
    run = train(planned(dataset, task, estimator), dataset, events.append, lambda: False)
    dose, age = np.linspace(-1, 11, 60), np.arange(15, 85)
    # Sums are rounded: an ensemble's mean of equal values may differ in the last bit.
    assert steps(run, "dose", dose).min() >= -1e-12
    assert steps(run, "age", age).max() <= 1e-12
    assert steps(run, "dose", dose).max() > 0.01
    free = train(planned(dataset, task, estimator, monotone=()), dataset, lambda event: None, lambda: False)
    assert steps(free, "dose", dose).min() < -0.01, "the table itself would not tell"
    told = next(event for event in events if isinstance(event, RunStarted))
    assert list(told.experiment["monotone"]) == [{"column": "dose", "sign": "+"}, {"column": "age", "sign": "-"}]
    save_model(run, tmp_path / "models", id="model-1", name="it")
    opened = load_model(tmp_path / "models" / "model-1")
    pd.testing.assert_frame_equal(opened.predict_frame(noisy(50)), run.model.predict(noisy(50)), check_exact=True)  # type: ignore[union-attr]
    assert opened.description.experiment is not None
    assert opened.description.experiment.monotone == WANTED


@pytest.mark.parametrize("how", ["as-is", "scaled", "quantile"])
def test_that_a_column_that_is_treated_keeps_its_direction(how: str, dataset: Dataset) -> None:
    asked = planned(dataset, "regression", "lightgbm", treatments=[Treatment("dose", (how,))])
    run = train(asked, dataset, lambda event: None, lambda: False)
    assert steps(run, "dose", np.linspace(-1, 11, 60)).min() >= 0.0


@pytest.mark.parametrize("estimator", [one for one in ABLE if one != "auto"])
def test_that_a_fit_that_was_cut_short_keeps_them(estimator: str, dataset: Dataset, tmp_path: Path) -> None:
    asked = planned(dataset, "binary", estimator)
    whole = train(asked, dataset, lambda event: None, lambda: False)
    first = Training(asked, dataset, lambda event: None, checkpoints=tmp_path / "kept")
    first._checkpoints = kept = Eager(tmp_path / "kept")
    first.run(lambda: kept.taken >= 3)
    again = Training(asked, dataset, lambda event: None, checkpoints=tmp_path / "kept").run(lambda: False)
    assert again.model is not None
    assert whole.model is not None
    pd.testing.assert_frame_equal(again.model.predict(noisy(60)), whole.model.predict(noisy(60)), check_exact=True)


def test_that_auto_tries_those_alone_that_can_and_says_so(dataset: Dataset) -> None:
    events: list[Event] = []
    train(planned(dataset, "regression", "auto"), dataset, events.append, lambda: False)
    tried = [event.estimator for event in events if isinstance(event, MemberScored)]
    assert tried
    assert all(catalog.card(name).monotone for name in tried)
    said = [event.text for event in events if isinstance(event, MessageLogged)]
    assert any("only rises with dose, only falls with age" in text for text in said)


@pytest.mark.parametrize("estimator", [card.id for card in catalog.ALL if not card.monotone])
def test_that_one_that_cannot_is_refused_with_those_that_can(estimator: str, dataset: Dataset) -> None:
    task: Task = "binary" if "binary" in catalog.card(estimator).tasks else "regression"
    with pytest.raises(UsageError) as refused:
        planned(dataset, task, estimator)
    assert catalog.card(estimator).name in refused.value.detail
    assert "lightgbm" in refused.value.hint
    assert "dummy" not in refused.value.hint


def test_that_without_a_choice_those_are_trained_that_can(dataset: Dataset) -> None:
    plans = plan(dataset.info, target="reply", features=FEATURES, monotone=WANTED, new_id=lambda: "run-1")
    chosen = {one.estimator for one in plans}
    assert chosen == {card.id for card in catalog.defaults_for("regression") if card.monotone}
    assert len(chosen) > 1


@pytest.mark.parametrize(
    ("task", "changed", "words"),
    [
        ("multiclass", {}, "more than two classes"),
        ("regression", {"monotone": [Monotone("sort", "+")]}, "only numbers"),
        ("regression", {"monotone": [Monotone("when", "+")]}, "only numbers"),
        ("regression", {"monotone": [Monotone("reply", "+")]}, "not one that is predicted from"),
        ("regression", {"monotone": [Monotone("nothing", "+")]}, "nothing"),
        ("regression", {"monotone": [Monotone("age", "+"), Monotone("age", "-")]}, "two directions"),
    ],
)
def test_that_what_cannot_be_promised_is_refused(
    task: Task, changed: dict[str, Any], words: str, dataset: Dataset
) -> None:
    with pytest.raises(AetheronError, match=words):
        planned(dataset, task, "lightgbm", **changed)


@pytest.mark.parametrize("how", ["binned", "one-hot", "left-out"])
def test_that_what_has_no_order_has_no_direction(how: str, dataset: Dataset) -> None:
    with pytest.raises(UsageError, match="age"):
        planned(dataset, "regression", "lightgbm", treatments=[Treatment("age", (how,))])


def test_that_directions_are_read_from_words() -> None:
    assert monotone.parsed(["a=b=+", "c=-", "d=rises", "e=falls"]) == (
        Monotone("a=b", "+"), Monotone("c", "-"), Monotone("d", "+"), Monotone("e", "-"),
    )  # fmt: skip
    for wrong in ("a", "=+", "a=", "a=up", "a=0"):
        with pytest.raises(UsageError, match="--monotone"):
            monotone.parsed([wrong])
