"""A model, changed in any order, holds what a plain record of what was done holds."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.registry.combining import AdoptConflict, adopt, roll_back, take
from aetheron_desktop.engine.registry.repository.aliases import aliases, move_alias, moves
from aetheron_desktop.engine.registry.revising import description_of
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.registry.repository.looking import assert_index_is_right, assert_sound
from tests.models import made_info, put_model, write_files

LONG = int(os.environ.get("AETHERON_KILLS", "15")) >= 100
MODEL = "model-1"
LARGE = b"\0" * (4 << 20)
NAMES = ("try", "deep", "größer", "v1.0")


@dataclass
class Plain:
    """What was done, in dictionaries alone."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    moves: list[tuple[str, str, str, str]] = field(default_factory=list)
    branch: str = "main"

    def reachable(self, *roots: str) -> set[str]:
        """The versions that these contain."""
        found: set[str] = set()
        left = list(roots)
        while left:
            commit = left.pop()
            if commit not in found:
                found.add(commit)
                left += self.parents[commit]
        return found

    @property
    def named(self) -> set[str]:
        """The versions that something names or contains."""
        return self.reachable(*self.branches.values(), *self.tags.values(), *self.aliases.values())


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class HistoryMachine(RuleBasedStateMachine):
    """Commits, changes, names and moves, with the workspace closed and the repository packed in between."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.workspace = Workspace.open(Path(self.place.name) / "ws")
        self.plain = Plain()
        self.number = 1
        first = put_model(self.workspace, made_info(), weights=b"first").version
        self.learn(first)
        self.plain.branches["main"] = first

    def teardown(self) -> None:
        try:
            self.holds_its_files()
            assert_sound(self.workspace.shelf.folder(MODEL))
            assert_index_is_right(self.workspace)
        finally:
            self.workspace.close()
            self.place.cleanup()

    def learn(self, commit: str, *parents: str) -> None:
        """Take down the files of a version when it is new; they must never be others."""
        self.plain.files[commit] = files_in(self.workspace.shelf.files(MODEL, commit))
        self.plain.parents[commit] = parents

    def new_files(self, weights: bytes, threshold: float | None) -> Path:
        self.number += 1
        folder = self.workspace.root / "tmp" / f"files-{self.number}"
        return write_files(folder, made_info(self.number, id=MODEL), weights=weights, threshold=threshold)

    def pick(self, number: int) -> str:
        return sorted(self.plain.named)[number % len(self.plain.named)]

    @property
    def current(self) -> str:
        return self.plain.branches[self.plain.branch]

    numbers = st.integers(0, 1000)
    names = st.sampled_from(NAMES)
    weights = st.one_of(st.binary(max_size=30), st.just(LARGE))
    thresholds = st.sampled_from([None, 0.25, 0.75])

    @rule(weights=weights, threshold=thresholds, elsewhere=st.booleans(), number=numbers)
    def commit(self, weights: bytes, threshold: float | None, elsewhere: bool, number: int) -> None:
        branch = sorted(self.plain.branches)[number % len(self.plain.branches)] if elsewhere else self.plain.branch
        folder = self.new_files(weights, threshold)
        wanted = files_in(folder)
        with self.workspace.shelf.changing(MODEL) as repository:
            made = repository.commit(folder, "Made", "trained", branch=branch if elsewhere else "")
        self.learn(made, self.plain.branches[branch])
        assert self.plain.files[made] == wanted
        self.plain.branches[branch] = made

    @rule(card=st.text(max_size=20))
    def change(self, card: str) -> None:
        data = card.encode("utf-8", "replace")
        with self.workspace.shelf.changing(MODEL) as repository:
            if self.plain.files[self.current]["card.md"] == data:
                with pytest.raises(UsageError):
                    repository.change(self.current, {"card.md": data}, "Card", "changed")
                return
            made = repository.change(self.current, {"card.md": data}, "Card", "changed")
        wanted = self.plain.files[self.current] | {"card.md": data}
        self.learn(made, self.current)
        assert self.plain.files[made] == wanted
        self.plain.branches[self.plain.branch] = made

    @rule(name=names, number=numbers)
    def start_branch(self, name: str, number: int) -> None:
        at = self.pick(number)
        with self.workspace.shelf.changing(MODEL) as repository:
            if name in self.plain.branches:
                with pytest.raises(UsageError):
                    repository.start_branch(name, at)
                return
            repository.start_branch(name, at)
        self.plain.branches[name] = at

    @rule(number=numbers)
    def switch(self, number: int) -> None:
        name = sorted(self.plain.branches)[number % len(self.plain.branches)]
        with self.workspace.shelf.changing(MODEL) as repository:
            repository.switch(name)
        self.plain.branch = name

    @rule(name=names)
    def drop(self, name: str) -> None:
        with self.workspace.shelf.changing(MODEL) as repository:
            if name not in self.plain.branches or name == self.plain.branch:
                with pytest.raises(UsageError):
                    repository.drop_branch(name)
                return
            repository.drop_branch(name)
        del self.plain.branches[name]

    @rule(name=names, number=numbers)
    def tag(self, name: str, number: int) -> None:
        commit = self.pick(number)
        with self.workspace.shelf.changing(MODEL) as repository:
            if name in self.plain.tags:
                with pytest.raises(UsageError):
                    repository.tag(name, commit, "Again")
                return
            repository.tag(name, commit, "For good")
        self.plain.tags[name] = commit

    @rule(name=st.sampled_from(["champion", "challenger", "eigener"]), number=numbers, is_removed=st.booleans())
    def move(self, name: str, number: int, is_removed: bool) -> None:
        to = None if is_removed else self.pick(number)
        before = self.plain.aliases.get(name, "")
        self.number += 1
        reason = f"Reason {self.number}"
        with self.workspace.shelf.changing(MODEL) as repository:
            if is_removed and not before:
                with pytest.raises(UsageError):
                    move_alias(repository, name, None, reason)
                return
            moved = move_alias(repository, name, to, reason, checked=("looked at",))
        if before == to:
            assert moved is None
            return
        assert moved is not None
        assert (moved.alias, moved.before, moved.after, moved.reason) == (name, before, to or "", reason)
        assert moved.checked == ("looked at",)
        self.plain.moves.insert(0, (name, before, to or "", reason))
        if to:
            self.plain.aliases[name] = to
        else:
            del self.plain.aliases[name]

    @rule(number=numbers)
    def back(self, number: int) -> None:
        to = self.pick(number)
        with self.workspace.shelf.changing(MODEL) as repository:
            if self.plain.files[to] == self.plain.files[self.current]:
                with pytest.raises(UsageError):
                    roll_back(repository, to, "It was better")
                return
            made = roll_back(repository, to, "It was better")
        self.learn(made, self.current)
        assert self.plain.files[made] == self.plain.files[to]
        self.plain.branches[self.plain.branch] = made

    @rule(number=numbers, model=st.sampled_from(["ours", "theirs"]), threshold=st.sampled_from(["ours", "theirs"]))
    def adopted(self, number: int, model: str, threshold: str) -> None:
        theirs = self.pick(number)
        keep = {"model": model, "threshold": threshold, "card": "theirs"}
        with self.workspace.shelf.changing(MODEL) as repository:
            if theirs in self.plain.reachable(self.current):
                with pytest.raises(UsageError):
                    adopt(repository, theirs, "Adopted")
                return
            try:
                made = adopt(repository, theirs, "Adopted")
            except AdoptConflict as conflict:
                assert conflict.parts  # noqa: PT017 - either is right
                made = adopt(repository, theirs, "Adopted", keep)  # type: ignore[arg-type]  # words by lot
                contested = {state.part for state in conflict.parts}
                described = description_of(repository, made)
                if "threshold" in contested:
                    side = self.current if threshold == "ours" else theirs
                    assert described.threshold == description_of(repository, side).threshold
                if "card" in contested:
                    assert repository.read(made, "card.md") == self.plain.files[theirs]["card.md"]
                if "model" in contested:
                    side = self.current if model == "ours" else theirs
                    kept = repository.files(made) / "pipeline.skops"
                    assert kept.read_bytes() == self.plain.files[side]["pipeline.skops"]
        self.learn(made, self.current, theirs)
        self.plain.branches[self.plain.branch] = made

    @rule(number=numbers, part=st.sampled_from(["threshold", "card"]))
    def taken(self, number: int, part: str) -> None:
        source, current = self.pick(number), self.current
        with self.workspace.shelf.changing(MODEL) as repository:
            try:
                made = take(repository, source, part, "Taken")  # type: ignore[arg-type]  # a word by lot
            except UsageError as error:
                assert "same" in error.detail or "already" in error.detail  # noqa: PT017 - either is right
                return
            assert description_of(repository, made).threshold == description_of(
                repository, source if part == "threshold" else current
            ).threshold  # fmt: skip
        self.learn(made, current)
        side = source if part == "card" else current
        assert self.plain.files[made]["card.md"] == self.plain.files[side]["card.md"]
        assert self.plain.files[made]["pipeline.skops"] == self.plain.files[current]["pipeline.skops"]
        self.plain.branches[self.plain.branch] = made

    @rule()
    def pack(self) -> None:
        with self.workspace.shelf.changing(MODEL) as repository, repository.changing():
            repository.store.pack(always=True)

    @rule(is_lost=st.booleans())
    def reopen(self, is_lost: bool) -> None:
        root = self.workspace.root
        self.workspace.close()
        if is_lost:
            for path in root.glob("workspace.db*"):
                path.unlink()
        self.workspace = Workspace.open(root)

    @precondition(lambda self: self.number % 3 == 0)
    @rule()
    def lose_folders(self) -> None:
        shutil.rmtree(self.workspace.shelf.folder(MODEL) / "files")
        self.holds_its_files()

    def holds_its_files(self) -> None:
        for commit in self.plain.named:
            assert files_in(self.workspace.shelf.files(MODEL, commit)) == self.plain.files[commit]

    @invariant()
    def says_what_was_done(self) -> None:
        history = self.workspace.shelf.history(MODEL)
        labels, plain = history.labels, self.plain
        assert (labels.branch, labels.branches, labels.tags, labels.aliases) == (
            plain.branch, plain.branches, plain.tags, plain.aliases,
        )  # fmt: skip
        assert {version.commit for version in history.versions} == plain.named
        place = {version.commit: number for number, version in enumerate(history.versions)}
        for version in history.versions:
            assert version.parents == plain.parents[version.commit]
            assert all(place[version.commit] < place[parent] for parent in version.parents)
        info = self.workspace.model(MODEL)
        assert (info.version, info.versions, info.branch) == (self.current, len(plain.named), plain.branch)
        with self.workspace.shelf.opened(MODEL) as repository:
            assert [(m.alias, m.before, m.after, m.reason) for m in moves(repository)] == plain.moves
            assert aliases(repository) == plain.aliases


TestHistory = HistoryMachine.TestCase
TestHistory.settings = settings(
    max_examples=60 if LONG else 6,
    stateful_step_count=40 if LONG else 20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
