"""Trees as nodes of the operator ``TreeEnsemble``, thresholds and leaves in double precision."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from onnx import numpy_helper

from aetheron_desktop.engine.registry.onnx.graph import DOUBLE, FLOAT, INT64, ints
from aetheron_desktop.engine.registry.onnx.report import OnnxUnsupported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.onnx.graph import Graph

_LESS_OR_EQUAL: Final = 0
_LESS: Final = 1
_EQUAL: Final = 4
_MEMBER: Final = 6
FIRST_CODE: Final = 1.0
"""ONNX's reference evaluator takes a 0 among the members for their end."""
_MOST_BYTES: Final = 1_900_000_000
_NODE_BYTES: Final = 24
"""A file of ONNX ends at 2 GiB; what a node takes of it is measured, and rounded up."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """One tree, an entry per node, the root first; what is not above its split goes left.

    ``members`` are the codes that go left at the nodes that ask for a category, or the one code that does is the split
    where it ``is_equal``. Leaves add ``value`` to the sum ``target``. With ``is_below`` only what is below the split
    goes left.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    is_leaf: NDArray[np.bool_]
    feature: NDArray[np.int64]
    split: NDArray[np.float64]
    missing_left: NDArray[np.bool_]
    value: NDArray[np.float64]
    target: int
    members: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    is_below: bool = False
    is_equal: NDArray[np.bool_] | None = None

    def rooted(self) -> Tree:
        """Give the tree with a question at its root, as the operator needs one, when it is a leaf alone."""
        if len(self.left) > 1:
            return self
        return Tree(
            left=np.array([1, 0, 0]),
            right=np.array([2, 0, 0]),
            is_leaf=np.array([False, True, True]),
            feature=np.zeros(3, dtype=np.int64),
            split=np.zeros(3),
            missing_left=np.zeros(3, dtype=bool),
            value=np.append(0.0, np.repeat(self.value, 2)),
            target=self.target,
        )


def ensemble(graph: Graph, values: str, trees: Sequence[Tree], targets: int) -> str:
    """Give the sums (rows, targets) of the trees' leaves for ``values`` (rows, features).

    Raises:
        OnnxUnsupported: the trees do not fit into a file.
    """
    trees = [tree.rooted() for tree in trees]
    check_size(len(trees), sum(len(tree.left) for tree in trees), 0)
    asks = [~tree.is_leaf for tree in trees]
    nodes = np.cumsum([0, *(int(one.sum()) for one in asks)])
    leaves = np.cumsum([0, *(int(tree.is_leaf.sum()) for tree in trees)])
    branches = [_branches(*parts) for parts in zip(trees, asks, nodes, leaves, strict=False)]
    modes = np.concatenate([_modes(tree)[ask] for tree, ask in zip(trees, asks, strict=True)])

    def asked(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(tree, name)[ask] for tree, ask in zip(trees, asks, strict=True)])

    more = [
        ints("tree_roots", nodes[:-1]),
        ints("nodes_featureids", asked("feature")),
        ints("nodes_missing_value_tracks_true", asked("missing_left").astype(np.int64)),
        ints("leaf_targetids", np.repeat([tree.target for tree in trees], np.diff(leaves))),
    ]
    for position, name in enumerate(("truenodeids", "trueleafs", "falsenodeids", "falseleafs")):
        more.append(ints(f"nodes_{name}", np.concatenate([branch[position] for branch in branches])))
    tensors = {
        "nodes_modes": modes,
        "nodes_splits": asked("split").astype(np.float64),
        "leaf_weights": np.concatenate([tree.value[tree.is_leaf] for tree in trees]).astype(np.float64),
    }
    if (modes == _MEMBER).any():
        tensors["membership_values"] = _members(trees)
    made = {name: numpy_helper.from_array(values_) for name, values_ in tensors.items()}
    return graph.op(
        "TreeEnsemble", values, more=more, n_targets=targets, aggregate_function=1, post_transform=0, **made
    )


def check_size(trees: int, nodes: int, classes: int) -> None:
    """Refuse more trees than a file has room for; each leaf has a number for each of ``classes``.

    Raises:
        OnnxUnsupported: there are more.
    """
    # Half of the nodes are leaves, with a probability for each class.
    size = nodes * (_NODE_BYTES + 4 * classes)
    if size > _MOST_BYTES:
        raise OnnxUnsupported(
            f"The model's {trees:,} trees have {nodes:,} nodes, {size / 1e9:.1f} GB; a file of ONNX ends at 2 GB.",
            hint="Train with fewer trees, a smaller depth or larger leaves, then export again.",
        )


def _branches(tree: Tree, asks: NDArray[np.bool_], first_node: int, first_leaf: int) -> list[NDArray[np.int64]]:
    """Give, for each node that asks, where true and false lead, and whether there are leaves."""
    places = np.where(tree.is_leaf, np.cumsum(tree.is_leaf) - 1 + first_leaf, np.cumsum(asks) - 1 + first_node)
    made = []
    for side in (tree.left[asks], tree.right[asks]):
        made += [places[side], tree.is_leaf[side].astype(np.int64)]
    return made


