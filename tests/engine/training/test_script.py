"""The run as a script: what it prints is what the run had, and no estimator is forgotten."""

from __future__ import annotations

import ast
import contextlib
import io
import os
import runpy
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest
from aetheron_desktop.engine.datasets.splitting.parting import part
from aetheron_desktop.engine.datasets.splitting.split import split_rows
from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.estimators import catalog, features
from aetheron_desktop.engine.estimators.cards.scripts import SCRIPTS
from aetheron_desktop.engine.estimators.deciding import ErrorCost
from aetheron_desktop.engine.estimators.monotone import Monotone
from aetheron_desktop.engine.estimators.pipeline import Blend
from aetheron_desktop.engine.estimators.treatments import Treatment
from aetheron_desktop.engine.evaluation.metrics import metrics_for, metrics_of_limits
from aetheron_desktop.engine.training.auto_record import AutoRecord, Cut, MemberRecord
from aetheron_desktop.engine.training.candidate import Candidate
from aetheron_desktop.engine.training.experiment import Costs, SplitPlan, split_plan
from aetheron_desktop.engine.training.script import pieces
from aetheron_desktop.engine.training.script.facts import Ensemble, Facts, Script, Share
from aetheron_desktop.engine.training.script.making import script_of
from aetheron_desktop.engine.training.script.pieces import dates as dates_piece
from aetheron_desktop.engine.training.script.pieces import numbers as numbers_piece
from aetheron_desktop.engine.training.script.pieces import split as split_piece
from aetheron_desktop.engine.training.script.pieces import truths as truths_piece
from aetheron_desktop.engine.training.script.pieces import words as words_piece
from aetheron_desktop.engine.training.script.source import Imports, joined
from aetheron_desktop.engine.training.trainer import Training
from tests.contracts.test_estimators import EVERY, QUICK, experiment, trained
from tests.tables import made_dataset, made_table

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.cards.card import Card
    from aetheron_desktop.engine.training.run import Run

PIECES = [one for one in files(pieces).iterdir() if one.name.endswith(".py") and not one.name.startswith("_")]
PUBLIC = {"numpy", "pandas", "scipy", "sklearn"}


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return made_dataset(tmp_path / "dataset")


def facts_of(run: Run) -> Facts:
    own = {name: value for name, value in run.metrics.items() if name in run.baseline}
    threshold = run.model.threshold if run.model else None
    costs = run.model.costs if run.model else None
    limits = run.model.limits if run.model else None
    return Facts(
        metrics=own, environment=run.environment, threshold=threshold, costs=costs, limits=limits, steps=run.steps,
        ended_by=run.ended_by, ensemble=ensemble_of(run),
    )  # fmt: skip


def ensemble_of(run: Run) -> Ensemble | None:
    if run.auto is None or run.model is None or not isinstance(blend := run.model.predictor, Blend):
        return None
    shares = [Share(member=member, fits=count, weight=weight) for member, (count, weight) in blend.members().items()]
    return Ensemble(record=run.auto, shares=tuple(shares), temperature=blend.temperature, offsets=tuple(blend.offsets))


def script(run: Run, dataset: Dataset) -> Script:
    return script_of(run.experiment, dataset, facts_of(run))


def printed(text: str) -> dict[str, tuple[float, float]]:
    """Give what a script printed: each score here, and in the run."""
    lines = [line.split() for line in text.splitlines()[1:]]
    return {name: (float(here), float(then)) for name, here, then in lines}


