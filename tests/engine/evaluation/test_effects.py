"""What each column adds, and trees in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.evaluation.effects import Effects, effects, is_additive
from aetheron_desktop.engine.evaluation.rules import is_tree, rules
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.tables import FEATURES, TARGETS, made_dataset, made_table

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import ColumnType, Task
    from aetheron_desktop.engine.training.run import Run

GLASS = {"max_iter": 60, "min_samples_leaf": 5}
ADDITIVE: list[tuple[str, Task, dict[str, Any]]] = [
    *(("glass_box", task, GLASS | {"pairs": pairs}) for task in TARGETS for pairs in (0, 3)),
    ("logistic", "binary", {}),
    ("logistic", "multiclass", {}),
    ("ridge", "regression", {}),
    ("elastic_net", "regression", {"n_alphas": 10}),
    ("naive_bayes", "multiclass", {}),
]


def run_of(
    folder: Path,
    estimator: str,
    task: Task,
    values: dict[str, Any],
    table: pd.DataFrame | None = None,
    types: dict[str, ColumnType] | None = None,
) -> Run:
    target = TARGETS[task] if table is None else "y"
    features = FEATURES if table is None else tuple(str(name) for name in table.columns if name != "y")
    dataset = made_dataset(folder, made_table(300) if table is None else table, types, target)
    found = plan(
        dataset.info,
        target=target,
        task=task,
        estimators=[estimator],
        features=features,
        params={estimator: values},
        new_id=lambda: "run-1",
    )
    return train(next(one for one in found if one.estimator == estimator), dataset, lambda event: None, lambda: False)


def told(run: Run) -> Effects:
    assert run.model is not None
    return effects(run.model, run.ranges)


@pytest.mark.parametrize(("estimator", "task", "values"), ADDITIVE)
def test_that_the_effects_add_up_to_the_model(
    estimator: str, task: Task, values: dict[str, Any], tmp_path: Path
) -> None:
    found = told(run_of(tmp_path, estimator, task, values))
    assert found.away < 1e-6
    assert found.untold == ("remark",)
    singles = {one.columns[0]: one for one in found.effects if len(one.columns) == 1}
    assert set(singles) == set(FEATURES) - {"remark"}
    assert [one.strength for one in found.effects] == sorted((one.strength for one in found.effects), reverse=True)
    assert found.effects[0].columns[0] in {"size", "colour"}
    for one in found.effects:
        assert len(one.values) == len(one.added)
        assert all(len(row) == len(found.outputs) for row in one.added)
    assert (None,) in singles["size"].values


def products(rows: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(rows, 4)), columns=list("abcd"))
    table["y"] = table["a"] * table["b"] + 0.5 * table["c"] + rng.normal(0, 0.1, rows)
    return table


def test_that_the_pair_that_matters_is_found_and_told(tmp_path: Path) -> None:
    values = GLASS | {"max_iter": 200}
    found = told(run_of(tmp_path / "pairs", "glass_box", "regression", values | {"pairs": 1}, products()))
    pairs = [one for one in found.effects if len(one.columns) == 2]
    assert [one.columns for one in pairs] == [("a", "b")]
    assert found.effects[0] == pairs[0]
    alone = run_of(tmp_path / "alone", "glass_box", "regression", values | {"pairs": 0}, products())
    both = run_of(tmp_path / "both", "glass_box", "regression", values | {"pairs": 1}, products())
    one, other = (run.metrics["rmse"] for run in (alone, both))
    assert one is not None
    assert other is not None
    assert other < 0.7 * one


def test_that_a_pair_that_is_none_is_not_taken(tmp_path: Path) -> None:
    table = products()
    table["y"] = table["a"] + table["c"]
    found = told(run_of(tmp_path, "glass_box", "regression", GLASS | {"pairs": 5}, table))
    assert all(len(one.columns) == 1 for one in found.effects)


def test_that_an_effect_is_the_one_that_was_planted(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=400), "b": rng.choice(["x", "y", "z"], 400)})
    table["y"] = 3.0 * table["a"] + table["b"].map({"x": 0.0, "y": 5.0, "z": -5.0})
    run = run_of(tmp_path, "ridge", "regression", {"alpha": 1e-6}, table, {"b": "category"})
    found = {one.columns: one for one in told(run).effects}
    a = {float(value[0]): row[0] for value, row in zip(found["a",].values, found["a",].added, strict=True) if value[0]}
    low, high = min(a), max(a)
    assert (a[high] - a[low]) / (high - low) == pytest.approx(3.0, abs=1e-3)
    b = {value[0]: row[0] for value, row in zip(found["b",].values, found["b",].added, strict=True)}
    assert b["y"] - b["z"] == pytest.approx(10.0, abs=1e-3)


@pytest.mark.parametrize("estimator", ["dummy", "forest", "boosting"])
def test_that_a_model_that_is_no_sum_is_not_explained_as_one(estimator: str, tmp_path: Path) -> None:
    values = {"n_estimators": 3} if estimator == "forest" else {"max_iter": 3} if estimator == "boosting" else {}
    run = run_of(tmp_path, estimator, "binary", values)
    assert run.model is not None
    assert not is_additive(run.model)
    with pytest.raises(ModelError, match="no sum"):
        told(run)
    with pytest.raises(ModelError, match="no decision tree"):
        rules(run.model)


@pytest.mark.parametrize("task", TARGETS)
def test_that_a_tree_is_told_with_the_words_of_the_table(task: Task, tmp_path: Path) -> None:
    run = run_of(tmp_path, "tree", task, {"prune": False, "max_depth": 3})
    assert run.model is not None
    assert is_tree(run.model)
    lines = rules(run.model).lines
    answers = [line for line in lines if line.endswith(" rows)")]
    tree = run.model.predictor.model.tree_  # type: ignore[attr-defined]
    assert len(answers) == (tree.children_left == -1).sum()
    assert len(lines) == tree.node_count - 1
    assert any(line.lstrip().startswith("size ") for line in lines)
    if task == "multiclass":
        assert any("colour is 'red'" in line for line in lines)


def test_that_a_tree_that_is_one_answer_is_told(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": np.arange(40.0), "y": [0, 1] * 20})
    run = run_of(tmp_path, "tree", "binary", {"min_samples_leaf": 30}, table, {"y": "integer"})
    assert run.model is not None
    assert len(rules(run.model).lines) == 1


def test_that_a_tree_that_nobody_could_read_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aetheron_desktop.engine.evaluation.rules._MOST_LINES", 3)
    run = run_of(tmp_path, "tree", "regression", {"prune": False})
    assert run.model is not None
    with pytest.raises(ModelError, match="more than anyone reads"):
        rules(run.model)
