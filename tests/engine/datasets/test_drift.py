"""Drift: the figures are those of scipy and of the formulas; planted drift is found, and chance is not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from aetheron_desktop.engine.datasets.comparing.drift import ColumnDrift, Drifted, DriftQuestion, words
from aetheron_desktop.engine.datasets.comparing.drifting import drift, jensen_shannon, psi
from aetheron_desktop.engine.datasets.dataset import Dataset
from aetheron_desktop.engine.datasets.schema import ColumnType
from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest
from aetheron_desktop.engine.datasets.splitting.parting import part
from aetheron_desktop.engine.datasets.staging import Stopped
from tests.tables import made_dataset

TYPES: dict[str, ColumnType] = {"city": "category", "day": "date", "truth": "boolean", "few": "integer"}
ROWS = 4_000


def table(seed: int, rows: int = ROWS) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "x": random.normal(10, 2, rows),
            "few": random.integers(0, 5, rows),
            "city": random.choice(["Ulm", "Bonn", "Kiel"], rows),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 300, rows), "D"),
            "truth": random.random(rows) < 0.3,
        }
    )


def drifted(
    folder: Path, before: pd.DataFrame, after: pd.DataFrame, **types: ColumnType
) -> tuple[dict[str, ColumnDrift], Drifted]:
    first = made_dataset(folder / "a", before, TYPES, "x")
    second = made_dataset(folder / "b", after, {**TYPES, **types}, "x")
    return compared(first, second, DriftQuestion(reference="a", current="b"))


def compared(first: Dataset, second: Dataset, question: DriftQuestion) -> tuple[dict[str, ColumnDrift], Drifted]:
    told: list[ColumnDrift | Drifted] = []
    drift(first, second, question, told.append, lambda *_: None, lambda: False)
    end = told[-1]
    assert isinstance(end, Drifted)
    return {one.column: one for one in told if isinstance(one, ColumnDrift)}, end


def test_that_two_samples_of_one_source_are_alike(tmp_path: Path) -> None:
    found, end = drifted(tmp_path, table(0), table(1))
    assert set(found) == {"x", "few", "city", "day", "truth"}
    assert {one.severity for one in found.values()} == {"little"}
    assert end.rows == (ROWS, ROWS)
    assert not end.only_before + end.only_after + end.other_kind


def test_that_a_planted_drift_is_found_and_measured(tmp_path: Path) -> None:
    after = table(1)
    after["x"] += 2
    after["few"] += 3
    after.loc[:999, "city"] = "Jena"
    after["city"] = after["city"].replace("Kiel", "Ulm")
    after["truth"] = after["truth"].astype("boolean")
    after.loc[::4, "truth"] = None
    after["day"] += pd.Timedelta(days=200)
    found, _ = drifted(tmp_path, table(0), after)
    assert {name: one.severity for name, one in found.items()} == dict.fromkeys(found, "much")
    expected = wasserstein_distance(table(0)["x"], after["x"]) / table(0)["x"].std(ddof=0)
    assert found["x"].wasserstein == pytest.approx(expected, rel=0.01)
    assert found["city"].new == (("Jena", 0.25),)
    assert [word for word, _ in found["city"].gone] == ["Kiel"]
    assert found["truth"].missing == (0.0, 0.25)
    assert found["truth"].labels[-1] == "missing"
    assert "moved by 0.99 standard deviations" in words(found["x"]) or "moved by 1.0" in words(found["x"])
    assert "new: “Jena”, 25.0 % of the rows" in words(found["city"])
    assert "0.0 % were missing, now 25.0 %" in words(found["truth"])


def test_that_the_shares_are_those_of_the_table(tmp_path: Path) -> None:
    before, after = table(0), table(1)
    after.loc[:99, "city"] = None
    found, _ = drifted(tmp_path, before, after)
    for side, frame in enumerate((before, after)):
        wanted = frame["city"].fillna("missing").value_counts(normalize=True)
        assert dict(zip(found["city"].labels, found["city"].shares[side], strict=True)) == pytest.approx(
            {name: wanted.get(name, 0.0) for name in found["city"].labels}
        )
        assert sum(found["x"].shares[side]) == pytest.approx(1)
    assert found["x"].shares[0] == pytest.approx([0.1] * 10, abs=0.001)


def test_that_columns_of_one_table_or_of_another_kind_are_told(tmp_path: Path) -> None:
    after = table(1).drop(columns="day").assign(new=1.0, few="a")
    found, end = drifted(tmp_path, table(0), after, few="category")
    assert (end.only_before, end.only_after, end.other_kind) == (("day",), ("new",), ("few",))
    assert set(found) == {"x", "city", "truth"}


def test_that_the_parts_of_a_split_are_compared(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path / "a", table(0), TYPES, "x")
    part(dataset, SplitRequest(name="late", kind="time", column="day"))
    part(dataset, SplitRequest(name="even", kind="random"))
    late, end = compared(dataset, dataset, DriftQuestion(reference="a", current="a", split="late"))
    assert late["day"].severity == "much"
    assert late["x"].severity == "little"
    assert sum(end.rows) < ROWS
    even, end = compared(dataset, dataset, DriftQuestion(reference="a", current="a", split="even"))
    assert {one.severity for one in even.values()} == {"little"}
    assert end.rows == (2400, 800)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_that_small_and_empty_tables_are_compared(tmp_path: Path, rows: int) -> None:
    before = table(0, 5)
    after = table(1, 5).iloc[:rows].assign(x=None if rows == 1 else 1.0)
    found, end = drifted(tmp_path, before, after.astype({"x": "float64"}))
    assert end.rows == (5, rows)
    for one in found.values():
        assert np.isfinite([one.psi, one.js]).all()


def test_that_a_stop_is_heard(tmp_path: Path) -> None:
    dataset = made_dataset(tmp_path / "a", table(0), TYPES, "x")
    with pytest.raises(Stopped):
        drift(
            dataset, dataset, DriftQuestion(reference="a", current="a"), lambda _: None, lambda *_: None, lambda: True
        )


@given(arrays(np.int64, (2, 6), elements=st.integers(0, 1000)).filter(lambda counts: bool(counts.sum(axis=1).all())))
@settings(max_examples=100, deadline=None)
def test_that_the_distances_are_those_of_their_definitions(counts: np.ndarray) -> None:
    a, b = counts / counts.sum(axis=1, keepdims=True)
    assert jensen_shannon(counts) == pytest.approx(jensenshannon(a, b, base=2), abs=1e-6)
    assert psi(counts) >= -1e-12
    assert psi(counts) == pytest.approx(psi(counts[::-1]))
    assert psi(np.vstack([counts[0], counts[0]])) == pytest.approx(0)
