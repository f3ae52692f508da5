"""A clean-up lists what nothing needs, and that alone; a kill in the middle of it loses nothing that is needed."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from aetheron_desktop.engine.store.store import Store
from aetheron_desktop.engine.versioning import cleaning, space
from aetheron_desktop.engine.versioning.changes import CloneModel, DropVariation, MoveAlias, Push, SetRemote
from aetheron_desktop.engine.versioning.cleaning import FOR_GOOD, CleanUpItem, CleanUpList, Freed
from aetheron_desktop.engine.versioning.questions import CleanUpQuestion
from aetheron_desktop.engine.workspace import RunRecord, Workspace
from tests.engine.registry.repository.looking import assert_index_is_right, assert_sound, git, needs_git
from tests.engine.versioning.doing import asked, changed, put_dataset
from tests.models import add_version, made_info, put_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LARGE = b"\0" * (5 << 20)
DAY_S = 86_400.0


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace.open(tmp_path / "workspace")
    yield workspace
    workspace.close()


@pytest.fixture
def model(workspace: Workspace) -> str:
    """A model of two versions, and a dropped variation of two more that have large weights."""
    info = put_model(workspace, made_info())
    add_version(workspace, info.id, made_info(2, id=info.id), weights=LARGE + b"kept")
    with workspace.shelf.changing(info.id) as repository:
        repository.start_branch("bold", repository.find("current"))
    for number in (3, 4):
        weights = LARGE + b"%d" % number
        add_version(workspace, info.id, made_info(number, id=info.id), weights=weights, branch="bold")
    changed(workspace, DropVariation(model=info.id, name="bold"))
    return info.id


def listed(workspace: Workspace) -> dict[str, CleanUpItem]:
    items = cleaning.look(workspace).items
    assert len({item.key for item in items}) == len(items)
    assert sorted((item.size for item in items), reverse=True) == [item.size for item in items]
    return {item.key: item for item in items}


def key_of(workspace: Workspace, model: str, kind: str = "versions") -> str:
    """The key under which something of a model is listed now; one of nothing when it is not."""
    return next((key for key in listed(workspace) if key.partition("@")[0] == f"{kind}:{model}"), f"{kind}:{model}@")


def versions_listed(workspace: Workspace) -> set[str]:
    return {key for key in listed(workspace) if key.startswith("versions:")}


def used(root: Path) -> int:
    """What the files below take, each counted once."""
    statuses = {}
    for folder, _, names in os.walk(root):
        for name in names:
            status = os.lstat(os.path.join(folder, name))
            statuses[status.st_ino] = status.st_size
    return sum(statuses.values())


def freed(workspace: Workspace, *keys: str) -> Freed:
    """Free, without waiting for what Git may be doing."""
    return cleaning.free(workspace, keys, grace_s=0)


def age(path: Path, seconds: float = 2 * DAY_S) -> None:
    """Let it seem that nobody has written there for long."""
    for folder, names, files in os.walk(path):
        for name in (*names, *files):
            os.utime(os.path.join(folder, name), (time.time() - seconds,) * 2)
    os.utime(path, (time.time() - seconds,) * 2)


def assert_needed_is_there(workspace: Workspace, model: str) -> None:
    history = workspace.shelf.history(model)
    with workspace.shelf.opened(model) as repository:
        for version in history.versions:
            shutil.rmtree(repository.folder(version.commit), ignore_errors=True)
            assert (repository.files(version.commit) / "model.json").is_file()
    assert_sound(workspace.shelf.folder(model))


def test_that_a_workspace_in_which_all_is_needed_has_nothing_to_free(workspace: Workspace) -> None:
    put_model(workspace, made_info())
    put_dataset(workspace)
    assert listed(workspace) == {}


def test_that_the_versions_of_a_dropped_variation_are_listed_and_freed(workspace: Workspace, model: str) -> None:
    item = listed(workspace)[key_of(workspace, model)]
    assert item.kind in FOR_GOOD
    assert "2 versions" in item.detail
    assert 2 * len(LARGE) < item.size < 2 * len(LARGE) + 20_000
    assert abs(item.since - time.time()) < 2 * DAY_S
    before = used(workspace.root / "models")
    done = freed(workspace, item.key)
    assert done.items == 1
    assert done.size == before - used(workspace.root / "models")
    assert done.size > 2 * len(LARGE)
    assert not versions_listed(workspace)
    assert len(workspace.shelf.versions(model)) == 2
    assert_needed_is_there(workspace, model)
    assert_index_is_right(workspace)


def test_that_a_variation_that_is_dropped_after_the_look_is_not_freed(workspace: Workspace, model: str) -> None:
    seen = key_of(workspace, model)
    with workspace.shelf.changing(model) as repository:
        repository.start_branch("shy", repository.find("current"))
    late = add_version(workspace, model, made_info(5, id=model), weights=LARGE + b"late", branch="shy")
    changed(workspace, DropVariation(model=model, name="shy"))
    before = used(workspace.root / "models")
    assert freed(workspace, seen) == Freed(items=0, size=0)
    assert not cleaning._prune(workspace, model, 0, seen.partition("@")[2]), "nor where it came after the second look"
    assert used(workspace.root / "models") == before
    with workspace.shelf.opened(model) as repository:
        assert (repository.files(late) / "model.json").is_file()
    assert freed(workspace, key_of(workspace, model)).items == 1
    assert len(workspace.shelf.versions(model)) == 2


@needs_git
def test_that_a_dropped_variation_comes_back_by_git_until_it_is_freed(workspace: Workspace, model: str) -> None:
    root = workspace.shelf.folder(model)
    (name,) = git(root, "for-each-ref", "--format=%(refname)", "refs/bin").split()
    seen = key_of(workspace, model)
    git(root, "branch", "again", name)
    assert workspace.shelf.refresh(model)
    assert not versions_listed(workspace)
    assert freed(workspace, seen).items == 0
    assert len(workspace.shelf.history(model).versions) == 4
    assert_needed_is_there(workspace, model)
    git(root, "branch", "-D", "again")
    workspace.shelf.refresh(model)
    freed(workspace, seen)
    assert git(root, "for-each-ref", "--format=%(refname)", "refs/bin") == ""
    assert len(workspace.shelf.history(model).versions) == 2


def test_that_what_an_alias_or_a_mark_names_is_never_listed(workspace: Workspace, model: str) -> None:
    with workspace.shelf.changing(model) as repository:
        (name, tip), *_ = repository.store.refs("refs/bin").items()
        assert "/bold-" in name
        repository.tag("kept", tip, "It stays")
    changed(workspace, MoveAlias(model=model, alias="champion", to="kept", reason="It is"))
    assert not versions_listed(workspace)
    with workspace.shelf.changing(model) as repository:
        state = cleaning._state(repository, [])
        assert cleaning._prune(workspace, model, 0, state)
        assert repository.find("kept") == tip
    assert len(workspace.shelf.history(model).versions) == 4
    assert_needed_is_there(workspace, model)


def test_that_what_was_pulled_and_is_not_taken_over_stays(workspace: Workspace, tmp_path: Path) -> None:
    here = put_model(workspace, made_info()).id
    changed(workspace, SetRemote(model=here, name="origin", url=str(tmp_path / "remote.git")))
    changed(workspace, Push(model=here))
    there = changed(workspace, CloneModel(url=str(tmp_path / "remote.git"))).model
    tip = add_version(workspace, there, made_info(2), weights=LARGE + b"theirs")
    changed(workspace, Push(model=there))
    add_version(workspace, here, made_info(3), weights=b"ours")
    from aetheron_desktop.engine.versioning.changes import Pull

    pulled = changed(workspace, Pull(model=here))
    assert any("origin/main" in note for note in pulled.notes)
    assert not versions_listed(workspace)
    with workspace.shelf.opened(here) as repository:
        assert cleaning._prune(workspace, here, 0, cleaning._state(repository, []))
        assert repository.find("origin/main") == tip
        assert (repository.files(tip) / "pipeline.skops").stat().st_size > len(LARGE)
    assert_sound(workspace.shelf.folder(here))


def test_that_files_that_nothing_names_are_freed_and_made_again(workspace: Workspace, model: str) -> None:
    first = workspace.shelf.find(model, "v1")
    item = listed(workspace)[f"files:{model}"]
    assert item.kind not in FOR_GOOD
    before = used(workspace.root)
    done = freed(workspace, item.key)
    assert done.size == item.size == before - used(workspace.root)
    assert not workspace.shelf.version_folder(model, first).exists()
    assert f"files:{model}" not in listed(workspace)
    assert (workspace.shelf.files(model, "v1") / "model.json").is_file()
    assert workspace.shelf.version_folder(model).is_dir(), "the current one is opened again soon"


def test_that_a_folder_that_is_being_written_is_left_alone(workspace: Workspace, model: str) -> None:
    freed(workspace, f"files:{model}")
    part = workspace.shelf.folder(model) / "files" / ".0123456789abcdef"
    part.mkdir()
    (part / "model.json").write_bytes(b"half")
    assert f"files:{model}" not in listed(workspace)
    age(part)
    assert listed(workspace)[f"files:{model}"].size == 4
    freed(workspace, f"files:{model}")
    assert not part.exists()


def test_that_explanations_of_versions_that_nothing_names_are_freed_and_those_of_others_are_not(
    workspace: Workspace, model: str
) -> None:
    current = workspace.model(model).version
    old = next(commit for commit in workspace.shelf.versions(model) if commit != current)
    for commit in (old, current):
        (workspace.shelf.explanations(model) / commit).mkdir(parents=True)
        (workspace.shelf.explanations(model) / commit / "0123.jsonl").write_bytes(b"{}" * 500)
    item = listed(workspace)[f"explanations:{model}"]
    assert (item.size, item.kind in FOR_GOOD) == (1_000, False)
    assert item.detail == "explanations of 1 version; worked out again when they are asked for"
    assert freed(workspace, item.key).size == 1_000
    assert [folder.name for folder in workspace.shelf.explanations(model).iterdir()] == [current]
    assert f"explanations:{model}" not in listed(workspace)


def test_that_a_model_in_the_bin_counts_with_its_large_files(workspace: Workspace, model: str) -> None:
    workspace.bin_model(model)
    item = listed(workspace)[f"model:{model}"]
    assert item.kind in FOR_GOOD
    assert item.size == used(workspace.root / "bin")
    assert item.size > 3 * len(LARGE)
    assert freed(workspace, item.key).size == item.size
    assert workspace.models(binned=True) == []
    assert used(workspace.root / "bin") == 0


def test_that_a_dataset_in_the_bin_stays_while_anything_needs_it(workspace: Workspace) -> None:
    for id_ in ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc", "dddddddddddddddd", "eeeeeeeeeeeeeeee"):
        put_dataset(workspace, id_=id_)
        workspace.remove_dataset(id_)
    put_model(workspace, made_info(1, dataset="aaaaaaaaaaaaaaaa"))
    binned = put_model(workspace, made_info(2, dataset="bbbbbbbbbbbbbbbb"))
    workspace.bin_model(binned.id)
    with workspace.shelf.changing("model-1") as repository:
        repository.start_branch("other", repository.find("current"))
    add_version(workspace, "model-1", made_info(3, dataset="cccccccccccccccc"), branch="other")
    changed(workspace, DropVariation(model="model-1", name="other"))
    failed = put_run(workspace, "run-failed", outcome="failed", dataset="dddddddddddddddd")
    dropped = key_of(workspace, "model-1")
    assert set(listed(workspace)) == {
        "dataset:eeeeeeeeeeeeeeee", dropped, "files:model-1", f"model:{binned.id}"
    }  # fmt: skip
    freed(workspace, dropped, f"model:{binned.id}")
    shutil.rmtree(failed)
    rest = listed(workspace)
    assert set(rest) == {f"dataset:{letter * 16}" for letter in "bcde"}
    assert freed(workspace, *rest).size == sum(item.size for item in rest.values())
    assert [info.id for info in workspace.datasets(binned=True)] == ["aaaaaaaaaaaaaaaa"]


def put_run(workspace: Workspace, id_: str, **fields: object) -> Path:
    """Enter a run with checkpoints, and give where these lie."""
    known = {"outcome": "succeeded", "model": "model-1", "dataset": "aaaaaaaaaaaaaaaa", "ended": 5.0} | fields
    run = RunRecord(id=id_, name=id_, estimator="network", target="t", task="binary", started=1.0, **known)  # type: ignore[arg-type]
    workspace.put_run(run)
    folder = workspace.run_folder(id_) / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "last.safetensors").write_bytes(b"x" * 1000)
    return folder


def test_that_checkpoints_wait_in_the_dated_bin_and_those_of_other_runs_stay(workspace: Workspace) -> None:
    done = put_run(workspace, "run-done")
    kept = [
        put_run(workspace, "run-going", outcome=None, model=None),
        put_run(workspace, "run-failed", outcome="failed", model=None),
        put_run(workspace, "run-crashed", outcome="crashed"),
        put_run(workspace, "run-stopped", outcome="stopped", model=None),
    ]
    assert set(listed(workspace)) == {"checkpoints:run-done"}
    before = used(workspace.root / "runs")
    made = freed(workspace, "checkpoints:run-done")
    assert (made.items, made.size, made.waiting) == (1, 0, 1000)
    assert used(workspace.root / "runs") == before - 1000
    assert not done.exists()
    assert all(folder.is_dir() for folder in kept)
    (dated,) = listed(workspace).values()
    assert (dated.kind, dated.size, dated.name) == ("dated", 1000, time.strftime("%Y-%m-%d"))
    assert (workspace.root / dated.id / "runs" / "run-done" / "checkpoints" / "last.safetensors").is_file()
    assert freed(workspace, dated.key).size == 1000
    assert listed(workspace) == {}


def test_that_what_was_left_is_freed_when_it_is_old(workspace: Workspace) -> None:
    left = [workspace.root / name for name in ("tmp/import-1", "models/.1-2", "bin/models/.3-4", "datasets/.5-6")]
    for folder in left:
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "file").write_bytes(b"x" * 10)
    (workspace.root / "tmp" / "views").mkdir()
    age(workspace.root / "tmp" / "views")
    assert listed(workspace) == {}
    for folder in left:
        age(folder)
    # Its folder is old, and yet somebody writes in it.
    os.utime(left[0] / "deep" / "file")
    items = listed(workspace)
    assert {item.kind for item in items.values()} == {"left"}
    assert len(items) == 3
    assert freed(workspace, *items).size == 30
    assert [folder.exists() for folder in left] == [True, False, False, False]


def test_that_what_is_not_listed_is_not_freed(workspace: Workspace, model: str) -> None:
    (workspace.root / "tmp" / "x").write_bytes(b"x")
    keys = ("left:../..", "left:tmp", "left:tmp/x", "dated:models", f"model:{model}", "dataset:x", "nonsense", "")
    before = used(workspace.root)
    assert freed(workspace, *keys) == Freed(items=0, size=0)
    assert used(workspace.root) == before


def test_that_it_is_asked_as_a_question_and_frees_after_a_look(workspace: Workspace, model: str) -> None:
    found = asked(workspace, CleanUpQuestion(), CleanUpList)
    assert {item.key for item in found.items} == {f"files:{model}", key_of(workspace, model)}
    done = asked(workspace, CleanUpQuestion(free=(f"files:{model}",)), Freed)
    assert done.items == 1
    assert done.size > 0


class Killed(BaseException):
    """As if the process had ended here."""


_STEPS = ("unlink", "rename", "replace", "rmdir", "remove", "link", "mkdir", "chmod")


# What is cut short in the middle of a library's call cannot be closed by it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_that_a_clean_up_may_end_at_any_step(workspace: Workspace, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each life ends at a later call of the system that changes something, until one comes to its end."""
    wanted = {key_of(workspace, model), f"files:{model}", "checkpoints:run-done"}
    put_run(workspace, "run-done", model=model)
    original = workspace.root.with_name("original")
    workspace.store.close()
    shutil.copytree(workspace.root, original)
    step, ended = 0, False
    while not ended:
        root = workspace.root.with_name(f"life-{step}")
        shutil.copytree(original, root)
        one = Workspace.open(root)
        ended = _lives(one, wanted, step, monkeypatch)
        one.store.close()
        again = Workspace.open(root)
        assert_needed_is_there(again, model)
        assert len(again.shelf.history(model).versions) == 2
        if step % 5 == 0 or ended:
            assert_index_is_right(again)
            for _ in range(2):
                cleaning.free(again, {*wanted, key_of(again, model)}, grace_s=0)
            left = listed(again)
            assert not {key for key in left if key.startswith(("versions", "checkpoints"))}, left
            assert len(again.shelf.versions(model)) == 2
        again.close()
        shutil.rmtree(root)
        step += 3
    assert step > 30, "there were no steps to end at"


