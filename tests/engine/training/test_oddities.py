"""Tables in which something is odd: each is trained on, or refused in words before the fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.errors import TrainingError
from aetheron_desktop.engine.estimators.features import Columns, chosen_by, fitted, transformer
from aetheron_desktop.engine.events import Event, MessageLogged
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.tables import made_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.training.run import Run

ROWS = 200
QUICK = {"boosting": {"max_iter": 3}, "logistic": {"max_iter": 10}, "forest": {"n_estimators": 5}}


def rows(**changed: Any) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    given = {"a": rng.normal(size=ROWS), "b": rng.normal(size=ROWS), "y": np.where(rng.random(ROWS) < 0.5, "u", "v")}
    return pd.DataFrame(given | changed)


def trained(
    folder: Path, table: pd.DataFrame, estimator: str = "logistic", task: Task | None = None, **types: Any
) -> tuple[Run, str]:
    dataset = made_dataset(folder / "dataset", table, {"y": "category"} | types, target="y")
    planned = plan(dataset.info, estimators=[estimator], task=task, params=QUICK, new_id=lambda: "run-1")
    heard: list[Event] = []
    run = train(next(one for one in planned if one.estimator == estimator), dataset, heard.append, lambda: False)
    return run, "\n".join(event.text for event in heard if isinstance(event, MessageLogged))


@pytest.mark.parametrize("estimator", ["logistic", "boosting", "forest"])
def test_that_infinite_values_count_as_missing_and_are_told(estimator: str, tmp_path: Path) -> None:
    values = np.where(
        np.arange(ROWS) % 5 == 0, np.inf, np.where(np.arange(ROWS) % 7 == 0, -np.inf, 1.0 * np.arange(ROWS))
    )
    run, said = trained(tmp_path, rows(a=values), estimator)
    assert run.model is not None
    assert "Infinite values count as missing, in “a”." in said
    assert np.isfinite(run.model.raw(rows(a=np.inf))).all()


def test_that_an_infinite_target_is_left_out(tmp_path: Path) -> None:
    run, said = trained(
        tmp_path, rows(y=np.where(np.arange(ROWS) % 10 == 0, np.inf, np.arange(ROWS))), "ridge", y="number"
    )
    assert run.model is not None
    assert "20 rows have no value of the target 'y'" in said


def test_that_columns_without_a_value_are_left_out_or_refused(tmp_path: Path) -> None:
    _, said = trained(tmp_path / "one", rows(a=np.nan))
    assert "Left out, because they have one value only: a." in said
    with pytest.raises(TrainingError, match="empty") as refused:
        trained(tmp_path / "all", rows(a=np.nan, b=None), b="category")
    assert refused.value.hint


@pytest.mark.parametrize(("value", "type_"), [("u", "category"), (1.0, "number")])
def test_that_a_constant_target_is_refused(value: Any, type_: Any, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="same value in every row"):
        trained(tmp_path, rows(y=value), "dummy", y=type_)


def test_that_a_class_for_each_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="hardly any of them comes twice"):
        trained(tmp_path, rows(y=[f"c{number}" for number in range(ROWS)]), task="multiclass")


def test_that_classes_of_a_row_are_told(tmp_path: Path) -> None:
    run, said = trained(tmp_path, rows(y=["u"] * 100 + ["v"] * 90 + [f"c{number}" for number in range(10)]))
    assert run.model is not None
    assert "10 of 12 classes have fewer than 3 rows" in said


def test_that_a_text_of_five_thousand_classes_is_refused_with_a_way_out(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(15_000.0), "y": [f"text {number % 5_000}" for number in range(15_000)]})
    with pytest.raises(TrainingError, match="5,000 classes") as refused:
        trained(tmp_path, table, task="multiclass", y="text")
    assert "Join rare classes" in refused.value.hint


@pytest.mark.parametrize("task", ["regression", "binary"])
def test_that_a_date_as_the_target_is_refused_in_words(task: Task, tmp_path: Path) -> None:
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(ROWS) % 2, unit="D")
    with pytest.raises(TrainingError, match="date") as refused:
        trained(tmp_path, rows(y=days), task=task, y="date")
    assert refused.value.hint


@pytest.mark.parametrize("kind", ["number", "category", "measure"])
def test_that_a_column_that_tells_the_target_alone_is_suspicious(kind: str, tmp_path: Path) -> None:
    table = rows()
    if kind == "measure":  # as good as the target, and never twice the same
        table = pd.concat([table] * 50, ignore_index=True)
        noise = np.random.default_rng(1).normal(0, 0.01, len(table))
        table = table.assign(a=np.where(table["y"] == "u", 1.0, -1.0) + noise, b=noise)
    else:
        table = table.assign(a=table["y"].map({"u": 1.0, "v": 0.0}) if kind == "number" else table["y"] + "!")
    _, said = trained(tmp_path, table, a="category" if kind == "category" else "number")
    assert "“a” nearly tells the target alone" in said
    _, said = trained(tmp_path / "honest", rows())
    assert "Suspicious" not in said


def test_that_very_many_columns_are_found_by_their_ends() -> None:
    names = [f"c{number}" for number in range(2_500)]
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(40, len(names))), columns=names)
    chosen = Columns(tuple(Column(name, "number", 0, 40) for name in names))
    frame = chosen.frame(table)
    made = transformer(chosen, frame, "linear", 0, 2)
    # By name, each would be looked for among all others: minutes for a hundred thousand.
    assert made.transformers[0][2] == slice("c0", "c2499")
    features = fitted(made, frame, np.arange(40) % 2)
    assert features.shape == (40, 2_500)
    assert chosen_by(made, "number") == names
    assert np.array_equal(made.transform(frame), features)


@pytest.mark.parametrize("estimator", ["ridge", "forest"])
def test_that_far_more_columns_than_rows_are_trained_on_and_kept(estimator: str, tmp_path: Path) -> None:
    from aetheron_desktop.engine.registry.artifact import load_model, save_model

    table = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2_500)), columns=[f"c{n}" for n in range(2_500)])
    run, _ = trained(tmp_path, table.assign(y=table["c0"] * 3), estimator, y="number")
    assert run.model is not None
    save_model(run, tmp_path, id="wide", name="wide")
    again = load_model(tmp_path / "wide")
    assert np.array_equal(again.pipeline.raw(table), run.model.raw(table))
    assert len(again.description.features) == 2_500
