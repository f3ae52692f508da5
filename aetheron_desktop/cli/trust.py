"""``aetheron check`` and ``aetheron split``: what would harm a model, and how the rows are parted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.cli.columns import excluded
from aetheron_desktop.engine.datasets.checks.decisions import decisions
from aetheron_desktop.engine.datasets.checks.finding import Checked, CheckQuestion, Finding, ranked
from aetheron_desktop.engine.datasets.schema import task_for
from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest, splits
from aetheron_desktop.engine.datasets.splitting.kinds import BY
from aetheron_desktop.engine.errors import UsageError

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.workspace import Workspace

_SIGNS = {"high": "!!!", "medium": "!! ", "low": "!  "}


def check(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show the trust report; with ``--json`` each finding as soon as it is known."""
    from aetheron_desktop.engine.datasets.checks.report import check as checked  # duckdb and numpy

    dataset = workspace.dataset(options.dataset)
    question = _question(dataset, options)
    found: list[Finding] = []
    ends: list[Checked] = []

    def hear(answer: Finding | Checked) -> None:
        if terminal.json:
            terminal.record(answer)
        elif isinstance(answer, Finding):
            found.append(answer)
        else:
            ends.append(answer)

    terminal.begin(f"Check {dataset.info.name} for {question.target}")
    try:
        checked(dataset, question, hear, terminal.advance, lambda: False, workspace.root / "tmp")
    finally:
        terminal.end()
    for end in ends:
        _show(terminal, ranked(found), end, dataset, question)
    return 0


def _question(dataset: Dataset, options: Namespace) -> CheckQuestion:
    info = dataset.info
    target = options.target or info.proposal.target
    if target is None:
        raise UsageError("No target is chosen.", hint="Name the column that shall be predicted: --target COL.")
    column = info.schema.column(target)
    proposed = info.proposal.task if target == info.proposal.target else None
    hidden = {target, *excluded(info.schema, options.exclude), *info.proposal.excluded}
    return CheckQuestion(
        dataset=info.id,
        target=target,
        task=options.task or proposed or task_for(column),
        features=tuple(name for name in info.schema.names if name not in hidden),
    )


def _show(terminal: Terminal, found: list[Finding], end: Checked, dataset: Dataset, question: CheckQuestion) -> None:
    known = {one.finding: one for one in decisions(dataset, question.target)}
    looked = "all rows" if end.sampled >= end.rows else f"a sample of {end.sampled:,} of {end.rows:,} rows"
    if not found:
        terminal.say(f"Nothing found that would harm a model of {question.target}; columns by {looked}.")
    for finding in found:
        decision = known.get(finding.id)
        note = f" [{decision.action}{f': {decision.reason}' if decision.reason else ''}]" if decision else ""
        terminal.say(f"{_SIGNS[finding.severity]} {finding.headline}{note}")
        for line in (finding.why, *finding.evidence):
            terminal.say(f"      {line}")
        if finding.rows:
            rows = ", ".join(f"{row + 1:,}" for row in finding.rows[:8])
            terminal.say(f"      Rows {rows}{' …' if len(finding.rows) > 8 else ''}.")
        if finding.fix is not None:
            terminal.say(f"      Fix: {finding.fix.label}.")
    of = f", “{end.split.column}”" if end.split.column else ""
    terminal.say(f"\nProposed split: {BY[end.split.kind]}{of}. {end.split.reason}")
    terminal.say(f"Checked for: {', '.join(end.checks)}; columns by {looked}.")


def split(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Make and store a split, or list those that there are."""
    dataset = workspace.dataset(options.dataset)
    if options.name is None:
        known = splits(dataset)
        if terminal.json:
            for one in known:
                terminal.record(one)
        else:
            rows = [(one.name, one.sentence(), one.hash) for one in known]
            terminal.table(("name", "rows", "hash"), rows, empty="No splits yet")
        return 0
    from aetheron_desktop.engine.datasets.splitting.parting import part  # numpy and pyarrow

    target = options.target or dataset.info.proposal.target
    made = part(
        dataset,
        SplitRequest(
            name=options.name,
            kind=options.by,
            column=options.column,
            target=target if options.by == "stratified" else None,
            valid=options.valid,
            test=options.test,
            folds=options.folds,
            gap=options.gap,
            seed=options.seed,
        ),
    )
    if terminal.json:
        terminal.record(made)
    else:
        terminal.say(f"{made.name}: {made.sentence()}.")
        for note in made.notes:
            terminal.say(note)
        terminal.say(f"Train with it: aetheron train {dataset.info.name} --split {made.name!r}")
    return 0
