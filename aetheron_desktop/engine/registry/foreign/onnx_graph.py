"""ONNX files: audited, understood, and cut down to the one output that predictions are read from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec

from aetheron_desktop.engine.datasets.schema import Task
from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.registry.foreign.info import (
    MOST_CLASSES,
    MOST_FEATURES,
    ONNX_FILE,
    FeatureType,
    ForeignInfo,
    OutputForm,
    damaged,
    read_bounded,
    word,
)
from aetheron_desktop.engine.registry.foreign.onnx_audit import audit_graph

if TYPE_CHECKING:
    from pathlib import Path

_TYPES: Final[dict[int, tuple[str, FeatureType]]] = {
    1: ("float32", "number"),
    11: ("float64", "number"),
    6: ("int32", "integer"),
    7: ("int64", "integer"),
    9: ("bool", "boolean"),
    8: ("str", "category"),
}
"""By ONNX's numbers of types: what NumPy calls it, and what it is to a table."""
_FRACTIONS: Final = frozenset({1, 11})
_LABELS: Final = frozenset({6, 7, 8, 9})
_CLASSIFIERS: Final = frozenset({"TreeEnsembleClassifier", "LinearClassifier", "SVMClassifier"})
_SAME: Final = frozenset({"Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten"})
_MOST_ROWS: Final = 65_536


