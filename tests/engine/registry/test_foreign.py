"""Models of other programs: predicted with as their own libraries do, or refused in words without being run."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import joblib
import msgspec
import numpy as np
import onnx
import pandas as pd
import pytest
import skops.io
import xgboost
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from sklearn.base import is_regressor
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.errors import ModelError, UntrustedModel
from aetheron_desktop.engine.estimators.features import words
from aetheron_desktop.engine.registry.foreign import ubjson
from aetheron_desktop.engine.registry.foreign.info import MOST_BYTES, word
from aetheron_desktop.engine.registry.foreign.look import look
from aetheron_desktop.engine.registry.foreign.matching import foreign_shape, in_order
from aetheron_desktop.engine.registry.foreign.opening import foreign_pipeline, open_foreign
from aetheron_desktop.engine.registry.onnx_export import export_onnx
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.trainer import train
from tests.engine.registry import foreign_files as files
from tests.tables import FEATURES, TARGETS, made_dataset, made_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aetheron_desktop.engine.datasets.schema import Task

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
NEW = files.table(200, seed=5)


def both(raw: Any) -> Any:
    """Give probabilities of two classes from those of the second."""
    return np.column_stack([1.0 - raw, raw]) if raw.ndim == 1 else raw


def refused(file: Path, said: str, kind: type[ModelError] = UntrustedModel) -> ModelError:
    with pytest.raises(kind) as caught:
        look(file)
    assert said in caught.value.detail
    assert caught.value.hint
    return caught.value


# -- LightGBM ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_that_lightgbm_predicts_as_its_library_does(tmp_path: Path, task: Task) -> None:
    booster = files.lightgbm_file(tmp_path / "it.model", task)
    info = look(tmp_path / "it.model")
    assert (info.kind, info.task, info.features) == ("lightgbm", task, ("body_mass", "age", "kind", "code"))
    assert info.categories == {"kind": ("hawk", "owl", "sea eagle"), "code": ("1", "5", "7")}
    want = booster.predict(files.given(NEW))
    pipeline = files.opened(tmp_path / "it.model", task)
    assert np.array_equal(pipeline.raw(NEW), want if task == "regression" else both(want))
    assert pipeline.predict(NEW)["prediction"].notna().all()
    assert pipeline.raw(NEW.head(0)).shape == ((0,) if task == "regression" else (0, len(files.classes_of(task))))


def test_that_lines_in_the_leaves_of_lightgbm_are_kept(tmp_path: Path) -> None:
    booster = files.lightgbm_file(tmp_path / "it.txt", "regression", files.NUMBERS, linear_tree=True)
    assert "is_linear=1" in (tmp_path / "it.txt").read_text()
    want = booster.predict(NEW[list(files.NUMBERS)])
    assert np.array_equal(files.opened(tmp_path / "it.txt", "regression").raw(NEW), want)


@pytest.mark.parametrize("boosting", ["rf", "dart"])
def test_that_other_ways_of_boosting_are_kept(tmp_path: Path, boosting: str) -> None:
    more: dict[str, Any] = {"bagging_freq": 1, "bagging_fraction": 0.7} if boosting == "rf" else {}
    booster = files.lightgbm_file(tmp_path / "it.txt", "binary", boosting=boosting, **more)
    want = both(booster.predict(files.given(NEW)))
    assert np.array_equal(files.opened(tmp_path / "it.txt", "binary").raw(NEW), want)


def test_that_classes_judged_alone_are_made_to_add_up(tmp_path: Path) -> None:
    booster = files.lightgbm_file(tmp_path / "it.txt", "multiclass", objective="multiclassova")
    want = booster.predict(files.given(NEW))
    raw = files.opened(tmp_path / "it.txt", "multiclass").raw(NEW)
    assert np.allclose(raw, want / want.sum(axis=1, keepdims=True))
    assert (raw.argmax(axis=1) == want.argmax(axis=1)).all()
    assert any("add up" in note for note in look(tmp_path / "it.txt").notes)


def test_that_a_file_from_windows_is_read(tmp_path: Path) -> None:
    booster = files.lightgbm_file(tmp_path / "it.txt", "binary")
    (tmp_path / "it.txt").write_bytes((tmp_path / "it.txt").read_bytes().replace(b"\n", b"\r\n"))
    want = both(booster.predict(files.given(NEW)))
    assert np.array_equal(files.opened(tmp_path / "it.txt", "binary").raw(NEW), want)


def test_that_new_and_missing_categories_are_what_the_library_makes_of_them(tmp_path: Path) -> None:
    booster = files.lightgbm_file(tmp_path / "it.txt", "multiclass")
    strange = NEW.assign(kind="emu")
    unknown = pd.Series(None, index=NEW.index, dtype=files.given(files.table())["kind"].dtype)
    want = booster.predict(files.given(NEW).assign(kind=unknown))
    assert np.array_equal(files.opened(tmp_path / "it.txt", "multiclass").raw(strange), want)


def test_that_a_model_that_ranks_is_refused(tmp_path: Path) -> None:
    files.lightgbm_file(tmp_path / "it.txt", "binary")
    text = (tmp_path / "it.txt").read_text().replace("objective=binary sigmoid:1", "objective=lambdarank")
    (tmp_path / "it.txt").write_text(text)
    refused(tmp_path / "it.txt", "lambdarank", ModelError)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("left_child=1", "left_child=0"),
        ("left_child=1", "left_child=77"),
        ("split_feature=0", "split_feature=999999"),
        ("num_leaves=7", "num_leaves=7000000"),
        ("num_leaves=7", "num_leaves=99999999999"),
        ("max_feature_idx=3", "max_feature_idx=2"),
        ("max_feature_idx=3", "max_feature_idx=2147483647"),
        ("num_class=1", "num_class=2147483647"),
        ("cat_boundaries=0 1", "cat_boundaries=0 900000"),
        ("leaf_value=", "leaf_value=nan "),
        ("num_cat=1", "num_cat=5"),
        ("Tree=1", "Tree=9"),
        ("version=v4", "version=v4\nversion=v4"),
        ("feature_names=body_mass", "feature_names=age"),
        ("objective=binary sigmoid:1", "objective=binary sigmoid:1 device:$(id)"),
    ],
)
def test_that_a_lightgbm_file_that_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str) -> None:
    files.lightgbm_file(tmp_path / "it.txt", "binary")
    text = (tmp_path / "it.txt").read_text()
    assert old in text
    (tmp_path / "it.txt").write_text(text.replace(old, new, 1))
    refused(tmp_path / "it.txt", "damaged")


# -- XGBoost ----------------------------------------------------------------------------------------------------------


def native(booster: Any, **more: Any) -> Any:
    made = files.given(NEW, tuple(booster.feature_names or ()))
    return booster.predict(xgboost.DMatrix(made, enable_categorical=True), **more).astype(np.float64)


@pytest.mark.parametrize("ending", ["json", "ubj"])
@pytest.mark.parametrize("task", TASKS)
def test_that_xgboost_predicts_as_its_library_does(tmp_path: Path, task: Task, ending: str) -> None:
    booster = files.xgboost_file(tmp_path / f"it.{ending}", task)
    info = look(tmp_path / f"it.{ending}")
    assert (info.kind, info.task, info.features) == ("xgboost", task, files.FEATURES)
    assert info.categories == {"kind": ("hawk", "owl", "sea eagle"), "code": ("1", "5", "7")}
    assert info.file_name == f"foreign.{ending}"
    want = native(booster)
    raw = files.opened(tmp_path / f"it.{ending}", task).raw(NEW)
    assert np.array_equal(raw, want if task == "regression" else both(want))


@pytest.mark.parametrize(
    "more",
    [
        {"booster": "dart", "rate_drop": 0.5},
        {"booster": "gblinear"},
        {"tree_method": "exact", "gamma": 50.0},
        {"objective": "reg:absoluteerror"},
        {"objective": "count:poisson"},
        {"num_parallel_tree": 3, "subsample": 0.5},
        {"grow_policy": "lossguide", "max_leaves": 9, "max_depth": 0},
    ],
    ids=lambda more: next(iter(more.values())),
)
@pytest.mark.parametrize("ending", ["json", "ubj"])
@pytest.mark.filterwarnings("ignore:.*gblinear.*:UserWarning")
def test_that_every_booster_of_xgboost_is_kept(tmp_path: Path, more: dict[str, Any], ending: str) -> None:
    booster = files.xgboost_file(tmp_path / f"it.{ending}", "regression", files.NUMBERS, **more)
    assert np.array_equal(files.opened(tmp_path / f"it.{ending}", "regression").raw(NEW), native(booster))


def test_that_labels_alone_become_the_probabilities_of_the_same_scores(tmp_path: Path) -> None:
    booster = files.xgboost_file(tmp_path / "it.json", "multiclass", objective="multi:softmax")
    raw = files.opened(tmp_path / "it.json", "multiclass").raw(NEW)
    margins = native(booster, output_margin=True)
    assert (raw.argmax(axis=1) == native(booster)).all()
    assert np.allclose(raw, np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True), atol=1e-6)
    assert any("labels" in note for note in look(tmp_path / "it.json").notes)


def test_that_scores_and_hinges_become_probabilities_with_a_note(tmp_path: Path) -> None:
    for objective, said in (("binary:logitraw", "logistic"), ("binary:hinge", "certain")):
        booster = files.xgboost_file(tmp_path / "it.json", "binary", objective=objective)
        info = look(tmp_path / "it.json")
        shape = shaped(info, "binary")
        assert any(said in note for note in shape.notes)
        raw, want = files.opened(tmp_path / "it.json", "binary").raw(NEW), native(booster)
        assert np.allclose(raw[:, 1], 1 / (1 + np.exp(-want)) if said == "logistic" else want)
        assert np.allclose(raw.sum(axis=1), 1.0)


def test_that_the_rounds_after_the_best_one_do_not_count(tmp_path: Path) -> None:
    made, new = files.table(80), files.table(80, seed=3)
    model = xgboost.XGBClassifier(n_estimators=60, max_depth=4, early_stopping_rounds=3, enable_categorical=True)
    model.set_params(n_jobs=1, learning_rate=0.6)
    model.fit(
        files.given(made),
        files.asked(made, "binary"),
        verbose=False,
        eval_set=[(files.given(new), files.asked(new, "binary"))],
    )
    model.save_model(tmp_path / "it.json")
    assert model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    raw = files.opened(tmp_path / "it.json", "binary").raw(NEW)
    assert np.array_equal(raw[:, 1], model.predict_proba(files.given(NEW))[:, 1].astype(np.float64))


def changed(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    told = json.loads(file.read_text())
    change(told["learner"])
    file.write_text(json.dumps(told))


def test_that_codes_whose_categories_are_not_known_are_numbers_or_refused(tmp_path: Path) -> None:
    booster = files.xgboost_file(tmp_path / "it.json", "binary")
    changed(tmp_path / "it.json", lambda told: told["gradient_booster"]["model"].pop("cats"))
    with pytest.raises(ModelError, match="categories of 'kind'"):
        files.opened(tmp_path / "it.json", "binary")
    codes = files.given(NEW)
    coded = NEW.assign(**{name: codes[name].cat.codes.astype(float).replace(-1.0, np.nan) for name in ("kind", "code")})
    schema = tuple(msgspec.structs.replace(one, type="number") for one in files.columns_of(coded))
    pipeline = files.opened(tmp_path / "it.json", "binary", columns=schema)
    assert np.array_equal(pipeline.raw(coded), both(native(booster)))


def first_tree(told: dict[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = told["gradient_booster"]["model"]["trees"][0]
    return tree


def splitting(told: dict[str, Any]) -> dict[str, Any]:
    return next(tree for tree in told["gradient_booster"]["model"]["trees"] if tree["categories_nodes"])


SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a circle": lambda told: first_tree(told)["left_children"].__setitem__(0, 0),
    "a child outside": lambda told: first_tree(told)["left_children"].__setitem__(0, 10**6),
    "a child far below": lambda told: first_tree(told)["left_children"].__setitem__(0, -7),
    "half a leaf": lambda told: first_tree(told)["left_children"].__setitem__(0, -1),
    "a feature outside": lambda told: first_tree(told)["split_indices"].__setitem__(0, 10**6),
    "a short array": lambda told: first_tree(told)["split_conditions"].pop(),
    "no array": lambda told: first_tree(told).__setitem__("split_conditions", "none"),
    "arrays in an array": lambda told: first_tree(told).__setitem__("left_children", [[1, 2], [3]]),
    "a fraction": lambda told: first_tree(told)["left_children"].__setitem__(0, 1.5),
    "a huge number": lambda told: first_tree(told)["left_children"].__setitem__(0, 10**30),
    "a wrong count": lambda told: first_tree(told)["tree_param"].__setitem__("num_nodes", "9999"),
    "a category too large": lambda told: splitting(told)["categories"].__setitem__(0, 2**31 - 1),
    "a category below nought": lambda told: splitting(told)["categories"].__setitem__(0, -1),
    "categories beyond": lambda told: splitting(told)["categories_sizes"].__setitem__(0, 999_999),
    "a node without categories": lambda told: splitting(told)["categories_nodes"].__setitem__(0, 9999),
    "a class outside": lambda told: told["gradient_booster"]["model"]["tree_info"].__setitem__(0, 5),
    "rounds outside": lambda told: told["gradient_booster"]["model"]["iteration_indptr"].__setitem__(1, 99),
    "trees that are not there": lambda told: told["gradient_booster"]["model"]["trees"].pop(),
    "features without end": lambda told: told["learner_model_param"].__setitem__("num_feature", "999999999"),
    "classes without end": lambda told: told["learner_model_param"].__setitem__("num_class", "999999999"),
    "a strange score": lambda told: told["learner_model_param"].__setitem__("base_score", "$(id)"),
    "a strange booster": lambda told: told["gradient_booster"].__setitem__("name", "other"),
    "a strange setting": lambda told: told["objective"].__setitem__("plugin", "other.so"),
    "names twice": lambda told: told["feature_names"].__setitem__(0, "age"),
    "offsets outside": lambda told: told["gradient_booster"]["model"]["cats"]["enc"][2]["offsets"].__setitem__(1, 99),
}


@pytest.mark.parametrize("name", SPOILT)
def test_that_an_xgboost_file_that_contradicts_itself_is_refused(tmp_path: Path, name: str) -> None:
    files.xgboost_file(tmp_path / "it.json", "binary")
    changed(tmp_path / "it.json", SPOILT[name])
    refused(tmp_path / "it.json", "damaged")


def test_that_a_chain_of_nodes_that_is_too_deep_is_refused(tmp_path: Path) -> None:
    files.xgboost_file(tmp_path / "it.json", "regression", files.NUMBERS)
    inner = 50_000

    def deepen(told: dict[str, Any]) -> None:
        tree, count = first_tree(told), 2 * inner + 1
        tree["left_children"] = [at + 1 if at % 2 == 0 and at < count - 1 else -1 for at in range(count)]
        tree["right_children"] = [at + 2 if at % 2 == 0 and at < count - 1 else -1 for at in range(count)]
        for key, value in tree.items():
            if isinstance(value, list) and len(value) > 1 and "children" not in key:
                tree[key] = [0] * count
        tree["tree_param"]["num_nodes"] = str(count)

    changed(tmp_path / "it.json", deepen)
    refused(tmp_path / "it.json", "deeper")


def test_that_a_model_of_several_targets_is_refused(tmp_path: Path) -> None:
    made = files.table()
    data = xgboost.DMatrix(made[["age"]], made[["price", "code"]].to_numpy(dtype=float))
    xgboost.train({"objective": "reg:squarederror", "nthread": 1}, data, 2).save_model(tmp_path / "it.ubj")
    refused(tmp_path / "it.ubj", "2 targets", ModelError)


@given(
    st.recursive(
        st.one_of(
            st.integers(-(2**63), 2**63 - 1),
            st.text(max_size=8),
            st.lists(st.integers(-(2**31), 2**31 - 1), max_size=5).map(lambda told: np.array(told, dtype=np.int32)),
            st.lists(st.floats(width=32, allow_nan=False), max_size=5).map(
                lambda told: np.array(told, dtype=np.float32)
            ),
        ),
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
        max_leaves=20,
    )
)
def test_that_binary_json_is_read_as_it_was_written(value: Any) -> None:
    def same(one: Any, other: Any) -> bool:
        if isinstance(one, np.ndarray):
            return bool(one.dtype == other.dtype and np.array_equal(one, other))
        if isinstance(one, dict):
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        if isinstance(one, list):
            return len(one) == len(other) and all(map(same, one, other))
        return bool(one == other)

    assert same(value, ubjson.decode(ubjson.encode(value)))


@given(st.binary(max_size=200))
def test_that_binary_json_that_is_none_is_refused(body: bytes) -> None:
    try:
        ubjson.decode(b"{L" + body)
    except ValueError:
        return


# -- ONNX -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one_tensor", [True, False], ids=["one tensor", "a tensor a column"])
@pytest.mark.parametrize("zipmap", [True, False], ids=["maps", "an array"])
@pytest.mark.parametrize("task", TASKS)
def test_that_onnx_predicts_as_what_it_was_made_from(
    tmp_path: Path, task: Task, zipmap: bool, one_tensor: bool
) -> None:
    options = {} if task == "regression" else {"zipmap": zipmap}
    model = files.onnx_file(tmp_path / "it.onnx", task, one_tensor=one_tensor, **options)
    info = look(tmp_path / "it.onnx")
    assert (info.kind, info.task, info.classes) == ("onnx", task, files.classes_of(task))
    assert info.named is not one_tensor
    given_ = NEW[list(files.NUMBERS)].to_numpy() if one_tensor else NEW[list(files.NUMBERS)]
    want = model.predict(given_) if task == "regression" else model.predict_proba(given_)
    pipeline = files.opened(tmp_path / "it.onnx", task)
    assert np.allclose(pipeline.raw(NEW), want, rtol=1e-5, atol=1e-6)
    # The bits of a row do not depend on how many come with it.
    assert np.array_equal(pipeline.raw(NEW.head(1)), pipeline.raw(NEW)[:1])


@pytest.mark.parametrize(
    ("estimator", "task"),
    [
        ("forest", "binary"),
        ("boosting", "multiclass"),
        ("boosting", "regression"),
        ("network", "multiclass"),
        ("logistic", "binary"),
        ("ridge", "regression"),
    ],
)
def test_that_our_own_export_comes_back(tmp_path: Path, task: Task, estimator: str) -> None:
    dataset = made_dataset(tmp_path / "dataset", target=TARGETS[task])
    quick: Any = {
        "forest": {"n_estimators": 3},
        "boosting": {"max_iter": 3},
        "network": {"epochs": 1, "hidden_size": 8},
    }
    made = plan(dataset.info, features=FEATURES, estimators=(estimator,), params=quick, new_id=lambda: "run-1")
    planned = next(one for one in made if one.estimator == estimator)
    model = train(planned, dataset, lambda event: None, lambda: False).model
    assert model is not None
    table = made_table(seed=4)
    export_onnx(model, table, tmp_path / "model.onnx")
    info = look(tmp_path / "model.onnx")
    assert (info.task, info.classes, info.features) == (task, model.classes, FEATURES)
    columns = tuple(reversed(dataset.info.schema.columns))
    pipeline = foreign_pipeline(
        tmp_path / "model.onnx", info, columns=columns, target=model.target, task=task, classes=model.classes
    )
    want = model.raw(table)
    assert np.abs(pipeline.raw(table) - want).max() <= 1e-5 * max(1.0, np.abs(want).max())


def network(
    file: Path,
    last: str,
    outputs: int,
    *,
    props: dict[str, str] | None = None,
    rows: int | str = "rows",
    inner: int = 2,
) -> Any:
    """Write a layer with weights, and what follows it; give the weights."""
    weights = np.random.default_rng(0).normal(size=(inner, outputs)).astype(np.float32)
    nodes = [helper.make_node("Gemm", ["x", "w"], ["scores" if last else "out"])]
    if last:
        nodes.append(helper.make_node(last, ["scores"], ["out"]))
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [rows, inner])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [rows, outputs])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    if props:
        helper.set_model_props(model, props)
    file.write_bytes(model.SerializeToString())
    return weights


FULL = NEW.fillna({"body mass": 50.0})


def test_that_a_network_says_its_columns_by_its_metadata(tmp_path: Path) -> None:
    weights = network(
        tmp_path / "it.onnx", "Softmax", 3, props={"features": '["body mass", "age"]', "classes": "c,a,b"}
    )
    info = look(tmp_path / "it.onnx")
    assert (info.named, info.features, info.classes) == (True, ("body mass", "age"), ("c", "a", "b"))
    scores = FULL[["body mass", "age"]].to_numpy(dtype=np.float32) @ weights
    want = np.exp(scores - scores.max(axis=1, keepdims=True))
    want /= want.sum(axis=1, keepdims=True)
    assert np.allclose(files.opened(tmp_path / "it.onnx", "multiclass").raw(FULL), want[:, [1, 2, 0]], atol=1e-5)


def test_that_scores_become_probabilities_with_a_note(tmp_path: Path) -> None:
    weights = network(tmp_path / "it.onnx", "", 1)
    info = look(tmp_path / "it.onnx")
    mapping = in_order(info, files.NUMBERS)
    shape = shaped(info, "binary", mapping=mapping)
    assert any("logistic" in note for note in shape.notes)
    scores = (FULL[["body mass", "age"]].to_numpy(dtype=np.float32) @ weights)[:, 0].astype(np.float64)
    raw = files.opened(tmp_path / "it.onnx", "binary", mapping=mapping).raw(FULL)
    assert np.allclose(raw[:, 1], 1 / (1 + np.exp(-scores)), atol=1e-6)
    assert np.allclose(files.opened(tmp_path / "it.onnx", "regression", mapping=mapping).raw(FULL), scores, rtol=1e-5)


def test_that_one_probability_is_that_of_the_second_class(tmp_path: Path) -> None:
    network(tmp_path / "it.onnx", "Sigmoid", 1)
    assert (look(tmp_path / "it.onnx").task, look(tmp_path / "it.onnx").outputs) == ("binary", "probabilities")
    raw = files.opened(tmp_path / "it.onnx", "binary").raw(FULL)
    assert raw.shape == (len(FULL), 2)
    assert np.allclose(raw.sum(axis=1), 1.0)


def test_that_what_is_no_probability_is_refused_when_it_comes(tmp_path: Path) -> None:
    network(tmp_path / "it.onnx", "Relu", 3)
    with pytest.raises(ModelError, match="no probabilities"):
        files.opened(tmp_path / "it.onnx", "multiclass").raw(FULL)


def test_that_a_fixed_number_of_rows_is_kept_to(tmp_path: Path) -> None:
    network(tmp_path / "one.onnx", "Softmax", 3, rows=7)
    network(tmp_path / "any.onnx", "Softmax", 3)
    raws = [files.opened(tmp_path / name, "multiclass").raw(FULL) for name in ("one.onnx", "any.onnx")]
    assert np.allclose(raws[0], raws[1], atol=1e-6)


def test_that_labels_alone_count_as_certain(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [
            helper.make_node("Greater", ["body mass", "fifty"], ["is"]),
            helper.make_node("Where", ["is", "yes", "no"], ["label"]),
        ],
        "rule",
        [helper.make_tensor_value_info("body mass", TensorProto.DOUBLE, [None, 1])],
        [helper.make_tensor_value_info("label", TensorProto.STRING, [None, 1])],
        [numpy_helper.from_array(np.array([50.0]), "fifty")]
        + [numpy_helper.from_array(np.array([name], dtype=object), name) for name in ("yes", "no")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (tmp_path / "it.onnx").write_bytes(model.SerializeToString())
    assert look(tmp_path / "it.onnx").outputs == "labels"
    said = files.opened(tmp_path / "it.onnx", "binary").predict(FULL)["prediction"]
    assert (said == np.where(FULL["body mass"] > 50, "yes", "no")).all()
    with pytest.raises(ModelError, match="no class"):
        files.opened(tmp_path / "it.onnx", "binary", classes=("good", "bad")).raw(FULL)


def test_that_lightgbm_as_onnx_predicts_the_same(tmp_path: Path) -> None:
    import lightgbm
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    given_ = FULL[list(files.NUMBERS)]
    model = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1).fit(given_, FULL["sort"])
    told = convert_lightgbm(model, initial_types=[("input", FloatTensorType([None, 2]))], target_opset=15)
    (tmp_path / "it.onnx").write_bytes(told.SerializeToString())
    raw = files.opened(tmp_path / "it.onnx", "multiclass").raw(FULL)
    assert np.allclose(raw, np.asarray(model.predict_proba(given_)), atol=1e-6)


def test_that_whole_numbers_cannot_be_missing(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node("Cast", ["body mass"], ["value"], to=TensorProto.FLOAT)],
        "cast",
        [helper.make_tensor_value_info("body mass", TensorProto.INT64, [None, 1])],
        [helper.make_tensor_value_info("value", TensorProto.FLOAT, [None, 1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (tmp_path / "it.onnx").write_bytes(model.SerializeToString())
    pipeline = files.opened(tmp_path / "it.onnx", "regression")
    assert (pipeline.raw(FULL) == FULL["body mass"].astype(int)).all()
    with pytest.raises(ModelError, match="missing of 'body mass'"):
        pipeline.raw(NEW)


def hostile_onnx(change: Callable[[Any], Any], **about: Any) -> Any:
    x = helper.make_tensor_value_info("age", TensorProto.FLOAT, [None, 1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])
    weight = numpy_helper.from_array(np.ones((1, 1), dtype=np.float32), "w")
    graph = helper.make_graph([helper.make_node("MatMul", ["age", "w"], ["y"])], "g", [x], [y], [weight])
    told = {"opset_imports": [helper.make_opsetid("", 17)], "ir_version": 9} | about
    model = helper.make_model(graph, **told)
    change(model)
    return model


def elsewhere(model: Any) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../../etc/passwd")


def in_a_loop(model: Any, turns: Any) -> None:
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["c2"]), helper.make_node("Identity", ["v"], ["v2"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("c2", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v2", TensorProto.FLOAT, None),
        ],
    )
    model.graph.initializer.extend(
        [numpy_helper.from_array(np.array(turns, np.int64), "n"), numpy_helper.from_array(np.array(True), "go")]
    )
    model.graph.node[0].output[0] = "once"
    model.graph.node.append(helper.make_node("Loop", ["n", "go", "once"], ["y"], body=body))


def own_function(model: Any) -> None:
    model.functions.append(
        helper.make_function(
            "own", "f", ["a"], ["b"], [helper.make_node("Identity", ["a"], ["b"])], [helper.make_opsetid("", 17)]
        )
    )


def swollen(model: Any) -> None:
    model.graph.initializer[0].dims[:] = [1 << 40, 1 << 40]


HOSTILE: dict[str, tuple[Callable[[Any], Any], str]] = {
    "weights elsewhere": (elsewhere, "another file"),
    "a foreign operator": (lambda model: setattr(model.graph.node[0], "domain", "evil.ops"), "does not belong to ONNX"),
    "a library": (
        lambda model: model.opset_import.append(helper.make_opsetid("evil.ops", 1)),
        "do not belong to ONNX",
    ),
    "an operator of the runtime": (lambda model: setattr(model.graph.node[0], "domain", "com.microsoft"), "MatMul"),
    "a loop without end": (lambda model: in_a_loop(model, 10**15), "loop"),
    "functions": (own_function, "functions of its own"),
    "an absurd shape": (swollen, "absurd shape"),
    "a tensor that is too short": (
        lambda model: model.graph.initializer[0].dims.__setitem__(slice(None), [9, 9]),
        "not as large as it says",
    ),
    "a type without a meaning": (lambda model: setattr(model.graph.initializer[0], "data_type", 99), "the type 99"),
    "chance": (lambda model: setattr(model.graph.node[0], "op_type", "RandomNormalLike"), "at random"),
    "an operator that is not there": (lambda model: setattr(model.graph.node[0], "op_type", "Nothing"), "checker"),
    "a newer opset": (lambda model: setattr(model.opset_import[0], "version", 999), "opset"),
    "a newer format": (lambda model: setattr(model, "ir_version", 999), "newest known"),
    "no operators": (lambda model: model.graph.ClearField("node"), "no operators"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_that_a_hostile_onnx_file_is_refused(tmp_path: Path, name: str) -> None:
    change, said = HOSTILE[name]
    model = hostile_onnx(change)
    (tmp_path / "it.onnx").write_bytes(model.SerializeToString())
    refused(tmp_path / "it.onnx", said, ModelError)


def learned(file: Path, estimator: Any) -> Any:
    """Write an estimator of scikit-learn that knows two classes, or values; give what was written."""
    from skl2onnx import to_onnx

    chosen = FULL[list(files.NUMBERS)].to_numpy(np.float32)
    target = "price" if is_regressor(estimator) else "sold"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = to_onnx(estimator.fit(chosen, FULL[target]), chosen[:1], target_opset=17)
    file.write_bytes(model.SerializeToString())
    return model


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(3, max_depth=3, random_state=0),
        RandomForestRegressor(3, max_depth=3, random_state=0),
        LogisticRegression(max_iter=1_000),
        LinearRegression(),
        SVC(),
        SVR(),
        make_pipeline(StandardScaler(), LogisticRegression()),
    ],
    ids=lambda one: type(one).__name__,
)
def test_that_a_learned_operator_whose_lists_differ_in_length_is_refused(tmp_path: Path, estimator: Any) -> None:
    model = learned(tmp_path / "it.onnx", estimator)
    task: Task = "regression" if is_regressor(estimator) else "binary"
    assert len(files.opened(tmp_path / "it.onnx", task).raw(FULL)) == len(FULL)
    tried = 0
    for at, node in enumerate(model.graph.node):
        checked = node.op_type.startswith(("Tree", "Linear", "SVM", "Scaler"))
        # The parameters of a kernel are three, or none; how many columns weights are for is known when it runs.
        free = {"kernel_params"} | ({"coefficients", "intercepts"} if node.op_type.startswith("Linear") else set())
        names = [one.name for one in node.attribute if one.name not in free] if checked else []
        for name in names:
            spoilt = onnx.ModelProto()
            spoilt.CopyFrom(model)
            (attribute,) = [one for one in spoilt.graph.node[at].attribute if one.name == name]
            (held,) = [one for one in (attribute.ints, attribute.floats, attribute.strings) if len(one)] or [[]]
            if len(held):
                held.pop()
                (tmp_path / "it.onnx").write_bytes(spoilt.SerializeToString())
                with pytest.raises(UntrustedModel, match="damaged"):
                    look(tmp_path / "it.onnx")
                tried += 1
    assert tried or type(estimator) is LinearRegression


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("nodes_truenodeids", 0, "twice|beginning|nothing leads"),
        ("nodes_truenodeids", 10**6, "lead out"),
        ("nodes_featureids", -5, "feature"),
        ("class_ids", 9, "what is not there"),
        ("class_nodeids", 77, "nodes that are not there"),
        ("nodes_nodeids", 1, "a node twice"),
    ],
)
def test_that_a_forest_that_leads_astray_is_refused(tmp_path: Path, name: str, value: int, said: str) -> None:
    model = learned(tmp_path / "it.onnx", RandomForestClassifier(3, max_depth=3, random_state=0))
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == name:
                attribute.ints[0] = value
    (tmp_path / "it.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(UntrustedModel, match=said):
        look(tmp_path / "it.onnx")


def test_that_a_bounded_loop_is_allowed_and_said(tmp_path: Path) -> None:
    (tmp_path / "it.onnx").write_bytes(hostile_onnx(lambda model: in_a_loop(model, 9)).SerializeToString())
    assert any("Loop" in note and "bounded" in note for note in look(tmp_path / "it.onnx").notes)
    assert np.allclose(files.opened(tmp_path / "it.onnx", "regression").raw(FULL), FULL["age"])


def test_that_a_shape_made_while_it_runs_cannot_take_all_memory(tmp_path: Path) -> None:
    def swell(model: Any) -> None:
        model.graph.initializer.append(numpy_helper.from_array(np.array([1 << 20, 1 << 20], np.int64), "size"))
        model.graph.node[0].output[0] = "small"
        model.graph.node.extend(
            [
                helper.make_node("ConstantOfShape", ["size"], ["huge"]),
                helper.make_node("ReduceMax", ["huge"], ["most"], keepdims=0),
                helper.make_node("Add", ["small", "most"], ["y"]),
            ]
        )

    (tmp_path / "it.onnx").write_bytes(hostile_onnx(swell).SerializeToString())
    with pytest.raises(ModelError, match="ONNX Runtime"):
        files.opened(tmp_path / "it.onnx", "regression").raw(FULL)


def test_that_images_are_not_taken_for_tables(tmp_path: Path) -> None:
    def image(model: Any) -> None:
        model.graph.input[0].CopyFrom(helper.make_tensor_value_info("age", TensorProto.FLOAT, [None, 3, 8, 8]))

    (tmp_path / "it.onnx").write_bytes(hostile_onnx(image).SerializeToString())
    refused(tmp_path / "it.onnx", "not made for rows", ModelError)


# -- skops ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [True, False], ids=["a frame", "an array"])
@pytest.mark.parametrize("task", TASKS)
def test_that_skops_predicts_as_scikit_learn_does(tmp_path: Path, task: Task, names: bool) -> None:
    model = files.sklearn_model(task, files.table(), names=names)
    skops.io.dump(model, tmp_path / "it.skops")
    info = look(tmp_path / "it.skops")
    assert (info.kind, info.task, info.classes, info.named) == ("skops", task, files.classes_of(task), names)
    given_ = NEW[list(files.NUMBERS)] if names else NEW[list(files.NUMBERS)].to_numpy()
    want = model.predict(given_) if task == "regression" else model.predict_proba(given_)
    raw = files.opened(tmp_path / "it.skops", task).raw(NEW)
    assert np.allclose(raw, want, rtol=1e-12, atol=1e-12)


def test_that_a_forest_of_skops_predicts_to_the_bit(tmp_path: Path) -> None:
    model = RandomForestClassifier(5, random_state=0).fit(FULL[list(files.NUMBERS)], FULL["sort"])
    skops.io.dump(model, tmp_path / "it.skops")
    want = model.predict_proba(FULL[list(files.NUMBERS)])
    shuffled = ("c", "a", "b")
    raw = files.opened(tmp_path / "it.skops", "multiclass", classes=shuffled).raw(FULL)
    assert np.array_equal(raw, want[:, [2, 0, 1]])


def test_that_skops_with_foreign_types_lists_them(tmp_path: Path) -> None:
    model = KernelRidge().fit(FULL[list(files.NUMBERS)], FULL["price"])
    skops.io.dump(model, tmp_path / "it.skops")
    error = refused(tmp_path / "it.skops", "sklearn.kernel_ridge.KernelRidge")
    assert "ONNX" in error.hint
    skops.io.dump({"run": os.system}, tmp_path / "it.skops")
    refused(tmp_path / "it.skops", "system")


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (LogisticRegression(), "not fitted"),
        ({"a": 1}, "does not predict"),
        (TfidfVectorizer().fit(["some words"]), "does not predict"),
    ],
    ids=["not fitted", "a dictionary", "no predictor"],
)
def test_that_skops_without_a_fitted_predictor_is_refused(tmp_path: Path, thing: Any, said: str) -> None:
    skops.io.dump(thing, tmp_path / "it.skops")
    refused(tmp_path / "it.skops", said, ModelError)


def test_that_what_a_stranger_cannot_bear_is_said(tmp_path: Path) -> None:
    model = LogisticRegression(max_iter=1_000).fit(FULL[list(files.NUMBERS)], FULL["sold"])
    skops.io.dump(model, tmp_path / "it.skops")
    pipeline = files.opened(tmp_path / "it.skops", "binary")
    assert pipeline.raw(FULL).shape == (len(FULL), 2)
    with pytest.raises(ModelError, match="NaN"):
        pipeline.raw(NEW)


# -- columns and classes ----------------------------------------------------------------------------------------------


def shaped(info: Any, task: Task, **more: Any) -> Any:
    settings: dict[str, Any] = {
        "columns": files.columns_of(files.table()),
        "target": files.target_of(task),
        "classes": files.classes_of(task),
    } | more
    return foreign_shape(info, task=task, **settings)


def test_that_columns_in_another_order_and_more_of_them_change_nothing(tmp_path: Path) -> None:
    files.lightgbm_file(tmp_path / "it.txt", "binary")
    want = files.opened(tmp_path / "it.txt", "binary").raw(NEW)
    mixed = NEW[list(reversed(NEW.columns))].assign(more="?")
    pipeline = files.opened(tmp_path / "it.txt", "binary", columns=files.columns_of(mixed))
    assert np.array_equal(pipeline.raw(mixed), want)
    assert [column.name for column in pipeline.columns.columns] == list(files.FEATURES)


def test_that_missing_columns_are_named(tmp_path: Path) -> None:
    files.lightgbm_file(tmp_path / "it.txt", "binary")
    few = NEW.drop(columns=["body mass", "code"])
    with pytest.raises(ModelError, match="body_mass, code") as caught:
        files.opened(tmp_path / "it.txt", "binary", columns=files.columns_of(few))
    assert "age" in caught.value.hint
    pipeline = files.opened(tmp_path / "it.txt", "binary")
    with pytest.raises(ModelError, match="body mass, code"):
        pipeline.raw(few)


def test_that_two_columns_with_nearly_one_name_must_be_told_apart(tmp_path: Path) -> None:
    files.lightgbm_file(tmp_path / "it.txt", "binary")
    info = look(tmp_path / "it.txt")
    twin = (*files.columns_of(files.table()), Column("body  mass", "number", 0, 9))
    with pytest.raises(ModelError, match="body_mass"):
        shaped(info, "binary", columns=twin)
    shape = shaped(info, "binary", columns=twin, mapping={"body_mass": "body  mass"})
    assert shape.columns[0] == "body  mass"
    assert "“body_mass” is the column “body  mass”." in shape.notes


def test_that_a_mapping_is_checked(tmp_path: Path) -> None:
    files.xgboost_file(tmp_path / "it.json", "binary")
    info = look(tmp_path / "it.json")
    for mapping, said in (
        ({"nothing": "age"}, "no feature 'nothing'"),
        ({"age": "nothing"}, "nothing"),
        ({"age": "body mass"}, "two features"),
        ({"age": "sold"}, "sold"),
    ):
        with pytest.raises(ModelError, match=said):
            shaped(info, "binary", mapping=mapping)
    with pytest.raises(ModelError, match="4 features, and 1 columns"):
        in_order(info, ["age"])


def test_that_features_without_names_must_be_mapped(tmp_path: Path) -> None:
    files.onnx_file(tmp_path / "it.onnx", "binary")
    info = look(tmp_path / "it.onnx")
    with pytest.raises(ModelError, match="does not name its 2 features") as caught:
        shaped(info, "binary")
    assert "X[0]" in caught.value.hint


def test_that_a_date_or_words_where_numbers_belong_are_said(tmp_path: Path) -> None:
    files.lightgbm_file(tmp_path / "it.txt", "binary")
    info = look(tmp_path / "it.txt")
    dated = tuple(
        msgspec.structs.replace(one, type="date") if one.name == "age" else one
        for one in files.columns_of(files.table())
    )
    with pytest.raises(ModelError, match="is a date"):
        shaped(info, "binary", columns=dated)
    worded = tuple(
        msgspec.structs.replace(one, type="category") if one.name == "age" else one
        for one in files.columns_of(files.table())
    )
    pipeline = files.opened(tmp_path / "it.txt", "binary", columns=worded)
    assert np.array_equal(pipeline.raw(NEW), files.opened(tmp_path / "it.txt", "binary").raw(NEW))
    with pytest.raises(ModelError, match="'seven'"):
        pipeline.raw(NEW.assign(age="seven"))


def test_that_classes_are_matched_as_words_in_any_order(tmp_path: Path) -> None:
    model = LogisticRegression(max_iter=1_000).fit(FULL[["age"]], FULL["code"].astype(float))
    skops.io.dump(model, tmp_path / "it.skops")
    assert look(tmp_path / "it.skops").classes == ("1", "5", "7")
    target = Column("code", "integer", 0, 3)
    want = model.predict_proba(FULL[["age"]])
    for classes in (("1", "5", "7"), ("7", "1", "5")):
        raw = files.opened(tmp_path / "it.skops", "multiclass", target=target, classes=classes).raw(FULL)
        assert np.allclose(raw, want[:, [("1", "5", "7").index(name) for name in classes]], atol=1e-12)


def test_that_numbered_classes_are_taken_in_sorted_order_with_a_note(tmp_path: Path) -> None:
    booster = files.lightgbm_file(tmp_path / "it.txt", "multiclass")
    info, want = look(tmp_path / "it.txt"), booster.predict(files.given(NEW))
    shape = shaped(info, "multiclass", classes=("b", "c", "a"))
    assert shape.classes == ("a", "b", "c")
    assert any("0 is “a”" in note for note in shape.notes)
    assert np.array_equal(
        files.opened(tmp_path / "it.txt", "multiclass", classes=("b", "c", "a")).raw(NEW), want[:, [1, 2, 0]]
    )
    # Numbers by their size, not by their signs.
    assert shaped(info, "multiclass", classes=("10", "9", "-1")).classes == ("-1", "9", "10")
    chosen = files.opened(tmp_path / "it.txt", "multiclass", class_order=("c", "b", "a"))
    assert np.array_equal(chosen.raw(NEW), want[:, [2, 1, 0]])
    with pytest.raises(ModelError, match="order of the classes"):
        shaped(info, "multiclass", class_order=("a", "b"))


def test_that_other_classes_or_another_task_are_refused_in_words(tmp_path: Path) -> None:
    skops.io.dump(files.sklearn_model("binary", files.table()), tmp_path / "it.skops")
    info = look(tmp_path / "it.skops")
    with pytest.raises(ModelError, match="knows the classes no, yes"):
        shaped(info, "binary", classes=("0", "yes"))
    with pytest.raises(ModelError, match="2 classes"):
        shaped(info, "multiclass")
    with pytest.raises(ModelError, match="gives classes"):
        shaped(info, "regression")
    files.xgboost_file(tmp_path / "it.json", "regression")
    with pytest.raises(ModelError, match="gives values"):
        shaped(look(tmp_path / "it.json"), "binary")


@given(
    st.one_of(
        st.booleans(),
        st.integers(-(2**62), 2**62),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=9),
    )
)
def test_that_a_word_is_what_a_table_makes_of_it(value: Any) -> None:
    assert word(value) == words(pd.Series([value], dtype=object))[0]


# -- kept and opened again --------------------------------------------------------------------------------------------


def kinds(folder: Path) -> dict[str, Path]:
    """Write one file of each kind for two classes."""
    files.lightgbm_file(folder / "binary.txt", "binary")
    files.xgboost_file(folder / "binary.json", "binary")
    files.xgboost_file(folder / "binary.ubj", "binary")
    files.onnx_file(folder / "binary.onnx", "binary", one_tensor=False)
    skops.io.dump(files.sklearn_model("binary", files.table()), folder / "binary.skops")
    return {file.suffix[1:]: file for file in sorted(folder.glob("binary.*"))}


def test_that_a_kept_model_opens_again_and_predicts_the_same(tmp_path: Path) -> None:
    for ending, file in kinds(tmp_path).items():
        info = look(file)
        shape = msgspec.json.decode(msgspec.json.encode(shaped(info, "binary")), type=type(shaped(info, "binary")))
        assert shape == shaped(info, "binary")
        folder = tmp_path / ending
        folder.mkdir()
        (folder / shape.file_name).write_bytes(file.read_bytes())
        want = files.opened(file, "binary")
        again = open_foreign(
            folder, shape, want.columns.columns, files.target_of("binary"), "binary", files.classes_of("binary")
        )
        assert np.array_equal(again.raw(NEW), want.raw(NEW))


def test_that_a_shape_that_does_not_fit_its_file_is_refused(tmp_path: Path) -> None:
    file = kinds(tmp_path)["txt"]
    shape, columns = shaped(look(file), "binary"), files.columns_of(files.table())
    (tmp_path / shape.file_name).write_bytes(file.read_bytes())
    for spoilt in (
        {"file_name": "../binary.txt"},
        {"features": ("a", "b", "c", "d")},
        {"columns": ("age",)},
        {"columns": ("age", "body mass", "kind", "nothing")},
        {"classes": ("no", "maybe")},
        {"outputs": "value"},
        {"kind": "onnx"},
    ):
        with pytest.raises(UntrustedModel):
            open_foreign(
                tmp_path,
                msgspec.structs.replace(shape, **spoilt),
                columns,
                files.target_of("binary"),
                "binary",
                files.classes_of("binary"),
            )


def test_that_a_file_changed_since_it_was_looked_at_is_refused(tmp_path: Path) -> None:
    files.lightgbm_file(tmp_path / "it.txt", "binary")
    info = look(tmp_path / "it.txt")
    files.lightgbm_file(tmp_path / "it.txt", "binary", files.NUMBERS)
    with pytest.raises(UntrustedModel, match="looked at"):
        foreign_pipeline(
            tmp_path / "it.txt",
            info,
            columns=files.columns_of(NEW),
            target=files.target_of("binary"),
            task="binary",
            classes=("no", "yes"),
        )


# -- other files ------------------------------------------------------------------------------------------------------


class Effect:
    """Unpickled, it leaves a folder behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def test_that_pickles_are_refused_in_every_dress(tmp_path: Path) -> None:
    effect = tmp_path / "effect"
    for protocol in range(6):
        (tmp_path / f"{protocol}.pkl").write_bytes(pickle.dumps(Effect(effect), protocol))
    (tmp_path / "model.txt").write_bytes(pickle.dumps(Effect(effect)))
    joblib.dump(Effect(effect), tmp_path / "it.joblib")
    joblib.dump(Effect(effect), tmp_path / "packed.bin", compress=3)
    with zipfile.ZipFile(tmp_path / "it.pt", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Effect(effect)))
    found = sorted(file for file in tmp_path.iterdir() if file.is_file())
    assert len(found) == 10
    for file in found:
        error = refused(file, "pickle")
        assert "ONNX" in error.hint
    assert not effect.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0" * 999,
        b"hello",
        b"{}",
        b'{"learner": {}}',
        b"{L",
        b"tree\n",
        b"PK\x03\x04",
        b"\x08",
        b"\x08\x07" * 500,
        b"[1, 2]",
        b'{"version": ' + b"[" * 100_000,
        b"tree\nversion=v4\n" + b"a=" * 100_000,
    ],
)
def test_that_what_is_no_model_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "it").write_bytes(body)
    with pytest.raises(ModelError) as caught:
        look(tmp_path / "it")
    assert caught.value.hint


