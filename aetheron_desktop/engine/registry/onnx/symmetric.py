"""Trees that ask the same question of all rows of a level, as ONNX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aetheron_desktop.engine.estimators.catboost_form import MISSING
from aetheron_desktop.engine.estimators.symmetric import SymmetricClassesPredictor, SymmetricPredictor
from aetheron_desktop.engine.registry.onnx.graph import DOUBLE, FLOAT, INT64, shape
from aetheron_desktop.engine.registry.onnx.trees import Tree, check_size, ensemble

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.onnx.graph import Graph


def symmetric(graph: Graph, features: str, predictor: SymmetricPredictor) -> str:
    """Give (rows, outputs): what the start and the trees of ``predictor`` add up to.

    Raises:
        OnnxUnsupported: the trees do not fit into a file.
    """
    start = predictor.start.reshape(1, -1)
    if not len(predictor.depth):
        rows = graph.op("Slice", graph.op("Shape", features), shape(0), shape(1))
        return graph.op("Expand", start, graph.op("Concat", rows, shape(start.shape[1]), axis=0))
    # Numbers are looked at in single precision.
    rounded = graph.op("Cast", graph.op("Cast", features, to=FLOAT), to=DOUBLE)
    ends, lasts = np.cumsum(predictor.depth), np.cumsum(1 << predictor.depth)
    firsts = lasts - (1 << predictor.depth)
    if start.shape[1] == 1:
        trees = [
            _tree(predictor, at, int(end), predictor.leaf[first:last, 0], 0)
            for at, (end, first, last) in enumerate(zip(ends, firsts, lasts, strict=True))
        ]
        return graph.op("Add", ensemble(graph, rounded, trees, 1), start)
    check_size(len(predictor.depth), 2 * len(predictor.leaf), start.shape[1])
    # A leaf has a number for each class, the operator's leaf one: it tells which leaf it is, and the rest is gathered.
    trees = [
        _tree(predictor, at, int(end), np.arange(first, last, dtype=np.float64), at)
        for at, (end, first, last) in enumerate(zip(ends, firsts, lasts, strict=True))
    ]
    reached = graph.op("Cast", ensemble(graph, rounded, trees, len(trees)), to=INT64)
    sums = graph.op("ReduceSum", graph.op("Gather", predictor.leaf, reached), shape(1), keepdims=0)
    return graph.op("Add", sums, start)


def classes_of(predictor: SymmetricPredictor) -> int:
    """Give how many classes the sums stand for; 0 for values."""
    return max(2, len(predictor.start)) if isinstance(predictor, SymmetricClassesPredictor) else 0


def _tree(predictor: SymmetricPredictor, at: int, end: int, value: NDArray[np.float64], target: int) -> Tree:
    """Give the tree ``at``, level by level: its root asks the last question, so the leaves stand in their order."""
    depth = int(predictor.depth[at])
    asked = np.repeat(np.arange(end - 1, end - depth - 1, -1), 1 << np.arange(depth))
    inner, leaves = len(asked), 1 << depth
    is_code = predictor.is_code[asked] == 1
    is_missing = is_code & (predictor.border[asked] == MISSING)
    no, yes = (2 * np.arange(inner) + side for side in (1, 2))

    def padded(values: NDArray[Any]) -> NDArray[Any]:
        return np.append(values, np.zeros(leaves, dtype=values.dtype))

    return Tree(
        # What is not above the border goes left, and so does the one code.
        left=padded(np.where(is_code, yes, no)),
        right=padded(np.where(is_code, no, yes)),
        is_leaf=np.append(np.zeros(inner, dtype=bool), np.ones(leaves, dtype=bool)),
        feature=padded(predictor.feature[asked]),
        # No code is below 0: a missing one is told by what becomes of NaN.
        split=padded(np.where(is_missing, -1.0, predictor.border[asked])),
        missing_left=padded(~is_code | is_missing),
        value=np.append(np.zeros(inner), value),
        target=target,
        is_equal=padded(is_code),
    )
