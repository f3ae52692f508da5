"""A run once more: trained again here, or told as a script for elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.cli.terminal import number
from aetheron_desktop.cli.versions import ask
from aetheron_desktop.engine.errors import UsageError, storage_errors
from aetheron_desktop.engine.evaluation.metrics import metric
from aetheron_desktop.engine.versioning.questions import ReproduceQuestion, ScriptQuestion
from aetheron_desktop.engine.versioning.reproduction import Reproduction
from aetheron_desktop.engine.versioning.scripting import RunScript

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.workspace import Workspace


def of_run(workspace: Workspace, name: str) -> tuple[str, str] | None:
    """Give the model and the version that came of the run ``name``; None when it is no run's id.

    Raises:
        UsageError: nothing came of it, or it is gone.
    """
    run = next((run for run in workspace.runs() if run.id == name), None)
    if run is None:
        return None
    if run.model is None:
        raise UsageError(f"No model came of {run.id}.", hint=f"If it was cut short: aetheron resume {run.id}")
    # Its own model first: a version of it may have been taken into another.
    for info in sorted(workspace.models(), key=lambda info: info.id != run.model):
        made = [version for version in workspace.shelf.versions(info.id).values() if version.run == run.id]
        if made:
            return info.id, min(made, key=lambda version: version.number).commit
    raise UsageError(f"The model of {run.id} is not here any more.", hint="Take it out of the bin.")


def reproduce(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Train a version again, and say whether the same comes of it."""
    model, version = of_run(workspace, options.model) or (workspace.model(options.model).id, options.version)
    found: list[object] = []
    code = ask(workspace, terminal, ReproduceQuestion(model=model, version=version), found)
    report = next((answer for answer in found if isinstance(answer, Reproduction)), None)
    if report is None:
        return code
    if not terminal.json:
        terminal.say(report.sentence)
        rows = [
            (metric(name).label, number(value), number(report.after.get(name))) for name, value in report.before.items()
        ]
        terminal.table(("metric", "then", "now"), rows, empty="", numbers=2)
        for note in (*report.environment, *report.notes):
            terminal.say(f"- {note}")
    return 0 if report.state in {"identical", "close"} else 130 if report.state == "stopped" else 1


def script(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Write the run that made a version as a Python script of public libraries."""
    model, version = of_run(workspace, options.model) or (workspace.model(options.model).id, options.version)
    found: list[object] = []
    code = ask(workspace, terminal, ScriptQuestion(model=model, version=version), found)
    made = next((answer for answer in found if isinstance(answer, RunScript)), None)
    if made is None or terminal.json:
        return code
    if options.out is None:
        terminal.line(made.text.encode())
        return code
    with storage_errors(options.out):
        options.out.write_text(made.text, encoding="utf-8", newline="\n")
    terminal.say(f"{options.out} does what {made.run} did. Run it: python {options.out}")
    for note in made.notes:
        terminal.say(f"- {note}")
    return code
