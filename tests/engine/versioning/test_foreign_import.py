"""A model of another program as one of the workspace: measured, versioned, and changed as any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.errors import StorageError
from aetheron_desktop.engine.registry.artifact import load_model
from aetheron_desktop.engine.registry.shelf import Shelf
from aetheron_desktop.engine.versioning.changes import ExportOnnx, ImportForeign, JoinModel, RollBack, SetThreshold
from aetheron_desktop.engine.versioning.difference import VersionDifference, VersionVerdict
from aetheron_desktop.engine.versioning.lineage import Lineage
from aetheron_desktop.engine.versioning.questions import (
    LineageQuestion,
    ReproduceQuestion,
    VerifyQuestion,
    VersionsQuestion,
)
from aetheron_desktop.engine.versioning.verifying import Verification
from tests.engine.versioning.doing import asked, changed, refused, run_job

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.workspace import Workspace


@pytest.fixture
def foreign(workspace: Workspace, model: ModelInfo, tmp_path: Path) -> str:
    """The first version of the model, come back as the ONNX file of somebody."""
    file = tmp_path / "it.onnx"
    changed(workspace, ExportOnnx(model=model.id, version="v1", out=str(file)))
    made = changed(workspace, ImportForeign(source=str(file), dataset="0123456789abcdef", target="sold", name="Theirs"))
    assert workspace.model(made.model).name == "Theirs"
    return made.model


def test_that_it_predicts_and_measures_as_the_model_that_it_was(
    workspace: Workspace, model: ModelInfo, foreign: str
) -> None:
    table = pd.read_parquet(workspace.dataset("made").parquet)
    one = load_model(workspace.shelf.files(model.id, "v1")).predict_frame(table)
    other = load_model(workspace.shelf.files(foreign)).predict_frame(table)
    assert np.abs(one["probability_yes"] - other["probability_yes"]).max() <= 1e-5
    metrics = workspace.model(foreign).metrics
    truth, right = table["sold"], one["prediction"]
    assert metrics["accuracy"] == pytest.approx((truth == right).mean(), abs=0.011)
    assert asked(workspace, VerifyQuestion(model=foreign), Verification).troubles == ()
    opened = load_model(workspace.shelf.files(foreign)).description
    # A slow machine may not reach them all in the time there is.
    assert list(opened.importance) == [name for name in table.columns if name in opened.importance]
    assert set(opened.importance) <= set(opened.info.features)
    assert max(opened.importance, key=lambda name: opened.importance[name], default="size") == "size"


def test_that_it_is_versioned_as_any_other(workspace: Workspace, model: ModelInfo, foreign: str) -> None:
    before = workspace.model(foreign).metrics["f1"]
    changed(workspace, SetThreshold(model=foreign, threshold=0.9, message="Bold"))
    assert workspace.model(foreign).metrics["f1"] != before
    changed(workspace, RollBack(model=foreign, reason="Too bold"))
    assert workspace.model(foreign).metrics["f1"] == before
    back = asked(workspace, LineageQuestion(model=foreign), Lineage).back
    assert [(link.kind, link.state) for link in back][1:3] == [("run", "unknown"), ("dataset", "here")]
    joined = changed(workspace, JoinModel(model=foreign, into=model.id, message="Theirs"))
    assert workspace.shelf.versions(model.id)[joined.version].deed == "imported"
    question = VersionsQuestion(model=model.id, before="v1", after="current")
    lines = {(line.section, line.name): line for line in asked(workspace, question, VersionDifference).lines}
    assert lines["model", "Estimator"].after == "ONNX"
    assert lines["plan", "Trained"].after == "elsewhere"
    verdict = asked(workspace, question, VersionVerdict).verdict
    assert verdict.state == "withheld", "it was measured on all rows"


def test_that_it_cannot_be_trained_again(workspace: Workspace, foreign: str) -> None:
    from aetheron_desktop.engine.jobs.job import AskJob

    job = AskJob(id=workspace.new_id("ask"), question=ReproduceQuestion(model=foreign))
    end, _ = run_job(workspace, job)
    assert (end.outcome, end.detail) == ("failed", "This version was trained elsewhere.")


def test_that_what_does_not_suit_is_refused_and_leaves_nothing(
    workspace: Workspace, model: ModelInfo, tmp_path: Path
) -> None:
    file = tmp_path / "it.onnx"
    changed(workspace, ExportOnnx(model=model.id, version="v1", out=str(file)))
    wrong = tmp_path / "wrong.onnx"
    wrong.write_bytes(b"no model at all")
    for change in (
        ImportForeign(source=str(wrong), dataset="0123456789abcdef"),
        ImportForeign(source=str(file), dataset="nobody"),
        ImportForeign(source=str(file), dataset="0123456789abcdef", target="nobody"),
        ImportForeign(source=str(file), dataset="0123456789abcdef", target="price"),
        ImportForeign(source=str(file), dataset="0123456789abcdef", target="sold", split="nobody"),
        ImportForeign(source=str(file), dataset="0123456789abcdef", target="sold", columns={"size": "nobody"}),
        ImportForeign(source=str(tmp_path / "nowhere.onnx"), dataset="0123456789abcdef"),
    ):
        refused(workspace, change)
    assert [info.id for info in workspace.models()] == [model.id]
    assert not list((workspace.root / "tmp").iterdir())


def test_that_an_import_that_fails_at_the_last_leaves_no_predictions(
    workspace: Workspace, model: ModelInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "it.onnx"
    changed(workspace, ExportOnnx(model=model.id, version="v1", out=str(file)))
    before = sorted((workspace.root / "runs").iterdir())

    def full(*_: object, **__: object) -> ModelInfo:
        assert sorted((workspace.root / "runs").iterdir()) != before
        raise StorageError("The disk is full.", hint="Make room.")

    monkeypatch.setattr(Shelf, "create", full)
    end, _ = refused(workspace, ImportForeign(source=str(file), dataset="0123456789abcdef", target="sold"))
    assert end.detail == "The disk is full."
    assert sorted((workspace.root / "runs").iterdir()) == before
    assert not list((workspace.root / "tmp").iterdir())
