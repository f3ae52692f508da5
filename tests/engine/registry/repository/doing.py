"""A program that changes the models of a workspace until it is killed, and tells what it begins and what is done.

``python -m tests.engine.registry.repository.doing WORKSPACE SEED`` writes a line of JSON for each: first what is begun,
with ``done`` false, then the same with what came of it. Nothing that is told as done may be lost.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aetheron_desktop.engine.registry.combining import adopt, roll_back
from aetheron_desktop.engine.registry.repository.aliases import move_alias
from aetheron_desktop.engine.workspace import Workspace
from tests.models import add_version, made_info, put_model

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = "model-long"
LARGE = b"\0" * (5 << 20)
ALIASES = ("champion", "challenger", "shadow")


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is begun or done: ``what`` was done to a model, to which of its names, and the commit that it led to."""

    what: str
    done: bool = False
    model: str = MODEL
    name: str = ""
    commit: str = ""
    reason: str = ""


class Doer:
    """Who changes the workspace, by lot."""

    def __init__(self, root: Path, seed: int) -> None:
        self.workspace = Workspace.open(root)
        self.dice = random.Random(seed)
        self.seed = seed
        self.number = 0
        self.has_moved = False

    def go_on(self) -> None:
        """Do something, and never end."""
        shelf = self.workspace.shelf
        if shelf.model(MODEL) is None:
            put_model(self.workspace, made_info(id=MODEL, name="Long"))
        tell(Told("ready", done=True))
        doings: list[Callable[[], None]] = [
            self.commit, self.commit, self.commit_large, self.adopt, self.alias, self.alias, self.tag, self.branch,
            self.drop, self.roll_back, self.rename, self.pack, self.bin,
        ]  # fmt: skip
        while True:
            self.number += 1
            self.dice.choice(doings)()

    def told(self, what: str, do: Callable[[], str], *, name: str = "", model: str = MODEL) -> None:
        tell(Told(what, model=model, name=name))
        commit = do()
        reason = self.word() if what == "alias" and self.has_moved else ""
        tell(Told(what, done=True, model=model, name=name, commit=commit, reason=reason))

    def word(self) -> str:
        return f"w-{self.seed}-{self.number}"

    def other(self) -> str:
        """A version, whichever."""
        return self.dice.choice(self.workspace.shelf.history(MODEL).versions).commit

    def commit(self, weights: bytes | None = None, branch: str = "") -> None:
        info = made_info(self.number, id=MODEL)
        data = weights or self.word().encode()
        self.told("commit", lambda: add_version(self.workspace, MODEL, info, self.word(), weights=data, branch=branch))

    def commit_large(self) -> None:
        self.commit(LARGE + self.word().encode())

    def alias(self) -> None:
        alias, to = self.dice.choice(ALIASES), self.other()

        def do() -> str:
            with self.workspace.shelf.changing(MODEL) as repository:
                self.has_moved = move_alias(repository, alias, to, self.word()) is not None
            return to

        self.told("alias", do, name=alias)

    def tag(self) -> None:
        name, to = self.word(), self.other()

        def do() -> str:
            with self.workspace.shelf.changing(MODEL) as repository:
                repository.tag(name, to, "Marked")
            return to

        self.told("tag", do, name=name)

    def branch(self) -> None:
        name, at = self.word(), self.other()

        def do() -> str:
            with self.workspace.shelf.changing(MODEL) as repository:
                repository.start_branch(name, at)
            return at

        self.told("branch", do, name=name)
        self.commit(branch=name)

    def adopt(self) -> None:
        labels = self.workspace.shelf.history(MODEL).labels
        theirs = next((name for name in labels.branches if name != labels.branch), None)
        if theirs is None:
            return
        self.commit(branch=theirs)

        def do() -> str:
            with self.workspace.shelf.changing(MODEL) as repository:
                return adopt(repository, repository.find(theirs), self.word(), {"model": "theirs", "card": "ours"})

        self.told("adopt", do)

    def drop(self) -> None:
        labels = self.workspace.shelf.history(MODEL).labels
        for name in [name for name in labels.branches if name != labels.branch][:1]:

            def do(name: str = name) -> str:
                with self.workspace.shelf.changing(MODEL) as repository:
                    repository.drop_branch(name)
                return ""

            self.told("drop", do, name=name)

    def roll_back(self) -> None:
        to = self.other()

        def do() -> str:
            with self.workspace.shelf.changing(MODEL) as repository:
                if repository.store.commit(to).tree == repository.store.commit(repository.find("current")).tree:
                    return ""
                return roll_back(repository, to, self.word())

        self.told("roll back", do)

    def rename(self) -> None:
        name = self.word()

        def do() -> str:
            self.workspace.rename_model(MODEL, name)
            return ""

        self.told("rename", do, name=name)

    def pack(self) -> None:
        def do() -> str:
            with self.workspace.shelf.changing(MODEL) as repository, repository.changing():
                repository.store.pack(always=True)
            return ""

        self.told("pack", do)

    def bin(self) -> None:
        """Make a model, put it to the bin, take it back, put it there again and delete it."""
        workspace, id_ = self.workspace, f"model-{self.seed}-{self.number}"

        def steps() -> list[tuple[str, Callable[[str], object]]]:
            return [
                ("put", lambda id_: put_model(workspace, made_info(id=id_, name=id_))),
                ("bin", workspace.bin_model),
                ("restore", workspace.restore_model),
                ("bin", workspace.bin_model),
                ("delete", workspace.delete_model),
            ]

        for what, step in steps()[: self.dice.randrange(1, 6)]:

            def do(step: Callable[[str], object] = step) -> str:
                step(id_)
                return ""

            self.told(what, do, model=id_)


def tell(told: Told) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    Doer(Path(sys.argv[1]), int(sys.argv[2])).go_on()
