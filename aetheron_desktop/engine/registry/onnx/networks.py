"""The networks as operators, in single precision as they are themselves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from aetheron_desktop.engine.registry.onnx.graph import DOUBLE, FLOAT, INT64, shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aetheron_desktop.engine.estimators.networks.architecture import Architecture
    from aetheron_desktop.engine.estimators.networks.predictor import NetworkPredictor
    from aetheron_desktop.engine.registry.onnx.graph import Graph

    Array = NDArray[np.float32]

_NORM: Final = 1e-5
"""What PyTorch adds to a variance before it divides by its root."""


def network(graph: Graph, features: str, predictor: NetworkPredictor) -> str:
    """Give (rows, classes) probabilities or (rows, 1) values of the network."""
    made = predictor.architecture
    body = _Body(graph, made, {name: tensor.numpy() for name, tensor in predictor.weights.items()})
    match made.kind:
        case "perceptron":
            values = body.perceptron(features)
        case "ensemble" | "small_ensemble":
            values = body.ensemble(features)
        case "residual":
            values = body.residual(features)
        case "transformer":
            values = body.transformer(features)
    raw = graph.op("Cast", values, to=DOUBLE)
    if made.outputs > 1:
        raw = graph.op("Softmax", raw, axis=-1)
    if made.members > 1:
        raw = graph.op("ReduceMean", raw, shape(1), keepdims=0)
    if made.outputs == 1:
        raw = graph.op("Add", graph.op("Mul", raw, made.scale), made.shift)
    return raw


class _Body:
    """Writes one network; the methods give names of tensors."""

    def __init__(self, graph: Graph, made: Architecture, weights: dict[str, Array]) -> None:
        self._graph = graph
        self._made = made
        self._weights = weights

    def perceptron(self, features: str) -> str:
        """Give (rows, outputs)."""
        values = self._together(features)
        for layer in range(self._made.layers + 1):
            # A layer, its ReLU and its dropout count as three.
            values = self._linear(values, f"layers.{3 * layer}")
            if layer < self._made.layers:
                values = self._graph.op("Relu", values)
        return values

    def ensemble(self, features: str) -> str:
        """Give (rows, members, outputs)."""
        op, weights = self._graph.op, self._weights
        values = op("Unsqueeze", self._together(features), shape(1))
        for layer in range(self._made.layers):
            name = f"layers.{layer}"
            if (scale := weights.get(f"{name}.scale_in")) is not None:
                values = op("Mul", values, scale)
            values = op("MatMul", values, weights[f"{name}.weight"].T.copy())
            if (scale := weights.get(f"{name}.scale_out")) is not None:
                values = op("Mul", values, scale)
            values = op("Relu", op("Add", values, weights[f"{name}.bias"]))
        # (members, rows, width): a product of matrices for each member.
        each = op("MatMul", op("Transpose", values, perm=[1, 0, 2]), weights["head"])
        return op("Add", op("Transpose", each, perm=[1, 0, 2]), weights["head_bias"])

    def residual(self, features: str) -> str:
        """Give (rows, outputs)."""
        op = self._graph.op
        values = self._linear(self._together(features), "first")
        for layer in range(self._made.layers):
            name = f"blocks.{layer}"
            inner = op("Relu", self._linear(self._batch_normed(values, f"{name}.norm"), f"{name}.first"))
            values = op("Add", values, self._linear(inner, f"{name}.second"))
        return self._linear(op("Relu", self._batch_normed(values, "norm")), "head")

    def transformer(self, features: str) -> str:
        """Give (rows, outputs)."""
        op = self._graph.op
        tokens = self._tokens(features)
        for layer in range(self._made.layers):
            tokens = self._attention(tokens, layer)
        asked = op("Gather", tokens, np.array(0, dtype=np.int64), axis=1)
        return self._linear(op("Relu", self._layer_normed(asked, "norm")), "head")

    # -- from features ------------------------------------------------------------------------------------------------

    def _together(self, features: str) -> str:
        """Give all features, and the vectors of the numbers beside them: (rows, width)."""
        op, made = self._graph.op, self._made
        values = op("Cast", features, to=FLOAT)
        if not (made.numbers and made.embedding and (made.bins or made.frequencies)):
            return values
        places = np.arange(made.numbers_from, made.numbers_from + made.numbers, dtype=np.int64)
        vectors = self._embedded(op("Gather", values, places, axis=1), "embed")
        return op("Concat", values, op("Reshape", vectors, shape(0, made.numbers * made.embedding)), axis=1)

    def _embedded(self, numbers: str, name: str) -> str:
        """Give (rows, numbers, embedding)."""
        op, weights = self._graph.op, self._weights
        # (numbers, rows, 1): a product of matrices for each number.
        chosen = op("Unsqueeze", op("Transpose", numbers), shape(2))
        if self._made.bins:
            left, rate = weights[f"{name}.left"][:, None, :], weights[f"{name}.rate"][:, None, :]
            lengths = op("Mul", op("Sub", chosen, left), rate)
            filled = op("Clip", lengths, np.array(0.0, dtype=np.float32), np.array(1.0, dtype=np.float32))
            vectors = op("MatMul", filled, weights[f"{name}.weight"])
        else:
            angle = op("Mul", chosen, np.float32(2.0 * math.pi) * weights[f"{name}.frequency"][:, None, :])
            waves = op("Concat", op("Cos", angle), op("Sin", angle), axis=2)
            added = op("Add", op("MatMul", waves, weights[f"{name}.weight"]), weights[f"{name}.bias"][:, None, :])
            vectors = op("Relu", added)
        return op("Transpose", vectors, perm=[1, 0, 2])

    def _tokens(self, features: str) -> str:
        """Give (rows, 1 + inputs, size), the token of none first."""
        op, made, weights = self._graph.op, self._made, self._weights
        codes = len(made.levels)
        parts = []
        if codes:
            parts.append(self._levels(op("Slice", features, shape(0), shape(codes), shape(1))))
        if made.inputs > codes:
            plain = op("Cast", op("Slice", features, shape(codes), shape(made.inputs), shape(1)), to=FLOAT)
            tokens = op("Mul", op("Unsqueeze", plain, shape(2)), weights["tokens.weight"])
            if made.bins and made.numbers:
                start, stop = made.numbers_from - codes, made.numbers_from - codes + made.numbers
                vectors = self._embedded(op("Slice", plain, shape(start), shape(stop), shape(1)), "tokens.embed")
                around = np.array([0, start, 0, 0, made.inputs - codes - stop, 0], dtype=np.int64)
                tokens = op("Add", tokens, op("Pad", vectors, around, np.array(0.0, dtype=np.float32)))
            parts.append(tokens)
        tokens = op("Add", op("Concat", *parts, axis=1), weights["tokens.bias"])
        rows = op("Slice", op("Shape", features), shape(0), shape(1))
        none = op("Expand", weights["tokens.none"][None, None, :], op("Concat", rows, shape(1, 1), axis=0))
        return op("Concat", none, tokens, axis=1)

    def _levels(self, codes: str) -> str:
        """Give (rows, columns, size); NaN is the level that none has seen."""
        op = self._graph.op
        counts = np.array(self._made.levels, dtype=np.int64)
        known = op("Where", op("IsNaN", codes), -1.0, codes)
        place = op("Add", op("Cast", known, to=INT64), np.array(1, dtype=np.int64))
        # A code that no training row had is one that was never seen.
        place = op("Where", op("Less", place, counts), place, np.array(0, dtype=np.int64))
        return op("Gather", self._weights["tokens.levels.weight"], op("Add", place, counts.cumsum() - counts), axis=0)

    # -- layers -------------------------------------------------------------------------------------------------------

    def _linear(self, values: str, name: str) -> str:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return self._graph.op("Add", self._graph.op("MatMul", values, weight.T.copy()), bias)

    def _batch_normed(self, values: str, name: str) -> str:
        parts = (self._weights[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var"))
        return self._graph.op("BatchNormalization", values, *parts, epsilon=_NORM)

    def _layer_normed(self, values: str, name: str) -> str:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return self._graph.op("LayerNormalization", values, weight, bias, epsilon=_NORM, axis=-1)

    def _attention(self, tokens: str, layer: int) -> str:
        """Give the tokens as a block makes them; behind the last one only the first of them."""
        op, made, name = self._graph.op, self._made, f"blocks.{layer}"
        normed = tokens if layer == 0 else self._layer_normed(tokens, f"{name}.attention_norm")
        key, value = self._halves(self._linear(normed, f"{name}.tell"))
        if layer == made.layers - 1:
            normed, tokens = (op("Slice", each, shape(0), shape(1), shape(1)) for each in (normed, tokens))
        query = self._linear(normed, f"{name}.ask")
        each = made.hidden_size // made.heads
        split = [
            op("Transpose", op("Reshape", one, shape(0, 0, made.heads, each)), perm=perm)
            for one, perm in ((query, [0, 2, 1, 3]), (key, [0, 2, 3, 1]), (value, [0, 2, 1, 3]))
        ]
        alike = op("Mul", op("MatMul", split[0], split[1]), np.array(1.0 / math.sqrt(each), dtype=np.float32))
        found = op("MatMul", op("Softmax", alike, axis=-1), split[2])
        together = op("Reshape", op("Transpose", found, perm=[0, 2, 1, 3]), shape(0, 0, made.hidden_size))
        tokens = op("Add", tokens, self._linear(together, f"{name}.gather"))
        left, right = self._halves(self._linear(self._layer_normed(tokens, f"{name}.norm"), f"{name}.first"))
        return op("Add", tokens, self._linear(op("Mul", left, op("Relu", right)), f"{name}.second"))

    def _halves(self, values: str) -> list[str]:
        return self._graph.ops("Split", values, count=2, axis=-1, num_outputs=2)
