"""Costs of errors among several classes: what is predicted is what is expected to cost least."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aetheron_desktop.engine.errors import TrainingError, UntrustedModel, UsageError
from aetheron_desktop.engine.estimators.deciding import CostRule, ErrorCost, checked, matrix_of, parsed
from aetheron_desktop.engine.estimators.temperature import cooled
from aetheron_desktop.engine.evaluation.intervals import intervals
from aetheron_desktop.engine.evaluation.scores import scores
from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.engine.registry.artifact import load_model, save_model
from aetheron_desktop.engine.registry.description import Description, check_description
from aetheron_desktop.engine.registry.onnx.columns import feeds
from aetheron_desktop.engine.registry.onnx_export import export_onnx
from aetheron_desktop.engine.training.experiment import Costs, plan
from aetheron_desktop.engine.training.trainer import train
from tests.tables import made_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.training.run import Run

CLASSES = ("cat", "cow", "dog")
DEAR = (ErrorCost("dog", "cat", 30.0), ErrorCost("dog", "cow", 30.0), ErrorCost("cat", "cow", 3.0))


def animals(rows: int = 900, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    kind = rng.choice(3, rows, p=[0.5, 0.3, 0.2])
    return pd.DataFrame(
        {
            "a": kind + rng.normal(0, 0.9, rows),
            "b": (kind == 2) + rng.normal(0, 0.9, rows),
            "kind": np.array(CLASSES)[kind],
            "two": np.where(kind == 2, "dog", "other"),
        }
    )


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return made_dataset(tmp_path / "dataset", animals(), {"kind": "category", "two": "category"}, target="kind")


def planned(dataset: Dataset, estimator: str = "logistic", **changed: Any) -> Experiment:
    asked: dict[str, Any] = {"target": "kind", "error_costs": DEAR, "features": ("a", "b")} | changed
    params = {"auto": {"models": 2, "folds": 2}, "lightgbm": {"n_estimators": 30}}
    return plan(dataset.info, estimators=[estimator], params=params, new_id=lambda: "run-1", **asked)[-1]


def trained(dataset: Dataset, estimator: str = "logistic", **changed: Any) -> Run:
    return train(planned(dataset, estimator, **changed), dataset, lambda event: None, lambda: False)


@pytest.mark.parametrize("estimator", ["dummy", "logistic", "lightgbm", "auto"])
def test_that_what_is_predicted_costs_less_than_the_likeliest_class(estimator: str, dataset: Dataset) -> None:
    run = trained(dataset, estimator)
    assert run.model is not None
    assert run.model.costs is not None
    plain = replace(run.model, costs=None)
    new = animals(4_000, seed=5)
    truth = np.searchsorted(CLASSES, new["kind"])
    matrix = np.array(run.model.costs.matrix)
    paid = [
        matrix[truth, np.searchsorted(CLASSES, model.predict(new)["prediction"].astype(str))].mean()
        for model in (run.model, plain)
    ]
    assert paid[0] < 0.8 * paid[1]
    told = run.predictions
    own = matrix[np.searchsorted(CLASSES, told["truth"].astype(str)), np.searchsorted(CLASSES, told["prediction"])]
    assert run.metrics["mean_cost"] == pytest.approx(own.mean())
    assert run.metrics["accuracy"] == pytest.approx((told["truth"] == told["prediction"]).mean())
    assert run.metrics["baseline_mean_cost"] is not None
    low, high = run.intervals["mean_cost"]
    assert low < run.metrics["mean_cost"] < high


def test_that_it_is_stored_and_predicts_the_same_and_onnx_does_too(dataset: Dataset, tmp_path: Path) -> None:
    run = trained(dataset)
    assert run.model is not None
    save_model(run, tmp_path / "models", id="model-1", name="it")
    opened = load_model(tmp_path / "models" / "model-1")
    new = animals(500, seed=3)
    pd.testing.assert_frame_equal(opened.predict_frame(new), run.model.predict(new), check_exact=True)
    assert opened.description.costs == run.model.costs
    pd.testing.assert_frame_equal(opened.predict_frame(new.iloc[[7]]), run.model.predict(new).iloc[[7]])
    report = export_onnx(opened.pipeline, new, tmp_path / "it.onnx")
    assert report.same_labels
    session = onnxruntime.InferenceSession(tmp_path / "it.onnx", providers=["CPUExecutionProvider"])
    labels = session.run(["label"], feeds(opened.pipeline, new))[0]
    assert labels.tolist() == run.model.predict(new)["prediction"].tolist()
    assert labels.tolist() != replace(run.model, costs=None).predict(new)["prediction"].tolist()


def test_that_runs_with_costs_are_judged_by_them_where_nothing_else_is_said(dataset: Dataset) -> None:
    assert planned(dataset).metric == "mean_cost"
    assert planned(dataset, metric="log_loss").metric == "log_loss"
    assert planned(dataset, error_costs=()).metric == ""
    assert RunState.queued(planned(dataset)).judged_by.name == "mean_cost"
    with pytest.raises(UsageError, match="mean_cost"):
        planned(dataset, error_costs=(), metric="mean_cost")


def test_that_two_classes_may_be_named_too(dataset: Dataset) -> None:
    costs = (ErrorCost("dog", "other", 20.0),)
    named = trained(dataset, target="two", positive="dog", error_costs=costs)
    plain = trained(dataset, target="two", positive="dog", error_costs=(), costs=Costs(false_alarm=1.0, miss=20.0))
    assert named.model is not None
    assert plain.model is not None
    assert named.model.threshold == plain.model.threshold
    assert named.model.threshold is not None
    assert named.model.threshold < 0.3


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.integers(0, 2**31), st.floats(0.3, 4.0))
def test_that_no_other_class_is_expected_to_cost_less(classes: int, seed: int, temperature: float) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.exponential(size=(classes, classes)) * (1 - np.eye(classes))
    rule = CostRule(matrix=tuple(map(tuple, matrix.tolist())), temperature=temperature)
    likely = rng.dirichlet(np.ones(classes), 20)
    chosen = rule.chosen(likely)
    expected = cooled(likely, temperature) @ matrix
    assert (expected[np.arange(20), chosen] <= expected.min(axis=1) + 1e-12).all()
    assert (rule.chosen(likely[3:4]) == chosen[3:4]).all()
    truth = rng.integers(0, classes, 20)
    assert (rule.paid(truth, chosen) == matrix[truth, chosen]).all()


def test_that_equal_costs_choose_the_likeliest_class() -> None:
    likely = np.random.default_rng(0).dirichlet(np.ones(4), 200)
    rule = CostRule(matrix=matrix_of((), ("a", "b", "c", "d")), temperature=2.0)
    assert (rule.chosen(likely) == likely.argmax(axis=1)).all()
    truth = np.arange(200) % 4
    found = scores("multiclass", truth, likely, costs=rule)
    assert found["mean_cost"] == pytest.approx(1.0 - (found["accuracy"] or 0.0))
    assert "mean_cost" in intervals("multiclass", truth, likely, costs=rule)
    assert "mean_cost" not in scores("multiclass", truth, likely)


def test_that_a_class_that_is_not_there_is_named_before_the_fit(dataset: Dataset) -> None:
    with pytest.raises(TrainingError, match="'horse'") as refused:
        trained(dataset, error_costs=[ErrorCost("horse", "cat", 2.0)])
    assert "cat, cow, dog" in refused.value.hint


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"error_costs": [ErrorCost("cat", "cat", 2.0)]}, "no error"),
        ({"error_costs": [ErrorCost("cat", "dog", -2.0)]}, "at least 0"),
        ({"error_costs": [ErrorCost("cat", "dog", float("inf"))]}, "at least 0"),
        ({"error_costs": [ErrorCost("cat", "dog", 1.0)] * 2}, "two costs"),
        ({"class_weight": "balanced"}, "balanced"),
        ({"costs": Costs(false_alarm=1.0, miss=2.0)}, "Two costs|said twice"),
        ({"target": "a", "task": "regression", "features": ("b",)}, "for classes"),
    ],
)
def test_that_what_makes_no_sense_is_refused(changed: dict[str, Any], words: str, dataset: Dataset) -> None:
    with pytest.raises(UsageError, match=words):
        planned(dataset, **changed)


def test_that_costs_are_read_from_words_and_from_a_file(tmp_path: Path) -> None:
    assert parsed(["dog:cat=30", "a b:c=0.5"]) == (ErrorCost("dog", "cat", 30.0), ErrorCost("a b", "c", 0.5))
    file = tmp_path / "costs.csv"
    file.write_text(",cat,cow,dog\ncat,0,3,\ncow,,0,1\ndog,30,30,9\n", encoding="utf-8")
    made = parsed([str(file)])
    assert set(made) == {*DEAR, ErrorCost("cow", "dog", 1.0)}
    assert matrix_of(made, CLASSES) == ((0.0, 3.0, 1.0), (1.0, 0.0, 1.0), (30.0, 30.0, 0.0))
    assert CostRule(matrix=matrix_of(made, CLASSES)).words(CLASSES) == [
        "dog taken for cat: 30", "dog taken for cow: 30", "cat taken for cow: 3",
    ]  # fmt: skip
    file.write_text(",cat\ndog,much\n", encoding="utf-8")
    for wrong in ("dog", "dog:cat", "dog=3", ":cat=3", "dog:cat=much", str(file), str(tmp_path / "none.csv")):
        with pytest.raises(UsageError):
            parsed([wrong])
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no matrix"):
        parsed([str(file)])
    assert checked(()) == ()
    with pytest.raises(TrainingError, match="No error costs"):
        matrix_of([ErrorCost(a, b, 0.0) for a in "xy" for b in "xy" if a != b], ("x", "y"))


@pytest.mark.parametrize(
    "rule",
    [
        CostRule(matrix=((0.0, 1.0), (1.0, 0.0))),
        CostRule(matrix=((0.0, 1.0, 1.0),) * 2),
        CostRule(matrix=((0.0, 1.0, float("nan")),) * 3),
        CostRule(matrix=((0.0, 1.0, -1.0),) * 3),
        CostRule(matrix=((0.0, 1.0, 1.0),) * 3, temperature=0.0),
    ],
)
def test_that_a_rule_that_does_not_suit_is_not_opened(rule: CostRule, dataset: Dataset, tmp_path: Path) -> None:
    import msgspec

    save_model(trained(dataset), tmp_path / "models", id="model-1", name="it")
    description: Description = load_model(tmp_path / "models" / "model-1").description
    with pytest.raises(UntrustedModel, match="costs"):
        check_description(msgspec.structs.replace(description, costs=rule))
