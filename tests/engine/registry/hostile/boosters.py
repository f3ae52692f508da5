"""Boosted trees of other libraries that lead compiled code astray, or are not what is described."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aetheron_desktop.engine.registry.foreign import ubjson
from tests.engine.registry.hostile.tools import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.engine.registry.hostile.tools import Place

    Body = Callable[[bytes], bytes]


def _text(pattern: str, new: str) -> Body:
    def make(body: bytes) -> bytes:
        made, count = re.subn(pattern.encode(), new.encode(), body, count=1)
        assert count, f"the text has no {pattern}"
        return made

    return make


_ANY: Final[dict[str, Body]] = {
    "nothing": lambda body: b"",
    "a half": lambda body: body[: len(body) // 2],
    "a pickle": lambda body: b"\x80\x04cposix\nsystem\n(S'id'\ntR.",
    "random bytes": lambda body: np.random.default_rng(0).bytes(len(body)),
}
TEXTS: Final[dict[str, Body]] = _ANY | {
    "a child far away": _text(r"left_child=\S+", "left_child=1000000"),
    "a circle": _text(r"left_child=\S+", "left_child=0"),
    "a leaf far away": _text(r"right_child=\S+", "right_child=-1000000"),
    "a column far away": _text(r"split_feature=\S+", "split_feature=1000000"),
    "a column before the first": _text(r"split_feature=\S+", "split_feature=-5"),
    "more leaves than there are": _text(r"num_leaves=\d+", "num_leaves=16000000"),
    "no leaves": _text(r"num_leaves=\d+", "num_leaves=0"),
    "categories that are not there": _text(r"decision_type=\S+", "decision_type=1"),
    "more categories than there are": _text(r"num_cat=0", "num_cat=900000000"),
    "categories far away": _text(r"num_cat=0", "num_cat=1\ncat_boundaries=0 900000000\ncat_threshold=1"),
    "a leaf that is no number": _text(r"leaf_value=\S+", "leaf_value=nan"),
    "a threshold that is no number": _text(r"threshold=\S+", "threshold=$(id)"),
    "a threshold below all numbers": _text(r"threshold=\S+", "threshold=-inf"),
    "a tree too few": _text(r"Tree=1\n", "Tree=7\n"),
    "more classes than there are": _text(r"num_class=1", "num_class=2147483647"),
    "fewer columns": _text(r"max_feature_idx=\d+", "max_feature_idx=0"),
    "another task": _text(r"objective=binary sigmoid:1", "objective=regression"),
    "what ranks": _text(r"objective=binary sigmoid:1", "objective=lambdarank"),
    "an objective with more": _text(r"objective=binary sigmoid:1", "objective=binary sigmoid:1 file:/etc/passwd"),
    "another version": _text(r"version=v4", "version=v99"),
}


def _tree(name: str, value: int) -> Body:
    def change(learner: dict[str, Any]) -> None:
        tree = next(one for one in learner["gradient_booster"]["model"]["trees"] if len(one["left_children"]) > 1)
        tree[name][np.flatnonzero(tree["left_children"] >= 0)[-1]] = value

    return _learner(change)


def _learner(change: Callable[[dict[str, Any]], Any]) -> Body:
    def make(body: bytes) -> bytes:
        told = ubjson.decode(body)
        change(told["learner"])
        return ubjson.encode(told)

    return make


TREES: Final[dict[str, Body]] = _ANY | {
    "a child far away": _tree("left_children", 10**6),
    "a circle": _tree("right_children", 0),
    "a column far away": _tree("split_indices", 10**6),
    "a column before the first": _tree("split_indices", -3),
    "a side that is none": _tree("default_left", 7),
    "a kind of question that is none": _tree("split_type", 9),
    "more nodes than there are": _learner(
        lambda told: told["gradient_booster"]["model"]["trees"][0]["tree_param"].update(num_nodes="900000000")
    ),
    "more trees than there are": _learner(
        lambda told: told["gradient_booster"]["model"]["gbtree_model_param"].update(num_trees="900000000")
    ),
    "a tree of another class": _learner(lambda told: told["gradient_booster"]["model"].update(tree_info=[7, 7, 7])),
    "another booster": _learner(lambda told: told["gradient_booster"].update(name="gblinear")),
    "fewer columns": _learner(lambda told: told["learner_model_param"].update(num_feature="1")),
    "more columns": _learner(lambda told: told["learner_model_param"].update(num_feature="9999")),
    "more classes": _learner(lambda told: told["learner_model_param"].update(num_class="2147483647")),
    "another task": _learner(lambda told: told["objective"].update(name="reg:squarederror")),
    "what ranks": _learner(lambda told: told["objective"].update(name="rank:ndcg")),
    "a start that is no number": _learner(lambda told: told["learner_model_param"].update(base_score="[nan]")),
    "an early end": _learner(lambda told: told["attributes"].update(best_iteration="0")),
    "100,000 levels": lambda body: b"[" * 100_000,
}


def _body(pipeline: Pipeline) -> bytes:
    node = pipeline.plan["content"]["predictor"]["content"]["body"]
    found: bytes = np.load(io.BytesIO(pipeline.members[node["file"]])).tobytes()
    return found


def _built(place: Place, model: str, change: Body) -> Path:
    pipeline = Pipeline(place.copied(model))
    made = np.frombuffer(change(_body(pipeline)), dtype=np.uint8)
    pipeline.plan["content"]["predictor"]["content"]["body"] = pipeline.array(made)
    return pipeline.write()


def text(place: Place, name: str) -> Path:
    """Build a model of LightGBM with such trees."""
    return _built(place, "lightgbm", TEXTS[name])


def trees(place: Place, name: str) -> Path:
    """Build a model of XGBoost with such trees."""
    return _built(place, "xgboost", TREES[name])


def exchanged(place: Place) -> Path:
    """Build a model of LightGBM whose trees are those of XGBoost."""
    other = _body(Pipeline(place.good["xgboost"]))
    return _built(place, "lightgbm", lambda body: other)


def wide(place: Place) -> Path:
    """Build a model whose trees are numbers of another width."""
    pipeline = Pipeline(place.copied("lightgbm"))
    told = pipeline.plan["content"]["predictor"]["content"]
    told["body"] = pipeline.array(np.frombuffer(_body(pipeline), dtype=np.uint8).astype(np.int64))
    return pipeline.write()


def word(place: Place) -> Path:
    """Build a model whose trees are a word."""
    pipeline = Pipeline(place.copied("xgboost"))
    pipeline.plan["content"]["predictor"]["content"]["body"] = pipeline.data("/etc/passwd")
    return pipeline.write()
