"""Trees of a forest on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier

from aetheron_desktop.engine.estimators.arrays import read_arrays, write_arrays
from aetheron_desktop.engine.estimators.grown import fill_forest, read_trees, write_trees

if TYPE_CHECKING:
    from pathlib import Path


def grown(kind: Any = RandomForestClassifier) -> tuple[Any, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(80, 3))
    return kind(6, random_state=1, warm_start=True).fit(rows, np.arange(80) % 3), rows


@pytest.mark.parametrize("kind", [RandomForestClassifier, ExtraTreesRegressor])
def test_that_trees_come_back_as_they_were(kind: Any, tmp_path: Path) -> None:
    forest, rows = grown(kind)
    classes = len(getattr(forest, "classes_", ()))
    write_trees(tmp_path, None, forest.estimators_)
    again = kind(1, random_state=1, warm_start=True)
    trees = read_trees(tmp_path, again, 3, classes)
    for tree, before in zip(trees, forest.estimators_, strict=True):
        assert tree.get_params() == before.get_params()
        assert vars(tree).keys() == vars(before).keys()
        assert tree.max_features_ == before.max_features_
    fill_forest(again, trees, 3, classes)
    ask = "predict_proba" if classes else "predict"
    assert np.array_equal(getattr(again, ask)(rows), getattr(forest, ask)(rows))


def test_that_only_later_trees_are_written_again(tmp_path: Path) -> None:
    forest, _ = grown()
    folders = [tmp_path / name for name in "abc"]
    for folder, before, count in zip(folders, (None, *folders), (2, 5, 5), strict=False):
        folder.mkdir()
        write_trees(folder, before, forest.estimators_[:count])
    pieces = [sorted(piece.name for piece in folder.iterdir()) for folder in folders]
    assert pieces == [["trees-000000.npz"], *[["trees-000000.npz", "trees-000002.npz"]] * 2]
    assert len(read_arrays(folders[1] / "trees-000002.npz")["seeds"]) == 3
    # What was before may go: the links hold the bytes.
    (folders[0] / "trees-000000.npz").unlink()
    assert len(read_trees(folders[2], RandomForestClassifier(), 3, 3)) == 5


@pytest.mark.parametrize(
    ("name", "value"), [("left_child", 0), ("right_child", 10**9), ("feature", 7), ("feature", -2)]
)
def test_that_a_tree_that_leads_out_of_itself_is_refused(name: str, value: int, tmp_path: Path) -> None:
    forest, _ = grown()
    write_trees(tmp_path, None, forest.estimators_)
    file = tmp_path / "trees-000000.npz"
    arrays = read_arrays(file)
    arrays["nodes"][name][np.flatnonzero(arrays["nodes"]["left_child"] != -1)[0]] = value
    write_arrays(file, **arrays)
    with pytest.raises(ValueError, match="a tree"):
        read_trees(tmp_path, RandomForestClassifier(), 3, 3)
