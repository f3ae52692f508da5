"""The same verbs without a window: ``aetheron import|train|predict|…``.

With ``--json`` the standard output carries one JSON record a line and nothing else; words for people go to the error
output. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped.
"""

from __future__ import annotations

import os
import sys

from aetheron_desktop.cli.arguments import parser
from aetheron_desktop.cli.terminal import Terminal
from aetheron_desktop.engine.errors import AetheronError, UsageError
from aetheron_desktop.engine.jobs.process import close_dead_runs, environment
from aetheron_desktop.engine.workspace import Workspace

FAILED = 1
USAGE = 2


def main(argv: list[str] | None = None) -> int:
    """Run one command and give its exit code; argparse itself exits with 2 on arguments that do not parse."""
    options = parser().parse_args(argv)
    terminal = Terminal(json=options.json)
    # Passive waiting is read when the learning libraries load, long after this line.
    os.environ |= {name: value for name, value in environment(os.cpu_count() or 1).items() if "WAIT" in name}
    try:
        workspace = Workspace.open(options.workspace)
        try:
            close_dead_runs(workspace)
            return int(options.command(workspace, terminal, options))
        finally:
            workspace.close()
    except AetheronError as error:
        terminal.failure(error)
        return USAGE if isinstance(error, UsageError) else FAILED
    except BrokenPipeError:
        # Whoever read the output has gone; nothing more can be said, and the exit must not try to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
