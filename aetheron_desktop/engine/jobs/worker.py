"""The child process: takes jobs from its standard input and tells events on its standard output.

It goes on when whoever listens is gone, ends when its input ends and no job is left, and when it has waited long.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from aetheron_desktop.engine.jobs import job as jobs
from aetheron_desktop.engine.jobs.execution import Execution
from aetheron_desktop.engine.jobs.job import WarmUp
from aetheron_desktop.engine.workspace import Workspace

if TYPE_CHECKING:
    from typing import BinaryIO

    from aetheron_desktop.engine.events import Event
    from aetheron_desktop.engine.jobs.job import Job, Request

IDLE_S: Final = 600.0


def main(root: str) -> int:
    """Serve jobs of the workspace at ``root`` until the input ends."""
    _lower_priority()
    out = _claim_stdout()
    requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), name="requests", daemon=True).start()
    workspace = Workspace.open(Path(root))
    while True:
        try:
            request = requests.get(timeout=IDLE_S)
        except queue.Empty:
            return 0
        if request is None:
            return 0
        if isinstance(request, WarmUp):
            _warm_up()
        elif _serve(workspace, request, out):
            # A thread is still inside C code; waiting for it would keep the process alive.
            os._exit(0)


def _serve(workspace: Workspace, job: Job, out: _Voice) -> bool:
    execution = Execution(workspace, job, out.tell)
    execution.run(lambda: workspace.is_asked_to_stop(job.id))
    return execution.abandoned


def _warm_up() -> None:
    from aetheron_desktop.engine.registry import artifact  # seconds; wanted only before a training
    from aetheron_desktop.engine.training.machine import warm_up

    del artifact
    warm_up()


class _Voice:
    """Writes lines to the listener, and goes silent when there is none: the log has them all."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe: BinaryIO | None = pipe

    def tell(self, event: Event, line: bytes) -> None:
        del event
        if self._pipe is None:
            return
        try:
            self._pipe.write(line)
            self._pipe.flush()
        except (OSError, ValueError):
            self._pipe = None


def _listen(requests: queue.SimpleQueue[Request | None]) -> None:
    # A file of its own: at its end the interpreter closes that of ``sys``, and may not while a thread waits in it.
    for line in os.fdopen(os.dup(sys.stdin.fileno()), "rb"):
        requests.put(jobs.loads(line))
    requests.put(None)


def _claim_stdout() -> _Voice:
    """Keep the pipe for events alone; what libraries print goes to the error output."""
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with contextlib.suppress(OSError):
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return _Voice(pipe)


def _lower_priority() -> None:
    """Let the window go first: it is what people look at."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(10)
