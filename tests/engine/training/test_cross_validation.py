"""Cross-validation: every row is a test row once, and what an estimator has is told over the folds."""

from __future__ import annotations

import itertools
import statistics
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest
from aetheron_desktop.engine.datasets.splitting.parting import part
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.metrics import metric
from aetheron_desktop.engine.training import cross_validation
from aetheron_desktop.engine.training.cross_validation import fold_scores, on_each, ranked, split_plans
from aetheron_desktop.engine.training.experiment import SplitPlan, plan
from aetheron_desktop.engine.training.preparation import read
from tests.tables import made_dataset

if TYPE_CHECKING:
    from pathlib import Path


def test_that_each_estimator_meets_each_fold_and_every_row_is_tested_once(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path / "dataset")
    frozen = part(dataset, SplitRequest(name="four", kind="stratified", target="sold", folds=4))
    ids = map("run-{}".format, itertools.count())
    planned = plan(
        dataset.info, target="sold", features=("size", "count"), estimators=["logistic"], new_id=lambda: next(ids)
    )
    crossed = on_each(planned, split_plans(dataset, "four"), lambda: next(ids))
    assert [(one.estimator, one.split.fold) for one in crossed] == [
        (estimator, fold) for fold in range(4) for estimator in ("dummy", "logistic")
    ]
    assert len({one.run for one in crossed}) == 8
    assert {one.group for one in crossed} == {planned[0].group}
    assert {one.split.hash for one in crossed} == {frozen.hash}
    assert crossed[3].name.endswith(", fold 1")
    tests = [read(one, dataset, lambda text: None).exam().rows for one in crossed if one.estimator == "logistic"]
    assert np.sort(np.concatenate(tests)).tolist() == list(range(200))


def test_that_runs_of_one_estimator_on_folds_have_a_group(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path / "dataset")
    part(dataset, SplitRequest(name="three", kind="random", folds=3))
    ids = map("run-{}".format, itertools.count())
    planned = plan(dataset.info, target="price", features=("size",), estimators=["dummy"], new_id=lambda: next(ids))
    assert planned[0].group == ""
    assert len({one.group for one in on_each(planned, split_plans(dataset, "three"), lambda: next(ids))} - {""}) == 1


def test_that_one_fold_or_no_split_is_one_plan(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path / "dataset")
    part(dataset, SplitRequest(name="three", kind="random", folds=3))
    part(dataset, SplitRequest(name="plain", kind="random"))
    assert split_plans(dataset, None) == (SplitPlan(),)
    assert [one.fold for one in split_plans(dataset, "three", 2)] == [2]
    assert [one.fold for one in split_plans(dataset, "plain")] == [0]
    with pytest.raises(UsageError, match="no fold 3"):
        split_plans(dataset, "three", 3)


def test_that_scores_are_told_over_the_folds_that_have_one() -> None:
    told = [("forest", 0.8), ("dummy", 0.5), ("forest", 0.9), ("dummy", None), ("forest", 0.7)]
    forest, dummy = fold_scores(told)
    assert (forest.estimator, forest.scores) == ("forest", (0.8, 0.9, 0.7))
    assert forest.mean == pytest.approx(0.8)
    assert forest.sd == pytest.approx(statistics.stdev([0.8, 0.9, 0.7]))
    assert (dummy.scores, dummy.sd) == ((0.5,), None)


def test_that_what_failed_on_a_fold_is_behind_what_was_measured_on_all() -> None:
    told = [("forest", 0.8), ("svm", 0.99), ("ridge", 0.7), ("forest", 0.9), ("svm", None), ("ridge", 0.95)]
    assert [one.estimator for one in ranked(fold_scores(told), metric("accuracy"))] == ["forest", "ridge", "svm"]
    assert [one.estimator for one in ranked(fold_scores(told), metric("rmse"))] == ["ridge", "forest", "svm"]


def test_that_the_stored_splits_are_read_once_however_many_folds_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = made_dataset(tmp_path / "dataset")
    frozen = part(dataset, SplitRequest(name="many", kind="random", folds=50))
    looks: list[str] = []
    monkeypatch.setattr(cross_validation, "split_named", lambda _, name: looks.append(name) or frozen)
    assert len(split_plans(dataset, "many")) == 50
    assert looks == ["many"], "the window asks for them with each change of the plan"
