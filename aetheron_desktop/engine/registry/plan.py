"""Looks through the plan of a pipeline, ``schema.json``: what it asks to build, and how that is set.

skops checks the types that a plan names, and no more. Here also what belongs to them is read, before anything is built:
settings that would call, open or start something, and sizes and positions that compiled code believes without looking.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np

from aetheron_desktop.engine.errors import UntrustedModel
from aetheron_desktop.engine.registry.allowed import ALLOWED, MOST_CATEGORIES, MOST_CLASSES, MOST_FEATURES, SETTINGS
from aetheron_desktop.engine.registry.words import AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    ReadArray: TypeAlias = Callable[[str], NDArray[Any]]

_PROTOCOLS: Final = frozenset({2})
_MOST_DEPTH: Final = 100
_MOST_TOLD: Final = 12
_MARKS: Final = ("__loader__", "__module__", "__class__")
_NOTHING: Final = object()
"""What is said of a part whose value is no plain data."""


class Array(NamedTuple):
    """What an array of the file says of itself."""

    shape: tuple[int, ...]
    dtype: str


class Profile(NamedTuple):
    """What a plan may ask for.

    ``settings`` are the only values of some attributes, by type. A file of our own has, beside that, what is learned
    as we learn it; what others learned is looked at once it is built.
    """

    allowed: frozenset[tuple[str, str]]
    settings: Mapping[str, Mapping[str, tuple[Any, ...]]]
    refusal: str
    is_own: bool


OWN: Final = Profile(ALLOWED, SETTINGS, "The pipeline asks to build what no model needs", is_own=True)


def check_plan(plan: Any, arrays: dict[str, Array], read: ReadArray, profile: Profile = OWN) -> None:
    """Refuse a plan that this program would not have written, or that ``profile`` does not allow.

    ``arrays`` has those of the file by name; ``read`` gives the values of one.

    Raises:
        UntrustedModel: it asks for a type that is not on the list, or sets one as no model does.
        KeyError, TypeError, ValueError, AttributeError, IndexError: it is not built as a plan is.
    """
    if not isinstance(plan, dict) or plan.get("protocol") not in _PROTOCOLS or isinstance(plan["protocol"], float):
        raise UntrustedModel("The pipeline's plan is of an unknown kind.", hint=AGAIN)
    strange = sorted({_told(*one, profile) for one in _asked(plan) if one not in profile.allowed})
    if strange:
        more = f", and {len(strange) - _MOST_TOLD} more" if len(strange) > _MOST_TOLD else ""
        raise UntrustedModel(
            f"{profile.refusal}: {', '.join(strange[:_MOST_TOLD])}{more}.",
            hint="Do not use it; ask whoever made it what that is for.",
        )
    _Look(arrays, read, profile).visit(plan, 0)


def _asked(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give every type that the plan names anywhere, and how it would be built."""
    left: list[Any] = [plan]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if any(mark in node for mark in _MARKS):
                loader, module, kind = (node.get(mark) for mark in _MARKS)
                yield f"{module}.{kind}", str(loader)
            left.extend(node.values())
        elif isinstance(node, list):
            left.extend(node)


def _told(name: str, how: str, profile: Profile) -> str:
    # Strangers are told what their model is made of; how skops would build it says something only of what is known.
    known = profile.is_own or any(name == one for one, _ in profile.allowed)
    return f"{name} ({how})" if known else name


