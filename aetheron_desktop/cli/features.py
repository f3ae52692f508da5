"""What is made of columns: what a model sees, and what would be made of those of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators.treatments import Style, automatic
from aetheron_desktop.engine.versioning.record import record

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.workspace import Workspace

_STYLES: Final[tuple[tuple[Style, str], ...]] = (
    ("linear", "weighted sums"),
    ("tree", "trees"),
    ("network", "networks"),
)


def features(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show what a model sees and what that was made from, or of a dataset what would be made of its columns."""
    if options.id in {name for info in workspace.models() for name in (info.name, info.id)}:
        return _of_model(workspace, terminal, options.id)
    if options.id in {name for info in workspace.datasets() for name in (info.name, info.id)}:
        return _of_dataset(workspace, terminal, options.id)
    raise UsageError(f"There is no model or dataset {options.id!r}.", hint="List them: aetheron models, datasets.")


def _of_model(workspace: Workspace, terminal: Terminal, name: str) -> int:
    found = record(workspace, workspace.model(name).id)
    if terminal.json:
        for feature in found.features:
            terminal.record(feature)
        return 0
    for one in found.treatments:
        terminal.say(f"Chosen: {one.column} as {one.words}.")
    if found.counted:
        terminal.say(found.counted)
    for direction in found.monotone:
        terminal.say(f"The prediction {direction.words}.")
    if not found.features:
        terminal.say("The model does not say what it sees: it was made elsewhere, or before that was kept.")
    for feature in found.features:
        terminal.say(f"{feature.name}  ({feature.how} of {', '.join(feature.columns)})")
        terminal.say(f"    {feature.told}")
    if found.more_features:
        terminal.say(f"and {found.more_features:,} more features")
    return 0


def _of_dataset(workspace: Workspace, terminal: Terminal, name: str) -> int:
    columns = workspace.dataset(name).info.schema.columns
    for column in columns:
        words = {what: automatic(column, style) for style, what in _STYLES}
        if terminal.json:
            terminal.record({"column": column.name, "type": column.type, **words})
            continue
        terminal.say(f"{column.name} ({column.type})")
        shared = set(words.values())
        for what, said in {"every model": shared.pop()}.items() if len(shared) == 1 else words.items():
            terminal.say(f"    {what}: {said}")
    return 0
