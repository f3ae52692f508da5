"""Folds: each row is predicted once by models that did not learn from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest
from aetheron_desktop.engine.datasets.splitting.parting import part
from aetheron_desktop.engine.training.auto.folds import (
    ALWAYS,
    Folds,
    deal,
    deal_groups,
    folds_in_time,
    known_in_all,
    make_folds,
)
from aetheron_desktop.engine.training.auto.usual import usual_folds
from aetheron_desktop.engine.training.experiment import plan, split_plan
from aetheron_desktop.engine.training.preparation import Material, read
from tests.tables import FEATURES, made_dataset, made_table

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset


def folds_of(dataset: Dataset, split: str | None, count: int = 4) -> tuple[Folds, Material]:
    made = plan(
        dataset.info, target="sold", estimators=["auto"], features=FEATURES, split=split_plan(dataset, split),
        new_id=lambda: "run-1",
    )[-1]  # fmt: skip
    material = read(made, dataset, lambda text: None)
    return make_folds(made, material, dataset, count), material


def test_that_every_row_but_the_test_is_predicted_once_and_never_learned_from_there(tmp_path: Path) -> None:
    made, material = folds_of(made_dataset(tmp_path), None)
    parts = material.parts
    assert sorted(np.concatenate([fold.valid for fold in made.parts])) == sorted([*parts.train, *parts.valid])
    for fold in made.parts:
        assert not set(fold.train) & set(fold.valid)
        assert not set(fold.train) & set(parts.test)


def test_that_one_fold_is_the_validation_part(tmp_path: Path) -> None:
    made, material = folds_of(made_dataset(tmp_path), None, 1)
    assert len(made.parts) == 1
    assert (made.parts[0].valid == material.parts.valid).all()


@pytest.mark.parametrize("inner", [0, 6])
def test_that_groups_stay_together(tmp_path: Path, inner: int) -> None:
    table = made_table(300)
    table["count"] = np.arange(300) % 30
    dataset = made_dataset(tmp_path, table)
    part(dataset, SplitRequest(name="by count", kind="group", column="count", folds=inner))
    made, material = folds_of(dataset, "by count")
    groups = table["count"].to_numpy()[material.rows]
    for fold in made.parts:
        assert not set(groups[fold.train]) & set(groups[fold.valid])
    assert "together" in made.how


def test_that_time_is_never_turned_round(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path)
    part(dataset, SplitRequest(name="in time", kind="time", column="seen"))
    made, material = folds_of(dataset, "in time")
    seen = pd.to_datetime(material.table["seen"])
    assert len(made.parts) == 1
    assert seen.iloc[made.parts[0].train].max() <= seen.iloc[made.parts[0].valid].min()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=12, max_size=80), st.integers(2, 5), st.integers(0, 99))
def test_that_each_fold_has_its_share_of_every_class_and_learns_all(labels: list[int], count: int, seed: int) -> None:
    y = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    dealt = deal(y, count, seed, by_class=True)
    for label in np.unique(y):
        shares = np.bincount(dealt[y == label], minlength=count)
        assert shares.max() - shares.min() <= 1
    place = known_in_all(dealt, y)
    for fold in range(count):
        assert set(y[place != fold]) == set(y)
    assert (np.bincount(y)[y[place == ALWAYS]] == 1).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(10, 200), st.integers(2, 8), st.integers(0, 99))
def test_that_small_and_large_values_are_in_every_fold(rows: int, count: int, seed: int) -> None:
    y = np.random.default_rng(seed).normal(size=rows)
    dealt = deal(y, count, seed, by_class=False)
    ranked = dealt[np.argsort(y)]
    for start in range(0, rows - count, count):
        assert len(set(ranked[start : start + count])) == count


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=100), st.integers(2, 6))
def test_that_a_group_is_in_one_fold(groups: list[int], count: int) -> None:
    codes = np.array(groups)
    place = deal_groups(codes, count, 0)
    for group in set(groups):
        assert len(set(place[codes == group])) == 1
    assert set(place) == set(range(min(count, len(set(groups)))))


@given(st.integers(30, 10**7), st.floats(0.01, 1e4))
def test_that_there_are_no_more_folds_than_there_is_time_for(rows: int, fits: float) -> None:
    usual = usual_folds(rows)
    found = folds_in_time(usual, fits)
    assert 1 <= found <= usual
    assert found == 1 or found <= fits
    assert folds_in_time(usual, 8.0) == usual
