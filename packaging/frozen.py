"""Where the frozen program is, and how it is started for a look from outside.

A home is a folder with a workspace, the program's settings and its keys, so that nothing of the user's own is touched.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "dist" / "aetheron"
PROGRAM = FOLDER / ("aetheron.exe" if os.name == "nt" else "aetheron")
_TICK_S = 0.02
_LIMIT_S = 300.0


def require_built() -> None:
    """End with the command to give when there is no frozen program yet."""
    if not PROGRAM.exists():
        sys.exit(f"There is no {PROGRAM.relative_to(ROOT)} yet. Build it: python3 dev.py bundle")


def start_window(home: Path, errors: Path) -> subprocess.Popen[bytes]:
    """Start the window in ``home``; ``home/painted`` appears with its first frame."""
    environment = _environment(home) | {"AETHERON_FIRST_PAINT": str(home / "painted")}
    with errors.open("wb") as output:
        return subprocess.Popen([PROGRAM, "--workspace", home / "workspace"], env=environment, stderr=output)


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {"AETHERON_CONFIG": str(home)}


def records(home: Path, *words: str) -> list[dict[str, Any]]:
    """Give what a command of the frozen program tells, in ``home``.

    Raises:
        subprocess.CalledProcessError: it ended with another code than 0.
    """
    answer = _command(home, *words)
    answer.check_returncode()
    return [json.loads(line) for line in answer.stdout.splitlines()]


def answers(home: Path, *words: str) -> dict[str, dict[str, Any]]:
    """Give what a command answers, by the kind of the answer.

    Raises:
        subprocess.CalledProcessError: it ended with another code than 0.
    """
    told = [record["answer"] for record in records(home, *words) if record["kind"] == "answered"]
    return {answer["answer"]: answer for answer in told}


def refusal(home: Path, *words: str, **environment: str) -> str:
    """Give in which words a command refuses, nothing when it does not."""
    answer = _command(home, *words, **environment)
    # Lines of the terminal end anywhere.
    return " ".join(answer.stderr.split()) if answer.returncode == 1 else ""


def _command(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROGRAM), *words, "--json", "--workspace", str(home / "workspace")],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=_environment(home) | environment,
        timeout=_LIMIT_S,
    )


def wait_until(condition: Callable[[], bool], what: str, limit_s: float = 120) -> None:
    """Wait until ``condition`` holds.

    Raises:
        TimeoutError: it did not within ``limit_s`` seconds.
    """
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {limit_s:g} s for {what}")
        time.sleep(_TICK_S)


def painted(home: Path) -> bool:
    """Whether the window has drawn its first frame."""
    mark = home / "painted"
    return mark.exists() and bool(mark.read_text())