def test_that_archives_and_other_json_are_told_apart(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "it.aether", "w") as archive:
        archive.writestr("model.json", "{}")
        archive.writestr("pipeline.skops", "")
    refused(tmp_path / "it.aether", "model of this program", ModelError)
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        archive.writestr("readme", "")
    refused(tmp_path / "it.zip", "archive", ModelError)
    (tmp_path / "it.json").write_text('{"a": 1}')
    refused(tmp_path / "it.json", "no model of XGBoost", ModelError)
    refused(tmp_path, "no plain file", ModelError)
    refused(tmp_path / "nowhere", "not there", ModelError)


@pytest.mark.parametrize("head", [b"tree\n", b"{L", b'{"learner"', b"\x08\x07", b"PK\x03\x04"])
def test_that_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, head: bytes) -> None:
    with (tmp_path / "it").open("wb") as stream:
        stream.write(head)
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(ModelError):
        look(tmp_path / "it")


@pytest.mark.parametrize("ending", ["txt", "json", "ubj", "onnx", "skops"])
def test_that_a_truncated_file_is_refused(tmp_path: Path, ending: str) -> None:
    file = kinds(tmp_path)[ending]
    body = file.read_bytes()
    body = body[: body.index(b"end of trees")] if ending == "txt" else body
    for share in (0.1, 0.5, 0.9, 0.999):
        (tmp_path / "it").write_bytes(body[: int(len(body) * share)])
        with pytest.raises(ModelError):
            look(tmp_path / "it")


