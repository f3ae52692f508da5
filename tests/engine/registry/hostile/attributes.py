"""Pipelines of allowed types alone, set so that they would call, open, start, hang, or read where nothing is."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.engine.registry.hostile.tools import Pipeline, Place, saved

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS: dict[str, tuple[str, str, str, Any]] = {
    # name: model, class, attribute, value
    "64 processes": ("forest", "ColumnTransformer", "n_jobs", 64),
    "as many processes as processors": ("logistic", "ColumnTransformer", "n_jobs", -1),
    "a million threads": ("forest", "RandomForestClassifier", "n_jobs", 10**6),
    "a cache in a folder": ("logistic", "Pipeline", "memory", "/tmp/cache"),  # noqa: S108 - is not written
    "texts that are names of files": ("logistic", "TfidfVectorizer", "input", "filename"),
    "texts that are open files": ("logistic", "TfidfVectorizer", "input", "file"),
    "a pattern that never ends": ("logistic", "TfidfVectorizer", "token_pattern", r"((\w+)+)+\b$"),
    "words by a name": ("logistic", "TfidfVectorizer", "tokenizer", "os.system"),
    "letters for words": ("logistic", "TfidfVectorizer", "analyzer", "char"),
    "words of a thousand words": ("logistic", "TfidfVectorizer", "ngram_range", [1, 1_000]),
    "an unknown encoding": ("logistic", "TfidfVectorizer", "encoding", "zlib_codec"),
    "accents by a name": ("logistic", "TfidfVectorizer", "strip_accents", "unicode"),
    "a given vocabulary": ("logistic", "TfidfVectorizer", "vocabulary", {"a": 10**9}),
    "a norm of words by a name": ("logistic", "TfidfVectorizer", "norm", "max"),
    "output as polars": ("logistic", "StandardScaler", "_sklearn_output_config", {"transform": "polars"}),
    "a foreign remainder": ("logistic", "ColumnTransformer", "remainder", "passthrough"),
    "weights of parts": ("logistic", "ColumnTransformer", "transformer_weights", {"number": 1e300}),
    "categories that were given": ("logistic", "OneHotEncoder", "categories", [["a"]]),
    "sparse categories": ("logistic", "OneHotEncoder", "sparse_output", True),
    "a category that is dropped": ("logistic", "OneHotEncoder", "_drop_idx_after_grouping", [10**9]),
    "missing values by another way": ("logistic", "SimpleImputer", "strategy", "constant"),
    "another distribution": ("network", "QuantileTransformer", "output_distribution", "cauchy"),
    "a prediction from inside a fit": ("boosting", "HistGradientBoostingClassifier", "_in_fit", True),
    "columns before the trees": ("boosting", "HistGradientBoostingClassifier", "_preprocessor", "passthrough"),
    "a billion trees a round": ("boosting", "HistGradientBoostingClassifier", "n_trees_per_iteration_", 10**9),
    "no trees a round": ("boosting", "HistGradientBoostingClassifier", "n_trees_per_iteration_", 0),
    "trees that are a word": ("boosting", "HistGradientBoostingClassifier", "_predictors", "trees"),
    "a loss that is a word": ("boosting", "HistGradientBoostingClassifier", "_loss", "loss"),
    "no loss": ("boosting", "HistGradientBoostingClassifier", "_loss", None),
    "a billion classes of trees": ("forest", "RandomForestClassifier", "n_classes_", 10**9),
    "a billion outputs of trees": ("forest", "RandomForestClassifier", "n_outputs_", 10**9),
    "a billion trees": ("forest", "RandomForestClassifier", "n_estimators", 10**9),
    "trees that are numbers": ("forest", "RandomForestClassifier", "estimators_", [1, 2, 3]),
    "no trees that are drawn": ("extra_trees", "ExtraTreesClassifier", "estimators_", []),
    "a tree alone that is a word": ("tree", "DecisionTreeClassifier", "tree_", "tree"),
    "a tree alone of other columns": ("tree", "DecisionTreeClassifier", "n_features_in_", 3),
    "no trees": ("forest", "RandomForestClassifier", "estimators_", []),
    "a tree that is a word": ("forest", "DecisionTreeClassifier", "tree_", "tree"),
    "more columns than there are": ("forest", "RandomForestClassifier", "n_features_in_", 10**12),
    "no columns": ("forest", "RandomForestClassifier", "n_features_in_", 0),
    "columns that are a word": ("forest", "RandomForestClassifier", "n_features_in_", "ten"),
    "a column less": ("logistic", "LogisticRegression", "n_features_in_", 3),
    "columns of half": ("logistic", "LogisticRegression", "n_features_in_", 2.5),
    "weights that are a word": ("logistic", "LogisticRegression", "coef_", "weights"),
    "few weights that are a word": ("elastic_net", "LogisticRegression", "coef_", "weights"),
    "few weights of other columns": ("elastic_net", "LogisticRegression", "coef_", [[1.0, 2.0]]),
    "few weights by another solver": ("elastic_net", "LogisticRegression", "solver", "liblinear"),
    "another solver": ("logistic", "LogisticRegression", "solver", "liblinear"),
    "a strategy that draws": ("dummy", "DummyClassifier", "_strategy", "stratified"),
    "a billion outputs": ("dummy", "DummyClassifier", "n_outputs_", 10**9),
    "a billion classes": ("dummy", "DummyClassifier", "n_classes_", 10**9),
    "the class of an object": ("dummy", "DummyClassifier", "__class__", "os"),
    "how an object is restored": ("dummy", "DummyClassifier", "__setstate__", "os"),
    "a method that is a word": ("dummy", "DummyClassifier", "predict_proba", "x"),
    "folds of means by a name": ("means", "TargetEncoder", "cv", "os.system"),
    "folds of means by an object": ("means", "TargetEncoder", "cv", {"split": "os.system"}),
    "levels of means that were given": ("means", "TargetEncoder", "categories", [["a"]]),
    "means of another kind of target": ("means", "TargetEncoder", "target_type_", "multilabel-indicator"),
    "means that are a word of the encoder": ("means", "TargetEncoder", "encodings_", "x"),
    "means of other levels": ("means", "TargetEncoder", "encodings_", [[1.0]]),
    "no means": ("means", "TargetEncoder", "encodings_", []),
    "rare levels among the means": ("means", "TargetEncoder", "_infrequent_enabled", True),
}


PENDING: dict[str, tuple[str, str, str, Any]] = {
    "means that are a word": ("logistic", "StandardScaler", "mean_", "x"),
    "no scale": ("logistic", "StandardScaler", "scale_", []),
    "medians of another number": ("logistic", "SimpleImputer", "statistics_", [1.0]),
    "quantiles that are a word": ("network", "QuantileTransformer", "quantiles_", "x"),
    "weights of words that are a word": ("logistic", "TfidfTransformer", "idf_", "x"),
    "folds that are a word": ("logistic", "TruncatedSVD", "components_", "x"),
    "parts that are a word": ("logistic", "ColumnTransformer", "transformers_", "x"),
    "no parts": ("logistic", "ColumnTransformer", "transformers_", []),
    "other columns": ("logistic", "ColumnTransformer", "feature_names_in_", ["x"]),
    "steps that are a word": ("logistic", "Pipeline", "steps", "x"),
    "the mean of all rows that is a word": ("means", "TargetEncoder", "target_mean_", "x"),
    "codes that are a word": ("forest", "OrdinalEncoder", "categories_", "x"),
}
"""What only asking the whole pipeline shows."""


def setting(place: Place, name: str) -> Path:
    """Build a pipeline of allowed types with an attribute that no model has so."""
    model, kind, attribute, value = (SETTINGS | PENDING)[name]
    pipeline = Pipeline(place.copied(model))
    is_sequence = attribute == "ngram_range"
    node = pipeline.sequence([pipeline.data(one) for one in value], "tuple") if is_sequence else pipeline.data(value)
    return pipeline.set(kind, attribute, node).write()


def type_for_a_function(place: Place) -> Path:
    """Build a pipeline with an allowed type in the place of a function."""
    pipeline = Pipeline(place.copied("forest"))
    node = pipeline.made(
        "FunctionTransformer",
        "ObjectNode",
        "sklearn.preprocessing._function_transformer",
        content=pipeline.mapping({"func": pipeline.made("str", "TypeNode"), "validate": pipeline.data(False)}),
    )
    return pipeline.planted(node)


# -- trees ------------------------------------------------------------------------------------------------------------


def _array(pipeline: Pipeline, node: dict[str, Any]) -> np.ndarray[Any, Any]:
    array: np.ndarray[Any, Any] = np.load(io.BytesIO(pipeline.members[node["file"]]), allow_pickle=False)
    return array.copy()


def _tree(pipeline: Pipeline) -> dict[str, Any]:
    return next(
        node for node in pipeline.nodes("Tree") if json.loads(node["content"]["content"]["node_count"]["content"]) >= 5
    )


def field(place: Place, name: str, value: int, *, is_last: bool = False, model: str = "forest") -> Path:
    """Build a forest with a tree a node of which points elsewhere."""
    pipeline = Pipeline(place.copied(model))
    node = _tree(pipeline)["content"]["content"]["nodes"]
    nodes = _array(pipeline, node)
    inner = np.flatnonzero(nodes["left_child"] != -1)
    nodes[name][inner[-1 if is_last else 0]] = value
    pipeline.members[node["file"]] = saved(nodes)
    return pipeline.write()


def circle(place: Place, model: str = "forest") -> Path:
    """Build a forest with a tree without an end."""
    pipeline = Pipeline(place.copied(model))
    node = _tree(pipeline)["content"]["content"]["nodes"]
    nodes = _array(pipeline, node)
    nodes["left_child"], nodes["right_child"] = 0, 0
    pipeline.members[node["file"]] = saved(nodes)
    return pipeline.write()


def _tree_set(name: str, value: int) -> Callable[[Pipeline, dict[str, Any]], None]:
    def change(pipeline: Pipeline, tree: dict[str, Any]) -> None:
        tree["content"]["content"][name] = pipeline.data(value)

    return change


def _tree_array(name: str, values: Any) -> Callable[[Pipeline, dict[str, Any]], None]:
    def change(pipeline: Pipeline, tree: dict[str, Any]) -> None:
        tree["content"]["content"][name] = pipeline.array(values)

    return change


def _tree_arg(place: int, value: Any) -> Callable[[Pipeline, dict[str, Any]], None]:
    def change(pipeline: Pipeline, tree: dict[str, Any]) -> None:
        node = pipeline.array(value) if isinstance(value, np.ndarray) else pipeline.data(value)
        tree["__reduce__"]["args"]["content"][place] = node

    return change


def _shared(pipeline: Pipeline, tree: dict[str, Any]) -> None:
    """Let the arguments be looked at here, and be those of another node of the same id when the tree is built."""
    args = tree["__reduce__"]["args"]
    other = [pipeline.data(2), pipeline.array(np.array([2])), pipeline.data(10**9)]
    pipeline.plan["content"] = {"evil": args | {"content": other}, **pipeline.plan["content"]}
    pipeline.plan["key_types"]["content"].append(pipeline.made("str", "TypeNode"))


def _no_state(pipeline: Pipeline, tree: dict[str, Any]) -> None:
    tree["content"] = pipeline.mapping({})


TREES: dict[str, Callable[[Pipeline, dict[str, Any]], None]] = {
    "more nodes than it has": _tree_set("node_count", 10**8),
    "less than no nodes": _tree_set("node_count", -1),
    "nodes of another type": _tree_array("nodes", np.zeros(7)),
    "nodes in two dimensions": _tree_array("nodes", np.zeros((7, 7))),
    "values of another shape": _tree_array("values", np.zeros((3, 1, 2))),
    "values of another type": _tree_array("values", np.zeros((7, 1, 2), dtype=np.int8)),
    "a billion outputs, which are read beyond the array": _tree_arg(2, 10**9),
    "no outputs": _tree_arg(2, 0),
    "less than no outputs": _tree_arg(2, -5),
    "a thousand billion classes": _tree_arg(1, np.array([10**12])),
    "no classes": _tree_arg(1, np.array([], dtype=np.int64)),
    "classes of another type": _tree_arg(1, np.array([2.0])),
    "a billion columns": _tree_arg(0, 10**9),
    "less than no columns": _tree_arg(0, -1),
    "arguments of an earlier node": _shared,
    "nothing in it": _no_state,
}


def tree(place: Place, name: str) -> Path:
    """Build a forest with a tree whose parts are not as long as it says."""
    pipeline = Pipeline(place.copied("forest"))
    TREES[name](pipeline, _tree(pipeline))
    return pipeline.write()


def _boosted(pipeline: Pipeline) -> dict[str, Any]:
    def inner(node: dict[str, Any]) -> int:
        return int((_array(pipeline, node["content"]["content"]["nodes"])["is_leaf"] == 0).sum())

    return max(pipeline.nodes("TreePredictor"), key=inner)["content"]["content"]  # type: ignore[no-any-return]


def boosted_field(place: Place, name: str, value: int) -> Path:
    """Build a boosting a tree of which points elsewhere."""
    pipeline = Pipeline(place.copied("boosting"))
    node = _boosted(pipeline)["nodes"]
    nodes = _array(pipeline, node)
    nodes[name][np.flatnonzero(nodes["is_leaf"] == 0)[0]] = value
    pipeline.members[node["file"]] = saved(nodes)
    return pipeline.write()


def boosted_category(place: Place, how: str) -> Path:
    """Build a boosting a tree of which asks for categories that are not there."""
    pipeline = Pipeline(place.copied("boosting"))
    told = _boosted(pipeline)
    nodes = _array(pipeline, told["nodes"])
    first = np.flatnonzero(nodes["is_leaf"] == 0)[0]
    nodes["is_categorical"][first] = 1
    nodes["bitset_idx"][first] = 10**6 if how == "far" else 0
    nodes["feature_idx"][first] = nodes["feature_idx"].max() if how == "no category" else 0
    if how != "far":
        width = 2 if how == "narrow" else 8
        told["raw_left_cat_bitsets"] = pipeline.array(np.zeros((1, width), dtype=np.uint32))
        told["binned_left_cat_bitsets"] = pipeline.array(np.zeros((1, width), dtype=np.uint32))
    if how == "short":
        pipeline.set("_BinMapper", "is_categorical_", pipeline.array(np.array([1], dtype=np.uint8)))
    pipeline.members[told["nodes"]["file"]] = saved(nodes)
    return pipeline.write()


# -- columns and words ------------------------------------------------------------------------------------------------


def _one_hot(pipeline: Pipeline) -> dict[str, Any]:
    found = (node["content"]["content"] for node in pipeline.nodes("OneHotEncoder"))
    # Of words, not of the few numbers that a column may hold.
    return next(told for told in found if "categories_" in told and "content" in told["categories_"]["content"][0])


def _width(pipeline: Pipeline, attributes: dict[str, Any], width: int) -> None:
    attributes["_n_features_outs"] = pipeline.sequence([pipeline.data(width)])


def _place(pipeline: Pipeline, attributes: dict[str, Any], place: int) -> None:
    size = len(attributes["categories_"]["content"][0]["content"])
    array = pipeline.array(np.full(size, place, dtype=np.int64))
    attributes["_default_to_infrequent_mappings"] = pipeline.sequence([array])
    attributes["_infrequent_indices"] = pipeline.sequence([pipeline.array(np.array([0]))])


def _rare(pipeline: Pipeline, attributes: dict[str, Any], place: int) -> None:
    attributes["_infrequent_indices"] = pipeline.sequence([pipeline.array(np.array([place]))])


ONE_HOT: dict[str, Callable[[Pipeline, dict[str, Any]], None]] = {
    "columns that are not there": lambda pipeline, told: _width(pipeline, told, 1),
    "a billion columns": lambda pipeline, told: _width(pipeline, told, 10**9),
    "less than no columns": lambda pipeline, told: _width(pipeline, told, -1),
    "a column far away": lambda pipeline, told: _place(pipeline, told, 10**12),
    "a column before the first": lambda pipeline, told: _place(pipeline, told, -(10**9)),
    "rare ones far away": lambda pipeline, told: _rare(pipeline, told, 10**12),
}


def one_hot(place: Place, name: str) -> Path:
    """Build a pipeline whose categories become columns where none are."""
    pipeline = Pipeline(place.copied("logistic"))
    ONE_HOT[name](pipeline, _one_hot(pipeline))
    return pipeline.write()


WORDS: dict[str, Any] = {
    "a word far away": {"good": 10**12, "apple": 0},
    "a word before the first": {"good": -(10**6), "apple": 0},
    "a place twice": {"good": 0, "apple": 0},
    "a place of half": {"good": 0.5, "apple": 0},
    "words without places": ["good", "apple"],
}


def words(place: Place, name: str) -> Path:
    """Build a pipeline whose words lie where no columns are."""
    pipeline = Pipeline(place.copied("logistic"))
    return pipeline.set("TfidfVectorizer", "vocabulary_", pipeline.data(WORDS[name])).write()
