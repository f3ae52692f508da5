"""What explanations say of all rows, against scikit-learn, against all subsets of columns, and against CatBoost."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence, permutation_importance

from aetheron_desktop.engine.datasets.schema import Column
from aetheron_desktop.engine.estimators.catboost_form import read
from aetheron_desktop.engine.estimators.symmetric import SymmetricClassesPredictor
from aetheron_desktop.engine.explaining import words
from aetheron_desktop.engine.explaining.dependence import dependence, surface
from aetheron_desktop.engine.explaining.groups import groups_of
from aetheron_desktop.engine.explaining.importance import importance
from aetheron_desktop.engine.explaining.mixing import Halted, Mixing, sums_of
from aetheron_desktop.engine.explaining.results import Importance, ShapRows, ShapSummary
from aetheron_desktop.engine.explaining.shap_values import shap_values
from aetheron_desktop.engine.explaining.shapley import Sampled, sharer
from aetheron_desktop.engine.explaining.subject import opened
from tests.engine.versioning.doing import trained

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.explaining.subject import Subject
    from aetheron_desktop.engine.workspace import Workspace

    SubjectOf = Callable[[str, Task], Subject]


def never() -> bool:
    return False


def unheard(stage: str, done: float, total: float | None) -> None:
    del stage, done, total


class AsScikitLearn(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The model as scikit-learn's tools take it: what it predicts is the sum of one output."""

    def __init__(self, subject: Any = None) -> None:
        self.subject = subject

    def fit(self, rows: Any, y: Any) -> AsScikitLearn:
        self.fitted_ = True
        return self

    def predict(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        raw: NDArray[np.float64] = self.subject.pipeline.raw(rows)
        return raw if raw.ndim == 1 else raw[:, -1]


@pytest.mark.parametrize(
    ("estimator", "task"),
    [("lightgbm", "multiclass"), ("logistic", "binary"), ("auto", "binary"), ("catboost", "binary")],
)
def test_that_rows_put_together_from_numbers_and_from_cells_are_told_the_same(
    estimator: str, task: Task, subject_of: SubjectOf
) -> None:
    subject = subject_of(estimator, task)
    table = subject.test.table.iloc[:20]
    mixing = Mixing(subject.pipeline, table.iloc[:12], table.iloc[12:])
    assert mixing.is_quick
    sources = np.random.default_rng(0).integers(0, 20, (50, len(subject.names)))
    cells = pd.DataFrame({name: table[name].array.take(sources[:, place]) for place, name in enumerate(mixing.columns)})
    assert mixing.ask(sources) == pytest.approx(subject.pipeline.raw(cells), abs=1e-6)


def test_that_importance_is_that_of_scikit_learn_and_its_interval_is_wider_than_the_mixings_alone(
    subject_of: SubjectOf,
) -> None:
    subject = subject_of("lightgbm", "regression")
    told: list[Importance] = []
    importance(subject, told.append, unheard, never, repeats=8)
    model = AsScikitLearn(subject).fit(None, None)
    want = permutation_importance(
        model, subject.test.table, subject.test.y, scoring="neg_root_mean_squared_error", n_repeats=8, random_state=1
    )
    found = {one.columns[0]: one for one in told[-1].weights}
    assert told[-1].is_whole
    assert told[-1].metric == "rmse"
    assert next(iter(found)) == "size"
    for place, name in enumerate(subject.names):
        error = np.hypot(want.importances_std[place], found[name].spread) / np.sqrt(8)
        assert found[name].value == pytest.approx(want.importances_mean[place], abs=5 * error + 1e-9)
        assert found[name].low <= found[name].value - 1.9 * found[name].spread / np.sqrt(8) + 1e-9
        assert found[name].high >= found[name].value
    assert found["size"].low > 0
    assert "size" in told[-1].sentences[0]


def test_that_columns_that_say_the_same_are_a_group() -> None:
    rng = np.random.default_rng(0)
    length, sort = rng.normal(size=300), rng.choice(["a", "b", "c"], 300)
    table = pd.DataFrame(
        {
            "length": length,
            "inches": np.exp(length) * 0.4,
            "width": rng.normal(size=300),
            "sort": sort,
            "code": np.where(sort == "a", "x", np.where(sort == "b", "y", "z")),
        }
    )
    columns = [
        *(Column(name, "number", 0, 300) for name in ("length", "inches", "width")),
        *(Column(name, "category", 0, 3) for name in ("sort", "code")),
    ]
    assert groups_of(columns, table) == [("length", "inches"), ("sort", "code")]


@pytest.mark.parametrize(
    ("estimator", "task"),
    [
        ("lightgbm", "binary"),
        ("lightgbm", "multiclass"),
        ("xgboost", "regression"),
        ("xgboost", "multiclass"),
        ("catboost", "binary"),
        ("catboost", "multiclass"),
    ],
)
def test_that_what_the_columns_add_to_trees_makes_what_the_model_says(
    estimator: str, task: Task, subject_of: SubjectOf
) -> None:
    subject = subject_of(estimator, task)
    asked = sharer(subject.pipeline, subject.learned.table, never)
    shares = asked.shares(subject.test.table.iloc[:15])
    assert asked.method == "trees"
    assert np.abs(shares.added).max() > 0.01
    assert shares.sums == pytest.approx(sums_of(subject.pipeline.raw(subject.test.table.iloc[:15])))
    assert shares.away < 2e-5 * max(1.0, float(np.abs(shares.sums).max()))


def test_that_shap_values_of_catboosts_trees_are_its_own() -> None:
    from catboost import CatBoost, Pool

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(300, 3))
    y = (rows[:, 0] + rows[:, 1] * rows[:, 2] > 0).astype(int)
    settings = {"iterations": 8, "depth": 3, "loss_function": "Logloss", "boost_from_average": False}
    native = CatBoost(settings | {"logging_level": "Silent", "allow_writing_files": False, "thread_count": 1})
    native.fit(Pool(rows, y))
    want = native.get_feature_importance(type="ShapValues", data=Pool(rows[:20]))
    trees = read(native._serialize_model())
    ours = SymmetricClassesPredictor(
        trees.feature, trees.border, trees.is_code, trees.depth, trees.leaf, np.zeros(1), np.array([3])
    )
    assert ours.contributions(rows[:20], rows)[:, 0] == pytest.approx(want, abs=1e-4)


