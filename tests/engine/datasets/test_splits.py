"""Splits: each row in one part, groups whole, time forward, classes even, stored as made, and used as stored."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.profiles.cells import Values
from aetheron_desktop.engine.datasets.reading.reader import import_file
from aetheron_desktop.engine.datasets.splitting.frozen_split import (
    OUT,
    SplitRequest,
    checked,
    parts_of,
    places,
    split_named,
    splits,
    stored_cells,
)
from aetheron_desktop.engine.datasets.splitting.parting import by_group, in_time, part
from aetheron_desktop.engine.datasets.splitting.split import beginning
from aetheron_desktop.engine.errors import StorageError, UsageError

ROWS = 600


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("splits")
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": random.normal(0, 1, ROWS).round(4),
            "patient": random.integers(0, 60, ROWS),
            "day": pd.to_datetime("2024-01-01") + pd.to_timedelta(random.integers(0, 200, ROWS), "D"),
            "part": random.choice(["train", "test", "dev"], ROWS, p=[0.6, 0.2, 0.2]),
            "half": random.choice(["Training", "Holdout"], ROWS),
            "mouse": [f"{300 + row // 6}_{row % 6 + 1}" if row else None for row in range(ROWS)],
            "odd": random.choice(["a", "b"], ROWS),
            "y": random.choice(["yes", "no", "rare"], ROWS, p=[0.6, 0.35, 0.05]),
        }
    )
    frame.loc[:9, "patient"] = None
    frame.loc[10:19, "day"] = None
    frame.to_csv(folder / "t.csv", index=False)
    info = import_file(folder / "t.csv", folder / "datasets", progress=lambda *_: None, should_stop=lambda: False)
    assert info is not None
    return Dataset(info, folder / "datasets" / info.id)


def made(dataset: Dataset, **asked: Any) -> tuple[np.ndarray, Any]:
    frozen = part(dataset, SplitRequest(name=f"s{len(splits(dataset))}", **asked))
    return stored_cells(dataset, frozen), frozen


def test_that_a_random_split_has_its_shares_and_is_the_same_for_one_seed(dataset: Dataset) -> None:
    parts, frozen = made(dataset, kind="random", seed=3)
    assert frozen.rows == (360, 120, 120)
    assert (np.bincount(parts) == frozen.rows).all()
    again, other = made(dataset, kind="random", seed=3)
    assert (parts == again).all()
    assert other.hash == frozen.hash
    different, _ = made(dataset, kind="random", seed=4)
    assert (parts != different).any()


def test_that_a_stratified_split_gives_each_part_its_share_of_every_class(dataset: Dataset) -> None:
    parts, _ = made(dataset, kind="stratified", target="y")
    classes = dataset.table(["y"])["y"].to_numpy()
    for name in ("yes", "no", "rare"):
        counts = np.bincount(parts[classes == name], minlength=3)
        assert abs(counts - np.array([0.6, 0.2, 0.2]) * counts.sum()).max() <= 1


def test_that_no_beginning_is_on_two_sides(dataset: Dataset) -> None:
    parts, frozen = made(dataset, kind="prefix", column="mouse")
    assert frozen.sentence().startswith("by beginnings, “mouse”: ")
    by_mouse = pd.Series(parts).groupby(np.where(np.arange(ROWS) == 0, -1, np.arange(ROWS) // 6)).nunique()
    assert (by_mouse == 1).all()
    assert np.bincount(parts) / ROWS == pytest.approx([0.6, 0.2, 0.2], abs=0.02)
    with pytest.raises(UsageError, match="holds no words"):
        part(dataset, SplitRequest(name="x", kind="prefix", column="x"))


@pytest.mark.parametrize(
    ("word", "first"), [("309_15", "309"), ("a-b-3", "a-b"), ("x", "x"), ("_7", "_7"), ("", ""), ("é.é", "é")]
)
def test_that_a_beginning_is_what_stands_before_the_last_sign(word: str, first: str) -> None:
    assert beginning(word) == first


def test_that_no_group_is_on_two_sides(dataset: Dataset) -> None:
    parts, frozen = made(dataset, kind="group", column="patient")
    patient = dataset.table(["patient"])["patient"]
    assert pd.Series(parts).groupby(patient).nunique().max() == 1
    assert all(abs(rows - wanted) <= 15 for rows, wanted in zip(frozen.rows, (360, 120, 120), strict=True))


def test_that_time_never_runs_backwards(dataset: Dataset) -> None:
    parts, frozen = made(dataset, kind="time", column="day")
    day = dataset.table(["day"])["day"]
    known = day.notna().to_numpy()
    for early, late in ((0, 1), (1, 2)):
        assert day[known & (parts == early)].max() < day[known & (parts == late)].min()
    assert (parts[~known] == 0).all()
    assert frozen.notes == ("10 rows have no “day” and are for training.",)


def test_that_a_gap_is_left_out_between_the_parts(dataset: Dataset) -> None:
    parts, frozen = made(dataset, kind="time", column="day", gap=7)
    day = dataset.table(["day"])["day"]
    for early, late in ((0, 1), (1, 2)):
        assert day[parts == late].min() - day[parts == early].max() > pd.Timedelta(days=7)
    assert frozen.out == int((parts == OUT).sum()) > 0
    assert "lie within the gap" in frozen.notes[1]


def test_that_given_parts_are_taken(dataset: Dataset) -> None:
    parts, _ = made(dataset, kind="column", column="part")
    words = dataset.table(["part"])["part"]
    assert {(word, place) for word, place in zip(words, parts, strict=True)} == {("train", 0), ("dev", 1), ("test", 2)}
    parts, frozen = made(dataset, kind="column", column="half")
    words = dataset.table(["half"])["half"]
    assert ((parts == 2) == (words == "Holdout").to_numpy()).all()
    assert (parts == 1).sum() == round(0.2 * (words == "Training").sum())
    assert "taken from the training at random" in frozen.notes[0]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"kind": "group"}, "needs a column"),
        ({"kind": "stratified"}, "needs the target"),
        ({"kind": "group", "column": "patients"}, "no column"),
        ({"kind": "column", "column": "odd"}, "“odd” holds"),
        ({"kind": "column", "column": "x"}, "holds no words"),
        ({"kind": "time", "column": "odd"}, "no date and no number"),
        ({"kind": "random", "test": 0.9, "valid": 0.2}, "leave no rows for the fit"),
        ({"kind": "random", "folds": 2}, "2 folds cannot be made"),
        ({"kind": "random", "gap": 3.0}, "in order of time"),
        ({"kind": "time", "column": "x", "gap": 3.0}, "needs a date"),
        ({"kind": "random", "name": ""}, "has a name"),
        ({"kind": "group", "column": "odd"}, "no row is left for"),
    ],
)
def test_that_what_cannot_be_parted_is_refused_in_words(dataset: Dataset, asked: dict[str, Any], words: str) -> None:
    before = splits(dataset)
    with pytest.raises(UsageError, match=words):
        part(dataset, SplitRequest(**{"name": "wrong", **asked}))
    assert splits(dataset) == before


@pytest.mark.parametrize("kind", ["random", "stratified", "group"])
def test_that_each_row_is_once_in_the_test_of_folds(dataset: Dataset, kind: Any) -> None:
    cells, frozen = made(dataset, kind=kind, folds=5, column="patient" if kind == "group" else None, target="y")
    assert len(frozen.rows) == 5
    tests = np.zeros(ROWS)
    for fold in range(5):
        parts = parts_of(cells, frozen, fold)
        assert set(parts) == {0, 1, 2}
        tests += parts == 2
        if kind == "group":
            assert pd.Series(parts).groupby(dataset.table(["patient"])["patient"]).nunique().max() == 1
    assert (tests == 1).all()
    with pytest.raises(UsageError, match="no fold 5"):
        parts_of(cells, frozen, 5)


def test_that_folds_in_time_learn_from_the_past_alone(dataset: Dataset) -> None:
    cells, frozen = made(dataset, kind="time", column="day", folds=4)
    day = dataset.table(["day"])["day"]
    sizes = []
    for fold in range(4):
        parts = parts_of(cells, frozen, fold)
        known = day.notna().to_numpy()
        assert day[known & (parts == 0)].max() < day[parts == 1].min()
        assert day[parts == 1].max() < day[parts == 2].min()
        sizes.append(int((parts == 0).sum()))
    assert sizes == sorted(sizes)


def test_that_a_stored_split_is_never_changed(dataset: Dataset) -> None:
    first = part(dataset, SplitRequest(name="mine", kind="random", seed=1))
    assert part(dataset, SplitRequest(name=" mine ", kind="random", seed=1)) == first
    with pytest.raises(UsageError, match="never changed"):
        part(dataset, SplitRequest(name="mine", kind="random", seed=2))
    assert split_named(dataset, "mine") == first
    with pytest.raises(UsageError, match="no split named"):
        split_named(dataset, "yours")


def test_that_a_damaged_split_is_refused(dataset: Dataset) -> None:
    frozen = part(dataset, SplitRequest(name="hurt", kind="random", seed=9))
    other = part(dataset, SplitRequest(name="whole", kind="random", seed=10))
    files = {path.stem: path for path in (dataset.folder / "splits").glob("*.parquet")}
    whole = next(path for path in files.values() if path.read_bytes() and _is(dataset, path, other))
    hurt = next(path for path in files.values() if _is(dataset, path, frozen))
    hurt.write_bytes(whole.read_bytes())
    with pytest.raises(StorageError, match="not what was stored"):
        stored_cells(dataset, frozen)
    hurt.write_bytes(b"PAR1")
    with pytest.raises(StorageError, match="cannot be read"):
        stored_cells(dataset, frozen)
    hurt.with_suffix(".json").write_bytes(b"{")
    assert "hurt" not in {one.name for one in splits(dataset)}


def _is(dataset: Dataset, path: Path, frozen: Any) -> bool:
    record = path.with_suffix(".json").read_text()
    return f'"{frozen.name}"' in record


@given(
    st.lists(st.integers(0, 30), min_size=10, max_size=300), st.integers(0, 99), st.sampled_from([0, 3, 5]),
    st.floats(0.1, 0.4), st.floats(0.1, 0.4),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_that_groups_stay_whole_whatever_they_are(
    groups: list[int], seed: int, folds: int, valid: float, test: float
) -> None:
    request = SplitRequest(name="s", kind="group", column="g", seed=seed, folds=folds, valid=valid, test=test)
    codes = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    parts = by_group(codes, request)
    assert pd.Series(parts).groupby(codes).nunique().max() == 1
    assert (parts == by_group(codes, request)).all()
    # No part has more than its share and one group.
    shares = [1 / folds] * folds if folds else [1 - valid - test, valid, test]
    largest = np.bincount(codes).max()
    for number, share in enumerate(shares):
        assert (parts == number).sum() <= share * len(groups) + largest


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 50)), min_size=8, max_size=200), st.sampled_from([0, 3, 6]),
    st.floats(0.1, 0.4), st.floats(0.1, 0.4),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_that_moments_are_never_parted(times: list[int | None], folds: int, valid: float, test: float) -> None:
    request = SplitRequest(name="s", kind="time", column="t", folds=folds, valid=valid, test=test)
    known = np.array([time is not None for time in times])
    numbers = np.array([time or 0 for time in times], dtype=np.int64)
    parts, _ = in_time(Values("integer", known, numbers=numbers), request)
    order = np.argsort(numbers[known], kind="stable")
    assert (np.diff(parts[known][order]) >= 0).all()
    assert pd.Series(parts[known]).groupby(numbers[known]).nunique().max() == 1 if known.any() else True
    assert set(parts) <= set(range(places(request)))


def test_that_a_name_is_trimmed() -> None:
    assert checked(SplitRequest(name="  by patient ", kind="random")).name == "by patient"
