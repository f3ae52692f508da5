"""Aliases and the record of their moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.identity import Author
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.repository.aliases import (
    United,
    aliases,
    follow,
    move_alias,
    moves,
    read_gates,
    store_gates,
    unite,
)
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
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
        united = unite(repository, theirs)
        assert united.contested == ()  # here it is where it was when they parted
        assert [(move.alias, move.reason) for move in united.moved] == [("champion", "There"), ("theirs", "There")]
        assert aliases(repository) == {
            "champion": second, "stays": model.version, "theirs": second, "ours": second,
        }  # fmt: skip
        assert unite(repository, theirs) == United()
    assert_index_is_right(workspace)
    assert_sound(root)


@contextmanager
def there(repository: ModelRepository) -> Iterator[list[str]]:
    """Have what is written to the record in the block be that of another place; its tip is given."""
    with repository.changing():
        before = repository.store.ref("refs/heads/aliases")
        tips: list[str] = []
        yield tips
        after = repository.store.ref("refs/heads/aliases")
        assert after is not None
        assert repository.store.swap("refs/heads/aliases", after, before)
        follow(repository)
        tips.append(after)


def move(repository: ModelRepository, alias: str, to: str, reason: str, who: str = "Ada Lovelace") -> None:
    move_alias(repository, alias, to, reason, author=Author(who, "who@example.org"))


def test_that_the_moves_of_both_places_are_told_with_who_and_why_after_they_were_united(
    workspace: Workspace, model: ModelInfo
) -> None:
    second = workspace.model(MODEL).version
    third = add_version(workspace, MODEL, made_info(3), weights=b"three")
    with workspace.shelf.changing(MODEL) as repository, repository.changing():
        move(repository, "champion", model.version, "At first")
        with there(repository) as tips:
            move(repository, "champion", second, "Faster", "Grace Hopper")
            move(repository, "shadow", second, "To watch", "Grace Hopper")
        move(repository, "champion", third, "Better")
        united = unite(repository, tips[0], Author("Alan Turing", "alan@example.org"))
        assert united.contested == ("champion",)
        assert [(one.alias, one.before, one.after, one.author, one.reason) for one in united.moved] == [
            ("shadow", "", second, "Grace Hopper", "To watch")
        ]
        told = moves(repository)
        assert {(one.alias, one.before, one.after, one.author, one.reason) for one in told[1:]} == {
            ("champion", "", model.version, "Ada Lovelace", "At first"),
            ("champion", model.version, second, "Grace Hopper", "Faster"),
            ("shadow", "", second, "Grace Hopper", "To watch"),
            ("champion", model.version, third, "Ada Lovelace", "Better"),
        }
        assert len(told) == 5
        decided = told[0]
        assert (decided.alias, decided.before, decided.after) == ("champion", second, third)
        assert decided.author == "Alan Turing"
        assert "as here" in decided.reason
        # What was taken as it is decides nothing.
        with there(repository) as tips:
            move(repository, "shadow", third, "Watched enough", "Grace Hopper")
        move(repository, "stable", second, "Known for long")
        assert unite(repository, tips[0]).contested == ()
        assert {one.reason for one in moves(repository)[:2]} == {"Watched enough", "Known for long"}
        assert len(moves(repository)) == 7
        assert len(moves(repository, most=3)) == 3


GATES = b'{"champion": ["roc_auc >= 0.9"]}\n'
OTHER_GATES = b'{"champion": ["roc_auc >= 0.1"]}\n'


@pytest.mark.parametrize("went_on", [False, True])
@pytest.mark.parametrize("theirs", [None, OTHER_GATES, b"{}\n"])
def test_that_conditions_here_stay_and_no_alias_is_moved_past_them(
    workspace: Workspace, model: ModelInfo, theirs: bytes | None, went_on: bool
) -> None:
    second = workspace.model(MODEL).version
    with workspace.shelf.changing(MODEL) as repository, repository.changing():
        move(repository, "champion", model.version, "At first")
        store_gates(repository, GATES, "Conditions")
        with there(repository) as tips:
            if theirs is not None:
                store_gates(repository, theirs, "Other conditions")
            move(repository, "champion", second, "Faster", "Grace Hopper")
            move(repository, "shadow", second, "To watch", "Grace Hopper")
        if went_on:
            move(repository, "stable", second, "Known for long")
        united = unite(repository, tips[0])
        assert united.contested == ("champion",)
        assert united.has_other_gates == (theirs is not None)
        assert [one.alias for one in united.moved] == ["shadow"]
        assert read_gates(repository) == GATES
        assert aliases(repository)["champion"] == model.version
        assert aliases(repository)["shadow"] == second
        assert repository.store.refs("refs/aliases") == aliases(repository)
        assert unite(repository, tips[0]) == United()
        assert moves(repository)[0].after == model.version
        assert moves(repository)[0].before == second


@pytest.mark.parametrize("went_on", [False, True])
def test_that_conditions_of_elsewhere_are_taken_where_there_are_none(
    workspace: Workspace, model: ModelInfo, went_on: bool
) -> None:
    with workspace.shelf.changing(MODEL) as repository, repository.changing():
        move(repository, "champion", model.version, "At first")
        with there(repository) as tips:
            store_gates(repository, GATES, "Conditions")
        if went_on:
            move(repository, "stable", model.version, "Known for long")
        assert unite(repository, tips[0]) == United()
        assert read_gates(repository) == GATES


def test_that_references_follow_a_record_that_a_kill_has_let_them_fall_behind(
    workspace: Workspace, model: ModelInfo
) -> None:
    with workspace.shelf.changing(MODEL) as repository, repository.changing():
        move(repository, "champion", model.version, "At first")
        move(repository, "champion", workspace.model(MODEL).version, "Faster")
        tip = repository.store.ref("refs/heads/aliases")
        assert tip is not None
        repository.set_reference("refs/aliases/champion", workspace.model(MODEL).version, model.version)
        assert unite(repository, tip) == United()
        assert repository.store.refs("refs/aliases") == aliases(repository) != {"champion": model.version}
