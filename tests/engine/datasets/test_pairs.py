"""Two columns together, held against scipy and pandas."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import association, crosstab

from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.profiles import associations as associations_module
from aetheron_desktop.engine.datasets.profiles import pair_words, pictures
from aetheron_desktop.engine.datasets.profiles.associations import associations, correlation, cramer, ranked, ratio
from aetheron_desktop.engine.datasets.profiles.marking import found_rows, marked_counts
from aetheron_desktop.engine.datasets.profiles.pairs import (
    Associations,
    Boxes,
    Condition,
    FoundRows,
    Heat,
    Hexagons,
    MarkedCounts,
    MarkedQuestion,
    PairQuestion,
    PairsQuestion,
    RowsQuestion,
    Scatter,
)
from aetheron_desktop.engine.datasets.staging import Stopped
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.jobs import asking
from tests.engine.datasets.profiles import made

ROWS = 2_000


def table(rows: int = ROWS) -> pa.Table:
    rng = np.random.default_rng(0)
    x = rng.normal(size=rows)
    colour = rng.choice(["red", "green", "blue"], rows)
    return pa.table(
        {
            "x": pa.array(x, mask=rng.random(rows) < 0.1),
            "y": 2 * x + rng.normal(size=rows),
            "count": rng.integers(0, 5, rows),
            "colour": pa.array(colour, mask=rng.random(rows) < 0.1),
            "shade": np.where(rng.random(rows) < 0.8, colour, "grey"),
            "level": np.where(colour == "red", 5.0, 1.0) + rng.normal(size=rows),
            "truth": rng.random(rows) < 0.4,
            "when": pa.array(pd.Timestamp("1890-05-05") + pd.to_timedelta(np.arange(rows), unit="D")).cast(
                pa.timestamp("us")
            ),
            "same": np.ones(rows),
        }
    )


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return made(tmp_path, table(), group=300)


def heard(ask: Callable[..., None], dataset: Dataset, question: Any, *more: Any) -> list[Any]:
    """Give what is told, as it comes out of the worker's pipe."""
    answers: list[Any] = []

    def hear(answer: Any) -> None:
        answers.append(asking.told(msgspec.json.decode(msgspec.json.encode(answer))))

    ask(dataset, question, hear, *more, lambda: False)
    return answers


def matrix(dataset: Dataset, **asked: Any) -> Associations:
    question = PairsQuestion(dataset="a", **asked)
    (found,) = heard(associations, dataset, question, lambda *_: None)
    assert isinstance(found, Associations)
    return found


def value(found: Associations, first: str, second: str) -> float | None:
    names = {first, second}
    return next(one.value for one in found.cells if {found.columns[one.first], found.columns[one.second]} == names)


def test_that_the_matrix_agrees_with_pandas_and_scipy(dataset: Dataset) -> None:
    frame = dataset.table().assign(when=lambda frame: frame["when"].astype("int64"))
    for ranks, method in ((False, "pearson"), (True, "spearman")):
        found = matrix(dataset, ranks=ranks)
        wanted = frame[["x", "y", "count", "level", "when"]].corr(method=method)
        for first in wanted:
            for second in wanted:
                if first < second:
                    assert value(found, first, second) == pytest.approx(wanted.loc[first, second], abs=1e-9)
    assert found.left_out == {"same": "has one value alone"}
    assert found.sampled == ROWS
    groups = [part["level"].to_numpy() for _, part in frame.dropna(subset="colour").groupby("colour")]
    together = np.concatenate(groups)
    within = sum(np.square(part - part.mean()).sum() for part in groups)
    eta = 1 - within / np.square(together - together.mean()).sum()
    unbiased = 1 - (1 - eta) * (len(together) - 1) / (len(together) - 3)
    assert value(matrix(dataset), "colour", "level") == pytest.approx(math.sqrt(unbiased), abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=5, max_size=60))
@settings(max_examples=100, deadline=None)
def test_that_cramers_v_is_bergsmas(rows: list[tuple[int, int]]) -> None:
    first, second = (np.array(side) for side in zip(*rows, strict=True))
    found = cramer(first, second)
    _, counts = crosstab(first, second)
    if min(counts.shape) < 2:
        assert found is None
        return
    biased = association(counts, method="cramer", correction=False)
    rows_, (down, across) = len(first), counts.shape
    phi = biased**2 * (min(counts.shape) - 1)
    phi = max(0, phi - (down - 1) * (across - 1) / (rows_ - 1))
    least = min(down - (down - 1) ** 2 / (rows_ - 1), across - (across - 1) ** 2 / (rows_ - 1)) - 1
    assert found == pytest.approx(min(1, math.sqrt(phi / least)) if least > 0 else 0, abs=1e-6)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=40))
def test_that_ranks_are_those_of_scipy(numbers: list[int]) -> None:
    assert ranked(np.array(numbers, dtype=float)).tolist() == stats.rankdata(numbers).tolist()


