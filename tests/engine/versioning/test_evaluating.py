from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aetheron_desktop.cli.evaluating import evaluate
from aetheron_desktop.cli.terminal import Terminal
from aetheron_desktop.engine.errors import AetheronError, EvaluationError, UsageError
from aetheron_desktop.engine.evaluation.metrics import BASELINE
from aetheron_desktop.engine.evaluation.table import measured
from aetheron_desktop.engine.registry.artifact import load_model
from aetheron_desktop.engine.versioning.evaluating import predictions_of
from aetheron_desktop.engine.versioning.stored import stored_predictions
from tests.engine.versioning.doing import trained

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aetheron_desktop.engine.registry.artifact import FittedModel
    from aetheron_desktop.engine.workspace import Workspace


def opened(workspace: Workspace, version: str = "current") -> FittedModel:
    model = workspace.models()[-1].id
    return load_model(workspace.shelf.files(model, version))


@pytest.fixture
def said(kept: Workspace, capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Any]:
    def say(dataset: str | None = None, *, json_: bool = False, **others: Any) -> Any:
        options = Namespace(
            model=others.pop("model", kept.models()[-1].id), dataset=dataset, version="", threshold=None
        )
        vars(options).update(others)
        assert evaluate(kept, Terminal(json=json_), options) == 0
        out = capfdbinary.readouterr().out.decode()
        return [json.loads(line) for line in out.splitlines()] if json_ else out

    return say


def test_that_stored_predictions_give_the_metrics_of_the_run(kept: Workspace) -> None:
    first = opened(kept, "v1")
    found = {one.name: one for one in measured(stored_predictions(kept, first.description))}
    stored = first.info.metrics
    names = [name for name in stored if not name.startswith(BASELINE)]
    assert len(names) >= 7
    for name in names:
        assert found[name].value == pytest.approx(stored[name]), name
        assert found[name].baseline == pytest.approx(stored[f"{BASELINE}{name}"]), name


def test_that_a_version_decides_by_its_own_threshold(kept: Workspace) -> None:
    bolder, plain = (stored_predictions(kept, opened(kept, version).description) for version in ("current", "v2"))
    assert (bolder.threshold, plain.threshold) == (0.3, None)
    assert np.array_equal(bolder.decided(), (bolder.score >= 0.3).astype(np.int64))
    assert np.array_equal(plain.decided(), plain.predicted.argmax(axis=1))


def test_that_a_model_is_measured_on_a_file_as_on_its_test_rows(kept: Workspace, tmp_path: Path) -> None:
    model = opened(kept)
    stored = stored_predictions(kept, model.description)
    dataset = kept.dataset(model.info.dataset)
    file = tmp_path / "again.csv"
    dataset.table().iloc[stored.rows].to_csv(file, index=False)
    found, notes = predictions_of(kept, model, str(file))
    assert np.allclose(found.predicted, stored.predicted, atol=1e-6)
    assert np.array_equal(found.truth, stored.truth)
    assert np.array_equal(found.decided(), stored.decided())
    assert found.part == "rows of again.csv"
    assert found.baseline is not None
    assert not [note for note in notes if "learned" in note]
    whole, notes = predictions_of(kept, model, dataset.info.id)
    assert len(whole) > len(stored)
    assert "learned from rows of this dataset" in notes[0]


def test_that_what_cannot_be_measured_is_told(kept: Workspace, tmp_path: Path) -> None:
    model = opened(kept)
    table = kept.dataset(model.info.dataset).table().head(30)
    target = model.description.target.name
    file = tmp_path / "odd.csv"
    table.drop(columns=target).to_csv(file, index=False)
    with pytest.raises(EvaluationError, match=f"has no column '{target}'"):
        predictions_of(kept, model, str(file))
    table.assign(**{target: None}).to_csv(file, index=False)
    with pytest.raises(AetheronError):
        predictions_of(kept, model, str(file))
    odd = table.astype({target: object})
    odd.loc[odd.index[:3], target] = "perhaps"
    odd.loc[odd.index[3:5], target] = None
    odd.to_csv(file, index=False)
    found, notes = predictions_of(kept, model, str(file))
    assert found.classes[-1] == "perhaps"
    assert (found.unseen, found.left_out) == (1, 2)
    assert any("'perhaps' did not occur in training" in note for note in notes)
    assert {one.name: one.value for one in measured(found)}["accuracy"] == pytest.approx(
        (found.decided() == found.truth).mean()
    )
    with pytest.raises(UsageError, match="no dataset and no file 'nowhere'"):
        predictions_of(kept, model, "nowhere")


def test_that_the_command_says_each_metric_with_interval_and_dummy(said: Callable[..., Any]) -> None:
    words = said()
    for part in ("ROC AUC", "DeLong (1988)", "Cohen’s kappa", "dummy", "of 0.3 or more", "taken for"):
        assert part in words
    head, *records = said(json_=True)
    assert (head["kind"], head["threshold"]) == ("evaluated", 0.3)
    metrics = {one["name"]: one for one in records if one["kind"] == "metric"}
    assert metrics["roc_auc"]["low"] < metrics["roc_auc"]["value"] < metrics["roc_auc"]["high"]
    assert [one["name"] for one in records if one["kind"] == "class"] == ["no", "yes"]
    other = {one["name"]: one for one in said(json_=True, threshold=0.9)[1:] if one["kind"] == "metric"}
    assert other["recall"]["value"] < metrics["recall"]["value"]
    assert other["roc_auc"]["value"] == metrics["roc_auc"]["value"]


def test_that_a_threshold_that_makes_no_sense_is_refused(said: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        said(threshold=1.4)


def test_that_numbers_are_measured_with_their_limits(kept: Workspace, said: Callable[..., Any]) -> None:
    dataset = kept.dataset(kept.models()[-1].dataset)
    model = trained(kept, dataset, "elastic_net", task="regression")
    metrics = {one["name"]: one for one in said(json_=True, model=model.id)[1:]}
    assert metrics["rmse"]["value"] < metrics["rmse"]["baseline"]
    assert metrics["coverage"]["baseline"] is not None
    with pytest.raises(UsageError, match="Only a model of two classes"):
        said(model=model.id, threshold=0.5)
