"""Tests of strangers' models of scikit-learn in skops files: what is safe opens, all else is refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import skops.io
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import BaggingRegressor, ExtraTreesClassifier, HistGradientBoostingRegressor, StackingRegressor
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectFromModel, SelectKBest
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import Lasso, LogisticRegression, Ridge, RidgeClassifier, SGDClassifier, TweedieRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, PowerTransformer, QuantileTransformer, StandardScaler
from sklearn.svm import SVR, LinearSVC
from sklearn.tree import DecisionTreeRegressor

from aetheron_desktop.engine.errors import ModelError, UntrustedModel
from aetheron_desktop.engine.registry.foreign.skops_parts import read_skops
from tests.engine.registry import foreign_skops_files as files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NUMBERS = files.numbers()
PRICES = NUMBERS["a"] * 2 + NUMBERS["b"]


def dumped(model: Any, folder: Path) -> Path:
    skops.io.dump(model, folder / "it.skops")
    return folder / "it.skops"


def answers(model: Any, form: str, rows: Any) -> Any:
    how = {"probabilities": "predict_proba", "scores": "decision_function"}.get(form, "predict")
    return getattr(model, how)(rows)


@pytest.mark.parametrize("name", files.MODELS)
def test_that_a_strangers_classifier_opens_and_predicts_to_the_bit(tmp_path: Path, name: str) -> None:
    model = files.fitted(name)
    opened = read_skops(dumped(model, tmp_path))
    rows = files.given(name)
    assert opened.info.classes == ("p", "q", "r")
    assert np.array_equal(
        answers(opened.estimator, opened.info.outputs, rows), answers(model, opened.info.outputs, rows)
    )


@pytest.mark.parametrize(
    "model",
    [
        CalibratedClassifierCV(LogisticRegression(), cv=2),
        ExtraTreesClassifier(3),
        LinearDiscriminantAnalysis(),
        LinearSVC(),
        RidgeClassifier(),
        SGDClassifier(),
        make_pipeline(make_union(PCA(2), StandardScaler()), LogisticRegression()),
        make_pipeline(FunctionTransformer(np.log1p), PowerTransformer(), LogisticRegression()),
        make_pipeline(SelectKBest(k=2), QuantileTransformer(n_quantiles=9), LogisticRegression()),
        make_pipeline(
            SelectFromModel(ExtraTreesClassifier(3), threshold=-np.inf, max_features=2),
            TruncatedSVD(1),
            LogisticRegression(),
        ),
    ],
    ids=lambda model: type(model).__name__,
)
def test_that_what_many_use_opens(tmp_path: Path, model: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(NUMBERS, files.sorts(2))
    opened = read_skops(dumped(model, tmp_path))
    got = answers(opened.estimator, opened.info.outputs, NUMBERS)
    # A matrix that was a view is read as one of its own: its product may be added up in another order.
    np.testing.assert_allclose(got, answers(model, opened.info.outputs, NUMBERS), rtol=1e-13)


@pytest.mark.parametrize(
    "model",
    [
        BaggingRegressor(n_estimators=3),
        HistGradientBoostingRegressor(loss="poisson", max_iter=3),
        KNeighborsRegressor(weights="distance", algorithm="ball_tree"),
        Lasso(),
        SVR(),
        StackingRegressor([("a", Ridge()), ("b", DecisionTreeRegressor())], cv=2),
        TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1),
        TweedieRegressor(power=1.5),
    ],
    ids=lambda model: type(model).__name__,
)
def test_that_a_strangers_regression_opens(tmp_path: Path, model: Any) -> None:
    model.fit(NUMBERS, PRICES)
    opened = read_skops(dumped(model, tmp_path))
    assert (opened.info.task, opened.info.outputs) == ("regression", "value")
    assert np.array_equal(opened.estimator.predict(NUMBERS), model.predict(NUMBERS))


def test_that_scores_and_labels_are_said_to_be_such(tmp_path: Path) -> None:
    model = LinearSVC().fit(NUMBERS, files.sorts())
    opened = read_skops(dumped(model, tmp_path))
    assert opened.info.outputs == "scores"
    scores = opened.estimator.decision_function(NUMBERS)
    assert np.array_equal(np.array(opened.info.classes)[scores.argmax(axis=1)], model.predict(NUMBERS))
    # Votes of several classes are not what the highest of the scores says.
    assert read_skops(dumped(files.fitted("vectors"), tmp_path)).info.outputs == "labels"


def test_that_nothing_is_left_that_starts_processes_prints_or_writes(tmp_path: Path) -> None:
    model = make_pipeline(StandardScaler(), ExtraTreesClassifier(3, n_jobs=4, verbose=2), memory=str(tmp_path / "kept"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(NUMBERS, files.sorts())
    opened = read_skops(dumped(model, tmp_path))
    assert opened.estimator.memory is None
    assert (opened.last.n_jobs, opened.last.verbose) == (None, 0)


def test_that_another_version_of_scikit_learn_is_told(tmp_path: Path) -> None:
    file = files.ForeignFile(files.fitted("bayes"), tmp_path)
    file.plan["content"]["content"]["_sklearn_version"] = file.data("1.3.0")
    (note,) = read_skops(file.write()).info.notes
    assert "1.3.0" in note


# -- refused ----------------------------------------------------------------------------------------------------------


def refused(file: Path, words: str) -> UntrustedModel:
    with pytest.raises(ModelError, match=words) as caught:
        read_skops(file)
    assert caught.value.hint
    assert isinstance(caught.value, UntrustedModel)
    return caught.value


def test_that_all_the_types_that_are_not_opened_are_named(tmp_path: Path) -> None:
    model = GaussianProcessClassifier().fit(NUMBERS, files.sorts(2))
    error = refused(dumped(model, tmp_path), "GaussianProcessClassifier")
    for name in ("ConstantKernel", "RBF", "Product"):
        assert f"sklearn.gaussian_process.kernels.{name}" in error.detail
    assert "ONNX" in error.hint
    search = GridSearchCV(LogisticRegression(), {"C": [1]}, cv=2).fit(NUMBERS, files.sorts(2))
    assert "best_estimator_" in refused(dumped(search, tmp_path), "GridSearchCV").hint
    refused(dumped(make_pipeline(KMeans(2), Ridge()).fit(NUMBERS, PRICES), tmp_path), "KMeans")


def test_that_at_most_twelve_are_named(tmp_path: Path) -> None:
    file = files.ForeignFile(files.fitted("bayes"), tmp_path)
    for number in range(15):
        node = file.made(f"Thing{number:02}", "ObjectNode", "evil", content=file.mapping({}))
        file.plan["content"]["content"][f"part{number}"] = node
        file.plan["content"]["key_types"]["content"].append(file.made("str", "TypeNode"))
    error = refused(file.write(), "evil.Thing11")
    assert "and 3 more" in error.detail
    assert "Thing12" not in error.detail


@pytest.mark.parametrize(
    ("module", "name"),
    [("posix", "system"), ("builtins", "eval"), ("numpy", "save"), ("numpy", "fromfile"), ("numpy", "log1p.reduce")],
)
def test_that_a_step_that_calls_is_refused(tmp_path: Path, module: str, name: str) -> None:
    model = make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(NUMBERS, files.sorts())
    file = files.ForeignFile(model, tmp_path)
    file.set("FunctionTransformer", "func", file.made(name, "FunctionNode", module))
    refused(file.write(), re.escape(f"{module}.{name}"))


@pytest.mark.parametrize(
    "changed",
    [
        {"token_pattern": r"(\w+\s?)+$"},
        {"input": "filename"},
        {"encoding": "zip"},
        {"analyzer": "word", "ngram_range": [1, 10**6]},
        {"vocabulary_": {"good": 10**9, "bad": 0}},
        {"vocabulary_": {"good": -5, "bad": 0}},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", [CountVectorizer, TfidfVectorizer])
def test_that_words_are_taken_out_of_texts_in_known_ways_alone(tmp_path: Path, kind: Any, changed: Any) -> None:
    step = kind().fit(["good", "bad"])
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(NUMBERS, files.sorts())
    model.steps.insert(0, ("text", step))
    file = files.ForeignFile(model, tmp_path)
    for name, value in changed.items():
        file.set(kind.__name__, name, file.data(value))
    refused(file.write(), "words|texts|files|sets")


def test_that_a_function_is_left_out_only_where_columns_were_chosen_by_it(tmp_path: Path) -> None:
    model = make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()).fit(NUMBERS, files.sorts())
    file = files.ForeignFile(model, tmp_path)
    module = "sklearn.feature_selection._univariate_selection"
    file.set("FunctionTransformer", "func", file.made("f_classif", "FunctionNode", module))
    refused(file.write(), "f_classif")


@pytest.mark.parametrize(
    ("array", "words"),
    [(np.array([0, 255, 1], dtype=np.uint8).view(bool), "values that its kind"), (b"\xff\xff\xff\x7f" * 2, "values")],
    ids=["no truth", "no letter"],
)
def test_that_values_that_a_kind_does_not_have_are_refused(tmp_path: Path, array: Any, words: str) -> None:
    file = files.ForeignFile(files.fitted("bayes"), tmp_path)
    spoilt = np.frombuffer(array, dtype="<U1") if isinstance(array, bytes) else array
    file.set("GaussianNB", "classes_", file.array(spoilt))
    refused(file.write(), words)


# -- spoilt on purpose, and at random ---------------------------------------------------------------------------------

EDITS: dict[str, tuple[str, str, str, Any]] = {
    "support of more": ("vectors", "SVC", "_n_support", np.array([10**6, 5, 5], dtype=np.int32)),
    "support below nothing": ("vectors", "SVC", "_n_support", np.array([-90, 50, 100], dtype=np.int32)),
    "support of two": ("vectors", "SVC", "_n_support", np.array([1, 1], dtype=np.int32)),
    "no vectors": ("vectors", "SVC", "support_vectors_", np.zeros((0, 3))),
    "wide vectors": ("vectors", "SVC", "support_vectors_", np.zeros((9, 9000))),
    "one coefficient": ("vectors", "SVC", "_dual_coef_", np.zeros((1, 1))),
    "one intercept": ("vectors", "SVC", "_intercept_", np.zeros(1)),
    "chances of one": ("vectors", "SVC", "_probA", np.zeros(1)),
    "precomputed": ("vectors", "SVC", "kernel", "precomputed"),
    "another library": ("vectors", "SVC", "_impl", "epsilon_svr"),
    "a far label": ("neighbours, all", "KNeighborsClassifier", "_y", np.full(files.ROWS, 10**9)),
    "a label before": ("neighbours, all", "KNeighborsClassifier", "_y", np.full(files.ROWS, -(10**9))),
    "few labels": ("neighbours, all", "KNeighborsClassifier", "_y", np.zeros(2, dtype=np.int64)),
    "narrow rows": ("neighbours, all", "KNeighborsClassifier", "_fit_X", np.zeros((files.ROWS, 1))),
    "rows without number": ("neighbours", "KNeighborsClassifier", "_fit_X", np.full((files.ROWS, 3), np.nan)),
    "more neighbours than rows": ("neighbours, all", "KNeighborsClassifier", "n_neighbors", 10**9),
    "another measure": ("neighbours", "KNeighborsClassifier", "metric", "pyfunc"),
    "trees in a row": ("boosting", "GradientBoostingClassifier", "n_trees_per_iteration_", 10**6),
    "begins with one": ("boosting", "DummyClassifier", "class_prior_", np.ones(1)),
    "trees of other columns": ("forest", "RandomForestClassifier", "n_features_in_", 9000),
    "trees of other classes": ("forest", "RandomForestClassifier", "n_classes_", 10**9),
    "baseline": ("histogram", "HistGradientBoostingClassifier", "n_trees_per_iteration_", 10**6),
    "one column each": ("one-hot", "OneHotEncoder", "_n_features_outs", [1, 1, 1]),
    "more columns": ("one-hot", "OneHotEncoder", "_n_features_outs", [10**6, 10**6, 10**6]),
    "no grouping": ("one-hot", "OneHotEncoder", "_infrequent_enabled", False),
    "a high power": ("products", "PolynomialFeatures", "_max_degree", 10**9),
    "many products": ("products", "PolynomialFeatures", "_n_out_full", 10**12),
    "a method of the file": ("stack", "StackingClassifier", "stack_method_", ["fit", "fit"]),
    "in the place of a method": ("bayes", "GaussianNB", "predict", "anything"),
    "wide means": ("bayes", "GaussianNB", "theta_", np.zeros((3, 10**6))),
    "deep means": ("bayes", "GaussianNB", "var_", np.zeros((3, 10, 3))),
    "a high intercept": ("words", "LogisticRegression", "intercept_", np.zeros((1000, 1))),
    "an unknown setting": ("network", "MLPClassifier", "solver", "shell"),
    "many outputs": ("network", "MLPClassifier", "n_outputs_", 10**9),
}


def edited(name: str, folder: Path) -> Path:
    model, kind, attribute, value = EDITS[name]
    file = files.ForeignFile(files.fitted(model), folder)
    node = file.array(value) if isinstance(value, np.ndarray) else file.data(value)
    return file.set(kind, attribute, node).write()


class Opener:
    """The other process, which may die of what it is given."""

    def __init__(self, folder: Path) -> None:
        self.files = {}
        for name in files.MODELS:
            self.files[name] = folder / f"{name}.skops"
            skops.io.dump(files.fitted(name), self.files[name])
        command = [sys.executable, "-W", "ignore", "-m", "tests.engine.registry.foreign_skops_files", str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def answer(self, file: Path, **more: Any) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"file": str(file), **more}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"{file.name} with {more} has killed the process: {self.process.wait()}"
        said, seen = json.loads(line)
        assert seen == [], f"{file.name} with {more} did {seen}"
        assert isinstance(said, str)
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


@pytest.mark.parametrize("name", files.MODELS)
def test_that_the_other_process_opens_what_is_whole(opener: Opener, name: str) -> None:
    assert opener.answer(opener.files[name]) == "predicted"


@pytest.mark.parametrize("name", EDITS)
def test_that_what_would_lead_compiled_code_astray_is_refused(opener: Opener, tmp_path: Path, name: str) -> None:
    said = opener.answer(edited(name, tmp_path))
    assert said.startswith("refused"), said


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(files.MODELS)),
    st.integers(0, 1 << 20),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=6),
    st.lists(
        st.tuples(
            st.integers(0, 1 << 20),
            st.sampled_from([0, 1, -1, 2, 10**9, 1e308, 0.5, None, True, "predict", "brute", "auto", [], {}, [1, 2]]),
        ),
        max_size=2,
    ),
)
@example("vectors", 3, [(0, 255)], [])
def test_that_spoilt_arrays_and_values_kill_nothing_and_run_nothing(
    opener: Opener, name: str, array: int, changes: list[tuple[int, int]], values: list[tuple[int, Any]]
) -> None:
    said = opener.answer(opener.files[name], array=array, changes=changes, values=values)
    assert said.startswith(("predict", "refused")), said
