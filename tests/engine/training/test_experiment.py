from __future__ import annotations

import itertools
import sys
from subprocess import run
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.dataset import DatasetInfo
from aetheron_desktop.engine.datasets.schema import Column, ColumnType, Proposal, Schema, Task
from aetheron_desktop.engine.errors import AetheronError, TrainingError, UsageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.params import defaults
from aetheron_desktop.engine.training.experiment import Experiment, SplitPlan, plan


def info(*columns: Column, rows: int = 100, target: str | None = "y", task: Task | None = "binary") -> DatasetInfo:
    names = tuple(column.name for column in columns if column.name != target)
    return DatasetInfo(
        id="0" * 16,
        name="made",
        source="made.csv",
        rows=rows,
        quarantined=0,
        schema=Schema(columns),
        bytes=0,
        created=0.0,
        proposal=Proposal(target, task, "", names[1:], {names[0]: "an identifier"} if len(names) > 1 else {}),
    )


ID = Column("id", "identifier", 0, 100)
A = Column("a", "number", 0, 90)
B = Column("b", "category", 3, 5)
Y = Column("y", "category", 0, 2)
NUMBER = Column("y", "number", 0, 80)


def made(dataset: DatasetInfo, **given_: Any) -> tuple[Experiment, ...]:
    count = itertools.count(1)
    return plan(dataset, new_id=lambda: f"run-{next(count)}", **given_)


def test_that_nothing_chosen_gives_the_defaults_on_the_proposal() -> None:
    planned = made(info(ID, A, B, Y))
    assert [one.estimator for one in planned] == [card.id for card in catalog.defaults_for("binary")]
    assert planned[0].estimator == "dummy"
    for one in planned:
        assert (one.target, one.task, one.features) == ("y", "binary", ("a", "b"))
        assert one.params == defaults(catalog.card(one.estimator).parameters)
    assert len({one.run for one in planned}) == len(planned)
    assert len({one.group for one in planned}) == 1


def test_that_chosen_values_are_kept_and_checked() -> None:
    planned = made(info(ID, A, Y), estimators=["forest"], params={"forest": {"n_estimators": "7"}}, seed=3, budget_s=9)
    forest = planned[-1]
    assert (forest.params["n_estimators"], forest.seed, forest.budget_s) == (7, 3, 9)
    with pytest.raises(UsageError, match="Trees"):
        made(info(ID, A, Y), estimators=["forest"], params={"forest": {"n_estimators": 0}})
    with pytest.raises(UsageError, match="no parameter"):
        made(info(ID, A, Y), estimators=["forest"], params={"forest": {"wings": 2}})


@pytest.mark.parametrize(
    ("given_", "error", "words"),
    [
        ({"target": "why"}, UsageError, "why"),
        ({"target": "id", "task": "multiclass"}, TrainingError, "hardly any"),
        ({"estimators": ["forrest"]}, UsageError, "forrest"),
        ({"estimators": ["ridge"]}, UsageError, "not for the task"),
        ({"task": "regression"}, TrainingError, "predicts numbers"),
        ({"task": "multiclass"}, TrainingError, "two classes"),
        ({"task": "guess"}, UsageError, "guess"),
        ({"features": []}, TrainingError, "No column is left"),
        ({"features": ["y"]}, UsageError, "cannot also be"),
        ({"features": ["nope"]}, UsageError, "nope"),
        ({"budget_s": 0}, UsageError, "budget"),
        ({"budget_s": float("nan")}, UsageError, "budget"),
        ({"seed": -1}, UsageError, "seed"),
        ({"split": SplitPlan(test=0.6, valid=0.6)}, UsageError, "no rows for the fit"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_that_what_cannot_be_is_refused_before_the_run(
    given_: dict[str, Any], error: type[AetheronError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        made(info(ID, A, B, Y), **given_)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("column", "rows", "task", "words"),
    [
        (Column("y", "category", 0, 2), 2, "binary", "at least 10"),
        (Column("y", "category", 95, 2), 100, "binary", "Only 5 of 100"),
        (Column("y", "category", 100, 0), 100, "binary", "no values at all"),
        (Column("y", "category", 0, 1), 100, "binary", "same value"),
        (Column("y", "number", 0, 1), 100, "regression", "same value"),
        (Column("y", "category", 0, 3), 100, "binary", "3 classes"),
        (Column("y", "text", 0, 100), 100, "multiclass", "hardly any"),
        (Column("y", "text", 0, 90), 100, "multiclass", "hardly any"),
        (Column("y", "date", 0, 20), 100, "multiclass", "date"),
        (Column("y", "date", 0, 20), 100, "regression", "date"),
        (Column("y", "category", 0, 5000), 100_000, "multiclass", "5,000 classes"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_that_a_target_that_cannot_be_learned_is_refused_in_words(
    column: Column, rows: int, task: Task, words: str
) -> None:
    with pytest.raises(TrainingError, match=words) as caught:
        made(info(A, column, rows=rows, task=task))
    assert caught.value.hint


def test_that_no_target_at_all_asks_for_one() -> None:
    with pytest.raises(UsageError, match="No target"):
        made(info(A, B, target=None, task=None))


def test_that_another_target_has_the_task_that_suits_it() -> None:
    planned = made(info(ID, A, B, Y), target="a", estimators=["ridge"])
    assert (planned[0].task, planned[0].features) == ("regression", ("b", "y"))


@given(
    kind=st.sampled_from(["number", "integer", "category", "boolean", "date", "text", "identifier"]),
    missing=st.integers(0, 200),
    distinct=st.integers(0, 3000),
    rows=st.integers(0, 5000),
    task=st.sampled_from(["binary", "multiclass", "regression", None]),
)
def test_that_every_schema_is_planned_or_refused_in_words(
    kind: ColumnType, missing: int, distinct: int, rows: int, task: Task | None
) -> None:
    dataset = info(A, Column("y", kind, min(missing, rows), min(distinct, rows)), rows=rows, task=task)
    try:
        planned = made(dataset, task=task)
    except AetheronError as error:
        assert error.detail  # noqa: PT017
    else:
        for one in planned:
            assert msgspec.json.decode(msgspec.json.encode(one), type=Experiment) == one


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Random forest", "forest"),
        ("random_forest", "forest"),
        ("RF", "forest"),
        ("mlp", "network"),
        ("boosting", "boosting"),
    ],
)
def test_that_estimators_are_found_by_their_usual_names(name: str, id_: str) -> None:
    assert catalog.card(name).id == id_


def test_that_the_close_matches_of_a_wrong_name_are_offered() -> None:
    with pytest.raises(UsageError) as caught:
        catalog.card("forrest")
    assert "forest" in caught.value.hint


def test_that_planning_loads_no_learning_library() -> None:
    code = (
        "import sys; from aetheron_desktop.engine.training import experiment;"
        "from aetheron_desktop.engine.estimators import catalog;"
        "from aetheron_desktop.engine.evaluation import metrics;"
        "from aetheron_desktop.engine.registry import model;"
        "print(*({'numpy', 'pandas', 'sklearn', 'torch', 'scipy', 'pyarrow', 'duckdb'} & set(sys.modules)))"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
