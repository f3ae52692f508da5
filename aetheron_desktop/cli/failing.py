"""Where a model fails, in the terminal: weak segments, groups, and cohorts."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from aetheron_desktop.cli.again import of_run
from aetheron_desktop.cli.terminal import number
from aetheron_desktop.cli.versions import ask
from aetheron_desktop.engine.datasets.comparing import drift
from aetheron_desktop.engine.datasets.viewing.cohorts import cohort_named, cohorts, drop_cohort, keep_cohort
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.evaluation.metrics import metric
from aetheron_desktop.engine.evaluation.segments import words
from aetheron_desktop.engine.evaluation.segments.failure import (
    CohortQuestion,
    CohortScores,
    ErrorTree,
    FailuresQuestion,
    Fairness,
    FairnessQuestion,
    LabelErrors,
    MissingErrors,
    TestDrift,
    WeakSegments,
)
from aetheron_desktop.engine.jobs.process import program
from aetheron_desktop.engine.versioning.reporting.question import ReportMade, ReportQuestion

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.evaluation.segments.failure import Segment, TreeNode
    from aetheron_desktop.engine.workspace import Workspace

_LISTED = 10


def failures(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show where a version fails, by its stored test predictions; with a column or a condition, that alone."""
    model, version = of_run(workspace, options.model) or (workspace.model(options.model).id, options.version)
    if options.positive and not options.by:
        raise UsageError("--positive names the class that groups are compared by.", hint="Name a column: --by COL")
    question: FailuresQuestion | FairnessQuestion | CohortQuestion
    if options.by:
        question = FairnessQuestion(model=model, version=version, column=options.by, positive=options.positive)
    elif options.where or options.cohort:
        condition = options.where or cohort_named(_dataset(workspace, model), options.cohort).condition
        question = CohortQuestion(model=model, version=version, condition=condition, measure=options.measure)
    else:
        question = FailuresQuestion(model=model, version=version, measure=options.measure, afresh=options.afresh)
    found: list[object] = []
    code = ask(workspace, terminal, question, found)
    if not terminal.json:
        for answer in found:
            _show(terminal, answer)
    return code


