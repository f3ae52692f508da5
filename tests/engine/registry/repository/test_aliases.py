"""Aliases and the record of their moves."""

from pathlib import Path

import pytest

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.repository.aliases import (
    aliases,
    move_alias,
    moves,
    read_gates,
    store_gates,
    unite,
)
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.registry.repository.looking import assert_index_is_right, assert_sound, git, needs_git
from tests.models import add_version, made_info, put_model

MODEL = "model-1"


@pytest.fixture
def model(workspace: Workspace) -> ModelInfo:
    first = put_model(workspace, made_info())
    add_version(workspace, MODEL, made_info(2), weights=b"two")
    return first


def moved(workspace: Workspace, alias: str, word: str | None, reason: str = "It is better") -> None:
    with workspace.shelf.changing(MODEL) as repository:
        move_alias(repository, alias, repository.find(word) if word else None, reason, checked=("roc_auc ≥ 0.8: 0.82",))


@needs_git
def test_that_each_move_is_in_git_with_who_when_why_and_what_was_looked_at(
    workspace: Workspace, model: ModelInfo
) -> None:
    moved(workspace, "champion", "current")
    moved(workspace, "champion", model.version, "The new one was slow\n\nin the evening")
    root = workspace.shelf.folder(MODEL)
    assert git(root, "log", "-1", "--format=%an|%s|%b", "aliases").startswith(
        f"Ada Lovelace|champion: {workspace.model(MODEL).version[:10]} → {model.version[:10]}|The new one was slow"
    )
    assert git(root, "rev-parse", "refs/aliases/champion").strip() == model.version
    assert git(root, "log", "--format=%s", "refs/aliases/champion") == "Made Forest 1\n"
    with workspace.shelf.opened(MODEL) as repository:
        last, first = moves(repository)
        assert (first.alias, first.before, first.author) == ("champion", "", "Ada Lovelace")
        assert (last.before, last.after) == (first.after, model.version)
        assert last.reason == "The new one was slow\n\nin the evening"
        assert last.checked == ("roc_auc ≥ 0.8: 0.82",)
        assert last.at >= first.at > 0
    assert workspace.shelf.history(MODEL).labels.aliases == {"champion": model.version}
    assert_sound(root)


def test_that_an_alias_is_removed_with_a_reason_and_may_come_again(workspace: Workspace, model: ModelInfo) -> None:
    moved(workspace, "champion", "current")
    moved(workspace, "champion", None, "None is good")
    assert workspace.shelf.history(MODEL).labels.aliases == {}
    moved(workspace, "champion", model.version)
    with workspace.shelf.opened(MODEL) as repository:
        assert [bool(move.after) for move in moves(repository)] == [True, False, True]
        assert len(moves(repository, most=1)) == 1
    assert_index_is_right(workspace)


@pytest.mark.parametrize(
    ("alias", "to", "reason"),
    [("champion", "current", ""), ("champion", "current", " \n"), ("champion", None, "why"), ("a b/", "current", "why"),
     ("Champion2", None, "why"), ("CHALLENGER", "current", "why")],
)  # fmt: skip
def test_that_a_move_that_cannot_be_is_refused(
    workspace: Workspace, model: ModelInfo, alias: str, to: str | None, reason: str
) -> None:
    moved(workspace, "challenger", model.version)
    with pytest.raises(UsageError):
        moved(workspace, alias, to, reason)
    assert workspace.shelf.history(MODEL).labels.aliases == {"challenger": model.version}


def test_that_a_move_to_where_it_is_already_writes_nothing(workspace: Workspace, model: ModelInfo) -> None:
    moved(workspace, "champion", model.version)
    moved(workspace, "champion", model.version, "Once more")
    with workspace.shelf.opened(MODEL) as repository:
        assert len(moves(repository)) == 1


def test_that_conditions_are_kept_beside_the_aliases(workspace: Workspace, model: ModelInfo) -> None:
    with workspace.shelf.changing(MODEL) as repository:
        assert read_gates(repository) is None
        store_gates(repository, b"[1]\n", "Conditions")
    moved(workspace, "champion", model.version)
    with workspace.shelf.opened(MODEL) as repository:
        assert read_gates(repository) == b"[1]\n"
        assert len(moves(repository)) == 1


@needs_git
def test_that_a_reference_that_somebody_moved_follows_the_record_again(workspace: Workspace, model: ModelInfo) -> None:
    moved(workspace, "champion", model.version)
    root = workspace.shelf.folder(MODEL)
    git(root, "update-ref", "refs/aliases/champion", workspace.model(MODEL).version)
    git(root, "update-ref", "refs/aliases/own", model.version)
    workspace.shelf.refresh(MODEL)
    assert workspace.shelf.history(MODEL).labels.aliases == {"champion": model.version}
    git(root, "pack-refs", "--all")
    moved(workspace, "champion", "current")
    assert git(root, "rev-parse", "refs/aliases/champion").strip() == workspace.model(MODEL).version
    assert_index_is_right(workspace)


@needs_git
def test_that_records_of_two_places_are_united(workspace: Workspace, model: ModelInfo, tmp_path: Path) -> None:
    second = workspace.model(MODEL).version
    moved(workspace, "champion", model.version)
    moved(workspace, "stays", model.version)
    root = workspace.shelf.folder(MODEL)
    other = Workspace.open(tmp_path / "other")
    git(tmp_path, "clone", "-q", "--mirror", str(root), str(other.root / "models" / MODEL))
    other.shelf.enter(MODEL)
    moved(other, "champion", second, "There")
    moved(other, "theirs", second, "There")
    moved(workspace, "champion", second, "Here")
    moved(workspace, "champion", model.version, "Here again")
    moved(workspace, "ours", second, "Here")
    other.close()
    git(root, "fetch", "-q", str(other.root / "models" / MODEL), "aliases:refs/remotes/other/aliases")
    with workspace.shelf.changing(MODEL) as repository, repository.changing():
        theirs = repository.store.ref("refs/remotes/other/aliases")
        assert theirs is not None
        contested = unite(repository, theirs)
        assert aliases(repository) == {
            "champion": repository.find("stays") if contested else second, "stays": model.version,
            "theirs": second, "ours": second,
        }  # fmt: skip
        assert unite(repository, theirs) == ()
    assert_index_is_right(workspace)
    assert_sound(root)
