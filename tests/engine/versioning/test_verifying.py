"""A healthy model is whole, and whatever is spoilt in it is found and named."""

from __future__ import annotations

import json
import os
import random
import shutil
from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.registry.description import CARD, DESCRIPTION, SIGNATURE
from aetheron_desktop.engine.versioning.changes import Mark, MoveAlias, SetCard
from aetheron_desktop.engine.versioning.questions import VerifyQuestion
from aetheron_desktop.engine.versioning.verifying import DatasetVerification, Verification, verify, verify_dataset
from tests.engine.versioning.doing import asked, changed

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.model import ModelInfo
    from aetheron_desktop.engine.workspace import Workspace


def quiet(*_: object) -> None:
    """Nobody listens to how far it is."""


def troubles(workspace: Workspace, model: ModelInfo) -> tuple[str, ...]:
    report = verify(workspace, model.id, quiet)
    assert report.is_whole == (not report.troubles)
    return report.troubles


def flip(file: Path, bit: int) -> None:
    """Turn one bit of a file, which keeps its size."""
    data = bytearray(file.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    file.chmod(0o600)
    other = file.with_name(file.name + ".new")  # no other name of the same file changes with it
    other.write_bytes(data)
    os.replace(other, file)


def make_large(workspace: Workspace, model: ModelInfo) -> Path:
    """Let the next version keep its pipeline beside Git, and give where."""
    root = workspace.shelf.folder(model.id)
    with (root / "config").open("a") as config:
        config.write("[aetheron]\n\tlargeFrom = 1k\n")
    part = workspace.root / "tmp" / "files"
    with workspace.shelf.changing(model.id) as repository:
        repository.write_files(repository.find("current"), part)
        repository.commit(part, "Kept beside Git", "changed")
    found: list[Path] = sorted((root / "lfs" / "objects").glob("??/??/*"), key=lambda file: file.stat().st_size)
    return found[-1]


def test_that_a_healthy_model_is_whole(workspace: Workspace, model: ModelInfo) -> None:
    changed(workspace, MoveAlias(model=model.id, alias="champion", to="v1", reason="It is"))
    changed(workspace, Mark(model=model.id, name="released"))
    large = make_large(workspace, model)
    with workspace.shelf.changing(model.id) as repository, repository.changing():
        repository.store.pack(always=True)
    report = asked(workspace, VerifyQuestion(model=model.id), Verification)
    assert report.troubles == ()
    assert report.is_whole
    assert report.versions == 4
    assert report.large_files == len(list(large.parents[2].glob("??/??/*"))) > 1
    assert report.objects > 12
    assert "you" in report.signature
    assert report.parity.endswith("as it did, to the bit.")


def test_that_a_turned_bit_of_any_object_is_found(workspace: Workspace, model: ModelInfo) -> None:
    root = workspace.shelf.folder(model.id)
    dice = random.Random(1)
    objects = sorted((root / "objects").glob("??/*"))
    for file in dice.sample(objects, 6):
        data = file.read_bytes()
        flip(file, dice.randrange(len(data) * 8))
        assert any(file.name in line for line in troubles(workspace, model)), file
        file.write_bytes(data)
    assert troubles(workspace, model) == ()


def test_that_an_object_that_is_not_there_is_found(workspace: Workspace, model: ModelInfo) -> None:
    changed(workspace, MoveAlias(model=model.id, alias="champion", to="v1", reason="It is"))
    with workspace.shelf.opened(model.id) as repository:
        store = repository.store
        files = store.files(store.commit(repository.find("current~1")))
        names = [id_.decode() for id_ in (store.commit(repository.find("current~2")).tree, *files.values())]
        names += [repository.find("current~1"), store.ref("refs/heads/aliases") or ""]
    for name in names:
        file = workspace.shelf.folder(model.id) / "objects" / name[:2] / name[2:]
        data = file.read_bytes()
        file.unlink()
        assert troubles(workspace, model), file
        file.write_bytes(data)
    assert troubles(workspace, model) == ()


def test_that_a_file_that_a_version_lacks_is_found_where_it_is_not_the_current_one(
    workspace: Workspace, model: ModelInfo
) -> None:
    with workspace.shelf.changing(model.id) as repository:
        whole = repository.find("current")
        poor = repository.change(whole, {CARD: None}, "Without its card", "changed")
        repository.change(whole, {}, "With it", "changed")
    assert troubles(workspace, model) == (f"Version {poor[:10]}: card.md is missing.",)


def test_that_a_turned_bit_of_a_pack_and_its_index_is_found(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.changing(model.id) as repository, repository.changing():
        repository.store.pack(always=True)
    dice = random.Random(2)
    for file in sorted((workspace.shelf.folder(model.id) / "objects" / "pack").iterdir()):
        data = file.read_bytes()
        places = [0, len(data) * 8 - 1, *(dice.randrange(len(data) * 8) for _ in range(4))]
        for bit in places:
            flip(file, bit)
            assert troubles(workspace, model), (file.suffix, bit)
            file.write_bytes(data)
    assert troubles(workspace, model) == ()


def test_that_a_turned_bit_of_a_large_file_is_found(workspace: Workspace, model: ModelInfo) -> None:
    large = make_large(workspace, model)
    flip(large, 4000)
    found = troubles(workspace, model)
    assert any("the large file" in line and "is damaged" in line for line in found), found
    large.unlink()
    found = troubles(workspace, model)
    assert any("the large file" in line and "is not here" in line for line in found), found


@pytest.mark.parametrize("word", ["v1", "current"])
def test_that_what_is_spoilt_in_the_folder_of_a_version_is_found(
    workspace: Workspace, model: ModelInfo, word: str
) -> None:
    folder = workspace.shelf.files(model.id, word)
    kept = {file.name: file.read_bytes() for file in folder.iterdir()}
    for name, data in kept.items():
        flip(folder / name, len(data) * 4)
        assert any(name in line for line in troubles(workspace, model)), name
        (folder / name).unlink()
        assert any(name in line for line in troubles(workspace, model)), name
        (folder / name).write_bytes(data)
    (folder / "more.pkl").write_bytes(b"x")
    assert any("more.pkl" in line for line in troubles(workspace, model))
    shutil.rmtree(folder)
    assert troubles(workspace, model) == ()


def test_that_a_signature_that_does_not_fit_is_found(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.changing(model.id) as repository:
        current = repository.find("current")
        data = json.loads(repository.read(current, DESCRIPTION) or b"")
        data["seconds"] += 1
        repository.change(current, {DESCRIPTION: json.dumps(data).encode()}, "By hand", "changed")
    found = troubles(workspace, model)
    assert any("the signature does not fit" in line for line in found), found


def test_that_an_unsigned_version_is_whole_and_said_to_be_unsigned(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.changing(model.id) as repository:
        repository.change(repository.find("current"), {SIGNATURE: None}, "Without it", "changed")
    report = verify(workspace, model.id, quiet)
    assert report.is_whole
    assert report.signature == "Not signed."


def test_that_another_file_under_the_old_hash_is_found(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.changing(model.id) as repository:
        repository.change(repository.find("current"), {"card.md": b"# Another\n"}, "By hand", "changed")
    found = troubles(workspace, model)
    assert any("card.md is not the file that was saved" in line for line in found), found


@pytest.mark.parametrize("name", ["refs/heads/main", "refs/heads/aliases", "refs/bin/2026-01-01/x-0"])
def test_that_a_name_of_nothing_is_found(workspace: Workspace, model: ModelInfo, name: str) -> None:
    changed(workspace, MoveAlias(model=model.id, alias="champion", to="v1", reason="It is"))
    ref = workspace.shelf.folder(model.id) / name
    ref.parent.mkdir(parents=True, exist_ok=True)
    ref.write_text("0123456789" * 4 + "\n")
    assert troubles(workspace, model)
    ref.write_text("no name at all\n")
    assert troubles(workspace, model)


def test_that_an_old_version_is_looked_at_as_well(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.changing(model.id) as repository:
        repository.change(repository.find("current~2"), {"card.md": b"# Another\n"}, "By hand", "changed")
        repository.change(repository.find("current~1"), {}, "And back", "reverted")
    changed(workspace, SetCard(model=model.id, card="# Newest\n", message=""))
    assert any("card.md" in line for line in troubles(workspace, model))


def test_that_a_dataset_is_read_once_and_what_is_spoilt_in_it_is_found(workspace: Workspace, tmp_path: Path) -> None:
    from aetheron_desktop.engine.jobs.job import ImportJob
    from tests.engine.versioning.doing import run_job

    source = tmp_path / "t.csv"
    source.write_text("a,b\n1,x\n2,y\n3,z\n")
    end, _ = run_job(workspace, ImportJob(id=workspace.new_id("import"), source=str(source), name="t"))
    id_ = end.result or ""
    report = asked(workspace, VerifyQuestion(dataset=id_), DatasetVerification)
    assert (report.is_same, report.source_state) == (True, "same")
    assert len(report.source) == len(report.snapshot) == 64
    assert asked(workspace, VerifyQuestion(dataset=id_), DatasetVerification) == report
    source.write_text("a,b\n1,x\n2,y\n3,q\n")
    os.utime(source, (1, 1))
    report = asked(workspace, VerifyQuestion(dataset=id_), DatasetVerification)
    assert (report.is_same, report.source_state) == (True, "changed")
    source.unlink()
    report = asked(workspace, VerifyQuestion(dataset=id_), DatasetVerification)
    assert (report.is_same, report.source_state, report.source) == (True, "gone", "")
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,x\n2,y\n4,z\n")
    end, _ = run_job(workspace, ImportJob(id=workspace.new_id("import"), source=str(other), name="o"))
    shutil.copyfile(workspace.dataset(end.result or "").parquet, workspace.dataset(id_).parquet)
    assert not asked(workspace, VerifyQuestion(dataset=id_), DatasetVerification).is_same
    assert verify_dataset(workspace, id_, quiet, lambda: True) is None
