"""A model pushed to a folder and pulled from it, looked at with the system's own Git."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.errors import ModelError, UsageError
from aetheron_desktop.engine.registry.identity import Author
from aetheron_desktop.engine.registry.remotes import pushing
from aetheron_desktop.engine.registry.remotes.known import remove_remote, set_remote
from aetheron_desktop.engine.registry.remotes.remote_errors import RemoteAhead, RemoteError, TransferStopped
from aetheron_desktop.engine.registry.repository.aliases import aliases, move_alias, moves, store_gates
from aetheron_desktop.engine.versioning.changes import Pull
from aetheron_desktop.engine.versioning.elsewhere import remote
from tests.engine.registry.remotes.conftest import Maker, git, is_sound
from tests.engine.registry.remotes.doing import clone, never, pull, push, quiet

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no Git on this computer")


@pytest.fixture
def here(maker: Maker, tmp_path: Path) -> ModelRepository:
    """A model with two versions, the second of them large, a mark and an alias, and a remote that is not there yet."""
    repository = maker.repository()
    first = maker.version(repository)
    second = maker.large_version(repository)
    repository.tag("first", first, "The first one")
    move_alias(repository, "champion", second, "It is the best")
    set_remote(repository, "origin", str(tmp_path / "remote"))
    return repository


def test_that_a_pushed_model_can_be_cloned_whole(here: ModelRepository, maker: Maker, tmp_path: Path) -> None:
    report = push(here)
    assert (report.created, report.versions, report.moves, report.large) == (True, 2, 1, 1)
    assert (report.variations, report.marks, report.aliases) == (("main",), ("first",), ("champion",))
    assert report.bytes == 5000
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    assert there.labels() == here.labels()
    assert aliases(there) == aliases(here)
    for commit in here.reachable():
        own = {file.name: file.read_bytes() for file in here.files(commit).iterdir()}
        assert {file.name: file.read_bytes() for file in there.files(commit).iterdir()} == own


@needs_git
def test_that_git_finds_the_pushed_folder_in_order_and_clones_it(here: ModelRepository, tmp_path: Path) -> None:
    push(here)
    assert is_sound(tmp_path / "remote")
    git(tmp_path, "-c", "filter.lfs.smudge=", "-c", "filter.lfs.required=false", "clone", "-q", "remote", "copy")
    assert (tmp_path / "copy" / "model.json").is_file()
    assert git(tmp_path / "copy", "tag") == "first"
    assert git(tmp_path / "remote", "rev-parse", "refs/aliases/champion") == here.labels().current


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git lfs is not installed")
def test_that_git_lfs_gets_the_large_files_of_the_pushed_folder(here: ModelRepository, tmp_path: Path) -> None:
    push(here)
    git(tmp_path, "clone", "-q", "-c", "filter.lfs.smudge=cat", "-c", "filter.lfs.process=", "remote", "copy")
    git(tmp_path / "copy", "lfs", "install", "--local", "--force")
    git(tmp_path / "copy", "lfs", "pull")
    whole = here.files(here.labels().current) / "pipeline.skops"
    assert (tmp_path / "copy" / "pipeline.skops").read_bytes() == whole.read_bytes()
    git(tmp_path / "copy", "lfs", "fsck")


def test_that_a_second_push_sends_nothing(here: ModelRepository) -> None:
    push(here)
    again = push(here)
    assert again.is_nothing
    assert (again.versions, again.large, again.large_there) == (0, 0, 1)


def test_that_only_what_is_new_is_sent_and_pulled(here: ModelRepository, maker: Maker, tmp_path: Path) -> None:
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    maker.large_version(here, 7000)
    here.start_branch("shallow", here.labels().current)
    maker.version(here, branch="shallow")
    report = push(here)
    assert (report.versions, report.large, report.bytes, report.large_there) == (2, 1, 7000, 1)
    pulled = pull(there)
    assert (pulled.versions, pulled.large, pulled.bytes) == (2, 1, 7000)
    assert (pulled.forwarded, pulled.new, pulled.diverged) == (("main",), ("shallow",), ())
    assert there.labels().branches == here.labels().branches
    assert pull(there).is_nothing


def test_that_a_remote_with_versions_that_are_not_here_is_left_alone(
    here: ModelRepository, maker: Maker, tmp_path: Path
) -> None:
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    maker.version(there)
    push(there)
    maker.large_version(here)
    before = git(tmp_path / "remote", "for-each-ref")
    objects = sorted(path for path in (tmp_path / "remote").rglob("*") if path.is_file())
    with pytest.raises(RemoteAhead) as caught:
        push(here)
    assert "main" in caught.value.detail
    assert "Pull first" in caught.value.hint
    assert git(tmp_path / "remote", "for-each-ref") == before
    assert sorted(path for path in (tmp_path / "remote").rglob("*") if path.is_file()) == objects


def test_that_who_pushes_in_the_same_moment_is_not_overwritten(
    here: ModelRepository, maker: Maker, tmp_path: Path
) -> None:
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    other = maker.version(there)
    maker.version(here)

    def progress(step: str, done: float, total: float | None, unit: str = "") -> None:
        del done, total, unit
        if step == "Send versions":
            push(there)

    with pytest.raises(RemoteAhead, match="in this moment"):
        pushing.push(here, "origin", progress=progress, should_stop=lambda: False)
    assert git(tmp_path / "remote", "rev-parse", "main") == other


def test_that_what_went_on_on_both_sides_stays_and_can_be_found(
    here: ModelRepository, maker: Maker, tmp_path: Path
) -> None:
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    other = maker.version(there)
    push(there)
    own = maker.version(here)
    report = pull(here)
    assert (report.diverged, report.forwarded) == (("origin/main",), ())
    assert here.labels().current == own
    assert here.find("origin/main") == other


def test_that_an_alias_moved_on_two_machines_stays_as_it_is_here_and_both_moves_are_kept(
    here: ModelRepository, maker: Maker, tmp_path: Path
) -> None:
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    first = here.find("first")
    third = maker.version(there)
    move_alias(there, "champion", third, "A better one")
    move_alias(there, "stable", first, "Known for long")
    push(there)
    move_alias(here, "champion", first, "Back to what is known")
    with pytest.raises(RemoteAhead):
        push(here)
    report = pull(here)
    assert report.contested_aliases == ("champion",)
    assert aliases(here) == {"champion": first, "stable": first}
    assert {"A better one", "Back to what is known"} <= {move.reason for move in moves(there) + moves(here)}
    push(here)
    pull(there)
    assert aliases(there) == aliases(here) == there.labels().aliases
    assert is_sound(tmp_path / "remote")


def test_that_a_pull_tells_of_each_alias_that_it_has_moved(here: ModelRepository, maker: Maker, tmp_path: Path) -> None:
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    first, second = here.find("first"), here.find("champion")
    move_alias(there, "champion", first, "Back to\nwhat is known", author=Author("Grace Hopper", "grace@example.org"))
    store_gates(there, b'{"champion": ["roc_auc >= 0.1"]}', "Conditions")
    push(there)
    told = remote(Pull(model="here", remote="origin"), here, quiet, never)
    assert f"champion: {second[:10]} → {first[:10]}, by Grace Hopper: Back to what is known" in told.notes
    assert aliases(here) == {"champion": first}
    store_gates(here, b'{"champion": ["roc_auc >= 0.9"]}', "Conditions")
    move_alias(there, "champion", second, "Forth again")
    push(there)
    told = remote(Pull(model="here", remote="origin"), here, quiet, never)
    assert aliases(here) == {"champion": first}
    assert any("champion" in note and "stays as here" in note for note in told.notes)
    assert any("conditions" in note and "stay as here" in note for note in told.notes)


@pytest.mark.parametrize("label", ["refs/heads/try", "refs/tags/good"])
def test_that_a_label_that_git_makes_during_a_pull_is_left_alone_and_told(
    here: ModelRepository, maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    second = here.find("champion")
    there.start_branch("try", second)
    there.tag("good", second, "Good")
    push(there)
    first, swap = here.find("first"), here.store.swap

    def hurried(name: str, before: str | None, after: str | None) -> bool:
        if name == label and before is None:
            assert swap(name, None, first)
        return swap(name, before, after)

    monkeypatch.setattr(here.store, "swap", hurried)
    with pytest.raises(ModelError, match="changed by Git"):
        pull(here)
    monkeypatch.undo()
    assert here.store.ref(label) == first
    again = pull(here)
    assert again.ahead + again.diverged + again.contested_marks + again.forwarded
    assert here.labels().aliases == {"champion": second}


def test_that_a_removed_alias_is_removed_there_too(here: ModelRepository, maker: Maker, tmp_path: Path) -> None:
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    move_alias(here, "champion", None, "No longer used")
    push(here)
    pull(there)
    assert there.labels().aliases == {}


def test_that_a_mark_of_two_meanings_is_told_and_kept_on_both_sides(
    here: ModelRepository, maker: Maker, tmp_path: Path
) -> None:
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    here.tag("best", here.find("first"), "Here")
    there.tag("best", there.find("champion"), "There")
    push(there)
    assert push(here).kept_there == ("best",)
    assert pull(here).contested_marks == ("best",)
    assert here.labels().tags["best"] == here.find("first")


def test_that_a_label_that_other_systems_take_for_the_same_is_passed_over(
    here: ModelRepository, maker: Maker, tmp_path: Path
) -> None:
    push(here)
    git(tmp_path / "remote", "update-ref", "refs/heads/MAIN", here.labels().current)
    git(tmp_path / "remote", "update-ref", "refs/heads/con", here.labels().current)
    git(tmp_path / "remote", "update-ref", "refs/heads/feature/x", here.labels().current)
    report = pull(here)
    assert len(report.passed_over) == 3
    assert set(here.labels().branches) == {"main"}


def test_that_the_alias_of_a_dropped_variation_comes_along(here: ModelRepository, maker: Maker, tmp_path: Path) -> None:
    here.start_branch("try", here.labels().current)
    tried = maker.version(here, branch="try")
    move_alias(here, "challenger", tried, "To look at")
    here.drop_branch("try")
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    assert there.labels().aliases["challenger"] == tried
    assert there.files(tried).is_dir()


def test_that_a_large_file_that_the_remote_has_lost_is_told_and_sent_again(
    here: ModelRepository, maker: Maker, tmp_path: Path
) -> None:
    push(here)
    shutil.rmtree(tmp_path / "remote" / "lfs")
    with pytest.raises(RemoteError, match="lacks a large file"):
        clone(tmp_path / "remote", tmp_path / "there")
    assert not (tmp_path / "there").exists()
    assert push(here).large == 1
    maker.keep(clone(tmp_path / "remote", tmp_path / "there"))


def test_that_a_damaged_large_file_is_not_taken(here: ModelRepository, maker: Maker, tmp_path: Path) -> None:
    push(here)
    (large,) = (path for path in (tmp_path / "remote" / "lfs" / "objects").rglob("*") if path.is_file())
    large.chmod(0o644)
    large.write_bytes(os.urandom(5000))
    with pytest.raises(ModelError, match="damaged"):
        clone(tmp_path / "remote", tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_that_large_files_in_a_folder_are_no_links_to_those_here(here: ModelRepository, tmp_path: Path) -> None:
    push(here)
    (large,) = (path for path in (tmp_path / "remote" / "lfs" / "objects").rglob("*") if path.is_file())
    (own,) = here.large.all()
    assert large.stat().st_ino != own.stat().st_ino


def test_that_a_missing_large_file_ends_the_push_before_it_has_begun(here: ModelRepository, tmp_path: Path) -> None:
    shutil.rmtree(here.root / "lfs")
    with pytest.raises(ModelError, match="neither here nor there"):
        push(here)
    assert git(tmp_path / "remote", "for-each-ref") == ""


@pytest.mark.parametrize("name", ["nowhere/remote", "full"])
def test_that_a_folder_that_cannot_be_a_remote_is_told(here: ModelRepository, tmp_path: Path, name: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("Dear Ada")
    set_remote(here, "origin", str(tmp_path / name))
    with pytest.raises(RemoteError) as caught:
        push(here)
    assert caught.value.hint
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter.txt"]


def test_that_a_folder_is_made_only_when_it_is_wanted(here: ModelRepository, tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="no folder"):
        push(here, create=False)
    assert not (tmp_path / "remote").exists()
    (tmp_path / "remote").mkdir()
    assert push(here).created


def test_that_a_folder_that_somebody_works_in_is_not_pushed_to(
    here: ModelRepository, maker: Maker, tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q", "-b", "main", "work")
    set_remote(here, "origin", str(tmp_path / "work"))
    with pytest.raises(RemoteError, match="works in"):
        push(here)
    git(tmp_path / "work", "checkout", "-q", "--orphan", "other")
    push(here)
    there = maker.keep(clone(tmp_path / "work", tmp_path / "there"))
    assert there.labels().branches == here.labels().branches


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the system's administrator may write all")
def test_that_a_folder_that_may_not_be_written_to_is_told(here: ModelRepository, maker: Maker, tmp_path: Path) -> None:
    push(here)
    maker.version(here)
    for path in [tmp_path / "remote", *(tmp_path / "remote").rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with pytest.raises(ModelError, match="ermission"):
            push(here)
    finally:
        for path in [tmp_path / "remote", *(tmp_path / "remote").rglob("*")]:
            path.chmod(0o755)


def test_that_a_push_and_a_pull_can_be_stopped(here: ModelRepository, maker: Maker, tmp_path: Path) -> None:
    calls = iter([False, False, True])
    with pytest.raises(TransferStopped):
        push(here, should_stop=lambda: next(calls, True))
    assert git(tmp_path / "remote", "for-each-ref") == ""
    push(here)
    there = maker.repository("there")
    set_remote(there, "origin", str(tmp_path / "remote"))
    for most in range(12):
        calls = iter([False] * most)
        try:
            pull(there, should_stop=lambda calls=calls: next(calls, True))  # type: ignore[misc]
        except TransferStopped:
            assert there.labels().branches == {}
    assert there.labels().branches == {} or there.labels() == here.labels()
    pull(there)
    assert there.labels() == here.labels()


def test_that_a_model_without_versions_is_not_pushed(maker: Maker, tmp_path: Path) -> None:
    empty = maker.repository()
    set_remote(empty, "origin", str(tmp_path / "remote"))
    with pytest.raises(UsageError, match="no version"):
        push(empty)
    assert not (tmp_path / "remote").exists()


def test_that_an_empty_remote_is_no_model_yet(maker: Maker, tmp_path: Path) -> None:
    maker.repository("remote")
    with pytest.raises(RemoteError, match="no version yet"):
        clone(tmp_path / "remote", tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_that_a_pull_forgets_nothing_when_the_remote_is_forgotten(
    here: ModelRepository, maker: Maker, tmp_path: Path
) -> None:
    push(here)
    assert here.store.refs("refs/remotes/origin") != {}
    remove_remote(here, "origin")
    assert here.store.refs("refs/remotes/origin") == {}
    with pytest.raises(UsageError, match="no remote"):
        push(here)


@needs_git
def test_that_git_itself_can_push_and_pull_beside_the_program(
    here: ModelRepository, maker: Maker, tmp_path: Path
) -> None:
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    maker.version(here)
    git(here.root, "push", "-q", "origin", "main")
    assert pull(there).forwarded == ("main",)
    maker.version(there)
    push(there)
    git(here.root, "fetch", "-q", "origin")
    assert here.find("origin/main") == there.labels().current
