"""Symmetric trees: CatBoost gives what their arrays say, and only arrays that suit each other are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.estimators.catboost_form import MISSING, Trees, hash_of, joined, read
from aetheron_desktop.engine.estimators.symmetric import SymmetricClassesPredictor, SymmetricPredictor

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH = 5


def arrays(seed: int = 0, depths: tuple[int, ...] = (2, 3), outputs: int = 1) -> dict[str, Any]:
    """Give trees of these depths over numbers and the codes of the first two of five features."""
    rng = np.random.default_rng(seed)
    asked = sum(depths)
    feature = rng.integers(0, WIDTH, asked)
    is_code = (feature < 2).astype(np.int64)
    number = rng.choice([*rng.normal(size=6).astype(np.float32), np.float32(-3.4028235e38)], asked).astype(np.float64)
    return {
        "feature": feature,
        "border": np.where(is_code == 1, rng.choice([0.0, 1.0, 7.0, MISSING], asked), number),
        "is_code": is_code,
        "depth": np.array(depths, dtype=np.int64),
        "leaf": rng.normal(size=(sum(2**depth for depth in depths), outputs)),
        "start": rng.normal(size=outputs),
        "width": np.array([WIDTH]),
    }


def rows(seed: int, count: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    made = rng.normal(size=(count, WIDTH))
    made[:, :2] = rng.choice([0.0, 1.0, 2.0, 7.0, np.nan], (count, 2))
    strange = rng.choice([np.nan, np.inf, -np.inf, 1e300, -3.4028235e38], (count, WIDTH - 2))
    made[:, 2:] = np.where(rng.random(strange.shape) < 0.2, strange, made[:, 2:])
    return made


def followed(told: dict[str, Any], given_: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what the arrays say, question by question and row by row."""
    made = np.zeros((len(given_), len(told["start"])))
    with np.errstate(over="ignore"):
        single = given_.astype(np.float32)
    for number, row in enumerate(single):
        asked = first = 0
        for depth in told["depth"]:
            leaf = 0
            for bit in range(depth):
                value, border = row[told["feature"][asked]], told["border"][asked]
                if told["is_code"][asked]:
                    leaf |= (value == border or (border == MISSING and np.isnan(value))) << bit
                else:
                    leaf |= bool(value > np.float32(border)) << bit
                asked += 1
            made[number] += told["leaf"][first + leaf]
            first += 1 << depth
    return made + told["start"]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    depths=st.lists(st.integers(0, 6), max_size=7),
    outputs=st.sampled_from([1, 3]),
    count=st.integers(0, 9),
)
def test_that_it_predicts_what_its_arrays_say(seed: int, depths: list[int], outputs: int, count: int) -> None:
    told = arrays(seed, tuple(depths), outputs)
    asked = rows(seed, count)
    kind = SymmetricClassesPredictor if outputs > 1 else SymmetricPredictor
    made = kind.made_of(told, outputs if outputs > 1 else 0)
    np.testing.assert_array_equal(made.sums(asked), followed(told, asked))
    assert made.predict(asked).shape == ((count, outputs) if outputs > 1 else (count,))


def test_that_blocks_of_rows_and_threads_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    made, asked = SymmetricPredictor.made_of(arrays(1, (6,) * 30), 0), rows(1, 3_000)
    whole = made.predict(asked)
    monkeypatch.setattr("aetheron_desktop.engine.estimators.symmetric._BLOCK_VALUES", 700)
    np.testing.assert_array_equal(made.predict(asked), whole)
    np.testing.assert_array_equal(made.predict(asked[17:18]), whole[17:18])


def test_that_other_features_are_refused() -> None:
    with pytest.raises(ValueError, match="5 features, not 4"):
        SymmetricPredictor.made_of(arrays(), 0).predict(np.zeros((2, WIDTH - 1)))


def changed(name: str, value: float) -> NDArray[Any]:
    made: NDArray[Any] = arrays()[name].copy()
    made.flat[0] = value
    return made


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("feature", changed("feature", WIDTH)),
        ("feature", changed("feature", -1)),
        ("feature", changed("feature", 0).astype(np.float64)),
        ("border", changed("border", 1e300)),
        ("border", np.full(5, 0.1)),
        ("border", np.full(5, -1.0) * arrays()["is_code"]),
        ("border", np.zeros(4)),
        ("is_code", changed("is_code", 2)),
        ("depth", np.array([2, 2])),
        ("depth", np.array([5])),
        ("depth", np.array([-1, 6])),
        ("depth", np.array([2, 3, 62])),
        ("leaf", np.zeros((11, 1))),
        ("leaf", np.zeros((12, 2))),
        ("start", np.zeros(2)),
        ("width", np.array([0])),
        ("width", np.array([10**9])),
        ("width", np.array([5, 5])),
    ],
)
def test_that_arrays_that_would_lead_astray_are_refused(name: str, values: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="it"):
        SymmetricPredictor.made_of(arrays() | {name: values}, 0)


def test_that_the_first_trees_are_the_first_of_all() -> None:
    parts = [Trees(**{name: arrays(seed, (3, 2, 4))[name] for name in Trees.__slots__}) for seed in (1, 2)]
    whole = joined(parts, 1)
    assert whole.depth.tolist() == [3, 2, 4, 3, 2, 4]
    for count in range(7):
        some = whole.first(count)
        assert len(some.depth) == count
        assert len(some.border) == some.depth.sum()
        np.testing.assert_array_equal(some.leaf, whole.leaf[: sum(2**depth for depth in some.depth)])
    assert joined([], 3).leaf.shape == (0, 3)


def test_that_a_category_has_the_number_that_catboost_gives_it() -> None:
    import pandas as pd
    from catboost import CatBoost, Pool

    codes = np.repeat(np.arange(255), 2)
    # Each category is worth its own: so each is asked for by some tree.
    value = np.random.default_rng(0).permutation(255)[codes].astype(float)
    pool = Pool(pd.DataFrame({"code": codes}), value, cat_features=[0])
    told = {"one_hot_max_size": 255, "depth": 8, "iterations": 60, "learning_rate": 1.0, "boost_from_average": False}
    model = CatBoost(told | {"logging_level": "Silent", "allow_writing_files": False, "thread_count": 1}).fit(pool)
    trees = read(model._serialize_model())
    assert len(set(trees.border.tolist())) > 200
    assert len({hash_of(code) for code in range(255)}) == 255
    made = SymmetricPredictor(
        trees.feature, trees.border, trees.is_code, trees.depth, trees.leaf, np.zeros(1), np.array([1])
    )
    asked = np.where(codes == MISSING, np.nan, codes)[:, None]
    np.testing.assert_array_equal(made.predict(asked), model.predict(pool))


def test_that_what_is_not_known_is_not_read() -> None:
    with pytest.raises(ValueError, match="another form"):
        read(b"CBM2" + (b"\x08\0\0\0" + b"\0" * 28))
