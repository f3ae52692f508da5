"""Medians for what is missing, and numbers on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.stats import norm
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    QuantileTransformer,
    StandardScaler,
)

from aetheron_desktop.engine.registry.onnx.graph import DOUBLE, INT64
from aetheron_desktop.engine.registry.onnx.report import OnnxUnsupported, named
from aetheron_desktop.engine.registry.onnx.trees import Tree, ensemble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.onnx.graph import Graph

_NEAR: Final = 1e-7
"""``sklearn.preprocessing._data.BOUNDS_THRESHOLD``: what is this close to the smallest value counts as it."""


def scaled(graph: Graph, values: str, fitted: Any, columns: Sequence[str]) -> str:
    """Give what ``fitted`` makes of the numbers ``values`` (rows, columns).

    Raises:
        OnnxUnsupported: there is no way to write a step.
    """
    if fitted == "passthrough":
        return values
    for step in [one for _, one in fitted.steps] if isinstance(fitted, Pipeline) else [fitted]:
        match step:
            case FunctionTransformer(func=None):
                pass
            case SimpleImputer():
                values = _imputed(graph, values, step)
            case StandardScaler():
                values = graph.op("Div", graph.op("Sub", values, step.mean_), step.scale_)
            case MinMaxScaler(clip=True):
                values = _bounded(graph, values, step)
            case QuantileTransformer(output_distribution="normal"):
                values = _evened(graph, values, step)
            case KBinsDiscretizer(encode="ordinal"):
                values = _binned(graph, values, step)
            case OneHotEncoder(handle_unknown="infrequent_if_exist", drop=None):
                values = _each(graph, values, step)
            case MissingIndicator(features="missing-only"):
                values = _told(graph, graph.op("IsNaN", values), step)
            case _:
                raise OnnxUnsupported(
                    f"The numbers of the {named(columns)} are prepared by {type(step).__name__}, which has no "
                    "counterpart in ONNX here.",
                    hint="Train the model again with this version of the program, then export it.",
                )
    return values


def _imputed(graph: Graph, values: str, step: SimpleImputer) -> str:
    is_missing = graph.op("IsNaN", values)
    filled = graph.op("Where", is_missing, step.statistics_, values)
    if step.indicator_ is None or not len(step.indicator_.features_):
        return filled
    return graph.op("Concat", filled, _told(graph, is_missing, step.indicator_), axis=1)


def _told(graph: Graph, is_missing: str, step: MissingIndicator) -> str:
    told = graph.op("Gather", is_missing, step.features_.astype(np.int64), axis=1)
    return graph.op("Cast", told, to=DOUBLE)


def _bounded(graph: Graph, values: str, step: MinMaxScaler) -> str:
    moved = graph.op("Add", graph.op("Mul", values, step.scale_), step.min_)
    low, high = (float(bound) for bound in step.feature_range)
    return graph.op("Where", graph.op("IsNaN", moved), moved, graph.op("Clip", moved, low, high))


def _binned(graph: Graph, values: str, step: KBinsDiscretizer) -> str:
    """Give the number of each value's bin: how many of the inner edges are not above it."""
    parts = []
    for position, edges in enumerate(step.bin_edges_):
        one = graph.op("Gather", values, np.array([position], dtype=np.int64), axis=1)
        is_past = graph.op("GreaterOrEqual", one, np.asarray(edges[1:-1], dtype=np.float64).reshape(1, -1))
        counted = graph.op("ReduceSum", graph.op("Cast", is_past, to=DOUBLE), np.array([1], dtype=np.int64))
        parts.append(counted)
    return graph.op("Concat", *parts, axis=1)


def _each(graph: Graph, values: str, step: OneHotEncoder) -> str:
    """Give a column for each frequent value of numbers; the last is that of all others where there are rare ones."""
    parts = []
    for position, known in enumerate(step.categories_):
        rare = step.infrequent_categories_[position]
        frequent = known if rare is None else known[~np.isin(known, rare)]
        one = graph.op("Gather", values, np.array([position], dtype=np.int64), axis=1)
        is_value = graph.op("Equal", one, np.asarray(frequent, dtype=np.float64).reshape(1, -1))
        found = graph.op("Cast", is_value, to=DOUBLE)
        parts.append(found)
        if rare is not None:
            parts.append(graph.op("Sub", 1.0, graph.op("ReduceSum", found, np.array([1], dtype=np.int64))))
    return graph.op("Concat", *parts, axis=1)


# -- quantiles --------------------------------------------------------------------------------------------------------


