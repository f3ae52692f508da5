"""``aetheron prepare``: a new dataset by steps, what these would change, and the scripts that do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aetheron_desktop.cli.runner import EXIT_CODES, Runner
from aetheron_desktop.engine.datasets.preparing.answers import (
    EffectQuestion,
    Scripts,
    ScriptsQuestion,
    StepEffect,
    StepProblem,
)
from aetheron_desktop.engine.datasets.preparing.journal import Journal
from aetheron_desktop.engine.datasets.steps import load, sentence
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.jobs.job import PrepareJob

if TYPE_CHECKING:
    from argparse import Namespace

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.preparing.answers import StartingTable
    from aetheron_desktop.engine.datasets.steps import Step
    from aetheron_desktop.engine.workspace import Workspace


def prepare(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Make a dataset by steps; or show what they would change, or the script that does the same."""
    dataset = workspace.dataset(options.dataset)
    steps = load(options.steps) if options.steps else Journal(dataset).read().steps
    if not steps:
        raise UsageError(
            f"There are no steps for {dataset.info.name}.",
            hint="Name a file of them with --steps, or add some in the window.",
        )
    if options.show_sql or options.show_python:
        return _show_scripts(workspace, terminal, dataset, steps, options)
    _refuse_misfits(workspace, dataset, steps)
    if options.effects:
        return _show_effects(workspace, terminal, dataset, steps)
    job = PrepareJob(id=workspace.new_id("prepare"), dataset=dataset.info.id, steps=steps, name=options.name)
    with Runner(workspace, terminal) as runner:
        end = runner.do(job)
    if end.outcome == "succeeded" and end.result and not terminal.json:
        made = workspace.dataset(end.result).info
        terminal.say(f"{made.id}  {made.name}: {made.rows:,} rows, {len(made.schema.columns):,} columns")
    return EXIT_CODES[end.outcome]


def _refuse_misfits(workspace: Workspace, dataset: Dataset, steps: tuple[Step, ...]) -> None:
    """Say of all steps that do not fit, at once, why."""
    from aetheron_desktop.engine.datasets.preparing.effect import misfits  # duckdb; only this verb needs it

    found = misfits(dataset, steps, workspace, lambda: False)
    if len(found) > 1:
        told = "\n".join(one.detail for one in found)
        raise UsageError(
            f"{len(found)} of {len(steps)} steps do not fit {dataset.info.name}:\n{told}", hint=found[0].hint
        )
    if found:
        raise found[0]


def _show_effects(workspace: Workspace, terminal: Terminal, dataset: Dataset, steps: tuple[Step, ...]) -> int:
    from aetheron_desktop.engine.datasets.preparing.effect import effects  # duckdb; only this verb needs it

    rows: list[tuple[str, str, str, str]] = []

    def hear(answer: StartingTable | StepEffect | StepProblem) -> None:
        if terminal.json:
            terminal.record(answer)
        elif isinstance(answer, StepEffect):
            number = str(answer.step + 1)
            rows.append((number, sentence(steps[answer.step]), answer.words(), f"{answer.rows_after:,}"))

    question = EffectQuestion(dataset=dataset.info.id, steps=steps)
    terminal.begin(f"Look what the steps change of {dataset.info.name}")
    try:
        effects(dataset, question, hear, terminal.advance, lambda: False, workspace)
    finally:
        terminal.end()
    if not terminal.json:
        terminal.table(("", "step", "changes", "rows after"), rows, empty="No steps", numbers=1)
        terminal.say("Nothing was made.")
    return 0


def _show_scripts(
    workspace: Workspace, terminal: Terminal, dataset: Dataset, steps: tuple[Step, ...], options: Namespace
) -> int:
    from aetheron_desktop.engine.datasets.preparing.effect import scripts  # duckdb; only this verb needs it

    def show(found: Scripts) -> None:
        if terminal.json:
            terminal.record(found)
            return
        for text in (found.sql,) * options.show_sql + (found.python,) * options.show_python:
            terminal.line(text.encode())

    scripts(dataset, ScriptsQuestion(dataset=dataset.info.id, steps=steps), show, lambda: False, workspace)
    return 0
