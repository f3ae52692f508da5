"""Looks through ``pipeline.skops`` before anything of it is built, and through what was built before it is asked.

The file is a zip of ``schema.json``, which says what to build, and of arrays. Nothing here builds or imports what the
file names.
"""

from __future__ import annotations

import io
import json
import math
import re
import struct
import zipfile
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.registry.allowed import MOST_CLASSES, MOST_FEATURES
from aetheron_desktop.engine.registry.plan import OWN, Array, check_plan
from aetheron_desktop.engine.registry.words import AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from aetheron_desktop.engine.registry.plan import Profile

_SCHEMA: Final = "schema.json"
_ARRAY: Final = re.compile(r"[0-9]{1,20}\.npy")
_MOST_MEMBERS: Final = 500_000
_MOST_DIRECTORY_BYTES: Final = 64 << 20
_MOST_SCHEMA_BYTES: Final = 512 << 20
_MOST_SCHEMA_PARTS: Final = 20_000_000
_MOST_EMPTY: Final = 1 << 24

# What NumPy itself writes before an array of numbers; all else, read by NumPy, would be read as Python.
_NUMBERS: Final = rb"'[<|][biuf][1248]'"
_WORDS: Final = _NUMBERS + rb"|'<U[0-9]{1,5}'"
_FIELD: Final = rb"\((?:'[a-z_]{1,40}', " + _NUMBERS + rb"|'', '\|V[1-7]')\)"
_FIELDS: Final = rb"|\[" + _FIELD + rb"(?:, " + _FIELD + rb"){0,30}\])"
_SHAPE: Final = rb", 'fortran_order': (?:True|False), 'shape': \((?:\d{1,15},|\d{1,15}(?:, \d{1,15}){1,3})?\), \} *\n"
_MOST_LETTER: Final = 0x10FFFF


def audit(file: Path, profile: Profile = OWN, trim: Callable[[Any], None] | None = None) -> Any:
    """Refuse a pipeline that this program would not have written, or that ``profile`` does not allow.

    ``trim`` takes parts out of the plan before it is looked at; the plan that was looked at is given back.

    Raises:
        UntrustedModel: it asks for a type that is not on the list, or is not built as such a file is.
    """
    try:
        with file.open("rb") as stream:
            check_directory(stream, _MOST_DIRECTORY_BYTES)
        with zipfile.ZipFile(file) as archive:
            arrays = _check_members(archive, file.stat().st_size, _NUMBERS if profile.is_own else _WORDS)
            plan = _plan(archive)
            if trim is not None:
                trim(plan)
            check_plan(plan, arrays, lambda name: _array(archive, name), profile)
            return plan
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, MemoryError, OSError) as error:
        raise UntrustedModel(f"{file.name} cannot be read: {error}", hint=AGAIN) from error
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, struct.error) as error:
        raise UntrustedModel(f"{file.name} is damaged: {type(error).__name__}: {error}", hint=AGAIN) from error


def check_directory(stream: BinaryIO, most: int) -> None:
    """Refuse a zip file whose table of contents has more than ``most`` bytes, before it is read into memory.

    The records are those at the very end of the file (APPNOTE.TXT, 4.3.14 to 4.3.16), where :mod:`zipfile` looks.

    Raises:
        UntrustedModel: it is too long, or the file does not begin and end as this program's do.
    """
    start = stream.read(4)
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 98))
    end = stream.read().rjust(98, b"\0")
    if start != b"PK\x03\x04" or end[76:80] != b"PK\x05\x06" or end[96:] != b"\0\0":
        raise UntrustedModel("The file is no zip file, or holds more than one.", hint=AGAIN)
    lengths = [int.from_bytes(end[88:92], "little")]
    if end[56:60] == b"PK\x06\x07":
        lengths.append(int.from_bytes(end[40:48], "little"))
    if min(lengths) > most or lengths[-1] > most:
        raise UntrustedModel("The file's table of contents is too long to be true.", hint=AGAIN)


