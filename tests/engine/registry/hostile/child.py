"""Opens hostile files in a process of its own, and tells what the interpreter did meanwhile.

The hook sees what no test could undo: commands, processes, sockets, unpickled names, modules that no good model loads,
and files written outside of the test's folder. A line is told before each case and one after it, so that a crash or an
endless loop has a name.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from aetheron_desktop.engine.errors import AetheronError
from aetheron_desktop.engine.registry.artifact import FittedModel, load_model
from aetheron_desktop.engine.registry.carrying import unpack_model
from aetheron_desktop.engine.registry.parity import parity

_DEEDS = (
    *("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.kill", "os.putenv"),
    *("subprocess.", "pty.", "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "ctypes."),
    *("pickle.find_class", "code.__new__", "mmap.__new__", "sqlite3.", "webbrowser.", "urllib.", "http.", "ftplib."),
    *("smtplib.", "imaplib.", "poplib.", "winreg.", "_winapi."),
)
_CHANGES = (
    *("os.mkdir", "os.remove", "os.rmdir", "os.rename", "os.link", "os.symlink", "os.chmod", "os.truncate"),
    *("shutil.rmtree", "shutil.move", "shutil.copyfile"),
)
_SECONDS = 60


class Watch:
    """Keeps what was done between ``begin`` and ``end``."""

    def __init__(self, own: Path) -> None:
        self._own = str(own)
        self._seen: list[str] | None = None
        sys.addaudithook(self._hear)

    def begin(self) -> None:
        self._seen = []

    def end(self) -> list[str]:
        seen, self._seen = self._seen or [], None
        return seen

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self._seen is None:
            return
        if event.startswith(_DEEDS):
            self._seen.append(f"{event} {args[:2]!r}")
        elif event == "import":
            self._seen.append(f"import {args[0]}")
        elif event == "exec":
            self._seen.append(f"exec {getattr(args[0], 'co_filename', '?')}")
        elif event == "compile" and args[1] not in {None, "<unknown>"}:
            self._seen.append(f"compile {args[1]}")
        elif event in _CHANGES and not self._is_own(args[0]) and not _is_of_a_removed_folder(event, args):
            self._seen.append(f"{event} {args[0]!r}")
        elif event == "open":
            self._hear_open(*args[:3])

    def _is_own(self, path: Any) -> bool:
        return isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path).startswith(self._own)

    def _hear_open(self, path: Any, mode: Any, flags: Any) -> None:
        writing = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        outside = isinstance(path, str | bytes) and not self._is_own(path)
        if outside and (writing or os.fsdecode(path).startswith("/etc/")):
            assert self._seen is not None
            self._seen.append(f"open {path!r} {mode}")


def _is_of_a_removed_folder(event: str, args: tuple[Any, ...]) -> bool:
    # The folder itself was told of before, as ``shutil.rmtree``; what lies in it has a name relative to it.
    return event in {"os.remove", "os.rmdir"} and isinstance(args[-1], int) and args[-1] >= 0


def opened(path: Path, spare: Path) -> FittedModel:
    """Open a model's folder, or the file that it was carried in: here alone the program's own way is called."""
    if path.is_dir():
        return load_model(path)
    unpack_model(path, spare)
    return load_model(spare)


def asked(model: FittedModel, folder: Path) -> None:
    """Have a model predict the rows that it carries, as it is done before anyone relies on it."""
    assert parity(model, folder).is_equal


def outcome(job: dict[str, Any], watch: Watch, scratch: Path) -> dict[str, Any]:
    """Give what became of one case."""
    path, spare = Path(job["path"]), scratch / "unpacked"
    told: dict[str, Any] = {"error": None, "detail": "", "hint": ""}
    start = time.monotonic()
    watch.begin()
    try:
        if job["how"] == "unpickle":
            pickle.loads(path.read_bytes())  # noqa: S301 - the proof that the watch bites
        elif job["how"] == "command":
            os.system("true")  # noqa: S605 - the same
        elif job["how"] == "module":
            __import__("this")
        else:
            model = opened(path, spare)
            asked(model, path if path.is_dir() else spare)
    except AetheronError as error:
        told = {"error": type(error).__name__, "detail": error.detail, "hint": error.hint, "family": _family(error)}
    except BaseException as error:  # noqa: BLE001 - told to the test
        # Whatever else leaves the program's own way is what the test must know of.
        told = {"error": f"unexpected {type(error).__name__}", "detail": str(error)[:500], "hint": "", "family": []}
    seen = watch.end()
    left = sorted(one.name for one in spare.iterdir()) if spare.exists() else []
    shutil.rmtree(spare, ignore_errors=True)
    return told | {
        "name": job["name"],
        "seconds": time.monotonic() - start,
        "seen": seen,
        "effect": os.path.lexists(job["effect"]),
        "unpacked": left,
    }


def _family(error: BaseException) -> list[str]:
    return [one.__name__ for one in type(error).__mro__]


def main() -> None:
    """Read the jobs, open the good models first, then each case."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    scratch = Path(plan["scratch"])
    watch = Watch(scratch.parent)
    # What a good model loads, and what an error loads, is known before.
    for job in plan["warm"]:
        signal.alarm(_SECONDS * 3)
        outcome(job, watch, scratch)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    out = Path(plan["out"])
    with out.open("a", encoding="utf-8") as lines:
        for job in plan["jobs"]:
            lines.write(json.dumps({"begun": job["name"]}) + "\n")
            lines.flush()
            # Unhandled, it ends the process even out of compiled code.
            signal.alarm(_SECONDS)
            told = outcome(job, watch, scratch)
            signal.alarm(0)
            told["megabytes"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) >> 10
            lines.write(json.dumps(told) + "\n")
            lines.flush()


if __name__ == "__main__":
    main()
