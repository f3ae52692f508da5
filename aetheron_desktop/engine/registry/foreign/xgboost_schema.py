"""What stands in XGBoost's files, as far as predictions need it; the schema is ``doc/model.schema`` of the library."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec
import numpy as np

from aetheron_desktop.engine.registry.foreign import ubjson

if TYPE_CHECKING:
    from numpy.typing import NDArray

Numbers: TypeAlias = np.ndarray[Any, np.dtype[Any]]

_UNKNOWN: Final = re.compile(rb"[\[,:]\s*-?(NaN|Infinity|nan|inf)")


class Tree(msgspec.Struct, kw_only=True):
    """One tree: arrays (nodes,), and of the nodes that ask for categories, what they ask for."""

    base_weights: Numbers
    loss_changes: Numbers
    sum_hessian: Numbers
    split_conditions: Numbers
    split_indices: Numbers
    left_children: Numbers
    right_children: Numbers
    default_left: Numbers
    split_type: Numbers | None = None
    categories: Numbers | None = None
    categories_nodes: Numbers | None = None
    categories_segments: Numbers | None = None
    categories_sizes: Numbers | None = None
    tree_param: dict[str, str]


class Coded(msgspec.Struct, kw_only=True):
    """The categories of a feature: numbers, or the bytes of words with the offsets of each."""

    values: Numbers
    offsets: Numbers | None = None


class Cats(msgspec.Struct, kw_only=True, frozen=True):
    """The categories of all features, in their order."""

    enc: tuple[Coded, ...] = ()


class Model(msgspec.Struct, kw_only=True):
    """Trees or, for ``gblinear``, weights."""

    gbtree_model_param: dict[str, str] | None = None
    tree_info: Numbers | None = None
    trees: list[Tree] | None = None
    iteration_indptr: Numbers | None = None
    cats: Cats = Cats()
    weights: Numbers | None = None
    boosted_rounds: int = 0


class Gbtree(msgspec.Struct, kw_only=True):
    """The trees of ``dart``."""

    model: Model


class Booster(msgspec.Struct, kw_only=True):
    """What predicts."""

    name: str
    model: Model | None = None
    gbtree: Gbtree | None = None
    weight_drop: Numbers | None = None


class Learner(msgspec.Struct, kw_only=True):
    """All but the version."""

    attributes: dict[str, str] = {}
    feature_names: list[str] = []
    feature_types: list[str] = []
    gradient_booster: Booster
    learner_model_param: dict[str, str]
    objective: dict[str, Any]


class Document(msgspec.Struct, kw_only=True):
    """The whole file."""

    learner: Learner
    version: list[int] = []


def read_document(data: bytes) -> Document:
    """Read JSON or UBJSON; nothing is checked but that the parts are there and of their types.

    Raises:
        ValueError: it is damaged.
    """
    if data[:2] == b"{L":
        return msgspec.convert(ubjson.decode(data), Document, dec_hook=_numbers)
    if _UNKNOWN.search(data):
        raise ValueError("it holds numbers that are not known, or are infinite")
    return msgspec.json.decode(data, type=Document, dec_hook=_numbers)


def _numbers(_: Any, found: Any) -> NDArray[Any]:
    made = np.array(found) if isinstance(found, list) else found
    if not isinstance(made, np.ndarray) or made.ndim != 1 or made.dtype.kind not in "iufb":
        raise ValueError("it holds something else where numbers should be")
    return made
