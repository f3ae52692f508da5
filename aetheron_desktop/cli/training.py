"""The verbs about training: the plan of what is asked for, the runs one after the other, and the best."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aetheron_desktop.cli import auto, columns, running
from aetheron_desktop.cli.runner import EXIT_CODES, Runner
from aetheron_desktop.cli.terminal import Terminal, duration, number
from aetheron_desktop.engine.datasets.checks.decisions import decisions
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators import catalog, monotone
from aetheron_desktop.engine.estimators.treatments import parsed
from aetheron_desktop.engine.evaluation.metrics import metric, metrics_for, place
from aetheron_desktop.engine.events import BestChosen, JobEnded
from aetheron_desktop.engine.jobs.job import ChangeJob, ImportJob, TrainJob
from aetheron_desktop.engine.jobs.monitor import free_memory
from aetheron_desktop.engine.jobs.progress import RunState
from aetheron_desktop.engine.training.cross_validation import fold_scores, on_each, ranked
from aetheron_desktop.engine.training.experiment import plan
from aetheron_desktop.engine.training.forecast import refuse_too_large
from aetheron_desktop.engine.versioning.changes import JoinModel

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.evaluation.metrics import Metric
    from aetheron_desktop.engine.training.cross_validation import FoldScores
    from aetheron_desktop.engine.training.experiment import Experiment
    from aetheron_desktop.engine.workspace import Workspace

_BASELINE: Final = "dummy"


def train(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Train the estimators one after the other and name the best, or go on with a run that was cut short."""
    if options.resume is not None:
        options.run = options.resume
        return running.resume(workspace, terminal, options)
    if options.table is None:
        raise UsageError("There is nothing to train on.", hint="Name a dataset or a file: aetheron train FILE")
    # Found before: hours later there may be another of this name.
    into = ""
    if options.version_of:
        model = workspace.model(options.version_of)
        into, options.target = model.id, options.target or model.target
    with Runner(workspace, terminal) as runner:
        dataset = _dataset(workspace, runner, options.table)
        if isinstance(dataset, JobEnded):
            return EXIT_CODES[dataset.outcome]
        experiments = _plan(workspace, dataset, options)
        _refuse_target(experiments[0], dataset)
        if options.dry_run:
            return running.forecasts(workspace, terminal, experiments, dataset.info)
        refuse_too_large(experiments, dataset.info, free_memory())
        if not terminal.json:
            columns.warn(workspace, terminal, dataset, experiments[0])
        states = _train_all(runner, terminal, experiments, auto.budget_of(options))
        best = _show_scores(terminal, states, is_crossed=len({one.split for one in experiments}) > 1)
        terminal_end = BestChosen(
            job=experiments[0].group or experiments[0].run,
            model=best.model if best else None,
            name=best.name if best else "",
            metric=states[0].judged_by.name,
            score=best.metrics.get(best.judged_by.name) if best else None,
        )
        if terminal.json:
            terminal.record(terminal_end)
        elif best is not None:
            terminal.say(f"\nBest: {best.model}. Predict with it: aetheron predict {best.model} FILE --out FILE")
        is_done = best is not None
        if into and best is not None and best.model:
            change = JoinModel(model=best.model, into=into, message=options.message)
            is_done = _make_version(workspace, runner, terminal, change)
        if runner.stopped:
            return runner.exit_code(EXIT_CODES["stopped"])
        return runner.exit_code(0 if is_done else 1)


def _refuse_target(experiment: Experiment, dataset: Dataset) -> None:
    """Say before the first run what each of them would end with."""
    from aetheron_desktop.engine.training.preparation import refuse_target  # learning libraries

    refuse_target(experiment, dataset)


def _make_version(workspace: Workspace, runner: Runner, terminal: Terminal, change: JoinModel) -> bool:
    """Make the best model of a training the next version of another; False when that was refused."""
    if runner.do(ChangeJob(id=workspace.new_id("change"), change=change)).outcome != "succeeded":
        return False
    into = workspace.model(change.into)
    terminal.say(f"It is version {into.versions} of {into.name} now.")
    return True


def _dataset(workspace: Workspace, runner: Runner, table: str) -> Dataset | JobEnded:
    file = Path(table)
    if not file.exists() and (file.suffix or len(file.parts) > 1):
        names = {name for info in workspace.datasets() for name in (info.name, info.id)}
        if table not in names:
            raise UsageError(f"There is neither a file {table} nor a dataset of that name.", hint="Look at the path.")
    if not file.is_file() and not (file.exists() and file.suffix):
        return workspace.dataset(table)
    end = runner.do(
        ImportJob(id=workspace.new_id("import"), source=str(file.absolute()), name=file.name.partition(".")[0])
    )
    return workspace.dataset(end.result) if end.outcome == "succeeded" and end.result else end


def _plan(workspace: Workspace, dataset: Dataset, options: Namespace) -> tuple[Experiment, ...]:
    info = dataset.info
    target = options.target or info.proposal.target
    hidden = {target, *columns.excluded(info.schema, options.exclude), *info.proposal.excluded}
    features = [name for name in info.schema.names if name not in hidden]
    chosen, new_id = auto.chosen_estimators(options), partial(workspace.new_id, "run")
    params = _params(options.param, chosen)
    costs, errors = auto.chosen_costs(options.cost)
    if given := auto.auto_params(options):
        params["auto"] = given | params.get("auto", {})
    planned = plan(
        info,
        target=target,
        task=options.task,
        estimators=chosen,
        params=params,
        seed=options.seed,
        class_weight=options.class_weight,
        sample_weight=options.sample_weight,
        features=features,
        decisions=decisions(dataset, target) if target else (),
        treatments=parsed(options.feature),
        metric=options.metric,
        costs=costs,
        error_costs=errors,
        level=options.level,
        monotone=monotone.parsed(options.monotone),
        new_id=new_id,
    )
    return on_each(planned, auto.chosen_splits(dataset, options, planned[0]), new_id)