def test_that_looking_loads_no_heavy_library(tmp_path: Path) -> None:
    files.lightgbm_file(tmp_path / "it.txt", "binary")
    files.xgboost_file(tmp_path / "it.json", "binary")
    code = (
        "import sys; from pathlib import Path\n"
        "from aetheron_desktop.engine.registry.foreign.look import look\n"
        "from aetheron_desktop.engine.registry.foreign.info import ForeignShape\n"
        "from aetheron_desktop.engine.registry.foreign.opening import open_foreign\n"
        f"look(Path({str(tmp_path / 'it.txt')!r})); look(Path({str(tmp_path / 'it.json')!r}))\n"
        "heavy = {'sklearn', 'pandas', 'torch', 'onnx', 'onnxruntime', 'lightgbm', 'xgboost', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_that_the_runtime_gets_the_threads_it_is_given(tmp_path: Path) -> None:
    for file in kinds(tmp_path).values():
        one, two = (files.opened(file, "binary", threads=threads) for threads in (1, 2))
        assert np.array_equal(one.raw(NEW), two.raw(NEW))
    session = files.opened(tmp_path / "binary.onnx", "binary", threads=2).predictor.session
    assert session.get_session_options().intra_op_num_threads == 2
    assert session.get_providers() == ["CPUExecutionProvider"]


# -- spoilt at random -------------------------------------------------------------------------------------------------


class Opener:
    """The other process, which may die of what it is given."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.registry.foreign_files"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.files = {**kinds(folder)}
        files.lightgbm_file(folder / "multiclass.txt", "multiclass")
        files.xgboost_file(folder / "multiclass.ubj", "multiclass")
        forest = RandomForestClassifier(3, max_depth=3, random_state=0).fit(FULL[list(files.NUMBERS)], FULL["sold"])
        from skl2onnx import to_onnx

        told = to_onnx(forest, FULL[list(files.NUMBERS)].to_numpy(np.float32)[:1])
        (folder / "binary-forest.onnx").write_bytes(told.SerializeToString())
        for name in ("multiclass.txt", "multiclass.ubj", "binary-forest.onnx"):
            self.files[name] = folder / name

    def answer(self, name: str, changes: list[tuple[int, int]]) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"file": str(self.files[name]), "changes": changes}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"{name} with {changes} has killed the process: {self.process.wait()}"
        said: str = json.loads(line)
        return said

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    made = Opener(tmp_path_factory.mktemp("spoilt"))
    yield made
    made.close()


NAMES = ("txt", "json", "ubj", "onnx", "skops", "multiclass.txt", "multiclass.ubj", "binary-forest.onnx")


@pytest.mark.parametrize("name", NAMES)
def test_that_the_other_process_opens_what_is_whole(opener: Opener, name: str) -> None:
    assert opener.answer(name, []) == "predicted"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(NAMES),
    st.lists(st.tuples(st.integers(0, 1 << 24), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_that_a_spoilt_file_is_refused_or_predicts_and_kills_nothing(
    opener: Opener, name: str, changes: list[tuple[int, int]]
) -> None:
    said = opener.answer(name, changes)
    assert said == "predicted" or said.startswith("refused"), said


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["txt", "json", "multiclass.txt"]),
    st.lists(st.tuples(st.integers(0, 1 << 24), st.sampled_from(b"0123456789-")), min_size=1, max_size=3),
)
def test_that_other_digits_in_a_text_kill_nothing(opener: Opener, name: str, changes: list[tuple[int, int]]) -> None:
    body = opener.files[name].read_bytes()
    digits = [place for place, byte in enumerate(body) if 48 <= byte <= 57]
    said = opener.answer(name, [(digits[place % len(digits)], byte) for place, byte in changes])
    assert said == "predicted" or said.startswith("refused"), said
