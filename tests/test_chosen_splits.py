"""Which split the command line trains on: the usual one, a stored one, or one that is made and kept by its name."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

import pytest

from aetheron_desktop.cli.auto import chosen_splits
from aetheron_desktop.engine.datasets.splitting.frozen_split import splits
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.training.experiment import Experiment, SplitPlan, plan
from tests.tables import made_dataset, made_table

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset

COLUMN = "the number of the house in which a person of the survey lives"
OTHER = "the number of the house in which a person of the survey works"
USUAL: dict[str, Any] = {
    "auto": False, "estimator": ["ridge"], "split": None, "group_by": None, "time_by": None, "fold": None,
    "folds": None, "seed": 0,
}  # fmt: skip


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    table = made_table().assign(**{COLUMN: lambda made: made.index % 20, OTHER: lambda made: made.index % 30})
    return made_dataset(tmp_path / "dataset", table)


def chosen(dataset: Dataset, target: str = "price", **given: Any) -> tuple[SplitPlan, ...]:
    planned: Experiment = plan(dataset.info, target=target, features=("count",), new_id=lambda: "run-1")[0]
    return chosen_splits(dataset, Namespace(**(USUAL | given)), planned)


def test_that_the_same_words_with_another_seed_are_another_split(dataset: Dataset) -> None:
    wanted = [{"group_by": COLUMN}, {"folds": 3}, {"folds": 3, "group_by": COLUMN}, {"folds": 3, "target": "sold"}]
    for given in wanted:
        first, other, again = (chosen(dataset, seed=seed, **given) for seed in (0, 7, 0))
        assert first == again
        assert {one.hash for one in first}.isdisjoint(one.hash for one in other)
    assert len(splits(dataset)) == 2 * len(wanted)


def test_that_folds_of_rows_at_random_are_one_split_whatever_is_predicted(dataset: Dataset) -> None:
    assert chosen(dataset, folds=4) == chosen(dataset, "size", folds=4)


def test_that_long_names_leave_the_room_that_folds_and_seed_need(dataset: Dataset) -> None:
    (name,) = {one.frozen for one in chosen(dataset, group_by=COLUMN, folds=3, seed=4_294_967_295)}
    assert name is not None
    assert name.startswith("groups of the number")
    assert name.endswith(", 3 folds, seed 4294967295")


def test_that_folds_that_say_nothing_are_refused(dataset: Dataset) -> None:
    assert chosen(dataset) == (SplitPlan(),)
    for given, words in (({"fold": 2}, "--fold is one of"), ({"folds": 0}, "0 folds"), ({"folds": 2}, "2 folds")):
        with pytest.raises(UsageError, match=words):
            chosen(dataset, **given)
    assert not splits(dataset)
