"""Looks through an ONNX file before a runtime opens it.

The runtime runs operators, and nothing else. What could reach beyond: tensors that lie in other files, operators of
libraries that the file asks for, loops without end, tensors that are larger than what stands in the file, and
functions that swell when they are put in place of their calls.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.registry.foreign.info import MADE_AGAIN
from aetheron_desktop.engine.registry.foreign.onnx_learned import check_learned

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
_OF_THE_RUNTIME: Final = frozenset({("com.microsoft", "Tokenizer")})
"""Operators of ONNX Runtime itself that models of this program need."""
_CHANCE: Final = frozenset(
    {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"}
)
_LOOPS: Final = frozenset({"Loop", "Scan"})
_MOST_NODES: Final = 100_000
_MOST_NESTED: Final = 4
_MOST_TURNS: Final = 10_000
_MOST_ELEMENTS: Final = 1 << 28
_BYTES: Final = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 16: 2}
"""Bytes of an element, by ONNX's numbers of types: floats, whole numbers and truths."""
_STRING: Final = 8
_FIELDS: Final = {
    **dict.fromkeys((1,), "float_data"),
    **dict.fromkeys((2, 3, 4, 5, 6, 9, 10, 16), "int32_data"),
    7: "int64_data",
    11: "double_data",
    **dict.fromkeys((12, 13), "uint64_data"),
}


def audit_graph(model: Any) -> tuple[str, ...]:
    """Refuse what no table's model needs; give in words what is bounded.

    Raises:
        UntrustedModel: the words say what it asks for.
        ValueError: an operator contradicts itself.
    """
    if model.functions:
        raise _unsafe(
            f"brings {len(model.functions)} functions of its own", "Put them in place (onnx.inliner) and save it again."
        )
    strange = sorted({told.domain for told in model.opset_import} - STANDARD - {one for one, _ in _OF_THE_RUNTIME})
    if strange:
        raise _unsafe(
            f"asks for operators that do not belong to ONNX: {', '.join(map(repr, strange[:5]))}",
            "Export it with standard operators only.",
        )
    notes: list[str] = []
    for count, (node, nested, looped, graph) in enumerate(_nodes(model.graph, 0, looped=False)):
        if count > _MOST_NODES or nested > _MOST_NESTED:
            raise _unsafe("has more operators, or deeper ones, than any model", MADE_AGAIN)
        _check_node(node, graph, looped=looped)
        check_learned(node)
        if node.op_type in _LOOPS and node.domain in STANDARD:
            notes.append(f"It holds a {node.op_type}, which is bounded: at most {_MOST_TURNS:,} turns, or its rows.")
    return tuple(dict.fromkeys(notes))


def _nodes(graph: Any, nested: int, *, looped: bool) -> Iterator[tuple[Any, int, bool, Any]]:
    """Give every operator with how deep it lies, whether within a loop, and its graph; tensors are checked."""
    if graph.sparse_initializer:
        raise _unsafe("holds sparse tensors", "Export it with dense tensors.")
    for tensor in graph.initializer:
        check_tensor(tensor)
    for node in graph.node:
        yield node, nested, looped, graph
        for attribute in node.attribute:
            if attribute.HasField("sparse_tensor") or attribute.sparse_tensors:
                raise _unsafe("holds sparse tensors", "Export it with dense tensors.")
            for tensor in (*((attribute.t,) if attribute.HasField("t") else ()), *attribute.tensors):
                check_tensor(tensor)
            for inner in (*((attribute.g,) if attribute.HasField("g") else ()), *attribute.graphs):
                yield from _nodes(inner, nested + 1, looped=looped or node.op_type in _LOOPS)


def _check_node(node: Any, graph: Any, *, looped: bool) -> None:
    if node.domain not in STANDARD and (node.domain, node.op_type) not in _OF_THE_RUNTIME:
        raise _unsafe(
            f"asks for the operator {node.op_type[:60]!r} of {node.domain[:60]!r}, which does not belong to ONNX",
            "Export it with standard operators only.",
        )
    if node.op_type in _CHANCE:
        raise _unsafe(f"draws at random ({node.op_type}), and so predicts differently each time", "Export it for use.")
    if node.op_type in _LOOPS:
        if looped:
            raise _unsafe("holds a loop within a loop", "Export it without loops.")
        if node.op_type == "Loop" and not _is_bounded(node, graph):
            raise _unsafe(
                f"holds a loop that does not say that it ends after {_MOST_TURNS:,} turns", "Export it without loops."
            )


def _is_bounded(node: Any, graph: Any) -> bool:
    """Say whether a loop's count of turns stands in the file, and is small."""
    from onnx import numpy_helper

    name = node.input[0] if node.input else ""
    told = [tensor for tensor in graph.initializer if tensor.name == name]
    for other in graph.node:
        if name in other.output and other.op_type == "Constant":
            told += [attribute.t for attribute in other.attribute if attribute.name == "value"]
    fed = {one.name for one in graph.input}
    if not name or name in fed or len(told) != 1 or told[0].data_type != 7:
        return False
    turns = numpy_helper.to_array(told[0]).ravel()
    return len(turns) == 1 and 0 <= int(turns[0]) <= _MOST_TURNS


def check_tensor(tensor: Any) -> None:
    """Refuse a tensor that lies elsewhere, or is not as large as it says."""
    if tensor.external_data or tensor.data_location == 1:
        places = [entry.value for entry in tensor.external_data if entry.key == "location"]
        raise _unsafe(
            f"keeps weights in another file ({places[0][:80] if places else 'not named'})",
            "Save it as one file: onnx.save(model, file, save_as_external_data=False).",
        )
    sizes = list(tensor.dims)
    if (
        any(size < 0 for size in sizes)
        or math.prod(sizes) > _MOST_ELEMENTS
        or len(sizes) > 16
        or tensor.HasField("segment")
    ):
        raise _unsafe("holds a tensor of an absurd shape", MADE_AGAIN)
    count = math.prod(sizes)
    if tensor.data_type == _STRING:
        held = len(tensor.string_data)
    elif tensor.data_type not in _BYTES:
        raise _unsafe(f"holds a tensor of the type {tensor.data_type}, which no table's model needs", MADE_AGAIN)
    elif tensor.HasField("raw_data"):
        count *= _BYTES[tensor.data_type]
        held = len(tensor.raw_data)
    else:
        held = len(getattr(tensor, _FIELDS[tensor.data_type]))
    if held != count:
        raise _unsafe("holds a tensor that is not as large as it says", MADE_AGAIN)


def _unsafe(what: str, hint: str) -> UntrustedModel:
    return UntrustedModel(f"The ONNX file {what}.", hint=hint)
