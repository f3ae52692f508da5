"""A program that changes models is killed at any moment: what it told as done is there, and nothing is half there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from aetheron_desktop.engine.registry.repository.aliases import moves
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.registry.repository.doing import MODEL, Told
from tests.engine.registry.repository.looking import assert_index_is_right, assert_sound
from tests.models import add_version, made_info

KILLS = int(os.environ.get("AETHERON_KILLS", "15"))
"""How often it is killed; two hundred where there is time."""
ROOT = Path(__file__).parents[4]
LIVES = 25
"""As often a workspace is gone on with; then another is begun, as looking through a long history takes longer."""
LONGEST_S = 0.8
AT_ONCE_S = 8.0
"""As long may the next change take, on a machine that does much else; a lock that is left is waited for 2 s."""


def killed(root: Path, seed: int, after_s: float) -> list[Told]:
    """Let the program run that long, kill it, and give what it told."""
    command = [sys.executable, "-m", "tests.engine.registry.repository.doing", str(root), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        timer = threading.Timer(after_s, lambda: os.kill(process.pid, signal.SIGKILL))
        timer.start()
        lines += process.stdout.readlines()
        timer.join()
        assert process.wait() == -signal.SIGKILL, b"".join(lines)
    return [msgspec.json.decode(line, type=Told) for line in lines if line.endswith(b"\n")]


class Ledger:
    """What was told as done in all lives, and what may or may not have been done when it was killed."""

    def __init__(self) -> None:
        self.commits: set[str] = set()
        self.tags: dict[str, str] = {}
        self.branches: set[str] = set()
        self.reasons: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.name = "Long"
        self.models: dict[str, str] = {}

    def enter(self, told: list[Told]) -> Told | None:
        """Take in what was told, and give what was begun and not told as done."""
        for line in told:
            if not line.done:
                continue
            match line.what:
                case "commit" | "adopt" | "roll back":
                    self.commits |= {line.commit} - {""}
                case "tag":
                    self.tags[line.name] = line.commit
                case "branch":
                    self.branches.add(line.name)
                case "drop":
                    self.branches.discard(line.name)
                case "alias":
                    self.aliases[line.name] = line.commit
                    self.reasons.add(line.reason)
                case "rename":
                    self.name = line.name
                case "put" | "bin" | "restore" | "delete":
                    self.models[line.model] = line.what
                case _:
                    pass
        return None if told[-1].done else told[-1]

    def compare(self, workspace: Workspace, open_: Told | None) -> None:
        """What was told as done is there."""
        begun = open_ or Told("nothing")
        history = workspace.shelf.history(MODEL)
        every = workspace.shelf.versions(MODEL)
        assert self.commits <= every.keys()
        assert self.tags.items() <= history.labels.tags.items()
        assert self.branches - {begun.name} <= history.labels.branches.keys()
        for alias, commit in self.aliases.items():
            assert history.labels.aliases[alias] == commit or (begun.what, begun.name) == ("alias", alias)
        info = workspace.shelf.model(MODEL)
        assert info is not None
        assert info.name == self.name or begun.what == "rename"
        here = {info.id for info in workspace.models()}
        binned = {info.id for info in workspace.models(binned=True)}
        for id_, what in self.models.items():
            places = {"put": here, "restore": here, "bin": binned}
            place = next((name for name, ids in (("here", here), ("bin", binned)) if id_ in ids), "gone")
            wanted = "gone" if what == "delete" else "here" if places[what] is here else "bin"
            assert place == wanted or begun.model == id_, (id_, what, begun)
        # What came of what was open is what counts from here on.
        self.aliases = dict(history.labels.aliases)
        self.branches = set(history.labels.branches)
        self.name = info.name
        self.models = dict.fromkeys(here, "put") | dict.fromkeys(binned, "bin")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.timeout(60 + 20 * KILLS)
def test_that_a_kill_at_any_moment_loses_nothing_that_was_told_as_done(tmp_path: Path) -> None:
    dice = random.Random(KILLS)
    ledger, root = Ledger(), tmp_path
    for life in range(KILLS):
        if life % LIVES == 0:
            ledger, root = Ledger(), tmp_path / f"ws-{life}"
        begun = ledger.enter(killed(root, life, dice.uniform(0.0, LONGEST_S)))
        workspace = Workspace.open(root)
        assert_index_is_right(workspace)
        ledger.compare(workspace, begun)
        for info in (*workspace.models(), *workspace.models(binned=True)):
            assert_sound(workspace.shelf.folder(info.id))
        began = time.monotonic()
        commit = add_version(workspace, MODEL, made_info(life, id=MODEL), "After the kill", weights=b"%d" % life)
        with workspace.shelf.changing(MODEL) as repository:
            repository.tag(f"after-{life}", commit, "It goes on")
            assert ledger.reasons - {""} <= {move.reason for move in moves(repository)}
            for version in workspace.shelf.history(MODEL).versions[:3]:
                assert (repository.files(version.commit) / "model.json").is_file()
        assert time.monotonic() - began < AT_ONCE_S
        assert not [path for place in ("models", "bin/models") for path in (root / place).glob(".*-*")]
        ledger.tags[f"after-{life}"] = commit
        workspace.close()
