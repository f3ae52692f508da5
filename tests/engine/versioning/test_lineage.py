"""The way back from a version, step by step, whatever became of what it was made from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest
from aetheron_desktop.engine.datasets.splitting.parting import part
from aetheron_desktop.engine.datasets.steps import KeepRows
from aetheron_desktop.engine.jobs.job import ImportJob, PrepareJob, TrainJob
from aetheron_desktop.engine.registry.revising import description_of, signed
from aetheron_desktop.engine.training.experiment import plan, split_plan
from aetheron_desktop.engine.versioning.changes import MoveAlias, SetRemote
from aetheron_desktop.engine.versioning.lineage import Lineage, Link, used_by
from aetheron_desktop.engine.versioning.questions import LineageQuestion, RecordQuestion
from aetheron_desktop.engine.versioning.record import ModelRecord
from tests.engine.versioning.doing import asked, changed, run_job, trained

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.workspace import Workspace


def followed(workspace: Workspace, model: str, version: str = "") -> dict[str, Link]:
    found = asked(workspace, LineageQuestion(model=model, version=version), Lineage)
    assert found.version == workspace.shelf.find(model, version or "current")
    assert len({link.kind for link in found.back}) == len(found.back)
    return {link.kind: link for link in found.back}


@pytest.fixture
def imported(workspace: Workspace, tmp_path: Path) -> str:
    """A model of a dataset that was read from a file."""
    source = tmp_path / "t.csv"
    source.write_text("a,b,y\n" + "".join(f"{n},{n * 7 % 5},{'p' if n % 3 else 'q'}\n" for n in range(60)))
    end, _ = run_job(workspace, ImportJob(id=workspace.new_id("import"), source=str(source), name="t"))
    return train_on(workspace, end.result or "")


def train_on(workspace: Workspace, dataset: str, split: str | None = None) -> str:
    opened = workspace.dataset(dataset)
    experiment = plan(
        opened.info, target="y", features=("a", "b"), estimators=["dummy"],
        split=split_plan(opened, split), new_id=lambda: workspace.new_id("run"),
    )[-1]  # fmt: skip
    end, _ = run_job(workspace, TrainJob(experiment=experiment))
    assert end.outcome == "succeeded", end.detail
    return end.result or ""


def test_that_the_way_back_goes_to_the_file(workspace: Workspace, imported: str, tmp_path: Path) -> None:
    found = followed(workspace, imported)
    assert list(found) == ["version", "run", "dataset", "recipe", "source"]
    assert {link.state for link in found.values()} == {"here"}
    assert found["version"].name.startswith("Version 1: ")
    assert found["run"].id == workspace.model(imported).run
    assert found["dataset"].name == "t"
    assert "60 rows" in found["dataset"].detail
    assert found["source"].id == str(tmp_path / "t.csv")
    assert f"{(tmp_path / 't.csv').stat().st_size:,} bytes" in found["source"].detail
    (tmp_path / "t.csv").write_text("a,b,y\n1,2,p\n")
    os.utime(tmp_path / "t.csv", (1, 1))
    assert followed(workspace, imported)["source"].state == "changed"
    (tmp_path / "t.csv").unlink()
    assert followed(workspace, imported)["source"].state == "gone"


def test_that_a_dataset_in_the_bin_and_one_that_is_gone_are_told_of(workspace: Workspace, imported: str) -> None:
    dataset = workspace.model(imported).dataset
    workspace.remove_dataset(dataset)
    found = followed(workspace, imported)
    assert (found["dataset"].state, found["recipe"].state, found["source"].state) == ("bin", "bin", "here")
    workspace.restore_dataset(dataset)
    assert {link.state for link in followed(workspace, imported).values()} == {"here"}
    workspace.remove_dataset(dataset)
    workspace.delete_dataset(dataset)
    found = followed(workspace, imported)
    assert (found["dataset"].state, found["recipe"].state, found["source"].state) == ("gone", "gone", "unknown")
    assert found["dataset"].name == "t"
    assert found["source"].name == "t.csv"


def test_that_a_prepared_dataset_tells_what_it_was_made_from(workspace: Workspace, imported: str) -> None:
    first = workspace.model(imported).dataset
    job = PrepareJob(id=workspace.new_id("prepare"), dataset=first, steps=(KeepRows(condition="a > 5"),))
    end, _ = run_job(workspace, job)
    found = asked(workspace, LineageQuestion(model=train_on(workspace, end.result or "")), Lineage)
    datasets = [link for link in found.back if link.kind == "dataset"]
    assert [link.id for link in datasets] == [end.result, first]
    assert datasets[1].detail == "1 step"
    workspace.remove_dataset(first)
    again = asked(workspace, LineageQuestion(model=found.model), Lineage)
    assert [link.state for link in again.back if link.kind == "dataset"] == ["here", "bin"]


def test_that_a_stored_split_is_named(workspace: Workspace, imported: str) -> None:
    dataset = workspace.dataset(workspace.model(imported).dataset)
    part(dataset, SplitRequest(name="people", kind="random", seed=1))
    found = followed(workspace, train_on(workspace, dataset.info.id, "people"))
    assert found["split"].name == "people"
    assert found["split"].detail.startswith("test rows ")


def test_that_a_run_that_is_gone_and_one_of_elsewhere_are_told_of(workspace: Workspace, model: ModelInfo) -> None:
    workspace.store.remove("run", followed(workspace, model.id, "v1")["run"].id)
    assert followed(workspace, model.id, "v1")["run"].state == "gone"
    assert followed(workspace, model.id, "v2")["run"].state == "here"
    with workspace.shelf.changing(model.id) as repository:
        current = repository.find("current")
        description = msgspec.structs.replace(description_of(repository, current), experiment=None, provenance=None)
        repository.change(current, {**signed(description)}, "Made elsewhere", "imported")
    found = followed(workspace, model.id)
    assert list(found) == ["version", "run", "dataset"]
    assert (found["run"].state, found["run"].name) == ("unknown", "Trained elsewhere")


def test_that_an_estimator_of_another_program_is_named(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.changing(model.id) as repository:
        current = repository.find("current")
        description = description_of(repository, current)
        assert description.experiment is not None
        later = msgspec.structs.replace(description.experiment, estimator="of-tomorrow")
        repository.change(
            current, {**signed(msgspec.structs.replace(description, experiment=later))}, "Later", "changed"
        )
    assert followed(workspace, model.id)["run"].detail.startswith("of-tomorrow, seed 0")


def test_that_what_else_was_made_of_the_data_is_named(workspace: Workspace, model: ModelInfo) -> None:
    other = trained(workspace, workspace.dataset("made"), "dummy")
    binned = trained(workspace, workspace.dataset("made"), "ridge", "regression")
    workspace.bin_model(binned.id)
    found = asked(workspace, LineageQuestion(model=model.id), Lineage)
    joined = {link.id for link in found.siblings}
    assert model.id not in joined
    assert {(link.id, link.state) for link in found.siblings} >= {(other.id, "here"), (binned.id, "bin")}
    counts = {link.id: link.detail for link in used_by(workspace, model.dataset)}
    assert counts[model.id] == "3 of 3 versions"
    assert used_by(workspace, "fedcba9876543210") == ()


def test_that_the_record_tells_all_of_a_version(workspace: Workspace, model: ModelInfo) -> None:
    changed(workspace, MoveAlias(model=model.id, alias="champion", to="v1", reason="It is"))
    changed(workspace, SetRemote(model=model.id, name="origin", url="https://example.org/it.git"))
    found = asked(workspace, RecordQuestion(model=model.id, version="v3"), ModelRecord)
    assert found.version == workspace.shelf.find(model.id, "v3")
    assert found.info.threshold == 0.3
    assert found.info.estimator == "forest"
    assert [move.alias for move in found.moves] == ["champion"]
    assert found.remotes == {"origin": "https://example.org/it.git"}
    assert (found.state, bool(found.fingerprint)) == ("own", True)
    assert found.card.startswith("# ")
    assert {"model.json", "pipeline.skops", "sample.parquet", "card.md"} <= set(found.files)
    assert "roc_auc" in found.intervals
    assert found.lineage.version == found.version


def test_that_the_record_sees_what_git_has_changed(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.opened(model.id) as repository:
        commit = repository.change(repository.find("current~1"), {}, "x", "changed")
    found = asked(workspace, RecordQuestion(model=model.id), ModelRecord)
    assert found.version == commit
    assert workspace.model(model.id).version == commit
