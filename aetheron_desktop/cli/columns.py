"""Which columns a model may see, by their names on the command line, and what should be known of them before."""

from __future__ import annotations

import shlex
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from aetheron_desktop.engine.datasets.checks.finding import Finding, LookQuestion
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.schema import Schema
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.workspace import Workspace


def excluded(schema: Schema, words: Sequence[str]) -> set[str]:
    """Give the columns that ``--exclude`` names: by their names, or by patterns with ``*``, ``?`` and ``[…]``.

    Raises:
        UsageError: one names no column.
    """
    found: set[str] = set()
    for word in words:
        # A column may well have a star in its name.
        named = [word] if word in schema.names else [name for name in schema.names if fnmatchcase(name, word)]
        if not named:
            raise UsageError(
                f"There is no column {word!r} to exclude.", hint=f"There are: {', '.join(schema.names[:20])}."
            )
        found.update(named)
    return found


def warn(workspace: Workspace, terminal: Terminal, dataset: Dataset, experiment: Experiment) -> None:
    """Say what the window says beside its button: which columns give the target away or hold infinite values."""
    from aetheron_desktop.engine.datasets.checks.first_look import first_look  # duckdb and numpy

    found: list[Finding] = []
    decided = {one.finding for one in experiment.decisions}

    def hear(finding: Finding) -> None:
        if finding.id not in decided and set(finding.columns) <= set(experiment.features):
            found.append(finding)

    question = LookQuestion(dataset=dataset.info.id, target=experiment.target, task=experiment.task)
    first_look(dataset, question, hear, lambda: False, workspace.root / "tmp")
    found.sort(key=lambda one: -one.harm)
    for finding in found:
        terminal.warn(f"{finding.headline}. {finding.why}", about=finding.columns)
    if names := list(dict.fromkeys(name for finding in found for name in finding.columns)):
        terminal.warn(f"To leave them out: {' '.join(f'--exclude {shlex.quote(name)}' for name in names)}")