def _lives(workspace: Workspace, wanted: set[str], step: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Free until so many calls were made; whether it came to its end before."""
    left = [step]
    with monkeypatch.context() as patch:
        for name in _STEPS:
            patch.setattr(os, name, _dying(getattr(os, name), left))
        for name in ("put", "put_all", "remove", "remove_all"):
            patch.setattr(Store, name, _dying(getattr(Store, name), left))
        try:
            cleaning.free(workspace, wanted, grace_s=0)
        except Killed:
            return False
    return True


def _dying(call: Callable[..., object], left: list[int]) -> Callable[..., object]:
    def called(*arguments: object, **named: object) -> object:
        if left[0] <= 0:
            raise Killed
        left[0] -= 1
        return call(*arguments, **named)

    return called


def test_that_a_disk_that_refuses_is_told_of(workspace: Workspace, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from aetheron_desktop.engine.errors import StorageError

    def refuses(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(space, "remove_tree", refuses)
    with pytest.raises(StorageError):
        freed(workspace, f"files:{model}")
    monkeypatch.undo()
    assert_needed_is_there(workspace, model)


def test_that_a_damaged_model_does_not_keep_others_from_being_cleaned(workspace: Workspace, model: str) -> None:
    broken = put_model(workspace, made_info(9)).id
    (workspace.shelf.folder(broken) / "HEAD").unlink()
    assert set(listed(workspace)) == {f"files:{model}", key_of(workspace, model)}


def test_that_the_items_are_records(workspace: Workspace, model: str) -> None:
    found = cleaning.look(workspace)
    assert msgspec.json.decode(msgspec.json.encode(found), type=CleanUpList) == found
