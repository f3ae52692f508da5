"""``aetheron profile``: what is in the columns of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.datasets.profiles import profile_words as words
from aetheron_desktop.engine.datasets.profiles.profile import ColumnProfile, ProfileQuestion, TargetProfile

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.workspace import Workspace

_BAR = 30
_STOPPED = 130


def profile(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show the profile of columns; with ``--json`` each as soon as it is known, of a sample first."""
    from aetheron_desktop.engine.datasets.profiles import profiling  # duckdb and numpy; only this verb needs them

    dataset = workspace.dataset(options.dataset)
    question = ProfileQuestion(dataset=dataset.info.id, columns=tuple(options.column), target=options.target)
    columns: dict[str, ColumnProfile] = {}
    targets: dict[str, TargetProfile] = {}

    def hear(found: ColumnProfile | TargetProfile) -> None:
        if terminal.json:
            terminal.record(found)
        elif isinstance(found, ColumnProfile):
            columns[found.column] = found
        else:
            targets[found.column] = found

    terminal.begin(f"Profile {dataset.info.name}")
    try:
        profiling.profile(dataset, question, hear, terminal.advance, lambda: False, workspace.root / "tmp")
    except KeyboardInterrupt:
        return _STOPPED
    finally:
        terminal.end()
    if not terminal.json:
        if len(columns) == 1:
            _show_column(terminal, next(iter(columns.values())), next(iter(targets.values()), None))
        else:
            _show_columns(terminal, columns, targets)
    return 0


def _show_columns(terminal: Terminal, columns: dict[str, ColumnProfile], targets: dict[str, TargetProfile]) -> None:
    named = ("column", "type", "values", "summary", "missing", "distinct", *(("power",) if targets else ()))
    rows = []
    for name, found in columns.items():
        told = (words.power(targets[name]) if name in targets else "target",) if targets else ()
        missing = words.share(found.missing, found.rows)
        rows.append((name, found.type, _spark(found), words.summary(found), missing, f"{found.distinct:,}", *told))
    terminal.table(named, rows, empty="No columns", numbers=len(named) - 4)


def _spark(found: ColumnProfile) -> str:
    shape = found.histogram("robust") or found.histogram("all")
    return words.sparkline(shape.counts if shape is not None else [top.count for top in found.top])


def _show_column(terminal: Terminal, found: ColumnProfile, target: TargetProfile | None) -> None:
    terminal.say(f"{found.column}: {found.type}. {words.method(found)}")
    terminal.table(
        ("figure", "", "value"),
        [(line.label, line.error, line.value) for line in words.statistics(found)],
        empty="",
        numbers=1,
    )
    shape = found.histogram("robust") or found.histogram("all")
    if shape is not None:
        terminal.say(
            f"\n{words.text(shape.edges[0], found.kind)} {words.sparkline(shape.counts, 60)} "
            f"{words.text(shape.edges[-1], found.kind)}  {words.outside(shape)}"
        )
    if found.top and found.kind in {"words", "boolean", "integer"}:
        most = max(top.count for top in found.top)
        terminal.say("")
        rows = [
            (
                top.value,
                "█" * max(1, round(_BAR * top.count / most)),
                words.share(top.count, found.rows),
                f"{top.count:,}",
            )
            for top in found.top
            if top.count
        ]
        terminal.table(("value", "", "share", "rows"), rows, empty="", numbers=2)
    if target is not None:
        _show_target(terminal, target)


def _show_target(terminal: Terminal, target: TargetProfile) -> None:
    terminal.say(f"\nAgainst {target.target}: power {words.power(target)} alone. {words.method(target)}")
    named = target.classes or (f"mean of {target.target}",)
    rows = [
        (part.label, *(words.estimate(one, is_share=bool(target.classes)) for one in part.estimates), f"{part.rows:,}")
        for part in target.bins
    ]
    terminal.table((target.column, *named, "rows"), rows, empty="", numbers=1 + len(named))
