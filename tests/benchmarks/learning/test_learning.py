"""The harness itself: its table against what is known of the files, its splits, its sums, and that it goes on.

No environment of a peer is made, and nothing that takes long is trained.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.workspace import Workspace
from tests.benchmarks.learning import ours, tables
from tests.benchmarks.learning.given import TARGET, Given, read_given
from tests.benchmarks.learning.published import best_single
from tests.benchmarks.learning.reporting import blocks, report
from tests.benchmarks.learning.running import Cell, Plan, _write, forget, keep, kept, run_all, watch
from tests.benchmarks.learning.scoring import dummy_score, normalised, ranks, score
from tests.benchmarks.learning.systems import System, systems
from tests.corpora.cases import ROOT

if TYPE_CHECKING:
    from pathlib import Path

with_corpora = pytest.mark.skipif(not (ROOT / "datasets.json").exists(), reason=f"there are no corpora at {ROOT}")
SLOW_TO_READ = "kddcup99-10pct"


# -- the tables -------------------------------------------------------------------------------------------------------


def known() -> dict[str, dict]:
    found = msgspec.json.decode((ROOT / "datasets.json").read_bytes())
    return {one["id"]: one for one in (found["datasets"] if isinstance(found, dict) else found)}


@with_corpora
def test_that_every_learning_set_has_its_table() -> None:
    sets = known()
    assert [table.id for table in tables.ALL] == list(sets)
    for table in tables.ALL:
        assert list(table.files) == [file["file"] for file in sets[table.id]["files"]]
        assert sets[table.id]["task"].startswith(table.task)
        assert sets[table.id]["header"] == table.header
        assert table.target == sets[table.id]["target_stats"]["name"]


@with_corpora
@pytest.mark.parametrize("table", [table for table in tables.ALL if table.id != SLOW_TO_READ], ids=lambda one: one.id)
def test_that_all_rows_are_read_and_parted(table: tables.Table) -> None:
    about = known()[table.id]
    frame = tables.read(table, ROOT)
    assert frame.shape == (about["rows"], about["columns"])
    assert int(frame.isna().sum().sum()) == about["missing_cells"]

    parts = tables.parted(table, frame, seed=0)

    first, second = parts.rows
    assert sorted([*first, *second]) == list(range(len(frame)))
    assert abs(len(second) / len(frame) - tables.TEST) < 0.03
    assert len(parts.train) == len(parts.train_y) == len(first)
    assert len(parts.test) == len(parts.test_y) == len(second)
    assert set(parts.train.columns) == set(parts.test.columns)
    assert not {tables.target_of(table), *table.dropped} & set(parts.train.columns)
    assert set(table.dropped) <= set(frame.columns)
    if table.task == "regression":
        assert np.isfinite(parts.train_y).all()
    else:
        assert set(parts.test_y) <= set(parts.train_y) == set(range(len(parts.classes)))
        counts = about["target_stats"]["classes"]
        assert len(parts.classes) == len({name.rstrip(".") for name in counts})


@with_corpora
def test_that_no_mouse_is_on_both_sides() -> None:
    table = tables.table("mice-protein")
    frame = tables.read(table, ROOT)
    groups = tables.groups_of(table, frame)
    assert len(set(groups)) == 72
    for seed in range(3):
        train, test = tables.parted(table, frame, seed).rows
        assert not set(groups[train]) & set(groups[test])


@with_corpora
def test_that_the_test_of_the_hours_comes_after_all_others() -> None:
    table = tables.table("bike-sharing-hourly")
    frame = tables.read(table, ROOT)
    train, test = tables.parted(table, frame, seed=3).rows
    assert frame["instant"].iloc[train].max() < frame["instant"].iloc[test].min()


@with_corpora
def test_that_there_are_published_scores_in_the_metric_of_the_table() -> None:
    found = best_single(ROOT)
    assert set(found) == {"adult", "phoneme", "car", "churn", "credit-g", "diabetes", "concrete", "diamonds",
                          "california-houses"}  # fmt: skip
    assert 0.78 < found["credit-g"].score < 0.82
    assert found["credit-g"].where == "TabArena"
    assert 3 < found["concrete"].score < 4.5


@given(st.lists(st.integers(0, 4), min_size=3, max_size=200), st.integers(0, 5))
def test_that_each_class_has_a_row_to_learn_from(labels: list[int], seed: int) -> None:
    y = np.array(labels)
    is_test = tables._per_class(y, seed)
    assert set(y[~is_test]) == set(y)
    assert is_test.sum() <= len(y) * tables.TEST


def small(task: str = "binary") -> tuple[tables.Table, tables.Parts]:
    frame = pd.DataFrame({"a": range(30), "b": ["x", "y", None] * 10, "t": [0, 1] * 15})
    table = tables.Table(id="small", files=("small.csv",), task=task, target="t", split="random")
    return table, tables.parted(table, frame, seed=0)


def test_that_a_child_is_given_no_truth_of_the_test_rows(tmp_path: Path) -> None:
    table, parts = small()
    _write(table, parts, tmp_path)
    request = {"folder": str(tmp_path), "budget_s": 1.0, "seed": 0, "threads": 1}
    found, test = read_given(tmp_path, request)
    assert list(found.X.columns) == list(test.columns) == ["a", "b"]
    assert list(found.y) == list(parts.train_y)
    assert found.classes == ("0", "1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["about.json", "test.parquet", "train.parquet"]
    assert TARGET not in pd.read_parquet(tmp_path / "test.parquet").columns


# -- sums -------------------------------------------------------------------------------------------------------------


def test_scores() -> None:
    truth = np.array([0, 1, 1, 0])
    sure = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.7, 0.3]])
    assert score("binary", truth, sure) == 1.0
    assert score("multiclass", truth, sure) == pytest.approx(-np.log([0.9, 0.8, 0.6, 0.7]).mean())
    # What does not sum to 1 is brought to it, and 0 costs much, but not everything.
    assert score("multiclass", truth, sure * 3 / 3) == pytest.approx(score("multiclass", truth, sure))
    assert 30 < score("multiclass", np.array([0]), np.array([[0.0, 1.0]])) < 40
    assert score("regression", np.array([1.0, 3.0]), np.array([2.0, 3.0])) == pytest.approx(0.5**0.5)
    with pytest.raises(ValueError, match="not a number for each row"):
        score("regression", np.array([1.0, 3.0]), np.array([2.0, np.nan]))
    _, parts = small()
    assert dummy_score("binary", parts) == 0.5


def test_that_ranks_share_places_and_failures_come_last() -> None:
    assert ranks("rmse", {"a": 1.0, "b": 2.0, "c": 1.0, "d": None}) == {"a": 1.5, "b": 3.0, "c": 1.5, "d": 4.0}
    assert ranks("roc_auc", {"a": 0.6, "b": 0.9, "c": None, "d": None}) == {"a": 2.0, "b": 1.0, "c": 3.5, "d": 3.5}


def test_that_the_dummy_is_worth_nothing_and_the_best_one() -> None:
    assert normalised({"a": 0.75, "b": 1.0, "c": 0.4, "d": None}, 0.5, "roc_auc") == {
        "a": 0.5, "b": 1.0, "c": 0.0, "d": 0.0,
    }  # fmt: skip
    assert normalised({"a": 3.0, "b": 2.0}, 4.0, "rmse") == {"a": 0.5, "b": 1.0}
    assert normalised({"a": 5.0}, 4.0, "rmse") == {"a": 0.0}
    assert normalised({"a": None}, 4.0, "rmse") == {"a": 0.0}


def cell(dataset: str, system: str, value: float | None, seed: int = 0, **others: object) -> Cell:
    fields: dict = {
        "dataset": dataset, "system": system, "seed": seed, "budget_s": 20.0, "threads": 2, "metric": "roc_auc",
        "status": "done" if value is not None else "failed", "dummy": 0.5, "score": value,
    }  # fmt: skip
    return Cell(**fields | others)


NAMES = ["ours-default", "lightgbm", "autogluon-best"]
MADE = [
    cell("one", "ours-default", 0.9),
    cell("one", "ours-default", 0.8, seed=1),
    cell("one", "lightgbm", 0.7),
    cell("one", "lightgbm", 0.7, seed=1),
    cell("one", "autogluon-best", 0.6),
    cell("one", "autogluon-best", 1.0, seed=1),
    cell("two", "ours-default", 0.6, metric="rmse", dummy=2.0),
    cell("two", "lightgbm", None, metric="rmse", dummy=2.0, error="it broke"),
    cell("two", "autogluon-best", 0.5, metric="rmse", dummy=2.0),
    cell("three", "ours-default", 0.9),
]


def test_that_tables_count_when_all_have_done_them() -> None:
    found = {block.dataset: block for block in blocks(MADE, NAMES)}
    assert set(found) == {"one", "two"}
    assert found["one"].scores == pytest.approx({"ours-default": 0.85, "lightgbm": 0.7, "autogluon-best": 0.8})
    assert found["one"].seeds == 2
    assert found["two"].scores == {"ours-default": 0.6, "lightgbm": None, "autogluon-best": 0.5}


def test_the_report() -> None:
    text = report(MADE, [*NAMES, "flaml"], {})
    assert "| one | AUC ↑ | 0.5 | **0.85** | 0.7 | 0.8 |" in text
    assert "| two | RMSE ↓ | 2 | 0.6 | failed | **0.5** |" in text
    assert "ours-default is ahead of autogluon-best on 1 of 2 tables (50%), behind on 1." in text
    lost = report([*MADE, cell("one", "autogluon-best", None, seed=1)], NAMES, {})
    assert "behind on 1. On 1 of them autogluon-best failed." in lost
    assert "| ours-default | 1.50 | 0.967 |" in text
    assert "two, lightgbm, seed 0: failed after 0 s. it broke" in text
    assert "flaml" not in text
    assert "2 of 3 tables are complete. The machine did nothing else." in text
    assert "**The machine was busy**" in report([*MADE, cell("one", "lightgbm", 0.7, seed=2, others=0.5)], NAMES, {})


# -- going on ---------------------------------------------------------------------------------------------------------


def test_that_what_is_done_is_passed_over_and_the_systems_take_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {name: tables.Table(id=name, files=(f"{name}.csv",), task="binary", target="t", split="random")
            for name in ("one", "two")}  # fmt: skip
    monkeypatch.setattr(tables, "_BY_ID", made)
    for name in made:
        pd.DataFrame({"a": range(20), "t": [0, 1] * 10}).to_csv(tmp_path / f"{name}.csv", index=False)
    plan = Plan(budget_s=20, threads=2, seeds=(0,), datasets=("one", "two"), systems=("x", "y"))
    path = tmp_path / "results.jsonl"
    chosen = [System("x", ""), System("y", "")]
    order: list[tuple[str, str]] = []

    def do(system: System, table: tables.Table, *rest: object) -> Cell:
        order.append((table.id, system.name))
        if len(order) == 2:
            raise KeyboardInterrupt
        return cell(table.id, system.name, 0.7)

    with pytest.raises(KeyboardInterrupt):
        run_all(plan, chosen, tmp_path, path, lambda _: None, do)
    with path.open("ab") as file:
        file.write(b'{"dataset": "one", "sys')  # as a kill leaves it
    run_all(plan, chosen, tmp_path, path, lambda _: None, do)
    assert order == [("one", "x"), ("one", "y"), ("one", "y"), ("two", "x"), ("two", "y")]
    assert len(kept(path)) == 4
    run_all(plan, chosen, tmp_path, path, lambda _: None, do)
    assert len(order) == 5

    forget(path, ["x"])
    assert set(kept(path)) == {("one", "y", 0), ("two", "y", 0)}


def test_that_a_file_of_results_takes_each_cell_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "results.jsonl"
    one = cell("one", "lightgbm", 0.7, notes={"failed": ["a"]}, rows=(20, 10))
    keep(path, one)
    keep(path, cell("one", "lightgbm", 0.8))
    keep(path, cell("one", "lightgbm", 0.7, notes={"failed": ["a"]}, rows=(20, 10)))
    assert kept(path) == {one.key: one}


def test_that_ours_learns_from_the_training_rows_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "warm_up", lambda: None)
    monkeypatch.setattr(ours.Defaults, "estimators", ("logistic",))
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=150), "b": rng.choice(["x", "y"], 150)})
    y = (X["a"] > 0).to_numpy(dtype=np.int64)
    learner = ours.Defaults()
    # The words of the classes are in another order than the program counts them in.
    learner.fit(Given(X[:100], y[:100], "binary", "roc_auc", ("10", "9"), 20.0, 0, 1, tmp_path))
    predicted = learner.predict(X[100:])
    assert learner.notes["best"] == "logistic"
    assert set(learner.notes["valid"]) == {"dummy", "logistic"}
    assert predicted.shape == (50, 2)
    assert score("binary", y[100:], predicted) > 0.95
    workspace = Workspace.open(tmp_path / "workspace")
    (dataset,) = workspace.datasets()
    workspace.close()
    assert dataset.rows == 100


def test_that_a_process_beyond_its_time_is_ended_with_its_children(tmp_path: Path) -> None:
    code = "from subprocess import *; import sys; Popen([sys.executable, '-c', 'input()'], stdin=PIPE).wait()"
    watched = watch([sys.executable, "-c", code], 1, 0.5, tmp_path / "log.txt", tmp_path)
    assert watched.is_over
    assert watched.family
    assert not any(process.is_running() and process.status() != "zombie" for process in watched.family.values())


def test_the_systems() -> None:
    names = [system.name for system in systems()]
    assert [name for name in names if name != "ours-auto"] == [
        "ours-default", "lightgbm", "histgb", "flaml", "autogluon", "autogluon-best", "autogluon-best-local",
    ]  # fmt: skip
