"""Each change of a model as a job: what it answers, what it tells, how it ends; and that a refusal changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from aetheron_desktop.engine.events import Progressed
from aetheron_desktop.engine.jobs.job import ChangeJob
from aetheron_desktop.engine.registry.artifact import load_model
from aetheron_desktop.engine.registry.parity import parity
from aetheron_desktop.engine.versioning.changes import (
    Adopt,
    Changed,
    CloneModel,
    DropVariation,
    ExportOnnx,
    JoinModel,
    Mark,
    MoveAlias,
    Pull,
    Push,
    RestoreFiles,
    RollBack,
    SetCard,
    SetGates,
    SetRemote,
    SetThreshold,
    StartVariation,
    SwitchTo,
    TakePart,
)
from tests.engine.registry.repository.looking import assert_index_is_right, assert_sound, known
from tests.engine.versioning.doing import answers, changed, put_dataset, refused, run_job, trained

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.versioning.changes import Change
    from aetheron_desktop.engine.workspace import Workspace


def current(workspace: Workspace, model: str) -> str:
    return workspace.shelf.find(model, "current")


def assert_whole(workspace: Workspace, model: str) -> None:
    assert_sound(workspace.shelf.folder(model))
    assert_index_is_right(workspace)
    assert not list((workspace.root / "models").glob(".*"))
    assert not list((workspace.root / "tmp").iterdir())


def test_that_each_change_is_told_and_done(workspace: Workspace, model: ModelInfo, tmp_path: Path) -> None:
    id_ = model.id
    assert changed(workspace, MoveAlias(model=id_, alias="champion", to="v1", reason="It is")).notes == ()
    assert workspace.shelf.history(id_).labels.aliases["champion"] == workspace.shelf.find(id_, "v1")
    again = changed(workspace, MoveAlias(model=id_, alias="champion", to="v1", reason="It is"))
    assert "already" in again.words
    changed(workspace, StartVariation(model=id_, name="other trees", at="v2"))
    assert workspace.model(id_).branch == "other-trees"
    mark = changed(workspace, Mark(model=id_, name="released", version="champion", message="Out"))
    assert "released" in mark.words
    assert workspace.shelf.find(id_, "released") == workspace.shelf.find(id_, "v1")
    card = changed(workspace, SetCard(model=id_, card="# Better\n", message="Said more"))
    assert card.version == current(workspace, id_)
    changed(workspace, SwitchTo(model=id_, name="main"))
    adopted = changed(workspace, Adopt(model=id_, version="other-trees", message="Good words"))
    assert (workspace.shelf.files(id_) / "card.md").read_text() == "# Better\n"
    assert workspace.model(id_).threshold == 0.3, "the threshold was changed here alone"
    assert workspace.shelf.history(id_).versions[0].parents[1] == card.version
    assert adopted.version == workspace.model(id_).version
    changed(workspace, RollBack(model=id_, to="v1", reason="The forest was slow"))
    assert workspace.model(id_).estimator == "logistic"
    changed(workspace, TakePart(model=id_, version="v3", part="threshold", message="As before"))
    assert workspace.model(id_).threshold == 0.3
    changed(workspace, DropVariation(model=id_, name="other-trees"))
    assert set(workspace.shelf.history(id_).labels.branches) == {"main"}
    changed(workspace, MoveAlias(model=id_, alias="champion", to=None, reason="None is"))
    assert workspace.shelf.history(id_).labels.aliases == {}
    changed(workspace, SetGates(model=id_, alias="champion", conditions=("roc_auc >= 0.5",)))
    out = tmp_path / "restored"
    changed(workspace, RestoreFiles(model=id_, version="v2", out=str(out)))
    assert parity(load_model(out), out).is_equal
    assert_whole(workspace, id_)


def test_that_what_is_restored_is_not_the_file_of_the_history(
    workspace: Workspace, model: ModelInfo, tmp_path: Path
) -> None:
    theirs = tmp_path / ".out.part"
    theirs.mkdir()
    (theirs / "notes.txt").write_text("mine")
    changed(workspace, RestoreFiles(model=model.id, version="v2", out=str(tmp_path / "out")))
    assert {path.name for path in tmp_path.glob("*out*")} == {"out", ".out.part"}
    assert (theirs / "notes.txt").read_text() == "mine"
    for file in (tmp_path / "out").iterdir():
        file.write_bytes(b"mine")
    folder = workspace.shelf.files(model.id, "v2")
    assert parity(load_model(folder), folder).is_equal


def test_that_a_model_is_pushed_cloned_and_pulled(workspace: Workspace, model: ModelInfo, tmp_path: Path) -> None:
    id_, url = model.id, str(tmp_path / "remote.git")
    assert changed(workspace, SetRemote(model=id_, name="origin", url=url)).words == f"origin is {url} now."
    sent = changed(workspace, Push(model=id_))
    assert "3 versions" in sent.words
    assert "everything already" in changed(workspace, Push(model=id_)).words
    made = changed(workspace, CloneModel(url=url))
    assert made.model != id_
    info = workspace.model(made.model)
    assert (info.name, info.versions, info.version) == ("remote", 3, model.version)
    changed(workspace, SetCard(model=info.id, card="# Cloned\n", message=""))
    assert "1 version " in changed(workspace, Push(model=info.id)).words
    pulled = changed(workspace, Pull(model=id_))
    assert "1 version " in pulled.words
    assert pulled.notes == ("The variation main went on.",)
    assert workspace.model(id_).version == workspace.model(info.id).version
    assert "here already" in changed(workspace, Pull(model=id_)).words
    changed(workspace, SetRemote(model=id_, name="origin", url=""))
    assert "origin" in refused(workspace, Push(model=id_))[0].detail
    assert_whole(workspace, id_)


def test_that_a_clone_that_cannot_be_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for url in (str(tmp_path / "empty"), str(tmp_path / "nowhere"), "gopher://host/x"):
        refused(workspace, CloneModel(url=url))
    assert len(list((workspace.root / "models").iterdir())) == 1
    assert len(workspace.models()) == 1


def test_that_a_model_joins_another_and_goes_to_the_bin(workspace: Workspace, model: ModelInfo) -> None:
    other = trained(workspace, workspace.dataset("made"), "dummy")
    made = changed(workspace, JoinModel(model=other.id, into=model.id, message="The least", branch="least"))
    assert made.model == model.id
    assert workspace.shelf.history(model.id).labels.branches["least"] == made.version
    assert workspace.model(model.id).branch == "main"
    assert [info.id for info in workspace.models()] == [model.id]
    assert other.id in {info.id for info in workspace.models(binned=True)}
    workspace.restore_model(other.id)
    priced = trained(workspace, workspace.dataset("made"), "ridge", "regression")
    end, _ = refused(workspace, JoinModel(model=priced.id, into=model.id, message="x"))
    assert "price (regression)" in end.detail
    refused(workspace, JoinModel(model=model.id, into=model.id, message="x"))
    refused(workspace, JoinModel(model=model.id, into="nobody", message="x"))
    assert_whole(workspace, model.id)


def test_that_onnx_is_written_to_a_file_or_beside_the_current_version(
    workspace: Workspace, model: ModelInfo, tmp_path: Path
) -> None:
    import onnxruntime

    out = tmp_path / "x.onnx"
    made = changed(workspace, ExportOnnx(model=model.id, version="v1", out=str(out)))
    assert made.version == workspace.shelf.find(model.id, "v1")
    assert onnxruntime.InferenceSession(out).get_inputs()
    assert "stored rows" in made.words
    made = changed(workspace, ExportOnnx(model=model.id))
    assert made.version == workspace.model(model.id).version != model.version
    folder = workspace.shelf.files(model.id)
    assert (folder / "model.onnx").is_file()
    assert load_model(folder).description.threshold == 0.3
    end, _ = refused(workspace, ExportOnnx(model=model.id, version="v1"))
    assert "not the current one" in end.detail
    assert workspace.model(model.id).version == made.version
    assert_whole(workspace, model.id)


_REFUSED: dict[str, Change] = {
    "no reason": MoveAlias(model="", alias="champion", to="v1", reason=" "),
    "no version": MoveAlias(model="", alias="champion", to="v9", reason="x"),
    "no alias to remove": MoveAlias(model="", alias="nobody", to=None, reason="x"),
    "an alias for a device": MoveAlias(model="", alias="nul", to="v1", reason="x"),
    "a variation that is there": StartVariation(model="", name="main"),
    "one that differs in case": StartVariation(model="", name="MAIN"),
    "one that climbs": StartVariation(model="", name="../x"),
    "the record of aliases": StartVariation(model="", name="aliases"),
    "one that is a number": StartVariation(model="", name="12345678"),
    "a version that is not there": StartVariation(model="", name="x", at="deadbeef"),
    "too far back": StartVariation(model="", name="x", at="current~99"),
    "no variation": SwitchTo(model="", name="nobody"),
    "the current one": DropVariation(model="", name="main"),
    "no variation to drop": DropVariation(model="", name="nobody"),
    "a mark with a colon": Mark(model="", name="a:b"),
    "what is contained": Adopt(model="", version="v1", message="x"),
    "no way back": RollBack(model="", to="v9", reason="x"),
    "nothing to go back to": RollBack(model="", to="current", reason="x"),
    "a way back without a reason": RollBack(model="", to="v1", reason=""),
    "the same threshold": SetThreshold(model="", threshold=0.3, message="x"),
    "no probability": SetThreshold(model="", threshold=1.5, message="x"),
    "a threshold that is taken already": TakePart(model="", version="current", part="threshold", message="x"),
    "too long a card": SetCard(model="", card="x" * (1 << 21), message="x"),
    "a folder that is there": RestoreFiles(model="", version="v1", out="."),
    "a folder below none": RestoreFiles(model="", version="v1", out="nowhere/at/all"),
    "no remote": Push(model="", remote="nowhere"),
    "no remote to pull from": Pull(model="", remote="nowhere"),
    "a name of a remote": SetRemote(model="", name="a b/c", url="x"),
    "no condition": SetGates(model="", alias="champion", conditions=("as good as it gets",)),
    "a condition of nobody": SetGates(model="", alias="a/b", conditions=("signed",)),
    "an ONNX file in no folder": ExportOnnx(model="", out="nowhere/at/all.onnx"),
}


@pytest.mark.parametrize("name", _REFUSED)
def test_that_a_refusal_is_told_in_words_and_changes_nothing(kept: Workspace, name: str) -> None:
    import msgspec

    (info,) = kept.models()
    before = known(kept, info.id)
    end, decide = refused(kept, msgspec.structs.replace(_REFUSED[name], model=info.id))
    assert end.result is None
    assert decide is None
    assert known(kept, info.id) == before
    assert_sound(kept.shelf.folder(info.id))
    with kept.shelf.opened(info.id) as repository:
        assert kept.shelf.history(info.id).labels == repository.labels()


def test_that_a_model_that_is_not_there_is_told_of(kept: Workspace) -> None:
    for change in (Mark(model="nobody", name="x"), JoinModel(model="nobody", into="x", message="")):
        end, _ = refused(kept, change)
        assert "nobody" in end.detail


def test_that_what_both_sides_changed_must_be_chosen(workspace: Workspace, model: ModelInfo) -> None:
    id_ = model.id
    changed(workspace, StartVariation(model=id_, name="bold"))
    changed(workspace, SetThreshold(model=id_, threshold=0.7, message="Bolder"))
    changed(workspace, SetCard(model=id_, card="# Bold\n", message="Bold words"))
    changed(workspace, SwitchTo(model=id_, name="main"))
    changed(workspace, SetThreshold(model=id_, threshold=0.2, message="Shyer"))
    before = known(workspace, id_)
    end, decide = refused(workspace, Adopt(model=id_, version="bold", message="Both"))
    assert decide is not None
    (contested,) = decide.parts
    assert (contested.part, contested.ours, contested.theirs) == ("threshold", "0.2", "0.7")
    assert "threshold: 0.2 here, 0.7 there" in end.detail
    assert known(workspace, id_) == before
    changed(workspace, Adopt(model=id_, version="bold", message="Both", keep={"threshold": "theirs"}))
    assert workspace.model(id_).threshold == 0.7
    assert (workspace.shelf.files(id_) / "card.md").read_text() == "# Bold\n"
    assert_whole(workspace, id_)


def test_that_a_card_keeps_every_sign(workspace: Workspace, model: ModelInfo) -> None:
    card = "# Ä “x” 🜁\r\n\0 end without a line"
    changed(workspace, SetCard(model=model.id, card=card, message="Ümläute\0 and 🜁"))
    assert (workspace.shelf.files(model.id) / "card.md").read_bytes() == card.encode()
    load_model(workspace.shelf.files(model.id))
    assert workspace.shelf.history(model.id).versions[0].message == "Ümläute and 🜁"


def test_that_a_change_tells_how_far_it_is(workspace: Workspace, model: ModelInfo, tmp_path: Path) -> None:
    change = ExportOnnx(model=model.id, version="v1", out=str(tmp_path / "x.onnx"))
    end, told = run_job(workspace, ChangeJob(id=workspace.new_id("change"), change=change))
    assert end.outcome == "succeeded"
    assert [event.stage for event in told if isinstance(event, Progressed)] == [
        "Open the model", "Convert it", "Keep it"
    ]  # fmt: skip
    assert isinstance(answers(told)[0], Changed)


def test_that_a_model_of_another_dataset_joins(workspace: Workspace, model: ModelInfo) -> None:
    table = pd.read_parquet(workspace.dataset("made").parquet)
    other = put_dataset(workspace, table.iloc[::-1].reset_index(drop=True), "fedcba9876543210")
    joined = trained(workspace, other, "dummy")
    made = changed(workspace, JoinModel(model=joined.id, into=model.id, message="Other rows"))
    assert workspace.shelf.versions(model.id)[made.version].dataset == "fedcba9876543210"
    assert np.isfinite(workspace.model(model.id).metrics["log_loss"] or 0.0)
