"""What is fitted, as operators: from the prepared features to probabilities or values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import ElasticNet, LogisticRegression, QuantileRegressor, Ridge
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from aetheron_desktop.engine.estimators.plain import (
    NEAR,
    KernelClassesPredictor,
    KernelPredictor,
    NearestPredictor,
    PlainPredictor,
    SumsPredictor,
)
from aetheron_desktop.engine.estimators.symmetric import SymmetricPredictor
from aetheron_desktop.engine.registry.onnx.graph import DOUBLE, shape
from aetheron_desktop.engine.registry.onnx.report import OnnxUnsupported
from aetheron_desktop.engine.registry.onnx.symmetric import classes_of, symmetric
from aetheron_desktop.engine.registry.onnx.trees import boosted, forest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.onnx.graph import Graph


_AGAIN: Final = "Train the model again with this version of the program, then export it."


def constant(graph: Graph, model: Any, rows_of: str) -> str:
    """Give (rows, classes) probabilities or (rows, 1) values of a baseline, for the rows of ``rows_of``."""
    told = model.class_prior_ if isinstance(model, DummyClassifier) else model.constant_
    rows = graph.op("Slice", graph.op("Shape", rows_of), shape(0), shape(1))
    row = np.asarray(told, dtype=np.float64).reshape(1, -1)
    return graph.op("Expand", row, graph.op("Concat", rows, shape(row.shape[1]), axis=0))


def is_constant(model: Any) -> bool:
    """Tell whether ``model`` looks at no column."""
    return isinstance(model, DummyClassifier | DummyRegressor)


def predicted(graph: Graph, features: str, model: Any) -> str:
    """Give (rows, classes) probabilities or (rows, 1) values of a scikit-learn estimator.

    Raises:
        OnnxUnsupported: there is no way to write this kind of estimator.
    """
    match model:
        case LogisticRegression():
            raw = graph.op("Add", graph.op("MatMul", features, model.coef_.T.copy()), model.intercept_)
            return likely(graph, raw, len(model.classes_))
        case Ridge() | ElasticNet() | QuantileRegressor():
            product = graph.op("MatMul", features, np.atleast_2d(model.coef_).T.copy())
            return graph.op("Add", product, np.atleast_1d(model.intercept_).astype(np.float64))
        case RandomForestClassifier() | RandomForestRegressor() | ExtraTreesClassifier() | ExtraTreesRegressor():
            return forest(graph, features, model, model.estimators_)
        case DecisionTreeClassifier() | DecisionTreeRegressor():
            return forest(graph, features, model, [model])
        case HistGradientBoostingRegressor(loss="squared_error"):
            return boosted(graph, features, model)
        case HistGradientBoostingClassifier():
            return likely(graph, boosted(graph, features, model), len(model.classes_))
        case _:
            raise OnnxUnsupported(
                f"The estimator is a {type(model).__name__}, which has no counterpart in ONNX here.",
                hint=_AGAIN,
            )


def plain(graph: Graph, features: str, predictor: PlainPredictor) -> str:
    """Give (rows, classes) probabilities or (rows, 1) values of a predictor that is arrays alone.

    Raises:
        OnnxUnsupported: there is no way to write this kind.
    """
    match predictor:
        case SumsPredictor():
            linear = graph.op("MatMul", features, predictor.linear)
            square = graph.op("MatMul", graph.op("Mul", features, features), predictor.square)
            return graph.op("Softmax", graph.op("Add", graph.op("Add", linear, square), predictor.bias), axis=1)
        case KernelPredictor():
            apart = graph.op("Mul", _squares(graph, features, predictor.support), -float(predictor.gamma[0]))
            raw = graph.op("Add", graph.op("MatMul", graph.op("Exp", apart), predictor.dual), predictor.intercept)
            if not isinstance(predictor, KernelClassesPredictor):
                return raw
            return _two(graph, raw) if predictor.dual.shape[1] == 1 else graph.op("Softmax", raw, axis=1)
        case NearestPredictor():
            return _nearest(graph, features, predictor)
        case SymmetricPredictor():
            return likely(graph, symmetric(graph, features, predictor), classes_of(predictor))
        case _:
            raise OnnxUnsupported(f"There is no counterpart in ONNX here to {predictor.kind!r}.", hint=_AGAIN)


def _squares(graph: Graph, features: str, rows: NDArray[np.float64]) -> str:
    """Give the squared distances (rows, m) from ``rows`` (m, features)."""
    product = graph.op("Mul", graph.op("MatMul", features, rows.T.copy()), -2.0)
    own = graph.op("Add", product, _lengths(graph, features))
    return graph.op("Max", graph.op("Add", own, (rows**2).sum(axis=1)), 0.0)


def _lengths(graph: Graph, features: str) -> str:
    return graph.op("ReduceSum", graph.op("Mul", features, features), shape(1), keepdims=1)


def _nearest(graph: Graph, features: str, predictor: NearestPredictor) -> str:
    """Give the mean of the nearest rows; what is as far away as the last of them shares its place."""
    count = int(predictor.count[0])
    apart = _squares(graph, features, predictor.rows)
    last = graph.ops("TopK", apart, shape(count), count=2, axis=1, largest=0, sorted=0)[0]
    last = graph.op("ReduceMax", last, shape(1), keepdims=1)
    close = graph.op("Mul", graph.op("Add", _lengths(graph, features), 1.0), NEAR)
    is_nearer = graph.op("Less", apart, graph.op("Sub", last, close))
    is_inside = graph.op("LessOrEqual", apart, graph.op("Add", last, close))
    nearer, inside = (graph.op("Cast", one, to=DOUBLE) for one in (is_nearer, is_inside))
    tied = graph.op("Sub", inside, nearer)
    left = graph.op("Sub", float(count), graph.op("ReduceSum", nearer, shape(1), keepdims=1))
    share = graph.op("Div", left, graph.op("ReduceSum", tied, shape(1), keepdims=1))
    votes = graph.op("Mul", graph.op("Add", nearer, graph.op("Mul", share, tied)), predictor.weight)
    total = graph.op("ReduceSum", votes, shape(1), keepdims=1)
    if not len(predictor.prior):
        return graph.op("Div", graph.op("MatMul", votes, predictor.answers[:, None].astype(np.float64)), total)
    of_class = np.zeros((len(predictor.answers), len(predictor.prior)))
    of_class[np.arange(len(of_class)), predictor.answers] = 1.0
    told = graph.op("Add", graph.op("MatMul", votes, of_class), predictor.prior)
    return graph.op("Div", told, graph.op("Add", total, 1.0))


def likely(graph: Graph, sums: str, classes: int) -> str:
    """Give (rows, classes) probabilities, or (rows, 1) values, of what trees add up to, (rows, 1 or classes)."""
    if not classes:
        return sums
    return _two(graph, sums) if classes == 2 else graph.op("Softmax", sums, axis=1)


def _two(graph: Graph, raw: str) -> str:
    likely = graph.op("Sigmoid", raw)
    return graph.op("Concat", graph.op("Sub", 1.0, likely), likely, axis=1)
