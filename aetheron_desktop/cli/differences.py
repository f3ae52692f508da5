"""``aetheron diff`` and ``aetheron drift``: what differs between two datasets, by rows and by distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.engine.datasets.comparing.difference import DifferenceQuestion, RowChange, TableDifference
from aetheron_desktop.engine.datasets.comparing.drift import ColumnDrift, Drifted, DriftQuestion
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.workspace import Workspace

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_CELLS = 8


def diff(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show which rows came, went and changed, and how the columns differ."""
    from aetheron_desktop.engine.datasets.comparing.matching import difference  # duckdb; only this verb needs it

    before, after = workspace.dataset(options.before), workspace.dataset(options.after)
    question = DifferenceQuestion(before=before.info.id, after=after.info.id, key=tuple(options.key), rows=options.rows)
    found = difference(before, after, question, workspace.root / "tmp")
    if terminal.json:
        terminal.record(found)
        return 0
    by = f"by {', '.join(found.key)}" if found.key else "by whole rows"
    terminal.say(
        f"{before.info.name} ({found.rows_before:,} rows) → {after.info.name} ({found.rows_after:,} rows), {by}"
    )
    terminal.say(f"The key: {found.reason}." if found.key else f"{found.reason[0].upper()}{found.reason[1:]}.")
    if found.is_none:
        terminal.say("Both are the same.")
        return 0
    terminal.say(
        f"+ {found.added:,} added   - {found.removed:,} removed   ~ {found.changed:,} changed   = {found.same:,} same\n"
    )
    _show_columns(terminal, found)
    for row in found.rows:
        terminal.say(_line(row, found.key))
    left = found.added + found.removed + found.changed - sum(row.times for row in found.rows)
    if left > 0:
        terminal.say(f"… and {left:,} more; --rows shows more of them.")
    return 0


def _show_columns(terminal: Terminal, found: TableDifference) -> None:
    rows = []
    for column in found.columns:
        if column.before is None:
            rows.append((column.name, f"new, {column.after}", ""))
        elif column.after is None:
            rows.append((column.name, f"gone, was {column.before}", ""))
        elif column.before != column.after or column.changed:
            retyped = f"{column.before} → {column.after}" if column.before != column.after else column.before
            rows.append((column.name, retyped, f"{column.changed:,}"))
    if rows:
        terminal.table(("column", "type", "changed"), rows, empty="", numbers=1)


def _line(row: RowChange, key: tuple[str, ...]) -> str:
    words = [_word(value) for value in row.key[:_CELLS]]
    named = ", ".join(f"{name}={word}" for name, word in zip(key, words, strict=False)) if key else ", ".join(words)
    more = " …" if len(row.key) > _CELLS else ""
    times = f"  ({row.times:,} times)" if row.times > 1 else ""
    cells = "; ".join(f"{cell.column}: {_word(cell.before)} → {_word(cell.after)}" for cell in row.cells[:_CELLS])
    rest = f"; and {len(row.cells) - _CELLS} more" if len(row.cells) > _CELLS else ""
    return f"{_SIGNS[row.kind]} {named}{more}{times}{f'   {cells}{rest}' if cells else ''}"


def _word(value: str | None) -> str:
    return "∅" if value is None else value if len(value) <= 40 else f"{value[:39]}…"


def drift(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show how the columns have drifted, the most changed first; with ``--split`` those of two parts of one."""
    from aetheron_desktop.engine.datasets.comparing import drifting  # numpy and pyarrow; only this verb needs them

    before = workspace.dataset(options.before)
    if (options.after is None) == (options.split is None):
        raise UsageError("Name either two datasets, or one and its split.", hint="drift A B, or drift A --split NAME.")
    after = workspace.dataset(options.after) if options.after is not None else before
    question = DriftQuestion(reference=before.info.id, current=after.info.id, split=options.split)
    found: list[ColumnDrift] = []
    ends: list[Drifted] = []

    def hear(answer: ColumnDrift | Drifted) -> None:
        if terminal.json:
            terminal.record(answer)
        elif isinstance(answer, ColumnDrift):
            found.append(answer)
        else:
            ends.append(answer)

    terminal.begin("Compare the columns")
    try:
        drifting.drift(before, after, question, hear, terminal.advance, lambda: False)
    finally:
        terminal.end()
    for end in ends:
        rows = [
            (one.column, one.severity, f"{one.psi:.3f}", f"{one.js:.3f}", _moved(one), _news(one))
            for one in sorted(found, key=lambda one: -one.psi)
        ]
        terminal.table(("column", "drift", "PSI", "JS", "moved by", "new words"), rows, empty="No column is in both")
        for words, names in (
            ("Only in the first", end.only_before), ("Only in the second", end.only_after),
            ("Of another kind", end.other_kind),
        ):  # fmt: skip
            if names:
                terminal.say(f"{words}: {', '.join(names)}")
    return 0


def _moved(one: ColumnDrift) -> str:
    return "" if one.wasserstein is None else f"{one.wasserstein:.2f} sd"


def _news(one: ColumnDrift) -> str:
    return ", ".join(f"{_word(word)} ({100 * share:.1f} %)" for word, share in one.new[:3])
