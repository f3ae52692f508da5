"""The complete, frozen plan of a run, and everything that can be refused before the run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from aetheron_desktop.engine.datasets.checks.finding import Decision
from aetheron_desktop.engine.datasets.schema import Task, task_for
from aetheron_desktop.engine.datasets.splitting.frozen_split import split_named
from aetheron_desktop.engine.errors import TrainingError, UsageError
from aetheron_desktop.engine.estimators import catalog, deciding
from aetheron_desktop.engine.estimators import monotone as monotone_
from aetheron_desktop.engine.estimators.deciding import ErrorCost
from aetheron_desktop.engine.estimators.limits import HIGHEST_LEVEL, LEVEL, LOWEST_LEVEL
from aetheron_desktop.engine.estimators.monotone import Monotone
from aetheron_desktop.engine.estimators.treatments import OUT, Treatment, by_column, checked
from aetheron_desktop.engine.evaluation.metrics import MEAN_COST, metrics_for
from aetheron_desktop.engine.params import Value, check_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from aetheron_desktop.engine.datasets.dataset import Dataset, DatasetInfo
    from aetheron_desktop.engine.datasets.schema import Column
    from aetheron_desktop.engine.estimators.cards.card import Card

ClassWeight: TypeAlias = Literal["none", "balanced"]
EndedBy: TypeAlias = Literal["", "itself", "time", "steps", "hand"]
"""What ended a fit: that it was done, the time or the steps that it was given, or a person; empty when not known."""

MIN_ROWS: Final = 10
MAX_CLASSES: Final = 1_000
_TASKS: Final[tuple[Task, ...]] = ("binary", "multiclass", "regression")


class SplitPlan(msgspec.Struct, frozen=True):
    """Shares of the rows with a target: ``test`` for the final score, ``valid`` for choosing, the rest for fitting.

    With ``stratify`` each part has its share of every class. ``frozen`` names a stored split of the dataset, with the
    ``hash`` that it had; then the rows are parted as it says, with ``fold`` as the test where it has folds.
    """

    test: float = 0.2
    valid: float = 0.2
    stratify: bool = True
    frozen: str | None = None
    hash: str = ""
    fold: int = 0


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """What the errors of a binary task cost, in any unit.

    ``false_alarm`` is predicting the positive class for a row that is not of it, ``miss`` the other way round.
    """

    false_alarm: float
    miss: float


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides a run, before it starts.

    ``run`` is the run's id and ``dataset`` the dataset's; ``estimator`` is a card's id and ``params`` has all of its
    parameters; ``budget_s`` is the longest fit in seconds, ``steps`` the most steps of it; ``group`` joins runs that
    were started together; ``positive`` is the class that a binary task is about, chosen by its name when None;
    ``decisions`` are those about the findings of the trust report that were made before;
    ``treatments`` say what is made of the columns for which something was chosen. ``metric`` is what the best of
    several is chosen by and, of two classes, the threshold where it depends on one; the task's main metric when empty.
    ``costs`` choose the threshold instead. ``level`` is the share of rows that shall lie between the limits of a
    number that is predicted. ``monotone`` are the columns with which a prediction only rises, or only falls.
    ``error_costs`` are what errors of single kinds cost, the others costing 1: the class that is expected to cost least
    is predicted. ``sample_weight`` is the column that says what each row counts while it is learned; empty where each
    counts the same.
    """

    run: str
    name: str
    dataset: str
    target: str
    task: Task
    features: tuple[str, ...]
    estimator: str
    params: dict[str, Value]
    split: SplitPlan = SplitPlan()
    seed: int = 0
    class_weight: ClassWeight = "none"
    budget_s: float | None = None
    steps: int | None = None
    group: str = ""
    positive: str | None = None
    decisions: tuple[Decision, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    metric: str = ""
    costs: Costs | None = None
    level: float = LEVEL
    monotone: tuple[Monotone, ...] = ()
    error_costs: tuple[ErrorCost, ...] = ()
    sample_weight: str = ""

    @property
    def counted(self) -> str:
        """How rows count, for people; empty where each counts the same."""
        if not self.sample_weight:
            return ""
        return f"Each row counts as {self.sample_weight} says while it is learned, and once where it is a test row."


def plan(  # noqa: PLR0913 - what a form or the command line gives, all by keyword
    dataset: DatasetInfo,
    *,
    target: str | None = None,
    task: Task | None = None,
    estimators: Sequence[str] = (),
    params: Mapping[str, Mapping[str, Any]] | None = None,
    seed: int = 0,
    budget_s: float | None = None,
    class_weight: ClassWeight = "none",
    features: Sequence[str] | None = None,
    positive: str | None = None,
    split: SplitPlan | None = None,
    decisions: Sequence[Decision] = (),
    treatments: Sequence[Treatment] = (),
    metric: str = "",
    costs: Costs | None = None,
    level: float = LEVEL,
    monotone: Sequence[Monotone] = (),
    error_costs: Sequence[ErrorCost] = (),
    sample_weight: str = "",
    new_id: Callable[[], str],
) -> tuple[Experiment, ...]:
    """Give one experiment for each estimator, the catalog's defaults when none is named.

    ``params`` has values under the ids of their estimators; those of an estimator that is not trained are passed over.
    ``budget_s`` is in seconds for each run. What is not given is taken from the dataset's proposal.

    Raises:
        UsageError: a name or value is wrong.
        TrainingError: the table cannot be trained on as asked.
    """
    column = _target(dataset, target)
    task = _task(dataset, column, task)
    _check_target(dataset, column, task)
    errors = deciding.checked(error_costs)
    is_priced = bool(errors) and task == "multiclass"
    # Whoever says what errors cost wants the model whose errors cost least.
    metric = metric or (MEAN_COST if is_priced else "")
    _check_choice(task, metric, costs, is_priced=is_priced)
    _check_errors(task, errors, costs, class_weight)
    cards = _cards(estimators, task)
    values = {catalog.card(id_).id: dict(given) for id_, given in (params or {}).items()}
    _check_numbers(budget_s, level, seed)
    wanted = checked(treatments, dataset.schema, column.name, task, column.distinct)
    _check_weight(dataset, column, sample_weight)
    left_out = {one.column for one in wanted if one.how == (OUT,)} | {sample_weight}
    chosen = _features(dataset, column, features, left_out)
    directed = monotone_.checked(monotone, dataset.schema, chosen, by_column(wanted), task)
    if directed:
        cards = monotone_.keeping(cards, task, are_chosen=bool(estimators))
    chosen_params = {card.id: check_all(card.parameters, values.get(card.id, {}), owner=card.name) for card in cards}
    _check_quantiles(task, chosen_params, directed)
    group = new_id().replace("run-", "group-", 1) if len(cards) > 1 else ""
    return tuple(
        Experiment(
            run=new_id(),
            name=f"{card.name} on {dataset.name}",
            dataset=dataset.id,
            target=column.name,
            task=task,
            features=chosen,
            estimator=card.id,
            params=chosen_params[card.id],
            split=_split(split),
            seed=seed,
            class_weight="none" if task == "regression" else class_weight,
            budget_s=budget_s,
            group=group,
            positive=positive,
            decisions=tuple(decisions),
            metric=metric,
            costs=costs,
            level=level,
            monotone=directed,
            error_costs=errors,
            sample_weight=sample_weight,
            treatments=tuple(one for one in wanted if one.column in chosen),
        )
        for card in cards
    )


def split_plan(dataset: Dataset, name: str | None, fold: int = 0) -> SplitPlan:
    """Give the plan of the stored split ``name`` of a dataset, the usual one when there is none.

    Raises:
        UsageError: there is no such split or fold.
    """
    if name is None:
        return SplitPlan()
    frozen = split_named(dataset, name)
    if not 0 <= fold < max(1, frozen.request.folds):
        raise UsageError(f"The split “{name}” has no fold {fold}.", hint=f"There are {frozen.request.folds}.")
    return SplitPlan(frozen=name, hash=frozen.hash, fold=fold)


def _target(dataset: DatasetInfo, target: str | None) -> Column:
    name = target if target is not None else dataset.proposal.target
    if name is None:
        raise UsageError("No target is chosen.", hint="Choose the column that the model shall predict.")
    return dataset.schema.column(name)


def _task(dataset: DatasetInfo, column: Column, task: Task | None) -> Task:
    if task is None and column.name == dataset.proposal.target:
        task = dataset.proposal.task
    if task is None:
        task = task_for(column)
    if task not in _TASKS:
        raise UsageError(f"There is no task {task!r}.", hint=f"There are: {', '.join(_TASKS)}.")
    return task


def _check_numbers(budget_s: float | None, level: float, seed: int) -> None:
    if budget_s is not None and not (math.isfinite(budget_s) and budget_s > 0):
        raise UsageError(f"The budget must be a number of seconds above 0, got {budget_s!r}.")
    if not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
        raise UsageError(
            f"The level of the limits must lie between {LOWEST_LEVEL:g} and {HIGHEST_LEVEL:g}, got {level!r}.",
            hint="0.9 is the usual one: 90 % of the rows then lie between the limits.",
        )
    if not 0 <= seed < 2**32:
        raise UsageError(f"The seed must lie between 0 and {2**32 - 1}, got {seed}.")


def _check_choice(task: Task, metric: str, costs: Costs | None, *, is_priced: bool) -> None:
    known = [*(one.name for one in metrics_for(task)), *([MEAN_COST] if is_priced else [])]
    if metric and metric not in known:
        raise UsageError(f"The metric {metric!r} is none for the task {task}.", hint=f"There are: {', '.join(known)}.")
    if costs is None:
        return
    if task != "binary":
        more = "Write what each kind of error costs, such as --cost dog:cat=5." if task == "multiclass" else ""
        raise UsageError(f"Two costs are for two classes; the task is {task}.", hint=more or "Leave them out.")
    if not all(math.isfinite(one) and one > 0 for one in (costs.false_alarm, costs.miss)):
        raise UsageError(
            "What an error costs must be a number above 0.", hint="For example 1 for one and 5 for the other."
        )


def _check_errors(task: Task, errors: Sequence[ErrorCost], costs: Costs | None, class_weight: ClassWeight) -> None:
    if not errors:
        return
    if task == "regression":
        raise UsageError("Costs of errors are for classes; the task is regression.", hint="Leave them out.")
    if costs is not None:
        raise UsageError("What errors cost is said twice.", hint="Give ALARM:MISS, or a cost for each kind of error.")
    if class_weight == "balanced":
        raise UsageError(
            "Costs of errors need probabilities as they are, and balanced class weights bend them.",
            hint="Choose one of both: the costs say what rare classes are worth.",
        )


def _check_quantiles(task: Task, params: Mapping[str, dict[str, Value]], directed: Sequence[Monotone]) -> None:
    if not any(given.get("predicts") == "quantiles" for given in params.values()):
        return
    if task != "regression":
        raise UsageError(f"Quantiles are of numbers; the task is {task}.", hint="Leave them out.")
    if directed:
        raise UsageError("No estimator that tells quantiles can promise a direction.", hint="Leave one of the two out.")


def _check_target(dataset: DatasetInfo, column: Column, task: Task) -> None:
    name, rows = column.name, dataset.rows - column.missing
    if rows == 0:
        raise TrainingError(f"The target {name!r} has no values at all.", hint="Choose another target.")
    if rows < MIN_ROWS:
        raise TrainingError(
            f"Only {rows} of {dataset.rows} rows have a value of the target {name!r}; at least {MIN_ROWS} are needed.",
            hint="Add rows, or choose another target.",
        )
    if column.distinct < 2:
        raise TrainingError(
            f"The target {name!r} has the same value in every row; there is nothing to tell apart.",
            hint="Choose another target.",
        )
    if task == "regression":
        _check_number(column)
    else:
        _check_classes(column, task, rows)


def _check_number(column: Column) -> None:
    if column.type not in {"number", "integer", "boolean", "identifier"}:
        raise TrainingError(
            f"The target {column.name!r} is of the type {column.type}; a regression predicts numbers.",
            hint="Choose a column of numbers, or a classification.",
        )


def _check_classes(column: Column, task: Task, rows: int) -> None:
    name, classes = column.name, column.distinct
    if column.type == "date":
        raise TrainingError(
            f"The target {name!r} is a date; dates cannot be predicted as classes.",
            hint="Choose another target, or a column with a number of days.",
        )
    if classes >= rows or (column.type in {"text", "identifier"} and classes > rows / 2):
        raise TrainingError(
            f"The target {name!r} has {classes:,} different values in {rows:,} rows; hardly any of them comes twice.",
            hint="Choose a target whose values repeat"
            + (", or a regression." if column.type in {"number", "integer"} else "."),
        )
    if classes > MAX_CLASSES:
        raise TrainingError(
            f"The target {name!r} has {classes:,} classes; at most {MAX_CLASSES:,} can be told apart.",
            hint="Join rare classes to one, or choose another target.",
        )
    if task == "binary" and classes != 2:
        raise TrainingError(
            f"The target {name!r} has {classes:,} classes; a binary task has two.",
            hint="Choose the task multiclass" + (" or regression." if column.type in {"number", "integer"} else "."),
        )
    if task == "multiclass" and classes == 2:
        raise TrainingError(f"The target {name!r} has two classes.", hint="Choose the task binary.")


def _check_weight(dataset: DatasetInfo, target: Column, name: str) -> None:
    if not name:
        return
    column = dataset.schema.column(name)
    if name == target.name:
        raise UsageError(f"The target {name!r} cannot also say what a row counts.", hint="Choose another column.")
    if not is_weight(column):
        raise UsageError(
            f"The column {name!r} is of the type {column.type}; what a row counts is a number.",
            hint="Choose a column of numbers, as survey weights or how often a row was seen.",
        )


def is_weight(column: Column) -> bool:
    """Say whether ``column`` may say what each row counts, by its type."""
    return column.type in {"number", "integer", "boolean"}


def _features(
    dataset: DatasetInfo, target: Column, features: Sequence[str] | None, left_out: AbstractSet[str]
) -> tuple[str, ...]:
    if features is None:
        out = {target.name, *dataset.proposal.excluded}
        features = [name for name in dataset.schema.names if name not in out]
    chosen = tuple(name for name in dict.fromkeys(features) if name not in left_out)
    for name in chosen:
        dataset.schema.column(name)
    if target.name in chosen:
        raise UsageError(
            f"The target {target.name!r} cannot also be a column to predict from.", hint="Take it out of the columns."
        )
    if not chosen:
        raise TrainingError(
            f"No column is left to predict {target.name!r} from.",
            hint="Take a column in that was left out, or choose another target.",
        )
    return chosen


def _cards(estimators: Sequence[str], task: Task) -> tuple[Card, ...]:
    if not estimators:
        return catalog.defaults_for(task)
    cards = tuple({card.id: card for card in map(catalog.card, estimators)}.values())
    for card in cards:
        if task not in card.tasks:
            fitting = [other.id for other in catalog.ALL if task in other.tasks]
            raise UsageError(
                f"{card.name} is not for the task {task}.", hint=f"For it there are: {', '.join(fitting)}."
            )
    # A score says nothing without one to beat.
    return cards if catalog.card("dummy") in cards else (catalog.card("dummy"), *cards)


def _split(split: SplitPlan | None) -> SplitPlan:
    split = split or SplitPlan()
    if not (0 < split.test < 1 and 0 < split.valid < 1 and split.test + split.valid < 1):
        raise UsageError(
            f"The test part {split.test:g} and the validation part {split.valid:g} leave no rows for the fit.",
            hint="Use shares such as 0.2 and 0.2.",
        )
    return split
