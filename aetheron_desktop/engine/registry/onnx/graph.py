"""A graph of ONNX operators in the making."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from onnx import AttributeProto, GraphProto, ModelProto, TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Operand: TypeAlias = "str | float | NDArray[Any]"
    """The name of a tensor, or a constant: a Python number is one in double precision."""

OPSET: Final = 21
_LEARNED: Final = "ai.onnx.ml"
_RUNTIME: Final = "com.microsoft"
_VERSIONS: Final = {"": OPSET, _LEARNED: 5, _RUNTIME: 1}
_DOMAINS: Final = {"LabelEncoder": _LEARNED, "TreeEnsemble": _LEARNED, "Tokenizer": _RUNTIME}
_IR: Final = 10
"""What ONNX 1.16 and ONNX Runtime 1.18 brought, as opset 21."""
ROWS: Final = "rows"


class Graph:
    """Nodes and constants; each operator gives the name of its first output."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._numbers: dict[float, str] = {}
        self._domains = {""}

    @property
    def domains(self) -> frozenset[str]:
        """The sets of operators that are in use."""
        return frozenset(self._domains)

    def inner(self) -> Graph:
        """Give an empty graph for the body of a node of this one; no name is in both."""
        made = Graph()
        made._taken = self._taken
        return made

    def op(self, kind: str, *inputs: Operand, more: Sequence[Any] = (), **attributes: Any) -> str:
        """Add a node with one output; ``more`` are attributes that are made already."""
        return self.ops(kind, *inputs, count=1, more=more, **attributes)[0]

    def ops(self, kind: str, *inputs: Operand, count: int, more: Sequence[Any] = (), **attributes: Any) -> list[str]:
        """Add a node with ``count`` outputs."""
        domain = _DOMAINS.get(kind, "")
        self._domains.add(domain)
        outputs = [self.name(kind) for _ in range(count)]
        node = helper.make_node(kind, [self._operand(one) for one in inputs], outputs, domain=domain, **attributes)
        node.attribute.extend(more)
        self._nodes.append(node)
        return outputs

    def call(self, name: str, source: str) -> str:
        """Give what is in ``source`` the name ``name`` as well, as outputs need it."""
        self._nodes.append(helper.make_node("Identity", [source], [name]))
        return name

    def constant(self, values: NDArray[Any]) -> str:
        """Add a constant."""
        name = self.name("constant")
        self._constants.append(numpy_helper.from_array(values, name))
        return name

    def graph(self, name: str, inputs: Sequence[Any], outputs: Sequence[Any]) -> GraphProto:
        """Give all as one graph."""
        return helper.make_graph(self._nodes, name, inputs, outputs, self._constants)

    def model(self, name: str, inputs: Sequence[Any], outputs: Sequence[Any], **about: Any) -> ModelProto:
        """Give all as a model."""
        imports = [helper.make_opsetid(domain, _VERSIONS[domain]) for domain in sorted(self._domains)]
        return helper.make_model(
            self.graph(name, inputs, outputs), opset_imports=imports, ir_version=_IR, functions=(), **about
        )

    def _operand(self, operand: Operand) -> str:
        if isinstance(operand, str):
            return operand
        if isinstance(operand, np.ndarray):
            return self.constant(operand)
        if operand not in self._numbers:
            self._numbers[operand] = self.constant(np.array(operand, dtype=np.float64))
        return self._numbers[operand]

    def name(self, kind: str) -> str:
        """Give a name that nothing else has."""
        # A column may have any name.
        name = f"{kind}_{len(self._taken)}"
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def ints(name: str, values: NDArray[Any]) -> AttributeProto:
    """Give whole numbers as an attribute; ``onnx.helper`` looks at each one, which takes seconds for a forest."""
    made = AttributeProto(name=name, type=AttributeProto.INTS)
    made.ints.extend(values.tolist())
    return made


def words(values: Iterable[str]) -> NDArray[Any]:
    """Give a constant of strings."""
    return np.array(list(values), dtype=object)


def shape(*sizes: int) -> NDArray[np.int64]:
    """Give sizes as operators take them."""
    return np.array(sizes, dtype=np.int64)


STRING: Final = TensorProto.STRING
DOUBLE: Final = TensorProto.DOUBLE
FLOAT: Final = TensorProto.FLOAT
INT64: Final = TensorProto.INT64
