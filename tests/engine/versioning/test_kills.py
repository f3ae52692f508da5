"""A clean-up that is killed at any moment: nothing that is needed is lost, and the next one goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from aetheron_desktop.engine.versioning import cleaning
from aetheron_desktop.engine.workspace import Workspace
from tests.engine.registry.repository.looking import assert_index_is_right, assert_sound
from tests.engine.versioning.cleaner import MODEL

KILLS = int(os.environ.get("AETHERON_KILLS", "5"))
"""How often it is killed; fifty where there is time."""
ROOT = Path(__file__).parents[3]
LONGEST_S = 0.7


def killed(root: Path, seed: int, after_s: float) -> list[str]:
    """Let the program clean up for that long, kill it, and give what it told."""
    command = [sys.executable, "-m", "tests.engine.versioning.cleaner", str(root), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while lines[-1] not in {"clean\n", ""}:
            lines.append(process.stdout.readline())
        timer = threading.Timer(after_s, lambda: os.kill(process.pid, signal.SIGKILL))
        timer.start()
        lines += process.stdout.readlines()
        timer.join()
        assert process.wait() == -signal.SIGKILL, lines
    return [line.strip() for line in lines if line.endswith("\n")]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.timeout(60 + 20 * KILLS)
def test_that_a_clean_up_that_is_killed_loses_nothing_that_is_needed(tmp_path: Path) -> None:
    dice, root = random.Random(KILLS), tmp_path / "workspace"
    kept: set[str] = set()
    for life in range(KILLS):
        told = killed(root, life, dice.uniform(0.0, LONGEST_S))
        kept |= {line.removeprefix("kept ") for line in told if line.startswith("kept ")}
        workspace = Workspace.open(root)
        assert kept <= {version.commit for version in workspace.shelf.history(MODEL).versions}
        assert_sound(workspace.shelf.folder(MODEL))
        assert_index_is_right(workspace)
        with workspace.shelf.opened(MODEL) as repository:
            for commit in kept:
                assert len(list(repository.files(commit).iterdir())) == 4, commit
        if life % 2:
            for _ in range(2):
                cleaning.free(workspace, [item.key for item in cleaning.look(workspace).items], grace_s=0)
            assert not [item for item in cleaning.look(workspace).items if item.kind == "versions"]
            history = workspace.shelf.history(MODEL)
            assert workspace.shelf.versions(MODEL).keys() == {version.commit for version in history.versions}
            assert_sound(workspace.shelf.folder(MODEL))
        workspace.close()
