"""A whole pipeline as one ONNX model: raw columns in, predictions out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from onnx import helper
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from aetheron_desktop import __version__
from aetheron_desktop.engine.estimators.base import SklearnPredictor
from aetheron_desktop.engine.estimators.boosters import Booster, XgboostPredictor
from aetheron_desktop.engine.estimators.features import MISSING_WORD, names_of
from aetheron_desktop.engine.estimators.pipeline import Blend
from aetheron_desktop.engine.estimators.plain import PlainPredictor
from aetheron_desktop.engine.estimators.pooling import LEAST_SAID
from aetheron_desktop.engine.estimators.quantiles import QuantilesPredictor
from aetheron_desktop.engine.estimators.temperature import LEAST
from aetheron_desktop.engine.registry.onnx import columns as raw_columns
from aetheron_desktop.engine.registry.onnx.boosters import boosters
from aetheron_desktop.engine.registry.onnx.estimators import constant, is_constant, likely, plain, predicted
from aetheron_desktop.engine.registry.onnx.graph import DOUBLE, INT64, ROWS, STRING, Graph, words
from aetheron_desktop.engine.registry.onnx.networks import network
from aetheron_desktop.engine.registry.onnx.report import OnnxUnsupported, named
from aetheron_desktop.engine.registry.onnx.scaling import scaled
from aetheron_desktop.engine.registry.onnx.texts import text
from aetheron_desktop.engine.registry.onnx.trees import FIRST_CODE, codes_of_boosting

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray
    from onnx import ModelProto

    from aetheron_desktop.engine.estimators.deciding import CostRule
    from aetheron_desktop.engine.estimators.limits import Limits
    from aetheron_desktop.engine.estimators.pipeline import FittedPipeline

_AGAIN: Final = "Train the model again with this version of the program, then export it."


def assembled(pipeline: FittedPipeline, threshold: float | None) -> tuple[ModelProto, tuple[str, ...], list[str]]:
    """Give the model, the names of its outputs, and notes.

    Raises:
        OnnxUnsupported: a part cannot be written; the words name it and its columns.
    """
    given = pipeline.columns.columns
    taken = {column.name for column in given}
    if "" in taken:
        raise OnnxUnsupported(
            "A column has no name, and an input of ONNX needs one.", hint="Name it, then train again."
        )
    wanted: tuple[str, ...] = ("label", "probabilities") if pipeline.classes else ("value",)
    if pipeline.limits is not None:
        wanted = ("value", "lower", "upper")
    outputs = tuple(_free(name, taken) for name in wanted)
    graph = Graph({*taken, *outputs})
    empty = raw_columns.learned_empty_words(pipeline)
    raw: tuple[str, ...]
    if isinstance(pipeline.predictor, QuantilesPredictor):
        raw = _quantiles(graph, pipeline, pipeline.predictor, empty)
    elif isinstance(pipeline.predictor, Blend) and pipeline.predictor.of_quantiles:
        raw = _blend_of_quantiles(graph, pipeline, pipeline.predictor, empty)
    else:
        raw = ((_blend if isinstance(pipeline.predictor, Blend) else _raw)(graph, pipeline, empty),)
    made = graph.model("pipeline", raw_columns.inputs(given), _outputs(graph, pipeline, raw, outputs, threshold))
    made.producer_name, made.producer_version = "Aetheron Desktop", __version__
    made.doc_string = f"Predicts {pipeline.target.name} ({pipeline.task}) from {len(given)} columns."
    helper.set_model_props(made, _about(pipeline, outputs, threshold))
    return made, outputs, _notes(pipeline, graph, outputs)


def _quantiles(
    graph: Graph, pipeline: FittedPipeline, predictor: QuantilesPredictor, empty: Collection[str]
) -> tuple[str, str, str]:
    """Give (rows, 1) each: the median, the lower quantile and the upper one, in order."""
    first = predictor.parts[0]
    features = _features(graph, pipeline, empty, first if isinstance(first, Booster) else None)
    told = []
    for part in predictor.parts:
        match part:
            case Booster():
                told.append(boosters(graph, features, part))
            case SklearnPredictor():
                told.append(predicted(graph, features, part.model))
            case _:
                raise OnnxUnsupported("The model tells quantiles in a way that has no counterpart in ONNX here.")
    a, b, c = told
    less, more = graph.op("Min", a, b), graph.op("Max", a, b)
    middle = graph.op("Max", less, graph.op("Min", more, c))
    return middle, graph.op("Min", less, c), graph.op("Max", more, c)


def _blend_of_quantiles(
    graph: Graph, pipeline: FittedPipeline, blend: Blend, empty: Collection[str]
) -> tuple[str, str, str]:
    """Give (rows, 1) each, as :func:`_quantiles`: the weighted means of what the branches tell."""
    totals: list[str] = []
    for branch in blend.branches:
        assert isinstance(branch.predictor, QuantilesPredictor)
        single = replace(pipeline, transformer=branch.transformer, predictor=branch.predictor)
        told = [graph.op("Mul", one, branch.weight) for one in _quantiles(graph, single, branch.predictor, empty)]
        totals = [graph.op("Add", *both) for both in zip(totals, told, strict=True)] if totals else told
    middle, low, high = totals
    return middle, low, high


def _raw(graph: Graph, pipeline: FittedPipeline, empty: Collection[str]) -> str:
    """Give (rows, classes) probabilities or (rows, 1) values; in the columns ``empty`` the empty word is a value."""
    if isinstance(pipeline.predictor, QuantilesPredictor):
        return _quantiles(graph, pipeline, pipeline.predictor, empty)[0]
    if isinstance(pipeline.predictor, PlainPredictor):
        return plain(graph, _features(graph, pipeline, empty, None), pipeline.predictor)
    if isinstance(pipeline.predictor, Booster):
        sums = boosters(graph, _features(graph, pipeline, empty, pipeline.predictor), pipeline.predictor)
        return likely(graph, sums, len(pipeline.classes))
    if not isinstance(pipeline.predictor, SklearnPredictor):
        return network(graph, _features(graph, pipeline, empty, None), pipeline.predictor)  # type: ignore[arg-type]
    model = pipeline.predictor.model
    if is_constant(model):
        return constant(graph, model, pipeline.columns.columns[0].name)
    return predicted(graph, _features(graph, pipeline, empty, model), model)


def _blend(graph: Graph, pipeline: FittedPipeline, empty: Collection[str]) -> str:
    """Give the weighted mean of the branches, in their order, at the temperature; or what a second layer makes."""
    blend, total = pipeline.predictor, None
    assert isinstance(blend, Blend)
    if blend.offsets:
        return _pooled(graph, pipeline, blend, empty)
    for branch in blend.branches:
        single = replace(pipeline, transformer=branch.transformer, predictor=branch.predictor)
        said = graph.op("Mul", _raw(graph, single, empty), branch.weight)
        total = said if total is None else graph.op("Add", total, said)
    assert total is not None
    if not pipeline.classes or blend.temperature == 1.0:
        return total
    warm = graph.op("Pow", graph.op("Clip", total, LEAST, 1.0), 1.0 / blend.temperature)
    return graph.op("Div", warm, graph.op("ReduceSum", warm, np.array([1], dtype=np.int64), keepdims=1))


def _pooled(graph: Graph, pipeline: FittedPipeline, blend: Blend, empty: Collection[str]) -> str:
    """Give what the second layer makes of the means of the members, as :func:`.pooling.pooled` does."""
    members = blend.members()
    said: dict[int, str] = {}
    for branch in blend.branches:
        single = replace(pipeline, transformer=branch.transformer, predictor=branch.predictor)
        part = graph.op("Div", _raw(graph, single, empty), float(members[branch.member][0]))
        said[branch.member] = graph.op("Add", said[branch.member], part) if branch.member in said else part
    total = None
    for number, (_, weight) in members.items():
        one = said[number]
        if pipeline.classes:
            one = graph.op("Log", graph.op("Clip", one, LEAST_SAID, 1.0))
        weighed = graph.op("Mul", one, weight)
        total = weighed if total is None else graph.op("Add", total, weighed)
    assert total is not None
    total = graph.op("Add", total, np.array(blend.offsets))
    return graph.op("Softmax", total, axis=1) if pipeline.classes else total


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _outputs(
    graph: Graph, pipeline: FittedPipeline, said: tuple[str, ...], names: tuple[str, ...], threshold: float | None
) -> list[Any]:
    raw = said[0]
    if not pipeline.classes:
        ways = [raw] if pipeline.limits is None else [raw, *_limited(graph, said, pipeline.limits)]
        return [
            helper.make_tensor_value_info(graph.call(name, way), DOUBLE, [ROWS, 1])
            for name, way in zip(names, ways, strict=True)
        ]
    if len(pipeline.classes) == 2 and threshold is not None:
        second = graph.op("Gather", raw, np.array(1, dtype=np.int64), axis=1)
        is_second = graph.op("GreaterOrEqual", second, threshold)
        label = graph.op("Where", is_second, words(pipeline.classes[1:]), words(pipeline.classes[:1]))
    elif pipeline.costs is not None:
        label = graph.op("Gather", words(pipeline.classes), _cheapest(graph, raw, pipeline.costs))
    else:
        label = graph.op("Gather", words(pipeline.classes), graph.op("ArgMax", raw, axis=1, keepdims=0))
    return [
        helper.make_tensor_value_info(graph.call(names[0], label), STRING, [ROWS]),
        helper.make_tensor_value_info(graph.call(names[1], raw), DOUBLE, [ROWS, len(pipeline.classes)]),
    ]


def _cheapest(graph: Graph, raw: str, costs: CostRule) -> str:
    """Give (rows,) the places of the classes that are expected to cost least."""
    sure = raw
    if costs.temperature != 1.0:
        # Not brought to a sum of 1: that leaves the order of the costs.
        sure = graph.op("Pow", graph.op("Clip", raw, LEAST, 1.0), 1.0 / costs.temperature)
    return graph.op("ArgMin", graph.op("MatMul", sure, np.array(costs.matrix)), axis=1, keepdims=0)


def _limited(graph: Graph, said: tuple[str, ...], limits: Limits) -> tuple[str, str]:
    """Give (rows, 1) lower and upper limits, as :meth:`.estimators.limits.Limits.around` does."""
    middle, low, high = said if len(said) > 1 else said * 3
    below: str | float = limits.below[0]
    above: str | float = limits.above[0]
    if limits.edges:
        passed = graph.op("GreaterOrEqual", middle, np.array([limits.edges]))
        part = graph.op("ReduceSum", graph.op("Cast", passed, to=INT64), np.array([1], dtype=np.int64), keepdims=1)
        below, above = (graph.op("Gather", np.array(one), part, axis=0) for one in (limits.below, limits.above))
    lower, upper = graph.op("Sub", low, below), graph.op("Add", high, above)
    return graph.op("Min", lower, middle), graph.op("Max", upper, middle)


def _features(graph: Graph, pipeline: FittedPipeline, empty: Collection[str], model: Any) -> str:
    """Give (rows, features), as the fitted transformer makes them."""
    transformer = pipeline.transformer
    assert isinstance(transformer, ColumnTransformer)
    numbers = raw_columns.Numbers(graph, pipeline.columns.columns)
    parts = []
    for name, fitted, chosen in transformer.transformers_:
        if name in _CATEGORIES:
            parts.append(_categories(graph, fitted, list(chosen), empty, model if name == "category" else None))
        elif name in _NUMBERS:
            names = names_of(transformer, chosen)
            parts.append(scaled(graph, numbers.of(names), fitted, names))
        elif name.startswith(_TEXTS):
            parts.append(text(graph, chosen, fitted))
        elif fitted != "drop":
            raise OnnxUnsupported(f"The model has a part that ONNX has not: {name}.", hint=_AGAIN)
    return graph.op("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]


_CATEGORIES: Final = frozenset({"category", "one-hot", "codes", "means"})
_NUMBERS: Final = frozenset({"number", "as-is", "scaled", "quantile", "binned", "each", "missing"})
_TEXTS: Final = ("text", "letters")


def _categories(graph: Graph, fitted: Any, columns: Sequence[str], empty: Collection[str], model: Any) -> str:
    is_boosted = isinstance(model, HistGradientBoostingClassifier | HistGradientBoostingRegressor)

    def translate(position: int, codes: NDArray[np.float64]) -> NDArray[np.float64]:
        if isinstance(model, Booster):
            return codes + FIRST_CODE
        is_category = is_boosted and model.is_categorical_ is not None and model.is_categorical_[position]
        return codes_of_boosting(model, position, codes) if is_category else codes

    encoder, *others = [step for _, step in fitted.steps] if isinstance(fitted, Pipeline) else [fitted]
    match encoder:
        case OneHotEncoder(handle_unknown="infrequent_if_exist", drop=None):
            made = raw_columns.one_hot(graph, encoder, columns, empty)
        case OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=other) if np.isnan(other):
            made = raw_columns.ordinal(graph, encoder, columns, empty, translate)
        case TargetEncoder():
            made = raw_columns.means(graph, encoder, columns, empty)
        case _:
            raise OnnxUnsupported(
                f"The categories of the {named(columns)} are prepared by {type(encoder).__name__} in a way that has "
                "no counterpart in ONNX here.",
                hint=_AGAIN,
            )
    return (
        scaled(graph, made, Pipeline([(str(place), one) for place, one in enumerate(others)]), columns)
        if others
        else made
    )


# -- what is said of it -----------------------------------------------------------------------------------------------


def _about(pipeline: FittedPipeline, outputs: tuple[str, ...], threshold: float | None) -> dict[str, str]:
    told: dict[str, Any] = {
        "producer": "Aetheron Desktop",
        "version": __version__,
        "target": pipeline.target.name,
        "task": pipeline.task,
        "outputs": outputs,
        "columns": [{"name": column.name, "type": column.type} for column in pipeline.columns.columns],
    }
    if pipeline.classes:
        told["classes"] = pipeline.classes
    if len(pipeline.classes) == 2 and threshold is not None:
        told["threshold"] = threshold
    if pipeline.costs is not None:
        told["costs"], told["temperature"] = pipeline.costs.matrix, pipeline.costs.temperature
    if pipeline.limits is not None:
        told["level"] = pipeline.limits.level
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for name, value in told.items()
    }


def _notes(pipeline: FittedPipeline, graph: Graph, outputs: tuple[str, ...]) -> list[str]:
    notes = []
    if changed := [name for name in outputs if name.endswith("_")]:
        notes.append(f"A column has the name of an output, which is therefore called {changed[0]}.")
    if "com.microsoft" in graph.domains:
        texts = [column.name for column in pipeline.columns.columns if column.type == "text"]
        notes.append(
            f"The text of the {named(texts)} is split by an operator of ONNX Runtime (com.microsoft.Tokenizer): "
            "other programs cannot run the file."
        )
    if learned := raw_columns.learned_empty_words(pipeline):
        notes.append(
            f"In the {named(sorted(learned))} an empty word is a value that the model knows; "
            f"write {MISSING_WORD} for a missing one."
        )
    predictor = pipeline.predictor
    parts = [branch.predictor for branch in predictor.branches] if isinstance(predictor, Blend) else [predictor]
    if any(isinstance(part, XgboostPredictor) for part in parts):
        notes.append("XGBoost adds up in single precision, the file in double precision.")
    if not all(isinstance(part, SklearnPredictor | PlainPredictor | Booster | QuantilesPredictor) for part in parts):
        notes.append("The network computes in single precision, as the model itself does.")
    return notes