def _evened(graph: Graph, values: str, step: QuantileTransformer) -> str:
    """Give the normal scores: each value's share of smaller ones, and where the bell curve has that share."""
    columns = [_Steps(step.quantiles_[:, one], step.references_) for one in range(step.quantiles_.shape[1])]
    places = graph.op("Cast", _places(graph, values, columns), to=INT64)

    def told(name: str) -> str:
        return graph.op("Gather", np.concatenate([getattr(one, name) for one in columns]), places)

    began = told("start")
    along = graph.op("Div", graph.op("Sub", values, began), told("width"))
    between = graph.op("Add", told("low"), graph.op("Mul", along, told("rise")))
    share = graph.op("Where", graph.op("Equal", values, began), told("at_start"), between)
    least, most = (np.array([[getattr(one, end) for one in columns]]) for end in ("least", "most"))
    share = graph.op("Where", graph.op("Greater", graph.op("Add", values, _NEAR), most), 1.0, share)
    share = graph.op("Where", graph.op("Less", graph.op("Sub", values, _NEAR), least), 0.0, share)
    edge = _NEAR - np.spacing(1)
    scores = _normal_scores(graph, graph.op("Clip", share, edge, 1.0 - edge))
    return graph.op("Clip", scores, float(norm.ppf(edge)), float(norm.ppf(1.0 - edge)))


class _Steps:
    """A column's quantiles, each once, with the line to the next; at a quantile itself scikit-learn takes the mean."""

    def __init__(self, quantiles: NDArray[np.float64], references: NDArray[np.float64]) -> None:
        self.start, first, count = np.unique(quantiles, return_index=True, return_counts=True)
        entered, left = references[first], references[first + count - 1]
        self.least, self.most = self.start[0], self.start[-1]
        self.at_start = (entered + left) / 2.0
        self.low = left
        self.width = np.append(np.diff(self.start), 1.0)
        self.rise = np.append(entered[1:] - left[:-1], 0.0)


def _places(graph: Graph, values: str, columns: Sequence[_Steps]) -> str:
    """Give the position, among the steps of all columns, of the last one that is not above the value.

    A search tree per column: comparing with each of the steps would take memory of rows x columns x steps.
    """
    parts: list[Tree] = []
    begun = 0
    for target, one in enumerate(columns):
        parts.append(_search_tree(one.start, begun, target))
        begun += len(one.start)
    return ensemble(graph, values, parts, len(columns))


def _search_tree(steps: NDArray[np.float64], begun: int, target: int) -> Tree:
    low: list[int] = []
    children: list[list[int]] = []
    leaves: list[bool] = []
    splits: list[float] = []

    def grow(first: int, last: int) -> int:
        node = len(low)
        low.append(first)
        children.append([0, 0])
        leaves.append(first == last)
        middle = (first + last + 1) // 2
        splits.append(steps[middle])
        if first < last:
            children[node] = [grow(first, middle - 1), grow(middle, last)]
        return node

    grow(0, len(steps) - 1)
    both = np.array(children)
    return Tree(
        left=both[:, 0],
        right=both[:, 1],
        is_leaf=np.array(leaves),
        feature=np.full(len(low), target),
        split=np.array(splits),
        missing_left=np.zeros(len(low), dtype=bool),
        value=np.array(low, dtype=np.float64) + begun,
        target=target,
        is_below=True,
    )


# -- the bell curve ---------------------------------------------------------------------------------------------------

_MIDDLE: Final = (
    (
        2.5090809287301226727e3,
        3.3430575583588128105e4,
        6.7265770927008700853e4,
        4.5921953931549871457e4,
        1.3731693765509461125e4,
        1.9715909503065514427e3,
        1.3314166789178437745e2,
        3.3871328727963666080e0,
    ),
    (
        5.2264952788528545610e3,
        2.8729085735721942674e4,
        3.9307895800092710610e4,
        2.1213794301586595867e4,
        5.3941960214247511077e3,
        6.8718700749205790830e2,
        4.2313330701600911252e1,
        1.0,
    ),
)
_TAIL: Final = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)


def _normal_scores(graph: Graph, share: str) -> str:
    """Give the normal quantiles of shares from 1e-10 on (Wichura 1988, Algorithm AS 241, PPND16; 16 digits)."""
    centred = graph.op("Sub", share, 0.5)
    inner = graph.op("Sub", 0.180625, graph.op("Mul", centred, centred))
    middle = graph.op("Mul", centred, _ratio(graph, inner, _MIDDLE))
    rest = graph.op("Min", share, graph.op("Sub", 1.0, share))
    outer = graph.op("Sub", graph.op("Sqrt", graph.op("Neg", graph.op("Log", rest))), 1.6)
    tail = graph.op("Mul", graph.op("Sign", centred), _ratio(graph, outer, _TAIL))
    return graph.op("Where", graph.op("LessOrEqual", graph.op("Abs", centred), 0.425), middle, tail)


def _ratio(graph: Graph, at: str, of: tuple[tuple[float, ...], tuple[float, ...]]) -> str:
    return graph.op("Div", *(_polynomial(graph, at, factors) for factors in of))


def _polynomial(graph: Graph, at: str, factors: tuple[float, ...]) -> str:
    value = graph.op("Add", graph.op("Mul", at, factors[0]), factors[1])
    for factor in factors[2:]:
        value = graph.op("Add", graph.op("Mul", value, at), factor)
    return value