def test_that_what_cannot_be_told_is_not_told() -> None:
    ones, numbers = np.ones(5), np.arange(5.0)
    assert correlation(ones, numbers) is None
    assert correlation(numbers[:2], numbers[:2]) is None
    assert ratio(np.zeros(5, dtype=np.int64), numbers) is None
    assert ratio(np.arange(5), ones) is None
    assert ratio(np.arange(5), numbers) == 0, "an identifier has no categories"
    assert ratio(np.empty(0, dtype=np.int64), np.empty(0)) is None


def test_that_of_many_columns_the_closest_are_taken_and_names_are_searched(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    target = rng.normal(size=300)
    near = {f"near {place}": target + rng.normal(size=300) * 0.2 for place in range(5)}
    far = {f"far {place}": rng.normal(size=300) for place in range(600)}
    dataset = made(tmp_path, pa.table({**far, **near, "target": target}))
    found = matrix(dataset, focus="target", most=6)
    assert set(found.columns) == {*near, "target"}
    assert found.of == 606
    assert pair_words.shown(found) == "6 columns of 606, those that go together most"
    searched = matrix(dataset, focus="target", containing="FAR 59", most=50)
    assert set(searched.columns) == {"far 59", *(f"far {place}" for place in range(590, 600)), "target"}


def test_that_a_long_table_is_sampled_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(associations_module, "ROWS", 1_500)
    dataset = made(tmp_path, table(30_000), group=5_000)
    found = matrix(dataset)
    assert found.sampled == 1_500
    assert pair_words.sampled(found) == "Sample of 1,500 of 30,000 rows"
    assert value(found, "x", "y") == pytest.approx(2 / math.sqrt(5), abs=0.03)


def drawn(dataset: Dataset, x: str, y: str) -> list[Any]:
    return heard(pictures.pictures, dataset, PairQuestion(dataset="a", x=x, y=y))


def test_that_points_are_rows_and_hexagons_hold_all(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "POINTS", 500)
    points, hexagons = drawn(dataset, "x", "y")
    assert isinstance(points, Scatter)
    assert isinstance(hexagons, Hexagons)
    frame = dataset.table()
    there = frame.dropna(subset="x")
    assert points.sampled == len(points.xs) == 500
    assert frame["x"][list(points.places)].tolist() == list(points.xs)
    assert frame["y"][list(points.places)].tolist() == list(points.ys)
    assert hexagons.rows == len(there)
    assert sum(hexagons.counts) + hexagons.outside == len(there)
    assert points.words.startswith("Pearson’s correlation: 0.9") or points.words.startswith(
        "Pearson’s correlation: 0.8"
    )


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 20)), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_that_a_point_is_in_the_nearest_hexagon(points: list[tuple[float, float]]) -> None:
    x, y = (np.array(side) for side in zip(*points, strict=True))
    across, down = pictures.hexagon(x, y)
    middles = [(i / 2, j / 2) for i in range(-1, 43) for j in range(-1, 43) if i % 2 == j % 2]
    for place in range(len(x)):
        near = min((x[place] - i) ** 2 + 3 * (y[place] - j) ** 2 for i, j in middles)
        ours = (x[place] - across[place] / 2) ** 2 + 3 * (y[place] - down[place] / 2) ** 2
        assert ours == pytest.approx(near, abs=1e-9)
        assert across[place] % 2 == down[place] % 2


def test_that_far_values_do_not_squeeze_the_hexagons(tmp_path: Path) -> None:
    x = np.append(np.random.default_rng(0).normal(size=5_000), [1e12, np.inf, np.nan])
    _, hexagons = drawn(made(tmp_path, pa.table({"x": x, "y": x})), "x", "y")
    assert hexagons.x.high < 10
    assert hexagons.rows == 5_001
    assert 1 <= hexagons.outside < 30


def test_that_a_heat_map_is_the_cross_table(dataset: Dataset) -> None:
    (heat,) = drawn(dataset, "colour", "shade")
    assert isinstance(heat, Heat)
    frame = dataset.table()
    wanted = pd.crosstab(frame["shade"], frame["colour"])
    told = pd.DataFrame(heat.counts, index=list(heat.ys), columns=list(heat.xs))
    assert told.loc[wanted.index, wanted.columns].to_numpy().tolist() == wanted.to_numpy().tolist()
    assert not heat.x_others
    assert heat.words.startswith("Cramér’s V")
    assert "rows" in pair_words.heat(heat, 0, 0)


def test_that_many_values_are_joined_as_others(tmp_path: Path) -> None:
    names = [f"value {place:02}" for place in range(30) for _ in range(30 - place)]
    (heat,) = drawn(made(tmp_path, pa.table({"a": names, "b": names})), "a", "b")
    assert heat.xs[-1] == heat.ys[-1] == "others"
    assert heat.x_others
    assert sum(map(sum, heat.counts)) == len(names)
    assert heat.counts[-1][-1] == sum(range(1, 11))