def enumerated(subject: Subject, row: pd.DataFrame, others: pd.DataFrame) -> NDArray[np.float64]:
    """The Shapley values (columns, outputs) by all subsets of the columns (Shapley 1953)."""
    width = len(subject.names)
    mixing = Mixing(subject.pipeline, row, others)

    def worth(chosen: tuple[int, ...]) -> NDArray[np.float64]:
        sources = mixing.as_they_are(1 + np.arange(len(others)))
        sources[:, list(chosen)] = 0
        mean: NDArray[np.float64] = mixing.sums(sources).mean(axis=0)
        return mean

    worths = {chosen: worth(chosen) for size in range(width + 1) for chosen in combinations(range(width), size)}
    values = np.zeros((width, len(subject.outputs)))
    for column in range(width):
        for chosen, before in worths.items():
            if column not in chosen:
                weight = factorial(len(chosen)) * factorial(width - len(chosen) - 1) / factorial(width)
                values[column] += weight * (worths[tuple(sorted((*chosen, column)))] - before)
    return values


def test_that_sampled_shap_values_are_exact_for_sums_and_near_for_others(subject_of: SubjectOf) -> None:
    kinds: list[tuple[str, Task]] = [("logistic", "binary"), ("tree", "multiclass")]
    for estimator, task in kinds:
        subject = subject_of(estimator, task)
        row, others = subject.test.table.iloc[[0]], subject.learned.table.iloc[:8]
        shares = Sampled(subject.pipeline, others, never).shares(row)
        want = enumerated(subject, row, others)
        assert shares.away < 1e-9
        if estimator == "logistic":
            assert shares.added[0] == pytest.approx(want, abs=1e-9)
        else:
            assert np.abs(want).max() > 0.05
            assert np.abs(shares.added[0] - want).max() < 0.25 * np.abs(want).max()
            assert np.corrcoef(shares.added[0].ravel(), want.ravel())[0, 1] > 0.97


def test_that_a_single_column_adds_the_whole_difference(shelf: Workspace) -> None:
    model = trained(shelf, shelf.dataset("0123456789abcdef"), "logistic", features=["size"])
    subject = opened(shelf, model.id)
    shares = Sampled(subject.pipeline, subject.learned.table.iloc[:8], never).shares(subject.test.table.iloc[:5])
    assert shares.added.shape == (5, 1, 1)
    assert shares.added[:, 0] == pytest.approx(shares.sums - shares.base)