def _modes(tree: Tree) -> NDArray[np.uint8]:
    modes = np.full(len(tree.left), _LESS if tree.is_below else _LESS_OR_EQUAL, dtype=np.uint8)
    modes[list(tree.members)] = _MEMBER
    if tree.is_equal is not None:
        modes[tree.is_equal] = _EQUAL
    return modes


def _members(trees: Sequence[Tree]) -> NDArray[np.float64]:
    # NaN ends each node's list.
    return np.concatenate([np.append(tree.members[node], np.nan) for tree in trees for node in sorted(tree.members)])


# -- random forests ---------------------------------------------------------------------------------------------------


def forest(graph: Graph, values: str, model: Any, each: Sequence[Any]) -> str:
    """Give (rows, classes) probabilities or (rows, 1) values: the mean of what the trees ``each`` of ``model`` say.

    A leaf has a probability for each class, the operator's leaf one number: it tells which leaf it is, and the
    probabilities are gathered.

    Raises:
        OnnxUnsupported: the trees do not fit into a file.
    """
    # The forest looks at numbers in single precision.
    rounded = graph.op("Cast", graph.op("Cast", values, to=FLOAT), to=DOUBLE)
    grown = [one.tree_ for one in each]
    if not hasattr(model, "classes_"):
        trees = [_grown(tree, tree.value[:, 0, 0], 0) for tree in grown]
        return graph.op("Div", ensemble(graph, rounded, trees, 1), float(len(grown)))
    check_size(len(grown), sum(tree.node_count for tree in grown), len(model.classes_))
    leaves = [tree.children_left < 0 for tree in grown]
    begun = np.cumsum([0, *(is_leaf.sum() for is_leaf in leaves)])
    trees = [_grown(tree, begun[at] + np.cumsum(leaves[at]) - 1, at) for at, tree in enumerate(grown)]
    reached = graph.op("Cast", ensemble(graph, rounded, trees, len(trees)), to=INT64)
    table = np.concatenate([tree.value[is_leaf, 0, :] for tree, is_leaf in zip(grown, leaves, strict=True)])
    told = graph.op("Gather", table, reached)
    votes = graph.op("ReduceSum", told, np.array([1], dtype=np.int64), keepdims=0)
    return graph.op("Div", votes, float(len(grown)))


def _grown(tree: Any, value: NDArray[Any], target: int) -> Tree:
    return Tree(
        left=tree.children_left,
        right=tree.children_right,
        is_leaf=tree.children_left < 0,
        feature=tree.feature,
        split=tree.threshold,
        missing_left=tree.missing_go_to_left.astype(bool),
        value=value.astype(np.float64),
        target=target,
    )


# -- boosted trees ----------------------------------------------------------------------------------------------------


def boosted(graph: Graph, values: str, model: Any) -> str:
    """Give (rows, sums): what the trees of a histogram gradient boosting add up to, the start included.

    Categories must have gone through :func:`codes_of_boosting`.

    Raises:
        OnnxUnsupported: the trees do not fit into a file.
    """
    width = model.n_trees_per_iteration_
    trees = [_boosted(one, target) for round_ in model._predictors for target, one in enumerate(round_)]
    start = np.asarray(model._baseline_prediction, dtype=np.float64).reshape(1, -1)
    return graph.op("Add", ensemble(graph, values, trees, width), start)


def _boosted(predictor: Any, target: int) -> Tree:
    nodes = predictor.nodes
    members: dict[int, NDArray[np.float64]] = {}
    for node in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~nodes["is_leaf"].astype(bool)):
        members[int(node)] = codes_in(predictor.raw_left_cat_bitsets[nodes["bitset_idx"][node]]) + FIRST_CODE
    return Tree(
        left=nodes["left"].astype(np.int64),
        right=nodes["right"].astype(np.int64),
        is_leaf=nodes["is_leaf"].astype(bool),
        feature=nodes["feature_idx"].astype(np.int64),
        split=np.where(nodes["is_categorical"].astype(bool), 0.0, nodes["num_threshold"]),
        missing_left=nodes["missing_go_to_left"].astype(bool),
        value=nodes["value"].astype(np.float64),
        target=target,
        members=members,
    )


def codes_in(bits: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Give the numbers whose bits are set."""
    return np.flatnonzero(np.unpackbits(bits.astype("<u4").view(np.uint8), bitorder="little")).astype(np.float64)


def codes_of_boosting(model: Any, position: int, codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what :func:`boosted` takes for the codes of the category at ``position``; NaN where the trees know none."""
    if model._preprocessor is not None:
        table = np.zeros((len(codes), model.n_features_in_))
        table[:, position] = codes
        codes = model._preprocessor.transform(table)[:, position]
    known, places = model._bin_mapper.make_known_categories_bitsets()
    kept = np.isin(codes, codes_in(known[places[position]]))
    return np.where(kept, codes + FIRST_CODE, np.nan)
