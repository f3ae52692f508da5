"""The nodes of a tree, looked at before compiled code follows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.engine.registry.foreign.info import MOST_DEPTH

if TYPE_CHECKING:
    from numpy.typing import NDArray


def reached(
    left: NDArray[np.int64], right: NDArray[np.int64], roots: NDArray[np.int64] | None = None
) -> NDArray[np.bool_]:
    """Give which nodes (n,) are reached from ``roots``, else from the first; a child below 0 is a leaf or nothing.

    Raises:
        ValueError: a way leads out of the tree, to one node twice, or is too long; the words say so.
    """
    count = len(left)
    level = np.zeros(1, dtype=np.int64) if roots is None else roots
    children = np.concatenate([left, right])
    children = children[children >= 0]
    if (children >= count).any():
        raise ValueError("a tree leads out of itself")
    ways = np.bincount(children, minlength=count)
    if ways.max() > 1 or ways[level].any():
        raise ValueError("a tree leads to one of its nodes twice")
    # From here on no way can meet another or itself: each node has one way to it at most, and the roots have none.
    seen = np.zeros(count, dtype=bool)
    for _ in range(MOST_DEPTH):
        seen[level] = True
        below = np.concatenate([left[level], right[level]])
        level = below[below >= 0]
        if not len(level):
            return seen
    raise ValueError(f"a tree is deeper than {MOST_DEPTH:,} nodes")
