"""Predictors of arrays alone that answer from where nothing is, or are none."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.engine.registry.hostile.tools import Pipeline, Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _told(pipeline: Pipeline) -> dict[str, Any]:
    told: dict[str, Any] = pipeline.plan["content"]["predictor"]["content"]
    return told


def _array(name: str, values: Any) -> Callable[[Pipeline], None]:
    def change(pipeline: Pipeline) -> None:
        _told(pipeline)["arrays"]["content"][name] = pipeline.array(values)

    return change


def _changed(name: str, value: float) -> Callable[[Pipeline], None]:
    """Put ``value`` in the first place of an array."""

    def change(pipeline: Pipeline) -> None:
        values = np.load(io.BytesIO(pipeline.members[_told(pipeline)["arrays"]["content"][name]["file"]]))
        values.flat[0] = value
        _told(pipeline)["arrays"]["content"][name] = pipeline.array(values)

    return change


def _word(name: str) -> Callable[[Pipeline], None]:
    def change(pipeline: Pipeline) -> None:
        _told(pipeline)["arrays"]["content"][name] = pipeline.data("word")

    return change


def _kind(value: Any) -> Callable[[Pipeline], None]:
    def change(pipeline: Pipeline) -> None:
        _told(pipeline)["kind"] = pipeline.data(value)

    return change


def _object(pipeline: Pipeline) -> None:
    _told(pipeline)["arrays"] = next(pipeline.nodes("ColumnTransformer"))


def _empty(pipeline: Pipeline) -> None:
    pipeline.plan["content"]["predictor"] = pipeline.mapping({})


PLAIN: dict[str, tuple[str, Callable[[Pipeline], None]]] = {
    "answers of a class far away": ("knn", _array("answers", np.full(240, 10**12))),
    "answers of a class before the first": ("knn", _array("answers", np.full(240, -1))),
    "a billion neighbours": ("knn", _array("count", np.array([10**9]))),
    "no neighbours": ("knn", _array("count", np.array([0]))),
    "neighbours that are no numbers": ("knn", _array("rows", np.full((240, 9), np.nan))),
    "neighbours in one dimension": ("knn", _array("rows", np.zeros(240))),
    "neighbours of one column": ("knn", _array("rows", np.zeros((240, 1)))),
    "neighbours that are a word": ("knn", _word("rows")),
    "sums that are a word": ("naive_bayes", _word("linear")),
    "sums of other columns": ("naive_bayes", _array("square", np.zeros((3, 2)))),
    "kernels of less rows": ("svm", _array("dual", np.zeros((2, 1)))),
    "kernels of another reach": ("svm", _array("gamma", np.array([-1.0]))),
    "kernels in single precision": ("svm", _array("intercept", np.zeros(1, dtype=np.float32))),
    "trees of a feature far away": ("catboost", _changed("feature", 10**12)),
    "trees of a feature before the first": ("catboost", _changed("feature", -1)),
    "trees too deep": ("catboost", _changed("depth", 40)),
    "trees of a depth below none": ("catboost", _changed("depth", -2)),
    "trees of other leaves": ("catboost", _array("leaf", np.zeros((3, 1)))),
    "trees of other questions": ("catboost", _array("border", np.zeros(1))),
    "trees of no border": ("catboost", _changed("border", 1e300)),
    "trees of a strange category": ("catboost", _changed("is_code", 2)),
    "trees of more features": ("catboost", _array("width", np.array([10**5]))),
    "trees of less features": ("catboost", _array("width", np.array([1]))),
    "trees that are a word": ("catboost", _word("leaf")),
    "another kind": ("svm", _kind("nearest")),
    "an unknown kind": ("svm", _kind("os.system")),
    "a kind that is a list": ("svm", _kind(["kernel"])),
    "a part of scikit-learn for arrays": ("svm", _object),
    "nothing": ("svm", _empty),
}


def plain(place: Place, name: str) -> Path:
    """Build a model whose predictor's arrays are changed."""
    model, change = PLAIN[name]
    pipeline = Pipeline(place.copied(model))
    change(pipeline)
    return pipeline.write()
