"""The trees of XGBoost's files: each node held against the others, and written anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.registry.foreign.trees import reached

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.foreign.xgboost_schema import Numbers, Tree

WHOLE: Final = re.compile(r"[0-9]{1,9}")
_NO_PARENT: Final = 2**31 - 1
_REMOVED: Final = 2**31 - 1
"""The feature of a node that pruning took away."""
_MOST_CATEGORY: Final = 1 << 20


def checked_tree(tree: Tree, number: int, features: int) -> tuple[dict[str, Any], int]:
    """Give a tree as it is handed on, and how many bits its categories take.

    Raises:
        ValueError: its nodes contradict each other; the words say how.
        ModelError: it gives several values at once.
    """
    count = len(tree.left_children)
    if not count or whole(tree.tree_param["num_nodes"]) != count:
        raise ValueError(f"tree {number} has {count} nodes and says that it has {tree.tree_param['num_nodes'][:12]}")
    if whole(tree.tree_param.get("size_leaf_vector", "0")) > 1:
        raise ModelError("The trees of the XGBoost model give several values at once, which cannot be compared here.")
    left, right = integers(tree.left_children, count), integers(tree.right_children, count)
    asked = integers(tree.split_indices, count)
    default = integers(tree.default_left, count)
    if min(left.min(), right.min()) < -1 or ((left < 0) != (right < 0)).any() or (default & ~1).any():
        raise ValueError(f"the nodes of tree {number} are not as they should be")
    alive = reached(left, right)
    if ((left >= 0) & ~alive).any():
        raise ValueError(f"tree {number} has nodes that nothing leads to")
    inner = left >= 0
    if (asked[inner] < 0).any() or (asked[inner] >= features).any():
        raise ValueError(f"tree {number} asks for a feature that is not there")
    kinds, categories, bits = _category_splits(tree, count, inner)
    parents = np.full(count, _NO_PARENT, dtype=np.int32)
    parents[left[inner]] = parents[right[inner]] = np.flatnonzero(inner)
    # Leaves ask for nothing; those that pruning took away have a mark in this place.
    asked = np.where(inner, asked, np.where(alive, 0, _REMOVED))
    return {
        **{
            name: floats(getattr(tree, name), count, finite=name == "split_conditions")
            for name in ("base_weights", "loss_changes", "split_conditions", "sum_hessian")
        },
        **categories,
        "default_left": np.where(alive, np.where(inner, default, 0), 1).astype(np.uint8),
        "id": number,
        "left_children": left.astype(np.int32),
        "parents": parents,
        "right_children": right.astype(np.int32),
        "split_indices": asked.astype(np.int32),
        "split_type": kinds.astype(np.uint8),
        "tree_param": {
            "num_deleted": str(int((~alive).sum())),
            "num_feature": str(features),
            "num_nodes": str(count),
            "size_leaf_vector": "1",
        },
    }, bits


def _category_splits(
    tree: Tree, count: int, inner: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]], int]:
    kinds = np.zeros(count, dtype=np.int64) if tree.split_type is None else integers(tree.split_type, count)
    categories, nodes, starts, sizes = (
        np.array([], dtype=np.int64) if told is None else integers(told)
        for told in (tree.categories, tree.categories_nodes, tree.categories_segments, tree.categories_sizes)
    )
    if (kinds & ~1).any() or not np.array_equal(np.flatnonzero(kinds), nodes) or not inner[nodes].all():
        raise ValueError("the nodes of a tree that ask for categories are not as they should be")
    if len(starts) != len(nodes) or len(sizes) != len(nodes):
        raise ValueError("the categories of a tree are not as many as it says")
    if len(nodes) and (
        (sizes < 1).any() or not np.array_equal(starts, np.cumsum(sizes) - sizes) or sizes.sum() != len(categories)
    ):
        raise ValueError("the categories of a tree are not as many as it says")
    if len(categories) and (categories.min() < 0 or categories.max() > _MOST_CATEGORY):
        raise ValueError("a tree asks for categories that cannot be")
    bits = int(np.maximum.reduceat(categories, starts).sum()) if len(nodes) else 0
    return (
        kinds,
        {
            "categories": categories.astype(np.int32),
            "categories_nodes": nodes.astype(np.int32),
            "categories_segments": starts,
            "categories_sizes": sizes,
        },
        bits,
    )


def whole(text: str) -> int:
    """Give a count that stands in words; raises ``ValueError`` as all of these."""
    if not WHOLE.fullmatch(text):
        raise ValueError(f"{text[:20]!r} is no whole number that could be meant")
    return int(text)


def small(number: int) -> int:
    """Give a number back that can be meant."""
    if not 0 <= number < 1 << 24:
        raise ValueError(f"the number {number} cannot be meant")
    return number


def integers(found: Numbers | None, count: int | None = None) -> NDArray[np.int64]:
    """Give whole numbers (count,)."""
    if found is None or (count is not None and len(found) != count):
        raise ValueError(f"an array has {0 if found is None else len(found)} numbers instead of {count}")
    if len(found) and found.dtype.kind not in "iub":
        raise ValueError("it holds fractions where whole numbers should be")
    return found.astype(np.int64)


def floats(found: Numbers | None, count: int, *, finite: bool = True) -> NDArray[np.float32]:
    """Give numbers (count,) in single precision."""
    if found is None or len(found) != count:
        raise ValueError(f"an array has {0 if found is None else len(found)} numbers instead of {count}")
    with np.errstate(over="ignore"):
        made = found.astype(np.float32)
    if finite and not np.isfinite(made).all():
        raise ValueError("it holds what is no finite number")
    return made