class OnnxInput(msgspec.Struct, frozen=True):
    """One input: how many features it takes, its type as NumPy calls it, and whether it is (rows,), not (rows, 1)."""

    name: str
    width: int
    dtype: str
    flat: bool


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """A file that was understood.

    ``body`` has the one output that is asked; ``rows`` is how many it takes at once, 0 where any.
    """

    info: ForeignInfo
    body: bytes
    inputs: tuple[OnnxInput, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class _Output:
    name: str
    type: int
    width: int
    """Of the last axis; 1 for (rows,), 0 where it is not said."""


def read_onnx(file: Path) -> OnnxModel:
    """Read and check ``file``.

    Raises:
        UntrustedModel: it is damaged, or asks for what is refused; the words say what.
        ModelError: it is not made for tables, or is newer than what is installed.
    """
    import onnx  # 0.3 s; only such a file needs it

    data = read_bounded(file)
    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:
        # protobuf has errors of its own, by version.
        raise damaged(file, "it is no ONNX that can be read") from error
    if not model.graph.node or not model.opset_import:
        raise damaged(file, "it holds no operators")
    try:
        bounded = audit_graph(model)
    except ValueError as error:
        raise damaged(file, str(error)) from error
    _check_version(model, onnx)
    try:
        onnx.checker.check_model(data)
    except (onnx.checker.ValidationError, ValueError, RuntimeError, IndexError) as error:
        raise damaged(file, f"ONNX's own checker says: {str(error).strip()[:300]}") from error
    try:
        return _Reader(model).model(bounded)
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise damaged(file, str(error)) from error


def _check_version(model: Any, onnx: Any) -> None:
    newest = onnx.defs.onnx_opset_version()
    for told in model.opset_import:
        if told.domain in {"", "ai.onnx"} and told.version > newest:
            raise ModelError(
                f"The ONNX file needs version {told.version} of the operators (opset); "
                f"the newest known here is {newest}.",
                hint=f"Export it with opset {newest} or older.",
            )
    if model.ir_version > onnx.IR_VERSION:
        raise ModelError(
            f"The ONNX file is of the format {model.ir_version}; the newest known here is {onnx.IR_VERSION}.",
            hint="Export it with an older ONNX.",
        )


class _Reader:
    def __init__(self, model: Any) -> None:
        self.model_ = model
        self.graph = model.graph
        self.maker = {name: node for node in self.graph.node for name in node.output}
        self.initial = {tensor.name: tensor for tensor in self.graph.initializer}
        self.told = {entry.key.rpartition(".")[2]: entry.value for entry in model.metadata_props}

    def model(self, bounded: tuple[str, ...]) -> OnnxModel:
        inputs, rows = self._inputs()
        names, named = self._names(inputs)
        types = tuple(_feature_type(one) for one in inputs for _ in range(one.width))
        if len(names) > MOST_FEATURES or len(set(names)) != len(names):
            raise ValueError("its features are too many, or there twice")
        output, classes, form, task, notes = self._output()
        count = 0 if task == "regression" else len(classes) or (output.width if output.width > 1 else 0)
        count = 2 if task == "binary" else count
        if count > MOST_CLASSES:
            raise ValueError(f"it has {count:,} classes")
        info = ForeignInfo(
            kind="onnx",
            file_name=ONNX_FILE,
            features=names,
            types=types,
            named=named,
            outputs=form,
            classes=classes,
            count=count,
            task=task,
            details=self._details(),
            notes=(*notes, *bounded),
        )
        return OnnxModel(info, self._cut(output), inputs, rows)

    def _details(self) -> tuple[str, ...]:
        opsets = ", ".join(f"{told.domain or 'ai.onnx'} {told.version}" for told in self.model_.opset_import)
        producer = f"{self.model_.producer_name} {self.model_.producer_version}".strip()
        trees = sum("TreeEnsemble" in node.op_type for node in self.graph.node)
        return (
            f"ONNX, made by {producer[:80] or 'an unknown program'}",
            f"operators {opsets} (opset)",
            f"{len(self.graph.node):,} operators" + (f", {trees} of them forests" if trees else ""),
        )

    # -- what goes in -------------------------------------------------------------------------------------------------

    def _inputs(self) -> tuple[tuple[OnnxInput, ...], int]:
        made, rows = [], set()
        for told in self.graph.input:
            if told.name in self.initial:
                continue
            kind, dims = _tensor_type(told)
            if kind not in _TYPES or len(dims) not in {1, 2}:
                raise ModelError(
                    f"The input {told.name[:60]!r} of the ONNX file is not made for rows of a table.",
                    hint="Models whose inputs are (rows,) or (rows, features) of numbers or words can be compared.",
                )
            width = 1 if len(dims) == 1 else dims[1]
            if width < 1:
                raise ModelError(
                    f"The ONNX file does not say how many features its input {told.name[:60]!r} takes.",
                    hint="Export it with a fixed number of features.",
                )
            rows.add(dims[0])
            made.append(OnnxInput(told.name, width, _TYPES[kind][0], len(dims) == 1))
        if not made or sum(one.width for one in made) > MOST_FEATURES:
            raise ValueError("it has no inputs, or too many")
        if len(rows) > 1 or max(rows) > _MOST_ROWS:
            raise ModelError("The inputs of the ONNX file take different numbers of rows, or too many at once.")
        return tuple(made), max(0, *rows)

    def _names(self, inputs: tuple[OnnxInput, ...]) -> tuple[tuple[str, ...], bool]:
        told = _words_of(self.told, "columns", "features", "feature_names")
        if all(one.width == 1 for one in inputs):
            return tuple(one.name for one in inputs), True
        if len(told) == sum(one.width for one in inputs):
            return told, True
        made = [f"{one.name}[{at}]" if one.width > 1 else one.name for one in inputs for at in range(one.width)]
        return tuple(made), False

    # -- what comes out -----------------------------------------------------------------------------------------------

    def _output(self) -> tuple[_Output, tuple[str, ...], OutputForm, Task | None, tuple[str, ...]]:
        matrices, labels = self._outputs()
        told_task = self.told.get("task")
        task: Task | None = told_task if told_task in get_args(Task) else None
        if not matrices:
            if not labels:
                raise ModelError(
                    "The ONNX file gives neither probabilities, labels nor values.",
                    hint="Export it so that one output is (rows,) or (rows, classes).",
                )
            classes = self._classes(0, labels[0])
            note = "It gives labels without probabilities: what ranks or weighs them tells little."
            return labels[0], classes, "labels", _task_of(len(classes)), (note,)
        likely = [one for one in matrices if "prob" in one.name.lower()] or matrices
        output = likely[0]
        notes = [f"Of its outputs, {output.name[:60]!r} is taken."] if len(matrices) > 1 else []
        classes = self._classes(output.width, labels[0] if labels else None)
        last = self._last(output.name)
        if task == "regression" or (output.width <= 1 and not labels and not classes and last != "Sigmoid"):
            # A network without a last step can give a value, or a score.
            form: OutputForm = "scores" if last == "linear" and task is None else "value"
            return output, (), form, "regression", tuple(notes)
        form = "scores" if last == "linear" else "probabilities"
        return output, classes, form, task or _task_of(max(len(classes), output.width, 2)), tuple(notes)

    def _outputs(self) -> tuple[list[_Output], list[_Output]]:
        matrices, labels = [], []
        for told in self.graph.output:
            maker = self.maker.get(told.name)
            if maker is not None and maker.op_type == "ZipMap":
                # A map a row becomes what it was made from.
                width = len(_zipped(maker))
                matrices.append(_Output(maker.input[0], 1, width))
                continue
            if not told.type.HasField("tensor_type"):
                continue
            kind, dims = _tensor_type(told)
            width = 1 if len(dims) == 1 else max(0, dims[1]) if len(dims) == 2 else -1
            if width >= 0 and kind in _FRACTIONS:
                matrices.append(_Output(told.name, kind, width))
            elif width in {0, 1} and kind in _LABELS:
                labels.append(_Output(told.name, kind, 1))
        return matrices, labels

    def _classes(self, width: int, label: _Output | None) -> tuple[str, ...]:
        """Give the classes in the order of the output, as far as the file knows them."""
        told = _words_of(self.told, "classes", "class_names", "class_labels")
        zipped = [_zipped(node) for node in self.graph.node if node.op_type == "ZipMap"]
        learned = [
            _attribute(node, "classlabels_strings", "classlabels_int64s", "classlabels_ints")
            for node in self.graph.node
            if node.op_type in _CLASSIFIERS
        ]
        chosen = [self._chosen_from(label.name)] if label is not None else []
        for classes in (told, *zipped, *chosen, *(learned if len(learned) == 1 else [])):
            if len(classes) > 1 and len(classes) in {width, max(2, width), width or len(classes)}:
                return classes
        return ()

    def _chosen_from(self, name: str) -> tuple[str, ...]:
        """Give the words that a label is picked from, where it is picked from some that stand in the file."""
        from onnx import numpy_helper

        for _ in range(8):
            node = self.maker.get(name)
            if node is None:
                return ()
            if node.op_type in {"ArrayFeatureExtractor", "Gather"} and node.input[0] in self.initial:
                values = numpy_helper.to_array(self.initial[node.input[0]]).ravel().tolist()
                return tuple(one.decode() if isinstance(one, bytes) else word(one) for one in values)
            if node.op_type not in _SAME:
                return ()
            name = node.input[0]
        return ()

    def _last(self, name: str) -> str:
        """Give the kind of the last operator that counts: ``linear`` for the last layer of a network."""
        for _ in range(8):
            node = self.maker.get(name)
            if node is None:
                return ""
            if node.op_type in {"Gemm", "MatMul", "LogSoftmax"} or _gives_scores(node):
                return "linear"
            if node.op_type == "Add":
                makers = [self.maker.get(one) for one in node.input]
                return "linear" if any(one is not None and one.op_type == "MatMul" for one in makers) else "Add"
            if node.op_type not in _SAME:
                return str(node.op_type)
            name = node.input[0]
        return ""

    def _cut(self, output: _Output) -> bytes:
        """Give the file with one output, without the maps that cost a dictionary a row."""
        from onnx import helper

        kept = [node for node in self.graph.node if node.op_type != "ZipMap"]
        del self.graph.node[:]
        self.graph.node.extend(kept)
        told = [one for one in self.graph.output if one.name == output.name]
        del self.graph.output[:]
        self.graph.output.extend(told or [helper.make_tensor_value_info(output.name, output.type, None)])
        made: bytes = self.model_.SerializeToString()
        return made


def _feature_type(one: OnnxInput) -> FeatureType:
    return next(feature for dtype, feature in _TYPES.values() if dtype == one.dtype)


def _task_of(count: int) -> Task | None:
    return "binary" if count == 2 else "multiclass" if count > 2 else None


def _tensor_type(told: Any) -> tuple[int, list[int]]:
    """Give a tensor's type, and its sizes: −1 where one is not said."""
    tensor = told.type.tensor_type
    dims = [dim.dim_value if dim.HasField("dim_value") else -1 for dim in tensor.shape.dim]
    return tensor.elem_type if told.type.HasField("tensor_type") else 0, dims


def _gives_scores(node: Any) -> bool:
    """Say whether a learned operator ends before it makes probabilities of its scores."""
    told = {attribute.name: attribute for attribute in node.attribute}
    if node.op_type == "SVMClassifier":
        return "prob_a" not in told
    after = told["post_transform"].s if "post_transform" in told else b"NONE"
    return bool(node.op_type == "LinearClassifier" and after == b"NONE")


def _zipped(node: Any) -> tuple[str, ...]:
    return _attribute(node, "classlabels_strings", "classlabels_int64s")


def _attribute(node: Any, *names: str) -> tuple[str, ...]:
    for attribute in node.attribute:
        if attribute.name in names and (attribute.strings or attribute.ints):
            return tuple(one.decode("utf-8") for one in attribute.strings) or tuple(map(str, attribute.ints))
    return ()


def _words_of(told: dict[str, str], *names: str) -> tuple[str, ...]:
    """Give a list of words out of what the file tells of itself, as JSON or parted by commas."""
    for name in names:
        if name not in told:
            continue
        try:
            found = msgspec.json.decode(told[name], type=list[str | float | bool | dict[str, msgspec.Raw]])
        except (msgspec.MsgspecError, RecursionError):
            return tuple(one.strip() for one in re.split(r"[,;]", told[name]) if one.strip())
        return tuple(_named(one) if isinstance(one, dict) else word(one) for one in found)
    return ()


def _named(told: dict[str, msgspec.Raw]) -> str:
    try:
        return msgspec.json.decode(told.get("name", b'""'), type=str)
    except msgspec.MsgspecError:
        return ""
