"""Jobs done in this process, as the command line does them."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from aetheron_desktop.engine.jobs.execution import Execution
from aetheron_desktop.engine.jobs.job import title

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.events import Event, JobEnded, Outcome
    from aetheron_desktop.engine.jobs.job import Job
    from aetheron_desktop.engine.jobs.progress import RunState
    from aetheron_desktop.engine.workspace import Workspace

EXIT_CODES: dict[Outcome, int] = {"succeeded": 0, "failed": 1, "crashed": 1, "stopped": 130}


class Runner:
    """Does jobs in this process; the first Ctrl+C asks the running one to stop, the second ends the program."""

    def __init__(self, workspace: Workspace, terminal: Terminal) -> None:
        self._workspace = workspace
        self._terminal = terminal
        self._abandoned = False
        self._before: Any = None
        self.stopped = False

    def __enter__(self) -> Runner:
        self._before = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *error: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def exit_code(self, code: int) -> int:
        """Give ``code``, or end the process with it at once when a fit is still inside C code.

        An ordinary exit would run the libraries' own clean-up under that thread's feet. Files and index are safe.
        """
        if self._abandoned:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        return code

    def do(
        self,
        job: Job,
        state: RunState | None = None,
        *,
        hear: Callable[[Event], None] | None = None,
        quiet: bool = False,
    ) -> JobEnded:
        """Do one job and give its end; a failure is told on the error output.

        ``hear`` is told each event, and with ``quiet`` nobody else is.
        """
        self._terminal.begin(title(job))

        def tell(event: Event, line: bytes) -> None:
            if state is not None:
                state.apply(event)
            if hear is not None:
                hear(event)
            if not quiet:
                self._terminal.hear(event, line)

        execution = Execution(self._workspace, job, tell)
        try:
            end = execution.run(lambda: self.stopped or self._workspace.is_asked_to_stop(job.id))
        finally:
            self._terminal.end()
        self._abandoned = self._abandoned or execution.abandoned
        if end.outcome == "failed" and state is None:
            self._terminal.trouble(end.title, end.detail, end.hint)
        return end

    def _interrupt(self, number_: int, frame: object) -> None:
        del number_, frame
        if self.stopped:
            os._exit(EXIT_CODES["stopped"])
        self.stopped = True
