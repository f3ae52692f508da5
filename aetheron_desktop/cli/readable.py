"""A model that can be read in full, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.evaluation.effects import Effect, Effects
    from aetheron_desktop.engine.workspace import Workspace

_EXACT: Final = 1e-6
_MISSING: Final = "(missing)"


def read(workspace: Workspace, terminal: Terminal, model: str, version: str, columns: Sequence[str]) -> bool:
    """Show what each column adds to a prediction, or the questions of a tree; False of a model that is neither.

    Raises:
        UsageError: the model tells nothing of the ``columns``.
    """
    from aetheron_desktop.engine.evaluation.effects import effects, is_additive  # scikit-learn, 1 s
    from aetheron_desktop.engine.evaluation.rules import is_tree, rules
    from aetheron_desktop.engine.registry.artifact import load_model

    opened = load_model(workspace.shelf.files(model, version))
    if is_tree(opened.pipeline) and not columns:
        told = rules(opened.pipeline)
        if terminal.json:
            terminal.record(told)
        for line in told.lines if not terminal.json else ():
            terminal.say(line)
        return True
    if not is_additive(opened.pipeline):
        return False
    found = effects(opened.pipeline, opened.description.ranges)
    if terminal.json:
        terminal.record(found)
        return True
    chosen = [one for one in found.effects if not columns or set(columns) & set(one.columns)]
    if columns and not chosen:
        known = ", ".join(dict.fromkeys(name for one in found.effects for name in one.columns))
        raise UsageError(f"The model tells nothing of {', '.join(columns)}.", hint=f"It tells of: {known}.")
    _head(terminal, found, is_class=bool(opened.pipeline.classes))
    for one in chosen:
        _table(terminal, one, found.outputs)
    return True


def _head(terminal: Terminal, found: Effects, *, is_class: bool) -> None:
    unit = "the logarithm of the odds" if is_class else "the value"
    start = ", ".join(f"{name} {value:.4g}" for name, value in zip(found.outputs, found.start, strict=True))
    terminal.say(f"What each column adds to {unit}, beside a typical row: {start}.")
    terminal.say(
        "The typical row: " + ", ".join(f"{name} {value or _MISSING}" for name, value in found.typical.items())
    )
    if found.untold:
        terminal.say(f"Not shown, because they have no range: {', '.join(found.untold)}.")
    if found.away > _EXACT:
        terminal.say(f"The effects are up to {found.away:.2g} from the model's own sums: columns depend on each other.")


def _table(terminal: Terminal, effect: Effect, outputs: tuple[str, ...]) -> None:
    rows = [
        (*(word or _MISSING for word in value), *(f"{one:+.4g}" for one in added))
        for value, added in zip(effect.values, effect.added, strict=True)
    ]
    terminal.say("")
    terminal.say(f"{' × '.join(effect.columns)}: from least to most {effect.strength:.4g}")
    terminal.table((*effect.columns, *outputs), rows, empty="", numbers=len(outputs))
