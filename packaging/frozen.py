"""Where the frozen program is, and how it is started for a look from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "dist" / "aetheron"
PROGRAM = FOLDER / ("aetheron.exe" if os.name == "nt" else "aetheron")
_TICK_S = 0.02


def require_built() -> None:
    """End with the command to give when there is no frozen program yet."""
    if not PROGRAM.exists():
        sys.exit(f"There is no {PROGRAM.relative_to(ROOT)} yet. Build it: python3 dev.py bundle")


def start_window(home: Path, errors: Path) -> subprocess.Popen[bytes]:
    """Start the window with a workspace and settings in ``home``; ``home/painted`` appears with its first frame."""
    environment = os.environ | {"AETHERON_CONFIG": str(home), "AETHERON_FIRST_PAINT": str(home / "painted")}
    with errors.open("wb") as output:
        return subprocess.Popen([PROGRAM, "--workspace", home / "workspace"], env=environment, stderr=output)


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
