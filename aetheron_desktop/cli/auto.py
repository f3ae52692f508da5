"""What belongs to training by ``auto``: how the rows are parted, and the members of an ensemble as a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aetheron_desktop.cli.terminal import duration, number
from aetheron_desktop.engine.errors import UsageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.deciding import parsed
from aetheron_desktop.engine.evaluation.metrics import main_metric, metric, place
from aetheron_desktop.engine.events import MemberScored
from aetheron_desktop.engine.training.cross_validation import split_plans
from aetheron_desktop.engine.training.experiment import Costs

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence
    from typing import Any

    from aetheron_desktop.cli.terminal import Terminal
    from aetheron_desktop.engine.datasets.dataset import Dataset
    from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest
    from aetheron_desktop.engine.estimators.deciding import ErrorCost
    from aetheron_desktop.engine.training.experiment import Experiment, SplitPlan
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

_TWO_COSTS: Final = re.compile(r"(-?[0-9.]+(?:[eE][+-]?[0-9]+)?):(-?[0-9.]+(?:[eE][+-]?[0-9]+)?)")
BUDGET_S = 60.0
"""What ``--auto`` may take when nothing else is said."""
_LONGEST_NAME: Final = 60
_FLAGS = {"folds": "folds", "models": "models", "latency": "latency_ms", "memory": "memory_gb", "quantiles": "predicts"}
"""Flags, and the parameters of ``auto`` that they set."""


def chosen_estimators(options: Namespace) -> list[str]:
    """Give the ids of the estimators that were named, ``auto`` among them for ``--auto``."""
    names = [*(["auto"] if options.auto else []), *options.estimator]
    return list(dict.fromkeys(catalog.card(name).id for name in names))


def budget_of(options: Namespace) -> float | None:
    """Give the time for the whole training, in seconds; None is no limit."""
    if options.budget is None and options.auto and options.models is None:
        return BUDGET_S
    budget: float | None = options.budget
    return budget


def auto_params(options: Namespace) -> dict[str, Any]:
    """Give the parameters of ``auto`` that have a flag of their own.

    Raises:
        UsageError: they are given without it.
    """
    given = {flag: getattr(options, flag) for flag in _FLAGS if getattr(options, flag) is not None}
    if "auto" in chosen_estimators(options):
        return {_FLAGS[flag]: value for flag, value in given.items()}
    given.pop("folds", None)  # those of a cross-validation
    if given:
        raise UsageError(f"--{next(iter(given))} is for auto.", hint="Add --auto.")
    return {}


def chosen_costs(words: Sequence[str]) -> tuple[Costs | None, tuple[ErrorCost, ...]]:
    """Give what errors cost: the two costs of ``1:5``, or those of single errors.

    Raises:
        UsageError: what was written is neither.
    """
    if len(words) == 1 and (found := _TWO_COSTS.fullmatch(words[0])):
        try:
            return Costs(false_alarm=float(found[1]), miss=float(found[2])), ()
        except ValueError:
            raise UsageError(f"--cost {words[0]!r} is not ALARM:MISS.", hint="Two numbers, such as 1:5.") from None
    return None, parsed(words)


def chosen_splits(dataset: Dataset, options: Namespace, experiment: Experiment) -> tuple[SplitPlan, ...]:
    """Give the split that was asked for, or one for each fold; what is not stored yet is made.

    ``experiment`` says what is predicted: of classes, each fold has its share.

    Raises:
        UsageError: more than one was asked for, or it cannot be made.
    """
    asked = [word for word in ("split", "group_by", "time_by") if getattr(options, word)]
    if len(asked) > 1:
        flags = " and ".join(f"--{word.replace('_', '-')}" for word in asked)
        raise UsageError(f"{flags} exclude each other.", hint="Give one of them.")
    # Auto takes the folds for its own: those that its members are judged on, beside the test part.
    is_auto = "auto" in chosen_estimators(options)
    folds = 0 if options.folds is None or is_auto else options.folds
    if asked == ["split"] and folds:
        raise UsageError(
            "--split and --folds exclude each other: a stored split has its own folds.", hint="Leave --folds out."
        )
    if options.folds == 0 and not is_auto:
        raise UsageError("0 folds cannot be made.", hint="Choose 3 to 50, or leave --folds out.")
    if options.fold is not None and not (asked or folds):
        raise UsageError("--fold is one of a split with folds.", hint="Add --folds K, or --split NAME.")
    if asked == ["split"] or not (asked or folds):
        return split_plans(dataset, options.split, options.fold)
    from aetheron_desktop.engine.datasets.splitting.parting import part  # numpy and pyarrow

    made = part(dataset, _new_split(options, experiment, folds))
    return split_plans(dataset, made.name, options.fold)


def _new_split(options: Namespace, experiment: Experiment, folds: int) -> SplitRequest:
    from aetheron_desktop.engine.datasets.splitting.frozen_split import SplitRequest

    seed = options.seed
    of = f", {folds} folds" if folds else ""
    if options.group_by:
        # A name stands for one split: the same words with another seed would part the rows otherwise.
        name = _named(f"groups of {options.group_by}", of + (f", seed {seed}" if seed else ""))
        return SplitRequest(name=name, kind="group", column=options.group_by, seed=seed, folds=folds)
    if options.time_by:
        name = _named(f"in order of {options.time_by}", of)
        return SplitRequest(name=name, kind="time", column=options.time_by, seed=seed, folds=folds)
    if experiment.task == "regression":
        return SplitRequest(name=f"{folds} folds at random, seed {seed}", kind="random", seed=seed, folds=folds)
    name = _named(f"{folds} folds of {experiment.target}", f", seed {seed}")
    return SplitRequest(name=name, kind="stratified", target=experiment.target, seed=seed, folds=folds)


def _named(words: str, ending: str) -> str:
    """Give a split its name: of a column with a long one the beginning, but folds and seed in full."""
    return f"{words[: _LONGEST_NAME - len(ending)]}{ending}"


def leaderboard(workspace: Workspace, terminal: Terminal, options: Namespace) -> int:
    """Show the members of a run by ``auto``, or all runs that ended with a model, the best first."""
    if options.run:
        return _members(workspace.history(workspace.run(options.run).id), terminal, options.run)
    runs = [run for run in workspace.runs() if run.model and run.task in {"binary", "multiclass", "regression"}]
    if options.target:
        runs = [run for run in runs if run.target == options.target]
    if terminal.json:
        for run in runs:
            terminal.record(run)
        return 0
    datasets = {info.id: info.name for info in workspace.datasets()}
    groups: dict[tuple[str, str, str], list[RunRecord]] = {}
    for run in runs:
        groups.setdefault((run.dataset, run.target, run.task), []).append(run)
    for (dataset, target, task), members in groups.items():
        main = main_metric(task)  # type: ignore[arg-type]  # those of other tasks were left out
        terminal.say(f"{datasets.get(dataset, dataset)}, {target}: {main.label} on the test part")
        rows = [
            (run.id, catalog.name_of(run.estimator), number(run.metrics.get(main.name)), run.model or "")
            for run in _ranked(members, main.name)
        ]
        terminal.table(("run", "name", "score", "model"), rows, empty="")
        terminal.say("")
    if not groups:
        terminal.say("No run has a model yet: aetheron train FILE --auto")
    return 0


def _ranked(runs: Sequence[RunRecord], name: str) -> list[RunRecord]:
    return sorted(runs, key=lambda run: place(metric(name), run.metrics.get(name)))


def _members(history: Iterable[object], terminal: Terminal, run: str) -> int:
    told = [event for event in history if isinstance(event, MemberScored)]
    # The last word on each: a member may be told once more.
    members = list({event.member or event.title: event for event in told}.values())
    if not members:
        raise UsageError(f"{run} has no members.", hint="Only a run by auto trains several estimators.")
    if terminal.json:
        for member in members:
            terminal.record(member)
        return 0
    weights = next((member.weights for member in reversed(members) if member.weights), {})
    main = metric(members[0].metric)
    fitted = [member for member in members if not member.reason]
    fitted.sort(key=lambda member: place(main, member.score))
    rows = [
        (
            str(member.member),
            member.title,
            number(member.score),
            f"{number(member.low)} – {number(member.high)}",
            f"{weights.get(member.member, 0.0):.0%}",
            f"{member.fits - member.cut} of {member.fits}",
            duration(member.seconds),
        )
        for member in fitted
    ]
    columns = ("", "name", main.label, "95 % interval", "weight", "whole fits", "time")
    terminal.table(columns, rows, empty="No estimator was fitted.", numbers=5)
    if fitted:
        last = [member for member in members if member.ensemble is not None][-1]
        terminal.say(f"\nEnsemble: {main.label} {number(last.ensemble)}, on rows that its members did not learn from.")
    for member in members:
        if member.reason:
            terminal.say(f"Failed: {member.title}: {member.reason}")
    return 0
