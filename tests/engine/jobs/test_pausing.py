"""Pauses are written down by whoever wants them, and read by everybody."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from aetheron_desktop.engine.jobs import pausing
from aetheron_desktop.engine.jobs.pausing import Pauses
from aetheron_desktop.engine.training.clock import Clock
from tests.e2e.program import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aetheron_desktop.engine.workspace import Workspace


@pytest.fixture
def sleeper(workspace: Workspace) -> Iterator[tuple[int, float]]:
    """A process that waits for its input to end, as that of ``run-1``."""
    workspace.run_folder("run-1").mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid, psutil.Process(process.pid).create_time()
        process.kill()


def test_that_a_paused_process_rests_until_it_goes_on(workspace: Workspace, sleeper: tuple[int, float]) -> None:
    pauses = Pauses(workspace, "run-1")
    assert pauses.current() is None
    assert pausing.pause(workspace, "run-1", *sleeper)
    assert pausing.pause(workspace, "run-1", *sleeper), "twice is once"
    wait_until(lambda: psutil.Process(sleeper[0]).status() == psutil.STATUS_STOPPED, "the process to rest")
    lasting = pauses.current()
    assert lasting is not None
    assert pausing.go_on(workspace, "run-1", *sleeper)
    assert pauses.current() is None
    (pause,) = Pauses(workspace, "run-1").all()
    assert pause.until is not None
    assert pauses.seconds(since=0.0) == pytest.approx(pause.until - lasting.since)
    assert pauses.seconds(since=pause.until) == 0.0


def test_that_a_process_that_is_gone_cannot_be_paused(workspace: Workspace, sleeper: tuple[int, float]) -> None:
    assert not pausing.pause(workspace, "run-1", sleeper[0], sleeper[1] - 100)
    assert not pausing.go_on(workspace, "run-1", sleeper[0], sleeper[1] - 100)
    assert Pauses(workspace, "run-1").all() == []


def test_that_a_line_that_a_crash_cut_short_is_passed_over(workspace: Workspace) -> None:
    workspace.run_folder("run-1").mkdir()
    file = workspace.run_folder("run-1") / "pauses.jsonl"
    file.write_bytes(b'{"at":1.0,"is_paused":true}\n{"at":3.0,"is_paused":false}\n{"at":9.0,"is_pa')
    assert [(pause.since, pause.until) for pause in Pauses(workspace, "run-1").all()] == [(1.0, 3.0)]


def test_that_pauses_are_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("aetheron_desktop.engine.training.clock.time.monotonic", lambda: now[0])
    paused = [0.0]
    clock = Clock(earlier_s=7.0, paused_s=lambda: paused[0])
    now[0] = 110.0
    assert (clock.seconds(), clock.of_this_life()) == (17.0, 10.0)
    paused[0], now[0] = 60.0, 175.0
    assert clock.seconds() == 22.0