def _check_members(archive: zipfile.ZipFile, size: int, kinds: bytes) -> dict[str, Array]:
    """Refuse strange members, or arrays of none of ``kinds`` (a pattern), and give the arrays by name."""
    members = archive.infolist()
    known = re.compile(rb"\{'descr': (?:" + kinds + _FIELDS + _SHAPE)
    if len(members) > _MOST_MEMBERS or len({member.filename for member in members}) != len(members):
        raise UntrustedModel("The pipeline holds files twice, or far too many.", hint=AGAIN)
    arrays = {}
    for member in members:
        # Stored as they are: what a file says of its size is then its size, and nothing can swell.
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
            raise UntrustedModel(f"{member.filename!r} in the pipeline is compressed.", hint=AGAIN)
        if member.filename == _SCHEMA:
            if member.file_size > _MOST_SCHEMA_BYTES:
                raise UntrustedModel("The pipeline's plan is too long to be true.", hint=AGAIN)
        elif _ARRAY.fullmatch(member.filename):
            with archive.open(member) as stream:
                arrays[member.filename] = _check_array(member.filename, stream, member.file_size, known)
        else:
            raise UntrustedModel(f"The pipeline holds {member.filename!r}, which no pipeline has.", hint=AGAIN)
    if sum(member.file_size + 30 for member in members) > size:
        raise UntrustedModel("The files in the pipeline lie in each other.", hint=AGAIN)
    return arrays


def _check_array(name: str, stream: Any, size: int, known: re.Pattern[bytes]) -> Array:
    """Refuse an array that is none of numbers, or claims another size than it has; give what it is."""
    start = stream.read(10)
    header = stream.read(int.from_bytes(start[8:], "little"))
    if start[:8] != b"\x93NUMPY\x01\x00" or not known.fullmatch(header):
        raise UntrustedModel(f"The array {name!r} is of an unknown kind, or holds pickled objects.", hint=AGAIN)
    shape, _, dtype = np.lib.format.read_array_header_1_0(io.BytesIO(start[8:] + header))
    count = math.prod(shape)
    if len(start) + len(header) + count * dtype.itemsize != size or (not count and max(shape) > _MOST_EMPTY):
        raise UntrustedModel(f"The array {name!r} is not as large as it says.", hint=AGAIN)
    if dtype.kind in "bU":
        # Compiled code counts on them: any other truth or letter would lead it out of its memory.
        values = np.frombuffer(stream.read(), dtype=np.uint8 if dtype.kind == "b" else "<u4")
        if values.size and values.max() > (1 if dtype.kind == "b" else _MOST_LETTER):
            raise UntrustedModel(f"The array {name!r} holds values that its kind does not have.", hint=AGAIN)
    return Array(tuple(shape), dtype.str if dtype.names is None else repr(dtype.descr))


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    made: NDArray[Any] = np.load(io.BytesIO(archive.read(name)), allow_pickle=False)
    return made


def _plan(archive: zipfile.ZipFile) -> Any:
    """Read the plan with the reader that skops uses, so that what is looked at is what will be built."""
    body = archive.read(_SCHEMA)
    if sum(map(body.count, (b"{", b"[", b","))) > _MOST_SCHEMA_PARTS:
        raise UntrustedModel("The pipeline's plan has more parts than any model.", hint=AGAIN)
    return json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise UntrustedModel("The pipeline's plan says something twice.", hint=AGAIN)
    return made


def _refuse(name: str) -> NoReturn:
    raise UntrustedModel(f"The pipeline's plan holds {name}.", hint=AGAIN)


# -- what was built ---------------------------------------------------------------------------------------------------


def check_trees(model: Any) -> None:
    """Refuse an estimator that cannot predict, or trees that point out of themselves or backwards.

    Compiled code follows trees without looking.

    Raises:
        UntrustedModel: there is one.
    """
    features, classes = getattr(model, "n_features_in_", None), len(getattr(model, "classes_", ()))
    if type(features) is not int or not 0 < features <= MOST_FEATURES or classes > MOST_CLASSES:
        raise UntrustedModel("The model's estimator does not say how many columns it takes.", hint=AGAIN)
    if getattr(model, "n_classes_", classes) != classes:
        raise UntrustedModel("The model's estimator has other classes than it.", hint=AGAIN)
    try:
        if hasattr(model, "estimators_"):
            _check_forest(model, features, classes)
        if hasattr(model, "tree_"):
            _check_tree(model, type(model), features, classes)
        if hasattr(model, "_predictors"):
            check_boosting(model, features, classes)
        _check_answer(model, features, classes)
    except UntrustedModel:
        raise
    except Exception as error:
        # Whatever a damaged attribute makes scikit-learn stumble over.
        raise UntrustedModel(f"The model cannot predict: {type(error).__name__}: {error}", hint=AGAIN) from error


