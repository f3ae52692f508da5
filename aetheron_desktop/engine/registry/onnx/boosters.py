"""The trees of LightGBM and XGBoost as ONNX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.estimators.boosters import Booster, LightgbmPredictor
from aetheron_desktop.engine.registry.foreign import ubjson
from aetheron_desktop.engine.registry.onnx.graph import DOUBLE, FLOAT
from aetheron_desktop.engine.registry.onnx.report import OnnxUnsupported
from aetheron_desktop.engine.registry.onnx.trees import FIRST_CODE, Tree, codes_in, ensemble

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.onnx.graph import Graph

_CATEGORY: Final = 1
_DEFAULT_LEFT: Final = 2
_ZERO_IS_MISSING, _NAN_IS_MISSING = 1, 2


def boosters(graph: Graph, values: str, predictor: Booster) -> str:
    """Give (rows, sums): what the trees add up to. Codes of categories must have been raised by ``FIRST_CODE``.

    Raises:
        OnnxUnsupported: the trees do not fit into a file, or ask in a way that is not known.
    """
    targets = predictor.classes if predictor.classes > 2 else 1
    if isinstance(predictor, LightgbmPredictor):
        blocks = predictor.body.decode().partition("\nend of trees")[0].split("\nTree=")[1:]
        return ensemble(graph, values, [_lightgbm(_lines(one), at % targets) for at, one in enumerate(blocks)], targets)
    learner = ubjson.decode(predictor.body)["learner"]
    model = learner["gradient_booster"]["model"]
    # XGBoost looks at numbers in single precision.
    rounded = graph.op("Cast", graph.op("Cast", values, to=FLOAT), to=DOUBLE)
    trees = [_xgboost(tree, int(target)) for tree, target in zip(model["trees"], model["tree_info"], strict=True)]
    return graph.op("Add", ensemble(graph, rounded, trees, targets), _start(learner, predictor.classes))


# -- LightGBM ---------------------------------------------------------------------------------------------------------


def _lines(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.split("\n") if "=" in line)


def _lightgbm(told: dict[str, str], target: int) -> Tree:
    leaves = int(told["num_leaves"])
    inner = leaves - 1
    worth = _numbers(told, "leaf_value", np.float64)
    if not inner:
        return _leaf(worth, target)
    decision, threshold = _numbers(told, "decision_type", np.int64), _numbers(told, "threshold", np.float64)
    # Leaves are numbered -1, -2, …, and stand behind the nodes here.
    left, right = (
        np.where(side >= 0, side, inner - 1 - side)
        for side in (_numbers(told, name, np.int64) for name in ("left_child", "right_child"))
    )
    kind = (decision >> 2) & 3
    is_code = (decision & _CATEGORY) != 0
    if (kind[~is_code] == _ZERO_IS_MISSING).any():
        raise OnnxUnsupported("A tree takes 0 for a missing value, which has no counterpart in ONNX here.")
    # Where the training rows had no missing value, a missing one counts as 0.
    missing_left = np.where(kind == _NAN_IS_MISSING, (decision & _DEFAULT_LEFT) != 0, threshold >= 0.0) & ~is_code
    return Tree(
        left=np.append(left, np.zeros(leaves, dtype=np.int64)),
        right=np.append(right, np.zeros(leaves, dtype=np.int64)),
        is_leaf=np.append(np.zeros(inner, dtype=bool), np.ones(leaves, dtype=bool)),
        feature=np.append(_numbers(told, "split_feature", np.int64), np.zeros(leaves, dtype=np.int64)),
        split=np.append(np.where(is_code, 0.0, threshold), np.zeros(leaves)),
        missing_left=np.append(missing_left, np.zeros(leaves, dtype=bool)),
        value=np.append(np.zeros(inner), worth),
        target=target,
        members=_members(told, np.flatnonzero(is_code), threshold) if is_code.any() else {},
    )


def _members(told: dict[str, str], nodes: NDArray[np.int64], place: NDArray[np.float64]) -> dict[int, Any]:
    borders, bits = _numbers(told, "cat_boundaries", np.int64), _numbers(told, "cat_threshold", np.uint32)
    return {
        int(node): codes_in(bits[borders[int(place[node])] : borders[int(place[node]) + 1]]) + FIRST_CODE
        for node in nodes
    }


def _numbers(told: dict[str, str], name: str, dtype: Any) -> NDArray[Any]:
    return np.array(told[name].split(), dtype=dtype)


def _leaf(worth: NDArray[np.float64], target: int) -> Tree:
    nothing = np.zeros(1, dtype=np.int64)
    return Tree(
        left=nothing,
        right=nothing,
        is_leaf=np.ones(1, dtype=bool),
        feature=nothing,
        split=np.zeros(1),
        missing_left=np.zeros(1, dtype=bool),
        value=worth,
        target=target,
    )


# -- XGBoost ----------------------------------------------------------------------------------------------------------


def _xgboost(told: dict[str, Any], target: int) -> Tree:
    left, right = (told[name].astype(np.int64) for name in ("left_children", "right_children"))
    is_leaf = left < 0
    condition = told["split_conditions"].astype(np.float64)
    if is_leaf.all():
        return _leaf(condition[:1], target)
    missing_left = told["default_left"] != 0
    members: dict[int, NDArray[np.float64]] = {}
    for node, start, size in zip(
        told["categories_nodes"], told["categories_segments"], told["categories_sizes"], strict=True
    ):
        # What is in the list goes right: the sides are changed for each other.
        members[int(node)] = np.sort(told["categories"][start : start + size]) + FIRST_CODE
        left[node], right[node] = right[node], left[node]
        missing_left[node] = not missing_left[node]
        condition[node] = 0.0
    return Tree(
        left=left,
        right=right,
        is_leaf=is_leaf,
        feature=np.where(is_leaf, 0, told["split_indices"]).astype(np.int64),
        split=np.where(is_leaf, 0.0, condition),
        missing_left=missing_left & ~is_leaf,
        value=np.where(is_leaf, condition, 0.0),
        target=target,
        members=members,
        is_below=True,
    )


def _start(learner: dict[str, Any], classes: int) -> NDArray[np.float64]:
    """Give (1, targets): what the trees start from; of two classes it is kept as a probability."""
    told = learner["learner_model_param"]["base_score"].strip("[]").split(",")
    start = np.array(told, dtype=np.float32).astype(np.float64).reshape(1, -1)
    return np.log(start / (1.0 - start)) if classes == 2 else start
