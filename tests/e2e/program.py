"""The real program on a virtual screen, driven by mouse and keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 60.0
_TICK = threading.Event()


class Program:
    """A started program; closes it, and every process it left, at the end of the ``with``."""

    def __init__(self, workspace: Path, *arguments: str, settings: Path, **environment: str) -> None:
        self.workspace = workspace
        self._log = (workspace.parent / "stderr.txt").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.spy", "--workspace", str(workspace), *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=os.environ | {"AETHERON_CONFIG": str(settings), "QT_QPA_PLATFORM": "xcb"} | environment,
            text=True,
        )
        self._known: dict[int, psutil.Process] = {}

    def __enter__(self) -> Program:
        self.wait("window() is not None")
        return self

    def __exit__(self, *error: object) -> None:
        for process in [*self.children(), psutil.Process(self.process.pid)] if self.is_running() else self.children():
            process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self._log):
            pipe.close()  # type: ignore[union-attr]

    def is_running(self) -> bool:
        return self.process.poll() is None

    def ask(self, expression: str) -> Any:
        """Give the value of an expression in the program."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(expression) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the program has gone: {self.errors()}"
        answer = json.loads(line)
        if "error" in answer:
            raise LookupError(f"{expression}: {answer['error']}")
        return answer["value"]

    def wait(self, expression: str, limit_s: float = LIMIT_S) -> Any:
        """Ask until the value is one that counts as true, and give it."""
        deadline = time.monotonic() + limit_s
        last: object = None
        while time.monotonic() < deadline:
            try:
                if last := self.ask(expression):
                    return last
            except LookupError as error:
                last = error
            _TICK.wait(0.03)
        raise AssertionError(f"waited {limit_s} s for {expression}; at last {last!r}; {self.errors()}")

    def click(self, name: str, button: int = 1) -> None:
        """Click the middle of the widget of this object name."""
        self.wait(f"find({name!r}) is not None and find({name!r}).isEnabled()")
        x, y = self.ask(f"where({name!r})")
        xdotool("mousemove", str(x), str(y), "click", str(button))

    def key(self, *keys: str) -> None:
        """Press keys, such as ``ctrl+r``."""
        # There is no window manager here, which would give the keyboard back when a dialog closes.
        xdotool("windowfocus", "--sync", str(self.ask("top()")))
        xdotool("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        xdotool("type", "--delay", "5", text)

    def children(self) -> list[psutil.Process]:
        """Give the processes that the program has started and that still run."""
        if self.is_running():
            for child in psutil.Process(self.process.pid).children(recursive=True):
                self._known[child.pid] = child
        return [p for p in self._known.values() if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    def wait_for_end(self, limit_s: float = LIMIT_S) -> int:
        """Wait for the end of the program and give its exit code."""
        return self.process.wait(limit_s)

    def errors(self) -> str:
        """Give what stands on the error output."""
        return Path(self._log.name).read_text(errors="replace")[-3000:]


def xdotool(*words: str) -> str:
    """Move the mouse or press keys, as a person would."""
    return subprocess.run(["xdotool", *words], check=True, capture_output=True, text=True).stdout


def wait_until(condition: Any, what: str, limit_s: float = LIMIT_S) -> None:
    """Wait for a condition outside of the program."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {limit_s} s for {what}"
        _TICK.wait(0.03)