def _check_answer(model: Any, features: int, classes: int) -> None:
    """Ask for one row, so that an estimator that cannot answer is refused before anyone relies on it."""
    # scikit-learn checks that the weights are those of the columns.
    row = np.zeros((1, features))
    answer = model.predict_proba(row) if classes else model.predict(row)
    if answer.shape != ((1, classes) if classes else (1,)) or answer.dtype.kind != "f":
        raise UntrustedModel("The model answers in another shape than it should.", hint=AGAIN)


def _check_forest(model: Any, features: int, classes: int) -> None:
    from sklearn import tree as trees
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    if type(model) in {ExtraTreesClassifier, ExtraTreesRegressor}:
        kind = trees.ExtraTreeClassifier if classes else trees.ExtraTreeRegressor
    else:
        kind = trees.DecisionTreeClassifier if classes else trees.DecisionTreeRegressor
    if type(model.estimators_) is not list or model.n_estimators != len(model.estimators_):
        raise UntrustedModel("The model's trees are not as many as it says.", hint=AGAIN)
    for tree in model.estimators_:
        _check_tree(tree, kind, features, classes)


def _check_tree(tree: Any, kind: Any, features: int, classes: int) -> None:
    from sklearn.tree._tree import Tree

    nodes = tree.tree_
    if type(tree) is not kind or type(nodes) is not Tree or tree.n_features_in_ != features:
        raise UntrustedModel("A tree of the model is none.", hint=AGAIN)
    check_nodes(nodes.children_left, nodes.children_right, nodes.feature, nodes.children_left == -1, features)
    if nodes.n_features != features or nodes.max_n_classes != max(1, classes):
        raise UntrustedModel("A tree of the model is damaged.", hint=AGAIN)


def check_boosting(model: Any, features: int, classes: int) -> None:
    """Refuse a histogram boosting whose trees lead out of themselves or do not suit it.

    Raises:
        UntrustedModel: they do.
        AttributeError, TypeError, ValueError: it is not built as one is.
    """
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
    from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

    each = classes if classes > 2 else 1
    is_category = model._bin_mapper.is_categorical_
    if model.n_trees_per_iteration_ != each or is_category.shape != (features,) or is_category.dtype.kind not in "bu":
        raise UntrustedModel("The model's trees do not suit it.", hint=AGAIN)
    for trees in model._predictors:
        if type(trees) is not list or len(trees) != each:
            raise UntrustedModel("The model's trees do not suit it.", hint=AGAIN)
        for tree in trees:
            nodes = tree.nodes
            if type(tree) is not TreePredictor or nodes.dtype != PREDICTOR_RECORD_DTYPE or nodes.ndim != 1:
                raise UntrustedModel("A tree of the model is none.", hint=AGAIN)
            check_nodes(nodes["left"], nodes["right"], nodes["feature_idx"], nodes["is_leaf"] != 0, features)
            _check_bitsets(tree, nodes, is_category != 0)


def check_nodes(left: Any, right: Any, feature: Any, is_leaf: Any, features: int) -> None:
    """Refuse the nodes (n,) of a tree if one leads backwards, out of it, or asks for a column that is not there.

    Raises:
        UntrustedModel: one does.
    """
    count = len(left)
    inner = ~is_leaf
    own = np.arange(count)[inner]
    for child in (left[inner].astype(np.int64), right[inner].astype(np.int64)):
        # A child stands after its parent: so no way through the tree is a circle.
        if (child <= own).any() or (child >= count).any():
            raise UntrustedModel("A tree of the model leads out of itself.", hint=AGAIN)
    asked = feature[inner].astype(np.int64)
    if count == 0 or (asked < 0).any() or (asked >= features).any():
        raise UntrustedModel("A tree of the model asks for columns that are not there.", hint=AGAIN)


def _check_bitsets(tree: Any, nodes: Any, is_category: NDArray[np.bool_]) -> None:
    bitsets = tree.raw_left_cat_bitsets
    if bitsets.ndim != 2 or bitsets.shape[1] != 8 or bitsets.dtype != np.uint32:
        raise UntrustedModel("A tree of the model has categories of an unknown kind.", hint=AGAIN)
    asking = nodes[(nodes["is_categorical"] != 0) & (nodes["is_leaf"] == 0)]
    if len(asking) and (
        int(asking["bitset_idx"].max()) >= len(bitsets) or not is_category[asking["feature_idx"]].all()
    ):
        raise UntrustedModel("A tree of the model asks for categories that are not there.", hint=AGAIN)
