"""What each row counts: a column says it, and every fit and every loss on the way goes by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from aetheron_desktop.engine.errors import AetheronError, TrainingError, UsageError
from aetheron_desktop.engine.estimators.base import Rows
from aetheron_desktop.engine.events import MessageLogged
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.judge import Judge
from aetheron_desktop.engine.training.preparation import prepare, read, refuse_target
from aetheron_desktop.engine.training.trainer import train
from tests.tables import made_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.training.experiment import Experiment


def table(rows: int = 300) -> pd.DataFrame:
    """Give two kinds of rows with opposite slopes, of which one is weighed nine times as much."""
    rng = np.random.default_rng(4)
    x, heavy = rng.normal(size=rows), rng.random(rows) < 0.5
    y = np.where(heavy, x, -x) + 0.1 * rng.normal(size=rows)
    return pd.DataFrame(
        {"x": x, "seen": np.where(heavy, 900.0, 100.0), "y": y, "kind": np.where(y > 0.8, "rare", "usual"), "word": "a"}
    )


def dataset_of(made: pd.DataFrame, tmp_path: Path) -> Dataset:
    return made_dataset(tmp_path / "dataset", made, {"kind": "category", "word": "category"}, target="y")


def planned(dataset: Dataset, target: str = "y", estimator: str = "ridge", **changed: Any) -> Experiment:
    asked: dict[str, Any] = {"sample_weight": "seen", "features": ("x", "seen")} | changed
    return plan(dataset.info, target=target, estimators=[estimator], new_id=lambda: "run-1", **asked)[-1]


def test_that_a_fit_is_that_of_scikit_learn_with_the_column_as_sample_weight(tmp_path: Path) -> None:
    dataset = dataset_of(table(), tmp_path)
    experiment = planned(dataset, params={"ridge": {"alpha": 3.0}})
    assert experiment.features == ("x",)
    run = train(experiment, dataset, lambda event: None, lambda: False)
    material = read(experiment, dataset, lambda text: None)
    part = material.parts.train
    rows = table().iloc[material.rows[part]]
    x = rows[["x"]].to_numpy()
    scaled = (x - x.mean()) / x.std()
    weight = (rows["seen"] / rows["seen"].mean()).to_numpy()
    theirs = Ridge(alpha=3.0).fit(scaled, rows["y"], sample_weight=weight)
    assert run.model is not None
    assert run.model.raw(rows) == pytest.approx(theirs.predict(scaled), rel=1e-6, abs=1e-9)
    slope = np.polyfit(rows["x"], run.model.raw(rows), 1)[0]
    free = train(planned(dataset, sample_weight="", features=("x",)), dataset, lambda event: None, lambda: False)
    assert free.model is not None
    assert slope > 0.6
    assert abs(np.polyfit(rows["x"], free.model.raw(rows), 1)[0]) < 0.2, "the rows cancel each other"


@pytest.mark.parametrize("class_weight", ["none", "balanced"])
def test_that_rows_are_judged_as_they_count_and_times_the_weight_of_their_class(
    class_weight: Any, tmp_path: Path
) -> None:
    dataset = dataset_of(table(), tmp_path)
    material = read(planned(dataset, "kind", "logistic", class_weight=class_weight), dataset, lambda text: None)
    seen, train_part = table()["seen"].to_numpy()[material.rows], material.parts.train
    expected = seen / seen[train_part].mean()
    if class_weight == "balanced":
        counts = np.bincount(material.y[train_part], minlength=2)
        expected = expected * (len(train_part) / (2 * counts))[material.y]
    prepared = prepare(material, "linear", 0)
    assert prepared.train.weight == pytest.approx(expected[train_part])
    assert prepared.valid.weight == pytest.approx(expected[material.parts.valid])
    judged = np.concatenate([material.parts.train, material.parts.valid])
    assert material.weight(judged) == pytest.approx(expected[judged])


def test_that_a_squared_error_is_the_mean_of_rows_as_they_count() -> None:
    y, predicted, weight = np.array([0.0, 1.0, 5.0]), np.array([0.0, 2.0, 5.5]), np.array([1.0, 2.0, 3.0])
    twice = np.repeat([0, 1, 2], [1, 2, 3])
    empty = np.empty((6, 0))
    plain = Judge("regression").loss((Rows(empty, y[twice]), predicted[twice]))
    assert Judge("regression").loss((Rows(empty[:3], y, weight), predicted)) == pytest.approx(plain)


def test_that_rows_of_weight_nought_are_left_out_and_those_without_a_target_need_none(tmp_path: Path) -> None:
    made = table()
    made.loc[:9, "seen"] = 0.0
    made.loc[10:14, "y"] = np.nan
    made.loc[12, "seen"] = np.nan
    dataset = dataset_of(made, tmp_path)
    said: list[str] = []
    material = read(planned(dataset), dataset, said.append)
    assert material.rows.tolist() == list(range(15, 300))
    assert any("10 rows have the weight 0" in text for text in said)
    assert material.table.columns.tolist() == [*planned(dataset).features, "y"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [(np.nan, "1 of them have no number in it, the first in row 8"), (-1.0, "below 0"), (np.inf, "no number")],
)
def test_that_weights_that_say_nothing_are_refused_before_anything_starts(
    wrong: float, words: str, tmp_path: Path
) -> None:
    made = table()
    made.loc[7, "seen"] = wrong
    dataset = dataset_of(made, tmp_path)
    with pytest.raises(TrainingError, match=words):
        refuse_target(planned(dataset), dataset)


def test_that_all_weights_nought_are_refused(tmp_path: Path) -> None:
    dataset = dataset_of(table().assign(seen=0.0), tmp_path)
    with pytest.raises(TrainingError, match="Every row has the weight 0"):
        refuse_target(planned(dataset), dataset)


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("y", UsageError, "The target 'y' cannot also say"),
        ("word", UsageError, "of the type category"),
        ("none", AetheronError, "none"),
    ],
)
def test_that_a_column_that_cannot_be_a_weight_is_refused(
    name: str, error: type[AetheronError], words: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=words):
        planned(dataset_of(table(), tmp_path), sample_weight=name)


def test_that_auto_weighs_its_members_by_rows_as_they_count(tmp_path: Path) -> None:
    dataset = dataset_of(table(400), tmp_path)
    events: list[Event] = []
    run = train(
        planned(dataset, estimator="auto", params={"auto": {"models": 2, "folds": 2}}), dataset, events.append,
        lambda: False,
    )  # fmt: skip
    assert run.model is not None
    assert not any(isinstance(event, MessageLogged) and event.level == "error" for event in events)
    grid = pd.DataFrame({"x": np.linspace(-1.5, 1.5, 30)})
    assert np.polyfit(grid["x"], run.model.raw(grid), 1)[0] > 0.3