class _Look:
    """One look through a plan that names nothing but allowed types."""

    def __init__(self, arrays: dict[str, Array], read: ReadArray, profile: Profile) -> None:
        self._arrays = arrays
        self._read = read
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._ids: dict[int, int] = {}
        self._settings = profile.settings
        own: dict[str, tuple[str, Callable[[dict[str, Any]], None]]] = {
            "sklearn.preprocessing._encoders.OneHotEncoder": ("categories_", self._check_one_hot),
            "sklearn.feature_extraction.text.TfidfVectorizer": ("vocabulary_", self._check_words),
            "sklearn.preprocessing._target_encoder.TargetEncoder": ("encodings_", self._check_means),
        }
        self._rules = own if profile.is_own else {}
        self._is_own = profile.is_own
        self._digests: dict[str, bytes] = {}

    def visit(self, node: Any, depth: int) -> int:
        """Check ``node`` and what is in it, and give a number that it shares with equal ones alone.

        skops builds once what has the same ``__id__``, whatever stands at the second place; a file in which two things
        share one would be audited as something else than is built, or grow without end by naming itself.
        """
        if depth > _MOST_DEPTH:
            raise UntrustedModel("The pipeline's plan is too deep to be true.", hint=AGAIN)
        if isinstance(node, list):
            return self._number(("list", *(self.visit(part, depth + 1) for part in node)))
        if not isinstance(node, dict):
            return self._number((type(node), node))
        key: list[Any] = ["dict"]
        for name, value in node.items():
            if name == "file":
                key += [name, self._content(value)]
            elif name != "__id__":
                key += [name, self.visit(value, depth + 1)]
        number = self._number(tuple(key))
        if "__loader__" in node:
            self._check_id(node, number)
            self._check_node(node)
        return number

    def _number(self, key: tuple[Any, ...]) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _content(self, file: Any) -> Any:
        # Types of arrays are written as empty ones, the same type several times.
        array = self._arrays.get(file) if isinstance(file, str) else None
        if array is None or (self._is_own and 0 not in array.shape):
            return str(file)
        # A tree that stands in several places is written as often, under one name, with arrays of other names.
        return array if 0 in array.shape else (*array, self._digest(file))

    def _digest(self, file: str) -> bytes:
        if file not in self._digests:
            array = self._read(file)
            # Between the fields of a record stands what was in memory just then.
            fields = [array[name] for name in array.dtype.names] if array.dtype.names else [array]
            self._digests[file] = hashlib.sha256(b"".join(field.tobytes() for field in fields)).digest()
        return self._digests[file]

    def _check_id(self, node: dict[str, Any], number: int) -> None:
        id_ = node.get("__id__")
        if type(id_) is not int or id_ <= 0 or self._ids.setdefault(id_, number) != number:
            raise UntrustedModel("The pipeline's plan has one name for two things.", hint=AGAIN)
        if "file" in node and (node["file"] != f"{id_}.npy" or node["file"] not in self._arrays):
            raise UntrustedModel("The pipeline's plan asks for an array that is not its own.", hint=AGAIN)

    def _check_node(self, node: dict[str, Any]) -> None:
        match node["__loader__"]:
            case "DictNode":
                self._check_keys(node)
            case "ObjectNode":
                self._check_object(node)
            case "TreeNode":
                self._check_tree(node)
            case _:
                pass

    def _check_keys(self, node: dict[str, Any]) -> None:
        # Each key is built by the type at its place; keys without a type would be left out.
        if node["key_types"]["__loader__"] != "ListNode" or len(node["key_types"]["content"]) != len(node["content"]):
            raise UntrustedModel("The pipeline's plan has keys of no type.", hint=AGAIN)

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _check_object(self, node: dict[str, Any]) -> None:
        name, content = _name(node), node.get("content")
        if content is None or (content["__loader__"] == "JsonNode" and content["content"] == "null"):
            return
        attributes = self._attributes(content)
        for setting, known in {**self._settings["any"], **self._settings.get(name, {})}.items():
            if setting in attributes and not self._is_one_of(attributes[setting], known):
                raise UntrustedModel(
                    f"The pipeline sets {node['__class__']}.{setting} as no model does.",
                    hint="Do not use it; ask whoever made it what that is for.",
                )
        # Beside each fitted part its pattern is kept, which was not fitted and has no such attribute.
        fitted, rule = self._rules.get(name, ("", None))
        if rule is not None and fitted in attributes:
            rule(attributes)

    def _attributes(self, content: dict[str, Any]) -> dict[str, Any]:
        """Give the plans of an object's attributes by name."""
        # As text of JSON they would be set without a look.
        if content["__loader__"] != "DictNode":
            raise UntrustedModel("The pipeline's plan sets a part in an unknown way.", hint=AGAIN)
        attributes: dict[str, Any] = content["content"]
        kinds = {_name(kind) for kind in content["key_types"]["content"]}
        if kinds - {"builtins.str"} or any(name.startswith("__") for name in attributes):
            raise UntrustedModel("The pipeline's plan sets what no part has.", hint=AGAIN)
        return attributes

    def _is_one_of(self, node: dict[str, Any], known: tuple[Any, ...]) -> bool:
        value = self._value(node)
        return any(type(value) is type(one) and value == one for one in known)

    def _value(self, node: dict[str, Any]) -> Any:
        """Give what ``node`` would become, where that is plain data."""
        match node["__loader__"], node.get("type"):
            case "JsonNode", _:
                return json.loads(node["content"])
            case "ListNode" | "TupleNode", _:
                return [self._value(part) for part in node["content"]]
            case "DictNode", _:
                return {key: self._value(part) for key, part in node["content"].items()}
            case "TypeNode", _:
                return _name(node)
            case "NdArrayNode", "numpy":
                array = self._read(node["file"])
                return array if array.shape else array.item()
            case _:
                return _NOTHING

    def _length(self, node: dict[str, Any]) -> int:
        """Give the length of an array (n,), of words or of numbers."""
        if node["__loader__"] != "NdArrayNode":
            raise UntrustedModel("The pipeline's categories are no array.", hint=AGAIN)
        shape = self._arrays[node["file"]].shape if node["type"] == "numpy" else tuple(self._value(node["shape"]))
        length = len(node["content"]) if node["type"] == "json" else shape[0]
        if shape != (length,):
            raise UntrustedModel("The pipeline's categories are not in a row.", hint=AGAIN)
        return int(length)

    def _check_one_hot(self, attributes: dict[str, Any]) -> None:
        """Refuse categories that become columns that are not there: compiled code writes to them without looking."""
        sizes = [self._length(node) for node in attributes["categories_"]["content"]]
        rare, places, widths = (
            self._value(attributes[name])
            for name in ("_infrequent_indices", "_default_to_infrequent_mappings", "_n_features_outs")
        )
        for size, few, place, width in zip(sizes, rare, places, widths, strict=True):
            found = place if place is not None else np.arange(size)
            inside = few is None or (_is_within(few, size) and len(few) > 0)
            if (few is None) != (place is None) or not (inside and 0 < width <= MOST_CATEGORIES):
                raise UntrustedModel("The pipeline's categories do not suit each other.", hint=AGAIN)
            if len(found) != size or not _is_within(found, width):
                raise UntrustedModel("The pipeline's categories lead out of their columns.", hint=AGAIN)

    def _check_means(self, attributes: dict[str, Any]) -> None:
        """Refuse means that are not one for each level, and each output."""
        levels = [self._length(node) for node in attributes["categories_"]["content"]]
        means = [self._length(node) for node in attributes["encodings_"]["content"]]
        each = len(means) // max(1, len(levels))
        if not 0 < each <= MOST_CATEGORIES or means != [level for level in levels for _ in range(each)]:
            raise UntrustedModel("The pipeline's means do not suit its categories.", hint=AGAIN)

    def _check_words(self, attributes: dict[str, Any]) -> None:
        """Refuse words whose places are not 0, 1, 2 and so on, for the same reason."""
        places = list(self._value(attributes["vocabulary_"]).values())
        if any(type(place) is not int for place in places) or sorted(places) != list(range(len(places))):
            raise UntrustedModel("The pipeline's words lead out of their columns.", hint=AGAIN)

    def _check_tree(self, node: dict[str, Any]) -> None:
        """Refuse a tree whose parts are not as long as it says: compiled code copies them without looking."""
        features, classes, outputs = (self._value(part) for part in node["__reduce__"]["args"]["content"])
        state = self._attributes(node["content"])
        nodes = self._arrays[state["nodes"]["file"]].shape
        if not (
            node["__reduce__"]["args"]["__loader__"] == "TupleNode"
            and (type(features), type(outputs)) == (int, int)
            and 0 < features <= MOST_FEATURES
            and outputs == 1
            and classes.shape == (1,)
            and classes.dtype == np.int64
            and 0 < classes[0] <= MOST_CLASSES
            and nodes == (self._value(state["node_count"]),)
        ):
            raise UntrustedModel("A tree of the model is not as large as it says.", hint=AGAIN)


def _name(node: dict[str, Any]) -> str:
    return f"{node['__module__']}.{node['__class__']}"


def _is_within(places: NDArray[Any], most: int) -> bool:
    return places.ndim == 1 and places.dtype.kind in "iu" and bool(((places >= 0) & (places < most)).all())
