"""From steps to a dataset: what would change is told before, what is made is whole, stopped work leaves nothing."""

from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aetheron_desktop.engine.datasets import questions
from aetheron_desktop.engine.datasets import steps as s
from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.preparing.answers import (
    EffectQuestion,
    ScriptsQuestion,
    StartingTable,
    StepEffect,
    StepProblem,
)
from aetheron_desktop.engine.datasets.preparing.effect import misfits
from aetheron_desktop.engine.datasets.preparing.making import prepare
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.datasets.steps import Step, StepRefused
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.events import DatasetImported, Event
from aetheron_desktop.engine.jobs import job as jobs
from aetheron_desktop.engine.jobs.execution import Execution
from aetheron_desktop.engine.jobs.job import PrepareJob
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.datasets.stepping import pandas_frame, sql_rows

# ruff: noqa: E501 - one line a step

PEOPLE = "id,age,city,paid\n" + "".join(
    f"{place},{'' if place % 10 == 0 else 20 + place % 40},{('Ulm', 'Bonn', 'Rom')[place % 3]},{place / 4}\n"
    for place in range(1, 61)
)


def imported(workspace: Workspace, name: str, text: str) -> Dataset:
    path = workspace.root / f"{name}.csv"
    path.write_text(text)
    info = import_file(path, workspace.root / "datasets", progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    workspace.add_dataset(info)
    return workspace.dataset(info.id)


@pytest.fixture
def people(workspace: Workspace) -> Dataset:
    return imported(workspace, "people", PEOPLE)


def told(workspace: Workspace, dataset: Dataset, *steps: Step, first: int = 0) -> list[Any]:
    found: list[Any] = []
    question = EffectQuestion(dataset=dataset.info.id, steps=steps, first=first)
    questions.answer(question, workspace, found.append, lambda *_: None, lambda: False)
    return found


def effect(workspace: Workspace, dataset: Dataset, *steps: Step) -> StepEffect:
    found = told(workspace, dataset, *steps)[-1]
    assert isinstance(found, StepEffect)
    return found


@pytest.mark.parametrize(
    ("step", "words", "kind"),
    [
        (s.KeepRows(condition="age > 30"), "−24 rows", "rows"),
        (s.DropRows(condition="city = 'Ulm'"), "−20 rows", "rows"),
        (s.Fill(columns=("age",), by="median"), "6 cells, 1 column retyped", "cells"),
        (s.Fill(columns=("age",), by="constant", value="1"), "6 cells", "cells"),
        (s.Replace(columns=("city",), find="Ulm"), "20 cells become missing", "cells"),
        (s.Retype(columns=("paid",), to="integer"), "45 cells become missing, 1 column retyped", "cells"),
        (s.Clip(columns=("paid",), high=10), "20 cells", "cells"),
        (s.Derive(name="half", expression="paid / 2"), "+1 column", "cells"),
        (s.Rename(column="age", to="years"), "1 column renamed", "cells"),
        (s.DropColumns(columns=("age", "id")), "−2 columns", "cells"),
        (s.Sample(rows=7), "−53 rows", "rows"),
        (s.Deduplicate(columns=("city",)), "−57 rows", "rows"),
        (s.Sort(keys=(s.SortKey("paid", descending=True),)), "nothing changes", "tables"),
        (s.Group(keys=("city",), aggregations=(s.Aggregation("id", "rows", "n"),)), "−57 rows, +1 column, −3 columns", "tables"),
        (s.Melt(columns=("id", "paid")), "+60 rows, +2 columns, −2 columns", "tables"),
        (s.SplitText(column="city", into=("a", "b"), sign="o", keep=False), "+2 columns, −1 column", "cells"),
        (s.Join(dataset="people", keys=(s.KeyPair("id", "id"),)), "+3 columns", "tables"),
        (s.Concatenate(dataset="people"), "+60 rows", "tables"),
    ],
    ids=lambda one: s.sentence(one) if isinstance(one, s.Step) else None,
)  # fmt: skip
def test_that_what_a_step_changes_is_told_before(
    workspace: Workspace, people: Dataset, step: Step, words: str, kind: str
) -> None:
    found = effect(workspace, people, step)
    assert found.words() == words
    assert found.examples.kind == kind
    made = prepare(people, (step,), workspace, progress=lambda *_: None, should_stop=lambda: False)
    assert made is not None
    assert made.rows == found.rows_after
    assert [one.name for one in made.schema.columns] == [one.name for one in found.columns]


def test_that_examples_show_the_cells_that_change(workspace: Workspace, people: Dataset) -> None:
    found = effect(
        workspace, people, s.KeepRows(condition="id > 15"), s.Fill(columns=("age",), by="constant", value="1")
    )
    examples = found.examples
    assert examples.columns_before == examples.columns_after == ("id", "age", "city", "paid")
    assert examples.before[0] == ("20", None, "Rom", "5.0")
    assert examples.after[0] == ("20", "1", "Rom", "5.0")
    assert examples.changed == ((1,),) * 5


def test_that_rows_that_go_are_shown_with_some_that_stay(workspace: Workspace, people: Dataset) -> None:
    examples = effect(workspace, people, s.DropRows(condition="id < 3")).examples
    assert [row[0] for row in examples.before] == ["1", "2"]
    assert [row[0] for row in examples.after] == ["3", "4", "5", "6"]


def test_that_effects_are_told_from_a_step_on_up_to_the_first_that_does_not_fit(
    workspace: Workspace, people: Dataset
) -> None:
    steps = (s.KeepRows(condition="id > 30"), s.DropColumns(columns=("age",)), s.KeepRows(condition="age > 3"))
    start, second, problem = told(workspace, people, *steps, first=1)
    assert isinstance(start, StartingTable)
    assert start.rows == 60
    assert isinstance(second, StepEffect)
    assert (second.step, second.rows_before, second.rows_after) == (1, 30, 30)
    assert isinstance(problem, StepProblem)
    assert problem.step == 2
    assert problem.detail.startswith("There is no column “age”")


def test_that_a_made_dataset_is_a_snapshot_with_its_lineage(workspace: Workspace, people: Dataset) -> None:
    beside = imported(workspace, "towns", "city,size\nUlm,1\nRom,9\n")
    steps = (s.Join(dataset="towns", keys=(s.KeyPair("city", "city"),)), s.Retype(columns=("id",), to="category"))
    job = PrepareJob(id="prepare-1", dataset=people.info.id, steps=steps, name="joined")
    events: list[Event] = []
    end = Execution(workspace, jobs.loads(jobs.dumps(job)), lambda event, line: events.append(event)).run(lambda: False)  # type: ignore[arg-type]
    assert end.outcome == "succeeded"
    assert [event.rows for event in events if isinstance(event, DatasetImported)] == [60]
    made = workspace.dataset("joined")
    assert made.info.id == end.result
    assert made.info.lineage is not None
    assert (made.info.lineage.dataset, made.info.lineage.steps) == (people.info.id, steps)
    assert made.info.lineage.others == (beside.info.id,)
    assert made.info.schema.column("id").type == "category"
    assert made.info.schema.column("size").missing == 20
    cities = made.table(["city", "size"])
    assert set(zip(cities["city"], cities["size"].fillna(0), strict=True)) == {("Bonn", 0), ("Rom", 9), ("Ulm", 1)}


def test_that_the_same_steps_make_the_same_hash_and_another_name_keeps_the_record(
    workspace: Workspace, people: Dataset
) -> None:
    steps = (s.Group(keys=("city",), aggregations=(s.Aggregation("paid", "mean", "m"),)),)
    first, second = (
        prepare(people, steps, workspace, name=name, progress=lambda *_: None, should_stop=lambda: False)
        for name in ("a", "b")
    )
    assert first is not None
    assert second == first


def test_that_steps_that_change_nothing_make_nothing(workspace: Workspace, people: Dataset) -> None:
    before = sorted(path.name for path in (workspace.root / "datasets").iterdir())
    with pytest.raises(UsageError, match="change nothing"):
        prepare(people, (s.Deduplicate(),), workspace, progress=lambda *_: None, should_stop=lambda: False)
    with pytest.raises(UsageError, match="no steps"):
        prepare(people, (), workspace, progress=lambda *_: None, should_stop=lambda: False)
    assert sorted(path.name for path in (workspace.root / "datasets").iterdir()) == before


def test_that_stopped_work_leaves_nothing_behind(workspace: Workspace, people: Dataset) -> None:
    before = sorted(path.name for path in (workspace.root / "datasets").iterdir())
    steps = (s.Sort(keys=(s.SortKey("paid", descending=True),)),)
    made = None
    for count in range(200):
        answers = chain([False] * count, repeat(True))
        made = prepare(people, steps, workspace, progress=lambda *_: None, should_stop=partial(next, answers))
        if made is not None:
            break
        assert sorted(path.name for path in (workspace.root / "datasets").iterdir()) == before
    assert made is not None
    with pytest.raises(Stopped):
        questions.answer(
            EffectQuestion(dataset=people.info.id, steps=steps),
            workspace,
            lambda _: None,
            lambda *_: None,
            lambda: True,
        )


def test_that_steps_for_another_dataset_tell_all_that_does_not_fit(workspace: Workspace, people: Dataset) -> None:
    other = imported(workspace, "other", "age,town\n1,Ulm\n2,Rom\n")
    steps = (
        s.DropColumns(columns=("paid",)), s.KeepRows(condition="age > 1"), s.Rename(column="city", to="town"),
        s.Sort(keys=(s.SortKey("town"),)),
    )  # fmt: skip
    found = misfits(other, steps, workspace, lambda: False)
    assert [one.step for one in found] == [0, 2]
    assert "Step 3 (Rename city to town): There is no column “city”." in found[1].detail
    assert misfits(people, steps, workspace, lambda: False) == []


def test_that_scripts_are_told_and_name_the_values_that_a_pivot_found(workspace: Workspace, people: Dataset) -> None:
    steps = (s.KeepRows(condition="id > 30"), s.Pivot(keys=("age",), column="city", value="paid"))
    found: list[Any] = []
    question = ScriptsQuestion(dataset=people.info.id, steps=steps)
    questions.answer(question, workspace, found.append, lambda *_: None, lambda: False)
    assert "-- 1. Keep rows where id > 30" in found[0].sql
    assert "'Bonn'" in found[0].sql
    assert "pd.read_parquet(" in found[0].python
    table = pandas_frame(found[0].python)
    assert list(table.columns) == ["age", "Bonn", "Rom", "Ulm"]
    assert sql_rows(found[0].sql)[0]["Ulm"] == [None if cell is pd.NA else cell for cell in table["Ulm"]]


def test_that_a_table_larger_than_a_block_is_made_in_order(workspace: Workspace, tmp_path: Path) -> None:
    big = imported(workspace, "big", "a,b\n" + "".join(f"{place},{place % 5}\n" for place in range(150_000)))
    steps = (s.Derive(name="c", expression="a * 2"), s.KeepRows(condition="b = 1"), s.Sample(rows=1000, seed=3))
    made = prepare(big, steps, workspace, progress=lambda *_: None, should_stop=lambda: False)
    assert made is not None
    table = pq.read_table(workspace.dataset_folder(made.id) / "data.parquet")
    values = table.column("a").to_pylist()
    assert values == sorted(values)
    assert table.column("c").to_pylist() == [2 * value for value in values]
    assert table.schema.field("c").type == pa.int64()
    assert made.schema.column("a").type in {"integer", "identifier"}


def test_that_a_list_of_steps_in_a_file_is_read_or_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "steps.json"
    steps: tuple[Step, ...] = (s.KeepRows(condition="a > 1"), s.Sample(share=0.5))
    path.write_bytes(s.dumps(steps))
    assert s.load(path) == steps
    for text, words in (
        ('[{"do": "fly"}]', r"\$\[0\].do"),
        ('[{"do": "filter", "condition": 3}]', r"\$\[0\].condition"),
        ('[{"do": "filter", "condition": "a", "colour": 1}]', "colour"),
        ("{", "no list of steps"),
    ):
        path.write_text(text)
        with pytest.raises(UsageError, match=words):
            s.load(path)


def test_that_a_step_that_does_not_fit_ends_the_making_in_words(workspace: Workspace, people: Dataset) -> None:
    with pytest.raises(StepRefused, match="no column “wage”"):
        prepare(
            people, (s.KeepRows(condition="wage > 1"),), workspace, progress=lambda *_: None, should_stop=lambda: False
        )
