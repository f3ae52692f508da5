"""``aetheron import-model``: a model of another program, or of another workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.cli import versions
from aetheron_desktop.cli.runner import EXIT_CODES, Runner
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.jobs.job import ImportJob
from aetheron_desktop.engine.registry.foreign.look import look
from aetheron_desktop.engine.versioning.changes import ImportForeign

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.workspace import Workspace


def import_model(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Take in a model; one that another program made is measured on a dataset."""
    if options.file.suffix.lower() == ".aether":
        job = ImportJob(id=workspace.new_id("import"), source=str(options.file.absolute()), name=options.name)
        with Runner(workspace, terminal) as runner:
            end = runner.do(job)
        if end.result and options.name:
            workspace.rename_model(end.result, options.name)
        if end.result:
            terminal.say(f"{end.result}  {workspace.model(end.result).name}")
        return EXIT_CODES[end.outcome]
    if options.dataset is None:
        info = look(options.file)
        if terminal.json:
            terminal.record(info)
        else:
            terminal.say(f"{options.file.name}: {info.kind}, {info.task or 'task not known'}, {info.outputs}.")
            for line in (*info.details, f"Columns: {', '.join(info.features[:40])}"):
                terminal.say(f"- {line}")
        raise UsageError("On which dataset shall it be measured?", hint="Name it: --dataset DATASET --target COL")
    columns = {}
    for word in options.column:
        feature, equals, column = word.partition("=")
        if not equals:
            raise UsageError(f"--column {word!r} is not FEATURE=COL.", hint="For example: --column f0=age")
        columns[feature] = column
    change = ImportForeign(
        source=str(options.file.absolute()),
        dataset=workspace.dataset(options.dataset).info.id,
        target=options.target or "",
        task=options.task,
        split=options.split or "",
        columns=columns,
        name=options.name or "",
    )
    return versions.do(workspace, terminal, change)
