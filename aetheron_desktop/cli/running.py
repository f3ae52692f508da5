"""The verbs about runs: what goes on, pausing, stopping, and going on with what was cut short."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aetheron_desktop.cli.runner import EXIT_CODES, Runner
from aetheron_desktop.cli.terminal import duration, moment
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.jobs import pausing, process
from aetheron_desktop.engine.jobs.monitor import free_memory
from aetheron_desktop.engine.jobs.past_runs import speeds
from aetheron_desktop.engine.jobs.pausing import Pauses
from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.engine.jobs.resuming import resumed_job
from aetheron_desktop.engine.training.forecast import in_all, memory_words, refuse_too_large, time_words
from aetheron_desktop.engine.training.outlook import of_run

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.datasets.dataset import DatasetInfo
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.workspace import RunRecord, Workspace


def runs(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the runs."""
    del options
    records = workspace.runs()
    if terminal.json:
        for record in records:
            terminal.record(record)
        return 0
    rows = [
        (
            run.id,
            run.name,
            _status(workspace, run),
            run.model or "–",
            moment(run.started),
            "–" if run.seconds is None else duration(run.seconds),
        )
        for run in records
    ]
    columns = ("id", "name", "status", "model", "started", "worked")
    terminal.table(columns, rows, empty="No run yet: aetheron train FILE", numbers=1)
    return 0


def stop(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Ask a run to stop, whoever does it; one that is paused goes on for that."""
    run = _going(workspace, options.run, "stop")
    workspace.ask_to_stop(run.id)
    pausing.go_on(workspace, run.id, run.pid, run.born)
    terminal.say(f"{run.id} was asked to stop; it keeps its best so far.")
    return 0


def pause(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Suspend the process of a run, whoever started it."""
    run = _going(workspace, options.run, "pause")
    if Pauses(workspace, run.id).current() is not None:
        terminal.say(f"{run.id} is paused already.")
        return 0
    if not pausing.pause(workspace, run.id, run.pid, run.born):
        raise UsageError(f"{run.id} is not running any more.", hint=f"Go on with it: aetheron resume {run.id}")
    terminal.say(f"{run.id} is paused; it uses no processor until: aetheron resume {run.id}")
    return 0


def resume(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Let a paused run go on, or go on here with one that was cut short."""
    run = workspace.run(options.run)
    is_going = run.outcome is None and process.is_running(run.pid, run.born)
    if is_going and Pauses(workspace, run.id).current() is not None:
        pausing.go_on(workspace, run.id, run.pid, run.born)
        terminal.say(f"{run.id} goes on.")
        return 0
    job = resumed_job(workspace, run)
    state = RunState.of(run)
    with Runner(workspace, terminal) as runner:
        end = runner.do(job, state)
        if end.outcome == "failed" and not terminal.json:
            terminal.trouble(f"{state.name}: {end.title}", end.detail, end.hint)
        elif not terminal.json:
            terminal.say(f"{run.id} {end.outcome} after {duration(state.seconds)} of work, {state.score_text()}.")
            if end.result:
                terminal.say(f"Predict with it: aetheron predict {end.result} FILE --out FILE")
        return runner.exit_code(EXIT_CODES[end.outcome])


def forecasts(workspace: Workspace, terminal: Terminal, experiments: Sequence[Experiment], info: DatasetInfo) -> int:
    """Say what each training would take, and whether its memory is there."""
    known, threads = speeds(workspace), os.cpu_count() or 1
    free = free_memory()
    told = [of_run(one, info, threads=threads, speeds=known) for one in experiments]
    if terminal.json:
        for one in told:
            if one is not None:
                terminal.record(one)
    else:
        rows = []
        for experiment, one in zip(experiments, told, strict=True):
            name = catalog.card(experiment.estimator).name
            if one is None:
                rows.append((name, "not measured yet", "", ""))
                continue
            most = "at most " if one.is_most else ""
            fits = "yes" if one.bytes <= free else f"no, {memory_words(free)} are free"
            rows.append((name, f"{most}{time_words(one.seconds)}", memory_words(one.bytes), fits))
        terminal.table(("estimator", "time", "memory", "fits"), rows, empty="")
        terminal.say(f"In all: {in_all([one for one in told if one is not None]).words}. Nothing was trained.")
    refuse_too_large(experiments, info, free)
    return 0


def _going(workspace: Workspace, name: str, verb: str) -> RunRecord:
    run = workspace.run(name)
    if run.outcome is not None:
        raise UsageError(f"{run.id} has ended already: {run.outcome}.", hint=f"There is nothing to {verb}.")
    return run


def _status(workspace: Workspace, run: RunRecord) -> str:
    if run.outcome is not None:
        return run.outcome
    if not process.is_running(run.pid, run.born):
        return "cut short"
    return "paused" if Pauses(workspace, run.id).current() is not None else "running"
