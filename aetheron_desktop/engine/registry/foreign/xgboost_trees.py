"""XGBoost's files, JSON and UBJSON: checked here, and written anew for the library's own parser.

XGBoost follows the nodes of a file in compiled code. So each is held against the others here, and only what was
understood is handed on, as UBJSON.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from aetheron_desktop.engine.errors import ModelError
from aetheron_desktop.engine.registry.foreign import ubjson
from aetheron_desktop.engine.registry.foreign.info import (
    MOST_CLASSES,
    MOST_FEATURES,
    MOST_TREES,
    XGBOOST_JSON_FILE,
    XGBOOST_UBJ_FILE,
    FeatureType,
    ForeignInfo,
    OutputForm,
    damaged,
    read_bounded,
    word,
)
from aetheron_desktop.engine.registry.foreign.xgboost_nodes import WHOLE, checked_tree, floats, integers, small, whole
from aetheron_desktop.engine.registry.foreign.xgboost_schema import Coded, Document, Model, read_document

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Task

_MOST_BITS: Final = 1 << 33
"""The library keeps a bit for each category up to the largest, in each node that asks for categories."""
_SCORE: Final = re.compile(r"\[?[0-9eE+\-.]{1,40}(,[0-9eE+\-.]{1,40}){0,9999}\]?")
_SETTING: Final = re.compile(r"[\w.+\-\[\], ]{0,200}")
_VALUES: Final = (
    "reg:squarederror",
    "reg:linear",
    "reg:squaredlogerror",
    "reg:logistic",
    "reg:pseudohubererror",
    "reg:absoluteerror",
    "reg:quantileerror",
    "reg:gamma",
    "reg:tweedie",
    "count:poisson",
)
_OBJECTIVES: Final[dict[str, tuple[OutputForm, Task]]] = {
    "binary:logistic": ("probabilities", "binary"),
    "binary:logitraw": ("scores", "binary"),
    "binary:hinge": ("labels", "binary"),
    "multi:softprob": ("probabilities", "multiclass"),
    "multi:softmax": ("probabilities", "multiclass"),
    **dict.fromkeys(_VALUES, ("value", "regression")),
}


@dataclass(frozen=True, slots=True)
class XgboostModel:
    """A file that was understood: what it says of itself, the bytes for the library, and the rounds that count."""

    info: ForeignInfo
    body: bytes
    rounds: int


def read_xgboost(file: Path, data: bytes | None = None) -> XgboostModel:
    """Read and check ``file``, or what stands there, ``data``; ``rounds`` is 0 where all count.

    Raises:
        UntrustedModel: it is damaged; the words say where.
        ModelError: it is of a kind that cannot be compared: it ranks, or gives several values.
    """
    data = read_bounded(file) if data is None else data
    try:
        return _checked(read_document(data), XGBOOST_UBJ_FILE if data[:2] == b"{L" else XGBOOST_JSON_FILE)
    except (ValueError, KeyError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise damaged(file, what) from error


def _checked(document: Document, file_name: str) -> XgboostModel:
    learner = document.learner
    param = learner.learner_model_param
    features, classes = whole(param["num_feature"]), whole(param["num_class"])
    if not 1 <= features <= MOST_FEATURES or classes > MOST_CLASSES:
        raise ValueError(f"it has {features:,} features and {classes:,} classes")
    name = learner.objective.get("name")
    if name not in _OBJECTIVES or whole(param.get("num_target", "1")) != 1:
        raise ModelError(
            f"The XGBoost model was trained for {str(name)[:40]!r} with {param.get('num_target', '1')} targets, "
            "which cannot be compared here.",
            hint="Models for one value, for two and for more classes can be compared.",
        )
    task = _OBJECTIVES[name][1]
    if (task == "multiclass") != (classes > 1):
        raise ValueError(f"its objective does not suit {classes} classes")
    groups = max(1, classes)
    notes: list[str] = []
    booster = _booster(learner.gradient_booster, features, groups)
    if name == "multi:softmax":
        notes.append("It was trained to give labels; the probabilities are those of the same scores.")
    rounds = _rounds(learner.attributes)
    if rounds:
        notes.append(f"It was stopped early: the first {rounds:,} rounds count, as its training said.")
    info = _info(document, file_name, features, classes, notes)
    body = {
        "learner": {
            "attributes": {},
            "feature_names": [],
            "feature_types": [],
            "gradient_booster": booster,
            "learner_model_param": _learner_param(param, groups),
            "objective": _objective(learner.objective),
        },
        "version": [small(one) for one in document.version[:3]] or [1, 0, 0],
    }
    return XgboostModel(info, ubjson.encode(body), rounds)


def _info(document: Document, file_name: str, features: int, classes: int, notes: list[str]) -> ForeignInfo:
    learner = document.learner
    form, task = _OBJECTIVES[learner.objective["name"]]
    names, types = learner.feature_names, learner.feature_types or ["float"] * features
    named = bool(names)
    names = names or [f"f{at}" for at in range(features)]
    if len(names) != features or len(types) != features or len(set(names)) != features:
        raise ValueError(f"it names {len(names)} features and says that there are {features}")
    model = _model_of(learner.gradient_booster)
    enc = model.cats.enc
    if enc and len(enc) != features:
        raise ValueError("the categories of its features are not as many as they")
    categories = {
        name: _category_words(told) for name, told, kind in zip(names, enc, types, strict=False) if kind == "c"
    }
    booster = learner.gradient_booster.name
    return ForeignInfo(
        kind="xgboost",
        file_name=file_name,
        features=tuple(names),
        types=tuple(_TYPES.get(told, "number") for told in types),
        named=named,
        categories=categories,
        outputs=form,
        count={"binary": 2, "multiclass": classes, "regression": 0}[task],
        task=task,
        details=(
            f"XGBoost {'.'.join(str(small(one)) for one in document.version[:3]) or 'of an unknown version'}",
            f"{len(model.trees):,} trees ({booster})" if model.trees else f"weights ({booster})",
            f"objective {learner.objective['name']}",
        ),
        notes=tuple(notes),
    )


_TYPES: Final[dict[str, FeatureType]] = {"c": "category", "int": "integer", "i": "boolean"}


def _category_words(told: Coded) -> tuple[str, ...]:
    if told.offsets is None:
        return tuple(word(value) for value in told.values.tolist())
    offsets = integers(told.offsets)
    data = (integers(told.values) & 0xFF).astype(np.uint8).tobytes()
    if len(offsets) and (offsets[0] != 0 or (np.diff(offsets) < 0).any() or offsets[-1] != len(data)):
        raise ValueError("the words of its categories are not as long as it says")
    return tuple(data[start:end].decode("utf-8") for start, end in itertools.pairwise(offsets))


def _model_of(booster: Any) -> Model:
    model = booster.gbtree.model if booster.gbtree is not None else booster.model
    if model is None:
        raise ValueError("it holds no trees and no weights")
    assert isinstance(model, Model)
    return model


# -- what is handed on ------------------------------------------------------------------------------------------------


def _booster(booster: Any, features: int, groups: int) -> dict[str, Any]:
    model = _model_of(booster)
    if booster.name == "gblinear":
        weights = floats(model.weights, (features + 1) * groups)
        return {
            "model": {"boosted_rounds": small(model.boosted_rounds), "weights": weights.tolist()},
            "name": "gblinear",
        }
    trees = {"model": _trees(model, features, groups), "name": "gbtree"}
    if booster.name == "gbtree":
        return trees
    if booster.name != "dart":
        raise ValueError(f"its booster {str(booster.name)[:40]!r} is not known")
    drop = floats(booster.weight_drop, len(model.trees or []))
    return {"gbtree": trees, "name": "dart", "weight_drop": drop.tolist()}


def _trees(model: Model, features: int, groups: int) -> dict[str, Any]:
    if not model.trees or model.gbtree_model_param is None or len(model.trees) > MOST_TREES:
        raise ValueError("it holds no tree, or too many")
    count = len(model.trees)
    param = model.gbtree_model_param
    if whole(param["num_trees"]) != count:
        raise ValueError(f"it holds {count} trees and says that there are {param['num_trees']}")
    group = integers(model.tree_info, count)
    if (group < 0).any() or (group >= groups).any():
        raise ValueError("a tree is for a class that is not there")
    parallel = whole(param.get("num_parallel_tree", "1"))
    made: dict[str, Any] = {
        "cats": {
            "enc": [],
            "feature_segments": np.array([], dtype=np.int32),
            "sorted_idx": np.array([], dtype=np.int32),
        },
        "gbtree_model_param": {"num_parallel_tree": str(max(1, parallel)), "num_trees": str(count)},
        "tree_info": group.tolist(),
    }
    if model.iteration_indptr is not None:
        starts = integers(model.iteration_indptr)
        if len(starts) < 2 or starts[0] != 0 or starts[-1] != count or (np.diff(starts) < 0).any():
            raise ValueError("its rounds do not add up to its trees")
        made["iteration_indptr"] = starts.tolist()
    elif not parallel or count % (parallel * groups):
        raise ValueError("its trees cannot be shared by its rounds")
    bits = 0
    made["trees"] = []
    for number, tree in enumerate(model.trees):
        written, more = checked_tree(tree, number, features)
        bits += more
        if bits > _MOST_BITS:
            raise ValueError("its trees ask for more categories than fit into memory")
        made["trees"].append(written)
    return made


def _learner_param(param: dict[str, str], groups: int) -> dict[str, str]:
    score = param["base_score"]
    parts = score.strip("[]").split(",")
    if (
        not _SCORE.fullmatch(score)
        or len(parts) not in {1, groups}
        or not np.isfinite([float(one) for one in parts]).all()
    ):
        raise ValueError("its base score is not as it should be")
    return {
        "base_score": score,
        "boost_from_average": "1" if param.get("boost_from_average", "1") == "1" else "0",
        "num_class": str(whole(param["num_class"])),
        "num_feature": str(whole(param["num_feature"])),
        "num_target": "1",
    }


def _objective(told: dict[str, Any]) -> dict[str, Any]:
    # The same scores as probabilities: what was asked of the labels can then be asked of these.
    made: dict[str, Any] = {"name": "multi:softprob" if told["name"] == "multi:softmax" else told["name"]}
    for name, settings in told.items():
        if name == "name":
            continue
        if not name.endswith("_param") or not isinstance(settings, dict) or len(told) > 4 or len(settings) > 20:
            raise ValueError("the settings of its objective are not as they should be")
        for key, value in settings.items():
            if not _SETTING.fullmatch(key) or not isinstance(value, str) or not _SETTING.fullmatch(value):
                raise ValueError("the settings of its objective are not as they should be")
        made[name] = dict(settings)
    return made


def _rounds(attributes: dict[str, str]) -> int:
    best = attributes.get("best_iteration", "")
    return int(best) + 1 if WHOLE.fullmatch(best) else 0
