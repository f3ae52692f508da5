"""Trees of a forest on disk, while it grows: arrays alone, in pieces that are written once."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.base import clone
from sklearn.tree._tree import Tree

from aetheron_desktop.engine.estimators.arrays import read_arrays, write_arrays

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

_PIECE: Final = "trees-{:06d}.npz"


def write_trees(folder: Path, before: Path | None, trees: list[Any]) -> None:
    """Write ``trees`` to ``folder``; what lies in the folder ``before`` is linked, and only later ones are written.

    A forest becomes large, and a checkpoint comes every few seconds: written as a whole each time, it would cost more
    than the growing.
    """
    written = 0
    for piece in _pieces(before) if before is not None else []:
        _link(piece, folder / piece.name)
        written += len(read_arrays(piece, "seeds")["seeds"])
    new = trees[written:]
    if not new:
        return
    states = [tree.tree_.__getstate__() for tree in new]
    write_arrays(
        folder / _PIECE.format(written),
        nodes=np.concatenate([state["nodes"] for state in states]),
        values=np.concatenate([state["values"] for state in states]),
        counts=[state["node_count"] for state in states],
        depths=[state["max_depth"] for state in states],
        seeds=[tree.random_state for tree in new],
    )


def read_trees(folder: Path, model: Any, features: int, classes: int) -> list[Any]:
    """Give the trees in ``folder`` as those of the forest ``model``, whose settings they have.

    Raises:
        ValueError: one leads out of itself, or is not as large as it says.
    """
    made: list[Any] = []
    pattern = clone(model.estimator).set_params(**{name: getattr(model, name) for name in model.estimator_params})
    for piece in _pieces(folder):
        arrays = read_arrays(piece)
        ends = np.cumsum(arrays["counts"])
        for at, end in enumerate(ends):
            part = slice(int(end - arrays["counts"][at]), int(end))
            nodes, values = arrays["nodes"][part].copy(), arrays["values"][part].copy()
            _check(nodes, features)
            tree = clone(pattern).set_params(random_state=int(arrays["seeds"][at]))
            _fill(tree, features, classes)
            # The classes of a regression's tree count as one.
            tree.tree_ = Tree(features, np.array([max(1, classes)], dtype=np.intp), 1)
            tree.tree_.__setstate__(
                {"max_depth": int(arrays["depths"][at]), "node_count": len(nodes), "nodes": nodes, "values": values}
            )
            made.append(tree)
    return made


def fill_forest(model: Any, trees: list[Any], features: int, classes: int) -> None:
    """Make ``model`` a forest of ``trees``, as its own ``fit`` leaves one that grows on with a warm start."""
    model.n_features_in_, model.n_outputs_ = features, 1
    if classes:
        model.classes_, model.n_classes_ = np.arange(classes), classes
    model.estimator_ = clone(model.estimator)
    model.estimators_ = trees
    model.n_estimators = len(trees)


def _fill(tree: Any, features: int, classes: int) -> None:
    tree.n_features_in_, tree.n_outputs_ = features, 1
    if classes:
        # A forest's trees count the classes, whatever they are, in doubles.
        tree.classes_, tree.n_classes_ = np.arange(classes, dtype=np.float64), np.int64(classes)
    tree.max_features_ = _max_features(tree.max_features, features)


def _max_features(told: float | str | None, features: int) -> int:
    if told == "sqrt":
        return max(1, int(np.sqrt(features)))
    return features if told is None else max(1, int(float(told) * features))


def _check(nodes: NDArray[Any], features: int) -> None:
    inner = nodes["left_child"] != -1
    own = np.arange(len(nodes))[inner]
    for child in (nodes["left_child"][inner], nodes["right_child"][inner]):
        if (child <= own).any() or (child >= len(nodes)).any():
            raise ValueError("a tree leads out of itself")
    asked = nodes["feature"][inner]
    if not len(nodes) or (asked < 0).any() or (asked >= features).any():
        raise ValueError("a tree asks for columns that are not there")


def _pieces(folder: Path) -> list[Path]:
    return sorted(folder.glob(_PIECE.replace("{:06d}", "*")))


def _link(source: Path, target: Path) -> None:
    link: Callable[..., Any] = os.link
    try:
        link(source, target)
    except OSError:
        # Not every file system has links.
        shutil.copyfile(source, target)
