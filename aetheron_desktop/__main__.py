"""The one program: the window by default, the command line when given a command, a worker when asked to be one."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Final

COMMANDS: Final = frozenset(
    {
        "adopt",
        "alias",
        "branch",
        "card",
        "check",
        "cohort",
        "compare",
        "datasets",
        "diff",
        "drift",
        "estimators",
        "evaluate",
        "explain",
        "export",
        "failures",
        "gc",
        "import",
        "import-model",
        "join",
        "leaderboard",
        "lineage",
        "log",
        "models",
        "pause",
        "predict",
        "prepare",
        "preview",
        "profile",
        "pull",
        "push",
        "quarantine",
        "remote",
        "remove",
        "rename",
        "report",
        "reproduce",
        "restore",
        "resume",
        "revert",
        "runs",
        "script",
        "show",
        "signers",
        "split",
        "stop",
        "tag",
        "take",
        "threshold",
        "train",
        "verify",
    }
)
"""The command line's words, known here so that the window does not import it; a test compares both."""


def main(argv: list[str] | None = None) -> int:
    """Run what ``argv`` asks for, by default the arguments of the process, and give the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == ["worker"]:
        from aetheron_desktop.engine.jobs import worker  # a worker loads nothing of the window

        return worker.main(arguments[1])
    if _is_for_the_command_line(arguments):
        from aetheron_desktop import cli  # the window loads nothing of the command line

        return cli.main(arguments)
    # Nothing that a start makes is garbage, and looking for it takes a twentieth of the time to the first frame. When
    # that has been painted, the window's own search begins (``ui/collector.py``).
    gc.disable()
    from aetheron_desktop.ui import app  # Qt; neither worker nor command line has it

    try:
        return app.main(arguments)
    finally:
        gc.enable()


def _is_for_the_command_line(arguments: list[str]) -> bool:
    words = iter(arguments)
    for word in words:
        # The command line takes these before its command as well; the window knows no ``--json``.
        if word == "--workspace":
            next(words, None)
        elif not word.startswith("--workspace="):
            # A word that is neither an option nor anything like a file is a command that does not exist; the command
            # line says so, and names those that do.
            return (
                word in COMMANDS
                or word in {"-h", "--help", "--version", "--json"}
                or (word.isidentifier() and not Path(word).exists())
            )
    return False


if __name__ == "__main__":
    sys.exit(main())
