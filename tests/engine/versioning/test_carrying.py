"""Models that are carried: from one workspace into another path, from old files, and as ONNX."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.jobs.job import ExportJob, ImportJob, PredictJob
from aetheron_desktop.engine.registry.artifact import load_model
from aetheron_desktop.engine.registry.description import FORMAT, SAMPLE
from aetheron_desktop.engine.registry.parity import STORED, parity
from aetheron_desktop.engine.versioning.changes import ExportOnnx, SetThreshold
from aetheron_desktop.engine.versioning.lineage import Lineage
from aetheron_desktop.engine.versioning.questions import LineageQuestion, RecordQuestion, VerifyQuestion
from aetheron_desktop.engine.versioning.record import ModelRecord
from aetheron_desktop.engine.versioning.verifying import Verification
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.versioning.doing import asked, changed, run_job, trained
from tests.tables import FEATURES, made_table

if TYPE_CHECKING:
    from aetheron_desktop.engine.datasets.schema import Task
    from aetheron_desktop.engine.estimators.cards.card import Card

FORMATS = Path(__file__).parents[2] / "data" / "formats"
KEPT = sorted(FORMATS.glob("format*-*.aether"))
MOST_AWAY = 1e-5


def predicted(workspace: Workspace, model: str, table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    source, out = folder / "rows.parquet", folder / f"{workspace.new_id('out')}.parquet"
    table.to_parquet(source)
    job = PredictJob(id=workspace.new_id("predict"), model=model, source=str(source), out=str(out))
    end, _ = run_job(workspace, job)
    assert end.outcome == "succeeded", end.detail
    return pd.read_parquet(out)


def imported(workspace: Workspace, file: Path) -> str:
    end, _ = run_job(workspace, ImportJob(id=workspace.new_id("import"), source=str(file)))
    assert end.outcome == "succeeded", end.detail
    return end.result or ""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "ein anderer Ort" / "wörk space")


@pytest.mark.parametrize("card", catalog.ALL, ids=lambda card: card.id)
def test_that_a_model_that_was_carried_predicts_the_same_to_the_bit(
    workspace: Workspace, elsewhere: Workspace, card: Card, tmp_path: Path
) -> None:
    task: Task = "binary" if "binary" in card.tasks else "regression"
    info = trained(workspace, workspace.dataset("made"), card.id, task)
    if task == "binary":
        changed(workspace, SetThreshold(model=info.id, threshold=0.4, message=""))
    file = tmp_path / "carried.aether"
    job = ExportJob(id=workspace.new_id("export"), model=info.id, out=str(file))
    assert run_job(workspace, job)[0].outcome == "succeeded"
    there = imported(elsewhere, file)
    rows = made_table(150, seed=11)[list(FEATURES)]
    rows.loc[3, "colour"] = "never seen"
    one, other = (predicted(ws, id_, rows, tmp_path) for ws, id_ in ((workspace, info.id), (elsewhere, there)))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    report = asked(elsewhere, VerifyQuestion(model=there), Verification)
    assert report.troubles == ()
    assert report.parity.endswith("to the bit.")
    assert elsewhere.model(there).threshold == workspace.model(info.id).threshold
    elsewhere.close()


@pytest.mark.parametrize("card", catalog.ALL, ids=lambda card: card.id)
def test_that_onnx_is_hardly_away(workspace: Workspace, card: Card, tmp_path: Path) -> None:
    import onnxruntime

    task: Task = "binary" if "binary" in card.tasks else "regression"
    info = trained(workspace, workspace.dataset("made"), card.id, task)
    out = tmp_path / "x.onnx"
    made = changed(workspace, ExportOnnx(model=info.id, out=str(out)))
    away = float(made.words.partition("at most ")[2].split()[0])
    assert away <= MOST_AWAY, made.words
    assert onnxruntime.InferenceSession(out).get_outputs()


def test_that_there_is_a_file_of_each_format_and_kind() -> None:
    own = {"boosting", "dummy", "forest", "logistic", "network"}
    found = {tuple(file.stem.split("-")) for file in KEPT}
    # A file for each way in which a predictor is stored; means are those of the target, by target encoding.
    newer = {"auto", "ft_transformer", "knn", "lightgbm", "means", "naive_bayes", "quantile_boosting", "resnet", "svm"}
    newer |= {"tabm", "xgboost"}
    assert found == {("format1", kind) for kind in own} | {("format2", kind) for kind in own | newer}
    assert {name for name, _ in found} == {f"format{number}" for number in range(1, FORMAT + 1)}


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_that_a_file_of_any_format_is_opened_and_predicts_as_it_did(elsewhere: Workspace, file: Path) -> None:
    id_ = imported(elsewhere, file)
    report = asked(elsewhere, VerifyQuestion(model=id_), Verification)
    assert report.troubles == ()
    unsigned, unknown = "Not signed.", "with a key that you do not know"
    assert (unsigned if file.stem.startswith("format1") else unknown) in report.signature
    folder = elsewhere.shelf.files(id_)
    opened = load_model(folder)
    found = parity(opened, folder)
    assert found.is_equal or found.largest_difference <= MOST_AWAY, found.sentence
    assert found.is_equal == report.parity.endswith("to the bit.")
    rows = pd.read_parquet(folder / SAMPLE)
    columns = [name for name in rows if str(name).startswith(STORED)]
    table = opened.predict_frame(rows.drop(columns=columns))
    for name in columns:
        now, then = table[str(name).removeprefix(STORED)], rows[name]
        if pd.api.types.is_numeric_dtype(then):
            assert np.abs(now.to_numpy() - then.to_numpy()).max() <= found.largest_difference
        else:
            assert now.astype(str).tolist() == then.astype(str).tolist()
    elsewhere.close()


def test_that_an_old_file_can_be_changed_and_asked_about(elsewhere: Workspace) -> None:
    id_ = imported(elsewhere, FORMATS / "format1-logistic.aether")
    record = asked(elsewhere, RecordQuestion(model=id_), ModelRecord)
    assert record.state == "unsigned"
    states = [link.state for link in asked(elsewhere, LineageQuestion(model=id_), Lineage).back]
    assert states == ["here", "gone", "gone"]
    if record.info.task == "binary":
        changed(elsewhere, SetThreshold(model=id_, threshold=0.7, message="Bold"))
        assert asked(elsewhere, RecordQuestion(model=id_), ModelRecord).state == "own"
        assert load_model(elsewhere.shelf.files(id_)).description.threshold == 0.7
    elsewhere.close()