def report(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Write the report of a version: one page of HTML that works offline, or a card."""
    model, version = of_run(workspace, options.model) or (workspace.model(options.model).id, options.version)
    name = re.sub(r"[^\w-]+", "-", workspace.model(model).name).strip("-") or "model"
    out = options.out or Path(f"{name}-report.html")
    if out.suffix.lower() not in {".html", ".htm", ".md"}:
        raise UsageError(
            f"A report is no {out.suffix or 'file without a suffix'}.", hint="Name it .html, or .md: a card."
        )
    if options.pdf and out.suffix.lower() == ".md":
        raise UsageError("A card is not printed.", hint="Name the report .html: its PDF is written beside it.")
    found: list[object] = []
    code = ask(workspace, terminal, ReportQuestion(model=model, version=version, out=str(out.absolute())), found)
    made = next((one for one in found if isinstance(one, ReportMade)), None)
    if made is None:
        return code
    terminal.say(f"The report is in {out} ({made.bytes / 1000:,.0f} kB).")
    return _print(terminal, out) if options.pdf else code


def _print(terminal: Terminal, page: Path) -> int:
    """Have the page printed by the window's program, which has Qt, without a screen."""
    out = page.with_suffix(".pdf")
    done = subprocess.run(
        [*program(), "--pdf", str(page.absolute()), str(out.absolute())], capture_output=True, text=True, check=False
    )
    if done.returncode:
        terminal.trouble("Not printed", done.stderr.strip() or "The program for it ended.", "The page itself is whole.")
        return 1
    terminal.say(f"Printed: {out}")
    return 0


def cohort(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the cohorts of a dataset, keep a condition as one, or forget one."""
    dataset = workspace.dataset(options.dataset)
    if options.name is None:
        if terminal.json:
            for one in cohorts(dataset):
                terminal.record(one)
            return 0
        rows = [(one.name, one.condition) for one in cohorts(dataset)]
        terminal.table(("name", "rows that meet"), rows, empty="No cohort yet: aetheron cohort DATASET NAME --where …")
    elif options.remove:
        drop_cohort(dataset, options.name)
        terminal.say(f"{options.name} is forgotten.")
    elif not options.where:
        raise UsageError("Which rows shall be in it?", hint="Name a condition: --where \"age > 30 and city = 'Ulm'\"")
    else:
        made = keep_cohort(dataset, options.name, options.where)
        if terminal.json:
            terminal.record(made)
        terminal.say(f"{made.name}: the rows with {made.condition}.")
    return 0


def _dataset(workspace: Workspace, model: str) -> Dataset:
    return workspace.dataset(workspace.model(model).dataset)


def _show(terminal: Terminal, answer: object) -> None:
    match answer:
        case WeakSegments():
            _heading(terminal, "Weak segments", words.of_segments(answer))
            _segments(terminal, answer.measure, answer.segments)
        case ErrorTree():
            _heading(terminal, "Error tree", words.of_tree(answer))
            for node in answer.nodes if len(answer.nodes) > 1 else ():
                _node(terminal, answer, node)
        case LabelErrors():
            _heading(terminal, "Suspected labels", words.of_labels(answer))
            rows = [(f"{one.row + 1:,}", one.given, one.told, f"{one.score:.3f}") for one in answer.suspects[:_LISTED]]
            if rows:
                terminal.table(("row", "given", "likely", "margin"), rows, empty="", numbers=1)
        case MissingErrors():
            _missing(terminal, answer)
        case TestDrift():
            _heading(terminal, "Drift of the test rows", words.of_drift(answer))
            for one, chance in zip(answer.columns[:_LISTED], answer.by_chance, strict=False):
                if one.psi > chance:
                    terminal.say(f"  {drift.words(one)} Stability index {one.psi:.3f}, by chance up to {chance:.3f}.")
        case Fairness():
            _fairness(terminal, answer)
        case CohortScores():
            _cohort(terminal, answer)
        case _:
            pass


def _heading(terminal: Terminal, title: str, text: str) -> None:
    terminal.say(f"\n{title}\n{text}")


def _segments(terminal: Terminal, measure: str, found: Sequence[Segment]) -> None:
    rows = [
        (
            one.condition,
            f"{one.rows:,}",
            words.amount(measure, one.loss),
            words.amount(measure, one.rest),
            f"{words.difference(measure, one.low)} to {words.difference(measure, one.high)}",
            f"{one.p_value:.2g}",
        )
        for one in found
    ]
    if rows:
        terminal.table(("rows with", "rows", "there", "elsewhere", "difference", "chance"), rows, empty="", numbers=5)


def _node(terminal: Terminal, tree: ErrorTree, node: TreeNode) -> None:
    depth, parent = 0, node.parent
    while parent is not None:
        depth, parent = depth + 1, tree.nodes[parent].parent
    ends = f"{words.amount(tree.measure, node.low)} to {words.amount(tree.measure, node.high)}"
    terminal.say(
        f"{'  ' * depth}{node.condition or 'all test rows'}: {words.amount(tree.measure, node.loss)} ({ends}), "
        f"{node.rows:,} rows, {100 * node.share:.0f} % of what is lost"
    )


def _missing(terminal: Terminal, found: MissingErrors) -> None:
    _heading(terminal, "Missing cells", words.of_missing(found))
    rows = [
        (
            one.column,
            f"{one.rows:,}",
            words.amount(found.measure, one.loss),
            words.amount(found.measure, one.rest),
            f"{words.difference(found.measure, one.low)} to {words.difference(found.measure, one.high)}",
            f"{one.p_value:.2g}",
        )
        for one in found.columns[:_LISTED]
    ]
    if rows:
        terminal.table(("column", "missing", "there", "elsewhere", "difference", "chance"), rows, empty="", numbers=5)


def _fairness(terminal: Terminal, found: Fairness) -> None:
    _heading(terminal, f"Groups of {found.column}", words.of_fairness(found))
    names = list(found.groups[0].rates) if found.groups else []
    rows = []
    for group in found.groups:
        told = [words.of_share(name, group.rates[name]) for name in names]
        rows.append((f"{group.name}{' (small)' if group.is_small else ''}", f"{group.rows:,}", *told))
    terminal.table(("group", "rows", *(words.RATES[name] for name in names)), rows, empty="", numbers=len(names) + 1)
    for one in found.disparities:
        terminal.say(f"- {words.of_disparity(one)}")
    if found.equalised_odds is not None:
        terminal.say(f"- Equalised odds difference: {100 * found.equalised_odds:.1f} points.")


def _cohort(terminal: Terminal, found: CohortScores) -> None:
    _heading(terminal, found.condition, found.note or f"{len(found.numbers):,} test rows.")
    rows = []
    for name, value in found.metrics.items():
        low, high = found.intervals.get(name, (None, None))
        rows.append((metric(name).label, number(value), "–" if low is None else f"{number(low)} to {number(high)}"))
    if rows:
        terminal.table(("metric", "there", "95 %"), rows, empty="", numbers=2)
