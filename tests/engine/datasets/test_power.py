"""How a column goes with the target, held against scikit-learn and pandas."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from aetheron_desktop.engine.datasets.profiles.cells import values
from aetheron_desktop.engine.datasets.profiles.cuts import cut
from aetheron_desktop.engine.datasets.profiles.measure import in_order
from aetheron_desktop.engine.datasets.profiles.power import MORE, folds, power
from tests.engine.datasets.profiles import against, made

ROWS = 4_000


def test_that_the_dummy_and_the_bins_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    bins = rng.integers(0, 6, ROWS)
    target = bins * 2.0 + rng.normal(size=ROWS)
    found = power(bins, target)
    split = PredefinedSplit(folds(ROWS))
    dummy = cross_val_predict(DummyRegressor(), bins[:, None], target, cv=split)
    assert found.dummy_loss == pytest.approx(np.square(dummy - target).mean(), rel=1e-4)
    guess = np.empty(ROWS)
    for train, test in split.split():
        mean = target[train].mean()
        for at in range(6):
            inside = target[train][bins[train] == at]
            guess[test[bins[test] == at]] = (inside.sum() + MORE * mean) / (len(inside) + MORE)
    assert found.loss == pytest.approx(np.square(guess - target).mean(), rel=1e-9)
    assert found.power == pytest.approx(1 - found.loss / found.dummy_loss, rel=1e-9)  # type: ignore[operator]


def test_that_the_loss_of_classes_is_the_brier_score() -> None:
    rng = np.random.default_rng(1)
    bins, target = np.zeros(ROWS, dtype=np.int64), rng.choice(3, ROWS, p=[0.6, 0.3, 0.1])
    shares = cross_val_predict(
        DummyClassifier(), bins[:, None], target, cv=PredefinedSplit(folds(ROWS)), method="predict_proba"
    )
    truth = OneHotEncoder(sparse_output=False).fit_transform(target[:, None])
    found = power(bins, target)
    assert found.dummy_loss == pytest.approx(np.square(shares - truth).sum(axis=1).mean(), rel=1e-4)
    assert found.power == 0


def test_that_a_number_comes_near_to_a_small_tree() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=ROWS)
    target = (rng.random(ROWS) < 1 / (1 + np.exp(-3 * np.sin(2 * x)))).astype(np.int64)
    cells = values(pa.chunked_array([pa.array(x)]))
    ours = power(cut(cells, in_order(cells)).bins, target)
    tree = DecisionTreeClassifier(max_leaf_nodes=30, min_samples_leaf=40)
    shares = cross_val_predict(tree, x[:, None], target, cv=PredefinedSplit(folds(ROWS)), method="predict_proba")
    theirs = 1 - np.square(shares[:, 1] - target).mean() * 2 / ours.dummy_loss  # type: ignore[operator]
    assert ours.power == pytest.approx(theirs, abs=0.03)


def test_that_a_leak_tells_all_and_an_identifier_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    target = rng.choice(["yes", "no"], ROWS)
    table = pa.table(
        {
            "leak": np.where(target == "yes", 1, 0),
            "id": [f"row {place}" for place in range(ROWS)],
            "number": np.arange(ROWS),
            "noise": rng.normal(size=ROWS),
            "holes": pa.array(np.ones(ROWS), mask=target == "yes"),
            "target": target,
        }
    )
    dataset = made(tmp_path, table)
    found = {name: against(dataset, name, "target").power for name in table.column_names[:-1]}
    assert found["leak"] == pytest.approx(1, abs=0.001)
    assert found["holes"] == pytest.approx(1, abs=0.001), "that a cell is missing may tell everything"
    assert max(found["id"] or 0, found["number"] or 0, found["noise"] or 0) < 0.02


def test_that_bins_of_a_number_have_the_mean_and_its_interval(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=ROWS)
    y = 3 * x + rng.normal(size=ROWS)
    dataset = made(tmp_path, pa.table({"x": pa.array(x, mask=x > 2), "y": y}))
    found = against(dataset, "x", "y")
    assert found.task == "regression"
    assert sum(one.rows for one in found.bins) == ROWS
    assert found.bins[-1].label == "missing"
    for one in found.bins[:-1]:
        assert one.low is not None
        assert one.high is not None
        inside = y[(x >= one.low) & (x <= one.high)]
        estimate = one.estimates[0]
        low, high = stats.t.interval(0.95, len(inside) - 1, inside.mean(), stats.sem(inside))
        assert one.rows == len(inside)
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx((inside.mean(), low, high), rel=1e-3)
    sizes = [one.rows for one in found.bins[:-1]]
    assert max(sizes) - min(sizes) < 0.25 * max(sizes)


def test_that_classes_are_shared_out_as_in_a_cross_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    word = rng.choice([*"abcdefghijklmno"], ROWS)
    target = rng.choice([*"pqrstuvwxyz"], ROWS)
    x = rng.normal(size=ROWS)
    dataset = made(tmp_path, pa.table({"word": word, "x": x, "target": target}))
    found = against(dataset, "word", "target")
    assert len(found.classes) == 8
    assert found.classes[-1] == "others"
    shares = pd.crosstab(word, target, normalize="index")
    for one in found.bins[:-1]:
        told = [estimate.value for estimate in one.estimates[:7]]
        assert told == pytest.approx([shares.loc[one.label, name] for name in found.classes[:7]])
        assert sum(estimate.value or 0 for estimate in one.estimates) == pytest.approx(1)
    assert found.bins[-1].label == "others"
    number = against(dataset, "x", "target")
    for name, counts in zip(number.classes[:7], number.by_class, strict=False):
        assert list(counts) == np.histogram(x[target == name], bins=number.edges)[0].tolist()


@pytest.mark.parametrize("task", ["regression", "multiclass", None])
def test_that_targets_at_the_edge_have_an_answer(tmp_path: Path, task: str | None) -> None:
    table = pa.table(
        {
            "x": pa.array([1.0, None, float("inf"), 2.0]),
            "none": pa.nulls(4, pa.float64()),
            "same": [1, 1, 1, 1],
            "huge": [1.7e308, -1.7e308, 1e308, 0.0],
            "nothing": pa.nulls(4, pa.string()),
        }
    )
    dataset = made(tmp_path, table)
    for target in table.column_names:
        for name in table.column_names:
            if name != target:
                found = against(dataset, name, target, task)  # type: ignore[arg-type]
                assert found.power is None
                assert sum(one.rows for one in found.bins) == found.sampled
