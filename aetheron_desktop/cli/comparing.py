"""``aetheron compare``: runs beside each other, which is better, and what that stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetheron_desktop.cli.terminal import duration, number, size
from aetheron_desktop.engine.comparing.card import cards, fill, without_card
from aetheron_desktop.engine.comparing.columns import SCORE, main
from aetheron_desktop.engine.comparing.condition import matching
from aetheron_desktop.engine.comparing.differing import differing
from aetheron_desktop.engine.comparing.evidence import MOST_RUNS, judge, rank
from aetheron_desktop.engine.comparing.exporting import export
from aetheron_desktop.engine.comparing.foreign import PREFIX, foreign_rows, read_runs, take_in
from aetheron_desktop.engine.comparing.row import dataset_names, rows_of
from aetheron_desktop.engine.comparing.table import RunTable
from aetheron_desktop.engine.comparing.timing import time_runs
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.comparing.differing import RunDifference
    from aetheron_desktop.engine.comparing.evidence import RunRanking, RunVerdict
    from aetheron_desktop.engine.comparing.row import RunRow
    from aetheron_desktop.engine.workspace import Workspace


def compare(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show runs side by side; of two whether the second is better, of more who can be told apart."""
    if options.take_in:
        runs = read_runs(options.take_in)
        terminal.say(f"{take_in(workspace, runs):,} runs were taken in from {options.take_in}.")
    if options.time:
        told = time_runs(workspace, [workspace.run(run).id for run in options.run], terminal.advance, lambda: False)
        for words in told.left_out:
            terminal.say(f"Not timed: {words}")
    table = _table(workspace)
    chosen = _chosen(workspace, table, options)
    for place in chosen:
        if terminal.json:
            terminal.record(_record(table, table.rows[place]))
    if not terminal.json:
        _show_runs(terminal, table, [table.rows[place] for place in chosen])
    ids = list(options.run) or [table.rows[place].id for place in chosen]
    verdict: RunVerdict | RunRanking | None = None
    if 2 <= len(ids) <= MOST_RUNS and not any(run.startswith(PREFIX) for run in ids):
        _tell_difference(terminal, differing(workspace, ids))
        if len(ids) == 2:
            verdict = judge(workspace, ids[0], ids[1], options.metric or None, options.cohort)
            _tell_verdict(terminal, verdict)
        else:
            verdict = rank(workspace, ids, options.metric or None, options.cohort)
            _tell_ranking(terminal, table, verdict)
    elif options.cohort:
        raise UsageError(
            f"On a cohort from two to {MOST_RUNS} runs of your own are compared, and these are {len(ids)}.",
            hint=f"Name them: aetheron compare A B --cohort {options.cohort!r}",
        )
    if options.out is not None:
        shown = [column for column in table.columns() if column.group != "Environment"]
        rows = [table.rows[place] for place in chosen]
        count = export(rows, shown, options.out, best=table.best, verdict=verdict)
        terminal.say(f"{count:,} runs are in {options.out}.")
    return 0


def _table(workspace: Workspace) -> RunTable:
    """Give the table of all runs; what is not known of some is read from their folders first."""
    records = list(reversed(workspace.runs()))
    known = cards(workspace)
    if missing := without_card(records, known):
        fill(workspace, missing)
        known = cards(workspace)
    return RunTable([*rows_of(records, known, dataset_names(workspace)), *foreign_rows(workspace)])


def _chosen(workspace: Workspace, table: RunTable, options: Namespace) -> list[int]:
    """Give the places of the runs that were named, else of those that meet the condition, best first."""
    if options.run:
        if len(options.run) == 1:
            raise UsageError("With which run shall it be compared?", hint="Name a second: aetheron compare A B")
        foreign = {name: row.id for row in table.rows if row.source for name in (row.id, row.name)}
        options.run = [foreign.get(name) or workspace.run(name).id for name in options.run]
        return [place for run in options.run if (place := table.place(run)) is not None]
    where = matching(options.where, table)
    if not np.any(where):
        raise UsageError("No run meets the condition.", hint="List all: aetheron compare")
    places: list[int] = table.order(SCORE, ascending=True, where=where).tolist()
    return places


def _record(table: RunTable, row: RunRow) -> dict[str, object]:
    return {
        "kind": "run", "id": row.id, "name": row.name, "estimator": row.estimator_id, "dataset": row.dataset,
        "target": row.target, "task": row.task, "status": row.status, "metrics": dict(row.metrics),
        "seconds": row.seconds, "params": row.card.params, "test_rows": row.card.test_rows,
        "tags": row.card.marks.tags, "note": row.card.marks.note, "best": row.id in table.best,
    }  # fmt: skip


def _show_runs(terminal: Terminal, table: RunTable, rows: list[RunRow]) -> None:
    lines = []
    for row in rows:
        name = main(row)
        lines.append(
            (
                "★" if row.id in table.best else "",
                row.id,
                row.name,
                ", ".join(row.card.marks.tags),
                row.status,
                name,
                number(row.metrics.get(name)),
                f"{table.letter(row)} {row.card.test_count or ''}".strip(),
                "" if row.seconds is None else duration(row.seconds),
                size(row.card.model_bytes) if row.card.model_bytes else "",
            )
        )
    heads = ("", "id", "name", "tags", "status", "metric", "score", "test rows", "time", "size")
    terminal.table(heads, lines, empty="No run yet. Start with: aetheron train DATASET", numbers=4)


def _tell_difference(terminal: Terminal, told: RunDifference) -> None:
    if terminal.json:
        terminal.record(told)
        return
    rows = [(line.section, line.name, *(value[:40] for value in line.values)) for line in told.changed()]
    terminal.say("")
    terminal.table(("what differs", "", *told.runs), rows, empty="They differ in nothing that is kept of them.")


def _tell_verdict(terminal: Terminal, told: RunVerdict) -> None:
    if terminal.json:
        terminal.record(told)
        return
    terminal.say(f"\n{told.verdict.sentence}")
    for one in told.evidence:
        terminal.say(f"  {one.title}: {one.words}")
    for weak in told.slices:
        terminal.say(f"  The other way round where {weak.words}: {weak.count:,} rows, p {weak.p_value:.2g}, corrected.")
    if told.looked_at and not told.slices:
        terminal.say(f"  In none of {told.looked_at:,} slices it is the other way round.")
    if told.verdict.state != "withheld":
        part = f"test rows of “{told.cohort}”" if told.cohort else "test rows"
        terminal.say(f"  They disagree on {told.disagreements:,} of {told.verdict.rows:,} {part}.")


def _tell_ranking(terminal: Terminal, table: RunTable, told: RunRanking) -> None:
    if terminal.json:
        terminal.record(told)
        return
    terminal.say(f"\n{told.sentence}")
    for group in told.groups:
        names = [row.name for run in group if (row := table.row(run)) is not None]
        terminal.say(f"  Not told apart: {', '.join(names)}")