def test_that_shap_values_grow_and_are_the_same_however_they_are_parted(subject_of: SubjectOf) -> None:
    subject = subject_of("tree", "multiclass")
    told: list[ShapRows | ShapSummary] = []
    shap_values(subject, told.append, unheard, never, rows=12)
    parts = [one for one in told if isinstance(one, ShapRows)]
    summaries = [one for one in told if isinstance(one, ShapSummary)]
    assert len(parts) > 1
    assert [one.done for one in summaries] == list(np.cumsum([len(part.rows) for part in parts]))
    last = summaries[-1]
    assert last.is_whole
    assert last.away < 1e-9
    assert {one.column for one in last.columns} == set(subject.names)
    assert last.columns[0].strength >= last.columns[-1].strength
    added = np.array([row for part in parts for row in part.added])
    sums = np.array([row for part in parts for row in part.sums])
    assert np.array(last.base) + added.sum(axis=1) == pytest.approx(sums, abs=1e-3)
    strengths = dict(zip(last.names, np.abs(added).mean(axis=(0, 2)), strict=True))
    assert {one.column: one.strength for one in last.columns} == pytest.approx(strengths, rel=1e-3, abs=1e-6)
    alone = sharer(subject.pipeline, subject.learned.table, never)
    place = int(np.flatnonzero(subject.test.rows == parts[1].rows[0])[0])
    again = alone.shares(subject.test.table.iloc[[place]], first=len(parts[0].rows))
    assert again.added[0] == pytest.approx(np.array(parts[1].added[0]), abs=1e-4)


def test_that_no_more_rows_are_asked_when_the_time_is_over(subject_of: SubjectOf) -> None:
    told: list[ShapRows | ShapSummary] = []
    shap_values(subject_of("tree", "multiclass"), told.append, unheard, never, rows=100, budget_s=0.0)
    last = told[-1]
    assert isinstance(last, ShapSummary)
    assert 20 <= last.done == last.total < 100
    assert last.is_whole
    assert last.sentences[-1] == f"{last.done} of 100 rows were asked in the time there was."


def test_that_a_question_that_is_withdrawn_ends(subject_of: SubjectOf) -> None:
    subject = subject_of("tree", "multiclass")
    with pytest.raises(Halted):
        shap_values(subject, lambda one: None, unheard, lambda: True)
    with pytest.raises(Halted):
        importance(subject, lambda one: None, unheard, lambda: True)


def test_that_partial_dependence_is_that_of_scikit_learn(subject_of: SubjectOf) -> None:
    subject = subject_of("lightgbm", "binary")
    for name, kind in (("size", "number"), ("colour", "level"), ("seen", "date")):
        found = dependence(subject, name, never)
        assert found.grid.kind == kind
        assert len(found.grid.words) == len(found.partial) == len(found.accumulated) > 2
        if kind != "number":
            continue
        table = subject.test.table.astype({"size": "float64"})
        want = partial_dependence(
            AsScikitLearn(subject).fit(None, None),
            table,
            ["size"],
            method="brute",
            kind="both",
            custom_values={"size": np.array(found.grid.places)},
        )
        assert np.array(found.partial)[:, 0] == pytest.approx(want["average"][0], abs=1e-6)
        assert np.array(found.single) == pytest.approx(want["individual"][0][: len(found.single)], abs=1e-6)


def test_that_accumulated_effects_of_a_sum_are_its_partial_dependence_and_pairs_do_not_interact(
    subject_of: SubjectOf,
) -> None:
    subject = subject_of("ridge", "regression")
    for name in ("size", "colour", "seen"):
        found = dependence(subject, name, never)
        partial, small = (np.array(one)[:, 0] for one in (found.partial, found.accumulated))
        assert np.ptp(partial) > 0
        if name == "seen":
            # A date is several features, which rows between two points of the grid have otherwise.
            continue
        assert small - small.mean() == pytest.approx(partial - partial.mean(), abs=1e-5 * np.ptp(partial) + 1e-6)
    both = surface(subject, "size", "colour", never)
    assert np.array(both.partial).shape[:2] == (len(both.across.words), len(both.down.words))
    assert both.interaction[0] < 1e-9
    assert "add up" in both.sentences[0]


def test_that_a_metric_that_is_not_defined_is_said_in_a_form_that_can_be_read_back() -> None:
    told = words.with_sentences(
        Importance(
            model="m", version="v", metric="roc_auc", metric_label="ROC AUC", reached=None, rows=5, of_rows=5,
            repeats=5, weights=(),
        )
    )  # fmt: skip
    assert told.sentences == ("ROC AUC is not defined on these 5 test rows.",)
    assert msgspec.json.decode(msgspec.json.encode(told), type=Importance) == told


def test_that_test_rows_of_one_class_leave_the_metric_open(subject_of: SubjectOf) -> None:
    forest = subject_of("lightgbm", "binary")
    test = forest.test.at(np.flatnonzero(forest.test.y == forest.test.y[0]))
    found: list[Importance] = []
    importance(replace(forest, test=test), found.append, unheard, never, repeats=2)
    assert found[-1].reached is None
