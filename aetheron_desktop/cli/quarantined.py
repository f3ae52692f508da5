"""``aetheron quarantine``: the lines of a file that were put aside."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from aetheron_desktop.engine.datasets.dataset import Aside
from aetheron_desktop.engine.errors import UsageError, storage_errors

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.workspace import Workspace


def quarantine(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the lines, write them to a file, or merge those that were edited in one."""
    from aetheron_desktop.engine.datasets.export import export_table
    from aetheron_desktop.engine.datasets.reading import mend  # pyarrow and duckdb; only this verb needs them

    dataset = workspace.dataset(options.dataset)
    if options.merge is not None:
        made = mend.mend(dataset, _edited(options.merge), workspace.root / "datasets")
        assert made is not None
        workspace.add_dataset(made)
        if terminal.json:
            terminal.record(made)
        else:
            terminal.say(f"{made.id}  {made.name}: {made.rows:,} rows, {made.quarantined:,} lines still in quarantine")
        return 0
    if options.out is not None:
        if not dataset.info.quarantined:
            raise UsageError(f"No line of {dataset.info.name} is in quarantine.", hint="There is nothing to write.")
        count = export_table(Aside(dataset), options.out.absolute(), workspace.root / "tmp")
        terminal.say(f"{count:,} lines are in {options.out}. Edit their text there; --merge takes them back.")
        return 0
    rows = [(f"{line:,}", reason, text[:80]) for line, text, reason in mend.aside(dataset)]
    terminal.table(("line", "reason", "text"), rows, empty=f"No line of {dataset.info.name} is in quarantine")
    return 0


def _edited(path: Path) -> dict[int, str]:
    with storage_errors(path), path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        return {int(row["line"]): row["text"] or "" for row in rows}
    except (KeyError, ValueError, TypeError):
        raise UsageError(
            f"{path.name} has not the columns line and text.", hint="Write it by --out, and edit the texts in it."
        ) from None
