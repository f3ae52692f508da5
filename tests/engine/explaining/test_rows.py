"""What explanations say of one row, and what is kept of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.explaining.counterfactual import counterfactuals
from aetheron_desktop.engine.explaining.glass_box import glass_box
from aetheron_desktop.engine.explaining.keeping import stored
from aetheron_desktop.engine.explaining.picking import most_wrong
from aetheron_desktop.engine.explaining.questions import (
    CounterfactualQuestion,
    DependenceQuestion,
    RowQuestion,
    WhatIfQuestion,
)
from aetheron_desktop.engine.explaining.results import (
    Counterfactuals,
    Dependence,
    Predicted,
    RowReasons,
    SimilarRows,
)
from aetheron_desktop.engine.explaining.rows import plausible_of, predicted, reasons
from aetheron_desktop.engine.explaining.similar import Distances, similar_rows
from aetheron_desktop.engine.jobs.job import AskJob, needs_learning
from tests.engine.versioning.doing import answers, asked, put_dataset, run_job, trained

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.explaining.subject import Subject
    from aetheron_desktop.engine.workspace import Workspace

    SubjectOf = Callable[[str, Task], Subject]


def never() -> bool:
    return False


def test_that_what_would_be_is_what_the_model_says_of_the_changed_row(subject_of: SubjectOf) -> None:
    subject = subject_of("lightgbm", "binary")
    row = int(subject.test.rows[3])
    table = subject.test.table.iloc[[3]].copy()
    same = predicted(subject, row, {})
    assert same.likely["yes"] == pytest.approx(subject.pipeline.raw(table)[0, 1])
    table["size"] = 71.5
    table["colour"] = "red"
    changed = predicted(subject, row, {"size": 71.5, "colour": "red", "seen": "2024-06-01"})
    table["seen"] = pd.Timestamp("2024-06-01")
    assert changed.likely["yes"] == pytest.approx(subject.pipeline.raw(table)[0, 1])
    assert changed.likely["yes"] != same.likely["yes"]
    assert changed.cells["seen"] == "2024-06-01T00:00:00"
    assert {"size", "colour"} <= set(predicted(subject, row, {"size": 1e6, "colour": "mauve"}).odd)
    for wrong in ({"nowhere": 1.0}, {"size": "tall"}, {"seen": "soon"}):
        with pytest.raises(UsageError) as error:
            predicted(subject, row, wrong)
        assert error.value.hint
    with pytest.raises(UsageError):
        predicted(subject, 10_000, {})


def test_that_the_reasons_of_a_row_make_its_sum_and_are_told_strongest_first(subject_of: SubjectOf) -> None:
    subject = subject_of("lightgbm", "multiclass")
    row = int(subject.test.rows[0])
    told = reasons(subject, row, {}, never)
    added = np.array(told.added)
    assert np.array(told.base) + added.sum(axis=0) == pytest.approx(np.array(told.sums), abs=1e-6)
    assert told.shown == int(np.argmax(told.sums))
    sizes = np.abs(added[list(told.order), told.shown])
    assert list(sizes) == sorted(sizes, reverse=True)
    assert told.truth == subject.word(subject.test.y[0])
    assert told.names[told.order[0]] in " ".join(told.sentences)


def test_that_a_counterfactual_is_predicted_otherwise_keeps_what_it_must_and_stays_plausible(
    subject_of: SubjectOf,
) -> None:
    kinds: list[tuple[str, Task]] = [("lightgbm", "binary"), ("ridge", "regression"), ("tree", "multiclass")]
    for estimator, task in kinds:
        subject = subject_of(estimator, task)
        row = int(subject.test.rows[1])
        found = counterfactuals(subject, row, {}, never)
        assert found.found
        for one in found.found:
            again = predicted(subject, row, {change.column: change.after for change in one.changes})
            assert not {change.column for change in one.changes} & set(again.odd)
            assert again.prediction == one.prediction
            if task == "regression":
                bound = float(found.wish.split()[-1])
                assert (float(one.prediction) >= bound) == found.wish.startswith("at least")
            else:
                assert again.prediction == found.wish
        first = found.found[0].changes[0].column
        kept = counterfactuals(subject, row, {}, never, kept=[first])
        assert all(change.column != first for one in kept.found for change in one.changes)
        nothing = counterfactuals(subject, row, {}, never, kept=subject.names)
        assert not nothing.found
        assert "No plausible values" in nothing.sentences[0]


def test_that_a_counterfactual_is_about_as_near_as_any(subject_of: SubjectOf) -> None:
    subject = subject_of("ridge", "regression")
    row = int(subject.test.rows[2])
    now = float(predicted(subject, row, {}).prediction)
    found = counterfactuals(subject, row, {}, never, wish=f">={now + 5}", kept=("seen", "colour", "count", "fresh"))
    # Two of a kilo of apples cost a pound: size alone, by what the model says a unit of it adds.
    (change,) = found.found[0].changes
    assert change.column == "size"
    assert isinstance(change.before, float)
    assert isinstance(change.after, float)
    step = float(predicted(subject, row, {"size": change.before + 1}).prediction) - now
    (way,) = (plausible_of(subject, column) for column in subject.columns if column.name == "size")
    assert way.step is not None
    assert -1e-6 <= change.after - change.before - 5 / step <= way.step
    assert change.after / way.step == pytest.approx(round(change.after / way.step), abs=1e-6)
    assert "already" in counterfactuals(subject, row, {}, never, wish=f"<={now + 1}").sentences[0]
    with pytest.raises(UsageError):
        counterfactuals(subject, row, {}, never, wish="a lot")


def test_that_similar_rows_are_learned_ones_nearest_first_and_not_the_row_itself(subject_of: SubjectOf) -> None:
    subject = subject_of("lightgbm", "binary")
    row = int(subject.learned.rows[7])
    found = similar_rows(subject, row, {})
    assert row not in [one.row for one in found.found]
    assert len(found.found) == 5
    distances = [one.distance for one in found.found]
    assert distances == sorted(distances)
    assert {one.row for one in found.found} <= set(subject.learned.rows.tolist())
    measure = Distances(subject.columns, subject.learned.table, {})
    mine = measure.to(subject.learned.table.iloc[[7]])
    assert mine[7] == 0.0
    assert mine.max() <= 1.0
    assert measure.weights == pytest.approx(np.full(5, 0.2))  # of six columns one is a text


def test_that_what_is_plausible_is_what_most_training_rows_have(subject_of: SubjectOf) -> None:
    subject = subject_of("lightgbm", "binary")
    ways = {column.name: plausible_of(subject, column) for column in subject.columns}
    size = subject.learned.table["size"].dropna()
    assert ways["size"].low == pytest.approx(size.quantile(0.01), abs=1.0)
    assert ways["size"].high == pytest.approx(size.quantile(0.99), abs=1.0)
    assert ways["size"].may_be_missing
    assert set(ways["colour"].levels) == {"red", "green", "blue"}
    assert ways["count"].step == 1.0
    assert str(ways["seen"].low).startswith("2024-01")
    assert not ways["remark"].is_open


def test_that_questions_are_answered_as_jobs_and_not_worked_out_twice(shelf: Workspace) -> None:
    dataset = put_dataset(shelf, id_="fedcba9876543210")
    model = trained(shelf, dataset, "ridge", "regression").id
    question = DependenceQuestion(model=model, column="size")
    assert stored(shelf, question) == []
    first = asked(shelf, question, Dependence)
    assert stored(shelf, question) == [first]
    row = asked(shelf, RowQuestion(model=model, row=5), RowReasons)
    similar = asked(shelf, RowQuestion(model=model, row=5), SimilarRows)
    assert similar.row == row.row == 5
    assert asked(shelf, WhatIfQuestion(model=model, row=5, cells={"size": 40.0}), Predicted).cells["size"] == 40.0
    wish = CounterfactualQuestion(model=model, row=5, kept=("size",))
    assert asked(shelf, wish, Counterfactuals).kept == ("size",)
    end, told = run_job(shelf, AskJob(id="ask-1", question=question), lambda: True)
    assert end.outcome == "stopped" or answers(told) == [first]
    shutil.rmtree(shelf.dataset_folder(dataset.info.id))
    assert asked(shelf, question, Dependence) == first
    assert needs_learning(AskJob(id="ask-2", question=question))


def test_that_the_glass_box_beside_a_black_one_has_a_price(subject_of: SubjectOf) -> None:
    subject = subject_of("lightgbm", "binary")
    told = glass_box(subject, lambda stage, done, total: None, never, budget_s=5.0, params={"max_iter": 6, "pairs": 0})
    assert told.metric == "roc_auc"
    assert told.reached is not None
    assert told.readable is not None
    assert told.better == pytest.approx(told.reached - told.readable)
    assert told.low is not None
    assert told.better is not None
    assert told.high is not None
    assert told.low <= told.better <= told.high
    assert any("size" in line for line in told.lines)
    assert told.metric_label in told.sentence


def test_that_what_is_told_loads_no_learning_library() -> None:
    code = (
        "import sys; from aetheron_desktop.engine.explaining import keeping, questions, results, words;"
        "print(*sorted({'sklearn', 'pandas', 'torch', 'scipy', 'numpy'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []


def test_that_the_rows_that_were_told_most_wrongly_are_found(shelf: Workspace, subject_of: SubjectOf) -> None:
    for estimator, task in (("lightgbm", "binary"), ("ridge", "regression")):
        subject = subject_of(estimator, task)  # type: ignore[arg-type]  # a literal in a tuple is a string
        file = shelf.run_folder(subject.description.info.run) / "predictions.parquet"
        table = pd.read_parquet(file)
        if task == "binary":
            right = np.where(table["truth"] == "yes", table["probability_yes"], table["probability_no"])
        else:
            right = -np.abs(table["prediction"] - table["truth"])
        table = table.assign(right=right).sort_values("right", kind="stable")
        assert most_wrong(file, 20) == table["row"].tolist()[:20]
