"""Versions made of versions: back, adopted, or with a part of another."""

from pathlib import Path

import pytest

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.combining import AdoptConflict, adopt, roll_back, states, take
from aetheron_desktop.engine.registry.description import CARD, PIPELINE
from aetheron_desktop.engine.registry.model import ModelInfo
from aetheron_desktop.engine.registry.revising import description_of
from aetheron_desktop.engine.registry.signing import folder_verdict
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.registry.repository.looking import assert_sound, git, needs_git
from tests.models import add_version, made_info, put_model

MODEL = "model-1"


@pytest.fixture
def model(workspace: Workspace) -> ModelInfo:
    return put_model(workspace, made_info(name="Forest"))


def version(workspace: Workspace, weights: bytes, threshold: float | None = None, branch: str = "") -> str:
    info = made_info(name="Forest")
    return add_version(workspace, MODEL, info, "Made", weights=weights, threshold=threshold, branch=branch)


def carded(workspace: Workspace, card: bytes, branch: str = "") -> str:
    with workspace.shelf.changing(MODEL) as repository:
        base = repository.find(branch or "current")
        return repository.change(base, {CARD: card}, "Card", "changed", branch=branch)


def test_that_the_way_back_is_a_new_version_with_the_old_files(workspace: Workspace, model: ModelInfo) -> None:
    version(workspace, b"worse")
    with workspace.shelf.changing(MODEL) as repository:
        made = roll_back(repository, model.version, "It was worse")
        assert repository.store.commit(made).tree == repository.store.commit(model.version).tree
        with pytest.raises(UsageError):
            roll_back(repository, model.version, "Once more")
        with pytest.raises(UsageError, match="reason"):
            roll_back(repository, model.version, " ")
    newest = workspace.shelf.history(MODEL).versions[0]
    assert (newest.commit, newest.deed) == (made, "reverted")
    assert newest.message == f"Back to “Made Forest” ({model.version[:10]})\n\nIt was worse"


def test_that_what_was_changed_on_one_side_is_as_there(workspace: Workspace, model: ModelInfo) -> None:
    version(workspace, b"deep", 0.3, branch="try")
    carded(workspace, b"# Ours\n")
    with workspace.shelf.changing(MODEL) as repository:
        made = adopt(repository, repository.find("try"), "Better")
        folder = repository.files(made)
        assert (folder / PIPELINE).read_bytes() == b"deep"
        assert (folder / CARD).read_bytes() == b"# Ours\n"
        assert description_of(repository, made).threshold == 0.3
        with pytest.raises(UsageError, match="contained"):
            adopt(repository, repository.find("try"), "Again")
        assert len(repository.parents(made)) == 2
    assert folder_verdict(folder).state == "own"


@pytest.mark.parametrize(
    ("keep", "weights", "threshold"),
    [(("ours", "ours"), b"here", 0.2), (("theirs", "theirs"), b"there", 0.9), (("theirs", "ours"), b"there", 0.2),
     (("ours", "theirs"), b"here", 0.9)],
)  # fmt: skip
def test_that_what_was_changed_on_both_sides_is_chosen(
    workspace: Workspace, model: ModelInfo, keep: tuple[str, str], weights: bytes, threshold: float
) -> None:
    version(workspace, b"there", 0.9, branch="try")
    ours = version(workspace, b"here", 0.2)
    with workspace.shelf.changing(MODEL) as repository:
        theirs = repository.find("try")
        with pytest.raises(AdoptConflict) as caught:
            adopt(repository, theirs, "Better")
        contested = {state.part: (state.ours, state.theirs) for state in caught.value.parts}
        assert contested["threshold"] == ("0.2", "0.9")
        assert contested.keys() == {"model", "threshold"}
        assert "0.2 here, 0.9 there" in caught.value.detail
        with pytest.raises(AdoptConflict):
            adopt(repository, theirs, "Better", {"model": "ours"})
        assert repository.find("current") == ours
        made = adopt(repository, theirs, "Better", {"model": keep[0], "threshold": keep[1]})  # type: ignore[dict-item]
        description = description_of(repository, made)
        assert (repository.files(made) / PIPELINE).read_bytes() == weights
        assert description.threshold == threshold
        if keep[0] != keep[1]:
            assert description.info.metrics["f1"] is None, "another threshold: to be measured again"
            assert description.info.metrics["roc_auc"] is not None


def test_that_only_the_threshold_or_the_card_is_taken(workspace: Workspace, model: ModelInfo) -> None:
    version(workspace, b"deep", 0.3, branch="try")
    carded(workspace, b"# Theirs\n", branch="try")
    with workspace.shelf.changing(MODEL) as repository:
        theirs = repository.find("try")
        first = take(repository, theirs, "threshold", "Lower")
        assert description_of(repository, first).threshold == 0.3
        second = take(repository, theirs, "card", "Words")
        folder = repository.files(second)
        assert (folder / CARD).read_bytes() == b"# Theirs\n"
        assert (folder / PIPELINE).read_bytes() == b"the trees"
        assert description_of(repository, second).threshold == 0.3
        for part in ("threshold", "card", "model"):
            with pytest.raises(UsageError):
                take(repository, theirs, part, "Again")
    assert workspace.model(MODEL).threshold == 0.3
    assert folder_verdict(folder).state == "own"
    assert_sound(workspace.shelf.folder(MODEL))


@needs_git
def test_that_versions_without_anything_in_common_can_be_joined(
    workspace: Workspace, model: ModelInfo, tmp_path: Path
) -> None:
    other = Workspace.open(tmp_path / "other")
    put_model(other, made_info(name="Another"), weights=b"other")
    root = workspace.shelf.folder(MODEL)
    git(root, "fetch", "-q", str(other.shelf.folder(MODEL)), "main:other")
    other.close()
    workspace.shelf.refresh(MODEL)
    with workspace.shelf.changing(MODEL) as repository:
        theirs, ours = repository.find("other"), repository.find("current")
        assert [state.part for state in states(repository, theirs, ours) if state.is_contested] == ["model", "card"]
        made = adopt(repository, theirs, "Both", {"model": "theirs", "card": "ours"})
        assert (repository.files(made) / PIPELINE).read_bytes() == b"other"
        assert repository.before(made).keys() >= {theirs, ours}
    assert_sound(root)


def test_that_parts_are_compared_with_the_newest_version_that_both_have(workspace: Workspace, model: ModelInfo) -> None:
    version(workspace, b"deep", branch="try")
    with workspace.shelf.changing(MODEL) as repository:
        adopt(repository, repository.find("try"), "Once")
    version(workspace, b"deeper", branch="try")
    carded(workspace, b"# Ours\n")
    with workspace.shelf.changing(MODEL) as repository:
        made = adopt(repository, repository.find("try"), "Twice")
        folder = repository.files(made)
    assert (folder / PIPELINE).read_bytes() == b"deeper"
    assert (folder / CARD).read_bytes() == b"# Ours\n"