def _params(words: Sequence[str], chosen: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Sort ``[ESTIMATOR.]NAME=VALUE`` under the estimators that each is for."""
    cards = [catalog.card(id_) for id_ in chosen] or list(catalog.ALL)
    sorted_: dict[str, dict[str, Any]] = {}
    for word in words:
        left, equals, value = word.partition("=")
        owner, dot, name = left.rpartition(".")
        if not equals or not name:
            raise UsageError(f"--param {word!r} is not NAME=VALUE.", hint="For example: --param n_estimators=200")
        owners = [catalog.card(owner)] if dot else [c for c in cards if any(p.name == name for p in c.parameters)]
        if not owners:
            known = sorted({parameter.name for card in cards for parameter in card.parameters})
            raise UsageError(f"No chosen estimator has a parameter {name!r}.", hint=f"There are: {', '.join(known)}.")
        for card in owners:
            sorted_.setdefault(card.id, {})[name] = value
    return sorted_


def _train_all(
    runner: Runner, terminal: Terminal, experiments: Sequence[Experiment], budget_s: float | None
) -> list[RunState]:
    # The baseline learns nothing: its time is that in which the first worker loads its libraries, and is no one's.
    left, waiting = budget_s, sum(experiment.estimator != _BASELINE for experiment in experiments)
    states = []
    for experiment in experiments:
        if left is not None:
            # What the quick ones leave is there for the slow ones.
            experiment = msgspec.structs.replace(experiment, budget_s=max(0.1, left / max(1, waiting)))  # noqa: PLW2901
        state = RunState.queued(experiment)
        states.append(state)
        began = time.monotonic()
        runner.do(TrainJob(experiment=experiment, threads=os.cpu_count() or 1), state)
        if left is not None and experiment.estimator != _BASELINE:
            left, waiting = left - (time.monotonic() - began), waiting - 1
        if runner.stopped:
            break
        if state.status == "failed" and not terminal.json:
            terminal.trouble(f"{state.name}: {state.title}", state.detail, state.hint)
    return states


def _leaderboard(terminal: Terminal, states: Sequence[RunState], best: RunState | None) -> None:
    chosen = states[0].judged_by
    others = [other.name for other in metrics_for(states[0].task) if other != chosen][:3]
    others += [name for name in ("coverage", "mean_cost") if any(name in state.metrics for state in states)]
    others = [name for name in others if name != chosen.name]
    ordered = sorted(states, key=lambda state: place(chosen, state.metrics.get(chosen.name)))
    rows = [
        (
            "★" if state is best else "",
            catalog.card(state.estimator).name,
            state.status,
            number(state.metrics.get(chosen.name)),
            *(number(state.metrics.get(name)) for name in others),
            duration(state.seconds),
        )
        for state in ordered
    ]
    labels = [metric(name).label for name in others]
    terminal.table(("", "model", "status", chosen.label, *labels, "time"), rows, empty="", numbers=2 + len(others))


def _show_scores(terminal: Terminal, states: Sequence[RunState], *, is_crossed: bool) -> RunState | None:
    """Show what the runs have, of several folds over these, and give the best of them."""
    if is_crossed:
        found = _scores_over_folds(states)
        _show_folds(terminal, states[0].judged_by, found)
        return _best_over_folds(states, found)
    best = RunState.best(states)
    if not terminal.json:
        _leaderboard(terminal, states, best)
    return best


def _scores_over_folds(states: Sequence[RunState]) -> list[FoldScores]:
    """Give what each estimator has over the folds, the best first."""
    judged = states[0].judged_by
    return ranked(
        fold_scores((state.estimator, state.metrics.get(judged.name)) for state in states if state.model), judged
    )


def _best_over_folds(states: Sequence[RunState], found: Sequence[FoldScores]) -> RunState | None:
    """Give a run of the estimator that is the best over the folds: that of the first fold which has a model."""
    return next((one for one in states if found and one.model and one.estimator == found[0].estimator), None)


def _show_folds(terminal: Terminal, judged: Metric, found: Sequence[FoldScores]) -> None:
    if terminal.json:
        for one in found:
            terminal.record({"kind": "over_folds", "metric": judged.name, **msgspec.structs.asdict(one)})
        return
    rows = [
        (catalog.card(one.estimator).name, _with_deviation(one), "  ".join(map(number, one.scores))) for one in found
    ]
    terminal.say(f"\nOver the folds, {judged.label}: the mean, and the standard deviation among them.")
    terminal.table(("model", "mean ± deviation", "each"), rows, empty="Nothing was measured.")


def _with_deviation(found: FoldScores) -> str:
    return number(found.mean) if found.sd is None else f"{number(found.mean)} ± {number(found.sd)}"


def estimators(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """List the estimators."""
    del workspace, options
    if terminal.json:
        for card in catalog.ALL:
            terminal.record(card)
        return 0
    for card in catalog.ALL:
        terminal.say(f"{card.id}: {card.name} ({card.family}). {card.summary}")
        terminal.say(f"    Good for: {card.good_at} Follows: {card.source}.")
        for parameter in card.parameters:
            terminal.say(f"    {parameter.name} = {parameter.default}  {parameter.help}")
    return 0
