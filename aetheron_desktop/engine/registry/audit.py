"""Looks through ``pipeline.skops`` before anything of it is built, and through the trees before they are asked.

The file is a zip of ``schema.json``, which says what to build, and of arrays. Nothing here builds or imports what the
file names.
"""

from __future__ import annotations

import math
import re
import zipfile
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.registry.allowed import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AGAIN: Final = "Get the model again from where it came."
_PROTOCOLS: Final = frozenset({2})
_SCHEMA: Final = "schema.json"
_ARRAY: Final = re.compile(r"[A-Za-z0-9_\-]{1,80}\.npy")
_MOST_MEMBERS: Final = 1_000_000
_MOST_SCHEMA_BYTES: Final = 512 << 20
_MARKS: Final = ("__loader__", "__module__", "__class__")


def audit(file: Path) -> None:
    """Refuse a pipeline that this program would not have written.

    Raises:
        UntrustedModel: it asks for a type that is not on the list, or is not built as such a file is.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check_members(archive)
            _check_schema(msgspec.json.decode(archive.read(_SCHEMA)))
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError, RecursionError) as error:
        raise UntrustedModel(f"{file.name} cannot be read: {error}", hint=AGAIN) from error
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise UntrustedModel(f"{file.name} is damaged: {error}", hint=AGAIN) from error


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS or len({member.filename for member in members}) != len(members):
        raise UntrustedModel("The pipeline holds files twice, or far too many.", hint=AGAIN)
    for member in members:
        # Stored as they are: what a file says of its size is then its size, and nothing can swell.
        if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
            raise UntrustedModel(f"{member.filename!r} in the pipeline is compressed.", hint=AGAIN)
        if member.filename == _SCHEMA:
            if member.file_size > _MOST_SCHEMA_BYTES:
                raise UntrustedModel("The pipeline's plan is too long to be true.", hint=AGAIN)
        elif _ARRAY.fullmatch(member.filename):
            with archive.open(member) as stream:
                _check_array(member.filename, stream, member.file_size)
        else:
            raise UntrustedModel(f"The pipeline holds {member.filename!r}, which no pipeline has.", hint=AGAIN)


def _check_array(name: str, stream: IO[bytes], size: int) -> None:
    """Refuse an array that holds Python objects, or claims another size than it has."""
    version = np.lib.format.read_magic(stream)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise UntrustedModel(f"The array {name!r} is of an unknown version.", hint=AGAIN)
    shape, _, dtype = read(stream)
    if dtype.hasobject:
        raise UntrustedModel(f"The array {name!r} holds pickled objects.", hint=AGAIN)
    if any(length < 0 for length in shape) or stream.tell() + math.prod(shape) * dtype.itemsize != size:
        raise UntrustedModel(f"The array {name!r} is not as large as it says.", hint=AGAIN)


def _check_schema(schema: Any) -> None:
    if not isinstance(schema, dict) or schema.get("protocol") not in _PROTOCOLS:
        raise UntrustedModel("The pipeline's plan is of an unknown kind.", hint=AGAIN)
    strange = sorted({f"{name} ({how})" for name, how in _asked(schema) if (name, how) not in ALLOWED})
    if strange:
        raise UntrustedModel(
            f"The pipeline asks to build what no model needs: {', '.join(strange[:5])}.",
            hint="Do not use it; ask whoever made it what that is for.",
        )


def _asked(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give every type that the plan names anywhere, and how it would be built."""
    left: list[Any] = [schema]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if any(mark in node for mark in _MARKS):
                loader, module, kind = (node.get(mark) for mark in _MARKS)
                yield f"{module}.{kind}", str(loader)
            left.extend(node.values())
        elif isinstance(node, list):
            left.extend(node)


def check_trees(model: Any) -> None:
    """Refuse trees whose nodes point outside of them or backwards: compiled code follows them without looking.

    Raises:
        UntrustedModel: there is one.
    """
    features = int(getattr(model, "n_features_in_", 0))
    for tree in getattr(model, "estimators_", []):
        nodes = tree.tree_
        _check_tree(nodes.children_left, nodes.children_right, nodes.feature, nodes.children_left == -1, features)
        if nodes.n_features != features or nodes.value.shape[0] != nodes.node_count:
            raise UntrustedModel("A tree of the model is damaged.", hint=AGAIN)
    for trees in getattr(model, "_predictors", []):
        for tree in trees:
            nodes = tree.nodes
            _check_tree(nodes["left"], nodes["right"], nodes["feature_idx"], nodes["is_leaf"] != 0, features)
            _check_bitsets(tree, nodes)


def _check_tree(left: Any, right: Any, feature: Any, is_leaf: Any, features: int) -> None:
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


def _check_bitsets(tree: Any, nodes: Any) -> None:
    asked = nodes["bitset_idx"][(nodes["is_categorical"] != 0) & (nodes["is_leaf"] == 0)]
    most = min(len(tree.raw_left_cat_bitsets), len(tree.binned_left_cat_bitsets))
    if len(asked) and int(asked.max()) >= most:
        raise UntrustedModel("A tree of the model asks for categories that are not there.", hint=AGAIN)
