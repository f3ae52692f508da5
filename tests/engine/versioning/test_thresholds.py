"""A threshold changes what is predicted, and what is measured of labels; a way back brings both back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from aetheron_desktop.engine.jobs.job import PredictJob
from aetheron_desktop.engine.registry.artifact import load_model
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
from aetheron_desktop.engine.versioning import deeds
from aetheron_desktop.engine.versioning.changes import RollBack, SetCard, SetGates, SetThreshold, TakePart
from tests.engine.versioning.doing import changed, refused, run_job, trained

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.workspace import Workspace

MEASURES = {"accuracy": accuracy_score, "balanced_accuracy": balanced_accuracy_score, "f1": f1_score}


def metrics(workspace: Workspace, model: str, word: str = "current") -> dict[str, float | None]:
    return workspace.shelf.versions(model)[workspace.shelf.find(model, word)].metrics


def by_hand(workspace: Workspace, model: str, threshold: float | None) -> dict[str, float]:
    run = workspace.shelf.versions(model)[workspace.model(model).version].run
    table = pd.read_parquet(workspace.run_folder(run) / "predictions.parquet")
    truth = table["truth"] == "yes"
    yes = table["probability_yes"]
    chosen = yes > table["probability_no"] if threshold is None else yes >= threshold
    return {name: float(measure(truth, chosen)) for name, measure in MEASURES.items()}


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.9, 1.0, None])
def test_that_labels_are_measured_again_as_scikit_learn_does(
    workspace: Workspace, model: ModelInfo, threshold: float | None
) -> None:
    before = metrics(workspace, model.id)
    changed(workspace, SetThreshold(model=model.id, threshold=threshold, message=""))
    after = metrics(workspace, model.id)
    assert {name: after[name] for name in MEASURES} == pytest.approx(by_hand(workspace, model.id, threshold))
    assert {name: v for name, v in after.items() if name not in MEASURES} == {
        name: v for name, v in before.items() if name not in MEASURES
    }


def predicted(workspace: Workspace, model: str, folder: Path, version: str = "") -> pd.DataFrame:
    source, out = folder / "rows.parquet", folder / f"out{version}.parquet"
    pd.read_parquet(workspace.dataset("made").parquet).to_parquet(source)
    job = PredictJob(id=workspace.new_id("predict"), model=model, source=str(source), out=str(out), version=version)
    end, _ = run_job(workspace, job)
    assert end.outcome == "succeeded", end.detail
    return pd.read_parquet(out)


def test_that_predictions_follow_the_threshold_and_a_way_back_brings_the_old_ones(
    workspace: Workspace, model: ModelInfo, tmp_path: Path
) -> None:
    first = predicted(workspace, model.id, tmp_path)
    assert ((first["probability_yes"] >= 0.3) == (first["prediction"] == "yes")).all()
    changed(workspace, SetThreshold(model=model.id, threshold=0.8, message=""))
    second = predicted(workspace, model.id, tmp_path)
    assert ((second["probability_yes"] >= 0.8) == (second["prediction"] == "yes")).all()
    assert (first["prediction"] != second["prediction"]).any()
    assert first["probability_yes"].equals(second["probability_yes"])
    changed(workspace, RollBack(model=model.id, reason="Too bold"))
    assert predicted(workspace, model.id, tmp_path).equals(first)
    assert metrics(workspace, model.id) == metrics(workspace, model.id, "v3")
    assert predicted(workspace, model.id, tmp_path, "v4").equals(second)


def test_that_a_taken_threshold_is_measured_on_the_rows_of_its_new_model(
    workspace: Workspace, model: ModelInfo
) -> None:
    changed(workspace, RollBack(model=model.id, to="v1", reason="The regression"))
    changed(workspace, TakePart(model=model.id, version="v3", part="threshold", message="But shy"))
    found = metrics(workspace, model.id)
    assert {name: found[name] for name in MEASURES} == pytest.approx(by_hand(workspace, model.id, 0.3))


def test_that_what_cannot_be_measured_again_is_not_known(workspace: Workspace, model: ModelInfo) -> None:
    run = workspace.shelf.versions(model.id)[model.version].run
    (workspace.run_folder(run) / "predictions.parquet").unlink()
    made = changed(workspace, SetThreshold(model=model.id, threshold=0.6, message=""))
    assert "not here" in made.notes[0]
    found = metrics(workspace, model.id)
    assert {name: found[name] for name in MEASURES} == dict.fromkeys(MEASURES)
    assert found["roc_auc"] is not None


def test_that_two_classes_alone_have_a_threshold(workspace: Workspace) -> None:
    for estimator, task in (("ridge", "regression"), ("dummy", "multiclass")):
        info = trained(workspace, workspace.dataset("made"), estimator, task)  # type: ignore[arg-type]
        end, _ = refused(workspace, SetThreshold(model=info.id, threshold=0.4, message=""))
        assert "two classes" in end.detail


def test_that_what_another_program_adds_while_it_is_measured_is_not_undone(
    workspace: Workspace, model: ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured_at = deeds.measured_at
    others: list[threading.Thread] = []

    def meanwhile(
        threshold: float | None, description: Description, workspace: Workspace
    ) -> dict[str, float | None] | None:
        other = threading.Thread(target=their_card, args=(workspace.shelf.folder(model.id),))
        others.append(other)
        other.start()
        other.join(0.5)  # it is done by then, unless it is kept out, as it must be
        return measured_at(threshold, description, workspace)

    def their_card(folder: Path) -> None:
        with ModelRepository(folder) as repository:
            deeds.set_card(SetCard(model=model.id, card="# Theirs\n", message=""), repository)

    monkeypatch.setattr(deeds, "measured_at", meanwhile)
    changed(workspace, SetThreshold(model=model.id, threshold=0.6, message="Mine"))
    others[0].join()
    workspace.shelf.refresh(model.id)
    folder = workspace.shelf.files(model.id)
    assert load_model(folder).description.threshold == 0.6
    assert (folder / "card.md").read_text() == "# Theirs\n"


def test_that_conditions_that_are_set_at_the_same_time_are_all_kept(
    workspace: Workspace, model: ModelInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    gates_of = deeds.gates_of
    others: list[threading.Thread] = []

    def meanwhile(repository: ModelRepository) -> dict[str, tuple[str, ...]]:
        found = gates_of(repository)
        if not others:
            others.append(threading.Thread(target=theirs, args=(repository.root,)))
            others[0].start()
            others[0].join(0.5)  # as above
        return found

    def theirs(folder: Path) -> None:
        with ModelRepository(folder) as repository:
            deeds.set_gates(SetGates(model=model.id, alias="challenger", conditions=("signed",)), repository)

    monkeypatch.setattr(deeds, "gates_of", meanwhile)
    changed(workspace, SetGates(model=model.id, alias="champion", conditions=("size <= 5 MB",)))
    others[0].join()
    with workspace.shelf.opened(model.id) as repository:
        assert gates_of(repository) == {"champion": ("size <= 5 MB",), "challenger": ("signed",)}