def run_here(made: Script, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    file = tmp_path / "script.py"
    file.write_text(made.text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", [str(file), str(dataset.parquet)])
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(str(file), run_name="__main__")
    return printed(out.getvalue())


def libraries_of(run: Run) -> set[str]:
    """Give the libraries that the estimators of a run need, beside those that every training has."""
    names = {run.experiment.estimator} if run.auto is None else {one.candidate.estimator for one in run.auto.members}
    return {library for name in names for library in catalog.card(name).libraries}


def assert_same(scores: dict[str, tuple[float, float]], run: Run, within: float) -> None:
    is_of_quantiles = run.model is not None and run.model.limits is not None and run.model.limits.of_quantiles
    told = (*metrics_for(run.experiment.task), *(metrics_of_limits() if is_of_quantiles else ()))
    measured = [metric.name for metric in told]
    assert list(scores) == [name for name in measured if run.metrics[name] is not None]
    for name, (here, then) in scores.items():
        assert then == run.metrics[name]
        assert here == pytest.approx(then, rel=within, abs=within), name


@pytest.mark.parametrize("card", catalog.ALL, ids=lambda card: card.id)
def test_that_each_estimator_has_a_script(card: Card) -> None:
    names = {parameter.name for parameter in card.parameters}
    assert SCRIPTS[card.id].rounds in {"", *names}


@pytest.mark.parametrize(("card", "task"), EVERY)
def test_that_the_scores_are_those_of_the_run(
    card: Card, task: Task, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights: Any = {"class_weight": "balanced"} if task == "multiclass" else {}
    run = trained(card, task, dataset, seed=5, **weights)
    made = script(run, dataset)
    assert "aetheron_desktop" not in made.text
    modules = {node.module or "" for node in ast.walk(ast.parse(made.text)) if isinstance(node, ast.ImportFrom)}
    modules |= {
        one.name for node in ast.walk(ast.parse(made.text)) if isinstance(node, ast.Import) for one in node.names
    }
    foreign = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names)
    assert foreign <= PUBLIC | libraries_of(run)
    assert all(len(line) <= 120 for line in made.text.splitlines())
    assert_same(run_here(made, dataset, tmp_path, monkeypatch), run, made.within)


@pytest.mark.parametrize(
    ("id_", "task"), [("lightgbm", "binary"), ("xgboost", "multiclass"), ("tabm", "regression"), ("auto", "binary")]
)
def test_that_it_runs_by_itself_without_this_program(id_: str, task: Task, dataset: Dataset, tmp_path: Path) -> None:
    run = trained(catalog.card(id_), task, dataset)
    file = tmp_path / "script.py"
    made = script(run, dataset)
    file.write_text(made.text, encoding="utf-8")
    # Isolated: neither the folder that it is started in nor the variables of this program lead to our package.
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(file), str(dataset.parquet)],
        capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, env=surroundings, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert_same(printed(done.stdout), run, made.within)


@pytest.mark.parametrize(("task", "class_weight"), [("regression", "none"), ("binary", "balanced")])
def test_that_what_rows_count_is_in_it(
    task: Task, class_weight: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = made_table()
    table["times"] = np.arange(len(table)) % 7
    dataset = made_dataset(tmp_path / "dataset", table, {"times": "integer"})
    run = trained(catalog.card("lightgbm"), task, dataset, sample_weight="times", class_weight=class_weight)
    plain = trained(catalog.card("lightgbm"), task, dataset, class_weight=class_weight)
    assert run.metrics != plain.metrics
    assert_same(run_here(script(run, dataset), dataset, tmp_path, monkeypatch), run, SCRIPTS["lightgbm"].within)


@pytest.mark.parametrize("id_", ["logistic", "lightgbm"])
def test_that_what_was_chosen_for_columns_and_the_threshold_are_in_it(
    id_: str, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    treatments = (
        Treatment("size", ("binned",)),
        Treatment("count", ("quantile",)),
        Treatment("colour", ("target",)),
        Treatment("seen", ("elapsed", "cyclic")),
        Treatment("remark", ("words", "characters")),
    )
    run = trained(catalog.card(id_), "binary", dataset, treatments=treatments, costs=Costs(false_alarm=1.0, miss=9.0))
    assert run.model is not None
    assert run.model.threshold is not None
    scores = run_here(script(run, dataset), dataset, tmp_path, monkeypatch)
    assert_same(scores, run, SCRIPTS[id_].within)


def test_that_costs_of_several_classes_are_in_it(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = (ErrorCost("b", "a", 900.0), ErrorCost("b", "c", 900.0))
    run = trained(catalog.card("tree"), "multiclass", dataset, error_costs=costs)
    plain = trained(catalog.card("tree"), "multiclass", dataset)
    assert run.metrics["accuracy"] != plain.metrics["accuracy"]
    assert_same(run_here(script(run, dataset), dataset, tmp_path, monkeypatch), run, SCRIPTS["tree"].within)


@pytest.mark.parametrize("id_", ["boosting", "glass_box", "lightgbm", "xgboost", "catboost", "tree", "extra_trees"])
def test_that_directions_are_in_it(id_: str, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = trained(catalog.card(id_), "binary", dataset, monotone=(Monotone("count", "-"), Monotone("size", "+")))
    made = script(run, dataset)
    assert "DIRECTIONS = ((" in made.text
    assert_same(run_here(made, dataset, tmp_path, monkeypatch), run, SCRIPTS[id_].within)


def test_that_many_levels_are_found_again_in_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    table = made_table(1500).assign(place=[f"p{one}" for one in rng.integers(0, 1200, 1500)])
    dataset = made_dataset(tmp_path / "dataset", table, {"place": "category"} | dict.fromkeys(
        ("colour", "sort", "sold"), "category") | {"count": "integer", "fresh": "boolean", "seen": "date",
                                                    "remark": "text"})  # fmt: skip
    for id_ in ("ridge", "boosting"):
        run = trained(catalog.card(id_), "regression", dataset, features=("size", "colour", "place"))
        made = script(run, dataset)
        assert "most_frequent(frame['place']" in made.text
        assert_same(run_here(made, dataset, tmp_path, monkeypatch), run, SCRIPTS[id_].within)


def test_that_a_stored_split_stands_in_it(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part(dataset, SplitRequest(name="later", kind="time", column="seen", gap=5.0))
    split = split_plan(dataset, "later")
    assert isinstance(split, SplitPlan)
    run = trained(catalog.card("tree"), "binary", dataset, split=split)
    assert_same(run_here(script(run, dataset), dataset, tmp_path, monkeypatch), run, SCRIPTS["tree"].within)


def test_that_a_fit_that_was_ended_is_ended_at_the_same_step(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(catalog.card("lightgbm"), "regression", dataset, steps=4)
    assert run.steps == 4
    made = script_of(run.experiment, dataset, msgspec.structs.replace(facts_of(run), ended_by="time"))
    assert "ended after 4 steps" in made.text
    assert_same(run_here(made, dataset, tmp_path, monkeypatch), run, SCRIPTS["lightgbm"].within)
    with pytest.raises(ModelError, match="ended early"):
        script_of(
            experiment(catalog.card("tree"), "binary", dataset), dataset,
            Facts(metrics={}, environment={}, steps=2, ended_by="hand"),
        )  # fmt: skip


def test_that_a_network_that_was_ended_is_ended_at_the_same_step(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trained(catalog.card("network"), "binary", dataset)
    run = trained(catalog.card("network"), "binary", dataset, steps=9)
    assert run.ended_by == "steps"
    assert run.metrics != whole.metrics
    made = script(run, dataset)
    assert f"END = ({run.steps}, False)" in made.text
    assert_same(run_here(made, dataset, tmp_path, monkeypatch), run, made.within)


def test_that_an_ensemble_keeps_its_folds_and_where_its_fits_were_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = made_table().assign(house=[f"h{row // 4}" for row in range(len(made_table()))])
    dataset = made_dataset(tmp_path / "dataset", table, {"house": "category"})
    part(dataset, SplitRequest(name="houses", kind="group", column="house"))
    plan = experiment(catalog.card("auto"), "binary", dataset, split=split_plan(dataset, "houses"))
    cuts = (Cut(step=3), Cut(step=2, is_after=True))
    members = (
        MemberRecord(number=2, candidate=Candidate("lightgbm", {"n_estimators": 20}), cuts=cuts),
        MemberRecord(number=5, candidate=Candidate("network", QUICK["network"]), cuts=cuts),
    )
    again = AutoRecord(folds=2, lanes=1, members=members)
    run = Training(plan, dataset, lambda event: None, again=again).run(lambda: False)
    made = script(run, dataset)
    assert "FOLD_OF_ROW = " in made.text
    assert "changed={0: {'n_estimators': " in made.text
    assert "ends={0: (" in made.text
    assert_same(run_here(made, dataset, tmp_path, monkeypatch), run, made.within)


def test_that_an_ensemble_without_a_record_is_refused(dataset: Dataset) -> None:
    with pytest.raises(ModelError, match="kept no record of its members"):
        script_of(experiment(catalog.card("auto"), "binary", dataset), dataset, Facts(metrics={}, environment={}))


def test_that_no_two_pieces_have_a_name_in_common() -> None:
    bodies = ast.parse(joined([Path(one.name).stem for one in PIECES], Imports())).body
    names = [node.name for node in bodies if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    names += [
        node.target.id for node in bodies if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    assert len(names) > 60
    assert len(names) == len(set(names))


def test_that_another_table_is_not_taken(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = script(trained(catalog.card("dummy"), "binary", dataset), dataset)
    other = made_dataset(tmp_path / "other", made_table(50))
    with pytest.raises(SystemExit, match="it is another one"):
        run_here(made, other, tmp_path, monkeypatch)


CELLS = st.one_of(st.none(), st.booleans(), st.floats(), st.integers(-(10**6), 10**6), st.text(max_size=6))


@given(st.lists(CELLS, max_size=12))
def test_that_its_cells_are_read_as_the_program_reads_them(cells: list[Any]) -> None:
    values = pd.Series(cells, dtype=object)
    np.testing.assert_array_equal(numbers_piece.numbers(values), features.numbers(values))
    np.testing.assert_array_equal(truths_piece.truths(values), features._truths(values))
    pd.testing.assert_series_equal(words_piece.words(values), features.words(values))


def test_that_its_dates_are_those_of_the_program() -> None:
    values = pd.Series(
        ["2024-02-29T13:30:00", None, "1969-12-31", "no date", "2024-06-01T00:00:00+02:00"], dtype=object
    )
    own, ours = dates_piece.date_parts("at", values), features._date_parts("at", values)
    assert list(own) == list(ours)
    for name, made in own.items():
        np.testing.assert_array_equal(made, ours[name])


@given(st.integers(3, 200), st.integers(0, 9), st.booleans(), st.integers(1, 6))
def test_that_its_rows_are_parted_as_the_program_parts_them(rows: int, seed: int, by_class: bool, classes: int) -> None:
    strata = np.random.default_rng(seed).integers(0, classes, rows) if by_class else None
    own = split_piece.split_rows(rows, 0.2, 0.25, seed, strata)
    for made, ours in zip(own, split_rows(rows, valid=0.2, test=0.25, seed=seed, strata=strata), strict=True):
        np.testing.assert_array_equal(made, ours)