def test_that_boxes_are_quartiles_and_tukeys_whiskers(dataset: Dataset) -> None:
    (boxes,) = drawn(dataset, "level", "colour")
    assert isinstance(boxes, Boxes)
    assert boxes.words_column == "colour"
    frame = dataset.table().dropna(subset="colour")
    for box in boxes.boxes:
        inside = frame["level"][frame["colour"] == box.label].to_numpy()
        wanted = np.quantile(inside, [0.25, 0.5, 0.75], method="inverted_cdf")
        assert [box.first, box.median, box.third] == wanted.tolist()
        reach = 1.5 * (box.third - box.first)
        kept = inside[(inside >= box.first - reach) & (inside <= box.third + reach)]
        assert (box.low, box.high, box.outliers) == (kept.min(), kept.max(), len(inside) - len(kept))
        assert box.mean == pytest.approx(inside.mean())
        assert box.label in pair_words.box(boxes, box)


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([], pa.float64()),
        pa.nulls(4, pa.float64()),
        pa.array([1.0]),
        pa.array([float("inf"), float("nan")]),
        pa.array([1.7e308, -1.7e308, 0.0]),
        pa.array([2**62, 2**62]),
        pa.array(["a"]),
        pa.array([], pa.string()),
        pa.nulls(3, pa.string()),
        pa.array([True, False]),
        pa.array([None, None, pd.Timestamp("1850-01-01")], pa.timestamp("us")),
    ],
    ids=str,
)
def test_that_edges_of_tables_have_pictures_and_travel(cells: pa.Array, tmp_path: Path) -> None:
    others = {"n": pa.array(np.arange(len(cells))), "w": pa.array(["a", "b", "c", "d"][: len(cells)], pa.string())}
    dataset = made(tmp_path, pa.table({"x": cells, **others}))
    for y in ("x", "n", "w"):
        assert drawn(dataset, "x", y)
    assert matrix(dataset).columns is not None


def test_that_rows_of_a_region_are_found_and_counted_in_another_plot(dataset: Dataset) -> None:
    frame = dataset.table()
    conditions = (Condition(column="y", low=0.0, high=1.0), Condition(column="colour", values=("red", "blue")))
    (found,) = heard(found_rows, dataset, RowsQuestion(dataset="a", conditions=conditions))
    assert isinstance(found, FoundRows)
    chosen = frame["y"].between(0, 1) & frame["colour"].isin(["red", "blue"])
    assert list(found.places) == np.flatnonzero(chosen).tolist()
    assert found.total == chosen.sum()
    edges = (-3.0, -1.0, 0.0, 1.0, 3.0)
    asked = MarkedQuestion(dataset="a", column="level", places=found.places, scope="robust", edges=edges)
    (counts,) = heard(marked_counts, dataset, asked)
    assert isinstance(counts, MarkedCounts)
    assert list(counts.counts) == np.histogram(frame["level"][chosen], bins=edges)[0].tolist()
    asked = MarkedQuestion(dataset="a", column="shade", places=found.places, values=("grey", "red", "?"))
    (counts,) = heard(marked_counts, dataset, asked)
    assert list(counts.counts) == [int((frame["shade"][chosen] == word).sum()) for word in ("grey", "red", "?")]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition(column="x", low=1.0, high=2.0), [0, 1]),
        (Condition(column="x", low=1.0, high=2.0, is_open=True), [0]),
        (Condition(column="x", values=("2",)), [1]),
        (Condition(column="x", is_missing=True), [2]),
        (Condition(column="word", values=("ä",)), [0]),
        (Condition(column="word", low=0, high=1), []),
        (Condition(column="word", is_missing=True), [2]),
        (Condition(column="when", values=("1850-01-01",)), [0]),
        (Condition(column="long", values=("z" * 200,)), [0, 1]),
        (Condition(column="truth", values=("true",)), [0]),
    ],
)
def test_that_each_kind_of_condition_is_met(condition: Condition, expected: list[int], tmp_path: Path) -> None:
    cells = pa.table(
        {
            "x": [1.0, 2.0, None],
            "word": ["ä", "b", None],
            "when": pa.array([pd.Timestamp("1850-01-01"), None, None], pa.timestamp("us")),
            "long": ["z" * 200, "z" * 300, "z"],
            "truth": [True, False, None],
        }
    )
    (found,) = heard(found_rows, made(tmp_path, cells), RowsQuestion(dataset="a", conditions=(condition,)))
    assert list(found.places) == expected


def test_that_it_stops_and_refuses_wrong_names(dataset: Dataset) -> None:
    with pytest.raises(Stopped):
        associations(dataset, PairsQuestion(dataset="a"), lambda _: None, lambda *_: None, lambda: True)
    with pytest.raises(UsageError, match="There is no column 'z'"):
        drawn(dataset, "x", "z")
