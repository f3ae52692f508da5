"""What can be analyzed: the test predictions of a run, and the version of a model that decides on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aetheron_desktop.engine.datasets.schema import Task
from aetheron_desktop.engine.datasets.splitting.frozen_split import split_named
from aetheron_desktop.engine.errors import AetheronError, UsageError
from aetheron_desktop.engine.estimators import catalog
from aetheron_desktop.engine.estimators.deciding import CostRule
from aetheron_desktop.engine.events import RunStarted
from aetheron_desktop.engine.training.experiment import Experiment

if TYPE_CHECKING:
    from pathlib import Path

    from aetheron_desktop.engine.registry.description import Description
    from aetheron_desktop.engine.training.experiment import SplitPlan
    from aetheron_desktop.engine.workspace import RunRecord, Workspace

_TRAIN: Final = "Train one; when it has ended, its test predictions are kept and can be analyzed."


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A run whose test predictions are looked at, with the version that decides on them.

    Without a ``model`` the run's model is not here any more; ``version`` is the commit of its version ``number``, which
    ``is_current`` or not. ``threshold`` and ``level`` (of the limits of numbers) are the version's. ``split`` says in
    words how the test part was made, ``tested`` which share of the rows that could be used it has. ``notes`` are what
    one should know: what is gone. ``metrics`` and ``intervals`` are those that were measured when it was trained.
    """

    run: str
    name: str
    task: Task
    target: str
    estimator: str
    dataset: str
    dataset_name: str
    model: str = ""
    version: str = ""
    number: int = 0
    is_current: bool = True
    threshold: float | None = None
    level: float | None = None
    split: str = ""
    tested: float | None = None
    notes: tuple[str, ...] = ()
    has_dataset: bool = True
    metrics: dict[str, float | None] = {}
    intervals: dict[str, tuple[float, float]] = {}
    costs: CostRule | None = None

    @property
    def title(self) -> str:
        """Its name, and which version it is where that needs to be said."""
        return f"{self.name}, version {self.number}" if self.number > 1 or not self.is_current else self.name


def of_run(workspace: Workspace, run: str) -> Subject:
    """Give what can be analyzed of a run: with the current version of its model, if that is of this run.

    Raises:
        UsageError: there is no such run, or it has not ended with a model.
    """
    record = workspace.run(run)
    if record.outcome is None:
        raise UsageError(f"{record.name} still trains.", hint="Wait until it has ended, or stop it.")
    if not predictions_file(workspace, record.id).exists() and record.model is None:
        why = f" {record.title}" if record.title else ""
        raise UsageError(f"{record.name} ended without a model.{why}", hint=_TRAIN)
    model = workspace.shelf.model(record.model) if record.model else None
    if model is not None and model.binned is None and model.version:
        versions = workspace.shelf.versions(model.id)
        known = versions.get(model.version)
        if known is not None and known.run == record.id:
            return of_version(workspace, model.id, model.version)
        own = [one for one in versions.values() if one.run == record.id]
        if own:
            return of_version(workspace, model.id, max(own, key=lambda one: one.number).commit)
    return _without_model(workspace, record)


def of_version(workspace: Workspace, model: str, word: str = "current") -> Subject:
    """Give what can be analyzed of a version of a model, named as :meth:`.Shelf.find` understands it.

    Raises:
        UsageError: there is no such model or version.
        ModelError: the model is damaged.
    """
    from aetheron_desktop.engine.registry.revising import description_of

    info = workspace.model(model)
    commit = workspace.shelf.find(info.id, word)
    with workspace.shelf.opened(info.id) as repository:
        description = description_of(repository, commit)
    known = workspace.shelf.versions(info.id).get(commit)
    about = description.info
    plan = description.experiment
    split, gone = _split_of(workspace, plan.split if plan is not None else None, about.dataset, about.dataset_name)
    return Subject(
        run=about.run,
        name=info.name,
        task=about.task,
        target=about.target,
        estimator=catalog.name_of(about.estimator),
        dataset=about.dataset,
        dataset_name=about.dataset_name,
        model=info.id,
        version=commit,
        number=known.number if known is not None else 0,
        is_current=commit == info.version,
        threshold=description.threshold,
        level=description.limits.level if description.limits is not None else None,
        split=split,
        tested=_tested(description),
        notes=(gone,) if gone else (),
        has_dataset=not gone,
        metrics=about.metrics,
        intervals=description.intervals,
        costs=description.costs,
    )


def predictions_file(workspace: Workspace, run: str) -> Path:
    """Give where the test predictions of a run lie, if they are still there."""
    return workspace.run_folder(run) / "predictions.parquet"


def _without_model(workspace: Workspace, record: RunRecord) -> Subject:
    """Give what the run itself tells; its threshold is read from what was predicted."""
    told = next((event.experiment for event in workspace.history(record.id) if isinstance(event, RunStarted)), {})
    plan = _plan(told)
    split, gone = _split_of(workspace, plan.split if plan is not None else None, record.dataset, "its dataset")
    name = next((info.name for info in workspace.datasets() if info.id == record.dataset), "")
    lost = "Its model is not here any more: what is measured stands, and no threshold can be stored."
    return Subject(
        run=record.id,
        name=record.name,
        task=plan.task if plan is not None else "regression",
        target=record.target,
        estimator=catalog.name_of(record.estimator),
        dataset=record.dataset,
        dataset_name=name,
        split=split,
        level=plan.level if plan is not None else None,
        notes=tuple(note for note in (lost, gone) if note),
        has_dataset=not gone,
        metrics=record.metrics,
        intervals=record.intervals,
    )


def _plan(told: dict[str, Any]) -> Experiment | None:
    try:
        return msgspec.convert(told, Experiment)
    except msgspec.ValidationError:  # written by another version of the program
        return None


def _tested(description: Description) -> float | None:
    whole = sum(description.rows.values())
    return description.rows.get("test", 0) / whole if whole else None


def _split_of(workspace: Workspace, plan: SplitPlan | None, dataset: str, name: str) -> tuple[str, str]:
    """Say how the test part was made, and that the dataset is gone if it is."""
    try:
        opened = workspace.dataset(dataset)
    except AetheronError:
        opened = None
    gone = "" if opened is not None else f"The dataset {name} is not here any more: its rows cannot be shown."
    if plan is None:
        return "as it was given when the model was taken in", gone
    if plan.frozen is None:
        return "drawn with each class's share" if plan.stratify else "drawn at random", gone
    words = f"of the split “{plan.frozen}”"
    if opened is not None:
        try:
            frozen = split_named(opened, plan.frozen)
        except AetheronError:
            return f"{words}, which is not here any more", gone
        by = frozen.sentence().partition(":")[0]
        words += f" ({by})" + (f", fold {plan.fold + 1}" if frozen.request.folds else "")
    return words, gone
