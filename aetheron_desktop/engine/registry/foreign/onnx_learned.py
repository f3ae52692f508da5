"""The learned operators of ONNX (``ai.onnx.ml``): their lists held against each other.

ONNX Runtime looks at most of them itself; where it does not, a list that is too short ends the process. The lengths are
those of the operators' documentation (onnx/docs/Operators-ml.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.registry.foreign.info import MOST_CLASSES
from aetheron_desktop.engine.registry.foreign.trees import reached

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_BRANCHES: Final = ("nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids")
_LABELS: Final = ("classlabels_strings", "classlabels_int64s", "classlabels_ints")


def check_learned(node: Any) -> None:
    """Refuse an operator whose lists contradict each other.

    Raises:
        ValueError: the words say where.
    """
    check = _CHECKS.get(node.op_type)
    if check is not None and node.domain == "ai.onnx.ml":
        try:
            check({attribute.name: attribute for attribute in node.attribute})
        except (KeyError, OverflowError) as error:
            raise ValueError(f"a {node.op_type} lacks {error}") from error


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(what)


def _values(told: dict[str, Any], name: str) -> Any:
    """Give the list of an attribute, empty where it is not there."""
    attribute = told.get(name)
    if attribute is None:
        return []
    if attribute.HasField("t"):
        from onnx import numpy_helper

        return numpy_helper.to_array(attribute.t).ravel()
    return attribute.ints or attribute.floats or attribute.strings


def _ints(told: dict[str, Any], name: str) -> NDArray[np.int64]:
    return np.array(told[name].ints, dtype=np.int64)


def _labels(told: dict[str, Any]) -> int:
    found = [count for name in _LABELS if (count := len(_values(told, name)))]
    _require(len(found) == 1 and 2 <= found[0] <= MOST_CLASSES, "its classes are not two or more, or there twice")
    return found[0]


def _check_forest(told: dict[str, Any], answers: str) -> None:
    trees, nodes, features, below, beside = (_ints(told, name) for name in _BRANCHES)
    modes, values = told["nodes_modes"].strings, _values(told, "nodes_values")
    if not len(values):
        values = _values(told, "nodes_values_as_tensor")
    lengths = {len(one) for one in (trees, nodes, features, below, beside, modes, values)}
    _require(len(lengths) == 1 and len(trees) > 0, "the nodes of its trees are not as many as they say")
    for name in ("nodes_hitrates", "nodes_missing_value_tracks_true"):
        _require(len(_values(told, name)) in {0, len(trees)}, "the nodes of its trees are not as many as they say")
    place = {key: at for at, key in enumerate(zip(trees.tolist(), nodes.tolist(), strict=True))}
    _require(len(place) == len(trees), "its trees have a node twice")
    inner = np.array([mode != b"LEAF" for mode in modes])
    _require(bool((features[inner] >= 0).all()), "its trees ask for a feature that is not there")
    left, right = (
        np.array([place.get(key, len(trees)) for key in zip(trees.tolist(), one.tolist(), strict=True)], dtype=np.int64)
        for one in (below, beside)
    )
    left[~inner] = right[~inner] = -1
    _require(bool((left < len(trees)).all() and (right < len(trees)).all()), "its trees lead out of themselves")
    children = np.concatenate([left[inner], right[inner]])
    roots = np.setdiff1d(np.arange(len(trees)), children)
    _require(len(roots) == len(set(trees.tolist())), "its trees have no beginning, or more than one")
    _require(bool(reached(left, right, roots).all()), "its trees have nodes that nothing leads to")
    _check_answers(told, answers, place)


def _check_answers(told: dict[str, Any], answers: str, place: dict[tuple[int, int], int]) -> None:
    ids, of_tree, of_node = (_ints(told, f"{answers}_{name}") for name in ("ids", "treeids", "nodeids"))
    weights = _values(told, f"{answers}_weights")
    if not len(weights):
        weights = _values(told, f"{answers}_weights_as_tensor")
    _require(len({len(ids), len(of_tree), len(of_node), len(weights)}) == 1, "its answers are not as many as they say")
    count = _labels(told) if answers == "class" else told["n_targets"].i if "n_targets" in told else 1
    _require(0 < count <= MOST_CLASSES, "its answers are of an absurd number")
    _require(len(ids) > 0 and bool((ids >= 0).all() and (ids < count).all()), "its answers are for what is not there")
    known = all(key in place for key in zip(of_tree.tolist(), of_node.tolist(), strict=True))
    _require(known, "its answers are at nodes that are not there")


def _check_linear(told: dict[str, Any]) -> None:
    labels, scores = _labels(told), len(_values(told, "intercepts"))
    coefficients = len(_values(told, "coefficients"))
    _require(scores in ({1, 2} if labels == 2 else {labels}), "its weights are not for its classes")
    _require(coefficients > 0 and coefficients % scores == 0, "its weights are not as many as they should be")


def _check_linear_values(told: dict[str, Any]) -> None:
    targets = told["targets"].i if "targets" in told else 1
    coefficients, scores = len(_values(told, "coefficients")), len(_values(told, "intercepts"))
    _require(0 < targets <= MOST_CLASSES and scores in {0, targets}, "its weights are not for its values")
    _require(coefficients > 0 and coefficients % targets == 0, "its weights are not as many as they should be")


def _check_machine(told: dict[str, Any]) -> None:
    labels, vectors = _labels(told), _values(told, "vectors_per_class")
    total, groups = sum(vectors), len(vectors)
    if not groups:
        _check_linear_machine(told, labels)
        return
    support, coefficients = len(_values(told, "support_vectors")), len(_values(told, "coefficients"))
    pairs = groups * (groups - 1) // 2
    _require(groups == labels and all(count > 0 for count in vectors), "its vectors are not for its classes")
    _require(support > 0 and support % total == 0, "its vectors are not as many as they should be")
    _require(coefficients == (groups - 1) * total, "its weights are not as many as they should be")
    _require(len(_values(told, "rho")) == pairs, "its offsets are not as many as they should be")
    for name in ("prob_a", "prob_b"):
        _require(len(_values(told, name)) in {0, pairs}, "its probabilities are not as many as they should be")
    _require(len(_values(told, "prob_a")) == len(_values(told, "prob_b")), "its probabilities do not suit each other")


def _check_linear_machine(told: dict[str, Any], labels: int) -> None:
    coefficients, offsets = len(_values(told, "coefficients")), len(_values(told, "rho"))
    _require(not len(_values(told, "support_vectors")), "its vectors are not for its classes")
    _require(coefficients > 0 and coefficients % labels == 0, "its weights are not as many as they should be")
    _require(offsets >= 1 and not len(_values(told, "prob_a")), "its offsets are not as many as they should be")


def _check_machine_of_values(told: dict[str, Any]) -> None:
    count = told["n_supports"].i if "n_supports" in told else 0
    support, coefficients = len(_values(told, "support_vectors")), len(_values(told, "coefficients"))
    _require(len(_values(told, "rho")) >= 1 and coefficients > 0, "its weights are not as many as they should be")
    if count or support:
        _require(count > 0 and support % count == 0 and coefficients == count, "its vectors are not as many as it says")


def _check_words(told: dict[str, Any]) -> None:
    kinds = ("strings", "int64s", "floats", "tensor")
    keys = [len(_values(told, f"keys_{kind}")) for kind in kinds]
    values = [len(_values(told, f"values_{kind}")) for kind in kinds]
    old = len(_values(told, "classes_strings"))
    _require(bool(old) != bool(sum(keys)), "its words are not there, or there twice")
    _require(sum(keys) == sum(values) and max(keys) == sum(keys), "its words are not as many as what they become")


def _check_scale(told: dict[str, Any]) -> None:
    lengths = {len(_values(told, name)) for name in ("offset", "scale")}
    _require(len(lengths) == 1 and lengths != {0}, "its scales are not as many as its offsets")


_CHECKS: Final[dict[str, Callable[[dict[str, Any]], None]]] = {
    "LabelEncoder": _check_words,
    "LinearClassifier": _check_linear,
    "LinearRegressor": _check_linear_values,
    "SVMClassifier": _check_machine,
    "SVMRegressor": _check_machine_of_values,
    "Scaler": _check_scale,
    "TreeEnsembleClassifier": lambda told: _check_forest(told, "class"),
    "TreeEnsembleRegressor": lambda told: _check_forest(told, "target"),
}
