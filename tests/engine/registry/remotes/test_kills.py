"""A push and a pull that are killed at any moment: both sides stay in order, and the next one finishes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.registry.remotes.known import set_remote
from aetheron_desktop.engine.registry.repository.aliases import move_alias
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
from tests.engine.registry.remotes.conftest import Maker, is_sound
from tests.engine.registry.remotes.doing import clone, pull, push

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("AETHERON_KILLS", "10"))
_WORK = """
import sys
from pathlib import Path
from aetheron_desktop.engine.registry.repository.model_repository import ModelRepository
from tests.engine.registry.remotes.doing import pull, push
with ModelRepository(Path(sys.argv[2])) as repository:
    print("ready", flush=True)
    sys.stdin.readline()
    (push if sys.argv[1] == "push" else pull)(repository)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by a signal")


def killed(deed: str, root: Path, after_s: float) -> bool:
    """Do it in a process of its own that is killed after a while; says whether it was."""
    with subprocess.Popen(
        [sys.executable, "-c", _WORK, deed, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        timer = threading.Timer(after_s, lambda: process.send_signal(signal.SIGKILL))
        with suppress(BrokenPipeError):
            process.stdin.write(b"\n")
            process.stdin.flush()
        timer.start()
        process.wait()
        timer.cancel()
        timer.join()
        return process.returncode != 0


@pytest.mark.timeout(600)
def test_that_a_kill_at_any_moment_leaves_both_sides_in_order(maker: Maker, tmp_path: Path) -> None:
    here = maker.repository()
    maker.large_version(here)
    set_remote(here, "origin", str(tmp_path / "remote"))
    push(here)
    there = maker.keep(clone(tmp_path / "remote", tmp_path / "there"))
    moments = random.Random(4)
    count = 0
    for number in range(KILLS):
        version = maker.large_version(here, 2_000_000)
        move_alias(here, "champion", version, f"Better {number}")
        here.tag(f"mark{number}", version, "Marked")
        count += killed("push", here.root, moments.uniform(0, 0.25))
        assert is_sound(tmp_path / "remote")
        push(here)
        assert is_sound(tmp_path / "remote")
        with ModelRepository(tmp_path / "remote") as remote:
            assert remote.labels() == here.labels()
        count += killed("pull", there.root, moments.uniform(0, 0.3))
        assert is_sound(there.root)
        with suppress(AetheronError):
            there.files(there.labels().current)
        pull(there)
        assert there.labels() == here.labels()
        assert is_sound(there.root)
        for commit in there.labels().tags.values():
            assert there.files(commit).is_dir()
    assert count
